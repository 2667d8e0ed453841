"""What an end rests on, by how it is known: the paper of that end, or how somebody said so."""

from __future__ import annotations

import pytest

from gridwalk.events import kinds

RESTS_ON = """
kind         end        paper              self       phone visit       others
person       deceased   death_certificate  in_person  phone at_the_door other
person       moved_away household_book     in_person  phone at_the_door other
organization closed     deregistration     in_person  phone at_the_door property_office
"""


@pytest.mark.parametrize("line", RESTS_ON.strip().splitlines()[1:])
def test_an_end_rests_on_the_paper_that_was_seen_or_on_how_it_was_said(line: str) -> None:
    kind, end, *codes = line.split()
    told = RESTS_ON.strip().splitlines()[0].split()[2:]
    assert set(told) == set(kinds.TOLD)
    assert [kinds.evidence(kind, end, how) for how in told] == codes
