"""One record that holds two people becomes two when a second person agrees, and one again when it is undone."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from gridwalk.accounts.rules import Role
from gridwalk.core import clock
from gridwalk.core.outward import outward
from gridwalk.registry.models import CareLabel, Difference, Person, Residence
from gridwalk.upkeep.models import Plan
from tests.harness.campaign import COMMUNITY, GRID, id_no, move_in
from tests.harness.people import SignIn
from tests.journeys.test_merging import decide, door
from tests.journeys.test_merging_places import mark

pytestmark = pytest.mark.slow


@pytest.fixture
def second(sign_in: SignIn, lead: Client) -> Client:
    """A colleague of the community who may recheck."""
    return sign_in(Role.COMMUNITY_LEAD, COMMUNITY)


def test_a_record_of_two_people_is_split_and_one_again(street: Client, second: Client) -> None:
    person = Person.objects.get(name="程望舒")
    further = Residence.objects.create(
        grid_id=GRID, person=person, dwelling=door("301"), kind="tenant", source="ledger", created_at=clock.now()
    )
    today = clock.local_date(clock.now())
    label = CareLabel.objects.create(
        grid_id=GRID,
        person=person,
        category="living_alone",
        interval_days=7,
        starts_on=today,
        source="office",
        ends_on=today + dt.timedelta(days=90),
        created_at=clock.now(),
    )
    path = f"/upkeep/split/{outward(person.pk)}/"
    assert path in street.get(f"/people/{person.pk}/").content.decode()
    shown = street.get(path).content.decode()
    assert id_no(11) not in shown
    given = {
        "seen": mark(shown),
        "name": "程望书",
        "side-id_no": "go",
        "side-phone": "both",
        "link": str(further.pk),
        "label": str(label.pk),
        "evidence": "household_book",
        "reason": "两人同音，登成了一条",
    }
    for wrong, why in (
        ({"name": ""}, "请填另一个人的姓名"),
        ({"side-id_no": "both"}, "只能归一个人"),
        ({"seen": "old"}, "刚才有人改过"),
        ({"side-id_no": "stay", "side-phone": "stay", "link": [], "label": []}, "没有一项分给另一个人"),
    ):
        refused = street.post(path, given | wrong)
        assert refused.status_code == 422, why
        assert why in refused.content.decode()
    street.post(path, given)
    plan = Plan.objects.get()
    assert Person.objects.filter(name="程望书").count() == 0, "nothing before the recheck"
    assert "归另一人" in second.get(f"/upkeep/{plan.pk}/").content.decode()
    assert "办好了" in decide(second, plan)

    other = Person.objects.get(name="程望书")
    person.refresh_from_db()
    phone = person.unseal("phone")
    assert (person.id_no_index, other.unseal("id_no"), other.unseal("phone")) == ("", id_no(11), phone)
    assert set(Residence.objects.filter(person=other).values_list("pk", flat=True)) == {further.pk}
    assert CareLabel.objects.get(pk=label.pk).person_id == other.pk
    assert "拆分人员" in street.get(f"/people/{other.pk}/").content.decode()
    assert "空" not in str(Plan.objects.get().choices), "no value of a fact stands in the plan"

    move_in(street, door("202").pk, "程望书", "tenant", id_no=id_no(11))
    page = second.post(f"/upkeep/{plan.pk}/undo/", {"reason": "其实是一个人"}, follow=True).content.decode()
    assert "撤销了" in page
    person.refresh_from_db()
    other.refresh_from_db()
    assert (person.unseal("id_no"), other.status, other.merged_into) == (id_no(11), "struck_off", person.pk)
    assert CareLabel.objects.get(pk=label.pk).person_id == person.pk
    assert not Residence.objects.filter(person=other).exists(), "what came to the second record since comes along"
    assert not Difference.objects.filter(entity=other.pk, state__in=("open", "to_door")).exists()
    assert "已并入" in street.get(f"/people/{other.pk}/").content.decode()


def test_who_may_not_split_and_what_cannot_be_split(street: Client, sign_in: SignIn) -> None:
    person = Person.objects.get(name="程望舒")
    path = f"/upkeep/split/{outward(person.pk)}/"
    assert sign_in(Role.STREET_CENTRE, "120105001").get(path).status_code == 403
    assert sign_in(Role.GRID_WORKER, f"{COMMUNITY}002").get(path).status_code == 404
    street.post(f"/ends/person/{person.pk}/", {"proposed": "moved_away", "evidence": "phone", "reason": "听邻居说"})
    given = {
        "seen": mark(street.get(path).content.decode()),
        "name": "程望书",
        "side-phone": "go",
        "evidence": "phone",
        "reason": "两人登成一条",
    }
    assert "注销还等着复核" in street.post(path, given).content.decode()
