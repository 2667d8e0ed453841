"""The left ledger back with what the comparison found: coloured cells, both values and the reason, and six
further sheets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import sight
from gridwalk.ledger import annotate
from gridwalk.ledger.annotate import Mark, Table
from gridwalk.ledger.comparing import ADDRESS, EQUAL, VERDICTS, Comparison, Totals
from gridwalk.ledger.sides import Side

MOST_ROWS = 1_000_000
"""Rows of a further sheet: a table program takes 1,048,576; what is beyond is said at the sheet's end."""
_LOCATING = ("address", "room", "building", "estate")


def workbook(
    comparison: Comparison, data: bytes, name: str, *, masked: bool = False, missing: Sequence[str] = ()
) -> annotate.Annotated:
    """The uploaded left file annotated.

    ``masked``: what the right side says is shown as the register's pages show it. ``missing``: what of the file was
    not kept.
    """
    return annotate.annotate(
        data, name, marks(comparison, masked=masked), tables(comparison, masked=masked), missing=missing
    )


def shown(kind: str, field: str, value: str | None, *, masked: bool = False) -> str:
    """A value as people read it: coded ones as their label, numbers masked where asked, an empty one as （空）."""
    if value is None:
        return "（空）"
    return dictionary.show(kind, field, value, sight.ON_PAGE) if masked else dictionary.choice_label(kind, field, value)


def marks(comparison: Comparison, *, masked: bool = False) -> list[Mark]:
    """What to say in the left file: cell by cell where a pair differs, row by row for the rest."""
    left, right = comparison.left, comparison.right
    at = _places(left)
    columns = _columns(left)
    explained = []
    for row, other, field, verdict, here, there in _unequal(comparison).iter_rows():
        sheet, row_no = at[row]
        text = (
            f"{_label(left.kind, field)}{VERDICTS[verdict]}：这里 {shown(left.kind, field, here)}，"
            f"{right.name} 是 {shown(left.kind, field, there, masked=masked)}（第 {other + 1} 条）"
        )
        explained.append(Mark(sheet, row_no, columns.get((sheet, field), ""), text))
    for (row,) in comparison.left_only.iter_rows():
        explained.append(Mark(*at[row], "", f"{right.name} 里没有找到"))
    for row, first, why in comparison.left_duplicates.iter_rows():
        explained.append(Mark(*at[row], "", f"和第 {at[first][1]} 行重复：{why}"))
    for row, other, score, why in _questions(comparison).iter_rows():
        explained.append(Mark(*at[row], "", f"疑似是 {right.name} 第 {other + 1} 条（把握 {score:.0%}）：{why}"))
    explained += [Mark(*at[r], c, t) for r, _, c, _, t in left.faults.iter_rows()]
    return explained


def tables(comparison: Comparison, *, masked: bool = False) -> list[Table]:
    """汇总 差异 仅左侧 仅右侧 疑似同一人 重复."""
    left, right = comparison.left, comparison.right
    same = "疑似同一人" if left.kind == "person" else "疑似同一处"
    return [
        Table("汇总", ["项目", "一致", "共", "一致率"], summary(comparison, comparison.totals())),
        _table(
            "差异",
            ["左表", "左行", "右表", "右行", "谁", "项目", "结果", "左边", "右边"],
            _differences(comparison, masked),
        ),
        _table("仅左侧", _header(left), _one_sided(left, comparison.left_only, masked=False)),
        _table("仅右侧", _header(right), _one_sided(right, comparison.right_only, masked=masked)),
        _table(same, ["左表", "左行", "右表", "右行", "左边", "右边", "把握", "依据"], _asked(comparison)),
        _table("重复", ["哪一边", "表", "行", "谁", "和第几行重复", "依据"], _doubled(comparison)),
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


def _columns(side: Side) -> Mapping[tuple[str, str], str]:
    """The letter of the column that holds a field in a sheet; the door is marked where its room stands."""
    letters = {(s.name, c.field): c.letter for s in side.sheets for c in s.columns if c.field}
    for sheet in side.sheets:
        letter = next((letters[sheet.name, f] for f in _LOCATING if (sheet.name, f) in letters), "")
        letters[sheet.name, ADDRESS] = letter
    return letters


def _who(side: Side) -> Mapping[int, str]:
    """What names a row: the person's or organization's name, else its door."""
    columns = [c for c in ("name", "address", "estate", "building", "stairwell", "room") if c in side.frame.columns]
    texts = side.frame.select(
        "row", who=pl.concat_str(columns[:1] if "name" in columns[:1] else columns, separator=" ", ignore_nulls=True)
    )
    return dict(texts.iter_rows())


def _differences(comparison: Comparison, masked: bool) -> Iterator[Sequence[Any]]:
    left, right, who = _places(comparison.left), _places(comparison.right), _who(comparison.left)
    kind = comparison.left.kind
    for row, other, field, verdict, here, there in _unequal(comparison).iter_rows():
        yield [
            *left[row],
            *right[other],
            who[row],
            _label(kind, field),
            VERDICTS[verdict],
            shown(kind, field, here),
            shown(kind, field, there, masked=masked),
        ]


def _header(side: Side) -> list[str]:
    return ["表", "行", *(dictionary.label(side.kind, f) for f in side.fields)]


def _one_sided(side: Side, only: pl.DataFrame, *, masked: bool) -> Iterator[Sequence[Any]]:
    chosen = only.join(side.frame, on="row", maintain_order="left").select("sheet", "row_no", *side.fields)
    for sheet, row_no, *values in chosen.iter_rows():
        yield [
            sheet,
            row_no,
            *(
                "" if v is None else shown(side.kind, f, str(v), masked=masked)
                for f, v in zip(side.fields, values, strict=True)
            ),
        ]


def _asked(comparison: Comparison) -> Iterator[Sequence[Any]]:
    left, right = _places(comparison.left), _places(comparison.right)
    ours, theirs = _who(comparison.left), _who(comparison.right)
    for row, other, score, why in _questions(comparison).iter_rows():
        yield [*left[row], *right[other], ours[row], theirs[other], f"{score:.1%}", why]


def _doubled(comparison: Comparison) -> Iterator[Sequence[Any]]:
    sides = (
        ("左边", comparison.left, comparison.left_duplicates),
        ("右边", comparison.right, comparison.right_duplicates),
    )
    for label, side, doubled in sides:
        at, who = _places(side), _who(side)
        for row, first, why in doubled.iter_rows():
            yield [label, *at[row], who[row], at[first][1], why]
