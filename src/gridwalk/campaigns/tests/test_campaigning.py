"""Founding, dispatching, planning, handing over, closing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import SYSTEM, Held, NotPermitted, Role, Viewer
from gridwalk.accounts.substitutes import actions as substitutes
from gridwalk.campaigns import predicates, queries, rules
from gridwalk.campaigns.actions import arranging, dispatch, ending, founding
from gridwalk.campaigns.actions.dispatch import Joining
from gridwalk.campaigns.actions.founding import NewWave
from gridwalk.campaigns.models import Campaign, Target, Wave
from gridwalk.campaigns.rules import CampaignError
from gridwalk.core import clock, ids
from gridwalk.core.models import AuditEntry, Change
from gridwalk.core.queries import NotHere
from gridwalk.registry.actions import creation
from gridwalk.registry.models import Dwelling, Organization, Site
from gridwalk.registry.tests import street as made_up
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, NEXT_GRID, SECOND, Street

STREET = "120105001"
DAY, TODAY = dt.date(2026, 10, 12), dt.date(2026, 10, 13)
PHASES = {
    "prepare": (DAY, DAY),
    "act": (DAY, DAY + dt.timedelta(days=60)),
    "sum_up": (DAY + dt.timedelta(days=61),) * 2,
}
CENTRE = Viewer(ids.new_id(), "街道", (Held(Role.STREET_CENTRE, STREET),))


TOO_LONG = [("孙" * 41, "", ""), ("孙", "主" * 61, ""), ("孙", "", "组" * 121)]


@pytest.fixture
def street(db: None, at: dt.datetime) -> Street:
    return Street.lay_out(at)


def create(at: dt.datetime, **other: Any) -> Campaign:
    words: dict[str, Any] = {
        "name": " 百日行动 ",
        "scope": STREET,
        "phases": PHASES,
        "leading_group": [("孙试长", "街道主任", "组长")],
        "waves": [NewWave("试点", (FIRST,), DAY), NewWave("全面铺开", (SECOND,), DAY + dt.timedelta(days=7))],
    }
    return founding.create_campaign(actor=CENTRE, at=at, **{**words, **other})


def test_a_campaign_is_founded_as_written_or_refused_in_words(street: Street) -> None:
    refused: list[tuple[str, dict[str, Any]]] = [
        ("行动要有名称", {"name": "  "}),
        ("行动要有名称", {"name": "长" * 61}),
        ("至少要有一批", {"waves": []}),
        ("起止日期", {"phases": {k: v for k, v in PHASES.items() if k != "act"}}),
        ("行动阶段 .*就结束了，结束不能早于开始", {"phases": {**PHASES, "act": (DAY, DAY - dt.timedelta(days=1))}}),
        ("先后", {"phases": {**PHASES, "prepare": (DAY + dt.timedelta(days=1),) * 2}}),
        ("超出了行动的范围", {"scope": FIRST}),
        ("开始日期不在", {"waves": [NewWave("试点", (FIRST,), DAY + dt.timedelta(days=400))]}),
        *(("姓名不超过 40 字，职务 60 字，分工 120 字", {"leading_group": [member]}) for member in TOO_LONG),
    ]
    for words, other in refused:
        with pytest.raises(CampaignError, match=words):
            create(street.at, **other)
    with pytest.raises(NotPermitted):
        founding.create_campaign(actor=made_up.lead(), at=street.at, name="试", scope=STREET, phases=PHASES, waves=[])
    assert not Campaign.objects.exists()

    campaign = create(street.at)
    assert (campaign.name, campaign.starts_on, campaign.ends_on) == ("百日行动", DAY, DAY + dt.timedelta(days=61))
    assert [p.kind for p in campaign.phases.all()] == ["prepare", "act", "sum_up"]
    assert [(w.order, w.name, w.scopes) for w in campaign.waves.all()] == [
        (1, "试点", [FIRST]),
        (2, "全面铺开", [SECOND]),
    ]
    assert campaign.leading_group.get().duty == "组长"
    assert AuditEntry.objects.get(verb="campaign.created").subject == campaign.id


def test_names_are_as_long_as_they_may_be(street: Street) -> None:
    longest = ("孙" * 40, "主" * 60, "组" * 120)
    campaign = create(street.at, name="长" * 60, leading_group=[longest])
    member = campaign.leading_group.get()
    assert (campaign.name, (member.name, member.post, member.duty)) == ("长" * 60, longest)


def test_a_wave_makes_a_target_of_every_door_once_and_of_nothing_else(street: Street) -> None:
    homes = [street.door("101"), street.door("102", usage="mixed"), street.door("103", occupancy="vacant")]
    shop, gone, waiting = street.door("104", usage="business"), street.door("105"), street.door("106")
    far = street.door("101", FAR_GRID)
    Dwelling.objects.filter(pk=gone.pk).update(status="struck_off")
    Dwelling.objects.filter(pk=waiting.pk).update(status="strike_off_pending")
    pilot, rest = create(street.at).waves.all()
    with pytest.raises(NotPermitted):
        dispatch.dispatch_wave(actor=made_up.worker(), at=street.at, wave=pilot.pk)
    with pytest.raises(NotHere):
        dispatch.dispatch_wave(actor=CENTRE, at=street.at, wave=0)
    assert not Target.objects.exists()

    assert dispatch.dispatch_wave(actor=CENTRE, at=street.at, wave=pilot.pk) == 4
    visited = set(Target.objects.values_list("entity", flat=True))
    assert visited == {*(d.id for d in homes), waiting.id}
    assert not visited & {shop.id, gone.id, far.id}
    assert dispatch.dispatch_wave(actor=CENTRE, at=street.at, wave=pilot.pk) == 0
    late = street.door("107")
    assert dispatch.dispatch_wave(actor=CENTRE, at=street.at, wave=pilot.pk) == 1
    assert Target.objects.get(entity=late.id).wave == pilot
    assert list(Wave.objects.order_by("order").values_list("dispatched_at", flat=True)) == [street.at, None]
    assert dispatch.dispatch_wave(actor=CENTRE, at=street.at, wave=rest.pk) == 1


def test_a_wave_goes_to_the_businesses_and_sites_that_stand_there_too(street: Street) -> None:
    def place(table: Any, name: str, grid: str, status: str = "active") -> Any:
        return table.objects.create(
            grid_id=grid, name=name, sort_key=name, status=status, source="ledger", created_at=street.at
        )

    shop, school = place(Organization, "海河小吃店", GRID), place(Site, "第一小学", NEXT_GRID)
    place(Organization, "关了的店", GRID, "closed")
    place(Site, "撤了的校", GRID, "closed")
    place(Organization, "别处的店", FAR_GRID)
    pilot, _ = create(street.at).waves.all()
    assert dispatch.dispatch_wave(actor=CENTRE, at=street.at, wave=pilot.pk) == 2
    rows = Target.objects.order_by("kind").values_list("kind", "entity", "grid", "walk_key")
    assert list(rows) == [
        ("organization", shop.id, GRID, "~海河小吃店"),
        ("site", school.id, NEXT_GRID, "~第一小学"),
    ], "behind the doors in walking order"
    later = place(Site, "第二小学", GRID)
    Wave.objects.filter(pk=pilot.pk).update(kinds=["organization"])
    assert dispatch.dispatch_wave(actor=CENTRE, at=street.at, wave=pilot.pk) == 0, "a wave of businesses alone"
    Wave.objects.filter(pk=pilot.pk).update(kinds=["dwelling", "site"])
    assert dispatch.dispatch_wave(actor=CENTRE, at=street.at, wave=pilot.pk) == 1
    assert Target.objects.filter(entity=later.id, kind="site").count() == 1


def test_targets_go_to_the_responsible_worker_in_a_constant_number_of_queries(
    street: Street, account: Callable[..., User]
) -> None:
    from gridwalk.accounts import actions as accounts

    user = account(Role.GRID_WORKER, GRID)
    accounts.assign(
        actor=SYSTEM, at=street.at, user=user.id, role=Role.GRID_WORKER, scope=GRID, from_on=DAY, responsible=True
    )
    street.door("101")
    street.door("301", NEXT_GRID)
    campaign = create(street.at)
    pilot = campaign.waves.first()
    assert pilot is not None

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            dispatch.dispatch_wave(actor=CENTRE, at=street.at, wave=pilot.pk)
        return len(asked)

    before = queries()
    for n in range(8):
        street.door(str(201 + n))
    assert queries() <= before
    assert set(Target.objects.filter(grid_id=GRID).values_list("assignee", flat=True)) == {user.id}
    assert Target.objects.get(grid_id=NEXT_GRID).assignee is None
    assert Change.objects.filter(kind="target", field="*").count() == 10


def test_what_is_found_joins_where_a_wave_has_been_dispatched(street: Street) -> None:
    pilot, _ = create(street.at).waves.all()
    near, far = street.door("101"), street.door("101", FAR_GRID)
    new = creation.New(grid=GRID, values={"name": "海河小吃店"}, source="ledger")
    joining = [Joining(d.grid_id, "dwelling", d.id, d.walk_key) for d in (near, far)]
    with street.writing() as writing:
        creation.register(writing, "organization", [new])
        dispatch.join_targets(writing, joining)
    assert not Target.objects.exists()

    dispatch.dispatch_wave(actor=CENTRE, at=street.at, wave=pilot.pk)
    more = street.door("102")
    joining += [Joining(GRID, "dwelling", more.id, more.walk_key), Joining(GRID, "organization", new.id, "~")]
    with street.writing() as writing:
        dispatch.join_targets(writing, joining)
        dispatch.join_targets(writing, joining)
    shop = Organization.objects.get()
    assert set(Target.objects.values_list("entity", flat=True)) == {near.id, more.id, shop.id}


def dispatched(street: Street) -> dict[str, Target]:
    doors = {(d.grid_id, d.room): d for d in (street.door("101"), street.door("102"), street.door("301", NEXT_GRID))}
    for wave in create(street.at).waves.all():
        dispatch.dispatch_wave(actor=CENTRE, at=street.at, wave=wave.pk)
    return {f"{grid[-1]}-{room}": Target.objects.get(entity=d.id) for (grid, room), d in doors.items()}


def test_doors_are_put_on_a_days_list_by_who_walks_or_dispatches_there(street: Street) -> None:
    targets = dispatched(street)
    here, done, next_door = targets["1-101"], targets["1-102"], targets["2-301"]
    Target.objects.filter(pk=done.pk).update(state="visited")
    chosen = [here.id, done.id]
    with pytest.raises(NotPermitted):
        arranging.plan_targets(actor=made_up.worker(), at=street.at, targets=[here.id, next_door.id], on=TODAY)
    with pytest.raises(CampaignError, match="时段"):
        arranging.plan_targets(actor=made_up.worker(), at=street.at, targets=chosen, on=TODAY, band="midnight")
    assert arranging.plan_targets(actor=made_up.worker(), at=street.at, targets=chosen, on=TODAY, band="evening") == 1
    here.refresh_from_db()
    assert (here.planned_on, here.planned_band) == (TODAY, "evening")
    assert arranging.plan_targets(actor=CENTRE, at=street.at, targets=[here.id, next_door.id], on=None) == 2
    here.refresh_from_db()
    assert (here.planned_on, here.planned_band) == (None, "")

    late = clock.at_local(TODAY, 20, 30)
    with pytest.raises(CampaignError, match="以后不上门"):
        arranging.plan_targets(actor=CENTRE, at=late, targets=[here.id], on=TODAY, band="evening")
    with pytest.raises(CampaignError, match="已经过了"):
        arranging.plan_targets(actor=CENTRE, at=street.at, targets=[here.id], on=TODAY - dt.timedelta(days=1))
    Target.objects.filter(pk=here.pk).update(state="explained", outcome="refused")
    tomorrow = TODAY + dt.timedelta(days=1)
    assert arranging.plan_targets(actor=CENTRE, at=late, targets=[here.id, next_door.id], on=tomorrow) == 1
    here.refresh_from_db()
    assert here.planned_on is None, "who refused is left in peace"


MONDAY = dt.datetime(2026, 11, 30, 13, 0)  # noqa: DTZ001 the wall clock of the street
QUIET = dt.time(20, 30)


def test_what_can_still_be_walked_is_offered_and_nothing_else() -> None:
    end = dt.date(2026, 12, 31)
    days = [(slot.on.day, slot.band) for slot in rules.slots(MONDAY, QUIET, end)]
    week = [(n, "evening") for n in (30, 1, 2, 3, 4)]
    assert days == [*week, (5, "weekend"), (6, "weekend")]
    assert [slot.on.day for slot in rules.slots(MONDAY.replace(hour=20, minute=30), QUIET, end)] == [1, 2, 3, 4, 5, 6]
    assert [slot.code for slot in rules.slots(MONDAY, QUIET, dt.date(2026, 12, 1))] == [
        "2026-11-30/evening",
        "2026-12-01/evening",
    ]
    on = {n: rules.why_not_on(MONDAY.date() + dt.timedelta(days=n), MONDAY, QUIET, end) for n in (-1, 0, 6, 7)}
    assert [bool(why) for why in on.values()] == [True, False, False, True] and "只排 7 天以内的" in on[7]
    assert "行动已经结束" in rules.why_not_on(MONDAY.date(), MONDAY, QUIET, dt.date(2026, 11, 29))
    worth = [("remaining", "", 0), ("remaining", "no_answer", 5), ("explained", "no_answer", 3)]
    idle = [("explained", "refused", 1), ("pending", "not_found", 1), ("visited", "met", 1), ("remaining", "", 6)]
    assert [rules.is_worth_a_walk(*door, max_visits=6) for door in worth + idle] == [True] * 3 + [False] * 4


def test_doors_are_handed_over_with_a_reason_to_who_can_open_them(street: Street, account: Callable[..., User]) -> None:
    target = dispatched(street)["1-101"]
    able, unable = account(Role.GRID_WORKER, GRID, name="钱试员"), account(Role.GRID_WORKER, NEXT_GRID, name="李试员")
    words: dict[str, Any] = {"at": dt.datetime.now(tz=dt.UTC), "targets": [target.id]}
    with pytest.raises(NotPermitted):
        arranging.reassign(actor=made_up.worker(), to=able.id, reason="请假", **words)
    with pytest.raises(CampaignError, match="写明原因"):
        arranging.reassign(actor=made_up.lead(), to=able.id, reason=" ", **words)
    with pytest.raises(CampaignError, match="李试员 还不管这个网格"):
        arranging.reassign(actor=made_up.lead(), to=unable.id, reason="请假", **words)
    with pytest.raises(NotHere):
        arranging.reassign(actor=made_up.lead(), to=ids.new_id(), reason="请假", **words)
    assert arranging.reassign(actor=made_up.lead(), to=able.id, reason="请假", **words) == 1
    target.refresh_from_db()
    assert target.assignee == able
    assert Change.objects.get(entity=target.id, field="assignee").reason == "请假"


def test_a_closed_campaign_keeps_its_targets_and_takes_no_new_ones(street: Street) -> None:
    target = dispatched(street)["1-101"]
    campaign = Campaign.objects.get()
    with pytest.raises(NotPermitted):
        ending.close_campaign(actor=made_up.lead(), at=street.at, campaign=campaign.id)
    with pytest.raises(NotHere):
        ending.close_campaign(actor=CENTRE, at=street.at, campaign=ids.new_id())
    assert queries.running_for(GRID) == campaign
    assert queries.running_over([GRID, "120106001001001"]) == {GRID: campaign, "120106001001001": None}
    ending.close_campaign(actor=CENTRE, at=street.at, campaign=campaign.id)
    assert queries.running_for(GRID) is None
    with pytest.raises(CampaignError, match="已经结束"):
        dispatch.dispatch_wave(actor=CENTRE, at=street.at, wave=target.wave_id)
    assert predicates.in_scope(campaign.id, "dwelling").count() == 3
    assert queries.current_campaign(CENTRE) == campaign


def test_what_turns_up_after_the_end_joins_no_closed_campaign(street: Street) -> None:
    dispatched(street)
    campaign = Campaign.objects.get()
    late = street.door("109")
    joining = [Joining(GRID, "dwelling", late.id, late.walk_key)]
    ending.close_campaign(actor=CENTRE, at=street.at, campaign=campaign.id)
    with street.writing() as writing:
        dispatch.join_targets(writing, joining)
    assert not Target.objects.filter(entity=late.id).exists(), "its last figures stand"
    with pytest.raises(CampaignError, match="没有正在走的行动"):
        dispatch.join_doors(actor=CENTRE, at=street.at, dwellings=[late.id])

    Campaign.objects.filter(pk=campaign.pk).update(state="running")
    with street.writing() as writing:
        dispatch.join_targets(writing, joining)
    assert Target.objects.filter(entity=late.id).count() == 1


def test_doors_join_where_a_campaign_runs_and_one_elsewhere_is_none(street: Street) -> None:
    near, far = street.door("101"), street.door("101", FAR_GRID)
    pilot, rest = create(street.at).waves.all()
    dispatch.dispatch_wave(actor=CENTRE, at=street.at, wave=pilot.pk)
    with pytest.raises(CampaignError, match="没有并：这里没有正在走的行动，下派之后再来"):
        dispatch.join_doors(actor=CENTRE, at=street.at, dwellings=[far.id])
    assert dispatch.join_doors(actor=CENTRE, at=street.at, dwellings=[near.id]) == 0, "it is in it already"
    late, gone = street.door("102"), street.door("103")
    Dwelling.objects.filter(pk=gone.pk).update(status="struck_off")
    assert dispatch.join_doors(actor=CENTRE, at=street.at, dwellings=[near.id, late.id, gone.id]) == 1
    assert set(Target.objects.values_list("entity", flat=True)) == {near.id, late.id}
    with pytest.raises(NotPermitted):
        dispatch.join_doors(actor=made_up.worker(), at=street.at, dwellings=[late.id])
    assert rest.dispatched_at is None


def test_a_door_is_handed_back_by_whom_it_was_given_to_and_by_nobody_else(
    street: Street, account: Callable[..., User]
) -> None:
    target = dispatched(street)["1-101"]
    users = [account(Role.GRID_WORKER, GRID, name=name) for name in ("钱试员", "孙试员")]
    own, other = (Viewer(user.id, user.name, (Held(Role.GRID_WORKER, GRID),)) for user in users)
    Target.objects.filter(pk=target.id).update(assignee=users[0])
    with pytest.raises(CampaignError, match="没有退回：这一户现在不在您名下"):
        arranging.hand_back(actor=other, at=street.at, target=target.id, reason="路远")
    with pytest.raises(CampaignError, match="没有退回：请写明原因，改派的人要看"):
        arranging.hand_back(actor=own, at=street.at, target=target.id, reason=" ")
    with pytest.raises(NotPermitted):
        arranging.hand_back(actor=made_up.worker(NEXT_GRID), at=street.at, target=target.id, reason="路远")
    with pytest.raises(NotHere):
        arranging.hand_back(actor=own, at=street.at, target=ids.new_id(), reason="路远")
    target.refresh_from_db()
    assert target.assignee_id == own.id

    arranging.hand_back(actor=own, at=street.at, target=target.id, reason="路远")
    target.refresh_from_db()
    assert (target.assignee, target.note) == (None, "退回：路远")
    change = Change.objects.filter(entity=target.id, field="assignee").latest("version")
    assert (change.old_clear, change.new_clear) == (str(own.id), None)
    with pytest.raises(CampaignError, match="不在您名下"):
        arranging.hand_back(actor=own, at=street.at, target=target.id, reason="路远")


def test_a_campaign_is_seen_where_it_is_and_not_elsewhere(street: Street) -> None:
    campaign = create(street.at)
    assert queries.get_campaign(made_up.lead(), campaign.id) == campaign
    elsewhere = made_up.lead("120105002001")
    assert queries.campaigns(elsewhere) == []
    assert queries.current_campaign(elsewhere) is None
    with pytest.raises(NotHere):
        queries.get_campaign(elsewhere, campaign.id)


def test_the_parts_of_a_scope_add_up_to_it(street: Street) -> None:
    targets = dispatched(street)
    for name, state in (("1-101", "visited"), ("1-102", "explained")):
        Target.objects.filter(pk=targets[name].pk).update(state=state)
    scope = predicates.in_scope(Campaign.objects.get().id, "dwelling")
    parts = (predicates.visited(), predicates.explained(), predicates.pending(), predicates.remaining())
    assert [scope.filter(p).count() for p in parts] == [1, 1, 0, 1]
    Target.objects.filter(pk=targets["1-102"].pk).update(state="left")
    assert scope.count() == 2


def test_what_is_nobodys_is_handed_to_whose_grid_it_is_and_to_no_substitute(
    street: Street, account: Callable[..., User]
) -> None:
    street.door("101")
    pilot, _ = create(street.at).waves.all()
    dispatch.dispatch_wave(actor=CENTRE, at=street.at, wave=pilot.pk)
    now, lead = clock.now(), made_up.lead()
    worker, substitute = account(Role.GRID_WORKER, GRID), account(Role.GRID_WORKER, NEXT_GRID)
    today = clock.local_date(now)
    substitutes.name_substitute(
        actor=lead, at=now, user=substitute.pk, grid=GRID, covers=worker.pk, from_on=today, to_on=today
    )
    given: dict[str, Any] = {"actor": lead, "at": now, "campaign": pilot.campaign_id, "scope": GRID}
    with pytest.raises(CampaignError, match="不管有这些户的网格"):
        arranging.hand_over(**given, to=substitute.pk)
    assert Target.objects.get().assignee is None
    arranging.hand_over(**given, to=worker.pk)
    assert Target.objects.get().assignee == worker
