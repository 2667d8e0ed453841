"""What a record is found by in one box: short keys of names, pinyin and addresses. A record holds them all; what
is typed makes some; whoever holds every one of these is a hit.

``c:`` two neighbouring characters, ``p:`` a run of whole syllables from the beginning of a name or of its second
part, ``i:`` a run of initials, ``e:`` two neighbouring characters of an estate, ``b:`` building, ``u:`` stairwell,
``r:`` room.
"""

from __future__ import annotations

import re

from gridwalk.method import address_writing, addresses, names, text

LONGEST = 12
"""Syllables of a long name (an organization's) that make pinyin keys."""
_LETTERS = re.compile(r"[a-z]+")


def _pairs(prefix: str, word: str) -> set[str]:
    return {f"{prefix}:{word[i : i + 2]}" for i in range(len(word) - 1)}


def of_name(name: str) -> set[str]:
    """Keys of a person's or organization's name."""
    plain = text.simplified(text.fold(name)).replace(" ", "").lower()
    syllables = names.syllables(name)[:LONGEST]
    keys = _pairs("c", plain)
    for start in range(min(2, len(syllables))):
        for end in range(start + 1, len(syllables) + 1):
            keys.add("p:" + "".join(syllables[start:end]))
            if end - start >= 2:
                keys.add("i:" + "".join(s[:1] for s in syllables[start:end]))
    return keys


def of_name_typed(typed: str) -> set[str]:
    """Keys of a part of a name as typed; empty where it is too short to look for."""
    return _pairs("c", text.simplified(text.fold(typed)).replace(" ", "").lower())


def of_pinyin_typed(typed: str) -> set[str]:
    """The key of pinyin as typed: whole syllables (wangxiaoming, wang xiaoming) or initials (wxm)."""
    joined = "".join(_LETTERS.findall(typed.lower()))
    if len(joined) < 2:
        return set()
    return {f"p:{joined}"}


def of_initials_typed(typed: str) -> set[str]:
    """The key of initials as typed."""
    joined = "".join(_LETTERS.findall(typed.lower()))
    return {f"i:{joined}"} if 2 <= len(joined) <= LONGEST else set()


def of_address(key: str) -> set[str]:
    """Keys of a door by its address key ``estate|building|stairwell|room``."""
    estate, building, stairwell, room = address_writing.parts_of(key)
    keys = _pairs("e", estate) | ({f"e:{estate}"} if len(estate) == 1 else set())
    return keys | {f"{letter}:{part}" for letter, part in (("b", building), ("u", stairwell), ("r", room)) if part}


def of_address_typed(address: addresses.Address) -> set[str]:
    """Keys of an address as typed in any style, as much as it says."""
    estate = addresses.estate_key(address.estate or address.road)
    return of_address("|".join((estate, address.building or address.number, address.stairwell, address.room)))
