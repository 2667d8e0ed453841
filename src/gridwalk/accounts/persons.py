"""Which accounts are one person's: what one of them proposes, another of them does not decide (domain.md §4)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from gridwalk.accounts import queries
from gridwalk.accounts.models import User
from gridwalk.accounts.rules import PERMITTED, Role, Verb
from gridwalk.core.envelope import EnvelopeError
from gridwalk.method import text

SAME = (
    "没有定：提出的账号和您的账号是同一个人（姓名相同，工号或者工作电话也相同），要另一位同事来定。"
    "确是两个人的，请管理员把工号、工作电话改对。"
)


def are_one(account: uuid.UUID | None, others: Iterable[uuid.UUID | None]) -> bool:
    """Whether an account is the same person as one of the others, by another account; the program is nobody."""
    asked = {other for other in others if other is not None and other != account}
    if account is None or not asked:
        return False
    persons = among([account, *asked])
    return any(persons[account] == persons[other] for other in asked)


def among(accounts: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Account → the person, told by one of that person's accounts: the same name with the same staff number or
    the same work telephone.
    """
    person = {account: account for account in accounts}
    of_mark: dict[tuple[str, ...], list[uuid.UUID]] = defaultdict(list)
    for user in User.objects.filter(pk__in=list(accounts)).order_by("created_at", "id"):
        for mark in _marks(user):
            of_mark[mark].append(user.pk)
    for same in of_mark.values():
        _join(person, same)
    return person


def _join(person: dict[uuid.UUID, uuid.UUID], same: Sequence[uuid.UUID]) -> None:
    joined, first = {person[account] for account in same}, person[same[0]]
    person |= {account: first for account, behind in person.items() if behind in joined}


def _marks(user: User) -> list[tuple[str, ...]]:
    number = text.fold(user.staff_number).lower()
    phone = _work_phone(user)
    marks = [("number", number), ("phone", phone)]  # a staff number is a street's own: by itself it tells nobody
    return [(mark, text.fold(user.name), value) for mark, value in marks if value]


def _work_phone(user: User) -> str:
    """Nothing where the keys are not there: the office goes on until they are put back."""
    try:
        return queries.work_phone(user)
    except EnvelopeError:
        return ""


def alone(communities: Collection[str], on: dt.date) -> set[str]:
    """Those of some communities where fewer than two people can recheck, however many accounts they have: what one
    proposes, nobody else can decide.
    """
    roles = [role for role in Role if Verb.RECHECK in PERMITTED[role]]
    rows = queries.posted(on).filter(role__in=roles, user__is_active=True).values_list("scope", "user_id")
    posts = list(rows)
    persons = among({user for _, user in posts})
    return {code for code in communities if len({persons[u] for scope, u in posts if code.startswith(scope)}) < 2}
