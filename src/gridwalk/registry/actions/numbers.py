"""Numbers put to use without being read: one typed from a card is compared, a telephone is dialled (red line 4)."""

from __future__ import annotations

import datetime as dt
import uuid

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import queries
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.dictionary import fields as dictionary
from gridwalk.method import papers
from gridwalk.registry import columns, rules
from gridwalk.registry.actions import cards, claims
from gridwalk.registry.models import Entity, Person
from gridwalk.registry.rules import Claim

HOUR = dt.timedelta(hours=1)
CALLS_AN_HOUR = 60


class CardError(Exception):
    """A number typed from a card that was not compared; the text says why and what to do."""


class DialledTooOften(Exception):
    """More calls within the hour than a day's work needs."""

    def __str__(self) -> str:
        return f"没有拨：一小时里已拨 {CALLS_AN_HOUR} 次。过一会儿再拨，别的都照常。"


def check_card(*, actor: Viewer, at: dt.datetime, person: uuid.UUID, typed: str) -> str:
    """What became of a number typed from a person's card: a key of ``rules.CARD_ANSWERS``.

    Raises NotHere, NotPermitted, CardError. Equal: 已核 as of today. Another one: a difference, as any claim of a visit.
    """
    record = Person.objects.filter(pk=person).first()
    if record is None or not actor.may(Verb.SEE_ROWS, record.grid_id):
        raise NotHere
    access.require(actor, Verb.RECORD_VISIT, record.grid_id)
    number = _number_of(record, typed)
    with core.write_to(record.grid_id, actor=actor, at=at) as writing:
        if cards.tries(writing, {person})[person] >= rules.CARD_TRIES:
            raise CardError("没有核对：这个人今天已核对 5 次，大家合计。明天再核；急的话请社区到“差异核对”里定。")
        (judged,) = claims.apply_claims(writing, [Claim("person", person, "id_no", number, "visit")])
    return judged.card


def _number_of(person: Person, typed: str) -> str:
    """The number as it is written on a card; without a paper's name it is of the paper on record. Raises CardError."""
    if person.merged_into is not None:
        raise CardError("没有核对：这一条已并入另一条。请到留下的那一条上核。")
    if not person.id_no_sealed:
        raise CardError("没有核对：这个人还没登记证件号。请用“更正登记”写上。")
    paper = papers.paper_of(str(columns.read(person, "id_no")))
    number = dictionary.parse("person", "id_no", typed)
    if number.fault:
        number = dictionary.parse("person", "id_no", papers.told(paper, typed))
    if not number.value:
        raise CardError(f"没有核对，也不算一次：{number.text or '没有填证件号'}。")
    return str(number.value)


def dial(*, actor: Viewer, at: dt.datetime, kind: str, entity: uuid.UUID, field: str) -> str:
    """The whole number of a telephone, for one call that whoever it belongs to can read of.

    Raises NotHere (where there is no such number, too), NotPermitted, DialledTooOften.
    """
    record = _record_of(actor, kind, entity)
    access.require(actor, Verb.REVEAL, record.grid_id)
    if not dictionary.is_phone(kind, field) or not getattr(record, f"{field}_sealed"):
        raise NotHere
    return ring(actor=actor, at=at, record=record, field=field)


def ring(*, actor: Viewer, at: dt.datetime, record: Entity, field: str, reason: str = "") -> str:
    """Step: the telephone of a record whose room has judged that the actor may call it. Raises DialledTooOften."""
    if queries.n_audited(actor.id, AuditVerb.NUMBER_DIALLED, since=at - HOUR) >= CALLS_AN_HOUR:
        raise DialledTooOften
    core.record_reading(
        actor=actor,
        at=at,
        verb=AuditVerb.NUMBER_DIALLED,
        scope=record.grid_id,
        kind=record.KIND,
        subject=record.pk,
        reason=reason,
        data={"field": field},
    )
    return record.unseal(field)


def _record_of(actor: Viewer, kind: str, entity: uuid.UUID) -> Entity:
    record = columns.TABLES[kind]._default_manager.filter(pk=entity).first() if kind in columns.TABLES else None
    if record is None or not actor.may(Verb.SEE_ROWS, record.grid_id):
        raise NotHere
    return record
