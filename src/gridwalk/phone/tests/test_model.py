"""The model test (docs/algorithms/sync.md): phones, office and faults in any order, driving the real API;
then I1 to I3.

And the test of the test: with each planted bug the run that is made for it must break. How many days by dice notice
it is measured (``bench sync --shares``).
"""

from __future__ import annotations

import contextlib
import datetime as dt

import pytest
import time_machine
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from gridwalk.registry.tests.street import GRID, NEXT_GRID
from tests.harness import asking, dice, directed, upheaval
from tests.harness.dice import FAULTS, TOGETHER
from tests.harness.planted import PLANTED
from tests.harness.sync_world import VALUES, Run, World

N = st.integers(0, 3)
RUNS, STEPS = 120, 30
DAYS = 16


def machine(world: World) -> type[RuleBasedStateMachine]:
    """The state machine over one world; every run is undone at its end."""

    class Phones(RuleBasedStateMachine):
        run: Run

        @initialize(n=st.integers(2, 4), skews=st.lists(N, min_size=4, max_size=4))
        def begin(self, n: int, skews: list[int]) -> None:
            self.whole = contextlib.ExitStack()
            self.run = self.whole.enter_context(world.run(n, skews))

        @rule(
            n=N,
            door=N,
            outcome=st.sampled_from(("met", "no_answer")),
            field=st.sampled_from(sorted(VALUES)),
            value=N,
            confirm=st.booleans(),
            old=st.sampled_from((False,) * 15 + (True,)),
        )
        def visit(self, n: int, door: int, outcome: str, field: str, value: int, confirm: bool, old: bool) -> None:
            self.run.visit(n, door, outcome, field, value, confirm=confirm, old=old)

        @rule(n=N, what=st.sampled_from(("push", "push", "pull")), fault=st.sampled_from(FAULTS))
        def network(self, n: int, what: str, fault: str) -> None:
            self.run.attempt(n, what, fault)

        @rule(n=N)
        def a_late_request_arrives(self, n: int) -> None:
            self.run.phone(n).arrive_late()

        @rule(door=N, field=st.sampled_from(sorted(VALUES)), value=N)
        def the_office_edits(self, door: int, field: str, value: int) -> None:
            self.run.office_edit(door, field, value)

        @rule(door=N, n=N)
        def a_door_is_reassigned(self, door: int, n: int) -> None:
            self.run.reassign_target(door, n)

        @rule(n=N, back=st.booleans())
        def a_worker_changes_grids(self, n: int, back: bool) -> None:
            self.run.change_grid(n, back=back)

        @rule(n=N)
        def the_office_decides(self, n: int) -> None:
            self.run.decide(n)

        @rule(n=N, door=N, together=st.booleans())
        def grids_are_drawn_anew_while_something_waits(self, n: int, door: int, together: bool) -> None:
            upheaval.newcomer(self.run, n, door)
            upheaval.meanwhile(self.run, n, upheaval.merge if together else upheaval.split)

        @rule(n=N)
        def a_post_ends_while_something_waits(self, n: int) -> None:
            upheaval.post_ends_meanwhile(self.run, n)

        @rule(n=N, person=N)
        def somebody_is_asked_for_their_number(self, n: int, person: int) -> None:
            upheaval.says_the_number(self.run, n, person)

        @rule(n=N, door=N, person=N)
        def somebody_on_record_is_met_at_another_door(self, n: int, door: int, person: int) -> None:
            upheaval.meets(self.run, n, door, (*self.run.world.people, self.run.world.far)[person])

        @rule(person=N)
        def somebody_is_erased(self, person: int) -> None:
            upheaval.erase(self.run, person)

        @rule(person=N)
        def somebody_moves_to_the_next_grid(self, person: int) -> None:
            upheaval.moves_to_the_next_grid(self.run, person)

        @rule(n=N, to=st.integers(0, 2))
        def a_worker_is_killed_over_a_batch(self, n: int, to: int) -> None:
            upheaval.decided_by_a_killed_worker(self.run, n, to)

        @rule(held=st.sampled_from(("", GRID, NEXT_GRID)), fault=st.sampled_from(sorted(TOGETHER)))
        def pushes_wait_at_the_same_moment(self, held: str, fault: str) -> None:
            upheaval.wait_together(self.run, held=held, fault=fault)

        @rule(n=N, which=st.integers(0, len(upheaval.ODD) - 1))
        def a_text_is_odd(self, n: int, which: int) -> None:
            upheaval.says_oddly(self.run, n, which)

        @rule(door=st.integers(0, 7), what=st.sampled_from(range(len(asking.HEARD))), way=N, ago=st.booleans())
        def an_inspector_hears_something(self, door: int, what: int, way: int, ago: bool) -> None:
            asking.hear(self.run, door, what, way, minutes=20 * ago)

        @rule(what=st.sampled_from(("push", "push", "pull")), fault=st.sampled_from(FAULTS))
        def an_inspectors_phone_speaks(self, what: str, fault: str) -> None:
            self.run.reach(self.run.inspector, what, fault)

        @rule()
        def backup(self) -> None:
            self.run.make_backup()

        @rule()
        def restore(self) -> None:
            self.run.restore()

        @rule(n=N, really=st.sampled_from((False, False, True)))
        def a_phone_is_revoked(self, n: int, really: bool) -> None:
            if really:
                self.run.revoke(self.run.phone(n))

        @rule(n=N)
        def a_phone_is_copied(self, n: int) -> None:
            self.run.clone(n)

        @invariant()
        def nothing_is_sent_twice_under_one_place(self) -> None:
            if hasattr(self, "run"):
                for phone in self.run.phones:
                    places = [(entry.device, entry.op["seq"]) for entry in phone.waiting()]
                    assert len(places) == len(set(places))

        def teardown(self) -> None:
            if hasattr(self, "run"):
                with self.whole:
                    self.run.settle()
                    self.run.check()

    return Phones


@pytest.mark.slow
def test_no_visit_is_lost_doubled_or_overwritten_whatever_happens(db: None, at: dt.datetime) -> None:
    with time_machine.travel(at, tick=True):
        world = World(at)
        run_state_machine_as_test(
            machine(world),
            settings=settings(
                max_examples=RUNS,
                stateful_step_count=STEPS,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                database=None,
                phases=[Phase.generate, Phase.shrink],
            ),
        )
    assert world.totals["runs"] >= RUNS // 2


@pytest.mark.slow
def test_a_few_days_by_dice_keep_every_promise(db: None, at: dt.datetime) -> None:
    """Seeded, so it is certain that every fault comes up; what the machine above draws is chance."""
    with time_machine.travel(at, tick=True):
        world = World(at)
        for seed in range(DAYS):
            world.play(dice.day(seed))
    assert world.totals["acknowledged"] > 20
    assert set(world.faults) >= {
        "lost_request",
        "lost_response",
        "twice",
        "late",
        "dies_before_commit",
        "dies_after_commit",
        "restored",
        "split",
        "merged",
        "erased",
        "arrived",
        "moved",
        "odd",
        "worker_killed",
        "together",
        "heard",
    }


@pytest.mark.slow
@pytest.mark.parametrize("bug", sorted(PLANTED))
def test_a_run_that_is_made_for_it_always_notices_a_planted_bug(bug: str, db: None, at: dt.datetime) -> None:
    with time_machine.travel(at, tick=True):
        world = World(at)
        world.play(directed.day(PLANTED[bug].directed))
        assert PLANTED[bug].breaks_directed(world)
