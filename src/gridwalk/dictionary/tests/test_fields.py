"""The field dictionary: what is declared, how cells of each field are read, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gridwalk.dictionary import document, fields, sight
from gridwalk.dictionary.types import Field, Parsed
from gridwalk.method import idcards

ALL = [field for kind in fields.KINDS for field in fields.fields(kind)]
DOCUMENT = Path(__file__).parents[4] / "docs" / "dictionary.md"
ID_NO = "12019919800101" + "101" + idcards.checksum("12019919800101101")


def test_it_says_why_each_field_is_kept() -> None:
    for field in ALL:
        assert field.label and field.purpose and field.basis and field.retention, field.name


def test_it_seals_and_masks_every_identity_and_telephone_number() -> None:
    sensitive = {(f.kind, f.name) for f in ALL if f.is_sensitive}
    assert sensitive == {
        ("dwelling", "owner_phone"),
        ("person", "id_no"),
        ("person", "phone"),
        ("organization", "contact_phone"),
        ("site", "contact_phone"),
        ("facility", "contact_phone"),
        ("care", "id_no"),
        ("care", "phone"),
    }
    assert all(f.mask for f in ALL if f.is_sensitive)
    assert fields.show("person", "id_no", ID_NO, sight.ON_PAGE) == "120199************"
    assert fields.show("person", "phone", "12012345678", sight.ON_PAGE) == "*******5678"
    assert not fields.is_sensitive("person", "no such field")


@pytest.mark.parametrize("field", [f for f in ALL if f.choices], ids=lambda f: f"{f.kind}.{f.name}")
def test_it_reads_back_every_word_a_choice_is_written_with(field: Field) -> None:
    for code, words in field.choices.items():
        for word in (code, *words, f" {words[0]} "):
            assert field.read(word) == Parsed(code), word
    refused = field.read("天气晴")
    assert refused.fault == "choice" and next(iter(field.choices.values()))[0] in refused.text


def test_it_means_by_yes_what_the_heading_asks() -> None:
    asked = fields.answer
    assert asked("dwelling", "occupancy", "是否空置", "是") == Parsed("vacant")
    assert asked("dwelling", "occupancy", "是否空置", "否") == Parsed("occupied")
    assert asked("dwelling", "occupancy", "是否有人居住", "是") == Parsed("occupied")
    assert asked("dwelling", "occupancy", "是否有人居住", "×") == Parsed("vacant")
    assert asked("dwelling", "tenure", "是否出租", "√") == Parsed("let")
    assert asked("dwelling", "tenure", "是否出租", "否") == Parsed(None), "not let may still be lent"
    assert asked("person", "status", "是否健在", "否") == Parsed("deceased")
    assert asked("dwelling", "occupancy", "是否空置", "空关") is None, "a plain word is read as everywhere"
    assert asked("dwelling", "occupancy", "居住状况", "是") is None
    assert fields.parse("dwelling", "occupancy", "是").fault == "choice"


def test_it_reads_no_value_out_of_words_for_nothing() -> None:
    for field in ALL:
        for nothing in ("", "无", "不详", "—", "／", " ", None):
            assert fields.parse(field.kind, field.name, nothing) == Parsed(), (field.name, nothing)


def test_it_reads_no_value_out_of_a_failed_formula() -> None:
    for field in ALL:
        parsed = fields.parse(field.kind, field.name, "#N/A")
        assert parsed.value is None and parsed.fault == "formula" and "#N/A" in parsed.text


@pytest.mark.parametrize(
    ("kind", "name", "raw", "value"),
    [
        ("person", "id_no", f"'{ID_NO}", ID_NO),
        ("person", "id_no", ID_NO.lower(), ID_NO),
        ("person", "born_on", "1980年1月1日", "1980-01-01"),
        ("person", "born_on", 29221.0, "1980-01-01"),
        ("person", "name", "王 伟（户主）", "王伟"),
        ("person", "phone", "120 1234 5678", "12012345678"),
        ("person", "sex", 1.0, "male"),
        ("person", "relation", "次女", "33"),
        ("person", "relation", "配偶（妻）", "10"),
        ("dwelling", "tenure", "出租【合租】", "let"),
        ("dwelling", "area_m2", "86.50㎡", "86.5"),
        ("dwelling", "room", 301.0, "301"),
        ("care", "interval_days", "7天", 7),
    ],
)
def test_it_reads_what_offices_write(kind: str, name: str, raw: object, value: object) -> None:
    assert fields.parse(kind, name, raw).value == value


@pytest.mark.parametrize(
    ("kind", "name", "raw", "fault"),
    [
        ("person", "id_no", 1.2019919800101e17, "damaged"),
        ("person", "id_no", ID_NO[:-1] + ("1" if ID_NO[-1] != "1" else "2"), "checksum"),
        ("person", "id_no", ID_NO[:-1], "length"),
        ("person", "name", "空房", "name"),
        ("person", "name", "王伟、李娜", "several_names"),
        ("person", "name", "12012345678", "name"),
        ("person", "born_on", "1980-02-30", "day"),
        ("person", "phone", "1201234", "length"),
        ("dwelling", "area_m2", "很大", "number"),
        ("dwelling", "area_m2", "-4", "range"),
        ("dwelling", "estate", "长" * 41, "too_long"),
        ("care", "interval_days", "1.5", "number"),
        ("organization", "uscc", "91120199MA00000001", "checksum"),
    ],
)
def test_it_refuses_a_wrong_cell_and_says_what_to_do(kind: str, name: str, raw: object, fault: str) -> None:
    parsed = fields.parse(kind, name, raw)
    assert (parsed.value, parsed.fault) == (None, fault)
    assert len(parsed.text) > 4


@pytest.mark.parametrize(
    "header",
    [
        "民族",
        "民  族",
        "宗教\n信仰",
        "政治面貌",
        "是否党员",
        "信访情况",
        "前科劣迹",
        "刑满释放人员",
        "是否吸毒",
        "血型",
        "人脸照片",
        "家庭收入",
        "风险等级",
        "备 注",
        "其他情况说明",
    ],
)
def test_it_refuses_headings_that_have_no_field_here(header: str) -> None:
    assert fields.forbidden(header)


def test_it_refuses_no_heading_of_its_own() -> None:
    for field in ALL:
        for word in (field.label, *field.synonyms):
            assert not fields.forbidden(word), word
    assert not fields.forbidden("低收入")


@example("王伟,(已故)")
@example("王伟、（租户）、")
@given(st.one_of(st.text(max_size=40), st.floats(), st.integers(), st.none(), st.booleans(), st.dates()))
def test_it_never_fails_on_a_cell(raw: object) -> None:
    for field in ALL:
        parsed = fields.parse(field.kind, field.name, raw)
        assert parsed.value is None or not parsed.fault
        assert bool(parsed.fault) == bool(parsed.text)
        if isinstance(parsed.value, str) and not field.choices:
            assert fields.parse(field.kind, field.name, parsed.value).value == parsed.value


def test_the_document_is_the_one_rendered_from_the_fields() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document.render()


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("30", 30),
        ("３０天", 30),
        (7.0, 7),
        ("每天", 1),
        ("每周", 7),
        ("每两周一次", 14),
        ("十五天", 15),
        ("每半个月", 15),
        ("每月1次", 30),
        ("季检", 90),
        ("每3个月", 90),
        ("半年", 180),
        ("每年一次", 365),
    ],
)
def test_an_interval_is_read_as_offices_write_it(written: object, days: int) -> None:
    for kind in ("site", "facility", "care"):
        assert fields.parse(kind, "interval_days", written).value == days


@pytest.mark.parametrize("written", ["不定期", "2026年", "0", "每月两三次", "400", "1.5"])
def test_what_is_no_interval_is_a_fault(written: str) -> None:
    assert fields.parse("facility", "interval_days", written).fault in {"number", "range"}
