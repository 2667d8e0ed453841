"""A register of an earlier version: doors keyed as they are read today, and those that are there already."""

from __future__ import annotations

import datetime as dt
import importlib

from django.apps import apps

from gridwalk.bench.tests.test_decisions import titles
from gridwalk.method import search_keys
from gridwalk.registry.models import Dwelling, FormerAddress
from gridwalk.registry.tests.street import Street


def test_an_address_kept_with_its_county_is_keyed_anew_and_a_door_that_is_there_already_stays(street: Street) -> None:
    moved, same, numeral = (street.door(room) for room in ("101", "102", "103"))
    other = street.door("104")
    right, kept = {door.pk: door.address_key for door in (moved, numeral)}, other.address_key
    for door, estate in ((moved, "运城市闻喜县薛店镇甲里"), (same, "运城市闻喜县薛店镇甲里"), (numeral, "甲里")):
        _, *parts = door.address_key.split("|")
        key = "|".join((estate, *parts))
        keys = sorted(search_keys.of_address(key))
        Dwelling.objects.filter(pk=door.pk).update(address_key=key, search_keys=keys)
    twin = "|".join(("甲里", *same.address_key.split("|")[1:]))
    Dwelling.objects.filter(pk=other.pk).update(address_key=twin)
    FormerAddress.objects.create(
        dwelling=moved,
        community=moved.community,
        address="御园三号 5号楼 2单元 301",
        address_key="御园三号|5|2|301",
        until_on=dt.date(2026, 1, 1),
    )
    importlib.import_module("gridwalk.registry.migrations.0016_addresses_keyed_anew").key_addresses_anew(apps, None)
    stored = dict(Dwelling.objects.values_list("pk", "address_key"))
    assert {pk: stored[pk] for pk in right} == right and stored[other.pk] == twin != kept
    assert stored[same.pk].startswith("运城市闻喜县薛店镇甲里|"), "nothing is merged silently"
    assert set(Dwelling.objects.get(pk=moved.pk).search_keys) == search_keys.of_address(right[moved.pk])
    assert FormerAddress.objects.get().address_key == "御园3号|5|2|301"
    assert titles("same_door") == [["102", "104"]]
