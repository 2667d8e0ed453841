"""Single changes from a page: correct a fact, add a person, move in or out, read a full number."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock, envelope
from gridwalk.core.actions import Writing
from gridwalk.core.queries import NotHere
from gridwalk.dictionary import fields as dictionary
from gridwalk.registry import columns, rules
from gridwalk.registry.actions import claims, creation
from gridwalk.registry.actions.claims import Judged
from gridwalk.registry.models import Dwelling, Entity, Person, Residence
from gridwalk.registry.rules import Claim


class CorrectionError(Exception):
    """A change that cannot be made; ``faults`` says by field what is wrong."""

    def __init__(self, message: str, faults: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.faults = dict(faults or {})


def _get(actor: Viewer, kind: str, entity: uuid.UUID, verb: Verb) -> Entity:
    found = columns.TABLES[kind]._default_manager.filter(pk=entity).first() if kind in columns.TABLES else None
    if found is None or not actor.may(Verb.SEE_ROWS, found.grid_id):
        raise NotHere
    access.require(actor, verb, found.grid_id)
    return found


def parse(kind: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Typed values of form fields. Raises CorrectionError with a text by field."""
    parsed = {name: dictionary.parse(kind, name, value) for name, value in raw.items()}
    faults = {name: one.text for name, one in parsed.items() if one.fault}
    if faults:
        raise CorrectionError("有几处填得不对，没有存。改好再存，内容都在。", faults)
    return {name: one.value for name, one in parsed.items()}


def correct(
    *, actor: Viewer, at: dt.datetime, kind: str, entity: uuid.UUID, raw: Mapping[str, Any], reason: str,
    source: str = "office",
) -> list[Judged]:  # fmt: skip
    """Correct facts with a reason. Raises NotHere, NotPermitted, CorrectionError."""
    found = _get(actor, kind, entity, Verb.EDIT_REGISTER)
    if not reason.strip():
        raise CorrectionError("请写明依据，来历里要留着。", {"reason": "请写明依据"})
    values = parse(kind, raw)
    if kind == "person" and values.get("id_no"):
        index = envelope.blind_index(values["id_no"], purpose="id_no")
        if Person.objects.filter(id_no_index=index).exclude(pk=entity).exclude(status="struck_off").exists():
            raise CorrectionError(
                "这个证件号已登记在另一人名下，没有存。请先核对两条记录。", {"id_no": "已登记在另一人名下"}
            )
    with core.write_to(found.grid_id, actor=actor, at=at) as writing:
        judged = claims.apply_claims(
            writing, [Claim(kind, entity, name, value, source, reason=reason.strip()) for name, value in values.items()]
        )
        writing.audit(f"{kind}.corrected", scope=found.grid_id, kind=kind, subject=entity,
                      data={"fields": sorted(values)}, reason=reason.strip())  # fmt: skip
    return judged


def add_person(
    *, actor: Viewer, at: dt.datetime, dwelling: uuid.UUID, raw: Mapping[str, Any], residence_kind: str,
    source: str = "office",
) -> uuid.UUID:  # fmt: skip
    """Add a person to a dwelling, or move the person with this ID number in. Raises NotHere, CorrectionError."""
    door = _get(actor, "dwelling", dwelling, Verb.EDIT_REGISTER)
    values = parse("person", raw)
    if not values.get("name"):
        raise CorrectionError("没有存：姓名要填。", {"name": "请填姓名"})
    if residence_kind not in rules.RESIDENCE_LABELS:
        raise CorrectionError("没有存：请选与此房的关系。", {"residence_kind": "请选一项"})
    index = envelope.blind_index(values.get("id_no") or "", purpose="id_no")
    known = Person.objects.filter(id_no_index=index).exclude(status="struck_off").first() if index else None
    if known is not None and not actor.may(Verb.EDIT_REGISTER, known.grid_id):
        raise CorrectionError(
            "这个证件号已登记在别的网格，没有存。请网格长联系那边社区，一起办迁移。", {"id_no": "已在别处登记"}
        )
    grids = {door.grid_id} | ({known.grid_id} | _home_grids(known.id) if known else set())
    with core.write_to(*grids, actor=actor, at=at) as writing:
        if known is None:
            (person,) = creation.register(writing, "person", [creation.New(door.grid_id, values, source)])
        else:
            person = known.id
        creation.link(writing, [creation.NewResidence(person, dwelling, door.grid_id, residence_kind, source)])
        creation.settle_grids(writing, [person])
        writing.audit(
            "person.added", scope=door.grid_id, kind="person", subject=person, data={"dwelling": str(dwelling)}
        )
    return person


def _home_grids(person: uuid.UUID) -> set[str]:
    return set(Residence.objects.filter(person_id=person, to_on__isnull=True).values_list("grid_id", flat=True))


def move_out(*, actor: Viewer, at: dt.datetime, residence: uuid.UUID, reason: str, source: str = "office") -> None:
    """End a person's link to a dwelling; the person stays in the register. Raises NotHere, NotPermitted."""
    found = Residence.objects.filter(pk=residence, to_on__isnull=True).first()
    if found is None or not actor.may(Verb.SEE_ROWS, found.grid_id):
        raise NotHere
    access.require(actor, Verb.EDIT_REGISTER, found.grid_id)
    person_grid = Person.objects.values_list("grid_id", flat=True).get(pk=found.person_id)
    grids = {found.grid_id, person_grid, person_grid[:12] + "000"} | _home_grids(found.person_id)
    with core.write_to(*grids, actor=actor, at=at) as writing:
        creation.end_residence(writing, found, source=source, reason=reason)
        creation.settle_grids(writing, [found.person_id])
        writing.audit("person.moved_out", scope=found.grid_id, kind="person", subject=found.person_id, reason=reason)


def set_vacancy(writing: Writing, dwelling: Dwelling, second_source: str, *, source: str) -> None:
    """Step: note that a second source confirmed the dwelling vacant (domain.md §2)."""
    from_source = dwelling.vacancy_source or None
    dwelling.vacancy_source = second_source
    touched = {
        "vacancy_source",
        *columns.write(dwelling, "vacancy_confirmed_on", clock.local_date(writing.at).isoformat()),
    }
    writing.change(
        dwelling.grid_id, "dwelling", dwelling.id, "vacancy_source", from_source, second_source, source=source
    )
    dwelling.save(update_fields=sorted(touched))


def reveal(*, actor: Viewer, at: dt.datetime, kind: str, entity: uuid.UUID, field: str, reason: str) -> str:
    """The full value of a sealed field, for a reason the person concerned can read. Raises NotHere, NotPermitted."""
    found = _get(actor, kind, entity, Verb.REVEAL)
    if len(reason.strip()) < 4:
        raise CorrectionError("为什么要看完整号码？请写明事由，居民能看到。", {"reason": "请写明事由（不少于 4 个字）"})
    if not dictionary.is_sensitive(kind, field):
        raise NotHere
    core.record_reading(
        actor=actor, at=at, verb="number.revealed", scope=found.grid_id, kind=kind, subject=entity,
        reason=reason.strip(), data={"field": field},
    )  # fmt: skip
    return found.unseal(field)
