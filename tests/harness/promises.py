"""What sync promises, held against the tables and the phones at the end of a run of the model."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from gridwalk.accounts.models import Assignment
from gridwalk.core import clock
from gridwalk.core.models import Change
from gridwalk.inspection import rules
from gridwalk.inspection.models import SampledDoor
from gridwalk.registry import columns
from gridwalk.registry.models import Difference, Dwelling, Person, Residence, TakeOver
from gridwalk.retention.rules import ERASED_NAME
from gridwalk.sync.models import Alias, Deposit, Op, Returned
from gridwalk.sync.queries import rows as grid_rows
from gridwalk.territory.models import Grid
from gridwalk.visits.models import Visit
from tests.harness import asking, erasing

if TYPE_CHECKING:
    from tests.harness.sync_world import Run


class Broken(AssertionError):
    """A promise that was not kept."""


def keep(run: Run) -> None:
    """I1 to I3, and what follows from them. Raises Broken."""
    for promise in (
        _answered,
        _understood,
        _once_each,
        _nothing_overwritten,
        _under_their_name,
        _agreed,
        _where_they_belong,
        _whoever_came,
        _erased_for_good,
        _asked_once,
    ):
        promise(run)


def _answered(run: Run) -> None:
    failures = [failure for phone in run.everyone for failure in phone.failures]
    if failures:
        raise Broken(f"a queue is stuck: {failures[0]}")


def _understood(run: Run) -> None:
    """What a phone of today wrote and nobody made odd is not returned as something that cannot be read.

    Only one rule of visits comes into play: a door is knocked at so often and no oftener. What is heard at doors of
    samples is refused by many, each of which says so.
    """
    unread = Op.objects.filter(state="returned", reason="not_valid").exclude(pk__in=run.odd)
    unread = unread.exclude(text__contains="不再打扰").exclude(verb__startswith="sample.", text__startswith="没有记：")
    for verb, text in unread.values_list("verb", "text"):
        raise Broken(f"{verb} was returned as a whole: {text}")


def _once_each(run: Run) -> None:
    seen: set[str] = set()
    visits = Counter(str(pk) for pk in Visit.objects.values_list("pk", flat=True))
    logged = {str(pk): (state, verb) for pk, state, verb in Op.objects.values_list("pk", "state", "verb")}
    handed_in = {str(pk) for pk in Deposit.objects.values_list("pk", flat=True)}
    for phone in run.everyone:
        for sent in phone.ops:
            pk = sent.op["op"]
            if pk in run.excused or pk in seen:
                continue
            seen.add(pk)
            if pk not in logged:
                if pk in handed_in or (sent.state == "waiting" and not phone.wiped):
                    continue
                raise Broken(f"I1: {phone.name} was told {sent.state} of an op that is not on the server")
            state, verb = logged[pk]
            if verb == "visit.record" and visits[pk] != (state != "returned"):
                raise Broken(f"I1: {visits[pk]} visits of an op that is {state}")
            if state != sent.state and sent.state not in {"waiting", "deposited"} and not phone.wiped:
                raise Broken(f"I1: the phone shows {sent.state}, the server has {state}")
    strangers = set(visits) - {sent.op["op"] for phone in run.phones for sent in phone.ops}
    if strangers:
        raise Broken(f"I1: {len(strangers)} visits nobody made")
    run.world.totals.update(
        acknowledged=len(seen & logged.keys()), returned=sum(s == "returned" for s, _ in logged.values())
    )


def _under_their_name(run: Run) -> None:
    """A visit stands under the name of whose phone sent it, whoever else was served in the same transaction."""
    authors = {sent.op["op"]: phone.user.id for phone in run.phones for sent in phone.ops}
    for pk, worker in Visit.objects.values_list("pk", "worker"):
        if worker != authors[str(pk)]:
            raise Broken("I1: a visit stands under another name than its author's")


def _nothing_overwritten(run: Run) -> None:
    ops = {str(pk): result for pk, result in Op.objects.values_list("pk", "result")}
    asked: defaultdict[str, set[str]] = defaultdict(set)
    for d in Difference.objects.filter(evidence__has_key="op"):
        asked[f"{d.entity}:{d.field}"].add(columns.value_hash(d.opened("claimed")))
    bodies = {s.op["op"]: s.op for p in run.phones for s in p.ops}
    heads: dict[str, str] = {}
    applied: set[tuple[str, str]] = set()
    history = Change.objects.filter(kind__in=("dwelling", "person")).exclude(entity__in=run.erased)
    for change in history.order_by("stream", "version", "id"):  # a grid that is drawn anew has a higher number
        if change.field == Change.WHOLE and isinstance(change.new, dict):
            heads |= {f"{change.entity}:{field}": str(change.op) for field in change.new}
            continue
        fact, op_id = f"{change.entity}:{change.field}", str(change.op)
        claim = _claimed(bodies.get(op_id), str(change.entity), change.field)
        if claim is not None:
            parent = ops.get(str(claim["p"]), {}).get("heads", {}).get(f"{change.kind}:{fact}", claim["p"])
            if parent != heads.get(fact):
                raise Broken(f"I2: {change.field} was written by an author who had not seen what stood there")
            applied.add((op_id, fact))
        heads[fact] = op_id
    returned = {str(pk) for pk in Op.objects.filter(state="returned").values_list("pk", flat=True)}
    for pk, body in bodies.items():
        if pk not in ops or pk in returned:
            continue
        for entity, kind, field, claim in _facts(body):
            fact = f"{entity}:{field}"
            if entity in run.erased:
                continue
            same = f"{kind}:{fact}" in ops[pk].get("heads", {})
            if (pk, fact) not in applied and not same and columns.value_hash(claim["v"]) not in asked[fact]:
                raise Broken(f"I2: what was said of {field} is nowhere")


def _agreed(run: Run) -> None:
    today = clock.local_date(clock.now())
    truth: dict[str, dict[tuple[str, str], Any]] = {}
    for phone in run.phones:
        if (
            phone.wiped
            or not Assignment.objects.filter(
                user__username__isnull=False, to_on__isnull=True, scope__in=phone.cache.rows
            ).exists()
        ):
            continue
        for grid, rows in phone.cache.rows.items():
            if grid not in truth:
                truth[grid] = {(row["kind"], row["id"]): row for row in grid_rows.of_grid(grid, today=today)}
            if rows != truth[grid]:
                differs = [key for key in rows.keys() | truth[grid].keys() if rows.get(key) != truth[grid].get(key)]
                raise Broken(f"I3: {phone.name} and the server differ in {sorted(kind for kind, _ in differs)}")


def _where_they_belong(run: Run) -> None:
    """Nothing is written to a grid that has ended, nor to another one than its door's."""
    ended = set(Grid.objects.filter(valid_to__isnull=False).values_list("code", flat=True))
    grid_of = dict(Dwelling.objects.values_list("id", "grid_id"))
    if ended & {*grid_of.values(), *Person.objects.filter(status="active").values_list("grid_id", flat=True)}:
        raise Broken("I1: a record stands in a grid that has ended")
    visits = [("visit", *row) for row in Visit.objects.filter(kind="dwelling").values_list("entity", "grid_id")]
    homes = Residence.objects.filter(to_on__isnull=True).values_list("dwelling_id", "grid_id")
    for kind, door, grid in [*visits, *(("residence", *row) for row in homes)]:
        if grid != grid_of[door]:
            raise Broken(f"I1: a {kind} stands in another grid than its door")


def _whoever_came(run: Run) -> None:
    """Who was reported is on record, on the phones that may see them, and nothing of theirs is overwritten."""
    accepted = Op.objects.filter(verb="person.add").exclude(state="returned")
    comers = {str(pk): str(entity) for pk, entity in accepted.values_list("pk", "entity")}
    aliases = {str(pk): str(entity) for pk, entity in Alias.objects.values_list("pk", "entity")}
    asked = {str(pk) for pk in TakeOver.objects.values_list("pk", flat=True)}
    people = {str(pk): (grid, status) for pk, grid, status in Person.objects.values_list("pk", "grid_id", "status")}
    for comer in comers.values():
        person = aliases.get(comer, comer)
        if person in run.erased or comer in asked:
            continue
        if person not in people:
            raise Broken("I1: somebody who was reported is nowhere")
        grid, status = people[person]
        for phone in run.phones:
            shown = phone.cache.rows.get(grid)
            if not phone.wiped and shown is not None and status == "active" and ("person", person) not in shown:
                raise Broken(f"I3: {phone.name} does not show somebody who was reported")
    for change in Change.objects.filter(kind="person", op__in=comers).exclude(field__in=OF_THE_COMING):
        if str(change.entity) != comers[str(change.op)] and change.old not in (None, ""):
            raise Broken(f"I2: an arrival overwrote {change.field}")
    if not Residence.objects.filter(person=run.world.far.pk, dwelling=run.world.far_door.pk, to_on=None).exists():
        raise Broken("I2: somebody was taken from another community that was not asked")


OF_THE_COMING = (Change.WHOLE, "status", "status_pending", "grid", "verified_on", "relation", "residence_kind")
"""What follows from somebody's coming, whatever stood there."""


def _erased_for_good(run: Run) -> None:
    """Nothing of somebody erased comes back: neither to the record, nor into its history, nor with what phones sent."""
    for person in Person.objects.filter(pk__in=run.erased):
        if person.status == "active" or person.name != ERASED_NAME or person.phone_index or person.id_no_index:
            raise Broken("somebody who was erased is back")
        if Change.objects.filter(entity=person.pk, field__in=("phone", "name")).exclude(old=None, new=None).exists():
            raise Broken("what was said of somebody erased is kept in the history")
    for op in Op.objects.filter(entity__in=run.erased).exclude(body_sealed=""):
        if erasing.says_something(op):
            raise Broken(f"what a phone sent of somebody erased is kept: {op.verb}")
    numbers = [
        sent.op["set"]["phone"]["v"]
        for phone in run.phones
        for sent in phone.ops
        if sent.op["entity"] in run.erased and "phone" in sent.op["set"]
    ]
    kept = erasing.kept_ops() if numbers else ""
    if any(number in kept for number in numbers):
        raise Broken("the telephone of somebody erased is kept with what a phone sent")


def _asked_once(run: Run) -> None:
    """What an inspector heard counts once and as of when it was heard, applies nowhere, and is asked where it differs.

    What was not taken waits at the street and says nothing of the door; who may still be asked is on the phone.
    """
    if not run.inspector.ops:
        return
    bodies = {sent.op["op"]: sent.op for sent in run.inspector.ops}
    heard: defaultdict[str, list[Heard]] = defaultdict(list)
    for pk, at in Op.objects.filter(verb__startswith="sample.").exclude(state="returned").values_list("pk", "at"):
        heard[bodies[str(pk)]["entity"]].append((bodies[str(pk)]["verb"], at, bodies[str(pk)]["data"]))
    answered: Counter[Any] = Counter()
    for door in SampledDoor.objects.select_related("answer").prefetch_related("approaches"):
        of_door = heard[str(door.pk)]
        _counted(door, of_door)
        answered[door.dwelling] += sum(verb == "sample.answer" for verb, _, _ in of_door)
    if max(answered.values()) > 1:
        raise Broken("somebody was asked by two samples within thirty days")
    if Change.objects.filter(source="inspector").exists():
        raise Broken("I2: what an inspector heard was written by itself")
    waiting = Returned.objects.filter(op__verb__startswith="sample.")
    if waiting.exclude(grid=asking.STREET, place=None).exists():
        raise Broken("a community reads which of its doors were drawn")
    still = {str(pk) for pk in SampledDoor.objects.filter(state="open").values_list("pk", flat=True)}
    if not run.inspector.wiped and run.inspector.sampled != still:
        raise Broken("I3: the inspector's phone shows other doors than those that may be asked")


Heard = tuple[str, dt.datetime, dict[str, Any]]


def _counted(door: SampledDoor, heard: Sequence[Heard]) -> None:
    """A door of a sample is as what was taken of it says."""
    answers = [(at, said) for verb, at, said in heard if verb == "sample.answer"]
    tries = sorted((at, said["outcome"]) for verb, at, said in heard if verb == "sample.approach")
    answer = getattr(door, "answer", None)
    if ([(answer.at, answer.visited)] if answer else []) != [(at, said["visited"]) for at, said in answers]:
        raise Broken("I1: an answer does not count once, as of when it was given")
    if sorted((a.at, a.outcome) for a in door.approaches.all()) != tries:
        raise Broken("I1: a try does not count once, as of when it was made")
    final = {outcome for _, outcome in tries} - {"nobody"}
    states = (
        {"answered"}
        if answers
        else final
        or ({"not_reached"} if len(tries) >= rules.TRIES else set())
        or (LEFT if len(heard) > len(tries) else {"open", "capped"})
    )
    if door.state not in states or len(answers) + len(final) > 1:
        raise Broken(f"I1: a door is {door.state} by what was heard there: {sorted(states)}")
    differs = {field for field, agrees in answer.agrees.items() if not agrees} if answer else set()
    for field in differs & answers[0][1].get("fields", {}).keys() if answers else ():
        asked = Difference.objects.filter(entity=door.dwelling, field=field, source="inspector")
        if not asked.filter(claimed_hash=columns.value_hash(answers[0][1]["fields"][field])).exists():
            raise Broken(f"I2: what an inspector heard of {field} is nowhere")


LEFT = {"asked_elsewhere", "opted_out", "by_record", "gone", "capped"}
"""What becomes of a door that an inspector leaves in peace."""


def _facts(body: dict[str, Any]) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    for field, claim in body["set"].items():
        yield body["entity"], body["kind"], field, claim
    for edit in body["data"].get("edits", ()):
        for field, claim in edit["set"].items():
            yield edit["entity"], edit["kind"], field, claim


def _claimed(body: dict[str, Any] | None, entity: str, field: str) -> dict[str, Any] | None:
    if body is None:
        return None
    return next((claim for e, _, f, claim in _facts(body) if (e, f) == (entity, field)), None)
