"""What stands for a record's id in an address (decision 19).

Ids that were made before 0.6 sort as the ledger did that brought them, door by door, and every id says the day it was
made on. So an address holds the id behind a keyed permutation: the key is in the key file, nothing of it is stored, and
nothing that points at the record changes.
"""

from __future__ import annotations

import hmac
import uuid

from gridwalk.core import envelope

WITHIN, OUTSIDE = 7, 8
"""The versions of a UUID (RFC 9562) that ids have, and that addresses have: 8 is for what only its maker can read."""
_HALF, _ROUNDS = 61, 4
_LOW = (1 << _HALF) - 1


def outward(pk: uuid.UUID) -> uuid.UUID:
    """What stands in an address for an id; the id itself where it is no UUIDv7 (a former phone made it)."""
    return _permuted(pk, range(_ROUNDS), OUTSIDE) if pk.version == WITHIN else pk


def inward(address: uuid.UUID) -> uuid.UUID:
    """The id that stands behind what an address holds; itself where it is an id, as in a bookmark of before 0.7."""
    return _permuted(address, range(_ROUNDS - 1, -1, -1), WITHIN) if address.version == OUTSIDE else address


def _permuted(pk: uuid.UUID, rounds: range, version: int) -> uuid.UUID:
    """All bits but the version's and the variant's, moved by a Feistel network, which the rounds backwards undo."""
    left, right = divmod((pk.int >> 80) << 74 | (pk.int >> 64 & 0xFFF) << 62 | pk.int & (1 << 62) - 1, 1 << _HALF)
    for number in rounds:
        left, right = right, left ^ _mixed(number, right)
    moved = right << _HALF | left  # halves changed about, so that the same network leads back
    return uuid.UUID(
        int=(moved >> 74) << 80 | version << 76 | (moved >> 62 & 0xFFF) << 64 | 0b10 << 62 | moved & (1 << 62) - 1
    )


def _mixed(number: int, half: int) -> int:
    digest = hmac.digest(envelope.mark_key("outward ids"), bytes([number]) + half.to_bytes(8, "big"), "sha256")
    return int.from_bytes(digest[:8], "big") & _LOW
