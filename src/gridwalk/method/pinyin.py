"""The usual reading of a Chinese character, and of one in a word, from the tables that pypinyin brings along.

pypinyin itself takes some four tenths of a second to get ready for words, which is longer than most programs look at
names; a test holds these readings against its own.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson

_TONES = dict.fromkeys(map(ord, "\u0300\u0301\u0304\u030c"))
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002a6df]+")


@functools.cache
def _table(name: str) -> dict[str, Any]:
    """One of its tables. ``pinyin_dict``: code point → its readings with tones, the usual one first;
    ``phrases_dict``: word → the readings of each of its characters.
    """
    package = find_spec("pypinyin")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("pypinyin")
    table: dict[str, Any] = orjson.loads(Path(package.origin).with_name(f"{name}.json").read_bytes())
    return table


@functools.lru_cache(maxsize=16384)
def syllable(char: str) -> str:
    """The character's usual reading in small letters, without tone and with ü as v; one without a reading as it is."""
    readings = _table("pinyin_dict").get(str(ord(char)))
    return char.lower() if readings is None else _toneless(readings.split(",")[0])


def _toneless(reading: str) -> str:
    bare = unicodedata.normalize("NFD", reading).translate(_TONES)
    return unicodedata.normalize("NFC", bare).replace("ü", "v").lower()


def of_words(phrase: str) -> tuple[str, ...]:
    """The readings of a phrase, each word's own: 银行 is yin hang."""
    if phrase.isascii():
        return (phrase.lower(),) if phrase else ()
    if _HAN.fullmatch(phrase):
        return tuple(syllable for word in _words(phrase) for syllable in _of_word(word))
    from pypinyin import Style, lazy_pinyin  # letters of other alphabets among the characters, hardly ever

    return tuple(syllable.lower() for syllable in lazy_pinyin(phrase, style=Style.NORMAL))


def _of_word(word: str) -> Iterator[str]:
    readings = _table("phrases_dict").get(word)
    yield from (_toneless(of_char[0]) for of_char in readings) if readings else map(syllable, word)


def _words(phrase: str) -> Iterator[str]:
    """The phrase in words from its beginning, each the longest known one; a character that begins none is alone.

    An end that could be the beginning of a word and holds none is taken character by character: pypinyin does so.
    """
    by_first = _by_first_character()
    at = 0
    while at < len(phrase):
        rest = phrase[at:]
        candidates = by_first.get(rest[0], ())
        word = max((known for known in candidates if rest.startswith(known)), key=len, default="")
        if not word and len(rest) > 1 and any(known.startswith(rest) for known in candidates):
            yield from rest
            return
        yield word or rest[0]
        at += len(word) or 1


@functools.cache
def _by_first_character() -> dict[str, list[str]]:
    """The words by the character they begin with."""
    words: dict[str, list[str]] = defaultdict(list)
    for word in _table("phrases_dict"):
        words[word[0]].append(word)
    return words
