"""The body of a sheet: further tables below the first, and what is printed around the records."""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import polars as pl

from gridwalk.ledger import headers
from gridwalk.ledger.headers import Header
from gridwalk.ledger.wide import Wide
from gridwalk.method import names, text

REPEATED_SHARE = 0.7
_LINE = "合计|总计|小计|共计|本页合计|本页小计|累计"
_SIGNED = (
    "填表人?|填表单位|制表人?|制表单位|填报人?|填报单位|填报日期|审核人?|审批人?|审定人?|复核人?|负责人|负责人签字|单位负责人|"
    "社区负责人|网格员签字|经办人|签字|签名|签章|盖章|联系人|联系电话|日期|年月日"
)
_FOOTER = re.compile(
    rf"(?:(?:{_LINE}|(?:本[页表])?共计?)[:]?\d*[人户条行家处个名]?(?:,?\d+[人户条行家处个名])*[。.]?"
    rf"|(?:{_SIGNED})(?:[(][^)]*[)])?(?::.*)?"
    r"|(?:备注|说明|附注|填表说明|注)(?:[:：].*|\d{1,2}[、.:：].*)?"
    r"|\(?(?:以下|以上)(?:空白|无正文|无内容)\)?|.*\((?:盖章|公章|签字|签章)\)[:]?.*)"
)
_OF_A_FOOTER = "[合总小共累填制审复负社网经签盖公联日年备说附注以]"
"""What every text has that ``_FOOTER`` fits."""
_NUMBERED = re.compile(r"[甲乙丙丁]|栏次|\(?\d+\)?|\(?[A-Z]\)?")
_ORDINAL = re.compile(rf"第?[{text.CHINESE_DIGITS}\d]+[、.)]|[(（][{text.CHINESE_DIGITS}\d]+[)）]|.*[:：]$|^[—\-=*]+")


@dataclasses.dataclass(frozen=True)
class Stretch:
    """The rows of one table: from below its header to ``last`` (0-based, exclusive)."""

    header: Header
    last: int

    @property
    def first(self) -> int:
        return self.header.top + self.header.height


def stretches(sheet: Wide, header: Header) -> Iterator[Stretch]:
    """The tables of a sheet from the first header on: a header of other columns, or in another order, begins a new
    one.
    """
    for index in _perhaps_headings(sheet.frame):
        if index < header.top + header.height:
            continue
        rows = sheet.rows(index, index + 3)
        further = headers.at(rows, 0)[1] if headers.is_heading_row(rows[0]) else None
        if further is None or Printed(sheet.rows(0, header.top + header.height), header).again(rows[0]):
            continue
        if index > header.top + header.height and _are_groups(sheet.rows(index - 1, index)[0], rows[0]):
            further = headers.at(sheet.rows(index - 1, index + 2), 0)[1] or further
            index -= further.height - 1  # 地址, 人员 above 楼栋, 室号, 姓名
        yield Stretch(header, index)
        header = dataclasses.replace(further, top=index)
    yield Stretch(header, len(sheet.frame))


def _are_groups(above: Sequence[str], headings: Sequence[str]) -> bool:
    """Whether the row above a header names groups of its columns: few words, none of them a number or a person."""
    words = [cell for cell in above if cell]
    return (
        1 < len(words) <= sum(map(bool, headings)) / 2
        and not any(c.isdigit() for word in words for c in word)
        and not any(map(names.looks_like_a_person, words))
    )


def _perhaps_headings(frame: pl.DataFrame) -> list[int]:
    """The rows with a cell that is a heading, its spaces left out."""
    words = pl.Series([*headers.any_words()]).implode()
    cells = pl.exclude("row_")
    numbered = frame.with_row_index("row_")
    written = numbered.filter(pl.any_horizontal(cells.is_in(words)))
    spaced = numbered.filter(pl.any_horizontal(cells.str.contains(r"\s")))
    bare = spaced.filter(pl.any_horizontal(cells.str.replace_all(r"\s", "").is_in(words)))
    return sorted({*written["row_"], *bare["row_"]})


class Printed:
    """What stands above the body: titles and headers, which printing repeats at page breaks."""

    def __init__(self, above: Sequence[Sequence[Any]], header: Header) -> None:
        self._lines = {tuple(text.fold(c) if isinstance(c, str) else c for c in row) for row in above}
        self._lines -= {line for line in self._lines if not any(line)}
        self._words = [(words, headers.bare(words)) for words in header.texts]
        self._any = {word for pair in self._words for word in pair if word}

    @property
    def cells(self) -> set[str]:
        """What a row has in common with them that is one of them once more."""
        return self._any.union(*self._lines) - {""}

    def again(self, row: Sequence[Any]) -> bool:
        """Whether a row of the body is one of them once more."""
        if self._any.isdisjoint(row) and tuple(row) not in self._lines:
            return False
        if tuple(row) in self._lines:
            return True
        filled = [(i, cell) for i, cell in enumerate(row) if cell not in ("", None)]
        same = sum(1 for i, cell in filled if i < len(self._words) and self._is_word(i, cell))
        return len(filled) >= 2 and same >= REPEATED_SHARE * len(filled)

    def _is_word(self, column: int, cell: Any) -> bool:
        """Whether a cell says the heading of its column; 1单元 below 单元 is a value."""
        heading, bare = self._words[column]
        return cell == heading or (not str(cell)[:1].isdigit() and headers.bare(cell) == bare)


def around(row: Sequence[Any], printed: Printed, *, is_first: bool) -> str:
    """Why a row is no record whatever the columns mean (a key of ``tally.REASONS``); empty where it may be one."""
    if printed.again(row):
        return "repeated"
    if is_footer(row):
        return "footer"
    return "numbering" if is_first and is_numbering(row) else ""


def is_footer(row: Sequence[Any]) -> bool:
    """合计, 填表人: 张三, 注: … below a table: the word alone, or with what belongs to it; 合计超市 is none."""
    filled = [c for c in row if c not in ("", None)]
    if not filled or len(filled) > max(4, len(row) // 3):
        return False
    return bool(_FOOTER.fullmatch(str(filled[0]).replace(" ", "")))


def may_be_around(body: pl.DataFrame, printed: Printed) -> pl.Expr:
    """Rows of a table as written, among them all (but the first) of which ``around`` tells a reason."""
    cells = pl.Series([*printed.cells], dtype=pl.String).implode()
    n_filled = pl.sum_horizontal(pl.all().is_not_null().cast(pl.UInt16))
    few = n_filled <= max(4, body.width // 3)
    return (few & pl.coalesce(pl.all()).str.contains(_OF_A_FOOTER)) | pl.any_horizontal(pl.all().is_in(cells))


def is_numbering(row: Sequence[Any]) -> bool:
    """甲 1 2 3 …, A B C …, (1) (2) …: the columns numbered below the header."""
    cells = [text.fold(c) for c in row if c not in ("", None)]
    if len(cells) < 3 or not all(map(_NUMBERED.fullmatch, cells)):
        return False
    marks = [c.strip("()") for c in cells if c not in {"甲", "乙", "丙", "丁", "栏次"}]
    if all(m.isdigit() for m in marks):
        numbers = [int(m) for m in marks]
    elif all(m.isalpha() for m in marks):
        numbers = [ord(m) for m in marks]
    else:
        return False
    return len(numbers) >= 2 and numbers == [numbers[0] + n for n in range(len(numbers))]


def says_nothing(row: Sequence[Any], used: Collection[int], numbering: Collection[int]) -> str:
    """Why a row without a value is none: it holds its number only, or something in columns that are not used."""
    others = (c for i, c in enumerate(row) if i not in used and i not in numbering)
    return "unused" if any(text.meaning(c) == "value" for c in others) else "empty"


FORM_ROWS = 40
FEWEST_PAIRS, FEWEST_FORM_ROWS = 4, 3


def pairs(row: Sequence[Any]) -> int:
    """How often a heading stands beside what it asks for: 姓名 | 王伟 | 性别 | 男."""
    filled = [c for c in row if c not in ("", None)]
    is_label = [isinstance(c, str) and headers.is_heading(c) for c in filled]
    return sum(1 for label, beside in itertools.pairwise(is_label) if label and not beside)


def is_form(rows: Sequence[Sequence[Any]]) -> bool:
    """Whether a sheet is one record on a form, with each heading beside its answer, and no table stands on it."""
    looked_at = rows[:FORM_ROWS]
    counts = [pairs(row) for row in looked_at]
    n_labels = sum(isinstance(c, str) and headers.is_heading(c) for row in looked_at for c in row)
    return (
        sum(counts) >= max(FEWEST_PAIRS, headers.HEADING_SHARE * n_labels)
        and sum(map(bool, counts)) >= FEWEST_FORM_ROWS
        and not any(headers.is_heading_row(row) for row in looked_at)
    )


def only_text(row: Sequence[Any]) -> str:
    """The text of a row that holds one text and nothing else."""
    filled = [c for c in row if c not in ("", None)]
    return filled[0] if len(filled) == 1 and isinstance(filled[0], str) else ""


def is_subtitle(words: str) -> bool:
    """一、户籍人口, (二) …, 5号楼: — a line between the records."""
    return bool(_ORDINAL.match(words))
