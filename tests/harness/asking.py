"""An inspector with a phone in the world of the model: the doors of two samples, and what is heard at them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from gridwalk.accounts.models import User
from gridwalk.campaigns.models import Target
from gridwalk.inspection.models import SampledDoor
from gridwalk.inspection.rules import Kind
from gridwalk.inspection.tests.test_drawing import STREET, drawn
from gridwalk.registry.models import Dwelling

if TYPE_CHECKING:
    from tests.harness.sync_world import Run

__all__ = ["HEARD", "STREET", "WAYS", "draw", "hear"]

HEARD: tuple[tuple[str, dict[str, Any]], ...] = (
    ("answer", {"visited": "yes", "who": "met", "fields": {"tenure": "let"}}),
    ("answer", {"visited": "no", "who": "another"}),
    ("approach", {"outcome": "nobody"}),
    ("approach", {"outcome": "nobody"}),
    ("approach", {"outcome": "refused"}),
    ("approach", {"outcome": "opted_out"}),
    ("leave", {}),
)
WAYS = ("call", "knock")


def draw(at: dt.datetime, inspector: User) -> list[SampledDoor]:
    """The doors of two samples over the whole street, each door in both, given to one inspector; in the walk.

    They are drawn of what was visited, and the targets are as before afterwards: nobody's day is another for it.
    """
    targets = Target.objects.all()
    fresh = targets.values("state", "outcome", "n_visits").distinct().get()
    targets.update(state="visited", outcome="met", n_visits=1)
    for kind in (Kind.ESTIMATION, Kind.MUTUAL):
        drawn(at, kind)
    targets.update(**fresh)
    SampledDoor.objects.update(inspector=inspector)
    walk = dict(Dwelling.objects.values_list("id", "walk_key"))
    doors = SampledDoor.objects.select_related("sample")
    return sorted(doors, key=lambda door: (walk[door.dwelling], door.sample.kind))


def hear(run: Run, door: int, what: int, way: int, minutes: int = 0) -> None:
    """Something is heard at a door, or nothing: by ``WAYS`` and ``HEARD``; so many ``minutes`` before it is told."""
    if run.inspector.wiped:
        return
    verb, said = HEARD[what % len(HEARD)]
    sampled = run.world.sampled[door % len(run.world.sampled)]
    data = said | ({} if verb == "leave" else {"way": WAYS[way % len(WAYS)]})
    sent = run.inspector.write(f"sample.{verb}", "sampled_door", sampled.pk, data=data)
    sent.op["at"] = (run.inspector.wire.now() - dt.timedelta(minutes=minutes)).isoformat()
    run.faults["heard"] += 1
