"""The sentences of the summary, each from figures made for it: what is withheld, not dispatched or amiss says so."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest

from gridwalk.core import clock
from gridwalk.indicators.consistency import Total
from gridwalk.indicators.definitions import BESIDE, INDICATORS, MEASURED_APART
from gridwalk.indicators.tallies import Figure
from gridwalk.reports import sentences
from gridwalk.reports.overview import TOTAL
from gridwalk.visits.outcomes import ADVICE

COMMUNITY, SECOND = "120199001001", "120199001002"
ACT = SimpleNamespace(kind="act", starts_on=dt.date(2026, 10, 10), ends_on=dt.date(2026, 12, 31))
PREPARE = SimpleNamespace(kind="prepare", starts_on=dt.date(2026, 9, 1), ends_on=dt.date(2026, 9, 30))
LEDGERS = Total(("户籍台账", "系统登记"), Figure(90, 100), 1)
LINES = {
    "communities": [(COMMUNITY, "甲社区"), (SECOND, "乙社区")],
    "grids": [(f"{COMMUNITY}000", "未划入网格"), (f"{COMMUNITY}001", "第一网格"), (f"{SECOND}001", "第一网格")],
}


def overview(on: str = "2026-10-13", *, figures: dict[str, Figure | None] | None = None, **values: Any) -> Any:
    """What a summary is written from: everything is done, and everybody named."""
    total = {code: Figure(7, 7) for code in INDICATORS} | (figures or {})
    lines = {name: [SimpleNamespace(code=code, name=label) for code, label in of] for name, of in LINES.items()}
    usual = {
        "campaign": SimpleNamespace(phases=SimpleNamespace(all=lambda: [PREPARE, ACT])),
        "at": clock.at_local(dt.date.fromisoformat(on), 10),
        "working_days": 58,
        "working_day": 2,
        "planned": 7,
        "communities": SimpleNamespace(lines=lines["communities"], total=total),
        "grids": SimpleNamespace(lines=lines["grids"]),
        "responsible": {COMMUNITY, SECOND, f"{COMMUNITY}001", f"{SECOND}001"},
        "consistency": SimpleNamespace(totals=(), communities=[COMMUNITY, SECOND], n_missing=0),
        "week": {TOTAL: 3},
        "reasons": [],
        "scope": COMMUNITY[:9],
        "sample": None,
    }
    data = {**usual, **values}
    visits = total["visits"]
    return SimpleNamespace(**data, behind=max(0, data["planned"] - visits.n) if visits else 0)


@pytest.mark.parametrize(
    ("on", "words"),
    [
        ("2026-10-09", "行动阶段2026年10月10日开始，共 58 个工作日。"),
        ("2026-10-10", "行动阶段共 58 个工作日，现为第 2 个，本材料是阶段性的。"),
        ("2026-12-31", "行动阶段共 58 个工作日，现为第 2 个，本材料是阶段性的。"),
        ("2027-01-01", "行动阶段2026年12月31日结束，共 58 个工作日。"),
    ],
)
def test_it_says_where_in_its_days_the_action_stands(on: str, words: str) -> None:
    assert sentences.standing(overview(on)) == words


def test_who_is_not_named_is_said_by_name_and_grid_000_needs_nobody() -> None:
    assert sentences.unnamed(overview()) == []
    data = overview(responsible={COMMUNITY, f"{SECOND}001"})
    assert sentences.unnamed(data) == ["甲社区第一网格", "乙社区"]
    assert sentences.responsibility(data) == "2 个社区中 1 个、2 个网格中 1 个明确了责任人。"


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        (None, "：不公开。"),
        (Figure(0, 0), "：走访任务尚未下派。"),
        (
            Figure(1200, 1500, (("explained", 100),)),
            "：1,200 / 1,500 户，80.0%。另有已登记原因 100 户，待走访 200 户；本周新增已走访 3 户。",
        ),
        (Figure(1200, 1500), "：1,200 / 1,500 户，80.0%。另有已登记原因 不公开，待走访 不公开；本周新增已走访 3 户。"),
    ],
)
def test_visits_are_told_with_what_is_explained_what_remains_and_what_is_new(figure: Figure | None, words: str) -> None:
    visits = INDICATORS["visits"]
    text = sentences.rate(overview(figures={"visits": figure}), visits)
    assert text == f"{visits.label}{words}{visits.explanation}"


def test_a_rate_of_nothing_says_that_nothing_was_to_be_done() -> None:
    linkage = INDICATORS["linkage"]
    none = sentences.rate(overview(figures={"linkage": Figure()}), linkage)
    some = sentences.rate(overview(figures={"linkage": Figure(2, 3)}), linkage)
    assert none == f"{linkage.label}：暂无应做事项。{linkage.explanation}"
    assert some == f"{linkage.label}：2 / 3 人，66.6%。{linkage.explanation}"


def test_what_is_measured_apart_says_of_how_many_communities_or_that_it_is_not_yet() -> None:
    consistency, awareness = MEASURED_APART["consistency"], MEASURED_APART["awareness"]
    measured = SimpleNamespace(totals=(LEDGERS,), communities=[COMMUNITY, SECOND], n_missing=1)
    text = sentences.rate(overview(consistency=measured), consistency)
    pair = "户籍台账 ↔ 系统登记（2 个社区中 1 个比对过） 90 / 100 条，90.0%。"
    assert text == f"台账一致率：{pair}{consistency.how}"
    assert sentences.rate(overview(), consistency) == f"台账一致率：{consistency.not_yet}{consistency.how}"
    assert sentences.rate(overview(consistency=measured), awareness) == f"知晓率：{awareness.not_yet}{awareness.how}"
    assert [rate.code for rate in sentences.rates(3)] == ["consistency"]
    assert [rate.code for rate in sentences.rates(4)] == ["linkage", "dwellings_resolved"]


NOT_MEASURED = ["台账一致率尚未比对台账，不计入一致率。", "知晓率尚未抽样。"]


@pytest.mark.parametrize(
    ("values", "problems"),
    [
        ({}, NOT_MEASURED),
        ({"planned": 8}, ["入户走访比计划少 1 户：按工作日平均，到今天应走访 8 户，实际 7 户。", *NOT_MEASURED]),
        ({"figures": {"visits": None}, "planned": 8}, NOT_MEASURED),
        ({"figures": {"linkage": Figure(5, 7)}}, [f"{INDICATORS['linkage'].label}尚差 2 人。", *NOT_MEASURED]),
        ({"figures": {"linkage": None}}, NOT_MEASURED),
        ({"figures": {"completeness": Figure(5, 7)}}, NOT_MEASURED),
        ({"responsible": {COMMUNITY, SECOND, f"{COMMUNITY}001"}}, ["乙社区第一网格没有责任人。", *NOT_MEASURED]),
        (
            {"consistency": SimpleNamespace(totals=(LEDGERS,), communities=[], n_missing=1)},
            [
                "台账一致率（户籍台账 ↔ 系统登记）尚差 10 条。",
                NOT_MEASURED[1],
                "1 个社区尚未比对台账，不计入台账一致率。",
            ],
        ),
        (
            {
                "consistency": SimpleNamespace(
                    totals=(Total(("甲", "乙"), Figure(5, 5), 1),), communities=[], n_missing=0
                )
            },
            NOT_MEASURED[1:],
        ),
    ],
)
def test_what_is_amiss_is_said_and_nothing_else(values: dict[str, Any], problems: list[str]) -> None:
    assert list(sentences.problems(overview(**values))) == problems


SAMPLE = "开展独立抽样，估计知晓率。"


@pytest.mark.parametrize(
    ("values", "steps"),
    [
        ({}, [SAMPLE]),
        ({"reasons": [("没有这个原因", 9)]}, [SAMPLE]),
        ({"figures": {"linkage": Figure(5, 7)}}, ["逐人核对住处，做到一人一处现居住，共 2 人。", SAMPLE]),
        ({"responsible": set()}, ["为没有责任人的社区和网格明确责任人。", SAMPLE]),
        (
            {"consistency": SimpleNamespace(totals=(LEDGERS,), communities=[], n_missing=2)},
            [
                "台账和系统登记对不上的，逐条核对、回填，再比对一次。",
                "尚未比对台账的社区，上传台账比对，得出台账一致率。",
                SAMPLE,
            ],
        ),
    ],
)
def test_every_gap_has_its_next_step(values: dict[str, Any], steps: list[str]) -> None:
    assert list(sentences.next_steps(overview(**values))) == steps


def test_a_reason_of_the_gap_is_followed_by_its_advice() -> None:
    (label, advice), *_ = ADVICE.items()
    assert list(sentences.next_steps(overview(reasons=[(label, 1200)]))) == [f"{advice}，共 1,200 户。", SAMPLE]


def test_what_stands_beside_the_rates_is_one_sentence() -> None:
    first, second, *rest = BESIDE
    words = sentences.beside(overview(figures={first.code: None, second.code: Figure()}))
    parts = [f"{first.label} 不公开", f"{second.label} 暂无应做事项"]
    parts += [f"{each.label} 7 / 7 {each.unit}（100.0%）" for each in rest]
    assert words == f"另列：{'；'.join(parts)}。"
