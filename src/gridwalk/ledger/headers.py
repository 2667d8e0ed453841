"""Which rows are the header, which kind of ledger it is, and which field each column means."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import refusals
from gridwalk.dictionary.types import Field
from gridwalk.method import idcards, phones, text, uscc

SEARCHED_ROWS = 20
FEWEST_HEADINGS = 2
MOST_IN_A_HEADING = 100
"""Characters of a cell that may be a heading; a longer one is prose."""
CONTENT_SAMPLE = 60
CONTENT_SHARE = 0.8
OURS = "网格走访说明"  # the column of explanations in a workbook we gave back
_ABOUT = re.compile("(?<=.)(基本)?(信息|情况|资料)$")
_OTHERS = re.compile("房主|业主|产权人|房东|监护人|紧急联系人|法人|法定代表人|网格员|帮扶人|责任人|包联")
_UNITS = re.compile(r"[(（\[【].*?[)）\]】]|[*＊※:：]|\s")


@dataclasses.dataclass(kw_only=True)
class Column:
    """A column of a sheet. ``how``: synonym · content · chosen · twice · forbidden · unknown · dropped."""

    index: int
    header: str
    field: str = ""
    how: str = "unknown"
    note: str = ""
    sample: tuple[str, ...] = ()

    @property
    def letter(self) -> str:
        """A, B … AA, as the table program shows it."""
        return letter(self.index)


def letter(index: int) -> str:
    """The letters of a 0-based column."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


@dataclasses.dataclass(frozen=True)
class Header:
    """Where a header stands: ``top`` 0-based first row, ``height`` 1 or 2, the texts by column."""

    top: int
    height: int
    texts: tuple[str, ...]


@functools.lru_cache(maxsize=1 << 16)
def bare(header: object) -> str:
    """A header without units, stars, colons and spaces: 面积（㎡）* → 面积."""
    folded = text.fold(header)
    return _UNITS.sub("", folded).lower() or folded.lower()


@functools.lru_cache(maxsize=8)
def _words(kind: str) -> Mapping[str, str]:
    meanings: dict[str, str] = {}
    for field in dictionary.fields(kind):
        for word in (field.name, field.label, *field.synonyms):
            meanings.setdefault(bare(word), field.name)
            meanings.setdefault(text.fold(word).replace(" ", "").lower(), field.name)
    return meanings


@functools.cache
def any_words() -> frozenset[str]:
    """Every heading of every kind as it is written most, without spaces."""
    written = (word for kind in dictionary.KINDS for f in dictionary.fields(kind) for word in (f.label, *f.synonyms))
    return frozenset(word.replace(" ", "") for word in written)


def meant(kind: str, header: str) -> str:
    """The field a header means by its words; empty where it means none."""
    return _words(kind).get(text.fold(header).replace(" ", "").lower()) or _words(kind).get(bare(header), "")


def fit(kind: str, texts: Sequence[str]) -> float:
    """How well headers fit a kind: its own fields count, required ones more, missing required ones against; below 0
    they do not.
    """
    own = [dictionary.get(kind, f) for f in {meant(kind, t) for t in texts if t} - {""}]
    n_required = sum(1 for f in dictionary.fields(kind) if f.required)
    n_own_required = sum(1 for f in own if f.required)
    points = sum(1.0 if not f.locates else 0.4 for f in own) + 1.5 * n_own_required
    points -= 1.0 * (n_required - n_own_required)
    return points if n_own_required or _tells_a_door(kind, own) else points - 3


def _tells_a_door(kind: str, own: Sequence[Field]) -> bool:
    """Whether dwellings can be told apart by the columns, and something is said of them."""
    has_door = any(f.name in {"room", "address"} for f in own)
    return kind == "dwelling" and has_door and any(not f.locates for f in own)


def kind_of(texts: Sequence[str]) -> tuple[str, float]:
    """The kind whose fields the headers fit best, and how well."""
    return max(((kind, fit(kind, texts)) for kind in dictionary.KINDS), key=lambda pair: pair[1])


def find(rows: Sequence[Sequence[Any]], kind: str | None) -> Header | None:
    """The header among the first rows: the one or two rows whose texts fit a kind best; None where none fits."""
    best: tuple[float, Header] | None = None
    for top in range(min(SEARCHED_ROWS, len(rows))):
        single = _texts(rows[top])
        if sum(1 for t in single if t) < FEWEST_HEADINGS:
            continue
        candidates = [(Header(top, 1, single), 0.0)]
        if top + 1 < len(rows):
            below = _texts(rows[top + 1])
            candidates.append((Header(top, 2, _two_rows(single, below)), _refused_above(single, below)))
        for header, bonus in candidates:
            score = (fit(kind, header.texts) if kind else kind_of(header.texts)[1]) - 0.1 * header.height + bonus
            if matched(header.texts) >= FEWEST_HEADINGS and (best is None or score > best[0]):
                best = (score, header)
    return best[1] if best else None


def _texts(row: Sequence[Any]) -> tuple[str, ...]:
    """The texts of a row as headings; prose of any length is none."""
    return tuple("" if isinstance(c, str) and len(c) > MOST_IN_A_HEADING else text.fold(c) for c in row)


def _refused_above(upper: Sequence[str], lower: Sequence[str]) -> float:
    """What a column that is not taken adds to a header of two rows when it is named in the upper one only."""
    below = [*lower, *[""] * len(upper)]
    return 0.2 * sum(1 for above, under in zip(upper, below, strict=False) if not under and dictionary.forbidden(above))


def matched(texts: Sequence[str]) -> int:
    """How many texts are headings of one kind."""
    return max(sum(1 for t in texts if t and meant(kind, t)) for kind in dictionary.KINDS)


def _known(words: str) -> bool:
    return any(meant(kind, words) for kind in dictionary.KINDS)


def _two_rows(upper: Sequence[str], lower: Sequence[str]) -> tuple[str, ...]:
    """Two header rows as one: the lower text where it means something or stands alone, else the upper."""
    width = max(len(upper), len(lower))
    texts, group = [], ""
    for index in range(width):
        above = upper[index] if index < len(upper) else ""
        below = lower[index] if index < len(lower) else ""
        group = above or (group if below else "")
        together = _ABOUT.sub("", group) + below
        if group and below and (_OTHERS.match(group) or _known(together) or not _known(below)):
            texts.append(together)  # 产权人 over 姓名 is the owner's name, not a resident's
        else:
            texts.append(together if below in texts else below or above)
    return tuple(texts)


def map_columns(
    header: Header, kind: str, rows: Sequence[Sequence[Any]], chosen: Mapping[str, str] | None = None
) -> list[Column]:
    """Every column with its field: as ``chosen`` (header text → field, "" drops it), by words, then by content."""
    columns = [_by_words(index, texts, kind, chosen or {}) for index, texts in enumerate(header.texts)]
    taken = {c.field for c in columns if c.field}
    for column in columns:
        column.sample = sample(rows, column.index)
        if column.how not in {"forbidden", "synonym"} and (reason := refusals.content(column.sample)):
            column.field, column.how, column.note = "", "forbidden", reason
        if column.how == "unknown":
            field = _by_content(kind, column.sample, taken)
            if field:
                column.field, column.how = field, "content"
                taken.add(field)
    _ask_about_doubles(columns, kind)
    return [c for c in columns if c.header or c.field]


def _by_words(index: int, header: str, kind: str, chosen: Mapping[str, str]) -> Column:
    if header.startswith(OURS):
        return Column(index=index, header=header, how="dropped")
    reason = dictionary.forbidden(header) if header else ""
    if reason:
        return Column(index=index, header=header, how="forbidden", note=reason)
    if header in chosen and (not chosen[header] or dictionary.find(kind, chosen[header])):
        return Column(index=index, header=header, field=chosen[header], how="chosen" if chosen[header] else "dropped")
    field = meant(kind, header) if header else ""
    return Column(index=index, header=header, field=field, how="synonym" if field else "unknown")


def refused(header: str, cells: Sequence[str]) -> str:
    """Why a column is not taken, by its heading or by what stands in its cells; empty where it is."""
    if reason := dictionary.forbidden(header):
        return reason
    return "" if any(meant(kind, header) for kind in dictionary.KINDS) else refusals.content(cells)


def sample(rows: Sequence[Sequence[Any]], index: int) -> tuple[str, ...]:
    """The first cells of a column that say something."""
    folded = (text.fold(row[index]) for row in rows if index < len(row))
    return tuple(itertools.islice((cell for cell in folded if cell and text.meaning(cell) == "value"), CONTENT_SAMPLE))


_TOLD_BY_CONTENT: tuple[tuple[tuple[str, ...], Callable[[str], bool]], ...] = (
    (("id_no",), lambda cell: not idcards.check(cell).fault),
    (("uscc",), lambda cell: not uscc.check(cell).fault),
    (("phone", "contact_phone", "owner_phone"), lambda cell: len(phones.check(cell).value) == 11),
)
"""Of the fields the first that the kind has, and whether a cell is such a number."""


def _by_content(kind: str, sample: Sequence[str], taken: set[str]) -> str:
    """The field of which nearly every cell of the sample is a number; "" where there is none."""
    if len(sample) < 3:
        return ""
    for names, is_number in _TOLD_BY_CONTENT:
        field = next((name for name in names if dictionary.find(kind, name)), "")
        if field and field not in taken and sum(map(is_number, sample)) >= CONTENT_SHARE * len(sample):
            return field
    return ""


def _ask_about_doubles(columns: Sequence[Column], kind: str) -> None:
    """The second column that means a field is left out and asked about; what a person chose goes before what was
    recognised.
    """
    first: dict[str, Column] = {}
    for column in sorted(columns, key=lambda c: c.how != "chosen"):
        if not column.field:
            continue
        other = first.setdefault(column.field, column)
        if other is column:
            continue
        if other.how == "chosen" and column.how != "chosen":
            column.field, column.how = "", "dropped"
            continue
        label = dictionary.label(kind, column.field)
        column.note = (
            f"有两列都叫“{column.header}”，分不清哪列是{label}，请在表里改掉一列的列名再传"
            if other.header == column.header
            else f"“{other.header}”和“{column.header}”都像{label}，请选一列"
        )
        column.field, column.how = "", "twice"
