"""Needs that are followed, and the contacts of a label. For who may see care only."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Iterable, Sequence

from django.db.models import QuerySet

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core.queries import NotHere
from gridwalk.lists.listing import PlainList, Sort
from gridwalk.lists.queries import EVERYTHING, Selection
from gridwalk.lists.rules import choice_field, day_field
from gridwalk.registry import care as rules
from gridwalk.registry.models import CareLabel
from gridwalk.registry.queries import care
from gridwalk.registry.queries.entities import shown_name
from gridwalk.visits import needs
from gridwalk.visits.models import CareContact, CareNeed

NEEDS = PlainList(
    code="needs",
    label="待回访确认",
    unit="项",
    verb=Verb.SEE_CARE,
    fields=(
        choice_field("need", "需要", needs.NEEDS),
        choice_field("state", "办理情况", {state: needs.STATES[state] for state in needs.FOLLOWED}),
        choice_field("referred_to", "转给", needs.REFERRED_TO, always=False),
        day_field("ask_on", "该问的日期", moment=False, always=True),
    ),
    sorts=(
        Sort(code="ask", label="最该问的在前", keys=("ask_on", "id")),
        Sort(code="name", label="按姓名排", keys=("contact__label__person__sort_key", "id")),
    ),
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class NeedRow:
    """A need as a row. ``late``: somebody should have asked by now."""

    id: uuid.UUID
    person: uuid.UUID
    name: str
    address: str
    dwelling: uuid.UUID | None
    need: str
    state: str
    state_label: str
    referred_to: str
    found_on: dt.date
    found_by: str
    ask_on: dt.date
    late: bool
    n_unmet: int
    met_on: dt.date | None
    met_by: str
    responsible: str

    @property
    def key(self) -> str:
        """What the answer is called in a form."""
        return f"a-{self.id}"


def _followed(scope: str) -> QuerySet[CareNeed]:
    return CareNeed.objects.filter(
        state__in=needs.FOLLOWED, contact__label__grid__code__startswith=scope, contact__label__person__status="active"
    )


def followed(
    viewer: Viewer,
    scope: str,
    today: dt.date,
    *,
    limit: int = 100,
    offset: int = 0,
    selection: Selection = EVERYTHING,
) -> tuple[list[NeedRow], int]:
    """The needs nobody has confirmed as met, by the day somebody should ask, and how many. Raises NotHere."""
    care.require(viewer, scope)
    care_needs = selection.of(_followed(scope), "ask_on", "id")
    page = care_needs.select_related("contact__label__person")[offset : offset + limit]
    return _rows(viewer, page, today), care_needs.count()


def n_followed(viewer: Viewer, scope: str) -> int:
    """How many needs are followed. Raises NotHere."""
    care.require(viewer, scope)
    return _followed(scope).count()


def of_persons(viewer: Viewer, persons: Sequence[uuid.UUID], grid: str, today: dt.date) -> list[NeedRow]:
    """The needs of some persons that are followed; nothing for who may not see care."""
    if not viewer.may(Verb.SEE_CARE, grid):
        return []
    care_needs = CareNeed.objects.filter(state__in=needs.FOLLOWED, contact__label__person_id__in=list(persons))
    return _rows(viewer, care_needs.select_related("contact__label__person").order_by("ask_on", "id"), today)


def get_need(viewer: Viewer, pk: uuid.UUID, today: dt.date) -> NeedRow:
    """One need. Raises NotHere."""
    care_needs = list(CareNeed.objects.select_related("contact__label__person").filter(pk=pk))
    if not care_needs:
        raise NotHere
    care.require(viewer, care_needs[0].contact.label.grid_id)
    return _rows(viewer, care_needs, today)[0]


def _rows(viewer: Viewer, care_needs: Iterable[CareNeed], today: dt.date) -> list[NeedRow]:
    care_needs = list(care_needs)
    labels = list({need.contact.label_id: need.contact.label for need in care_needs}.values())
    homes, names = care.homes_of([label.person_id for label in labels]), care.responsible_of(labels, today)
    rows = []
    for need in care_needs:
        label = need.contact.label
        home = homes.get(label.person_id)
        rows.append(
            NeedRow(
                id=need.pk,
                person=label.person_id,
                name=shown_name(viewer, label.grid_id, label.person.name),
                address=home.dwelling.address if home else "",
                dwelling=home.dwelling_id if home else None,
                need=needs.NEEDS.get(need.need, ""),
                state=need.state,
                state_label=needs.STATES[need.state],
                referred_to=needs.REFERRED_TO.get(need.referred_to, ""),
                found_on=need.contact.on,
                found_by=need.contact.worker_name,
                ask_on=need.ask_on,
                late=need.ask_on <= today,
                n_unmet=need.n_unmet,
                met_on=need.met_on,
                met_by=need.met_by_name,
                responsible=names[label.pk],
            )
        )
    return rows


@dataclasses.dataclass(frozen=True)
class ContactRow:
    """A contact that was made, with what became of the need found in it."""

    on: dt.date
    worker_name: str
    at_door: bool
    need: str
    became: str
    note: str


@dataclasses.dataclass(frozen=True)
class JustMade:
    """A contact its author can still take back: with whom, and when the next one is due."""

    id: uuid.UUID
    name: str
    due_on: dt.date


def just_made(viewer: Viewer, contact: uuid.UUID | None) -> JustMade | None:
    """The viewer's own contact by its id, while it stands."""
    if contact is None:
        return None
    own = CareContact.objects.filter(pk=contact, worker=viewer.id, worker__isnull=False, visit=None, withdrawn_at=None)
    made = own.select_related("label__person").first()
    if made is None or not viewer.may(Verb.SEE_CARE, made.label.grid_id):
        return None
    name = shown_name(viewer, made.label.person.grid_id, made.label.person.name)
    return JustMade(made.pk, name, rules.due_on(made.label))


def contacts(label: CareLabel) -> list[ContactRow]:
    """The contacts made for a label, newest first. The caller has checked that the viewer may see it."""
    recorded = CareContact.objects.filter(label=label, withdrawn_at=None).exclude(visit__withdrawn_at__isnull=False)
    rows = recorded.prefetch_related("needs").order_by("-on", "-created_at")
    lines = []
    for contact in rows:
        followed_ = next(iter(contact.needs.all()), None)
        became = needs.STATES[followed_.state] if followed_ else needs.HELP.get(contact.help, "")
        if followed_ and followed_.met_on:
            became += f"，{followed_.met_on.month}月{followed_.met_on.day}日 {followed_.met_by_name}问过"
        lines.append(
            ContactRow(
                on=contact.on,
                worker_name=contact.worker_name,
                at_door=contact.visit_id is not None,
                need=needs.NEEDS.get(contact.need, ""),
                became=became,
                note=contact.note,
            )
        )
    return lines
