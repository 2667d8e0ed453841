"""Each kind of change and each line of the audit in the words of the history, for who reads rows in full and for who
reads them masked; when, by whom and in which order they are told.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import SYSTEM, Held, Role, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock, ids
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.models import Change
from gridwalk.events.actions import homes, undoing
from gridwalk.registry.models import Person
from gridwalk.registry.tests.street import FIRST, GRID, Street
from gridwalk.timeline import queries
from gridwalk.timeline.queries import Past

pytestmark = pytest.mark.django_db
Line = tuple[str, ...]
NOTHING: None = None
ALIKE = ("as in full",)
SOURCES = {
    "office": "社区更正",
    "ledger": "台账",
    "platform": "平台导出",
    "inspector": "抽查",
    "elsewhere": "elsewhere",
    "resident": "居民更正",
    "visit": "走访",
    "round": "巡检",
}

CHANGES: list[tuple[tuple[str, str, Any, Any, str], Line | None, Line | None]] = [
    (("dwelling", "area_m2", "60", "74.2", "office"), ("改", "", "建筑面积 60 → 74.2"), ALIKE),
    (("dwelling", "area_m2", None, "74.2", "ledger"), ("账", "", "建筑面积 空 → 74.2"), ALIKE),
    (("dwelling", "area_m2", "60", None, "platform"), ("账", "", "建筑面积 60 → 空"), ALIKE),
    (("dwelling", "area_m2", "60", "61", "inspector"), ("查", "", "建筑面积 60 → 61"), ALIKE),
    (("dwelling", "area_m2", "60", "61", "elsewhere"), ("改", "", "建筑面积 60 → 61"), ALIKE),
    (("dwelling", "owner_phone", "12012345678", "12012995678", "resident"), ("改", "", "产权人电话改过"), ALIKE),
    (
        ("dwelling", "owner_phone", "12012345678", "12012345699", "visit"),
        ("改", "", "产权人电话 *******5678 → *******5699"),
        ("改", "", "产权人电话改过"),
    ),
    (("dwelling", "occupancy", "occupied", "vacant", "office"), ("改", "", "居住状况 有人住 → 空房"), NOTHING),
    (("dwelling", "tenure", "owner", "let", "office"), ("改", "", "使用情况 自住 → 出租"), NOTHING),
    (
        ("dwelling", "vacancy_source", None, "property_office", "office"),
        ("改", "", "空房核实来源 空 → 物业核实"),
        NOTHING,
    ),
    (("person", "name", "程望舒", "程望书", "office"), ("改", "", "姓名 程望舒 → 程望书"), ("改", "", "姓名改过")),
    (
        ("person", "born_on", "1980-01-02", "1981-03-04", "office"),
        ("改", "", "出生日期 1980-01-02 → 1981-03-04"),
        ("改", "", "出生日期 1980年 → 1981年"),
    ),
    (
        ("person", Change.WHOLE, None, {"name": "程望舒"}, "ledger"),
        ("建", "", "建档：程望舒"),
        ("建", "", "建档：程**"),
    ),
    (
        ("person", "born_on", None, "1981-03-04", "visit"),
        ("改", "", "出生日期 空 → 1981-03-04"),
        ("改", "", "出生日期 空 → 1981年"),
    ),
    (("dwelling", "outcome", None, None, "visit"), ("改", "", "走访改过"), ALIKE),
    (("person", Change.WHOLE, None, {}, "ledger"), ("建", "", "建档（人员）"), ALIKE),
    (("dwelling", Change.WHOLE, None, {"name": "乙"}, "ledger"), ("建", "", "建档（房屋）"), ALIKE),
    (
        ("residence", Change.WHOLE, None, {"kind": "lives_here"}, "ledger"),
        ("建", "", "关联到这处房屋：户籍在此，住在这里"),
        NOTHING,
    ),
    (
        ("residence", "kind", "lives_here", "tenant", "office"),
        ("改", "", "居住类别 户籍在此，住在这里 → 租住"),
        NOTHING,
    ),
    (("residence", "dwelling", "a", "b", "office"), NOTHING, NOTHING),
    (("care", "person", "a", "b", "office"), NOTHING, NOTHING),
    (("dwelling", "merged_into", None, "x", "office"), ("并", "", "并入另一条记录，内容都跟过去了", "量过"), ALIKE),
    (("dwelling", "merged_into", "x", None, "office"), ("并", "", "撤销合并，这一条恢复了", "量过"), ALIKE),
    (("dwelling", "status", "active", "demolished", "office"), ("注", "", "状态改为已拆除"), ALIKE),
    (("person", "status", "active", "deceased", "visit"), ("注", "", "状态改为已去世"), ALIKE),
    (("facility", "status", "active", "removed", "round"), ("巡", "", "状态改为已拆除"), ALIKE),
    (("facility", "status", "active", "removed", "office"), ("改", "", "状态改为已拆除"), ALIKE),
    (("dwelling", "ended_on", None, "2026-10-12", "office"), NOTHING, NOTHING),
    (("person", "verified_on", None, "2026-10-12", "visit"), NOTHING, NOTHING),
    (("dwelling", "status_pending", None, "demolished", "office"), NOTHING, NOTHING),
    (("dwelling", Change.LEFT, None, {"grid": "120105001001"}, "office"), NOTHING, NOTHING),
    (
        ("dwelling", "outcome", None, {"outcome": "met", "n_confirmed": 2}, "visit"),
        ("见", "v", "走访，见面，确认 2 人，无变化", ""),
        ("访", "", "走访"),
    ),
    (
        ("dwelling", "outcome", None, {"outcome": "met", "n_changed": 3}, "visit"),
        ("见", "v", "走访，见面，改 3 处", ""),
        ("访", "", "走访"),
    ),
    (
        ("dwelling", "outcome", None, {"outcome": "phone"}, "visit"),
        ("电", "v", "走访，电话核实", ""),
        ("访", "", "走访"),
    ),
    (
        ("dwelling", "outcome", None, {"outcome": "no_answer"}, "visit"),
        ("无", "n", "走访，无人", ""),
        ("访", "", "走访"),
    ),
    (
        ("dwelling", "outcome", None, {"outcome": "vacant_confirmed", "second_source": "property_office"}, "visit"),
        ("空", "k", "走访，空房", "物业核实"),
        ("访", "", "走访"),
    ),
    (("organization", "outcome", None, {"outcome": "met"}, "visit"), ("见", "v", "走访，见面，无变化", ""), ALIKE),
    (
        (
            "facility",
            "round",
            None,
            {"result": "faulty", "fault": "broken", "note": "漏水", "on": "2026-10-12"},
            "round",
        ),
        ("坏", "z", "巡检，有故障，部件坏了，漏水", "10月12日看的"),
        ALIKE,
    ),
    (
        ("facility", "round", None, {"result": "fine", "on": "2026-10-13"}, "round"),
        ("好", "v", "巡检，完好", ""),
        ALIKE,
    ),
    (
        ("facility", "round", None, {"result": "listed", "on": "2026-10-13"}, "round"),
        ("账", "", "巡检，台账所记", ""),
        ALIKE,
    ),
]
"""Kind, field, before, after and source of a change whose reason is 量过 → mark, tone, sentence and note of its entry
in full, and what of it is told masked, where the note is the source alone. Without a note: the source and the reason.
"""

LINES: list[tuple[AuditVerb, str, dict[str, Any], Line | None, Line | None]] = [
    (AuditVerb.NUMBER_REVEALED, "person", {"field": "id_no"}, ("阅", "q", "查看证件号，事由：问过"), ("查看证件号",)),
    (AuditVerb.NUMBER_REVEALED, "person", {}, ("阅", "q", "查看了完整号码"), ALIKE),
    (AuditVerb.NUMBER_DIALLED, "person", {"field": "phone"}, ("拨", "q", "拨打了登记的电话"), ALIKE),
    (AuditVerb.CARD_CHECKED, "person", {"answer": "equal"}, ("证", "q", "照证件核对了号码，一致"), ALIKE),
    (AuditVerb.CARD_CHECKED, "person", {"answer": "kept"}, ("证", "q", "照证件核对了号码，不一致"), ALIKE),
    (AuditVerb.CARD_CHECKED, "person", {"answer": "too_often"}, ("证", "q", "照证件核对了号码，没有比"), ALIKE),
    (AuditVerb.CARD_CHECKED, "person", {}, ("证", "q", "照证件核对了号码"), ALIKE),
    (AuditVerb.DOSSIER_PRINTED, "person", {}, ("印", "", "打印了一户一档、一人一档"), ALIKE),
    (
        AuditVerb.END_PROPOSED,
        "dwelling",
        {"proposed": "demolished", "evidence": "demolition_notice"},
        ("注", "", "提出注销登记（拆除），待复核，凭拆迁公告"),
        ALIKE,
    ),
    (AuditVerb.END_CONFIRMED, "person", {"proposed": "deceased"}, ("注", "", "复核同意注销登记（去世）"), ALIKE),
    (AuditVerb.END_REJECTED, "person", {"proposed": "deceased"}, ("注", "", "复核不同意，仍在册"), ALIKE),
    (AuditVerb.RETURN_PROPOSED, "person", {"proposed": "active"}, ("复", "", "提出恢复在册，待复核"), ALIKE),
    (AuditVerb.HOUSEHOLD_HEAD_NAMED, "dwelling", {}, ("户", "", "写明了户主"), NOTHING),
    (AuditVerb.CARE_LABELLED, "person", {}, ("关", "", "新增了关爱类别"), NOTHING),
    (AuditVerb.CARE_CONTACT_WITHDRAWN, "person", {}, ("撤", "", "撤销了一次关爱联系，不算数"), NOTHING),
    (AuditVerb.PERSON_CORRECTED, "person", {"field": "phone"}, NOTHING, NOTHING),
    (AuditVerb.CARE_OPENED, "person", {}, NOTHING, NOTHING),
    (AuditVerb.ACCESS_LISTED, "person", {}, NOTHING, NOTHING),
]
"""Verb, kind and data of a line of the audit whose reason is 问过 → mark, tone and sentence in full, and the sentence
masked. What was looked at is 居民可见 to both; any other reason is read in full alone.
"""


@pytest.fixture
def street(db: None, at: dt.datetime) -> Street:
    return Street.lay_out(at)


def told(kind: str, entity: uuid.UUID, *, full: bool) -> list[tuple[str | None, ...]]:
    return [(e.mark, e.tone, e.sentence, e.note) for e in queries.past(kind, [entity], full=full)]


def test_each_change_has_its_sentence_for_either_reader(street: Street, at: dt.datetime) -> None:
    entities = [ids.new_id() for _ in CHANGES]
    with core.write_to(GRID, actor=SYSTEM, at=at) as writing:
        for entity, ((kind, field, old, new, source), *_) in zip(entities, CHANGES, strict=True):
            writing.change(
                stream=GRID, kind=kind, entity=entity, field=field, old=old, new=new, source=source, reason="量过"
            )
    for entity, (change, line, masked) in zip(entities, CHANGES, strict=True):
        source = SOURCES[change[-1]]
        if masked is ALIKE:
            masked = line
        assert told(change[0], entity, full=True) == ([(*line, f"{source} 量过")[:4]] if line else []), change
        assert told(change[0], entity, full=False) == ([(*masked[:3], source)] if masked else []), change


def test_each_line_of_the_audit_has_its_sentence_for_either_reader(street: Street, at: dt.datetime) -> None:
    entities = [ids.new_id() for _ in LINES]
    with core.write_to(actor=SYSTEM, at=at) as writing:
        for entity, (verb, kind, data, *_) in zip(entities, LINES, strict=True):
            writing.audit(verb, scope=GRID, kind=kind, subject=entity, data=data, reason="问过")
    for entity, (verb, kind, _, line, masked) in zip(entities, LINES, strict=True):
        note, less = ("居民可见", "居民可见") if line and line[1] == "q" else ("问过", "")
        assert told(kind, entity, full=True) == ([(*line, note)] if line else []), verb
        sentence = line[2:] if line and masked is ALIKE else masked
        assert told(kind, entity, full=False) == ([(*line[:2], *sentence, less)] if line and sentence else []), verb


def test_who_answers_for_the_door_reads_the_moment_and_the_name_others_the_day_and_the_role(
    street: Street, at: dt.datetime, account: Callable[..., User]
) -> None:
    """Red line 2; of a person the day would tell the door that was opened on it."""
    worker = account(Role.GRID_WORKER, GRID, name="周行")
    record = ids.new_id()
    with core.write_to(GRID, actor=Viewer(worker.pk, "周行", (Held(Role.GRID_WORKER, GRID),)), at=at) as writing:
        writing.change(stream=GRID, kind="person", entity=record, field="sex", old=None, new="女", source="visit")
    day = clock.local_date(at)

    def entry(kind: str, *, full: bool) -> tuple[Any, ...]:
        (line,) = queries.past(kind, [record], full=full)
        return line.at, line.by, line.author, line.by_month

    assert entry("person", full=True) == (at, "周行", worker.pk, False)
    assert entry("person", full=False) == (day.replace(day=1), "网格员", worker.pk, True)
    assert entry("dwelling", full=False) == (day, "网格员", worker.pk, False)


def test_the_newest_come_first_and_so_many_are_told(street: Street, at: dt.datetime) -> None:
    record, other = ids.new_id(), ids.new_id()
    for n in range(4):
        with core.write_to(GRID, actor=SYSTEM, at=at + dt.timedelta(days=n)) as writing:
            for entity in (record, other):
                writing.change(
                    stream=GRID, kind="dwelling", entity=entity, field="area_m2", old=n, new=n + 1, source="office"
                )
            writing.audit(AuditVerb.DOSSIER_PRINTED, scope=GRID, kind="dwelling", subject=record)

    def days(**more: Any) -> list[dt.date]:
        return [clock.day_of(line.at) for line in queries.past("dwelling", [record], full=True, **more)]

    today = clock.local_date(at)
    every = [today + dt.timedelta(days=n) for n in (3, 3, 2, 2, 1, 1, 0, 0)]
    assert days() == every
    assert days(limit=3) == every[:3]


def test_a_plan_is_told_once_and_a_line_of_another_verb_beside_it(street: Street, at: dt.datetime) -> None:
    record, plan = ids.new_id(), str(ids.new_id())
    with core.write_to(actor=SYSTEM, at=at) as writing:
        for verb in (AuditVerb.UPKEEP_DONE, AuditVerb.UPKEEP_DONE, AuditVerb.UPKEEP_UNDONE):
            writing.audit(verb, scope=GRID, kind="dwelling", subject=record, data={"plan": plan})
        for _ in range(2):
            writing.audit(AuditVerb.DOSSIER_PRINTED, scope=GRID, kind="dwelling", subject=record)
    assert sorted(str(sentence) for _, _, sentence, _ in told("dwelling", record, full=True)) == sorted(
        ["复核同意，更正方案已办", "撤销了更正方案，恢复原样", "打印了一户一档、一人一档", "打印了一户一档、一人一档"]
    )


def test_an_event_is_one_entry_with_its_page_and_its_undoing_another(street: Street, at: dt.datetime) -> None:
    door = street.door("101")
    lead = Viewer(ids.new_id(), "程望舒", (Held(Role.COMMUNITY_LEAD, FIRST),))
    raw = {"on": "2026-06-01", "told": "self", "seen": "1", "residence_kind": "lives_here"}
    later = at + dt.timedelta(days=1)
    event = homes.move_in(actor=lead, at=later, dwelling=door.pk, people=[{"name": "王试甲"}], raw=raw)
    person = Person.objects.get()

    def of(kind: str, record: uuid.UUID, mark: str, **more: Any) -> list[Past]:
        return [line for line in queries.past(kind, [record], **{"full": True, **more}) if line.mark == mark]

    (line,) = of("dwelling", door.pk, "动")
    assert line.sentence.startswith("入住：") and "王试甲" in line.sentence
    assert (line.at, line.by, line.event) == (later, "程望舒", None)
    assert of("dwelling", door.pk, "动", full=False) == [], "who moved in tells how the door is used"
    assert [line.event for line in of("dwelling", door.pk, "动", keeps=lambda grid: grid == GRID)] == [event.pk]
    assert [line.event for line in of("dwelling", door.pk, "动", keeps=lambda grid: grid != GRID)] == [None]
    (masked,) = of("person", person.pk, "动", full=False)
    assert masked.sentence.startswith("入住") and "王试甲" not in masked.sentence
    undoing.undo(actor=lead, at=later + dt.timedelta(days=1), event=event.pk)
    (line,) = of("dwelling", door.pk, "撤")
    assert line.sentence.startswith("撤销了“入住”")
    assert (line.at, line.by, line.author) == (later + dt.timedelta(days=1), "程望舒", lead.id)
    marks = [entry.mark for entry in queries.past("dwelling", [door.pk], full=True)]
    assert marks == ["撤", "动", "建"], "what they changed is told with them, once"


def test_what_several_changes_say_alike_is_said_once_with_how_often(at: dt.datetime) -> None:
    def change(kind: str, field: str, new: object) -> Change:
        return Change(kind=kind, field=field, old=None, new=new, at=at, source="office")

    rooms = [change("dwelling", "area_m2", "60") for _ in range(3)]
    waiting = [change("dwelling", "status_pending", "demolished"), change("dwelling", "status_pending", None)]
    link = change("residence", "kind", "tenant")
    assert queries.sentences([*rooms, link, *waiting], full=True) == [
        "建筑面积 空 → 60（3 次）",
        "居住类别 空 → 租住",
        "提出拆除，待另一人复核",
    ]
    assert queries.sentences([*rooms[:1], link, *waiting], full=False) == [
        "建筑面积 空 → 60",
        "提出拆除，待另一人复核",
    ]
