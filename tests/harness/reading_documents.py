"""The figures of documents as somebody reads them, and those a phone counts from its rows."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import docx
import openpyxl
from django.test import Client

from tests.harness.phones import Cache, Wire
from tests.harness.reading_pages import VISITED, of_lines
from tests.harness.readings import NUMBER, PAIR, Reading, plain, read, summed

LABELS = {
    "入户走访率": "visits",
    "关注率": "attention",
    "台账一致率": "consistency",
    "人房关联率": "linkage",
    "房屋居住已明率": "dwellings_resolved",
    "单位走访率": "organizations",
    "重点场所走访率": "sites",
    "人员核实率": "persons_verified",
    "全面": "completeness",
    "鲜活": "freshness",
    "有效": "validity",
}
PROGRESS = ("", "", "visits.n", "visits.d", "", "visits.explained", "visits.left")
"""The columns of an area's line in the workbook, behind its number of grids; then its pairs."""
PAIRS = tuple(
    column for code in ("attention", "linkage", "dwellings_resolved") for column in (f"{code}.n", f"{code}.d", "")
) + tuple(f"{code}.{part}" for code in ("organizations", "sites") for part in ("n", "d"))
WEEKLY: tuple[str, ...] = (
    "visits.d",
    "visits.n",
    "",
    "visits.explained",
    "visits.left",
    "organizations.d",
    "organizations.n",
)
WEEKLY += tuple(f"{code}.{part}" for code in ("attention", "linkage") for part in ("d", "n"))
DOCUMENT = {
    "visits": rf"入户走访率：({PAIR})(?: (户))?",
    "visits.d": rf"应走访房屋 ({NUMBER}) (户)",
    "visits.explained": rf"另有已登记原因 ({NUMBER})(?: (户))?，",
    "visits.left": rf"待走访 ({NUMBER})(?: (户))?；本周新增",
    "attention": rf"关注率：({PAIR})(?: (项))?",
    "consistency": rf"台账一致率：(?:.*个比对过） )?(尚未比对|{PAIR}) ?(条)?",
    "linkage": rf"人房关联率：({PAIR})(?: (人))?",
    "dwellings_resolved": rf"房屋居住已明率：({PAIR})(?: (户))?",
    "organizations": rf"单位走访率 ({PAIR})(?: (家))?",
    "sites": rf"重点场所走访率 ({PAIR})(?: (处))?",
    "persons_verified": rf"人员核实率 ({PAIR})(?: (人))?",
    **{code: rf"{label} ({PAIR})(?: (人))?" for label, code in LABELS.items() if len(label) == 2},
}


def documents(client: Client, area: str) -> Iterator[Reading]:
    """进度工作簿, 区周报表, 总结材料 of whoever may make them."""
    made = {}
    for kind in ("progress", "weekly", "summary"):
        answer = client.post("/reports/", {"kind": kind}, follow=True)
        assert answer.status_code == 200, kind
        made[kind] = io.BytesIO(answer.getvalue())
    yield from _progress(openpyxl.load_workbook(made["progress"]), area)
    weekly = _table(openpyxl.load_workbook(made["weekly"])["周报表"], 6)
    yield from of_lines("区周报表", weekly, WEEKLY, within=area)
    yield from _summary("\n".join(line.text for line in docx.Document(made["summary"]).paragraphs), area)


def _table(sheet: Any, first: int) -> list[list[str]]:
    return [["" if cell is None else str(cell) for cell in line] for line in sheet.iter_rows(first, values_only=True)]


def _progress(book: Any, area: str) -> Iterator[Reading]:
    summary = _table(book["总览"], 4)
    for _, label, unit, n, d, _, gap, *_ in (line for line in summary if line[1] in LABELS):
        code, said = LABELS[label], n == "—"
        values = {"": "尚未比对"} if said and code == "consistency" else {".n": n, ".d": d, ".gap": gap}
        for part, value in values.items():
            yield Reading(place="进度工作簿", area=area, figure=f"{code}{part}", value=plain(value), unit=unit)
    (whole,) = (line for line in summary if line[0] == "合计")
    for figure, value in zip(("visits.d", "", "visits.n", "visits.explained", "visits.left"), whole[1:], strict=False):
        if figure:
            yield Reading(place="进度工作簿的三类", area=area, figure=figure, value=plain(value), unit="户")
    reasons = [line[3] for line in summary if line[0] == "未完成"]
    yield summed("进度工作簿的原因", area, "visits.gap", reasons, "户")
    communities = _table(book["各社区"], 5)
    grids = [[f"{line[0]} {line[1]}", "", *line[2:]] for line in _table(book["各网格"], 5) if line[1]]
    yield from of_lines("进度工作簿各社区", communities, ("", *PROGRESS, "", *PAIRS), within=area)
    yield from of_lines("进度工作簿各网格", grids, ("", *PROGRESS, *PAIRS), within=area)
    *_, last = (line for line in _table(book["趋势"], 4) if line[1].isdigit())
    for figure, value in zip(("visits.n", "visits.planned"), last[1:3], strict=True):
        yield Reading(place="进度工作簿的趋势", area=area, figure=figure, value=value, unit="户")


def _summary(said: str, area: str) -> Iterator[Reading]:
    said = said.replace("暂无应做事项", "0 / 0")
    yield from read("总结材料", area, said, DOCUMENT)
    reasons = re.search(r"未走访的房屋中：(.*)。", said)
    assert reasons is not None, said
    yield summed("总结材料的原因", area, "visits.gap", re.findall(r" ([\d,]+) 户", reasons[1]), "户")


def phone(wire: Wire, grids: Sequence[str]) -> Iterator[Reading]:
    """What a phone counts from the rows it pulled."""
    cache = Cache()
    status, answer = wire.ask("POST", "pull", cache.asks())
    assert status == 200, answer
    cache.take(answer)
    places = {"dwelling": "visits", "organization": "organizations", "site": "sites"}
    for grid in grids:
        targets = [row for (kind, _), row in cache.rows[grid].items() if kind == "target"]
        for kind, code in places.items():
            states = Counter(row["state"] for row in targets if row["place_kind"] == kind)
            visited, due = states["visited"], states.total() - states["left"]
            for part, n in (
                ("n", visited),
                ("d", due),
                ("gap", due - visited),
                ("explained", states["explained"]),
                ("pending", states["pending"]),
                ("left", states["remaining"] + states["pending"]),
            ):
                figure = f"{code}.{part}"
                yield Reading(place="手机", area=grid, figure=figure, value=str(n), unit=VISITED[code])
