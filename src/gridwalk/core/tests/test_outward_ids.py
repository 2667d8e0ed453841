"""An address names a record so that neither the order nor the day of its making can be read from it."""

from __future__ import annotations

import itertools
import uuid

from hypothesis import example, given
from hypothesis import strategies as st

from gridwalk.core import ids, outward
from gridwalk.core.outward import OUTSIDE

LOWEST, HIGHEST = uuid.UUID("00000000-0000-7000-8000-000000000000"), uuid.UUID("ffffffff-ffff-7fff-bfff-ffffffffffff")


@given(st.integers(0, (1 << 128) - 1).map(lambda n: uuid.UUID(int=n, version=4)))
@example(LOWEST)
@example(HIGHEST)
def test_an_address_leads_to_its_id_and_an_id_to_itself(pk: uuid.UUID) -> None:
    pk = uuid.UUID(int=pk.int & ~(0xF << 76) | 7 << 76)
    address = outward.outward(pk)
    assert (address.version, address.variant) == (OUTSIDE, uuid.RFC_4122)
    assert outward.inward(address) == pk == outward.inward(pk)


def test_neighbours_of_a_ledger_are_none_in_addresses_and_no_address_says_a_day() -> None:
    made = [ids.new_id() for _ in range(500)]
    assert made == sorted(made), "as a ledger of before 0.6 made them"
    addresses = [outward.outward(pk) for pk in made]
    assert len(set(addresses)) == 500
    ascending = sum(a < b for a, b in itertools.pairwise(addresses))
    assert 200 < ascending < 300, "half of them, by lot"
    assert len({address.hex[:6] for address in addresses}) > 450, "they begin with no common day"


def test_an_id_of_another_version_stays_as_it_is() -> None:
    pk = uuid.UUID("6ba7b810-9dad-41d1-80b4-00c04fd430c8")
    assert outward.outward(pk) == pk == outward.inward(pk)
