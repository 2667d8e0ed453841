"""Every query of the register leaves out what it is to leave out: a cast in which each condition of a query keeps out
exactly one record that nothing else keeps out.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from gridwalk.accounts.rules import SYSTEM, Viewer
from gridwalk.core.queries import NotHere
from gridwalk.registry.models import Dwelling, Erased, FormerAddress, Person, Residence
from gridwalk.registry.queries import (
    care,
    ends,
    entities,
    erased,
    households,
    lists,
    rechecks,
    renumbering,
    search,
    titles,
)
from gridwalk.registry.tests.cast import TODAY, Cast, days
from gridwalk.registry.tests.street import (
    FAR_GRID,
    FIRST,
    GRID,
    NEXT_GRID,
    SECOND,
    id_no,
    lead,
    phone,
    worker,
)

STREET = "120105001"


@pytest.fixture
def cast(db: None, at: dt.datetime) -> Cast:
    return Cast(at)


def names(rows: list[Any]) -> list[str]:
    return [row.name for row in rows]


def test_the_people_of_a_door_and_the_doors_of_a_person(cast: Cast) -> None:
    home, far = cast.door("101"), cast.door("101", FAR_GRID)
    registered = cast.at_door("户籍", home, "registered_here")
    lives = cast.at_door("现居住", home)
    cast.at_door("搬离", home, over=True)
    cast.at_door("别处", far)
    cast.label(lives)
    cast.label(registered, ends_on=days(-1), starts_on=days(-90))
    rows = entities.residents(lead(), home)
    assert [(row.name, row.living, row.has_care) for row in rows] == [("现居住", True, True), ("户籍", False, False)]
    cast.link(lives, far, over=True)
    assert [row.dwelling for row in entities.homes(lead(), lives)] == [home.pk]


def test_who_is_seen_by_a_door_they_are_linked_to(cast: Cast) -> None:
    far = cast.door("101", FAR_GRID)
    linked = cast.person("户在人不在")
    cast.link(linked, far, "registered_here")
    left = cast.person("离开了")
    cast.link(left, far, over=True)
    cast.person("不相干")
    there = cast.at_door("当地", far)
    second = lead(SECOND)
    assert [entities.seen_in(second, person) for person in (linked, left, there)] == [FAR_GRID, "", FAR_GRID]
    assert entities.get_person(second, linked.pk) == linked
    with pytest.raises(NotHere):
        entities.get_person(second, left.pk)
    inside = Person.objects.filter(entities.linked_in([SECOND])).values_list("name", flat=True)
    assert sorted(inside) == sorted(["户在人不在", "当地"])


def test_what_a_row_of_a_door_counts(cast: Cast) -> None:
    full, bare = cast.door("101"), cast.door("102")
    lives = cast.at_door("现居住", full)
    cast.at_door("户籍", full, "registered_here")
    cast.at_door("搬离", full, over=True)
    cast.label(lives)
    cast.label(cast.at_door("到期", bare), ends_on=days(-1))
    for entity, state in ((full, "open"), (lives, "open"), (lives, "kept"), (cast.person("别人"), "open")):
        cast.difference(entity, state)
    rows = entities.doors(lead(), [full, bare], TODAY)
    told = {row.room: (row.n_living, row.has_care, row.n_differences) for row in rows.values()}
    assert told == {"101": (1, True, 2), "102": (1, False, 0)}
    cast.link(lives, bare)
    rows = entities.doors(lead(), [full, bare], TODAY)
    told = {row.room: (row.n_living, row.has_care, row.n_differences) for row in rows.values()}
    assert told == {"101": (1, True, 2), "102": (2, True, 1)}, "who lives at two doors counts at each"


def test_a_household_loses_its_head_with_the_one_who_is_head_there_now(cast: Cast) -> None:
    home = cast.door("101")
    head = cast.at_door("户主", home, relation="02")
    wife = cast.at_door("配偶", home, relation="10")
    cast.at_door("已故", home, relation="20", status="deceased")
    cast.at_door("搬离", home, over=True, relation="20")
    guest = cast.person("客居", NEXT_GRID, relation="20")
    cast.link(guest, home)
    assert [member.person for member in households.members([home.pk])[home.pk]] == [head.pk, wife.pk, guest.pk]
    shop, gone = cast.door("102", usage="business"), cast.door("103", status="struck_off")
    heads = [head]
    for door in (shop, gone):
        heads.append(cast.at_door(f"户主{door.room}", door, relation="02"))
        cast.at_door(f"配偶{door.room}", door, relation="10")
    left = cast.door("104")
    former = cast.at_door("前户主", left, over=True, relation="02")
    cast.at_door("前配偶", left, relation="10")
    assert households.losing_head([*(person.pk for person in heads), former.pk, wife.pk]) == {head.pk}
    (succession,) = households.without(lead(), head)
    assert (succession.dwelling, names(succession.candidates), succession.named) == (home.pk, ["配偶"], True)
    assert households.without(lead(SECOND), head) == [], "whose door is not seen"
    assert households.without(lead(), former) == []


def test_what_waits_for_a_second_person_and_what_was_decided_lately(cast: Cast) -> None:
    me = lead()
    mine = Viewer(uuid.uuid4(), "许知行", me.assignments)
    people = {
        name: cast.person(name, FAR_GRID if name == "别处" else GRID) for name in ("待核", "别处", "定了", "他定")
    }
    cast.recheck(people["待核"], heads=[])
    cast.recheck(people["别处"])
    cast.recheck(people["定了"], "confirmed", proposed_by=mine.id, decided_at=cast.at)
    cast.recheck(people["他定"], "rejected", decided_by=uuid.uuid4(), decided_at=cast.at)
    house, together = [cast.door(room) for room in ("201", "202")], uuid.uuid4()
    for door in house:
        cast.recheck(door, proposed="demolished", together=together)
    shown = [(row.kind, row.n) for row in rechecks.waiting(mine, STREET)]
    assert shown == [("person", 1), ("building", 2)]
    assert rechecks.n_waiting(mine, STREET) == 2
    assert (rechecks.n_waiting(mine, SECOND), rechecks.n_waiting(SYSTEM, SECOND)) == (0, 1)
    assert [row.title for row in rechecks.lately(mine, STREET)] == ["定了"]
    nobody = Viewer(None, "", me.assignments)
    assert rechecks.lately(nobody, STREET) == [], "what the system did is nobody's own"
    one = rechecks.latest_of(mine, [people["定了"].pk])
    assert one is not None and one.title == "定了"
    whole = rechecks.latest_of(mine, [house[0].pk, people["待核"].pk], whole=True)
    assert whole is not None and whole.kind == "building"
    assert rechecks.latest_of(mine, [people["待核"].pk], whole=True) is None


def test_whom_a_proposer_named_as_head_is_read_while_it_waits(cast: Cast) -> None:
    heads = [{"dwelling": str(uuid.uuid4()), "head": str(uuid.uuid4()), "relations": {}}]
    open_, closed = (
        cast.recheck(cast.person("甲"), heads=heads),
        cast.recheck(cast.person("乙"), "rejected", heads=heads),
    )
    assert len(rechecks.named_heads(open_.pk)) == 1
    assert rechecks.named_heads(closed.pk) == rechecks.named_heads(uuid.uuid4()) == []


def test_who_is_due_and_whose_label_is_listed(cast: Cast) -> None:
    home = cast.door("101")
    late = cast.at_door("过期", home)
    cast.label(late, last_contact_on=days(-8))
    cast.label(cast.person("两天后"), last_contact_on=days(-5))
    cast.label(cast.person("三天后"), last_contact_on=days(-4))
    cast.label(cast.person("别处", FAR_GRID), last_contact_on=days(-8))
    cast.label(cast.person("已故", status="deceased"), last_contact_on=days(-8))
    cast.label(
        cast.person(
            "没同意",
        ),
        category="chronic_illness",
        last_contact_on=days(-8),
    )
    cast.label(cast.person("到期了"), ends_on=days(-1), last_contact_on=days(-8))
    cast.label(late, category="disabled", ends_on=days(-1), last_contact_on=days(-60), starts_on=days(-90))
    rows, n = care.due(lead(), FIRST, TODAY)
    assert [(row.name, row.overdue, len(row.categories)) for row in rows] == [("过期", True, 1), ("两天后", False, 1)]
    assert (n, rows[0].dwelling, rows[1].dwelling) == (2, home.pk, None)
    (consent,), n = care.listed(lead(), FIRST, "consent", TODAY)
    assert (consent.name, n) == ("没同意", 1)
    assert care.counts(lead(), FIRST, TODAY) == {"due": 2, "places": 0, "reviews": 0, "ending": 0, "consent": 1}
    persons = list(Person.objects.filter(grid=GRID).values_list("pk", flat=True))
    assert sorted(names(care.of_persons(lead(), persons, GRID, TODAY))) == sorted(
        ["过期", "两天后", "三天后", "没同意"]
    )
    assert names(care.of_persons(lead(), [late.pk], GRID, TODAY)) == ["过期"]
    for ask in (care.due, care.places, care.counts):
        with pytest.raises(NotHere):
            ask(lead(SECOND), FIRST, TODAY)


def test_which_empty_and_let_doors_are_due_and_how_they_are_asked_about(cast: Cast) -> None:
    seen: dict[str, Any] = {"last_contact_on": days(-100)}
    cast.door("101", occupancy="vacant", owner_phone_index="x", **seen)
    cast.door("102", occupancy="vacant", **seen)
    cast.door("103", occupancy="occupied", tenure="let", **seen)
    cast.door("104", occupancy="occupied", tenure="owner", **seen)
    cast.door("105", occupancy="vacant", status="struck_off", **seen)
    cast.door("106", occupancy="vacant", last_contact_on=days(-1))
    cast.door("107", FAR_GRID, occupancy="vacant", **seen)
    rows, n = care.places(lead(), FIRST, TODAY)
    assert {row.address.split()[-1]: row.step for row in rows} == {
        "101": "给产权人打电话，看还空着没有",
        "102": "问物业或邻居，看还空着没有",
        "103": "顺路敲门，看谁住着",
    }
    assert n == care.counts(lead(), FIRST, TODAY)["places"] == 3


def test_where_somebody_lives_goes_before_where_they_are_registered(cast: Cast) -> None:
    home, other = cast.door("101"), cast.door("102")
    both = cast.at_door("两处", home)
    cast.link(both, other, "registered_here")
    away = cast.at_door("户籍", other, "registered_here")
    left = cast.at_door("搬离", home, over=True)
    homes = care.homes_of([both.pk, away.pk, left.pk])
    assert {pk: link.dwelling_id for pk, link in homes.items()} == {both.pk: home.pk, away.pk: other.pk}
    assert titles.titles(lead(), "person", [both.pk, left.pk])[left.pk] == ("搬离", "没有关联房屋")
    assert set(titles.titles(lead(), "person", [away.pk])) == {away.pk}


def test_only_what_opens_for_the_viewer_has_a_title_of_its_page(cast: Cast) -> None:
    here, there = cast.person("这里"), cast.person("那里", FAR_GRID)
    assert titles.of_pages(lead(), "person", [here.pk, there.pk]) == {here.pk: "这里"}
    assert titles.of_pages(lead(SECOND), "person", [here.pk]) == {}


def test_what_a_search_for_a_number_finds(cast: Cast) -> None:
    door = cast.door("101")
    cast.street.say(door, "owner_phone", phone(1), "office")
    person = cast.street.person("张桂兰", door, id_no=id_no(1), phone=phone(1))
    other = cast.street.person("李四", cast.door("102"), id_no=id_no(3), phone=phone(2))
    gone = cast.street.person("王五", door, phone=phone(1))
    Person.objects.filter(pk=gone.pk).update(status="struck_off")
    merged = cast.street.person("赵六", phone=phone(1))
    Person.objects.filter(pk=merged.pk).update(merged_into=other.pk, status="struck_off")
    cast.street.person("钱七", cast.door("101", FAR_GRID), phone=phone(1))

    def found(who: Viewer, typed: str) -> set[tuple[str, str]]:
        return {(hit.kind, hit.title) for hit in search.search(who, typed)}

    assert found(lead(), phone(1)) == {("person", "张桂兰"), ("person", "李四"), ("dwelling", door.address)}
    assert found(lead(), phone(2)) == {("person", "李四")}
    assert found(lead(), id_no(1)) == {("person", "张桂兰")}
    assert found(lead(SECOND), phone(1)) == {("person", "钱七")}
    assert found(worker(NEXT_GRID), phone(1)) == set()
    assert [hit.id for hit in search.by_id_tail(lead(), id_no(1)[-4:], "张")] == [person.pk]
    assert search.by_id_tail(lead(), id_no(1)[-4:], "李") == []
    assert [hit.id for hit in search.by_id_tail(lead(), id_no(3)[-4:], "甲里1号楼1单元102")] == [other.pk]
    assert search.by_id_tail(lead(), id_no(3)[-4:], "甲里1号楼1单元101") == []
    Residence.objects.filter(person=other).update(to_on=TODAY)
    assert search.by_id_tail(lead(), id_no(3)[-4:], "甲里1号楼1单元102") == [], "who lived there once"


def test_a_searched_person_stands_where_they_live(cast: Cast) -> None:
    person = cast.street.person("张桂兰", cast.door("101"), "registered_here", phone=phone(1))
    (hit,) = search.search(lead(), phone(1))
    assert hit.place.endswith("101，户籍在此")
    cast.link(person, cast.door("102"))
    cast.link(person, cast.door("103", FAR_GRID))
    cast.link(person, cast.door("104"), over=True)
    (hit,) = search.search(lead(), phone(1))
    assert hit.place.endswith("102")


def test_a_door_is_found_by_its_present_and_its_former_address(cast: Cast) -> None:
    door, gone, far = cast.door("101"), cast.door("102"), cast.door("103", FAR_GRID)
    Dwelling.objects.filter(pk=gone.pk).update(status="struck_off")
    same = cast.door("104")
    for of in (door, gone, far, same):
        key = same.address_key if of == same else f"乙里|9|1|{of.room}"
        FormerAddress.objects.create(
            dwelling=of,
            community=of.community,
            address=f"乙里 9号楼 1单元 {of.room}",
            address_key=key,
            search_keys=["b:9"],
            until_on=TODAY,
        )
    assert set(renumbering.former().values_list("dwelling__room", flat=True)) == {"101", "103"}
    wanted = {FIRST: ["乙里|9|1|101", "乙里|9|1|102", "乙里|9|1|103"], SECOND: ["乙里|9|1|101"]}
    assert renumbering.by_former(wanted) == {(FIRST, "乙里|9|1|101"): door}
    entrance = (FIRST, "乙里", "9", "1")
    assert renumbering.entrances_by_former([entrance, (FIRST, "乙里", "8", "1"), (SECOND, "乙里", "8", "")]) == {
        entrance: (door.building_id, door.stairwell_id)
    }


def test_the_links_that_ended_with_a_record_and_who_was_erased(cast: Cast) -> None:
    end, earlier = uuid.uuid4(), uuid.uuid4()
    person = cast.at_door("已故", cast.door("103"))
    person.heads = {"status": str(end)}
    links = {}
    for room, op, over in (("101", end, True), ("102", earlier, True), ("104", end, False)):
        links[room] = cast.link(person, cast.door(room), over=over)
        _ended(cast, links[room], op)
    other = cast.link(cast.person("别人"), cast.door("105"), over=True)
    _ended(cast, other, end)
    assert [link.dwelling.room for link in ends.links([person])] == ["101"]
    assert ends.links([]) == []
    gone = cast.person("（已清除）")
    Erased.objects.create(pk=gone.pk, kind="person", at=cast.at, why="retention")
    assert erased.among([gone.pk, person.pk]) == {gone.pk}
    assert list(Person.objects.filter(erased.GONE)) == [gone]


def _ended(cast: Cast, link: Residence, op: uuid.UUID) -> None:
    with cast.street.writing() as writing:
        writing.change(
            stream=link.grid_id,
            kind="residence",
            entity=link.pk,
            field="to_on",
            old=None,
            new=TODAY.isoformat(),
            source="office",
            op=op,
        )


def test_lists_hold_the_records_of_a_scope_without_those_merged_away(cast: Cast) -> None:
    here, far = cast.person("这里"), cast.person("那里", FAR_GRID)
    cast.person("并走", merged_into=here.pk, status="struck_off")
    assert list(lists.PERSONS.records(FIRST)) == [here]
    assert list(lists.PERSONS.records(SECOND)) == [far]
    door = cast.door("101")
    cast.door("102", status="strike_off_pending")
    cast.door("103", status="struck_off")
    (building,) = lists.BUILDINGS.records(FIRST)
    cells = lists.BUILDINGS.cells(lead(), lead().reader(GRID), [building], ["n_doors"])
    assert cells[building.pk]["n_doors"] == "2"
    cast.link(here, door, "registered_here")
    cast.link(here, cast.door("105"), over=True)
    cast.link(here, cast.door("106", FAR_GRID))
    cell = lists.PERSONS.cells(lead(), lead().reader(GRID), [here], ["home"])[here.pk]["home"]
    assert cell == f"{door.address}，户籍在此"


def test_a_door_is_told_once_by_its_present_address_or_else_by_a_former_one(cast: Cast) -> None:
    """101 was called so before, in other words; 102 is the former 101 of another building."""
    door, other = cast.door("101"), cast.door("102")
    for of, address in ((door, "老甲里 1号楼 1单元 101"), (other, "甲里 1号楼 1单元 101")):
        FormerAddress.objects.create(
            dwelling=of,
            community=of.community,
            address=address,
            address_key=f"former|{of.room}",
            search_keys=door.search_keys,
            until_on=TODAY,
        )
    hits = [(hit.id, hit.title, hit.matched) for hit in search.search(lead(), "甲里1号楼1单元101")]
    assert hits == [
        (door.pk, door.address, "地址"),
        (other.pk, other.address, "原地址 甲里 1号楼 1单元 101"),
    ]
