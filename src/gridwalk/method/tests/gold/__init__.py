"""Addresses labelled by hand, and how well ``addresses.parse`` reads them.

``addresses.csv``: what a careful clerk would say of each address, in the parts of ``addresses.Address``; ``answer``
door, or ask where a question to a person is right; ``part`` dev; open: held out at first, and looked at in November
2026 to learn the kinds that were lost; held: never looked at while the rules were made.
A house number's own place (a road, lane, village or 里) stands in ``road``; where a road and number stand for the
estate, estate is empty.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from gridwalk.method import address_places, address_writing, addresses
from gridwalk.method.addresses import Address

PARTS = ("dev", "open", "held")


def rows() -> list[dict[str, str]]:
    """The labelled addresses."""
    with Path(__file__).with_name("addresses.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def verdict(row: dict[str, str]) -> str:
    """right · wrong: another door is claimed, or one where a question is right · placed: the right door, its road
    otherwise · asked: a question where a clerk can tell.
    """
    read = addresses.parse(row["address"])
    if row["answer"] == "ask":
        return "right" if read.fault else "wrong"
    if read.fault:
        return "asked"
    estate = row["estate"]
    if row["building"] and row["number"] and not estate:
        estate = address_places.place_name(row["road"], row["number"])
    door = Address(
        road=row["road"],
        number=row["number"],
        estate=estate,
        building=row["building"],
        stairwell=row["stairwell"],
        floor=None,
        room=row["room"],
    )
    if address_writing.key(read) != address_writing.key(door):
        return "wrong"
    return "right" if (read.road, read.number) == (door.road, door.number) else "placed"


def shares(*parts: str) -> dict[str, float]:
    """Share of each verdict among the addresses of some parts, 0–1; ``n`` how many there are."""
    verdicts = Counter(verdict(row) for row in rows() if row["part"] in parts)
    n = verdicts.total()
    return {"n": n} | {name: verdicts[name] / n for name in ("right", "wrong", "placed", "asked")}
