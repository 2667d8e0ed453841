"""Taking people over (docs/algorithms/claims.md): whose number stands on a record elsewhere comes only when the side
that would lose them says so. The side that gains sees nothing of the record before.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from gridwalk.accounts.rules import Role
from gridwalk.core import envelope
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.method import names
from gridwalk.notices import actions as notices
from gridwalk.notices.rules import Kind
from gridwalk.registry import columns, holders, rules
from gridwalk.registry.actions import asking, claims, creation, ends, queue
from gridwalk.registry.holders import Comer
from gridwalk.registry.living import REGISTERING
from gridwalk.registry.models import Difference, Dwelling, Person, Residence, TakeOver
from gridwalk.registry.rules import UNSEEN, WAITING, Claim

TABLE = "registry_takeover"
OF_THE_HOME = frozenset({"relation"})
"""What is said of somebody at a home: at a new one nothing stands that could be overwritten."""


def ask(writing: Writing, comers: Sequence[Comer], records: Mapping[uuid.UUID, Person]) -> None:
    """Step: ask the side of each record (``records``: comer → record) whether the person lives at the door now. The
    same person at the same door is asked about once, and each who reports them joins that question, though it was
    answered *keep* before. The doors' grids must be locked.
    """
    asked = [comer for comer in comers if comer.id in records]
    if not asked:
        return
    links = holders.links_of(list(records.values()))
    doors = {comer.dwelling for comer in asked} | {link.dwelling_id for rows in links.values() for link in rows}
    addresses = dict(Dwelling.objects.filter(pk__in=doors).values_list("id", "address"))
    waiting = _waiting(records.values())
    questions: dict[uuid.UUID, Difference] = {}
    for comer in asked:
        holder = records[comer.id]
        question = _question(writing, comer, holder, links[holder.id], addresses)
        standing = waiting.setdefault(_key(question), question)
        if _door(standing) != str(comer.dwelling):  # another door, whose address reads the same
            question.claimed_hash = columns.value_hash(str(comer.dwelling))
            standing = waiting.setdefault(_key(question), question)
        questions[comer.id] = standing
    repeated = queue.ask([question for question in questions.values() if question._state.adding])
    kept = _kept([question for question in questions.values() if question.pk in repeated])
    for comer in asked:
        questions[comer.id] = kept.get(_key(questions[comer.id]), questions[comer.id])
    TakeOver.objects.bulk_create(
        [_takeover(writing, comer, questions[comer.id]) for comer in asked], ignore_conflicts=True
    )
    for comer in asked:
        writing.audit(
            AuditVerb.TAKEOVER_ASKED, scope=questions[comer.id].grid_id, kind="person", subject=records[comer.id].id
        )
    waits = [comer for comer in asked if questions[comer.id].state in WAITING]
    _tell(writing, {questions[comer.id].grid_id for comer in waits}, ASKED_OF)
    _tell(writing, {comer.grid for comer in waits}, ASKED_FOR)


ASKED_OF = "别处报来：您网格里登记着的一个人，现在住在那边。书记会在“差异核对”里定，请先问过本人。"
ASKED_FOR = "有人的证件号登记在别处，已请那边确认。确认以前，那一户记 1 人“待对方确认”。"
GIVEN = "报来的人，那边已经确认，迁到您网格了。请看一看那一户。"
MOVED_AWAY = "您网格登记的一个人，本社区别的网格上门见到了，已经迁过去。不对，请告诉书记。"
MOVED_HERE = "上门见到的一个人，原来登记在本社区别的网格，已经迁过来。"


def tell_moved(writing: Writing, moves: Collection[tuple[str, str]]) -> None:
    """Step: both workers are told of people who moved inside a community (from one grid, to another)."""
    _tell(writing, {away for away, here in moves if away != here}, MOVED_AWAY)
    _tell(writing, {here for away, here in moves if away != here}, MOVED_HERE)


def _tell(writing: Writing, grids: Collection[str], text: str) -> None:
    """The workers of some grids are told, once a grid, of nobody by name."""
    for grid in sorted(grids):
        notices.tell(writing, kind=Kind.TAKEOVER, role=Role.GRID_WORKER, scope=grid, text=text)


def _waiting(persons: Collection[Person]) -> dict[tuple[uuid.UUID, str], Difference]:
    rows = Difference.objects.filter(entity__in=[p.pk for p in persons], field="residence", state__in=WAITING)
    return {_key(row): row for row in rows}


def _kept(repeated: Sequence[Difference]) -> dict[tuple[uuid.UUID, str], Difference]:
    """The questions, answered *keep*, that these would only ask again."""
    rows = Difference.objects.filter(
        entity__in=[row.entity for row in repeated], field="residence", state="kept"
    ).order_by("decided_at")
    return {_key(row): row for row in rows} if repeated else {}


def _key(question: Difference) -> tuple[uuid.UUID, str]:
    return question.entity, question.claimed_hash


def _door(question: Difference) -> str:
    return str(question.evidence.get("dwelling", ""))


def _question(
    writing: Writing,
    comer: Comer,
    holder: Person,
    links: Sequence[Residence],
    addresses: Mapping[uuid.UUID, str],
) -> Difference:
    given_up = holders.gives_up(comer, links)
    home = given_up or (links[0] if links else None)
    why = asking.why(given_up.kind, comer.kind) if given_up else "lives_in_two_places"
    return claims.difference(
        writing.at,
        grid=home.grid_id if home and why == "registered_twice" else holder.grid_id,
        kind="person",
        entity=holder.id,
        field="residence",
        current=addresses.get(home.dwelling_id, "") if home else "",
        claimed=addresses[comer.dwelling],
        source=comer.source,
        source_ref=comer.source_ref,
        why=why if comer.source in rules.FROM_PAPER else "taken_over",
        head=asking.link_head(home) if home else None,
        evidence={"dwelling": str(comer.dwelling), "residence_kind": comer.kind},
    )


def _takeover(writing: Writing, comer: Comer, question: Difference) -> TakeOver:
    values = {field: value for field, value in comer.values.items() if value not in (None, "")}
    spelling = json.dumps(values, ensure_ascii=False, sort_keys=True)
    return TakeOver(
        id=comer.id,
        grid_id=comer.grid,
        dwelling=comer.dwelling,
        difference=question,
        name=str(comer.values.get("name") or "")[:40],
        values_sealed=envelope.seal(spelling, table=TABLE, column="values", row=comer.id),
        residence_kind=comer.kind,
        source=comer.source,
        op=comer.op,
        asked_by_name=writing.actor.name,
        asked_at=writing.at,
    )


def fulfil(writing: Writing, question: Difference) -> None:
    """Step: the person was given away and lives at the door now; what the door's side said of them is claimed, the
    first report first, and asks where the record says otherwise.
    """
    reports = list(TakeOver.objects.filter(difference=question).exclude(values_sealed="").order_by("asked_at", "id"))
    if not reports:
        return
    person = Person.objects.get(pk=question.entity)
    if person.status_pending == "moved_away":
        ends.withdraw(writing, person.pk)
    facts: list[Claim] = []
    for n, report in enumerate(reports):
        values = json.loads(envelope.open_(report.values_sealed, table=TABLE, column="values", row=report.pk))
        facts += claims_of(person, values, source=report.source, op=report.op, moves=n == 0)
    if person.status == "moved_away":
        facts.append(Claim("person", person.pk, "status", "active", "office"))
    claims.apply_claims(writing, facts)
    _tell(writing, {report.grid_id for report in reports}, GIVEN)


def kind_given(writing: Writing, question: Difference, door: Dwelling) -> str:
    """Step: as what somebody lives at the door now that a side has given them away. Where a third side has their
    registration, that side is asked for it, and until then they are registered there.
    """
    kind = str(question.evidence["residence_kind"])
    sides = (question.grid_id[:12], door.community)
    links = Residence.objects.filter(person=question.entity, to_on__isnull=True, kind__in=REGISTERING)
    third = next((link for link in links.exclude(dwelling=door) if link.grid_id[:12] not in sides), None)
    if third is None or kind != "lives_here":
        return kind
    new = creation.NewResidence(
        person=question.entity,
        dwelling=door.pk,
        grid=door.grid_id,
        kind=kind,
        source="office",  # the side of the home has said so by now; the question it answered is still open
        source_ref=question.source_ref,
    )
    queue.ask(asking.given_up(writing.at, [(third, new)]))
    return "lives_elsewhere_registered"


def claims_of(
    person: Person, values: Mapping[str, Any], *, source: str, op: uuid.UUID | None, moves: bool
) -> list[Claim]:
    """What was said of somebody who is on record by those who had not seen the record: it fills what is empty, and asks
    where something else stands. ``moves``: they come to another home.
    """
    said = {field: value for field, value in values.items() if field not in NOT_CLAIMED and value is not None}
    if names.bare(str(said.get("name") or "")) == names.bare(person.name):
        said.pop("name", None)  # only written otherwise, which is no other name
    evidence = {"op": str(op), "parent": None} if op else {}
    return [
        Claim(
            "person",
            person.pk,
            field,
            value,
            source,
            seen=UNSEEN if moves and field in OF_THE_HOME else None,
            op=op,
            evidence=evidence,
        )
        for field, value in said.items()
    ]


NOT_CLAIMED = frozenset({"id_no", "status", "residence_kind"})
"""What somebody was found by, and what follows from their coming."""


def withdraw(writing: Writing, op: uuid.UUID) -> None:
    """Step: what asked is taken back. Its questions are nobody's any more, but those that somebody else asks too."""
    mine = TakeOver.objects.filter(op=op)
    rows = list(Difference.objects.select_for_update().filter(pk__in=mine.values("difference"), state__in=WAITING))
    others = set(TakeOver.objects.filter(difference__in=rows).exclude(op=op).values_list("difference_id", flat=True))
    mine.filter(difference__in=others).delete()
    queue.close(writing, [row for row in rows if row.pk not in others], "那边已经撤销")
