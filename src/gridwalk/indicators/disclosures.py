"""What a viewer is shown of the counts: one plan a kind of viewer and moment, which pages, wall and documents read.

Who sees rows sees every count. Who sees counts only is shown progress to the last one, and of what is protected
(``protected``) what the plan leaves. The plan is made over all grids, whatever part of them a page is about, and is
kept with what was shown: docs/algorithms/suppression.md.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence

from django.db import transaction

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.indicators import protected, rules, tallies
from gridwalk.indicators.definitions import INDICATORS, Indicator, Moment
from gridwalk.indicators.models import Disclosure
from gridwalk.indicators.protected import PROTECTED
from gridwalk.indicators.rules import Cell, Memory, Nodes, Plan, Tree
from gridwalk.indicators.tallies import Figure
from gridwalk.territory import queries as territory
from gridwalk.territory import rules as codes

EVERY = tuple(INDICATORS.values())


@dataclasses.dataclass(frozen=True)
class Counts:
    """Figures by indicator and grid, and the plans they are shown by; without a tree they are shown as they are."""

    by_indicator: Mapping[str, Mapping[str, Figure]]
    tree: Tree | None = None
    plans: Mapping[str, Plan] = dataclasses.field(default_factory=dict)

    @property
    def withholds(self) -> bool:
        """Whether the viewer sees counts only in some of the grids."""
        return self.tree is not None

    def of(self, scope: str, grids: Collection[str]) -> dict[str, Figure | None]:
        """The figures of ``scope``, of which the viewer sees these grids, by indicator, as far as they are shown."""
        sums = {code: sum((figures[g] for g in grids), Figure()) for code, figures in self.by_indicator.items()}
        if self.tree is None:
            return dict(sums)
        standing = next(iter(self.by_indicator.values())).keys()
        area = self.tree.same.get(scope, "")
        whole = self.tree.grids.get(area, frozenset()) & standing == frozenset(grids)
        return protected.shown(sums, frozenset({area}) if whole else self.tree.cover(frozenset(grids)), self.plans)

    def any_in(self, grids: Collection[str]) -> bool:
        """Whether anything is counted there; where something is withheld, of what is public: that somebody has no home
        and so stands in grid 000 is linkage.
        """
        told = self.by_indicator if self.tree is None else self.by_indicator.keys() & protected.PUBLIC
        return any(self.by_indicator[code][grid].d for code in told for grid in grids)


def sees_all(viewer: Viewer, grids: Collection[str]) -> bool:
    """Whether nothing is withheld from the viewer: rows are seen in each of the grids."""
    return all(viewer.may(Verb.SEE_ROWS_MASKED, grid) for grid in grids)


def counts(
    viewer: Viewer, moment: Moment, grids: Sequence[str], *, at: dt.datetime, indicators: Sequence[Indicator] = EVERY
) -> Counts:
    """The counts of ``grids`` as far as the viewer is shown them."""
    if sees_all(viewer, grids):
        return Counts(tallies.figures(indicators, moment, grids, at=at))
    every = territory.grid_codes("")
    by_indicator = tallies.figures(EVERY, moment, every, at=at)
    # A community whose grid 000 is not there yet is planned as if it were: the day it comes, its neighbours are known.
    tree = rules.tree(sorted({*every, *(codes.unassigned_of(grid) for grid in every)}))
    plans = _plans(viewer.scopes(Verb.SEE_ROWS_MASKED), moment.as_of, tree, by_indicator)
    return Counts({i.code: by_indicator[i.code] for i in indicators}, tree, plans)


def _plans(
    scopes: Sequence[str], on: dt.date, tree: Tree, by_indicator: Mapping[str, Mapping[str, Figure]]
) -> dict[str, Plan]:
    """The plans of a kind of viewer, by kind of cell: those kept, while nothing moved, else made anew and kept."""
    cells = {
        name: tree.sums({g: kind.cell(by_indicator[kind.indicator].get(g, Figure())) for g in tree.grids[tree.root]})
        for name, kind in PROTECTED.items()
    }
    viewers, key = ",".join(scopes), _key(cells)
    last = tallies.last_disclosure(viewers)
    if last and (last.on, last.key) == (on, key):
        return {name: _remembered(last, name).last for name in PROTECTED}
    with transaction.atomic():
        tallies.lock_disclosures(viewers, on)
        last = tallies.last_disclosure(viewers)
        memories = {name: _remembered(last, name) for name in PROTECTED}
        if last and last.key == key:
            plans = {name: memory.last for name, memory in memories.items()}
        else:
            seen = frozenset(code for code, grids in tree.grids.items() if _all_in(grids, scopes))
            plans = {
                name: rules.plan(
                    tree, cells[name], population_is_public=kind.population_is_public, seen=seen, memory=memories[name]
                )
                for name, kind in PROTECTED.items()
            }
        tallies.keep_disclosure(
            viewers,
            on,
            key=key,
            plans={name: _kept(memories[name].after(plan, tree)) for name, plan in plans.items()},
            values={name: _values(tree, cells[name], plan) for name, plan in plans.items()},
        )
    return plans


def _remembered(last: Disclosure | None, name: str) -> Memory:
    """What was kept of one kind of cell; nothing where the kind is new."""
    kept = last.plans.get(name, {}) if last else {}
    return Memory(
        Plan(frozenset(kept.get("withheld", ())), frozenset(kept.get("pooled", ()))), frozenset(kept.get("shown", ()))
    )


def _kept(memory: Memory) -> dict[str, list[str]]:
    return {
        "withheld": sorted(memory.last.withheld),
        "pooled": sorted(memory.last.pooled),
        "shown": sorted(memory.shown),
    }


def _values(tree: Tree, cells: Mapping[str, Cell], plan: Plan) -> dict[str, tuple[int, int]]:
    return {code: (cells[code].count, cells[code].rest) for code in tree.order if code not in plan.withheld}


def _key(cells: Mapping[str, Mapping[str, Cell]]) -> str:
    """A hash of all a plan depends on beside the memory."""
    plain = {name: {code: (c.count, c.rest) for code, c in of.items()} for name, of in cells.items()}
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def _all_in(grids: Nodes, scopes: Sequence[str]) -> bool:
    return all(any(grid.startswith(scope) for scope in scopes) for grid in grids)
