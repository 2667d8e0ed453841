"""Two accounts of one person are one person; a staff number is somebody's once in a street."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from gridwalk.accounts import actions, persons
from gridwalk.accounts.actions import AccountError
from gridwalk.accounts.models import User
from gridwalk.accounts.rules import SYSTEM, Role, Viewer
from gridwalk.core import clock, ids

pytestmark = pytest.mark.django_db
STREET, NEXT_STREET, COMMUNITY = "120105001", "120105002", "120105001001"
PHONE, OTHER = "12012345678", "12012345679"


def account(name: str, *, phone: str = "", number: str = "") -> uuid.UUID:
    user = User(username=f"u{User.objects.count()}", name=name, created_at=clock.now())
    actions._write_phone(user, phone)
    user.staff_number, user.staff_street = number, str(User.objects.count())  # of different streets
    user.save(force_insert=True)
    return user.pk


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ({"name": "王试", "phone": PHONE}, {"name": "王试", "phone": PHONE}, True),
        ({"name": "王试", "phone": PHONE}, {"name": " 王试", "phone": PHONE}, True),
        ({"name": "王试", "phone": PHONE}, {"name": "李试", "phone": PHONE}, False),
        ({"name": "王试", "phone": PHONE}, {"name": "王试", "phone": OTHER}, False),
        ({"name": "王试"}, {"name": "王试"}, False),
        ({"name": "王试", "number": "A-07"}, {"name": "王试", "number": "a-07"}, True),
        ({"name": "王试", "number": "A-07"}, {"name": "李试", "number": "A-07"}, False),
        ({"name": "王试", "number": "A-07"}, {"name": "王试", "number": "A-08"}, False),
    ],
)
def test_which_accounts_are_one_persons(first: dict[str, str], second: dict[str, str], same: bool) -> None:
    one, other = account(**first), account(**second)
    assert persons.are_one(one, [None, other]) is same
    assert persons.are_one(other, [one]) is same
    assert not persons.are_one(one, [one, None]), "who is the same by the same account is refused in other words"
    assert not persons.are_one(None, [one]) and not persons.are_one(ids.new_id(), [one])


def test_three_accounts_are_one_person_by_what_any_two_share() -> None:
    chain = [
        account("王试", phone=PHONE),
        account("王试", phone=PHONE, number="7"),
        account("王试", number="7"),
        account("李试"),
    ]
    behind = persons.among(chain)
    assert len({behind[pk] for pk in chain[:3]}) == 1 and behind[chain[3]] != behind[chain[0]]


def test_two_accounts_of_one_person_leave_a_community_alone() -> None:
    today = clock.local_date(clock.now())
    leads = [account("王试", phone=PHONE), account("王试", phone=OTHER)]
    for lead in leads:
        actions.assign(
            actor=SYSTEM, at=clock.now(), user=lead, role=Role.COMMUNITY_LEAD, scope=COMMUNITY, from_on=today
        )
    assert persons.alone([COMMUNITY], today) == set()
    User.objects.filter(pk=leads[0]).update(staff_number="7")
    User.objects.filter(pk=leads[1]).update(staff_number="7")
    assert persons.alone([COMMUNITY], today) == {COMMUNITY}


def test_a_staff_number_is_once_in_a_street_and_again_in_the_next(viewer: Callable[[Role, str], Viewer]) -> None:
    def add(username: str, street: str) -> User:
        return actions.create_user(
            actor=viewer(Role.ADMINISTRATOR, street),
            at=clock.now(),
            username=username,
            name="王试",
            password="walk-every-door-26",
            staff_number="07",
        )

    add("wang1", STREET)
    elsewhere = add("wang2", NEXT_STREET)
    with pytest.raises(AccountError, match="工号“07”已有人用"):
        add("wang3", STREET)
    today = clock.local_date(clock.now())
    with pytest.raises(AccountError, match="工号“07”已有人用"):  # the first post brings the number along
        actions.assign(
            actor=SYSTEM, at=clock.now(), user=elsewhere.pk, role=Role.COMMUNITY_LEAD, scope=COMMUNITY, from_on=today
        )
