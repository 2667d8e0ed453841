"""A merge that is taken back leaves every row as it was, whatever stood there; while it stands, nothing is
out of reach.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridwalk.campaigns.models import Target
from gridwalk.core import clock, ids
from gridwalk.core.models import Change
from gridwalk.events.actions import homes, undoing
from gridwalk.events.actions.undoing import UndoError
from gridwalk.reconcile import places
from gridwalk.reconcile.models import BackfillItem
from gridwalk.registry import predicates
from gridwalk.registry.actions import claims, creation
from gridwalk.registry.models import CareLabel, Difference, Dwelling, Organization, Person, Residence
from gridwalk.registry.tests.street import GRID, NEXT_GRID, id_no, phone
from gridwalk.sync.models import Alias
from gridwalk.upkeep.queries.merges import Merge
from gridwalk.upkeep.rules import UpkeepError
from gridwalk.upkeep.tests import rows
from gridwalk.visits.models import CareContact, Visit
from gridwalk.visits.tests.walk import Walk

KINDS = ("lives_here", "registered_here", "tenant", "boarder")
FACTS: dict[str, st.SearchStrategy[Any]] = {
    "id_no": st.sampled_from([None, "own"]),
    "phone": st.sampled_from([None, phone(1), phone(2)]),
    "relation": st.sampled_from([None, "02", "20"]),
    "born_on": st.sampled_from([None, "1950-02-03"]),
    "registered_address": st.sampled_from([None, "甲里1号楼"]),
}


@dataclasses.dataclass(frozen=True)
class Drawn:
    """One of the two records: facts, links (door, kind, still current), care categories, what a later ledger says."""

    facts: dict[str, Any]
    links: list[tuple[int, str, bool]]
    care: list[tuple[str, bool]]
    claims: list[tuple[str, Any]]


records = st.builds(
    Drawn,
    st.fixed_dictionaries(FACTS),
    st.lists(st.tuples(st.integers(0, 2), st.sampled_from(KINDS), st.booleans()), max_size=3, unique_by=lambda x: x[0]),
    st.lists(
        st.tuples(st.sampled_from(["living_alone", "disabled"]), st.booleans()), max_size=2, unique_by=lambda x: x[0]
    ),
    st.lists(st.sampled_from([("phone", phone(2)), ("phone", phone(3)), ("relation", "10")]), max_size=2, unique=True),
)


def lay(walk: Walk, doors: list[Dwelling], drawn: Drawn, serial: int) -> Person:
    """The record with all that hangs on it."""
    street, today = walk.street, clock.local_date(walk.at)
    facts = {k: v for k, v in drawn.facts.items() if v}
    if facts.get("id_no"):
        facts["id_no"] = id_no(serial)
    person = street.person("张桂兰", **facts)
    for number, kind, current in drawn.links:
        Residence.objects.create(
            grid_id=doors[number].grid_id,
            person=person,
            dwelling=doors[number],
            kind=kind,
            source="ledger",
            to_on=None if current else today - dt.timedelta(days=30),
            created_at=walk.at + dt.timedelta(seconds=serial),
        )
    with street.writing() as writing:
        creation.place_persons(writing, [person.id])
    person.refresh_from_db()
    for category, standing in drawn.care:
        label = CareLabel.objects.create(
            grid_id=person.grid_id,
            person=person,
            category=category,
            interval_days=7,
            source="ledger",
            created_at=walk.at,
            starts_on=today - dt.timedelta(days=90),
            last_contact_on=today - dt.timedelta(days=serial),
            ends_on=today + dt.timedelta(days=serial) if standing else today - dt.timedelta(days=9),
        )
        CareContact.objects.create(
            grid_id=label.grid_id, label=label, on=today - dt.timedelta(days=serial), worker_name="", created_at=walk.at
        )
    for field, value in drawn.claims:
        street.say(person, field, value)
    Alias.objects.create(id=ids.new_id(), entity=person.id)
    person.refresh_from_db()
    return person


def choices(walk: Walk, stays: Person, goes: Person, dice: st.DataObject) -> dict[str, Any]:
    """What somebody may choose on the page."""
    reads = Merge("person")
    lines = reads.choices(rows.SECOND, stays, goes, {})
    sides = {c.line.field.name: dice.draw(st.sampled_from(["left", "right"])) for c in lines if not c.line.alike}
    homes = reads.homes(stays, goes)
    home = str(dice.draw(st.sampled_from(homes)).residence) if homes else ""
    return {"fields": sides, "home": home, "wrong_number": True}


@pytest.mark.slow
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(records, records, st.data())
def test_merging_and_undoing_leaves_every_row_as_it_was(
    walk: Walk, record: Drawn, other: Drawn, dice: st.DataObject
) -> None:
    with transaction.atomic():
        doors = [walk.street.door("101"), walk.street.door("102"), walk.street.door("201", NEXT_GRID)]
        stays, goes = lay(walk, doors, record, 1), lay(walk, doors, other, 3)
        BackfillItem.objects.create(
            list_id=ids.new_id(),
            source="ledger",
            grid=goes.grid_id,
            kind="person",
            entity=goes.id,
            field="phone",
            handed_out_at=walk.at,
            handed_out_by_name="",
        )
        before = rows.everything()
        plan = rows.do(walk, "merge_persons", [stays.id, goes.id], **choices(walk, stays, goes, dice))
        merged = rows.everything()
        assert before.keys() == merged.keys(), "nothing is deleted, nothing invented"
        in_reach(merged, before, stays.id, goes.id)
        homes = Residence.objects.filter(person=stays.id, to_on__isnull=True).exclude(kind="registered_here")
        assert len(set(homes.values_list("dwelling", flat=True))) <= 1
        standing = list(CareLabel.objects.filter(predicates.label_runs(clock.local_date(walk.at)), person=stays.id))
        assert len({c.category for c in standing}) == len(standing)
        assert not Difference.objects.filter(entity=goes.id, state__in=("open", "to_door")).exists()
        assert rows.undo(walk, plan) == []
        assert list(rows.different(before, rows.everything())) == []
        told = Change.objects.filter(entity=goes.id, field="merged_into").order_by("version")
        assert [c.new for c in told] == [str(stays.id), None]
        transaction.set_rollback(True)


def in_reach(
    merged: dict[tuple[str, Any], dict[str, Any]],
    before: dict[tuple[str, Any], dict[str, Any]],
    stays: uuid.UUID,
    goes: uuid.UUID,
) -> None:
    """What stood on the record that went stands on the other one, or has ended because the other one has the same."""
    for key, row in before.items():
        now = merged[key]
        if key[0] == "registry.Residence" and row["person_id"] == goes:
            assert now["person_id"] == stays or (row["to_on"] is None and now["to_on"] is not None)
        if key[0] == "visits.CareContact":
            label = merged["registry.CareLabel", now["label_id"]]
            old = before["registry.CareLabel", row["label_id"]]
            assert label["category"] == old["category"]
            assert (
                label["person_id"] == stays
                or label["ends_on"] < clock.local_date(clock.now())
                or old["person_id"] == stays
            )
        if key[0] == "sync.Alias":
            assert now["entity"] == stays


@pytest.mark.slow
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    st.lists(st.tuples(st.booleans(), st.sampled_from(["met", "no_answer", "refused"]), st.integers(1, 9)), max_size=6),
    st.lists(st.tuples(st.booleans(), st.sampled_from(KINDS)), max_size=4),
    st.data(),
)
def test_two_doors_part_again_as_they_were(
    walk: Walk, knocks: list[tuple[bool, str, int]], people: list[tuple[bool, str]], dice: st.DataObject
) -> None:
    with transaction.atomic():
        stays = walk.street.door("101", occupancy="occupied", area_m2=70)
        goes = walk.street.door("901", NEXT_GRID, occupancy="vacant", owner_name="张桂兰", owner_phone=phone(1))
        for n, (at_stays, kind) in enumerate(people):
            walk.street.person(f"张桂{'兰香芬芳'[n]}", stays if at_stays else goes, kind)
        both = walk.street.person("李在两处", stays)
        Residence.objects.create(
            grid_id=NEXT_GRID, person=both, dwelling=goes, kind="registered_here", source="ledger", created_at=walk.at
        )
        walk.dispatch()
        for at_stays, outcome, days in knocks:
            door = stays if at_stays else goes
            walk.knock(door, outcome, walk.then(-days), by=walk.lead)
        stays.refresh_from_db()
        goes.refresh_from_db()
        before = rows.everything()
        lines = Merge("dwelling").choices(rows.SECOND, stays, goes, {})
        sides = {c.line.field.name: dice.draw(st.sampled_from(["left", "right"])) for c in lines if not c.line.alike}
        plan = rows.do(walk, "merge_dwellings", [stays.id, goes.id], fields=sides)
        merged = rows.everything()
        assert before.keys() == merged.keys()
        assert not Visit.objects.exclude(entity=stays.id).exists()
        assert {
            row["entity"]
            for (table, _), row in merged.items()
            if table == "campaigns.Target" and row["state"] != "left"
        } == {stays.id}
        current = Residence.objects.filter(to_on__isnull=True)
        assert not current.filter(dwelling=goes).exists()
        assert current.filter(person=both).count() == 1
        assert rows.undo(walk, plan) == []
        assert list(rows.different(before, rows.everything())) == []
        transaction.set_rollback(True)


def test_a_business_of_a_merged_door_takes_its_target_and_its_questions_along(walk: Walk) -> None:
    stays, goes = walk.street.door("101"), walk.street.door("901", NEXT_GRID)
    new = creation.New(
        grid=NEXT_GRID,
        values={"name": "海河便利店"},
        source="ledger",
        source_ref="单位台账 第 2 行",
        extra={"dwelling_id": goes.pk},
    )
    with walk.street.writing() as writing:
        creation.register(writing, "organization", [new])
        asked = claims.difference(
            walk.at,
            grid=NEXT_GRID,
            kind="organization",
            entity=new.id,
            field="org_kind",
            current=None,
            claimed="shop",
            source="ledger",
            source_ref="",
            why="contradicts",
        )
        asked.save(force_insert=True)
    walk.dispatch()
    walk.knock(Organization.objects.get(), "no_answer", walk.then(-2), by=walk.lead)
    before = rows.everything()
    plan = rows.do(walk, "merge_dwellings", [stays.id, goes.id], fields={})
    for table in (Target, Visit, Difference):
        assert set(table._default_manager.filter(entity=new.id).values_list("grid", flat=True)) == {GRID}, table
    assert rows.undo(walk, plan) == []
    assert list(rows.different(before, rows.everything())) == []


@pytest.mark.parametrize("merged_first", [True, False])
def test_the_old_number_of_a_door_entered_twice_leads_to_the_one_that_stayed(walk: Walk, merged_first: bool) -> None:
    stays, goes = walk.street.door("101"), walk.street.door("901")
    old, building = goes.address_key, stays.building_id
    assert building is not None
    plans: list[tuple[str, list[uuid.UUID], dict[str, Any]]] = [
        ("merge_dwellings", [stays.id, goes.id], {"fields": {}}),
        ("renumber_building", [building], {"buildings": {"1": "甲1"}}),
    ]
    done = []
    for kind, subjects, chosen in plans if merged_first else reversed(plans):
        walk.at += dt.timedelta(minutes=1)
        done.append(rows.do(walk, kind, subjects, **chosen))
    assert places.doors({stays.community: [old]}) == {(stays.community, old): (stays.id, GRID)}
    for plan in reversed(done):
        rows.undo(walk, plan)
    assert places.doors({stays.community: [old]}) == {(stays.community, old): (goes.id, GRID)}


def test_a_chain_gives_back_its_links_in_reverse(walk: Walk) -> None:
    street = walk.street
    door = street.door("101")
    first, middle, last = (street.person("张桂兰", door if n == 0 else None, phone=phone(n)) for n in range(3))
    before = rows.everything()
    earlier = rows.do(walk, "merge_persons", [middle.id, first.id], fields={"phone": "right"}, home="")
    between = rows.everything()
    walk.at += dt.timedelta(minutes=1)
    later = rows.do(walk, "merge_persons", [last.id, middle.id], fields={"phone": "right"}, home="")
    assert Person.objects.get(pk=last.id).unseal("phone") == phone(0)
    assert set(Residence.objects.values_list("person", flat=True)) == {last.id}
    assert set(Person.objects.filter(merged_into__isnull=False).values_list("merged_into", flat=True)) == {last.id}
    rows.undo(walk, later)
    assert list(rows.different(between, rows.everything())) == []
    rows.undo(walk, earlier)
    assert list(rows.different(before, rows.everything())) == []


def test_what_was_merged_earlier_in_another_grid_goes_along(walk: Walk) -> None:
    street = walk.street
    first, middle, last = (street.person("张桂兰", grid=grid) for grid in (NEXT_GRID, GRID, GRID))
    rows.do(walk, "merge_persons", [middle.id, first.id], fields={}, home="")
    walk.at += dt.timedelta(minutes=1)
    two = rows.do(walk, "merge_persons", [last.id, middle.id], fields={}, home="")
    assert set(Person.objects.filter(merged_into__isnull=False).values_list("merged_into", flat=True)) == {last.id}
    rows.undo(walk, two)
    assert Person.objects.get(pk=first.id).merged_into == middle.id


@pytest.mark.parametrize("newcomer_stays", [True, False])
def test_an_event_is_not_taken_back_from_under_a_merge(walk: Walk, newcomer_stays: bool) -> None:
    street, door = walk.street, walk.street.door("101")
    resident = street.person("张桂兰", street.door("102"), phone=phone(1))
    raw = {"residence_kind": "lives_here", "told": "self", "on": "2026-10-01"}
    event = homes.move_in(actor=walk.lead, at=walk.at, dwelling=door.id, people=[{"name": "张桂兰"}], raw=raw)
    newcomer = Person.objects.exclude(pk=resident.pk).get()
    home = Residence.objects.get(person=newcomer)
    pair = [newcomer.id, resident.id] if newcomer_stays else [resident.id, newcomer.id]
    walk.at += dt.timedelta(minutes=1)
    rows.do(walk, "merge_persons", pair, fields={}, home=str(home.pk))
    before = rows.everything()
    with pytest.raises(UndoError, match="合并过"):
        undoing.undo(actor=walk.lead, at=walk.at, event=event.pk)
    assert list(rows.different(before, rows.everything())) == []


def test_questions_about_who_was_split_off_come_back_with_the_record(walk: Walk) -> None:
    """One that went along with its field, and one that was asked of the second record since."""
    person = walk.street.person("张桂兰", walk.street.door("101"), phone=phone(1), relation="head")
    walk.street.say(person, "phone", phone(2))
    plan = rows.do(walk, "split_person", [person.id], name="张桂蓝", fields={"phone": "go", "relation": "both"})
    other = Person.objects.get(name="张桂蓝")
    assert list(Difference.objects.values_list("entity", "state")) == [(other.id, "open")]
    walk.street.say(other, "relation", "spouse")
    assert rows.undo(walk, plan) == []
    waiting = Difference.objects.filter(state__in=("open", "to_door"))
    assert set(waiting.values_list("entity", flat=True)) == {person.id}, "none hangs at a record that is no more"
    assert set(waiting.values_list("field", flat=True)) == {"phone", "relation"}


def test_a_question_that_somebody_else_is_asked_too_goes_along_with_the_record(walk: Walk) -> None:
    stays, goes, other = (
        walk.street.person(name, phone=phone(n)) for n, name in enumerate(("王试甲", "王试甲", "王试乙"))
    )
    walk.street.say(stays, "phone", phone(7))
    Difference.objects.update(state="kept")  # what was decided before is no question of today
    for asked in (goes, other):
        walk.street.say(asked, "phone", phone(7))
    rows.do(walk, "merge_persons", [stays.pk, goes.pk], fields={})
    questions = (
        Difference.objects.filter(field="phone").exclude(state="kept").order_by("entity").values_list("entity", "state")
    )
    assert sorted(questions) == sorted([(stays.pk, "open"), (other.pk, "open")])


@pytest.mark.parametrize("name", ["12012345678", "120199198001011010", "301", "男", "1980-01-01"])
def test_the_second_of_two_people_cannot_be_called_what_nobody_is_called(walk: Walk, name: str) -> None:
    person = walk.street.person("张桂兰", walk.street.door("101"), phone=phone(1))
    with pytest.raises(UpkeepError, match="没有提交："):
        rows.do(walk, "split_person", [person.id], name=name, fields={"phone": "go"})
    assert Person.objects.count() == 1
    plan = rows.do(walk, "split_person", [person.id], name=" 张 桂蓝", fields={"phone": "go"})
    assert Person.objects.get(pk=plan.subjects[1]).name == "张桂蓝"
