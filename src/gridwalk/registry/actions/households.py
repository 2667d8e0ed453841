"""户主: saying who is head of a household now. What that makes of the others is asked, never reckoned."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.dictionary.relations import HEAD, RELATION
from gridwalk.method.text import reason_kept
from gridwalk.registry import households
from gridwalk.registry.actions import claims, queue
from gridwalk.registry.households import Member, Naming
from gridwalk.registry.models import Difference, Dwelling, Person
from gridwalk.registry.queries import households as queries
from gridwalk.registry.rules import Claim

WORDS = frozenset(RELATION) - {HEAD}
"""What somebody can be to a head."""


class HouseholdError(Exception):
    """A head that cannot be named; the text says why and what to do."""


def name_head(*, actor: Viewer, at: dt.datetime, naming: Naming, reason: str) -> None:
    """Say who is head at a door. Raises NotHere, NotPermitted, HouseholdError."""
    require_naming(actor, [naming])
    grid = Dwelling.objects.values_list("grid_id", flat=True).get(pk=naming.dwelling)
    with core.write_to(grid, actor=actor, at=at) as writing:
        name_heads(writing, [naming], reason=reason_kept(reason))


def require_naming(actor: Viewer, namings: Iterable[Naming]) -> None:
    """Whether the actor may say who is head at these doors. Raises NotHere, NotPermitted."""
    for naming in namings:
        door = Dwelling.objects.filter(pk=naming.dwelling).first()
        if door is None or not actor.may(Verb.SEE_ROWS, door.grid_id):
            raise NotHere
        access.require(actor, Verb.EDIT_REGISTER, door.grid_id)


def name_heads(writing: Writing, namings: Iterable[Naming], *, reason: str) -> None:
    """Step: these are heads now; the doors' grids are locked. Of whom nothing was said, though their word referred to
    the head before, is asked. Raises HouseholdError.
    """
    for naming in namings:
        door = Dwelling.objects.get(pk=naming.dwelling)
        at_door = queries.members([door.pk])[door.pk]
        others = households.beside(at_door, naming.head, is_let=door.tenure == "let")
        here = [naming.head, *(member.person for member in others)]
        people = Person.objects.filter(grid_id=door.grid_id).in_bulk(here)
        is_here = naming.head in people and naming.head in {member.person for member in at_door}
        if not is_here or door.grid_id not in writing.versions:
            raise HouseholdError("没有存：选的人已经不在这一户。看一眼现在的样子，再选户主。")
        answers = {person: word for person, word in naming.relations.items() if person in people and word in WORDS}
        unanswered = [member for member in others if member.person in people and member.person not in answers]
        _refuse_second_head(unanswered)
        changes = people[naming.head].relation != HEAD
        _say(writing, {**answers, naming.head: HEAD}, reason)
        asked = [people[member.person] for member in unanswered if member.refers_to_head and changes]
        queue.ask([_question(writing, person) for person in asked])
        writing.audit(
            AuditVerb.HOUSEHOLD_HEAD_NAMED, scope=door.grid_id, kind="dwelling", subject=door.pk, reason=reason
        )


def _refuse_second_head(unanswered: Sequence[Member]) -> None:
    if n := sum(member.is_head for member in unanswered):
        raise HouseholdError(f"没有存：还有 {n} 人也写着户主。请选他们是现在户主的什么人；不清楚的，先送上门核实。")


def _say(writing: Writing, words: Mapping[uuid.UUID, str], reason: str) -> None:
    why = reason or "户主换了"
    claims.apply_claims(
        writing, [Claim("person", person, "relation", word, "office", reason=why) for person, word in words.items()]
    )


def _question(writing: Writing, person: Person) -> Difference:
    """What somebody is to the new head: their word referred to another, and what it is now nobody has said."""
    return claims.difference(
        writing.at,
        grid=person.grid_id,
        kind="person",
        entity=person.pk,
        field="relation",
        current=person.relation,
        claimed="",
        source="check",
        source_ref="户主换了",
        why="head_changed",
        head=str(writing.op),  # kept once, it is asked again when the head changes again
    )
