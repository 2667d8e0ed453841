"""户在人不在: whose household is registered in a community and who lives in another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from gridwalk.accounts.rules import Role, Verb, Viewer
from gridwalk.core.actions import Writing
from gridwalk.notices import actions as notices
from gridwalk.notices.rules import Kind
from gridwalk.registry.living import REGISTERED
from gridwalk.registry.models import Residence


def tell(writing: Writing, left: Iterable[tuple[str, Sequence[Residence]]]) -> None:
    """Step: the communities where people are registered are told when they are on record as living in another.
    ``left``: the grid somebody left, and their links. Whoever brought it about there knows it.
    """
    registered = {
        link.pk: link
        for grid, links in left
        for link in links
        if link.kind == REGISTERED and _left_community(grid, link, links)
        if not _answers_for(writing, link)
    }
    of_community = Counter(link.grid_id[:12] for link in registered.values())
    people = {link.grid_id[:12]: link.person_id for link in registered.values()}
    for community, n in sorted(of_community.items()):
        notices.tell(
            writing,
            kind=Kind.TAKEOVER,
            role=Role.COMMUNITY_LEAD,
            scope=community,
            text=f"户籍在您社区的 {n} 人，现在登记为住在别的社区。户籍还在那一户，查姓名也还能查到；不对，请先问过本人。",
            about=("person", people[community]) if n == 1 else None,
        )


def _answers_for(writing: Writing, link: Residence) -> bool:
    actor = writing.actor
    return isinstance(actor, Viewer) and actor.may(Verb.SEE_ROWS, link.grid_id)


def _left_community(grid: str, link: Residence, links: Sequence[Residence]) -> bool:
    """Whether they belonged to the community of their registration, and live outside it now."""
    community = link.grid_id[:12]
    return grid[:12] == community and not any(o.kind != REGISTERED and o.grid_id[:12] == community for o in links)
