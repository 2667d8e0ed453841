"""Pulling: a grid whole, then what changed, tombstones too; phone and server agree by hash."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import Any

import pytest
import time_machine

from gridwalk.accounts.rules import SYSTEM, Held, Role, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock, ids
from gridwalk.core.actors import PROGRAM
from gridwalk.core.models import Stream
from gridwalk.dictionary import fields as dictionary
from gridwalk.phone.tests.test_pushing import push, visit
from gridwalk.registry.actions import creation
from gridwalk.registry.models import CareLabel, Difference, Person, Residence
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, NEXT_GRID, SECOND, id_no, phone
from gridwalk.simulate.oracle import fitting
from gridwalk.simulate.oracle.fitting import Clues
from gridwalk.sync.actions import epochs, pulling
from gridwalk.territory.models import Grid
from tests.harness.phones import Cache, Wire

Field = Any


def pull(wire: Wire, cache: Cache) -> Any:
    """One pull, applied and held to its hash."""
    status, answer = wire.ask("POST", "pull", cache.asks())
    assert status == 200, answer
    cache.take(answer)
    for grid in answer["grids"]:
        assert cache.hash_of(grid["grid"]) == cache.hashes[grid["grid"]]
    return answer


def test_it_brings_the_grid_whole_and_masked_then_what_changed(field: Field) -> None:
    door = field.street.door("101", occupancy="occupied", owner_name="程兰因", owner_phone=phone(3), area_m2="74.2")
    other = field.street.door("102")
    person = field.street.person("程望舒", door, id_no=id_no(11), phone=phone(5))
    field.street.door("901", NEXT_GRID)
    field.walk.dispatch()
    wire, cache = field.phone(), Cache()
    answer = pull(wire, cache)
    assert [(grid["grid"], grid["full"]) for grid in answer["grids"]] == [(GRID, True)]
    kinds = {row["kind"] for row in answer["grids"][0]["rows"]}
    assert kinds == {"building", "stairwell", "dwelling", "person", "residence", "target"}
    text = json.dumps(answer, ensure_ascii=False)
    assert id_no(11) not in text and phone(5) not in text and phone(3) not in text and "101" in text
    row = cache.rows[GRID]["dwelling", str(door.id)]
    assert (row["occupancy"], row["area_m2"], row["owner_phone_mask"], row["heads"]["occupancy"]) == (
        "occupied",
        "74.2",
        "*******0003",
        door.heads["occupancy"],
    )
    row = cache.rows[GRID]["person", str(person.id)]
    clues = Clues(born=row["born_on"] or "", sex=row["sex"], id_nos=(row["id_no_mask"],), phones=(row["phone_mask"],))
    assert fitting.n_id_numbers(dataclasses.replace(clues, born="1980-01-01", sex="male")) == 500, (
        "of the last four none"
    )
    assert fitting.n_phones(row["phone_mask"]) >= 10_000
    for kind in ("dwelling", "person"):
        row = cache.of_kind(GRID, kind)[0]
        names = {f"{f.name}_mask" if f.is_sensitive else f.name for f in dictionary.on_phone(kind)}
        assert names <= row.keys() and row["extra"] == {}, "what the dictionary says is on the phone, is"

    again = pull(wire, cache)["grids"][0]
    assert (again["rows"], again["gone"], again["hash"], again["full"]) == ([], [], None, False)

    push(wire, visit(1, other, "no_answer"))
    third = pull(wire, cache)["grids"][0]
    assert {(row["kind"], row.get("place")) for row in third["rows"]} == {
        ("visit", str(other.id)),
        ("target", str(other.id)),
    }
    assert not third["full"]

    push(wire, visit(2, door, departures=[str(person.id)]))
    fourth = pull(wire, cache)["grids"][0]
    assert {row["kind"] for row in fourth["rows"]} == {"dwelling", "target", "visit", "residence"}
    assert cache.of_kind(GRID, "residence")[0]["residence_kind"] == "registered_here"


def test_what_leaves_the_grid_is_gone_and_who_lives_elsewhere_is_a_guest(field: Field) -> None:
    door, far = field.street.door("101"), field.street.door("901", NEXT_GRID)
    person = field.street.person("程望舒", door)
    wire, cache = field.phone(), Cache()
    pull(wire, cache)
    assert ("person", str(person.id)) in cache.rows[GRID]
    field.street.move_in(person, far, "tenant")
    answer = pull(wire, cache)["grids"][0]
    assert {"kind": "person", "id": str(person.id)} in answer["gone"]
    assert cache.guests[GRID] == [
        {"kind": "person", "id": str(person.id), "name": "程望舒", "status": "active", "guest": True}
    ]
    with field.street.writing() as writing:
        creation.end_residences(writing, list(Residence.objects.filter(dwelling=door)), source="office", reason="迁走")
    answer = pull(wire, cache)["grids"][0]
    assert [row["kind"] for row in answer["gone"]] == ["residence"]
    assert cache.guests[GRID] == []


def test_changes_nobody_announced_come_too(field: Field) -> None:
    door = field.street.door("101", tenure="owner")
    field.walk.dispatch()
    wire, cache = field.phone(), Cache()
    pull(wire, cache)
    field.street.say(door, "tenure", "let")  # a ledger asks: no change row is written for a question
    pull(wire, cache)
    assert [row["field"] for row in cache.of_kind(GRID, "difference")] == ["tenure"]
    with core.write_to(GRID, actor=PROGRAM, at=clock.now()):
        Difference.objects.update(state="kept")
    assert {row["kind"] for row in pull(wire, cache)["grids"][0]["gone"]} == {"difference"}


def test_a_label_that_ends_at_midnight_goes_without_a_write(field: Field) -> None:
    door = field.street.door("101")
    person = field.street.person("程兰因", door)
    today = clock.local_date(clock.now())
    with field.street.writing() as writing:
        creation.label_care(
            writing,
            [
                creation.NewCare(
                    person=person.id,
                    grid=GRID,
                    category="living_alone",
                    source="office",
                    starts_on=today,
                    ends_on=today,
                )
            ],
        )
    wire, cache = field.phone(), Cache()
    pull(wire, cache)
    (row,) = cache.of_kind(GRID, "care")
    assert (row["category"], row["due_on"]) == ("独居老人", (today + dt.timedelta(days=7)).isoformat())
    other = Cache(
        dict(cache.versions), {g: dict(r) for g, r in cache.rows.items()}, {}, dict(cache.hashes), cache.epoch
    )
    before = dict(Stream.objects.values_list("code", "version"))
    with time_machine.travel(clock.now() + dt.timedelta(days=1)):
        assert pull(wire, cache)["grids"][0]["gone"] == [{"kind": "care", "id": str(CareLabel.objects.get().id)}]
        assert pull(wire, other)["grids"][0]["gone"], "the second phone of the grid is told as well"
    assert dict(Stream.objects.values_list("code", "version")) == {**before, GRID: before[GRID] + 1}


def test_a_need_is_pulled_answered_at_the_door_and_gone(field: Field) -> None:
    door = field.street.door("101")
    person = field.street.person("程兰因", door)
    today = clock.local_date(clock.now())
    with field.street.writing() as writing:
        creation.label_care(
            writing,
            [
                creation.NewCare(
                    person=person.id,
                    grid=GRID,
                    category="living_alone",
                    source="office",
                    starts_on=today - dt.timedelta(9),
                )
            ],
        )
    wire, cache = field.phone(), Cache()

    def say(wire_: Wire, seq: int, details: dict[str, Any]) -> str:
        contact = {"person": str(person.id), "need": "", "help": "none", **details}
        _, answer = push(wire_, visit(seq, door, care=[contact]))
        return str(answer["results"][0]["state"])

    by = (today + dt.timedelta(days=9)).isoformat()
    referred = {"need": "medical", "help": "referred", "to": "hospital", "by": by}
    for odd in ({"by": "soon"}, {"to": 7}, {"asked": "yes"}, {"asked": [{"need": "x", "settled": True}]}):
        assert say(field.phone(), 1, referred | odd) == "returned", odd
    assert say(wire, 1, referred) == "accepted"
    pull(wire, cache)
    (row,) = cache.of_kind(GRID, "need")
    assert (row["person"], row["need"], row["state"], row["to"], row["ask_on"]) == (
        str(person.id),
        "medical",
        "referred",
        "hospital",
        by,
    )
    strange = [{"need": str(ids.new_id()), "settled": True}]
    assert say(wire, 2, {"asked": strange}) == "accepted", "an id nobody knows says nothing"
    assert say(wire, 3, {"asked": [{"need": row["id"], "settled": False}]}) == "accepted"
    pull(wire, cache)
    assert cache.of_kind(GRID, "need")[0]["state"] == "open"
    assert say(wire, 4, {"asked": [{"need": row["id"], "settled": True}]}) == "accepted"
    assert {"kind": "need", "id": row["id"]} in pull(wire, cache)["grids"][0]["gone"]


def test_a_new_epoch_or_a_strange_version_brings_all_again(field: Field) -> None:
    field.street.door("101")
    wire, cache = field.phone(), Cache()
    pull(wire, cache)
    before = cache.epoch
    assert epochs.raise_epoch(actor=PROGRAM, at=clock.now(), why="恢复备份") != before
    answer = pull(wire, cache)
    assert answer["grids"][0]["full"] and cache.epoch != before
    for odd in (10**9, -1, "x", None):
        status, answer = wire.ask("POST", "pull", {"since": {GRID: odd}, "epoch": cache.epoch})
        assert (status, answer["grids"][0]["full"]) == (200, True)


def test_a_grid_that_is_no_longer_mine_is_named(field: Field) -> None:
    field.street.door("101")
    wire, cache = field.phone(), Cache()
    pull(wire, cache)
    field.worker.assignments.update(scope=FAR_GRID)
    answer = pull(wire, cache)
    assert (answer["left"], [grid["grid"] for grid in answer["grids"]]) == ([GRID], [FAR_GRID])
    assert GRID not in cache.rows
    Grid.objects.filter(code=FAR_GRID).update(valid_to=dt.date(2026, 1, 1))
    assert pull(wire, cache)["grids"] == []


@pytest.mark.parametrize("seed", range(2))
def test_persons_struck_off_and_streams_raised_by_others_keep_phone_and_server_in_step(field: Field, seed: int) -> None:
    doors = [field.street.door(f"10{n}") for n in range(1, 5)]
    people = [field.street.person(f"居民{'甲乙丙丁'[n]}", door) for n, door in enumerate(doors)]
    wire, cache = field.phone(), Cache()
    pull(wire, cache)
    for n, person in enumerate(people):
        with core.write_to(GRID, actor=PROGRAM, at=clock.now()):
            if (n + seed) % 2:
                Person.objects.filter(pk=person.id).update(status="struck_off")
        pull(wire, cache)
    assert cache.versions[GRID] == Stream.objects.get(pk=GRID).version
    assert len(cache.of_kind(GRID, "person")) == 2


@pytest.mark.parametrize(
    ("posts", "codes"),
    [
        ([(Role.GRID_WORKER, GRID)], [GRID]),
        ([(Role.GRID_WORKER, NEXT_GRID)], []),
        ([(Role.COMMUNITY_LEAD, FIRST)], [f"{FIRST}000", GRID]),
        ([(Role.GRID_WORKER, FAR_GRID), (Role.GRID_WORKER, GRID)], [GRID, FAR_GRID]),
        (
            [(Role.COMMUNITY_LEAD, SECOND), (Role.COMMUNITY_LEAD, FIRST)],
            [f"{FIRST}000", GRID, f"{SECOND}000", FAR_GRID],
        ),
        ([(Role.STREET_CENTRE, FIRST[:9])], []),
    ],
)
def test_both_ways_name_the_grids_of_a_phone_and_none_that_is_closed(
    field: Field, posts: list[tuple[Role, str]], codes: list[str]
) -> None:
    Grid.objects.filter(code=NEXT_GRID).update(valid_to=dt.date(2026, 10, 1))
    viewer = Viewer(ids.new_id(), "网格员", tuple(Held(role, scope) for role, scope in posts))
    assert pulling.codes_of(viewer) == codes
    assert [grid.code for grid in pulling.grids_of(viewer)] == codes


def test_of_all_grids_both_ways_name_the_same(field: Field) -> None:
    assert pulling.codes_of(SYSTEM) == [grid.code for grid in pulling.grids_of(SYSTEM)]
    assert pulling.codes_of(SYSTEM) == [f"{FIRST}000", GRID, NEXT_GRID, f"{SECOND}000", FAR_GRID]
