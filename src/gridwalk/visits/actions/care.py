"""关爱联系 outside a visit (a call, a talk in the courtyard), and needs followed to their end (P22)."""

from __future__ import annotations

import datetime as dt
import uuid

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.registry.models import CareLabel, Person
from gridwalk.registry.queries import erased
from gridwalk.registry.rules import ERASED
from gridwalk.visits import needs
from gridwalk.visits.actions import caring
from gridwalk.visits.models import CareContact, CareNeed
from gridwalk.visits.needs import Need

BACK = 31
"""A contact may be written down so many days after it was made."""
ANSWERED = "这项需要已经有结果了，没有再记。请刷新后再看。"


class CareRefused(Exception):
    """A contact or an answer that is not recorded; ``faults`` says by field what is wrong. Nothing was written."""

    def __init__(self, message: str, faults: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.faults = dict(faults or {})


def record_contact(*, actor: Viewer, at: dt.datetime, need: Need, on: dt.date | None = None) -> list[CareContact]:
    """Record a contact with a care recipient. Raises NotHere, NotPermitted, CareRefused."""
    person = Person.objects.filter(pk=need.person).first()
    if person is None or not actor.may(Verb.SEE_CARE, person.grid_id):
        raise NotHere
    access.require(actor, Verb.RECORD_VISIT, person.grid_id)
    if erased.among([person.pk]):
        raise CareRefused(f"没有记：{ERASED}")
    today = clock.local_date(at)
    on = on or today
    faults = _faults_of_day(on, today) | needs.faults(need, on)
    if need.need and not need.help:
        faults["help"] = "请选怎么办的，还没办就选“还没办”"
    if need.help == "referred" and not need.to:
        faults["to"] = "请选转给了谁"
    grids = set(CareLabel.objects.filter(person=person).values_list("grid_id", flat=True))
    if not grids:
        raise CareRefused("没有记：这个人没有关爱类别。先新增一个类别，再记联系。")
    if faults:
        raise CareRefused("没有记：有几处要改一改，内容都在。", faults)
    with core.write_to(person.grid_id, *grids, actor=actor, at=at) as writing:
        contacts = caring.record(writing, [caring.Contact(need, on, actor.id, actor.name)], source="office")
        writing.audit(AuditVerb.CARE_CONTACTED, scope=person.grid_id, kind="person", subject=person.pk)
    return contacts


def withdraw_contact(*, actor: Viewer, at: dt.datetime, contact: uuid.UUID) -> uuid.UUID:
    """Take a contact back that one has just written down by mistake: the labels are due as before it, and a need found
    in it does not count. Answers to needs of before stay. Returns whose it was.

    Raises NotHere, NotPermitted, CareRefused.
    """
    made = CareContact.objects.select_related("label__person").filter(pk=contact).first()
    if made is None or not actor.may(Verb.SEE_CARE, made.label.person.grid_id):
        raise NotHere
    person = made.label.person
    access.require(actor, Verb.RECORD_VISIT, person.grid_id)
    if made.visit_id is not None or made.worker != actor.id or at - made.created_at > clock.UNDO_FOR:
        raise CareRefused("没有撤销：只能撤销自己 7 天内在这里记的联系。上门记的，请在房屋页撤销那次走访。")
    rows = CareContact.objects.filter(label__person=person, created_at=made.created_at, worker=actor.id, visit=None)
    labels = CareLabel.objects.filter(contacts__in=rows).distinct()
    with core.write_to(person.grid_id, *labels.values_list("grid_id", flat=True), actor=actor, at=at) as writing:
        standing = list(rows.filter(withdrawn_at=None).values_list("pk", flat=True))
        if not CareContact.objects.filter(pk__in=standing, withdrawn_at=None).update(withdrawn_at=at):
            raise CareRefused("没有撤销：这次联系已经撤销过了。")
        for label in CareLabel.objects.filter(contacts__in=standing).distinct():
            caring.last_contact(writing, label, source="office")
        found = CareNeed.objects.filter(contact__in=standing, state__in=needs.FOLLOWED)
        for need in found.select_related("contact__label"):
            caring.turn(writing, need, "withdrawn", source="office")
        writing.audit(AuditVerb.CARE_CONTACT_WITHDRAWN, scope=person.grid_id, kind="person", subject=person.pk)
    return person.pk


def _faults_of_day(on: dt.date, today: dt.date) -> dict[str, str]:
    if on > today:
        return {"on": "联系日期不能在将来"}
    if on < today - dt.timedelta(days=BACK):
        return {"on": f"只能补记 {BACK} 天以内的"}
    return {}


def confirm_need(*, actor: Viewer, at: dt.datetime, need: uuid.UUID, met: bool, on: dt.date | None = None) -> None:
    """What the recipient says of a need: met, or not yet.

    Asking is a contact. Raises NotHere, NotPermitted, CareRefused.
    """
    care_need = _followed(need, actor)
    if on is not None and on < care_need.contact.on:
        raise CareRefused("没有记：问的日期早于发现需要的那天。", {"on": "早于发现需要的那天"})
    record_contact(actor=actor, at=at, need=Need(person=care_need.contact.label.person_id, asked=((need, met),)), on=on)


def help_need(
    *, actor: Viewer, at: dt.datetime, need: uuid.UUID, help_: str, to: str = "", by: dt.date | None = None
) -> None:
    """Help was given, or the need was handed on, after it was found. Raises NotHere, NotPermitted, CareRefused."""
    care_need = _followed(need, actor)
    label, today = care_need.contact.label, clock.local_date(at)
    faults = needs.faults(Need(person=label.person_id, need=care_need.need, help=help_, to=to, by=by), today)
    if help_ not in needs.ASK_AFTER or help_ == "open":
        faults["help"] = "请选当场解决，还是已转介"
    if help_ == "referred" and not to:
        faults["to"] = "请选转给了谁"
    if faults:
        raise CareRefused("没有记：有几处要改一改，内容都在。", faults)
    with core.write_to(label.grid_id, actor=actor, at=at) as writing:
        still = CareNeed.objects.select_for_update(of=("self",)).filter(pk=need, state__in=needs.FOLLOWED)
        locked = still.select_related("contact__label").first()
        if locked is None:
            raise CareRefused(ANSWERED)
        locked.referred_to, locked.ask_on = to if help_ == "referred" else "", needs.ask_on(help_, today, by)
        caring.turn(writing, locked, help_, source="office")
        writing.audit(
            AuditVerb.CARE_NEED_HELPED,
            scope=label.grid_id,
            kind="person",
            subject=label.person_id,
            data={"need": str(need)},
        )


def _followed(need: uuid.UUID, actor: Viewer) -> CareNeed:
    care_need = CareNeed.objects.select_related("contact__label").filter(pk=need).first()
    if care_need is None or not actor.may(Verb.SEE_CARE, care_need.contact.label.grid_id):
        raise NotHere
    access.require(actor, Verb.RECORD_VISIT, care_need.contact.label.grid_id)
    if care_need.state not in needs.FOLLOWED:
        raise CareRefused(ANSWERED)
    return care_need


def note_opening(*, actor: Viewer, at: dt.datetime, scope: str) -> None:
    """Audit that the care list of an area was opened (red line 5: opening care layers leaves a record)."""
    with core.write_to(actor=actor, at=at) as writing:
        writing.audit(AuditVerb.CARE_OPENED, scope=scope)
