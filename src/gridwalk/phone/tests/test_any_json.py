"""Whatever an op is, as JSON: it is kept as it came and answered in words, and the next one goes on. By push, deposit
and file, shown to the office and released again. ``GRIDWALK_OPS=100000`` generates that many ops.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import logging
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from gridwalk.accounts.actions import assign
from gridwalk.accounts.models import User
from gridwalk.accounts.rules import ONE_STREET, SYSTEM, Role
from gridwalk.campaigns.models import Target
from gridwalk.core import clock, ids
from gridwalk.dictionary import fields
from gridwalk.inspection.models import SampledDoor
from gridwalk.inspection.tests.test_drawing import drawn
from gridwalk.phone.tests.test_pushing import visit
from gridwalk.registry.living import VACANCY_SOURCES
from gridwalk.registry.models import Dwelling, Person, Residence
from gridwalk.registry.tests.street import GRID, id_no, phone
from gridwalk.sync import crypto, spelling
from gridwalk.sync.actions import depositing, returned
from gridwalk.sync.messages import VERBS
from gridwalk.sync.models import Deposit, Device, Op, Returned
from gridwalk.visits.outcomes import OUTCOMES
from tests.harness.phones import Wire, op

Field = Any
log = logging.getLogger(__name__)
OPS = int(os.environ.get("GRIDWALK_OPS", "600"))
AT_ONCE = 12
"""So many odd ops are drawn together."""
A_PUSH = AT_ONCE if OPS < 5000 else 8 * AT_ONCE
RAW = {
    "@deep": "[" * 3000 + "]" * 3000,
    "@deeper": '{"a":' * 5000 + "1" + "}" * 5000,
    "@whole": "9" * 6000,
    "@number": "-1e99999",
    "@long": "0." + "1" * 400,
    "@nan": "NaN",
    "@twice": '{"a":1,"a":2}',
}
"""What no value of ours spells: put into the text of a request in the place of these words."""
ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1 << 53,
    1 << 63,
    10**19,
    1.5,
    1e308,
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud83d",
    "灯坏了\ud83d",
    "\udc00\ud83d",
    "\\u0000",
    "\u2028",
    "\ufeff",
    "9" * 5000,
    "每" + "9" * 5000 + "天",
    "一" * 5000,
    "1980年" + "一" * 5000 + "月一日",
    "门" * 5000,
    "0000-01-01T00:00:00+00:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999999-14:00",
    "9999-12-31",
    "2026-02-30",
    "2026-10-13T10:00:00",
    "1980",
    "1",
    "#N/A",
    "12019919800101001X",
    [],
    {},
    [[]],
    [{}],
    {"p": None, "v": None},
    {"p": "x", "v": "\x00"},
    *RAW,
)
"""Values that readers, calendars, columns or indexes do not take, or take for something else."""
PLAUSIBLE = (
    *OUTCOMES,
    *VACANCY_SOURCES,
    *dict.fromkeys(code for field in (*fields.fields("person"), *fields.fields("dwelling")) for code in field.choices),
    "程望舒",
    "程小满",
    "2026-10-01",
    "9999-12-31",
    "2026-10-13T10:00:00+08:00",
    "2199-12-31T23:59:59+00:00",
    id_no(13),
    id_no(14),
    phone(8),
    "74.2",
    "999999999",
    3,
    "hazard",
    "x" * 3000,
)
"""Values that some field takes."""
FIELDS = (
    "op",
    "seq",
    "verb",
    "kind",
    "entity",
    "set",
    "extra",
    "data",
    "at",
    "mono",
    "version",
    "att",
    "\x00",
    "\ud83d",
)
SCALARS = st.sampled_from(ODD) | st.integers() | st.floats() | st.text(max_size=12)
NAMES = st.sampled_from(FIELDS) | st.text(max_size=6)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=8
)


SAID = {
    "way": "call",
    "visited": "yes",
    "who": "met",
    "n_living": 2,
    "identity": "badge",
    "knows": True,
    "contact": "month",
    "fields": {"tenure": "let"},
    "wanted": "灯坏了",
}
"""What is heard at a door that was drawn."""


def give_sampled_doors(field: Field) -> list[str]:
    """The worker is an inspector as well, and has every door to ask at again."""
    now, user = clock.now(), field.worker.id
    assign(actor=SYSTEM, at=now, user=user, role=Role.INSPECTOR, scope=GRID[:9], from_on=clock.local_date(now))
    Target.objects.update(state="visited", outcome="met", n_visits=1)
    sample = drawn(now)
    SampledDoor.objects.filter(sample=sample).update(inspector=field.worker)
    return [str(pk) for pk in SampledDoor.objects.order_by("turn").values_list("pk", flat=True)]


def sound(field: Field) -> dict[str, dict[str, Any]]:
    """An op of each verb that a phone might well send, by verb."""
    street, now = field.street, clock.now()
    door = street.door("101", occupancy="occupied")
    person = street.person("程望舒", door)
    link = Residence.objects.get(person=person)
    values = {"name": "程小满", "sex": "女", "born_on": "2026-10-01", "id_no": id_no(13), "phone": phone(7)}
    arrival = {"id": str(ids.new_id()), "values": values, "residence_kind": "lives_here"}
    edit = {"kind": "person", "entity": str(person.pk), "set": {"relation": {"p": None, "v": "户主"}}, "extra": {}}
    care = {"person": str(person.pk), "need": "health", "help": "referred", "to": "卫生站", "by": "2026-11-01"}
    full = visit(
        1,
        door,
        confirmed=[str(person.pk)],
        arrivals=[arrival],
        departures=[str(link.pk)],
        ends=[{"person": str(person.pk), "end": "deceased"}],
        care=[care],
        edits=[edit],
        note={"kind": "hazard", "text": "楼道堆物"},
        set={"tenure": {"p": None, "v": "let"}, "area_m2": {"p": None, "v": "74.2"}},
        second_source="neighbour",
        revisit_at=clock.at_local(clock.local_date(now) + dt.timedelta(days=1), 10).isoformat(),
    )
    facts = {name: {"p": None, "v": value} for name, value in values.items()}
    verbs: list[tuple[str, str, Any, dict[str, Any]]] = [
        ("fact.set", "person", person.pk, {}),
        ("person.add", "person", ids.new_id(), {"dwelling": str(door.pk), **arrival}),
        ("residence.end", "residence", link.pk, {}),
        ("person.end", "person", person.pk, {"end": "deceased", "reason": "家属说的"}),
        ("visit.withdraw", "visit", ids.new_id(), {"reason": "记错门了"}),
        ("task.hand_back", "dwelling", door.pk, {"target": str(ids.new_id()), "reason": "是我亲戚家"}),
        ("matter.note", "dwelling", door.pk, {"kind": "request", "text": "想装扶手"}),
        ("matter.act", "matter", ids.new_id(), {"act": "noted", "text": "扶手在路上"}),
        ("sample.answer", "sampled_door", ids.new_id(), SAID),
        ("sample.approach", "sampled_door", ids.new_id(), {"way": "call", "outcome": "nobody"}),
        ("sample.leave", "sampled_door", ids.new_id(), {}),
    ]
    ops = {verb: op(1, verb, kind, entity, at=now, data=data, set={}) for verb, kind, entity, data in verbs}
    ops["fact.set"]["set"] = facts
    assert {"visit.record", *ops} == set(VERBS)
    return {"visit.record": full, **ops}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value where something stands."""
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield from places(part, (*path, key))


def put(value: Any, path: tuple[Any, ...], other: Any) -> Any:
    """A copy with something else in one place."""
    if not path:
        return other
    key, *rest = path
    if isinstance(value, dict):
        return {**value, key: put(value.get(key), tuple(rest), other)}
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return [*value[:key], put(value[key], tuple(rest), other), *value[key + 1 :]]
    return other


def odd_ops(patterns: dict[str, dict[str, Any]], plausible: list[Any]) -> st.SearchStrategy[Any]:
    """An op with something else in one to three places, odd or in the wrong place; or no op at all."""
    other = st.sampled_from(plausible) | st.sampled_from(plausible) | JSON

    def spoilt(verb: str) -> st.SearchStrategy[Any]:
        pattern = patterns[verb]
        change = st.tuples(st.sampled_from(list(places(pattern))), other)
        return st.lists(change, min_size=1, max_size=3).map(lambda changes: _changed(pattern, changes))

    verbs = st.sampled_from(["visit.record", "fact.set", "person.add", *sorted(patterns)])
    return st.integers(0, 9).flatmap(lambda n: JSON if n == 9 else verbs.flatmap(spoilt))


def _changed(pattern: Any, changes: list[tuple[tuple[Any, ...], Any]]) -> Any:
    for path, other in changes:
        pattern = put(pattern, path, other)
    return pattern


_WORD = re.compile("|".join(f'"{word}"' for word in sorted(RAW, key=len, reverse=True)))


def spelled(content: Any) -> bytes:
    """JSON as a phone may write it, with the words of RAW spelled out, be they names or values."""
    text = json.dumps(content)
    return re.sub(rf"({_WORD.pattern})(?!\s*:)", lambda match: RAW[match[1][1:-1]], text).encode()


class Office:
    """Who looks at what came back."""

    def __init__(self, field: Field, centre: User) -> None:
        self.client, self.centre = Client(), Client()
        for client, user in ((self.client, field.lead), (self.centre, centre)):
            client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")

    def look(self) -> None:
        """The page of returned work, the newest too."""
        for page in ("/returned/", "/returned/?show=decided"):
            assert self.client.get(page).status_code == self.centre.get(page).status_code == 200

    def release(self, op: Any) -> str:
        """Release one, and what the page says of it; what an inspector sent is decided by who draws rounds."""
        client = self.centre if len(Returned.objects.get(op=op).grid) == ONE_STREET else self.client
        answer = client.post(f"/returned/{op}/", {"do": "release", "note": "看过了"}, follow=True)
        assert answer.status_code == 200
        return answer.content.decode()


def fresh(ops: list[Any], first: int) -> list[Any]:
    """The ops under new ids and the next numbers, where nothing odd stands in the place of these."""
    numbered = []
    for seq, sent in enumerate(ops, first):
        if isinstance(sent, dict):
            sent = dict(sent)
            if isinstance(sent.get("op"), str) and len(sent["op"]) == 36:
                sent["op"] = str(ids.new_id())
            if sent.get("seq") == 1:
                sent["seq"] = seq
        numbered.append(sent)
    return numbered


@pytest.mark.slow
def test_whatever_an_op_is_it_is_kept_and_answered_and_the_next_one_goes_on(field: Field, account: Any) -> None:
    patterns = sound(field)
    people, doors = Person.objects.values_list("pk", flat=True), Dwelling.objects.values_list("pk", flat=True)
    plausible = [*PLAUSIBLE, *map(str, [*people, *doors, *Residence.objects.values_list("pk", flat=True)])]
    door = field.street.door("102")
    field.walk.dispatch()
    sampled = give_sampled_doors(field)
    plausible += sampled
    for verb in ("sample.answer", "sample.approach", "sample.leave"):
        patterns[verb]["entity"] = sampled[0]
    office = Office(field, account(Role.STREET_CENTRE, GRID[:9]))
    pushing_phone, other_phone = field.phone(), field.phone()
    Device.objects.filter(pk=other_phone.device).update(next_seq=10**6)  # it may hand in so many
    next_seq, told = 1, Counter[str]()

    def sound_one(seq: int) -> dict[str, Any]:
        return op(seq, "matter.note", "dwelling", door.pk, at=clock.now(), data={"kind": "hazard", "text": "楼道堆物"})

    def by_push(ops: list[Any], *, again: bool) -> None:
        nonlocal next_seq
        good = sound_one(next_seq + len(ops))
        sent = [*fresh(ops, next_seq), good]
        body = spelled({"epoch": 0, "seq_from": next_seq, "ops": sent})
        before = Op.objects.count()
        status, answer = pushing_phone.ask("POST", "push", body)
        assert (status, len(answer["results"])) == (200, len(sent)), answer
        next_seq += len(sent)
        assert answer["next_seq"] == next_seq
        assert Op.objects.count() == before + len(sent)
        assert answer["results"][-1] == {"op": good["op"], "seq": good["seq"], "state": "accepted"}
        for result in answer["results"]:
            assert result["state"] in {"accepted", "difference", "returned"}
            assert result["state"] != "returned" or (result["reason"] and result["text"])
            told[f"{result['state']} {result.get('reason', '')}"] += 1
        kept = Op.objects.filter(device=pushing_phone.device, seq__gte=good["seq"] - len(ops)).order_by("seq")
        came = spelling.read(body, around=2)["ops"]
        assert [returned.body_of(row) for row in kept] == [dict(spelling.as_object(raw)) for raw in came], "as it came"
        if again:
            assert pushing_phone.ask("POST", "push", body)[1]["results"] == answer["results"], "once each"

    def by_deposit(ops: list[Any]) -> None:
        entries = [_sealed(other_phone, sent) for sent in fresh(ops, 1)]
        body = spelled({"token": other_phone.token, "ops": entries})
        status, content = other_phone.send("POST", "/phone/api/deposit", {}, body)
        assert status == 200
        kept = set(map(str, Deposit.objects.values_list("op", flat=True)))
        assert {entry["op"] for entry in entries} <= set(json.loads(content)["taken"]) & kept

    def by_file(ops: list[Any]) -> None:
        good = sound_one(1)
        entries = [_sealed(other_phone, sent) for sent in [*fresh(ops, 1), good]]
        content = spelled(
            {"format": depositing.FORMAT, "device": other_phone.device, "made_at": ops[0], "ops": entries}
        )
        answer = office.client.post(
            "/phones/outbox/", {"file": SimpleUploadedFile("待传.gwo", content)}, follow=True
        ).content.decode()
        assert f"导入了 {len(entries)} 条" in answer, answer
        assert Op.objects.get(pk=entries[-1]["op"]).state == "accepted"

    def at_the_office(ops: list[Any]) -> None:
        office.look()
        waiting = Op.objects.filter(returned__state="waiting").order_by("-received_at", "seq")
        for pk in waiting.values_list("pk", flat=True)[:3]:
            page = office.release(pk)
            assert "没有放行" in page or "已放行" in page

    collected: list[Any] = []
    ways: Iterator[Callable[[list[Any]], None]] = itertools.cycle([by_deposit, by_file, at_the_office])
    n_pushes = itertools.count()

    @settings(
        max_examples=max(1, OPS // AT_ONCE),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    @given(ops=st.lists(odd_ops(patterns, plausible), min_size=AT_ONCE, max_size=AT_ONCE))
    def send(ops: list[Any]) -> None:
        collected.extend(ops)
        if len(collected) >= A_PUSH:
            sent, collected[:] = [*collected], []
            n = next(n_pushes)
            by_push(sent, again=n % 4 == 0)
            if n % 4 == 2:
                next(ways)(sent[:AT_ONCE])
            log.info("%s ops pushed: %s", told.total(), dict(told))

    send()
    by_deposit([patterns[verb] for verb in sorted(patterns)])
    by_file([{**patterns["matter.note"], "kind": "\ud83d"}])
    at_the_office([])
    assert pushing_phone.ask("POST", "pull", {"since": {}, "epoch": 0})[0] == 200
    assert told["returned not_valid"] and told["accepted "]


def _sealed(wire: Wire, sent: Any) -> dict[str, Any]:
    """Anything at all as the sealed outbox holds it, under an id and a number of its own."""
    name = str(ids.new_id())
    sealed = crypto.seal(wire.server_key, spelled(sent), op=name, iv=os.urandom(12))
    return {"op": name, "seq": 1, "key_id": wire.key_id, "sealed": crypto.encode(sealed)}
