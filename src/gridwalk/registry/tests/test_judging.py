"""The authority rule: what becomes of a claim, on plain values."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwalk.dictionary import document
from gridwalk.dictionary.types import Authority
from gridwalk.method.text import reason_kept
from gridwalk.registry import rules
from gridwalk.registry.living import dwelling_label
from gridwalk.registry.rules import UNSEEN, Verdict

HEAD = uuid.UUID(int=7)
DOCUMENT = Path(__file__).parents[4] / "docs" / "algorithms" / "claims.md"
authorities = st.sampled_from(list(Authority))
sources = st.sampled_from(list(rules.AUTHORITY))
values = st.sampled_from(["a", "b", "", None, "unknown"])


@pytest.mark.parametrize(
    ("authority", "source", "current", "value", "verdict", "why"),
    [
        (Authority.DOOR, "visit", "vacant", "occupied", Verdict.APPLY, ""),
        (Authority.DOCUMENT, "visit", "王小明", "王晓明", Verdict.ASK, "document_differs"),
        (Authority.DOCUMENT, "visit", "", "王晓明", Verdict.APPLY, ""),
        (Authority.DOOR, "ledger", "let", "owner", Verdict.ASK, "ledger_differs"),
        (Authority.DOOR, "ledger", "unknown", "owner", Verdict.APPLY, ""),
        (Authority.DOOR, "ledger", "owner", "unknown", Verdict.SAME, ""),
        (Authority.RESIDENT, "resident", "12000000001", "12000000002", Verdict.APPLY, ""),
        (Authority.DOOR, "resident", "", "owner", Verdict.ASK, "resident_asks"),
        (Authority.DOOR, "inspector", "", "owner", Verdict.ASK, "inspector_differs"),
        (Authority.DOCUMENT, "office", "王小明", "", Verdict.APPLY, ""),
    ],
)
def test_it_judges_by_source_and_field(
    authority: Authority, source: str, current: str, value: str, verdict: Verdict, why: str
) -> None:
    assert rules.judge(authority, source, current, value, head=str(HEAD), seen=UNSEEN) == (verdict, why)


def test_it_asks_whoever_did_not_see_the_last_write_even_the_office() -> None:
    stale = uuid.UUID(int=6)
    assert rules.judge(Authority.DOOR, "office", "a", "b", head=str(HEAD), seen=stale)[1] == "changed_meanwhile"
    assert rules.judge(Authority.DOOR, "visit", "a", "b", head=str(HEAD), seen=None)[1] == "changed_meanwhile"
    assert rules.judge(Authority.DOOR, "visit", "a", "b", head=str(HEAD), seen=HEAD) == (Verdict.APPLY, "")
    assert rules.judge(Authority.DOOR, "visit", "a", "a", head=str(HEAD), seen=stale) == (Verdict.SAME, "")


def test_it_takes_a_nought_for_something_that_was_said() -> None:
    assert rules.judge(Authority.DOOR, "visit", None, 0, head=None, seen=UNSEEN) == (Verdict.APPLY, "")
    assert rules.judge(Authority.DOOR, "ledger", 0, 3, head=str(HEAD), seen=UNSEEN)[0] is Verdict.ASK
    assert rules.judge(Authority.DOOR, "visit", 0, 0, head=str(HEAD), seen=UNSEEN) == (Verdict.SAME, "")
    assert rules.judge(Authority.DOOR, "office", None, "", head=str(HEAD), seen=UNSEEN) == (Verdict.SAME, "")


def test_it_takes_a_default_nobody_said_for_nothing() -> None:
    assert rules.judge(Authority.DOOR, "ledger", "residential", "mixed", head=None, seen=UNSEEN)[0] is Verdict.APPLY
    assert rules.judge(Authority.DOOR, "ledger", "residential", "mixed", head=str(HEAD), seen=UNSEEN)[0] is Verdict.ASK


@given(authorities, sources, values, values, st.sampled_from([None, str(HEAD)]), st.sampled_from([UNSEEN, None, HEAD]))
def test_it_never_applies_what_an_inspector_heard_and_never_empties_but_for_the_office(
    authority: Authority, source: str, current: object, value: object, head: str | None, seen: object
) -> None:
    verdict, why = rules.judge(authority, source, current, value, head=head, seen=seen)  # type: ignore[arg-type]
    assert (why in rules.WHY) is (verdict is Verdict.ASK)
    if verdict is Verdict.APPLY:
        assert source != "inspector"
        assert value not in rules.NOT_SAID or source == "office"
        assert (current or "") != (value or "")


def test_the_document_shows_the_table_as_it_is() -> None:
    text = DOCUMENT.read_text()
    for source, by_authority in rules.AUTHORITY.items():
        for authority, (empty, differs) in by_authority.items():
            row = f"| {rules.SOURCES[source]} | {document.AUTHORITY[authority]} | {word(empty)} | {word(differs)} |"
            assert row in text


def word(why: str) -> str:
    return f"问：{rules.WHY[why]}" if why else "直接改"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("电话改为 12012345678，本人说的", "电话改为 ******，本人说的"),
        ("证件 12019919800101001X", "证件 ******"),
        ("120 1234 5678", "******"),
        ("尾号 001X 的那位，后四位是5678", "尾号 **** 的那位，后四位是****"),
        ("5号楼 3单元 1201，6月8日", "5号楼 3单元 1201，6月8日"),
    ],
)
def test_it_keeps_no_number_in_a_reason(typed: str, kept: str) -> None:
    assert reason_kept(typed) == kept


@pytest.mark.parametrize(
    ("occupancy", "tenure", "label"),
    [
        ("vacant", "let", "空房"),
        ("occupied", "let", "出租房"),
        ("occupied", "lent", "借住"),
        ("unknown", "owner", "自住"),
        ("occupied", "unknown", "自住"),
        ("unknown", "unknown", "待核实"),
    ],
)
def test_a_dwelling_has_one_label(occupancy: str, tenure: str, label: str) -> None:
    assert dwelling_label(occupancy, tenure) == label
