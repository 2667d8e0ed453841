from __future__ import annotations

from collections import Counter

import pytest
from stdnum.cn import uscc

from gridwalk.method import idcards
from gridwalk.simulate.street import faults
from gridwalk.simulate.street.model import LIVING
from gridwalk.simulate.street.world import World, area_tree


@pytest.mark.slow
def test_the_same_seed_makes_the_same_street_and_another_seed_another(small: World) -> None:
    again, other = World.make("small"), World.make("small", seed=7)
    assert again.entries == small.entries
    assert again.faults == small.faults
    assert [p.name for p in other.persons.values()] != [p.name for p in small.persons.values()]


@pytest.mark.slow
def test_the_street_has_the_size_of_its_public_profile() -> None:
    street = World.make("street")
    homes = [d for d in street.doors.values() if d.usage == "residential"]
    kinds = Counter(s.kind for p in street.persons.values() for s in p.stays if s.real)
    assert len(homes) == 13000
    assert sum(len(c.grids) for c in street.communities) == 31
    assert 30_300 < sum(kinds[kind] for kind in LIVING) < 31_700
    assert 15_000 < kinds["registered_here"] < 17_000
    registered = {(s.door, p.household) for p in street.persons.values() for s in p.stays if s.kind == "lives_here"}
    registered |= {
        (s.door, p.household) for p in street.persons.values() for s in p.stays if s.kind == "registered_here"
    }
    assert 16_000 < len(registered) < 18_000
    assert len(street.organizations) == 170
    assert len(street.sites) == 40
    assert len(street.care) == 880
    vacant = sum(d.occupancy == "vacant" for d in homes)
    let = sum(d.tenure == "let" for d in homes)
    assert 0.06 < vacant / 13000 < 0.09
    assert 0.08 < let / 13000 < 0.10


def test_communities_and_grids_are_those_of_the_official_list(small: World) -> None:
    codes = {c["code"]: c["name"] for c in area_tree()["communities"]}
    assert {c.code: c.name for c in small.communities}.items() <= codes.items()
    assert all(grid.startswith(c.code) and len(grid) == 15 for c in small.communities for grid in c.grids)


def test_every_identifier_is_impossible_and_well_formed_and_used_once(small: World) -> None:
    cards = [idcards.check(p.id_no) for p in small.persons.values()]
    assert all(not card.fault and card.value.startswith("120199") for card in cards)
    assert len({card.value for card in cards}) == len(cards)
    for person, card in zip(small.persons.values(), cards, strict=True):
        assert (card.born_on, card.sex) == (person.born_on, person.sex)
    phones = [p.phone for p in small.persons.values() if p.phone]
    assert all(phone.startswith("12") and len(phone) == 11 for phone in phones)
    assert all(uscc.is_valid(organization.uscc) for organization in small.organizations.values())


def test_every_kind_of_fault_is_planted_and_counted(small: World) -> None:
    planted = small.planted()
    assert set(planted) == set(faults.KINDS)
    assert all(n >= 2 for n in planted.values())
    assert sum(planted.values()) == len(small.faults)
    assert [fault.number for fault in small.faults] == list(range(1, len(small.faults) + 1))


def test_a_house_of_twenty_and_a_person_in_two_grids_are_there(small: World) -> None:
    by_kind = {kind: [f for f in small.faults if f.kind == kind] for kind in faults.KINDS}
    for fault in by_kind["crowded_house"]:
        assert sum(s.kind in LIVING for s in small.doors[fault.ref].stays) >= 20
    for fault in by_kind["duplicate_person"]:
        first, second = [s for s in small.persons[fault.ref].stays if s.written and s.kind in LIVING]
        assert (first.real, second.real) == (True, False)
        assert small.doors[first.door].place.grid != small.doors[second.door].place.grid
    for fault in by_kind["dead_active"]:
        assert small.persons[fault.ref].gone == "deceased"
        assert all(s.written and not s.real for s in small.persons[fault.ref].stays)
