"""What a notice may say."""

from __future__ import annotations

import pytest

from gridwalk.notices import rules
from gridwalk.notices.rules import Kind


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("编号 123456 的事", "编号 123456 的事"),
        ("电话 1200000 找他", "电话 … 找他"),
        ("12000000001、120199199001011234", "…、…"),
    ],
)
def test_seven_digits_in_a_row_are_not_told(text: str, told: str) -> None:
    assert rules.plain(text) == told


def test_a_text_is_cut_at_two_hundred_characters() -> None:
    assert rules.plain("字" * 200) == "字" * 200
    assert rules.plain("字" * 200 + "尾") == "字" * 200


def test_what_a_worker_did_at_a_door_is_told_by_day_and_nothing_else_is() -> None:
    assert {kind for kind in Kind if kind in rules.WORK} == {Kind.TAKEOVER, Kind.MATTER, Kind.SAMPLE}
    assert set(rules.LABELS) == set(Kind)
