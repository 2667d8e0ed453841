"""The attack on the masks is itself tested: what earlier masks left open is counted right."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest

from gridwalk.simulate.oracle import fitting
from gridwalk.simulate.oracle.fitting import Clues

NUMBER = "12019919620227001X"  # a man's, born on 27 February 1962


@pytest.mark.parametrize(
    ("tokens", "n"),
    [
        ((), 500),
        (("120199************",), 500),
        (("120199********001X",), 1),
        (("*****************X",), 46),
        (("120199********001X", "120199************"), 1),
        (("130***************",), 0),
    ],
)
def test_it_counts_the_numbers_that_fit(tokens: tuple[str, ...], n: int) -> None:
    clues = Clues(born="1962-02-27", sex="male", id_nos=tokens)
    assert fitting.n_id_numbers(clues) == n
    assert (NUMBER in set(fitting.id_numbers(clues))) == (n > 0)


def test_a_year_leaves_all_its_days_and_a_plain_hash_leaves_one() -> None:
    assert fitting.n_id_numbers(Clues(born="1962年", sex="male")) == 365 * 500
    assert fitting.n_id_numbers(Clues(born="1964年")) == 366 * 1000
    clues = Clues(born="1962-02-27", sex="male")
    for digest in (hashlib.sha256(NUMBER.encode()).hexdigest(), hashlib.sha1(NUMBER.encode()).hexdigest()):
        for kept in (digest, digest[:32], digest[:16]):
            assert fitting.n_id_numbers(clues, fitting.heads({kept})) == 1
    assert fitting.n_id_numbers(clues, fitting.heads({"0" * 64})) == 500


def test_nobody_is_born_after_they_were_registered() -> None:
    until = dt.date(2026, 3, 1)
    assert fitting.n_id_numbers(Clues(born="2026年", sex="male", until=until)) == (31 + 28 + 1) * 500
    assert fitting.n_id_numbers(Clues(born="2025–2026年", sex="male", until=until)) == (365 + 60) * 500
    assert len(fitting.days("2025-02-03", until)) == 1


@pytest.mark.parametrize(
    ("starred", "n"), [("*******1234", 800_000), ("12*****1234", 100_000), ("22**1357", 100), ("****1357", 7_000)]
)
def test_it_counts_the_telephones_that_fit(starred: str, n: int) -> None:
    assert fitting.n_phones(starred) == n


def test_it_finds_half_starred_numbers_in_a_text() -> None:
    text = "证件号 120199********001X → 120199************，电话 *******1234"
    assert fitting.starred(text) == ("120199********001X", "120199************", "*******1234")
    assert fitting.starred_id_nos(text) == ("120199********001X",)
