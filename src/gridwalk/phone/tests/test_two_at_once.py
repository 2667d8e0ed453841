"""Two phones, or one phone twice, at the same moment: the later one waits and finds what the first has done."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from gridwalk.accounts.models import User
from gridwalk.core import clock
from gridwalk.phone.tests.test_pushing import push, visit
from gridwalk.sync.actions import devices
from gridwalk.sync.actions.devices import ActivationRefused
from gridwalk.sync.models import Attempts, Device, Op
from gridwalk.visits.models import Visit
from tests.harness.phones import jwk_of
from tests.security.test_at_the_same_moment import beside, refused

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
