"""Two phones, or one phone twice, at the same moment: the later one waits and finds what the first has done."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import OperationalError, transaction

from gridwalk.accounts.models import User
from gridwalk.core import clock
from gridwalk.inspection.models import Sample, SampledDoor
from gridwalk.inspection.rules import Kind
from gridwalk.inspection.tests.test_drawing import drawn
from gridwalk.phone.tests.test_pushing import push, states, visit
from gridwalk.phone.tests.test_sampled_doors import Round, round_
from gridwalk.sync.actions import devices
from gridwalk.sync.actions.devices import ActivationRefused
from gridwalk.sync.models import Attempts, Device, Op
from gridwalk.visits.models import Visit
from tests.harness.meanwhile import holding
from tests.harness.phones import jwk_of
from tests.security.test_at_the_same_moment import beside, refused

__all__ = ["round_"]

pytestmark = pytest.mark.slow
Field = Any


def test_a_push_that_is_sent_twice_at_once_is_judged_once(field: Field) -> None:
    door = field.street.door()
    field.walk.dispatch()
    wire = field.phone()
    sent = visit(1, door, "no_answer")
    answers: list[tuple[int, Any]] = []
    assert beside(lambda: answers.append(push(wire, sent)), lambda: answers.append(push(wire, sent))) == []
    (status, first), (again, second) = answers
    assert (status, again) == (200, 200) and first["results"] == second["results"]
    assert (Visit.objects.count(), Op.objects.count(), Device.objects.get().next_seq) == (1, 1, 2)


def test_an_activation_code_binds_one_phone(field: Field) -> None:
    code = field.code()

    def activate() -> None:
        devices.activate(
            user=User.objects.get(pk=field.worker.pk),
            login=field.worker.username,
            place="127.0.0.1",
            code=code,
            public_key=jwk_of(ec.generate_private_key(ec.SECP256R1())),
            name="手机",
            platform="Android",
            wire=1,
            at=clock.now(),
        )

    assert refused(beside(activate, activate), ActivationRefused, "这个激活码已经用过")
    assert Device.objects.count() == 1


def test_two_wrong_codes_at_once_count_as_two(field: Field) -> None:
    def fail() -> None:
        devices.note_failure(login=field.worker.username, place="127.0.0.1", at=clock.now())

    fail()
    assert beside(fail, fail) == []
    assert Attempts.objects.get().n == 3


def test_samples_are_held_in_one_order_whatever_was_asked_first(round_: Round) -> None:
    """Somebody holds the later one: what waits for it has the earlier one already, though it speaks of it last."""
    second = drawn(clock.now(), Kind.MUTUAL)
    SampledDoor.objects.filter(sample=second).update(inspector=round_.inspector)
    earlier, later = sorted((round_.sample, second), key=lambda sample: sample.pk)
    nobody = {"way": "knock", "outcome": "nobody"}
    heard = [
        dataclasses.replace(round_, sample=later).say(1, "102"),
        dataclasses.replace(round_, sample=earlier).say(2, "103", "approach", **nobody),
    ]

    def hold(sample: Sample, *, waits: bool = True) -> Sample:
        return Sample.objects.select_for_update(nowait=not waits).get(pk=sample.pk)

    with (
        holding(lambda: push(round_.wire, *heard), lambda: hold(later)) as waiting,
        pytest.raises(OperationalError),
        transaction.atomic(),
    ):
        hold(earlier, waits=False)
    assert states(waiting.answer()[1]) == ["accepted"] * 2
