"""Draws that can be repeated, in which every door has its chance."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwalk.method.sampling import draws
from gridwalk.method.sampling.draws import Unit

SEED = bytes(range(32))
DOORS = [Unit("甲社区·见面", f"{n % 3:03}", f"{n:04}", f"door {n}") for n in range(20)]
DOORS += [Unit("甲社区·无人", "001", f"{n:04}", f"shut {n}") for n in range(5)]
A_LOT = 2**64


def test_a_seed_is_committed_to_by_its_hash() -> None:
    # printf 'gridwalk sample\0' with the bytes 00 01 … 1f, through sha256sum
    assert draws.commitment(SEED) == "29caf0ff51cf67965e1618cb2c579040e3f2cbe0171eec2e39379ab06a84956c"
    with pytest.raises(ValueError, match="32 bytes"):
        draws.commitment(b"short")


def test_a_frame_has_one_fingerprint_in_whatever_order_and_another_if_a_door_differs() -> None:
    fingerprint = draws.fingerprint(DOORS)
    assert draws.fingerprint(DOORS[::-1]) == fingerprint
    assert draws.fingerprint(DOORS[1:]) != fingerprint
    moved = Unit("甲社区·无人", DOORS[0].grid, DOORS[0].walk, DOORS[0].key)
    assert draws.fingerprint([moved, *DOORS[1:]]) != fingerprint


def test_the_same_seed_draws_the_same_doors_and_another_seed_others() -> None:
    sizes = {"甲社区·见面": 5, "甲社区·无人": 2}
    drawn = draws.draw(DOORS, sizes, SEED)
    assert draws.draw(DOORS[::-1], sizes, SEED) == drawn
    assert Counter(unit.stratum for unit in drawn) == sizes
    assert any(draws.draw(DOORS, sizes, bytes([n]) * 32) != drawn for n in range(3))
    with pytest.raises(ValueError, match="6 doors are to be drawn of 5"):
        draws.draw(DOORS, {"甲社区·无人": 6}, SEED)
    with pytest.raises(ValueError, match="1 doors are to be drawn of 0"):
        draws.draw(DOORS, {"乙社区·无人": 1}, SEED)


def test_doors_are_drawn_along_the_walk_from_a_start_by_lot() -> None:
    assert draws.systematic(10, 3, 0) == [0, 3, 6]
    assert draws.systematic(10, 3, A_LOT // 2) == [1, 5, 8]
    assert draws.systematic(10, 3, A_LOT - 1) == [3, 6, 9]
    assert draws.systematic(10, 0, 7) == []
    assert draws.systematic(4, 4, A_LOT - 1) == [0, 1, 2, 3]


def test_every_place_has_the_same_chance() -> None:
    starts = [n * A_LOT // 16 for n in range(16)]
    drawn = Counter(place for start in starts for place in draws.systematic(16, 5, start))
    assert drawn == dict.fromkeys(range(16), 5)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n))), st.integers(0, A_LOT - 1))
def test_places_rise_and_stay_inside(size: tuple[int, int], start: int) -> None:
    population, n = size
    places = draws.systematic(population, n, start)
    assert len(places) == n == len(set(places))
    assert places == sorted(places)
    assert places[0] >= 0 and places[-1] < population


def test_strata_get_their_share_by_largest_remainder_and_two_doors_at_least() -> None:
    # 20 of 180: 11.1, 5.6, 3.3, so 11, 5, 3; the one left goes to the remainder of 0.6
    assert draws.allocation({"a": 100, "b": 50, "c": 30}, 20) == {"a": 11, "b": 6, "c": 3}
    assert draws.allocation({"a": 100, "b": 3, "c": 1, "d": 0}, 7) == {"a": 4, "b": 2, "c": 1, "d": 0}
    assert draws.allocation({"a": 3, "b": 2}, 100) == {"a": 3, "b": 2}
    assert draws.allocation({"a": 0}, 5) == {"a": 0}
    # 10 of 1,009: 9.9 and thrice 0.03; the small ones get two each, the large one what is left
    assert draws.allocation({"a": 1000, "b": 3, "c": 3, "d": 3}, 10) == {"a": 4, "b": 2, "c": 2, "d": 2}
    assert draws.allocation({"a": 1000, "b": 3, "c": 3, "d": 3}, 5) == {"a": 2, "b": 2, "c": 2, "d": 2}
    with pytest.raises(ValueError, match="negative"):
        draws.allocation({"a": -1}, 5)


@given(st.dictionaries(st.text("abcdef", min_size=1), st.integers(0, 2000), min_size=1), st.integers(0, 500))
def test_an_allocation_adds_up(populations: dict[str, int], size: int) -> None:
    drawn = draws.allocation(populations, size)
    least = {stratum: min(draws.LEAST, population) for stratum, population in populations.items()}
    assert all(least[stratum] <= drawn[stratum] <= population for stratum, population in populations.items())
    assert sum(drawn.values()) == max(min(size, sum(populations.values())), sum(least.values()))


def test_checks_are_made_in_an_order_by_lot() -> None:
    turns = draws.in_turn(DOORS, SEED)
    assert turns != DOORS and sorted(turns) == sorted(DOORS)
    assert draws.in_turn(DOORS[::-1], SEED) == turns


def test_a_draw_is_larger_from_the_start() -> None:
    assert draws.larger(72, 0.8) == 90
    assert draws.larger(72, 1) == 72
    with pytest.raises(ValueError, match="response"):
        draws.larger(72, 0)


def test_a_stairwell_is_hit_in_proportion_to_its_doors() -> None:
    sizes = [2, 0, 10, 4]
    starts = Counter[tuple[int, ...]]()
    for n in range(400):
        starts[tuple(draws.by_size(sizes, 2, bytes([n % 256, n // 256]) * 16))] += 1
    assert {sum(hits) for hits in starts} == {2}
    mean = [sum(hits[place] * times for hits, times in starts.items()) / 400 for place in range(4)]
    # 2·(2, 0, 10, 4)/16
    assert mean == pytest.approx([0.25, 0, 1.25, 0.5], abs=0.1)
    with pytest.raises(ValueError, match="above 0"):
        draws.by_size([0, 0], 1, SEED)
