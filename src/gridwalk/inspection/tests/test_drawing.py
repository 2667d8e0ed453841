"""What is drawn is what was frozen; who is given which door; what denials of a community lead to."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import Held, Role, Viewer
from gridwalk.campaigns.models import Campaign, Target
from gridwalk.core import clock, files, ids
from gridwalk.followup.models import Matter
from gridwalk.inspection import frames, rules
from gridwalk.inspection.actions import asking, drawing, giving, planning
from gridwalk.inspection.actions.asking import Reply
from gridwalk.inspection.actions.planning import NewSample
from gridwalk.inspection.models import DoorAnswer, Sample, SampledDoor
from gridwalk.inspection.queries import doors, results, samples, verifying
from gridwalk.inspection.queries import frames as drawn_from
from gridwalk.inspection.rules import AskingError, DoorState, Identity, Kind, SampleError, Visited, Way, Who
from gridwalk.method.sampling import draws
from gridwalk.registry.models import Difference, Dwelling, Person
from gridwalk.registry.tests.street import FIRST, GRID, phone
from gridwalk.visits.tests.walk import Walk

pytestmark = pytest.mark.django_db
STREET = FIRST[:9]
CENTRE = Viewer(ids.new_id(), "中心", (Held(Role.STREET_CENTRE, STREET),))
N_DOORS = 30


def planned(at: dt.datetime, kind: Kind = Kind.ESTIMATION, scope: str = STREET, share: int = 100) -> Sample:
    today = clock.local_date(at)
    new = NewSample(
        kind=kind, scope=scope, share=share, response=100, from_on=today, to_on=today + dt.timedelta(10), why="疑点"
    )
    return planning.plan(actor=CENTRE, at=at, new=new)


def frozen(at: dt.datetime, *args: object) -> Sample:
    sample = planned(at, *args)  # type: ignore[arg-type]
    drawing.commit(actor=CENTRE, at=at, sample=sample.pk)
    return drawing.freeze(actor=CENTRE, at=at, sample=sample.pk)


def drawn(at: dt.datetime, *args: object) -> Sample:
    sample = frozen(at, *args)
    drawing.draw(actor=CENTRE, at=at, sample=sample.pk)
    return Sample.objects.get(pk=sample.pk)


def said(visited: Visited = Visited.YES) -> Reply:
    return Reply(way=Way.KNOCK, visited=visited, who=Who.MET)


def test_the_frame_is_one_query_whatever_its_size_and_its_strata_are_what_was_claimed(walk: Walk) -> None:
    campaign = Campaign.objects.get()
    with CaptureQueriesContext(connection) as queries:
        frame = drawn_from.frame(campaign.pk, STREET)
    assert len(queries) == 1
    assert {unit.stratum for unit in frame} == {f"{FIRST}|reached", "120105001002|reached", "120105001002|explained"}
    assert drawn_from.populations(campaign.pk, STREET) == {
        f"{FIRST}|reached": 30,
        "120105001002|reached": 1,
        "120105001002|explained": 1,
    }


def test_what_changes_after_the_freeze_changes_nothing_of_the_draw(walk: Walk, inspector: Viewer) -> None:
    sample = frozen(walk.at)
    gone = Dwelling.objects.get(room="101", grid=GRID)
    Target.objects.filter(entity=gone.pk).update(state="left")
    Dwelling.objects.filter(pk=gone.pk).update(status="struck_off")
    late = walk.street.door("501")
    drawing.draw(actor=CENTRE, at=walk.at, sample=sample.pk)
    chosen = set(SampledDoor.objects.values_list("dwelling", flat=True))
    assert len(chosen) == 32 and gone.pk in chosen and late.pk not in chosen
    given = giving.give(actor=CENTRE, at=walk.at, sample=sample.pk)
    assert (given.n_given, given.n_closed, given.n_barred) == (31, 1, 0)
    assert SampledDoor.objects.get(dwelling=gone.pk).stands is DoorState.GONE, "reported as such, replaced by nobody"


def test_a_frame_that_was_altered_is_not_drawn_from_and_is_named(walk: Walk) -> None:
    sample = frozen(walk.at)
    assert sample.frame_id is not None
    whole = files.read(sample.frame_id)
    units = frames.read(whole)
    files.write(sample.frame_id, frames.written(units[1:]))
    with pytest.raises(SampleError, match="名单和冻结时的指纹对不上"):
        drawing.draw(actor=CENTRE, at=walk.at, sample=sample.pk)
    files.write(sample.frame_id, b"\xff no list")
    with pytest.raises(SampleError, match="名单文件打不开或被改过"):
        drawing.draw(actor=CENTRE, at=walk.at, sample=sample.pk)
    assert not SampledDoor.objects.exists()
    files.write(sample.frame_id, whole)
    drawing.draw(actor=CENTRE, at=walk.at, sample=sample.pk)
    after = walk.at + dt.timedelta(days=11)
    revealed = drawing.reveal(actor=CENTRE, at=after, sample=sample.pk)
    assert draws.commitment(bytes.fromhex(revealed.seed)) == revealed.commitment
    assert verifying.differences(sample.pk) == []
    other = "00" * draws.SEED_BYTES
    assert verifying.differences(sample.pk, seed=other) == [
        "抽签号和当初封存的指纹对不上：抽签号被换过，或文件抄错了。"
    ]
    assert verifying.differences(sample.pk, seed="抽签号") == verifying.differences(sample.pk, seed=other)
    assert "名单" in verifying.differences(sample.pk, frame=frames.written(units[1:]))[0]
    SampledDoor.objects.filter(turn=0).delete()
    assert verifying.differences(sample.pk) == ["重抽出来的和存着的不一样：少了 1 户，多了 0 户。"]


def test_nothing_is_frozen_where_nothing_is_settled(walk: Walk) -> None:
    Target.objects.update(state="remaining")
    sample = planned(walk.at)
    drawing.commit(actor=CENTRE, at=walk.at, sample=sample.pk)
    with pytest.raises(SampleError, match="还没有已走访、已登记原因的户"):
        drawing.freeze(actor=CENTRE, at=walk.at, sample=sample.pk)
    assert samples.outlook(Campaign.objects.get(), Kind.ESTIMATION, STREET, 5, 80).price.n_drawn == 0


def test_without_an_inspector_nothing_is_given(walk: Walk) -> None:
    with pytest.raises(SampleError, match="这个范围还没有核查员"):
        giving.give(actor=CENTRE, at=walk.at, sample=drawn(walk.at).pk)


def test_a_community_of_thirty_doors_has_two_of_each_stratum(walk: Walk) -> None:
    sample = drawn(walk.at, Kind.ESTIMATION, STREET, 5)
    strata = sorted(SampledDoor.objects.filter(sample=sample).values_list("stratum", flat=True))
    assert strata == [f"{FIRST}|reached", f"{FIRST}|reached", "120105001002|explained", "120105001002|reached"]


def test_nobody_asks_where_they_visited_or_live_and_where_all_did_the_door_is_given_to_none(
    walk: Walk, inspector: Viewer
) -> None:
    sample = drawn(walk.at)
    first, second = Dwelling.objects.filter(grid=GRID).order_by("room")[:2]
    walk.knock(first, "no_answer", walk.then(), by=Viewer(inspector.id, inspector.name, walk.worker.assignments))
    walk.street.person("裴子衿", second, phone=phone(7))
    given = giving.give(actor=CENTRE, at=walk.at, sample=sample.pk)
    assert (given.n_given, given.n_barred) == (30, 2)
    barred = SampledDoor.objects.filter(inspector=None).values_list("dwelling", flat=True)
    assert set(barred) == {first.pk, second.pk}


def test_where_somebody_refused_or_opted_out_nobody_is_sent(walk: Walk, inspector: Viewer) -> None:
    first, second = Dwelling.objects.filter(grid=GRID).order_by("room")[:2]
    walk.knock(first, "refused", walk.then())
    earlier = drawn(walk.at)
    SampledDoor.objects.filter(sample=earlier, dwelling=second.pk).update(state=DoorState.OPTED_OUT)
    sample = drawn(walk.at)
    assert sample.number == earlier.number + 1
    giving.give(actor=CENTRE, at=walk.at, sample=sample.pk)
    states = dict(SampledDoor.objects.filter(sample=sample).values_list("dwelling", "state"))
    assert (states[first.pk], states[second.pk]) == (DoorState.BY_RECORD, DoorState.OPTED_OUT)


def test_two_inspectors_at_one_door_the_second_is_told(
    walk: Walk, inspector: Viewer, account: Callable[..., User]
) -> None:
    sample = drawn(walk.at)
    giving.give(actor=CENTRE, at=walk.at, sample=sample.pk)
    door = SampledDoor.objects.filter(sample=sample, grid=GRID).earliest("turn")
    asking.answer(actor=inspector, at=walk.at, door=door.pk, reply=said())
    with pytest.raises(AskingError, match="“问到了”，不再打扰"):
        asking.answer(actor=inspector, at=walk.at, door=door.pk, reply=said())

    other = account(Role.INSPECTOR, STREET, name="另一位")
    beside = drawn(walk.at, Kind.ACCEPTANCE, door.grid_id[:12])
    SampledDoor.objects.filter(sample=beside).update(inspector=other)
    again = SampledDoor.objects.get(sample=beside, dwelling=door.dwelling)
    second = Viewer(other.pk, other.name, inspector.assignments)
    assert doors.door_sheet(second, again.pk, walk.at).asked_on == clock.local_date(walk.at)
    with pytest.raises(AskingError, match="10月13日问过这一户，不再打扰"):
        asking.answer(actor=second, at=walk.at, door=again.pk, reply=said())
    asking.close(actor=second, at=walk.at, door=again.pk)
    again.refresh_from_db()
    assert again.stands is DoorState.ASKED_ELSEWHERE
    untouched = SampledDoor.objects.filter(sample=beside, state=DoorState.OPEN).earliest("turn")
    with pytest.raises(AskingError, match="近来没有别的抽查问过"):
        asking.close(actor=second, at=walk.at, door=untouched.pk)


def test_nobody_is_asked_in_quiet_hours_or_past_the_cap(walk: Walk, inspector: Viewer) -> None:
    sample = drawn(walk.at)
    giving.give(actor=CENTRE, at=walk.at, sample=sample.pk)
    door = SampledDoor.objects.filter(sample=sample, grid=GRID).earliest("turn")
    with pytest.raises(AskingError, match="免打扰时段"):
        asking.answer(actor=inspector, at=walk.then(0, 21), door=door.pk, reply=said())
    dwelling = Dwelling.objects.get(pk=door.dwelling)
    for n in range(6):
        walk.knock(dwelling, "no_answer", walk.then(-n, 9 + n))
    with pytest.raises(AskingError, match="上门次数已满，又没有电话"):
        asking.answer(actor=inspector, at=walk.at, door=door.pk, reply=said())


def test_what_differs_is_a_question_from_an_inspector_and_applies_nowhere(walk: Walk, inspector: Viewer) -> None:
    sample = drawn(walk.at)
    giving.give(actor=CENTRE, at=walk.at, sample=sample.pk)
    door = SampledDoor.objects.filter(sample=sample, grid=GRID).earliest("turn")
    told = Reply(
        way=Way.KNOCK,
        visited=Visited.YES,
        who=Who.ANOTHER,
        n_living=3,
        fields={"occupancy": "vacant", "usage": "residential"},
    )
    asking.answer(actor=inspector, at=walk.at, door=door.pk, reply=told)
    assert Dwelling.objects.get(pk=door.dwelling).occupancy == "occupied"
    difference = Difference.objects.get()
    assert (difference.field, difference.source, difference.why) == ("occupancy", "inspector", "inspector_differs")
    agrees = DoorAnswer.objects.get().agrees
    assert agrees == {"n_living": False, "lived_in": True, "occupancy": False, "usage": True}


def test_a_second_denial_draws_the_next_instalment_at_once_and_too_many_are_a_finding(
    walk: Walk, inspector: Viewer
) -> None:
    """Two communities, 3 % honest denials against 12.7 %: three denials of three pass Wald's boundary, two do not."""
    sample = drawn(walk.at, Kind.ACCEPTANCE, FIRST)
    assert SampledDoor.objects.filter(sample=sample).count() == 30
    giving.give(actor=CENTRE, at=walk.at, sample=sample.pk)
    opened = SampledDoor.objects.filter(sample=sample, inspector=inspector.id).order_by("turn")
    assert opened.count() == 12
    for n_denied, n_instalments in ((1, 1), (2, 2)):
        asking.answer(actor=inspector, at=walk.at, door=opened[n_denied - 1].pk, reply=said(Visited.NO))
        sample.refresh_from_db()
        assert (sample.n_instalments, sample.verdict) == (n_instalments, "go_on")
        assert opened.all().count() == 12 * n_instalments, "at once, and given"
    assert not Matter.objects.exists()
    n_denied = 2
    for door in opened[2:6]:
        asking.answer(actor=inspector, at=walk.at, door=door.pk, reply=said(Visited.NO))
        n_denied += 1
        sample.refresh_from_db()
        if sample.verdict == "suspect":
            break
    assert n_denied == 3
    finding = Matter.objects.get()
    assert (finding.kind, finding.stage, finding.scope, finding.place) == ("finding", "extent", FIRST, None)
    lead = Viewer(ids.new_id(), "书记", (Held(Role.COMMUNITY_LEAD, FIRST),))
    group = Viewer(ids.new_id(), "组长", (Held(Role.LEADING_GROUP, STREET),))
    linked = [samples.samples(viewer, Kind.ACCEPTANCE, most=1)[0][0].matter for viewer in (lead, group)]
    assert linked == [finding.pk, None], "the leading group opens no matters"
    assert finding.author is None and sample.matter == finding
    asking.answer(actor=inspector, at=walk.at, door=opened[7].pk, reply=said(Visited.NO))
    assert Matter.objects.count() == 1, "said once"


def test_how_many_live_there_is_a_question_where_the_register_says_somebody_does_or_nobody(
    walk: Walk, inspector: Viewer
) -> None:
    """Doors recorded as lived in: nobody, and two; recorded as vacant: three. The register stays as it is."""
    sample = drawn(walk.at)
    giving.give(actor=CENTRE, at=walk.at, sample=sample.pk)
    nobody, two, three = SampledDoor.objects.filter(sample=sample, grid=GRID).order_by("turn")[:3]
    Dwelling.objects.filter(pk=three.dwelling).update(occupancy="vacant")
    before = set(Dwelling.objects.values_list("pk", "occupancy"))
    for door, n_living in ((nobody, 0), (two, 2), (three, 3)):
        told = Reply(way=Way.KNOCK, visited=Visited.YES, who=Who.MET, n_living=n_living)
        asking.answer(actor=inspector, at=walk.at, door=door.pk, reply=told)
    asked = {(row.entity, row.field, row.opened("claimed"), row.source) for row in Difference.objects.all()}
    assert asked == {
        (nobody.dwelling, "occupancy", "vacant", "inspector"),
        (three.dwelling, "occupancy", "occupied", "inspector"),
    }
    assert set(Dwelling.objects.values_list("pk", "occupancy")) == before


def test_a_round_is_judged_by_the_honest_denials_that_it_states(
    walk: Walk, inspector: Viewer, sign_in: Callable[..., Client]
) -> None:
    """Two communities: a false alarm of 2.53 % each, the boundary ln(0.95 ÷ 0.0253) = 3.62. Two denials of two: at 1 %
    2 · ln(0.109 ÷ 0.01) = 4.78 and suspect. At the usual 3 % it is 2 · ln(0.127 ÷ 0.03) = 2.89: the test above goes on.
    """
    centre, day = sign_in(Role.STREET_CENTRE, STREET), clock.local_date(walk.at).isoformat()
    form = {"kind": "acceptance", "scope": FIRST, "share": "100", "response": "100", "from_on": day, "to_on": day}
    for typed, why in (
        ("0", "写 1 到 10；没有把握的写 3"),
        ("11", "写 1 到 10；没有把握的写 3"),
        ("三", "请写 0 到 100 的整数"),
    ):
        refused = centre.post("/samples/new/", form | {"honest": typed})
        assert refused.status_code == 422 and why in refused.content.decode()
    centre.post("/samples/new/", form | {"honest": "1"})
    sample = Sample.objects.get()
    for step in (drawing.commit, drawing.freeze, drawing.draw):
        step(actor=CENTRE, at=walk.at, sample=sample.pk)
    assert "1% 的户会说没人来过" in centre.get(f"/samples/{sample.pk}/").content.decode()
    giving.give(actor=CENTRE, at=walk.at, sample=sample.pk)
    for door in SampledDoor.objects.filter(sample=sample, instalment=1)[:2]:
        asking.answer(actor=inspector, at=walk.at, door=door.pk, reply=said(Visited.NO))
    sample.refresh_from_db()
    assert sample.verdict == "suspect"


def test_a_street_with_thirty_answers_has_figures_and_a_small_community_none(walk: Walk, inspector: Viewer) -> None:
    """All thirty of the first community asked: what is confirmed is known, and no interval is left."""
    sample = drawn(walk.at)
    giving.give(actor=CENTRE, at=walk.at, sample=sample.pk)
    for n, door in enumerate(SampledDoor.objects.filter(sample=sample, grid=GRID).order_by("turn")):
        visited = Visited.NO if n == 0 else Visited.YES
        identity = (Identity.NO, Identity.BADGE, Identity.SAID)[n % 3]
        told = Reply(way=Way.KNOCK, visited=visited, who=Who.MET, knows=n % 3 > 0, n_living=0, identity=identity)
        asking.answer(actor=inspector, at=walk.at, door=door.pk, reply=told)
    group = Viewer(ids.new_id(), "组长", (Held(Role.LEADING_GROUP, STREET),))
    shown = results.latest(group, STREET)
    assert shown is not None and shown.total is not None
    line, far = shown.lines
    assert (line.n_claimed, line.n_due, line.n_answered, line.n_confirmed) == (30, 30, 30, 29)
    assert line.estimate is not None and line.estimate.share == pytest.approx(29 / 30)
    assert line.verified == pytest.approx(29 / 30), "asked whole"
    assert (far.estimate, far.n_short, far.n_claimed, far.n_due) == (None, 30, 1, 2)
    assert shown.awareness is not None and 0.6 < shown.awareness.share < 0.7
    late = DoorAnswer.objects.earliest("door__turn")  # heard now, and pushed a day later
    SampledDoor.objects.filter(pk=late.pk).update(closed_at=walk.at + dt.timedelta(days=1))
    before = results.latest(group, STREET, until=walk.at)
    assert before is not None and (before.lines[0].n_answered, before.awareness) == (29, None), "as it was then"
    assert results.latest(group, STREET, until=walk.at - dt.timedelta(seconds=1)) is None, "nothing was drawn yet"
    own = Viewer(ids.new_id(), "书记", (Held(Role.COMMUNITY_LEAD, FIRST),))
    narrow = results.latest(own, FIRST)
    assert narrow is not None and narrow.total is None and [line.code for line in narrow.lines] == [FIRST]
    assert narrow.awareness is None and narrow.fields == [] and narrow.accuracy is None and narrow.n_compared == 0
    assert shown.accuracy is not None and shown.n_compared == 30, "one field that must agree was said of each"
    assert (shown.accuracy.share, shown.accuracy.highest) == (1.0, 1.0) and shown.accuracy.lowest < 1
    assert shown.identity is not None and shown.n_asked_identity == 30
    assert shown.identity.share == pytest.approx(20 / 30), "twenty showed a badge or said it, ten did not"
    worker = Viewer(ids.new_id(), "网格员", (Held(Role.GRID_WORKER, GRID),))
    assert results.latest(worker, GRID) is None and samples.samples(worker, Kind.ESTIMATION, most=9) == ([], 0)


def test_a_round_that_has_begun_does_not_wipe_out_the_one_that_is_over(walk: Walk, inspector: Viewer) -> None:
    group = Viewer(ids.new_id(), "组长", (Held(Role.LEADING_GROUP, STREET),))
    earlier = drawn(walk.at)
    giving.give(actor=CENTRE, at=walk.at, sample=earlier.pk)
    first = SampledDoor.objects.filter(sample=earlier, grid=GRID).earliest("turn")
    asking.answer(actor=inspector, at=walk.at, door=first.pk, reply=said())
    shown = results.latest(group, STREET)
    assert shown is not None and (shown.number, shown.is_running) == (1, True), "the only one, and shown as such"
    SampledDoor.objects.filter(sample=earlier, state=DoorState.OPEN).update(
        state=DoorState.NOT_REACHED, closed_at=walk.at
    )
    later = drawn(walk.at)
    SampledDoor.objects.filter(sample=later).update(inspector=inspector.id)
    second = SampledDoor.objects.filter(sample=later, grid=GRID).exclude(dwelling=first.dwelling).earliest("turn")
    asking.answer(actor=inspector, at=walk.at, door=second.pk, reply=said())
    shown = results.latest(group, STREET)
    assert shown is not None and (shown.number, shown.is_running) == (1, False), "nothing of it is open"
    with time_machine.travel(walk.at + dt.timedelta(days=11), tick=False):
        shown = results.latest(group, STREET)
    assert shown is not None and (shown.number, shown.is_running) == (2, False), "its days are past"


def test_a_field_that_must_agree_counts_by_door_from_thirty_doors_on(walk: Walk, inspector: Viewer) -> None:
    sample = drawn(walk.at)
    giving.give(actor=CENTRE, at=walk.at, sample=sample.pk)
    opened = list(SampledDoor.objects.filter(sample=sample, grid=GRID).order_by("turn"))
    group = Viewer(ids.new_id(), "组长", (Held(Role.LEADING_GROUP, STREET),))
    for n, door in enumerate(opened):
        told = Reply(way=Way.KNOCK, visited=Visited.YES, who=Who.MET, n_living=int(n < 3))
        asking.answer(actor=inspector, at=walk.at, door=door.pk, reply=told)
        if n == 28:
            few = results.latest(group, STREET)
            assert few is not None and (few.accuracy, few.n_compared) == (None, 29)
    shown = results.latest(group, STREET)
    assert shown is not None and shown.accuracy is not None
    assert shown.accuracy.share == pytest.approx(27 / 30), "nobody lives there by record; three doors say one does"


def test_a_price_is_that_of_the_kind_and_counts_what_can_be_dialled(walk: Walk, inspector: Viewer) -> None:
    """Of two communities at 3 % honest denials; ``course`` is worked in method/sampling/tests."""
    campaign = Campaign.objects.get()
    whole = samples.outlook(campaign, Kind.ESTIMATION, STREET, 5, 80)
    assert whole.at_best is not None and whole.most is None and whole.price.n_doors == 32
    assert whole.price.n_calls == 0
    first, second, third = Dwelling.objects.filter(grid=GRID).order_by("room")[:3]
    Dwelling.objects.filter(pk=first.pk).update(owner_phone_index="x", owner_phone_sealed="x")
    dead = walk.street.person("程往", second, phone=phone(1))
    Person.objects.filter(pk=dead.pk).update(status="deceased")
    assert samples.outlook(campaign, Kind.ESTIMATION, STREET, 100, 100).price.n_calls == 0, "nobody dials those"
    walk.street.person("程今", third, phone=phone(2))
    assert samples.outlook(campaign, Kind.ESTIMATION, STREET, 100, 100).price.n_calls == 1
    targeted = samples.outlook(campaign, Kind.TARGETED, FIRST, 5, 80)
    assert targeted.at_best is None and targeted.most is None, "it proves no share"
    far = samples.outlook(campaign, Kind.ACCEPTANCE, "120105001002", 5, 80)
    assert (far.at_best, far.most, far.price.n_doors) == (None, 1, 1), "where only a reason is on record nobody asks"
    rule = rules.acceptance_rule(2)
    expected = math.ceil(max(rule.course(rule.honest).n_checks, rule.course(rule.inventing).n_checks))
    near = samples.outlook(campaign, Kind.ACCEPTANCE, FIRST, 5, 100)
    assert (near.most, near.price.n_drawn) == (30, min(30, expected)) and expected > rules.INSTALMENT
