"""The shapes of answers, and of the bodies that are no ops, for the OpenAPI document. What ops are read by, and
described with, is sync's (``sync.messages``).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, WithJsonSchema

from gridwalk.phone.beside import Campaign, Matter, Notice, Post, SampledDoor
from gridwalk.sync.messages import SELDOM
from gridwalk.sync.queries import layouts


class Jwk(BaseModel):
    """A public P-256 key."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: str
    y: str


class Activate(BaseModel):
    """Binding a phone; ``own_password`` takes the place of a first password."""

    login: str
    password: str
    code: str
    public_key: Jwk
    name: str
    wire: list[int]
    platform: str
    own_password: str = ""


class Pull(BaseModel):
    """What the phone has: grid code → version."""

    since: dict[str, int]
    epoch: int | None = None


class Dial(BaseModel):
    """Whose telephone is to be dialled: a field of a record, or the ``nth`` of a door that was drawn."""

    kind: str
    entity: str
    field: str
    nth: Annotated[int, SELDOM] = 1


class SealedOp(BaseModel):
    """An op sealed to the server's key."""

    op: str
    seq: int
    key_id: str
    sealed: str = Field(description="base64(ephemeral P-256 point ‖ iv ‖ AES-256-GCM)")


class Deposit(BaseModel):
    """Handing in without a session; ``done``: a revoked phone has handed in all and empties itself."""

    token: str
    ops: list[SealedOp]
    done: Annotated[bool, SELDOM] = False


class Problem(BaseModel):
    """Any answer of 400 and above: its name, and in ``text`` what the worker is told.

    ``now``: the server's clock, for a phone that signed by a wrong one.
    """

    problem: str
    text: str = ""
    now: Annotated[str, SELDOM] = ""


class Settings(BaseModel):
    """What the office has set for phones."""

    lease_hours: int
    quiet: Any
    max_ops: int


class GridName(BaseModel):
    """A grid by its code."""

    code: str
    name: str


class Badge(BaseModel):
    """What a worker shows at the door; ``photo``: a data URI."""

    photo: Annotated[str | None, SELDOM] = None
    number: str


class Worker(BaseModel):
    """Whose phone it is; ``asks``: whether they ask again at doors that were drawn; ``desk``: where residents reach the
    community, ``operator``: who runs the server.
    """

    id: str
    name: str
    role: str
    community: str
    asks: bool
    grids: list[GridName]
    badge: Badge
    desk: str
    operator: str
    filing_number: str


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


class Care(BaseModel):
    """A care label in force."""

    kind: Literal["care"]
    id: str
    person: str
    category: str
    interval_days: int
    last_contact_on: str | None
    ends_on: str | None
    due_on: str


class Need(BaseModel):
    """Found in a care contact and followed until its recipient says that it is met."""

    kind: Literal["need"]
    id: str
    person: str
    need: str
    state: str
    to: str
    found_on: str
    ask_on: str


class Difference(BaseModel):
    """A question about a fact. ``place``: the door it is about, where the entity does not say it.

    ``by`` and ``note``: who sent it to the door, and what they want to know; empty unless its state is to_door.
    """

    kind: Literal["difference"]
    id: str
    entity_kind: str
    entity: str
    field: str
    label: str
    current: str
    claimed: str
    source: str
    why: str
    state: str
    place: str | None
    by: str
    note: str


class Task(BaseModel):
    """Returned work that the office has handed to somebody."""

    kind: Literal["task"]
    id: str
    place_kind: str
    place: str | None
    assignee: str | None
    by: str
    text: str


ROWS: tuple[type[BaseModel], ...] = (Care, Need, Difference, Task)
"""The rows that have no layout; those of records and of the structure follow from ``sync.queries.layouts``."""


ROW = {
    "anyOf": [
        *(layouts.schema(kind) for kind in layouts.STRUCTURE),
        *(model.model_json_schema() for model in ROWS),
    ]
}


class Grid(BaseModel):
    """A grid that changed: its rows, whole or only those that changed, and what is gone. ``due``: what is due soon.

    ``own``: the visits among the rows that are the worker's; whose the others are is not told.
    """

    grid: str
    version: int
    full: bool
    hash: str
    rows: list[Annotated[dict[str, Any], WithJsonSchema(ROW)]]
    gone: list[Any]
    due: list[Any]
    own: list[str]


class Pulled(BaseModel):
    """The grids that changed, and those that are no longer the worker's. ``n_matters``: with those no phone keeps;
    ``n_sampled``: with those that are not open any more.
    """

    epoch: int
    now: str
    grids: list[Grid]
    left: list[str]
    users: dict[str, str]
    decided: list[Any]
    next_seq: int
    campaign: Campaign | None
    notices: list[Notice]
    posts: list[Post]
    matters: list[Matter]
    n_matters: int
    sampled: list[SampledDoor]
    n_sampled: int


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


class Dialled(BaseModel):
    """The number, for this call only."""

    number: str


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
    refused = _content(Problem)
    described: dict[str, Any] = {"responses": {status: {"description": "Done"}, "4XX": refused, 503: refused}}
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
        return [_inlined(item, named) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _inlined(named[node["$ref"].rsplit("/", 1)[-1]], named)
    return {key: _inlined(value, named) for key, value in node.items()}
