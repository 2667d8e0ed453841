"""Rules: what each condition speaks of, deciding as a whole, what is left and why, taking the batch back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gridwalk.accounts.rules import NotPermitted
from gridwalk.core.models import AuditEntry
from gridwalk.differences.actions import batches as actions
from gridwalk.differences.actions import deciding, decisions
from gridwalk.differences.actions.deciding import DecisionError
from gridwalk.differences.models import DecisionBatch
from gridwalk.differences.queries import batches
from gridwalk.differences.queries.batches import Rule
from gridwalk.registry import columns
from gridwalk.registry.models import Difference, Person
from gridwalk.registry.tests.street import FIRST, NEXT_GRID, SECOND, Street, changes, id_no, lead, phone, worker

WHO = lead()


def rule(field: str = "phone", condition: str = "both", decision: str = "accept", source: str = "ledger") -> Rule:
    return Rule("person", field, source, condition, decision)


def spoken_of(street: Street, about: Rule) -> set[str]:
    ids = batches.matching(WHO, FIRST, about, street.at.date())
    persons = Difference.objects.filter(pk__in=ids).values_list("entity", flat=True)
    return set(Person.objects.filter(pk__in=list(persons)).values_list("name", flat=True))


def decided(street: Street, about: Rule, n: int) -> DecisionBatch:
    batch = actions.start(actor=WHO, at=street.at, scope=FIRST, rule=about, expected=n)
    return actions.run(actor=WHO, at=street.at, batch=batch.id)


def phone_of(person: Person) -> str:
    person.refresh_from_db()
    return str(columns.read(person, "phone"))


def test_each_condition_speaks_of_its_own_case(street: Street) -> None:
    home = street.door()
    mother = street.person("程兰因", home, phone=phone(2))
    son = street.person("程望舒", home, phone=phone(1), id_no=id_no(11))
    other = street.person("王伟", street.door("102"), phone=phone(3))
    street.say(son, "phone", phone(2))
    street.say(other, "phone", phone(33))
    street.say(other, "name", "王 偉")
    street.say(mother, "name", "程兰茵")
    assert spoken_of(street, rule()) == {"程望舒", "王伟"}
    assert spoken_of(street, rule(condition="household")) == {"程望舒"}
    assert spoken_of(street, rule("name", "writing")) == {"王伟"}
    assert spoken_of(street, rule(condition="stale")) == {"程望舒", "王伟"}
    Person.objects.filter(pk=other.pk).update(verified_on=street.at.date() - dt.timedelta(days=180))
    assert spoken_of(street, rule(condition="stale")) == {"程望舒"}
    street.say(other, "phone", phone(4), "visit")
    assert spoken_of(street, rule(condition="at_door")) == {"王伟"}
    assert spoken_of(street, rule(condition="empty")) == set()
    assert spoken_of(street, rule(source="platform")) == set()


def test_only_one_of_two_numbers_can_be_right(street: Street) -> None:
    right = id_no(11)
    wrong = right[:-1] + ("1" if right[-1] != "1" else "2")
    person = street.person("程望舒", street.door(), id_no=wrong)
    street.say(person, "id_no", right)
    street.say(street.person("王伟", id_no=id_no(13)), "id_no", id_no(15))
    assert spoken_of(street, rule("id_no", "checksum")) == {"程望舒"}
    assert not rule("phone", "checksum").is_sound
    assert not rule("status").is_sound
    assert not rule("residence").is_sound
    assert not rule(decision="burn").is_sound


def test_a_batch_is_decided_with_a_record_each_and_taken_back_whole(street: Street) -> None:
    here, there = (
        street.person("程望舒", street.door(), phone=phone(1)),
        street.person("王伟", grid=NEXT_GRID, phone=phone(3)),
    )
    for person in (here, there):
        street.say(person, "phone", phone(9))
    shown = batches.preview(WHO, FIRST, rule(), street.at.date())
    assert (shown.n, shown.n_open, shown.n_several, len(shown.rows)) == (2, 2, 0, 2)
    batch = decided(street, rule(), 2)
    assert (batch.state, batch.n_done, batch.sentence) == (
        "done",
        2,
        "台账与系统登记的电话不同、两边都有值的，一律采用台账写的",
    )
    assert (phone_of(here), phone_of(there)) == (phone(9), phone(9))
    assert changes(here, "phone") == [(phone(1), phone(9))]
    assert set(AuditEntry.objects.filter(verb="difference.accepted").values_list("subject", flat=True)) == {
        here.id,
        there.id,
    }
    actions.start_undo(actor=WHO, at=street.at + dt.timedelta(days=7), batch=batch.id)
    undone = actions.run_undo(actor=WHO, at=street.at + dt.timedelta(days=7), batch=batch.id)
    assert (undone.state, undone.n_undone, undone.n_left) == ("undone", 2, 0)
    assert (phone_of(here), Difference.objects.filter(state="open", batch__isnull=True).count()) == (phone(1), 2)
    with pytest.raises(DecisionError, match="已经撤销"):
        actions.start_undo(actor=WHO, at=street.at, batch=batch.id)


def test_what_was_changed_since_is_left_and_listed_when_a_batch_is_taken_back(street: Street) -> None:
    first, second = (street.person(name, phone=phone(n)) for n, name in enumerate(("程望舒", "王伟"), 1))
    for person in (first, second):
        street.say(person, "phone", phone(9))
    batch = decided(street, rule(), 2)
    street.say(second, "phone", phone(7), "visit")
    actions.start_undo(actor=WHO, at=street.at, batch=batch.id)
    undone = actions.run_undo(actor=WHO, at=street.at, batch=batch.id)
    assert (undone.n_undone, undone.n_left, phone_of(first), phone_of(second)) == (1, 1, phone(1), phone(7))
    (left,) = batches.left_of(WHO, undone)
    assert (left.title, left.state) == ("王伟", "已采用")


def test_one_taken_back_by_itself_no_longer_belongs_to_the_batch_and_a_rule_speaks_of_it_again(street: Street) -> None:
    persons = [street.person(name, phone=phone(n)) for n, name in enumerate(("程望舒", "王伟"), 1)]
    for person in persons:
        street.say(person, "phone", phone(9))
    batch = decided(street, rule(), 2)
    taken = Difference.objects.filter(batch=batch.id).first()
    assert taken is not None
    decisions.undo(actor=WHO, at=street.at, difference=taken.id)
    assert len(batches.matching(WHO, FIRST, rule(), street.at.date())) == 1
    actions.start_undo(actor=WHO, at=street.at, batch=batch.id)
    assert actions.run(actor=WHO, at=street.at, batch=batch.id).state == "undoing"  # a late retry decides nothing
    undone = actions.run_undo(actor=WHO, at=street.at, batch=batch.id)
    assert (undone.n_undone, undone.n_left) == (1, 0)
    assert actions.run_undo(actor=WHO, at=street.at, batch=batch.id).n_undone == 1


def test_what_cannot_be_decided_so_stays_open_and_is_counted_by_its_reason(street: Street) -> None:
    moved_on = street.person("程望舒", phone=phone(1))
    torn = street.person("王伟", phone=phone(3))
    street.say(moved_on, "phone", phone(9))
    for claimed in (8, 9):
        street.say(torn, "phone", phone(claimed))
    street.say(moved_on, "phone", phone(5), "visit")
    assert batches.preview(WHO, FIRST, rule(), street.at.date()).n_several == 2
    batch = decided(street, rule(), 3)
    assert (batch.n_done, batch.n_changed, batch.n_several) == (0, 1, 2)
    assert (phone_of(moved_on), phone_of(torn)) == (phone(5), phone(3))
    asked = Difference.objects.get(entity=moved_on.id)
    assert (asked.state, asked.batch, asked.opened("current")) == ("open", None, phone(5))
    holder = street.person("李一", id_no=id_no(11))
    street.say(street.person("李二", id_no=id_no(13)), "id_no", columns.read(holder, "id_no"))
    taken = decided(street, rule("id_no"), 1)
    assert (taken.n_done, taken.n_taken) == (0, 1)


def test_it_does_nothing_where_the_preview_no_longer_holds_or_the_place_is_not_theirs(street: Street) -> None:
    street.say(street.person("程望舒", phone=phone(1)), "phone", phone(9))
    with pytest.raises(DecisionError, match="现在符合的是 1 条，不是 2 条"):
        actions.start(actor=WHO, at=street.at, scope=FIRST, rule=rule(), expected=2)
    with pytest.raises(DecisionError, match="没有符合条件的记录"):
        actions.start(actor=WHO, at=street.at, scope=FIRST, rule=rule("name"), expected=0)
    for other in (lead(SECOND), worker()):
        with pytest.raises(NotPermitted):
            actions.start(actor=other, at=street.at, scope=FIRST, rule=rule(), expected=1)
    batch = decided(street, rule(decision="keep"), 1)
    with pytest.raises(NotPermitted):
        actions.start_undo(actor=lead(SECOND), at=street.at, batch=batch.id)
    with pytest.raises(DecisionError, match="过了 7 天"):
        actions.start_undo(actor=WHO, at=street.at + dt.timedelta(days=8), batch=batch.id)
    assert DecisionBatch.objects.count() == 1


def test_a_batch_that_was_cut_off_goes_on_where_it_stopped(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    persons = [street.person(f"程{n}", grid=grid, phone=phone(n)) for n, grid in enumerate((NEXT_GRID, f"{FIRST}001"))]
    for person in persons:
        street.say(person, "phone", phone(9))
    batch = actions.start(actor=WHO, at=street.at, scope=FIRST, rule=rule(), expected=2)
    grids, calls = deciding.grids, iter(range(2))

    def cut(differences: Sequence[Difference], decision: str = "") -> set[str]:
        if next(calls) == 1:
            raise RuntimeError("cut")
        return grids(differences, decision)

    monkeypatch.setattr(deciding, "grids", cut)
    with pytest.raises(RuntimeError, match="cut"):
        actions.run(actor=WHO, at=street.at, batch=batch.id)
    monkeypatch.undo()
    actions.pause(batch=batch.id)
    assert DecisionBatch.objects.values_list("state", "n_done").get() == ("paused", 1)
    done = actions.run(actor=WHO, at=street.at, batch=batch.id)
    assert (done.state, done.n_done) == ("done", 2)


def test_a_grid_costs_the_same_number_of_queries_for_more_differences(street: Street) -> None:
    def cost(n: int, first: int) -> int:
        for serial in range(first, first + n):
            street.say(street.person(f"程{serial}", grid=NEXT_GRID, phone=phone(serial)), "phone", phone(1000 + serial))
        batch = actions.start(actor=WHO, at=street.at, scope=FIRST, rule=rule(), expected=n)
        with CaptureQueriesContext(connection) as asked:
            actions.run(actor=WHO, at=street.at, batch=batch.id)
        return len(asked)

    cost(1, 1)  # what a process looks up once
    assert cost(2, 10) == cost(8, 100)
