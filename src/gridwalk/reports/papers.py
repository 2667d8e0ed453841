"""The pack and the minutes of a meeting as files, after the official layout; written from what was kept of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gridwalk.core import clock
from gridwalk.indicators.rules import LEGEND, WITHHELD
from gridwalk.reports import layout, numbers, rules, shapes, wording
from gridwalk.reports.figures import NONE
from gridwalk.reports.models import KINDS, MINUTES, PACK, Document
from gridwalk.reports.wording import PackWords

Content = Mapping[str, Any]


def name_of(document: Document) -> str:
    """What the file is called."""
    content = shapes.content_of(document)
    if "name" in content:
        return str(content["name"])
    at = clock.local(document.at)
    return f"{content['street']}第{content['number']}次{KINDS[document.kind]}{at:%Y%m%d}.docx"


def pack(document: Document) -> bytes:
    """The pack as a file (docx)."""
    content, paper = shapes.content_of(document), layout.blank()
    layout.paragraph(paper, f"{content['street']}第 {content['number']} 次", layout.TITLE, 22, centre=True)
    layout.paragraph(paper, "座谈会材料", layout.TITLE, 22, centre=True)
    layout.paragraph(paper, f"（{content['as_of']}）", layout.SUBHEADING, 16, centre=True)
    words, headings = wording.words_of(content), wording.HEADINGS
    _standing(paper, content, words)
    layout.heading(paper, f"一、{headings['rates']}")
    layout.table(paper, wording.RATE_HEADS, [_rate(line) for line in content["rates"]], RATE_WIDTHS)
    layout.text(paper, f"{words.sample}{words.forecast}")
    for line in words.rounds:
        layout.text(paper, line)
    if any(line.get("words") == WITHHELD for line in content["rates"]):
        layout.text(paper, LEGEND)
    layout.heading(paper, f"二、{headings['problems']}")
    layout.numbered(paper, map(_problem, content["problems"]))
    layout.text(paper, f"{'' if content['problems'] else words.no_problems}{words.problems}")
    layout.heading(paper, f"三、{headings['matters']}")
    _matters(paper, content)
    layout.heading(paper, f"四、{headings['last']}")
    layout.text(paper, words.last)
    layout.numbered(paper, map(_outcome, content["decisions"]))
    if content["practice"]:
        layout.heading(paper, f"五、{headings['practice']}")
        layout.text(paper, content["practice"])
    numbers.annexed(paper, document)
    return layout.bytes_of(paper)


def minutes(document: Document) -> bytes:
    """The minutes as a file (docx), in the layout of 纪要 (GB/T 9704 10.3)."""
    content, paper = shapes.content_of(document), layout.blank()
    layout.minutes_mark(paper, f"{content['street']}座谈会纪要")
    layout.paragraph(paper, f"第 {content['number']} 次", layout.BODY, 16, centre=True)
    layout.paragraph(paper, f"{content['street']}网格中心　{content['held_on']}", layout.BODY, 16, centre=True)
    layout.red_line(paper)
    layout.text(
        paper,
        f"{content['held_on']}{content['begins']}，{content['street']}在{content['place']}召开第 {content['number']}"
        f" 次座谈会。{content['as_of']}。",
    )
    if content["practice"]:
        layout.text(paper, f"会议交流了做法：{content['practice']}")
    layout.text(paper, "会议议定事项如下：" if content["n"]["value"] else "会上没有议定要办的事。")
    layout.numbered(paper, map(_decision, content["decisions"]))
    for label, posts in (("出席", content["present"]), ("请假", content["excused"])):
        if posts:
            layout.present(paper, label, posts)
    numbers.annexed(paper, document)
    return layout.bytes_of(paper)


WRITERS: Mapping[str, Callable[[Document], bytes]] = {PACK: pack, MINUTES: minutes}
RATE_WIDTHS = (4.2, 2.0, 3.4, 1.7, 1.9, 2.4)


def _standing(paper: Any, content: Content, words: PackWords) -> None:
    """Of which moment it is, and against which it is held."""
    again = f"本材料是重新生成的，前一份{content['made_before']}。" if content["made_before"] else ""
    layout.text(paper, f"{content['campaign']}。{words.compared}{again}核对的是数据，不用于个人考核。")


def _rate(line: Content) -> list[str]:
    numeral = rules.NUMERALS[line["number"]]
    verified = wording.value(line["verified"])
    if "words" in line:
        return [f"{numeral} {line['label']}", NONE, line["words"], NONE, NONE, verified]
    return [
        f"{numeral} {line['label']}",
        wording.value(line.get("before")),
        f"{wording.value(line['n'])} / {wording.value(line['d'])} {line['unit']}",
        wording.value(line["percent"]),
        wording.value(line.get("change")),
        verified,
    ]


def _problem(line: Content) -> str:
    change = f"，比上次 {wording.value(line['change'])}" if "change" in line else ""
    spread = f"，在 {wording.value(line['communities'])} 个社区" if line["communities"] else ""
    return f"{line['label']} {wording.value(line['n'])} 件{change}{spread}。{line['todo']}。"


def _matters(paper: Any, content: Content) -> None:
    rows = content["matters"]
    if not rows:
        layout.text(paper, wording.NO_MATTERS)
        return
    heads = ["社区", *(f"{kind}（在办 / 过期）" for kind in content["kinds"])]
    texts = [
        [row["name"], *(f"{wording.value(o)} / {wording.value(late)}" for o, late in row["cells"])] for row in rows
    ]
    layout.table(paper, heads, texts, [3.6, *[12.0 / len(content["kinds"])] * len(content["kinds"])])


def _outcome(row: Content) -> str:
    return f"{row['title']}（{row['owner']}）：{wording.value(row['outcome'])}。"


def _decision(row: Content) -> str:
    return f"{row['title']}。责任单位：{row['owner']}；期限：{wording.value(row['due'])}；事项 {row['number']}。"
