"""What sync promises, held against the tables and the phones at the end of a run of the model."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from gridwalk.accounts.models import Assignment
from gridwalk.core import clock
from gridwalk.core.models import Change
from gridwalk.registry import columns
from gridwalk.registry.models import Difference
from gridwalk.sync.models import Deposit, Op
from gridwalk.sync.queries import rows as grid_rows
from gridwalk.visits.models import Visit

if TYPE_CHECKING:
    from tests.harness.sync_world import Run


class Broken(AssertionError):
    """A promise that was not kept."""


def keep(run: Run) -> None:
    """I1 to I3. Raises Broken."""
    for promise in (_once_each, _nothing_overwritten, _agreed):
        promise(run)


def _once_each(run: Run) -> None:
    seen: set[str] = set()
    visits = Counter(str(pk) for pk in Visit.objects.values_list("pk", flat=True))
    logged = {str(pk): (state, verb) for pk, state, verb in Op.objects.values_list("pk", "state", "verb")}
    handed_in = {str(pk) for pk in Deposit.objects.values_list("pk", flat=True)}
    for phone in run.phones:
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


def _nothing_overwritten(run: Run) -> None:
    ops = {str(pk): result for pk, result in Op.objects.values_list("pk", "result")}
    asked: defaultdict[str, set[str]] = defaultdict(set)
    for d in Difference.objects.filter(evidence__has_key="op"):
        asked[f"{d.entity}:{d.field}"].add(columns.value_hash(d.opened("claimed")))
    bodies = {s.op["op"]: s.op for p in run.phones for s in p.ops}
    heads: dict[str, str] = {}
    applied: set[tuple[str, str]] = set()
    for change in Change.objects.filter(kind__in=("dwelling", "person")).order_by("version", "id"):
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
    for pk, body in bodies.items():
        if pk not in ops or Op.objects.filter(pk=pk, state="returned").exists():
            continue
        for entity, kind, field, claim in _facts(body):
            fact = f"{entity}:{field}"
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
