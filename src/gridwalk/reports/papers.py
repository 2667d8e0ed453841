"""The pack and the minutes of a meeting as files, after the official layout; written from what was kept of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gridwalk.core import clock
from gridwalk.indicators.rules import LEGEND, WITHHELD
from gridwalk.reports import decisions, layout, rules
from gridwalk.reports.again import SOURCES
from gridwalk.reports.figures import figures_of
from gridwalk.reports.models import KINDS, MINUTES, PACK, Document

Content = Mapping[str, Any]
NONE = "—"


def name_of(document: Document) -> str:
    """What the file is called."""
    content = document.content
    at = clock.local(document.at)
    return f"{content['street']}第{content['number']}次{KINDS[document.kind]}{at:%Y%m%d}.docx"


def pack(document: Document) -> bytes:
    """The pack as a file (docx)."""
    content, paper = document.content, layout.blank()
    layout.paragraph(paper, f"{content['street']}第 {content['number']} 次", layout.TITLE, 22, centre=True)
    layout.paragraph(paper, "座谈会材料", layout.TITLE, 22, centre=True)
    layout.paragraph(paper, f"（{content['as_of']}）", layout.SUBHEADING, 16, centre=True)
    _standing(paper, content)
    layout.heading(paper, "一、五项指标")
    layout.table(paper, RATE_HEADS, [_rate(line) for line in content["rates"]], RATE_WIDTHS)
    layout.text(paper, _forecast(content["forecast"]))
    if any(line.get("words") == WITHHELD for line in content["rates"]):
        layout.text(paper, LEGEND)
    layout.heading(paper, "二、问题有哪几类")
    layout.numbered(paper, map(_problem, content["problems"]))
    layout.text(paper, PROBLEMS if content["problems"] else NO_PROBLEMS)
    layout.heading(paper, "三、整改等事项")
    _matters(paper, content)
    layout.heading(paper, "四、上次定下的事")
    _last(paper, content)
    layout.heading(paper, "五、值得推广的做法")
    layout.text(paper, content["practice"] or "还没有写。")
    _figures(paper, document)
    return layout.bytes_of(paper)


def minutes(document: Document) -> bytes:
    """The minutes as a file (docx), in the layout of 纪要 (GB/T 9704 10.3)."""
    content, paper = document.content, layout.blank()
    layout.minutes_mark(paper, f"{content['street']}座谈会纪要")
    layout.paragraph(paper, f"第 {content['number']} 次", layout.BODY, 16, centre=True)
    layout.paragraph(paper, f"{content['street']}网格中心　{content['on']}", layout.BODY, 16, centre=True)
    layout.red_line(paper)
    layout.text(
        paper, f"{content['on']}{content['begins']}，{content['street']}在{content['place']}召开全域走访座谈会。"
    )
    if content["practice"]:
        layout.text(paper, f"会议交流了做法：{content['practice']}")
    n = content["n"]["value"]
    layout.text(paper, f"会议定下 {n} 件事，都已立为事项：" if n else "会上没有定下要办的事。")
    layout.numbered(paper, map(_decision, content["decisions"]))
    layout.present(paper, "出席", content["asked"])
    _figures(paper, document)
    return layout.bytes_of(paper)


WRITERS: Mapping[str, Callable[[Document], bytes]] = {PACK: pack, MINUTES: minutes}
RATE_HEADS = ("指标", "上次", "这次", "百分比", "变化", "核实不低于")
RATE_WIDTHS = (4.2, 2.0, 3.4, 1.7, 1.9, 2.4)
PROBLEMS = "只说类，不说哪一户、哪个人；不到 5 件的不列。"
NO_PROBLEMS = "没有哪一类到 5 件；不到 5 件的不列。"


def _standing(paper: Any, content: Content) -> None:
    """Of which moment it is, and against which it is held."""
    before = f"和上次（{content['before_on']}）相比。" if content["before_on"] else "没有上次的材料可比。"
    again = f"本材料是重新生成的，前一份{content['made_before']}。" if content["made_before"] else ""
    layout.text(paper, f"{content['campaign']}。{before}{again}核对的是数据，不用于个人考核。")


def _value(cell: Mapping[str, Any] | None) -> str:
    if cell is None:
        return NONE
    value = cell["value"]
    return f"{value:,}" if isinstance(value, int) else str(value)


def _rate(line: Content) -> list[str]:
    numeral = rules.NUMERALS[line["number"]]
    if "words" in line:
        return [f"{numeral} {line['label']}", NONE, line["words"], NONE, NONE, line["verified"] or NONE]
    return [
        f"{numeral} {line['label']}",
        _value(line.get("before")),
        f"{_value(line['n'])} / {_value(line['d'])} {line['unit']}",
        _value(line["percent"]),
        _value(line.get("change")),
        line["verified"],
    ]


def _forecast(forecast: Mapping[str, Any] | None) -> str:
    if forecast is None:
        return "收盘的天数还不够，或已经走完，不作预计。"
    late = forecast["late"]["value"]
    on, first, last = (_value(forecast[part]) for part in ("on", "first", "last"))
    against = f"比{forecast['due']}晚 {late} 个工作日" if late else f"赶得上{forecast['due']}"
    return f"照最近的进度，入户走访{on}走完（{first}到{last}之间），{against}。"


def _problem(line: Content) -> str:
    change = f"，比上次 {_value(line['change'])}" if "change" in line else ""
    return f"{line['label']} {_value(line['n'])} 件{change}，在 {_value(line['communities'])} 个社区。{line['todo']}。"


def _matters(paper: Any, content: Content) -> None:
    rows = content["matters"]
    if not rows:
        layout.text(paper, "没有在办的事项。")
        return
    heads = ["社区", *(f"{kind}（在办 / 过期）" for kind in content["kinds"])]
    texts = [[row["name"], *(f"{_value(o)} / {_value(late)}" for o, late in row["cells"])] for row in rows]
    layout.table(paper, heads, texts, [3.6, *[12.0 / len(content["kinds"])] * len(content["kinds"])])


def _last(paper: Any, content: Content) -> None:
    last = content["last"]
    if last is None:
        layout.text(paper, "这是第一次会，没有上次定下的事。")
        return
    counts = "，".join(f"{words} {_value(last[part])} 件" for part, words in decisions.PARTS.items())
    layout.text(paper, f"第 {last['number']} 次会（{last['on']}）{counts}。")
    layout.numbered(
        paper, (f"{row['title']}（{row['owner']}）：{_value(row['outcome'])}。" for row in content["decisions"])
    )


def _decision(row: Content) -> str:
    return f"{row['title']}。责任单位：{row['owner']}；期限：{_value(row['due'])}；事项 {row['number']}。"


def _figures(paper: Any, document: Document) -> None:
    """附件: the id of every figure, so that it can be got again."""
    layout.annex(paper, "数的编号")
    layout.text(paper, "每个数有一个编号，管理员用 gridwalk figure 编号 可以从登记里再得出一遍。")
    layout.table(paper, ("编号", "是什么", "数", "怎样再得出"), list(_rows(document)), (1.7, 5.4, 3.3, 5.2))


def _rows(document: Document) -> Iterator[list[str]]:
    for figure in figures_of(document):
        yield [figure.id, figure.label, figure.words, SOURCES[figure.source].words]
