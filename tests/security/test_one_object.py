"""Who reads one object and who does something with it, asked of the queries and actions themselves: the page before
them has a guard of its own, and who holds a post elsewhere passes it. What is not there and what is another's look the
same.
"""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from gridwalk.accounts import actions as keeping
from gridwalk.accounts import queries as accounts
from gridwalk.accounts.models import User
from gridwalk.accounts.resets import actions as resets
from gridwalk.accounts.rules import NotPermitted, Role, Viewer
from gridwalk.accounts.substitutes import actions as substituting
from gridwalk.accounts.substitutes import queries as substitutes
from gridwalk.bench.actions import decisions as deciding_cases
from gridwalk.bench.actions import settings as checking
from gridwalk.bench.queries import decisions
from gridwalk.campaigns import queries as campaigns
from gridwalk.campaigns.actions import arranging, dispatch, founding
from gridwalk.campaigns.actions import ending as campaign_ends
from gridwalk.campaigns.rules import LEAST_QUIET
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.differences.actions import batches as deciding_batches
from gridwalk.differences.actions import decisions as deciding
from gridwalk.differences.queries import at_doors, batches, differences
from gridwalk.events.actions import business, confirming, homes, letting, lives, undoing
from gridwalk.events.queries import daily
from gridwalk.followup.actions import convening, moving, taking_in
from gridwalk.followup.models import Matter
from gridwalk.followup.queries import meetings, sheets
from gridwalk.followup.rules import Act, Level
from gridwalk.followup.rules import Kind as MatterKind
from gridwalk.followup.rules import Stage as MatterStage
from gridwalk.indicators import queries as counting
from gridwalk.inspection.actions import asking, giving
from gridwalk.inspection.actions import drawing as draws
from gridwalk.inspection.actions import planning as planning_samples
from gridwalk.inspection.actions import stairwells as stairs
from gridwalk.inspection.models import DrawnStairwell, Sample, SampledDoor
from gridwalk.inspection.queries import areas as sampled_stairs
from gridwalk.inspection.queries import doors as sampled_doors
from gridwalk.inspection.queries import samples
from gridwalk.inspection.rules import Approached, Kind, Stage, Visited, Way, Who
from gridwalk.lists import queries as kept_lists
from gridwalk.lists.models import SavedView
from gridwalk.operations.investigations import actions as investigating
from gridwalk.operations.investigations import queries as investigations
from gridwalk.reconcile.actions import backfill, comparing, staging, submissions
from gridwalk.reconcile.actions import deciding as deciding_unmatched
from gridwalk.reconcile.models import Comparison, Import
from gridwalk.reconcile.queries import access as files_of
from gridwalk.reconcile.queries import submissions as handed_in
from gridwalk.registry.actions import care as caring
from gridwalk.registry.actions import corrections, ends, facilities, looking, numbers, printing
from gridwalk.registry.queries import access as looks
from gridwalk.registry.queries import care, dossiers, entities
from gridwalk.registry.tests.street import FIRST, GRID
from gridwalk.reports import actions as reports
from gridwalk.reports import queries as papers
from gridwalk.retention.actions import people
from gridwalk.sync.actions import badges, devices
from gridwalk.territory import actions as drawing
from gridwalk.territory import queries as territory
from gridwalk.upkeep.actions import plans as planning
from gridwalk.upkeep.actions import posts as ending
from gridwalk.upkeep.actions import unassigned
from gridwalk.upkeep.queries import plans, posts
from gridwalk.upkeep.queries import regridding as drawn_anew
from gridwalk.upkeep.queries import unassigned as without_grid
from gridwalk.visits.actions import care as contacting
from gridwalk.visits.actions import doors, recording, reopening, rounds, withdrawing
from gridwalk.visits.needs import Need
from gridwalk.visits.queries import advice, impact, overdue, paper
from gridwalk.visits.queries import care as needs
from gridwalk.visits.queries import rounds as walked
from tests.security import objects

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

READ = """
dwelling       worker lead street
person         worker lead street
organization   worker lead street
site           worker lead street
facility       worker lead street
label          worker lead
recipient      worker lead
need           worker lead
event          worker lead
difference     lead
batch          lead
decision       lead
plan           worker lead street
imported       lead street
compared       lead street
campaign       worker lead street district leading next_worker next_lead
grid           worker lead street district leading
building       worker lead street
stairwell      worker lead street
buildings      worker lead street
user           administrator
post           administrator
handover       administrator
substitute     lead street
investigation  street administrator
no_grid        lead street
no_grid_doors  lead street
no_grid_lately lead street
wave           street
dossier        lead
dossier_door   lead
looks          lead street administrator
files          lead street administrator
impact         worker lead
walk_sheet     worker lead
paper          worker lead
visits         worker lead street
rounds         worker lead street
round_line     worker lead street
round_building worker lead street
care_due       worker lead
care_list      worker lead
care_counts    worker lead
care_places    worker lead
care_followed  worker lead
overdue        worker lead street
planning       worker lead street
questions      worker lead street
counted        worker lead street district leading
area           worker lead street district inspector leading administrator next_worker
open_work      administrator
takers         administrator
to_draw        street administrator
sample         lead street district leading
sampled_door
drawn_stairs
matter         worker lead street
own_matter     lead street
meeting        street district leading
papers         street district leading
shared_view    worker lead street next_worker
kept_view
"""
"""Object → who reads it; the campaign is the whole street's. A door that was drawn is read by the inspector it was
given to, who is none of these.
"""

ACT = """
erase_person       lead street
move_in            worker lead
move_out           worker lead
let                worker lead
end_let            worker lead
change_owner       worker lead
open_business      worker lead
close_business     worker lead
bear               worker lead
die                worker lead
undo_event         worker lead
confirm_by_phone   worker lead
find_home          worker lead
propose_end        worker lead
correct            worker lead
reveal             worker lead
check_card         worker lead
dial               worker lead
remove_facility    worker lead
restore_facility   worker lead
add_facility       worker lead
list_looks         lead street administrator
print_dossier      lead
give_label         worker lead
change_interval    worker lead
give_consent       worker lead
review             worker lead
renew              worker lead
end_label          worker lead
record_contact     worker lead
withdraw_contact   worker lead
help_need          worker lead
confirm_need       worker lead
record_visit       worker lead
withdraw_visit     worker lead
join_door          worker lead
record_round       worker lead
decide             lead
reveal_difference  lead
undo_decision      lead
run_batch          lead
undo_batch         lead
undo_case          lead
decide_unmatched   lead
undo_unmatched     lead
upload             lead street
remap              lead street
cancel             lead street
stage              lead street
start              lead street
hand_out           lead
dispatch_wave      street
plan_targets       worker lead street
reassign           lead street
hand_over          lead street
create_campaign    street
change_campaign    street
pause_campaign     street
resume_campaign    street
close_campaign     street
reopen_campaign    street
decide_plan        lead street
withdraw_plan
take_back_doors    lead street
assign_building    lead street
create_grids       administrator
rename_grid        administrator
name_substitute    lead street
end_substitute     lead street
end_post           administrator
undo_post          administrator
assign             administrator
deactivate         administrator
reset_password     administrator
make_code          lead administrator
show_badge         lead administrator
investigate        street administrator
plan_sample        street
commit_sample      street
freeze_sample      street
draw_sample        street
give_doors         street
reveal_seed        street
dial_drawn
try_drawn
answer_drawn
close_drawn
list_stairs
open_matter        lead street
say_of_matter      worker lead street
pass_matter        lead street
due_of_matter      lead street
hand_over_matter   lead street
press_matter       lead street
plan_meeting       street
change_meeting     street
commend            street
hold_meeting       street
attend             street
cancel_meeting     street
decide_at          street
make_pack          street
make_minutes       street
set_check          street
"""
"""Action → who may do it to what lies in the first grid; a plan is withdrawn by who proposed it."""


NO_SECRET = """
record_visit join_door upload hand_out create_campaign assign_building create_grids rename_grid name_substitute
run_batch undo_batch decide_unmatched undo_unmatched plan_targets reassign hand_over dispatch_wave close_campaign
take_back_doors change_campaign pause_campaign resume_campaign reopen_campaign plan_sample
decide_plan withdraw_plan assign deactivate reset_password make_code show_badge investigate open_matter plan_meeting
set_check
"""
"""Actions about places and acts of the office: whoever is of another place is told that it is not theirs. Of a record
they are told that there is none.
"""


@pytest.fixture
def world(at: dt.datetime, account: Callable[..., User]) -> types.SimpleNamespace:
    laid = objects.lay_out(at, account)
    today = clock.local_date(at)
    laid.sample = planning_samples.plan(
        actor=objects.viewers()["street"],
        at=at,
        new=planning_samples.NewSample(
            kind=Kind.ACCEPTANCE, scope=FIRST, share=5, response=80, from_on=today, to_on=today
        ),
    )
    Sample.objects.update(stage=Stage.DRAWN)
    laid.sampled_door = SampledDoor.objects.create(
        sample=laid.sample, grid_id=GRID, dwelling=laid.door.pk, stratum=f"{FIRST}|reached", turn=0, inspector=laid.user
    )
    laid.drawn_stairs = DrawnStairwell.objects.create(
        sample=laid.sample,
        grid_id=GRID,
        stairwell=laid.stairwell.pk,
        place="1 号楼",
        n_doors=2,
        hits=1,
        turn=0,
        inspector=laid.user,
    )
    centre, street = objects.viewers()["street"], FIRST[:9]
    arranged = convening.Arrangement(on=today, begins=dt.time(14, 30), place="二楼", asked="各社区书记")
    laid.meeting = convening.plan(actor=centre, at=at, street=street, arrangement=arranged)
    laid.own_matter = taking_in.open_matter(actor=centre, at=at, scope=FIRST, kind=MatterKind.FINDING, title="漏登")
    laid.matter = Matter.objects.create(
        street=street,
        year=today.year,
        number=99,
        grid=GRID,
        level=Level.GRID,
        kind=MatterKind.HAZARD,
        stage=MatterStage.HANDLING,
        source=taking_in.PHONE,
        title="上门记下的隐患",
        place_kind="dwelling",
        place=laid.door.pk,
        author=laid.user.pk,
        author_name=laid.user.name,
        at=at,
        due_on=today,
    )
    asked = {"columns": ["name"], "conditions": [], "sort": "name"}
    for name, scope in (("kept_view", ""), ("shared_view", FIRST)):
        kept = {"owner": laid.user, "list": "person", "name": name, "view": asked, "created_at": at}
        setattr(laid, name, SavedView.objects.create(**kept, shared_in=scope))
    return laid


def may(ask: Callable[[Viewer], object], who: Viewer) -> bool:
    """Whether it is not refused for who they are; nothing of it stays."""
    try:
        with transaction.atomic():
            ask(who)
            transaction.set_rollback(True)
    except (NotHere, NotPermitted):
        return False
    except Exception as error:
        assert str(error), "refused in words, for what it is"
    return True


def is_told_of_it(ask: Callable[[Viewer], object], who: Viewer) -> bool:
    """Whether somebody of another place is told that it is there, and not for them."""
    try:
        with transaction.atomic():
            ask(who)
    except NotPermitted:
        return True
    except NotHere:
        return False
    return False


def table_of(asked: dict[str, Callable[[Viewer], object]]) -> dict[str, list[str]]:
    viewers = objects.viewers()
    return {name: sorted(who for who, viewer in viewers.items() if may(ask, viewer)) for name, ask in asked.items()}


def written(table: str) -> dict[str, list[str]]:
    return {name: sorted(who) for name, *who in (line.split() for line in table.strip().splitlines())}


def test_one_object_is_read_by_whom_the_table_names_and_by_nobody_else(world: types.SimpleNamespace) -> None:
    def of(query: Callable[..., object], pk: object, *more: object) -> Callable[[Viewer], object]:
        return lambda viewer: query(viewer, pk, *more)

    today, at_then = clock.local_date(world.at), world.at
    assert table_of(
        {
            "dwelling": of(entities.get_dwelling, world.door.pk),
            "person": of(entities.get_person, world.person.pk),
            "organization": of(entities.get_organization, world.organization.pk),
            "site": of(entities.get_site, world.site.pk),
            "facility": of(entities.get_facility, world.facility.pk),
            "label": of(care.get_label, world.label.pk),
            "recipient": of(care.get_recipient, world.person.pk),
            "need": of(needs.get_need, world.need.pk, today),
            "event": of(daily.get_event, world.event.pk),
            "difference": of(differences.get_difference, world.difference.pk),
            "batch": of(batches.get_batch, world.batch.pk),
            "decision": of(decisions.get_decision, world.decision.pk),
            "plan": of(plans.get_plan, world.plan.pk),
            "imported": of(handed_in.get_submission, Import, world.imported.pk),
            "compared": of(handed_in.get_submission, Comparison, world.compared.pk),
            "campaign": of(campaigns.get_campaign, world.campaign.pk),
            "grid": of(territory.get_grid, GRID),
            "building": of(territory.get_building, world.building.pk),
            "stairwell": of(territory.get_stairwell, world.stairwell.pk),
            "buildings": lambda viewer: territory.buildings(viewer, grid=GRID),
            "user": of(accounts.get_user, world.user.pk),
            "post": of(posts.get_post, world.post.pk),
            "handover": of(posts.get_handover, world.handover.pk),
            "substitute": of(substitutes.get_substitute, world.substitute.pk),
            "investigation": of(investigations.get_investigation, world.investigation.pk),
            "no_grid": of(without_grid.buildings, FIRST),
            "no_grid_doors": lambda viewer: without_grid.single_doors(viewer, FIRST, limit=9),
            "no_grid_lately": of(without_grid.lately, FIRST, world.at),
            "wave": of(campaigns.dispatch_preview, world.campaign.waves.get().pk, today),
            "dossier": of(dossiers.of_person, world.person.pk),
            "dossier_door": of(dossiers.of_dwelling, world.home.pk),
            "looks": of(looks.looks_at, world.person),
            "files": of(files_of.files_with, world.person),
            "impact": of(impact.subject, "person", world.person.pk),
            "walk_sheet": lambda viewer: paper.walk_sheet(viewer, world.campaign, GRID, only_left=True, today=today),
            "paper": of(paper.stairwell_for_entry, world.campaign, world.stairwell, today),
            "visits": of(paper.visits_of, world.home.pk, GRID),
            "rounds": of(walked.rounds_of, world.facility.pk, GRID),
            "round_line": of(walked.line_of, world.facility, today),
            "round_building": of(walked.at_building, world.building, today),
            "care_due": of(care.due, GRID, today),
            "care_list": of(care.listed, GRID, "ending", today),
            "care_counts": of(care.counts, GRID, today),
            "care_places": of(care.places, GRID, today),
            "care_followed": of(needs.followed, GRID, today),
            "overdue": of(overdue.counts, GRID, today),
            "planning": lambda viewer: advice.planning(viewer, world.campaign, GRID, kind="dwelling", at=world.at),
            "questions": of(at_doors.questions, GRID),
            "counted": of(counting.visible_grids, GRID),
            "area": of(territory.get_area, FIRST),
            "open_work": of(posts.open_work, world.post.pk, today),
            "takers": of(posts.takers, world.post.pk, today),
            "to_draw": of(drawn_anew.standing, [GRID]),
            "sample": of(samples.get_sample, world.sample.pk),
            "sampled_door": of(sampled_doors.get_door, world.sampled_door.pk, at_then),
            "drawn_stairs": of(sampled_stairs.get_stairwell, world.drawn_stairs.pk, at_then),
            "matter": of(sheets.sheet, world.matter.pk, today),
            "own_matter": of(sheets.sheet, world.own_matter.pk, today),
            "meeting": of(meetings.meeting_row, world.meeting.pk),
            "papers": of(papers.documents, world.meeting.pk),
            "shared_view": of(kept_lists.get_view, world.shared_view.pk),
            "kept_view": of(kept_lists.get_view, world.kept_view.pk),
        }
    ) == written(READ)


def test_something_is_done_by_whom_the_table_names_and_by_nobody_else(world: types.SimpleNamespace) -> None:
    today, at = clock.local_date(world.at), world.at
    said = {"on": "2026-06-01", "told": "self", "seen": "1"}
    near = {"on": "2026-06-01", "told": "self", "seen": "1", "residence_kind": "tenant", "after": "unknown"}

    def of(action: Callable[..., object], **given: Any) -> Callable[[Viewer], object]:
        return lambda viewer: action(actor=viewer, at=at, **given)

    def today_of(action: Callable[..., object], **given: Any) -> Callable[[Viewer], object]:
        return lambda viewer: action(actor=viewer, at=clock.now(), **given)

    door, person, label = world.door.pk, world.person.pk, world.label.pk
    phases = {"prepare": (today, today), "act": (today, today), "sum_up": (today, today)}
    days = {"from_on": today, "to_on": today}
    now = dict.fromkeys(days, clock.local_date(clock.now()))
    drawn = world.sampled_door.pk
    sample = planning_samples.NewSample(
        kind=Kind.ACCEPTANCE, scope=FIRST, share=5, response=80, from_on=today, to_on=today
    )
    reply = asking.Reply(way=Way.KNOCK, visited=Visited.YES, who=Who.MET)
    arranged = convening.Arrangement(on=today, begins=dt.time(14, 30), place="二楼", asked="各社区书记")

    def of_matter(act: Act, **said: Any) -> Callable[[Viewer], object]:
        return of(moving.move, matter=world.matter.pk, act=act, wording=moving.Wording(**said))

    acts = {
        "erase_person": of(people.erase_person, person=person, reason="本人要求"),
        "move_in": of(homes.move_in, dwelling=door, people=[{"name": "王试丙"}], raw=near),
        "move_out": of(homes.move_out, dwelling=world.home.pk, who=[str(person)], raw=near),
        "let": of(letting.let, dwelling=door, people=[{"name": "王试丙"}], leaving=[], raw=said),
        "end_let": of(letting.end_let, dwelling=door, who=[], raw=near),
        "change_owner": of(letting.change_owner, dwelling=door, raw=said | {"owner_name": "王试丁"}),
        "open_business": of(business.open_business, dwelling=door, raw=said | {"name": "小吃店"}),
        "close_business": of(business.close_business, organization=world.organization.pk, raw=said | {"why": "走"}),
        "bear": of(lives.bear, dwelling=world.home.pk, parent=[str(person)], raw=said),
        "die": of(lives.die, person=person, raw=said),
        "undo_event": of(undoing.undo, event=world.event.pk),
        "confirm_by_phone": of(confirming.confirm_by_phone, persons=[person], dwellings=[door]),
        "find_home": of(homes.find_home, person=person, raw=near),
        "propose_end": of(
            ends.propose_end, kind="person", entity=person, proposed="moved_away", evidence="phone", reason="走了"
        ),
        "correct": of(corrections.correct, kind="person", entity=person, raw={"sex": "女"}, reason="看过"),
        "reveal": of(corrections.reveal, kind="person", entity=person, field="phone", reason="约上门时间"),
        "check_card": of(numbers.check_card, person=person, typed="120199198001010019"),
        "print_dossier": of(printing.print_dossier, kind="person", record=person, reason="card"),
        "dial": of(numbers.dial, kind="person", entity=person, field="phone"),
        "remove_facility": of(facilities.remove_facility, facility=world.facility.pk, reason="拆了"),
        "restore_facility": of(facilities.restore_facility, facility=world.facility.pk, reason="又装了"),
        "add_facility": of(facilities.add_facility, building=world.building.pk, stairwell=None, raw={}),
        "list_looks": of(looking.list_looks, person=world.person, reason="本人来问"),
        "give_label": of(caring.give_label, person=person, raw={}),
        "change_interval": of(caring.change_interval, label=label, days=3, reason="住院了"),
        "give_consent": of(caring.give_consent, label=label, consent="self", on=today),
        "review": of(caring.review, label=label),
        "renew": of(caring.renew, label=label, until=today, reason="还要"),
        "end_label": of(caring.end, label=label, why="not_needed"),
        "record_contact": of(contacting.record_contact, need=Need(person=person)),
        "withdraw_contact": of(contacting.withdraw_contact, contact=world.need.contact_id),
        "help_need": of(contacting.help_need, need=world.need.pk, help_="given"),
        "confirm_need": of(contacting.confirm_need, need=world.need.pk, met=True),
        "record_visit": of(recording.record_visits, grid=GRID, visits=[]),
        "withdraw_visit": of(withdrawing.withdraw_visit, visit=world.visit.pk, reason="走错了"),
        "join_door": of(doors.join_door, grid=GRID, place={}),
        "record_round": of(
            rounds.record_rounds,
            things=[("facility", world.facility.pk)],
            seen=rounds.Seen(on=today),
        ),
        "decide": of(deciding.decide, difference=world.difference.pk, decision="keep"),
        "reveal_difference": of(deciding.reveal, difference=world.difference.pk, reason="约上门时间"),
        "undo_decision": of(deciding.undo, difference=world.difference.pk),
        "run_batch": of(deciding_batches.run, batch=world.batch.pk),
        "undo_batch": of(deciding_batches.start_undo, batch=world.batch.pk),
        "undo_case": of(deciding_cases.undo, decision=world.decision.pk),
        "decide_unmatched": of(
            deciding_unmatched.decide, unmatched=[world.unmatched.pk], decision="kept", reason="问过"
        ),
        "undo_unmatched": of(deciding_unmatched.undo, unmatched=[world.unmatched.pk]),
        "upload": of(staging.upload, data=b"", name="a.csv", scope=FIRST),
        "remap": of(submissions.remap, way=staging.WAY, submission=world.imported.pk, chosen={}),
        "cancel": of(submissions.cancel, way=staging.WAY, submission=world.imported.pk),
        "stage": of(staging.stage, imported=world.imported.pk),
        "start": of(comparing.start, comparison=world.compared.pk),
        "hand_out": of(backfill.hand_out, source="ledger", kind="person", scope=FIRST),
        "dispatch_wave": of(dispatch.dispatch_wave, wave=world.campaign.waves.get().pk),
        "plan_targets": of(arranging.plan_targets, targets=[world.target.pk], on=today),
        "reassign": of(arranging.reassign, targets=[world.target.pk], to=world.user.pk, reason="休假"),
        "hand_over": of(arranging.hand_over, campaign=world.campaign.pk, scope=GRID, to=world.user.pk),
        "create_campaign": of(founding.create_campaign, name="行动", scope=objects.STREET, phases=phases, waves=[]),
        "change_campaign": of(
            founding.change_campaign,
            campaign=world.campaign.pk,
            name="行动",
            phases=phases,
            waves=[],
            leading_group=[],
            max_visits=6,
            quiet=LEAST_QUIET,
        ),
        "pause_campaign": of(campaign_ends.pause_campaign, campaign=world.campaign.pk, reason="台风"),
        "resume_campaign": of(campaign_ends.resume_campaign, campaign=world.campaign.pk),
        "reopen_campaign": of(reopening.reopen_campaign, campaign=world.campaign.pk),
        "close_campaign": of(campaign_ends.close_campaign, campaign=world.campaign.pk),
        "decide_plan": of(planning.decide, plan=world.plan, confirmed=False, note="不对", seen=""),
        "withdraw_plan": of(planning.withdraw, plan=world.plan),
        "take_back_doors": of(unassigned.take_back, community=FIRST, op=world.building.pk),
        "assign_building": of(unassigned.assign, community=FIRST, chosen=[world.building.pk], grid=GRID),
        "create_grids": of(drawing.create_grids, community=FIRST, n=1, from_on=today),
        "rename_grid": of(drawing.rename_grid, grid=GRID, name="一网格"),
        "name_substitute": of(
            substituting.name_substitute, user=world.user.pk, grid=GRID, covers=world.user.pk, **days
        ),
        "end_substitute": of(substituting.end_substitute, post=world.substitute.pk),
        "end_post": of(ending.end_post, post=world.post.pk),
        "undo_post": of(ending.undo, handover=world.handover.pk),
        "assign": of(keeping.assign, user=world.user.pk, role=Role.GRID_WORKER, scope=GRID, from_on=today),
        "deactivate": of(keeping.deactivate, user=world.user),
        "reset_password": of(resets.reset_password, user=world.user),
        "make_code": today_of(devices.make_code, user=world.user.pk),
        "show_badge": today_of(badges.set_photo, user=world.user.pk, data=b""),
        "investigate": today_of(
            investigating.propose, user=world.user.pk, cause="look", reason="居民说没人来过", **now
        ),
        "plan_sample": of(planning_samples.plan, new=sample),
        "commit_sample": of(draws.commit, sample=world.sample.pk),
        "freeze_sample": of(draws.freeze, sample=world.sample.pk),
        "draw_sample": of(draws.draw, sample=world.sample.pk),
        "give_doors": of(giving.give, sample=world.sample.pk),
        "reveal_seed": of(draws.reveal, sample=world.sample.pk),
        "dial_drawn": of(asking.dial, door=drawn, number=1),
        "try_drawn": of(asking.approach, door=drawn, way=Way.KNOCK, outcome=Approached.NOBODY),
        "answer_drawn": of(asking.answer, door=drawn, reply=reply),
        "close_drawn": of(asking.close, door=drawn),
        "list_stairs": of(
            stairs.list_doors, stairwell=world.drawn_stairs.pk, new=stairs.NewListing(doors="", beyond="")
        ),
        "open_matter": of(taking_in.open_matter, scope=FIRST, kind=MatterKind.REQUEST, title="路灯不亮"),
        "say_of_matter": of_matter(Act.NOTED, text="问过物业"),
        "pass_matter": of_matter(Act.PASSED),
        "due_of_matter": of_matter(Act.DUE_CHANGED, text="等配件", due_on=today),
        "hand_over_matter": of_matter(Act.HANDED_OVER, text="社区来办", to=FIRST),
        "press_matter": of_matter(Act.PRESSED),
        "plan_meeting": of(convening.plan, street=FIRST[:9], arrangement=arranged),
        "change_meeting": of(convening.rearrange, meeting=world.meeting.pk, arrangement=arranged),
        "commend": of(convening.commend, meeting=world.meeting.pk, practice="晚上走"),
        "hold_meeting": of(convening.hold, meeting=world.meeting.pk),
        "attend": of(convening.attend, meeting=world.meeting.pk, present="各社区书记", excused=""),
        "cancel_meeting": of(convening.cancel, meeting=world.meeting.pk, why="停电"),
        "decide_at": of(convening.decide, meeting=world.meeting.pk, title="先打电话", scope=FIRST, due_on=today),
        "make_pack": of(reports.make_pack, meeting=world.meeting.pk),
        "make_minutes": of(reports.make_minutes, meeting=world.meeting.pk),
        "set_check": of(checking.set_check, street=FIRST[:9], code="met_nobody", is_on=True, thresholds={}),
    }
    assert table_of(acts) == written(ACT)
    elsewhere = {who: viewer for who, viewer in objects.viewers().items() if who.startswith("next")}
    told = {name for name, ask in acts.items() if any(is_told_of_it(ask, viewer) for viewer in elsewhere.values())}
    assert told == set(NO_SECRET.split())
