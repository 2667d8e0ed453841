"""Reading what phones send: hashes, clocks, what is malformed and what is merely wrong."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwalk.core import ids
from gridwalk.sync import photos, rules

NOON = dt.datetime(2026, 10, 13, 4, tzinfo=dt.UTC)


def op(**more: Any) -> dict[str, Any]:
    sent = {
        "op": str(ids.new_id()),
        "seq": 1,
        "verb": "fact.set",
        "kind": "dwelling",
        "entity": str(ids.new_id()),
        "set": {"tenure": {"p": None, "v": "let"}},
        "data": {},
        "at": NOON.isoformat(),
        "mono": 5,
        "version": 1,
        "att": [],
    }
    return {**sent, **more}


def test_canonical_json_is_spelled_as_the_phone_spells_it() -> None:
    assert (
        rules.canonical({"b": [1, "门\n\u2028"], "a": {"z": None, "y": True}})
        == '{"a":{"y":true,"z":null},"b":[1,"门\\n\u2028"]}'
    )
    rows = [rules.canonical(row) for row in ({"kind": "a", "id": "1"}, {"kind": "b", "id": "1"})]
    assert rows[0] == '{"id":"1","kind":"a"}'
    assert rules.grid_hash(rows) == hashlib.sha256(f"{rows[0]}\n{rows[1]}".encode()).hexdigest()


def test_a_renumbered_op_is_the_same_op_and_a_changed_one_is_not() -> None:
    sent = op()
    assert rules.op_hash(sent) == rules.op_hash({**sent, "seq": 9}) == rules.read_op(sent).hash
    assert rules.op_hash(sent) != rules.op_hash({**sent, "mono": 6})


def test_a_fault_is_kept_and_what_has_no_place_is_refused() -> None:
    assert rules.read_op(op()).fault == ""
    assert rules.read_op(op(version=2)).fault == "unknown_version"
    assert rules.read_op(op(verb="visit.dance")).fault == "unknown_verb"
    assert rules.read_op(op(entity="nobody")).fault == "not_valid"
    assert rules.read_op(op(set={"tenure": "let"})).fault == "not_valid"
    assert rules.read_op(op(at="noon", att=["x", "a" * 64])).att == ("a" * 64,)
    for malformed in (None, {}, {"seq": 1}, op(seq="1"), op(op=3)):
        with pytest.raises(rules.Malformed):
            rules.read_op(malformed)
    first, second = op(), op(seq=2)
    assert rules.read_push({"seq_from": 1, "ops": [first, second]})[0] == 1
    for malformed in (
        {"seq_from": 2, "ops": [first]},
        {"seq_from": 1, "ops": [first, op()]},
        {"seq_from": 0, "ops": []},
        {"seq_from": 1, "ops": [first, {**first, "seq": 2}]},
        {"seq_from": 1, "ops": [op(seq=n) for n in range(1, 202)]},
    ):
        with pytest.raises(rules.Malformed):
            rules.read_push(malformed)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
        max_leaves=12,
    )
)
def test_whatever_is_sent_is_read_or_refused_and_never_breaks(anything: Any) -> None:
    for body in (
        anything,
        {"seq_from": 1, "ops": [anything]},
        {"seq_from": 1, "ops": [op(set=anything, data=anything, at=anything)]},
    ):
        try:
            _, read, _ = rules.read_push(json.loads(json.dumps(body)))
        except rules.Malformed:
            continue
        assert all(len(intention.hash) == 64 for intention in read)


def test_a_clock_that_is_wrong_is_put_right_and_nothing_is_later_than_it_came() -> None:
    hour = dt.timedelta(hours=1)
    assert rules.happened(NOON - hour, behind=dt.timedelta(minutes=4), received=NOON) == rules.Moment(
        NOON - hour, False
    )
    assert rules.happened(NOON + 6 * hour, behind=-7 * hour, received=NOON) == rules.Moment(NOON - hour, True)
    assert rules.happened(NOON + hour, behind=dt.timedelta(0), received=NOON) == rules.Moment(NOON, True)
    assert rules.happened(None, behind=dt.timedelta(0), received=NOON) == rules.Moment(NOON, True)


def test_each_failure_doubles_the_wait_up_to_a_quarter_of_an_hour() -> None:
    assert [rules.wait_after(n).total_seconds() for n in (1, 2, 3, 10, 11, 99)] == [1, 2, 4, 512, 900, 900]


def test_only_a_jpeg_is_stripped() -> None:
    for odd in (b"", b"\x89PNG", b"\xff\xd8", b"\xff\xd8\xff\xe1\xff\xff", b"\xff\xd8\xff\xda\x00\x02no end"):
        with pytest.raises(photos.NotJpeg):
            photos.strip(odd)
    icc = b"\xff\xee\x00\x04ok"
    assert (
        photos.strip(b"\xff\xd8\xff\xff\xe2\x00\x04xx" + icc + b"\xff\xda\x00\x02p\xff\xd9")
        == b"\xff\xd8" + icc + b"\xff\xda\x00\x02p\xff\xd9"
    )


def _segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2, "big") + content


def test_a_picture_of_several_scans_is_walked_to_its_end() -> None:
    exif, table = _segment(0xE1, b"Exif\x00\x00GPS 39.1"), _segment(0xC4, b"huffman")
    first = _segment(0xDA, b"a") + b"pixels\xff\x00more\xff\xd0\xff\xd7"
    second = _segment(0xDA, b"b") + b"rest"
    end = b"\xff\xd9"
    told = exif + first + exif + table + _segment(0xFE, b"note") + second
    assert photos.strip(b"\xff\xd8" + told + end + b"PK\x03\x04archive" + end) == (
        b"\xff\xd8" + first + table + second + end
    )
    for odd in (b"\xff\xd8" + end, b"\xff\xd8" + first + exif[:9], b"\xff\xd8" + first + table):
        with pytest.raises(photos.NotJpeg):
            photos.strip(odd)
