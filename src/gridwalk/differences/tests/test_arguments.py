"""What speaks for a side of a difference; values worked by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gridwalk.differences import arguments
from gridwalk.differences.arguments import Argument, Case, Member, Part
from gridwalk.registry.tests.street import id_no, phone

TODAY = dt.date(2026, 10, 13)


def case(field: str, current: str, claimed: str, **more: Any) -> Case:
    facts = {"facts": {}, "today": TODAY, "verified_on": TODAY, **more}
    return Case(kind="person", field=field, source="台账", current=current, claimed=claimed, **facts)


def said(about: Case) -> set[tuple[str, str]]:
    return {(a.side, a.sentence) for a in arguments.weigh(about)}


def test_a_number_is_weighed_by_its_checksum_and_the_birthday_in_it() -> None:
    right = id_no(11, "19800101")
    wrong = right[:-1] + ("1" if right[-1] != "1" else "2")
    weighed = said(case("id_no", wrong, right, facts={"born_on": "1980-01-01"}))
    assert ("claimed", "台账的证件号校验通过") in weighed
    assert any(side == "claimed" and sentence.startswith("系统登记的证件号") for side, sentence in weighed)
    assert ("claimed", "台账的证件号里的生日与登记的相同") in weighed
    assert ("think", arguments.TWO_NUMBERS) in weighed, "where they differ takes a reason"
    assert not any(side == "current" for side, _ in weighed)


def test_of_two_valid_numbers_the_same_is_said_however_near_they_are() -> None:
    one, near, far = id_no(11), id_no(13), id_no(987)
    numbers = [said(case("id_no", one, other)) for other in (near, far)]
    assert (
        numbers[0]
        == numbers[1]
        == {
            *((side, f"{who}证件号校验通过") for side, who in (("claimed", "台账的"), ("current", "系统登记"))),
            ("think", arguments.TWO_NUMBERS),
        }
    )
    assert said(case("phone", phone(1), phone(2))) == said(case("phone", phone(1), phone(987654321)))
    assert arguments.one_off(phone(1), phone(2)) and not arguments.one_off(one, far)


def test_birth_date_and_sex_are_weighed_by_the_number() -> None:
    facts = {"id_no": id_no(11, "19800101")}
    assert ("current", "系统登记与证件号里写的相同") in said(case("born_on", "1980-01-01", "1980-01-10", facts=facts))
    assert ("claimed", "台账的与证件号里写的相同") in said(case("sex", "female", "male", facts=facts))
    assert not said(case("sex", "female", "male", facts={"id_no": "123"}))


def test_a_phone_is_weighed_by_the_household_and_by_whether_it_can_be_dialled() -> None:
    home = [Member("程兰因", phone(2))]
    weighed = said(case("phone", "120", phone(2), household=home))
    assert ("claimed", "台账的电话与同户 程兰因 登记的相同") in weighed
    assert any(side == "claimed" and "系统登记的电话" in sentence for side, sentence in weighed)


def test_names_that_sound_alike_or_differ_in_writing_only_are_something_to_think_of() -> None:
    assert ("think", "只差写法，是同一个名字") in said(case("name", "张伟", "張 偉"))
    assert ("think", "两个名字读音相同，证件上怎么写就怎么登记") in said(case("name", "张玮", "张伟"))
    assert not said(case("name", "张玮", "李四"))


def test_where_the_household_lives_argues_for_a_home() -> None:
    home = [Member("程兰因", homes=("there",)), Member("程知行", homes=("here",))]
    assert said(case("residence", "here", "there", household=home, claimed_home="there")) == {
        ("claimed", "同户 程兰因 也登记在台账说的那一处"),
        ("current", "同户 程知行 仍住在现在这一处"),
    }


def test_an_old_value_loses_weight_and_one_said_at_the_door_gains_it() -> None:
    old = case("phone", phone(1), phone(22), verified_on=TODAY - dt.timedelta(days=270), fresh_days=180)
    assert ("claimed", "系统登记 9 个月没核实，这一项每 6 个月应核一次") in said(old)
    fresh = case("phone", phone(1), phone(22), fresh_days=180, at_the_door=True)
    assert ("current", "系统登记是上门时说的，10月13日核实过") in said(fresh)
    assert ("think", "系统登记没有上门核实过") in said(case("phone", phone(1), phone(22), verified_on=None))
    assert said(case("phone", "", phone(1))) == {("claimed", "系统登记里这一项是空的")}


def test_an_end_is_said_to_need_a_second_person() -> None:
    assert ("think", "采用以后还要另一人复核，复核前仍算在册") in said(case("status", "active", "deceased"))


def test_only_the_writing_differs() -> None:
    for field, left, right in (
        ("name", "王 伟", "王伟"),
        ("registered_address", "５号楼１单元，402室", "5号楼1单元 402室"),
        ("owner_name", "張偉", "张伟"),
    ):
        assert arguments.same_writing(field, left, right), (left, right)
    assert not arguments.same_writing("name", "张伟", "张玮")
    assert not arguments.same_writing("phone", phone(1), phone(2))


@given(st.text("0123456789", min_size=11, max_size=11), st.text("0123456789", min_size=11, max_size=11))
def test_marking_never_shows_what_is_starred_and_loses_nothing(left: str, right: str) -> None:
    shown = f"*******{left[-4:]}"
    parts = arguments.marked(shown, left, right)
    assert "".join(p.text for p in parts) == shown
    flags = [p.differs for p in parts for _ in p.text]
    assert flags == [a != b for a, b in zip(left, right, strict=True)]


def test_values_of_other_lengths_are_shown_whole() -> None:
    assert arguments.marked("*******0001", phone(1), "022-1234") == [Part("*******0001", differs=False)]
    assert arguments.marked("", "", phone(1)) == []
    assert Argument("claimed", "x").side == arguments.CLAIMED
