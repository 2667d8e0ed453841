"""Places. A grid's code is its community's 12 digits and 3 more; 000 is what has no grid yet."""

from __future__ import annotations

from django.db import models

from gridwalk.core import ids
from gridwalk.core.kept import ByHand, Kept


class Area(models.Model):
    """An administrative area by its official 12-digit code (National Bureau of Statistics).

    ``desk_*``: where residents reach a community's office; it is public.
    """

    LEVELS = [("province", "省级"), ("city", "市级"), ("district", "区县"), ("street", "街道"), ("community", "社区")]

    code = models.CharField(primary_key=True, max_length=12)
    name = models.CharField(max_length=60)
    short = models.CharField(max_length=30)
    level = models.CharField(max_length=10, choices=LEVELS)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    closed_on = models.DateField(null=True)
    desk_phone = models.CharField(max_length=20, blank=True)
    desk_address = models.CharField(max_length=60, blank=True)
    desk_hours = models.CharField(max_length=40, blank=True)


class Grid(models.Model):
    """One worker's ground, the unit of consistency. Split and merge end one and begin others, by date."""

    KINDS = [("basic", "基础网格"), ("special", "专属网格"), ("unassigned", "未划入网格")]

    code = models.CharField(primary_key=True, max_length=15)
    area = models.ForeignKey(Area, models.PROTECT, related_name="grids")
    name = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=KINDS, default="basic")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    replaced_by = models.JSONField(default=list)


class SetDay(models.Model):
    """A day the office set itself, worked or free, whatever the national arrangement says (工作日历)."""

    day = models.DateField(primary_key=True)
    works = models.BooleanField()
    name = models.CharField(max_length=20)


class Building(models.Model):
    """A building of an estate. ``key`` is its number without spelling (5幢 = 5号楼 = ``5``)."""

    KEPT = Kept(grid="grid", moved=ByHand("registry.actions.regridding.move_grids"))

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="buildings")
    estate = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=40)
    key = models.CharField(max_length=60)
    n_floors = models.PositiveSmallIntegerField(null=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["grid", "estate", "key"], name="building_once_a_grid")]


class Stairwell(models.Model):
    """An entrance (单元) of a building; a building without one has a single stairwell with an empty key."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    building = models.ForeignKey(Building, models.PROTECT, related_name="stairwells")
    name = models.CharField(max_length=20, blank=True)
    key = models.CharField(max_length=20, blank=True)
    entrance = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["building", "key"], name="stairwell_once_a_building")]
