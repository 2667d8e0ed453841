"""Events are read and recorded by whose they are and where: beside each stands what is another's, elsewhere or over."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from gridwalk.accounts.rules import SYSTEM, Held, NotPermitted, Role, Viewer
from gridwalk.core import clock, ids
from gridwalk.core.models import Change
from gridwalk.core.queries import NotHere
from gridwalk.events.actions import business, confirming, homes, reading, undoing
from gridwalk.events.actions.undoing import UndoError
from gridwalk.events.models import Event
from gridwalk.events.queries import daily, entry
from gridwalk.registry.actions.corrections import CorrectionError
from gridwalk.registry.models import Dwelling, Organization, Person, Residence
from gridwalk.registry.tests.cast import TODAY, Cast
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, NEXT_GRID, SECOND, id_no, lead, uscc, worker

pytestmark = pytest.mark.slow  # tables over a whole room
SAID = {"on": "2026-06-01", "told": "self", "seen": "1", "residence_kind": "lives_here"}


@pytest.fixture
def cast(db: None, at: dt.datetime) -> Cast:
    return Cast(at)


def event(cast: Cast, actor: Viewer, entity: Any, **values: Any) -> Event:
    facts = {"grid_id": entity.grid_id, "code": "moved_in", "kind": "dwelling", "versions": {}, "at": cast.at, **values}
    return Event.objects.create(id=ids.new_id(), actor=actor.id, actor_name=actor.name, entity=entity.pk, **facts)


def test_one_reads_the_events_one_recorded_where_one_still_answers(cast: Cast) -> None:
    me, colleague, door, far = lead(), lead(), cast.door("101"), cast.door("101", FAR_GRID)
    mine, theirs, elsewhere = event(cast, me, door), event(cast, colleague, door), event(cast, me, far)
    event(cast, SYSTEM, door)
    assert [row.id for row in daily.recent(me, cast.at)] == [mine.pk]
    assert daily.recent(Viewer(None, "", me.assignments), cast.at) == []
    assert daily.get_event(me, theirs.pk) == theirs
    for viewer, pk in ((me, elsewhere.pk), (me, ids.new_id()), (Viewer(me.id, "", ()), mine.pk)):
        with pytest.raises(NotHere):
            daily.get_event(viewer, pk)
    undone = event(cast, me, far, undone_as=ids.new_id(), undone_at=cast.at)
    assert {each.pk for each in daily.events_of([door.pk], [])} == set(
        Event.objects.filter(entity=door.pk).values_list("pk", flat=True)
    )
    assert [each.pk for each in daily.events_of([], [elsewhere.pk])] == [elsewhere.pk]
    assert [each.pk for each in daily.events_of([], [undone.undone_as])] == [undone.pk]  # type: ignore[list-item]


def test_what_an_event_wrote_is_what_bears_its_mark_in_the_versions_it_made(cast: Cast) -> None:
    door = cast.door("101")
    op, other = ids.new_id(), ids.new_id()
    with cast.street.writing() as writing:
        for name, op_of in (("name", op), ("usage", other)):
            writing.change(
                stream=GRID, kind="dwelling", entity=door.pk, field=name, old=None, new="x", source="office", op=op_of
            )
        version = writing.versions[GRID]
    with cast.street.writing() as writing:
        writing.change(
            stream=GRID, kind="dwelling", entity=door.pk, field="tenure", old=None, new="x", source="office", op=op
        )
    recorded = Event(id=op, versions={GRID: version})
    assert [change.field for change in daily.changes_of([recorded])] == ["name"]
    assert Change.objects.filter(op=op).count() == 2 and daily.changes_of([Event(id=op, versions={})]) == []


def test_a_persons_home_is_a_current_one_the_viewer_sees_where_they_live_first(cast: Cast) -> None:
    here, there, past, far = (
        cast.door("101"),
        cast.door("102", NEXT_GRID),
        cast.door("103"),
        cast.door("101", FAR_GRID),
    )
    person = cast.person("程望舒")
    cast.link(person, past, over=True)
    cast.link(person, here, "registered_here")
    cast.link(cast.person("韩书言"), past)
    assert daily.home_of(lead(), person) == here
    cast.link(person, far)
    assert daily.home_of(lead(), person) == here
    cast.link(person, there)
    assert daily.home_of(lead(), person) == there
    assert daily.home_of(worker(), person) == here
    assert daily.home_of(lead(SECOND), person) == far
    assert daily.home_of(Viewer(ids.new_id(), "", ()), person) is None


def test_the_next_doors_are_those_of_the_stairwell_that_stand(cast: Cast) -> None:
    first, second, gone, other = (cast.door(room) for room in ("101", "102", "103", "104"))
    Dwelling.objects.filter(pk=gone.pk).update(status="struck_off")
    Dwelling.objects.filter(pk=other.pk).update(stairwell=None)
    cast.door("101", FAR_GRID)
    moved = cast.door("105")
    Dwelling.objects.filter(pk=moved.pk).update(grid=NEXT_GRID)
    assert daily.same_stairwell(lead(), first) == [first, second]
    assert daily.same_stairwell(lead(SECOND), first) == []
    other.refresh_from_db()
    assert daily.same_stairwell(lead(), other) == []


def test_who_has_the_same_name_and_birth_date_is_on_record_in_the_viewers_area(cast: Cast) -> None:
    facts: dict[str, Any] = {"born_on": TODAY}
    known = [cast.person("程望舒", **facts), cast.person("程望舒", id_no_index="x", **facts)]
    cast.person("程望舒", FAR_GRID, **facts)
    cast.person("程望舒", status="deceased", **facts)
    cast.person("程望舒", born_on=TODAY - dt.timedelta(days=1))
    cast.person("韩书言", **facts)
    typed = {"name": "程望舒", **facts}
    assert entry._n_same_name_and_birth(lead(), typed, None) == 2
    assert entry._n_same_name_and_birth(lead(), typed, known[0].pk) == 1
    assert entry._n_same_name_and_birth(lead(), {**typed, "id_no": id_no(1)}, None) == 1
    assert entry._n_same_name_and_birth(lead(), {"name": "程望舒"}, None) == 0
    door = cast.door("101")
    number = cast.street.person("韩书言", door, id_no=id_no(3))
    gone = cast.street.person("韩书言", door, id_no=id_no(5))
    Person.objects.filter(pk=gone.pk).update(status="struck_off")
    under = reading.persons_under([id_no(3), id_no(5), id_no(7), None])
    assert list(under.values()) == [number] and reading.persons_under([None]) == {}
    for serial, who, here in ((3, None, True), (3, number.pk, False), (5, None, False), (7, None, False)):
        assert entry._is_here(door, {"id_no": id_no(serial)}, who) is here, serial


def test_only_who_has_no_home_is_found_one_by_who_answers_for_them(cast: Cast) -> None:
    person, homed, gone = cast.person("程望舒"), cast.at_door("韩书言", cast.door("102")), cast.person("林清越")
    door = cast.door("101")
    cast.link(person, cast.door("103"), over=True)
    Person.objects.filter(pk=gone.pk).update(status="deceased")
    raw = {**SAID, "address": door.address}
    for who, why in ((homed, "已经登记了住处"), (gone, "已经不在册")):
        with pytest.raises(CorrectionError, match=why):
            homes.find_home(actor=lead(), at=cast.at, person=who.pk, raw=raw)
    for viewer, pk in ((lead(SECOND), person.pk), (worker(NEXT_GRID), person.pk), (lead(), ids.new_id())):
        with pytest.raises(NotHere):
            homes.find_home(actor=viewer, at=cast.at, person=pk, raw=raw)
    homes.find_home(actor=lead(), at=cast.at, person=person.pk, raw=raw)
    current = Residence.objects.filter(to_on=None).values_list("person__name", "dwelling__room")
    assert set(current) == {("程望舒", "101"), ("韩书言", "102")}


def test_what_was_found_unchanged_is_just_what_was_asked_about_by_who_answers_for_it(cast: Cast) -> None:
    asked, beside, far = cast.person("程望舒"), cast.person("韩书言"), cast.person("林清越", FAR_GRID)
    door, other = cast.door("101"), cast.door("102")
    assert confirming.confirm_by_phone(actor=lead(), at=cast.at, persons=[asked.pk], dwellings=[door.pk])
    verified = {row.pk: row.verified_on for table in (Person, Dwelling) for row in table.objects.all()}
    today = clock.local_date(cast.at)
    assert verified[asked.pk] == verified[door.pk] == today
    assert not {verified[beside.pk], verified[far.pk]} & {today}
    assert Change.objects.filter(entity=other.pk, field="verified_on").count() == 0
    with pytest.raises(NotHere):
        confirming.confirm_by_phone(actor=lead(), at=cast.at, persons=[far.pk], dwellings=[])
    centre = Viewer(ids.new_id(), "中心", (Held(Role.STREET_CENTRE, FIRST[:9]),))
    with pytest.raises(NotPermitted):
        confirming.confirm_by_phone(actor=centre, at=cast.at, persons=[asked.pk], dwellings=[])


def test_who_holds_a_credit_code_is_named_where_they_are_seen(cast: Cast) -> None:
    door = cast.door("101")
    raw = {**SAID, "name": "海河小吃店", "uscc": uscc(1), "org_kind": "household_business"}
    business.open_business(actor=lead(), at=cast.at, dwelling=door.pk, raw=raw)
    holder = Organization.objects.get()
    for grid, words in ((GRID, "已登记：海河小吃店"), (FAR_GRID, "已登记在别的网格")):
        Organization.objects.filter(pk=holder.pk).update(grid=grid)
        with pytest.raises(CorrectionError) as refused:
            business.open_business(actor=lead(), at=cast.at, dwelling=door.pk, raw={**raw, "name": "另一家"})
        assert words in refused.value.faults["uscc"]
    business.open_business(actor=lead(), at=cast.at, dwelling=door.pk, raw={**raw, "uscc": uscc(2), "name": "另一家"})


def test_a_move_in_is_not_taken_back_once_its_people_have_a_label_or_a_later_home(cast: Cast) -> None:
    door, other = cast.door("101"), cast.door("102")
    neighbour = cast.at_door("韩书言", other)
    people: list[dict[str, str]] = [{"name": "程望舒"}]
    recorded = homes.move_in(actor=lead(), at=cast.at, dwelling=door.pk, people=people, raw=SAID)
    cast.label(neighbour)
    newcomer = Person.objects.get(name="程望舒")
    label = cast.label(newcomer)
    with pytest.raises(UndoError):
        undoing.undo(actor=lead(), at=cast.at, event=recorded.pk)
    label.delete()
    cast.link(neighbour, door)
    past = cast.link(newcomer, other, over=True)
    later = cast.link(newcomer, other, "registered_here")
    with pytest.raises(UndoError):
        undoing.undo(actor=lead(), at=cast.at, event=recorded.pk)
    later.delete()
    undoing.undo(actor=lead(), at=cast.at, event=recorded.pk)
    assert Residence.objects.filter(person=neighbour, to_on=None).count() == 2
    assert not Residence.objects.filter(person=newcomer, to_on=None).exists() and past.to_on is not None
