"""The usual reading of a Chinese character, from the table that pypinyin brings along.

pypinyin itself reads some fifty thousand words when it is imported, which most programs that look at a name never
need; for them one table is enough.
"""

from __future__ import annotations

import functools
import unicodedata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson

_TONES = dict.fromkeys(map(ord, "\u0300\u0301\u0304\u030c"))


@functools.cache
def _table() -> dict[str, Any]:
    """Code point → its readings with tones, the usual one first."""
    package = find_spec("pypinyin")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("pypinyin")
    table: dict[str, Any] = orjson.loads(Path(package.origin).with_name("pinyin_dict.json").read_bytes())
    return table


@functools.lru_cache(maxsize=16384)
def syllable(char: str) -> str:
    """The character's usual reading in small letters, without tone and with ü as v; one without a reading as it is."""
    readings = _table().get(str(ord(char)))
    if readings is None:
        return char.lower()
    toneless = unicodedata.normalize("NFD", readings.split(",")[0]).translate(_TONES)
    return unicodedata.normalize("NFC", toneless).replace("ü", "v").lower()


def of_words(phrase: str) -> tuple[str, ...]:
    """The readings of a phrase, each word's own: 银行 is yin hang."""
    from pypinyin import Style, lazy_pinyin  # a fifth of a second, at the first long name only

    return tuple(syllable.lower() for syllable in lazy_pinyin(phrase, style=Style.NORMAL))
