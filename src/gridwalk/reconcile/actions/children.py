"""Which child without a name a row means, or by which name a child is there by now: same door, same day, same sex.

A row and a record of which one has no name yet are one child; of two without a name each is found once: twins are two.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence

from gridwalk.core import clock
from gridwalk.method import newborns
from gridwalk.reconcile.actions.batch import Batch
from gridwalk.reconcile.places import Place
from gridwalk.registry.living import LIVING
from gridwalk.registry.models import Person, Residence

Cradle = tuple[uuid.UUID, dt.date]
"""A door and a day of birth."""


class Children:
    """The small children on record at the doors of a batch's rows; each is the child of one row."""

    def __init__(self, work: Batch, places: Sequence[Place]) -> None:
        self._work, self._places = work, places
        self._since = clock.local_date(clock.now()) - dt.timedelta(days=366 * newborns.YEARS)
        self._on_record: dict[Cradle, list[Person]] = defaultdict(list)
        cradles = {cradle for index in range(len(work.rows)) if (cradle := self._cradle(index))}
        links = Residence.objects.filter(
            dwelling_id__among={door for door, _ in cradles},
            to_on__isnull=True,
            kind__in=LIVING,
            person__status="active",
            person__born_on__among={born_on for _, born_on in cradles},
        ).select_related("person")
        for link in links.order_by("created_at", "id") if cradles else ():
            if link.person.born_on is not None:
                self._on_record[link.dwelling_id, link.person.born_on].append(link.person)

    def speaks_of_one(self, index: int) -> bool:
        """Whether a row speaks of a child without a name, of whom door and day of birth are known."""
        return self._cradle(index) is not None and newborns.is_unnamed(str(self._work.values[index]["name"]))

    def find(self, index: int) -> uuid.UUID | None:
        """The child on record that a row means; no other row means it too."""
        cradle = self._cradle(index)
        fit = [child for child in self._on_record.get(cradle, ()) if self._fits(index, child)] if cradle else []
        if not fit or cradle is None:
            return None
        child = min(fit, key=lambda child: not newborns.is_unnamed(child.name))  # rather one that needs a name
        self._on_record[cradle].remove(child)
        return child.pk

    def _cradle(self, index: int) -> Cradle | None:
        door, born = self._places[index].dwelling, self._work.values[index].get("born_on")
        if door is None or not born or not self._work.values[index].get("name"):
            return None
        born_on = dt.date.fromisoformat(str(born))
        return (door, born_on) if born_on >= self._since else None

    def _fits(self, index: int, child: Person) -> bool:
        values = self._work.values[index]
        name, sex = str(values["name"]), str(values.get("sex") or "")
        if values.get("id_no") and child.id_no_index:
            return False  # two numbers, two children
        if sex and child.sex and sex != child.sex:
            return False
        return name == child.name or newborns.is_unnamed(name) or newborns.is_unnamed(child.name)
