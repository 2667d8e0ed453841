"""Planted bugs: each breaks one promise of sync, so that the model test can show that it would notice."""

from __future__ import annotations

import dataclasses
import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any
from unittest import mock

from gridwalk.core import actions as core
from gridwalk.registry import holders
from gridwalk.registry import rules as registry
from gridwalk.registry.actions import takeovers
from gridwalk.registry.models import TakeOver
from gridwalk.registry.rules import Claim
from gridwalk.registry.tests.street import NEXT_GRID
from gridwalk.retention.actions import people
from gridwalk.sync import rules as sync
from gridwalk.sync.actions import leaving_out, pulling, pushing, runs
from gridwalk.sync.actions.judging import Judge
from gridwalk.sync.actions.references import References
from gridwalk.sync.models import Op
from gridwalk.sync.queries import devices as known_devices
from tests.harness import directed, planted_samples
from tests.harness.phone_model import Habits, ServerDied
from tests.harness.sync_world import Day, Run, Step, World


@contextmanager
def last_write_wins() -> Iterator[None]:
    """Nobody asks whether the author saw what stands there."""
    judge = registry.judge

    def blind(*facts: Any, head: Any, seen: Any, **more: Any) -> Any:
        return judge(*facts, head=head, seen=registry.UNSEEN, **more)

    with mock.patch.object(registry, "judge", blind):
        yield


@contextmanager
def no_key_against_doubles() -> Iterator[None]:
    """A repeated op is a new one: every arrival gets an id of the server's."""
    take = pushing._take

    def fresh(device: Any, viewer: Any, intentions: Any, **more: Any) -> Any:
        renamed = [_renamed(intention) for intention in intentions]
        device.next_seq = max([device.next_seq, *(intention.seq for intention in renamed)])
        with mock.patch.object(runs, "_require_sequence", lambda *a, **k: None):
            pushed = take(device, viewer, renamed, **more)
        results = [
            r.__class__(**{**vars(r), "op": intention.op})
            for r, intention in zip(pushed.results, intentions, strict=True)
        ]
        return pushed.__class__(pushed.next_seq, results)

    with mock.patch.object(pushing, "_take", fresh):
        yield


def _renamed(intention: Any) -> Any:
    return dataclasses.replace(intention, op=uuid.uuid4(), seq=random.getrandbits(40))


@contextmanager
def place_is_enough() -> Iterator[None]:
    """Whatever stands under a place of the sequence is taken for what was sent (a copied phone)."""
    require, known_ops = runs._require_sequence, runs.known_ops

    def lenient(device: Any, next_seq: int, intentions: Any, **more: Any) -> None:
        try:
            require(device, next_seq, intentions, **more)
        except runs.OtherBody:
            return

    def by_place(intentions: Any) -> Any:
        results = known_ops(intentions)
        for intention in intentions:
            standing = Op.objects.filter(seq=intention.seq, device__in=_devices()).first()
            if intention.op not in results and standing is not None:
                results[intention.op] = runs.Result(op=intention.op, seq=intention.seq, state=standing.state)
        return results

    devices: list[Any] = []

    def _devices() -> list[Any]:
        return devices

    take = pushing._take

    def noting(device: Any, *facts: Any, **more: Any) -> Any:
        devices[:] = [device.pk]
        return take(device, *facts, **{**more, "careful": True})

    with (
        mock.patch.object(runs, "_require_sequence", lenient),
        mock.patch.object(runs, "known_ops", by_place),
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
    log = runs.log_ops

    def forgetful(writing: Any, device: Any, outcomes: Any, **more: Any) -> None:
        log(writing, device, [o for o in outcomes if o.state != "returned"], **more)

    with mock.patch.object(runs, "log_ops", forgetful):
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
        try:
            return push(**facts)
        except ServerDied:
            return _accepted(facts["intentions"])

    with mock.patch.object(pushing, "push", hopeful):
        yield


def _accepted(intentions: Any) -> runs.Pushed:
    results = [runs.Result(op=intention.op, seq=intention.seq, state="accepted") for intention in intentions]
    return runs.Pushed(intentions[-1].seq + 1, results)


@contextmanager
def differences_dropped() -> Iterator[None]:
    """What an author said without seeing the head is thrown away."""
    with mock.patch("gridwalk.registry.actions.queue.Difference.objects.bulk_create", lambda *a, **k: []):
        yield


@contextmanager
def judged_before_the_lock() -> Iterator[None]:
    """What was read before the grids were locked is taken for what stands, and so are posts."""
    with mock.patch.object(Judge, "has_moved", lambda *a: False), post_read_before_the_lock():
        yield


@contextmanager
def post_read_before_the_lock() -> Iterator[None]:
    """Whoever had the post when the request came has it."""
    take, locked = pushing._take, known_devices.locked
    asking: list[Any] = []

    def noting(device: Any, viewer: Any, *facts: Any, **more: Any) -> Any:
        asking[:] = [viewer]
        return take(device, viewer, *facts, **more)

    def as_before(*facts: Any, **more: Any) -> Any:
        return {pk: dataclasses.replace(row, viewer=asking[0]) for pk, row in locked(*facts, **more).items()}

    with mock.patch.object(pushing, "_take", noting), mock.patch.object(known_devices, "locked", as_before):
        yield


@contextmanager
def erased_come_back() -> Iterator[None]:
    """What phones say of somebody erased is taken as ever."""
    with mock.patch.object(leaving_out, "leave_out", lambda *a: None):
        yield


@contextmanager
def erased_under_their_own_id_alone() -> Iterator[None]:
    """Nobody notes what phones called somebody who is erased."""
    with mock.patch.object(people, "_called", lambda *a: set()):
        yield


@contextmanager
def half_a_character_stops_it() -> Iterator[None]:
    """An op is kept as the characters it came in, and half of one cannot be written."""
    with mock.patch.object(sync, "kept_spelling", sync.canonical):
        yield


@contextmanager
def arrivals_overwrite() -> Iterator[None]:
    """Who reports somebody is taken to have seen what is on record of them."""
    claims_of = takeovers.claims_of

    def sighted(*facts: Any, **more: Any) -> Any:
        return [dataclasses.replace(claim, seen=registry.UNSEEN) for claim in claims_of(*facts, **more)]

    with mock.patch.object(takeovers, "claims_of", sighted):
        yield


@contextmanager
def taken_without_asking() -> Iterator[None]:
    """Whoever is met at a door is taken from the community that has them on record."""
    with mock.patch.object(holders, "elsewhere", lambda comers: {}):
        yield


@contextmanager
def others_grids_are_not_locked() -> Iterator[None]:
    """What a visit says of somebody who lives elsewhere by now is written without asking whose they are."""

    def theirs(judge: Judge, fact: Claim) -> Claim:
        return fact

    with (
        mock.patch.object(Judge, "_as_theirs", theirs),
        mock.patch.object(References, "grids_of", lambda references, pk: references.grids.get(pk, set()) - {NEXT_GRID}),
    ):
        yield


@contextmanager
def reported_again_and_not_asked() -> Iterator[None]:
    """Only the first who reports somebody of another community joins the question."""
    ask = takeovers.ask

    def first_only(writing: Any, comers: Any, records: Any) -> None:
        asked = set(TakeOver.objects.values_list("difference__entity", flat=True))
        ask(writing, [c for c in comers if c.id in records and records[c.id].pk not in asked], records)

    with mock.patch.object(takeovers, "ask", first_only):
        yield


@contextmanager
def settled_in_silence() -> Iterator[None]:
    """What became of an op after its answer is told to nobody."""
    with mock.patch.object(known_devices, "decided", lambda *a: []):
        yield


@contextmanager
def answered_for_who_was_left() -> Iterator[None]:
    """Whoever could not be taken together with the others is answered all the same."""
    push = pushing.push_together

    def hopeful(waiting: Any, **more: Any) -> Any:
        return {run: _accepted(run.intentions) for run in waiting} | push(waiting, **more)

    with mock.patch.object(pushing, "push_together", hopeful):
        yield


@contextmanager
def under_one_name() -> Iterator[None]:
    """What is taken together is written as if the first phone's worker had done it all."""
    part = core.Writing.part
    first: dict[core.Writing, Any] = {}

    def of_the_first(writing: core.Writing, codes: Any, *, actor: Any) -> core.Writing:
        return part(writing, codes, actor=first.setdefault(writing, actor))

    with mock.patch.object(core.Writing, "part", of_the_first):
        yield


def _restore_quietly(run: Run) -> None:
    """A restore that tells nobody."""
    run.restore_epoch = lambda: None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Bug:
    """``directed``: the run that always notices it; the rest is where it sits: server, phone, or the office's steps."""

    directed: Step
    server: Callable[[], AbstractContextManager[None]] = nullcontext
    habits: Habits = dataclasses.field(default_factory=Habits)
    spoil: Step = lambda run: None

    def breaks(self, world: World, day: Day) -> bool:
        """Whether a day with the bug in it breaks a promise."""

        def spoilt(run: Run) -> None:
            self.spoil(run)
            day.steps(run)

        try:
            with self.server():
                world.play(dataclasses.replace(day, steps=spoilt), self.habits)
        except AssertionError:  # Broken at the end of the day, or before it a phone that is answered against all rules
            return True
        return False

    def breaks_directed(self, world: World) -> bool:
        """Whether its directed run notices it."""
        return self.breaks(world, directed.day(self.directed))


PLANTED: dict[str, Bug] = {
    "last write wins": Bug(directed=directed.written_over_unseen, server=last_write_wins),
    "no key against doubles": Bug(directed=directed.sent_twice, server=no_key_against_doubles),
    "a place of the sequence is enough": Bug(directed=directed.copied, server=place_is_enough),
    "refuses instead of keeping": Bug(directed=directed.not_theirs, server=refuses_instead_of_keeping),
    "no tombstones": Bug(directed=directed.a_fourth_visit, server=no_tombstones),
    "answers before commit": Bug(directed=directed.died_over_it, server=answers_before_commit),
    "differences dropped": Bug(directed=directed.written_over_unseen, server=differences_dropped),
    "settled in silence": Bug(directed=directed.healed_by_its_parent, server=settled_in_silence),
    "judged before the lock": Bug(directed=directed.split_while_it_waits, server=judged_before_the_lock),
    "the post is read before the lock": Bug(
        directed=directed.post_ends_while_it_waits, server=post_read_before_the_lock
    ),
    "who was erased comes back": Bug(directed=directed.erased_meanwhile, server=erased_come_back),
    "who was erased comes back by another id": Bug(
        directed=directed.erased_before_a_restore, server=erased_under_their_own_id_alone
    ),
    "half a character stops a queue": Bug(directed=directed.half_a_character, server=half_a_character_stops_it),
    "an arrival overwrites": Bug(directed=directed.met_next_door, server=arrivals_overwrite),
    "others' grids are not locked": Bug(
        directed=directed.said_of_who_has_moved_away, server=others_grids_are_not_locked
    ),
    "a second report is lost": Bug(directed=directed.met_from_elsewhere_twice, server=reported_again_and_not_asked),
    "taken without asking": Bug(directed=directed.met_from_elsewhere, server=taken_without_asking),
    "who was left is answered for": Bug(
        directed=directed.sent_at_once_while_a_grid_is_held, server=answered_for_who_was_left
    ),
    "a group goes under one name": Bug(directed=directed.sent_at_once, server=under_one_name),
    "an inspector is believed": Bug(directed=directed.answered_again, server=planted_samples.inspectors_are_believed),
    "a try counts when it arrives": Bug(
        directed=directed.tried_and_told_later, server=planted_samples.tried_when_it_arrives
    ),
    "a door is left and still open": Bug(directed=directed.left_in_peace, server=planted_samples.left_and_still_open),
    "the community reads what was drawn": Bug(
        directed=directed.asked_after_the_answer, server=planted_samples.returned_where_the_door_is
    ),
    "restore without a new epoch": Bug(directed=directed.restored, spoil=_restore_quietly),
    "the phone ignores the epoch": Bug(directed=directed.restored, habits=Habits(ignores_epoch=True)),
    "outbox deleted on send": Bug(directed=directed.lost_on_the_way, habits=Habits(forgets_on_send=True)),
    "cursor by the phone's clock": Bug(
        directed=directed.seen_by_another_clock, habits=Habits(cursor_by_own_clock=True)
    ),
    "wiped before the deposit": Bug(directed=directed.taken_back, habits=Habits(wipes_without_deposit=True)),
}
