"""From a ledger through its differences to the back-fill list, and back: all through the pages."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any

import openpyxl
import pytest
from django.test import Client

from gridwalk.accounts.rules import Role
from gridwalk.core import clock
from gridwalk.core.models import AuditEntry
from gridwalk.ledger import diff_workbook
from gridwalk.reconcile.actions import comparing, measuring, noting, submissions
from gridwalk.reconcile.models import BackfillItem, Comparison, Unmatched
from gridwalk.registry.models import Difference, Person, Recheck
from tests.harness.campaign import COMMUNITY, id_no, workbook
from tests.harness.people import SignIn, signed_in

pytestmark = pytest.mark.slow
HEADER = ["小区", "楼栋", "单元", "室号", "姓名", "性别", "身份证号", "出生日期", "手机号", "居住类别", "民族"]
BOARD = "/board/120105001023/"
AT_101 = ["海河花园", "5号楼", "1单元", "101"]


def people(phone: str = "12012349999", name: str = "程兰音") -> list[list[Any]]:
    return [
        HEADER,
        [*AT_101, "程望舒", "男", id_no(11), "1980.1.1", phone, "常住", "汉"],
        [*AT_101, name, "女", id_no(2, "19500203"), "1950年2月3日", "12012345671", "常住", "汉"],
        ["海河花园", "5幢", "一单元", "201室", "白露", "女", id_no(6), "1980-01-01", "", "常住", "汉"],
    ]


def compared(client: Client, lead: Any, rows: list[list[Any]], **more: Any) -> Comparison:
    answer = client.post(
        "/comparisons/upload/",
        {"file": workbook("人口台账（新）", rows), "scope": COMMUNITY, "source": "ledger", **more},
    )
    pk = answer.headers["Location"].split("/")[-2]
    assert "列已核对，比对" in client.get(f"/comparisons/{pk}/").content.decode()
    client.post(f"/comparisons/{pk}/mapping/", {"do": "compare"})
    return comparing.run(actor=lead, at=clock.now(), comparison=Comparison.objects.get(pk=pk).pk)


def test_a_ledger_is_compared_decided_and_its_corrections_are_proved_by_the_next_one(
    street: Client, actor: Any
) -> None:
    """Two of three rows match; 101's phone and a name differ.

    Two of the register are not in the ledger: 2 + 1 + 2 = 5.
    """
    first = compared(street, actor, people())
    assert (first.state, first.n_equal, first.n_union, first.n_pairs) == ("done", 0, 5, 2)
    assert Person.objects.get(name="程望舒").unseal("phone").endswith("5671")  # comparing changes no fact
    shown = street.get(f"/comparisons/{first.pk}/").content.decode()
    assert "白露" in shown
    assert id_no(6) not in shown
    assert "民族" in shown  # refused by name
    gap = street.get("/consistency/").content.decode()
    assert "有项目不同 <b>2</b> 条" in gap
    assert "台账有、系统没有 1 条" in gap
    assert "系统有、台账没有 2 条" in gap  # 2 + 1 + 2 = the five that are not equal
    asked = {d.field: d for d in Difference.objects.filter(source="ledger", state="open", kind="person")}
    assert set(asked) == {"phone", "name"}

    street.post(f"/differences/{asked['phone'].pk}/decide/", {"decision": "accept"})
    street.post(f"/differences/{asked['name'].pk}/decide/", {"decision": "keep"})
    assert Person.objects.get(name="程望舒").unseal("phone").endswith("9999")
    only = Unmatched.objects.get(of=first, what="ledger_only")
    street.post(
        f"/comparisons/{first.pk}/decide/", {"what": "ledger_only", "decision": "registered", "row": str(only.pk)}
    )
    assert Person.objects.get(name="白露").residences.get().dwelling.room == "201"
    gone = list(Unmatched.objects.filter(of=first, what="register_only").order_by("id"))
    answer = street.post(
        f"/comparisons/{first.pk}/decide/",
        {"what": "register_only", "decision": "strike_off", "row": str(gone[0].pk)},
        follow=True,
    )
    assert "请写明原因" in answer.content.decode()
    street.post(
        f"/comparisons/{first.pk}/decide/",
        {"what": "register_only", "decision": "strike_off", "row": str(gone[0].pk), "reason": "已搬离两年"},
    )
    assert Recheck.objects.get(state="open").reason == "已搬离两年"  # a second person decides
    street.post(
        f"/comparisons/{first.pk}/decide/", {"what": "register_only", "decision": "kept", "row": str(gone[1].pk)}
    )

    listed = street.get("/backfill/?source=ledger&kind=person").content.decode()
    assert "程兰音" in listed and "程兰因" in listed
    answer = street.post("/backfill/workbook/", {"source": "ledger", "kind": "person", "scope": COMMUNITY})
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    own = [[c.value for c in row] for row in book.worksheets[0].iter_rows()]
    assert own[0] == HEADER  # the side's own columns and order
    assert own[1][4] == "程兰因"
    ticks = [[c.value for c in row] for row in book["核销清单"].iter_rows()]
    assert ticks[1][3:6] == ["姓名", "程兰音", "程兰因"]
    handed = dict(BackfillItem.objects.values_list("field", "state"))
    assert handed == {"name": "handed_out", "new_row": "handed_out"}  # the record that was kept is to be added there

    two = compared(street, actor, people(name="程兰因"))
    handed = dict(BackfillItem.objects.values_list("field", "state"))
    assert handed == {"name": "proved", "new_row": "still_open"}
    assert not Difference.objects.filter(source="ledger", state="open", kind="person").exists()
    assert (two.n_equal, two.n_union) == (3, 5)
    assert [u.state for u in Unmatched.objects.filter(of=two, what="register_only").order_by("state")] == [
        "kept",
        "strike_off",
    ]
    home = street.get(BOARD).content.decode()
    assert "台账 ↔ 系统登记" in home
    gap = street.get("/consistency/").content.decode()
    assert "有项目不同" not in gap
    assert "系统有、台账没有 2 条" in gap
    assert "<b>0</b><span> / 5</span>" in gap and "<b>3</b><span> / 5</span>" in gap  # the trend
    assert AuditEntry.objects.filter(verb="comparison.loaded").count() == 2


def test_a_difference_says_what_becomes_of_the_decision(street: Client, actor: Any) -> None:
    """None of five is equal and two differ in a value: at most two of five, whichever of the two is decided first."""
    compared(street, actor, people())
    asked = {d.field: d.pk for d in Difference.objects.filter(source="ledger", state="open", kind="person")}

    def told(field: str) -> str:
        shown = street.get(f"/differences/{asked[field]}/").content.decode()
        return "".join(re.sub(r"<[^>]+>", " ", shown[shown.index("决定之后") :]).split())

    told_first = told("phone")
    assert "台账与系统登记一致0/5条，还有2项待定；全部定下并改好后，最多2/5条一致。" in told_first
    assert "采用台账：写入系统登记" in told_first and "保留登记：台账这一格列进回填清单" in told_first
    street.post(f"/differences/{asked['phone']}/decide/", {"decision": "accept"})
    assert "一致0/5条，还有1项待定；全部定下并改好后，最多2/5条一致。" in told("name")
    compared(street, actor, people())
    assert "一致1/5条，还有1项待定；全部定下并改好后，最多2/5条一致。" in told("name"), "the next comparison counts"


def test_nobody_else_sees_a_comparison_and_who_sees_counts_only_gets_neither_fields_nor_gap(
    street: Client, actor: Any, sign_in: SignIn
) -> None:
    first = compared(street, actor, people("12012345671", "程兰因"))  # 2 of 5
    stranger = sign_in(Role.COMMUNITY_LEAD, "120105001024")
    assert stranger.get(f"/comparisons/{first.pk}/").status_code == 404
    assert (
        stranger.post(
            f"/comparisons/{first.pk}/decide/", {"what": "ledger_only", "decision": "registered", "all": "1"}
        ).status_code
        == 404
    )
    leading = sign_in(Role.LEADING_GROUP, "120105001")
    page = leading.get("/consistency/").content.decode()
    assert "<b>2</b><span> / 5</span>" in page
    assert "有项目不同" not in page
    assert "不一致的项目" not in page
    assert "程望舒" not in page
    assert leading.get("/comparisons/").status_code == 403
    assert "君临天下" in street.get("/consistency/").content.decode()


def test_communities_not_compared_are_said_to_be_so(street: Client) -> None:
    assert "尚未比对台账，不计入一致率" in street.get("/consistency/").content.decode()
    assert "尚未比对" in street.get(BOARD).content.decode()


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([HEADER], "没有一行数据"),
        ([["甲", "乙"], ["1", "2"]], "没有找到表头"),
        (
            [
                [*HEADER[:8], "手机号", "联系电话"],
                [*AT_101, "程望舒", "男", id_no(11), "1980.1.1", "12012345671", "12012345672"],
            ],
            "都像电话",
        ),
    ],
)
def test_a_ledger_that_cannot_be_compared_says_why(street: Client, rows: list[list[Any]], reason: str) -> None:
    answer = street.post(
        "/comparisons/upload/",
        {"file": workbook("人口台账", rows), "scope": COMMUNITY, "source": "ledger"},
        follow=True,
    )
    assert reason in answer.content.decode()
    pk = answer.redirect_chain[-1][0].split("/")[-2]
    street.post(f"/comparisons/{pk}/mapping/", {"do": "compare"})
    assert Comparison.objects.get(pk=pk).state in {"failed", "mapping"}


def test_a_cut_comparison_goes_on_without_asking_twice(
    street: Client, actor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(measuring, "keep", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            compared(street, actor, people())
    half = Comparison.objects.get()
    n = Difference.objects.filter(source="ledger", kind="person").count()
    submissions.pause(comparing.WAY, actor=actor, at=clock.now(), submission=half.pk, message="停了")
    assert "继续比对" in street.get(f"/comparisons/{half.pk}/").content.decode()
    street.post(f"/comparisons/{half.pk}/mapping/", {})
    whole = comparing.run(actor=actor, at=clock.now(), comparison=half.pk)
    assert whole.state == "done"
    assert Difference.objects.filter(source="ledger", kind="person").count() == n
    assert Unmatched.objects.count() == 3


def test_the_result_stands_before_its_workbook_is_written_and_a_cut_one_is_written_later(
    street: Client, actor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(diff_workbook, "workbook", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            compared(street, actor, people())
    first = Comparison.objects.get()
    page = street.get(f"/comparisons/{first.pk}/").content.decode()
    assert "还在写" in page and "0</b><span> / 5 条" in page
    assert street.get(f"/comparisons/{first.pk}/annotated/").status_code == 404
    n = Unmatched.objects.count()
    comparing.run(actor=actor, at=clock.now(), comparison=first.pk)
    assert Unmatched.objects.count() == n
    assert "下载批注工作簿" in street.get(f"/comparisons/{first.pk}/progress/?workbook=1").content.decode()
    assert street.get(f"/comparisons/{first.pk}/annotated/").status_code == 200


def test_one_given_up_while_it_runs_stays_given_up(street: Client, actor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    really = noting.Work

    def meanwhile(*given: Any) -> Any:
        street.post(f"/comparisons/{Comparison.objects.get().pk}/cancel/")
        return really(*given)

    monkeypatch.setattr(noting, "Work", meanwhile)
    first = compared(street, actor, people())
    assert (first.state, first.annotated) == ("cancelled", None)
    assert "系统登记没有改动" in first.message
    assert comparing.run(actor=actor, at=clock.now(), comparison=first.pk).state == "cancelled"


def test_many_are_decided_at_once_and_taken_back_at_once(street: Client, actor: Any) -> None:
    """Two of the register are not in the ledger; all are kept, all taken back; what was registered stays registered."""
    first = compared(street, actor, people())
    url = f"/comparisons/{first.pk}/"
    street.post(f"{url}decide/", {"what": "register_only", "decision": "kept", "all": "1"})
    kept = list(Unmatched.objects.filter(of=first, state="kept").values_list("id", flat=True))
    assert len(kept) == 2
    assert "撤销勾选的" in street.get(f"{url}?what=register_only&state=decided").content.decode()
    answer = street.post(f"{url}undo/", {"what": "register_only", "row": [str(k) for k in kept]}, follow=True)
    assert "已撤销 2 条，回到待定" in answer.content.decode()
    assert Unmatched.objects.filter(of=first, state="open", what="register_only").count() == 2
    street.post(f"{url}decide/", {"what": "ledger_only", "decision": "registered", "all": "1"})
    registered = Unmatched.objects.get(of=first, state="registered")
    answer = street.post(f"{url}undo/", {"what": "ledger_only", "row": str(registered.pk)}, follow=True)
    assert "已经登记进系统" in answer.content.decode()


def test_an_answered_question_stays_answered(street: Client, actor: Any) -> None:
    """One character differs at the same door, no number, date or phone: a person says it is the same, and the next
    time it is.
    """
    vague = [HEADER, ["海河花园", "5号楼", "1单元", "101", "程小舒", "男", "", "", "", "常住", "汉"]]
    first = compared(street, actor, vague)
    question = Unmatched.objects.get(of=first, what="question")
    street.post(f"/comparisons/{first.pk}/decide/", {"what": "question", "decision": "same", "row": str(question.pk)})
    two = compared(street, actor, vague)
    assert not Unmatched.objects.filter(of=two, what="question", state="open").exists()
    assert Difference.objects.filter(field="name", state="open").count() == 1
    street.post(f"/comparisons/{two.pk}/undo/", {"what": "question", "row": str(question.pk)})
    assert Unmatched.objects.get(pk=question.pk).state == "same"  # another comparison's record is not touched
    street.post(f"/comparisons/{first.pk}/undo/", {"what": "question", "row": str(question.pk)})
    assert Unmatched.objects.get(pk=question.pk).state == "open"


def test_a_rule_decides_many_is_previewed_first_and_taken_back_whole(street: Client, actor: Any) -> None:
    compared(street, actor, people())
    rule = {"about": "person.phone", "source": "ledger", "condition": "both", "decision": "accept", "scope": COMMUNITY}
    shown = street.get("/differences/rules/", rule).content.decode()
    assert "采用 1 条" in shown
    assert "12012349999" not in shown
    assert Difference.objects.filter(state="open", kind="person").count() == 2  # looking decides nothing
    street.post("/differences/rules/apply/", rule | {"n": "1"})
    decided = Difference.objects.get(state="accepted")
    assert Person.objects.get(name="程望舒").unseal("phone").endswith("9999")
    street.post(f"/differences/rules/{decided.batch}/undo/")
    assert Person.objects.get(name="程望舒").unseal("phone").endswith("5671")
    assert Difference.objects.get(pk=decided.pk).state == "open"
    refused = street.post("/differences/rules/apply/", {**rule, "about": "person.status"}, follow=True)
    assert "没有决定任何一条" in refused.content.decode()


def test_a_rule_asks_again_where_somebody_changed_the_fact_meanwhile(
    street: Client, actor: Any, at: dt.datetime
) -> None:
    compared(street, actor, people())
    person = Person.objects.get(name="程望舒")
    street.post(f"/correct/person/{person.pk}/", {"phone": "12012340000", "reason": "本人来电"})
    rule = {"about": "person.phone", "source": "ledger", "condition": "any", "decision": "accept", "scope": COMMUNITY}
    answer = street.post("/differences/rules/apply/", rule | {"n": "1"}, follow=True)
    assert "没定的都还在待定里" in answer.content.decode()
    assert Person.objects.get(pk=person.pk).unseal("phone").endswith("0000")
    assert Difference.objects.get(field="phone", kind="person").state == "open"


def words(answer: Any) -> str:
    """A page without its tags."""
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", answer.content.decode()))


def test_a_ledger_and_the_platform_are_compared_with_each_other_and_each_with_the_register(
    street: Client, actor: Any
) -> None:
    first = compared(street, actor, people(), other=workbook("平台导出", people(phone="12012345671")))
    assert first.sides == ("台账", "市平台导出")
    assert (first.n_equal, first.n_union) == (2, 3)  # only one telephone differs between the two files
    assert set(
        Difference.objects.filter(state="open", kind="person", field="name").values_list("source", flat=True)
    ) == {"ledger", "platform"}
    assert Difference.objects.get(field="phone", kind="person").source == "ledger"
    page = street.get(f"/comparisons/{first.pk}/").content.decode()
    assert re.search("已清空：[^<]*民族[^<]*；平台导出.xlsx 的 [^<]*民族", page), (
        "of either file what is not kept is named"
    )
    lacking = Unmatched.objects.filter(of=first, what="register_only").order_by("pk")
    assert [row.source for row in lacking] == ["ledger"] * 2 + ["platform"] * 2, "both files lack the same two people"
    lacked = lacking.filter(entity=lacking[0].entity)
    assert "行读入" in page, "the sum over the rows of either file is shown with the result too"
    listed = words(street.get(f"/comparisons/{first.pk}/?what=register_only"))
    assert "系统有，交来的没有，待定 2 " in listed
    assert "台账、市平台导出没有" in listed
    for decision, state in (("strike_off", "strike_off"), ("undo", "open"), ("kept", "kept")):
        path = f"/comparisons/{first.pk}/{'undo' if decision == 'undo' else 'decide'}/"
        given = {"what": "register_only", "row": str(lacked[0].pk), "decision": decision, "reason": "登记重了"}
        said = words(street.post(path, given, follow=True))
        assert " 1 条" in said
        assert "没办成" not in said
        assert {row.state for row in lacked.all()} == {state}
    answer: Any = street.get(f"/comparisons/{first.pk}/annotated/")
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    first_line = " ".join(str(cell.value) for row in sheet.iter_rows(max_row=2) for cell in row if cell.value)
    assert "平台导出.xlsx 的" in first_line or any(
        cell.comment and "平台导出.xlsx 的" in cell.comment.text for row in sheet.iter_rows(max_row=3) for cell in row
    )


def test_a_comparison_of_the_street_takes_the_place_of_a_communitys_and_the_other_way_round(
    street: Client, actor: Any, sign_in: SignIn
) -> None:
    first = compared(street, actor, people())
    centre = sign_in(Role.STREET_CENTRE, COMMUNITY[:9])
    two = compared(centre, signed_in(centre), people(), scope=COMMUNITY[:9])
    assert set(Unmatched.objects.filter(of=first).values_list("state", flat=True)) == {"open"}
    second = sign_in(Role.STREET_CENTRE, COMMUNITY[:9])
    second.post(f"/comparisons/{two.pk}/release/", {"reason": "核实过，是街道的台账"})
    assert set(Unmatched.objects.filter(of=first).values_list("state", flat=True)) == {"gone"}, (
        "somebody answers for it"
    )
    assert Unmatched.objects.filter(of=two, state="open").count() == 3
    compared(street, actor, people())
    assert set(Unmatched.objects.filter(of=two).values_list("state", flat=True)) == {"gone"}


def test_two_files_of_different_kinds_are_not_compared(street: Client) -> None:
    houses = [
        ["小区", "楼栋", "室号", "使用情况", "居住状况", "面积"],
        ["海河花园", "5号楼", "101", "自住", "有人住", "74"],
    ]
    answer = street.post(
        "/comparisons/upload/",
        {
            "file": workbook("人口", people()),
            "other": workbook("平台房屋", houses),
            "scope": COMMUNITY,
            "source": "ledger",
        },
        follow=True,
    )
    first = Comparison.objects.get()
    assert (first.state, first.kind) == ("failed", "person")
    assert "两份不是同一种台账：人口.xlsx 是人员，平台房屋.xlsx 是房屋" in answer.content.decode()
