"""An op without what it says of somebody erased: the innermost part goes, everything else stays as it was sent."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from gridwalk.sync import erased, messages
from gridwalk.sync.erased import Erasure

GONE, STAYS, DOOR, OP = (str(uuid.UUID(int=n)) for n in range(1, 5))
ERASURE = Erasure(persons=frozenset({uuid.UUID(GONE)}), places=frozenset({uuid.UUID(DOOR)}))


def op(entity: str = DOOR, **more: Any) -> dict[str, Any]:
    """A visit of the door."""
    place = {"op": OP, "seq": 3, "verb": "visit.record", "kind": "dwelling", "entity": entity}
    return {**place, "at": "2026-10-13T02:00:00+00:00", "mono": 7, "version": 1, **more}


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ({"data": {"confirmed": [GONE, STAYS]}}, {"data": {"confirmed": [STAYS]}}),
        (
            {"data": {"edits": [{"entity": GONE, "set": {"phone": {"v": "12"}}}, {"entity": STAYS, "set": {}}]}},
            {"data": {"edits": [{"entity": STAYS, "set": {}}]}},
        ),
        (
            {"data": {"outcome": "met", "arrivals": [{"id": GONE, "values": {"name": "程望舒"}}]}},
            {"data": {"outcome": "met", "arrivals": []}},
        ),
        ({"data": {"care": [{"person": GONE, "need": "aid"}], "note": None}}, {"data": {"care": [], "note": None}}),
        ({"data": {"a newer verb": {"who": GONE, "x": 1}, "y": 2}}, {"data": {"y": 2}}),
        ({"data": {"who": GONE, "x": 1}, "att": ["00"]}, {"att": ["00"]}),
        (
            {"set": {"owner_name": {"v": "程望舒"}, "owner_phone": {"v": "12"}, "tenure": {"v": "let"}}},
            {"set": {"tenure": {"v": "let"}}},
        ),
        (
            {"data": {"edits": [{"entity": DOOR, "set": {"owner_name": {"v": "程望舒"}}}]}},
            {"data": {"edits": [{"entity": DOOR, "set": {}}]}},
        ),
        ({"data": {"confirmed": ["{" + GONE.upper() + "}", f"urn:uuid:{GONE}"]}}, {"data": {"confirmed": []}}),
    ],
)
def test_what_names_somebody_erased_goes_and_the_rest_stays(said: dict[str, Any], left: dict[str, Any]) -> None:
    raw = op(**said)
    assert ERASURE.cut(raw) == op(**left)
    assert raw == op(**said), "what was sent is not changed"
    assert not erased.ids_in(ERASURE.cut(raw)) & ERASURE.persons


def test_of_an_op_about_them_only_its_place_in_the_sequence_is_left() -> None:
    raw = op(GONE, set={"phone": {"p": None, "v": "12"}}, data={"reason": "程望舒"}, extra={}, att=["00"], new="x")
    assert (ERASURE.is_about(raw), ERASURE.cut(raw)) == (True, op(GONE))
    again = ERASURE.cut(op(GONE))
    assert ERASURE.cut(again) is again, "what was cut is not cut again"


def test_an_op_that_names_nobody_erased_is_the_very_same() -> None:
    raw = op(STAYS, set={"owner_name": {"p": GONE[:-1] + "f", "v": "程望舒"}}, data={"confirmed": [STAYS]})
    assert ERASURE.cut(raw) is raw


def test_of_brackets_without_end_nothing_is_kept() -> None:
    deep: Any = GONE
    for _ in range(5000):
        deep = [deep]
    assert erased.ids_in(op(data={"x": deep})) >= ERASURE.persons
    assert ERASURE.cut(op(data={"x": deep})) == op()


def test_a_cut_op_is_read_again() -> None:
    read = messages.Op.model_validate(ERASURE.cut(op(GONE, set={"phone": {"p": None, "v": "12"}})))
    assert (str(read.op), read.seq, read.verb, str(read.entity), read.set) == (OP, 3, "visit.record", GONE, {})
