"""Erasing somebody as the office does it, and looking whether it is so."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection
from django.test import Client

from gridwalk.accounts.rules import SYSTEM
from gridwalk.core import actions as core
from gridwalk.core import clock
from gridwalk.registry.actions import ends
from gridwalk.registry.models import Person, Recheck
from gridwalk.sync.actions import returned
from gridwalk.sync.models import Op

REASON = "家属书面申请，收件第 3 号"


def end(person: Person, client: Client, reason: str = "全家搬离") -> None:
    """De-register with a recheck by a second person."""
    client.post(f"/ends/person/{person.pk}/", {"proposed": "moved_away", "evidence": "in_person", "reason": reason})
    recheck = Recheck.objects.get(entity=person.pk, state="open")
    with core.write_to(*ends.grids_of([recheck]), actor=SYSTEM, at=clock.now()) as writing:
        ends.decide(writing, [recheck], confirmed=True, note="电话核实")


def erase(person: Person, client: Client) -> None:
    """De-register, and erase at request."""
    end(person, client)
    answer = client.post(f"/people/{person.pk}/erase/", {"reason": REASON})
    assert answer.status_code == 302, answer.content.decode()


def where(text: str) -> list[str]:
    """The tables in which a text stands anywhere in the clear."""
    holding = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{text}%"])
            if cursor.fetchone()[0]:
                holding.append(table)
    return holding


def kept_ops() -> str:
    """All that is kept of what phones sent, opened."""
    ops = Op.objects.exclude(body_sealed="")
    return "\n".join(json.dumps(returned.body_of(op), ensure_ascii=False) for op in ops)


def says_something(op: Op) -> bool:
    """Whether more is kept of an op than its place in the sequence."""
    body: Any = returned.body_of(op)
    return bool(body.get("set") or body.get("data"))
