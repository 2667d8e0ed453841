"""The phone of a dump, two hours later, against the upgraded data: ``python -m tests.dumps.going_on 0.3``.

A program of its own: the keys of the dump's home are read when Django starts. Prints what the server answered, and
whether the phone then holds what the server says that it holds.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

import django
import time_machine
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client

from gridwalk.core import clock


def go_on(phone: dict[str, Any]) -> dict[str, Any]:
    """Push the rest of the queue with the op whose answer was lost, then all of it again, then pull."""
    from tests.harness.phones import Cache, Wire, through

    key = serialization.load_der_private_key(base64.b64decode(phone["key"]), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    named = {name: phone[name] for name in ("device", "token", "server_key", "key_id")}
    wire = Wire(send=through(Client(SERVER_NAME="localhost")), now=clock.now, key=key, **named)
    kept = phone["cache"]
    rows = {grid: {(row["kind"], row["id"]): row for row in of} for grid, of in kept["rows"].items()}
    cache = Cache(versions=kept["versions"], rows=rows, epoch=kept["epoch"])
    ops = phone["unanswered"]
    body = {"epoch": cache.epoch, "seq_from": ops[0]["seq"], "ops": ops}
    answers = [wire.ask("POST", "push", body) for _ in range(2)]
    cache.take(wire.ask("POST", "pull", cache.asks())[1])
    return {
        "answers": [[status, [result["state"] for result in answer["results"]]] for status, answer in answers],
        "next_seq": answers[-1][1]["next_seq"],
        "grids": sorted(cache.rows),
        "apart": sorted(grid for grid in cache.rows if cache.hash_of(grid) != cache.hashes[grid]),
    }


if __name__ == "__main__":
    django.setup()
    half_way = json.loads((Path(__file__).parent / f"{sys.argv[1]}.phone.json").read_text())
    with time_machine.travel(dt.datetime.fromisoformat(half_way["at"]) + dt.timedelta(hours=2), tick=True):
        sys.stdout.write(json.dumps(go_on(half_way)))
