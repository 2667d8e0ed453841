"""GB/T 4761-2008: every code by its number and its word, kept as far as it was said."""

from __future__ import annotations

import pytest

from gridwalk.dictionary import fields, relations

STANDARD = (
    "10配偶 11夫 12妻 20子 21独生子 22长子 23次子 24三子 25四子 26五子 27养子或继子 28女婿 29其他儿子 30女 31独生女 32长女 33次女 34三女 35四女 36五女 "
    "37养女或继女 38儿媳 39其他女儿 40孙子、孙女或外孙子、外孙女 41孙子 42孙女 43外孙子 44外孙女 45孙媳妇或外孙媳妇 46孙女婿或外孙女婿 "
    "47曾孙子或外曾孙子 48曾孙女或外曾孙女 49其他孙子、孙女或外孙子、外孙女 50父母 51父亲 52母亲 53公公 54婆婆 55岳父 56岳母 57继父或养父 58继母或养母 "
    "59其他父母关系 60祖父母或外祖父母 61祖父 62祖母 63外祖父 64外祖母 65配偶的祖父母或外祖父母 66曾祖父 67曾祖母 68配偶的曾祖父母或外曾祖父母 "
    "69其他祖父母或外祖父母关系 70兄弟姐妹 71兄 72嫂 73弟 74弟媳 75姐姐 76姐夫 77妹妹 78妹夫 79其他兄弟姐妹 80其他 81伯父 82伯母 83叔父 84婶母 85舅父 "
    "86舅母 87姨父 88姨母 89姑父 90姑母 91堂兄弟、堂姐妹 92表兄弟、表姐妹 93侄子 94侄女 95外甥 96外甥女 97其他亲属 99非亲属"
)


def code(raw: object) -> str:
    return str(fields.parse("person", "relation", raw).value)


@pytest.mark.parametrize("line", STANDARD.split())
def test_each_code_of_the_standard_is_read_by_its_number_and_its_word_and_given_back(line: str) -> None:
    assert code(line[:2]) == code(line[2:]) == line[:2]
    assert code(fields.choice_label("person", "relation", line[:2])) == line[:2]


def test_the_head_is_one_whichever_of_the_codes_says_so() -> None:
    assert {code(raw) for raw in ("01", "02", "户主", "本人", "03")} == {relations.HEAD}
    assert fields.parse("person", "relation", "1").fault == fields.parse("person", "relation", 2.0).fault == "choice", (
        "01 and 02 that lost their nought, or 1 配偶 and 2 子 of one digit: nobody can tell"
    )


def test_what_leaves_the_sex_or_the_side_open_is_kept_open() -> None:
    assert [code(raw) for raw in ("子女", "公婆", "岳父母", "儿媳/女婿")] == ["20/30", "53/54", "55/56", "28/38"]
    assert fields.choice_label("person", "relation", "20/30") == "子女"


def test_phones_and_history_of_once_speak_of_groups() -> None:
    assert {group: code(group) for group in ("head", "child", "parent_in_law")} == {
        "head": "02",
        "child": "20/30",
        "parent_in_law": "53/56",
    }
    assert fields.choice_label("person", "relation", "grandchild") == "孙辈"
    assert fields.choice_label("person", "sex", "child") == "child", "a code of another field is none"


@pytest.mark.parametrize(
    ("vague", "exact", "says_no_more"),
    [
        ("20", "22", True),
        ("20/30", "32", True),
        ("20/30", "20", True),
        ("22", "20", False),
        ("20", "32", False),
        ("20", "28", False),
        ("50", "55", False),
        ("53/56", "55", True),
        ("97", "83", True),
        ("10", "10", False),
    ],
)
def test_one_word_may_say_what_another_says_and_less(vague: str, exact: str, says_no_more: bool) -> None:
    assert fields.says_no_more("person", "relation", vague, exact) is says_no_more
    assert not fields.says_no_more("person", "sex", vague, exact)


def test_every_code_is_of_a_group_and_the_short_list_has_one_of_each() -> None:
    assert relations.GROUP.keys() == relations.RELATION.keys()
    assert {relations.group(c) for c in relations.SHORT} == set(relations.FORMER)
    assert relations.group("") == ""
    assert [relations.child(sex) for sex in ("male", "female", "")] == ["20", "30", "20/30"]
    assert [relations.child_in_law(sex) for sex in ("male", "female", "")] == ["28", "38", "28/38"]


def test_every_code_stands_in_one_group() -> None:
    """The standard's tens, but for in-laws, who stand among the children and the parents of a couple."""
    in_law = {"28": "child_in_law", "38": "child_in_law"} | dict.fromkeys(("53", "54", "55", "56"), "parent_in_law")
    tens = {
        "1": "spouse",
        "2": "child",
        "3": "child",
        "4": "grandchild",
        "5": "parent",
        "6": "grandparent",
        "7": "sibling",
        "8": "other",
        "9": "other",
    }
    codes = [line[:2] for line in STANDARD.split()]
    expected = {each: in_law.get(each) or tens[each[0]] for each in codes} | {"99": "unrelated"}
    assert {each: relations.group(each) for each in codes} == expected
    assert [relations.group(each) for each in ("20/30", "28/38", "53/54", "55/56", "53/56", "", "13")] == [
        "child",
        "child_in_law",
        "parent_in_law",
        "parent_in_law",
        "parent_in_law",
        "",
        "",
    ]
