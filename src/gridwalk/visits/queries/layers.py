"""The other views of a building's chart: how its doors are used, whose contact is due, what is asked about them.

They tell vacancy, letting and care, so they are shown to who may see those, on the screen alone; that one of the first
two was opened is noted (red line 5).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection, Mapping

from gridwalk.accounts.rules import Viewer
from gridwalk.core.queries import NotHere
from gridwalk.registry import predicates
from gridwalk.registry.living import LIVING
from gridwalk.registry.models import Residence
from gridwalk.registry.queries import entities
from gridwalk.registry.queries.entities import DoorRow
from gridwalk.territory.models import Building
from gridwalk.visits.queries.chart import Cell, Elevation

WALK = "walk"
LAYERS = {WALK: "走访", "living": "居住", "care": "关爱到期", "differences": "差异"}
NOTED = {"living", "care"}
"""Opening one of these is noted."""
_USES = {
    "自住": ("自", "n"),
    "出租房": ("租", "q"),
    "借住": ("借", "n"),
    "空房": ("空", "k"),
    "待核实": ("？", "n"),
}
_DUE, _IN_TIME, _ASKED, _NOTHING = ("到", "e"), ("关", "n"), ("异", "z"), ("", "n")
_ORDER = (*_USES.values(), _DUE, _IN_TIME, _ASKED)
"""The marks of the views as a legend has them."""


def offered(viewer: Viewer, building: Building) -> dict[str, str]:
    """The views somebody may open of a building: code → name; the first alone is no choice."""
    return LAYERS if entities.sees_use(viewer, building.grid_id) else {}


def over(viewer: Viewer, building: Building, chart: Elevation, layer: str, today: dt.date) -> Elevation:
    """The same chart with each door marked by a layer; a constant number of queries. Raises NotHere."""
    if layer not in offered(viewer, building):
        raise NotHere
    marked = _marks(layer, chart.doors, today)
    counted = Counter(mark for mark in marked.values() if mark[0])

    def cell(of: Cell) -> Cell:
        character, tone, words = marked[of.dwelling]
        spoken = "，".join(filter(None, [f"{of.floor}层 {of.room}", words]))
        return dataclasses.replace(of, mark=character, tone=tone, let=False, care=False, label=spoken)

    return dataclasses.replace(
        chart,
        floors=[
            (floor, [[cell(of) if of else None for of in cells] for cells in line]) for floor, line in chart.floors
        ],
        shops=[cell(of) for of in chart.shops],
        legend=[(*mark, counted[mark]) for mark in sorted(counted, key=lambda mark: _ORDER.index(mark[:2]))],
    )


def _marks(layer: str, doors: Mapping[uuid.UUID, DoorRow], today: dt.date) -> dict[uuid.UUID, tuple[str, str, str]]:
    due = _due(doors, today) if layer == "care" else set()
    return {pk: _mark(layer, row, is_due=pk in due) for pk, row in doors.items()}


def _mark(layer: str, row: DoorRow, *, is_due: bool) -> tuple[str, str, str]:
    """A door's character and tone, and what they say: nothing of one in a grid whose use may not be seen."""
    if layer == "living":
        return (*_USES[row.label], row.label) if row.label else (*_NOTHING, "")
    if layer == "care":
        due = (*_DUE, "关爱联系到期") if is_due else (*_IN_TIME, "有关爱联系，没到期")
        return due if row.has_care else (*_NOTHING, "")
    return (*_ASKED, "有差异待定") if row.n_differences else (*_NOTHING, "")


def _due(dwellings: Collection[uuid.UUID], today: dt.date) -> set[uuid.UUID]:
    """Those of the doors where somebody lives whose care contact is overdue."""
    late = predicates.people().filter(predicates.person_active() & predicates.care_overdue(today))
    links = Residence.objects.filter(dwelling_id__in=dwellings, to_on__isnull=True, kind__in=LIVING)
    return set(links.filter(person__in=late).values_list("dwelling_id", flat=True))
