"""A merge keeps what its records said before; who is erased is not to be had back by undoing it."""

from __future__ import annotations

import datetime as dt

import pytest

from gridwalk.core import envelope
from gridwalk.registry.models import Dwelling
from gridwalk.registry.tests.street import Street, phone
from gridwalk.retention.actions import people
from gridwalk.upkeep.rules import UpkeepError
from gridwalk.upkeep.tests import rows
from gridwalk.visits.tests.walk import Walk


@pytest.mark.django_db
def test_an_owner_who_is_erased_is_erased_from_the_merges_of_the_door(at: dt.datetime) -> None:
    walk = Walk(Street.lay_out(at), at)
    stays = walk.street.door("101", owner_name="张桂兰", owner_phone=phone(1))
    goes = walk.street.door("901", owner_name="李四")
    plan = rows.do(walk, "merge_dwellings", [stays.id, goes.id], fields={"owner_name": "right"})
    kept = envelope.open_(plan.undo_sealed, table="upkeep_plan", column="undo", row=plan.id)
    assert "张桂兰" in kept
    people.erase_contact(Dwelling.objects.get(pk=stays.pk))
    plan.refresh_from_db()
    assert (plan.undo_sealed, plan.state) == ("", "done")
    with pytest.raises(UpkeepError, match="到期清除"):
        rows.undo(walk, plan)
