"""Numbers of other papers: each by its own check, kept behind its name, masked whole."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gridwalk.method import papers

CITIZENS = "120199198001011010"


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (CITIZENS, CITIZENS),
        (f"身份证号码：{CITIZENS}", CITIZENS),
        ("户口簿 120199198001011010", CITIZENS),
        ("驾驶证120199198001011010", CITIZENS),
        ("护照 eb1234567", "护照 EB1234567"),
        ("普通护照：E1234 5678", "护照 E12345678"),
        ("港澳居民来往内地通行证 H12345678", "港澳居民来往内地通行证 H12345678"),
        ("回乡证 H1234567802", "港澳居民来往内地通行证 H12345678"),
        ("M1234567801", "港澳居民来往内地通行证 M12345678"),
        ("台胞证 01234567", "台湾居民来往大陆通行证 01234567"),
        ("台胞证 0123456701(B)", "台湾居民来往大陆通行证 01234567"),
        ("外国人永久居留证 USA120180010101", "外国人永久居留身份证 USA120180010101"),
        ("USA120180010101", "外国人永久居留身份证 USA120180010101"),
        ("外国人永久居留身份证 911156198001010112", "911156198001010112"),
        ("港澳台居民居住证 830000195505050095", "830000195505050095"),
        ("军官证 军字第1234567号", "军官证 军字1234567"),
        ("武字第1234567号", "军官证 武字1234567"),
        ("出生医学证明 R120012345", "出生医学证明 R120012345"),
        ("其他 ABC-1234", "其他证件 ABC1234"),
        (f"其他证件 {CITIZENS}", CITIZENS),
    ],
)
def test_each_paper_has_its_numbers(raw: str, value: str) -> None:
    assert papers.check(raw) == papers.Number(value)
    assert papers.check(value) == papers.Number(value), "what is kept is read as it is"


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ("护照 120199198001011010", "paper"),
        ("其他 120199198001011011", "paper"),
        ("港澳台居民居住证 120199198001011010", "paper"),
        ("港澳居民来往内地通行证 12345678", "paper"),
        ("台胞证 1234567", "paper"),
        ("护照 ****5678", "masked"),
        ("E12345678", "characters"),
        ("H12345678", "characters"),
        ("01234567", "length"),
        ("身份证 120199198001011011", "checksum"),
        (1.2019919800101e17, "damaged"),
    ],
)
def test_what_is_no_number_of_its_paper_is_a_fault(raw: object, fault: str) -> None:
    assert (papers.check(raw).value, papers.check(raw).fault) == ("", fault)


def test_a_number_whose_paper_cannot_be_told_asks_for_it() -> None:
    assert papers.check("E12345678").text.endswith("请写明证件类型，如“护照 E12345678”")
    assert papers.check("护照 1").text == "不像护照的号码，请对照证件核对"


def test_a_paper_is_named_by_its_words_and_codes() -> None:
    assert [papers.kind_of(w) for w in ("414", "护 照", "117", "116", "无", 553.0)] == [
        "passport",
        "passport",
        "birth",
        "citizen",
        "",
        "permanent",
    ]
    assert papers.told("passport", 12345678.0) == "护照 12345678"
    assert papers.told("citizen", CITIZENS) == papers.told("", CITIZENS) == papers.told("?", CITIZENS) == CITIZENS
    assert papers.told("residence", 8.3e17) == 8.3e17, "a spoilt number stays one"


def test_the_paper_of_a_kept_number_is_known_and_nothing_else_is_shown() -> None:
    kept = ["护照 E12345678", "830000195505050095", "911156198001010112", CITIZENS, "其他证件 ABC1"]
    assert [papers.short(value) for value in kept] == [
        "护照",
        "港澳台居民居住证",
        "外国人永久居留身份证",
        "身份证",
        "其他证件",
    ]
    assert [papers.mask(value) for value in kept[:2]] == ["护照 ************", "830000************"]


def test_a_number_is_looked_for_by_every_paper_it_may_stand_on() -> None:
    assert papers.values_of("H1234567802") == papers.values_of("港澳通行证H12345678")
    assert papers.values_of("e12345678")[0] == "护照 E12345678"
    assert papers.values_of(CITIZENS[:6] + CITIZENS[8:17]) == [CITIZENS[:6] + "19" + CITIZENS[8:17] + "0"]
    for address in ("5-2-301", "A12-3-1201", "海河花园1201", "01234567", "12012345678"):
        assert papers.values_of(address) == []


@given(st.sampled_from(sorted(papers.WORDS)), st.from_regex("[A-Z军字]{0,3}[0-9]{0,18}", fullmatch=True))
@example("passport", "E12345678")
@example("officer", "军字12345")
def test_a_value_is_read_as_itself_and_its_mask_has_nothing_of_the_number(kind: str, typed: str) -> None:
    value = papers.check(papers.told(kind, typed)).value
    if value:
        assert papers.check(value).value == value
        assert papers.mask(value).rstrip("*") in {value[:6], value.partition(" ")[0] + " "}
