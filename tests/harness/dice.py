"""Days by dice: what the long run and the planted bugs use instead of Hypothesis; one seed, one day."""

from __future__ import annotations

import random

from tests.harness.sync_world import VALUES, Run


def wander(run: Run, chance: random.Random, steps: int) -> None:
    """A day by dice: what the long run does instead of Hypothesis."""
    for _ in range(steps):
        n = chance.randrange(4)
        draw = chance.random()
        fault = chance.choice(FAULTS)
        if draw < 0.40:
            outcome = chance.choice(("met", "met", "no_answer"))
            run.visit(n, chance.randrange(3), outcome, chance.choice(list(VALUES)), chance.randrange(3),
                      confirm=chance.random() < 0.5, old=chance.random() < 0.03)  # fmt: skip
        elif draw < 0.66:
            run.attempt(n, "push", fault)
        elif draw < 0.80:
            run.attempt(n, "pull", fault)
        elif draw < 0.86:
            run.office_edit(n, chance.choice(list(VALUES)), chance.randrange(3))
        else:
            _rarely(run, n, chance.choice(RARE), chance.randrange(3))


def _rarely(run: Run, n: int, what: int, to: int) -> None:
    """One of the rarer things of a day."""
    if what == 0:
        run.reassign_target(n, to)
    elif what in (1, 2):
        run.change_grid(n, back=what == 2)
    elif what == 3:
        run.revoke(n)
    elif what == 4:
        run.decide(n + to)
    elif what == 5:
        run.make_backup()
    elif what == 6:
        run.restore()
    else:
        run.clone(n)


RARE = (0, 1, 2, 3, 3, 4, 5, 5, 6, 6, 7)
"""How often each of the rarer things happens: backups and restores more than in life."""

FAULTS = ("", "", "", "lost_request", "lost_response", "twice", "late", "dies_before_commit", "dies_after_commit")
