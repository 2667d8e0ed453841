"""How a door of the register is said to a comparison: part by part, as a ledger's columns say it."""

from __future__ import annotations

import pytest

from gridwalk.ledger.location import WHOLE_HOUSE
from gridwalk.method import address_writing, addresses
from gridwalk.reconcile.queries import register
from gridwalk.registry.models import Dwelling

GRID = "120199001001001"
NOTHING = {"estate": None, "building": None, "stairwell": None, "room": None}


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("海河花园5号楼2单元301", {"estate": "海河花园", "building": "5", "stairwell": "2", "room": "301"}),
        ("海河花园5号楼301", {"estate": "海河花园", "building": "5", "room": "301"}),
    ],
)
def test_a_door_is_said_with_its_stairwell_and_what_it_has_not_is_left_out(address: str, parts: dict[str, str]) -> None:
    door = Dwelling(address_key=address_writing.key(addresses.parse(address)))
    place = register._place(GRID, door)
    assert {name: value for name, value in place.items() if value} == {"grid_code": GRID, **parts}


def test_a_building_without_rooms_is_one_whole_house() -> None:
    door = Dwelling(address_key=address_writing.key(addresses.parse("海河花园5号楼")))
    assert register._place(GRID, door)["room"] == WHOLE_HOUSE
    assert register._place(GRID, None) == {"grid_code": GRID, **NOTHING}
