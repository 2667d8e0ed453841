"""A campaign over the register's small street, and somebody who walks it; made for tests."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from typing import Any

from gridwalk.accounts.rules import SYSTEM, Viewer
from gridwalk.campaigns.actions import dispatch, founding
from gridwalk.campaigns.actions.founding import NewWave
from gridwalk.campaigns.models import Campaign, Target
from gridwalk.core import clock
from gridwalk.registry.models import Dwelling, Entity
from gridwalk.registry.tests import street as made_up
from gridwalk.registry.tests.street import GRID, Street
from gridwalk.visits.actions import recording
from gridwalk.visits.actions.recording import Answer
from gridwalk.visits.values import Found, NewVisit

BEGUN = dt.date(2026, 9, 20)


@dataclasses.dataclass
class Walk:
    """The street two weeks and a half into its campaign (``at`` is a Tuesday, 13 October, ten in the morning)."""

    street: Street
    at: dt.datetime
    worker: Viewer = dataclasses.field(default_factory=made_up.worker)
    lead: Viewer = dataclasses.field(default_factory=made_up.lead)

    def dispatch(self) -> Campaign:
        """Found a campaign and make the targets of whatever stands in the street."""
        days = [BEGUN + dt.timedelta(days=n) for n in (0, 7, 60, 100)]
        campaign = founding.create_campaign(
            actor=SYSTEM,
            at=self.at,
            name="百日行动",
            scope="120105001",
            phases={"prepare": (days[0], days[1]), "act": (days[1], days[2]), "sum_up": (days[2], days[3])},
            waves=[NewWave("全部", ("120105001",), days[1])],
        )
        dispatch.dispatch_wave(actor=SYSTEM, at=self.at, wave=campaign.waves.get().pk)
        return campaign

    def then(self, days: int = 0, hour: int = 9, minute: int = 30) -> dt.datetime:
        """That many days after ``at``'s day, by the street's clock."""
        return clock.at_local(clock.local_date(self.at) + dt.timedelta(days=days), hour, minute)

    def knock(
        self,
        door: Entity,
        outcome: str,
        when: dt.datetime,
        *,
        by: Viewer | None = None,
        findings: Found | None = None,
        **more: Any,
    ) -> Answer:
        """One visit, as the worker of the grid records it."""
        visit = NewVisit(kind=door.KIND, entity=door.pk, outcome=outcome, at=when, findings=findings or Found(), **more)
        (answer,) = recording.record_visits(actor=by or self.worker, at=self.at, grid=door.grid_id, visits=[visit])
        return answer


def target(door: Entity) -> Target:
    """The door's target as stored."""
    return Target.objects.get(entity=door.pk)


def dwelling(pk: uuid.UUID) -> Dwelling:
    """The dwelling as stored."""
    return Dwelling.objects.get(pk=pk)


__all__ = ["BEGUN", "GRID", "Walk", "dwelling", "target"]
