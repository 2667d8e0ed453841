"""Who does what else to what lies in the first grid: the acts beside those of ``test_one_object``."""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Callable
from typing import Any

import pytest

from gridwalk.accounts import actions as accounts
from gridwalk.accounts.grants import actions as grants
from gridwalk.accounts.models import Assignment, User
from gridwalk.accounts.resets import actions as resets
from gridwalk.accounts.rules import Role, State, Viewer
from gridwalk.bench.actions import settings as checks
from gridwalk.bench.online import ONLINE
from gridwalk.campaigns.actions import arranging, dispatch
from gridwalk.core import clock
from gridwalk.events.actions import homes
from gridwalk.followup.actions import convening, moving, taking_in
from gridwalk.followup.actions.convening import Arrangement
from gridwalk.followup.actions.moving import Wording
from gridwalk.followup.rules import Act, Kind
from gridwalk.registry.actions import care, corrections, ends, households
from gridwalk.registry.households import Naming
from gridwalk.registry.models import Residence
from gridwalk.registry.tests.street import FIRST, GRID, lead
from gridwalk.reports import actions as reports
from gridwalk.territory import actions as drawing
from gridwalk.territory.official import actions as official
from gridwalk.visits.actions import rechecks, rounds
from gridwalk.visits.models import Round
from tests.security import objects
from tests.security.test_one_object import table_of, written

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

ACT = """
change_work_phone  administrator
change_number      administrator
end_assignment     administrator
resume_assignment  administrator
appoint            administrator
unlock             administrator
reset_codes        administrator
confirm_roles      street
decline_roles      street
grant              lead street
revoke_grant       lead street
set_check          street
hand_back          worker lead
join_doors         lead street
open_matter        lead street
note_matter        lead street
press_matter       lead street
plan_meeting       street
rearrange          street
hold_meeting       street
attend             street
commend            street
make_pack          street
make_minutes       street
make_report        lead street district next_lead
name_head          worker lead
move_out           worker lead
name_responsible   worker lead
set_desk           administrator
replace_grids      administrator
add_grids          administrator
set_days           street
forget_day         street
decide_recheck     lead street
withdraw_round     worker lead
marry              worker lead
register_in        worker lead
register_out       worker lead
"""
"""Action → who may do it; the campaign, of which a report is made, is the whole street's."""


@pytest.fixture
def world(at: dt.datetime, account: Callable[..., User]) -> types.SimpleNamespace:
    laid = objects.lay_out(at, account)
    rounds.record_rounds(actor=lead(), at=at, things=[("facility", laid.facility.pk)], seen=rounds.Seen(on=at.date()))
    laid.round = Round.objects.get()
    laid.link = Residence.objects.filter(person=laid.person, to_on__isnull=True)[0]
    street = objects.viewers()["street"]
    laid.matter = taking_in.open_matter(actor=street, at=at, scope=FIRST, kind=Kind.REQUEST, title="修路灯")
    day = clock.local_date(at) + dt.timedelta(days=3)
    laid.arrangement = Arrangement(on=day, begins=dt.time(9), place="会议室", asked="各社区")
    laid.meeting = convening.plan(actor=street, at=at, street=objects.STREET, arrangement=laid.arrangement)
    laid.grant = grants.grant(
        actor=lead(),
        at=at,
        user=laid.user.pk,
        kind="person",
        entity=laid.person.pk,
        code=GRID,
        until_at=at + dt.timedelta(days=1),
        reason="代看一天",
    )
    laid.proposed = Assignment.objects.create(
        user=laid.user,
        role=Role.COMMUNITY_LEAD,
        scope=FIRST,
        from_on=clock.local_date(at),
        state=State.PROPOSED,
        proposed_at=at,
    )
    (laid.recheck,) = ends.propose_end(
        actor=lead(),
        at=at,
        kind="dwelling",
        entity=laid.door.pk,
        proposed="demolished",
        evidence="demolition_notice",
        reason="拆了",
    )
    return laid


def test_what_else_is_done_by_whom_the_table_names_and_by_nobody_else(world: types.SimpleNamespace) -> None:
    at, today = world.at, clock.local_date(world.at)

    def of(action: Callable[..., object], *first: Any, **given: Any) -> Callable[[Viewer], object]:
        return lambda viewer: action(*first, actor=viewer, at=at, **given)

    def today_of(action: Callable[..., object], **given: Any) -> Callable[[Viewer], object]:
        return lambda viewer: action(actor=viewer, at=clock.now(), **given)

    person, home = world.person.pk, world.home.pk
    said = {"on": "2026-06-01", "told": "self", "seen": "1", "residence_kind": "tenant", "where": "away"}
    acts = {
        "change_work_phone": today_of(accounts.change_work_phone, user=world.user, work_phone="12012345678"),
        "change_number": today_of(accounts.change_staff_number, user=world.user, staff_number="007"),
        "end_assignment": of(accounts.end_assignment, assignment=world.post.pk, on=today),
        "resume_assignment": of(accounts.resume_assignment, assignment=world.post.pk, to_on=None),
        "appoint": today_of(accounts.appoint, user=world.user.pk, scope=GRID),
        "unlock": today_of(accounts.unlock, user=world.user),
        "confirm_roles": of(accounts.confirm_roles, assignments=[world.proposed.pk]),
        "decline_roles": of(accounts.decline_roles, assignments=[world.proposed.pk]),
        "grant": of(
            grants.grant,
            user=world.user.pk,
            kind="person",
            entity=person,
            code=GRID,
            until_at=at + dt.timedelta(days=1),
            reason="代看一天",
        ),
        "revoke_grant": of(grants.revoke_grant, pk=world.grant.pk, code=GRID),
        "reset_codes": today_of(resets.reset_second_factor, user=world.user),
        "set_check": of(checks.set_check, street=objects.STREET, code=next(iter(ONLINE)), is_on=False, thresholds={}),
        "hand_back": of(arranging.hand_back, target=world.target.pk, reason="走不到"),
        "join_doors": of(dispatch.join_doors, dwellings=[world.door.pk]),
        "open_matter": of(taking_in.open_matter, scope=FIRST, kind=Kind.REQUEST, title="修路灯"),
        "note_matter": of(moving.move, matter=world.matter.pk, act=Act.NOTED, wording=Wording(text="看过")),
        "press_matter": of(moving.move, matter=world.matter.pk, act=Act.PRESSED),
        "plan_meeting": of(convening.plan, street=objects.STREET, arrangement=world.arrangement),
        "rearrange": of(convening.rearrange, meeting=world.meeting.pk, arrangement=world.arrangement),
        "hold_meeting": of(convening.hold, meeting=world.meeting.pk),
        "attend": of(convening.attend, meeting=world.meeting.pk, present="甲", excused=""),
        "commend": of(convening.commend, meeting=world.meeting.pk, practice="一户一册"),
        "make_pack": of(reports.make_pack, meeting=world.meeting.pk),
        "make_minutes": of(reports.make_minutes, meeting=world.meeting.pk),
        "make_report": of(reports.make_report, kind="weekly", campaign_id=world.campaign.pk),
        "name_head": of(households.name_head, naming=Naming(home, person, {}), reason="本人说"),
        "move_out": of(corrections.move_out, residence=world.link.pk, reason="搬走了"),
        "name_responsible": of(care.name_responsible, label=world.label.pk, user=None),
        "set_desk": of(drawing.set_desk, community=FIRST, phone="12012345678", address="", hours=""),
        "set_days": of(drawing.set_days, scope=objects.STREET, first=today, last=today, works=False, name="停电"),
        "forget_day": of(drawing.forget_day, scope=objects.STREET, day=today),
        "replace_grids": of(drawing.replace_grids, old=[GRID], new=[f"{FIRST}009"], from_on=today),
        "add_grids": of(official.add_grids, community=FIRST, typed="2"),
        "decide_recheck": of(rechecks.decide_recheck, recheck=world.recheck.pk, confirmed=False, note="没拆"),
        "withdraw_round": of(rounds.withdraw_round, round_=world.round.pk, reason="记错了"),
        "marry": of(homes.marry, dwelling=home, who=[str(person)], people=[], raw=said),
        "register_in": of(homes.register_in, dwelling=home, who=[str(person)], people=[], raw=said),
        "register_out": of(homes.register_out, dwelling=home, who=[str(person)], raw=said),
    }
    assert table_of(acts) == written(ACT)
