"""What waits about a person goes with them to the grid they move to, and nothing else does."""

from __future__ import annotations

from typing import Any

from gridwalk.registry.actions import creation
from gridwalk.registry.models import Difference, Person, Recheck
from gridwalk.registry.tests.street import GRID, NEXT_GRID, Street, id_no, phone


def test_questions_and_rechecks_that_wait_go_along_and_what_was_decided_stays(street: Street) -> None:
    mover, neighbour = street.person("程望舒", street.door("101")), street.person("韩书言", street.door("102"))

    def asked(who: Person, field: str, claimed: str, state: str) -> Difference:
        return Difference.objects.create(
            grid_id=who.grid_id,
            kind="person",
            entity=who.pk,
            field=field,
            claimed=claimed,
            claimed_hash=claimed,
            source="ledger",
            why="authority",
            created_at=street.at,
            state=state,
        )

    def proposed(who: Person, state: str) -> Recheck:
        return Recheck.objects.create(
            grid_id=who.grid_id,
            kind="person",
            entity=who.pk,
            proposed="deceased",
            reason="家属来说",
            proposed_by_name="许知行",
            proposed_at=street.at,
            state=state,
        )

    rows: dict[str, Any] = {
        "open": asked(mover, "sex", "male", "open"),
        "at the door": asked(mover, "phone", phone(1), "to_door"),
        "kept": asked(mover, "id_no", id_no(1), "kept"),
        "the neighbour's": asked(neighbour, "sex", "male", "open"),
        "a recheck": proposed(mover, "open"),
        "a recheck decided": proposed(mover, "declined"),
        "the neighbour's recheck": proposed(neighbour, "open"),
    }
    street.move_in(mover, street.door("201", NEXT_GRID), "lives_here", source="office")
    mover.residences.filter(dwelling__room="101").update(to_on=street.at.date())
    with street.writing() as writing:
        creation.place_persons(writing, [mover.pk])
    for row in (mover, *rows.values()):
        row.refresh_from_db()
    assert mover.grid_id == NEXT_GRID
    assert {name for name, row in rows.items() if row.grid_id == NEXT_GRID} == {"open", "at the door", "a recheck"}
    assert {row.grid_id for row in rows.values()} == {GRID, NEXT_GRID}
