"""Impossible identifiers: ID numbers of the area 120199, which was never assigned, and phones beginning with 12."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict

from stdnum.cn import uscc as uscc_numbers

from gridwalk.method import idcards
from gridwalk.simulate.street import words

AREA = "120199"
ORG_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


class Identities:
    """Hands out numbers, none twice, and names."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self._of_day: defaultdict[tuple[dt.date, str], int] = defaultdict(int)
        self._phones: set[str] = set()
        self._n_organizations = 0

    def id_no(self, born_on: dt.date, sex: str) -> str:
        """An unused ID number with a right checksum (GB 11643); odd sequence numbers are men's."""
        turn = self._of_day[(born_on, sex)]
        self._of_day[(born_on, sex)] += 1
        stem = f"{AREA}{born_on:%Y%m%d}{turn * 2 + (1 if sex == 'male' else 2):03d}"
        return stem + idcards.checksum(stem)

    def born(self, age: int, on: dt.date) -> dt.date:
        """A birth date of somebody who is ``age`` on a day."""
        return on - dt.timedelta(days=int(age * 365.25) + self.rng.randrange(2, 360))

    def phone(self) -> str:
        """An unused mobile number that nobody can own."""
        while True:
            number = f"12{self.rng.randrange(10**9):09d}"
            if number not in self._phones:
                self._phones.add(number)
                return number

    def surname(self) -> str:
        """A surname by rough frequency."""
        if self.rng.random() < 0.003:
            return self.rng.choice(words.DOUBLE_SURNAMES)
        return self.rng.choices(words.SURNAMES, words.SURNAME_WEIGHTS)[0]

    def given(self, sex: str, age: int) -> str:
        """A given name of one or two characters after the fashion of the birth year."""
        pool = words.GIVEN[(sex, "old" if age >= 55 else "middle" if age >= 28 else "young")]
        if self.rng.random() < 0.17:
            return self.rng.choice(pool)
        return self.rng.choice(pool) + self.rng.choice(pool)

    def uscc(self) -> str:
        """An unused unified social credit code (GB 32100) with both of its check characters right."""
        self._n_organizations += 1
        body = f"GW{self._n_organizations:06d}"
        rest = 11 - sum(ORG_ALPHABET.index(c) * w for c, w in zip(body, ORG_WEIGHTS, strict=True)) % 11
        organization = body + {10: "X", 11: "0"}.get(rest, str(rest))
        stem = f"91{AREA}{organization}"
        return stem + str(uscc_numbers.calc_check_digit(stem))
