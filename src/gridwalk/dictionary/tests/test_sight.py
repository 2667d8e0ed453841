"""What each reader is shown of a field: the table of the red lines, value by value."""

from __future__ import annotations

import pytest

from gridwalk.accounts.rules import Held, Role, Viewer
from gridwalk.dictionary import fields, sight
from gridwalk.dictionary.sight import Depth, Place, Reader
from gridwalk.dictionary.types import Column, Field, Shown

ALL = [field for kind in fields.KINDS for field in fields.fields(kind)]
GRID = "120199001001001"
COUNTS, MASKED, ROWS, REVEALED = (Reader(depth) for depth in Depth)


def test_it_shows_a_name_in_full_only_to_who_sees_rows_in_full() -> None:
    shown = [fields.show("person", "name", "王小明", reader) for reader in (COUNTS, MASKED, ROWS, REVEALED)]
    assert shown == ["", "王**", "王小明", "王小明"]
    shown = [fields.show("organization", "name", "海河面馆", reader) for reader in (COUNTS, MASKED, ROWS)]
    assert shown == ["", "海河面馆", "海河面馆"], "a business is no person"


def test_it_shows_a_number_in_full_only_when_it_is_revealed() -> None:
    shown = [fields.show("person", "phone", "12012345678", reader) for reader in (COUNTS, MASKED, ROWS, REVEALED)]
    assert shown == ["", "有", "*******5678", "12012345678"]
    assert fields.show("person", "phone", "", MASKED) == "无"
    assert fields.show("person", "phone", "12012345678", sight.ON_PHONE) == "*******5678"
    assert fields.show("person", "phone", "12012345678", sight.HANDED_OUT) == "12012345678"


@pytest.mark.parametrize(("field", "value", "words"), [("occupancy", "vacant", "空房"), ("tenure", "let", "出租")])
def test_it_tells_of_empty_and_let_doors_only_who_may_see_care_and_no_file(field: str, value: str, words: str) -> None:
    assert fields.show("dwelling", field, value, ROWS) == words
    assert fields.show("dwelling", field, value, Reader(Depth.ROWS, care=False)) == ""
    assert fields.show("dwelling", field, value, sight.ON_PHONE) == words
    assert fields.show("dwelling", field, value, sight.IN_FILE) == ""
    assert fields.show("dwelling", field, value, sight.HANDED_OUT) == ""
    assert fields.stays_inside("dwelling", field) and not fields.stays_inside("dwelling", "usage")


def test_it_shows_what_is_neither_name_nor_number_to_whoever_sees_rows() -> None:
    rest = [f for f in ALL if f.sight is None and not f.is_sensitive]
    assert {sight.of(f, reader) for f in rest for reader in (MASKED, ROWS, REVEALED)} == {Shown.WHOLE}
    assert {sight.of(f, COUNTS) for f in ALL} == {Shown.NOTHING}


@pytest.mark.parametrize("field", ALL, ids=lambda f: f"{f.kind}.{f.name}")
def test_it_can_mask_whatever_it_may_have_to(field: Field) -> None:
    readers = [Reader(depth, place) for depth in Depth for place in Place]
    if Shown.MASKED in {sight.of(field, reader) for reader in readers}:
        assert field.mask is not None
    assert field.is_sensitive == (field.column is Column.SEALED), "a number lies in the envelope, and nothing else does"


@pytest.mark.parametrize("field", [f for f in ALL if f.form.door is not None], ids=lambda f: f"{f.kind}.{f.name}")
def test_it_asks_at_the_door_only_for_what_the_phone_keeps(field: Field) -> None:
    assert field.on_phone
    assert set(field.form.when) <= {f.name for f in fields.at_door(field.kind)}
    for other, values in field.form.when.items():
        assert set(values) <= {*fields.get(field.kind, other).choices, ""}


@pytest.mark.parametrize(
    ("role", "depth", "care"),
    [
        (Role.GRID_WORKER, Depth.ROWS, True),
        (Role.COMMUNITY_LEAD, Depth.ROWS, True),
        (Role.STREET_CENTRE, Depth.MASKED, False),
        (Role.DISTRICT_CENTRE, Depth.COUNTS, False),
        (Role.LEADING_GROUP, Depth.COUNTS, False),
        (Role.ADMINISTRATOR, Depth.COUNTS, False),
    ],
)
def test_it_takes_who_reads_from_their_role_and_area(role: Role, depth: Depth, care: bool) -> None:
    viewer = Viewer(None, "某人", (Held(role, GRID[:12]),))
    assert viewer.reader(GRID) == Reader(depth, Place.PAGE, care)
    assert viewer.reader("120199002001001", Place.FILE) == Reader(Depth.COUNTS, Place.FILE, care=False)
