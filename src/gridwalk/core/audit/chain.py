"""The audit's chain of hashes: every line holds a keyed hash over itself and the line before it. Pure.

A line that is changed, removed or inserted breaks the chain at that place. Who has the database without the key file
cannot write the chain after it anew; who cuts off its end, or has the key file too, is found out by a seal kept
elsewhere (``verify.write_seal``). See docs/decisions/0007-audit-chain.md.
"""

from __future__ import annotations

import datetime as dt
import decimal
import hashlib
import hmac
import json
import uuid
from collections.abc import Collection, Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC

ALGORITHMS = ("SHA256", "SM3")
KEYED = {"SHA256": "hs256", "SM3": "hsm3"}
"""How a link says that it is an HMAC of this algorithm."""
LOOSE = "="
"""Begins the name of a chain that belongs to no locked stream: accounts, files, readings of one community."""
COMMUNITY_DIGITS = 12


def chain_of(scope: str, locked: Collection[str]) -> str:
    """The chain a line goes into: that of its own grid where it is locked, else of the first locked one, else its
    community's.
    """
    if scope in locked:
        return scope
    return min(locked) if locked else LOOSE + scope[:COMMUNITY_DIGITS]


def link(previous: str, line: Mapping[str, Any], *, alg: str, key: bytes) -> str:
    """``hs256:…`` or ``hsm3:…``, an HMAC over the hash before and the line. Raises ValueError for another algorithm.

    ``line``: its columns, ``at`` aware, ``data`` as JSON knows it.
    """
    return f"{KEYED[alg]}:{_mac(_chained(previous, line), alg=alg, key=key)}"


def holds(link_: str, previous: str, line: Mapping[str, Any], *, key: bytes, unkeyed: bool) -> bool:
    """Whether a link is that of a line and the hash before. ``unkeyed``: lines of version 0.2 and before, which bear
    ``sha256:…`` or ``sm3:…``.
    """
    name, _, _ = link_.partition(":")
    for alg in ALGORITHMS:
        if name == KEYED[alg]:
            return hmac.compare_digest(link_, link(previous, line, alg=alg, key=key))
        if name == alg.lower():
            return unkeyed and link_ == f"{name}:{digest(_chained(previous, line), alg=alg)}"
    return False


def anchor(code: str, seq: int, head: str, *, key: bytes) -> str:
    """What says of a chain that it is unkeyed up to a line, and which hash that line has."""
    return f"{KEYED['SHA256']}:{_mac(f'{code}|{seq}|{head}'.encode(), alg='SHA256', key=key)}"


def _chained(previous: str, line: Mapping[str, Any]) -> bytes:
    return previous.encode() + b"|" + _canonical(line)


def _mac(data: bytes, *, alg: str, key: bytes) -> str:
    if alg == "SHA256":
        return hmac.digest(key, data, "sha256").hex()
    keyed = HMAC(key, hashes.SM3())
    keyed.update(data)
    return keyed.finalize().hex()


def digest(data: bytes, *, alg: str) -> str:
    """Hexadecimal SHA-256 or SM3 (GB/T 32905). Raises ValueError for another algorithm."""
    if alg == "SHA256":
        return hashlib.sha256(data).hexdigest()
    if alg == "SM3":
        hashing = hashes.Hash(hashes.SM3())
        hashing.update(data)
        return hashing.finalize().hex()
    raise ValueError(f"no algorithm {alg}")


def algorithm_of(link_: str) -> str:
    """The algorithm a hash was made with. Raises ValueError."""
    alg = link_.split(":")[0].upper()
    if alg not in ALGORITHMS:
        raise ValueError(f"no algorithm {alg}")
    return alg


def _canonical(line: Mapping[str, Any]) -> bytes:
    """One spelling of a line, the same before it is stored and after it is read back."""
    plain = {name: _plain(value) for name, value in line.items()}
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, float) and value.is_integer():  # jsonb gives 1e16 back as the whole number it is written as
        return int(decimal.Decimal(repr(value)))
    return value
