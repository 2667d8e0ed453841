"""The office's pages at one street, in processor time, beside the page that is nothing but the frame.

``bench pages`` has them after its own; on a demonstration that is there:
``GRIDWALK_HOME=… python -m benchmarks.office``.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

from django.test import Client

from benchmarks.results import Result

STREET, PILOT = "120105001", "120105001023"
PAGES = (
    ("bench", "wangge", "/bench/", 500),
    ("bench_of_a_community", f"shuji{PILOT[-3:]}", "/bench/", 500),
    ("overdue", f"shuji{PILOT[-3:]}", "/daily/overdue/", 300),
    ("care", f"shuji{PILOT[-3:]}", "/care/", 300),
    ("rechecks", "wangge", "/rechecks/", 300),
    ("gaps", "wangge", f"/gaps/?scope={STREET}", 500),
    ("chart", "wangge", f"/buildings/?grid={PILOT}001", 500),
    ("home", "wangge", f"/board/{STREET}/", 500),
)
"""Name, whose page, its address, and at most how many milliseconds."""
FLOOR = "/about/"
RUNS = 3


def everything() -> Iterator[Result]:
    """Each page, the cheapest of three after a first one."""
    for name, username, path, goal in PAGES:
        client = Client()
        _sign_in(client, username)
        spent = _spent(client, path)
        note = f"processor ms, page and database, at one street; floor {_spent(client, FLOOR):.0f} ms: the frame alone"
        yield Result(name=f"pages.office.{name}", value=spent, unit="ms", goal=goal, note=note)
    client = Client()
    _sign_in(client, f"shuji{PILOT[-3:]}")
    note = "processor ms, of one who is due: saved, then taken back, which is not counted"
    yield Result(name="pages.office.care_contact", value=_spent_saving(client), unit="ms", goal=200, note=note)


def _spent_saving(client: Client) -> float:
    """A care contact as it is written from the list, the cheapest of three after a first one; none of them stays."""
    taken = []
    for _ in range(RUNS + 1):
        listed = client.get("/care/").content.decode()
        form = re.search(r'action="(/care/people/[\w-]+/contact/)"', listed)
        if form is None:
            raise RuntimeError("nobody is due")
        before = time.process_time() + _of_database()
        answer = client.post(form[1], {"back": "/care/?tab=due"})
        taken.append(time.process_time() + _of_database() - before)
        contact = re.search(r"done=([\w-]+)", answer.headers["Location"])
        if contact is None or client.post(f"/care/contacts/{contact[1]}/undo/").status_code != 302:
            raise RuntimeError("the contact did not stay, or stayed")
    return min(taken[1:]) * 1000


def _sign_in(client: Client, username: str) -> None:
    from allauth.mfa.models import Authenticator

    from gridwalk.accounts.models import User

    user = User.objects.get(username=username)
    Authenticator.objects.get_or_create(
        user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": "never used"}}
    )
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")


def _spent(client: Client, path: str) -> float:
    taken = []
    for _ in range(RUNS + 1):
        before = time.process_time() + _of_database()
        if client.get(path, follow=True).status_code != 200:
            raise RuntimeError(f"{path} did not open")
        taken.append(time.process_time() + _of_database() - before)
    return min(taken[1:]) * 1000


def _of_database() -> float:
    """Seconds of processor that the connection's own process in the database has used."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure the demonstration in GRIDWALK_HOME."""
    from gridwalk.cli import environment

    with environment.database():
        from django.test import override_settings

        plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
        files = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
        with override_settings(STORAGES={"staticfiles": plain, "default": files}, ALLOWED_HOSTS=["*"]):
            for result in everything():
                print(result.row(), flush=True)


if __name__ == "__main__":
    main()
