"""A door that waits for the recheck of its end, or is struck off, and what may still be entered there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gridwalk.events.actions import business, homes, letting, lives
from gridwalk.events.models import Event
from gridwalk.registry.actions.corrections import CorrectionError
from gridwalk.registry.models import Dwelling, Person
from gridwalk.registry.tests.street import (
    Street,
    lead,
    links,
)

SAID = {"on": "2026-06-01", "told": "self", "seen": "1"}


def test_a_door_on_its_way_out_takes_nobody_and_lets_people_go(street: Street) -> None:
    """Waiting for the recheck of its end it takes no event that brings somebody; struck off it takes none at all."""
    door = street.door()
    who = street.person("程望舒", door)
    into: dict[str, Any] = {"actor": lead(), "at": street.at, "dwelling": door.pk}
    near = SAID | {"residence_kind": "tenant", "where": "away", "name": "小吃店", "owner_name": "王试丁"}
    brings: tuple[Callable[[], Event], ...] = (
        lambda: homes.move_in(**into, people=[{"name": "程兰因"}], raw=near),
        lambda: letting.let(**into, people=[{"name": "程兰因"}], leaving=[], raw=near),
        lambda: letting.change_owner(**into, raw=near),
        lambda: business.open_business(**into, raw=near),
        lambda: lives.bear(**into, parent=[str(who.pk)], raw=near),
    )
    for status, words in (("strike_off_pending", "正等着注销复核，没有记"), ("struck_off", "已注销，没有记")):
        Dwelling.objects.filter(pk=door.pk).update(status=status)
        for bring in brings:
            with pytest.raises(CorrectionError, match=words):
                bring()
    assert not Event.objects.exists() and Person.objects.count() == 1
    with pytest.raises(CorrectionError, match="已注销，没有记"):
        homes.move_out(**into, who=[str(who.pk)], raw=near)
    Dwelling.objects.filter(pk=door.pk).update(status="strike_off_pending")
    homes.move_out(**into, who=[str(who.pk)], raw=near | {"where": "unknown"})
    assert links(who) == [(door.pk, "registered_here")]
