"""Every query about comparisons and back-fill leaves out what it is to leave out: each condition keeps out exactly one
row that nothing else keeps out.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

import pytest

from gridwalk.accounts.rules import SYSTEM
from gridwalk.core.models import StoredFile
from gridwalk.reconcile.models import Comparison, Unmatched
from gridwalk.reconcile.queries import backfill, comparisons, register
from gridwalk.registry.models import Organization, Person
from gridwalk.registry.tests.cast import Cast
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, SECOND, id_no, lead, worker


@pytest.fixture
def cast(db: None, at: dt.datetime) -> Cast:
    return Cast(at)


def file(at: dt.datetime) -> StoredFile:
    return StoredFile.objects.create(name="人口台账.xlsx", purpose="ledger", size=1, created_at=at, expires_at=at)


def comparison(at: dt.datetime, name: str = "", **values: Any) -> Comparison:
    given: dict[str, Any] = {"scope": FIRST, "kind": "person", "state": "done", "finished_at": at}
    return Comparison.objects.create(file=file(at), name=name, actor_name="许知行", created_at=at, **(given | values))


def unmatched(of: Comparison, what: str = "ledger_only", **values: Any) -> Unmatched:
    given: dict[str, Any] = {"kind": of.kind, "source": of.source, "grid": GRID}
    return Unmatched.objects.create(of=of, what=what, **(given | values))


def test_the_trend_is_of_the_same_sides_area_and_kind_up_to_this_one(at: dt.datetime, db: None) -> None:
    hours = [at + dt.timedelta(hours=n) for n in range(4)]
    this = comparison(at, "这一次", finished_at=hours[2])
    comparison(at, "上一次", finished_at=hours[1])
    comparison(at, "后来的", finished_at=hours[3])
    comparison(at, "别的范围", finished_at=hours[0], scope=SECOND)
    comparison(at, "别的一类", finished_at=hours[0], kind="dwelling")
    comparison(at, "别的一方", finished_at=hours[0], source="platform")
    comparison(at, "没比完", finished_at=hours[0], state="paused")
    both = comparison(at, "两份", finished_at=hours[0], other_file=file(at))
    assert [each.name for each in comparisons.trend(this)] == ["上一次", "这一次"]
    assert [each.name for each in comparisons.trend(both)] == ["两份"]
    for n in range(13):
        comparison(at, f"{n}", finished_at=hours[1] - dt.timedelta(minutes=n + 1))
    assert [len(comparisons.trend(this)), comparisons.trend(this)[-1].name] == [12, "这一次"]


def test_what_a_comparison_left_open_and_on_which_page(cast: Cast) -> None:
    this, other = comparison(cast.at), comparison(cast.at)
    first = unmatched(this, sheet="1号楼", row_no=2, values={"estate": "甲里", "building": "1"})
    second = unmatched(this, sheet="1号楼", row_no=3)
    decided = unmatched(this, state="set_aside")
    far = unmatched(this, grid=FAR_GRID)
    question = unmatched(this, "question")
    unmatched(other)
    everything = {"ledger_only": 3, "question": 1}
    assert comparisons.undecided(this) == everything
    rows, n = comparisons.rows(lead(), this, "ledger_only")
    assert ([row.id for row in rows], n, rows[0].open) == ([first.pk, second.pk], 2, True)
    rows, n = comparisons.rows(lead(), this, "ledger_only", state="decided")
    assert ([(row.id, row.open) for row in rows], n) == ([(decided.pk, False)], 1)
    rows, n = comparisons.rows(lead(), this, "ledger_only", offset=1)
    assert ([row.id for row in rows], n) == ([second.pk], 2)
    assert [row.id for row in comparisons.rows(lead(SECOND), this, "ledger_only")[0]] == [far.pk]
    assert comparisons.every_open(lead(), this, "ledger_only") == [first.pk, second.pk]
    assert comparisons.every_open(worker(), this, "ledger_only") == [], "a grid worker decides none of them"
    assert comparisons.n_waiting(lead(), FIRST) == 4
    assert (comparisons.n_waiting(lead(), SECOND), comparisons.n_waiting(SYSTEM, SECOND)) == (0, 1)
    mine = comparisons.of_comparison(this, [first.pk, question.pk, unmatched(other).pk])
    assert set(mine) == {first.pk, question.pk}


def test_a_record_that_both_files_lack_is_one(cast: Cast) -> None:
    this = comparison(cast.at, other_file=file(cast.at))
    person, alone = cast.person("两边没有"), cast.person("一边没有")
    both = [unmatched(this, "register_only", entity=person.pk, source=side) for side in ("ledger", "platform")]
    one = unmatched(this, "register_only", entity=alone.pk, source="platform")
    asked = unmatched(this, "question", entity=person.pk)
    elsewhere = unmatched(comparison(cast.at), "register_only", entity=person.pk)
    assert comparisons.undecided(this) == {"register_only": 2, "question": 1}
    rows, n = comparisons.rows(lead(), this, "register_only")
    assert ({row.where for row in rows}, n) == ({"台账、市平台导出没有", "市平台导出没有"}, 2)
    (question,), _ = comparisons.rows(lead(), this, "question")
    assert (question.id, question.where, question.other) == (asked.pk, "台账", "两边没有 没有关联房屋")
    assert set(comparisons.of_comparison(this, [both[0].pk])) == {row.pk for row in both}
    assert comparisons.of_comparison(this, [asked.pk]) == [asked.pk]
    assert comparisons.of_comparison(this, [one.pk, elsewhere.pk]) == [one.pk]


def names(scope: str, kind: str, entities: Collection[uuid.UUID] | None = None, *, listed: Any = ()) -> list[str]:
    frame = register.side(scope, kind, entities, listed=listed).frame
    return list(frame["room" if kind == "dwelling" else "name"])


def test_what_the_register_holds_of_an_area(cast: Cast) -> None:
    home, far = cast.door("101"), cast.door("101", FAR_GRID)
    here = cast.at_door("这里", home)
    cast.person("注销", status="struck_off")
    away = cast.at_door("那里", far)
    assert names(FIRST, "person") == ["这里"]
    assert names(FIRST, "person", [away.pk]) == [] and names("", "person", [away.pk]) == ["那里"]
    assert names("", "person", [here.pk]) == ["这里"]
    cast.door("102", status="struck_off")
    pending = cast.door("103", status="strike_off_pending")
    assert names(FIRST, "dwelling") == ["101", "103"]
    assert names(FIRST, "dwelling", [pending.pk]) == ["103"]
    for name, grid, status in (("甲店", GRID, "active"), ("乙店", GRID, "closed"), ("丙店", FAR_GRID, "active")):
        Organization.objects.create(grid_id=grid, name=name, status=status, source="office", created_at=cast.at)
    shop = Organization.objects.get(name="丙店")
    assert names(FIRST, "organization") == ["甲店"]
    assert names("", "organization", [shop.pk]) == ["丙店"]


def test_somebody_of_several_doors_is_said_at_the_one_they_live_at(cast: Cast) -> None:
    rooms = {room: cast.door(room) for room in ("101", "102", "103", "104")}
    for name, links in (
        ("先户籍", [("101", "registered_here", False), ("102", "tenant", False)]),
        ("先现居住", [("102", "tenant", False), ("101", "registered_here", False)]),
        ("搬离了", [("103", "lives_here", True), ("101", "registered_here", False)]),
        ("两处", [("103", "lives_here", False), ("104", "tenant", False)]),
        ("没有", [("104", "lives_here", True)]),
    ):
        person = cast.person(name)
        for room, kind, over in links:
            cast.link(person, rooms[room], kind, over=over)
    frame = register.side(FIRST, "person").frame
    said = {row["name"]: (row["room"], row["residence_kind"]) for row in frame.iter_rows(named=True)}
    assert said == {
        "先户籍": ("102", "tenant"),
        "先现居住": ("102", "tenant"),
        "搬离了": ("101", "registered_here"),
        "两处": ("103", "lives_here"),
        "没有": (None, None),
    }


def test_whoever_a_ledger_lists_is_of_the_area_they_are_registered_in(cast: Cast) -> None:
    home, far = cast.door("101"), cast.door("101", FAR_GRID)

    def registered(name: str, serial: int, kind: str = "registered_here", **values: Any) -> Person:
        person = cast.street.person(name, grid=f"{SECOND}000", id_no=id_no(serial))
        cast.link(person, values.pop("door", home), kind, over=values.pop("over", False))
        Person.objects.filter(pk=person.pk).update(**values)
        return person

    registered("户籍在此", 1)
    registered("没列出", 3)
    registered("住在此", 5, "tenant")
    registered("迁出了", 7, over=True)
    registered("注销了", 9, status="struck_off")
    registered("户籍在外", 11, door=far)
    registered("本区的", 13, grid_id=GRID)
    listed = [id_no(serial) for serial in (1, 5, 7, 9, 11, 13)]
    assert sorted(names(FIRST, "person", listed=listed)) == sorted(["户籍在此", "本区的"])
    assert names(FIRST, "person", listed=["", "x"]) == ["本区的"]


def titles(source: str = "ledger", scope: str = FIRST) -> list[str]:
    return [item.title for item in backfill.items(lead(), source=source, kind="person", scope=scope)]


def test_a_side_is_told_which_records_it_lacks_when_somebody_kept_them(cast: Cast) -> None:
    earlier = comparison(cast.at, finished_at=cast.at - dt.timedelta(days=1))
    latest = comparison(cast.at)
    running = comparison(cast.at, state="paused", finished_at=None)
    people = {
        name: cast.person(name) for name in ("保留", "待定", "曾保留", "另一方", "没比完", "疑问", "已注销", "交过")
    }
    far = cast.person("那里", FAR_GRID)

    def lacks(name: str, of: Comparison = latest, what: str = "register_only", **values: Any) -> None:
        unmatched(of, what, entity=people[name].pk, **({"state": "kept"} | values))

    lacks("保留")
    lacks("交过")
    lacks("待定", state="open")
    lacks("曾保留", earlier)
    lacks("曾保留", state="open")
    lacks("另一方", source="platform")
    lacks("没比完", running)
    lacks("疑问", what="question")
    lacks("已注销")
    Person.objects.filter(name="已注销").update(status="struck_off")
    unmatched(latest, "register_only", entity=far.pk, grid=FAR_GRID, state="kept")
    unmatched(latest, "register_only", entity=people["保留"].pk, kind="dwelling", state="kept")
    assert sorted(titles()) == sorted(["保留", "交过"])
    assert titles("platform") == ["另一方"]
    assert titles(scope=SECOND) == [], "what is not seen is not told"
