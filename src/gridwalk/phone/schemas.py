"""The shapes of bodies, for the OpenAPI document; reading them is sync's, which refuses nothing it can keep."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

Verb = Literal[
    "visit.record",
    "fact.set",
    "person.add",
    "residence.end",
    "person.end",
    "visit.withdraw",
    "task.hand_back",
    "matter.note",
]


class Jwk(BaseModel):
    """A public P-256 key."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: str
    y: str


class Activate(BaseModel):
    """Binding a phone."""

    login: str
    password: str
    code: str
    public_key: Jwk
    name: str
    wire: list[int]
    platform: str


class Pull(BaseModel):
    """What the phone has: grid code → version."""

    since: dict[str, int]
    epoch: int | None = None


class Fact(BaseModel):
    """A value and the op of the write its author saw."""

    p: str | None
    v: Any


class Op(BaseModel):
    """An intention."""

    op: str = Field(description="UUIDv7")
    seq: int
    verb: Verb
    kind: str
    entity: str
    set: dict[str, Fact] = {}
    data: dict[str, Any] = {}
    at: str
    mono: int | None = None
    version: int = 1
    att: list[str] = []


class Push(BaseModel):
    """A run of the device's sequence."""

    epoch: int
    seq_from: int
    ops: list[Op]
    oldest: int | None = None


class SealedOp(BaseModel):
    """An op sealed to the server's key."""

    op: str
    seq: int
    key_id: str
    sealed: str = Field(description="base64(ephemeral P-256 point ‖ iv ‖ AES-256-GCM)")


class Deposit(BaseModel):
    """Handing in without a session."""

    token: str
    ops: list[SealedOp]


def body(model: type[BaseModel]) -> dict[str, Any]:
    """The body of an operation, as OpenAPI writes it."""
    return {"requestBody": {"content": {"application/json": {"schema": model.model_json_schema()}}}}
