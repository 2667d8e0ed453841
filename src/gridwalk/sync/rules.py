"""What an intention looks like, and what is said of it; plain values only. The wire: docs/algorithms/sync.md."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import re
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from pydantic import ValidationError

from gridwalk.registry import rules as registry
from gridwalk.sync import messages, spelling

WIRE = (1,)
"""Wire versions understood; an op of another one is kept and returned."""

MOST_BYTES = 256 << 10
MOST_BYTES_OPENED = 4 << 20
LEASE = dt.timedelta(hours=72)
CODE_LASTS = dt.timedelta(minutes=15)
KEPT = dt.timedelta(days=30)
"""How long phones keep what was acknowledged, to offer it again after a restore."""
CLOCK_TOLERANCE = dt.timedelta(minutes=5)
LONGEST_WAIT = dt.timedelta(minutes=15)
FRESH = dt.timedelta(minutes=10)
"""How far from the server's clock a request that reads may have been signed."""
MOST_COPIES = 3
"""How many copies of one phone wait for the office's word at a time."""
HANDED_IN = dt.timedelta(days=40)
"""How long after it was taken back a phone may hand in what it keeps."""
OPS_A_DAY = 100
"""More than anybody writes down at doors in one day."""

ACCEPTED, DIFFERENCE, RETURNED = "accepted", "difference", "returned"

REASONS = {
    "not_permitted": "您的岗位不办这一户，内容留在社区待处理。",
    "not_valid": "填的内容有一处读不懂，内容留在社区待处理。",
    "former_holder": "这个网格已交给别人，您的记录作为另一份留着，等社区处理。",
    "unknown_version": "手机上的版本太旧，内容留着。请更新后再看。",
    "unknown_verb": "手机上的版本比服务器新，内容留着，服务器更新后再处理。",
    "not_here": "系统里没有这一户，内容留在社区待处理。",
    "struck_off": "这一户已注销，内容留在社区待处理。",
}
"""Why an op is kept and not applied (returned), in words for its author."""

REMARKS = {
    "second_account": "这一户已改派给别人，您的记录作为另一份一起算数。",
    "people_moved": "有人已不在这一户名下，没有记他的核实，其余都记了。",
    "erased": "这个人的身份内容已清除，这次填的没有记。",
    "one_erased": "其中一个人的身份内容已清除，填他的那几项没有记。",
    **{f"card_{answer}": words for answer, words in registry.CARD_ANSWERS.items()},
}
"""What an op that was not returned may carry besides."""

FOR_THE_OFFICE = {
    "not_permitted": "这位网格员不管这个网格",
    "former_holder": "这个网格已交给别人，这是原来网格员记的另一份",
    "unknown_version": "手机应用版本太旧",
    "unknown_verb": "手机应用比服务器新",
    "not_here": "系统里没有这一户",
    "struck_off": "这一户已注销",
}
"""The same for whoever decides; what is not valid says so itself."""

TO_DO = {
    "not_permitted": "核对这位网格员管不管这个网格；该算数就放行。",
    "not_valid": "看清哪里不对，打开这一户补录，再搁置这一条。",
    "former_holder": "网格已换人。内容可信就放行，作为另一份走访记下；要再核实就交给现在的网格员。",
    "unknown_version": "请网格员更新手机应用；内容看得懂就放行。",
    "unknown_verb": "服务器更新后再放行。",
    "not_here": "找到这一户现在的记录，打开补录，再搁置这一条。",
    "struck_off": "门还在就先恢复这一户再放行；不在就搁置。",
}

OF_SAMPLES = ("sample.answer", "sample.approach", "sample.leave")
"""What an inspector says of a round: what is not taken waits for who draws rounds, and for no community."""
NO_POST = "这位核查员现在没有去那一户的岗位"
TO_DO_OF_SAMPLES = {
    "not_permitted": "岗位是问完以后才变的，就放行；本来就不该去的，写明原因搁置。",
    "not_valid": "规则不收的，放行也记不上。看清原因，写明后搁置。",
    "unknown_version": "请核查员更新手机应用；再放行。",
}
"""The same of what an inspector heard. What was heard is not shown: who decides must not be able to pick answers."""


_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical(value: Any) -> str:
    """The one spelling of a JSON value both sides hash: keys sorted, no spaces, nothing escaped that need not be."""
    return _CANONICAL.encode(value)


def row_text(row: Mapping[str, Any]) -> bytes:
    """``canonical`` of a grid's row, in UTF-8, in an eighth of the time. A row has neither fractions, which are texts
    in it, nor half a character, which no column takes: those it would spell otherwise.
    """
    return orjson.dumps(row, option=orjson.OPT_SORT_KEYS)


_NUL_SPELLED = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def _is_storable(spelled: str) -> bool:
    """Whether columns take every text in canonical JSON. Every op of every push is asked: what is quick comes first."""
    try:
        spelled.encode()
    except UnicodeEncodeError:
        return False
    return "\\u0000" not in spelled or _NUL_SPELLED.search(spelled) is None


def kept_spelling(raw: Mapping[str, Any]) -> str:
    """An op as it is kept: canonical JSON, with half a character as its escape, for alone it cannot be written."""
    return canonical(raw).encode("utf-8", "backslashreplace").decode()


def op_hash(raw: Mapping[str, Any]) -> str:
    """SHA-256 of an op as sent, without its place in the sequence: a renumbered op is the same op."""
    return _hash(_unnumbered(raw))


def _unnumbered(raw: Mapping[str, Any]) -> str:
    return canonical({key: value for key, value in raw.items() if key != "seq"})


def _hash(spelled: str) -> str:
    return hashlib.sha256(spelled.encode("utf-8", "surrogatepass")).hexdigest()


def text_hash(text: bytes, *, key: bytes) -> str:
    """A short keyed mark of one row's canonical JSON, to see whether it changed."""
    return hashlib.blake2b(text, digest_size=8, key=key).hexdigest()


def grid_hash(rows: Iterable[bytes]) -> str:
    """SHA-256 over the canonical JSON of a grid's rows, already sorted by (kind, id) (I3)."""
    return hashlib.sha256(b"\n".join(rows)).hexdigest()


class Malformed(Exception):
    """A push that is no push: the phone has a fault no repetition heals."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Intention:
    """An op as read. ``raw``: as sent; ``fault``: a reason it cannot be judged, with ``why`` in words.

    ``op`` and ``seq`` are the server's where it came without any that can be read.
    """

    op: uuid.UUID
    seq: int
    verb: str
    kind: str
    entity: uuid.UUID | None
    set: messages.Facts
    extra: Mapping[str, Any]
    data: Mapping[str, Any]
    at: dt.datetime | None
    mono: int | None
    version: int
    att: tuple[str, ...]
    raw: Mapping[str, Any]
    hash: str
    fault: str = ""
    why: str = ""


def read_push(body: Any, *, device: uuid.UUID) -> tuple[int, list[Intention], int | None]:
    """(first seq, ops in order, the oldest seq the phone still has). Raises Malformed: only what makes no sequence.

    The place of an op is where it stands. One without an id of its own is named after its phone, place and content.
    """
    try:
        push = messages.Push.model_validate(body)
    except ValidationError as error:
        raise Malformed(_where(error)) from None
    intentions: dict[uuid.UUID, Intention] = {}
    for seq, (read, sent) in enumerate(zip(push.ops, body["ops"], strict=True), push.seq_from):
        raw = spelling.as_object(sent)
        own = read.op is not None and read.op not in intentions
        op = read.op if read.op is not None and own else uuid.uuid5(device, f"{seq} {op_hash(raw)}")
        intentions[op] = _intention(read, raw, op=op, seq=seq, is_whole=own and read.seq == seq)
    return push.seq_from, list(intentions.values()), push.oldest


def read_op(sent: Any, *, op: uuid.UUID, seq: int) -> Intention:
    """One op whose place is known already; anything else that is wrong with it is its ``fault``."""
    raw = spelling.as_object(sent)
    read = messages.Op.model_validate(raw)
    return _intention(read, raw, op=op, seq=seq, is_whole=read.op == op)


def _where(error: ValidationError) -> str:
    parts = error.errors(include_input=False, include_url=False, include_context=False)[0]["loc"]
    return ".".join(map(str, parts)) or "body"


def _intention(read: messages.Op, raw: Mapping[str, Any], *, op: uuid.UUID, seq: int, is_whole: bool) -> Intention:
    """``is_whole``: id and place are those it came with."""
    spelled = _unnumbered(raw)
    fault = _fault(read, raw, spelled) if is_whole else "not_valid"
    why = REASONS[fault] if fault else ""
    facts = {**dict(read), "op": op, "seq": seq}
    return Intention(**facts, raw=raw, hash=_hash(spelled), fault=fault, why=why)


def _fault(op: messages.Op, raw: Mapping[str, Any], spelled: str) -> str:
    if op.version not in WIRE:
        return "unknown_version"
    if not _is_storable(spelled) or (op.at is not None and not messages.in_calendar(op.at)):
        return "not_valid"
    if op.verb not in messages.VERBS:
        return "unknown_verb"
    if (op.entity is None and op.verb != "task.hand_back") or (raw.get("set") and not op.set):
        return "not_valid"
    return ""


@dataclasses.dataclass(frozen=True)
class Moment:
    """When something happened by the server's clock; ``uncertain``: the phone's clock was off by more
    than 5 minutes.
    """

    at: dt.datetime
    uncertain: bool


def happened(told: dt.datetime | None, *, behind: dt.timedelta, received: dt.datetime) -> Moment:
    """Phone time, put right by how far that clock was off when it sent; never later than it was received.

    Where that leads out of the calendar, as if nothing was said.
    """
    if told is None:
        return Moment(received, True)
    uncertain = abs(behind) > CLOCK_TOLERANCE
    since = told - received + (behind if uncertain else dt.timedelta(0))  # a span: no clock is too far off for it
    if since < messages.CALENDAR[0] - received:
        return Moment(received, True)
    return Moment(received + min(since, dt.timedelta(0)), uncertain or since > CLOCK_TOLERANCE)


def most_numbered(next_seq: int, *, heard: dt.datetime, until: dt.datetime) -> int:
    """The highest number a phone can have given by ``until``, when the server waited for ``next_seq`` as it last heard
    of it: so many a day, and no more days than phones keep ops for.
    """
    days = 1 + max(until - heard, dt.timedelta(0)).days
    return next_seq - 1 + OPS_A_DAY * min(days, KEPT.days)


def wait_after(failures: int) -> dt.timedelta:
    """How long to wait after so many failed activations: 1 s, doubled each time, at most 15 minutes."""
    return min(dt.timedelta(seconds=2 ** max(0, min(failures, 12) - 1)), LONGEST_WAIT)


_MODEL = re.compile(r"Android [\d.]+; (?:\w\w-\w\w; )?([^;)]+?)(?: Build/[^;)]*)?[;)]")
_OTHERS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "安卓手机",
    "Windows": "Windows 电脑",
    "Macintosh": "苹果电脑",
}


def model_of(user_agent: str) -> str:
    """The model of a phone by what its browser calls itself: V2200A, iPhone; "" for what cannot be told.

    Newer browsers say K instead of a model, so that it is an Android and no more.
    """
    model = _MODEL.search(user_agent)
    if model and model[1] != "K":
        return model[1][:30]
    return next((name for sign, name in _OTHERS.items() if sign in user_agent), "")
