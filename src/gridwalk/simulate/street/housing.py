"""Buildings and doors, grid by grid, until every grid has its share."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence

from gridwalk.simulate.street import rng as chance
from gridwalk.simulate.street import words
from gridwalk.simulate.street.model import Community, Door, Place


class Housing:
    """The doors of a street; ``doors`` in walking order."""

    def __init__(self, communities: Sequence[Community], n_doors: int, seed: int) -> None:
        self._rng = chance.stream(seed, "housing")
        self._numbers: defaultdict[tuple[str, str], int] = defaultdict(int)
        self.doors: list[Door] = []
        grids = [(community, grid) for community in communities for grid in community.grids]
        shares = _shares(self._rng, n_doors, len(grids))
        for (community, grid), share in zip(grids, shares, strict=True):
            self._fill(community, grid, share)

    def _fill(self, community: Community, grid: str, share: int) -> None:
        estates = words.ESTATES.get(community.short, words.ANY_ESTATES)
        n_shops = 4
        left = share
        while left > 0:
            estate, style, _ = self._rng.choices(estates, [weight for _, _, weight in estates])[0]
            key = (community.code, "" if community.short in words.NUMBERED_THROUGH else estate)
            self._numbers[key] += 1
            number = self._numbers[key]
            building = f"{number}号院" if style == "courtyard" else f"{number}号楼"
            rooms = list(_rooms(self._rng, style))[:left]
            for stairwell, floor, room in rooms:
                self._add(
                    Place(
                        community=community.code,
                        grid=grid,
                        estate=estate,
                        building=building,
                        stairwell=stairwell,
                        floor=floor,
                        room=room,
                    ),
                    style,
                    "residential",
                )
            left -= len(rooms)
            if style in ("walkup", "tower") and n_shops:
                for shop in range(1, min(n_shops, 2) + 1):
                    place = Place(
                        community=community.code,
                        grid=grid,
                        estate=estate,
                        building=building,
                        stairwell="",
                        floor=1,
                        room=f"底商{shop}",
                    )
                    self._add(place, "shop", "business")
                n_shops -= min(n_shops, 2)

    def _add(self, place: Place, style: str, usage: str) -> None:
        low, high = {"walkup": (38, 72), "tower": (62, 148), "slab": (78, 132), "courtyard": (14, 38)}.get(
            style, (20, 90)
        )
        self.doors.append(
            Door(
                ref=f"D{len(self.doors) + 1:05d}",
                place=place,
                style=style,
                usage=usage,
                occupancy="occupied",
                tenure="owner",
                area_m2=round(self._rng.uniform(low, high), 2),
            )
        )


def _shares(rng: random.Random, total: int, n: int) -> list[int]:
    """``total`` doors over ``n`` grids, within ±8 % of each other."""
    weights = [rng.uniform(0.92, 1.08) for _ in range(n)]
    shares = [int(total * weight / sum(weights)) for weight in weights]
    for index in range(total - sum(shares)):
        shares[index % n] += 1
    return shares


def _rooms(rng: random.Random, style: str) -> Iterator[tuple[str, int, str]]:
    """(stairwell, floor, room) of one building: old six-floor blocks, towers, slabs, courtyards of single rooms."""
    if style == "courtyard":
        for room in range(1, rng.randrange(8, 20)):
            yield "", 0, str(room)
        return
    floors, stairwells, width = {
        "walkup": (6, rng.choice((3, 4, 5)), rng.choice((2, 3))),
        "tower": (rng.choice((18, 18, 24)), rng.choice((1, 2)), 4),
        "slab": (11, rng.choice((2, 3)), 2),
    }[style]
    for stairwell in range(1, stairwells + 1):
        name = f"{stairwell}门" if style == "walkup" else f"{stairwell}单元"
        for floor in range(1, floors + 1):
            for room in range(1, width + 1):
                yield name, floor, f"{floor}{room:02d}"
