"""Who is of a household, whose words of relation refer to nobody, who may be head when somebody has left."""

from __future__ import annotations

import uuid

import pytest

from gridwalk.registry import households
from gridwalk.registry.households import Member

HOME, GUEST, AWAY = "lives_here", "lives_elsewhere_registered", "registered_here"


def at_door(*people: tuple[str, str]) -> list[Member]:
    return [Member(uuid.UUID(int=n), kind, relation) for n, (kind, relation) in enumerate(people, start=1)]


def numbers(members: list[Member]) -> list[int]:
    return [member.person.int for member in members]


@pytest.mark.parametrize(
    ("people", "is_let", "without", "heads"),
    [
        ([(HOME, "02"), (HOME, "10"), (HOME, "20")], False, [], [1]),
        ([(HOME, "10")], False, [1], []),
        ([(HOME, "")], False, [], []),  # that nothing is said is another gap
        ([(HOME, "99"), (HOME, "99")], False, [], []),  # a collective household
        ([(HOME, "02"), (HOME, "02"), (GUEST, "02")], False, [], [1, 2, 3]),
        ([(GUEST, "10"), (GUEST, "20")], False, [1, 2], []),
        ([(GUEST, "10"), (GUEST, "20")], True, [], []),  # in a let dwelling their head may live anywhere
        ([("tenant", "10"), ("boarder", "20")], False, [], []),
        ([("tenant", "02"), ("tenant", "02")], True, [], []),  # who share a flat are several households
        ([(HOME, "10"), (AWAY, "02")], False, [], []),  # the head works elsewhere
        ([(HOME, "10"), (AWAY, "02"), (AWAY, "20")], False, [1], []),  # another household is registered here
        ([(HOME, "02"), (AWAY, "20")], False, [], [1]),  # the child studies elsewhere
        ([(GUEST, "02"), (AWAY, "10")], False, [2], [1]),  # the buyer is not the seller's head
        ([(HOME, "02"), (AWAY, "02"), (AWAY, "02")], False, [], [1]),  # absent households may be several
    ],
)
def test_whose_words_refer_to_nobody_and_who_is_head(
    people: list[tuple[str, str]], is_let: bool, without: list[int], heads: list[int]
) -> None:
    assert numbers(households.without_head(at_door(*people), is_let=is_let)) == without
    assert numbers(households.heads(at_door(*people), is_let=is_let)) == heads


@pytest.mark.parametrize(
    ("people", "leaves", "may_be_head"),
    [
        ([(HOME, "02"), (HOME, "10"), (HOME, "")], 1, [2, 3]),
        ([(HOME, "02"), (HOME, "10")], 2, []),
        ([(HOME, "02")], 1, []),
        ([(HOME, "02"), (HOME, "02")], 1, []),
        ([(HOME, "02"), ("tenant", "10")], 1, []),
        ([(HOME, "02"), (HOME, "20"), (AWAY, "10")], 1, [2, 3]),
        ([(AWAY, "02"), (AWAY, "20"), (GUEST, "02")], 1, [2]),
    ],
)
def test_who_may_be_head_when_one_is_gone(people: list[tuple[str, str]], leaves: int, may_be_head: list[int]) -> None:
    before = at_door(*people)
    after = [member for member in before if member.person.int != leaves]
    assert numbers(households.succeeding(before, after, is_let=False)) == may_be_head


def test_a_new_head_is_nobody_of_another_household() -> None:
    door = at_door((HOME, "10"), (HOME, "20"), (AWAY, "02"), (AWAY, "10"))
    assert numbers(households.beside(door, uuid.UUID(int=1), is_let=False)) == [2]
    door = at_door((HOME, "10"), (HOME, "20"), (AWAY, "40"))
    assert numbers(households.beside(door, uuid.UUID(int=1), is_let=False)) == [2, 3]
