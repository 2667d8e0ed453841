"""What ``reconcile`` and ``check`` share: reading a file, writing rows and workbooks, without server or database."""

from __future__ import annotations

import argparse
import gc
import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gridwalk.cli import output

if TYPE_CHECKING:
    from gridwalk.ledger.annotate import Annotated
    from gridwalk.ledger.sides import Side

UNUSABLE = 2
KINDS = ("person", "dwelling", "organization")
Say = Callable[[str], None]


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kind", choices=KINDS, help="哪种台账：人员、房屋、单位；不写就按列名认")
    parser.add_argument(
        "--rows", type=Path, metavar="文件", help="读到的每一行写成一行 JSON（字段按数据字典，附每格的差错）"
    )
    parser.add_argument("--json", action="store_true", help="只输出总数，JSON 格式")


def saying(options: argparse.Namespace) -> Say:
    """Progress in words; silent where the output is for a program."""
    return (lambda _: None) if options.json else (lambda text: output.say(f"{text} …"))


def collect_nothing() -> None:
    """Let the rest of the process go without the collector of cycles.

    It ends in seconds, and looking for garbage again and again among what was read in is an eighth of its work.
    """
    gc.disable()


def require_usable(inputs: Sequence[Path], outputs: Sequence[Path | None]) -> None:
    """Before anything is read: the inputs are there, the outputs can be written and are none of the inputs.

    Raises LedgerError.
    """
    from gridwalk.ledger.errors import LedgerError

    for source in inputs:
        if not source.is_file():
            raise LedgerError(f"没有找到文件 {source}。请核对路径。")
    taken = {source.resolve(): "要读的那一份" for source in inputs}
    for target in filter(None, outputs):
        if not target.parent.is_dir() or not os.access(target.parent, os.W_OK):
            raise LedgerError(f"写不了 {target}：没有 {target.parent} 这个目录，或没有权限。请换一个地方。")
        if target.is_dir():
            raise LedgerError(f"写不了 {target}：这是一个目录。请写上文件名。")
        if (used := taken.get(target.resolve())) is not None:
            raise LedgerError(f"没有写：{target} 就是{used}，写了会盖掉。请换一个文件名。")
        taken[target.resolve()] = "另一样结果要写的文件"


def complain_of(of: Side, options: argparse.Namespace) -> None:
    """Say which columns are refused, and which need a decision: those are not guessed."""
    for refused in () if options.json else of.refused:
        output.complain(f"{of.name}：{refused}")
    for question in () if options.json else of.questions:
        output.complain(f"{of.name}：{question}（这一列没有比）")


SHOWN_ROWS = 5


def left_out(of: Side) -> Iterator[str]:
    """The rows that became no record, a line a reason; those that a person must look at come first."""
    from gridwalk.ledger import tally

    for reason, n, stretches in tally.reasons(of.left_out):
        shown = "、".join(tally.place(*stretch) for stretch in stretches[:SHOWN_ROWS])
        more = f" 等 {n:,} 行" if len(stretches) > SHOWN_ROWS else ""
        yield f"  {'要看：' if reason.asks else ''}{shown}{more}：{reason.words}"
    for sheet in of.sheets:
        if sheet.skipped:
            yield f"  {sheet.name}：{sheet.skipped}"


def rows(of: Side, label: str) -> Iterator[str]:
    """Each row as read, canonical values by dictionary names with the faults of its cells, as a line of JSON."""
    from gridwalk.ledger import location

    faults: dict[int, list[dict[str, str]]] = {}
    for row, field, column, code, text in of.faults.iter_rows():
        faults.setdefault(row, []).append({"field": field, "column": column, "code": code, "text": text})
    parts = [p for p in location.PARTS if p in of.frame.columns and p not in of.fields]
    for record in of.frame.select("row", "sheet", "row_no", *of.fields, *parts).iter_rows(named=True):
        row, sheet, row_no = record.pop("row"), record.pop("sheet"), record.pop("row_no")
        values = {name: value for name, value in record.items() if value is not None}
        yield json.dumps(
            {
                "side": label,
                "row": row,
                "sheet": sheet,
                "row_no": row_no,
                "kind": of.kind,
                "values": values,
                "faults": faults.get(row, []),
            },
            ensure_ascii=False,
            default=str,
        )


def write_lines(target: Path, lines: Iterator[str]) -> None:
    """Lines to a file only its owner can read; whole or not at all."""
    with whole(target) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        for line in lines:
            file.write(line + "\n")


def write_workbook(target: Path, workbook: Annotated, say: Say) -> None:
    """An annotated workbook to a file; says where it is not as the user's own was."""
    with whole(target) as part:
        part.write_bytes(workbook.data)
    say(f"写好 {target}{'（' + workbook.note.rstrip('。') + '）' if workbook.note else ''}")
    if workbook.ending != "xlsx" and target.suffix != f".{workbook.ending}":
        say(f"原文件带宏或是模板，请把名字改成以 .{workbook.ending} 结尾，再用表格软件打开")


class whole:
    """A file that is there entirely or not at all: written beside its place, then moved there."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._part = target.with_name(target.name + ".part")

    def __enter__(self) -> Path:
        self._part.touch(mode=0o600)
        return self._part

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            os.replace(self._part, self._target)
        else:
            self._part.unlink(missing_ok=True)


def table(rows_: Sequence[Sequence[object]]) -> Iterator[str]:
    """Rows of a summary as aligned lines; Chinese characters are two columns wide."""
    for label, n, d, share in rows_:
        text = str(label)
        wide = sum(2 if ord(c) > 0x2E80 else 1 for c in text)
        counted = f"{n:,} / {d:,}" if n is not None else f"{d:,}"
        yield f"  {text}{' ' * max(1, 40 - wide)}{counted:>22}  {share or ''}".rstrip()
