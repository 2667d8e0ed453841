"""Which rows are the header, which kind of ledger it is, and which field each column means."""

from __future__ import annotations

import collections
import dataclasses
import functools
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import refusals, relations
from gridwalk.dictionary.types import Field
from gridwalk.ledger import subjects
from gridwalk.method import text

SEARCHED_ROWS = 40
FEWEST_HEADINGS = 2
MOST_IN_A_HEADING = 100
"""Characters of a cell that may be a heading; a longer one is prose."""
CONTENT_SAMPLE = 60
OURS = "网格走访说明"  # the column of explanations in a workbook we gave back
_EITHER = re.compile("[/或、]")
_DOOR = re.compile(
    r"(?:(楼栋?|栋|幢|楼号|楼栋号|栋号)[-、/+]?)?(?:单元|门|单元号|门号)[-、/+]?(?:室|房|室号|房号|房间号)"
)
"""楼-门-室, 单元室号: several parts of a door in one column; with the building or without."""
_OWN = re.compile("(本人|个人|居民|人员|住户|登记)(?=.)")
_ADDRESS = re.compile("(住址|详址|地址|坐落|座落|住所)$")
_OTHER_ADDRESS = re.compile(
    "户籍|户口|原|工作|单位|办公|注册|邮寄|通讯|通信|籍贯|老家|出生|学校|就读|暂|前|发证|企业|公司|网|邮箱|收货|IP|ip"
)
_ABOUT = re.compile("(?<=.)(基本)?(信息|情况|资料)$")
OF_RESIDENTS = frozenset({"person", "care"})
_RELATIONS = sorted(
    (
        w
        for code, words in relations.RELATION.items()
        if code != relations.HEAD
        for w in words
        if len(w) > 1 and not w.isdigit()
    ),
    key=len,
    reverse=True,
)
MEMBER = re.compile(
    "(家庭成员|家庭人员|家属|成员|同住人员?|共同居住人|居住人|租客|承租人|租户|"
    + "|".join(map(re.escape, _RELATIONS))
    + rf")[(]?(?:第)?([\d{text.CHINESE_DIGITS}]*)[)]?(?:人|个|位)?"
)
"""A group of columns that hold one more member of a household."""
_ORDINAL = re.compile(r"^\d{1,2}[.、)]?(?=[\u4e00-\u9fff])")
NUMBERED = re.compile(rf"(.*?)[(]?([\d{text.CHINESE_DIGITS}]+)[)]?")
"""A heading that numbers what stands beside each other: 姓名2, 身份证号(二)."""
_UNITS = re.compile(r"[(（\[【].*?[)）\]】]|[*＊※:：]|\s")


@dataclasses.dataclass(kw_only=True)
class Column:
    """A column of a sheet.

    ``how``: synonym · content · chosen · guessed · asked · forbidden · unknown · others · paper · dropped.

    ``group``: which of the records beside each other it belongs to, 0 to all; ``of``: that record's name (配偶).
    ``says``: the word a tick in it stands for. ``beside``: every field that its cells hold (姓名/身份证号), where they
    hold several. ``n_filled``, ``look``: of a column that is not used, how many cells it fills and how they look.
    """

    index: int
    header: str
    field: str = ""
    how: str = "unknown"
    note: str = ""
    sample: tuple[str, ...] = ()
    group: int = 0
    of: str = ""
    says: str = ""
    beside: tuple[str, ...] = ()
    n_filled: int = 0
    look: str = ""

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
    """Where a header stands: ``top`` 0-based first row, ``height`` 1 or 2, the texts by column.

    ``height`` 0: there is none, and the texts are what the cells look like. ``uppers``: of its two rows the
    upper one, the name of a group over each of its columns and nothing else; ``lowers``: the lower one.
    """

    top: int
    height: int
    texts: tuple[str, ...]
    uppers: tuple[str, ...] = ()
    lowers: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """Every text that says what kind of ledger it is: of ticks the group's name, of a member's number 身份证号."""
        return (*self.texts, *self.uppers, *(low for upper, low in zip(self.uppers, self.lowers, strict=True) if upper))


@functools.lru_cache(maxsize=1 << 16)
def bare(header: object) -> str:
    """A header without units, stars, colons, spaces and its number: 面积（㎡）* → 面积, 3.姓名 → 姓名."""
    folded = text.fold(header)
    return _ORDINAL.sub("", _UNITS.sub("", folded)).lower() or folded.lower()


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


@functools.cache
def papers(kind: str) -> frozenset[str]:
    """The headings of the column that says on which paper a number stands."""
    besides = [f.beside for f in dictionary.fields(kind) if f.beside]
    return frozenset(word for beside in besides for word in (beside.label, *beside.synonyms))


@functools.lru_cache(maxsize=1 << 15)
def meant(kind: str, header: str) -> str:
    """The field a header means by its words, else by its parts; empty where it means none."""
    whole = _words(kind).get(text.fold(header).replace(" ", "").lower()) or _words(kind).get(bare(header), "")
    return whole or _by_parts(kind, bare(header)) or next(iter(several(kind, header)), "")


def _by_parts(kind: str, words: str) -> str:
    """单元/门: both the same; 本人电话: the record's own; 居住地详址: some address of where people live."""
    parts = [_words(kind).get(part, "") for part in _EITHER.split(words)]
    if len(parts) > 1 and len(set(parts)) == 1:
        return parts[0]
    if (door := _DOOR.fullmatch(words)) and dictionary.find(kind, "room"):
        return "address" if door[1] else "room"
    if (own := _OWN.match(words)) and (field := _words(kind).get(words[own.end() :])):
        return field
    if (
        kind in OF_RESIDENTS
        and (resident := subjects.RESIDENTS.match(words))
        and (field := _words(kind).get(words[resident.end() :]))
    ):
        return field
    is_address = _ADDRESS.search(words) and not _OTHER_ADDRESS.search(words) and not others(words, kind)
    return "address" if is_address and dictionary.find(kind, "address") else ""


_JOINED = re.compile(r"[/或、,+&()\[\]\s及和与]+")
IN_A_CELL = ("name", "owner_name", "contact_name"), ("id_no", "phone", "owner_phone", "contact_phone")


@functools.lru_cache(maxsize=1 << 14)
def several(kind: str, header: str) -> tuple[str, ...]:
    """The fields of a heading that names a person and the person's numbers: 姓名/身份证号, 姓名（电话）."""
    words = [bare(part) for part in _JOINED.split(text.fold(header)) if part]
    fields = tuple(_words(kind).get(word, "") for word in words)
    is_several = len(fields) > 1 and len(set(fields)) == len(fields) and fields[0] in IN_A_CELL[0]
    return fields if is_several and set(fields[1:]) <= {*IN_A_CELL[1]} else ()


def fit(kind: str, texts: Sequence[str]) -> float:
    """How well headers fit a kind: its own fields count, required ones more, missing required ones against; below 0
    they do not.
    """
    meant_by = {_meant_by(kind, t) for t in texts if t} - {""}
    meant_by |= {field for t in texts if t for field in several(kind, t)}
    if kind == "person" and "name" not in meant_by:
        meant_by |= of_households(texts)
    own = [dictionary.get(kind, f) for f in meant_by]
    n_required = sum(1 for f in dictionary.fields(kind) if f.required)
    n_own_required = sum(1 for f in own if f.required)
    points = sum(1.0 if not f.locates else 0.4 for f in own) + 1.5 * n_own_required
    points -= 1.0 * (n_required - n_own_required)
    return points if n_own_required or _tells_a_door(kind, own) else points - 3


@functools.lru_cache(maxsize=1 << 14)
def _meant_by(kind: str, words: str) -> str:
    """The field a heading means with or without the number behind it (姓名2)."""
    numbered = NUMBERED.fullmatch(words)
    return meant(kind, words) or (meant(kind, numbered[1]) if numbered and numbered[1] else "")


OF_HEAD = "户主"
"""What stands before a heading that tells of the head of household."""


def of_households(texts: Sequence[str]) -> set[str]:
    """What a table of one household a row says of its head: 户主, 户主身份证 … beside 成员1, 成员1身份证 …"""
    words = [bare(t) for t in texts if t]
    heads = {meant("person", w.removeprefix(OF_HEAD)) for w in words if w.startswith(OF_HEAD) and w != OF_HEAD} - {""}
    has_members = any(meant("person", MEMBER.sub("", w, count=1)) for w in words if MEMBER.match(w))
    return heads | {"name"} if heads and has_members and OF_HEAD in words else set()


def _tells_a_door(kind: str, own: Sequence[Field]) -> bool:
    """Whether dwellings can be told apart by the columns, and something is said of them."""
    has_door = any(f.name in {"room", "address"} for f in own)
    return kind == "dwelling" and has_door and any(not f.locates for f in own)


def kind_of(texts: Sequence[str]) -> tuple[str, float]:
    """The kind whose fields the headers fit best, and how well."""
    return max(((kind, fit(kind, texts)) for kind in dictionary.KINDS), key=lambda pair: pair[1])


def find(rows: Sequence[Sequence[Any]], kind: str | None) -> Header | None:
    """The header among the first rows: the one or two rows whose texts fit a kind best; None where none fits."""
    scored = [at(rows, top, kind) for top in range(min(SEARCHED_ROWS, len(rows)))]
    best, header = max(scored, key=lambda pair: pair[0], default=(NONE, None))
    if header is None:
        return None
    # A table below may fit better than the first one, which must not be taken for its titles.
    earlier = (first for score, first in scored[: max(0, header.top - 1)] if first and score >= EARLIER * max(best, 1))
    return next((first for first in earlier if is_heading_row(first.texts)), header)


EARLIER = 0.4
"""How well an earlier header must fit, as a share of the best one's fit."""
HEADING_SHARE = 0.6


def is_heading_row(row: Sequence[Any]) -> bool:
    """Whether most cells of a row are headings."""
    filled = [c for c in row if c not in ("", None)]
    n_known = sum(1 for c in filled if isinstance(c, str) and is_heading(c))
    return n_known >= FEWEST_HEADINGS and n_known >= HEADING_SHARE * len(filled)


NONE = float("-inf")


def at(rows: Sequence[Sequence[Any]], top: int, kind: str | None = None) -> tuple[float, Header | None]:
    """How well the one or two rows from ``top`` on fit a kind as its header, and that header."""
    single = _texts(rows[top])
    if sum(1 for t in single if t) < FEWEST_HEADINGS:
        return NONE, None
    below = _texts(rows[top + 1]) if top + 1 < len(rows) else None
    candidates = [Header(top, 1, single), *([] if below is None else [_of_two(top, single, below)])]
    best: tuple[float, Header | None] = NONE, None
    for header in candidates:
        if matched(header.texts) < FEWEST_HEADINGS:
            continue  # most rows are records
        score = (fit(kind, header.words) if kind else kind_of(header.words)[1]) - 0.1 * header.height
        if below is not None and header.height > 1:
            score += _refused_above(single, below) + TWO_ROWS * _stands_below(single, below, rows[top + 2 : top + 3])
        if score > best[0]:
            best = score, header
    return best


TWO_ROWS = 3.0
"""What speaks for a header of two rows whose lower one stands below groups only."""
LONGEST_LOWER = 8


def _stands_below(upper: Sequence[str], lower: Sequence[str], body: Sequence[Sequence[Any]]) -> bool:
    """Whether the lower row has words only below groups (房屋状态 over 自住, 租住, 闲置) and the records have more."""
    filled = [i for i, words in enumerate(lower) if words]
    width = len(upper)
    in_group = [
        i < width and (not upper[i] or (i + 1 < width and not upper[i + 1] and i + 1 in filled)) for i in filled
    ]
    alone = [i for i, words in enumerate(upper) if words and i not in filled]
    first = body[0] if body else ()
    return (
        len(filled) >= FEWEST_HEADINGS
        and all(in_group)
        and all(0 < len(lower[i]) <= LONGEST_LOWER and not any(c.isdigit() for c in lower[i]) for i in filled)
        and any(i < len(first) and text.fold(first[i]) for i in alone)
    )


def others(header: str, kind: str = "dwelling") -> str:
    """The other person a heading names (监护人电话, 户主身份证号); empty where it names none."""
    words = bare(header)
    match = subjects.OTHERS.match(words) or (subjects.TENANTS.match(words) if kind == "dwelling" else None)
    behind = subjects.IN_BRACKETS.search(text.fold(header))
    return match[0] if match else behind[0][1:-1] if behind else ""


def is_behind(header: str) -> bool:
    """Whether a heading names another person in brackets behind it."""
    return bool(subjects.IN_BRACKETS.search(text.fold(header)))


def of_somebody(header: str, kind: str, field: str) -> bool:
    """Whether a heading means the field of somebody it names by a word nobody knows (村医电话)."""
    words = bare(header)
    ends = (cut for cut in range(1, len(words) - 1) if meant(kind, words[cut:]) == field)
    start = next(ends, 0)
    return (
        bool(start) and not _OWN.fullmatch(words[:start] + " ") and not subjects.OF_NOBODY_ELSE.fullmatch(words[:start])
    )


def _texts(row: Sequence[Any]) -> tuple[str, ...]:
    """The texts of a row as headings; prose of any length is none."""
    return tuple("" if isinstance(c, str) and len(c) > MOST_IN_A_HEADING else text.fold(c) for c in row)


def _refused_above(upper: Sequence[str], lower: Sequence[str]) -> float:
    """What a column that is not taken adds to a header of two rows when it is named in the upper one only."""
    below = [*lower, *[""] * len(upper)]
    return 0.2 * sum(1 for above, under in zip(upper, below, strict=False) if not under and dictionary.forbidden(above))


def matched(texts: Sequence[str]) -> int:
    """How many texts are headings of one kind."""
    known = max(sum(1 for t in texts if t and _meant_by(kind, t)) for kind in dictionary.KINDS)
    return known + len(of_households(texts))


@functools.lru_cache(maxsize=1 << 15)
def is_heading(words: str) -> bool:
    """Whether a text is a heading of any kind of ledger, or numbers the rows."""
    return words.replace(" ", "") in NUMBERING or _known(words) or _is_anothers(bare(words))


def _is_anothers(words: str) -> bool:
    """租户, 租户身份证号, 监护人电话: of somebody beside the record."""
    match = subjects.TENANTS.match(words) or subjects.OTHERS.match(words)
    rest = words[match.end() :] if match else ""
    return _known(rest) if rest else bool(subjects.TENANTS.fullmatch(words))


NUMBERING = frozenset({"序号", "编号", "序", "NO", "No", "no", "No.", "NO.", "行号", "项次"})


@functools.lru_cache(maxsize=1 << 15)
def _known(words: str) -> bool:
    return any(meant(kind, words) for kind in dictionary.KINDS)


def _of_two(top: int, upper: Sequence[str], lower: Sequence[str]) -> Header:
    """Two header rows as one: the lower text where it means something or stands alone, else the upper."""
    width = max(len(upper), len(lower))
    groups: list[str] = []
    texts: list[str] = []
    group = ""
    for index in range(width):
        above = upper[index] if index < len(upper) else ""
        below = lower[index] if index < len(lower) else ""
        group = above or (group if below else "")
        groups.append(group)
        together = below if below == group else _ABOUT.sub("", group) + below
        if (
            group
            and below
            and (others(group) or MEMBER.fullmatch(bare(group)) or _known(together) or not _known(below))
        ):
            texts.append(together)  # 产权人 over 姓名 is the owner's name, not a resident's
        else:
            texts.append(together if below in texts else below or above)
    spans = collections.Counter(groups)
    uppers = tuple(group if spans[group] > 1 else "" for group in groups)
    lowers = tuple(lower[i] if i < len(lower) else "" for i in range(width))
    return Header(top, 2, tuple(texts), uppers, lowers)


def refused(header: str, cells: Sequence[str]) -> str:
    """Why a column is not taken, by its heading or by what stands in its cells; empty where it is."""
    if reason := dictionary.forbidden(header):
        return reason
    return "" if any(meant(kind, header) for kind in dictionary.KINDS) else refusals.content(cells)


def sample(cells: Iterable[Any], heading: str = "") -> tuple[str, ...]:
    """The first cells of a column that say something; its heading printed again says nothing."""
    folded = (cell for cell in map(text.fold, cells) if cell and cell != heading)
    return tuple(itertools.islice((cell for cell in folded if text.meaning(cell) == "value"), CONTENT_SAMPLE))
