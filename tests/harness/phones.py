"""A phone as the server sees one: its key, its outbox, its sequence.

The transport is the caller's: test client or socket.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import gzip
import hashlib
import json
import os
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from django.test import Client

from gridwalk.core import ids
from gridwalk.sync import crypto

Transport = Callable[[str, str, dict[str, str], bytes], tuple[int, bytes]]
Clock = Callable[[], dt.datetime]
API = "/phone/api/"


def through(client: Client) -> Transport:
    """Django's test client as transport."""

    def send(method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        meta: dict[str, Any] = {
            f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items() if name != "Content-Type"
        }
        kind = headers.get("Content-Type", "application/json")
        response: Any = client.generic(method, path, body, content_type=kind, **meta)
        content = response.content
        return response.status_code, gzip.decompress(content) if response.headers.get(
            "Content-Encoding"
        ) == "gzip" else content

    return send


def jwk_of(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    """The public half as Web Crypto exports it."""
    numbers = key.public_key().public_numbers()
    x, y = (crypto.encode(n.to_bytes(32, "big")) for n in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def sign(key: ec.EllipticCurvePrivateKey, message: bytes) -> str:
    """Raw r‖s in base64url, as Web Crypto signs."""
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
    return crypto.encode(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def _ms(moment: dt.datetime) -> int:
    return int(moment.timestamp() * 1000)


def spelled(content: Any) -> bytes:
    """JSON as a phone writes it: nothing escaped but half a character."""
    return json.dumps(content, ensure_ascii=False).encode("utf-8", "backslashreplace")


@dataclasses.dataclass(kw_only=True)
class Wire:
    """A device's signed channel."""

    send: Transport
    now: Clock
    key: ec.EllipticCurvePrivateKey = dataclasses.field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    device: str = ""
    token: str = ""
    server_key: Mapping[str, str] = dataclasses.field(default_factory=dict)
    key_id: str = ""
    ahead: int = 0
    """Server time less this phone's in ms, as the last answer told."""

    def ask(
        self, method: str, name: str, content: Any = None, *, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """One signed request, asked again where the server says what time it is; (status, JSON)."""
        body = content if isinstance(content, bytes) else b"" if content is None else spelled(content)
        status, answer = self._asked(method, f"{API}{name}", body, headers or {})
        if status == 409 and answer["problem"] == "stale":
            status, answer = self._asked(method, f"{API}{name}", body, headers or {})
        return status, answer

    def _asked(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, Any]:
        signed = {
            "Authorization": self.authorization(method, path, body),
            "Content-Type": "application/json",
            "Accept-Encoding": "gzip",
            **headers,
        }
        status, content = self.send(method, path, signed, body)
        answer = json.loads(content) if content[:1] in (b"{", b"[") else content
        if isinstance(answer, dict) and "now" in answer:
            self.ahead = _ms(dt.datetime.fromisoformat(answer["now"])) - _ms(self.now())
        return status, answer

    def authorization(self, method: str, path: str, body: bytes) -> str:
        """The header of a signed request."""
        at = _ms(self.now())
        now = at + self.ahead
        message = f"{method}\n{path}\n{at} {now}\n{hashlib.sha256(body).hexdigest()}".encode()
        return f'Gridwalk device="{self.device}", at="{at}", now="{now}", sig="{sign(self.key, message)}"'

    def activate(
        self, login: str, password: str, code: str, *, name: str = "测试机", own_password: str = ""
    ) -> tuple[int, Any]:
        """Bind this device; keeps what it is told."""
        body = {
            "login": login,
            "password": password,
            "code": code,
            "public_key": jwk_of(self.key),
            "name": name,
            "wire": [1],
            "platform": "test",
            "own_password": own_password,
        }
        status, content = self.send(
            "POST", f"{API}activate", {"Content-Type": "application/json"}, json.dumps(body).encode()
        )
        answer = json.loads(content)
        if status == 200:
            self.device, self.token = answer["device"], answer["deposit_token"]
            self.server_key, self.key_id = answer["server_key"], answer["key_id"]
        return status, answer

    def seal(self, op: Mapping[str, Any]) -> dict[str, Any]:
        """An op as the sealed outbox holds it."""
        sealed = crypto.seal(self.server_key, spelled(op), op=op["op"], iv=os.urandom(12))
        return {"op": op["op"], "seq": op["seq"], "key_id": self.key_id, "sealed": base64.b64encode(sealed).decode()}


def op(
    seq: int,
    verb: str,
    kind: str,
    entity: object,
    *,
    at: dt.datetime,
    set: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
    version: int = 1,
    id: uuid.UUID | None = None,
) -> dict[str, Any]:
    """An intention as the app writes it."""
    return {
        "op": str(id or ids.new_id()),
        "seq": seq,
        "verb": verb,
        "kind": kind,
        "entity": str(entity),
        "set": dict(set or {}),
        "data": dict(data or {}),
        "at": at.isoformat(),
        "mono": 0,
        "version": version,
        "att": [],
    }


@dataclasses.dataclass
class Cache:
    """The read cache of a phone: rows by grid, as the app keeps them."""

    versions: dict[str, int] = dataclasses.field(default_factory=dict)
    rows: dict[str, dict[tuple[str, str], dict[str, Any]]] = dataclasses.field(default_factory=dict)
    guests: dict[str, list[dict[str, Any]]] = dataclasses.field(default_factory=dict)
    hashes: dict[str, str] = dataclasses.field(default_factory=dict)
    epoch: int = 0

    def asks(self) -> dict[str, Any]:
        """The body of a pull."""
        return {"since": dict(self.versions), "epoch": self.epoch}

    def take(self, answer: Mapping[str, Any]) -> None:
        """Apply a pull's answer."""
        self.epoch = answer["epoch"]
        for code in answer["left"]:
            for by_grid in (self.versions, self.rows, self.guests, self.hashes):
                by_grid.pop(code, None)
        for grid_answer in answer["grids"]:
            grid = grid_answer["grid"]
            mine = {} if grid_answer["full"] else self.rows.setdefault(grid, {})
            self.rows[grid] = mine
            for gone in grid_answer["gone"]:
                mine.pop((gone["kind"], gone["id"]), None)
            for row in grid_answer["rows"]:
                if not row.get("guest"):
                    mine[row["kind"], row["id"]] = row
            self.guests[grid] = [row for row in grid_answer["rows"] if row.get("guest")]
            self.versions[grid] = grid_answer["version"]
            if grid_answer["hash"]:
                self.hashes[grid] = grid_answer["hash"]

    def copy(self) -> Cache:
        """The same rows, to go on from."""
        rows = {grid: dict(of_grid) for grid, of_grid in self.rows.items()}
        return Cache(dict(self.versions), rows, dict(self.guests), dict(self.hashes), self.epoch)

    def hash_of(self, grid: str) -> str:
        """The state hash of a grid, over what this phone holds (I3)."""
        ordered = sorted(self.rows.get(grid, {}).items())
        texts = [json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")) for _, row in ordered]
        return hashlib.sha256("\n".join(texts).encode()).hexdigest()

    def of_kind(self, grid: str, kind: str) -> list[dict[str, Any]]:
        """The rows of one kind."""
        return [row for (of, _), row in sorted(self.rows.get(grid, {}).items()) if of == kind]
