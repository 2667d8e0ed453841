"""The one way a difference is decided: accept · keep · send to the door, for one or for many, and taken back.

Steps inside a transaction that has locked ``grids``. Who decides one by one, by a rule, or at the bench comes through
here; what is sent to the door is on its worker's list before anybody hears that it was sent.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence

from gridwalk.campaigns.actions import dispatch
from gridwalk.campaigns.actions.dispatch import Joining
from gridwalk.core import bulk, records
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary import sight
from gridwalk.differences.actions import facts
from gridwalk.differences.actions.facts import LINKS, Present, Refusals
from gridwalk.differences.queries import at_doors
from gridwalk.differences.queries.at_doors import Door
from gridwalk.registry import columns, rules
from gridwalk.registry.actions import claims, queue
from gridwalk.registry.models import Difference, Dwelling, Residence
from gridwalk.registry.queries import erased

DECISIONS = {"accept": "accepted", "keep": "kept", "to_door": "to_door"}
COLUMNS = ["state", "decided_by", "decided_by_name", "decided_at", "reason", "batch", "current", "head", "grid"]
WITHOUT_DOOR = frozenset({"facility"})
"""Kinds of record nobody lives at who could be asked."""
NO_DOOR = "设施没有住户可问，没有送。下次巡检看过，再采用或保留。"
ASKED_AGAIN = "同一条差异已经重新列出，不用撤销，直接定那一条。"


class DecisionError(Exception):
    """A decision that cannot be made or undone; the text says why."""


class ChangedMeanwhile(DecisionError):
    """The fact changed since the page was made; ``shown`` is its present value, masked."""

    def __init__(self, shown: str) -> None:
        super().__init__(f"刚才有人改过这一项，系统登记是 {shown or '空'}。再看一眼再定。")
        self.shown = shown


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What was done, what had changed meanwhile (with its present value, masked), and what was refused, with why."""

    done: list[Difference]
    changed: Mapping[uuid.UUID, str]
    refusals: Refusals


def grids(differences: Sequence[Difference], decision: str = "") -> set[str]:
    """Every grid a decision may write to: the records', for links those of the homes, and the doors' it is asked at."""
    codes = {row.grid_id for row in differences}
    for kind in {row.kind for row in differences}:
        entities = [row.entity for row in differences if row.kind == kind]
        codes |= set(columns.TABLES[kind]._default_manager.filter(pk__in=entities).values_list("grid_id", flat=True))
    movers = [row.entity for row in differences if row.field in LINKS]
    if movers:
        homes = Residence.objects.filter(person_id__in=movers, to_on__isnull=True)
        doors = [row.evidence["dwelling"] for row in differences if row.field == "residence"]
        codes |= set(homes.values_list("grid_id", flat=True))
        codes |= set(Dwelling.objects.filter(pk__in=doors).values_list("grid_id", flat=True))
    if decision == "to_door":
        codes |= {door.grid for door in at_doors.doors_of(differences).values()}
    return codes


def decide(writing: Writing, differences: Sequence[Difference], decision: str, reason: str) -> Outcome:
    """Step: decide differences that wait. What changed meanwhile is asked again with its present value, or closes
    where that is the claimed one; it leaves its batch, as what is refused does.
    """
    outcome = _follow(writing, differences, decision, reason)
    done = {row.id for row in outcome.done}
    for row in differences:
        if row.id not in done:
            row.batch = None
    bulk.update(list(differences), COLUMNS)
    for row in outcome.done:
        _audit(writing, row, row.state, {"batch": str(row.batch)} if row.batch else {})
    return outcome


def ask_decided(writing: Writing, row: Difference, decision: str, reason: str) -> None:
    """Step: a new difference is on record with its decision; nobody has to look at it again. Raises DecisionError."""
    outcome = _follow(writing, [row], decision, reason)
    for shown in outcome.changed.values():
        raise ChangedMeanwhile(shown)
    for why in outcome.refusals.values():
        raise DecisionError(why)
    row.save(force_insert=True)


def _follow(writing: Writing, differences: Sequence[Difference], decision: str, reason: str) -> Outcome:
    entities = facts.records_of(differences)
    changed = {}
    for row in differences:
        present = facts.present(row, entities[row.entity])
        if present is not None and rules.or_empty(present.value) != rules.or_empty(row.opened("current")):
            changed[row.id] = _ask_again(writing, row, present)
    standing = [row for row in differences if row.id not in changed]
    refusals = _FOLLOWS[decision](writing, standing, reason)
    done = [row for row in standing if row.id not in refusals]
    for row in done:
        row.state, row.reason = DECISIONS[decision], reason
        row.decided_by, row.decided_by_name, row.decided_at = writing.actor.id, writing.actor.name, writing.at
    return Outcome(done, changed, refusals)


def _ask_again(writing: Writing, row: Difference, present: Present) -> str:
    """Bring a difference up to date; it stays open, or closes where both sides now say the same. The value, masked."""
    row.current = records.seal_value(
        row.kind, row.field, present.value, table=claims.TABLE, column="current", row=row.id
    )
    row.head, row.grid_id = (uuid.UUID(present.head) if present.head else None), present.grid
    if rules.or_empty(present.value) == rules.or_empty(row.opened("claimed")):
        row.state, row.decided_at = "closed", writing.at
        row.decided_by_name, row.reason = queue.BY_ITSELF, "系统登记已与此相同"
    return dictionary.show(row.kind, row.field, present.value, sight.ON_PAGE)


def _keep(writing: Writing, differences: Sequence[Difference], reason: str) -> Refusals:
    return {}


def _ask_at_doors(writing: Writing, differences: Sequence[Difference], reason: str) -> Refusals:
    refusals = {row.id: NO_DOOR for row in differences if row.kind in WITHOUT_DOOR}
    list_doors(writing, at_doors.doors_of(differences).values())
    return refusals


def list_doors(writing: Writing, doors: Iterable[Door]) -> set[uuid.UUID]:
    """Step: doors in locked grids are on their workers' lists: they join the running campaign where they are not in it.

    Returns the doors' records.
    """
    within = {door.entity: door for door in doors if door.grid in writing.versions}
    dispatch.join_targets(writing, [Joining(d.grid, d.kind, d.entity, d.walk_key) for d in within.values()])
    return set(within)


_FOLLOWS: Mapping[str, Callable[[Writing, Sequence[Difference], str], Refusals]] = {
    "accept": facts.accept,
    "keep": _keep,
    "to_door": _ask_at_doors,
}


def reopen(writing: Writing, differences: Sequence[Difference], reason: str) -> Outcome:
    """Step: decided differences wait again, and what was accepted is as before; each leaves its batch."""
    entities = [row.entity for row in differences]
    waiting = Difference.objects.filter(entity__in=entities, state="open")
    asked = set(waiting.values_list("entity", "field", "claimed_hash", "source"))
    refusals = {
        row.id: ASKED_AGAIN for row in differences if (row.entity, row.field, row.claimed_hash, row.source) in asked
    }
    gone = erased.among(entities)
    refusals |= {row.id: f"没有撤销：{rules.ERASED}" for row in differences if row.entity in gone}
    accepted = [row for row in differences if row.state == "accepted" and row.id not in refusals]
    refusals |= facts.take_back(writing, accepted, reason)
    back = [row for row in differences if row.id not in refusals]
    for row in back:
        row.state, row.decided_by, row.decided_by_name, row.decided_at, row.batch = "open", None, "", None, None
        _audit(writing, row, "reopened", {})
    bulk.update(back, COLUMNS)
    return Outcome(back, {}, refusals)


def _audit(writing: Writing, row: Difference, verb: str, more: Mapping[str, str]) -> None:
    writing.audit(
        AuditVerb(f"difference.{verb}"),
        scope=row.grid_id,
        kind=row.kind,
        subject=row.entity,
        data={"field": row.field, "difference": str(row.id), **more},
        reason="" if verb == "reopened" else row.reason,
    )
