"""Every act about a matter: where it leads, who does it, what has to be written, what it leaves; what is refused."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from gridwalk.accounts.rules import NotPermitted, Role, Viewer
from gridwalk.core import clock, envelope
from gridwalk.core.models import AuditEntry
from gridwalk.core.queries import NotHere
from gridwalk.followup import rules
from gridwalk.followup.actions import moving
from gridwalk.followup.actions.moving import Wording
from gridwalk.followup.models import Entry, Matter
from gridwalk.followup.rules import Act, Kind, Level, MatterError, Stage
from gridwalk.followup.tests.conftest import CENTRE, of
from gridwalk.notices.models import Notice
from gridwalk.registry.tests.street import FIRST, GRID, NEXT_GRID, SECOND
from tests.harness.people import one_person
from tests.security import opening

STREET = FIRST[:9]

COURSE = """
noted         extent,handling,passed_on,recheck,effect  =
extent_noted  extent                                    =
extent_done   extent                                    handling
handed_in     handling                                  recheck
passed        recheck                                   +
sent_back     recheck                                   handling
held          effect                                    closed
relapsed      effect                                    handling
passed_on     handling                                  passed_on
came_back     passed_on                                 recheck
dropped       extent,handling,passed_on,recheck         dropped
reopened      closed,dropped                            handling
due_changed   extent,handling,passed_on,recheck,effect  =
handed_over   extent,handling,passed_on,recheck,effect  =
pressed       extent,handling,passed_on,recheck,effect  =
"""
"""Act, the stages it is done in, where it leads: ``=`` nowhere, ``+`` of a finding to its effect, else to its end."""

DONE_BY = """
noted         handle_matter  说明
extent_noted  handle_matter  查的范围
extent_done   handle_matter  -
handed_in     handle_matter  办了什么
passed        recheck        -
sent_back     recheck        退回的原因
held          recheck        -
relapsed      recheck        看到了什么
passed_on     handle_matter  转给哪个单位
came_back     handle_matter  办了什么
dropped       recheck        为什么不成立
reopened      handle_matter  为什么重新办理
due_changed   recheck        改期限的原因
handed_over   dispatch       换的原因
pressed       dispatch       -
"""
"""Act, the verb of whoever does it, what has to be written."""


def rows_of(table: str) -> list[list[str]]:
    return [line.split() for line in table.strip().splitlines()]


def test_every_act_in_every_stage_leads_where_the_table_says_or_is_refused() -> None:
    assert [row[0] for row in rows_of(COURSE)] == [act for act in Act if act is not Act.OPENED]
    for (act, stages, to), kind in itertools.product(rows_of(COURSE), Kind):
        for stage in {*rules.COURSES[kind].stages, Stage.PASSED_ON, Stage.DROPPED}:
            if stage not in stages.split(","):
                with pytest.raises(MatterError, match=f"现在是“{rules.STAGES[stage]}”，不能“"):
                    rules.stage_after(kind, stage, Act(act))
            elif to == "+":
                assert rules.stage_after(kind, stage, Act(act)) == ("effect" if kind is Kind.FINDING else "closed")
            else:
                assert rules.stage_after(kind, stage, Act(act)) == (stage if to == "=" else to), (act, kind, stage)


def test_a_matter_begins_and_ends_by_its_kind() -> None:
    assert {kind: rules.first_stage(kind) for kind in Kind} == {
        Kind.FINDING: "extent",
        Kind.DECISION: "handling",
        Kind.HAZARD: "handling",
        Kind.REQUEST: "handling",
    }
    assert {kind: course.days for kind, course in rules.COURSES.items()} == {
        Kind.FINDING: 10,
        Kind.DECISION: 15,
        Kind.HAZARD: 5,
        Kind.REQUEST: 7,
    }


NAMES = {
    "worker": Role.GRID_WORKER,
    "lead": Role.COMMUNITY_LEAD,
    "clerk": Role.COMMUNITY_CLERK,
    "street": Role.STREET_CENTRE,
}


def in_stage(matter: Matter, stage: Stage | str, **facts: Any) -> Matter:
    Matter.objects.filter(pk=matter.pk).update(**{"stage": stage, "effect_on": None, "handed_in_by": None, **facts})
    return Matter.objects.get(pk=matter.pk)


def do(matter: Matter, act: Act | str, at: dt.datetime, actor: Viewer = CENTRE, **said: Any) -> Matter:
    moving.move(actor=actor, at=at, matter=matter.pk, act=Act(act), wording=Wording(**said))
    return Matter.objects.get(pk=matter.pk)


def refused(matter: Matter, act: Act | str, at: dt.datetime, actor: Viewer = CENTRE, **said: Any) -> str:
    """The words of the refusal; nothing is done."""
    before = Matter.objects.filter(pk=matter.pk).values().get()
    n_entries, n_notices = Entry.objects.count(), Notice.objects.count()
    with pytest.raises(MatterError) as error, transaction.atomic():
        do(matter, act, at, actor, **said)
    assert Matter.objects.filter(pk=matter.pk).values().get() == before
    assert (Entry.objects.count(), Notice.objects.count()) == (n_entries, n_notices)
    return str(error.value)


def prepared(act: str, at: dt.datetime) -> dict[str, Any]:
    """What an act takes beside words."""
    later = clock.local_date(at) + dt.timedelta(days=30)
    takes: dict[str, dict[str, Any]] = {"due_changed": {"due_on": later}, "handed_over": {"to": SECOND}}
    return takes.get(act, {})


def test_each_act_is_done_by_the_roles_of_its_verb_and_with_words_where_they_are_needed(
    finding: Matter, at: dt.datetime
) -> None:
    late = at + dt.timedelta(days=60)
    Entry.objects.create(matter=finding, act=Act.EXTENT_NOTED, by_name="甲", at=late, recorded_at=late)
    may = opening.may()
    for (act, stages, _), (_, verb, needs) in zip(rows_of(COURSE), rows_of(DONE_BY), strict=True):
        matter = in_stage(finding, stages.partition(",")[0])
        said = {"outside": "供热单位"} if act == "passed_on" else {"text": "办了"}
        for name, role in NAMES.items():
            allowed = verb in {str(held) for held in may[role]}
            try:
                with transaction.atomic():
                    do(matter, act, late, of(role), **said, **prepared(act, late))
                    transaction.set_rollback(True)
                assert allowed, (act, name)
            except NotPermitted:
                assert not allowed, (act, name)
        if needs != "-":
            for nothing in ("", " "):
                words = refused(matter, act, late, text=nothing, **prepared(act, late))
                assert words == f"没有记：请写{needs}。", act
        for stranger in (of(Role.COMMUNITY_LEAD, SECOND), of(Role.LEADING_GROUP), of(Role.ADMINISTRATOR)):
            with pytest.raises(NotHere):
                do(matter, act, late, stranger, **said, **prepared(act, late))
    with pytest.raises(MatterError, match="没有这样的办法"):
        do(finding, Act.OPENED, late, text="又立")


def test_an_act_is_kept_sealed_with_its_moment_and_told_to_the_audit(finding: Matter, at: dt.datetime) -> None:
    lead = of(Role.COMMUNITY_LEAD, FIRST)
    do(finding, Act.EXTENT_NOTED, at, lead, text="一网格，电话 12012345671", extent=(9, 9, 2))
    do(finding, Act.EXTENT_DONE, at, lead)
    last = do(finding, Act.HANDED_IN, at + dt.timedelta(days=2), lead, text="补登了")
    assert (last.stands, last.handed_in_by, last.ended_at) == (Stage.RECHECK, lead.id, None)
    entries = list(Entry.objects.filter(matter=finding).order_by("recorded_at"))
    assert [(e.act, e.by, e.by_name, e.data) for e in entries] == [
        ("opened", CENTRE.id, "许知行", {}),
        ("extent_noted", lead.id, "程望舒", {"n": 9, "checked": 9, "wrong": 2}),
        ("extent_done", lead.id, "程望舒", {}),
        ("handed_in", lead.id, "程望舒", {}),
    ]
    texts = [
        e.text_sealed and envelope.open_(e.text_sealed, table="followup_entry", column="text", row=e.pk)
        for e in entries
    ]
    assert [texts[0], texts[2], texts[3]] == ["", "", "补登了"]
    assert texts[1].startswith("一网格，电话") and "12012345671" not in texts[1]
    moments = [entry.recorded_at for entry in entries]
    assert moments == sorted(set(moments)), "one after the other, even at one moment"
    assert moments[0] == at and moments[-1] == at + dt.timedelta(days=2)
    of_matter = AuditEntry.objects.filter(subject=finding.pk)
    assert sorted((e.verb, e.scope, e.kind, e.data.get("act")) for e in of_matter.exclude(verb="matter.opened")) == [
        ("matter.moved", FIRST, "matter", act) for act in ("extent_done", "extent_noted", "handed_in")
    ]
    assert [(e.scope, e.data) for e in of_matter.filter(verb="matter.opened")] == [(FIRST, {"kind": "finding"})]


@pytest.mark.parametrize(
    ("extent", "fits"),
    [
        ((3, 3, 3), True),
        ((0, 0, 0), True),
        ((5, 4, 0), True),
        ((3, 4, 0), False),
        ((4, 3, 4), False),
        ((3, 2, -1), False),
    ],
)
def test_no_more_is_checked_than_there_is_and_no_more_is_wrong_than_was_checked(
    finding: Matter, at: dt.datetime, extent: tuple[int, int, int], fits: bool
) -> None:
    if fits:
        do(finding, Act.EXTENT_NOTED, at, text="一网格", extent=extent)
        assert Entry.objects.get(act="extent_noted").data == dict(zip(("n", "checked", "wrong"), extent, strict=True))
    else:
        assert "查过的不能比一共的多" in refused(finding, Act.EXTENT_NOTED, at, text="一网格", extent=extent)


def test_an_extent_without_a_place_is_not_done(finding: Matter, at: dt.datetime) -> None:
    assert "还没有查别处" in refused(finding, Act.EXTENT_DONE, at)
    do(finding, Act.EXTENT_NOTED, at, text="一网格")
    assert do(finding, Act.EXTENT_DONE, at).stands is Stage.HANDLING


def test_a_finding_is_looked_at_again_a_fortnight_after_its_recheck_and_others_end_with_it(
    finding: Matter, hazard: Matter, at: dt.datetime
) -> None:
    passed = do(in_stage(finding, "recheck"), Act.PASSED, at)
    day = clock.local_date(at) + dt.timedelta(days=14)
    assert (passed.stands, passed.effect_on, passed.ended_at) == (Stage.EFFECT, day, None)
    assert Entry.objects.get(matter=finding, act="passed").data == {"effect_on": day.isoformat()}
    assert "回头看，还没到日子" in refused(finding, Act.HELD, at + dt.timedelta(days=13))
    held = do(finding, Act.HELD, at + dt.timedelta(days=14))
    assert (held.stands, held.ended_by, held.ended_at) == (Stage.CLOSED, CENTRE.id, at + dt.timedelta(days=14))
    closed = do(in_stage(hazard, "recheck"), Act.PASSED, at + dt.timedelta(days=1))
    assert (closed.stands, closed.effect_on, closed.ended_by) == (Stage.CLOSED, None, CENTRE.id)


@pytest.mark.parametrize("act", ["passed", "sent_back", "held", "relapsed"])
def test_who_handed_it_in_does_not_recheck_it_nor_does_another_account_of_theirs(
    finding: Matter, at: dt.datetime, act: str
) -> None:
    stage = "recheck" if act in {"passed", "sent_back"} else "effect"
    in_stage(finding, stage, handed_in_by=CENTRE.id)
    assert "提交复核的是您自己，要另一个人来复核" in refused(finding, act, at, text="看过")
    other = of(Role.STREET_CENTRE, name="贺清越")
    with one_person(CENTRE.id, other.id):
        assert "同一个人" in refused(finding, act, at, other, text="看过")
    assert do(finding, act, at, other, text="看过").stands != stage


def test_it_is_dropped_by_who_neither_opened_nor_handled_it(finding: Matter, at: dt.datetime) -> None:
    handler, other = of(Role.COMMUNITY_LEAD, FIRST), of(Role.COMMUNITY_LEAD, FIRST, name="韩书言")
    in_stage(finding, "recheck", handed_in_by=handler.id)
    for own in (CENTRE, handler):
        assert "不能自己说它不成立，请另一个人来定" in refused(finding, Act.DROPPED, at, own, text="看错了")
        with one_person(own.id, other.id):
            assert "同一个人" in refused(finding, Act.DROPPED, at, other, text="看错了")
    dropped = do(finding, Act.DROPPED, at, other, text="看错了")
    assert (dropped.stands, dropped.ended_by, dropped.ended_at is not None) == (Stage.DROPPED, other.id, True)


def test_it_is_passed_on_to_somebody_and_their_number_is_kept(finding: Matter, at: dt.datetime) -> None:
    in_stage(finding, "handling")
    assert refused(finding, Act.PASSED_ON, at, text="太大了") == "没有转：请写转给哪个单位。"
    passed_on = do(finding, Act.PASSED_ON, at, outside=" " + "供" * 61, outside_number=" 工单" + "1" * 60)
    assert (passed_on.outside, passed_on.outside_number) == ("供" * 60, "工单" + "1" * 38)
    back = do(finding, Act.CAME_BACK, at, text="修好了")
    assert (back.stands, back.handed_in_by) == (Stage.RECHECK, CENTRE.id)


def test_whoever_ended_it_is_told_that_it_is_handled_again_and_its_days_begin_anew(
    hazard: Matter, at: dt.datetime, account: Callable[..., Any]
) -> None:
    """13 October 2026 is a Tuesday: five working days later it is the 20th."""
    lead = account(Role.COMMUNITY_LEAD, FIRST, name="韩书言")
    before = hazard.due_on
    assert before == dt.date(2026, 10, 20)
    later = at + dt.timedelta(days=7)
    facts = {"ended_at": at, "ended_by": lead.pk, "effect_on": before, "pressed_at": at}
    again = do(in_stage(hazard, "closed", **facts), Act.REOPENED, later, text="又堆上了")
    assert again.stands is Stage.HANDLING
    assert (again.ended_at, again.ended_by, again.effect_on, again.pressed_at) == (None, None, None, None)
    assert again.due_on == dt.date(2026, 10, 27)
    assert Entry.objects.get(act="reopened").data == {"old": "2026-10-20", "new": "2026-10-27"}
    told = Notice.objects.get()
    assert (told.user_id, told.kind) == (lead.pk, "matter")
    assert told.text == f"您办结的事项 2026-{hazard.number:03}，许知行重新办理了。"
    do(in_stage(hazard, "closed", ended_by=None), Act.REOPENED, later, text="又堆上了")
    assert Notice.objects.count() == 1, "a program ended it: nobody is told"


@pytest.mark.parametrize(("days", "fits"), [(0, True), (366, True), (-1, False), (367, False), (None, False)])
def test_another_day_lies_within_a_year(finding: Matter, at: dt.datetime, days: int | None, fits: bool) -> None:
    today = clock.local_date(at)
    day = None if days is None else today + dt.timedelta(days=days)
    before = finding.due_on
    if not fits or day is None:
        words = refused(finding, Act.DUE_CHANGED, at, text="等供热", due_on=day)
        assert words == "没有改：新的期限写今天起一年内的一天。"
        return
    assert do(finding, Act.DUE_CHANGED, at, text="等供热", due_on=day).due_on == day
    assert Entry.objects.get(act="due_changed").data == {"old": before.isoformat(), "new": day.isoformat()}


def test_whose_it_is_changes_among_the_places_that_fit(finding: Matter, hazard: Matter, at: dt.datetime) -> None:
    nowhere = "没有换：请选本街道的一个社区、网格，或街道自己。"
    for to in ("", FIRST[:6], "120105002001", f"{STREET}099", f"{FIRST}9"):
        everywhere = of(Role.STREET_CENTRE, "")
        assert refused(finding, Act.HANDED_OVER, at, everywhere, text="换", to=to) == nowhere, to
    assert "不是哪一户的事，请换给社区或街道" in refused(finding, Act.HANDED_OVER, at, text="换", to=GRID)
    assert "它已经是这里的事了" in refused(finding, Act.HANDED_OVER, at, text="换", to=FIRST)
    assert "这是一户的事，只能在它的网格、社区和街道之间换" in refused(
        hazard, Act.HANDED_OVER, at, text="换", to=NEXT_GRID
    )
    with pytest.raises(NotPermitted):
        do(finding, Act.HANDED_OVER, at, of(Role.COMMUNITY_LEAD, FIRST), text="换", to=SECOND)

    moved = do(finding, Act.HANDED_OVER, at, text="换", to=SECOND)
    assert (moved.grid, moved.level, moved.scope) == (f"{SECOND}000", Level.COMMUNITY, SECOND)
    assert Entry.objects.get(matter=finding, act="handed_over").data == {"old": FIRST, "new": SECOND}
    moved = do(finding, Act.HANDED_OVER, at, text="换", to=STREET)
    assert (moved.grid, moved.level, moved.scope) == (STREET, Level.STREET, STREET)
    for to, level in ((FIRST, Level.COMMUNITY), (STREET, Level.STREET), (GRID, Level.GRID)):
        moved = do(hazard, Act.HANDED_OVER, at, text="换", to=to)
        assert (moved.grid, moved.level, moved.scope) == (GRID, level, to), "one of a door stays in its grid"


def test_what_is_overdue_is_pressed_and_the_leading_group_reads_no_door(
    finding: Matter, hazard: Matter, at: dt.datetime
) -> None:
    """Ten working days from Tuesday 13 October 2026 are over on the 27th, five on the 20th."""
    due = clock.at_local(dt.date(2026, 10, 27), 10)
    assert refused(finding, Act.PRESSED, due) == "没有过期，不用督办。"
    late = due + dt.timedelta(days=3)
    assert do(finding, Act.PRESSED, late).pressed_at == late
    assert Entry.objects.get(matter=finding, act="pressed").data == {"days": 3}
    number = f"2026-{finding.number:03}"

    def told() -> set[tuple[str, str, str, str, Any]]:
        rows = {(n.role, n.scope, n.text, n.about, n.entity) for n in Notice.objects.filter(kind="matter")}
        Notice.objects.all().delete()
        return rows

    assert told() == {
        (
            "community_lead",
            FIRST,
            f"督办：事项 {number} 过期 3 天，请尽快办结或写明原因。",
            "matter",
            finding.pk,
        ),
        ("leading_group", STREET, "督办：甲的整改 1 件，过期 3 天。", "", None),
    }
    do(hazard, Act.PRESSED, late)
    assert {(role, scope) for role, scope, *_ in told()} == {("community_lead", FIRST), ("leading_group", STREET)}
    do(in_stage(finding, "handling", grid=STREET, level=Level.STREET), Act.PRESSED, late)
    assert {(role, scope) for role, scope, *_ in told()} == {("street_centre", STREET), ("leading_group", STREET)}
    verbs = AuditEntry.objects.filter(subject__in=[finding.pk, hazard.pk], data__act="pressed").values_list(
        "verb", flat=True
    )
    assert list(verbs) == ["matter.pressed"] * 3
