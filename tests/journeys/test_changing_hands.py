"""People change: a post that ends says what stays open and hands it over, what is nobody's is a line of its own, and a
substitute walks a grid for some days without a door becoming theirs.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import connection, connections, transaction
from django.test import Client

from gridwalk.accounts import actions as accounts
from gridwalk.accounts.models import Assignment, User
from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.accounts.substitutes import actions as substitutes
from gridwalk.accounts.substitutes.rules import SubstituteError
from gridwalk.campaigns.models import Campaign, Target
from gridwalk.core import clock
from gridwalk.core.models import AuditEntry, Change
from gridwalk.notices.models import Notice
from gridwalk.registry.models import CareLabel, Person
from gridwalk.upkeep.actions import posts
from gridwalk.upkeep.models import Handover
from gridwalk.upkeep.rules import UpkeepError
from tests.harness.campaign import COMMUNITY, DOORS, GRID, PEOPLE, confirm, dispatch, no_quiet_hours, upload, workbook
from tests.harness.pages import Reader
from tests.harness.people import STREET, SignIn, signed_in

pytestmark = pytest.mark.slow


Account = Callable[..., User]
DAY = dt.timedelta(days=1)
NEXT_GRID = f"{COMMUNITY}002"
N = 7
"""Doors of the ledger: three floors of two, and 401; the 101 of door 1 is the 101 of stairwell 1."""


def entered(user: User) -> Client:
    client = Reader()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def words(answer: Any) -> str:
    assert answer.status_code in {200, 422}, answer.status_code
    return re.sub(r"<[^>]+>", "", str(answer.content.decode()))


def today() -> dt.date:
    return clock.local_date(clock.now())


def post(user: User, grid: str, *, responsible: bool = False) -> Assignment:
    return accounts.assign(
        actor=SYSTEM,
        at=clock.now(),
        user=user.id,
        role=Role.GRID_WORKER,
        scope=grid,
        from_on=today() - DAY,
        responsible=responsible,
    )


@pytest.fixture
def before(lead: Client, account: Account) -> User:
    """The worker of the first grid, named for it."""
    user = account(Role.GRID_WORKER, GRID, name="曹子衿")
    user.assignments.update(responsible=True)
    return user


@pytest.fixture
def street(before: User, lead: Client, sign_in: SignIn) -> Client:
    """Its doors dispatched to that worker; the lead's client."""
    confirm(lead, upload(lead, workbook("房屋台账", DOORS)))
    dispatch(sign_in)
    assert Target.objects.filter(assignee=before, state="remaining").count() == N
    return lead


@pytest.fixture
def administrator(account: Account) -> Client:
    return entered(account(Role.ADMINISTRATOR, STREET, name="孟昭宁"))


def end(client: Client, user: User, to: User | None = None) -> str:
    standing = user.assignments.get(to_on__isnull=True)
    path = f"/accounts/assignments/{standing.pk}/end/"
    return words(client.post(path, {"to": str(to.pk) if to else ""}, follow=True))


def test_what_is_nobodys_is_a_line_of_its_own_until_somebody_in_post_takes_it(
    street: Client, before: User, administrator: Client, account: Account
) -> None:
    assert "没有人负责" not in words(street.get("/gaps/"))
    assert "这个岗位已停" in end(administrator, before)
    for client in (street, entered(account(Role.COMMUNITY_LEAD, COMMUNITY))):
        text = words(client.get("/gaps/"))
        assert f"{N} 户没有人负责" in text and text.count("原 曹子衿") == N
    assert f"{N} 项没有人负责" in words(street.get("/campaign/"))

    after = account(Role.GRID_WORKER, GRID, name="郑接任")
    page = street.get(f"/gaps/?scope={GRID}&whose=nobody")
    assert f"没有人负责 {N}" in words(page) and "郑接任" in words(page)
    theirs = entered(after)
    assert f"{N} 户没有人负责" in words(theirs.get("/gaps/")) and "交接" not in words(theirs.get("/gaps/"))
    given = {"scope": GRID, "to": str(after.pk)}
    assert theirs.post("/gaps/hand-over/", given).status_code == 403

    stranger = account(Role.GRID_WORKER, NEXT_GRID, name="别格")
    refused = street.post("/gaps/hand-over/", {"scope": GRID, "to": str(stranger.pk)}, follow=True)
    assert "没有交接：别格 不管有这些户的网格" in words(refused)
    assert f"已交接 {N} 项" in words(street.post("/gaps/hand-over/", given, follow=True))
    assert set(Target.objects.values_list("assignee", flat=True)) == {after.pk}
    assert "没有人负责" not in words(street.get("/gaps/"))
    moved = Change.objects.filter(field="assignee", new=str(after.pk))
    assert {(row.old, row.reason) for row in moved} == {(str(before.pk), "没有人负责，交接")} and moved.count() == N


def test_ending_a_post_says_what_stays_open_and_hands_it_over_in_the_same_step(
    street: Client, before: User, administrator: Client, account: Account
) -> None:
    after, elsewhere = account(Role.GRID_WORKER, GRID, name="郑接任"), account(Role.GRID_WORKER, NEXT_GRID, name="别格")
    first, second = Target.objects.order_by("walk_key")[:2]
    Target.objects.filter(pk=first.pk).update(state="visited")
    Target.objects.filter(pk=second.pk).update(planned_on=today())
    standing = before.assignments.get()
    path = f"/accounts/assignments/{standing.pk}/end/"
    page = words(administrator.get(path))
    assert f"没走完的户{N - 1} 户" in page and "郑接任" in page and "别格" not in page and "先不交" in page
    assert street.get(path).status_code == 403
    assert "接手的人现在不管这个网格" in words(administrator.post(path, {"to": str(elsewhere.pk)}))
    standing.refresh_from_db()
    assert standing.to_on is None, "nothing was done"

    assert "没办完的都交给了郑接任" in end(administrator, before, after)
    assert Target.objects.filter(assignee=after).count() == N - 1
    assert Target.objects.get(assignee=before).pk == first.pk, "what was walked stays whose it was"
    assert Target.objects.get(pk=second.pk).planned_on == today(), "the day planned goes with it"
    assert after.assignments.get().responsible, "who takes over from the responsible person is it"
    told = Notice.objects.get(user=after)
    assert f"名下的 {N - 1} 项走访任务都交给您了" in told.text
    assert entered(before).get("/gaps/").status_code in {403, 404}
    assert "已经停了" in words(administrator.post(path, {"to": ""}))


def test_an_end_by_mistake_is_taken_back_with_what_is_still_open(
    street: Client, before: User, administrator: Client, account: Account
) -> None:
    after = account(Role.GRID_WORKER, GRID, name="郑接任")
    end(administrator, before, after)
    done = Target.objects.order_by("walk_key").first()
    assert done is not None
    Target.objects.filter(pk=done.pk).update(state="visited")
    page = administrator.get(f"/accounts/{before.pk}/").content.decode()
    (handover,) = re.findall(r"/accounts/handovers/([0-9a-f-]{36})/undo/", page)
    undo = f"/accounts/handovers/{handover}/undo/"
    assert street.post(undo).status_code == 403
    elsewhere = entered(account(Role.ADMINISTRATOR, "120105002"))
    assert elsewhere.post(undo).status_code == 404

    with time_machine.travel(clock.now() + 8 * DAY):
        assert "过了 7 天" in words(entered(User.objects.get(name="孟昭宁")).post(undo, follow=True))
    assert "撤销了，岗位照旧" in words(administrator.post(undo, follow=True))
    assert Target.objects.filter(assignee=before).count() == N - 1
    assert Target.objects.get(assignee=after).pk == done.pk
    assert before.assignments.get().to_on is None and not after.assignments.get().responsible
    assert "已经撤销过了" in words(administrator.post(undo, follow=True))
    verbs = AuditEntry.objects.filter(subject=before.pk).order_by("id").values_list("verb", flat=True)
    assert list(verbs)[-2:] == ["account.unassigned", "account.resumed"]
    assert Notice.objects.filter(role=Role.STREET_CENTRE, text__contains="撤销了停用：曹子衿").count() == 1


def test_care_contacts_go_over_and_come_back_and_the_office_is_not_told_how_many(
    street: Client, lead: Client, before: User, administrator: Client, account: Account
) -> None:
    after = account(Role.GRID_WORKER, GRID, name="郑接任")
    confirm(lead, upload(lead, workbook("实有人口台账", PEOPLE, ("A4:A5", "B4:B5", "C4:C5", "D4:D5"))))
    person = Person.objects.get(name="程望舒")
    street.post(f"/care/people/{person.pk}/new/", {"category": "living_alone"})
    label = CareLabel.objects.get()
    street.post(f"/care/labels/{label.pk}/", {"do": "responsible", "responsible": str(before.pk)})
    standing = before.assignments.get()
    page = words(administrator.get(f"/accounts/assignments/{standing.pk}/end/"))
    assert "写明由本人联系的重点关爱人员有人数不在这里显示" in page
    end(administrator, before, after)
    label.refresh_from_db()
    assert label.responsible == after
    assert "和关爱联系、退回的都交给您了" in Notice.objects.get(user=after).text
    handover = Handover.objects.get()
    administrator.post(f"/accounts/handovers/{handover.pk}/undo/")
    label.refresh_from_db()
    assert label.responsible == before
    told = Change.objects.filter(entity=label.pk, field="responsible").order_by("id").values_list("new", flat=True)
    assert list(told) == [str(before.pk), str(after.pk), str(before.pk)]


def name(client: Client, covers: User, user: User, first: dt.date, last: dt.date, *, grid: str = GRID) -> Any:
    typed = {
        "covers": f"{covers.pk}:{grid}",
        "user": str(user.pk),
        "from_on": first.isoformat(),
        "to_on": last.isoformat(),
    }
    return client.post("/campaign/substitutes/", typed, follow=True)


def test_a_substitute_walks_the_grid_for_some_days_and_the_doors_stay_whose_they_are(
    street: Client, before: User, account: Account
) -> None:
    other = account(Role.GRID_WORKER, NEXT_GRID, name="林思齐")
    first, last = today() + DAY, today() + 3 * DAY
    assert "安排好了" in words(name(street, before, other, first, last))
    listed = words(street.get("/campaign/substitutes/"))
    assert "君临天下 第一网格曹子衿林思齐" in listed and "正在代" not in listed
    assert entered(other).get(f"/gaps/?scope={GRID}").status_code == 404, "not before the day"

    for day, status in ((1, 200), (3, 200), (4, 404)):
        with time_machine.travel(clock.now() + day * DAY):
            theirs = entered(User.objects.get(pk=other.pk))
            page = theirs.get(f"/gaps/?scope={GRID}")
            assert page.status_code == status, day
            if status == 200:
                assert words(page).count("曹子衿 今天 林思齐 代") == N and "没有人负责" not in words(page)
                lead = entered(account(Role.COMMUNITY_LEAD, COMMUNITY))
                assert "正在代" in words(lead.get("/campaign/substitutes/"))
                assert "今天 林思齐 代班" in words(lead.get("/campaign/"))
    assert set(Target.objects.values_list("assignee", flat=True)) == {before.pk}
    with time_machine.travel(clock.now() + 4 * DAY):
        assert "现在没有人代班" in words(entered(account(Role.COMMUNITY_LEAD, COMMUNITY)).get("/campaign/substitutes/"))

    entry = AuditEntry.objects.get(verb="account.substitute_named")
    assert (entry.subject, entry.scope, entry.data["covers"]) == (other.pk, GRID, str(before.pk))
    assert "请您代曹子衿走君临天下 第一网格" in Notice.objects.get(user=other).text
    assert "户还在您名下，到期自动收回" in Notice.objects.get(user=before).text
    for role in (Role.COMMUNITY_LEAD, Role.STREET_CENTRE):
        assert "由林思齐代曹子衿走" in Notice.objects.get(role=role).text


def test_a_substitution_ends_before_its_time_and_with_the_substitutes_own_post(
    street: Client, before: User, administrator: Client, account: Account
) -> None:
    other = account(Role.GRID_WORKER, NEXT_GRID, name="林思齐")
    theirs = entered(other)
    name(street, before, other, today(), today() + 9 * DAY)
    assert theirs.get(f"/gaps/?scope={GRID}").status_code == 200
    (pk,) = re.findall(r"/substitutes/([0-9a-f-]{36})/end/", street.get("/campaign/substitutes/").content.decode())
    ending = f"/campaign/substitutes/{pk}/end/"
    assert theirs.post(ending).status_code == 403
    assert entered(account(Role.COMMUNITY_LEAD, "120105001024")).post(ending).status_code == 404
    assert "结束了" in words(street.post(ending, follow=True))
    assert theirs.get(f"/gaps/?scope={GRID}").status_code == 404
    assert "没有改：这次代班已经结束了" in words(street.post(ending, follow=True))
    assert AuditEntry.objects.filter(verb="account.substitute_ended", subject=other.pk).count() == 1

    name(street, before, other, today(), today() + 9 * DAY)
    own = other.assignments.get(scope=NEXT_GRID)
    administrator.post(f"/accounts/assignments/{own.pk}/end/", {"to": ""})
    assert theirs.get(f"/gaps/?scope={GRID}").status_code in {403, 404}
    assert AuditEntry.objects.filter(verb="account.substitute_ended", subject=other.pk).count() == 2


def test_who_may_be_named_by_whom_and_for_how_long(
    street: Client, before: User, sign_in: SignIn, account: Account
) -> None:
    other, first = account(Role.GRID_WORKER, NEXT_GRID, name="林思齐"), today()
    assert "请选谁不在、请谁代" in words(street.post("/campaign/substitutes/", {"covers": "", "user": ""}))
    assert "从哪天到哪天都要填" in words(
        street.post("/campaign/substitutes/", {"covers": f"{before.pk}:{GRID}", "user": str(other.pk)})
    )
    assert "最长 31 天" in words(name(street, before, other, first, first + 31 * DAY))
    assert "开始日期已经过了" in words(name(street, before, other, first - DAY, first))
    assert "结束日期早于开始日期" in words(name(street, before, other, first + DAY, first))
    assert "本来就能走" in words(name(street, before, before, first, first))
    assert "被代的人现在不管这个网格" in words(name(street, other, before, first, first))
    stranger = account(Role.GRID_WORKER, "120105001024001", name="外社区")
    assert "只能请您范围里的网格员" in words(name(street, before, stranger, first, first))
    clerk = account(Role.LEADING_GROUP, COMMUNITY, name="看数")
    assert "只能请您范围里的网格员" in words(name(street, before, clerk, first, first))
    assert name(entered(other), before, other, first, first).status_code == 403, "a worker names nobody"
    elsewhere = entered(account(Role.COMMUNITY_LEAD, "120105001024"))
    assert name(elsewhere, before, stranger, first, first).status_code == 403
    assert not Assignment.objects.filter(covers__isnull=False).exists()

    assert "安排好了" in words(name(street, before, other, first + DAY, first + 2 * DAY))
    assert "已经安排过" in words(name(street, before, other, first, first + DAY))
    centre = sign_in(Role.STREET_CENTRE, STREET)
    assert "安排好了" in words(name(centre, before, stranger, first, first + 30 * DAY))


def test_a_door_cannot_become_a_substitutes(street: Client, before: User, account: Account) -> None:
    other = account(Role.GRID_WORKER, NEXT_GRID, name="林思齐")
    name(street, before, other, today(), today())
    target = Target.objects.first()
    assert target is not None
    asked = {"row": str(target.pk), "do": "reassign", "to": str(other.pk), "why": "请假"}
    assert "林思齐 还不管这个网格" in words(street.post("/gaps/plan/", asked, follow=True))
    colleague = account(Role.GRID_WORKER, GRID, name="郑接任")
    asked["to"] = str(colleague.pk)
    assert "已改派 1 户" in words(street.post("/gaps/plan/", asked, follow=True))


def test_a_worker_plans_the_own_day(street: Client, before: User) -> None:
    no_quiet_hours()
    target = Target.objects.first()
    assert target is not None
    mine = entered(before)
    assert "1 户已加入今日" in words(mine.post("/gaps/plan/", {"row": str(target.pk), "do": "today"}, follow=True))

    def plan(**asked: str) -> str:
        return words(mine.post("/gaps/plan/", {"scope": GRID, "indicator": "visits", **asked}, follow=True))

    page = words(mine.get(f"/gaps/?scope={GRID}"))
    assert f"{N - 1} 户顺路" in page and "✓ 今日已排 1 户" in page and "未完成 7 户" in page
    assert f"{N - 1} 户已加入今日" in plan(whole="any", advice="walk", do="today"), (
        "all that the advice means, at one press"
    )
    assert "户顺路" not in words(mine.get(f"/gaps/?scope={GRID}")), "what stands on a list is advised no more"
    assert f"{N} 户已从清单去掉" in plan(whole="any", planned=f"{today()}/", do="off"), "and back, at one press"
    Target.objects.filter(pk=target.pk).update(state="explained", outcome="refused", n_visits=1)
    assert "拒访" in plan(one=f"evening:{target.pk}") and not Target.objects.filter(planned_on__isnull=False).exists()
    assert (
        f"{N - 1} 户已排入" in plan(whole="any", do="evening") and Target.objects.filter(planned_on=None).count() == 1
    )
    assert "这一天已经过了" in plan(whole="any", do="slot", slot=f"{today() - DAY}/evening")
    assert "拒访的、等复核的" in plan(row=str(target.pk), do="today")
    Campaign.objects.update(ends_on=today() - DAY)
    assert "行动结束前没有这个时段了" in plan(whole="any", do="weekend")
    assert mine.post("/gaps/plan/", {"whole": "1", "indicator": "attention", "do": "today"}).status_code == 404
    asked = {"row": str(target.pk), "do": "reassign", "to": str(before.pk), "why": "不行"}
    assert mine.post("/gaps/plan/", asked).status_code == 403, "to reassign is the office's"


def at_the_same_moment(held: Any, *bodies: Callable[[], object]) -> list[str]:
    """Run the bodies at once while a row is held, let it go when all wait for it; what was refused."""
    refused: list[str] = []

    def run(body: Callable[[], object]) -> None:
        try:
            body()
        except (SubstituteError, UpkeepError) as error:
            refused.append(str(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(body,)) for body in bodies]
    with transaction.atomic():
        type(held).objects.select_for_update().get(pk=held.pk)
        for thread in threads:
            thread.start()
        until = time.monotonic() + 60
        while waiting() < len(bodies) and time.monotonic() < until:
            time.sleep(0.05)
        assert waiting() == len(bodies), "each waits for the row"
    for thread in threads:
        thread.join(timeout=60)
    return refused


def waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # inside a transaction it would not change
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return int(cursor.fetchone()[0])


def test_of_two_who_name_one_substitute_or_end_one_post_at_the_same_moment_the_later_is_refused(
    street: Client, before: User, account: Account
) -> None:
    other, first = account(Role.GRID_WORKER, NEXT_GRID, name="林思齐"), today()
    by, at = signed_in(street), clock.now()

    def substitute() -> None:
        substitutes.name_substitute(
            actor=by, at=at, user=other.pk, grid=GRID, covers=before.pk, from_on=first + DAY, to_on=first + DAY
        )

    (refused,) = at_the_same_moment(other, substitute, substitute)
    assert "已经安排过" in refused
    assert Assignment.objects.filter(covers=before).count() == 1

    reader = account(Role.LEADING_GROUP, STREET).assignments.get()
    office = signed_in(entered(account(Role.ADMINISTRATOR, STREET)))
    ending = functools.partial(posts.end_post, actor=office, at=at, post=reader.pk)
    (refused,) = at_the_same_moment(reader, ending, ending)
    assert "已经停了" in refused
    assert Handover.objects.filter(post=reader).count() == 1
