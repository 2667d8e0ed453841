"""Who asks at the doors of a sample: inspectors over its scope; of mutual checks those of the community in turn."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.models import User
from gridwalk.accounts.rules import ONE_STREET, PERMITTED, Role, Verb, Viewer
from gridwalk.inspection import allotting, rules
from gridwalk.inspection.models import Sample, SampledDoor
from gridwalk.inspection.rules import DoorState, Kind
from gridwalk.territory import queries as territory


@dataclasses.dataclass(frozen=True, kw_only=True)
class Turn:
    """A community, the one that checks it (empty: the street does), its doors drawn and closed."""

    checker: str
    checked: str
    n_drawn: int
    n_closed: int


def over(scope: str, on: dt.date) -> list[User]:
    """The inspectors whose post covers the street of a scope on a day, by name."""
    return _posted(on, _above(scope))


def by_community(sample: Sample, on: dt.date) -> Mapping[str, list[User]]:
    """Community → who may be given its doors; of mutual checks those posted in the community that checks it."""
    communities = {rules.community_of(name) for name in sample.strata}
    checker = checkers(sample)
    if not checker:
        return dict.fromkeys(communities, over(sample.scope, on))
    return {code: _posted(on, _sending(sample, code)) for code in sorted(communities)}


def sends(viewer: Viewer, sample: Sample, community: str) -> bool:
    """Whether a post of the viewer sends them to a community's doors of a sample: that they were given some is not
    enough, for posts end and move. ``community``: empty for stairwells, which no community checks for another.
    """
    posts = {post.scope for post in viewer.assignments if Verb.ASK_AGAIN in PERMITTED[post.role]}
    return not posts.isdisjoint(_sending(sample, community))


def post_to(door: uuid.UUID) -> str | None:
    """Where a post is that sends to a sampled door; None where there is no such door."""
    row = SampledDoor.objects.select_related("sample").filter(pk=door).first()
    return _sending(row.sample, rules.community_of(row.stratum))[-1] if row else None


def _sending(sample: Sample, community: str) -> list[str]:
    """The areas whose inspectors are sent: of mutual checks the community in turn, and nobody above or beside it."""
    checker = checkers(sample)
    return [checker[community]] if checker else _above(sample.scope)


def _above(scope: str) -> list[str]:
    """The street of a scope and what is above it: whose post is in a community checks another one, never their own."""
    return [scope[:length] for length in range(min(len(scope), ONE_STREET) + 1)]


def everybody(sample: Sample, on: dt.date) -> set[User]:
    """All who may be given doors of a sample."""
    return {user for users in by_community(sample, on).values() for user in users}


def checkers(sample: Sample) -> Mapping[str, str]:
    """Community → the one that checks it; empty for other kinds, and where the street checks all."""
    if sample.draws_for is not Kind.MUTUAL:
        return {}
    return allotting.checked_by(map(rules.community_of, sample.strata), sample.number)


def turns(sample: Sample) -> list[Turn]:
    """Who checks whom in a round of mutual checks, by the checked community; empty for other kinds."""
    if sample.draws_for is not Kind.MUTUAL or not sample.strata:
        return []
    checker = checkers(sample)
    drawn, closed = Counter[str](), Counter[str]()
    for name, state in SampledDoor.objects.filter(sample=sample).values_list("stratum", "state"):
        drawn[rules.community_of(name)] += 1
        closed[rules.community_of(name)] += state != DoorState.OPEN
    codes = sorted({rules.community_of(name) for name in sample.strata})
    names = territory.place_names(codes)
    return [
        Turn(
            checker=names[checker[code]] if checker else "",
            checked=names[code],
            n_drawn=drawn[code],
            n_closed=closed[code],
        )
        for code in codes
    ]


def _posted(on: dt.date, scopes: list[str]) -> list[User]:
    posts = accounts.posted(on).filter(role=Role.INSPECTOR, user__is_active=True, scope__in=scopes)
    return list(User.objects.filter(pk__in=posts.values("user")).order_by("name", "username"))
