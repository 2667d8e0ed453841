"""What phones send, as pydantic reads it; the OpenAPI document is made of it. The wire: docs/algorithms/sync.md.

An op is read leniently: what cannot be read of it is left empty, for an op is never refused, it is kept with a fault.
Only a push that is no run of a sequence is malformed. What a verb says, its body, is read strictly and later, when it
is known whose it is.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)

from gridwalk.followup.rules import LONGEST_OUTSIDE, LONGEST_OUTSIDE_NUMBER, LONGEST_TEXT
from gridwalk.sync import spelling

VERBS = {
    "visit.record": "走访",
    "fact.set": "改内容",
    "person.add": "添人",
    "residence.end": "迁出",
    "person.end": "提出注销登记",
    "visit.withdraw": "撤销走访",
    "task.hand_back": "退回任务",
    "matter.note": "记隐患或诉求",
    "matter.act": "办事项",
    "sample.answer": "抽查问到了",
    "sample.approach": "抽查没问到",
    "sample.leave": "抽查不再打扰",
}
"""What a phone may say, and what the office calls it; each has a file in ``actions/verbs``."""

MOST_OPS = 200
CALENDAR = (dt.datetime(1970, 1, 1, tzinfo=dt.UTC), dt.datetime(2200, 1, 1, tzinfo=dt.UTC))
"""What a phone's clock can say: it begins at the first, even with a flat battery; a moment outside is no time."""
LONGEST_WORD, LONGEST_NOTE = 20, 2000

_NO_TEXT = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """``text`` with U+FFFD for what no column takes: NUL, and half a character (a lone surrogate)."""
    return _NO_TEXT.sub("\ufffd", text)


OF_ADDRESSES = 8
"""The version of what stands in the console's addresses (``core.outward``)."""


def as_uuid(raw: Any) -> uuid.UUID | None:
    """A UUID from text; None for anything else, and for what stands in an address: that is no id."""
    try:
        pk = uuid.UUID(raw) if isinstance(raw, str) else None
    except ValueError:
        return None
    return None if pk is not None and pk.version == OF_ADDRESSES else pk


def as_moment(raw: Any) -> dt.datetime | None:
    """An aware moment from ISO text; None for anything else."""
    try:
        moment = dt.datetime.fromisoformat(raw) if isinstance(raw, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def in_calendar(moment: dt.datetime) -> bool:
    """Whether some clock may have said it."""
    return CALENDAR[0] <= moment < CALENDAR[1]


def is_whole(raw: Any) -> bool:
    """Whether ``raw`` is a whole number that phones count with."""
    return isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) < 1 << 53


def is_sha256(raw: Any) -> bool:
    """Whether ``raw`` is a SHA-256 in lower-case hex."""
    return isinstance(raw, str) and len(raw) == 64 and set(raw) <= set("0123456789abcdef")


def _whole(raw: Any) -> int | None:
    return raw if is_whole(raw) else None


def _version(raw: Any) -> int:
    return raw if is_whole(raw) and 0 <= raw < 32000 else 0


def _short(longest: int) -> Callable[[Any], str]:
    return lambda raw: storable(raw)[:longest] if isinstance(raw, str) else ""


def _hashes(raw: Any) -> tuple[str, ...]:
    return tuple(sha for sha in raw if is_sha256(sha)) if isinstance(raw, list) else ()


def _mapping(raw: Any) -> Mapping[str, Any]:
    return raw if isinstance(raw, Mapping) else {}


def _required(raw: Any) -> uuid.UUID:
    pk = as_uuid(raw)
    if pk is None:
        raise ValueError("no UUID")
    return pk


def _or_nothing(raw: Any, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(raw)
    except ValidationError:
        return {}


def _none_is(empty: Any) -> BeforeValidator:
    """Older phones leave out or send null for what they do not say."""
    return BeforeValidator(lambda raw: empty() if raw is None else raw)


_UUID, _MOMENT = {"type": "string", "format": "uuid"}, {"type": "string", "format": "date-time"}
_NULL = {"type": "null"}
_AGO = Literal["week", "fortnight", "month", "two_months", "quarter", "earlier", "unknown"]
_TEXT, _WHOLE = {"type": "string"}, {"type": "integer"}


def _read(read: Callable[[Any], Any], schema: dict[str, Any]) -> Any:
    """A value read by a function of ours, described by a schema."""
    return PlainValidator(read), WithJsonSchema(schema)


Id = Annotated[uuid.UUID, *_read(_required, _UUID)]
IdOrNone = Annotated[uuid.UUID | None, *_read(as_uuid, {"anyOf": [_UUID, _NULL]})]
Anything = Annotated[Any, WithJsonSchema({"anyOf": [_TEXT, {"type": "number"}, _NULL]})]


SELDOM = Field(json_schema_extra={"x-optional": True})
"""What phones leave out where there is nothing to say. Everything else they send, though all may be missing."""


class Fact(BaseModel):
    """A value and the op of the write its author saw (null: the field was empty)."""

    model_config = ConfigDict(frozen=True)

    p: IdOrNone = None
    v: Anything


Facts = dict[str, Fact]
Extra = Annotated[
    Mapping[str, Any], *_read(_mapping, {"type": "object", "additionalProperties": Fact.model_json_schema()})
]
"""Facts of fields that exist for a time, by the field's id. What is wrong with one is a fault of that one alone."""


class Op(BaseModel):
    """An intention."""

    model_config = ConfigDict(json_schema_extra={"required": ["op", "seq"]})

    op: Annotated[uuid.UUID | None, *_read(as_uuid, _UUID), Field(description="UUIDv7")] = None
    seq: Annotated[int | None, *_read(_whole, _WHOLE)] = None
    verb: Annotated[str, *_read(_short(24), {"type": "string", "enum": list(VERBS)})] = ""
    kind: Annotated[str, *_read(_short(16), _TEXT)] = ""
    entity: Annotated[uuid.UUID | None, *_read(as_uuid, _UUID)] = None
    set: Annotated[Facts, WrapValidator(_or_nothing)] = {}
    extra: Annotated[Extra, SELDOM] = {}
    data: Annotated[Mapping[str, Any], *_read(_mapping, {"type": "object"})] = {}
    at: Annotated[dt.datetime | None, *_read(as_moment, _MOMENT)] = None
    mono: Annotated[int | None, *_read(_whole, _WHOLE)] = None
    version: Annotated[int, *_read(_version, _WHOLE)] = 0
    att: Annotated[tuple[str, ...], *_read(_hashes, {"type": "array", "items": _TEXT})] = ()


class Push(BaseModel):
    """A run of the device's sequence. ``oldest``: the oldest number the phone still has."""

    epoch: Annotated[int | None, *_read(_whole, _WHOLE)] = None
    seq_from: Annotated[int, Field(strict=True, ge=1, lt=1 << 53)]
    ops: Annotated[list[Annotated[Op, BeforeValidator(spelling.as_object)]], Field(strict=True, max_length=MOST_OPS)]
    oldest: Annotated[int | None, *_read(_whole, {"anyOf": [_WHOLE, _NULL]}), SELDOM] = None


def _word(raw: Any) -> Any:
    return "" if raw is None else raw


def _day(raw: Any) -> dt.date | None:
    return dt.date.fromisoformat(str(raw)) if raw else None


def _agreed(raw: Any) -> dt.datetime | None:
    moment = as_moment(raw)
    if raw and (moment is None or not in_calendar(moment)):
        raise ValueError("no moment")
    return moment


Word = Annotated[str, BeforeValidator(_word), Field(strict=True, max_length=LONGEST_WORD)]
Ids = Annotated[list[Id], _none_is(list), Field(strict=True)]


class Body(BaseModel):
    """What a verb says. Read strictly: what cannot be read makes the op not valid, and the words say where."""

    model_config = ConfigDict(frozen=True)

    unreadable: ClassVar[str] = "有一项读不懂。"


B = TypeVar("B", bound=Body)


class Empty(Body):
    """Nothing besides the op itself."""


class Note(Body):
    """A hazard or a request."""

    unreadable = "隐患或诉求读不懂。"

    kind: Literal["hazard", "request"]
    text: Annotated[str, Field(strict=True), AfterValidator(lambda text: text[:LONGEST_NOTE])]


class MatterAct(Body):
    """What is done about a matter, in words; ``outside``: the unit it is passed on to, with its number there."""

    unreadable = "办事项的一步读不懂。"

    act: Literal["handed_in", "noted", "passed_on", "came_back"]
    text: Annotated[str, BeforeValidator(_word), Field(strict=True), AfterValidator(lambda text: text[:LONGEST_NOTE])]
    outside: Annotated[str, BeforeValidator(_word), Field(strict=True, max_length=LONGEST_OUTSIDE), SELDOM] = ""
    outside_number: Annotated[
        str, BeforeValidator(_word), Field(strict=True, max_length=LONGEST_OUTSIDE_NUMBER), SELDOM
    ] = ""


class SampleAnswer(Body):
    """What was said at a door that was drawn, by what was asked; ``fields``: field of the dwelling → value."""

    unreadable = "抽查的回答读不懂。"

    way: Literal["call", "knock"]
    visited: Literal["yes", "no", "unknown"]
    who: Literal["met", "another"]
    n_living: Annotated[int | None, Field(strict=True), SELDOM] = None
    identity: Annotated[Literal["badge", "said", "no", "unknown"] | None, SELDOM] = None
    knows: Annotated[bool | None, Field(strict=True), SELDOM] = None
    contact: Annotated[_AGO | None, SELDOM] = None
    fields: Annotated[dict[str, str], SELDOM] = {}
    wanted: Annotated[str, Field(strict=True), AfterValidator(lambda text: text[:LONGEST_TEXT]), SELDOM] = ""


class SampleApproach(Body):
    """A call or a knock at a door that was drawn which brought no answer."""

    unreadable = "抽查没问到的一次读不懂。"

    way: Literal["call", "knock"]
    outcome: Literal["nobody", "refused", "opted_out"]


class Arrival(Body):
    """Somebody found living at the door; their id is the phone's."""

    id: Annotated[uuid.UUID | None, *_read(as_uuid, _UUID)] = None
    values: Annotated[dict[str, Any], WithJsonSchema({"type": "object", "additionalProperties": _TEXT})]
    residence_kind: str


class Edit(Body):
    """Facts about one record of the household."""

    kind: str
    entity: Id
    set: Facts
    extra: Annotated[Extra, SELDOM] = {}


class End(Body):
    """Somebody is to be ended; a second person decides."""

    person: Id
    end: str


class Answer(Body):
    """Of a need found before: whether its recipient says it is met."""

    need: Id
    settled: Annotated[bool, Field(strict=True)]


class Contact(Body):
    """A care contact: a need, what was done or whom it was handed to, and answers to needs found before."""

    person: Id
    need: Word = ""
    help: Word = ""
    to: Annotated[Word, SELDOM] = ""
    by: Annotated[dt.date | None, *_read(_day, {"anyOf": [{"type": "string", "format": "date"}, _NULL]}), SELDOM] = None
    asked: Annotated[list[Answer], _none_is(list), Field(strict=True), SELDOM] = []


class VisitData(Body):
    """A visit with its whole household."""

    outcome: Word = ""
    met_adult: Annotated[bool, BeforeValidator(lambda raw: raw is True)] = False
    second_source: Annotated[Word, SELDOM] = ""
    revisit_at: Annotated[dt.datetime | None, *_read(_agreed, _MOMENT), SELDOM] = None
    confirmed: Ids = []
    arrivals: Annotated[list[Arrival], _none_is(list), Field(strict=True)] = []
    departures: Annotated[Ids, Field(description="residences or persons")] = []
    ends: Annotated[list[End], _none_is(list), Field(strict=True)] = []
    care: Annotated[list[Contact], _none_is(list), Field(strict=True)] = []
    edits: Annotated[list[Edit], _none_is(list), Field(strict=True)] = []
    note: Annotated[Note | None, BeforeValidator(lambda raw: raw or None), SELDOM] = None


class NewPerson(Body):
    """Somebody to be registered at a dwelling; the op's entity is their id."""

    dwelling: IdOrNone = None
    values: Annotated[dict[str, Any], WithJsonSchema({"type": "object", "additionalProperties": _TEXT})]
    residence_kind: str


class PersonEnd(Body):
    """How somebody is to be ended, and why."""

    end: str
    reason: Annotated[str, BeforeValidator(lambda raw: str(raw or ""))] = ""


class Reason(Body):
    """Why."""

    reason: Annotated[str, BeforeValidator(lambda raw: str(raw or ""))] = ""


class HandBack(Reason):
    """The target given back; without it the op's entity."""

    target: IdOrNone = None


class Unreadable(Exception):
    """Something in an op cannot be read; ``text`` says what, in words for its author."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


WORDS = {
    "confirmed": "有一处编号读不懂。",
    "departures": "有一处编号读不懂。",
    "arrivals": "有一处名单读不懂。",
    "values": "新添的人没有填内容。",
    "residence_kind": "新添的人没有选与此房的关系。",
    "revisit_at": "约定的时间读不懂。",
    "edits": "有一处改动读不懂。",
    "v": "有一项没有填内容。",
    "ends": "注销的类别读不懂。",
    "end": "注销的类别读不懂。",
    "care": "关爱联系里有一处读不懂。",
    "by": "有一个日期读不懂。",
    "asked": "有一项需要的回答读不懂。",
    "note": "隐患或诉求读不懂。",
}
"""What is said of a part that cannot be read, by its name; the innermost that has words speaks."""


def read_body(body: type[B], data: Mapping[str, Any]) -> B:
    """What a verb says. Raises Unreadable."""
    try:
        return body.model_validate(data)
    except ValidationError as error:
        parts = [str(part) for part in error.errors(include_input=False, include_url=False)[0]["loc"]]
        raise Unreadable(next((WORDS[p] for p in reversed(parts) if p in WORDS), body.unreadable)) from None
