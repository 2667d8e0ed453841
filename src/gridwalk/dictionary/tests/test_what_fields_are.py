"""What every field is, a table written by hand: what has to be there, what is compared, what goes to the phone, which
forms offer it. One entry too many shows a datum where it is not to stand; one too few loses it.
"""

from __future__ import annotations

import pytest

from gridwalk.dictionary import fields
from gridwalk.dictionary.types import Authority, Column, Field, Sensitivity

PLACE = ("grid_code", "grid_name", "community", "estate", "building", "stairwell", "floor", "room", "address")
"""Where a record stands, in every ledger; no facts of their own."""
LEADING = {"facility": ("last_round_on",), "care": ("name", "id_no", "phone")}
"""What else of a ledger only leads to a record, or to a round of it."""
FACTS: dict[str, dict[str, str]] = {
    "dwelling": {
        "usage": "compared phone never_empty",
        "occupancy": "required compared phone never_empty",
        "tenure": "compared phone never_empty",
        "area_m2": "compared phone",
        "owner_name": "compared phone",
        "owner_phone": "compared phone",
    },
    "person": {
        "name": "required compared phone never_empty",
        "id_no": "required compared phone",
        "sex": "required compared phone",
        "born_on": "required compared phone",
        "phone": "compared phone",
        "relation": "compared phone",
        "residence_kind": "compared link",
        "registered_address": "compared phone",
        "status": "compared phone never_empty",
    },
    "organization": {
        "name": "required compared phone never_empty",
        "uscc": "compared phone",
        "org_kind": "compared phone",
        "contact_name": "compared phone",
        "contact_phone": "compared phone",
        "status": "compared phone never_empty",
    },
    "site": {
        "name": "required phone never_empty",
        "site_kind": "phone",
        "contact_name": "phone",
        "contact_phone": "phone",
        "interval_days": "phone never_empty",
    },
    "facility": {
        "name": "never_empty",
        "facility_kind": "required never_empty",
        "spot": "",
        "keeper": "",
        "contact_name": "",
        "contact_phone": "",
        "interval_days": "never_empty",
        "status": "never_empty",
    },
    "care": {
        "category": "required",
        "interval_days": "never_empty",
        "starts_on": "",
        "consent": "",
        "consent_on": "",
        "review_on": "",
        "ends_on": "",
    },
}
AT_THE_DOOR = {
    "dwelling": ["occupancy", "tenure", "usage", "area_m2", "owner_name", "owner_phone"],
    "person": ["name", "phone", "id_no", "relation"],
    "organization": ["contact_name", "contact_phone", "status"],
    "site": ["contact_name", "contact_phone"],
    "facility": [],
    "care": [],
}
NOT_IN_THE_OFFICES_FORM = {
    ("person", "residence_kind"),
    ("person", "status"),
    ("organization", "status"),
    ("facility", "status"),
}
AGEING = {
    ("dwelling", "occupancy"): 180,
    ("dwelling", "tenure"): 180,
    ("person", "phone"): 180,
    ("person", "residence_kind"): 180,
}
OF_RESIDENTS = {
    ("dwelling", "owner_phone"),
    ("person", "phone"),
    ("organization", "contact_phone"),
    ("site", "contact_phone"),
    ("facility", "contact_phone"),
    ("care", "phone"),
}
"""What whoever it is says decides: a number of one's own."""
OF_PAPERS = {
    ("dwelling", "area_m2"),
    ("dwelling", "owner_name"),
    ("person", "name"),
    ("person", "id_no"),
    ("person", "sex"),
    ("person", "born_on"),
    ("person", "registered_address"),
    ("person", "status"),
    ("organization", "name"),
    ("organization", "uscc"),
    ("facility", "name"),
}
PUBLIC = {
    ("organization", "name"),
    ("organization", "uscc"),
    ("site", "name"),
    ("facility", "name"),
    ("facility", "spot"),
    ("facility", "keeper"),
}
TYPES: dict[Column, set[tuple[str, str]]] = {
    Column.DATE: {
        ("person", "born_on"),
        ("facility", "last_round_on"),
        ("care", "starts_on"),
        ("care", "consent_on"),
        ("care", "review_on"),
        ("care", "ends_on"),
    },
    Column.NUMBER: {("dwelling", "area_m2")},
    Column.WHOLE: {("site", "interval_days"), ("facility", "interval_days"), ("care", "interval_days")},
}
ALL = [field for kind in fields.KINDS for field in fields.fields(kind)]


def _is(field: Field) -> str:
    flags = {
        "required": field.required,
        "compared": field.compared,
        "phone": field.on_phone,
        "never_empty": field.never_empty,
        "link": field.on_link,
    }
    return " ".join(name for name, holds in flags.items() if holds)


@pytest.mark.parametrize("kind", fields.KINDS)
def test_every_fact_is_what_the_table_says_and_a_place_is_no_fact(kind: str) -> None:
    declared = {field.name: _is(field) for field in fields.fields(kind) if not field.locates}
    assert declared == FACTS[kind]
    leading = {field.name: _is(field) for field in fields.fields(kind) if field.locates}
    assert leading == {name: "required" if name == "name" else "" for name in (*PLACE, *LEADING.get(kind, ()))}


def test_the_sheet_at_the_door_asks_in_this_order_and_the_offices_form_for_all_but_what_ends_a_record() -> None:
    assert {kind: [field.name for field in fields.at_door(kind)] for kind in fields.KINDS} == AT_THE_DOOR
    assert {(f.kind, f.name) for f in ALL if not f.form.office} == NOT_IN_THE_OFFICES_FORM
    assert {(f.kind, f.name): f.form.group for f in ALL if f.form.group} == {
        ("dwelling", "owner_name"): "owner",
        ("dwelling", "owner_phone"): "owner",
    }


def test_what_ages_and_whose_word_decides() -> None:
    assert {(f.kind, f.name): f.fresh_days for f in ALL if f.fresh_days} == AGEING
    by_word = {word: {(f.kind, f.name) for f in ALL if f.authority is word} for word in Authority}
    assert by_word[Authority.RESIDENT] == OF_RESIDENTS
    assert by_word[Authority.DOCUMENT] == OF_PAPERS


def test_what_anybody_may_see_and_how_each_lies_in_its_table() -> None:
    assert {(f.kind, f.name) for f in ALL if f.sensitivity is Sensitivity.PUBLIC} == PUBLIC
    for column, named in TYPES.items():
        assert {(f.kind, f.name) for f in ALL if f.column is column} == named
    assert {f.index for f in ALL if f.column is Column.SEALED} == {"phone", "id_no"}
