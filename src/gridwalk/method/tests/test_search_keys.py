"""What is typed finds what it is part of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwalk.method import addresses, names, search_keys

NAMES = st.text(alphabet="王李张伟芳小明静丽建国欧阳文", min_size=2, max_size=4)


@given(NAMES, st.data())
def test_every_part_of_a_name_of_two_characters_or_more_finds_it(name: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(name) - 2))
    end = data.draw(st.integers(start + 2, len(name)))
    assert search_keys.of_name_typed(name[start:end]) <= search_keys.of_name(name)


@given(NAMES)
def test_pinyin_and_initials_find_it_with_spaces_or_without(name: str) -> None:
    syllables = names.syllables(name)
    keys = search_keys.of_name(name)
    assert search_keys.of_pinyin_typed("".join(syllables)) <= keys
    assert search_keys.of_pinyin_typed(" ".join(syllables).upper()) <= keys
    assert search_keys.of_initials_typed(names.initials(name)) <= keys


@pytest.mark.parametrize(
    ("typed", "is_match"),
    [
        ("林古里5号楼2单元301", True),
        ("5-2-301", True),
        ("林古里小区５栋", True),
        ("林古里", True),
        ("2单元301室", True),
        ("林古里6号楼", False),
        ("古里林5号楼", False),
    ],
)
def test_an_address_is_found_in_any_style_and_by_what_it_says_only(typed: str, is_match: bool) -> None:
    keys = search_keys.of_address("林古里|5|2|301")
    wanted = search_keys.of_address_typed(addresses.parse(typed)) or {
        f"e:{p[2:]}" for p in search_keys.of_name_typed(typed)
    }
    assert (wanted <= keys) is is_match


def test_traditional_characters_and_a_single_character_do_as_expected() -> None:
    assert search_keys.of_name_typed("張偉") == search_keys.of_name_typed("张伟")
    assert search_keys.of_name_typed("张") == set()
