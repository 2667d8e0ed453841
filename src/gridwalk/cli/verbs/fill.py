"""``gridwalk fill``: a department's blank filled from ledgers; needs no server and no database."""

from __future__ import annotations

import argparse
import collections
import dataclasses
import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridwalk.cli import ledger_files, output

if TYPE_CHECKING:
    from gridwalk.ledger.forms.asked import Asked
    from gridwalk.ledger.forms.blank import Blank
    from gridwalk.ledger.forms.filling import Filled
    from gridwalk.ledger.forms.people import Choice
    from gridwalk.ledger.sides import Side

HELP = "部门的空表用台账填好：一人一行的 xlsx（不用服务，不用数据库）"
CLEAR = "清空"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("blank", type=Path, metavar="空表", help="部门发来的 xlsx，一人一行")
    parser.add_argument("ledgers", type=Path, nargs="+", metavar="台账", help="人员台账：xlsx、xls、csv、parquet")
    parser.add_argument(
        "--who", default="", metavar="条件", help="填哪些人，比如“现居住本社区，满80周岁”；不写就是全部"
    )
    parser.add_argument("--on", metavar="日期", help="年龄算到哪一天，比如 2026-12-31")
    parser.add_argument("--answers", type=Path, metavar="文件", help="对提问的答复，JSON")
    parser.add_argument("--out", type=Path, required=True, metavar="文件", help="填好的表写到哪里")
    parser.add_argument("--json", action="store_true", help="只输出怎样读、怎样填、缺什么，JSON 格式")


def run(options: argparse.Namespace) -> int:
    """Fill and say what was filled, asked and left empty. Exit code 0; 2 where nothing was written."""
    ledger_files.collect_nothing()
    from gridwalk.ledger.errors import LedgerError

    try:
        inputs = (options.blank, *options.ledgers, *filter(None, [options.answers]))
        ledger_files.require_usable(inputs, (options.out,))
        _fill(options)
    except LedgerError as error:
        output.complain(str(error))
        return ledger_files.UNUSABLE
    return 0


def _fill(options: argparse.Namespace) -> None:
    from gridwalk.ledger import sides
    from gridwalk.ledger.errors import LedgerError
    from gridwalk.ledger.forms import asked, blank, choices, filling, people

    say = ledger_files.saying(options)
    on = _day(options.on)
    conditions = people.condition(options.who, on)
    answers = _answers(options.answers)
    say(f"读 {options.blank.name}")
    data = options.blank.read_bytes()
    form = blank.read(data, options.blank.name)
    columns = asked.columns(form, answers.get("列", {}))
    _require_writable(form, options, answers)
    read = [sides.read_file(source, kind="person", progress=say) for source in options.ledgers]
    choice = people.choose(people.of(read), conditions)
    if choice.unsure and not choice.persons:
        raise LedgerError(f"{_of_unsure(choice)}。没有别的人可填，没有写。请在台账里补上，或改 --who。")
    allowed = choices.of_blank(data, form)
    filled = filling.fill(data, form, columns, choice.persons, on=on, allowed=allowed)
    with ledger_files.whole(options.out) as part:
        part.write_bytes(filled.data)
    report = _report(form, columns, choice, filled, on)
    report["ledgers"] = list(map(_of_ledger, read))
    if options.json:
        output.say(json.dumps(report, ensure_ascii=False))
        return
    for side in read:
        ledger_files.complain_of(side, options)
        for line in ledger_files.left_out(side):
            output.say(line)
    _say(report, options.out)


def _require_writable(form: Blank, options: argparse.Namespace, answers: dict[str, Any]) -> None:
    """Raises LedgerError where the name would say another kind of file, or the clerk has not said that rows go."""
    from gridwalk.ledger.errors import LedgerError

    if options.out.suffix.lower() != f".{form.ending}":
        raise LedgerError(f"填好的表是 {form.ending} 文件，--out 的文件名请以 .{form.ending} 结尾。")
    if form.written and answers.get("已有内容") != CLEAR:
        rows = "、".join(map(str, form.written[:12]))
        raise LedgerError(
            f"“{form.sheet.name}”第 {rows} 行已经有内容（例子，或上次填的）。要清空重填，请在 --answers 里写"
            f'{{"已有内容": "{CLEAR}"}}；不要的请在空表里删掉再来。'
        )


def _of_ledger(side: Side) -> dict[str, Any]:
    return {
        "name": side.name,
        "n_rows": len(side.frame),
        "left_out": [{"sheet": r.sheet, "row_no": r.row_no, "why": r.why} for r in side.left_out],
        "questions": side.questions,
        "refused": side.refused,
    }


def _day(written: str | None) -> dt.date | None:
    from gridwalk.ledger.errors import LedgerError

    try:
        return dt.date.fromisoformat(written) if written else None
    except ValueError as error:
        raise LedgerError(f"--on 写的“{written}”不是日期。请写成 2026-12-31 这样。") from error


def _answers(source: Path | None) -> dict[str, Any]:
    from gridwalk.ledger.errors import LedgerError

    if source is None:
        return {}
    try:
        answers: dict[str, Any] = json.loads(source.read_text("utf-8"))
    except ValueError as error:
        raise LedgerError(f"{source} 不是 JSON。请照 docs/guide/填表.md 的例子写。") from error
    is_read = isinstance(answers, dict) and answers.keys() <= {"列", "已有内容"}
    if not is_read or not isinstance(answers.get("列", {}), dict):
        raise LedgerError(f"{source} 里只认“列”和“已有内容”两样答复。请照 docs/guide/填表.md 的例子写。")
    return answers


def _report(form: Blank, columns: list[Asked], choice: Choice, filled: Filled, on: dt.date | None) -> dict[str, Any]:
    from gridwalk.dictionary import fields as dictionary

    header = form.header
    return {
        "blank": {
            "sheet": form.sheet.name,
            "title": form.title,
            "sender": form.sender,
            "due": form.due,
            "marks": form.marks,
            "header": [header.top + 1, header.top + header.height],
            "drawn": [form.drawn[0], form.drawn[-1]],
            "cleared": list(form.written),
            "below": list(form.below),
        },
        "columns": [
            {
                "column": c.letter,
                "header": c.header,
                "means": str(c.means),
                "field": dictionary.label("person", c.field) if c.field else "",
                "note": c.note,
            }
            for c in columns
        ],
        "questions": _questions(columns, choice, on),
        "rows": [filled.rows[0], filled.rows[-1]],
        "n_persons": len(choice.persons),
        "n_gone": choice.n_gone,
        "n_written": filled.n_written,
        "signature_ended": filled.is_signature_ended,
        "gaps": [dataclasses.asdict(gap) for gap in filled.gaps],
    }


def _questions(columns: list[Asked], choice: Choice, on: dt.date | None) -> list[str]:
    from gridwalk.ledger.forms.asked import Means

    questions = [f"{c.letter} 列（{c.header}）：{c.note}" for c in columns if c.means is Means.QUESTION]
    if on is None:
        questions += [
            f"{c.letter} 列（{c.header}）：年龄算到哪一天？请加 --on" for c in columns if c.means is Means.AGE
        ]
    if choice.unsure:
        questions.append(_of_unsure(choice))
    questions += [
        f"{person.places[0]}没有证件号，和另一行同名，可能是同一个人，请核对" for person in choice.perhaps_twice
    ]
    return questions


def _of_unsure(choice: Choice) -> str:
    places = "、".join(person.places[0] for person in choice.unsure[:12])
    return f"台账里看不出 {len(choice.unsure)} 人是否符合条件，没有填：{places}"


def _say(report: dict[str, Any], out: Path) -> None:
    output.say(f"\n填了 {report['n_persons']:,} 人，{report['n_written']:,} 格，写好 {out}。")
    if report["n_gone"]:
        output.say(f"已去世、迁走、注销的 {report['n_gone']:,} 人没有填。")
    for column in report["columns"]:
        note = f"（{column['note']}）" if column["note"] else ""
        output.say(f"  {column['column']} 列 {column['header']}：{column['field'] or column['means']}{note}")
    for question in report["questions"]:
        output.complain(f"要问：{question}")
    gaps = collections.Counter((gap["column"], gap["why"]) for gap in report["gaps"])
    for (column, why), n in gaps.items():
        output.say(f"  {column} 列空着 {n:,} 格：{why}")
    if report["signature_ended"]:
        output.say("原文件的电子签名去掉了：改过的文件不再是签过名的那一份。")
