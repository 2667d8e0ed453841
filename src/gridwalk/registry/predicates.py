"""Conditions over the register that counts, gap lists and pages share, each with the clause it implements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db.models import Case, Count, DateField, Exists, F, Func, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Least, TruncDate
from django.db.models.lookups import LessThan, LessThanOrEqual

from gridwalk.core.clock import LOCAL
from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary.choices import CARE_ON_WISH
from gridwalk.registry import care, rules
from gridwalk.registry.living import LIVING, REGISTERED
from gridwalk.registry.models import CareLabel, Dwelling, Facility, Person, Residence, Site, TakeOver

VACANT_INTERVAL_DAYS = 60
LET_INTERVAL_DAYS = 90


def people() -> QuerySet[Person]:
    """Every person of the register."""
    return Person.objects.all()


def holds_number(indexes: Collection[str], of: str = "") -> Q:
    """The condition that a standing person, or whoever a row names at the path ``of`` (``person__``), has one of these
    ID numbers, by their indexes.

    It says all that the index of numbers holds: of a hundred values the planner does not see by itself that none of
    them is empty, and reads every person.
    """
    number, status = f"{of}id_no_index", f"{of}status"
    return Q(**{f"{number}__among": {*indexes} - {""}}) & ~Q(**{number: ""}) & ~Q(**{status: "struck_off"})


def dwellings() -> QuerySet[Dwelling]:
    """Every dwelling of the register."""
    return Dwelling.objects.all()


def sites() -> QuerySet[Site]:
    """Every key site of the register."""
    return Site.objects.all()


def facilities() -> QuerySet[Facility]:
    """Every facility of the register."""
    return Facility.objects.all()


def _homes() -> QuerySet[Residence]:
    """A person's current living links to dwellings that are not struck off."""
    return Residence.objects.filter(person=OuterRef("pk"), to_on__isnull=True, kind__in=LIVING).exclude(
        dwelling__status="struck_off"
    )


def _registrations() -> QuerySet[Residence]:
    return Residence.objects.filter(person=OuterRef("pk"), to_on__isnull=True, kind=REGISTERED).exclude(
        dwelling__status="struck_off"
    )


def _more_than_one(links: QuerySet[Residence]) -> Exists:
    return Exists(
        links.order_by().values("person").annotate(n_links=Count("pk")).filter(n_links__gt=1).values("person")
    )


def person_active() -> Q:
    """实有人口 in the register; who awaits a recheck of death or moving away still counts."""
    return Q(status="active")


def person_linked() -> Q:
    """Rate 4: exactly one current home; or, living elsewhere, exactly one registered door and no home here."""
    one_home = Exists(_homes()) & ~_more_than_one(_homes())
    only_registered = ~Exists(_homes()) & Exists(_registrations()) & ~_more_than_one(_registrations())
    return Q(one_home) | Q(only_registered)


def person_without_home() -> Q:
    """Rate 4's gap: no current link to any dwelling."""
    return Q(~Exists(_homes()) & ~Exists(_registrations()))


def person_with_several_homes() -> Q:
    """Rate 4's gap: more than one current home, or living elsewhere with more than one registered door."""
    return Q(_more_than_one(_homes())) | Q(~Exists(_homes()) & _more_than_one(_registrations()))


def person_with_home() -> Q:
    """At least one current home."""
    return Q(Exists(_homes()))


def person_in_two_homes() -> Q:
    """More than one current home."""
    return Q(_more_than_one(_homes()))


def person_complete() -> Q:
    """全面: name, ID number, sex and birth date are present."""
    return ~Q(name="") & ~Q(id_no_index="") & ~Q(sex="") & Q(born_on__isnull=False)


def ages(kind: str) -> dict[str, int]:
    """The fields of a kind that have to be verified again: name → days, as the dictionary says."""
    return {field.name: field.fresh_days for field in dictionary.fields(kind) if field.fresh_days}


def verified_within(days: int, as_of: dt.date) -> Q:
    """鲜活 of one field: the record was verified within the field's period.

    A day of verification is the whole record's.
    """
    return Q(verified_on__gte=as_of - dt.timedelta(days=days))


def fresh(kind: str, as_of: dt.date) -> Q:
    """鲜活 of a record: every field that ages is within its period, which is the shortest of them."""
    return verified_within(min(ages(kind).values()), as_of)


def person_fresh(as_of: dt.date) -> Q:
    """鲜活: verified within the period of the fields that change (180 days)."""
    return fresh("person", as_of)


def person_valid() -> Q:
    """有效: a valid ID number on record, one home at most, and no open recheck of an end."""
    return ~Q(id_no_index="") & ~Q(_more_than_one(_homes())) & Q(status_pending="")


def dwelling_active() -> Q:
    """In the register; one awaiting the recheck of its striking off still counts, so deleting raises no rate."""
    return Q(status__in=["active", "strike_off_pending"])


def dwelling_vacant() -> Q:
    """空房."""
    return Q(occupancy="vacant")


def dwelling_let() -> Q:
    """出租房."""
    return Q(tenure="let")


def dwelling_resolved() -> Q:
    """Rate 4, dwellings: someone lives there, or was met and awaits the other side's word, or a second source confirmed
    it vacant.
    """
    residents = Residence.objects.filter(
        dwelling=OuterRef("pk"), to_on__isnull=True, kind__in=LIVING, person__status="active"
    )
    return Q(Exists(residents)) | dwelling_awaits_somebody() | (Q(occupancy="vacant") & ~Q(vacancy_source=""))


def dwelling_awaits_somebody() -> Q:
    """待对方确认: somebody was met there whose record another side has to give away first; the door counts them."""
    asked = TakeOver.objects.filter(dwelling=OuterRef("pk"), difference__state__in=rules.WAITING)
    return Q(Exists(asked))


def dwelling_overdue(as_of: dt.date) -> Q:
    """Rate 2: the contact due by interval (vacant 60 days, let 90) has not been made; counted from the
    record's first day.
    """
    vacant_since = as_of - dt.timedelta(days=VACANT_INTERVAL_DAYS)
    let_since = as_of - dt.timedelta(days=LET_INTERVAL_DAYS)
    return (Q(occupancy="vacant") & _last_before(vacant_since)) | (~Q(occupancy="vacant") & _last_before(let_since))


def _last_before(since: dt.date) -> Q:
    begun = dt.datetime.combine(since, dt.time.min, tzinfo=LOCAL)
    return Q(last_contact_on__lt=since) | (Q(last_contact_on__isnull=True) & Q(created_at__lt=begun))


def site_active() -> Q:
    """重点场所 in the register."""
    return Q(status="active")


class DueOn(Func):
    """The day the next contact is due: a date plus a number of days (PostgreSQL: date + integer)."""

    template = "(%(expressions)s)"
    arg_joiner = " + "
    output_field = DateField()


def site_due_on() -> DueOn:
    """The last contact, else the record's first day, plus the site's own interval."""
    return DueOn(Coalesce(F("last_contact_on"), TruncDate("created_at", tzinfo=LOCAL)), F("interval_days"))


def facility_standing() -> Q:
    """设施 in the register: what is broken too, so that calling it broken raises no figure."""
    return ~Q(status="removed")


def facility_due_on() -> DueOn:
    """The last round, else the record's first day, plus the facility's own interval."""
    return site_due_on()


def facility_overdue(as_of: dt.date) -> Q:
    """按期巡检's gap: the due round has not been made."""
    return Q(LessThan(facility_due_on(), as_of))


def label_due_on() -> DueOn:
    """The last contact, else the label's first day, plus the label's interval."""
    return DueOn(Coalesce(F("last_contact_on"), F("starts_on")), F("interval_days"))


def dwelling_due_on() -> DueOn:
    """The last contact, else the record's first day, plus the interval of vacant or let dwellings."""
    days = Case(When(occupancy="vacant", then=Value(VACANT_INTERVAL_DAYS)), default=Value(LET_INTERVAL_DAYS))
    return DueOn(Coalesce(F("last_contact_on"), TruncDate("created_at", tzinfo=LOCAL)), days)


def site_overdue(as_of: dt.date) -> Q:
    """Rate 2: the site's due contact has not been made within its own interval."""
    return Q(LessThan(site_due_on(), as_of))


def label_runs(as_of: dt.date) -> Q:
    """The day lies in the label's time, consent apart."""
    return Q(starts_on__lte=as_of, ends_on__gte=as_of) & (Q(ended_on__isnull=True) | Q(ended_on__gt=as_of))


def label_lacks_consent() -> Q:
    """The category rests on the person's wish and nobody has said it."""
    return Q(category__in=sorted(CARE_ON_WISH), consent="")


def label_in_force(as_of: dt.date) -> Q:
    """A care label holds: within its time, not ended before it, and agreed to where it rests on the person's wish."""
    return label_runs(as_of) & ~label_lacks_consent()


def label_to_review(as_of: dt.date) -> Q:
    """Somebody should ask whether the help is still needed."""
    return label_in_force(as_of) & Q(review_on__lte=as_of)


def label_ending(as_of: dt.date) -> Q:
    """In force and about to end unless renewed."""
    return label_in_force(as_of) & Q(ends_on__lte=as_of + dt.timedelta(days=care.SOON))


def _labels(as_of: dt.date) -> QuerySet[CareLabel]:
    return CareLabel.objects.filter(label_in_force(as_of), person=OuterRef("pk"))


def first_due(as_of: dt.date) -> Subquery:
    """The earliest day a contact is due for one of the person's labels in force."""
    return Subquery(_labels(as_of).annotate(due=label_due_on()).order_by("due").values("due")[:1])


def has_care(as_of: dt.date) -> Q:
    """重点关爱人员: at least one label in force."""
    return Q(Exists(_labels(as_of)))


def care_listed(as_of: dt.date) -> Q:
    """该联系: one of the person's labels has a contact overdue or due shortly (``care.listed_on``)."""
    ahead = Least(Value(care.LOOK_AHEAD), F("interval_days") / Value(care.LOOK_AHEAD_PART))
    return Q(Exists(_labels(as_of).filter(LessThanOrEqual(label_due_on(), DueOn(Value(as_of), ahead)))))


def care_overdue(as_of: dt.date) -> Q:
    """Rate 2: one of the person's labels has a contact due that was not made within its interval."""
    return Q(Exists(_labels(as_of).filter(LessThan(label_due_on(), as_of))))
