"""``bench suppression``: seasons published day by day, and somebody who wants to solve what is withheld.

The attacker knows every definition, all that is progress, everything shown on every day, and that denominators move by
events only: which grids had one on which day is known, not what it was. Of every withheld count it is reckoned how many
values fit. On a few drawn ones a linear programme over the days around them says it once more.
"""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import random
import time
from collections.abc import Iterator

import numpy as np

from benchmarks import seasons
from benchmarks.results import Result
from benchmarks.seasons import Season
from gridwalk.indicators import rules
from gridwalk.indicators.rules import FIRST_TIME, Cell, Tree
from tests.harness.attacker import Attacker

PUBLIC = frozenset({"explained", "in_person", "dwellings_resolved"})
"""Kinds whose population is progress: doors, visited doors, doors that are left."""
SIDES = ("count", "rest")
FIVE, AROUND, DRAWN = 5, 3, 3
COMMUNITY = 12


@dataclasses.dataclass
class Tally:
    """What came of the attack. ``bound``: withheld counts of which progress alone leaves fewer than five values."""

    withheld: int = 0
    solved: int = 0
    bound: int = 0
    programmes: int = 0
    programmes_solved: int = 0
    communities: int = 0
    communities_withheld: int = 0
    plans: int = 0
    planning: float = 0.0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(a + b for a, b in zip(dataclasses.astuple(self), dataclasses.astuple(other), strict=True)))


@dataclasses.dataclass(frozen=True)
class Published:
    """One kind of one season: by day and area count and rest, and whether they are withheld; ``moved``: by grid."""

    tree: Tree
    count: dict[str, np.ndarray]
    rest: dict[str, np.ndarray]
    withheld: dict[str, np.ndarray]
    moved: dict[str, np.ndarray]


def publish(season: Season, kind: str, tally: Tally) -> Published:
    """The days of a season as they are shown, each with what was shown before it in mind."""
    tree = rules.tree(season.grids)
    memory = FIRST_TIME
    hidden = []
    for count, rest in zip(season.counts[kind], season.rests[kind], strict=True):
        began = time.perf_counter()
        cells = tree.sums({g: Cell(int(n), int(m)) for g, n, m in zip(season.grids, count, rest, strict=True)})
        plan = rules.plan(tree, cells, population_is_public=kind in PUBLIC, memory=memory)
        memory = memory.after(plan, tree)
        tally.planning += time.perf_counter() - began
        hidden.append(plan.withheld)
    tally.plans += len(hidden)
    sides = []
    for of in (season.counts[kind], season.rests[kind]):
        by_grid = dict(zip(season.grids, of.T, strict=True))
        sides.append({area: sum(by_grid[g] for g in grids) for area, grids in tree.grids.items()})
    withheld = {area: np.array([area in day for day in hidden]) for area in tree.order}
    return Published(tree, sides[0], sides[1], withheld, dict(zip(season.grids, season.moved.T, strict=True)))


def told(shown: Published, *, public: bool) -> dict[str, np.ndarray]:
    """On which days the population of each area is known: shown, unmoved since or until it was, or told by a sum."""
    tree = shown.tree
    known = {area: np.ones(seasons.DAYS, bool) if public else ~shown.withheld[area] for area in tree.order}
    if public:
        return known
    unmoved = {area: ~np.any([shown.moved[g] for g in grids], axis=0) for area, grids in tree.grids.items()}
    while True:
        before = sum(int(days.sum()) for days in known.values())
        for area, days in known.items():
            for day in range(1, seasons.DAYS):
                days[day] |= days[day - 1] and unmoved[area][day]
            for day in range(seasons.DAYS - 1, 0, -1):
                days[day - 1] |= days[day] and unmoved[area][day]
        for area, children in tree.children.items():
            n_unknown = sum((~known[c]).astype(int) for c in children)
            known[area] |= n_unknown == 0
            for c in children:
                known[c] |= known[area] & (n_unknown == 1)
        if sum(int(days.sum()) for days in known.values()) == before:
            return known


def attack(shown: Published, known: dict[str, np.ndarray], empty: frozenset[str]) -> dict[str, np.ndarray]:
    """By area and day how many values fit of what fits least: count, rest, or population where it is not known.

    Children whose population is not known have theirs together, and share it in any way. ``empty``: grids of which it
    is known that nothing is so of anybody in them.
    """
    tree = shown.tree
    population = {area: shown.count[area] + shown.rest[area] for area in tree.order}
    low, high, together = {}, {}, {}
    for area in reversed(tree.order):
        hidden = shown.withheld[area]
        low[area] = np.where(hidden, 0, shown.count[area])
        high[area] = np.where(hidden, 0 if area in empty else population[area], shown.count[area])
        if children := tree.children.get(area):
            together[area] = sum(np.where(known[c], 0, population[c]) for c in children)
            low[area] = np.maximum(low[area], sum(np.where(known[c], low[c], 0) for c in children))
            most = sum(np.where(known[c], high[c], 0) for c in children) + together[area]
            high[area] = np.minimum(high[area], most)
    ends = {tree.root: (low[tree.root], high[tree.root])}
    fewest = {tree.root: ends[tree.root][1] - ends[tree.root][0] + 1}
    for area in tree.order:
        children = tree.children.get(area, ())
        least = sum(np.where(known[c], low[c], 0) for c in children)
        most = sum(np.where(known[c], high[c], 0) for c in children) + together.get(area, 0)
        floor, ceiling = ends[area]
        for c in children:
            at_least = np.maximum(low[c], floor - (most - high[c]))
            at_most = np.minimum(high[c], ceiling - (least - low[c]))
            pool_least = np.maximum(0, floor - (most - together[area]))
            pool_most = np.minimum(together[area], ceiling - least)
            others = sum((~known[other]).astype(int) for other in children if other != c and other not in empty)
            share_least = np.where((others == 0) & (c not in empty), pool_least, 0)
            share_most = np.where(c in empty, 0, pool_most)
            ends[c] = np.where(known[c], at_least, share_least), np.where(known[c], at_most, share_most)
            n_counts = ends[c][1] - ends[c][0] + 1
            n_rests = together[area] - pool_least + 1
            fewest[c] = np.where(known[c], n_counts, n_rests if c in empty else np.minimum(n_counts, n_rests))
    return fewest


def programmes(shown: Published, public: bool, empty: frozenset[str], draw: random.Random, tally: Tally) -> None:
    """The same of a few drawn counts by linear programmes over the days around them, all that was shown in them."""
    withheld = [(a, int(day)) for a, days in shown.withheld.items() if a not in empty for day in np.flatnonzero(days)]
    for area, day in draw.sample(withheld, min(DRAWN, len(withheld))):
        attacker = Attacker()
        for grid in empty:
            attacker.learn({("count", grid, day): 1}, 0)
        _learn(attacker, shown, range(max(0, day - AROUND), min(seasons.DAYS, day + AROUND + 1)), public)
        population = int(shown.count[area][day] + shown.rest[area][day])
        at_least = min(FIVE, population + 1) if public else FIVE
        for side in SIDES:
            fitting = attacker.fitting({(side, grid, day): 1 for grid in shown.tree.grids[area]})
            tally.programmes += 1
            tally.programmes_solved += len(fitting) < at_least


def _learn(attacker: Attacker, shown: Published, days: range, public: bool) -> None:
    for day in days:
        for area, grids in shown.tree.grids.items():
            values = int(shown.count[area][day]), int(shown.rest[area][day])
            if not shown.withheld[area][day]:
                for side, value in zip(SIDES, values, strict=True):
                    attacker.learn({(side, grid, day): 1 for grid in grids}, value)
            elif public:
                attacker.learn({(side, grid, day): 1 for grid in grids for side in SIDES}, sum(values))
        for grid, moved in shown.moved.items():
            if day > days.start and not moved[day] and not public:
                signs = {(side, grid, on): sign for side in SIDES for on, sign in ((day, 1), (day - 1, -1))}
                attacker.learn(signs, 0)


def attacked(seed: int) -> Tally:
    """One season, published and attacked."""
    tally, season, draw = Tally(), seasons.season(seed), random.Random(seed)
    nobody_linked = frozenset(g for g, doorless in zip(season.grids, season.doorless, strict=True) if doorless)
    for kind in seasons.KINDS:
        shown = publish(season, kind, tally)
        public = kind in PUBLIC
        empty = nobody_linked if kind == "linkage" else frozenset()
        fewest = attack(shown, told(shown, public=public), empty)
        for area, hidden in shown.withheld.items():
            population = shown.count[area] + shown.rest[area]
            left = population + 1 if public else FIVE
            tally.withheld += int(hidden.sum())
            tally.bound += int((hidden & (left < FIVE)).sum())
            tally.solved += int((hidden & (fewest[area] < np.minimum(FIVE, left))).sum())
            if len(area) == COMMUNITY:
                tally.communities += len(hidden)
                tally.communities_withheld += int(hidden.sum())
        programmes(shown, public, empty, draw, tally)
    return tally


def everything(*, quick: bool) -> Iterator[Result]:
    """Counts that can be solved, how many are withheld, what a plan costs."""
    n = 20 if quick else 1000
    with multiprocessing.Pool(os.cpu_count()) as pool:
        tally = sum(pool.imap_unordered(attacked, range(n), chunksize=4), Tally())
    note = f"{n} seasons, {tally.withheld:,} withheld; of {tally.bound:,} progress alone leaves fewer than five"
    yield Result(name="suppression solved", value=tally.solved, unit="counts", goal=0, note=note)
    note = f"{tally.programmes:,} drawn ends over {2 * AROUND + 1} days"
    yield Result(name="suppression programmes", value=tally.programmes_solved, unit="counts", goal=0, note=note)
    share = tally.communities_withheld / tally.communities
    yield Result(name="suppression withheld", value=share, unit="share", goal=0.25, note="of communities' counts")
    each = 1000 * tally.planning / tally.plans * len(seasons.KINDS)
    yield Result(name="suppression plan", value=each, unit="ms", goal=50, note="a street, all kinds, anew")
