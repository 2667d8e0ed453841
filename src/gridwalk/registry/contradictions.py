"""The checks of ``rules.CHECKS`` as conditions over the register, so that lists and counts are one query each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from gridwalk.registry import predicates, rules
from gridwalk.registry.models import Person, Residence


def _living() -> QuerySet[Residence]:
    """The people said to live in a dwelling now."""
    return Residence.objects.filter(
        dwelling=OuterRef("pk"), to_on__isnull=True, kind__in=rules.LIVING, person__status="active"
    )


def _vacant_with_residents(today: dt.date) -> Q:
    return Q(occupancy="vacant") & Q(Exists(_living()))


def _owner_with_tenants(today: dt.date) -> Q:
    return Q(tenure="owner") & Q(Exists(_living().filter(kind="tenant")))


def _crowded(today: dt.date) -> Q:
    counted = _living().order_by().values("dwelling").annotate(n_living=Count("pk"))
    many = counted.filter(n_living__gte=rules.CROWDED)
    close = counted.filter(n_living__gt=1, dwelling__area_m2__lt=rules.SQUARE_METRES_EACH * F("n_living"))
    return Q(Exists(many.values("dwelling"))) | Q(Exists(close.values("dwelling")))


def _minor_alone(today: dt.date) -> Q:
    of_age = Q(person__born_on__isnull=True) | Q(person__born_on__lte=rules.of_age_since(today))
    return Q(Exists(_living())) & ~Q(Exists(_living().filter(of_age)))


def _two_homes(today: dt.date) -> Q:
    return predicates.person_active() & predicates.person_in_two_homes()


def _no_home(today: dt.date) -> Q:
    return predicates.person_active() & predicates.person_without_home()


def _ended_but_living(today: dt.date) -> Q:
    return ~predicates.person_active() & predicates.person_with_home()


def _same_name_and_birth(today: dt.date) -> Q:
    twin = Person.objects.filter(name=OuterRef("name"), born_on=OuterRef("born_on"), status="active")
    return predicates.person_active() & Q(Exists(twin.exclude(pk=OuterRef("pk"))))


def _phone_shared(today: dt.date) -> Q:
    doors = (
        Residence.objects.filter(
            ~Q(person__phone_index=""), person__phone_index=OuterRef("phone_index"), person__status="active",
            to_on__isnull=True, kind__in=rules.LIVING,
        )
        .order_by()
        .values("person__phone_index")
        .annotate(n_doors=Count("dwelling", distinct=True))
        .filter(n_doors__gte=rules.PHONE_DOORS)
    )  # fmt: skip
    return predicates.person_active() & ~Q(phone_index="") & Q(Exists(doors.values("person__phone_index")))


CONDITIONS: Mapping[str, Callable[[dt.date], Q]] = {
    "vacant_with_residents": _vacant_with_residents,
    "owner_with_tenants": _owner_with_tenants,
    "crowded": _crowded,
    "minor_alone": _minor_alone,
    "two_homes": _two_homes,
    "no_home": _no_home,
    "ended_but_living": _ended_but_living,
    "same_name_and_birth": _same_name_and_birth,
    "phone_shared": _phone_shared,
}
"""Code of ``rules.CHECKS`` → the condition on its kind of record, as of a day."""
