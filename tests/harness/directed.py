"""Runs that always notice one planted bug each: the few steps that it takes, and nothing left to chance."""

from __future__ import annotations

from gridwalk.registry.tests.street import GRID, NEXT_GRID
from tests.harness import asking, upheaval
from tests.harness.dice import child_before_its_parent
from tests.harness.sync_world import Day, Run, Step


def day(steps: Step) -> Day:
    """Three phones in one grid and one in the next; the first one's clock is seven hours fast."""
    return Day(4, [1, 0, 0, 0], steps)


def written_over_unseen(run: Run) -> None:
    """A phone says what a door is let as; meanwhile the office wrote something else."""
    _met(run, 0, 1)
    run.office_edit(0, "tenure", 2)
    run.attempt(0, "push", "")


def sent_twice(run: Run) -> None:
    """A request arrives twice."""
    _met(run, 0, 1)
    run.attempt(0, "push", "twice")


def copied(run: Run) -> None:
    """A phone and its copy write under the same place of the sequence."""
    run.clone(0)
    original, copy = (n for n, phone in enumerate(run.phones) if phone.name.startswith("phone0"))
    for n, door in ((original, 0), (copy, 1)):
        _met(run, n, 1, door)
        run.attempt(n, "push", "")


def not_theirs(run: Run) -> None:
    """A visit at a door of another grid."""
    door = run.world.doors[NEXT_GRID][0]
    run.phone(0).write("visit.record", "dwelling", door.id, data={"outcome": "no_answer", "confirmed": []})
    run.attempt(0, "push", "")


def a_fourth_visit(run: Run) -> None:
    """Phones keep the last three visits of a door: with the fourth the first is gone."""
    for _ in range(4):
        _met(run, 0, 1)
        run.attempt(0, "push", "")
        run.attempt(0, "pull", "")


def died_over_it(run: Run) -> None:
    """The server dies before it commits."""
    _met(run, 0, 1)
    run.attempt(0, "push", "dies_before_commit")


def healed_by_its_parent(run: Run) -> None:
    """A difference that is none any more once its parent has come."""
    child_before_its_parent(run, 0, 1)


def restored(run: Run) -> None:
    """A visit that came after the backup."""
    run.attempt(0, "pull", "")
    run.make_backup()
    _met(run, 0, 1)
    run.attempt(0, "push", "")
    run.restore()


def lost_on_the_way(run: Run) -> None:
    """A request that never arrives."""
    _met(run, 0, 1)
    run.attempt(0, "push", "lost_request")


def seen_by_another_clock(run: Run) -> None:
    """The office writes something after a phone's last look, by the server's clock."""
    run.attempt(0, "pull", "")
    run.office_edit(0, "tenure", 1)


def taken_back(run: Run) -> None:
    """A phone is taken back while a visit waits on it."""
    _met(run, 0, 1)
    run.revoke(run.phone(0))
    run.attempt(0, "push", "")


def split_while_it_waits(run: Run) -> None:
    """A visit and somebody who has come wait for a grid that is split meanwhile."""
    _met(run, 0, 1)
    upheaval.newcomer(run, 0, 0)
    upheaval.meanwhile(run, 0, upheaval.split)


def post_ends_while_it_waits(run: Run) -> None:
    """A visit waits for its grid; meanwhile its author's post ends."""
    _met(run, 0, 1)
    upheaval.post_ends_meanwhile(run, 0)


def erased_meanwhile(run: Run) -> None:
    """A phone holds the telephone of somebody who is erased before it is sent."""
    upheaval.says_the_number(run, 0, 0)
    upheaval.erase(run, 0)
    run.attempt(0, "push", "")


def erased_before_a_restore(run: Run) -> None:
    """Somebody is met at another door, then erased; a restore forgets both, and the phone offers its report again."""
    run.make_backup()
    upheaval.meets(run, 0, 1, run.world.people[0])
    run.attempt(0, "push", "")
    upheaval.erase(run, 0)
    run.restore()


def half_a_character(run: Run) -> None:
    """Half an emoji in a note, and a visit behind it."""
    upheaval.says_oddly(run, 0, 0)
    _met(run, 0, 1)
    run.attempt(0, "push", "")


def met_next_door(run: Run) -> None:
    """Somebody of the same grid is met at another door and gives another telephone."""
    upheaval.meets(run, 0, 1, run.world.people[0])
    run.attempt(0, "push", "")


def met_from_elsewhere(run: Run) -> None:
    """Somebody is met who is on record in another community."""
    upheaval.meets(run, 0, 1, run.world.far)
    run.attempt(0, "push", "")


def met_from_elsewhere_twice(run: Run) -> None:
    """Two phones report the same person of another community at one door."""
    for n in (0, 1):
        upheaval.meets(run, n, 1, run.world.far)
        run.attempt(n, "push", "")


def said_of_who_has_moved_away(run: Run) -> None:
    """A visit says something of somebody whom another grid has taken in meanwhile."""
    run.attempt(0, "pull", "")
    home = run.world.doors[GRID][0]
    sent = run.phone(0).write("visit.record", "dwelling", home.id, data={"outcome": "met", "met_adult": True})
    sent.op["data"]["edits"] = [run.phone(0).edit("person", str(run.world.people[0].id), {"relation": "02"}, sent)]
    upheaval.moves_to_the_next_grid(run, 0)
    run.attempt(0, "push", "")


def sent_at_once(run: Run) -> None:
    """Two phones of different grids push at the same moment."""
    for n in (0, 3):
        _met(run, n, 1)
    upheaval.wait_together(run)


def sent_at_once_while_a_grid_is_held(run: Run) -> None:
    """Two phones push at the same moment, and somebody holds the grid of one."""
    for n in (0, 3):
        _met(run, n, 1)
    upheaval.wait_together(run, held=NEXT_GRID)


def answered_again(run: Run) -> None:
    """What was heard at a door of a sample differs from what is recorded; the request arrives twice."""
    _heard(run, 0, ANSWER)
    run.reach(run.inspector, "push", "twice")


def tried_and_told_later(run: Run) -> None:
    """Nobody was reached, and there was no network to tell it."""
    _heard(run, 0, NOBODY)
    run.reach(run.inspector, "push", "lost_request")


def left_in_peace(run: Run) -> None:
    """Another sample has the door whose people were asked already."""
    _heard(run, 0, ANSWER)
    _heard(run, 1, LEAVE)
    run.reach(run.inspector, "push", "")


def asked_after_the_answer(run: Run) -> None:
    """A door is tried once more after it was answered: that comes back."""
    _heard(run, 0, ANSWER)
    _heard(run, 0, NOBODY)
    run.reach(run.inspector, "push", "")


ANSWER, NOBODY, LEAVE = 0, 2, len(asking.HEARD) - 1


def _heard(run: Run, door: int, what: int) -> None:
    asking.hear(run, door, what, asking.WAYS.index("call"), minutes=20)


def _met(run: Run, n: int, value: int, door: int = 0) -> None:
    run.visit(n, door, "met", "tenure", value, confirm=False)
