"""Numbers of other papers than a citizen's card, and words of relation, as ledgers write them."""

from __future__ import annotations

from gridwalk.dictionary import fields as dictionary
from gridwalk.ledger.tests.books import id_no
from gridwalk.ledger.tests.test_kinds import case, codes, columns, table


def test_a_number_is_read_with_the_paper_it_stands_on() -> None:
    ledger = case("other_papers.xlsx")
    assert codes(ledger) == [[]] * 8 and ledger.refused == []
    assert columns(ledger, "id_no") == [
        "护照 EB1234567",
        "军官证 军字1234567",
        "港澳居民来往内地通行证 H12345678",
        "台湾居民来往大陆通行证 01234567",
        "外国人永久居留身份证 USA120180010101",
        "出生医学证明 R120012345",
        "911156198001010112",
        "830000195505050095",
    ]
    more = table(
        ["姓名", "证件种类", "证件号码"],
        *(["王一", "414", "E12345678"], ["王二", "身份证", "1"], ["王三", "", id_no(3)], ["王四", "护照", ""]),
        *(["王五", "护照", id_no(5)], ["王六", "无证", "E12345678"], ["王七", "", "护照E12345679"], ["王八", "", ""]),
        kind="person",
    )
    assert columns(more, "id_no") == ["护照 E12345678", None, id_no(3), None, None, None, "护照 E12345679", None]
    assert codes(more) == [
        [],
        [("C", "length")],
        [],
        [],  # the number of another paper may be missing
        [("C", "paper")],
        [("C", "characters")],
        [],
        [("C", "missing")],
    ]


def test_a_paper_is_that_of_the_number_it_stands_beside() -> None:
    ledger = table(
        ["室号", "姓名1", "证件类型", "身份证号1", "姓名2", "身份证号2"],
        ["101", "王一", "护照", "E12345678", "李芳", id_no(2)],
        kind="person",
    )
    assert columns(ledger, "id_no") == ["护照 E12345678", id_no(2)] and codes(ledger) == [[], []]


def test_every_relation_of_the_standard_is_read() -> None:
    ledger = case("relations_gbt4761.xlsx", kind="person")
    assert codes(ledger) == [[]] * 49
    by_word = dict(
        zip(
            ["四子", "孙媳妇", "养父", "嫂", "伯父", "之母"],
            ["25", "45", "57", "72", "81", "52"],
            strict=True,
        )
    )
    for word, expected in {
        **by_word,
        "岳父": "55",
        "28": "28",
        "12": "12",
        "01": "02",
    }.items():
        assert dictionary.parse("person", "relation", word).value == expected
