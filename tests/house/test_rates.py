"""A rate says where it stands; what it forgets to say fails here."""

from __future__ import annotations

import re
from pathlib import Path

from gridwalk.indicators import protected
from gridwalk.indicators.definitions import BESIDE, INDICATORS, MEASURED_APART, VISITS, Columns

HOME = Path(__file__).parents[2] / "src/gridwalk/console/templates/console/home/show.html"
NOT_AT_HOME = {"persons_verified"}
"""Read in the workbook and the summary only."""


def test_every_gap_has_its_reason_and_its_cheapest_step() -> None:
    for indicator in INDICATORS.values():
        for strand in indicator.strands:
            says = bool(strand.reason and strand.step)
            assert says == (strand.kind != "target"), (indicator.code, strand.code)


def test_every_rate_stands_on_the_home_page() -> None:
    named = set(re.findall(r"total\.(\w+)", HOME.read_text("utf-8")))
    in_strip = {indicator.code for indicator in INDICATORS.values() if indicator.strip}
    assert named & set(INDICATORS) | in_strip == set(INDICATORS) - NOT_AT_HOME
    assert not named & in_strip, "it stands there once"


def test_every_rate_of_the_plan_stands_in_the_documents() -> None:
    of_plan = [indicator for indicator in INDICATORS.values() if indicator.rate]
    assert {i.rate for i in of_plan} | {apart.rate for apart in MEASURED_APART.values()} == {1, 2, 3, 4, 5}
    for indicator in of_plan:
        if indicator is not VISITS:  # it has its own columns and a reason door by door
            assert indicator.shortfall and indicator.columns is Columns.PERCENT, indicator.code
    assert [i.code for i in BESIDE] == [
        "organizations",
        "sites",
        "persons_verified",
        "completeness",
        "freshness",
        "validity",
    ]


def test_every_rate_is_progress_or_protected() -> None:
    whole = {kind.indicator for kind in protected.PROTECTED.values() if not kind.part}
    assert whole | set(protected.PROGRESS) == set(INDICATORS)
    assert not whole & set(protected.PROGRESS)
    assert {code for kind in protected.PROTECTED.values() for code in kind.beside} <= set(protected.PROGRESS)
