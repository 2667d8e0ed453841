"""The small dump of this version, to be made before its tables change: ``run.py test tests/dumps/making.py -n 0``.
Then the version gets its line in ``operations.versions.FIRST``.

Writes ``VERSION.sql.gz``, ``VERSION.keys.json`` (the keys of this synthetic home; they open nothing else) and
``VERSION.phone.json`` (a phone that is half-way through its queue). Collected only when asked for by name.
"""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from django.db import connection
from django.test import Client
from psycopg.conninfo import make_conninfo

from gridwalk import __version__
from gridwalk.accounts.models import User
from gridwalk.accounts.rules import SYSTEM, Role
from gridwalk.config import keys, postgres
from gridwalk.core import actions, clock, ids
from gridwalk.registry.models import Dwelling, Person
from gridwalk.sync.actions import devices
from gridwalk.territory.models import Building
from tests.harness.campaign import COMMUNITY, DOORS, GRID, confirm, move_in, upload, workbook
from tests.harness.people import SignIn
from tests.harness.phones import Cache, Wire, op, through
from tests.harness.plans import draw_grids
from tests.settings import TEST_HOME

SENT = 3
"""How many of its ops the phone has sent; the answer to the last of them never reached it."""


def test_make_the_dump(street: Client, sign_in: SignIn, account: Callable[..., User], postgres_url: str) -> None:
    actions.stamp_home(made_with=__version__, at=clock.now())
    more = [DOORS[0], [GRID, "海河花园", "6号楼", "1单元", "101", "有人住", "自住", "80"]]
    confirm(street, upload(street, workbook("六号楼", more)))
    door = Dwelling.objects.get(address__contains="6号楼")
    move_in(street, door.pk, "许清源", phone="12012345677")
    yesterday = clock.local_date(clock.now()) - dt.timedelta(days=1)
    street.post(f"/visits/dwelling/{door.pk}/", {"at": f"{yesterday.isoformat()}T10:00", "outcome": "no_answer"})
    street.post(f"/reveal/person/{Person.objects.get(name='程望舒').pk}/phone/", {"reason": "约上门时间"})
    keys_of = {key: str(pk) for key, pk in Building.objects.filter(grid_id=GRID).values_list("key", "id")}
    halves = {f"b-{keys_of['5']}": f"{COMMUNITY}003", f"b-{keys_of['6']}": f"{COMMUNITY}004"}
    given = {"old": [GRID], "n": "2", "reason": "一人管不过来", **halves}
    draw_grids(sign_in(Role.STREET_CENTRE, "120105001"), given)
    phone = _phone_half_way(account(Role.GRID_WORKER, GRID, name="沈若溪"))

    stem = ".".join(__version__.split(".")[:2])
    folder = Path(__file__).parent
    program = postgres.Embedded(TEST_HOME).binary("pg_dump")
    name = str(connection.settings_dict["NAME"])
    words = [str(program), "--dbname", make_conninfo(postgres_url, dbname=name), "--no-owner", "--inserts"]
    dump = subprocess.run(words, capture_output=True, check=True).stdout.decode()
    # Only what every server understands: no client's commands, no settings of one server's version.
    lines = [line for line in dump.splitlines() if line and not line.startswith(("\\", "SET ", "--"))]
    lines.insert(0, "SET check_function_bodies = off;")
    (folder / f"{stem}.sql.gz").write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))
    shutil.copy(keys.path_in(TEST_HOME), folder / f"{stem}.keys.json")
    (folder / f"{stem}.phone.json").write_text(json.dumps(phone, ensure_ascii=False, indent=1) + "\n")


def _phone_half_way(worker: User) -> dict[str, Any]:
    """A phone with its key, its copy of the grid and its queue, of which it has sent the first."""
    wire, cache = Wire(send=through(Client()), now=clock.now), Cache()
    code, _ = devices.make_code(actor=SYSTEM, at=clock.now(), user=worker.id)
    assert wire.activate(worker.username, "walk-every-door-26", code)[0] == 200
    cache.take(wire.ask("POST", "pull", cache.asks())[1])
    queue = _queue(cache.of_kind(GRID, "dwelling"))
    body = {"epoch": cache.epoch, "seq_from": 1, "ops": queue[:SENT]}
    status, answer = wire.ask("POST", "push", body)
    assert (status, {result["state"] for result in answer["results"]}) == (200, {"accepted"}), answer
    return {
        "at": clock.now().isoformat(),
        "key": base64.b64encode(
            wire.key.private_bytes(
                serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        ).decode(),
        "device": wire.device,
        "token": wire.token,
        "server_key": wire.server_key,
        "key_id": wire.key_id,
        "unanswered": queue[SENT - 1 :],
        "cache": {
            "epoch": cache.epoch,
            "versions": cache.versions,
            "rows": {grid: list(rows.values()) for grid, rows in cache.rows.items()},
        },
    }


def _queue(doors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Five visits, a fact and a newcomer, all of yesterday morning: outside the quiet hours, whenever this is run."""
    at = clock.at_local(clock.local_date(clock.now()) - dt.timedelta(days=1), 10)
    ops = [
        op(seq, "visit.record", "dwelling", door["id"], at=at, data={"outcome": outcome, "met_adult": outcome == "met"})
        for seq, (door, outcome) in enumerate(zip(doors, ("met", "no_answer") * 2 + ("met",), strict=False), 1)
    ]
    tenure = {"p": doors[0]["heads"].get("tenure"), "v": "let"}
    newcomer = {"dwelling": doors[4]["id"], "values": {"name": "陆听澜", "phone": "12012345679"}}
    return [
        *ops,
        op(6, "fact.set", "dwelling", doors[0]["id"], at=at, set={"tenure": tenure}),
        op(7, "person.add", "person", ids.new_id(), at=at, data=newcomer | {"residence_kind": "lives_here"}),
    ]
