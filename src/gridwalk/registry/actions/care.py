"""关爱类别: given, agreed to, reviewed, renewed, ended.

Contacts and needs are the room's above (``visits.actions.care``).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db.models import QuerySet

from gridwalk.accounts import queries as accounts
from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.dictionary import choices
from gridwalk.method.text import reason_kept
from gridwalk.registry import care
from gridwalk.registry.actions import corrections, creation
from gridwalk.registry.actions.corrections import CorrectionError
from gridwalk.registry.models import CareLabel, Person


def give_label(*, actor: Viewer, at: dt.datetime, person: uuid.UUID, raw: Mapping[str, Any]) -> uuid.UUID:
    """Give a person a category of help, as typed in a form. Raises NotHere, NotPermitted, CorrectionError."""
    recipient = Person.objects.filter(pk=person).first()
    if recipient is None or not actor.may(Verb.SEE_CARE, recipient.grid_id):
        raise NotHere
    access.require(actor, Verb.EDIT_REGISTER, recipient.grid_id)
    today = clock.local_date(at)
    values = corrections.parse("care", raw)
    if recipient.status != "active":
        raise CorrectionError("没有加：这个人已经不在册了。")
    new = _planned(recipient, values, today)
    with core.write_to(recipient.grid_id, actor=actor, at=at) as writing:
        labels = creation.label_care(writing, [new])
        if not labels:
            raise CorrectionError(
                "没有加：这一类已经有了，或今天刚结束。可以改间隔、续期。", {"category": "这一类已经有了"}
            )
        _note(writing, AuditVerb.CARE_LABELLED, recipient.grid_id, recipient.pk, labels[0])
    return labels[0]


def _planned(person: Person, values: Mapping[str, Any], today: dt.date) -> creation.NewCare:
    category = values.get("category")
    if not category:
        raise CorrectionError("没有加：请选一个类别。", {"category": "请选一类"})
    starts_on, ends_on = _day(values, "starts_on") or today, _day(values, "ends_on")
    ends_on = ends_on or starts_on + dt.timedelta(days=365)
    consent, consent_on = values.get("consent") or "", _day(values, "consent_on")
    faults = _faults_of_time(starts_on, ends_on, today) | _faults_of_consent(consent, consent_on, today)
    faults |= _fault_of_interval(category, values.get("interval_days"))
    if category in choices.CARE_ON_WISH and not consent:
        faults["consent"] = "这一类凭本人意愿，要先问过本人"
    if faults:
        raise CorrectionError("没有加：有几处填得不对，改好再加，内容都在。", faults)
    return creation.NewCare(
        person=person.pk,
        grid=person.grid_id,
        category=category,
        source="office",
        interval_days=values.get("interval_days"),
        starts_on=starts_on,
        ends_on=ends_on,
        consent=consent,
        consent_on=consent_on or (today if consent else None),
    )


def _day(values: Mapping[str, Any], name: str) -> dt.date | None:
    return dt.date.fromisoformat(values[name]) if values.get(name) else None


def _faults_of_time(starts_on: dt.date, ends_on: dt.date, today: dt.date) -> dict[str, str]:
    if starts_on > today:
        return {"starts_on": "开始日期不能在将来"}
    if ends_on < max(starts_on, today):
        return {"ends_on": "到期日期早于开始日期或今天"}
    if ends_on > today + dt.timedelta(days=care.YEAR):
        return {"ends_on": "最长一年，到时再续"}
    return {}


def _faults_of_consent(consent: str, on: dt.date | None, today: dt.date) -> dict[str, str]:
    if consent == "ledger" or (consent and consent not in choices.CARE_CONSENT):
        return {"consent": "请选是怎么同意的"}
    if on is not None and on > today:
        return {"consent_on": "同意日期不能在将来"}
    return {}


def _fault_of_interval(category: str, days: int | None) -> dict[str, str]:
    most = care.longest_interval(category)
    if days is not None and not 1 <= days <= most:
        return {"interval_days": f"这一类最短 1 天、最长 {most} 天联系一次"}
    return {}


@contextmanager
def _of(label: uuid.UUID, actor: Viewer, at: dt.datetime) -> Iterator[tuple[Writing, CareLabel]]:
    """A label that runs or is still to run, its grid locked. Raises NotHere, NotPermitted, CorrectionError."""
    care_label = CareLabel.objects.filter(pk=label).first()
    if care_label is None or not actor.may(Verb.SEE_CARE, care_label.grid_id):
        raise NotHere
    access.require(actor, Verb.EDIT_REGISTER, care_label.grid_id)
    with core.write_to(care_label.grid_id, actor=actor, at=at) as writing:
        locked = CareLabel.objects.select_for_update().get(pk=label)
        if locked.ended_on is not None or locked.ends_on < clock.local_date(at):
            raise CorrectionError("没有改：这个类别已经结束或到期了。还需要的话，重新加一个。")
        yield writing, locked


def change_interval(*, actor: Viewer, at: dt.datetime, label: uuid.UUID, days: int | None, reason: str) -> None:
    """Contact somebody more or less often than before. Raises NotHere, NotPermitted, CorrectionError."""
    with _of(label, actor, at) as (writing, care_label):
        reason = _reason(reason)
        if days is None or (faults := _fault_of_interval(care_label.category, days)):
            raise CorrectionError(
                "没有改：间隔要改一改。", faults if days is not None else {"interval_days": "请填天数"}
            )
        _set(writing, care_label, {"interval_days": days}, reason=reason)
        _note(
            writing=writing,
            verb=AuditVerb.CARE_INTERVAL_CHANGED,
            grid=care_label.grid_id,
            person=care_label.person_id,
            label=care_label.pk,
            reason=reason,
        )


def name_responsible(*, actor: Viewer, at: dt.datetime, label: uuid.UUID, user: uuid.UUID | None) -> None:
    """Name who looks after somebody; None: whoever holds the grid. Raises NotHere, NotPermitted, CorrectionError."""
    with _of(label, actor, at) as (writing, care_label):
        if (
            user is not None
            and user not in accounts.in_post([care_label.grid_id], clock.local_date(at))[care_label.grid_id]
        ):
            raise CorrectionError("没有改：这位同事在这个网格没有岗位。", {"responsible": "请从单子里选一位"})
        _set(writing, care_label, {"responsible_id": user})
        _note(writing, AuditVerb.CARE_RESPONSIBLE_NAMED, care_label.grid_id, care_label.person_id, care_label.pk)


def give_labels(writing: Writing, labels: QuerySet[CareLabel], *, to: uuid.UUID, reason: str) -> list[uuid.UUID]:
    """Step: name somebody for labels of others; their grids must be locked. Returns which."""
    given = list(labels)
    for label in given:
        _set(writing, label, {"responsible_id": to}, reason=reason)
        _note(writing, AuditVerb.CARE_RESPONSIBLE_NAMED, label.grid_id, label.person_id, label.pk, reason)
    return [label.pk for label in given]


def give_consent(*, actor: Viewer, at: dt.datetime, label: uuid.UUID, consent: str, on: dt.date | None) -> None:
    """Note who agreed, how and when. Raises NotHere, NotPermitted, CorrectionError."""
    with _of(label, actor, at) as (writing, care_label):
        today = clock.local_date(at)
        faults = _faults_of_consent(consent, on, today) if consent else {"consent": "请选是怎么同意的"}
        if faults:
            raise CorrectionError("没有记：同意这一项要改一改。", faults)
        _set(writing, care_label, {"consent": consent, "consent_on": on or today})
        _note(writing, AuditVerb.CARE_CONSENTED, care_label.grid_id, care_label.person_id, care_label.pk)


def review(*, actor: Viewer, at: dt.datetime, label: uuid.UUID) -> None:
    """The help is still needed, as it is; the next review comes at half of what is left.

    Raises NotHere, NotPermitted.
    """
    with _of(label, actor, at) as (writing, care_label):
        _set(writing, care_label, {"review_on": care.review_after(clock.local_date(at), care_label.ends_on)})
        _note(writing, AuditVerb.CARE_REVIEWED, care_label.grid_id, care_label.person_id, care_label.pk)


def renew(*, actor: Viewer, at: dt.datetime, label: uuid.UUID, until: dt.date | None, reason: str) -> None:
    """Let a label run on. Raises NotHere, NotPermitted, CorrectionError."""
    with _of(label, actor, at) as (writing, care_label):
        reason = _reason(reason)
        today = clock.local_date(at)
        if until is None or until <= care_label.ends_on:
            raise CorrectionError("没有续：新的到期日期要晚于现在的。", {"ends_on": "要晚于现在的到期日期"})
        if until > care_label.ends_on + dt.timedelta(days=care.YEAR):
            raise CorrectionError("没有续：一次最长续一年。", {"ends_on": "一次最长续一年"})
        _set(writing, care_label, {"ends_on": until, "review_on": care.review_after(today, until)}, reason=reason)
        _note(
            writing=writing,
            verb=AuditVerb.CARE_RENEWED,
            grid=care_label.grid_id,
            person=care_label.person_id,
            label=care_label.pk,
            reason=reason,
        )


def end(*, actor: Viewer, at: dt.datetime, label: uuid.UUID, why: str) -> None:
    """End a label at once; consent taken back is one of the reasons. Raises NotHere, NotPermitted, CorrectionError."""
    if why not in choices.CARE_END:
        raise CorrectionError("没有结束：请选一个原因。", {"why": "请选一个原因"})
    with _of(label, actor, at) as (writing, care_label):
        _set(writing, care_label, {"ended_on": clock.local_date(at), "ended_why": why})
        _note(
            writing=writing,
            verb=AuditVerb.CARE_ENDED,
            grid=care_label.grid_id,
            person=care_label.person_id,
            label=care_label.pk,
            reason=choices.CARE_END[why][0],
        )


def _reason(reason: str) -> str:
    kept = reason_kept(reason)
    if not kept:
        raise CorrectionError("请写明原因，来历里要留着。", {"reason": "请写明原因"})
    return kept


def _set(writing: Writing, label: CareLabel, values: Mapping[str, Any], *, reason: str = "") -> None:
    for column, new in values.items():
        field, old = column.removesuffix("_id"), getattr(label, column)
        setattr(label, column, new)
        if old != new:
            writing.change(
                stream=label.grid_id,
                kind="care",
                entity=label.pk,
                field=field,
                old=_plain(old),
                new=_plain(new),
                source="office",
                reason=reason,
            )
    label.save(update_fields=[column.removesuffix("_id") for column in values])


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else str(value) if isinstance(value, uuid.UUID) else value


def _note(writing: Writing, verb: AuditVerb, grid: str, person: uuid.UUID, label: uuid.UUID, reason: str = "") -> None:
    writing.audit(verb, scope=grid, kind="person", subject=person, data={"label": str(label)}, reason=reason)
