"""整户搬迁 through the pages: who goes and what it does is shown, a second person agrees, both grids are written,
it goes back.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.campaigns.models import Target
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.models import AuditEntry, Change
from gridwalk.core.outward import outward
from gridwalk.registry.actions import claims
from gridwalk.registry.models import CareLabel, Difference, Dwelling, Person, Residence
from gridwalk.registry.rules import Claim
from gridwalk.retention.actions import people
from gridwalk.sync.queries import rows as grid_rows
from gridwalk.upkeep.models import Plan
from tests.harness.campaign import COMMUNITY, DOORS, GRID, confirm, move_in, move_out, upload, workbook
from tests.harness.people import SignIn

pytestmark = pytest.mark.slow
NEXT = f"{COMMUNITY}002"


@pytest.fixture
def second(street: Client, sign_in: SignIn) -> Client:
    """Another lead of the community, who rechecks."""
    return sign_in(Role.COMMUNITY_LEAD, COMMUNITY)


@pytest.fixture
def beyond(street: Client) -> Dwelling:
    """A door of the next grid."""
    confirm(
        street,
        upload(street, workbook("九号楼", [DOORS[0], [NEXT, "海河花园", "9号楼", "1单元", "901", "空置", "", "80"]])),
    )
    return Dwelling.objects.get(room="901")


def words(answer: Any) -> str:
    text: str = answer.content.decode()
    return text


def seen(page: str) -> str:
    match = re.search(r'name="seen" value="(\w+)"', page)
    return match[1] if match else ""


def propose(client: Client, old: Dwelling, new: Dwelling, **more: Any) -> Any:
    path = f"/upkeep/move/{old.pk}/{new.pk}/"
    page = words(client.get(path))
    given = {
        "seen": seen(page),
        "people": re.findall(r'value="([\w-]+)"\s+checked', page),
        "registration": "stays",
        "from_on": clock.local_date(clock.now()).isoformat(),
        "old_door": "vacant",
        "evidence": "in_person",
        "reason": "一家人搬到新楼",
        **more,
    }
    return client.post(path, given)


def decide(client: Client, confirmed: str = "1") -> str:
    plan = Plan.objects.latest("proposed_at")
    page = words(client.get(f"/upkeep/{plan.pk}/"))
    given = {"seen": seen(page), "confirmed": confirmed, "note": "电话里问过户主"}
    return words(client.post(f"/upkeep/{plan.pk}/decide/", given, follow=True))


def homes(name: str) -> set[tuple[str, str]]:
    rows = Residence.objects.filter(person__name=name, to_on__isnull=True)
    return set(rows.values_list("dwelling__room", "kind"))


def test_a_family_moves_with_its_labels_and_questions_and_can_go_back(
    street: Client, second: Client, beyond: Dwelling
) -> None:
    old = Dwelling.objects.get(room="101")
    mother, today = Person.objects.get(name="程兰因"), clock.local_date(clock.now())
    label = CareLabel.objects.create(
        grid_id=GRID,
        person=mother,
        category="aged",
        interval_days=30,
        starts_on=today,
        source="office",
        ends_on=today + dt.timedelta(days=90),
        created_at=clock.now(),
    )
    with core.write_to(GRID, actor=SYSTEM, at=clock.now()) as writing:
        claims.apply_claims(writing, [Claim("person", mother.pk, "born_on", "1951-02-03", "ledger")])
    asked = Difference.objects.get(entity=mother.pk, field="born_on")
    targets = dict(Target.objects.values_list("entity", "grid_id"))

    assert "整户搬迁" in words(street.get(f"/doors/{old.pk}/"))
    find = f"/upkeep/move/{outward(old.pk)}/"
    assert f"{find}{outward(beyond.pk)}/" in words(street.post(find, {"q": "9号楼1单元901"}))
    assert "没有查到" in words(street.post(find, {"q": "88号楼1单元901"}))
    shown = words(street.get(f"{find}{beyond.pk}/"))
    for words_shown in (
        "程望舒",
        "程兰因",
        "新处住在这里，户籍在别处，原处留户籍",
        "新处户籍在此，住在这里",
        "1 个关爱标识",
        "1 条关于他们的差异",
    ):
        assert words_shown in shown, words_shown
    for wrong, told in (
        ({"people": []}, "还没选谁搬"),
        ({"registration": "?"}, "户口跟不跟着迁"),
        ({"from_on": "2099-01-01"}, "还没搬的先不办"),
        ({"from_on": "昨天"}, "请填哪天搬的"),
        ({"old_door": ""}, "原来那一户以后怎样"),
        ({"reason": "搬"}, "请写明原因"),
        ({"people": [str(mother.pk)]}, "还有 1 人现居住，不能算空房"),
        ({"people": [str(uuid.uuid4())]}, "已经不在原来那一户"),
        ({"seen": ""}, "刚才有人改过"),
        ({"evidence": "?"}, "请选依据"),
    ):
        refused = propose(street, old, beyond, **wrong)
        assert (refused.status_code, told in words(refused)) == (422, True), (wrong, words(refused))
    same = propose(street, old, old)
    assert "就是现在这一户" in words(same)
    assert not Plan.objects.exists()

    assert propose(street, old, beyond).status_code == 302
    assert homes("程望舒") == {("101", "lives_here")}, "nothing moves before the recheck"
    assert "整户搬迁" in words(second.get("/rechecks/"))
    assert "不能自己复核" in decide(street)
    assert "办好了" in decide(second)

    for name in ("程望舒", "程兰因"):
        assert homes(name) == {("901", "lives_elsewhere_registered"), ("101", "registered_here")}
        assert Person.objects.get(name=name).grid_id == NEXT
    asked.refresh_from_db()
    label.refresh_from_db()
    assert (asked.grid_id, asked.state, label.grid_id) == (NEXT, "open", NEXT)
    assert Dwelling.objects.get(pk=old.pk).occupancy == "vacant"
    assert Dwelling.objects.get(pk=beyond.pk).occupancy == "occupied"
    assert dict(Target.objects.values_list("entity", "grid_id")) == targets
    pulled = {row["id"] for row in grid_rows.of_grid(NEXT, today=today) if row["kind"] == "person"}
    assert str(mother.pk) in pulled, "the phones of the new grid learn it by the next pull"
    assert str(mother.pk) not in {row["id"] for row in grid_rows.of_grid(GRID, today=today) if row["kind"] == "person"}
    assert {c.stream_id for c in Change.objects.filter(entity=mother.pk, field__in=("grid", Change.LEFT))} == {
        GRID,
        NEXT,
    }
    for path in (f"/doors/{old.pk}/", f"/doors/{beyond.pk}/", f"/people/{mother.pk}/"):
        assert "更正方案已办" in words(second.get(path)), path

    plan = Plan.objects.get()
    undone = words(second.post(f"/upkeep/{plan.pk}/undo/", {"reason": "搬错了一家"}, follow=True))
    assert "撤销了，恢复原样" in undone
    for name in ("程望舒", "程兰因"):
        assert homes(name) == {("101", "lives_here")}
        assert Person.objects.get(name=name).grid_id == GRID
    label.refresh_from_db()
    assert (Difference.objects.get(pk=asked.pk).grid_id, label.grid_id) == (GRID, GRID)
    assert (Dwelling.objects.get(pk=old.pk).occupancy, Dwelling.objects.get(pk=beyond.pk).occupancy) == (
        "occupied",
        "vacant",
    )
    assert AuditEntry.objects.filter(verb="upkeep.undone").count() == 4


def test_what_has_gone_on_since_is_not_undone_and_gone_doors_take_nobody(
    street: Client, second: Client, sign_in: SignIn
) -> None:
    old, new = Dwelling.objects.get(room="101"), Dwelling.objects.get(room="202")
    propose(street, old, new, registration="along", old_door="let")
    assert "没有同意，都没有动" in decide(second, "0")
    propose(street, old, new, registration="along", old_door="let")
    mother = Person.objects.get(name="程兰因")
    move_out(street, old.pk, mother.pk)
    assert "有 1 人已经不在原来那一户了" in decide(second), "who left meanwhile is not moved"
    street.post(f"/upkeep/{Plan.objects.latest('proposed_at').pk}/withdraw/")
    propose(street, old, new, registration="along", old_door="let")
    assert "办好了" in decide(second)
    assert homes("程望舒") == {("202", "lives_here")}
    assert (Dwelling.objects.get(pk=old.pk).tenure, Dwelling.objects.get(pk=old.pk).occupancy) == ("let", "unknown")
    plan = Plan.objects.latest("proposed_at")
    move_out(street, new.pk, Person.objects.get(name="程望舒").pk)
    refused = second.post(f"/upkeep/{plan.pk}/undo/", {"reason": "搬错了一家"})
    assert (refused.status_code, "又有人搬了" in words(refused)) == (422, True)

    tenant = Dwelling.objects.get(room="102")
    Dwelling.objects.filter(pk=new.pk).update(status="struck_off")
    assert "已经注销，不能迁入" in words(propose(street, tenant, new))
    Dwelling.objects.filter(pk=new.pk).update(status="strike_off_pending")
    assert "正等着注销复核" in words(propose(street, tenant, new))
    worker = sign_in(Role.GRID_WORKER, NEXT)
    assert worker.get(f"/upkeep/move/{old.pk}/").status_code == 404
    other = Dwelling.objects.get(room="301")
    Dwelling.objects.filter(pk=other.pk).update(grid_id=NEXT)
    mine = sign_in(Role.GRID_WORKER, GRID)
    assert mine.get(f"/upkeep/move/{tenant.pk}/{other.pk}/").status_code == 404


def test_a_plan_tells_the_street_of_no_empty_door_and_can_be_read_when_its_people_are_erased(
    street: Client, second: Client, sign_in: SignIn
) -> None:
    old, new = Dwelling.objects.get(room="101"), Dwelling.objects.get(room="202")
    propose(street, old, new, registration="along", old_door="let")
    path = f"/upkeep/{Plan.objects.get().pk}/"
    assert "出租了" in words(second.get(path))
    centre = words(sign_in(Role.STREET_CENTRE, COMMUNITY[:9]).get(path))
    assert "跟着迁" in centre
    assert "出租了" not in centre
    assert "办好了" in decide(second)
    people.clear_plans(Plan.objects.all())
    page = second.get(path)
    assert (page.status_code, "跟着迁" in words(page)) == (200, False)
    assert "到期清除" in words(second.post(f"{path}undo/", {"reason": "搬错了一家"}))


def test_a_page_for_a_large_household_asks_no_more_than_for_a_small_one(street: Client, second: Client) -> None:
    old, new = Dwelling.objects.get(room="102"), Dwelling.objects.get(room="202")
    path = f"/upkeep/move/{old.pk}/{new.pk}/"
    street.get(path)
    with CaptureQueriesContext(connection) as few:
        street.get(path)
    for n in range(9):
        move_in(street, old.pk, f"韩试{'甲乙丙丁戊己庚辛壬'[n]}", "tenant")
    with CaptureQueriesContext(connection) as many:
        street.get(path)
    assert len(many) == len(few)
