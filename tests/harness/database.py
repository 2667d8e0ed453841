"""A database for each test process, copied from a template that was migrated once.

The server is the embedded one without fsync, kept in the tests' data directory, so that a second run starts in a
moment; or the server of GRIDWALK_TEST_DATABASE_URL. The template's name holds a hash of all migrations: a changed one
makes a new template. Runs at the same time share the server and never a database.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg import sql
from pytest_django import DjangoDbBlocker

from gridwalk.config import locks, postgres
from tests.settings import TEST_HOME

SOURCE = Path(__file__).parents[2] / "src" / "gridwalk"
PREFIX = "gridwalk_test"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The server the tests run on, as ``postgresql://…``."""
    given = os.environ.get("GRIDWALK_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with postgres.Embedded(TEST_HOME, durable=False).running() as url:
        yield url


@pytest.fixture(scope="session")
def django_db_setup(postgres_url: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Takes the place of pytest-django's: every test process works in its own copy of the template."""
    from django.db import connection

    with django_db_blocker.unblock(), _maintenance(postgres_url) as server:
        template = _template(server)
        name = f"{PREFIX}_{os.getpid()}"
        _drop(server, name)
        _create(server, name, template)
        _use(name)
        yield
        connection.close()
        _drop(server, name)


def _use(name: str) -> None:
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = name


@contextlib.contextmanager
def _maintenance(url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url, dbname="postgres", autocommit=True) as server:
        yield server


def _template(server: psycopg.Connection) -> str:
    name = f"{PREFIX}_template_{_migrations_hash()}"
    with locks.held(TEST_HOME / "template.lock"):
        _drop_what_is_left_over(server, name)
        if not _exists(server, name):
            _drop(server, f"{name}_making")
            _create(server, f"{name}_making", "template0")
            _migrate(f"{name}_making")
            server.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(f"{name}_making"), sql.Identifier(name))
            )
    return name


def _migrate(name: str) -> None:
    from django.core.management import call_command
    from django.db import connection

    _use(name)
    call_command("migrate", verbosity=0, interactive=False)
    connection.close()


def _migrations_hash() -> str:
    digest = hashlib.sha256()
    for path in sorted([*SOURCE.glob("*/migrations/*.py"), SOURCE.parents[1] / "requirements.lock"]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _drop_what_is_left_over(server: psycopg.Connection, template: str) -> None:
    """Databases of test processes that were killed, and templates of older migrations nobody copies just now."""
    rows = server.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}\\_%"]).fetchall()
    for (name,) in rows:
        owner = name.removeprefix(f"{PREFIX}_")
        if (owner.isdigit() and not psutil.pid_exists(int(owner))) or (
            owner.startswith("template_") and name != template
        ):
            _drop(server, name)


def _exists(server: psycopg.Connection, name: str) -> bool:
    return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _create(server: psycopg.Connection, name: str, template: str) -> None:
    server.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8' STRATEGY file_copy").format(
            sql.Identifier(name), sql.Identifier(template)
        )
    )


def _drop(server: psycopg.Connection, name: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def tables_that_say(*secrets: str) -> list[tuple[str, str]]:
    """Table and secret, wherever a row holds one: as it stands, in hexadecimal, or somewhere in base64."""
    from django.db import connection

    hits = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            for secret in secrets:
                matching = sql.SQL("SELECT EXISTS (SELECT FROM {0} WHERE {0}::text LIKE ANY (%s))")
                spelled = [f"%{spelling}%" for spelling in _spellings(secret.encode())]
                cursor.execute(matching.format(sql.Identifier(table)), [spelled])
                if cursor.fetchone() == (True,):
                    hits.append((table, secret))
    return hits


def _spellings(secret: bytes) -> Iterator[str]:
    yield secret.decode().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    yield secret.hex()
    for shift in range(3):  # what stands before it moves the letters of base64
        whole = base64.b64encode(b"\0" * shift + secret).decode()
        yield whole[4 if shift else 0 : len(whole) - 4]
