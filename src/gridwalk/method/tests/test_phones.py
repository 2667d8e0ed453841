"""Telephone numbers of a cell. Numbers that begin with 12 ring nowhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwalk.method import phones

ONE, TWO = "12012345678", "12087654321"
mobiles = st.integers(0, 10**9 - 1).map(lambda n: f"12{n:09d}")


@pytest.mark.parametrize(
    "raw",
    [
        ONE,
        "１２０１２３４５６７８",
        "120 1234 5678",
        "120-1234-5678",
        "+86 12012345678",
        "008612012345678",
        "12012345678.0",
        "'12012345678",
        "12012345678(儿子)",
        "手机：12012345678",
    ],
)
def test_it_reads_the_ways_a_mobile_is_typed(raw: str) -> None:
    assert phones.check(raw) == phones.Phone(ONE)


@pytest.mark.parametrize("between", ["/", "、", "，", ";", " ", "\n", "或", "（儿子）", " 女儿", ""])
def test_a_cell_may_hold_two(between: str) -> None:
    assert phones.parse(f"{ONE}{between}{TWO}") == (ONE, TWO)


@pytest.mark.parametrize(
    ("raw", "numbers"),
    [
        ("022-26351234", ("02226351234",)),
        ("(022)26351234", ("02226351234",)),
        ("26351234", ("26351234",)),
        ("022-26351234转801", ("02226351234",)),
        ("022-26351234-801", ("02226351234",)),
        ("0312-2635123", ("03122635123",)),
        (f"{ONE}、022-26351234", (ONE, "02226351234")),
        ("4001234567", ("4001234567",)),
        (f"{ONE} {ONE}", (ONE,)),
    ],
)
def test_it_reads_landlines_without_their_extension(raw: str, numbers: tuple[str, ...]) -> None:
    assert phones.parse(raw) == numbers


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ("", "empty"),
        ("无", "empty"),
        ("—", "empty"),
        (ONE[:10], "length"),
        ("120199198001011010", "length"),
        ("老王", "characters"),
        ("120****5678", "masked"),
        ("120xxxx5678", "masked"),
        ("×××××××5678", "masked"),
        ("120x5678", "length"),
    ],
)
def test_it_refuses_what_cannot_be_dialled_and_says_why(raw: str, fault: str) -> None:
    phone = phones.check(raw)
    assert (phone.value, phone.fault) == ("", fault)
    assert phone.fault_text
    assert phones.check(ONE).fault_text == ""


@given(st.lists(mobiles, min_size=1, max_size=3, unique=True), st.sampled_from(["/", "、", ", ", "  ", "；"]))
def test_every_number_of_a_cell_comes_back_in_order(numbers: list[str], between: str) -> None:
    assert phones.parse(between.join(numbers)) == tuple(numbers)


@given(st.text())
def test_any_text_is_either_numbers_or_a_fault(raw: str) -> None:
    phone = phones.check(raw)
    assert bool(phone.value) != bool(phone.fault)
    assert not phone.value or phones.check(phone.value).value == phone.value


def test_the_mask_shows_the_last_four_and_no_length() -> None:
    assert phones.mask(ONE) == "*******5678"
    assert phones.mask("24681357") == "*******1357"
    assert phones.mask("110") == "*******"
