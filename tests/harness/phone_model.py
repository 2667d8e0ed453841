"""What the phone app does, as plain Python: outbox, sequence, epoch, cache; for the model test and the long run.

Faults are the network's and the server's; the phone's own behaviour is the app's reducer (web/phone) in miniature.
``Habits`` are its planted bugs.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

from gridwalk.core import clock
from tests.harness.phones import API, Cache, Wire, op


class ServerDied(BaseException):
    """The server process ended in the middle of a request: nobody catches that."""


class Lost(Exception):
    """The request or its answer never arrived."""


@dataclasses.dataclass
class Habits:
    """Planted bugs of the phone."""

    forgets_on_send: bool = False
    cursor_by_own_clock: bool = False
    wipes_without_deposit: bool = False
    ignores_epoch: bool = False


@dataclasses.dataclass
class Sent:
    """An op in the outbox. ``state``: waiting, or what the server said."""

    op: dict[str, Any]
    state: str = "waiting"
    device: str = ""


class PhoneModel:
    """One phone. ``ops`` holds everything it ever made, oldest first; acknowledged ones are kept for a re-offer."""

    def __init__(self, wire: Wire, name: str, *, skew: dt.timedelta, faults: Counter[str], habits: Habits) -> None:
        self.wire, self.name, self.skew, self.faults, self.habits = wire, name, skew, faults, habits
        wire.now = lambda: clock.now() + skew
        self.cache = Cache()
        self.sampled: set[str] = set()
        """The doors of samples it was told of last."""
        self.ops: list[Sent] = []
        self.next_seq = 1
        self.epoch = 0
        self.wiped = False
        self.held_back = False
        """This is a copy, and waits until the office has confirmed it."""
        self.has_spoken = False
        self.heads: dict[tuple[str, str], str] = {}
        self.last_pull: dt.datetime | None = None
        self.late: list[tuple[str, str, dict[str, str], bytes]] = []
        self.rebind: Callable[[], None] = lambda: None
        self.user: Any = None
        self.failures: list[str] = []
        """Requests that the server could not answer."""

    def begin(self, pulled: Cache) -> None:
        """The day begins with what the phone has pulled before; it knows by then how far its clock is off."""
        self.cache, self.epoch, self.last_pull = pulled.copy(), pulled.epoch, self.wire.now()
        self.wire.ahead = -int(self.skew.total_seconds() * 1000)

    # what the worker does

    def write(
        self,
        verb: str,
        kind: str,
        entity: object,
        *,
        facts: dict[str, Any] | None = None,
        data: Any = None,
        version: int = 1,
    ) -> Sent:
        """An intention into the outbox: each fact with the write its author saw."""
        facts_sent = {
            field: {"p": self.seen(kind, str(entity), field), "v": value} for field, value in (facts or {}).items()
        }
        intention = op(
            self.next_seq, verb, kind, entity, at=self.wire.now(), set=facts_sent, data=data, version=version
        )
        self.next_seq += 1
        for field in facts_sent:
            self.heads[str(entity), field] = intention["op"]
        sent = Sent(intention, device=self.wire.device)
        self.ops.append(sent)
        return sent

    def edit(self, kind: str, entity: str, facts: dict[str, Any], made_by: Sent) -> dict[str, Any]:
        """An edit that goes with a visit."""
        facts_sent = {field: {"p": self.seen(kind, entity, field), "v": value} for field, value in facts.items()}
        for field in facts_sent:
            self.heads[entity, field] = made_by.op["op"]
        return {"kind": kind, "entity": entity, "set": facts_sent}

    def seen(self, kind: str, entity: str, field: str) -> str | None:
        """The op of the write this phone shows for a fact: its own latest, else the cached row's head."""
        own = self.heads.get((entity, field))
        if own:
            return own
        for rows in self.cache.rows.values():
            row = rows.get((kind, entity))
            if row is not None:
                head: str | None = row["heads"].get(field)
                return head
        return None

    # what the network does

    def _through(self, name: str, content: Any, fault: str) -> tuple[int, Any]:
        if fault:
            self.faults[fault] += 1
        if fault == "lost_request":
            raise Lost
        if fault == "late":
            self._remember(name, content)
            raise Lost
        if fault == "twice":
            self.wire.ask("POST", name, content)
        status, answer = self.wire.ask("POST", name, content)
        if fault == "lost_response":
            raise Lost
        return status, answer

    def _remember(self, name: str, content: Any) -> None:
        """The request is on its way and arrives after younger ones: it is signed now and sent later."""
        kept: list[tuple[str, str, dict[str, str], bytes]] = []
        whole = self.wire.send
        self.wire.send = lambda *request: (kept.append(request), (500, b"{}"))[1]  # type: ignore[func-returns-value]
        self.wire.ask("POST", name, content)
        self.wire.send = whole
        self.late += kept

    def arrive_late(self) -> None:
        """What was held up in the network reaches the server now; nobody waits for the answer."""
        while self.late:
            self.wire.send(*self.late.pop(0))

    # what the app does

    def waiting(self) -> list[Sent]:
        """What is not yet on the server as far as this phone knows."""
        return [sent for sent in self.ops if sent.state == "waiting"]

    def push(self, *, fault: str = "", most: int = 3, oldest: bool = False) -> None:
        """Send the next ops in sequence; lost answers are asked again another time. Raises Lost, ServerDied."""
        content = self.next_push(most)
        if content is not None:
            self.heard(*self._through("push", content, fault))

    def next_push(self, most: int) -> dict[str, Any] | None:
        """The next ops in sequence as they are sent; None where nothing waits."""
        batch = [] if self.wiped else sorted(self.waiting(), key=lambda sent: sent.op["seq"])[:most]
        if not batch:
            return None
        self.has_spoken = True
        if self.habits.forgets_on_send:
            for sent in batch:
                sent.state = "forgotten"
        return {"epoch": self.epoch, "seq_from": batch[0].op["seq"], "ops": [sent.op for sent in batch]}

    def heard(self, status: int, answer: Any) -> None:
        """Take in what the server says of a push, or instead of what was pulled."""
        if status >= 500:
            self.failures.append(f"{self.name} was answered {status}")
            return None
        if status == 401 and answer["problem"] == "revoked":
            return self.hand_in()
        if status == 401 and answer["problem"] == "unknown_device":
            return self._bind_again()
        self.held_back = status == 403 or (status == 409 and answer["problem"] == "copies")
        if self.held_back:
            return None
        if status == 409 and answer["problem"] == "gap":
            self._epoch(answer["epoch"])
            self._offer_from(answer["next_seq"])
        elif status == 409 and answer["problem"] == "stale":
            return None  # sent with others, and nobody has told it yet how far its clock is off: it is asked again
        elif status == 409:
            self._become(answer)
        elif status == 200:
            by_op = {sent.op["op"]: sent for sent in self.ops}
            for result in answer["results"]:
                by_op[result["op"]].state = result["state"]
            self._epoch(answer["epoch"])
        return None

    def _epoch(self, epoch: int) -> None:
        """Another epoch: everything kept is offered again, whatever place the server waits for; it skips
        what it has.
        """
        if epoch != self.epoch and self.epoch and not self.habits.ignores_epoch:
            self._offer_from(1)
        self.epoch = epoch

    def _offer_from(self, next_seq: int) -> None:
        """Offer again what the server may have lost; what was sent under an earlier identity goes to the end."""
        for sent in self.ops:
            if sent.state == "deposited" or (sent.device == self.wire.device and sent.op["seq"] < next_seq):
                continue
            if sent.device != self.wire.device:
                sent.op["seq"], sent.device = self.next_seq, self.wire.device
                self.next_seq += 1
            sent.state = "waiting"

    def _bind_again(self) -> None:
        """The server does not know this phone (a backup from before it was bound): a new code, all kept ops from 1."""
        self.faults["bound_again"] += 1
        self.has_spoken = True
        self.rebind()
        for seq, sent in enumerate(sorted(self.ops, key=lambda o: (o.state == "waiting", o.op["seq"])), 1):
            sent.op["seq"], sent.device, sent.state = seq, self.wire.device, "waiting"
        self.next_seq = len(self.ops) + 1

    def _become(self, answer: Any) -> None:
        """This is a copy: go on under the new identity, renumbering what is still to be sent."""
        self.faults["cloned"] += 1
        self.wire.device, self.wire.token = answer["device"], answer["deposit_token"]
        seq = answer["next_seq"]
        for sent in sorted(self.ops, key=lambda o: o.op["seq"]):
            if sent.state == "waiting":
                sent.op["seq"], sent.device = seq, self.wire.device
                seq += 1
        self.next_seq = seq

    def pull(self, *, fault: str = "") -> None:
        """Bring the cache up to date. Raises Lost."""
        if self.wiped:
            return
        status, answer = self._through("pull", self.cache.asks(), fault)
        if status != 200:
            return self.heard(status, answer)
        if self.habits.cursor_by_own_clock:
            self._take_by_own_clock(answer)
        else:
            self.cache.take(answer)
        self._epoch(answer["epoch"])
        self.sampled = {door["id"] for door in answer["sampled"]}
        states = {decision["op"]: decision["state"] for decision in answer["decided"]}
        for sent in self.ops:
            if sent.state != "waiting":  # what is to be offered again is answered then
                sent.state = states.get(sent.op["op"], sent.state)
        landed = {sent.op["op"] for sent in self.ops if sent.state != "waiting"}
        self.heads = {fact: head for fact, head in self.heads.items() if head not in landed}
        return None

    def _take_by_own_clock(self, answer: Any) -> None:
        """Bug: what the server wrote before the phone's own last look, by the phone's clock, counts as seen."""
        now = dt.datetime.fromisoformat(answer["now"])
        if self.last_pull is not None and now <= self.last_pull:
            for grid in answer["grids"]:
                if not grid["full"]:
                    grid["rows"], grid["gone"] = [], []
        self.last_pull = self.wire.now()
        self.cache.take(answer)

    def hand_in(self) -> None:
        """Revoked: deposit all that is kept, what was acknowledged too (the backup may be older), then wipe."""
        self.faults["deposited"] += 1
        self.has_spoken = True
        if not self.habits.wipes_without_deposit:
            sealed = [self.wire.seal(sent.op) for sent in self.ops]
            body = json.dumps({"token": self.wire.token, "ops": sealed}).encode()
            status, content = self.wire.send("POST", f"{API}deposit", {"Content-Type": "application/json"}, body)
            answer = json.loads(content)
            if status == 401:  # a copy handed in before, and the token they shared ended with it
                return self._bind_again()
            assert status == 200, answer
            if not answer["wipe"]:
                return None
            for sent in self.ops:
                assert sent.op["op"] in answer["taken"]
                sent.state = "deposited"
            done = json.dumps({"token": self.wire.token, "ops": [], "done": True}).encode()
            self.wire.send("POST", f"{API}deposit", {"Content-Type": "application/json"}, done)
        self.wiped = True
        self.cache = Cache()
        return None

    def push_all(self) -> None:
        """Undisturbed, until nothing waits, or until this copy has to be confirmed."""
        for _ in range(13):
            if self.wiped or not self.waiting():
                return
            self.push(most=200)
            if self.held_back:
                return

    def copy(self, wire: Wire) -> PhoneModel:
        """Another phone with the same storage (a backup of the phone, restored onto a second one)."""
        twin = PhoneModel(wire, f"{self.name}'", skew=self.skew, faults=self.faults, habits=self.habits)
        wire.key, wire.device, wire.token = self.wire.key, self.wire.device, self.wire.token
        wire.server_key, wire.key_id = self.wire.server_key, self.wire.key_id
        twin.cache = self.cache.copy()
        twin.ops = [Sent(json.loads(json.dumps(sent.op)), sent.state, sent.device) for sent in self.ops]
        twin.next_seq, twin.epoch, twin.heads, twin.last_pull = (
            self.next_seq,
            self.epoch,
            dict(self.heads),
            self.last_pull,
        )
        return twin


def new_id() -> str:
    """An id for somebody met at a door."""
    return str(uuid.uuid4())
