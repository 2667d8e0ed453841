"""Unified social credit codes: what is read, what is refused. Area 120199 belongs to nobody."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gridwalk.method import uscc

# By hand, weights 3^i mod 31: 9·1+1·3+1·9+2·27+0·19+1·26+9·16+9·17 = 398 = 12·31 + 26 → 31 − 26 = 5
SHOP = "911201990000000005"
# N counts 22: 22·1+2·3+1·9+2·27+0·19+1·26+9·16+9·17 = 414 = 13·31 + 11 → 31 − 11 = 20, which is L
COOPERATIVE = "N2120199000000000L"


@pytest.mark.parametrize("raw", [SHOP, "９１１２０１９９０００００００００５", " 9112 0199 0000 0000 05", "'" + SHOP])
def test_it_reads_the_ways_a_code_is_typed(raw: str) -> None:
    assert uscc.check(raw) == uscc.Uscc(SHOP)


def test_a_rural_bodys_code_is_right_too_in_small_letters() -> None:
    assert uscc.check(COOPERATIVE.lower()).value == COOPERATIVE


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ("", "empty"),
        (SHOP[:17], "length"),
        ("120199600012345", "length"),
        ("9112019900000000O5", "characters"),
        ("红旗便利店", "characters"),
        (SHOP[:17] + "6", "checksum"),
        ("9.1120199E+17", "damaged"),
    ],
)
def test_it_refuses_what_is_no_code_and_says_why(raw: str, fault: str) -> None:
    code = uscc.check(raw)
    assert (code.value, code.fault) == ("", fault)
    assert code.fault_text
    assert uscc.check(SHOP).fault_text == ""


@given(st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_one_wrong_character_is_always_caught(place: int, wrong: str) -> None:
    assume(SHOP[place] != wrong)
    assert uscc.check(SHOP[:place] + wrong + SHOP[place + 1 :]).value == ""
