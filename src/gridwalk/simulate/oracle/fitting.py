"""How many numbers fit what somebody is shown of a person, or what is stored: the attack on the masks, by count.

A number fits when it is valid (GB 11643) and agrees with everything shown beside it (red line 4). Written apart from
the masks, and knowing nothing of how they are made.
"""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence

from gridwalk.method import idcards

AREA = "120199"
"""Everybody of a synthetic street is registered in the one area that does not exist: the attacker knows it."""
_DIGITS = "0123456789"
_SHAPES: dict[int, tuple[str, ...]] = {
    11: ("1", "23456789", *[_DIGITS] * 9),
    8: ("2345678", *[_DIGITS] * 7),
    7: ("2345678", *[_DIGITS] * 6),
}
"""Length → what may stand at each place of a telephone number."""
PHONE_LENGTH = 11
_STARRED = re.compile(r"[0-9]*\*{2,}[0-9Xx]*")
_LABELLED = re.compile(r"(?:证件号|身份证)[^\n*]{0,40}?([0-9]*\*{2,}[0-9Xx]*)")
_YEARS = range(1906, 2027)
_ALGORITHMS = (hashlib.md5, hashlib.sha1, hashlib.sha224, hashlib.sha256)
_HEAD = 8


@dataclasses.dataclass(frozen=True, kw_only=True)
class Clues:
    """What is shown of one person: the birth date as written, the code of the sex, everything that is starred.

    ``until``: a day on which they were on record.
    """

    born: str = ""
    until: dt.date | None = None
    sex: str = ""
    id_nos: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class _Token:
    """A half-starred number."""

    front: str
    end: str

    @classmethod
    def of(cls, text: str) -> _Token:
        parts = re.split(r"\*+", text.upper())
        return cls(parts[0], parts[-1])

    @property
    def tells(self) -> bool:
        """Whether it says more than the area, which is known anyway."""
        return bool(self.end) or not AREA.startswith(self.front)

    def fits(self, number: str) -> bool:
        return number.startswith(self.front) and number.endswith(self.end)


def days(born: str, until: dt.date | None = None) -> Sequence[dt.date]:
    """The days a birth date as written may be: one day, those of a year (1962年) or of two (2025–2026年), or those of 120
    years; none later than the day they were on record.
    """
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", born):
        return [dt.date.fromisoformat(born)]
    said = re.fullmatch(r"(\d{4})(?:–(\d{4}))?年", born)
    years = range(int(said[1]), int(said[2] or said[1]) + 1) if said else _YEARS
    every = (dt.date(year, 1, 1) + dt.timedelta(n) for year in years for n in range(365 + calendar.isleap(year)))
    return [day for day in every if until is None or day <= until]


def _orders(sex: str) -> range:
    return {"male": range(1, 1000, 2), "female": range(0, 1000, 2)}.get(sex, range(1000))


def id_numbers(clues: Clues) -> Iterator[str]:
    """Every valid ID number of the known area that fits."""
    tokens = [token for token in map(_Token.of, clues.id_nos) if token.tells]
    for day in days(clues.born, clues.until):
        for order in _orders(clues.sex):
            first17 = f"{AREA}{day:%Y%m%d}{order:03d}"
            number = first17 + idcards.checksum(first17)
            if all(token.fits(number) for token in tokens):
                yield number


def n_id_numbers(clues: Clues, hashes: Heads = frozenset()) -> int:
    """How many fit. A number of which a plain hash lies about is found by trying all, and stands alone."""
    if not hashes and not any(_Token.of(text).tells for text in clues.id_nos):
        return len(days(clues.born, clues.until)) * len(_orders(clues.sex))
    numbers = list(id_numbers(clues))
    told = sum(not hashes.isdisjoint(digests(number)) for number in numbers) if hashes else 0
    return told or len(numbers)


Heads = frozenset[bytes]
"""The first eight bytes of hashes that lie about: of whole ones, and of those of which only the beginning is kept."""


def heads(hashes: Iterable[str]) -> Heads:
    """The beginnings of hashes as they are written, in hexadecimal."""
    return frozenset(bytes.fromhex(digest[: 2 * _HEAD]) for digest in hashes)


def digests(number: str) -> Iterator[bytes]:
    """The beginnings of the usual plain hashes of a number."""
    raw = number.encode()
    for algorithm in _ALGORITHMS:
        yield algorithm(raw, usedforsecurity=False).digest()[:_HEAD]
    yield hashlib.blake2b(raw, digest_size=_HEAD).digest()


def n_phones(starred: str) -> int:
    """How many telephone numbers a half-starred one may be, were its length the number's."""
    shape = _SHAPES.get(len(starred), (_DIGITS,) * len(starred))
    n = 1
    for shown, allowed in zip(starred, shape, strict=True):
        n *= len(allowed) if shown == "*" else int(shown in allowed)
    return n


def starred(text: str) -> tuple[str, ...]:
    """Every half-starred number of a text."""
    return tuple(dict.fromkeys(_STARRED.findall(text)))


def starred_id_nos(text: str) -> tuple[str, ...]:
    """The half-starred numbers of a text that stand behind the words for an ID number."""
    return tuple(dict.fromkeys(_LABELLED.findall(text)))
