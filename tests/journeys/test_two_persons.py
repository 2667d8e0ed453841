"""Who keeps the accounts sees no persons: a role that sees rows is proposed by one person and confirmed by another."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gridwalk.accounts import actions as accounts
from gridwalk.accounts import queries
from gridwalk.accounts.models import Assignment, Reset, User
from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.cli.verbs import doctor
from gridwalk.core import clock
from gridwalk.core.models import AuditEntry, StoredFile
from gridwalk.territory import actions as territory
from tests.harness.campaign import COMMUNITY, GRID, TREE
from tests.harness.database import tables_that_say
from tests.harness.pages import Reader
from tests.harness.people import STREET, SignIn, one_person

Account = Callable[..., User]
PASSWORD = "walk-every-door-26"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture(autouse=True)
def areas(db: None) -> None:
    territory.load_areas(actor=SYSTEM, at=clock.now(), tree=TREE)
    territory.create_grids(
        actor=SYSTEM, at=clock.now(), community=COMMUNITY, n=2, from_on=clock.local_date(clock.now())
    )


@pytest.fixture
def administrator(account: Account) -> tuple[User, Client]:
    return entered(account(Role.ADMINISTRATOR, STREET, name="孟昭宁"))


@pytest.fixture
def centre(account: Account) -> tuple[User, Client]:
    return entered(account(Role.STREET_CENTRE, STREET, name="许知行"))


def entered(user: User) -> tuple[User, Client]:
    client = Reader()
    client.force_login(user, backend=BACKEND)
    return user, client


def assign(client: Client, user: User, role: Role, scope: str = COMMUNITY) -> str:
    today = clock.local_date(clock.now()).isoformat()
    answer = client.post(f"/accounts/{user.pk}/assign/", {"role": role, "scope": scope, "from_on": today}, follow=True)
    return words(answer)


def decide(client: Client, *assignments: Assignment, do: str = "confirm") -> str:
    return words(client.post("/roles/decide/", {"row": [str(a.pk) for a in assignments], "do": do}, follow=True))


def words(answer: Any) -> str:
    assert answer.status_code == 200
    return re.sub(r"<[^>]+>", "", str(answer.content.decode()))


def opens_people(client: Client) -> bool:
    return client.get("/register/").status_code == 200


def test_an_administrator_cannot_make_the_own_account_see_persons(
    administrator: tuple[User, Client], centre: tuple[User, Client], account: Account
) -> None:
    user, client = administrator
    assert "没有存：岗位不能给自己，请另一位管理员来办" in assign(client, user, Role.COMMUNITY_LEAD)
    assert not opens_people(client)

    puppet = entered(account(Role.LEADING_GROUP, STREET))
    puppet[0].assignments.all().delete()
    assert "您现在没有岗位，所以没有可看的" in words(puppet[1].get("/"))
    assert "街道网格中心确认后生效" in assign(client, puppet[0], Role.COMMUNITY_LEAD)
    assert "您的岗位等着确认：社区书记（网格长），君临天下。" in words(puppet[1].get("/"))
    assert not opens_people(puppet[1]), "proposed, not confirmed"
    proposal = Assignment.objects.get(user=puppet[0], state="proposed")
    assert client.post("/roles/decide/", {"row": [str(proposal.pk)], "do": "confirm"}).status_code == 403

    with one_person(user.pk, centre[0].pk):
        assert "是同一个人" in decide(centre[1], proposal), "two accounts are not two persons"
    with one_person(puppet[0].pk, centre[0].pk):
        assert "是同一个人" in decide(centre[1], proposal)
    assert "1 个岗位已确认" in decide(centre[1], proposal)
    assert puppet[1].get("/register/").headers.get("Location") == "/accounts/codes/activate/", (
        "it reveals: a code first"
    )
    verbs = AuditEntry.objects.filter(subject=puppet[0].pk).order_by("id").values_list("verb", flat=True)
    assert list(verbs)[-2:] == ["account.role_proposed", "account.assigned"]


def test_keeping_accounts_and_seeing_persons_are_never_one_persons(
    administrator: tuple[User, Client], account: Account
) -> None:
    _, client = administrator
    lead, other = account(Role.COMMUNITY_LEAD, COMMUNITY), account(Role.ADMINISTRATOR, STREET)
    assert "不能给同一个人" in assign(client, lead, Role.ADMINISTRATOR, STREET)
    assert "不能给同一个人" in assign(client, other, Role.GRID_WORKER, GRID)
    fresh = account(Role.LEADING_GROUP, STREET)
    assign(client, fresh, Role.GRID_WORKER, GRID)
    assert "不能给同一个人" in assign(client, fresh, Role.ADMINISTRATOR, STREET), "what is proposed counts as well"
    assert "从开始日期起生效" in assign(client, fresh, Role.DISTRICT_CENTRE, STREET), "counts alone need nobody else"


def test_an_administrator_makes_no_second_one_alone(
    administrator: tuple[User, Client], centre: tuple[User, Client], account: Account
) -> None:
    """Two accounts of one person would agree to each other's investigations."""
    second = account(Role.LEADING_GROUP, STREET)
    assign(administrator[1], second, Role.ADMINISTRATOR, STREET)
    proposed = Assignment.objects.get(user=second, role=Role.ADMINISTRATOR)
    accounts = entered(second)[1]
    assert (proposed.state, accounts.get("/accounts/list/").status_code) == ("proposed", 403)
    assert "管账号" in words(centre[1].get("/roles/"))
    decide(centre[1], proposed)
    proposed.refresh_from_db()
    assert proposed.state == "confirmed"


def test_nobody_confirms_for_themselves_or_elsewhere_and_what_is_declined_never_works(
    administrator: tuple[User, Client], centre: tuple[User, Client], account: Account
) -> None:
    _, client = administrator
    assign(client, centre[0], Role.COMMUNITY_LEAD)
    own = Assignment.objects.get(user=centre[0], state="proposed")
    assert "给自己的岗位，要另一个人来定" in decide(centre[1], own)
    assert "给您自己的，要另一个人来定" in words(centre[1].get("/roles/"))

    elsewhere = entered(account(Role.STREET_CENTRE, "120105002"))
    assert "没有等确认的岗位" in words(elsewhere[1].get("/roles/"))
    assert elsewhere[1].post("/roles/decide/", {"row": [str(own.pk)], "do": "confirm"}).status_code == 404

    second = entered(account(Role.STREET_CENTRE, STREET))
    assert "没有同意" in decide(second[1], own, do="decline")
    assert second[1].post("/roles/decide/", {"row": [str(own.pk)], "do": "confirm"}).status_code == 404
    own.refresh_from_db()
    assert own.state == "declined"
    assert "先勾选" in decide(second[1])
    assert "重新勾选" in words(second[1].post("/roles/decide/", {"row": ["x"], "do": "confirm"}, follow=True))


def test_a_list_is_proposed_whole_or_not_and_confirmed_once(
    administrator: tuple[User, Client], centre: tuple[User, Client]
) -> None:
    _, client = administrator
    rows = ["沈若溪\twg1\t网格员\t网格员\t君临天下 第一网格", "程望舒，shuji1，书记，社区书记（网格长），君临天下"]
    wrong = words(client.post("/accounts/several/", {"list": "\n".join([*rows, "韩书言\tx\t\t站长\t君临天下"])}))
    assert "都没有存：有 1 处要改" in wrong and "第 3 行“岗位”" in wrong and "没有“站长”这个岗位" in wrong
    twice = words(client.post("/accounts/several/", {"list": "\n".join([*rows, rows[0]])}))
    assert "第 3 行“登录名”" in twice and "和第 1 行的登录名一样" in twice
    assert not User.objects.filter(username__in=["wg1", "shuji1"]).exists()

    made = words(client.post("/accounts/several/", {"list": "\n".join(rows)}))
    assert len(re.findall(r"(?:[a-z2-9]{4}-){3}[a-z2-9]{4}", made)) == 2
    page = words(centre[1].get("/roles/"))
    assert "君临天下 第一网格" in page and "姓名、生日、住址、完整号码（写明事由）" in page and "孟昭宁" in page
    proposals = Assignment.objects.filter(state="proposed")
    assert "2 个岗位已确认" in decide(centre[1], *proposals)
    assert {a.state for a in Assignment.objects.filter(user__username__in=["wg1", "shuji1"])} == {"confirmed"}
    told = words(client.get("/notices/"))
    assert "许知行确认了" in told and "等 2 个" in told


HEAD = ["姓名", "登录名", "职务", "岗位", "范围", "工作电话"]
OPTIONAL = ["工号", "责任人"]
LIST: list[list[Any]] = [
    ["沈若溪", "wg1", "网格员", "网格员", "君临天下 第一网格", 12012345678],
    ["程望舒", "shuji1", "", "社区书记", "君临天下", ""],
]


def send(client: Client, *rows: list[Any], head: list[str] = HEAD, name: str = "名单.xlsx") -> str:
    if name.endswith("csv"):
        data = "\n".join(",".join(map(str, row)) for row in (head, *rows)).encode("gb18030")
    else:
        book, out = openpyxl.Workbook(), io.BytesIO()
        for row in (["某街道网格员名单"], head, *rows):
            book.active.append(row)  # type: ignore[union-attr]
        book.save(out)
        data = out.getvalue()
    return words(client.post("/accounts/several/", {"file": SimpleUploadedFile(name, data)}))


@pytest.mark.slow
def test_a_list_comes_as_a_workbook_whole_or_not_at_all(
    administrator: tuple[User, Client], centre: tuple[User, Client], account: Account
) -> None:
    _, client = administrator
    account(Role.LEADING_GROUP, STREET)
    User.objects.filter(name="领导小组").update(username="ting")
    wrong = send(
        client,
        *LIST,
        ["@王试", "", "", "站长", "海河", 123],
        ["韩书言", "wg1", "网格员", "网格员", GRID, ""],
        ["韩云起", "Ting", "网格员", "网格员", "君临天下", ""],
        ["韩书言 12012345678", "wg3", "网格员", "网格员", GRID, ""],
    )
    assert "都没有存：有 8 处要改" in wrong
    for where, why in {
        "第 5 行“姓名”（A5）": "不能用 = + - @ 开头",
        "第 5 行“岗位”（D5）": "没有“站长”这个岗位",
        "第 5 行“范围”（E5）": "没有“海河”这个范围",
        "第 5 行“工作电话”（F5）": "电话位数不对",
        "第 6 行“登录名”（B6）": "和第 3 行的登录名一样",
        "第 7 行“登录名”（B7）": "“ting”已有人用",
        "第 7 行“范围”（E7）": "网格员的范围要写一个网格",
        "第 8 行“姓名”（A8）": "里不要写证件号",
    }.items():
        assert re.search(rf"{re.escape(where)}[^第]*{re.escape(why)}", wrong), (where, why)
    assert "没有“范围”这一列" in send(client, ["沈若溪", "wg1", "网格员"], head=["姓名", "登录名", "岗位"])
    assert "没有找到写着“姓名”“岗位”的表头" in send(client, head=["人员"])
    assert "一次 1 到 200 行" in send(client)
    assert "已损坏" in words(client.post("/accounts/several/", {"file": SimpleUploadedFile("名单.xlsx", b"PK\3\4x")}))
    assert not User.objects.filter(username__in=["wg1", "shuji1", "wg3"]).exists()
    assert not StoredFile.objects.exists(), "read and not kept"

    slips = SLIP.findall(send(client, *LIST))
    worker, lead = User.objects.get(username="wg1"), User.objects.get(username="shuji1")
    assert len(slips) == 2 and comes_in(worker, slips[0])
    assert (queries.work_phone(worker), queries.work_phone(lead)) == ("12012345678", "")
    assert tables_that_say("12012345678") == []
    proposed = Assignment.objects.filter(state="proposed")
    assert {(a.user.username, a.role, a.scope) for a in proposed} == {
        ("wg1", "grid_worker", GRID),
        ("shuji1", "community_lead", COMMUNITY),
    }
    assert "2 个岗位已确认" in decide(centre[1], *proposed)
    assert len(SLIP.findall(send(client, ["孟昭宁", "wg9", "网格员", "网格员", GRID, ""], name="名单.csv"))) == 1
    assert centre[1].post("/accounts/several/").status_code == 403


@pytest.mark.slow
def test_a_list_says_no_post_no_number_and_no_telephone_twice(
    administrator: tuple[User, Client], account: Account
) -> None:
    _, client = administrator
    standing = account(Role.LEADING_GROUP, STREET)
    page = f"/accounts/{standing.pk}/"
    assert "工号已保存" in words(client.post(f"{page}number/", {"number": "GF-001"}, follow=True))
    client.post(f"{page}phone/", {"phone": "12012345670"})
    head = [*HEAD, *OPTIONAL]
    worker = ["沈若溪", "", "", "网格员", "君临天下 第一网格", "12012345678", "GF-007", "是"]
    wrong = send(
        client,
        worker,
        ["沈若溪", "", "", "网格员", GRID, "12012345678", "GF-007", "是"],
        ["韩书言", "", "", "社区书记", "光复道街道", "12012345670", "GF-001", "正"],
        ["韩云起", "", "", "街道网格中心", "君临天下", "", "工号 12012345678", ""],
        ["陆知行", "", "", "社区工作者", "君临天下", "", "", "是"],
        head=head,
    )
    assert "都没有存：有 11 处要改" in wrong
    for where, why in {
        "第 4 行“范围”（E4）": "和第 3 行的姓名、岗位和范围一样",
        "第 4 行“工作电话”（F4）": "和第 3 行的工作电话一样",
        "第 4 行“工号”（G4）": "和第 3 行的工号一样",
        "第 4 行“责任人”（H4）": "和第 3 行的责任人一样",
        "第 5 行“范围”（E5）": "社区书记（网格长）的范围要写一个社区",
        "第 5 行“工作电话”（F5）": "“12012345670”已有人用",
        "第 5 行“工号”（G5）": "“GF-001”已有人用",
        "第 5 行“责任人”（H5）": "写“是”，或空着",
        "第 6 行“范围”（E6）": "街道网格中心的范围要写街道，或更大的区划",
        "第 6 行“工号”（G6）": "不写证件号、电话号码",
        "第 7 行“责任人”（H7）": "空着。网格的责任人是网格员，社区的责任人是社区书记（网格长）",
    }.items():
        assert re.search(rf"{re.escape(where)}[^第]*{re.escape(why)}", wrong), (where, why)

    second = ["沈若溪", "", "", "网格员", f"{COMMUNITY}002", "", "", ""]
    third = ["沈若溪", "", "", "社区书记", "君临天下", "", "", ""]
    page = send(client, worker, second, third, head=head)
    assert "3 个人的登录条" in page and "网格员，君临天下 第一网格" in page and len(SLIP.findall(page)) == 3
    assert set(User.objects.filter(name="沈若溪").values_list("username", "staff_number")) == {
        ("gf-007", "GF-007"),
        ("shenruoxi", ""),
        ("shenruoxi2", ""),
    }
    for role in ("社区书记", "社区书记（网格长）"):
        again = send(client, ["沈若溪", "", "", role, "君临天下", "", "", ""], head=head)
        assert "这个人在这里已经有这个岗位；同名的另一个人，用“新增账号”单独加" in again, "a list that is sent twice"
    assert User.objects.filter(name="沈若溪").count() == 3
    assert Assignment.objects.get(responsible=True).scope == GRID
    assert "没有存：工号“GF-007”已有人用" in words(
        client.post(f"/accounts/{standing.pk}/number/", {"number": "GF-007"}, follow=True)
    )
    assert "没有存：工号写 1 到 20 个字母" in words(
        client.post(f"/accounts/{standing.pk}/number/", {"number": "1 2"}, follow=True)
    )
    standing.refresh_from_db()
    assert standing.staff_number == "GF-001"


def test_an_account_is_closed_once_its_posts_have_ended(
    administrator: tuple[User, Client], centre: tuple[User, Client], account: Account
) -> None:
    own, client = administrator
    worker = account(Role.GRID_WORKER, GRID)
    page = f"/accounts/{worker.pk}/deactivate/"
    assert "还有 1 个岗位没停" in words(client.get(page))
    client.post(page)
    worker.refresh_from_db()
    assert worker.is_active, "its open work would be nobody's"
    Assignment.objects.filter(user=worker).update(to_on="2026-01-01")
    client.post(f"/accounts/{worker.pk}/number/", {"number": "GF-009"})
    assert centre[1].post(page).status_code == 403
    assert "还有" not in words(client.get(page))
    assert "的账号停用了" in words(client.post(page, follow=True))
    worker.refresh_from_db()
    assert not worker.is_active
    assert "停用账号" not in words(client.get(f"/accounts/{own.pk}/"))
    other = account(Role.GRID_WORKER, GRID)
    assert "工号已保存" in words(client.post(f"/accounts/{other.pk}/number/", {"number": "GF-009"}, follow=True))


def test_the_page_says_where_nobody_else_can_recheck(administrator: tuple[User, Client], account: Account) -> None:
    _, client = administrator

    def says() -> bool:
        return "君临天下：能复核的不到两个人" in words(client.get("/accounts/list/"))

    lead = account(Role.COMMUNITY_LEAD, COMMUNITY)
    account(Role.COMMUNITY_CLERK, COMMUNITY)
    assert says(), "a clerk rechecks nothing"
    second = account(Role.COMMUNITY_LEAD, COMMUNITY, name="副书记")
    assert not says()
    Assignment.objects.filter(user=second).update(to_on="2026-01-01")
    assert says()
    account(Role.STREET_CENTRE, STREET)
    assert not says()
    User.objects.filter(pk=lead.pk).update(is_active=False)
    assert says()


def test_a_post_is_over_an_area_that_fits_and_nothing_is_chosen_for_anybody(
    administrator: tuple[User, Client], account: Account
) -> None:
    _, client = administrator
    user = account(Role.LEADING_GROUP, STREET)
    page = client.get(f"/accounts/{user.pk}/").content.decode()
    assert '<option value="">选岗位</option>' in page and '<option value="">选范围</option>' in page
    assert "岗位、范围和开始日期都要填" in assign(client, user, Role.GRID_WORKER, "")
    for role, scope, why in (
        (Role.GRID_WORKER, COMMUNITY, "网格员的范围要选一个网格"),
        (Role.COMMUNITY_LEAD, STREET, "社区书记（网格长）的范围要选一个社区"),
        (Role.STREET_CENTRE, COMMUNITY, "街道网格中心的范围要选街道，或更大的区划"),
    ):
        assert f"没有存：{why}" in assign(client, user, role, scope)
    assert Assignment.objects.filter(user=user).count() == 1
    typed = {"role": "grid_worker", "scope": GRID, "from_on": "2026-10-02"}
    for to_on, why in (("2026-10-01", "没有存：结束日期早于开始日期"), ("x", "开始日期都要填")):
        answer = client.post(f"/accounts/{user.pk}/assign/", {**typed, "to_on": to_on}, follow=True)
        assert why in words(answer)
    client.post(f"/accounts/{user.pk}/assign/", {**typed, "to_on": "2026-10-09"})
    post = Assignment.objects.get(user=user, scope=GRID)
    assert (post.from_on, post.to_on) == (dt.date(2026, 10, 2), dt.date(2026, 10, 9))


def test_the_template_is_filled_in_and_comes_back(administrator: tuple[User, Client]) -> None:
    _, client = administrator
    book = openpyxl.load_workbook(io.BytesIO(client.get("/accounts/several/template/").content))
    people, choices = book.worksheets
    assert [cell.value for cell in people[1]] == HEAD + OPTIONAL
    assert {"社区书记（网格长）", "君临天下 第一网格"} <= {cell.value for row in choices for cell in row}
    for column, value in enumerate(LIST[0], 1):
        people.cell(2, column, value)
    out = io.BytesIO()
    book.save(out)
    page = words(client.post("/accounts/several/", {"file": SimpleUploadedFile("名单.xlsx", out.getvalue())}))
    assert len(SLIP.findall(page)) == 1


def test_a_work_phone_is_written_down_and_goes_with_the_account(
    administrator: tuple[User, Client], account: Account
) -> None:
    _, client = administrator
    worker, path = account(Role.GRID_WORKER, GRID), "phone/"
    page = f"/accounts/{worker.pk}/"
    assert "电话位数不对" in words(client.post(f"{page}{path}", {"phone": "123"}, follow=True))
    client.post(f"{page}{path}", {"phone": "120 1234 5678"})
    assert 'value="12012345678"' in client.get(page).content.decode()
    worker.refresh_from_db()
    accounts.deactivate(actor=SYSTEM, at=clock.now(), user=worker)
    assert User.objects.get(pk=worker.pk).work_phone_sealed == ""


SLIP = re.compile(r"(?:[a-z2-9]{4}-){6}[a-z2-9]{4}")


def slip_of(client: Client, user: User) -> str:
    """The administrator resets the password; what stands on the slip."""
    page = words(client.post(f"/accounts/{user.pk}/password/"))
    assert "确认后，这个密码才能用" in page
    return str(SLIP.findall(page)[0])


def comes_in(user: User, password: str) -> bool:
    cache.clear()
    client = Client()
    client.post("/accounts/login/", {"login": user.username, "password": password})
    return SESSION_KEY in client.session or "account_login" in client.session


def decide_reset(client: Client, do: str = "confirm") -> str:
    reset = Reset.objects.filter(state="proposed").latest("proposed_at")
    return words(client.post(f"/roles/resets/{reset.pk}/", {"do": do}, follow=True))


def test_a_reset_of_who_sees_rows_works_once_another_person_confirms_it(
    administrator: tuple[User, Client], centre: tuple[User, Client], account: Account
) -> None:
    _, client = administrator
    lead = account(Role.COMMUNITY_LEAD, COMMUNITY, name="程望舒")
    slip = slip_of(client, lead)
    assert client.post(f"/accounts/{lead.pk}/codes/", follow=True).status_code == 200
    assert not comes_in(lead, slip), "told to the administrator, worth nothing yet"
    assert comes_in(lead, PASSWORD)
    assert not queries.second_factor_missing(lead)
    reset = Reset.objects.get(what="password")
    assert client.post(f"/roles/resets/{reset.pk}/", {"do": "confirm"}).status_code == 403
    elsewhere = entered(account(Role.STREET_CENTRE, "120105002"))[1]
    assert elsewhere.post(f"/roles/resets/{reset.pk}/", {"do": "confirm"}).status_code == 404

    told = words(centre[1].get("/notices/"))
    assert "孟昭宁要重置程望舒的密码" in told and "孟昭宁要重置程望舒的动态码" in told
    assert "待确认的重置" in words(centre[1].get("/roles/"))
    assert "没有重置" in decide_reset(centre[1], do="decline")
    assert not queries.second_factor_missing(lead)
    assert "已重置" in decide_reset(centre[1])
    assert comes_in(lead, slip) and not comes_in(lead, PASSWORD)
    assert centre[1].post(f"/roles/resets/{reset.pk}/", {"do": "confirm"}).status_code == 404, "once"
    told = words(client.get("/notices/"))
    assert "许知行同意重置程望舒的密码" in told and "许知行没有同意重置程望舒的动态码" in told
    lead.refresh_from_db()
    assert lead.must_change_password


def test_a_reset_is_never_ones_own_word_and_runs_out(
    administrator: tuple[User, Client], centre: tuple[User, Client], account: Account, at: dt.datetime
) -> None:
    user, client = administrator
    first = slip_of(client, centre[0])
    assert "给您自己的，要另一个人来定" in words(centre[1].get("/roles/"))
    assert "给自己重置的，要另一个人来定" in decide_reset(centre[1])
    second = entered(account(Role.STREET_CENTRE, STREET))[1]
    slip = slip_of(client, centre[0])
    Reset.objects.filter(state="proposed").update(proposed_by=User.objects.latest("created_at").pk)
    assert "自己提的重置，要另一个人来定" in decide_reset(second), "whatever posts one has besides"
    Reset.objects.filter(state="proposed").update(proposed_by=user.pk)
    with one_person(user.pk, User.objects.latest("created_at").pk):
        assert "是同一个人" in decide_reset(second)
    decide_reset(second)
    assert comes_in(centre[0], slip) and not comes_in(centre[0], first), "the later slip takes the place of the first"

    slip_of(client, user)
    with time_machine.travel(clock.now() + dt.timedelta(days=7, minutes=1)):
        third = entered(account(Role.STREET_CENTRE, STREET))[1]
        assert "待确认的重置" not in words(third.get("/roles/"))
        reset = Reset.objects.get(user=user)
        assert third.post(f"/roles/resets/{reset.pk}/", {"do": "confirm"}).status_code == 404


def test_a_post_ended_for_the_sake_of_a_reset_and_resumed_opens_nothing(
    administrator: tuple[User, Client], centre: tuple[User, Client], account: Account
) -> None:
    _, client = administrator
    lead, wall = account(Role.COMMUNITY_LEAD, COMMUNITY), account(Role.LEADING_GROUP, STREET)
    Assignment.objects.filter(user=lead).update(to_on=clock.local_date(clock.now()) - dt.timedelta(days=1))
    assert not comes_in(lead, slip_of(client, lead))
    page = words(client.post(f"/accounts/{wall.pk}/password/"))
    assert comes_in(wall, SLIP.findall(page)[0]), "who sees counts alone takes one person"
    assert "孟昭宁重置了领导小组的密码" in words(centre[1].get("/notices/"))


def test_one_person_may_try_alone_and_every_page_says_so(account: Account, sign_in: SignIn) -> None:
    user, client = entered(account(Role.ADMINISTRATOR, STREET))
    assert "一个人试用" not in words(client.get("/accounts/list/"))
    today = clock.local_date(clock.now())
    accounts.assign(actor=SYSTEM, at=clock.now(), user=user.id, role=Role.STREET_CENTRE, scope=STREET, from_on=today)
    worker = account(Role.LEADING_GROUP, STREET)
    assign(client, worker, Role.GRID_WORKER, GRID)
    assert "1 个岗位已确认" in decide(client, Assignment.objects.get(user=worker, state="proposed"))
    slip = slip_of(client, worker)
    assert "已重置" in decide_reset(client)
    assert comes_in(worker, slip)
    other = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
    for reader, path in (
        (client, "/"),
        (client, "/accounts/list/"),
        (other, "/"),
        (other, "/register/"),
        (other, "/nowhere/"),
    ):
        assert "一个人试用" in reader.get(path, follow=True).content.decode(), path
    assert "只能试用" in next(doctor._two_persons()).says
    Assignment.objects.filter(user=user, role=Role.STREET_CENTRE).update(to_on=today - dt.timedelta(days=1))
    assert "一个人试用" not in other.get("/register/").content.decode()
    assert "是两个人" in next(doctor._two_persons()).says
