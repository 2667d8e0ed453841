"""The accounts of the demo: one a role, and a worker for every grid; random passwords, told once."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random as random_

from gridwalk.accounts import actions as accounts
from gridwalk.accounts import queries
from gridwalk.accounts.rules import LABELS, SYSTEM, Role, Viewer
from gridwalk.simulate.street import rng as chance
from gridwalk.simulate.street.world import PILOT, World

STREET, DISTRICT = "120105001", "120105"
SURNAMES, GIVEN = "沈何许陆程韩孟褚裴魏唐孙郭梁宋谢邓冯曹彭", "若溪静姝知行文蔚望舒书言昭宁明溪子衿南枝亦舟安禾"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Member:
    """An account to sign in with. ``password`` is random and stored nowhere else."""

    username: str
    name: str
    role: Role
    scope: str
    password: str
    viewer: Viewer


OFFICE = (
    ("wangge", "许知行", Role.STREET_CENTRE, STREET, "网格中心主任"),
    ("lingdao", "韩书言", Role.LEADING_GROUP, STREET, "领导小组组长"),
    ("qu", "程望舒", Role.DISTRICT_CENTRE, DISTRICT, "区网格中心"),
    ("hecha", "裴子衿", Role.INSPECTOR, STREET, "核查员"),
    ("guanli", "孟昭宁", Role.ADMINISTRATOR, STREET, "系统管理员"),
)


def make(world: World, *, at: dt.datetime, from_on: dt.date) -> tuple[list[Member], dict[str, Viewer]]:
    """Create everybody. Returns the accounts to show (one a role) and every grid's worker by grid code."""
    shown = [
        _member(username=username, name=name, role=role, scope=scope, post=post, at=at, from_on=from_on)
        for username, name, role, scope, post in OFFICE
    ]
    # The pilot is all but done: the worker to try a phone with is one who has doors left.
    unfinished = next(grid for c in world.communities if c.code != PILOT for grid in c.grids)
    random = chance.stream(world.seed, "cast")
    workers: dict[str, Viewer] = {}
    for community in world.communities:
        lead = f"shuji{community.code[-3:]}"
        member = _member(
            username=lead,
            name=_name(random),
            role=Role.COMMUNITY_LEAD,
            scope=community.code,
            post="社区书记",
            at=at,
            from_on=from_on,
            responsible=True,
        )
        if community.code == PILOT:
            shown.append(member)
        for grid in community.grids:
            worker = _member(
                username=f"wg{grid[-6:]}",
                name=_name(random),
                role=Role.GRID_WORKER,
                scope=grid,
                post="网格员",
                at=at,
                from_on=from_on,
                responsible=True,
            )
            workers[grid] = worker.viewer
            if grid == unfinished:
                shown.append(worker)
    return shown, workers


def _name(random: random_.Random) -> str:
    start = random.randrange(0, len(GIVEN) - 1, 2)
    return random.choice(SURNAMES) + GIVEN[start : start + 2]


def _member(
    username: str,
    name: str,
    role: Role,
    scope: str,
    post: str,
    at: dt.datetime,
    from_on: dt.date,
    *,
    responsible: bool = False,
) -> Member:
    password = accounts.random_password(groups=4)  # typed by who is shown the demonstration, over and over
    user = accounts.create_user(
        actor=SYSTEM, at=at, username=username, name=name, password=password, post=post, must_change_password=False
    )
    accounts.assign(actor=SYSTEM, at=at, user=user.id, role=role, scope=scope, from_on=from_on, responsible=responsible)
    return Member(
        username=username, name=name, role=role, scope=scope, password=password, viewer=queries.viewer_of(user, from_on)
    )


def label(member: Member) -> str:
    """The role in words."""
    return LABELS[member.role]
