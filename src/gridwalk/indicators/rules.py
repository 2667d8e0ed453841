"""Which counts are withheld from who sees counts only, on plain values (domain.md, red line 5).

How and why: docs/algorithms/suppression.md.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable, Mapping, Sequence, Set

from gridwalk.territory import rules as codes

SMALLEST_CELL = 5
SLACK = SMALLEST_CELL - 1
"""Five values fit where the largest is at least this much above the smallest."""
SHOWABLE = 2 * SMALLEST_CELL
"""The smallest population whose count and complement can both be large enough to be shown."""
PARTNERS = 2
"""How many areas a pool has at least, grid 000 not counted."""
WITHHELD = "不公开"
"""The one sign for what is withheld, whatever the reason: a second sign would be a bound."""
LEGEND = "不公开：人数、户数太少，或者由它能算出别处太少的数。"

Range = tuple[int, int]
Nodes = frozenset[str]


@dataclasses.dataclass(frozen=True)
class Cell:
    """Of how many of a population something is so, and of how many it is not."""

    count: int = 0
    rest: int = 0

    def __add__(self, other: Cell) -> Cell:
        return Cell(self.count + other.count, self.rest + other.rest)

    @property
    def population(self) -> int:
        """Both together."""
        return self.count + self.rest

    @property
    def is_small(self) -> bool:
        """Whether fewer than five are so, or fewer than five are not; none and all are as telling as one."""
        return self.count < SMALLEST_CELL or self.rest < SMALLEST_CELL


@dataclasses.dataclass(frozen=True)
class Tree:
    """Areas as sums of areas, down to the grids. An area with one child has its figures, so the child stands for it.

    ``children``: of every area that has several. ``same``: every prefix → the area of the tree that stands for it.
    """

    root: str
    children: Mapping[str, tuple[str, ...]]
    same: Mapping[str, str]

    @functools.cached_property
    def order(self) -> tuple[str, ...]:
        """Every area, a parent before its children."""
        order = [self.root]
        for code in order:
            order += self.children.get(code, ())
        return tuple(order)

    @functools.cached_property
    def parent(self) -> dict[str, str]:
        """The area above each."""
        return {child: code for code, children in self.children.items() for child in children}

    @functools.cached_property
    def grids(self) -> dict[str, Nodes]:
        """The grids inside each area."""
        grids: dict[str, Nodes] = {}
        for code in reversed(self.order):
            children = self.children.get(code)
            grids[code] = frozenset().union(*(grids[c] for c in children)) if children else frozenset({code})
        return grids

    def below(self, tops: Iterable[str]) -> Nodes:
        """These areas and all inside them."""
        areas = list(tops)
        for code in areas:
            areas += self.children.get(code, ())
        return frozenset(areas)

    def cover(self, grids: Set[str]) -> Nodes:
        """The fewest areas that are these grids together."""
        areas, open_ = [], [self.root]
        for code in open_:
            if self.grids[code] <= grids:
                areas.append(code)
            elif self.grids[code] & grids:
                open_ += self.children.get(code, ())
        return frozenset(areas)

    def sums(self, by_grid: Mapping[str, Cell]) -> dict[str, Cell]:
        """The cell of every area."""
        cells: dict[str, Cell] = {}
        for code in reversed(self.order):
            children = self.children.get(code)
            cells[code] = sum((cells[c] for c in children), Cell()) if children else by_grid[code]
        return cells


def tree(grids: Sequence[str]) -> Tree:
    """The tree of areas over ``grids``, of which there is at least one."""
    paths = {grid: ["", *(codes.scope_of(area) for area in codes.above(grid)), grid] for grid in sorted(grids)}
    children: dict[str, tuple[str, ...]] = {}
    same: dict[str, str] = {}

    def stand(members: Sequence[str], depth: int) -> str:
        code = paths[members[0]][depth]
        if code == members[0]:
            same[code] = code
            return code
        parts: dict[str, list[str]] = {}
        for grid in members:
            parts.setdefault(paths[grid][depth + 1], []).append(grid)
        standing = tuple(stand(part, depth + 1) for part in parts.values())
        if len(standing) > 1:
            children[code] = standing
        same[code] = code if len(standing) > 1 else standing[0]
        return same[code]

    return Tree(stand(list(paths), 0), children, same)


def ranges(tree: Tree, cells: Mapping[str, Cell], hidden: Set[str]) -> tuple[dict[str, Range], dict[str, Range]]:
    """The counts of each area that fit what is shown: as seen from below alone, and from everywhere.

    Shown are all populations, and the count of each area that is not ``hidden``. In a tree of sums two passes reach
    both ends of a linear programme, and every whole number between them fits.
    """
    below: dict[str, Range] = {}
    for code in reversed(tree.order):
        cell = cells[code]
        low, high = (0, cell.population) if code in hidden else (cell.count, cell.count)
        if children := tree.children.get(code):
            low = max(low, sum(below[c][0] for c in children))
            high = min(high, sum(below[c][1] for c in children))
        below[code] = low, high
    fitting = {tree.root: below[tree.root]}
    for code in tree.order:
        children = tree.children.get(code, ())
        least, most = sum(below[c][0] for c in children), sum(below[c][1] for c in children)
        for c in children:
            low, high = below[c]
            fitting[c] = max(low, fitting[code][0] - (most - high)), min(high, fitting[code][1] - (least - low))
    return below, fitting


def _is_wide(fitting: Range, room: int, *, pool: bool) -> bool:
    """Whether five values fit, or all that the population leaves (``room``). What a pool may be its members share."""
    low, high = fitting
    if pool:
        return high >= SLACK and room - low >= SLACK
    return high - low >= min(SLACK, room)


def _rooms(tree: Tree, cells: Mapping[str, Cell], seen: Nodes) -> dict[str, int]:
    """The population of each area without that of the grids whose rows the viewer sees."""
    rooms: dict[str, int] = {}
    for code in reversed(tree.order):
        children = tree.children.get(code)
        whole = sum(rooms[c] for c in children) if children else cells[code].population
        rooms[code] = 0 if code in seen else whole
    return rooms


def withheld(
    tree: Tree, cells: Mapping[str, Cell], *, seen: Nodes = frozenset(), before: Nodes = frozenset(), pools: Nodes
) -> set[str]:
    """The areas whose cell is withheld where every population is public.

    ``seen``: areas whose rows the viewer sees, so that nothing can be withheld there; ``before``: what was withheld
    last time, which is withheld again rather than another; ``pools``: areas that are never shown.
    """
    free = {code for code in tree.order if code not in seen and cells[code].population}
    hidden = {code for code in free if code in pools or cells[code].is_small}
    rooms = _rooms(tree, cells, seen)
    given_up: set[str] = set()
    while True:
        below, fitting = ranges(tree, cells, hidden)
        narrow = [
            c for c in tree.order if c in hidden - given_up and not _is_wide(fitting[c], rooms[c], pool=c in pools)
        ]
        if not narrow:
            return hidden
        shown = free - hidden
        tight = {c for c in narrow if not _is_wide(below[c], rooms[c], pool=c in pools)}
        # From below first: what is told by its own parts tells others, which need no partner once it is mended.
        sums = {code for code in tight if _any_in(tree.children.get(code, ()), shown)}
        if not sums:
            telling = {code: _telling_sum(tree, code, shown) for code in narrow if code not in tight}
            given_up.update(tight, (code for code, above in telling.items() if above is None))
            sums = {above for above in telling.values() if above is not None}
        for above in sums:
            siblings = [c for c in tree.children[above] if c in shown]
            hidden.add(_partner(cells, siblings, before) if siblings else above)


def _telling_sum(tree: Tree, code: str, shown: Set[str]) -> str | None:
    """The area above ``code`` whose sum gives it away and can be mended: shown, or with a part that is; None: none."""
    above = tree.parent.get(code)
    while above is not None and above not in shown and not _any_in(tree.children[above], shown):
        above = tree.parent.get(above)
    return above


def _any_in(areas: Iterable[str], shown: Set[str]) -> bool:
    return any(area in shown for area in areas)


def _partner(cells: Mapping[str, Cell], siblings: Sequence[str], before: Nodes) -> str:
    """The one to withhold as well: rather one that was before, then the smallest that has room."""
    return min(siblings, key=lambda c: (cells[c].population < SLACK, c not in before, cells[c].population, c))


@dataclasses.dataclass(frozen=True)
class Plan:
    """``withheld``: the areas whose cell is withheld; ``pooled``: those among them whose population is not told."""

    withheld: Nodes = frozenset()
    pooled: Nodes = frozenset()


@dataclasses.dataclass(frozen=True)
class Memory:
    """What a kind of viewer was shown so far. ``last``: the plan before; ``shown``: the areas that ever were."""

    last: Plan = Plan()
    shown: Nodes = frozenset()

    def after(self, plan: Plan, tree: Tree) -> Memory:
        """The memory once a plan has been shown."""
        return Memory(plan, self.shown | (frozenset(tree.order) - plan.withheld))


FIRST_TIME = Memory()


def plan(
    tree: Tree,
    cells: Mapping[str, Cell],
    *,
    population_is_public: bool,
    seen: Nodes = frozenset(),
    memory: Memory = FIRST_TIME,
) -> Plan:
    """What is withheld of one kind of cell, over all areas at once."""
    if population_is_public:
        return Plan(frozenset(withheld(tree, cells, seen=seen, before=memory.last.withheld, pools=frozenset())))
    pools = _pools(tree, cells, seen, memory)
    pooled = tree.below(member for members in pools.values() for member in members)
    if tree.root in pooled:
        return Plan(pooled - seen, pooled - seen)
    children = {
        c: tuple(m for m in members if m not in pooled) for c, members in tree.children.items() if c not in pooled
    }
    sums = dict(cells)
    for above, members in pools.items():
        name = f"{above}+"
        children[above] += (name,)
        sums[name] = sum((cells[m] for m in members), Cell())
    names = frozenset(f"{above}+" for above in pools)
    standing = Tree(tree.root, children, {})
    hidden = withheld(standing, sums, seen=seen, before=memory.last.withheld, pools=names)
    return Plan((frozenset(hidden) - names) | (pooled - seen), pooled - seen)


def _pools(tree: Tree, cells: Mapping[str, Cell], seen: Nodes, memory: Memory) -> dict[str, Nodes]:
    """Areas whose population is not told, by the area above them: small ones, with others they cannot be told from."""
    if cells[tree.root].population < SHOWABLE:
        return {"": frozenset({tree.root})}
    pools: dict[str, Nodes] = {}
    told = [tree.root]
    for code in told:
        children = [c for c in tree.children.get(code, ()) if c not in seen]
        if members := _pool(cells, children, memory):
            pools[code] = members
        told += [c for c in children if c not in members]
    return pools


def _pool(cells: Mapping[str, Cell], children: Sequence[str], memory: Memory) -> Nodes:
    """The children of one area that are pooled: none, or so many that none is told from the others.

    Grid 000 always is: whoever stands there has no home. Who was pooled once leaves only where no other is told by it.
    """
    small = {c for c in children if codes.is_unassigned(c)}
    small |= {c for c in children if cells[c].population < SHOWABLE and c not in memory.shown}
    before = {c for c in children if c in memory.last.pooled}
    staying = before & small
    members = small | (staying if not staying or _hides(cells, staying, memory) else before)
    others = sorted(set(children) - members, key=lambda c: (cells[c].population, c))
    partners = [c for c in others if c not in memory.shown]
    while members and partners and not _hides(cells, members, memory):
        members.add(partners.pop(0))
    if members and not _hides(cells, members, memory):
        # Better than none, though who remembers knows theirs.
        members.update([c for c in others if c in memory.shown][:PARTNERS])
    return frozenset(members)


def _hides(cells: Mapping[str, Cell], members: Set[str], memory: Memory) -> bool:
    """Whether a pool tells nothing of its members: enough of them were never shown, and there is enough in them.

    Grid 000 is not counted: without a door there, it is known that nobody in it is linked.
    """
    unknown = [c for c in members if c not in memory.shown]
    n = sum(not codes.is_unassigned(c) for c in unknown)
    return n >= PARTNERS and sum(cells[c].population for c in unknown) >= SHOWABLE
