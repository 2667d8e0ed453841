"""Days by dice: what the long run and the planted bugs use instead of Hypothesis; one seed, one day."""

from __future__ import annotations

import random
from collections.abc import Callable

from gridwalk.registry.tests.street import GRID, NEXT_GRID
from tests.harness import asking, upheaval
from tests.harness.sync_world import VALUES, Day, Run

STEPS = 30


def day(seed: int) -> Day:
    """The day of a seed: 2–4 phones, whatever their clocks say, 30 steps."""
    chance = random.Random(seed)
    skews = [chance.randrange(4) for _ in range(4)]
    inspector = random.Random(f"inspector {seed}")
    return Day(2 + seed % 3, skews, lambda run: wander(run, chance, inspector, STEPS))


def wander(run: Run, chance: random.Random, inspector: random.Random, steps: int) -> None:
    """A day by dice: what the long run does instead of Hypothesis. ``inspector``: dice of their own, so that the rest
    of the day is what it was before there was one.
    """
    for _ in range(steps):
        if inspector.random() < 0.3:
            _asks_again(run, inspector)
        n = chance.randrange(4)
        draw = chance.random()
        fault = chance.choice(FAULTS)
        if draw < 0.40:
            outcome = chance.choice(("met", "met", "no_answer"))
            run.visit(
                n,
                chance.randrange(4),
                outcome,
                chance.choice(list(VALUES)),
                chance.randrange(3),
                confirm=chance.random() < 0.5,
                old=chance.random() < 0.03,
            )
        elif draw < 0.66:
            run.attempt(n, "push", fault)
        elif draw < 0.80:
            run.attempt(n, "pull", fault)
        elif draw < 0.84:
            run.office_edit(n, chance.choice(list(VALUES)), chance.randrange(3))
        else:
            _rarely(run, n, chance.choice(RARE), chance.randrange(3))


def _asks_again(run: Run, chance: random.Random) -> None:
    """An inspector hears something at a door of a sample, or the inspector's phone speaks with the server."""
    draw, fault = chance.random(), chance.choice(FAULTS)
    if draw < 0.60:
        what, way = chance.randrange(len(asking.HEARD)), chance.randrange(3)
        asking.hear(run, chance.randrange(8), what, way, minutes=chance.choice((0, 20)))
    elif draw < 0.99:
        run.reach(run.inspector, "push" if draw < 0.88 else "pull", fault)
    else:
        run.revoke(run.inspector)


def _rarely(run: Run, n: int, what: int, to: int) -> None:
    """One of the rarer things of a day."""
    if what == 0:
        run.reassign_target(n, to)
    elif what in (1, 2):
        run.change_grid(n, back=what == 2)
    elif what == 3:
        run.revoke(run.phone(n))
    elif what == 4:
        run.decide(n + to)
    elif what == 5:
        run.make_backup()
    elif what == 6:
        run.restore()
    elif what == 7:
        run.clone(n)
    elif what == 8:
        _place_taken_by_a_copy(run, n % len(run.phones), to)
    elif what == 9:
        _met_and_sent(run, n, to, "dies_before_commit")
    elif what == 10:
        child_before_its_parent(run, n, to)
    else:
        UPHEAVALS[what](run, n, to)


def _drawn_anew_meanwhile(run: Run, n: int, to: int) -> None:
    """What a phone has to send waits while its grid is split, or merged with the next one."""
    run.visit(n, to, "met", "tenure", to, confirm=False)
    upheaval.newcomer(run, n, to)
    upheaval.meanwhile(run, n, upheaval.merge if to == 2 else upheaval.split)


def _post_ends_meanwhile(run: Run, n: int, to: int) -> None:
    run.visit(n, to, "met", "tenure", to, confirm=False)
    upheaval.post_ends_meanwhile(run, n)


def _erased(run: Run, n: int, to: int) -> None:
    """Somebody is erased, before what a phone has of them is sent or while it waits."""
    upheaval.says_the_number(run, n, to)
    if n % 2:
        upheaval.meanwhile(run, n, lambda run: upheaval.erase(run, to))
    else:
        upheaval.erase(run, to)


def _met_elsewhere(run: Run, n: int, to: int) -> None:
    """Somebody of the next door, or of another community."""
    upheaval.meets(run, n, to, run.world.far if n % 2 else run.world.people[(to + 1) % 3])
    run.attempt(n, "push", "")


def _wait_together(run: Run, n: int, to: int) -> None:
    """Pushes of all phones at one moment: one is bad, or the grid of some is held, or it happens to them all."""
    for worker in range(len(run.phones)):
        run.visit(worker, worker + to, "met", "tenure", to, confirm=True)
    if to == 1:
        upheaval.says_oddly(run, n, n + 2 * to)
    held = (GRID, NEXT_GRID)[n % 2] if to == 2 else ""
    upheaval.wait_together(run, held=held, fault=TOGETHER[n])


TOGETHER = ("", "twice", "dies_before_commit", "dies_after_commit")

UPHEAVALS: dict[int, Callable[[Run, int, int], None]] = {
    11: _drawn_anew_meanwhile,
    12: _post_ends_meanwhile,
    13: _erased,
    14: _met_elsewhere,
    15: lambda run, n, to: upheaval.newcomer(run, n, to),
    16: lambda run, n, to: upheaval.says_the_number(run, n, to),
    17: lambda run, n, to: upheaval.says_oddly(run, n, n + 2 * to),
    18: lambda run, n, to: upheaval.moves_to_the_next_grid(run, to),
    19: lambda run, n, to: upheaval.decided_by_a_killed_worker(run, n, to),
    20: _wait_together,
}


def _place_taken_by_a_copy(run: Run, n: int, to: int) -> None:
    """A restore forgets a visit, and a copy of that phone comes first with another one under the same place."""
    run.make_backup()
    copy = len(run.phones)
    run.clone(n)
    _met_and_sent(run, n, to, "")
    run.restore()
    if len(run.phones) > copy:
        _met_and_sent(run, copy, to + 1, "")


def child_before_its_parent(run: Run, n: int, to: int) -> None:
    """A colleague goes on from what a phone wrote; a restore forgets both, and the colleague's phone comes first."""
    parent, child = n % 2, 1 - n % 2
    for author in (parent, child):
        _caught_up(run, author)
    run.make_backup()
    for author, value in ((parent, to), (child, to + 1)):
        run.attempt(author, "pull", "")
        run.visit(author, to, "met", "tenure", value, confirm=False)
        run.attempt(author, "push", "")
    run.restore()
    for author in (child, parent):
        _caught_up(run, author)


def _caught_up(run: Run, n: int) -> None:
    run.attempt(n, "pull", "")
    for _ in range(4):
        run.attempt(n, "push", "")


def _met_and_sent(run: Run, n: int, to: int, fault: str) -> None:
    run.visit(n, to, "met", next(iter(VALUES)), to, confirm=True)
    run.attempt(n, "push", fault)


RARE = tuple(sorted((*range(21), 3, 5, 6, 8, 8, 9, 10, 11, 12, 13, 14, 14, 17, 19, 20, 20)))
"""How often each of the rarer things happens: backups and restores more than in life.

8: only the epoch tells that something is missing; 9: the server dies over a visit; 10: what was a difference is one
no more; from 11 on: ``UPHEAVALS``.
"""

FAULTS = ("", "", "", "lost_request", "lost_response", "twice", "late", "dies_before_commit", "dies_after_commit")
