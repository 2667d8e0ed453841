"""A reason that somebody can read has four characters at least: three are none, and nothing is done."""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from gridwalk.accounts.models import User
from gridwalk.differences.actions import decisions
from gridwalk.registry.actions import corrections, looking
from gridwalk.registry.models import Person
from gridwalk.retention.actions import people
from tests.security import objects

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

Act = Callable[..., object]


def acts(world: types.SimpleNamespace) -> dict[str, tuple[str, Act, dict[str, Any]]]:
    """By what is said of too short a reason: who acts, and what is done."""
    person = world.person.pk
    of_person = {"kind": "person", "entity": person, "field": "phone"}
    return {
        "为什么要看完整号码？请写明事由，居民能看到。": ("worker", corrections.reveal, of_person),
        "为什么要看完整号码？请写明事由（不少于 4 个字），居民能看到。": (
            "lead",
            decisions.reveal,
            {"difference": world.difference.pk},
        ),
        "没有打开：请写明谁来查、为什么（不少于 4 个字），这也会记下。": (
            "street",
            looking.list_looks,
            {"person": world.person},
        ),
        "没有清除：请写明谁提出、为什么（不少于 4 个字），审计里要留着。": (
            "lead",
            people.erase_person,
            {"person": person},
        ),
    }


def test_three_characters_are_no_reason_and_four_are_one(at: dt.datetime, account: Callable[..., User]) -> None:
    world = objects.lay_out(at, account)
    Person.objects.filter(pk=world.person.pk).update(status="moved_away")  # only such a person can be erased
    viewers = objects.viewers()
    for refused, (who, act, given) in acts(world).items():
        for short in ("约上门", " 约上门 "):
            with pytest.raises(Exception) as error, transaction.atomic():
                act(actor=viewers[who], at=at, reason=short, **given)
            assert refused in str(error.value)
        with transaction.atomic():
            act(actor=viewers[who], at=at, reason="约上门看", **given)
            transaction.set_rollback(True)
