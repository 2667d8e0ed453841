"""Readings of characters: from one table what pypinyin says, without reading all its words."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pypinyin import Style, lazy_pinyin

from gridwalk.method import pinyin

HAN = [*range(0x3400, 0xA000), *range(0x20000, 0x2A6E0), 0x3007, 0x3005]


@pytest.mark.parametrize(
    ("char", "syllable"), [("重", "zhong"), ("绿", "lv"), ("略", "lve"), ("〇", "ling"), ("Ж", "ж"), ("々", "々")]
)
def test_a_character_has_its_usual_reading(char: str, syllable: str) -> None:
    assert pinyin.syllable(char) == syllable


def test_every_character_reads_as_the_library_reads_it() -> None:
    for char in map(chr, HAN):
        assert pinyin.syllable(char) == lazy_pinyin(char, style=Style.NORMAL)[0].lower(), char


@given(st.characters(categories=["L", "N", "S"]))
@example("ê")
@example("Ｘ")
def test_any_other_character_too(char: str) -> None:
    assert pinyin.syllable(char) == lazy_pinyin(char, style=Style.NORMAL)[0].lower()


def test_a_phrase_is_read_by_its_words_and_only_then_are_they_read_in() -> None:
    assert pinyin.of_words("中国银行") == ("zhong", "guo", "yin", "hang")
    asks = "import sys; from gridwalk.method import names; names.key('林望舒'); sys.exit('pypinyin' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asks], check=False).returncode == 0


WORDS = [
    "中国",
    "银行",
    "重庆",
    "长乐",
    "音乐",
    "行长",
    "朝阳",
    "一丁不识",
    "一丁点儿",
    "会计",
    "大夫",
    "便宜",
    "不",
    "了",
    "㐀",
    "行",
    "重",
]


@given(st.lists(st.sampled_from(WORDS) | st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=6))
@example(["一丁"])
@example(["行", "一丁不"])
@example(["ABC"])
@example(["Ж", "银行"])
def test_a_phrase_reads_as_the_library_reads_it(parts: list[str]) -> None:
    phrase = "".join(parts)
    assert pinyin.of_words(phrase) == tuple(s.lower() for s in lazy_pinyin(phrase, style=Style.NORMAL))
