"""Reads of accounts: who a user is as a viewer, who answers for an area."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from typing import Any

from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from gridwalk.accounts import locking
from gridwalk.accounts.models import Assignment, Grant, User
from gridwalk.accounts.rules import LABELS, PERMITTED, Held, Role, State, Verb, Viewer
from gridwalk.core import envelope, plain
from gridwalk.core.queries import NotHere, in_scopes


def _in_force(on: dt.date) -> Q:
    return Q(state=State.CONFIRMED, from_on__lte=on) & _not_over(on)


def _not_over(on: dt.date) -> Q:
    return Q(to_on__isnull=True) | Q(to_on__gte=on)


def viewer_of(user: User, on: dt.date) -> Viewer:
    """The user as viewer: the assignments in force on ``on``."""
    if not user.is_active:
        return Viewer(user.id, user.name)
    posts = _POSTS.ask(user=user.id, on=on)()
    return Viewer(user.id, user.name, tuple(Held(Role(role), scope) for role, scope in posts))


def _posts_of(user: uuid.UUID, on: dt.date) -> QuerySet[Assignment, tuple[str, str]]:
    rows = Assignment.objects.filter(_in_force(on), user=user).order_by("from_on", "scope")
    return rows.values_list("role", "scope")


_ANYBODY, _ANY_DAY = uuid.UUID(int=1), dt.date(1, 1, 1)
_POSTS = plain.Query(_posts_of, user=_ANYBODY, on=_ANY_DAY)
"""Asked with every page, so it is built once; so are ``_CODES`` and ``_KEPT_BY_ONE``."""


def granted(viewer: Viewer, kind: str, at: dt.datetime) -> list[uuid.UUID]:
    """The objects of a kind opened to the viewer at a moment."""
    if viewer.id is None:
        return []
    rows = Grant.objects.filter(user_id=viewer.id, kind=kind, from_at__lte=at, until_at__gt=at)
    return list(rows.values_list("entity", flat=True))


def first_scope(user: uuid.UUID | None) -> str:
    """The area in whose audit it stands what happens to an account."""
    return Assignment.objects.filter(user=user).order_by("scope").values_list("scope", flat=True).first() or ""


def second_factor_missing(user: User) -> bool:
    """Whether the user has not set up one-time codes."""
    return not _CODES.ask(user=user.id)()


def _codes_of(user: uuid.UUID) -> QuerySet[Authenticator, tuple[Any]]:
    codes: QuerySet[Authenticator] = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP)
    return codes.values_list("id")[:1]


_CODES = plain.Query(_codes_of, user=_ANYBODY)


def with_second_factor(users: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of some users who have set up one-time codes."""
    rows = Authenticator.objects.filter(user__in=users, type=Authenticator.Type.TOTP)
    return set(rows.values_list("user_id", flat=True))


@dataclasses.dataclass(frozen=True)
class Responsible:
    """The person named for an area on lists and documents (P21)."""

    code: str
    name: str
    post: str
    user: uuid.UUID


def responsible(codes: Sequence[str], on: dt.date) -> dict[str, Responsible]:
    """The responsible person of each grid or community: whoever took it over last, among those still in post.

    An area without one is missing from the answer.
    """
    rows = (
        Assignment.objects.filter(_in_force(on), scope__in=codes, responsible=True)
        .select_related("user")
        .order_by("from_on", "id")
    )
    return {a.scope: Responsible(a.scope, a.user.name, a.user.post, a.user_id) for a in rows}


def managed(viewer: Viewer) -> QuerySet[User]:
    """The accounts the viewer manages."""
    scopes = viewer.scopes(Verb.MANAGE_ACCOUNTS)
    inside = in_scopes(scopes, "assignments__scope")
    return User.objects.filter(inside | Q(assignments__isnull=True) if scopes else Q(pk__in=[])).distinct()


def get_user_by_name(viewer: Viewer, username: str) -> User:
    """The account with a sign-in name among those the viewer manages. Raises NotHere."""
    account = managed(viewer).filter(username=username).first()
    if account is None:
        raise NotHere
    return account


def get_user(viewer: Viewer, user: uuid.UUID) -> User:
    """One account the viewer manages. Raises NotHere."""
    account = managed(viewer).prefetch_related("assignments").filter(pk=user).first()
    if account is None:
        raise NotHere
    return account


WORK_PHONE = {"table": "accounts_user", "column": "work_phone"}


def work_phone(user: User) -> str:
    """By which telephone somebody is reached at work; empty where none is written down."""
    return envelope.open_(user.work_phone_sealed, **WORK_PHONE, row=user.pk)


def sign_in_names() -> set[str]:
    """The sign-in names that are somebody's, wherever."""
    return set(User.objects.values_list("username", flat=True))


def staff_numbers() -> dict[str, set[str]]:
    """The staff numbers of those who work, by street."""
    numbers: dict[str, set[str]] = defaultdict(set)
    working = User.objects.filter(is_active=True).exclude(staff_number="")
    for street, number in working.values_list("staff_street", "staff_number"):
        numbers[street].add(number)
    return dict(numbers)


def work_phones() -> set[str]:
    """The work telephones that are written down."""
    users = User.objects.filter(is_active=True).exclude(work_phone_sealed="")
    return {work_phone(user) for user in users}


def posts_held(on: dt.date) -> set[tuple[str, str, str]]:
    """Name, role and scope of everybody who has a post on a day or waits for one."""
    held = Assignment.objects.filter(_not_over(on), user__is_active=True, state__in=[State.CONFIRMED, State.PROPOSED])
    return set(held.values_list("user__name", "role", "scope"))


def by_sign_in_name(username: str) -> User | None:
    """Whose name somebody types to sign in, before anybody knows who it is."""
    return User.objects.filter(username=username, is_active=True).first()


def is_locked(viewer: Viewer, user: uuid.UUID, at: dt.datetime) -> bool:
    """Whether wrong passwords have locked an account the viewer manages at some address. Raises NotHere."""
    account = get_user(viewer, user)
    since = at - dt.timedelta(hours=settings.AXES_COOLOFF_TIME)
    failures = AccessAttempt.objects.filter(username=locking.mark_of(account.username), attempt_time__gte=since)
    tries = failures.values("ip_address").annotate(n=Sum("failures_since_start")).values_list("n", flat=True)
    return any(n >= settings.AXES_FAILURE_LIMIT for n in tries)


def proposals(viewer: Viewer, on: dt.date) -> list[Assignment]:
    """The roles that wait for the viewer's word, those proposed first on top."""
    return list(_proposals(viewer, on).select_related("user").order_by("proposed_at", "id"))


def own_proposals(viewer: Viewer, on: dt.date) -> list[Assignment]:
    """The viewer's own roles that wait for somebody's word, by area."""
    own = Assignment.objects.filter(_not_over(on), user=viewer.id, state=State.PROPOSED)
    return list(own.order_by("scope", "role"))


def n_proposals(viewer: Viewer, on: dt.date) -> int:
    """How many roles wait for the viewer's word."""
    return _proposals(viewer, on).count()


def _proposals(viewer: Viewer, on: dt.date) -> QuerySet[Assignment]:
    inside = in_scopes(viewer.scopes(Verb.CONFIRM_ROLES), "scope")
    return Assignment.objects.filter(inside, _not_over(on), state=State.PROPOSED)


def can_be_confirmed(scope: str, on: dt.date) -> bool:
    """Whether somebody is in post who can confirm a role over an area."""
    above = [scope[:n] for n in range(len(scope) + 1)]
    return Assignment.objects.filter(
        _in_force(on), role=Role.STREET_CENTRE, scope__in=above, user__is_active=True
    ).exists()


def has_post(role: Role, on: dt.date) -> bool:
    """Whether anybody holds a role, anywhere."""
    return Assignment.objects.filter(_in_force(on), role=role, user__is_active=True).exists()


def holders(role: Role, scope: str, on: dt.date) -> list[str]:
    """The names of those who hold a role over a scope, over part of it or over more, by name."""
    wider = [scope[:length] for length in range(len(scope))]
    posts = posted(on).filter(Q(scope__in=wider) | Q(scope__startswith=scope), role=role, user__is_active=True)
    return sorted(set(posts.values_list("user__name", flat=True)))


def kept_by_one(on: dt.date) -> bool:
    """Whether one person keeps the accounts and confirms the roles: a trial, which every page says."""
    return bool(_KEPT_BY_ONE.ask(on=on)())


def _keepers_who_confirm(on: dt.date) -> QuerySet[Assignment, tuple[uuid.UUID]]:
    keepers = Assignment.objects.filter(_in_force(on), role=Role.ADMINISTRATOR, user__is_active=True)
    centre = Assignment.objects.filter(_in_force(on), role=Role.STREET_CENTRE, user=OuterRef("user"))
    return keepers.filter(Exists(centre)).values_list("id")[:1]


_KEPT_BY_ONE = plain.Query(_keepers_who_confirm, on=_ANY_DAY)


def names_of(users: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The names of some accounts."""
    return dict(User.objects.filter(pk__in=users).values_list("id", "name"))


def workers(scope: str, on: dt.date) -> list[tuple[uuid.UUID, str, str]]:
    """Grid workers inside a scope: (user, name, grid code), in code order; who is there for some days is not one."""
    return _posts_inside(Role.GRID_WORKER, scope, on)


def inspectors(scope: str, on: dt.date) -> list[tuple[uuid.UUID, str, str]]:
    """Inspectors inside a scope: (user, name, area code), as ``workers``."""
    return _posts_inside(Role.INSPECTOR, scope, on)


def leads(scope: str, on: dt.date) -> list[tuple[uuid.UUID, str, str]]:
    """Community leads inside a scope: (user, name, community code), as ``workers``."""
    return _posts_inside(Role.COMMUNITY_LEAD, scope, on)


def _posts_inside(role: Role, scope: str, on: dt.date) -> list[tuple[uuid.UUID, str, str]]:
    rows = posted(on).filter(role=role, scope__startswith=scope)
    return [(a.user_id, a.user.name, a.scope) for a in rows.select_related("user").order_by("scope", "user__name")]


VISITORS = [role for role in Role if Verb.WALK in PERMITTED[role]]
"""The roles that visit doors."""


def posted(on: dt.date) -> QuerySet[Assignment]:
    """The posts in force on a day, without those for somebody else's days."""
    return Assignment.objects.filter(_in_force(on), covers__isnull=True)


def visiting(on: dt.date) -> QuerySet[Assignment]:
    """The posts that make doors somebody's: in force, visiting, of an open account, nobody's substitute's."""
    return posted(on).filter(role__in=VISITORS, user__is_active=True)


def with_phone(on: dt.date) -> QuerySet[Assignment]:
    """The posts whose work is done with a phone of one's own: those that visit, and the inspectors'."""
    roles = [role for role in Role if PERMITTED[role] & {Verb.WALK, Verb.ASK_AGAIN}]
    return posted(on).filter(role__in=roles, user__is_active=True)


@dataclasses.dataclass(frozen=True)
class Post:
    """Somebody who visits the doors of a grid on a day: its ``responsible`` person, one of the others, or there for
    the days of whom they cover (``covers``).
    """

    grid: str
    user: uuid.UUID
    name: str
    responsible: bool
    covers: uuid.UUID | None


def posts(grids: Collection[str], on: dt.date) -> list[Post]:
    """Who visits the doors of some grids on a day, in code order: the grid's own people, who leads it, who is there
    for some days; one query.
    """
    scopes = {grid[:length] for grid in grids for length in range(len(grid) + 1)}
    rows = Assignment.objects.filter(_in_force(on), role__in=VISITORS, scope__in=scopes, user__is_active=True)
    standing = list(rows.select_related("user").order_by("from_on", "id"))
    named = {row.scope: row.user_id for row in standing if row.responsible}
    standing.sort(key=lambda row: (row.covers_id is not None, -len(row.scope), row.user.name))
    return [
        Post(grid, row.user_id, row.user.name, named.get(grid) == row.user_id, row.covers_id)
        for grid in sorted(grids)
        for row in standing
        if grid.startswith(row.scope)
    ]


def in_post(grids: Collection[str], on: dt.date) -> dict[str, dict[uuid.UUID, str]]:
    """Who works in each grid or leads its community on a day: grid → user → name, the grid's own workers first."""
    rows = posted(on).filter(
        role__in=[Role.GRID_WORKER, Role.COMMUNITY_LEAD],
        scope__in=[*grids, *{grid[:12] for grid in grids}],
    )
    names: dict[str, dict[uuid.UUID, str]] = {grid: {} for grid in grids}
    for post in rows.select_related("user").order_by("-scope", "user__name"):
        for grid in grids:
            if grid.startswith(post.scope):
                names[grid][post.user_id] = post.user.name
    return names


def viewer_by_id(user: uuid.UUID, on: dt.date) -> Viewer:
    """The viewer of a user a background job acts for. Raises NotHere."""
    account = User.objects.filter(pk=user).first()
    if account is None:
        raise NotHere
    return viewer_of(account, on)


def grid_of_worker(user: uuid.UUID, among: Sequence[str], on: dt.date) -> str:
    """The first of some grids that a user is assigned to on a day; "" where none is."""
    assignments = posted(on).filter(user_id=user, scope__in=list(among)).order_by("scope")
    return assignments.values_list("scope", flat=True).first() or ""


def posts_of(users: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """What these users are, as their accounts say; one without a post is missing from the answer."""
    return dict(User.objects.filter(pk__in=list(users)).exclude(post="").values_list("id", "post"))


Author = Callable[[uuid.UUID | None, str], str]
"""Whoever wrote something, by id and name → how they are told."""


def authors(users: Collection[uuid.UUID | None], *, named: bool) -> Author:
    """How the authors of what stands at one record are told (red line 2).

    ``named``: by name, to who answers for its door; to everybody else by what they are: 网格员. The program, which has
    no id, by name.
    """
    roles: dict[uuid.UUID, str] = {}
    if not named:
        held = Assignment.objects.filter(user__in={user for user in users if user}).order_by("from_on", "id")
        roles = {assignment.user_id: LABELS[Role(assignment.role)] for assignment in held}

    def told(user: uuid.UUID | None, name: str) -> str:
        return name if named or user is None else roles.get(user, "")

    return told
