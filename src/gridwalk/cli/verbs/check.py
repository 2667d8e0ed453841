"""``gridwalk check``: one ledger's own faults; needs no server and no database."""

from __future__ import annotations

import argparse
import collections
import dataclasses
import json
from pathlib import Path

from gridwalk.cli import ledger_files, output

HELP = "一份台账自己查：证件号、重复、矛盾、缺项、认不出的地址（不用服务，不用数据库）"
SHOWN = 12


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("ledger", type=Path, metavar="台账", help="xlsx、xls、csv（UTF-8、GB18030）、parquet")
    parser.add_argument("--out", type=Path, metavar="文件", help="批注版：有问题的格子标色并写明原因")
    ledger_files.arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Check and say what was found. Exit code 0 whatever was found; 2 where the file cannot be used."""
    ledger_files.collect_nothing()
    from gridwalk.ledger import annotate, checking, guard, sides
    from gridwalk.ledger.errors import LedgerError

    say = ledger_files.saying(options)
    try:
        ledger_files.require_usable((options.ledger,), (options.out, options.rows))
        side = sides.read_file(options.ledger, kind=options.kind, progress=say)
        ledger_files.complain_of(side, options)
        say("查差错")
        faults = checking.check(side)
    except LedgerError as error:
        output.complain(str(error))
        return ledger_files.UNUSABLE
    if options.rows:
        ledger_files.write_lines(options.rows, ledger_files.rows(dataclasses.replace(side, faults=faults), "left"))
    if options.out:
        say("写批注版")
        format_ = guard.format_of_file(options.ledger)
        marks = [*checking.marks(side, faults), *checking.marks_of_left_out(side)]
        workbook = annotate.annotate_file(options.ledger, format_, marks, [])
        ledger_files.write_workbook(options.out, workbook, say)
    counts = collections.Counter(faults["code"].to_list())
    n_faulty = faults["row"].n_unique()
    if options.json:
        report = {
            "kind": side.kind,
            "n_rows": len(side.frame),
            "n_faulty": n_faulty,
            "faults": dict(counts),
            "tally": dataclasses.asdict(side.tally) if side.tally else {},
            "left_out": [{"sheet": r.sheet, "row_no": r.row_no, "why": r.why, "asks": r.asks} for r in side.left_out],
            "refused": side.refused,
            "questions": side.questions,
        }
        output.say(json.dumps(report, ensure_ascii=False))
        return 0
    output.say(f"\n{side.tally}。")
    for line in ledger_files.left_out(side):
        output.say(line)
    output.say(f"{n_faulty:,} 行有要改的格子。")
    at = {row: (sheet, no) for row, sheet, no in side.frame.select("row", "sheet", "row_no").iter_rows()}
    for row, _, column, _, text in faults.head(SHOWN).iter_rows():
        sheet, no = at[row]
        output.say(f"  {sheet} 第 {no} 行{' ' + column + ' 列' if column else ''}：{text}")
    if len(faults) > SHOWN:
        output.say(f"  还有 {len(faults) - SHOWN:,} 处。用 --out 写出批注版，一格一格看。")
    return 0
