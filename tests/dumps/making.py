"""The small dump of this version, to be made before its tables change: ``run.py test tests/dumps/making.py -n 0``.

Writes ``VERSION.sql.gz`` and ``VERSION.keys.json`` (the keys of this synthetic home; they open nothing else). Collected
only when asked for by name.
"""

from __future__ import annotations

import datetime as dt
import gzip
import shutil
import subprocess
from pathlib import Path

from django.db import connection
from django.test import Client
from psycopg.conninfo import make_conninfo

from gridwalk import __version__
from gridwalk.accounts.rules import Role
from gridwalk.config import keys, postgres
from gridwalk.core import clock
from gridwalk.registry.models import Dwelling, Person
from gridwalk.territory.models import Building
from tests.harness.campaign import COMMUNITY, DOORS, GRID, confirm, move_in, upload, workbook
from tests.harness.people import SignIn
from tests.harness.plans import draw_grids
from tests.settings import TEST_HOME


def test_make_the_dump(street: Client, sign_in: SignIn, postgres_url: str) -> None:
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
