"""The left ledger back with what the comparison found: coloured cells, both values and the reason, and six
further sheets.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import sight
from gridwalk.dictionary.sight import Reader
from gridwalk.dictionary.types import Shown
from gridwalk.ledger import annotate
from gridwalk.ledger.annotate import Mark, Table
from gridwalk.ledger.comparing import ADDRESS, EQUAL, VERDICTS, Comparison, Totals
from gridwalk.ledger.sides import Side
from gridwalk.method import linkage

MOST_ROWS = 1_000_000
"""Rows of a further sheet: a table program takes 1,048,576; what is beyond is said at the sheet's end."""
COVERED = 0.5
"""The share of a grid's records from which on a file is taken for a list of that grid."""
Readers = Callable[[str], Reader]
"""Grid → who reads its records."""
_LOCATING = ("address", "room", "building", "estate")


def workbook(
    comparison: Comparison,
    data: bytes,
    name: str,
    *,
    readers: Readers | None = None,
    withheld: Sequence[Mark] = (),
    missing: Sequence[str] = (),
) -> annotate.Annotated:
    """The uploaded left file annotated.

    ``readers``: the right side is the register, shown to each grid's reader as its pages are; None: both sides are
    files of the user's own. ``withheld``: the rows that were not compared. ``missing``: what of the file was not kept.
    """
    explained = [*marks(comparison, readers=readers), *withheld]
    return annotate.annotate(data, name, explained, tables(comparison, readers=readers), missing=missing)


@dataclasses.dataclass(frozen=True)
class _Written:
    """A side as it may be written down. ``readers`` is None where it is a file of the user's own."""

    side: Side
    readers: Readers | None
    grids: Mapping[int, str]

    def reader(self, row: int) -> Reader | None:
        """Who reads a row of the register; None where the row is the user's own."""
        return self.readers(self.grids[row]) if self.readers else None

    @property
    def fields(self) -> tuple[str, ...]:
        """The columns of a list of its rows."""
        kind = self.side.kind
        return tuple(f for f in self.side.fields if self.readers is None or not dictionary.stays_inside(kind, f))

    def tells(self, row: int, field: str) -> bool:
        """Whether a file says anything of this field: never whether a door stands empty or is let (red line 5)."""
        reader = self.reader(row)
        return reader is None or dictionary.shown(self.side.kind, field, reader) is not Shown.NOTHING

    def shown(self, row: int, field: str, value: str | None) -> str:
        """A value of a row as its reader sees it."""
        reader = self.reader(row)
        if reader is None or value is None:
            return _own(self.side.kind, field, value)
        return dictionary.show(self.side.kind, field, value, reader)


def _right(comparison: Comparison, readers: Readers | None) -> _Written:
    frame = comparison.right.frame
    grids = dict(frame.select("row", "grid").iter_rows()) if readers else {}
    return _Written(comparison.right, readers, grids)


def marks(comparison: Comparison, *, readers: Readers | None = None) -> list[Mark]:
    """What to say in the left file: cell by cell where a pair differs, row by row for the rest."""
    left, right = comparison.left, _right(comparison, readers)
    at = _places(left)
    explained = []
    for row, other, field, verdict, here, there in _unequal(comparison).iter_rows():
        if not right.tells(other, field):
            continue
        sheet, row_no = at[row]
        text = (
            f"{_label(left.kind, field)}{VERDICTS[verdict]}：这里 {_own(left.kind, field, here)}，"
            f"{right.side.name} 是 {right.shown(other, field, there)}（第 {other + 1} 条）"
        )
        explained.append(Mark(sheet, row_no, _letter(left, (sheet, row_no), field), text))
    for (row,) in comparison.left_only.iter_rows():
        explained.append(Mark(*at[row], "", f"{right.side.name} 里没有找到"))
    for row, first, why in comparison.left_duplicates.iter_rows():
        explained.append(Mark(*at[row], "", f"和第 {at[first][1]} 行重复：{why}"))
    for row, other, score, why in _questions(comparison).iter_rows():
        sure = "" if readers else f"（把握 {score:.0%}）"
        explained.append(Mark(*at[row], "", f"疑似是 {right.side.name} 第 {other + 1} 条{sure}：{_why(why, right)}"))
    explained += [Mark(*at[r], c, t) for r, _, c, _, t in left.faults.iter_rows()]
    return explained


def tables(comparison: Comparison, *, readers: Readers | None = None) -> list[Table]:
    """汇总 差异 仅左侧 仅右侧 疑似同一人 重复."""
    left, right = comparison.left, _right(comparison, readers)
    own = _Written(left, None, {})
    same = "疑似同一人" if left.kind == "person" else "疑似同一处"
    return [
        Table("汇总", ["项目", "一致", "共", "一致率"], summary(comparison, comparison.totals())),
        _table(
            "差异",
            ["左表", "左行", "右表", "右行", "谁", "项目", "结果", "左边", "右边"],
            _differences(comparison, right),
        ),
        _table("仅左侧", _header(own), _one_sided(own, comparison.left_only)),
        _table("仅右侧", _header(right), _one_sided(right, _listed(comparison, right))),
        _table(same, ["左表", "左行", "右表", "右行", "左边", "右边", "把握", "依据"], _asked(comparison, right)),
        _table("重复", ["哪一边", "表", "行", "谁", "和第几行重复", "依据"], _doubled(comparison, right)),
    ]


def summary(comparison: Comparison, totals: Totals) -> list[list[Any]]:
    """The counts as rows: item, equal, all, percent."""
    kind = comparison.left.kind
    rows: list[list[Any]] = [
        [
            f"{comparison.left.name} ∪ {comparison.right.name}，约定各项全部一致的",
            *_pair(totals.n_equal, totals.n_union),
        ],
        ["左边行数", None, totals.n_left, None],
        ["右边行数", None, totals.n_right, None],
        ["对上的", None, totals.n_pairs, None],
        ["仅左侧", None, totals.n_left_only, None],
        ["仅右侧", None, totals.n_right_only, None],
        ["疑似，要人定", None, totals.n_questions, None],
        ["左边重复", None, totals.n_left_duplicates, None],
        ["右边重复", None, totals.n_right_duplicates, None],
    ]
    rows += [[f"按项目：{_label(kind, f)}", *_pair(n, d)] for f, (n, d) in totals.by_field.items()]
    rows += [[f"按表：{name}", *_pair(n, d)] for name, (n, d) in totals.by_sheet.items()]
    rows += [[f"按网格（小区）：{name}", *_pair(n, d)] for name, (n, d) in totals.by_grid.items()]
    return rows


def _pair(n: int, d: int) -> list[Any]:
    return [n, d, f"{n / d:.2%}" if d else None]


def _table(name: str, header: Sequence[str], rows: Iterator[Sequence[Any]]) -> Table:
    listed = list(rows)
    if len(listed) > MOST_ROWS:
        listed = [*listed[:MOST_ROWS], [f"还有 {len(listed) - MOST_ROWS:,} 行没有列出，请按社区分开比对"]]
    return Table(name, header, listed)


def _label(kind: str, field: str) -> str:
    return "房屋地址" if field == ADDRESS else dictionary.label(kind, field)


def _unequal(comparison: Comparison) -> pl.DataFrame:
    return comparison.cells.filter(~pl.col("verdict").is_in(EQUAL)).sort("left_row")


def _questions(comparison: Comparison) -> pl.DataFrame:
    asked = comparison.pairs.filter(pl.col("status") == "question")
    return asked.select("left_row", "right_row", "score", "why")


def _places(side: Side) -> Mapping[int, tuple[str, int]]:
    return {row: (sheet, no) for row, sheet, no in side.frame.select("row", "sheet", "row_no").iter_rows()}


def _letter(side: Side, place: tuple[str, int], field: str) -> str:
    """The column that holds a field in a row's table; the door is marked where its room stands."""
    fields = _LOCATING if field == ADDRESS else (field,)
    return next((letter for f in fields if (letter := side.letter(*place, f))), "")


def _own(kind: str, field: str, value: str | None) -> str:
    """A value of the user's own file as people read it: coded ones as their label, an empty one as （空）."""
    return "（空）" if value is None else dictionary.choice_label(kind, field, value)


def _listed(comparison: Comparison, right: _Written) -> pl.DataFrame:
    """The right side's own rows that are listed: of the register only where its rows are seen in full, and only of
    grids of which the file holds at least half of the records. A file of one row would list everybody else.
    """
    only = comparison.right_only
    if right.readers is None:
        return only
    rows = right.side.frame.select("row", "grid").join(only.select("row", only=pl.lit(True)), on="row", how="left")
    covered = rows.group_by("grid").agg(share=pl.col("only").is_null().mean())
    grids = [
        grid
        for grid, share in covered.iter_rows()
        if share >= COVERED and right.readers(grid).depth >= sight.Depth.ROWS
    ]
    return only.join(rows.filter(pl.col("grid").is_in(grids)).select("row"), on="row", how="semi")


def _who(side: Side) -> Mapping[int, str]:
    """What names a row: the person's or organization's name, else its door."""
    columns = [c for c in ("name", "address", "estate", "building", "stairwell", "room") if c in side.frame.columns]
    texts = side.frame.select(
        "row", who=pl.concat_str(columns[:1] if "name" in columns[:1] else columns, separator=" ", ignore_nulls=True)
    )
    return dict(texts.iter_rows())


def _whom(right: _Written) -> Mapping[int, str]:
    """What names a row of the right side, to its readers."""
    who = _who(right.side)
    return {row: right.shown(row, "name", words) for row, words in who.items()} if "name" in right.side.fields else who


def _differences(comparison: Comparison, right_side: _Written) -> Iterator[Sequence[Any]]:
    left, right, who = _places(comparison.left), _places(comparison.right), _who(comparison.left)
    kind = comparison.left.kind
    for row, other, field, verdict, here, there in _unequal(comparison).iter_rows():
        if not right_side.tells(other, field):
            continue
        yield [
            *left[row],
            *right[other],
            who[row],
            _label(kind, field),
            VERDICTS[verdict],
            _own(kind, field, here),
            right_side.shown(other, field, there),
        ]


def _header(of: _Written) -> list[str]:
    return ["表", "行", *(dictionary.label(of.side.kind, f) for f in of.fields)]


def _one_sided(of: _Written, only: pl.DataFrame) -> Iterator[Sequence[Any]]:
    fields = of.fields
    chosen = only.join(of.side.frame, on="row", maintain_order="left").select("row", "sheet", "row_no", *fields)
    for row, sheet, row_no, *values in chosen.iter_rows():
        yield [
            sheet,
            row_no,
            *("" if v is None else of.shown(row, f, str(v)) for f, v in zip(fields, values, strict=True)),
        ]


def _asked(comparison: Comparison, of: _Written) -> Iterator[Sequence[Any]]:
    left, right = _places(comparison.left), _places(comparison.right)
    ours, theirs = _who(comparison.left), _whom(of)
    for row, other, score, why in _questions(comparison).iter_rows():
        sure = "" if of.readers else f"{score:.1%}"
        yield [*left[row], *right[other], ours[row], theirs[other], sure, _why(why, of)]


def _why(why: str, of: _Written) -> str:
    """What speaks for two records being one. How near a telephone comes to one of the register is not told."""
    return why if of.readers is None else linkage.guarded(why)


def _doubled(comparison: Comparison, of: _Written) -> Iterator[Sequence[Any]]:
    sides = (
        ("左边", comparison.left, _who(comparison.left), comparison.left_duplicates),
        ("右边", comparison.right, _whom(of), comparison.right_duplicates),
    )
    for label, side, who, doubled in sides:
        at = _places(side)
        for row, first, why in doubled.iter_rows():
            yield [label, *at[row], who[row], at[first][1], why]
