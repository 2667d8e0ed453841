"""The lists of other pages: asked and sorted as one table is, bulk acts of what waits, and what nobody may ask."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.campaigns.models import Target
from gridwalk.console import plain_lists
from gridwalk.core import actions as core
from gridwalk.core import clock, outward
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.registry.models import Person, Recheck
from tests.harness.campaign import COMMUNITY, no_quiet_hours
from tests.harness.pages import text_of
from tests.harness.people import SignIn

pytestmark = pytest.mark.slow
STREET = "120105001"


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def choose(client: Client, code: str, back: str, **given: object) -> str:
    """The page after another condition or sort, through the address the form leads to."""
    scope = (re.search(r"scope=(\d+)", back) or ["", ""])[1]
    answer = client.post(f"/lists/{code}/", {"back": back, "scope": scope, **given})
    assert answer.status_code == 302, answer.content.decode()
    address = str(answer.headers["Location"])
    value = str(given.get("value", ""))
    assert len(value) < 3 or value not in address, "what was typed stands in no address"
    return text(client, address)


PAGES = """
gaps         /gaps/?scope=120105001023                         lead    add  n_visits     most    0            去过几次
gaps         /gaps/?scope=120105001023                         lead    add  untried      is      evening      没试过的时段
gaps         /gaps/?scope=120105001023                         lead    sort oldest       -       -            最久没去的在前
gap_person   /gaps/?scope=120105001023&indicator=completeness  lead    add  sex          is      male         性别
gap_dwelling /gaps/?scope=120105001023&indicator=attention&of=let lead add  usage        is_not  business     房屋用途
visits       /rechecks/?scope=120105001023                     lead    add  kind         is      site         登记对象
ends         /rechecks/?scope=120105001023                     lead    add  proposed     is      deceased     提出的事
plans        /rechecks/?scope=120105001023                     lead    add  proposed_at  older   3            提出日期
waiting      /differences/list/?scope=120105001023             lead    add  about        is      person.phone 项目
waiting      /differences/list/?scope=120105001023             lead    sort field        -       -            按项目排
due          /care/?scope=120105001023                         lead    add  category     is      living_alone 类别
needs        /care/?scope=120105001023&tab=needs               lead    add  need         is      medical      需要
labels       /care/?scope=120105001023&tab=ending              lead    add  ends_on      since   2026-01-01   到期
places       /care/?scope=120105001023&tab=places              lead    add  occupancy    is      vacant       居住状况
matters      /matters/                                         lead    add  source       is      office       来源
matters      /matters/                                         lead    sort newest       -       -            新立的在前
imports      /imports/                                         lead    add  name         contains 不在这里    文件
comparisons  /comparisons/                                     lead    sort name         -       -            按文件名排
acts         /audit/                                           admin   add  actor        contains 没有此人    人员
acts         /audit/                                           admin   sort oldest       -       -            旧的在前
people       /accounts/list/                                   admin   add  role         is      grid_worker  岗位
people       /accounts/list/                                   admin   sort number       -       -            按工号排
"""


def test_each_list_is_asked_and_sorted_and_says_so(street: Client, sign_in: SignIn) -> None:
    clients = {"lead": street, "admin": sign_in(Role.ADMINISTRATOR, STREET)}
    for line in PAGES.strip().splitlines():
        code, path, who, do, name, op, value, words = line.split()
        given = {"sort": name} if do == "sort" else {"field": name, "op": op, "value": value}
        shown = choose(clients[who], code, path, do=do, **given)
        if do == "sort":
            assert re.search(rf'<option value="{name}" selected>{words}', shown), line
        else:
            assert f'aria-label="去掉条件：{words}' in shown, line
    listed = choose(street, "imports", "/imports/", do="add", field="name", op="contains", value="不在这里")
    assert "没有符合条件的" in listed and "0 份" in listed
    refused = choose(street, "ends", "/rechecks/", do="add", field="kind", op="is", value="elephant")
    assert "没有添加条件" in refused
    kept = {"do": "sort", "sort": "name", "back": "/imports/?from=60&kind=person"}
    address = str(street.post("/lists/imports/", kept).headers["Location"])
    assert "kind=person" in address and "from=" not in address, "what is asked anew begins at its beginning"
    assert street.post("/lists/ends/", {"do": "add", "back": "https://elsewhere.example/"}).status_code == 404
    assert street.post("/lists/elephant/", {"do": "sort", "back": "/"}).status_code == 404
    assert street.post("/lists/people/", {"do": "sort", "back": "/"}).status_code == 404, "not theirs to keep"


def test_nothing_is_asked_or_sorted_by_what_somebody_did_when_or_how_often(street: Client, sign_in: SignIn) -> None:
    """Accounts stand in code or name order only; acts are told, by whom is asked, work is not among them."""
    listing = plain_lists.get_list(SYSTEM, "people")
    assert [sort.code for sort in listing.sorts] == ["name", "number", "code"]
    assert {field.name for field in listing.fields} == {"name", "role", "place", "is_active"}
    admin = sign_in(Role.ADMINISTRATOR, STREET)
    for name in ("last_login", "n_visits", "at"):
        answer = admin.post("/lists/people/", {"do": "add", "back": "/", "field": name, "op": "older", "value": "3"})
        assert answer.status_code == 404, name
    shown = choose(admin, "people", "/accounts/list/", do="sort", sort="last_login")
    assert '<option value="name" selected>' in shown


def test_masked_eyes_ask_a_gap_list_by_no_more_than_their_table(street: Client, sign_in: SignIn) -> None:
    centre = sign_in(Role.STREET_CENTRE, STREET)
    path = f"/gaps/?scope={COMMUNITY}&indicator=completeness"
    shown = text(centre, path)
    assert "按网格、姓名排" not in shown and "按姓名排" not in shown and "出生日期</summary>" not in shown
    refused = choose(centre, "gap_person", path, do="add", field="born_on", op="before", value="1960-01-01")
    assert "不能这样筛选" in refused
    asked = {"field": "born_on", "op": "before", "value": "1960-01-01", "do": "add"}
    address = street.post("/lists/gap_person/", asked | {"back": path, "scope": COMMUNITY}).headers["Location"]
    session = street.session
    kept = dict(session["lists"])
    session = centre.session
    session["lists"] = kept
    session.save()
    shown = text(centre, address)
    assert "看不到的项目筛选，所以没有列：出生日期" in shown and "1960" not in text_of(shown)
    view_id = address.split("gap_person=")[1]
    cleared = choose(centre, "gap_person", path, do="clear", view=view_id)
    assert "看不到的项目" not in cleared
    hidden = text(centre, f"/gaps/?scope={COMMUNITY}&indicator=attention&of=care")
    assert "<summary>" not in hidden.split('<div class="sheet')[-1] and "/lists/gap_person/" not in hidden


def test_the_whole_of_a_view_is_chosen_by_its_exact_number_or_not_at_all(street: Client) -> None:
    no_quiet_hours()  # a door is put on today's list at whatever hour this runs
    left = Target.objects.filter(kind="dwelling").exclude(state="visited").count()
    assert left > 1
    form = {"scope": COMMUNITY, "indicator": "visits", "back": "/gaps/", "do": "today"}
    refused = street.post("/gaps/plan/", form | {"whole": str(left - 1)}, follow=True).content.decode()
    assert "名单刚刚变了" in refused and not Target.objects.exclude(planned_on=None).exists()
    done = street.post("/gaps/plan/", form | {"whole": str(left)}, follow=True).content.decode()
    assert f"{left} 户已加入今日" in done
    assert Target.objects.exclude(planned_on=None).count() == left


def test_several_are_rechecked_with_one_note_and_what_cannot_be_says_why(street: Client, sign_in: SignIn) -> None:
    second = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
    people = list(Person.objects.filter(status="active").order_by("sort_key")[:2])
    said = {"proposed": "moved_away", "evidence": "phone", "reason": "搬去外地"}
    for person, client in zip(people, (street, second), strict=True):
        client.post(f"/ends/person/{person.pk}/", said)
    rows = [str(pk) for pk in Recheck.objects.filter(state="open").values_list("pk", flat=True)]
    assert len(rows) == 2
    shown = text(second, "/rechecks/")
    assert shown.count('form="several-end"') == 1, "not one's own"
    form = {"what": "end", "row": rows, "confirmed": "0", "note": "电话问过，还住着", "back": "/rechecks/"}
    answer = second.post("/rechecks/several/", form, follow=True).content.decode()
    assert "已复核 1 条" in answer and "不能自己复核" in answer
    assert Recheck.objects.filter(state="open").count() == 1
    assert second.post("/rechecks/several/", form | {"what": "plan"}).status_code == 404
    assert sign_in(Role.GRID_WORKER, COMMUNITY + "001").post("/rechecks/several/", form).status_code == 403


def test_the_audit_says_what_an_act_was_done_to_where_one_may_see_it(street: Client, sign_in: SignIn) -> None:
    admin = sign_in(Role.ADMINISTRATOR, STREET)
    user = User.objects.get(name="社区书记（网格长）")
    person = Person.objects.get(name="程望舒")
    with core.write_to(COMMUNITY + "001", actor=SYSTEM, at=clock.now()) as writing:
        for kind, subject in (("user", user.pk), ("person", person.pk)):
            writing.audit(AuditVerb.FILE_EXPORTED, scope=COMMUNITY, kind=kind, subject=subject)
    shown = text(admin, "/audit/")
    assert f'<a class="u" href="/accounts/{user.pk}/">账号</a>' in shown
    assert "程望舒" not in shown and f"/people/{outward.outward(person.pk)}/" not in shown, "not theirs to see"
    assert f"/people/{outward.outward(person.pk)}/" in text(street, "/audit/")
    only = text(admin, f"/audit/?about={outward.outward(person.pk)}")
    assert "只看对同一个对象做的" in only and "<h2>1 条</h2>" in only


def test_many_accounts_cost_the_queries_of_few(street: Client, sign_in: SignIn) -> None:
    admin = sign_in(Role.ADMINISTRATOR, STREET)
    sign_in(Role.GRID_WORKER, COMMUNITY + "001")

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert "网格员" in text(admin, "/accounts/list/")
        return len(asked)

    cost()
    few = cost()
    for _ in range(8):
        sign_in(Role.GRID_WORKER, COMMUNITY + "001")
    assert cost() == few
