"""Steps for care contacts and the needs found in them, from a door or from the office (docs/algorithms/care.md)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence

from gridwalk.core import bulk, clock, ids
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.registry import care
from gridwalk.registry.models import CareLabel
from gridwalk.visits import needs
from gridwalk.visits.models import CareContact, CareNeed, Visit
from gridwalk.visits.needs import Need


@dataclasses.dataclass(frozen=True)
class Contact:
    """Somebody spoke with a care recipient; ``visit``: at the door, where it was there."""

    need: Need
    on: dt.date
    worker: uuid.UUID | None
    worker_name: str
    visit: Visit | None = None


def record(writing: Writing, contacts: Sequence[Contact], *, source: str) -> list[CareContact]:
    """Step: a contact counts for every label of the person that is in force that day; a need found is followed
    from now on.

    The grids of the labels must be locked.
    """
    labels: defaultdict[uuid.UUID, list[CareLabel]] = defaultdict(list)
    persons = {contact.need.person for contact in contacts}
    for label in CareLabel.objects.filter(person_id__in=persons).order_by("created_at", "id"):
        labels[label.person_id].append(label)
    care_contacts: list[CareContact] = []
    care_needs: list[CareNeed] = []
    last: dict[uuid.UUID, tuple[CareLabel, dt.date]] = {}
    for contact in contacts:
        need = contact.need
        for n, label in enumerate(_labels_for(labels[need.person], contact.on)):
            care_contact = CareContact(
                id=ids.new_id(),
                grid_id=label.grid_id,
                label=label,
                visit=contact.visit,
                on=contact.on,
                worker=contact.worker,
                worker_name=contact.worker_name,
                need=need.need,
                help=need.help,
                note=need.note,
                created_at=writing.at,
            )
            care_contacts.append(care_contact)
            last[label.pk] = (label, max(contact.on, last[label.pk][1] if label.pk in last else contact.on))
            if need.need and n == 0:
                care_needs.append(_found(writing, care_contact, need))
    for label, on in last.values():
        contacted(writing, label, max(on, label.last_contact_on or on), source=source)
    bulk.update([label for label, _ in last.values()], ["last_contact_on"])
    bulk.insert(care_contacts)
    bulk.insert(care_needs)
    _answer(writing, contacts)
    return care_contacts


def _labels_for(labels: Sequence[CareLabel], on: dt.date) -> list[CareLabel]:
    """The labels in force that day; what was heard after the last one ended is kept with it."""
    return [label for label in labels if care.in_force(label, on)] or list(labels[-1:])


def contacted(writing: Writing, label: CareLabel, on: dt.date | None, *, source: str) -> None:
    """Set the day of a label's last contact; the caller saves it. The label's grid must be locked."""
    old, label.last_contact_on = label.last_contact_on, on
    if old != on:
        days = [day.isoformat() if day else None for day in (old, on)]
        writing.change(label.grid_id, "care", label.id, "last_contact_on", *days, source=source)


def last_contact(writing: Writing, label: CareLabel, *, source: str) -> None:
    """Step: the day of a label's last contact follows from those that stand. The label's grid must be locked."""
    standing = CareContact.objects.filter(label=label, withdrawn_at=None, visit__withdrawn_at=None)
    contacted(writing, label, standing.order_by("-on").values_list("on", flat=True).first(), source=source)
    label.save(update_fields=["last_contact_on"])


def _found(writing: Writing, contact: CareContact, need: Need) -> CareNeed:
    state = needs.state_of(need.help)
    to = need.to if state == "referred" else ""
    care_need = CareNeed(
        id=ids.new_id(),
        contact=contact,
        need=need.need,
        state=state,
        referred_to=to,
        ask_on=needs.ask_on(state, contact.on, need.by),
    )
    record = {"person": str(need.person), "need": need.need, "state": state}
    writing.created(
        contact.label.grid_id, "need", care_need.pk, record, source="visit" if contact.visit_id else "office"
    )
    return care_need


def _answer(writing: Writing, contacts: Sequence[Contact]) -> None:
    """What recipients say of needs found before; an id that is no followed need of that person says nothing."""
    asked = {pk: (contact, met) for contact in contacts for pk, met in contact.need.asked}
    if not asked:
        return
    followed = CareNeed.objects.select_for_update(of=("self",)).filter(pk__in=list(asked), state__in=needs.FOLLOWED)
    for need in followed.select_related("contact__label"):
        contact, met = asked[need.pk]
        if need.contact.label.person_id == contact.need.person and contact.on >= need.contact.on:
            _record_answer(writing, need, contact, met=met)


def _record_answer(writing: Writing, need: CareNeed, contact: Contact, *, met: bool) -> None:
    if met:
        need.met_on, need.met_by, need.met_by_name = contact.on, contact.worker, contact.worker_name
        need.met_in = contact.visit
    else:
        need.n_unmet += 1
        need.ask_on = needs.ask_on("open", contact.on)
    turn(writing, need, "confirmed" if met else "open", source="visit" if contact.visit else "office")
    verb = AuditVerb.CARE_NEED_MET if met else AuditVerb.CARE_NEED_UNMET
    label = need.contact.label
    writing.audit(verb, scope=label.grid_id, kind="person", subject=label.person_id, data={"need": str(need.pk)})


def turn(writing: Writing, need: CareNeed, state: str, *, source: str) -> None:
    """Bring a need (with contact and label) into another state and save it."""
    old, need.state = need.state, state
    if old != state:
        writing.change(
            stream=need.contact.label.grid_id,
            kind="need",
            entity=need.pk,
            field="state",
            old=old,
            new=state,
            source=source,
        )
    need.save()


def take_back(writing: Writing, visit: Visit) -> None:
    """Step: a visit was withdrawn. Needs found in it do not count; needs met in it are open and asked about today."""
    for need in CareNeed.objects.filter(contact__visit=visit, state__in=needs.FOLLOWED).select_related(
        "contact__label"
    ):
        turn(writing, need, "withdrawn", source="visit")
    for need in CareNeed.objects.filter(met_in=visit).select_related("contact__label"):
        need.met_on = need.met_by = need.met_in = None
        need.met_by_name, need.ask_on = "", clock.local_date(writing.at)
        turn(writing, need, "open", source="visit")
