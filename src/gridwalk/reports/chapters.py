"""Chapters of the summary beside the rates, each from the figures that are kept with it, so that all have an id."""

from __future__ import annotations

import datetime as dt
from typing import Any

from gridwalk.accounts.rules import ONE_COMMUNITY, ONE_STREET
from gridwalk.followup.queries.courses import SELDOM
from gridwalk.followup.rules import COURSES
from gridwalk.indicators.definitions import INDICATORS
from gridwalk.indicators.rules import WITHHELD
from gridwalk.reports import layout, rules, supervision, verified, wording
from gridwalk.reports.figures import NONE, Printed
from gridwalk.reports.overview import TOTAL, Overview
from gridwalk.territory import queries as territory

WHOLE, TOGETHER = "全街", "合计"
SAMPLE_HEADS = ("社区", "报的走访率", "核实不低于", "抽中 / 答了 / 说来过（户）")
PUT_RIGHT_HEADS = (
    "责任单位",
    "类别",
    "办结 / 立项",
    "按期 / 办结",
    "退回 / 提交",
    "不成立",
    "在办（过期）",
    "天数：一半 / 九成",
)
BEFORE_HEADS = ("指标", "行动开始时", "现在", "百分比：开始时 → 现在")


def samples(paper: Any, data: Overview, printed: Printed) -> None:
    """五、数据核查: claimed beside verified, by community where the answers allow."""
    layout.heading(paper, "五、数据核查")
    if data.sample is None:
        layout.text(paper, f"{verified.NOT_YET}，以上各率是报的数。")
        return
    sample = {"number": data.sample.number, "is_running": data.sample.is_running}
    layout.text(paper, f"{wording.of_sample(sample)}核对的是数据，不用于个人考核。")
    layout.table(paper, SAMPLE_HEADS, sample_rows(data, printed), (3.6, 3.2, 3.2, 5.6))
    words = {verified.AWARENESS: "知晓网格服务的", verified.ACCURACY: "登记准确率（必须一致的各项都与登记相符的户）"}
    for code, label in words.items():
        numbers = {
            part: printed.number("sample", rate=code, part=part, scope=data.scope) for part in verified.PARTS[code]
        }
        unit = {verified.AWARENESS: "人答", verified.ACCURACY: "户比过"}[code]
        if numbers["share"] == NONE:
            layout.text(paper, f"{label}：{verified.TOO_FEW}。")
        else:
            interval = f"95% 区间 {numbers['lowest']} 到 {numbers['highest']}"
            layout.text(paper, f"{label}：估计 {numbers['share']}，{interval}，{numbers['n']} {unit}。")


def sample_rows(data: Overview, printed: Printed) -> list[list[str]]:
    """A row a community, all together last: the street, where the document is about all of it. Of some communities
    together no sample says anything.
    """
    is_area = len(data.scope) in {ONE_STREET, ONE_COMMUNITY}
    rows = []
    for line in [*data.communities.lines, None]:
        scope, code = (line.code, line.code) if line else (data.scope, TOTAL)
        name = line.name if line else WHOLE if len(data.scope) == ONE_STREET else TOGETHER
        asked = [printed.number("sample", rate="asked", part=part, scope=scope) for part in ASKED]
        share = printed.number("sample", rate="visits", part="verified", scope=scope)
        rows.append(
            [
                name,
                printed.number("count", indicator="visits", part="percent", scope=code),
                verified.TOO_FEW if share == NONE and (line or is_area) else share,
                NONE if share == NONE else " / ".join(asked),
            ]
        )
    return rows


ASKED = ("drawn", "answered", "confirmed")


def put_right(paper: Any, data: Overview, printed: Printed) -> None:
    """六、发现和整改: pairs by area and kind."""
    layout.heading(paper, "六、发现和整改")
    rows = put_right_rows(data, printed)
    if not rows:
        layout.text(paper, "没有立项的事项。")
        return
    layout.table(paper, PUT_RIGHT_HEADS, rows, (2.1, 1.3, 2.1, 2.1, 2.1, 1.5, 2.1, 2.3))
    layout.text(paper, f"天数算到复核通过；办结不到 {SELDOM} 件的，不写天数。")


def put_right_rows(data: Overview, printed: Printed) -> list[list[str]]:
    """A row an owner and kind."""
    scope = "|".join(data.parts)
    rows = []
    owners = list(dict.fromkeys(figure.about["owner"] for figure in printed.of("put_right")))
    names = territory.place_names(owners) | {TOTAL: "合计"}
    for owner in owners:
        for kind, course in COURSES.items():
            n = {
                part: printed.number("put_right", owner=owner, kind=str(kind), part=part, scope=scope)
                for part in supervision.PUT_RIGHT
            }
            if n["recorded"] != NONE:
                rows.append(
                    [
                        names[owner],
                        course.label,
                        f"{n['ended']} / {n['recorded']}",
                        f"{n['in_time']} / {n['ended']}",
                        f"{n['sent_back']} / {n['handed_in']}",
                        n["dropped"],
                        f"{n['open']}（{n['overdue']}）",
                        f"{n['half']} / {n['most']}",
                    ]
                )
    return rows


def before(paper: Any, data: Overview, printed: Printed) -> None:
    """七、数据前后对比: the first closing of the campaign beside now."""
    layout.heading(paper, "七、数据前后对比")
    rows = before_rows(data, printed)
    if rows:
        layout.table(paper, BEFORE_HEADS, rows, (4.2, 4.2, 4.2, 3.0))
    else:
        layout.text(paper, "行动开始时没有留存收盘数，无法对比。")


def before_rows(data: Overview, printed: Printed) -> list[list[str]]:
    """A row an indicator; the sign where it is withheld: what it was may be, where what it is now is told."""
    rows = []
    for code in supervision.BEFORE:
        now = {part: printed.number("count", indicator=code, part=part, scope=TOTAL) for part in PAIR}
        pair_now = WITHHELD if data.communities.total[code] is None else f"{now['n']} / {now['d']}"
        if pair_now == WITHHELD or not supervision.told_before(code, withholds=data.withholds):
            rows.append([INDICATORS[code].label, WITHHELD, pair_now, NONE])
            continue
        on = printed.day_of("before", code)
        if on is None:
            continue
        first = {part: printed.number("before", indicator=code, on=on, part=part) for part in PAIR}
        rows.append(
            [
                INDICATORS[code].label,
                f"{first['n']} / {first['d']}（{rules.day(dt.date.fromisoformat(on))}）",
                pair_now,
                f"{first['percent']} → {now['percent']}",
            ]
        )
    return rows


PAIR = ("n", "d", "percent")


def burden(paper: Any, printed: Printed) -> None:
    """八、减轻负担: visits, forms not filled twice; no minutes of anybody."""
    layout.heading(paper, "八、减轻负担")
    layout.text(paper, "；".join(burden_words(printed)) + "。不统计用时，不排名。")


def burden_words(printed: Printed) -> list[str]:
    """What was done and made, each with its number."""
    figures = {figure.about["part"]: figure for figure in printed.of("burden")}
    return [f"{words} {figures[part].words}" for part, words in supervision.BURDEN.items() if part in figures]


def lessons(paper: Any, data: Overview) -> None:
    """九、经验做法: what meetings found worth spreading."""
    layout.heading(paper, "九、经验做法")
    practices = [
        f"{practice.rstrip('。')}（第 {meeting.number} 次座谈会）。"
        for meeting, practice in supervision.lessons(data.parts, data.campaign, data.at)
    ]
    if practices:
        layout.numbered(paper, practices)
    else:
        layout.text(paper, "座谈会上还没有写下值得推广的做法。")
