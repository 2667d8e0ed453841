"""What is not taken, wherever it stands: in a heading, in the name of a file or sheet, in a title, in a cell.

The words are data (``refused_words``); here they are found again behind spaces, signs, full width, traditional
characters and, for a few, characters of the same sound.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence

from gridwalk.dictionary import refused_words as words
from gridwalk.method import names, pinyin, text

MOST_IN_A_HEADING = 40
"""Characters of a heading that are looked at; what is longer is prose."""
SHARE = 0.6
FEWEST = 3
SHORTEST_SOUND = 6
LONGEST_READ_WHOLE = 4
_LATIN_WORD = re.compile("[a-z]+")
_SIGNS = re.compile(r"[\W_]+")
_AROUND = re.compile(
    "^(是否|有无|本人|个人|户主|家庭|所属)|(情况|类别|类型|种类|状况|信息|成[分份]|名称|代码|编码|\\d+)$"
)
_AROUND_LATIN = re.compile(
    "^(shifou|youwu)|(qingkuang|leibie|leixing|zhonglei|zhuangkuang|xinxi|chengfen|mingcheng|daima|bianma)$"
)
_PROSE = re.compile("^(注|说明|备注|填表|填报|填写|要求|提示)")
_LIST_ENDS = re.compile(
    "(名册|花名册|名单|台账|清单|明细|登记|统计|汇总|一览|档案|信息|情况|人员|对象|人群|排查|摸排|表|册|库)$"
)


def bare(raw: object) -> str:
    """A text as it is compared: simplified, lower-case, without spaces and signs (民 族, 民*族, ＤＮＡ, 黨員)."""
    return _SIGNS.sub("", text.simplified(text.fold(raw))).lower()


def _matcher(table: Iterable[tuple[str, str]], template: str) -> list[tuple[str, re.Pattern[str]]]:
    return [(reason, re.compile(template.format("|".join(map(re.escape, listed.split()))))) for reason, listed in table]


_NO_PLACE = "(?!.{{0,2}}(?:" + "|".join(words.PLACES.split()) + "))"
_HEADINGS = _matcher(words.HEADINGS, "{}")
_ANY_HEADING = re.compile("|".join(re.escape(word) for _, listed in words.HEADINGS for word in listed.split()))
_LISTS = _matcher(words.LISTS, "(?:{})" + _NO_PLACE)
_VALUES = _matcher(words.VALUES, "(?:{})" + _NO_PLACE)
_PEOPLE = re.compile(f"(?:{'|'.join(words.PEOPLES.split())})族(?!.{{0,6}}族?自治)" + _NO_PLACE.format())
_EXCUSED = re.compile("|".join(words.EXCUSED))
SUSPECT = "|".join(["族", *(word for _, listed in words.VALUES for word in listed.split())])
"""A pattern that every refused value fits, and some others: most texts are let through by it alone."""
_SUSPECT = re.compile(SUSPECT)


def _first(text_: str, table: Sequence[tuple[str, re.Pattern[str]]]) -> str:
    return next((reason for reason, pattern in table if pattern.search(text_)), "")


@functools.lru_cache(maxsize=1 << 15)
def heading(raw: str) -> str:
    """Why a column of that heading is refused; empty where it is not."""
    word = _EXCUSED.sub("", bare(raw[: 4 * MOST_IN_A_HEADING])[:MOST_IN_A_HEADING])
    reason = (_first(word, _HEADINGS) if _ANY_HEADING.search(word) else "") or _of_people(word)
    return reason or _by_sound(word) or _in_latin(raw[: 4 * MOST_IN_A_HEADING])


def _in_latin(raw: str) -> str:
    """Why a heading is refused for its Latin letters: for a word of them, or as Chinese that is spelled in them."""
    spelled = _LATIN_WORD.findall(text.fold(raw).lower())
    together = "".join(spelled)
    if reason := next((_latin()[word] for word in [*spelled, together] if word in _latin()), ""):
        return reason
    core = _AROUND_LATIN.sub("", together)
    return _sounds().get(core, "") or _all_sounds().get(core, "")


def _by_sound(word: str) -> str:
    core = word
    while (shorter := _AROUND.sub("", core)) and shorter != core:
        core = shorter
    return _sounds().get(_sound(core), "") if 2 <= len(core) <= 16 else ""


def _sound(word: str) -> str:
    # A longer word is read character by character: by its words it is read alike (all that are listed are), and the
    # fifty thousand phrases that takes would be read in by every heading of five characters.
    return "".join(names.syllables(word) if len(word) <= LONGEST_READ_WHOLE else map(pinyin.syllable, word))


@functools.cache
def _latin() -> dict[str, str]:
    return {word: reason for reason, listed in words.LATIN for word in listed.split()}


@functools.cache
def _all_sounds() -> dict[str, str]:
    """Every listed word of a heading by its sound; what is shorter is a word of English as well."""
    sounds = ((_sound(word), reason) for reason, listed in words.HEADINGS for word in listed.split())
    return {sound: reason for sound, reason in sounds if len(sound) >= SHORTEST_SOUND}


@functools.cache
def _sounds() -> dict[str, str]:
    return {_sound(word): reason for reason, listed in words.SOUNDS for word in listed.split()}


def list_of(name: str) -> str:
    """Why a file or sheet of that name is refused as a whole; empty where it is not."""
    return _named(bare(name))


def _named(bare_name: str) -> str:
    word = _EXCUSED.sub("", bare_name)
    return _first(word, _LISTS) or _of_people(word)


def _of_people(word: str) -> str:
    return words.ETHNICITY if "族" in word and _PEOPLE.search(word) else ""


def title(raw: str) -> str:
    """Why a table below that title is refused: a short text that names a list, never a note on how to fill one in."""
    word = bare(raw)
    if len(word) > MOST_IN_A_HEADING or _PROSE.match(word) or not _LIST_ENDS.search(word):
        return ""
    return _named(word)


def value(raw: str) -> str:
    """Why a free text is refused; empty where it is not. A place may be called so: 民族路, 戒毒所."""
    word = bare(raw)
    if not _SUSPECT.search(word):
        return ""
    return _first(word, _VALUES) or _of_people(word)


@functools.cache
def _cells() -> dict[str, str]:
    cells = {word: reason for reason, listed in words.CELLS for word in listed.split()}
    for people in words.PEOPLES.split():
        cells |= {people: words.ETHNICITY, f"{people}族": words.ETHNICITY}
    return cells


def content(sample: Sequence[str]) -> str:
    """Why a column is refused for what stands in most of its cells, whatever its heading."""
    reasons = [_cells().get(bare(cell), "") for cell in sample]
    reason = max(set(reasons) - {""}, key=reasons.count, default="")
    enough = len(reasons) >= FEWEST and sum(map(bool, reasons)) >= SHARE * len(reasons)
    return reason if enough else ""


def listed() -> list[tuple[str, str]]:
    """The words of headings and why they are refused, as the document lists them."""
    latin = dict(words.LATIN)
    return [("、".join([*listed.split(), *latin.get(reason, "").split()]), reason) for reason, listed in words.HEADINGS]
