"""``demo --check``: rates, claimed and verified, against their recount, planted faults, pages of every role over HTTP,
numbers in plain text, numbers that can be put together.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gridwalk.cli import demo_masks, demo_rooms, demo_tries, environment, output, serving
from gridwalk.cli.demo_masks import Smallest
from gridwalk.cli.progress import Progress
from gridwalk.config import postgres

LOTS = re.compile(rb"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?<![0-9A-Za-z])[0-9a-f]{32,}(?![0-9A-Za-z])")
"""Ids, and hashes as they are written."""
NUMBERS = re.compile(rb"(?<!\d)(120199\d{11}[\dXx]|120199\d{9}|12\d{9})(?!\d)")
PLANTED = re.compile(r"120199\d{11}[\dXx]|120199\d{9}|12\d{9}")
BLOCK = 8 << 20
OPENED = 60
"""So many people are opened by each role."""
SIGNING_IN = ("/accounts/login/", "/accounts/password/", "/accounts/again/", "/accounts/code")


def run(demonstration: Any, server: postgres.Embedded, *, port: int, progress: Progress) -> int:
    """Check what ``simulate.demo`` made, with its server running.

    The last line printed is one JSON object; exit code.
    """
    from gridwalk.core import clock
    from gridwalk.simulate.oracle import checks, verified

    at = clock.now()
    with progress.stage("核对每个指标"):
        rates = checks.rates(
            demonstration.files,
            demonstration.knocks,
            demonstration.campaign.pk,
            at=at,
            prepared_on=demonstration.dates.prepared_on,
            start=demonstration.dates.start,
        )
        rounds = verified.rounds(
            demonstration.supervision,
            demonstration.files,
            demonstration.knocks,
            prepared_on=demonstration.dates.prepared_on,
            start=demonstration.dates.start,
        )
    with progress.stage("以各岗位看每一页", "页") as step:
        os.environ["GRIDWALK_TIMING"] = "1"
        with serving.serving(host="127.0.0.1", port=port):
            pages, fitting = _pages(demonstration.members, port, step)
    with progress.stage("在库、文件和日志里找明文号码"):
        hits = plaintext_hits(planted_numbers(demonstration.files), _places(server, demonstration.files))
    with progress.stage("数每个人有多少号码对得上"):
        tried, silent = demo_tries.run(demonstration.members)
        demo_rooms.make_summaries(demonstration.members)
        lists = {"lists of rows": demo_rooms.listed(full=True), "lists masked": demo_rooms.listed(full=False)}
        masks = demo_masks.run({**fitting, **lists, "tries": tried}, demo_rooms.papers())
    bad_rates = checks.differing(rates)
    bad_rounds = verified.differing(rounds)
    bad_pages = [
        f"{role} {page} {cell['status']}" for role, row in pages.items() for page, cell in row.items() if not cell["ok"]
    ]
    for complaint in [
        *(f"指标与重算不符：{code}" for code in bad_rates),
        *(f"核实的率与重算不符：{round_}" for round_ in bad_rounds),
        *(f"页面不对：{page}" for page in bad_pages),
    ]:
        output.complain(complaint)
    if hits:
        output.complain(f"找到 {hits} 处明文号码")
    for complaint in [*masks["complaints"], *silent]:
        output.complain(complaint)
    report = {
        "rates": rates,
        "rounds": rounds,
        "faults": demonstration.planted.by_kind(),
        "plaintext_hits": hits,
        "fitting": masks["places"],
        "shaped": masks["shaped"],
        "pages": pages,
        "rows": _rows(),
        "seconds": progress.seconds,
        "ok": not (bad_rates or bad_rounds or bad_pages or hits or masks["complaints"] or silent),
    }
    output.say(json.dumps(report, ensure_ascii=False))
    return 0 if report["ok"] else 1


Pages = dict[str, dict[str, dict[str, Any]]]


def _pages(members: Sequence[Any], port: int, step: Any) -> tuple[Pages, dict[str, Smallest]]:
    """``{role: {page: {status, ms, queries, ok}}}``: a page opens for those the table of pages lets in, else says 403,
    and holds no number; and the fewest numbers that fit what each role's pages about people say.
    """
    from django.contrib.auth import get_user_model

    from gridwalk.accounts.resets import actions as resets
    from gridwalk.accounts.rules import SYSTEM, needs_second_factor
    from gridwalk.console.permissions import PAGES, opens
    from gridwalk.core import clock

    pages: Pages = {}
    fitting: dict[str, Smallest] = {}
    for index, member in enumerate(members):
        user = get_user_model().objects.get(username=member.username)
        if needs_second_factor([member.role]):
            _set_up_second_factor(user)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        cookie = _session(user)
        row = pages[str(member.role)] = {}
        for name, path in _addresses():
            allowed = opens(PAGES[name], member.viewer)
            response, body = _get(connection, path, cookie)
            if response.status == 405 and response.headers["Allow"] == "POST":
                continue  # where a form is sent to, no page
            timing = re.search(r'dur=([\d.]+), db;desc="(\d+)"', response.headers.get("Server-Timing", ""))
            row[name.removeprefix("console:")] = {
                "status": response.status,
                "ms": float(timing[1]) if timing else None,
                "queries": int(timing[2]) if timing else None,
                "ok": response.status == (200 if allowed else 403) and not _says_numbers(body),
            }
        for name, path, status in demo_rooms.pages(member.viewer):
            response, body = _get(connection, path, cookie)
            ok = response.status == status and not _says_numbers(demo_masks.text_of(body).encode())
            row[name] = {"status": response.status, "ms": None, "queries": None, "ok": ok}
        fitting[f"pages of {member.role}"] = _people(member.viewer, connection, cookie, row)
        connection.close()
        step(index + 1, len(members))
        if needs_second_factor([member.role]):
            resets.reset_second_factor(actor=SYSTEM, at=clock.now(), user=user)
    return pages, fitting


def _people(
    viewer: Any, connection: http.client.HTTPConnection, cookie: str, row: dict[str, dict[str, Any]]
) -> Smallest:
    """Open the pages of some people, spread over the street, some of them with a door in another grid."""
    from django.urls import reverse

    from gridwalk.accounts.rules import Verb
    from gridwalk.core import clock
    from gridwalk.registry.models import Person, Residence

    people = list(Person.objects.exclude(id_no_index="").order_by("id").values_list("id", "grid_id", "created_at"))
    grids = defaultdict(set, {pk: {grid} for pk, grid, _ in people})
    for pk, grid in Residence.objects.filter(person__in=grids, to_on__isnull=True).values_list("person", "grid_id"):
        grids[pk].add(grid)
    in_two = [person for person in people if len(grids[person[0]]) > 1]
    opened = dict.fromkeys([*people[_spread(people, OPENED)], *in_two[_spread(in_two, OPENED // 6)]])
    sees_rows = viewer.may_anywhere(Verb.SEE_ROWS)
    smallest = Smallest(demo_masks.LEAST_ID_NOS if sees_rows else demo_masks.LEAST_MASKED)
    for n, (pk, _, registered_at) in enumerate(opened):
        response, body = _get(connection, reverse("console:person", args=[pk]), cookie)
        is_open = response.status == 200
        may_open = any(viewer.may(Verb.SEE_ROWS_MASKED, grid) for grid in grids[pk])
        ok = is_open == may_open and not _says_numbers(body)
        row[f"person {n}"] = {"status": response.status, "ms": None, "queries": None, "ok": ok}
        if is_open:
            smallest.take(demo_masks.on_page(body.decode(), until=clock.local_date(registered_at)))
    return smallest


def _spread(people: Sequence[Any], n: int) -> slice:
    """About ``n`` of them, at even distances."""
    return slice(None, None, max(1, len(people) // n))


def _says_numbers(body: bytes) -> bool:
    """Whether a page holds a whole number, or one with digits on both sides of its stars; ids and hashes come by
    lot and may look like a telephone.
    """
    text = LOTS.sub(b"", body)
    return bool(NUMBERS.search(text) or re.search(rb"\d\*{2,}[0-9Xx]", text))


def _get(connection: http.client.HTTPConnection, path: str, cookie: str) -> tuple[http.client.HTTPResponse, bytes]:
    """The page, or the page of the console it leads to (a worker's home is the own grid); never on to signing in."""
    for _ in range(3):
        connection.request("GET", path, headers={"Cookie": cookie})
        response = connection.getresponse()
        body = response.read()
        path = response.headers.get("Location", "")
        if response.status != 302 or path.startswith(SIGNING_IN):
            break
    return response, body


def _addresses() -> Iterator[tuple[str, str]]:
    """Every page of the console that needs no object to be named, and the street's board."""
    from django.urls import NoReverseMatch, reverse

    from gridwalk.console.permissions import PAGES

    for name in PAGES:
        if name.startswith("console:"):
            try:
                yield name, reverse(name)
            except NoReverseMatch:
                continue


def _session(user: Any) -> str:
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def _set_up_second_factor(user: Any) -> None:
    from allauth.mfa.totp.internal import auth

    auth.TOTP.activate(user, auth.generate_totp_secret())


def planted_numbers(files: Iterable[Any]) -> set[bytes]:
    """Every ID and phone number the ledgers hold, as bytes."""
    from gridwalk.dictionary import fields as dictionary

    return {
        number.upper().encode()
        for file in files
        for record in file.records
        for field, value in record.values.items()
        if dictionary.is_sensitive(record.kind, field)
        for number in PLANTED.findall(value)
    }


def _places(server: postgres.Embedded, ledgers: Iterable[Any]) -> Iterator[Path]:
    """A dump, then every file of the data directory but the ledgers themselves, then temporary files of ours."""
    with tempfile.TemporaryDirectory(prefix="gridwalk-check-") as folder:
        dump = Path(folder) / "dump.sql"
        with dump.open("wb") as out:
            subprocess.run(  # noqa: S603
                [str(server.binary("pg_dump")), "--dbname", server.url()], stdout=out, check=True
            )
        yield dump
        given = {Path(file.path).parent.resolve() for file in ledgers}
        began = time.time() - 3600
        tops = [environment.home(), server.data, *_temporary(began, Path(folder))]
        for top in dict.fromkeys(top.resolve() for top in tops):
            for path in [top] if top.is_file() else top.rglob("*"):
                if (
                    path.is_file()
                    and not path.is_symlink()
                    and not any(path.is_relative_to(given_folder) for given_folder in given)
                ):
                    yield path


def _temporary(since: float, own: Path) -> Iterator[Path]:
    for path in Path(tempfile.gettempdir()).glob("*gridwalk*"):
        if path != own and path.stat().st_mtime > since:
            yield path


def plaintext_hits(planted: set[bytes], places: Iterable[Path]) -> int:
    """How often a planted number stands in one of the files."""
    hits = 0
    for path in places:
        try:
            with path.open("rb") as file:
                before = b""
                while block := file.read(BLOCK):
                    window = before + block
                    hits += sum(m.group().upper() in planted for m in NUMBERS.finditer(window) if m.end() > len(before))
                    before = window[-32:]
        except OSError:
            continue
    return hits


def _rows() -> Mapping[str, int]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute(
            "SELECT relname, reltuples::bigint FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace"
            " WHERE relkind = 'r' AND nspname = 'public' AND reltuples > 0 ORDER BY relname"
        )
        return dict(cursor.fetchall())
