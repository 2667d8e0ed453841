"""关爱帮扶 from the first label to its end: due, a need found, handed on, confirmed; renewed; ended; and who may not."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gridwalk.accounts.models import Assignment, User
from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.core.models import AuditEntry, Change
from gridwalk.core.outward import outward
from gridwalk.indicators import gaps, queries
from gridwalk.indicators.definitions import ATTENTION
from gridwalk.registry.models import CareLabel, Dwelling, Person, Recheck
from gridwalk.registry.queries import care
from gridwalk.visits.models import CareContact, CareNeed
from tests.harness.campaign import COMMUNITY, GRID, confirm, id_no, upload, workbook
from tests.harness.people import SignIn

pytestmark = pytest.mark.slow
ELSEWHERE = f"{COMMUNITY}002"


def today(days: int = 0) -> dt.date:
    return clock.local_date(clock.now()) + dt.timedelta(days=days)


def in_days(days: int) -> Any:
    return time_machine.travel(clock.now() + dt.timedelta(days=days))


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def worker(street: Client, sign_in: SignIn) -> Client:
    """The worker of the first grid, named for it."""
    client = sign_in(Role.GRID_WORKER, GRID)
    User.objects.filter(assignments__scope=GRID).update(name="许知行")
    Assignment.objects.filter(scope=GRID).update(responsible=True)
    return client


@pytest.fixture
def person(street: Client) -> Person:
    return Person.objects.get(name="程望舒")


def give(client: Client, person: Person, **more: str) -> Any:
    return client.post(f"/care/people/{person.pk}/new/", {"category": "living_alone", **more})


def test_from_label_to_need_confirmed_renewed_and_ended(worker: Client, person: Person, sign_in: SignIn) -> None:
    new = f"/care/people/{person.pk}/new/"
    assert "保存类别" in text(worker.get(new))
    wrong = {
        "starts_on": (today(1), "开始日期不能在将来"),
        "ends_on": (today(-1), "到期日期早于开始日期或今天"),
        "interval_days": (22, "最短 1 天、最长 21 天"),
    }
    for field, (value, fault) in wrong.items():
        refused = give(worker, person, **{field: str(value)})
        assert (refused.status_code, fault in text(refused)) == (422, True), field
        assert f'value="{value}"' in text(refused), "what was typed is still there"
    assert "最长一年" in text(give(worker, person, ends_on=str(today(367))))
    assert "请选一个类别" in text(give(worker, person, category=""))
    assert not CareLabel.objects.exists()

    assert give(worker, person).status_code == 302
    label = CareLabel.objects.get()
    assert (label.interval_days, label.starts_on, label.ends_on, label.review_on) == (
        7,
        today(),
        today(365),
        today(182),
    )
    assert "这一类已经有了" in text(give(worker, person))
    assert AuditEntry.objects.filter(verb="care.labelled", subject=person.pk).count() == 1
    shown = text(worker.get(f"/care/labels/{label.pk}/"))
    assert "许知行" in shown
    assert "独居老人" in text(worker.get(f"/people/{person.pk}/"))

    with in_days(8):
        worker = sign_in(Role.GRID_WORKER, GRID)
        due = text(worker.get("/care/"))
        assert "程望舒" in due
        assert "，已过" in due
        contact = f"/care/people/{person.pk}/contact/"
        need = {"need": "medical", "help": "referred", "to": "hospital", "by": str(today(10)), "on": str(today())}
        assert "联系日期不能在将来" in text(worker.post(contact, need | {"on": str(today(1))}))
        assert "请选转给了谁" in text(worker.post(contact, need | {"to": ""}))
        assert "请选怎么办的" in text(worker.post(contact, need | {"help": ""}))
        late = worker.post(contact, need | {"by": str(today(-1))})
        assert (late.status_code, "办结日期要在联系当天以后" in text(late)) == (422, True)
        assert "日期" in text(worker.post(contact, need | {"on": "昨天"}))
        assert not CareContact.objects.exists()

        fine = worker.post(contact, {"back": "/care/?tab=due", "note": "下午在家，打12012345678"}, follow=True)
        assert "程望舒</b>联系过了" in text(fine), "the message names whom"
        assert "以前到期的都联系过了" in text(fine), "whom one has called is off the list"
        made = CareContact.objects.get()
        assert made.note == "下午在家，打******"
        assert made.note in text(worker.get(f"/care/labels/{label.pk}/"))
        undo = f"/care/contacts/{made.pk}/undo/"
        other = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
        assert "只能撤销自己" in text(other.post(undo, follow=True))
        assert "程望舒的这次联系不算" in text(worker.post(undo, {"back": "/care/?tab=due"}, follow=True))
        assert "已经撤销过了" in text(worker.post(undo, follow=True))
        label.refresh_from_db()
        assert (label.last_contact_on, "，已过" in text(worker.get("/care/"))) == (None, True)
        assert made.note not in text(worker.get(f"/care/labels/{label.pk}/"))
        assert "程望舒" in text(worker.post("/care/", {"name": "望舒"}))
        assert "没有叫“李试”的" in text(worker.post("/care/", {"name": "李试"}))
        made.delete()

        assert worker.post(contact, need).status_code == 302
        care_need = CareNeed.objects.get()
        assert (care_need.state, care_need.ask_on, care_need.contact.label_id) == ("referred", today(10), label.pk)
        label.refresh_from_db()
        assert label.last_contact_on == today()
        worker.post(contact, {"back": "/care/"})
        assert CareNeed.objects.get().state == "referred", "no new need closes nothing"
        listed = text(worker.get("/care/?tab=needs"))
        assert "就医买药" in listed
        assert "社区医院" in listed

    page = f"/care/needs/{care_need.pk}/"
    with in_days(18):
        worker = sign_in(Role.GRID_WORKER, GRID)
        assert "，应回访" in text(worker.get("/care/?tab=needs"))
        assert "早于发现需要" in text(worker.post(page, {"do": "met", "on": str(today(-11))}))
        assert worker.post(page, {"do": "unmet"}).status_code == 302
        care_need.refresh_from_db()
        assert (care_need.state, care_need.n_unmet, care_need.ask_on) == ("open", 1, today(3))
        assert "请选转给了谁" in text(worker.post(page, {"do": "referred"}))
        assert "请选当场解决" in text(worker.post(page, {"do": "whatever"}))
        assert worker.post(page, {"do": "referred", "to": "family", "by": str(today(2))}).status_code == 302
        assert "请从单子里选一处" in text(worker.post(page, {"do": "referred", "to": "moon"}))
        assert worker.post(page, {"do": "met", "back": "https://example.org/"}).headers["Location"] == (
            f"/people/{outward(person.pk)}/"
        )
        care_need.refresh_from_db()
        assert (care_need.state, care_need.met_on, care_need.met_by_name) == ("confirmed", today(), "网格员")
        assert "已经有结果了" in text(worker.post(page, {"do": "met"}))
        assert "没有等着确认的需要" in text(worker.get("/care/?tab=needs"))
        label.refresh_from_db()
        assert label.last_contact_on == today(), "asking is a contact"

    labelled = f"/care/labels/{label.pk}/"
    with in_days(183):
        worker = sign_in(Role.GRID_WORKER, GRID)
        assert "仍需要，照旧" in text(worker.get("/care/?tab=reviews"))
        assert worker.post(labelled, {"do": "review", "back": "/care/?tab=reviews"}).status_code == 302
        assert "没有到复评日期的" in text(worker.get("/care/?tab=reviews"))
    with in_days(340):
        worker = sign_in(Role.GRID_WORKER, GRID)
        assert "续期" in text(worker.get("/care/?tab=ending"))
        until = label.ends_on + dt.timedelta(days=365)
        renew = {"do": "renew", "ends_on": str(until), "reason": "还是一个人住"}
        assert "要晚于现在的到期日期" in text(worker.post(labelled, renew | {"ends_on": str(label.ends_on)}))
        assert "请写明原因" in text(worker.post(labelled, renew | {"reason": " "}))
        far = worker.post(labelled, renew | {"ends_on": str(until + dt.timedelta(days=2))})
        assert (far.status_code, "一次最长续一年" in text(far), "还是一个人住" in text(far)) == (422, True, True)
        assert worker.post(labelled, renew).status_code == 302
        assert "30 天内没有到期的" in text(worker.get("/care/?tab=ending"))
    with in_days(400):
        worker = sign_in(Role.GRID_WORKER, GRID)
        assert "程望舒" in text(worker.get("/care/"))
        assert "请选一个原因" in text(worker.post(labelled, {"do": "end"}))
        assert worker.post(labelled, {"do": "end", "why": "not_needed"}).status_code == 302
        assert "现在没有重点关爱人员" in text(worker.get("/care/"))
        assert "已经结束" in text(worker.post(labelled, {"do": "review"}))
        assert worker.post(labelled, {"do": "anything"}).status_code == 404
        assert "不再需要" in text(worker.get(labelled))
    fields = list(Change.objects.filter(entity=label.pk).order_by("version").values_list("field", flat=True))
    assert {"*", "last_contact_on", "review_on", "ends_on", "ended_on", "ended_why"} == set(fields)
    states = (
        Change.objects.filter(entity=care_need.pk, field="state")
        .order_by("version", "id")
        .values_list("new", flat=True)
    )
    assert list(states) == ["open", "referred", "confirmed"]


def test_a_label_ends_by_itself_when_nobody_renews_it(worker: Client, person: Person, sign_in: SignIn) -> None:
    give(worker, person, ends_on=str(today(20)))
    assert "程望舒" in text(worker.get("/care/?tab=ending")), "it is told a month before"
    with in_days(21):
        worker = sign_in(Role.GRID_WORKER, GRID)
        assert "现在没有重点关爱人员" in text(worker.get("/care/"))
        label = CareLabel.objects.get()
        shown = worker.post(f"/care/labels/{label.pk}/", {"do": "renew", "ends_on": str(today(90)), "reason": "还要"})
        assert (shown.status_code, "已经结束或到期了" in text(shown)) == (422, True)
        assert give(worker, person).status_code == 302, "given anew, it begins today"


def test_what_rests_on_a_wish_counts_with_consent_only(worker: Client, person: Person, street: Client) -> None:
    refused = give(worker, person, category="chronic_illness")
    assert (refused.status_code, "先问过本人" in text(refused)) == (422, True)
    assert "同意日期不能在将来" in text(
        give(worker, person, category="chronic_illness", consent="in_person", consent_on=str(today(1)))
    )
    ledger = [["姓名", "身份证号", "关爱类别"], ["程望舒", id_no(11), "慢病"]]
    assert confirm(street, upload(street, workbook("慢病随访名册", ledger))).state == "done"
    label = CareLabel.objects.get(category="chronic_illness")
    CareLabel.objects.update(starts_on=today(-90))
    assert "以前到期的都联系过了" in text(worker.get("/care/")), "not in force, so not due"
    assert "本人未同意，未生效" in text(worker.get("/care/?tab=consent"))
    page = f"/care/labels/{label.pk}/"
    assert "本人还没同意，未生效" in text(worker.get(page))
    assert "请选是怎么同意的" in text(worker.post(page, {"do": "consent"}))
    assert "请选是怎么同意的" in text(worker.post(page, {"do": "consent", "consent": "ledger"}))
    assert worker.post(page, {"do": "consent", "consent": "family", "consent_on": str(today(-1))}).status_code == 302
    assert "程望舒" in text(worker.get("/care/"))
    assert worker.post(page, {"do": "end", "why": "unwilling"}).status_code == 302
    assert "现在没有重点关爱人员" in text(worker.get("/care/")), "a wish taken back ends it at once"
    confirm(street, upload(street, workbook("慢病随访名册", ledger)))
    assert CareLabel.objects.filter(ended_on__isnull=True).count() == 0, "a ledger does not bring it back"
    agreed = [["姓名", "身份证号", "关爱类别", "同意日期"], ["程兰因", id_no(2, "19500203"), "慢病", "2026-01-05"]]
    confirm(street, upload(street, workbook("慢病随访名册", agreed)))
    kept = CareLabel.objects.get(person__name="程兰因")
    assert (kept.consent, kept.consent_on) == ("ledger", dt.date(2026, 1, 5))


def test_the_interval_and_the_responsible_person(worker: Client, person: Person, sign_in: SignIn) -> None:
    give(worker, person)
    label = CareLabel.objects.get()
    page = f"/care/labels/{label.pk}/"
    change = {"do": "interval", "interval_days": "3", "reason": "刚出院"}
    assert "最长 21 天" in text(worker.post(page, change | {"interval_days": "30"}))
    assert "请填天数" in text(worker.post(page, change | {"interval_days": ""}))
    assert "请写明原因" in text(worker.post(page, change | {"reason": ""}))
    assert worker.post(page, change).status_code == 302
    assert CareLabel.objects.get().interval_days == 3

    named = {"name": "望舒"}  # due in three days: not on the list yet, and to be looked for
    lead = Assignment.objects.get(scope=COMMUNITY).user
    stranger = sign_in(Role.GRID_WORKER, ELSEWHERE)
    other = Assignment.objects.get(scope=ELSEWHERE).user
    for wrong in (str(other.pk), str(uuid.uuid4()), "x"):
        refused = text(worker.post(page, {"do": "responsible", "responsible": wrong}))
        assert ("没有改：请从单子里选一位" if wrong == "x" else "没有改：这位同事在这个网格没有岗位") in refused
        assert "请从单子里选一位" in refused
    assert worker.post(page, {"do": "responsible", "responsible": str(lead.pk)}).status_code == 302
    assert lead.name in text(worker.post("/care/", named))
    Assignment.objects.filter(user=lead).update(to_on=today(-1))
    assert "许知行" in text(worker.post("/care/", named)), "who is no longer in post leaves it to the grid's worker"
    assert worker.post(page, {"do": "responsible", "responsible": ""}).status_code == 302
    sign_in(Role.GRID_WORKER, GRID)
    newer = Assignment.objects.filter(scope=GRID).latest("id")
    Assignment.objects.filter(scope=GRID).update(responsible=False)
    Assignment.objects.filter(pk=newer.pk).update(responsible=True)
    User.objects.filter(pk=newer.user_id).update(name="孟昭宁")
    assert "孟昭宁" in text(worker.post("/care/", named)), "it follows when the grid gets another worker"
    assert stranger.get("/care/").status_code == 200


def test_somebody_elses_grid_the_street_and_the_district_see_nothing(
    worker: Client, person: Person, sign_in: SignIn
) -> None:
    give(worker, person)
    worker.post(f"/care/people/{person.pk}/contact/", {"need": "repair", "help": "given", "on": str(today())})
    label, need = CareLabel.objects.get(), CareNeed.objects.get()
    pages = [
        f"/care/people/{person.pk}/new/",
        f"/care/people/{person.pk}/contact/",
        f"/care/labels/{label.pk}/",
        f"/care/needs/{need.pk}/",
    ]
    stranger = sign_in(Role.GRID_WORKER, ELSEWHERE)
    for path in pages:
        for answer in (stranger.get(path), stranger.post(path, {"do": "end", "why": "not_needed"})):
            assert answer.status_code == 404, path
    assert "程望舒" not in text(stranger.get("/care/"))
    assert stranger.get(f"/care/?scope={GRID}").status_code == 404
    centre = sign_in(Role.STREET_CENTRE, "120105001")
    for path in ("/care/", *pages):
        assert centre.get(path).status_code == 403, path
    shown = text(centre.get(f"/people/{person.pk}/"))
    for word in ("独居", "关爱", "维修安全"):
        assert word not in shown, word
    assert not CareLabel.objects.filter(ended_on__isnull=False).exists()


def test_the_list_is_rate_twos_and_takes_the_same_number_of_queries(
    worker: Client, person: Person, street: Client
) -> None:
    give(worker, person)
    home = Dwelling.objects.get(residences__person=person)

    def crowd(n: int) -> None:
        with core.write_to(GRID, actor=SYSTEM, at=clock.now()):
            people(n)

    def people(n: int) -> None:
        for i in range(n):
            person = Person.objects.create(
                grid_id=GRID, name=f"何{i}", sort_key=f"he{i}", created_at=clock.now(), source="office"
            )
            person.residences.create(
                grid_id=GRID, dwelling=home, kind="lives_here", source="office", created_at=clock.now()
            )
            for category in ("aged", "chronic_illness")[: 1 + i % 2]:
                label = person.care_labels.create(
                    grid_id=GRID,
                    category=category,
                    interval_days=7,
                    starts_on=today(-3 * i),
                    ends_on=today(i),
                    source="office",
                    created_at=clock.now(),
                    review_on=today(-1),
                    consent="written" if i % 3 else "",
                )
                contact = label.contacts.create(
                    grid_id=GRID, on=today(-9), worker_name="许知行", created_at=clock.now()
                )
                contact.needs.create(need="repair", state="given", ask_on=today(-2))

    def cost(tab: str) -> int:
        worker.get(f"/care/?tab={tab}")
        with CaptureQueriesContext(connection) as asked:
            assert worker.get(f"/care/?tab={tab}").status_code == 200
        return len(asked)

    Dwelling.objects.filter(occupancy="vacant").update(created_at=clock.now() - dt.timedelta(days=61))
    let = Dwelling.objects.filter(room="201").update(tenure="let", created_at=clock.now() - dt.timedelta(days=90))
    assert let == 1
    crowd(4)
    before = {tab: cost(tab) for tab in ("due", "needs", "reviews", "ending", "consent", "places")}
    Person.objects.filter(name__startswith="何").update(status="moved_away")
    crowd(12)
    assert {tab: cost(tab) for tab in before} == before

    moment = queries.moment(None, clock.now())
    listed, _ = gaps.gaps(SYSTEM, ATTENTION, moment, COMMUNITY, limit=1000)
    rows, _ = care.due(SYSTEM, COMMUNITY, today(), limit=1000)
    assert {row.person for row in rows if row.overdue} == {gap.entity for gap in listed if gap.kind == "person"}
    places, n = care.places(SYSTEM, COMMUNITY, today())
    assert {place.dwelling for place in places} == {gap.entity for gap in listed if gap.kind == "dwelling"}
    assert n == 1, "vacant for 61 days is over, let for 90 is not"
    board = queries.board(SYSTEM, scope=COMMUNITY, by="grid", campaign=None, at=clock.now(), indicators=[ATTENTION])
    total = board.total["attention"]
    assert total is not None
    assert total.part("care.d") - total.part("care.n") == sum(row.overdue for row in rows) > 0
    assert "空房" in text(street.get("/care/?tab=places"))


def test_a_long_list_is_turned_page_by_page(worker: Client, person: Person) -> None:
    for i in range(205):
        resident = Person.objects.create(
            grid_id=GRID, name="何某", sort_key=f"{i:03}", created_at=clock.now(), source="office"
        )
        resident.care_labels.create(
            grid_id=GRID,
            category="aged",
            interval_days=30,
            starts_on=today(-40),
            ends_on=today(90),
            source="office",
            created_at=clock.now(),
        )
    first, last = text(worker.get("/care/")), text(worker.get("/care/?from=200"))
    assert (first.count("已联系，无异常</button>"), last.count("已联系，无异常</button>")) == (100, 5)
    assert "100 / 205" in first
    assert "下一页" not in last
    assert "从头看" in text(worker.get("/care/?from=900"))


def test_whoever_dies_or_moves_away_is_no_longer_on_the_list(
    worker: Client, person: Person, street: Client, sign_in: SignIn
) -> None:
    give(worker, person)
    worker.post(f"/care/people/{person.pk}/contact/", {"need": "repair", "help": "given", "on": str(today())})
    worker.post(
        f"/ends/person/{person.pk}/", {"proposed": "deceased", "evidence": "death_certificate", "reason": "家属说的"}
    )
    assert "程望舒" in text(worker.get("/care/")), "nothing ends before the recheck"
    street.post(f"/rechecks/end/{Recheck.objects.get().pk}/", {"confirmed": "1", "note": "看了证明"})
    label = CareLabel.objects.get()
    assert "程望舒" not in text(worker.get("/care/"))
    assert "已经不在册了" in text(give(worker, person, category="aged"))

    need = CareNeed.objects.get()
    street.post(f"/people/{person.pk}/erase/", {"reason": "家属书面申请，收件第 3 号"})
    label.refresh_from_db()
    need.refresh_from_db()
    assert (label.category[0], label.ended_why, need.need, CareContact.objects.get().need) == ("~", "", "", "")
    told = Change.objects.filter(entity__in=[label.pk, need.pk]).exclude(new=None)
    assert not told.exists(), "the history of a label says nothing any more"


def test_opening_is_audited_and_nothing_of_it_is_exported(worker: Client, person: Person, street: Client) -> None:
    give(worker, person)
    worker.post(f"/care/people/{person.pk}/contact/", {"need": "repair", "help": "given", "on": str(today())})
    before = AuditEntry.objects.filter(verb="care.opened").count()
    worker.get("/care/?tab=needs")
    assert AuditEntry.objects.filter(verb="care.opened", scope=GRID).count() == before + 1
    for path in ("/care/", f"/care/people/{person.pk}/contact/", f"/care/labels/{CareLabel.objects.get().pk}/"):
        shown = text(worker.get(path))
        assert "data-print" not in shown
        assert "secret" in shown
        assert ".xlsx" not in shown
    sheet = text(worker.get(f"/walk/{GRID}/"))
    for word in ("独居", "重点关爱人员", "维修安全"):
        assert word not in sheet, word
    for entry in AuditEntry.objects.filter(verb__startswith="care."):
        assert set(entry.data) <= {"label", "need"}, "the audit says that something was done, never what help it is"
