"""What each rate declares beside its condition, a table written by hand."""

from __future__ import annotations

from gridwalk.indicators.definitions import INDICATORS

TELLS_USE = {
    "attention": {"care", "vacant", "let"},
    "persons_verified": {"person"},
    "freshness": {"person"},
}
"""Whose missing rows say how a door is used, or behind which one nobody was met (red line 5): they are listed to those
who may see care alone. A key site and a person without a home say nothing of a door.
"""
OF_A_CAMPAIGN = {"visits", "organizations", "sites", "persons_verified"}


def test_whose_missing_rows_tell_how_a_door_is_used() -> None:
    telling = {
        code: {strand.code for strand in indicator.strands if strand.tells_use}
        for code, indicator in INDICATORS.items()
    }
    assert {code: strands for code, strands in telling.items() if strands} == TELLS_USE


def test_which_rates_begin_anew_with_each_campaign() -> None:
    assert {code for code, indicator in INDICATORS.items() if indicator.of_campaign} == OF_A_CAMPAIGN
