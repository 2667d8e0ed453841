"""关爱帮扶: who is due, whose label is to be reviewed, ends or lacks consent, which dwellings are due.

For who may see care only.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core.queries import NotHere
from gridwalk.dictionary import choices
from gridwalk.dictionary import fields as dictionary
from gridwalk.lists.listing import PlainList, Sort
from gridwalk.lists.queries import EVERYTHING, Selection
from gridwalk.lists.rules import Condition, Op, choice_field, day_field
from gridwalk.registry import care, predicates
from gridwalk.registry.living import LIVING, dwelling_label
from gridwalk.registry.models import CareLabel, Dwelling, Person, Residence
from gridwalk.registry.queries.entities import shown_name


@dataclasses.dataclass(frozen=True, kw_only=True)
class LabelRow:
    """A care label as a row. ``steps``: what is next, in words."""

    id: uuid.UUID
    person: uuid.UUID
    name: str
    address: str
    dwelling: uuid.UUID | None
    category: str
    interval_days: int
    last_contact_on: dt.date | None
    due_on: dt.date
    starts_on: dt.date
    ends_on: dt.date
    review_on: dt.date | None
    consent: str
    consent_on: dt.date | None
    on_wish: bool
    ended_on: dt.date | None
    ended_why: str
    responsible: str
    overdue: bool
    in_force: bool
    runs: bool
    steps: tuple[str, ...]

    @property
    def renewed_until(self) -> dt.date:
        """A year after its end."""
        return self.ends_on + dt.timedelta(days=365)


@dataclasses.dataclass(frozen=True, kw_only=True)
class DueRow:
    """A care recipient whose next contact comes up; one contact counts for all their labels."""

    person: uuid.UUID
    name: str
    address: str
    dwelling: uuid.UUID | None
    categories: tuple[str, ...]
    interval_days: int
    last_contact_on: dt.date | None
    due_on: dt.date
    overdue: bool
    responsible: str
    has_phone: bool


@dataclasses.dataclass(frozen=True, kw_only=True)
class PlaceRow:
    """A vacant or let dwelling whose interval is over, and the cheapest next step."""

    dwelling: uuid.UUID
    address: str
    label: str
    last_contact_on: dt.date | None
    due_on: dt.date
    step: str
    responsible: str


LISTS: dict[str, tuple[Callable[[dt.date], Q], str]] = {
    "reviews": (predicates.label_to_review, "review_on"),
    "ending": (predicates.label_ending, "ends_on"),
    "consent": (lambda day: predicates.label_runs(day) & predicates.label_lacks_consent(), "starts_on"),
}
"""Lists of labels: condition and what they are sorted by."""


CATEGORIES = {code: words[0] for code, words in choices.CARE_CATEGORY.items()}
CARED_FOR: dict[str, Any] = {"verb": Verb.SEE_CARE, "unit": "人"}


def _labelled(asked: Condition, today: dt.date) -> Q:
    """With a label in force of one of these categories."""
    labels = CareLabel.objects.filter(predicates.label_in_force(today), category__in=asked.values)
    inside = Q(pk__in=labels.values("person"))
    return inside if asked.op is Op.IS else ~inside


DUE = PlainList(
    code="due",
    label="到期联系",
    **CARED_FOR,
    fields=(
        choice_field("category", "类别", CATEGORIES, asks=_labelled),
        day_field("due", "到期", moment=False, always=True),
    ),
    sorts=(
        Sort(code="due", label="最久的在前", keys=("due", "sort_key", "id")),
        Sort(code="name", label="按姓名排", keys=("sort_key", "id")),
        Sort(code="grid", label="按网格排", keys=("grid_id", "due", "id")),
    ),
)
LABELS = PlainList(
    code="labels",
    label="关爱类别",
    **CARED_FOR,
    fields=(
        choice_field("category", "类别", CATEGORIES),
        day_field("ends_on", "到期", moment=False, always=True),
        day_field("review_on", "复查日期", moment=False),
    ),
    sorts=(
        Sort(code="ends", label="先到期的在前", keys=("ends_on", "person__sort_key", "id")),
        Sort(code="name", label="按姓名排", keys=("person__sort_key", "id")),
        Sort(code="grid", label="按网格排", keys=("grid_id", "ends_on", "id")),
    ),
)
PLACES = PlainList(
    code="places",
    label="空房、出租房",
    verb=Verb.SEE_CARE,
    unit="户",
    fields=(
        choice_field("occupancy", "居住状况", {"vacant": "空房"}),
        choice_field("tenure", "权属", {"let": "出租房"}),
        day_field("last_contact_on", "上次", moment=False),
    ),
    sorts=(
        Sort(code="due", label="最久的在前", keys=("due", "id")),
        Sort(code="walk", label="按走访顺序排", keys=("grid_id", "walk_key", "id")),
    ),
)


def require(viewer: Viewer, scope: str) -> None:
    """Raises NotHere unless the viewer may see care there."""
    if not viewer.may(Verb.SEE_CARE, scope):
        raise NotHere


def get_label(viewer: Viewer, pk: uuid.UUID) -> CareLabel:
    """One care label. Raises NotHere."""
    label = CareLabel.objects.select_related("person").filter(pk=pk).first()
    if label is None:
        raise NotHere
    require(viewer, label.grid_id)
    return label


def get_recipient(viewer: Viewer, pk: uuid.UUID) -> Person:
    """A person as who may see care there sees them. Raises NotHere."""
    person = Person.objects.filter(pk=pk).first()
    if person is None:
        raise NotHere
    require(viewer, person.grid_id)
    return person


def of_persons(viewer: Viewer, persons: Sequence[uuid.UUID], grid: str, today: dt.date) -> list[LabelRow]:
    """The care labels that run for some persons on record, those without consent too; nothing for who may
    not see care.
    """
    if not viewer.may(Verb.SEE_CARE, grid):
        return []
    labels = CareLabel.objects.filter(predicates.label_runs(today), person_id__in=persons, person__status="active")
    return rows(viewer, labels.select_related("person").order_by("created_at", "id"), today)


def _due(scope: str, today: dt.date) -> QuerySet[Any]:
    """Whom rate 2 counts and whose next contact is overdue or due shortly, with the day their first one is due."""
    counted = predicates.people().filter(predicates.person_active() & predicates.care_listed(today))
    return counted.filter(grid__code__startswith=scope).annotate(due=predicates.first_due(today))


def _named(scope: str, today: dt.date, name: str) -> QuerySet[Any]:
    cared = predicates.people().filter(predicates.person_active() & predicates.has_care(today), name__contains=name)
    return cared.filter(grid__code__startswith=scope).annotate(due=predicates.first_due(today))


def n_due(viewer: Viewer, scope: str, today: dt.date) -> int:
    """How many of them there are. Raises NotHere."""
    require(viewer, scope)
    return _due(scope, today).count()


def due(
    viewer: Viewer,
    scope: str,
    today: dt.date,
    *,
    named: str = "",
    limit: int = 100,
    offset: int = 0,
    selection: Selection = EVERYTHING,
) -> tuple[list[DueRow], int]:
    """Who is due within two days or overdue, the most overdue first, and how many; ``named``: of a name or a part of it
    whoever has care there, due or not. Raises NotHere.
    """
    require(viewer, scope)
    recipients = selection.of(_named(scope, today, named) if named else _due(scope, today), "due", "sort_key", "id")
    persons = list(recipients[offset : offset + limit])
    labels = CareLabel.objects.filter(predicates.label_in_force(today), person__in=persons).order_by("created_at", "id")
    of: dict[uuid.UUID, list[CareLabel]] = {}
    for label in labels:
        of.setdefault(label.person_id, []).append(label)
    homes, names = homes_of([p.pk for p in persons]), responsible_of([x for group in of.values() for x in group], today)
    lines = []
    for person in persons:
        first = min(of[person.pk], key=care.due_on)
        home, due_on = homes.get(person.pk), care.due_on(first)
        lines.append(
            DueRow(
                person=person.pk,
                name=shown_name(viewer, person.grid_id, person.name),
                address=home.dwelling.address if home else "",
                dwelling=home.dwelling_id if home else None,
                categories=tuple(_category(label) for label in of[person.pk]),
                interval_days=first.interval_days,
                last_contact_on=first.last_contact_on,
                due_on=due_on,
                overdue=due_on < today,
                responsible=names[first.pk],
                has_phone=bool(person.phone_index),
            )
        )
    return lines, recipients.count()


def listed(
    viewer: Viewer,
    scope: str,
    which: str,
    today: dt.date,
    *,
    limit: int = 100,
    offset: int = 0,
    selection: Selection = EVERYTHING,
) -> tuple[list[LabelRow], int]:
    """The labels of one of ``LISTS``, and how many. Raises NotHere."""
    require(viewer, scope)
    condition, by = LISTS[which]
    labels = selection.of(_of_active(scope).filter(condition(today)), by, "person__sort_key", "id")
    return rows(viewer, labels.select_related("person")[offset : offset + limit], today), labels.count()


def places(
    viewer: Viewer,
    scope: str,
    today: dt.date,
    *,
    limit: int = 100,
    offset: int = 0,
    selection: Selection = EVERYTHING,
) -> tuple[list[PlaceRow], int]:
    """Vacant and let dwellings whose interval is over, the longest first, and how many. Raises NotHere."""
    require(viewer, scope)
    dwellings = selection.of(_overdue_places(scope, today).annotate(due=predicates.dwelling_due_on()), "due", "id")
    rows_ = list(dwellings[offset : offset + limit])
    names = accounts.responsible(sorted({code for d in rows_ for code in (d.grid_id, d.grid_id[:12])}), today)
    return [_place(dwelling, names) for dwelling in rows_], dwellings.count()


def _overdue_places(scope: str, today: dt.date) -> QuerySet[Any]:
    """What rate 2 counts as not looked at in time."""
    kept = predicates.dwelling_active() & (predicates.dwelling_vacant() | predicates.dwelling_let())
    return Dwelling.objects.filter(kept, predicates.dwelling_overdue(today), grid__code__startswith=scope)


def _place(dwelling: Any, names: dict[str, accounts.Responsible]) -> PlaceRow:
    vacant = dwelling.occupancy == "vacant"
    call = "给产权人打电话" if dwelling.owner_phone_index else "问物业或邻居" if vacant else "顺路敲门"
    who = names.get(dwelling.grid_id) or names.get(dwelling.grid_id[:12])
    return PlaceRow(
        dwelling=dwelling.pk,
        address=dwelling.address,
        label=dwelling_label(dwelling.occupancy, dwelling.tenure),
        last_contact_on=dwelling.last_contact_on,
        due_on=dwelling.due,
        step=f"{call}，{'看还空着没有' if vacant else '看谁住着'}",
        responsible=who.name if who else "",
    )


def counts(viewer: Viewer, scope: str, today: dt.date) -> dict[str, int]:
    """How many stand on each list. Raises NotHere."""
    require(viewer, scope)
    n_labels = {which: _of_active(scope).filter(condition(today)).count() for which, (condition, _) in LISTS.items()}
    return {"due": _due(scope, today).count(), "places": _overdue_places(scope, today).count(), **n_labels}


def _of_active(scope: str) -> QuerySet[CareLabel]:
    return CareLabel.objects.filter(grid__code__startswith=scope, person__status="active")


def rows(viewer: Viewer, labels: Iterable[CareLabel], today: dt.date) -> list[LabelRow]:
    """Labels (with their persons) as rows, in the order given; a constant number of queries."""
    labels = list(labels)
    homes, names = homes_of([label.person_id for label in labels]), responsible_of(labels, today)
    lines = []
    for label in labels:
        home, due_on = homes.get(label.person_id), care.due_on(label)
        lines.append(
            LabelRow(
                id=label.pk,
                person=label.person_id,
                name=shown_name(viewer, label.grid_id, label.person.name),
                address=home.dwelling.address if home else "",
                dwelling=home.dwelling_id if home else None,
                category=_category(label),
                interval_days=label.interval_days,
                last_contact_on=label.last_contact_on,
                due_on=due_on,
                starts_on=label.starts_on,
                ends_on=label.ends_on,
                review_on=label.review_on,
                consent=dictionary.choice_label("care", "consent", label.consent),
                consent_on=label.consent_on,
                on_wish=label.category in choices.CARE_ON_WISH,
                ended_on=label.ended_on,
                ended_why=choices.CARE_END.get(label.ended_why, ("",))[0],
                responsible=names[label.pk],
                overdue=due_on < today,
                in_force=care.in_force(label, today),
                runs=care.runs(label, today),
                steps=tuple(care.STEPS[s] for s in care.steps(label, today)),
            )
        )
    return lines


def _category(label: CareLabel) -> str:
    return dictionary.choice_label("care", "category", label.category)


def homes_of(persons: Sequence[uuid.UUID]) -> dict[uuid.UUID, Residence]:
    """Where each lives now, else where they are registered."""
    homes: dict[uuid.UUID, Residence] = {}
    for link in Residence.objects.filter(person_id__in=persons, to_on__isnull=True).select_related("dwelling"):
        if link.kind in LIVING or link.person_id not in homes:
            homes[link.person_id] = link
    return homes


def responsible_of(labels: Sequence[CareLabel], today: dt.date) -> dict[uuid.UUID, str]:
    """Who looks after each label: who was named and is still in post there, else whoever holds the grid, else
    the community.
    """
    grids = {label.grid_id for label in labels}
    holders = accounts.responsible(sorted(grids | {grid[:12] for grid in grids}), today)
    in_post = accounts.in_post({label.grid_id for label in labels if label.responsible_id}, today)
    names = {}
    for label in labels:
        holder = holders.get(label.grid_id) or holders.get(label.grid_id[:12])
        chosen = in_post.get(label.grid_id, {}).get(label.responsible_id) if label.responsible_id else None
        names[label.pk] = chosen or (holder.name if holder else "")
    return names
