"""数据排查 through HTTP: each check proposes what it should and not its near miss, decisions stay decided, come back,
are undone.
"""

from __future__ import annotations

import re
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gridwalk.accounts.rules import Role
from gridwalk.campaigns.models import Target
from gridwalk.core.models import AuditEntry
from gridwalk.core.outward import outward
from gridwalk.registry.models import CaseDecision, Difference, Dwelling, Person, Residence
from tests.harness.campaign import COMMUNITY, GRID, PEOPLE, confirm, upload, workbook
from tests.harness.doubtful import at
from tests.harness.pages import text_of
from tests.harness.people import SignIn
from tests.journeys import test_merging as merging

pytestmark = pytest.mark.slow


def text(client: Client, path: str, **query: str) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def case(client: Client, check: str, **query: str) -> str:
    return text(client, "/bench/", check=check, **query)


def decide(client: Client, shown: str, choice: str, **more: str) -> str:
    """Press a button of the shown case; the page that follows."""
    (action,) = re.findall(r'id="decision"[^>]*action="([^"]+)"', shown)
    hidden = dict(
        re.findall(r'name="(scope|seen|next)" value="([^"]*)"', shown.split('id="decision"')[1].split("</form>")[0])
    )
    answer = client.post(action, {**hidden, "choice": choice, **more}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def count(shown: str, label: str) -> int:
    number = re.search(rf">{label}\s+<(?:b|span class=\"s\")>(\d+)<", shown)
    assert number, label
    return int(number[1])


def test_each_check_proposes_what_it_should_and_not_its_near_miss(doubtful: Client) -> None:
    shown = text(doubtful, "/bench/")
    expected = {
        "同一证件号": 0,
        "同名同生日": 1,
        "像是登记了两次": 1,
        "一户两种写法": 0,
        "单位登记了两次": 0,
        "两处都算现居住": 1,
        "有人无房": 0,
        "已注销还算现居住": 1,
        "电话用在几处": 1,
        "空房有人登记": 1,
        "自住房有租户": 2,
        "一处住的人太多": 0,
        "只登记了未成年人": 1,
    }
    assert {label: count(shown, label) for label in expected} == expected
    assert f"{sum(expected.values())} 件待核" in shown
    assert "查的是记录，不是人；不用于个人考核" in shown
    same = case(doubtful, "same_name_and_birth")
    assert "2 人同名，出生日期也相同" in same
    assert "海河花园 5号楼 1单元 201" in same
    assert "海河花园 5号楼 1单元 301" not in same.split("接下来")[0]  # born a day later
    assert "周子轩、周子涵" in same or "周子涵、周子轩" in same
    assert "像是双胞胎" in same
    assert "郑和、郑和" in same
    assert "两个证件号都校验无误" in same
    near = case(doubtful, "near_duplicate")
    for words in ("陆清嘉", "陆青佳", "名字同音", "同日生", "同一户"):
        assert words in near, words
    phone = case(doubtful, "phone_shared")
    for words in ("许望北", "许望南", "许望西", "都是一个姓", "*******0000"):
        assert words in phone, words
    assert "吴起" not in phone.split("接下来")[0]  # that number is at two doors only
    assert "12055550000" not in phone
    assert "登记为空房，有 1 人现居住" in case(doubtful, "vacant_with_residents")
    assert "只登记了未满 16 岁的人" in case(doubtful, "minor_alone")
    assert "在 2 处都算现居住" in case(doubtful, "two_homes")
    assert "已不在册，还算现居住" in case(doubtful, "ended_but_living")
    assert doubtful.get("/bench/", {"check": "shoe_size"}).status_code == 404
    assert doubtful.get(f"/bench/two_homes/{uuid.uuid4()}/").status_code == 404


def test_a_decision_stays_comes_back_and_is_taken_back(doubtful: Client) -> None:
    shown = case(doubtful, "same_name_and_birth")
    after = decide(doubtful, shown, "different", reason="当面问过，是两位")
    assert "同名同生日：不是同一个，已处理。按 U 撤销。" in after
    assert count(after, "同名同生日") == 0
    assert "“同名同生日”没有待核的了" in after
    first, other = Person.objects.filter(name="沈知微", born_on="1985-03-02").order_by("id")
    for page in (f"/people/{first.pk}/", f"/doors/{Residence.objects.get(person=first).dwelling_id}/"):
        assert "同名，出生日期也相同" not in text(doubtful, page)
    doubtful.post(f"/correct/person/{first.pk}/", {"phone": "12012340000", "reason": "本人来电"})
    doubtful.post(f"/correct/person/{first.pk}/", {"relation": "户主", "reason": "本人来电"})
    assert count(text(doubtful, "/bench/"), "同名同生日") == 0
    assert "这一件已经核定过" in text(doubtful, f"/bench/same_name_and_birth/{first.pk}/")
    confirm(doubtful, upload(doubtful, workbook("又一本", [PEOPLE[0], at("302", "沈知微", born="1985-03-02")])))
    back = case(doubtful, "same_name_and_birth")
    assert "核定过：不是同一个（当面问过，是两位）。后来多了 沈知微。" in back
    assert "3 人同名" in back
    assert "查看" in text(doubtful, f"/people/{other.pk}/")
    decide(doubtful, back, "different")
    listed = text(doubtful, "/bench/settled/")
    assert "当面问过，是两位" in listed
    assert "重新核定过" in listed
    assert "没有核定过" in text(doubtful, "/bench/settled/", check="crowded")
    standing = CaseDecision.objects.get(state="standing")
    undone = doubtful.post(f"/bench/settled/{standing.pk}/undo/", {"scope": COMMUNITY}, follow=True).content.decode()
    assert "已撤销，回到待核定" in undone
    assert "3 人同名" in undone
    assert CaseDecision.objects.get(pk=standing.pk).state == "undone"
    verbs = list(AuditEntry.objects.filter(verb__startswith="case.").order_by("at").values_list("verb", flat=True))
    assert verbs == ["case.decided", "case.decided", "case.reopened"]
    again = doubtful.post(f"/bench/settled/{standing.pk}/undo/", {"back": "decided"}, follow=True).content.decode()
    assert "已经撤销或重新定过了" in again


def test_what_changed_between_page_and_button_is_not_decided(doubtful: Client) -> None:
    shown = case(doubtful, "near_duplicate")
    person = Person.objects.get(name="陆青佳")
    doubtful.post(f"/correct/person/{person.pk}/", {"phone": "12012340000", "reason": "本人来电"})
    after = decide(doubtful, shown, "different")
    assert "刚才有人改过这里面的内容，没有定" in after
    assert not CaseDecision.objects.exists()
    gone = case(doubtful, "near_duplicate")
    doubtful.post(f"/correct/person/{person.pk}/", {"born_on": "1991-07-09", "reason": "看了证件"})
    assert "已经不矛盾了，不用再定" in decide(doubtful, gone, "different")
    assert "这一类不这样定" in decide(doubtful, case(doubtful, "phone_shared"), "different")


def test_a_door_is_asked_or_put_right_at_once(doubtful: Client, sign_in: SignIn) -> None:
    door = Dwelling.objects.get(room="401")
    Target.objects.filter(entity=door.pk).delete()
    shown = case(doubtful, "vacant_with_residents")
    after = decide(doubtful, shown, "to_door")
    assert count(after, "空房有人登记") == 0
    assert Target.objects.filter(entity=door.pk).exists()
    worker = sign_in(Role.GRID_WORKER, GRID)
    assert "的居住状况" in text(worker, f"/walk/{GRID}/")
    waits = CaseDecision.objects.get(decision="to_door")
    doubtful.post(f"/bench/settled/{waits.pk}/undo/")
    assert Difference.objects.get(pk=waits.difference or uuid.UUID(int=0)).state == "closed"
    assert "的居住状况" not in text(worker, f"/walk/{GRID}/")
    decide(doubtful, case(doubtful, "vacant_with_residents"), "correct", reason="电话问过")
    door.refresh_from_db()
    assert door.occupancy == "occupied"
    assert "电话问过" in text(doubtful, f"/doors/{door.pk}/")
    doubtful.post(f"/bench/settled/{CaseDecision.objects.get(decision='corrected').pk}/undo/")
    door.refresh_from_db()
    assert door.occupancy == "vacant"


def test_one_of_two_homes_is_left_and_who_has_ended_is_moved_out(doubtful: Client) -> None:
    home = Dwelling.objects.get(room="202")
    shown = case(doubtful, "two_homes")
    decide(doubtful, shown, f"correct:{home.pk}")
    person = Person.objects.get(name="吴越")
    assert list(
        Residence.objects.filter(person=person, to_on__isnull=True, kind="tenant").values_list("dwelling", flat=True)
    ) == [home.pk]
    assert count(text(doubtful, "/bench/"), "两处都算现居住") == 0
    ended = Person.objects.get(name="吴起")
    link = Residence.objects.get(person=ended)
    left = doubtful.post(
        f"/bench/ended_but_living/{ended.pk}/move-out/", {"residence": str(link.pk)}, follow=True
    ).content.decode()
    assert "已迁出这一户" in left
    assert "已经不矛盾了" in left
    assert count(text(doubtful, "/bench/"), "已注销还算现居住") == 0
    refused = doubtful.post(f"/bench/ended_but_living/{ended.pk}/move-out/", {"residence": "nonsense"})
    assert refused.status_code == 404


def test_a_worker_sees_the_own_grid_the_centre_masked_rows_and_neither_decides(
    doubtful: Client, sign_in: SignIn
) -> None:
    worker, stranger = sign_in(Role.GRID_WORKER, GRID), sign_in(Role.GRID_WORKER, f"{COMMUNITY}002")
    centre, leaders = sign_in(Role.STREET_CENTRE, "120105001"), sign_in(Role.LEADING_GROUP, "120105001")
    shown = case(worker, "same_name_and_birth")
    assert "沈知微" in shown
    assert 'id="decision"' not in shown
    assert "由社区来定" in shown
    assert "0 件待核" in text(stranger, "/bench/")
    lead_of_case = Person.objects.filter(name="沈知微", born_on="1985-03-02").order_by("id")[0].pk
    assert stranger.get(f"/bench/same_name_and_birth/{lead_of_case}/").status_code == 404
    assert stranger.get("/bench/", {"scope": GRID}).status_code == 404
    masked = case(centre, "same_name_and_birth")
    assert "沈**" in masked
    assert "沈知微" not in masked
    assert 'id="decision"' not in masked
    hidden = case(centre, "vacant_with_residents")
    assert "“空房有人登记”有 1 件" in hidden
    assert "401" not in text_of(hidden)
    assert leaders.get("/bench/").status_code == 403
    for client in (worker, centre):
        refused = client.post(f"/bench/same_name_and_birth/{lead_of_case}/settle/", {"choice": "different"})
        assert refused.status_code == 403
        assert client.get("/bench/settled/").status_code == 403
    assert not CaseDecision.objects.exists()


def test_the_page_costs_the_same_for_three_times_the_cases(doubtful: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            case(doubtful, "same_name_and_birth")
        return len(asked)

    few = cost()
    more = [
        at(f"{floor}0{n}", f"秦{name}", born="1977-07-07") for name in "甲乙丙丁戊" for floor, n in ((1, 1), (2, 2))
    ]
    confirm(doubtful, upload(doubtful, workbook("再一本", [PEOPLE[0], *more])))
    assert count(case(doubtful, "same_name_and_birth"), "同名同生日") == 6
    assert cost() == few


def test_the_one_table_leads_to_the_bench_and_lists_nothing_twice(doubtful: Client) -> None:
    shown = text(doubtful, "/register/")
    assert "信息矛盾的记录" not in shown.replace("信息矛盾的记录在", "")
    assert 'href="/bench/' in shown


def test_a_merge_that_is_done_ends_the_case_by_itself(doubtful: Client, sign_in: SignIn) -> None:
    first, other = Person.objects.filter(name__in=["陆清嘉", "陆青佳"]).order_by("id")
    shown = case(doubtful, "near_duplicate")
    assert f'action="/upkeep/merge/person/{outward(first.pk)}/{outward(other.pk)}/"' in shown
    plan = merging.propose(doubtful, first, other)
    waits = case(doubtful, "near_duplicate")
    assert "等另一人复核" in waits
    assert f"/upkeep/{plan.pk}/" in waits
    merging.decide(sign_in(Role.COMMUNITY_LEAD, COMMUNITY), plan)
    assert count(case(doubtful, "near_duplicate"), "像是登记了两次") == 0
    assert count(text(doubtful, "/bench/"), "同一证件号") == 0


def test_a_decision_forgets_who_is_erased(doubtful: Client) -> None:
    decide(doubtful, case(doubtful, "same_name_and_birth"), "different", reason="沈知微本人来过")
    first, other = Person.objects.filter(name="沈知微", born_on="1985-03-02").order_by("id")
    Person.objects.filter(pk=first.pk).update(status="moved_away")
    doubtful.post(f"/people/{first.pk}/erase/", {"reason": "本人书面申请"})
    decision = CaseDecision.objects.get()
    assert (set(decision.facts), decision.reason) == ({str(other.pk)}, "")
    assert first.pk in decision.records


def test_a_case_of_two_areas_is_shown_under_the_record_of_one_s_own(doubtful: Client, sign_in: SignIn) -> None:
    person = Person.objects.get(name="吴越")
    beyond = f"{COMMUNITY}002"
    Dwelling.objects.filter(room="202").update(grid_id=beyond)
    far = Dwelling.objects.get(room="202")
    Residence.objects.filter(person=person, dwelling=far).update(grid_id=far.grid_id)
    elsewhere = sign_in(Role.COMMUNITY_LEAD, beyond)
    shown = text(elsewhere, f"/bench/two_homes/{person.pk}/")
    assert f"/doors/{outward(far.pk)}/" in shown
    own = str(outward(person.pk))
    assert own not in shown.replace(f"/bench/two_homes/{own}/", "")
    assert "情况属实" in shown
    assert "住在 " not in shown
    decide(elsewhere, shown, "right")
    assert f"/doors/{outward(far.pk)}/" in text(elsewhere, "/bench/settled/")
