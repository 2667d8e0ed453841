"""Taking daily events back whole, and what holds after any sequence of events and of taking them back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridwalk.core.queries import NotHere
from gridwalk.events import kinds as events
from gridwalk.events.actions import homes, letting, undoing
from gridwalk.events.actions.undoing import UndoError
from gridwalk.events.models import Event
from gridwalk.events.tests.test_daily import SAID
from gridwalk.registry import columns
from gridwalk.registry.actions.corrections import CorrectionError
from gridwalk.registry.models import Person, Residence
from gridwalk.registry.tests.street import (
    FAR_GRID,
    GRID,
    NEXT_GRID,
    Street,
    id_no,
    lead,
    links,
    phone,
    worker,
)


def test_undoing_gives_everything_back_and_refuses_what_was_changed_since(street: Street) -> None:
    old, door = street.door("101", NEXT_GRID), street.door("102", tenure="owner")
    person = street.person("张桂兰", old, "lives_here", id_no=id_no(1), phone=phone(1))
    owner = street.person("王房东", door, "lives_here")

    def let() -> Event:
        return letting.let(
            actor=lead(),
            at=street.at,
            dwelling=door.id,
            leaving=[str(owner.pk)],
            raw=SAID,
            people=[{"name": "张桂兰", "id_no": id_no(1), "phone": phone(2)}, {"name": "租二"}],
        )

    event = let()
    undone = undoing.undo(actor=lead(), at=street.at, event=event.pk)
    assert undone.undone_at == street.at
    person.refresh_from_db()
    door.refresh_from_db()
    assert (links(person), person.grid_id, columns.read(person, "phone")) == (
        [(old.id, "lives_here")],
        NEXT_GRID,
        phone(1),
    )
    assert (door.tenure, door.occupancy, door.verified_on, person.verified_on) == ("owner", "unknown", None, None)
    assert links(owner) == [(door.id, "lives_here")]
    assert Person.objects.get(name="租二").status == "struck_off"
    with pytest.raises(UndoError, match="撤销过"):
        undoing.undo(actor=lead(), at=street.at, event=event.pk)

    event = let()
    street.say(door, "tenure", "lent", source="office")
    with pytest.raises(UndoError, match="后来有人改过"):
        undoing.undo(actor=lead(), at=street.at, event=event.pk)
    assert links(owner) == [(door.id, "registered_here")]
    with pytest.raises(UndoError, match="7 天"):
        undoing.undo(actor=lead(), at=street.at + dt.timedelta(days=8), event=event.pk)
    with pytest.raises(UndoError, match="别的网格"):
        undoing.undo(actor=worker(), at=street.at, event=event.pk)
    with pytest.raises(NotHere):
        undoing.undo(actor=worker(FAR_GRID), at=street.at, event=event.pk)


MOVES = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.integers(0, 2),
        st.sampled_from(["in", "out", "over", "marry", "let", "reg_in", "reg_out", "undo"]),
        st.sampled_from(sorted(events.LIVES)),
    ),
    min_size=3,
    max_size=10,
)


@pytest.mark.slow
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(moves=MOVES)
def test_no_sequence_of_moves_gives_anybody_two_homes_or_two_registrations(street: Street, moves: list[Any]) -> None:
    with transaction.atomic():
        _live_through(street, moves)
        transaction.set_rollback(True)


def _live_through(street: Street, moves: list[Any]) -> None:
    doors = [street.door(f"{n}01", grid) for n, grid in enumerate((GRID, NEXT_GRID, GRID), start=1)]
    rows = [{"name": name, "id_no": id_no(n)} for n, name in enumerate(("甲一", "乙一", "丙一"))]
    persons = [
        street.person(row["name"], door, "lives_here", id_no=row["id_no"])
        for row, door in zip(rows, doors, strict=True)
    ]
    done: list[Event] = []
    for who, where, what, kind in moves:
        person, row, other = str(persons[who].pk), rows[who], rows[(who + 1) % 3]
        raw = SAID | {
            "residence_kind": kind,
            "where": "unknown" if what == "out" else "door",
            "address": doors[(where + 1) % 3].address,
            "home": "here",
            "registered": "here",
        }
        at = {"actor": lead(), "at": street.at, "dwelling": doors[where].pk, "raw": raw}
        try:
            match what:
                case "undo":
                    if done:
                        undoing.undo(actor=lead(), at=street.at, event=done.pop().pk)
                case "in":
                    done.append(homes.move_in(**at, people=[row]))
                case "out" | "over":
                    done.append(homes.move_out(**at, who=[person]))
                case "marry":
                    done.append(homes.marry(**at, who=[person], people=[other]))
                case "let":
                    done.append(letting.let(**at, people=[row], leaving=[]))
                case "reg_in":
                    done.append(homes.register_in(**at, who=[], people=[row]))
                case _:
                    done.append(homes.register_out(**at, who=[person]))
        except (CorrectionError, UndoError):
            pass
        for resident in persons:
            kinds = [kind for _, kind in links(resident)]
            assert sum(kind in events.LIVES for kind in kinds) <= 1
            assert sum(kind in {"lives_here", "registered_here"} for kind in kinds) <= 1
            resident.refresh_from_db()
            home = Residence.objects.filter(person=resident, to_on__isnull=True, kind__in=events.LIVES).first()
            assert home is None or home.grid_id == resident.grid_id
