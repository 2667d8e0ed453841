"""Planted bugs: each breaks one promise of sync, so that the model test can show that it would notice."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from gridwalk.registry import rules as registry
from gridwalk.sync.actions import pulling, pushing
from gridwalk.sync.models import Op
from gridwalk.sync.queries import devices as known_devices
from tests.harness.dice import child_before_its_parent
from tests.harness.phone_model import Habits
from tests.harness.sync_world import Run


@contextmanager
def last_write_wins() -> Iterator[None]:
    """Nobody asks whether the author saw what stands there."""
    judge = registry.judge

    def blind(*facts: Any, head: Any, seen: Any) -> Any:
        return judge(*facts, head=head, seen=registry.UNSEEN)

    with mock.patch.object(registry, "judge", blind):
        yield


@contextmanager
def no_key_against_doubles() -> Iterator[None]:
    """A repeated op is a new one: every arrival gets an id of the server's."""
    take = pushing._take

    def fresh(device: Any, viewer: Any, intentions: Any, **more: Any) -> Any:
        renamed = [_renamed(intention) for intention in intentions]
        device.next_seq = max([device.next_seq, *(intention.seq for intention in renamed)])
        with mock.patch.object(pushing, "_require_sequence", lambda *a, **k: None):
            pushed = take(device, viewer, renamed, **more)
        results = [
            r.__class__(**{**vars(r), "op": intention.op})
            for r, intention in zip(pushed.results, intentions, strict=True)
        ]
        return pushed.__class__(pushed.next_seq, results)

    with mock.patch.object(pushing, "_take", fresh):
        yield


def _renamed(intention: Any) -> Any:
    import dataclasses
    import random

    return dataclasses.replace(intention, op=uuid.uuid4(), seq=random.getrandbits(40))


@contextmanager
def place_is_enough() -> Iterator[None]:
    """Whatever stands under a place of the sequence is taken for what was sent (a copied phone)."""
    require, known_ops = pushing._require_sequence, pushing.known_ops

    def lenient(device: Any, next_seq: int, intentions: Any, **more: Any) -> None:
        try:
            require(device, next_seq, intentions, **more)
        except pushing._OtherBody:
            return

    def by_place(intentions: Any) -> Any:
        results = known_ops(intentions)
        for intention in intentions:
            standing = Op.objects.filter(seq=intention.seq, device__in=_devices()).first()
            if intention.op not in results and standing is not None:
                results[intention.op] = pushing.Result(op=intention.op, seq=intention.seq, state=standing.state)
        return results

    devices: list[Any] = []

    def _devices() -> list[Any]:
        return devices

    take = pushing._take

    def noting(device: Any, *facts: Any, **more: Any) -> Any:
        devices[:] = [device.pk]
        return take(device, *facts, **{**more, "careful": True})

    with (
        mock.patch.object(pushing, "_require_sequence", lenient),
        mock.patch.object(pushing, "known_ops", by_place),
        mock.patch.object(pushing, "_take", noting),
    ):
        yield


@contextmanager
def gaps_are_fine() -> Iterator[None]:
    """The server takes whatever comes next, and forgets what it still waited for."""
    push = pushing.push

    def any_order(**facts: Any) -> Any:
        return push(**{**facts, "oldest": facts["first"]})

    with mock.patch.object(pushing, "push", any_order):
        yield


@contextmanager
def refuses_instead_of_keeping() -> Iterator[None]:
    """What is not permitted or not valid is answered and not stored."""
    log = pushing.log_ops

    def forgetful(writing: Any, device: Any, outcomes: Any, **more: Any) -> None:
        log(writing, device, [o for o in outcomes if o.state != "returned"], **more)

    with mock.patch.object(pushing, "log_ops", forgetful):
        yield


@contextmanager
def no_tombstones() -> Iterator[None]:
    """Rows that are gone stay on the phones."""
    pull = pulling._pull_grid

    def quiet(*facts: Any, **more: Any) -> Any:
        answer = pull(*facts, **more)
        return answer.__class__(**{**vars(answer), "gone": []})

    with mock.patch.object(pulling, "_pull_grid", quiet):
        yield


@contextmanager
def answers_before_commit() -> Iterator[None]:
    """What fails while it is written is acknowledged all the same."""
    push = pushing.push

    def hopeful(**facts: Any) -> Any:
        from tests.harness.phone_model import ServerDied

        try:
            return push(**facts)
        except ServerDied:
            results = [
                pushing.Result(op=intention.op, seq=intention.seq, state="accepted")
                for intention in facts["intentions"]
            ]
            return pushing.Pushed(facts["first"] + len(results), results)

    with mock.patch.object(pushing, "push", hopeful):
        yield


@contextmanager
def differences_dropped() -> Iterator[None]:
    """What an author said without seeing the head is thrown away."""
    with mock.patch("gridwalk.registry.actions.queue.Difference.objects.bulk_create", lambda *a, **k: []):
        yield


@contextmanager
def settled_in_silence() -> Iterator[None]:
    """What became of an op after its answer is told to nobody."""
    with mock.patch.object(known_devices, "decided", lambda *a: []):
        yield


def _restore_quietly(run: Run) -> None:
    """A restore that tells nobody."""
    run.restore_epoch = lambda: None


def _child_first(run: Run) -> None:
    """A difference that is none any more once its parent has come."""
    child_before_its_parent(run, 0, 1)


Server = Callable[[], Any]
PLANTED: dict[str, tuple[Server | None, Habits | None, Callable[[Run], None] | None]] = {
    "last write wins": (last_write_wins, None, None),
    "no key against doubles": (no_key_against_doubles, None, None),
    "a place of the sequence is enough": (place_is_enough, None, None),
    "refuses instead of keeping": (refuses_instead_of_keeping, None, None),
    "no tombstones": (no_tombstones, None, None),
    "answers before commit": (answers_before_commit, None, None),
    "differences dropped": (differences_dropped, None, None),
    "settled in silence": (settled_in_silence, None, _child_first),
    "restore without a new epoch": (None, None, _restore_quietly),
    "the phone ignores the epoch": (None, Habits(ignores_epoch=True), None),
    "outbox deleted on send": (None, Habits(forgets_on_send=True), None),
    "cursor by the phone's clock": (None, Habits(cursor_by_own_clock=True), None),
    "wiped before the deposit": (None, Habits(wipes_without_deposit=True), None),
}
"""Name → the server's fault, the phone's habit, what is done to a run."""
