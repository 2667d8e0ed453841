"""The register. ID and phone numbers lie in envelopes (columns ``*_sealed``) with a blind index beside them.

Facts are written by ``registry.actions`` only, through the one door for claims; ``heads`` holds, per field, the op that
last wrote it (architecture, ideas 1 and 2). Dates a fact was verified on stand in ``verified_on``.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from gridwalk.accounts.models import User
from gridwalk.core import envelope, ids
from gridwalk.core.kept import ByHand, Goes, Kept, Stays
from gridwalk.dictionary import fields as dictionary
from gridwalk.registry.models.ordering import OF_DOORS, OF_PERSONS, STANDING, by_day, by_lot, by_name, by_text, few
from gridwalk.territory.models import Building, Grid, Stairwell


class Entity(models.Model):
    """What every fact-bearing row has: a grid, heads, and the day its facts were last verified.

    ``merged_into``: the standing record this one was merged into (upkeep); never one that was itself merged.
    """

    KEPT = Kept(
        grid="grid",
        of=("merged_into",),
        moved=ByHand("registry.actions.regridding.move_grids"),
        merged=ByHand("upkeep.actions.steps.merging.close"),
        erased=ByHand("retention.actions.people._erase"),
    )
    KIND = ""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    heads = models.JSONField(default=dict)
    verified_on = models.DateField(null=True)
    created_at = models.DateTimeField()
    source = models.CharField(max_length=16)
    source_ref = models.CharField(max_length=80, blank=True)
    search_keys = ArrayField(models.TextField(), default=list)
    merged_into = models.UUIDField(null=True)

    class Meta:
        abstract = True

    def seal(self, column: str, value: str) -> str:
        """``value`` in the envelope of this row and column."""
        return envelope.seal(value, table=self._meta.db_table, column=column, row=self.id)

    def unseal(self, column: str) -> str:
        """The clear value of ``<column>_sealed``; mask before showing."""
        sealed: Any = getattr(self, f"{column}_sealed")
        return envelope.open_(sealed, table=self._meta.db_table, column=column, row=self.id)


class Dwelling(Entity):
    """A door (房屋). ``address_key`` is ``estate|building|stairwell|room``, once a community while active."""

    KIND = "dwelling"
    STATUS = [("active", "在册"), ("strike_off_pending", "注销待复核"), ("struck_off", "已注销")]

    building = models.ForeignKey(Building, models.PROTECT, null=True, related_name="dwellings")
    stairwell = models.ForeignKey(Stairwell, models.PROTECT, null=True, related_name="dwellings")
    community = models.CharField(max_length=12)
    address = models.CharField(max_length=120)
    address_key = models.CharField(max_length=160)
    floor = models.SmallIntegerField(null=True)
    room = models.CharField(max_length=20, blank=True)
    walk_key = models.CharField(max_length=80, blank=True)
    usage = models.CharField(max_length=12, default="residential")
    occupancy = models.CharField(max_length=12, default="unknown")
    tenure = models.CharField(max_length=12, default="unknown")
    area_m2 = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    owner_name = models.CharField(max_length=40, blank=True)
    owner_phone_sealed = models.TextField(blank=True)
    owner_phone_index = models.CharField(max_length=32, blank=True)
    vacancy_source = models.CharField(max_length=20, blank=True)
    vacancy_confirmed_on = models.DateField(null=True)
    last_contact_on = models.DateField(null=True)
    status = models.CharField(max_length=20, choices=STATUS, default="active")
    ended_on = models.DateField(null=True)
    ended_as = models.CharField(max_length=12, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "address_key"], condition=~Q(status="struck_off"), name="door_once_a_community"
            )
        ]
        indexes = [
            models.Index(fields=["grid", "walk_key"]),
            models.Index(fields=["owner_phone_index"], condition=~Q(owner_phone_index=""), name="dwelling_owner_phone"),
            GinIndex(fields=["search_keys"], name="dwelling_search"),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="dwelling_merged"),
            models.Index(
                fields=["grid", "walk_key", "id"],
                include=OF_DOORS,
                condition=STANDING,
                name="dwelling_list",
            ),
            by_day("verified_on", name="dwelling_by_verified"),
            few("dwelling_by_usage", "usage"),
            few("dwelling_by_use", "occupancy", "tenure"),
            few("dwelling_by_area", "area_m2"),
            few("dwelling_not_active", where=~Q(status="active"), include=("walk_key", "id", *OF_DOORS)),
        ]


class FormerAddress(models.Model):
    """What a door was called before its building was renumbered: search and ledgers in the old numbers
    still find it.
    """

    KEPT = Kept(
        of=("dwelling",), merged=ByHand("upkeep.actions.steps.merging.hand_over_door"), erased=Stays("of doors")
    )

    dwelling = models.ForeignKey(Dwelling, models.PROTECT, related_name="former_addresses")
    community = models.CharField(max_length=12)
    address = models.CharField(max_length=120)
    address_key = models.CharField(max_length=160)
    search_keys = ArrayField(models.TextField(), default=list)
    until_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dwelling", "address_key"], name="former_address_once")]
        indexes = [
            models.Index(fields=["community", "address_key"]),
            GinIndex(fields=["search_keys"], name="former_address_search"),
        ]


_INCOMPLETE = ~(~Q(name="") & ~Q(id_no_index="") & ~Q(sex="") & Q(born_on__isnull=False))
"""In the words of ``predicates.person_complete``: an index answers only what is said as it was made."""


class Person(Entity):
    """A person, once in the register. Belongs to the grid of the current residence, else of the registered door.

    ``id_no_checked_on``: the last day somebody typed the same number from the card (已核); None once it is changed.
    """

    KIND = "person"
    STATUS = [("active", "在册"), ("deceased", "已去世"), ("moved_away", "已迁走"), ("struck_off", "已注销")]

    name = models.CharField(max_length=60)
    name_key = models.CharField(max_length=80)
    sort_key = models.CharField(max_length=120)
    id_no_sealed = models.TextField(blank=True)
    id_no_index = models.CharField(max_length=32, blank=True)
    id_no_checked_on = models.DateField(null=True)
    sex = models.CharField(max_length=8, blank=True)
    born_on = models.DateField(null=True)
    phone_sealed = models.TextField(blank=True)
    phone_index = models.CharField(max_length=32, blank=True)
    relation = models.CharField(max_length=20, blank=True)
    registered_address = models.CharField(max_length=160, blank=True)
    status = models.CharField(max_length=12, choices=STATUS, default="active")
    status_pending = models.CharField(max_length=12, blank=True)
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["id_no_index"], condition=~Q(id_no_index="") & ~Q(status="struck_off"), name="person_once_by_id"
            )
        ]
        indexes = [
            models.Index(fields=["grid", "sort_key"]),
            by_text("person_by_text"),
            models.Index(fields=["name_key"]),
            models.Index(fields=["phone_index"], condition=~Q(phone_index=""), name="person_phone"),
            models.Index(
                fields=["id_no_index"],
                condition=Q(status="struck_off") & ~Q(id_no_index=""),
                name="person_number_ended",
            ),
            GinIndex(fields=["search_keys"], name="person_search"),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="person_merged"),
            models.Index(
                "grid",
                by_lot(),
                include=OF_PERSONS,
                condition=STANDING,
                name="person_list",
            ),
            by_name("person_by_name"),
            by_day("born_on", name="person_by_birth"),
            by_day("verified_on", name="person_by_verified"),
            few("person_by_relation", "relation"),
            few("person_by_home", "registered_address"),
            few("person_not_active", where=~Q(status="active"), include=OF_PERSONS),
            few("person_no_sex", where=Q(sex=""), include=OF_PERSONS),
            few("person_no_phone", where=Q(phone_index=""), include=OF_PERSONS),
            few("person_no_number", where=Q(id_no_index=""), include=OF_PERSONS),
            few("person_incomplete", where=_INCOMPLETE, include=OF_PERSONS),
        ]


class Erased(models.Model):
    """清除: nothing that is said of a person is taken any more; of a place, nothing older that names its contact.

    ``id``: the record's, or one that led to it. After a restore there may be no such record: phones still speak of it.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    kind = models.CharField(max_length=16)
    at = models.DateTimeField()
    why = models.CharField(max_length=20)


class Residence(models.Model):
    """人房关联: a typed, dated link between a person and a dwelling. Current while ``to_on`` is null."""

    KEPT = Kept(
        grid="grid",
        of=("dwelling", "person"),
        moved=ByHand("registry.actions.regridding.move_grids"),
        merged=ByHand("upkeep.actions.steps.merging._hand_over_links"),
        erased=Stays("the skeleton of who lived where"),
    )
    LIVING = ("lives_here", "lives_elsewhere_registered", "tenant", "boarder")
    REGISTERED = "registered_here"

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="residences")
    dwelling = models.ForeignKey(Dwelling, models.PROTECT, related_name="residences")
    kind = models.CharField(max_length=28)
    from_on = models.DateField(null=True)
    to_on = models.DateField(null=True)
    source = models.CharField(max_length=16)
    source_ref = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "dwelling"], condition=Q(to_on__isnull=True), name="residence_once"
            )
        ]
        indexes = [
            models.Index(fields=["dwelling"], condition=Q(to_on__isnull=True), name="residence_of_dwelling"),
            models.Index(fields=["person"], condition=Q(to_on__isnull=True), name="residence_of_person"),
            models.Index(fields=["kind", "person"], condition=Q(to_on__isnull=True), name="residence_by_kind"),
        ]


class Organization(Entity):
    """实有单位: a business or public body, by its unified social credit code where it has one."""

    KIND = "organization"

    name = models.CharField(max_length=100)
    name_key = models.CharField(max_length=160)
    sort_key = models.CharField(max_length=200)
    uscc = models.CharField(max_length=18, blank=True)
    org_kind = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=160, blank=True)
    dwelling = models.ForeignKey(Dwelling, models.PROTECT, null=True, related_name="organizations")
    contact_name = models.CharField(max_length=40, blank=True)
    contact_phone_sealed = models.TextField(blank=True)
    contact_phone_index = models.CharField(max_length=32, blank=True)
    status = models.CharField(max_length=12, default="active")
    last_contact_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["uscc"], condition=~Q(uscc="") & Q(status="active"), name="org_once_by_uscc"
            )
        ]
        indexes = [
            models.Index(fields=["grid", "sort_key"]),
            models.Index(fields=["name_key"]),
            GinIndex(fields=["search_keys"], name="organization_search"),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="organization_merged"),
            by_name("organization_by_name"),
            by_day("verified_on", name="org_by_verified"),
        ]


class Site(Entity):
    """重点场所: a place whose safety concerns many, contacted within ``interval_days``."""

    KIND = "site"

    name = models.CharField(max_length=100)
    sort_key = models.CharField(max_length=200)
    site_kind = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=160, blank=True)
    contact_name = models.CharField(max_length=40, blank=True)
    contact_phone_sealed = models.TextField(blank=True)
    contact_phone_index = models.CharField(max_length=32, blank=True)
    interval_days = models.PositiveSmallIntegerField(default=30)
    last_contact_on = models.DateField(null=True)
    status = models.CharField(max_length=12, default="active")

    class Meta:
        indexes = [
            models.Index(fields=["grid", "sort_key"]),
            GinIndex(fields=["search_keys"], name="site_search"),
            by_name("site_by_name"),
            by_day("verified_on", name="site_by_verified"),
        ]


class Facility(Entity):
    """设施: a thing that serves many (hydrant, lift, notice board …), looked at within ``interval_days``.

    ``name`` is its number, where it has one. ``last_contact_on``: the last round (``visits.Round``). What is broken
    stays in the register as ``faulty`` or ``out_of_use``; only ``removed`` ends it.
    """

    KIND = "facility"

    name = models.CharField(max_length=60, blank=True)
    sort_key = models.CharField(max_length=200)
    facility_kind = models.CharField(max_length=20)
    building = models.ForeignKey(Building, models.PROTECT, null=True, related_name="facilities")
    stairwell = models.ForeignKey(Stairwell, models.PROTECT, null=True, related_name="facilities")
    address = models.CharField(max_length=160, blank=True)
    spot = models.CharField(max_length=60, blank=True)
    walk_key = models.CharField(max_length=80, blank=True)
    keeper = models.CharField(max_length=60, blank=True)
    contact_name = models.CharField(max_length=40, blank=True)
    contact_phone_sealed = models.TextField(blank=True)
    contact_phone_index = models.CharField(max_length=32, blank=True)
    interval_days = models.PositiveSmallIntegerField(default=30)
    last_contact_on = models.DateField(null=True)
    status = models.CharField(max_length=12, default="active")

    class Meta:
        indexes = [
            models.Index(fields=["grid", "walk_key"]),
            GinIndex(fields=["search_keys"], name="facility_search"),
            by_name("facility_by_name"),
            by_day("verified_on", name="facility_by_verified"),
        ]

    @property
    def title(self) -> str:
        """What it is and which one: 消火栓 XHS-012."""
        return f"{dictionary.choice_label(self.KIND, 'facility_kind', self.facility_kind)} {self.name}".strip()

    @property
    def where(self) -> str:
        """Its building and its spot."""
        return " ".join(part for part in (self.address, self.spot) if part)


class CareLabel(models.Model):
    """A category of help that entitles a person to regular contact; it ends unless renewed (red lines 1 and 3).

    ``responsible``: who was named for it; without a name, or when they are no longer in post, whoever holds the grid.
    ``ended_on``: the first day it no longer holds, where it was ended before its time.
    """

    KEPT = Kept(
        grid="grid",
        of=("person",),
        moved=Goes(),
        merged=ByHand("upkeep.actions.steps.merging.hand_over_care"),
        erased=ByHand("retention.actions.people._erase"),
    )

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="care_labels")
    category = models.CharField(max_length=20)
    interval_days = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    last_contact_on = models.DateField(null=True)
    responsible = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    consent = models.CharField(max_length=12, blank=True)
    consent_on = models.DateField(null=True)
    review_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    ended_why = models.CharField(max_length=16, blank=True)
    source = models.CharField(max_length=16)
    source_ref = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "category", "starts_on"], name="care_label_once")]
        indexes = [models.Index(fields=["grid", "ends_on"])]
