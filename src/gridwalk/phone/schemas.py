"""The shapes of bodies and answers, for the OpenAPI document; reading bodies is sync's, which refuses nothing
it can keep.
"""

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
    extra: dict[str, Fact] = Field({}, description="facts of fields that exist for a time, by the field's id")
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


class Problem(BaseModel):
    """Any answer of 400 and above: its name, and in ``text`` what the worker is told."""

    problem: str
    text: str = ""


class Settings(BaseModel):
    """What the office has set for phones."""

    lease_hours: int
    quiet: Any
    max_ops: int


class Worker(BaseModel):
    """Whose phone it is."""

    id: str
    name: str
    role: str
    community: str
    grids: list[dict[str, str]]
    badge: dict[str, str | None]


class Leased(BaseModel):
    """What opens the phone's cache for a while."""

    share: str
    lease_until: str
    epoch: int
    user: Worker
    server_key: Any
    key_id: Any
    next_seq: int
    settings: Settings


class Activated(Leased):
    """A phone newly bound."""

    device: str
    deposit_token: str


class Renewed(Leased):
    """A lease renewed, with the server's clock."""

    now: str


class Pulled(BaseModel):
    """The grids that changed, and those that are no longer the worker's."""

    epoch: int
    now: str
    grids: list[dict[str, Any]]
    left: list[str]
    users: dict[str, str]
    decided: list[Any]
    next_seq: int
    campaign: dict[str, Any] | None


class Result(BaseModel):
    """What became of an op."""

    op: str
    seq: int
    state: str
    reason: str = ""
    text: str = ""
    differences: list[Any] = []


class Pushed(BaseModel):
    """What became of each op, committed."""

    epoch: int
    next_seq: int
    results: list[Result]
    lease_until: str


class Deposited(BaseModel):
    """What was taken in; ``wipe``: the phone empties itself."""

    taken: list[str]
    wipe: bool


class Me(BaseModel):
    """What the server knows of a phone."""

    device: str
    name: str
    epoch: int
    next_seq: int
    lease_until: str
    now: str


class Epoch(BaseModel):
    """Which life of the database this is."""

    epoch: int
    now: str
    wire: list[int]


def operation(
    *, body: type[BaseModel] | None = None, answer: type[BaseModel] | None = None, status: int = 200
) -> dict[str, Any]:
    """An operation's body and answers, as OpenAPI writes them; without ``answer`` headers say it all."""
    described: dict[str, Any] = {"responses": {status: {"description": "Done"}, "4XX": _content(Problem)}}
    if answer is not None:
        described["responses"][status] = _content(answer)
    if body is not None:
        described["requestBody"] = _content(body)
    return described


def _content(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema()
    named = schema.pop("$defs", {})
    return {
        "description": (model.__doc__ or "").strip(),
        "content": {"application/json": {"schema": _inlined(schema, named)}},
    }


def _inlined(node: Any, named: dict[str, Any]) -> Any:
    """The schema without references: a reference would be looked for at the root of the whole document."""
    if isinstance(node, list):
        return [_inlined(one, named) for one in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _inlined(named[node["$ref"].rsplit("/", 1)[-1]], named)
    return {key: _inlined(value, named) for key, value in node.items()}
