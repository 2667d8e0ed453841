"""Plain text out of what offices type: folding, words that mean nothing, Chinese numerals."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gridwalk.method import text

HAN = "〇一二三四五六七八九"


@pytest.mark.parametrize(
    ("raw", "folded"),
    [
        ("１２０１２３４５６７８", "12012345678"),
        ("①②", "12"),
        ("  王　 伟\u200b ", "王 伟"),
        ("5—2－301", "5-2-301"),
        (12012345678.0, "12012345678"),
        (29221.5, "29221.5"),
        (None, ""),
        ("a\x00b\ud800", "ab"),
    ],
)
def test_it_folds_what_offices_type_into_plain_text(raw: object, folded: str) -> None:
    assert text.fold(raw) == folded


@given(st.text())
def test_folding_twice_changes_nothing_and_a_database_can_keep_it(raw: str) -> None:
    once = text.fold(raw)
    assert text.fold(once) == once
    assert once == once.strip() and "\x00" not in once
    once.encode("utf-8")


@pytest.mark.parametrize(
    "cell", [None, "", "  ", "无", "无。", "不 详", "—", "——", "／", "/", "*", "？", "N/A", "(空)"]
)
def test_a_cell_that_says_nothing_is_empty(cell: object) -> None:
    assert text.meaning(cell) == "empty"


@pytest.mark.parametrize("cell", ["同上", "同 上", "〃", "″", "＂", '"', "”", "“ ”"])
def test_a_cell_may_repeat_the_one_above(cell: object) -> None:
    assert text.meaning(cell) == "repeat"


@pytest.mark.parametrize("cell", ["王", "0", 0, "无锡", "#N/A", "5-2", "√", "×"])
def test_anything_else_is_a_value(cell: object) -> None:
    assert text.meaning(cell) == "value"


@pytest.mark.parametrize(
    ("numeral", "number"),
    [
        ("一百二十三", 123),
        ("廿", 20),
        ("廿一", 21),
        ("卅五", 35),
        ("〇", 0),
        ("十", 10),
        ("二十", 20),
        ("一百零五", 105),
        ("二〇五", 205),
        ("壹拾贰", 12),
        ("两", 2),
        ("三千零五", 3005),
        ("1百20", 120),
        ("３", 3),
        ("一千一百一十一", 1111),
        ("", None),
        ("百", None),
        ("一二十", None),
        ("十十", None),
        ("十二十", None),
        ("三里", None),
        ("一万", None),
    ],
)
def test_it_reads_chinese_numerals_and_refuses_what_is_none(numeral: str, number: int | None) -> None:
    assert text.chinese_number(numeral) == number


def _numeral(n: int) -> str:
    if n < 20:
        return ("十" if n >= 10 else "") + (HAN[n % 10] if n % 10 or n == 0 else "")
    if n < 100:
        return HAN[n // 10] + "十" + (HAN[n % 10] if n % 10 else "")
    rest = n % 100
    tail = (
        ""
        if not rest
        else "零" + HAN[rest]
        if rest < 10
        else HAN[rest // 10] + "十" + (HAN[rest % 10] if rest % 10 else "")
    )
    return HAN[n // 100] + "百" + tail


@given(st.integers(0, 999))
def test_every_number_below_a_thousand_comes_back_from_its_numerals(n: int) -> None:
    assert text.chinese_number(_numeral(n)) == n
    assert text.chinese_number("".join(HAN[int(d)] for d in str(n))) == n
    assert text.number_key(_numeral(n)) == text.number_key(f"0{n}") == str(n)


def test_traditional_characters_become_simplified_ones_and_others_stay() -> None:
    assert text.simplified("張偉國") == "张伟国"
    assert text.simplified("张伟 A座") == "张伟 A座"
    assert text.simplified("瀋德潛 後院 \U0002895b") == "沈德潜 后院 \U00028c40"


@pytest.mark.parametrize("name", ["沈思", "沈默", "沈香", "陶坏", "王乾", "於志强", "魏徵", "麴文泰", "李昇", "覆藉"])
def test_what_is_simplified_already_stays_whatever_word_it_makes(name: str) -> None:
    assert text.simplified(name) == name


@given(st.text("沈思瀋陽覆藉乾張於回深坏\U0002895b", max_size=6), st.text("沈思瀋陽覆藉乾張於回深坏", max_size=6))
@example("沈", "思")
@example("回", "覆")
def test_a_part_of_a_name_is_simplified_as_within_the_whole(first: str, second: str) -> None:
    assert text.simplified(first + second) == text.simplified(first) + text.simplified(second)
