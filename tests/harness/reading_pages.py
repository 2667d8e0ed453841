"""The figures of pages as somebody reads them: 总览, 大屏, 未走访清单, 楼盘表, 走访任务, 待复核."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from django.test import Client

from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, NEXT_GRID, SECOND
from tests.harness.readings import NUMBER, PAIR, Reading, plain, read, rows, summed, text

STREET = "120105001"
GRIDS = {f"{FIRST}000": "未划入网格", GRID: "第一网格", NEXT_GRID: "第二网格", FAR_GRID: "第一网格"}
AREAS = {FIRST: "甲", SECOND: "乙", STREET: "光复道街道"}
NAMES = {name: code for code, name in AREAS.items()} | {
    f"{AREAS[code[:12]]} {grid}": code for code, grid in GRIDS.items()
}
"""The made-up street: what its areas are called → their codes."""
PLAN = {
    "visits": rf"入户走访率\n({PAIR})(?: (户))?",
    "visits.n": rf"已走访 ({NUMBER})已登记原因",
    "visits.explained": rf"已登记原因 ({NUMBER})待走访",
    "visits.left": rf"待走访 ({NUMBER})",
    "visits.planned": rf"竖线为今日计划 ({NUMBER})",
    "visits.in_person": rf"见面 ({NUMBER})(?: (户))?",
    "organizations": rf"单位 ({PAIR})(?: (家))?",
    "sites": rf"场所 ({PAIR})(?: (处))?",
    "attention": rf"关注率\n({PAIR})(?: (项))?",
    "attention.gap": rf"未按期联系 ({NUMBER})(?: (项))?",
    "linkage": rf"人房关联率\n({PAIR})(?: (人))?",
    "linkage.homeless": rf"无房 ({NUMBER})(?: (人))?",
    "linkage.several": rf"多处现居住 ({NUMBER})(?: (人))?",
    "dwellings_resolved": rf"房屋已明 ({PAIR})(?: (户))?",
    "completeness": rf"全面\n({PAIR})(?: (人))?",
    "freshness": rf"鲜活\n({PAIR})(?: (人))?",
    "validity": rf"有效\n({PAIR})(?: (人))?",
    "consistency": rf"台账一致率\n(尚未比对|{PAIR}) ?(条)?",
}
"""总览: what is read where."""
FAR = {
    "visits": rf"入户走访率[\d.%—]*\n({PAIR})(?: (户))?",
    "visits.n": rf"\n已走访({NUMBER})\n",
    "visits.d": rf"走访结果共 ({NUMBER}) (户)",
    "visits.explained": rf"已登记原因，拒访或多时段无人({NUMBER})",
    "visits.left": rf"\n待走访({NUMBER})",
    "attention": rf"关注率[\d.%—]*\n({PAIR})(?: (项))?",
    "linkage": rf"人房关联率[\d.%—]*\n({PAIR})(?: (人))?",
    "consistency": rf"台账一致率[\d.%—]*\n(尚未比对|{PAIR}) ?(条)?",
}
"""大屏."""
VISITED = {"visits": "户", "organizations": "家", "sites": "处"}
BESIDE = ("attention", "linkage", "dwellings_resolved", "persons_verified", "completeness", "freshness", "validity")
LINE = ("visits", "", "visits.explained", "visits.left", "attention", "linkage")
"""The columns of a line of 总览, behind its responsible person."""


def area_of(name: str, within: str) -> str:
    """The code of an area by what a line of a page about ``within`` calls it; "" where it is none."""
    own = {grid: code for code, grid in GRIDS.items() if code[:12] == within} | {"合计": within}
    return own.get(name) or NAMES.get(name.split(" 1201")[0], "")


def of_lines(place: str, table: Sequence[Sequence[str]], columns: Sequence[str], *, within: str) -> Iterator[Reading]:
    """The lines of a table, an area each; ``columns``: the figures behind its name, "" for anything else."""
    for name, *cells in (line for line in table if line):
        if area := area_of(name, within):
            for figure, value in zip(columns, cells, strict=False):
                if figure:
                    yield Reading(place=place, area=area, figure=figure, value=plain(value.removesuffix(" 户")))


def page(client: Client, path: str) -> str:
    """A page that opens."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def home(client: Client, area: str) -> Iterator[Reading]:
    """总览: the rates, a line an area and their sum, the last day of the curve."""
    shown = page(client, f"/board/{area}/")
    yield from read("总览", area, text(shown), PLAN)
    # By community the table tells how fast each goes in place of the last two.
    columns = ("", "", *LINE[:4]) if area == STREET else ("", *LINE)
    yield from of_lines("总览的表", rows(shown), columns, within=area)
    curve = [cells for cells in rows(shown) if len(cells) in (3, 4) and cells[0].endswith("日") and cells[1]]
    assert curve
    for figure, value in zip(("visits.n", "visits.planned"), curve[-1][1:3], strict=True):
        yield Reading(place="总览的线", area=area, figure=figure, value=plain(value))
    if area == STREET:
        by_grid = rows(page(client, f"/board/{area}/?by=grid"))
        yield from of_lines("总览按网格", by_grid, ("", *LINE), within=area)


def wall(client: Client, area: str) -> Iterator[Reading]:
    """大屏: the scope, its communities with their grids, whose lines come to the community's pair."""
    shown = page(client, f"/wall/?scope={area}")
    yield from read("大屏", area, text(shown), FAR)
    blocks = [text(block).replace("\n", " ") for block in re.findall(r'<section class="block">.*?</section>', shown)]
    assert blocks
    for block in blocks:
        head = re.match(rf"(\S+?) ?({PAIR})", block)
        assert head is not None, block
        code = NAMES[head[1]]
        yield Reading(place="大屏的社区", area=code, figure="visits", value=plain(head[2]))
        grids = re.findall(rf"(?:[一二三四五]|未划) ?({PAIR})", block[head.end() :])
        for figure, k in (("visits.n", 0), ("visits.d", 1)):
            yield summed("大屏的网格", code, figure, [pair.split(" / ")[k] for pair in grids])


def gap_list(client: Client, area: str) -> Iterator[Reading]:
    """未走访清单: the pair, the legend, the gap; chips by grid and tabs by reason come to the gap."""
    for code, unit in VISITED.items():
        shown = page(client, f"/gaps/?scope={area}&indicator={code}")
        patterns = {
            code: rf"\n({PAIR}) ({unit})(?:\n|已)",
            f"{code}.n": rf"已走访 ({NUMBER})已登记原因",
            f"{code}.explained": rf"已登记原因 ({NUMBER})待走访",
            f"{code}.left": rf"待走访 ({NUMBER})未完成",
            f"{code}.gap": rf"未完成 {NUMBER} \+ {NUMBER} = ({NUMBER}) ({unit})",
        }
        yield from read("未走访清单", area, text(shown), patterns)
        chips = re.findall(r'<a class="tag" href="\?scope=\d+&(?:amp;)?indicator=\w+">\D+ ([\d,]+)</a>', shown)
        if chips:
            yield summed("未走访清单按网格", area, f"{code}.gap", chips, unit)
        tabs = re.search(r'<span class="tabs">(.*?)</span>', shown)
        assert tabs is not None
        first, *others = re.findall(r"([^\d\s<>]+) ([\d,]+)</a>", tabs[1])
        yield summed("未走访清单的全部", area, f"{code}.gap", [first[1]], unit)
        yield summed("未走访清单按原因", area, f"{code}.gap", [n for _, n in others], unit)
        yield Reading(
            place="未走访清单", area=area, figure=f"{code}.pending", value=dict(others).get("待复核", "0"), unit=unit
        )
    for code in BESIDE:
        patterns = {code: rf"\n({PAIR}) (户|人|项)[\d.%—]*未完成", f"{code}.gap": rf"未完成共 ({NUMBER}) (户|人|项)"}
        yield from read("未走访清单", area, text(page(client, f"/gaps/?scope={area}&indicator={code}")), patterns)


def charts(client: Client, area: str) -> Iterator[Reading]:
    """楼盘表 of each grid: its buildings come to the grid, the stairwells of one to the building."""
    for grid in (code for code in GRIDS if code.startswith(area)):
        answer = client.get(f"/buildings/?grid={grid}", follow=True)
        shown = answer.content.decode()
        pairs = re.findall(r'<br><span class="pair"><b>([\d,]+)</b><span> / ([\d,]+)</span></span>', shown)
        if not pairs:
            continue
        yield summed("楼盘表各楼", grid, "visits.n", [n for n, _ in pairs])
        yield summed("楼盘表各楼", grid, "visits.d", [d for _, d in pairs])
        drawn = re.search(rf"({NUMBER}) / ({NUMBER}) 户已走访", text(shown))
        assert drawn is not None and len(pairs) == 1  # the made-up street has one building a grid
        yield Reading(place="楼盘表", area=grid, figure="visits", value=f"{drawn[1]} / {drawn[2]}", unit="户")


def tasks(client: Client, area: str) -> Iterator[Reading]:
    """走访任务: a line a grid."""
    yield from of_lines("走访任务", rows(page(client, f"/campaign/?scope={area}")), ("", "visits"), within=area)


def waiting(client: Client, area: str) -> Iterator[Reading]:
    """待复核, and what 总览 and 大屏 say of it: each kind by its own measure word."""
    said = rf"((?:{NUMBER} [户家处]、?)+)等另一人复核"
    own = r'id="visits"><header><h2>[^<]*</h2><span class="s">([^<]*)</span>'
    for place, path, pattern in (
        ("待复核", f"/rechecks/?scope={area}", own),
        ("总览", f"/board/{area}/", said),
        ("大屏", f"/wall/?scope={area}", said),
    ):
        words = re.search(pattern, page(client, path))
        assert words is not None, place
        counted = {unit: n for n, unit in re.findall(rf"({NUMBER}) ([户家处])", words[1])}
        for code, unit in VISITED.items():
            n = plain(counted.get(unit, "0"))
            yield Reading(place=place, area=area, figure=f"{code}.pending", value=n, unit=unit)
