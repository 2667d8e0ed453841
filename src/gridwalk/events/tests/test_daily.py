"""Daily events on the register's own street: what each writes, what it refuses, what undoing leaves; any
sequence of moves.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from gridwalk.core import clock
from gridwalk.core.models import Change
from gridwalk.core.queries import NotHere
from gridwalk.events import kinds
from gridwalk.events.actions import business, homes, letting, lives, undoing
from gridwalk.events.actions.reading import Noticed
from gridwalk.events.models import Event
from gridwalk.registry import columns
from gridwalk.registry.actions.corrections import CorrectionError
from gridwalk.registry.models import Dwelling, Organization, Person, Recheck, Residence
from gridwalk.registry.tests.street import (
    FAR_GRID,
    FIRST,
    GRID,
    NEXT_GRID,
    Street,
    id_no,
    lead,
    links,
    open_differences,
    phone,
    uscc,
    worker,
)
from tests.harness.locks import before_locking

SAID = {"on": "2026-06-01", "told": "self", "seen": "1"}


def move_in(street: Street, door: Dwelling, *people: dict[str, str], kind: str = "tenant", **raw: str) -> Event:
    return homes.move_in(
        actor=lead(), at=street.at, dwelling=door.id, people=people, raw=SAID | {"residence_kind": kind} | raw
    )


def faults(error: pytest.ExceptionInfo[CorrectionError]) -> dict[str, str]:
    return error.value.faults


def test_a_new_persons_birth_date_and_sex_follow_from_the_number(street: Street) -> None:
    door = street.door(occupancy="vacant")
    event = move_in(street, door, {"name": "张桂兰", "id_no": id_no(2, "19500321"), "phone": phone(1)})
    person = Person.objects.get()
    assert (str(person.born_on), person.sex, person.grid_id) == ("1950-03-21", "female", GRID)
    assert person.verified_on == clock.local_date(street.at)
    assert Residence.objects.get().from_on == dt.date(2026, 6, 1)
    door.refresh_from_db()
    assert door.occupancy == "occupied"
    reasons = set(Change.objects.filter(op=event.id).values_list("reason", flat=True))
    assert reasons == {"入住，2026年6月1日，本人或家属说的"}


def test_somebody_on_record_moves_with_the_registration_and_what_was_typed_overwrites_nothing(street: Street) -> None:
    old, new = street.door("101"), street.door("102", NEXT_GRID)
    person = street.person("张桂兰", old, "lives_here", id_no=id_no(1), phone=phone(1))
    move_in(street, new, {"name": "张桂兰", "id_no": id_no(1), "phone": phone(2)}, kind="tenant")
    person.refresh_from_db()
    assert (person.grid_id, links(person)) == (NEXT_GRID, [(old.id, "registered_here"), (new.id, "tenant")])
    assert columns.read(person, "phone") == phone(1), "nobody who typed the other one had seen it"
    assert open_differences() == [("phone", "changed_meanwhile")]
    move_in(street, new, {"name": "张桂兰", "id_no": id_no(1)}, kind="lives_here")
    assert links(person) == [(new.id, "lives_here")]  # nobody is registered twice


def test_it_refuses_at_the_field_and_says_everything_at_once(street: Street) -> None:
    door = street.door("101")
    street.person("张桂兰", door, "tenant", id_no=id_no(1))
    street.person("李四", street.door("102", FAR_GRID), id_no=id_no(3))
    tomorrow = (clock.local_date(street.at) + dt.timedelta(days=1)).isoformat()
    with pytest.raises(CorrectionError) as raised:
        move_in(
            street,
            door,
            {"name": "张桂兰", "id_no": id_no(1)},
            {"name": "李四", "id_no": id_no(3)},
            {},
            {"name": "", "id_no": id_no(5)},
            {"name": "王五", "id_no": id_no(5)[:-1] + ("1" if id_no(5)[-1] != "1" else "2"), "phone": "123"},
            on=tomorrow,
            told="",
        )
    texts = faults(raised)
    assert texts["id_no-0"] == "已登记住在这里"
    assert "id_no-1" not in texts, "whose number stands elsewhere is no fault of the form"
    assert texts["name-3"] == "请填姓名"
    assert {"id_no-4", "phone-4", "on", "told"} <= set(texts)
    assert "还没到" in texts["on"]
    assert Person.objects.count() == 2
    assert not Event.objects.exists()
    with pytest.raises(CorrectionError, match="有几处"):
        move_in(street, door)
    Dwelling.objects.filter(pk=door.pk).update(status="strike_off_pending")
    with pytest.raises(CorrectionError, match="正等着注销复核"):
        move_in(street, door, {"name": "王五"})
    Dwelling.objects.filter(pk=door.pk).update(status="struck_off")
    with pytest.raises(CorrectionError, match="已注销"):
        move_in(street, door, {"name": "王五"})
    with pytest.raises(NotHere):
        homes.move_in(actor=worker(NEXT_GRID), at=street.at, dwelling=door.id, people=[{"name": "王五"}], raw=SAID)


def test_what_is_worth_a_second_look_is_said_once(street: Street) -> None:
    street.person("张桂兰", street.door("102"), id_no=id_no(1), phone=phone(1))
    door = street.door("101", tenure="owner", occupancy="vacant")
    with pytest.raises(Noticed) as raised:
        move_in(street, door, {"name": "张桂兰", "id_no": id_no(1)}, seen="")
    assert [n.code for n in raised.value.noticed] == ["same_number", "owner_with_tenants"]
    assert not Event.objects.exists()
    move_in(street, door, {"name": "张桂兰", "id_no": id_no(1)})
    assert Event.objects.count() == 1


def test_another_name_and_the_dead_are_not_believed_and_who_moved_away_comes_back(street: Street) -> None:
    door = street.door("101")
    person = street.person("张桂兰", street.door("102"), id_no=id_no(1))
    move_in(street, door, {"name": "李四", "id_no": id_no(1)})
    assert (open_differences(), Person.objects.count()) == ([("residence", "taken_over")], 1)
    Person.objects.filter(pk=person.pk).update(status="deceased")
    with pytest.raises(CorrectionError) as raised:
        move_in(street, door, {"name": "张桂兰", "id_no": id_no(1)})
    assert "已去世" in faults(raised)["id_no-0"]
    Person.objects.filter(pk=person.pk).update(status="moved_away")
    move_in(street, door, {"name": "张桂兰", "id_no": id_no(1)})
    assert Person.objects.get(pk=person.pk).status == "active"


def move_out(street: Street, door: Dwelling, *who: Person, **raw: str) -> Event:
    picked = [str(person.pk) for person in who]
    return homes.move_out(actor=lead(), at=street.at, dwelling=door.id, who=picked, raw=SAID | raw)


def test_moving_out_knows_three_ways(street: Street) -> None:
    door, other = street.door("101"), street.door("102", NEXT_GRID)
    stays, away, gone, on_the_street = (
        street.person(name, door, kind)
        for name, kind in (("甲一", "lives_here"), ("乙一", "tenant"), ("丙一", "tenant"), ("丁一", "tenant"))
    )
    move_out(street, door, stays, where="away", keeps="keeps")
    assert (links(stays), Recheck.objects.count()) == ([(door.id, "registered_here")], 0)
    move_out(street, door, away, where="away")
    away.refresh_from_db()
    assert (links(away), away.status, away.status_pending, away.grid_id) == ([], "active", "moved_away", f"{FIRST}000")
    move_out(street, door, gone, where="unknown")
    gone.refresh_from_db()
    assert (links(gone), gone.status_pending) == ([], "")
    with pytest.raises(CorrectionError) as raised:
        move_out(street, door, on_the_street, where="door", residence_kind="tenant", address="甲里9号楼1单元101")
    assert "没找到" in faults(raised)["address"]
    with pytest.raises(CorrectionError) as raised:
        move_out(street, door, where="", after="vacant:")
    assert set(faults(raised)) == {"who", "where", "after"}
    move_out(
        street,
        door,
        on_the_street,
        where="door",
        residence_kind="boarder",
        address=other.address,
        after="vacant:neighbour",
    )
    on_the_street.refresh_from_db()
    assert (links(on_the_street), on_the_street.grid_id) == ([(other.id, "boarder")], NEXT_GRID)
    door.refresh_from_db()
    assert (door.occupancy, door.vacancy_source) == ("vacant", "neighbour")
    assert Residence.objects.get(person=gone).to_on == dt.date(2026, 6, 1)


def test_a_child_without_a_name_or_number_is_born(street: Street) -> None:
    door = street.door()
    mother = street.person("王芳", door, "lives_here", relation="child")
    raw = {"sex": "female", "born_on": "2026-06-01", "registered": "here", "told": "self"}

    def bear(**more: str) -> Event:
        return lives.bear(actor=worker(), at=street.at, dwelling=door.id, parent=[str(mother.pk)], raw=raw | more)

    with pytest.raises(CorrectionError) as raised:
        bear(sex="", born_on="2027-01-01", id_no="1")
    assert set(faults(raised)) == {"sex", "born_on", "id_no"}
    bear()
    child = Person.objects.get(name="王芳之女")
    assert (child.relation, child.id_no_index, links(child)) == ("40", "", [(door.id, "lives_here")])


def test_a_death_is_proposed_once(street: Street) -> None:
    person = street.person("张桂兰", street.door(), born_on="1950-01-01")
    with pytest.raises(CorrectionError) as raised:
        lives.die(actor=worker(), at=street.at, person=person.pk, raw=SAID | {"on": "1949-01-01"})
    assert "早于" in faults(raised)["on"]
    event = lives.die(actor=worker(), at=street.at, person=person.pk, raw=SAID)
    person.refresh_from_db()
    assert (person.status, person.status_pending) == ("active", "deceased")
    with pytest.raises(CorrectionError, match="等人复核"):
        lives.die(actor=worker(), at=street.at, person=person.pk, raw=SAID)
    undoing.undo(actor=worker(), at=street.at, event=event.pk)
    person.refresh_from_db()
    assert person.status_pending == ""
    with pytest.raises(NotHere):
        lives.die(actor=worker(NEXT_GRID), at=street.at, person=person.pk, raw=SAID)


@pytest.mark.parametrize(
    ("home", "expected_partner", "expected_spouse"),
    [
        ("here", [("101", "lives_here", "02")], [("101", "lives_elsewhere_registered", "10")]),
        (
            "theirs",
            [("101", "registered_here", "02"), ("201", "lives_elsewhere_registered", "28/38")],
            [("201", "lives_here", "20/30")],
        ),
        (
            "other",
            [("101", "registered_here", "02"), ("301", "lives_elsewhere_registered", "02")],
            [("201", "registered_here", "10"), ("301", "lives_elsewhere_registered", "10")],
        ),
    ],
)
def test_two_marry_and_live_together(
    street: Street, home: str, expected_partner: list[Any], expected_spouse: list[Any]
) -> None:
    here, theirs, other = street.door("101"), street.door("201", NEXT_GRID), street.door("301")
    partner = street.person("张一", here, "lives_here", relation="head")
    spouse = street.person("李二", theirs, "lives_here", id_no=id_no(2), relation="child")
    raw = SAID | {"home": home, "address": other.address, "registered": "elsewhere"}
    people = [{"name": "李二", "id_no": id_no(2)}]
    homes.marry(actor=lead(), at=street.at, dwelling=here.id, who=[str(partner.pk)], people=people, raw=raw)

    def told(person: Person) -> list[tuple[str, str]]:
        current = Residence.objects.filter(person=person, to_on__isnull=True).select_related("dwelling")
        return [(link.dwelling.room, link.kind) for link in current.order_by("dwelling__room")]

    for person, expected in ((partner, expected_partner), (spouse, expected_spouse)):
        person.refresh_from_db()
        if person == spouse and home == "here":
            expected = [*expected, ("201", "registered_here", "10")]
        assert told(person) == [line[:2] for line in expected]
        assert person.relation == expected[-1][2]


def test_letting_and_its_end(street: Street) -> None:
    door = street.door(tenure="owner", occupancy="occupied", owner_name="王房东")
    owner = street.person("王房东", door, "lives_here")
    with pytest.raises(CorrectionError, match="没有登记为出租"):
        letting.end_let(actor=lead(), at=street.at, dwelling=door.id, who=[], raw=SAID | {"after": "owner"})
    tenants = [{"name": "租一", "id_no": id_no(1)}, {"name": "租二", "phone": phone(2)}, {"name": ""}]
    letting.let(
        actor=worker(),
        at=street.at,
        dwelling=door.id,
        people=tenants,
        leaving=[str(owner.pk)],
        raw=SAID | {"owner_phone": phone(9)},
    )
    door.refresh_from_db()
    assert (door.tenure, door.occupancy, columns.read(door, "owner_phone")) == ("let", "occupied", phone(9))
    assert door.verified_on == clock.local_date(street.at)
    assert links(owner) == [(door.id, "registered_here")]
    gone = list(Person.objects.filter(name__startswith="租"))
    picked = [str(person.pk) for person in gone]
    with pytest.raises(CorrectionError) as raised:
        letting.end_let(actor=lead(), at=street.at, dwelling=door.id, who=picked[:1], raw=SAID | {"after": "vacant:"})
    assert "还有 1 人" in faults(raised)["after"]
    letting.end_let(
        actor=lead(), at=street.at, dwelling=door.id, who=picked, raw=SAID | {"after": "vacant:property_office"}
    )
    door.refresh_from_db()
    assert (door.tenure, door.occupancy, door.vacancy_source) == ("unknown", "vacant", "property_office")
    assert not Residence.objects.filter(person__in=gone, to_on__isnull=True).exists()
    assert Person.objects.filter(status="active").count() == 3


def test_with_the_event_goes_who_proved_the_door_vacant(street: Street) -> None:
    door, other = (street.door(room, tenure="let", occupancy="occupied") for room in ("101", "102"))
    raw = SAID | {"after": "vacant:property_office"}
    stands, ended = (letting.end_let(actor=lead(), at=street.at, dwelling=d.id, who=[], raw=raw) for d in (other, door))
    with before_locking("registry_dwelling", lambda: None):
        undoing.undo(actor=lead(), at=street.at, event=ended.id)
    assert Event.objects.get(undone_at__isnull=True) == stands
    proofs = Dwelling.objects.order_by("room").values_list("tenure", "occupancy", "vacancy_source")
    assert list(proofs) == [("let", "occupied", ""), ("unknown", "vacant", "property_office")]


def test_a_new_owner_does_not_keep_the_old_ones_telephone(street: Street) -> None:
    door = street.door(owner_name="王房东", owner_phone=phone(1))
    with pytest.raises(CorrectionError) as raised:
        letting.change_owner(actor=lead(), at=street.at, dwelling=door.id, raw=SAID | {"owner_phone": "12"})
    assert set(faults(raised)) == {"owner_name", "owner_phone"}
    letting.change_owner(actor=lead(), at=street.at, dwelling=door.id, raw=SAID | {"owner_name": "李房东"})
    door.refresh_from_db()
    assert (door.owner_name, columns.read(door, "owner_phone")) == ("李房东", "")


def test_a_business_opens_once_and_closes(street: Street) -> None:
    door = street.door(usage="business")
    raw = SAID | {"name": "河北早点", "uscc": uscc(1), "org_kind": "household_business"}

    def open_(**more: str) -> Event:
        return business.open_business(actor=lead(), at=street.at, dwelling=door.id, raw=raw | more)

    with pytest.raises(CorrectionError) as raised:
        open_(uscc=uscc(1)[:-1] + "!", name="")
    assert set(faults(raised)) == {"uscc", "name"}
    event = open_()
    shop = Organization.objects.get()
    assert (shop.name, shop.dwelling_id, shop.address, shop.grid_id) == ("河北早点", door.id, door.address, GRID)
    with pytest.raises(CorrectionError) as raised:
        open_()
    assert "已登记：河北早点" in faults(raised)["uscc"]
    undoing.undo(actor=lead(), at=street.at, event=event.pk)
    shop.refresh_from_db()
    assert shop.status == "closed"
    open_()
    shop = Organization.objects.get(status="active")
    with pytest.raises(CorrectionError) as raised:
        business.close_business(actor=lead(), at=street.at, organization=shop.pk, raw=SAID)
    assert "原因" in faults(raised)["why"]
    business.close_business(actor=lead(), at=street.at, organization=shop.pk, raw=SAID | {"why": "到期不租了"})
    shop.refresh_from_db()
    assert shop.status == "closed" or Recheck.objects.filter(entity=shop.pk, state="open").exists()
    with pytest.raises(NotHere):
        business.close_business(actor=worker(FAR_GRID), at=street.at, organization=shop.pk, raw=SAID)


def test_registrations_move_by_themselves(street: Street) -> None:
    here, other = street.door("101"), street.door("102", NEXT_GRID)
    tenant = street.person("租一", here, "tenant", id_no=id_no(1))
    elsewhere = street.person("李二", other, "lives_here", id_no=id_no(2))

    def register_in(*who: Person, people: list[dict[str, str]] | None = None) -> Event:
        picked = [str(person.pk) for person in who]
        return homes.register_in(
            actor=lead(), at=street.at, dwelling=here.id, who=picked, people=people or [], raw=SAID
        )

    with pytest.raises(CorrectionError) as raised:
        register_in()
    assert set(faults(raised)) == {"who"}
    event = register_in(tenant, people=[{"name": "李二", "id_no": id_no(2)}])
    assert links(tenant) == [(here.id, "lives_here")]
    assert links(elsewhere) == [(other.id, "lives_elsewhere_registered"), (here.id, "registered_here")]
    undoing.undo(actor=lead(), at=street.at, event=event.pk)
    assert (links(tenant), links(elsewhere)) == ([(here.id, "tenant")], [(other.id, "lives_here")])
    register_in(tenant)
    homes.register_out(actor=lead(), at=street.at, dwelling=here.id, who=[str(tenant.pk)], raw=SAID)
    assert links(tenant) == [(here.id, "lives_elsewhere_registered")]


def test_what_was_seen_at_the_door_is_a_visits_word(street: Street) -> None:
    door = street.door(owner_name="王房东")
    letting.change_owner(
        actor=worker(), at=street.at, dwelling=door.id, raw=SAID | {"owner_name": "李房东", "told": "visit"}
    )
    door.refresh_from_db()
    assert door.owner_name == "王房东"  # proved by a document, so a visit asks (docs/algorithms/claims.md)


def test_every_event_has_its_words() -> None:
    assert {kind.at for kind in kinds.EVENTS.values()} == {"dwelling", "person", "organization"}
    assert kinds.reason("let", dt.date(2026, 6, 1), "others") == "出租，2026年6月1日，物业或邻居说的"
    assert kinds.reason("moved_in", None, "self") == "入住，本人或家属说的"
    assert [kinds.child_of(parent, "male") for parent in ("28", "75", "12", "")] == ["40", "", "20", ""]
    assert [kinds.spouse_of(partner, "female") for partner in ("02", "22", "41", "55")] == ["10", "38", "97", ""]
    assert [kinds.newborn_lives(kind, False) for kind in ("tenant", "lives_here")] == [
        "tenant",
        "lives_elsewhere_registered",
    ]
