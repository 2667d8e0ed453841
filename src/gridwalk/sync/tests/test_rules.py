"""Reading what phones send: hashes, clocks, what is malformed and what is merely wrong."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwalk.core import ids
from gridwalk.method import jpegs
from gridwalk.sync import rules, spelling
from gridwalk.sync.rules import Intention

PHONE = uuid.UUID(int=7)
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
    rows = [rules.row_text(row) for row in ({"kind": "a", "id": "1"}, {"kind": "b", "id": "1"})]
    assert rows[0] == b'{"id":"1","kind":"a"}'
    assert rules.grid_hash(rows) == hashlib.sha256(rows[0] + b"\n" + rows[1]).hexdigest()


CELLS = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(st.characters(exclude_categories=["Cs"]))
ROWS = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"])),
    CELLS | st.lists(CELLS, max_size=3) | st.dictionaries(st.text(max_size=3).filter(str.isalpha), CELLS, max_size=3),
)


@given(ROWS)
def test_a_row_is_spelled_as_any_canonical_json_is(row: dict[str, Any]) -> None:
    assert rules.row_text(row).decode() == rules.canonical(row)
    assert (
        rules.row_text({"\uff5e": "\x00\x1f\x7f\u2028/\\", "a": [[]]}).decode()
        == '{"a":[[]],"\uff5e":"\\u0000\\u001f\x7f\u2028/\\\\"}'
    )


def read(sent: Any) -> Intention:
    """An op as the server keeps it, read again."""
    return rules.read_op(sent, op=uuid.UUID(sent["op"]), seq=sent["seq"])


def test_a_renumbered_op_is_the_same_op_and_a_changed_one_is_not() -> None:
    sent = op()
    assert rules.op_hash(sent) == rules.op_hash({**sent, "seq": 9}) == read(sent).hash
    assert rules.op_hash(sent) != rules.op_hash({**sent, "mono": 6})


def test_a_fault_is_kept_and_what_is_no_sequence_is_refused() -> None:
    assert read(op()).fault == ""
    assert read(op(version=2)).fault == "unknown_version"
    assert read(op(verb="visit.dance")).fault == "unknown_verb"
    assert read(op(entity="nobody")).fault == "not_valid"
    assert read(op(set={"tenure": "let"})).fault == "not_valid"
    assert read(op(at="noon", att=["x", "a" * 64])).att == ("a" * 64,)
    first, second = op(), op(seq=2)
    assert rules.read_push({"seq_from": 1, "ops": [first, second]}, device=PHONE)[0] == 1
    malformed: tuple[Any, ...] = (
        None,
        [],
        {},
        {"seq_from": 0, "ops": []},
        {"seq_from": "1", "ops": []},
        {"seq_from": 1, "ops": {}},
        {"seq_from": 1, "ops": [op(seq=n) for n in range(1, 202)]},
    )
    for body in malformed:
        with pytest.raises(rules.Malformed):
            rules.read_push(body, device=PHONE)


def test_an_op_without_id_or_number_has_the_place_where_it_stands_and_a_name_of_its_own() -> None:
    first = op()
    odd: list[Any] = [
        None,
        17,
        "x",
        [],
        {},
        op(op=3),
        op(op="\ud83d"),
        op(seq="3"),
        op(seq=10**30),
        op(seq=5),
        first,
        first,
    ]
    sent = {"seq_from": 7, "ops": [{**first, "seq": 7}, *odd]}
    _, intentions, _ = rules.read_push(sent, device=PHONE)
    assert [intention.seq for intention in intentions] == list(range(7, 7 + 13))
    assert [intention.fault for intention in intentions] == ["", *["not_valid"] * 12]
    assert len({intention.op for intention in intentions}) == 13
    assert [str(intention.op) for intention in intentions[8:11]] == [body["op"] for body in odd[7:10]], "what it has"
    assert [intention.raw for intention in intentions[1:4]] == [{"\x00": raw} for raw in odd[:3]]
    again, elsewhere = (rules.read_push(sent, device=phone)[1] for phone in (PHONE, ids.new_id()))
    assert [i.op for i in again] == [i.op for i in intentions], "sent again it is the same"
    named = [index for index, i in enumerate(elsewhere) if i.op == intentions[index].op]
    assert named == [0, 8, 9, 10], "two phones that send the same nonsense send two things"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_whatever_is_sent_is_read_or_refused_and_never_breaks(anything: Any) -> None:
    for body in (
        anything,
        {"seq_from": 1, "ops": [anything]},
        {"seq_from": 1, "ops": [op(set=anything, data=anything, at=anything)]},
    ):
        try:
            _, intentions, _ = rules.read_push(json.loads(json.dumps(body)), device=PHONE)
        except rules.Malformed:
            assert body is anything
            continue
        assert all(len(intention.hash) == 64 for intention in intentions)


@given(JSON)
def test_what_every_reader_takes_is_read_as_every_reader_reads_it(anything: Any) -> None:
    spelled = json.dumps(anything)
    if not any(len(number) > spelling.LONGEST_WHOLE for number in re.findall(r"-?\d+", spelled)):
        assert spelling.read(spelled) == json.loads(spelled) == spelling.read(spelled.encode())


@pytest.mark.parametrize(
    ("spelled", "kept"),
    [
        ("1" * 21, "1" * 21),
        ("-" + "9" * 5000, "-" + "9" * 5000),
        ("1e999", "1e999"),
        ("-1e999", "-1e999"),
        ("0." + "3" * 30, "0." + "3" * 30),
        ("NaN", "NaN"),
        ("-Infinity", "-Infinity"),
        ('{"a":1,"b":2,"a":3}', [["a", 1], ["b", 2], ["a", 3]]),
    ],
)
def test_what_a_reader_would_lose_stays_as_it_was_spelled(spelled: str, kept: Any) -> None:
    assert spelling.read(f'{{"x": [{spelled}, 1]}}') == {"x": [{"\x00": kept}, 1]}
    sent = op(data={"n": "here"})
    body = json.dumps(sent).replace('"here"', spelled)
    (intention,) = rules.read_push(spelling.read(f'{{"seq_from": 1, "ops": [{body}]}}'), device=PHONE)[1]
    assert (intention.fault, str(intention.op)) == ("not_valid", sent["op"])


def test_what_is_nested_too_deep_stays_as_it_was_spelled_however_deep() -> None:
    for depth in (spelling.DEEPEST, spelling.DEEPEST + 1, 500, 100_000):
        value = "[" * depth + '"]{\\"[" , 1.0' + "]" * depth
        outermost: Any = spelling.read(value)
        for _ in range(spelling.DEEPEST - 1):
            (outermost,) = outermost
        if depth == spelling.DEEPEST:
            assert outermost == [']{"[', 1.0]
        else:
            n = spelling.DEEPEST
            assert outermost == [{"\x00": value[n : len(value) - n]}]
            assert json.loads(rules.kept_spelling({"x": outermost})) == {"x": outermost}
    within = '{"seq_from":1,"ops":[' + "[" * 70 + "]" * 70 + ', {"a": 1}]}'
    deep, plain = spelling.read(within, around=2)["ops"]
    assert plain == {"a": 1}
    assert spelling.read("[" * 70 + "]" * 70) == deep, "read the same whatever it came in"


@pytest.mark.parametrize("broken", ["[" * 100_000, '{"a":' * 5000, '["' + '\\"' * 100_000, "]" * 300, "", "{"])
def test_what_is_no_json_is_refused_in_one_walk(broken: str) -> None:
    with pytest.raises(ValueError):
        spelling.read(broken)


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
        with pytest.raises(jpegs.NotJpeg):
            jpegs.strip(odd)
    icc = b"\xff\xee\x00\x04ok"
    assert (
        jpegs.strip(b"\xff\xd8\xff\xff\xe2\x00\x04xx" + icc + b"\xff\xda\x00\x02p\xff\xd9")
        == b"\xff\xd8" + icc + b"\xff\xda\x00\x02p\xff\xd9"
    )


@given(
    st.lists(st.sampled_from([b"\xff", b"\xda", b"\xd9", b"\x00\x02", b"\xe1"]) | st.binary(max_size=4)).map(b"".join)
)
def test_any_bytes_are_a_picture_or_are_refused(data: bytes) -> None:
    for picture in (data, jpegs.SOI + data):
        try:
            stripped = jpegs.strip(picture)
        except jpegs.NotJpeg:
            continue
        assert stripped.startswith(jpegs.SOI) and stripped.endswith(b"\xff\xd9")


def _segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2, "big") + content


def test_a_picture_of_several_scans_is_walked_to_its_end() -> None:
    exif, table = _segment(0xE1, b"Exif\x00\x00GPS 39.1"), _segment(0xC4, b"huffman")
    first = _segment(0xDA, b"a") + b"pixels\xff\x00more\xff\xd0\xff\xd7"
    second = _segment(0xDA, b"b") + b"rest"
    end = b"\xff\xd9"
    told = exif + first + exif + table + _segment(0xFE, b"note") + second
    assert jpegs.strip(b"\xff\xd8" + told + end + b"PK\x03\x04archive" + end) == (
        b"\xff\xd8" + first + table + second + end
    )
    for odd in (b"\xff\xd8" + end, b"\xff\xd8" + first + exif[:9], b"\xff\xd8" + first + table):
        with pytest.raises(jpegs.NotJpeg):
            jpegs.strip(odd)
