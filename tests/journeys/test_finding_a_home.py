"""Somebody on record whom no door knows: from the bench, by the record itself, to the door they turn out to live at."""

from __future__ import annotations

import pytest
from django.test import Client

from gridwalk.accounts.rules import Role
from gridwalk.core.outward import outward
from gridwalk.events.models import Event
from gridwalk.registry.models import Person, Residence
from tests.harness.campaign import COMMUNITY, GRID
from tests.harness.people import SignIn
from tests.journeys.test_bench import case, text
from tests.journeys.test_daily import answers, door, refused, saved

pytestmark = pytest.mark.slow


def test_who_has_no_home_gets_one_from_the_bench_without_an_id_number(street: Client, sign_in: SignIn) -> None:
    person = Person.objects.get(name="程望舒")
    was = Residence.objects.get(person=person, to_on__isnull=True)
    assert f"/daily/moved_in/person/{outward(person.pk)}/" not in text(street, f"/people/{person.pk}/")
    Residence.objects.filter(pk=was.pk).update(to_on="2026-06-01")
    Person.objects.filter(pk=person.pk).update(id_no_index="", id_no_sealed="")
    path = f"/daily/moved_in/person/{outward(person.pk)}/"
    assert f'action="{path}"' in case(street, "no_home")
    assert path in text(street, f"/people/{person.pk}/")
    other = street.get(f"/daily/married/person/{person.pk}/")
    assert other.headers["Location"] == path

    assert "住在哪一户" in text(street, path)
    shown = refused(street, path, answers(address="海河花园5号楼9单元901", residence_kind="tenant", on=""))
    assert "没找到这一处" in shown
    assert 'value="海河花园5号楼9单元901"' in shown
    assert "请选居住类型" in refused(street, path, answers(address="海河花园5号楼1单元202"))
    worker = sign_in(Role.GRID_WORKER, GRID)
    assert f'href="{path}"' in case(worker, "no_home")
    assert sign_in(Role.COMMUNITY_LEAD, "120105001024").get(path).status_code == 404

    raw = answers(address="海河花园5号楼1单元202", residence_kind="lives_elsewhere_registered")
    event, page = saved(worker, path, raw)
    assert "已登记：入住" in page
    home = Residence.objects.get(person=person, to_on__isnull=True)
    assert (home.dwelling, home.kind) == (door("202"), "lives_elsewhere_registered")
    assert Person.objects.filter(name="程望舒").count() == 1
    assert "没有待核的了" in case(street, "no_home", scope=COMMUNITY)
    late = street.get(path)  # whoever has a home is asked about the people who come to it
    assert "第 1 人的姓名" in late.content.decode()

    street.post(f"/daily/recorded/{event.pk}/undo/")
    assert Event.objects.get().undone_at is not None
    assert not Residence.objects.filter(person=person, to_on__isnull=True).exists()
