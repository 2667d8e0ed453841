"""Of the headings offices use each is known by its field, named where the register keeps no such thing, or refused."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from gridwalk.dictionary import fields as dictionary
from gridwalk.ledger import headers
from gridwalk.ledger.tests.headings import FIELDS, REFUSED, WITHOUT_FIELD

KNOWN = [(kind, word, field) for kind, of in FIELDS.items() for field, words in of.items() for word in words.split()]


@pytest.mark.parametrize(("kind", "word", "field"), KNOWN)
def test_a_heading_with_a_field_means_it(kind: str, word: str, field: str) -> None:
    assert dictionary.forbidden(word) == ""
    if field == "paper":
        assert headers.bare(word) in headers.papers(kind)
    else:
        assert headers.meant(kind, word) == field


@pytest.mark.parametrize("kind", WITHOUT_FIELD)
def test_a_heading_without_a_field_means_none_and_is_not_refused(kind: str) -> None:
    words = WITHOUT_FIELD[kind].split()
    assert [w for w in words if headers.meant(kind, w)] == []
    assert [w for w in words if dictionary.forbidden(w)] == []


@pytest.mark.parametrize("kind", REFUSED)
def test_a_heading_of_what_is_not_taken_is_refused(kind: str) -> None:
    assert [w for w in REFUSED[kind].split() if not dictionary.forbidden(w)] == []


def test_most_headings_that_the_register_has_a_field_for_are_known(
    record_property: Callable[[str, object], None],
) -> None:
    n_without, n_refused = (sum(len(words.split()) for words in of.values()) for of in (WITHOUT_FIELD, REFUSED))
    n = len(KNOWN) + n_without + n_refused
    share = f"{n} headings: {len(KNOWN)} known ({len(KNOWN) / n:.0%}), {n_without} without a field, {n_refused} refused"
    sys.stdout.write(f"{share}\n")
    record_property("headings", share)
    assert (n, len(KNOWN), n_refused) == (696, 293, 25)
