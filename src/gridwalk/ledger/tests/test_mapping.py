"""Which column means what: by its words, by its content, as a person chose; what is refused and what is asked."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from gridwalk.dictionary import fields as dictionary
from gridwalk.ledger import headers, read
from gridwalk.ledger.errors import LedgerError
from gridwalk.ledger.read import Ledger
from gridwalk.ledger.tests import books
from gridwalk.ledger.tests.books import PERSON, id_no, person, phone


def ledger(header: Sequence[str], *rows: Sequence[object], **kept: object) -> Ledger:
    return read.read(books.xlsx({"Sheet1": [header, *rows]}), "台账.xlsx", **kept)  # type: ignore[arg-type]


def how(read_ledger: Ledger) -> dict[str, tuple[str, str]]:
    return {c.letter: (c.field, c.how) for c in read_ledger.sheets[0].columns}


@pytest.mark.parametrize("kind", dictionary.KINDS)
def test_it_knows_every_heading_of_the_dictionary_however_it_is_set(kind: str) -> None:
    for field in dictionary.fields(kind):
        for word in (field.label, *field.synonyms):
            for written in (word, f" {word} ", f"*{word}", f"{word}：", "　".join(word) if word.isalpha() else word):
                assert headers.meant(kind, written) == field.name, written


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (["小区", "楼号", "房号", "是否空置", "房主", "房主电话"], "dwelling"),
        (["楼栋", "室号", "姓名", "性别", "身份证号", "与户主关系"], "person"),
        (["单位名称", "统一社会信用代码", "经营地址", "法人"], "organization"),
        (["重点场所名称", "场所类型", "地址", "安全负责人"], "site"),
        (["姓名", "身份证号", "关怀类别", "住址"], "care"),
    ],
)
def test_it_recognises_the_kind_of_ledger(header: list[str], kind: str) -> None:
    assert ledger(header, ["5号楼", "301", "王一", "x", "x", "x"][: len(header)]).kind == kind


def test_it_says_so_when_it_cannot_tell_the_kind() -> None:
    with pytest.raises(LedgerError, match="认不出这是哪种台账"):
        ledger(["楼栋", "室号", "年份"], ["5号楼", "301", 2026])


def test_a_column_of_identity_numbers_or_telephones_is_known_by_its_content() -> None:
    rows = [[f"王{n}", id_no(n), phone(n), n] for n in range(10)]
    rows[3][1] = "看不清"
    book = ledger(["姓名", "号码甲", "号码乙", "门牌号"], *[["王一", *r[1:]] for r in rows])
    assert how(book) == {
        "A": ("name", "synonym"),
        "B": ("id_no", "content"),
        "C": ("phone", "content"),
        "D": ("room", "synonym"),
    }
    assert [r.row_no for r in book.rows if r.faults] == [5]


def test_a_column_mostly_of_other_things_is_not_taken_for_identity_numbers() -> None:
    rows = [["王一", id_no(n) if n < 7 else "未办", "301"] for n in range(10)]
    assert how(ledger(["姓名", "号码甲", "室号"], *rows))["B"] == ("", "unknown")


def test_two_columns_for_one_field_are_asked_about_and_the_answer_is_taken() -> None:
    header, row = [*PERSON, "手机"], [*person(1), phone(2)]
    asked = ledger(header, row)
    assert asked.questions == ["Sheet1：“联系电话”和“手机”都像电话，请选一列"]
    assert asked.rows[0].values["phone"] == phone(1)
    answered = ledger(header, row, mapping={"手机": "phone"})
    assert not answered.questions and answered.rows[0].values["phone"] == phone(2)
    dropped = ledger(header, row, mapping={"手机": ""})
    assert not dropped.questions and dropped.rows[0].values["phone"] == phone(1)


def test_two_columns_of_one_name_cannot_be_told_apart_and_that_is_said() -> None:
    asked = ledger([*PERSON, "联系电话"], [*person(1), phone(2)])
    assert "有两列都叫“联系电话”" in asked.questions[0] and "改掉一列的列名" in asked.questions[0]


def test_what_a_person_chose_goes_before_the_words_and_what_no_longer_fits_is_let_go() -> None:
    header = ["楼栋", "室号", "居民", "身份证号", "称呼"]
    row = ["5号楼", "301", "王一", id_no(1), "王先生"]
    assert any("姓名" in q for q in ledger(header, row).questions)
    chosen = ledger(header, row, mapping={"居民": "name", "称呼": "", "楼栋": "no_such_field"})
    assert how(chosen)["C"] == ("name", "chosen") and how(chosen)["E"] == ("", "dropped")
    assert chosen.rows[0].values["name"] == "王一" and chosen.rows[0].values["building"] == "5号楼"


def test_forbidden_columns_are_refused_by_name_even_when_chosen_and_nothing_of_them_is_read() -> None:
    header = [*PERSON, "民　族", "政治面貌", "备注"]
    row = [*person(1), "某族", "某党", "上访过"]
    book = ledger(header, row, mapping={"民 族": "registered_address", "备注": "registered_address"})
    assert [c.how for c in book.sheets[0].columns[-3:]] == ["forbidden"] * 3
    assert [r.split("”")[0] for r in book.refused] == ["“民 族", "“政治面貌", "“备注"]
    assert not {"某族", "某党", "上访过"} & set(map(str, book.rows[0].values.values()))


def test_what_the_dictionary_does_not_know_is_dropped() -> None:
    book = ledger([*PERSON, "车牌"], [*person(1), "津A00000"])
    assert how(book)["H"] == ("", "unknown")
    assert "津A00000" not in book.rows[0].values.values()


def test_the_title_settles_which_kind_where_the_columns_fit_two() -> None:
    table: list[list[object]] = [
        ["序号", "姓名", "性别", "身份证号", "家庭住址", "联系电话", "类别"],
        [1, "王一", "男", id_no(1, "19400101"), "林古里5-2-301", phone(1), "独居"],
    ]
    assert read.read(books.xlsx({"Sheet1": [["独居老人花名册"], *table]}), "名册.xlsx").kind == "care"
    assert read.read(books.xlsx({"Sheet1": table}), "君临天下社区实有人口.xlsx").kind == "person"


def test_whose_name_and_telephone_it_is_stands_in_the_row_above() -> None:
    data = books.xlsx(
        {
            "Sheet1": [
                ["楼号", "室号", "房主信息", "", "承租人信息", "", ""],
                ["", "", "姓名", "联系电话", "姓名", "身份证号", "联系电话"],
                ["1号楼", "101", "王一", phone(1), "王二", id_no(2), phone(2)],
            ]
        },
        merges=[(0, 2, 0, 3, "房主信息"), (0, 4, 0, 6, "承租人信息")],
    )
    tenant = read.read(data, "台账.xlsx", kind="person").rows[0].values
    assert (tenant["name"], tenant["phone"]) == ("王二", phone(2))
    owner = read.read(data, "台账.xlsx", kind="dwelling").rows[0].values
    assert (owner["owner_name"], owner["owner_phone"]) == ("王一", phone(1))
    assert id_no(2) not in owner.values()
