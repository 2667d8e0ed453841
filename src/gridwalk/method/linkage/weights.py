"""Fellegi–Sunter weights: for each comparison of two records, how likely each level is among true and among
chance pairs.

``m``: the level's share among pairs of one entity, ``u``: among pairs of different entities. ``u`` None: the share of
records that carry the very value, so agreeing on 王伟 says less than agreeing on a rare name (term frequency). The
weight of a level is log2(m / u), in bits. The shares were learnt by EM (``learn``) on generated ledgers and rounded;
see docs/algorithms/matching.md for a worked example.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping

Table = Mapping[str, "Level"]


@dataclasses.dataclass(frozen=True)
class Level:
    """One outcome of one comparison. ``u`` None: by the frequency of the value agreed on."""

    m: float
    u: float | None

    @property
    def weight(self) -> float:
        """Bits for or against; of a level by frequency, the bits before the frequency is taken off."""
        return math.log2(self.m / (self.u or 1.0))


PERSON: Mapping[str, Table] = {
    "name": {
        "same": Level(0.85, None),
        "sounds": Level(0.08, 0.0004),  # 张玮 for 张伟, 張 for 张: equal pinyin after folding zh/z, -ng/-n
        "near": Level(0.04, 0.002),  # one character more, less or other; two characters swapped
        "seen": Level(0.01, 0.0001),  # masked, and all that can be seen agrees: 张* and 张伟
        "surname": Level(0.008, 0.08),
        "given": Level(0.008, 0.004),  # the surname misread: 未涛 and 朱涛
        "other": Level(0.005, 0.92),
    },
    "id": {
        "same": Level(0.55, None),  # as written, where the check digit did not vouch for it
        "near": Level(0.37, 1e-7),  # a keystroke apart
        "two": Level(0.03, 1e-6),  # two keystrokes apart
        "kept": Level(0.015, 0.005),  # the digits a table program kept, which hold area and birth date
        "seen": Level(0.02, 0.00001),  # masked, and all that can be seen agrees
        "unseen": Level(1e-6, 1.0),  # masked, and what can be seen differs
        "birth": Level(0.005, 0.15),  # same birth date within, which counts by itself, otherwise apart
        "other": Level(0.01, 0.9999),
        "both_valid": Level(1e-6, 1.0),  # two numbers with right check digits that differ: two persons
    },
    "born": {
        "same": Level(0.95, None),
        "near": Level(0.035, 0.012),  # day and month swapped, or one of year, month and day otherwise
        "year": Level(0.01, 0.014),  # the lunar day taken for the solar one, 1 January for a day not known
        "other": Level(0.005, 0.974),
    },
    "sex": {"same": Level(0.99, 0.5), "other": Level(0.01, 0.5)},
    "phone": {
        "same": Level(0.74, None),
        "near": Level(0.06, 2e-6),
        "seen": Level(0.01, 0.000003),  # masked, and all that can be seen agrees
        "kin": Level(0.01, 0.0003),  # of a child who has none, one of the household's: brothers and sisters share it
        "other": Level(0.19, 1.0),
    },
    "home": {
        "same": Level(0.86, None),
        "household": Level(0.86, None),  # other members of the two households are known to be the same people
        "unsaid": Level(0.86, None),  # the same, but one side leaves out the stairwell
        "room": Level(0.04, 0.0005),  # building and room agree, the estate does not
        "near": Level(0.02, 0.0005),  # the estate or building misspelt, the room the same
        "building": Level(0.03, 0.004),
        "estate": Level(0.02, None),  # moved within the estate
        "other": Level(0.02, 0.99),
    },
    "relation": {"same": Level(0.9, 0.3), "other": Level(0.1, 0.7)},
    "community": {"same": Level(0.97, None), "other": Level(0.03, 0.95)},
}

DWELLING: Mapping[str, Table] = {
    # However few doors a ledger has, others have that estate, building and room: at least so many.
    "estate": {"same": Level(0.9, 0.05), "near": Level(0.06, 0.01), "other": Level(0.04, 0.95)},
    "building": {"same": Level(0.97, 0.02), "other": Level(0.03, 0.95)},
    "stairwell": {"same": Level(0.97, 0.35), "other": Level(0.03, 0.65)},
    "room": {"same": Level(0.97, 0.01), "near": Level(0.02, 0.02), "other": Level(0.01, 0.98)},
    "owner": {"same": Level(0.85, None), "near": Level(0.08, 0.002), "other": Level(0.07, 0.99)},
    "phone": {"same": Level(0.8, None), "near": Level(0.05, 2e-6), "other": Level(0.15, 1.0)},
    "area": {"same": Level(0.9, 0.03), "other": Level(0.1, 0.97)},
    "community": {"same": Level(0.97, None), "other": Level(0.03, 0.95)},
}

ORGANIZATION: Mapping[str, Table] = {
    "name": {
        "same": Level(0.7, None),
        "within": Level(0.12, 0.001),  # one name is part of the other: 丽丽美发 in 丽丽美发店河北店
        "near": Level(0.1, 0.002),
        "other": Level(0.08, 0.99),
    },
    "id": {
        "same": Level(0.5, None),
        "near": Level(0.45, 1e-6),
        "other": Level(0.05, 1.0),
        "both_valid": Level(0.001, 1.0),
    },
    "phone": {"same": Level(0.7, None), "near": Level(0.05, 2e-6), "other": Level(0.25, 1.0)},
    "home": {
        "same": Level(0.75, None),
        "household": Level(0.75, None),
        "unsaid": Level(0.75, None),
        "room": Level(0.08, 0.002),
        "near": Level(0.02, 0.002),
        "building": Level(0.05, 0.01),
        "estate": Level(0.02, None),
        "other": Level(0.08, 0.98),
    },
    "contact": {"same": Level(0.7, None), "near": Level(0.1, 0.003), "other": Level(0.2, 0.99)},
    "community": {"same": Level(0.97, None), "other": Level(0.03, 0.95)},
}

WEIGHTS: Mapping[str, Mapping[str, Table]] = {"person": PERSON, "dwelling": DWELLING, "organization": ORGANIZATION}

MATCH = 0.99
"""Probability from which a pair is taken without asking."""
QUESTION = 0.5
"""Probability from which a pair is put before a person."""
MARGIN = 6.0
"""Bits by which a pair must beat what else either record could be, else it is a question."""
