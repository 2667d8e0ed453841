"""``bench lists``: every list, condition and sort over a million people, beside the bare page from an index.

The register is filled by the database itself (INSERT … SELECT generate_series) in a data directory of the benchmark's
own: what is measured is reading it. Numbers lie there as texts of the right length that no key opens.
"""

from __future__ import annotations

import functools
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import django
import psutil

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from benchmarks.results import Result  # noqa: E402
from gridwalk.accounts.rules import SYSTEM, Viewer  # noqa: E402
from gridwalk.core import clock  # noqa: E402
from gridwalk.dictionary.sight import ON_PAGE  # noqa: E402
from gridwalk.lists import queries, rules  # noqa: E402
from gridwalk.lists.listing import Listing  # noqa: E402
from gridwalk.lists.queries import Asking  # noqa: E402
from gridwalk.lists.rules import NOT_RECORDED, Condition, Op, View  # noqa: E402
from gridwalk.registry.queries import lists  # noqa: E402

PEOPLE, FEW = 1_000_000, 50_000
DISTRICT, COMMUNITY = "120199", "120199007003"
RUNS = 3
PAGE_MS, TOTAL_MS, TABS_MS = 300, 1000, 700
VIEWER: Viewer = SYSTEM

_FILL = """
CREATE TEMP TABLE n AS SELECT %(people)s::int AS people, %(people)s * 9 / 25 AS doors;
INSERT INTO territory_area (code, name, short, level, parent_id, desk_phone, desk_address, desk_hours)
VALUES ('120000000000', '天津市', '天津', 'province', NULL, '', '', ''),
       ('120100000000', '市辖区', '市辖区', 'city', '120000000000', '', '', ''),
       ('120199000000', '试验区', '试验', 'district', '120100000000', '', '', '');
INSERT INTO territory_area (code, name, short, level, parent_id, desk_phone, desk_address, desk_hours)
SELECT '120199' || lpad(s::text, 3, '0') || '000', s || '街道', s || '街', 'street', '120199000000', '', '', ''
FROM generate_series(1, 20) s;
INSERT INTO territory_area (code, name, short, level, parent_id, desk_phone, desk_address, desk_hours)
SELECT left(a.code, 9) || lpad(c::text, 3, '0'), c || '社区居委会', c || '社区', 'community', a.code, '', '', ''
FROM territory_area a, generate_series(1, 10) c WHERE a.level = 'street';
INSERT INTO territory_grid (code, area_id, name, kind, valid_from, replaced_by)
SELECT a.code || lpad(g::text, 3, '0'), a.code, g || '网格', 'basic', '2026-01-01', '[]'
FROM territory_area a, generate_series(1, 10) g WHERE a.level = 'community';
CREATE TEMP TABLE place AS SELECT code, row_number() OVER (ORDER BY code) - 1 AS nth FROM territory_grid;
ANALYZE place;
INSERT INTO registry_dwelling (id, grid_id, heads, verified_on, created_at, source, source_ref, search_keys, community,
    address, address_key, floor, room, walk_key, usage, occupancy, tenure, area_m2, owner_name, owner_phone_sealed,
    owner_phone_index, vacancy_source, status, ended_as)
SELECT md5('d' || i)::uuid, p.code, jsonb_build_object('usage', md5('u' || i)::uuid, 'occupancy', md5('o' || i)::uuid),
    CASE WHEN i %% 11 = 0 THEN NULL ELSE '2026-01-01'::date + i %% 330 END, now(), 'ledger', '',
    ARRAY['e:海河', 'e:河花', 'e:花园', 'b:' || i %% 180 / 30, 'u:' || i %% 30 / 10, 'r:' || i %% 10], left(p.code, 12),
    '海河花园 ' || i %% 180 / 30 || '号楼 ' || i %% 30 / 10 || '单元 ' || i, '海河花园|' || i, i %% 30, i::text,
    lpad((i %% 180)::text, 9, '0'), CASE WHEN i %% 23 = 0 THEN 'business' ELSE 'residential' END,
    CASE WHEN i %% 14 = 0 THEN 'vacant' ELSE 'occupied' END, CASE WHEN i %% 9 = 0 THEN 'let' ELSE 'owner' END,
    50 + i %% 90, CASE WHEN i %% 4 = 0 THEN '王产权' ELSE '' END, repeat(md5('s' || i), 3),
    CASE WHEN i %% 4 = 0 THEN md5('p' || i) ELSE '' END, '', 'active', ''
FROM n, generate_series(0, n.doors - 1) i JOIN place p ON p.nth = i::bigint * 2000 / (SELECT doors FROM n);
INSERT INTO registry_person (id, grid_id, heads, verified_on, created_at, source, source_ref, search_keys, name,
    name_key, sort_key, id_no_sealed, id_no_index, id_no_checked_on, sex, born_on, phone_sealed, phone_index, relation,
    registered_address, status, status_pending)
SELECT md5('p' || i)::uuid, p.code,
    jsonb_build_object('name', md5('a' || i)::uuid, 'id_no', md5('b' || i)::uuid, 'born_on', md5('c' || i)::uuid,
        'phone', md5('d' || i)::uuid, 'relation', md5('e' || i)::uuid),
    CASE WHEN i %% 13 = 0 THEN NULL ELSE '2026-01-01'::date + (hashint4(i) & 255) END, now(), 'ledger', '',
    ARRAY['c:' || f.zh || g.zh, 'c:' || g.zh || h.zh, 'p:' || f.py || g.py || h.py, 'i:' || left(f.py, 1),
        'n:' || left(md5('n' || i), 32), 't:' || left(md5('t' || i), 32)],
    f.zh || g.zh || h.zh, f.zh || g.zh || h.zh, f.py || ' ' || g.py || ' ' || h.py, repeat(md5('s' || i), 4),
    CASE WHEN i %% 40 = 0 THEN '' ELSE md5('x' || i) END, CASE WHEN i %% 3 = 0 THEN '2026-03-01'::date END,
    CASE WHEN i %% 2 = 0 THEN 'male' ELSE 'female' END, '1930-01-01'::date + (hashint4(i + 7) & 32767),
    repeat(md5('q' || i), 3), CASE WHEN i %% 7 = 0 THEN '' ELSE md5('y' || i) END,
    CASE WHEN i %% 3 = 0 THEN '02' WHEN i %% 3 = 1 THEN '10' ELSE '20' END,
    CASE WHEN i %% 5 = 0 THEN '' ELSE '天津市试验区河岸街道海河花园' || i %% 180 || '号' END,
    CASE WHEN i %% 50 = 0 THEN 'deceased' ELSE 'active' END, ''
FROM n, generate_series(0, n.people - 1) i JOIN place p ON p.nth = i::bigint * 2000 / (SELECT people FROM n)
    JOIN (VALUES (0, '王', 'wang'), (1, '李', 'li'), (2, '张', 'zhang'), (3, '刘', 'liu'), (4, '陈', 'chen'),
        (5, '欧阳', 'ouyang'), (6, '赵', 'zhao')) f (k, zh, py) ON f.k = (hashint4(i + 1) & 1023) %% 7
    JOIN (VALUES (0, '雨', 'yu'), (1, '明', 'ming'), (2, '海', 'hai'), (3, '静', 'jing'), (4, '远', 'yuan'))
        g (k, zh, py) ON g.k = (hashint4(i + 2) & 1023) %% 5
    JOIN (VALUES (0, '桐', 'tong'), (1, '川', 'chuan'), (2, '宁', 'ning'), (3, '和', 'he'), (4, '楠', 'nan'))
        h (k, zh, py) ON h.k = (hashint4(i + 3) & 1023) %% 5;
INSERT INTO registry_residence (id, grid_id, person_id, dwelling_id, kind, source, source_ref, created_at)
SELECT md5('r' || i)::uuid, p.code, md5('p' || i)::uuid, md5('d' || i::bigint * doors / people)::uuid,
    CASE WHEN i %% 400 = 0 THEN 'boarder' WHEN i %% 12 = 0 THEN 'tenant' ELSE 'lives_here' END, 'ledger', '', now()
FROM n, generate_series(0, n.people - 1) i JOIN place p ON p.nth = i::bigint * 2000 / (SELECT people FROM n);
DROP TABLE place;
DROP TABLE n;
"""

CONDITIONS: dict[str, tuple[tuple[Condition, ...], ...]] = {
    "person": (
        (),
        (Condition("status", Op.IS, ("active",)),),
        (Condition("status", Op.IS, ("deceased",)), Condition("born_on", Op.SINCE, ("2018-06-01",))),
        (Condition("name", Op.CONTAINS, ("欧阳雨",)),),
        (Condition("name", Op.CONTAINS, ("王",)),),
        (Condition("sex", Op.IS, (NOT_RECORDED,)),),
        (Condition("id_no", Op.HAS_NOT), Condition("verified_on", Op.OLDER, ("400",))),
        (Condition("phone", Op.HAS), Condition("registered_address", Op.HAS_NOT)),
        (Condition("verified_on", Op.OLDER, ("180",)), Condition("sex", Op.IS, ("female",))),
        (Condition("residence_kind", Op.IS, ("boarder",)), Condition("born_on", Op.BEFORE, ("1932-01-01",))),
        (Condition("residence_kind", Op.IS, ("lives_here",)), Condition("sex", Op.IS, (NOT_RECORDED,))),
        (Condition("complete", Op.HOLDS_NOT),),
        (Condition("relation", Op.IS, ("99",)),),
        (Condition("name", Op.CONTAINS, ("王",)), Condition("sex", Op.IS, ("female",))),
        (Condition("born_on", Op.SINCE, ("1990-01-01",)),),
        (Condition("born_on", Op.BEFORE, ("1935-01-01",)),),
        (Condition("registered_address", Op.STARTS, ("天津市试验区河岸街道海河花园17",)),),
        (Condition("registered_address", Op.STARTS, ("河北省",)), Condition("sex", Op.IS, ("female",))),
        (Condition("home", Op.CONTAINS, ("海河花园5号楼1单元",)),),
        (Condition("home", Op.CONTAINS, ("海河花园5号楼1单元",)), Condition("sex", Op.IS, (NOT_RECORDED,))),
        (Condition("complete", Op.HOLDS_NOT), Condition("sex", Op.IS, ("female",))),
        (Condition("checked", Op.HOLDS), Condition("phone", Op.HAS_NOT), Condition("registered_address", Op.HAS_NOT)),
        (
            Condition("checked", Op.HOLDS),
            Condition("registered_address", Op.HAS_NOT),
            Condition("sex", Op.IS, ("female",)),
            Condition("born_on", Op.SINCE, ("2015-01-01",)),
        ),
    ),
    "dwelling": (
        (),
        (Condition("address", Op.CONTAINS, ("海河花园5号楼1单元",)),),
        (Condition("occupancy", Op.IS, ("vacant",)), Condition("tenure", Op.IS, ("let",))),
        (Condition("usage", Op.IS, ("mixed",)),),
        (Condition("area_m2", Op.LEAST, ("139",)), Condition("owner_phone", Op.HAS)),
        (Condition("owner_name", Op.HAS_NOT), Condition("verified_on", Op.OLDER, ("180",))),
    ),
}


def everything(*, quick: bool) -> Iterator[Result]:
    """The totals of the tabs; each list × condition × sort: its first page and its total, the slowest of them held to
    the goals.
    """
    call_command("migrate", verbosity=0)
    people = FEW if quick else PEOPLE
    fill(people)
    slowest = {"page": 0.0, "total": 0.0}
    for scope in (DISTRICT, COMMUNITY):
        ms, used = _timed(functools.partial(lists.totals, VIEWER, scope))
        note = f"{_where(scope)}，{people:,} people，数据库用 {used:.0f} ms"
        yield Result(name="lists.tabs", value=ms, unit="ms", goal=TABS_MS, note=note)
    for code, of_kind in CONDITIONS.items():
        listing = lists.LISTS[code]
        floor = _floor(listing)
        for scope in (DISTRICT, COMMUNITY):
            for conditions in of_kind:
                for what, ms, note in _measured(listing, scope, conditions):
                    slowest[what] = max(slowest[what], ms)
                    peer = floor if what == "page" else None
                    yield Result(name=f"lists.{code}.{what}", value=ms, unit="ms", peer=peer, note=note)
    for what, most in (("page", PAGE_MS), ("total", TOTAL_MS)):
        note = f"the slowest of all, {people:,} people"
        yield Result(name=f"lists.slowest_{what}", value=slowest[what], unit="ms", goal=most, note=note)


def fill(people: int) -> None:
    """A register of so many people. Indexes are made after the rows, and nothing is checked row by row."""
    with connection.cursor() as cursor:
        cursor.execute(_SECONDARY, [["registry_dwelling", "registry_person", "registry_residence"]])
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(_FILL, {"people": people})
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for _, definition in indexes:
            cursor.execute(definition)
        cursor.execute("VACUUM ANALYZE")


_SECONDARY = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
WHERE c.relname = ANY(%s) AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
"""


def _measured(listing: Listing, scope: str, conditions: tuple[Condition, ...]) -> Iterator[tuple[str, float, str]]:
    words = "，".join(" ".join(_words(listing, c)) for c in conditions) or "全部"
    where = _where(scope)
    for sort in listing.sorts:
        view = queries.usable(listing, View(conditions=conditions, sort=sort.code), ON_PAGE)
        asking = Asking(
            listing=listing,
            viewer=VIEWER,
            reader=ON_PAGE,
            scope=scope,
            view=view,
            today=clock.local_date(clock.now()),
        )
        with CaptureQueriesContext(connection) as asked:
            n_rows = len(queries.ids(asking))
        ms, used = _timed(functools.partial(queries.ids, asking))
        note = f"{where}，{words}，{sort.label}：{n_rows} 行，{len(asked)} 次查询，数据库用 {used:.0f} ms"
        yield "page", ms, note
    ms, used = _timed(lambda: queries.total(asking))
    yield "total", ms, f"{where}，{words}：{queries.total(asking).n:,}，数据库用 {used:.0f} ms"


def _where(scope: str) -> str:
    return "全区" if scope == DISTRICT else "一个社区"


def _words(listing: Listing, condition: Condition) -> tuple[str, str]:
    return rules.sentence(listing.by_name[condition.field], condition)


def _floor(listing: Listing) -> float:
    """The bare page: fifty ids from the index of the first sort, in milliseconds."""
    keys = [key for key in listing.sorts[0].keys if isinstance(key, str)]
    table = listing.records("").model._meta.db_table
    statement = f"SELECT id FROM {table} WHERE merged_into IS NULL ORDER BY {', '.join(keys)} LIMIT 51"

    def read() -> Any:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    return _ms(read)


def _ms(action: Callable[[], object]) -> float:
    """The middle of three, in milliseconds."""
    return _timed(action)[0]


def _timed(action: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds by the clock, and of processors that the database used: what a loaded machine still tells."""
    runs = []
    for _ in range(RUNS):
        started, used = time.perf_counter(), _used()
        action()
        runs.append((time.perf_counter() - started, _used() - used))
    clock_s, used_s = (statistics.median(column) for column in zip(*runs, strict=True))
    return clock_s * 1000, used_s * 1000


def _used() -> float:
    """Seconds of processors that the database has used, helpers that have ended among them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        server = psutil.Process(psutil.Process(cursor.fetchone()[0]).ppid())
    ended = server.cpu_times()
    running = [child.cpu_times() for child in server.children()]
    return ended.children_user + ended.children_system + sum(of.user + of.system for of in running)
