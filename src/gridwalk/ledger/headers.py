"""Which rows are the header, which kind of ledger it is, and which field each column means."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Mapping, Sequence
from typing import Any

from gridwalk.dictionary import fields as dictionary
from gridwalk.method import idcards, phones, text, uscc

SEARCHED_ROWS = 20
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
    found: dict[str, str] = {}
    for field in dictionary.fields(kind):
        for word in (field.name, field.label, *field.synonyms):
            found.setdefault(bare(word), field.name)
            found.setdefault(text.fold(word).replace(" ", "").lower(), field.name)
    return found


def meant(kind: str, header: str) -> str:
    """The field a header means by its words; empty where it means none."""
    return _words(kind).get(text.fold(header).replace(" ", "").lower()) or _words(kind).get(bare(header), "")


def fit(kind: str, texts: Sequence[str]) -> float:
    """How well headers fit a kind; below 0 they do not."""
    return _score(kind, texts)


def _score(kind: str, texts: Sequence[str]) -> float:
    """How well headers fit a kind: its own fields count, required ones more, missing required ones against."""
    found = {meant(kind, t) for t in texts if t} - {""}
    own = [dictionary.get(kind, f) for f in found]
    required = [f for f in dictionary.fields(kind) if f.required]
    got = sum(1 for f in required if f.name in found)
    door = kind == "dwelling" and found & {"room", "address"} and any(not f.locates for f in own)
    key = door or any(f.required for f in own)
    points = sum(1.0 if not f.locates else 0.4 for f in own) + 1.5 * got - 1.0 * (len(required) - got)
    return points if key else points - 3


def kind_of(texts: Sequence[str]) -> tuple[str, float]:
    """The kind whose fields the headers fit best, and how well."""
    return max(((kind, _score(kind, texts)) for kind in dictionary.KINDS), key=lambda pair: pair[1])


def find(rows: Sequence[Sequence[Any]], kind: str | None) -> Header | None:
    """The header among the first rows: the one or two rows whose texts fit a kind best; None where none fits."""
    best: tuple[float, Header] | None = None
    for top in range(min(SEARCHED_ROWS, len(rows))):
        single = tuple(text.fold(c) for c in rows[top])
        if sum(1 for t in single if t) < 2:
            continue
        candidates = [(Header(top, 1, single), 0.0)]
        if top + 1 < len(rows):
            below = [text.fold(c) for c in rows[top + 1]]
            candidates.append((Header(top, 2, _two_rows(single, below)), _refused_above(single, below)))
        for header, bonus in candidates:
            score = (_score(kind, header.texts) if kind else kind_of(header.texts)[1]) - 0.1 * header.height + bonus
            if _matched(header.texts) >= 2 and (best is None or score > best[0]):
                best = (score, header)
    return best[1] if best else None


def _refused_above(upper: Sequence[str], lower: Sequence[str]) -> float:
    """What a column that is not taken adds to a header of two rows when it is named in the upper one only."""
    below = [*lower, *[""] * len(upper)]
    return 0.2 * sum(1 for above, under in zip(upper, below, strict=False) if not under and dictionary.forbidden(above))


def _matched(texts: Sequence[str]) -> int:
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
        column.sample = _sample(rows, column.index)
        if column.how == "unknown":
            field = _by_content(kind, column.sample, taken)
            if field:
                column.field, column.how = field, "content"
                taken.add(field)
    _ask_about_doubles(columns, kind)
    return [c for c in columns if c.header or c.field]


def _by_words(index: int, header: str, kind: str, chosen: Mapping[str, str]) -> Column:
    if header == OURS:
        return Column(index=index, header=header, how="dropped")
    reason = dictionary.forbidden(header) if header else ""
    if reason:
        return Column(index=index, header=header, how="forbidden", note=reason)
    if header in chosen and (not chosen[header] or dictionary.find(kind, chosen[header])):
        return Column(index=index, header=header, field=chosen[header], how="chosen" if chosen[header] else "dropped")
    field = meant(kind, header) if header else ""
    return Column(index=index, header=header, field=field, how="synonym" if field else "unknown")


def _sample(rows: Sequence[Sequence[Any]], index: int) -> tuple[str, ...]:
    found = []
    for row in rows:
        cell = text.fold(row[index]) if index < len(row) else ""
        if cell and text.meaning(cell) == "value":
            found.append(cell)
            if len(found) == CONTENT_SAMPLE:
                break
    return tuple(found)


def _by_content(kind: str, sample: Sequence[str], taken: set[str]) -> str:
    if len(sample) < 3:
        return ""
    if "id_no" not in taken and dictionary.find(kind, "id_no"):
        good = sum(1 for cell in sample if not idcards.check(cell).fault)
        if good >= CONTENT_SHARE * len(sample):
            return "id_no"
    if "uscc" not in taken and dictionary.find(kind, "uscc"):
        good = sum(1 for cell in sample if not uscc.check(cell).fault)
        if good >= CONTENT_SHARE * len(sample):
            return "uscc"
    telephone = next((f for f in ("phone", "contact_phone", "owner_phone") if dictionary.find(kind, f)), "")
    if telephone and telephone not in taken:
        good = sum(1 for cell in sample if len(phones.check(cell).value) == 11)
        if good >= CONTENT_SHARE * len(sample):
            return telephone
    return ""


def _ask_about_doubles(columns: Sequence[Column], kind: str) -> None:
    """The second column that means a field is left out and asked about; what a person chose goes before
    what was found.
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
