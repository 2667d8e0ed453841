"""What care recipients of the synthetic street need, and what they say when they are asked again."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence

from gridwalk.simulate.street import rng as chance
from gridwalk.visits import needs
from gridwalk.visits.models import CareNeed
from gridwalk.visits.needs import Need

IN_NEED, SETTLED = 0.07, 0.75
"""How many contacts find a need; of those asked about one, how many say that it is met."""
Waiting = dict[uuid.UUID, list[tuple[uuid.UUID, dt.date]]]


def waiting(persons: Sequence[uuid.UUID]) -> Waiting:
    """The followed needs of these persons: (need, the day it was found)."""
    needs_of: Waiting = defaultdict(list)
    rows = CareNeed.objects.filter(state__in=needs.FOLLOWED, contact__label__person__in=persons).order_by("id")
    for person, need, on in rows.values_list("contact__label__person", "id", "contact__on"):
        needs_of[person].append((need, on))
    return needs_of


def need(op: uuid.UUID, person: uuid.UUID, on: dt.date, waiting: Waiting) -> Need:
    """What a contact brings: now and then a need, and the answers to what was found before that day."""
    rng = chance.stream(0, op, "care")
    asked = tuple((need, rng.random() < SETTLED) for need, found_on in waiting.get(person, ()) if found_on < on)
    if asked or rng.random() >= IN_NEED:
        return Need(person=person, help="none", asked=asked)
    what, help_ = rng.choice(list(needs.NEEDS)), rng.choice(["given", "given", "referred", "referred", "none"])
    if help_ != "referred":
        return Need(person=person, need=what, help=help_)
    return Need(
        person=person,
        need=what,
        help=help_,
        to=rng.choice(list(needs.REFERRED_TO)),
        by=on + dt.timedelta(days=rng.randrange(5, 21)),
    )
