"""What is read from a number, who comes freely, and what a card is answered: by hand, at both sides of each bound."""

from __future__ import annotations

from typing import Any

import pytest

from gridwalk.core import ids
from gridwalk.registry import rules
from gridwalk.registry.rules import UNSEEN, Claim, Verdict

GRID = "120199001001002"


@pytest.mark.parametrize(
    ("number", "day"),
    [
        ("120199199001011234", "12019919900101"),
        ("12019919900101123X", "12019919900101"),
        ("1201991990010112", ""),
        ("1201991990010112345", ""),
        ("12019919900101X23X", ""),
        ("H12345678901234567", ""),
        ("", ""),
    ],
)
def test_area_and_birth_date_are_read_from_a_number_of_eighteen_and_from_no_other_paper(number: str, day: str) -> None:
    assert rules.day_of(number) == day


@pytest.mark.parametrize(
    ("name", "grid", "freely"),
    [
        ("王小明", GRID, True),
        ("王 小明", GRID, True),
        ("王小明", "120199001001009", True),
        ("王小明", "120199001002002", False),
        ("王晓明", GRID, False),
    ],
)
def test_who_has_the_number_comes_freely_inside_the_community_and_by_the_same_name(
    name: str, grid: str, freely: bool
) -> None:
    assert rules.comes_freely(name, grid, recorded_name="王小明", recorded_grid=GRID) is freely


@pytest.mark.parametrize(
    ("verdict", "why", "head", "answer"),
    [
        (Verdict.APPLY, "", None, ""),
        (Verdict.APPLY, "", "op", ""),
        (Verdict.ASK, "number_taken", "op", ""),
        (Verdict.ASK, "not_theirs", None, ""),
        (Verdict.ASK, "card_too_often", None, "too_often"),
        (Verdict.ASK, "document_differs", None, "differs"),
        (Verdict.SAME, "", "op", "equal"),
        (Verdict.SAME, "", None, "kept"),
    ],
)
def test_a_typed_number_is_answered_by_what_became_of_it(
    verdict: Verdict, why: str, head: str | None, answer: str
) -> None:
    assert rules.card_answer(verdict, why, head) == answer
    assert not answer or answer in rules.CARD_ANSWERS


@pytest.mark.parametrize(
    ("source", "kind", "field", "value", "is_of_card"),
    [
        ("visit", "person", "id_no", "120199199001011234", True),
        ("visit", "person", "id_no", "", False),
        ("ledger", "person", "id_no", "120199199001011234", False),
        ("visit", "organization", "id_no", "120199199001011234", False),
        ("visit", "person", "phone", "12000000001", False),
    ],
)
def test_a_number_is_of_a_card_where_it_was_read_from_one_at_a_door(
    source: str, kind: str, field: str, value: str, is_of_card: bool
) -> None:
    claim = Claim(kind=kind, entity=ids.new_id(), field=field, value=value, source=source)
    assert claim.is_of_card is is_of_card and claim.seen is UNSEEN


@pytest.mark.parametrize(
    ("values", "whole"),
    [
        ({"id_no": "120199194912310021"}, {"born_on": "1949-12-31", "sex": "female"}),
        ({"id_no": "120199194912310021", "sex": "", "born_on": None}, {"born_on": "1949-12-31", "sex": "female"}),
        ({"id_no": "120199194912310021", "sex": "male"}, {"born_on": "1949-12-31", "sex": "male"}),
        ({"id_no": "120199194912310022"}, {"born_on": None, "sex": None}),
        ({}, {"born_on": None, "sex": None}),
    ],
)
def test_birth_date_and_sex_are_a_valid_numbers_where_they_were_not_given(
    values: dict[str, Any], whole: dict[str, Any]
) -> None:
    given = {"id_no": values["id_no"]} if "id_no" in values else {}
    assert rules.with_identity(values) == {**whole, **given}


@pytest.mark.parametrize(("value", "compared"), [(None, ""), ("", ""), (0, 0), ("0", "0"), (False, False)])
def test_nothing_said_is_like_an_empty_word_and_a_nought_is_not(value: Any, compared: Any) -> None:
    assert rules.or_empty(value) == compared and type(rules.or_empty(value)) is type(compared)
