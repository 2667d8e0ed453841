"""Identity numbers: what is read, what is refused and in which words. Area 120199 belongs to nobody."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gridwalk.method import idcards

# By hand: 7·1+9·2+10·0+5·1+8·9+4·9+2·1+1·9+6·8+3·0+7·0+9·1+10·0+5·1+8·1+4·0+2·1 = 221 = 20·11 + 1 → the second of
# 10X98765432
MAN = "120199198001011010"
# Its 16th digit is 3 instead of 0: 221 + 4·3 = 233 = 21·11 + 2 → the third, X
MAN_X = "12019919800101131X"


def number(born_on: dt.date, order: int) -> str:
    first17 = f"120199{born_on:%Y%m%d}{order:03d}"
    return first17 + idcards.checksum(first17)


numbers = st.builds(number, st.dates(dt.date(1900, 1, 1), dt.date(2026, 11, 23)), st.integers(1, 999))


def test_the_checksum_is_the_one_worked_by_hand() -> None:
    assert idcards.checksum(MAN[:17]) == "0"
    assert idcards.checksum(MAN_X[:17]) == "X"


@pytest.mark.parametrize(
    "raw",
    [
        MAN_X,
        "12019919800101131x",
        "１２０１９９１９８００１０１１３１Ｘ",
        "'" + MAN_X,
        " 120199 19800101 131X ",
        "120199-19800101-131×",
    ],
)
def test_it_reads_the_ways_a_number_is_typed(raw: str) -> None:
    assert idcards.check(raw) == idcards.IdCard(
        value=MAN_X, fault="", born_on=dt.date(1980, 1, 1), sex="male", upgraded=False, n=18
    )


def test_fifteen_digits_become_eighteen_however_the_cell_holds_them() -> None:
    right = idcards.IdCard(value=MAN, fault="", born_on=dt.date(1980, 1, 1), sex="male", upgraded=True, n=15)
    for raw in ("120199800101101", 120199800101101, 120199800101101.0, "120199800101101.0"):
        assert idcards.check(raw) == right


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ("", "empty"),
        (None, "empty"),
        (" ", "empty"),
        (MAN[:17], "length"),
        (MAN + "1", "length"),
        ("12019919800101A010", "characters"),
        ("1201991980010110X0", "characters"),
        ("X" + MAN[1:], "characters"),
        ("120199********1010", "masked"),
        ("120199xxxxxxxx101X", "masked"),
        (MAN[:17] + "1", "checksum"),
        ("120199198002301010", "birth_date"),
        ("120199188001011010", "birth_date"),
        ("120199801301101", "birth_date"),
        ("1.20199E+17", "damaged"),
        (1.2019919800101e17, "damaged"),
        (120199198001011010, "damaged"),
        ("120199198001011000", "damaged"),
        ("120199198001011000.0", "damaged"),
    ],
)
def test_it_refuses_what_is_no_number_and_says_why(raw: object, fault: str) -> None:
    card = idcards.check(raw)
    assert (card.value, card.fault, card.born_on) == ("", fault, None)
    assert card.fault_text


def test_a_wrong_length_is_told_with_its_length() -> None:
    assert "这里是 17 位" in idcards.check(MAN[:17]).fault_text
    assert idcards.check(MAN).fault_text == ""


@given(numbers)
def test_a_right_number_comes_back_as_it_was_with_its_birth_date_and_sex(right: str) -> None:
    card = idcards.check(right)
    assert card.value == right == idcards.check(card.value).value
    assert card.born_on == dt.datetime.strptime(right[6:14], "%Y%m%d").replace(tzinfo=dt.UTC).date()
    assert card.sex == ("male" if int(right[16]) % 2 else "female")


@given(numbers, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_one_wrong_character_is_always_caught(right: str, place: int, wrong: str) -> None:
    assume(right[place] != wrong)
    assert idcards.check(right[:place] + wrong + right[place + 1 :]).value == ""


@given(numbers, st.integers(0, 16))
def test_two_neighbours_that_changed_places_are_always_caught(right: str, place: int) -> None:
    assume(right[place] != right[place + 1])
    assert idcards.check(right[:place] + right[place + 1] + right[place] + right[place + 2 :]).value == ""


@given(st.text())
def test_any_text_is_either_a_number_or_a_fault(raw: str) -> None:
    card = idcards.check(raw)
    assert bool(card.value) != bool(card.fault)


@pytest.mark.parametrize(
    ("cell", "lost"),
    [
        (10**15, True),
        (10**15 - 1, False),
        (-(10**15), True),
        (1e15, True),
        ("120199198001011000", True),
        ("120199198001011008", True),  # the double nearest to …011010
        (MAN, False),
        ("120199198001010", False),
        ("１２０１９９１９８００１０１１０００", False),
        (None, False),
    ],
)
def test_a_number_a_table_program_kept_as_a_number_has_lost_its_end(cell: object, lost: bool) -> None:
    assert idcards.lost_its_end(cell) is lost


def test_the_mask_shows_the_area_and_nothing_of_the_last_four() -> None:
    assert idcards.mask(MAN) == "120199************"
    assert idcards.mask("120199800101101") == idcards.mask(MAN), "nor whether it was written with 15 places"
    assert idcards.mask("1234") == "************"
