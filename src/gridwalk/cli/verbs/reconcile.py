"""``gridwalk reconcile``: a ledger against another file; needs no server and no database."""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import json
from pathlib import Path
from typing import TYPE_CHECKING

from gridwalk.cli import ledger_files, output

if TYPE_CHECKING:
    from gridwalk.ledger.comparing import Comparison

HELP = "两份台账对一对：谁是谁、哪项不同、哪些只有一边有（不用服务，不用数据库）"
SHOWN_AREAS = 12


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("left", type=Path, metavar="左", help="要核对的台账：xlsx、xls、csv（UTF-8、GB18030）、parquet")
    parser.add_argument("right", type=Path, metavar="右", help="拿来对的那一份，比如市平台导出的表")
    parser.add_argument(
        "--out", type=Path, metavar="文件", help="批注版：左边的台账标出不同，另附汇总、差异、一边独有、疑似、重复"
    )
    parser.add_argument("--pairs", type=Path, metavar="文件", help="对上的行写成 CSV：left_row,right_row,status,score")
    ledger_files.arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Compare and say what came of it. Exit code 0 whatever the rate; 2 where a file cannot be used."""
    ledger_files.collect_nothing()
    from gridwalk.ledger import comparing, sides
    from gridwalk.ledger.errors import LedgerError

    say = ledger_files.saying(options)
    try:
        ledger_files.require_usable((options.left, options.right), (options.out, options.pairs, options.rows))
        left, right = sides.read_files(options.left, options.right, kind=options.kind, progress=say)
        for side in (left, right):
            ledger_files.complain_of(side, options)
        comparison = comparing.compare(left, right, progress=say)
    except LedgerError as error:
        output.complain(str(error))
        return ledger_files.UNUSABLE
    totals = comparison.totals()
    if options.rows:
        lines = itertools.chain(ledger_files.rows(left, "left"), ledger_files.rows(right, "right"))
        ledger_files.write_lines(options.rows, lines)
    if options.pairs:
        with ledger_files.whole(options.pairs) as part:
            comparison.pairs.select("left_row", "right_row", "status", "score").write_csv(part)
    if options.out:
        _write_out(options, comparison, say)
    if options.json:
        output.say(json.dumps(dataclasses.asdict(totals), ensure_ascii=False))
    else:
        _say(comparison)
    return 0


def _write_out(options: argparse.Namespace, comparison: Comparison, say: ledger_files.Say) -> None:
    from gridwalk.ledger import annotate, diff_workbook, guard

    say("写批注版")
    format_ = guard.format_of_file(options.left)
    marks, tables = diff_workbook.marks(comparison), diff_workbook.tables(comparison)
    ledger_files.write_workbook(options.out, annotate.annotate_file(options.left, format_, marks, tables), say)


def _say(comparison: Comparison) -> None:
    from gridwalk.ledger import diff_workbook

    totals = comparison.totals()
    rows = diff_workbook.summary(comparison, totals)
    by_area = [row for row in rows if str(row[0]).startswith("按网格")]
    output.say()
    for line in ledger_files.table([row for row in rows if row not in by_area] + by_area[:SHOWN_AREAS]):
        output.say(line)
    if len(by_area) > SHOWN_AREAS:
        output.say(f"  还有 {len(by_area) - SHOWN_AREAS} 片，写在 --out 的“汇总”里")
    for name in comparison.other_names:
        output.say(f"\n{name.question}。没有人定以前当成两个小区；是一个，请在一份里改成同一个名称再比。")
    if totals.n_questions:
        output.say(f"\n{totals.n_questions:,} 条拿不准，要您看：用 --out 写出批注版，看“疑似同一人”一页。")
