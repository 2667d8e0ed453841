"""Every row of a file accounted for: read, left out for a reason, or waiting for a person."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Iterable, Mapping

COUNTED_IN = {"person": "人", "dwelling": "户", "organization": "家", "site": "处", "facility": "处", "care": "人"}


@dataclasses.dataclass(frozen=True)
class Reason:
    """Why a row is no record, in words; ``asks``: a person has to look at it."""

    words: str
    asks: bool = False


REASONS: Mapping[str, Reason] = {
    "title": Reason("表头上面的标题和说明"),
    "header": Reason("表头"),
    "repeated": Reason("再印一遍的表头或标题"),
    "numbering": Reason("列的编号"),
    "caption": Reason("小标题"),
    "footer": Reason("表尾"),
    "empty": Reason("只有序号，或写着“无”"),
    "alone": Reason("这一行只有一句话，不像一条记录，没有读。是记录请补全，是说明请删掉这一行", asks=True),
    "unused": Reason("这一行只在没有用到的列里有内容，没有读。请看列名对不对", asks=True),
    "form": Reason("表头上面写着一条记录的内容，没有读。是记录请抄到表里，一行一条", asks=True),
    "other": Reason("下面换成了另一种表，没有读。请另存为一个文件再传", asks=True),
    "struck": Reason("整行划掉了，没有读。还有效请去掉删除线，作废请删掉这一行", asks=True),
}


@dataclasses.dataclass(frozen=True)
class LeftOut:
    """A row that became no record. ``row_no``: as the table program shows it; ``why``: a key of ``REASONS``."""

    sheet: str
    row_no: int
    why: str

    @property
    def asks(self) -> bool:
        """Whether a person has to look at the row."""
        return REASONS[self.why].asks

    @property
    def words(self) -> str:
        return REASONS[self.why].words


@dataclasses.dataclass(frozen=True, kw_only=True)
class Tally:
    """Rows that say anything, in the whole file, and what became of them. ``n_records``: a row may hold several."""

    kind: str
    n_rows: int
    n_read: int
    n_records: int
    n_around: int
    """Headers, titles, captions and footers."""
    n_asked: int
    n_unread: int
    """In sheets that were not read."""

    @property
    def closes(self) -> bool:
        """Whether every row is accounted for."""
        return self.n_rows == self.n_read + self.n_around + self.n_asked + self.n_unread

    def __str__(self) -> str:
        """1,204 行，2,310 人：1,180 行读入，20 表头表尾，4 要看."""
        parts = [f"{self.n_read:,} 行读入", f"{self.n_around:,} 表头表尾", f"{self.n_asked:,} 要看"]
        if self.n_unread:
            parts.append(f"{self.n_unread:,} 行在没有读的表里")
        return f"{self.n_rows:,} 行，{self.n_records:,} {COUNTED_IN[self.kind]}：{'，'.join(parts)}"


def of(kind: str, *, n_rows: int, n_unread: int, n_read: int, n_records: int, left_out: Iterable[LeftOut]) -> Tally:
    """The sum of a file."""
    asked = collections.Counter(row.asks for row in left_out)
    return Tally(
        kind=kind,
        n_rows=n_rows,
        n_read=n_read,
        n_records=n_records,
        n_around=asked[False],
        n_asked=asked[True],
        n_unread=n_unread,
    )


def reasons(left_out: Iterable[LeftOut]) -> list[tuple[Reason, int, list[tuple[str, int, int]]]]:
    """The rows by reason, those that ask first: how many, and the stretches they stand in (sheet, first, last)."""
    counts: collections.Counter[str] = collections.Counter()
    stretches: dict[str, list[tuple[str, int, int]]] = {}
    for row in left_out:
        counts[row.why] += 1
        own = stretches.setdefault(row.why, [])
        if own and own[-1][0] == row.sheet and own[-1][2] == row.row_no - 1:
            own[-1] = (row.sheet, own[-1][1], row.row_no)
        else:
            own.append((row.sheet, row.row_no, row.row_no))
    by_reason = [(REASONS[why], n, stretches[why]) for why, n in counts.items()]
    return sorted(by_reason, key=lambda of: not of[0].asks)


def place(sheet: str, first: int, last: int) -> str:
    """A stretch of rows in words."""
    return f"{sheet} 第 {first} 行" if first == last else f"{sheet} 第 {first}–{last} 行"
