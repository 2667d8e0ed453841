"""Single changes from a page: correct a fact, end a link that is wrong, read a full number."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import bulk
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.dictionary import fields as dictionary
from gridwalk.method.text import reason_kept
from gridwalk.registry import columns
from gridwalk.registry.actions import claims, creation
from gridwalk.registry.actions.claims import Judged
from gridwalk.registry.ends import is_end
from gridwalk.registry.models import Dwelling, Entity, Person, Residence
from gridwalk.registry.queries import erased
from gridwalk.registry.rules import ERASED, Claim
from gridwalk.territory import rules as codes


class CorrectionError(Exception):
    """A change that cannot be made; ``faults`` says by field what is wrong."""

    def __init__(self, message: str, faults: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.faults = dict(faults or {})


def _get(actor: Viewer, kind: str, entity: uuid.UUID, verb: Verb) -> Entity:
    record = columns.TABLES[kind]._default_manager.filter(pk=entity).first() if kind in columns.TABLES else None
    if record is None or not actor.may(Verb.SEE_ROWS, record.grid_id):
        raise NotHere
    access.require(actor, verb, record.grid_id)
    if verb is Verb.EDIT_REGISTER and record.merged_into is not None:
        raise CorrectionError("没有存：这一条已并入另一条。请到留下的那一条上改。")
    if verb is Verb.EDIT_REGISTER and erased.among([entity]):
        raise CorrectionError(f"没有存：{ERASED}")
    return record


def parse(kind: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Typed values of form fields. Raises CorrectionError with a text by field."""
    parsed = {name: dictionary.parse(kind, name, value) for name, value in raw.items()}
    faults = {
        name: "这一项不能空着"
        for name, entry in parsed.items()
        if entry.value is None and dictionary.get(kind, name).never_empty
    } | {name: entry.text for name, entry in parsed.items() if entry.fault}
    if faults:
        raise CorrectionError("有几处填得不对，没有存。改好再存，内容都在。", faults)
    return {name: entry.value for name, entry in parsed.items()}


def correct(
    *,
    actor: Viewer,
    at: dt.datetime,
    kind: str,
    entity: uuid.UUID,
    raw: Mapping[str, Any],
    reason: str,
    source: str = "office",
) -> list[Judged]:
    """Correct facts with a reason. Raises NotHere, NotPermitted, CorrectionError."""
    record = _get(actor, kind, entity, Verb.EDIT_REGISTER)
    reason = reason_kept(reason)
    if not reason:
        raise CorrectionError("请写明依据，来历里要留着。", {"reason": "请写明依据"})
    values = parse(kind, raw)
    if is_end(kind, "status", values.get("status")):
        raise CorrectionError(
            "去世、迁走、注销要另一人复核，没有存。请用“提交复核”提出。", {"status": "请用“提交复核”提出"}
        )
    with core.write_to(record.grid_id, actor=actor, at=at) as writing:
        judged = claims.apply_claims(
            writing, [Claim(kind, entity, name, value, source, reason=reason) for name, value in values.items()]
        )
        writing.audit(
            AuditVerb(f"{kind}.corrected"),
            scope=record.grid_id,
            kind=kind,
            subject=entity,
            data={"fields": sorted(values)},
            reason=reason,
        )
    return judged


def _home_grids(person: uuid.UUID) -> set[str]:
    return set(Residence.objects.filter(person_id=person, to_on__isnull=True).values_list("grid_id", flat=True))


def move_out(*, actor: Viewer, at: dt.datetime, residence: uuid.UUID, reason: str, source: str = "office") -> None:
    """End a person's link to a dwelling; the person stays in the register. Raises NotHere, NotPermitted."""
    link = Residence.objects.filter(pk=residence, to_on__isnull=True).first()
    if link is None or not actor.may(Verb.SEE_ROWS, link.grid_id):
        raise NotHere
    access.require(actor, Verb.EDIT_REGISTER, link.grid_id)
    person_grid = Person.objects.values_list("grid_id", flat=True).get(pk=link.person_id)
    grids = {link.grid_id, person_grid, codes.unassigned_of(person_grid)} | _home_grids(link.person_id)
    reason = reason_kept(reason)
    with core.write_to(*grids, actor=actor, at=at) as writing:
        creation.end_residences(writing, [link], source=source, reason=reason)
        creation.place_persons(writing, [link.person_id])
        writing.audit(
            AuditVerb.PERSON_MOVED_OUT, scope=link.grid_id, kind="person", subject=link.person_id, reason=reason
        )


def prove_vacancies(writing: Writing, shown: Sequence[tuple[Dwelling, str, dt.date | None]], *, source: str) -> None:
    """Step: who confirmed each dwelling vacant and on which day (domain.md §2); nobody where the proof was
    taken back.
    """
    for dwelling, second_source, on in shown:
        old = dwelling.vacancy_source
        dwelling.vacancy_source, dwelling.vacancy_confirmed_on = second_source, on
        writing.change(
            stream=dwelling.grid_id,
            kind="dwelling",
            entity=dwelling.id,
            field="vacancy_source",
            old=old or None,
            new=second_source or None,
            source=source,
        )
    bulk.update([dwelling for dwelling, _, _ in shown], ["vacancy_source", "vacancy_confirmed_on"])


def reveal(*, actor: Viewer, at: dt.datetime, kind: str, entity: uuid.UUID, field: str, reason: str) -> str:
    """The full value of a sealed field, for a reason the person concerned can read. Raises NotHere, NotPermitted."""
    record = _get(actor, kind, entity, Verb.REVEAL)
    reason = reason_kept(reason)
    if len(reason) < 4:
        raise CorrectionError("为什么要看完整号码？请写明事由，居民能看到。", {"reason": "请写明事由（不少于 4 个字）"})
    if not dictionary.is_sensitive(kind, field):
        raise NotHere
    core.record_reading(
        actor=actor,
        at=at,
        verb=AuditVerb.NUMBER_REVEALED,
        scope=record.grid_id,
        kind=kind,
        subject=entity,
        reason=reason,
        data={"field": field},
    )
    return record.unseal(field)


def note_tail_search(*, actor: Viewer, at: dt.datetime) -> None:
    """Somebody looked for people by the last four of a number: that they did is on record, the number is not."""
    scope = next(iter(actor.scopes(Verb.SEE_ROWS_MASKED)), "")
    with core.write_to(actor=actor, at=at) as writing:
        writing.audit(AuditVerb.NUMBER_TAIL_SEARCHED, scope=scope[:15])
