"""The steps of a draw: the seed is sealed, the frame frozen, the doors drawn, the seed revealed; one action each."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import bulk, clock, envelope, files
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.envelope import EnvelopeError
from gridwalk.inspection import frames, rules
from gridwalk.inspection.frames import FrameError
from gridwalk.inspection.lots import DrawnDoor, doors_drawn, stairwells_drawn
from gridwalk.inspection.models import DrawnStairwell, Sample, SampledDoor
from gridwalk.inspection.queries import areas, claimed
from gridwalk.inspection.queries import frames as doors
from gridwalk.inspection.queries.samples import get_sample
from gridwalk.inspection.rates import Rate
from gridwalk.inspection.rules import Conclusion, Kind, SampleError, Step
from gridwalk.method.sampling import draws, missed
from gridwalk.method.sampling.draws import Unit
from gridwalk.registry.models import Dwelling

Claims = Mapping[Rate, Counter[uuid.UUID]]
"""Rate → dwelling → the units it claims."""
SEED: dict[str, str] = {"table": "inspection_sample", "column": "seed"}


def commit(*, actor: Viewer, at: dt.datetime, sample: uuid.UUID) -> Sample:
    """Seal a seed that nobody has seen and show its hash. Raises NotHere, NotPermitted, SampleError."""
    _permitted(actor, at, sample, Step.COMMIT)
    with core.write_to(actor=actor, at=at) as writing:
        row = _locked(sample, Step.COMMIT)
        seed = secrets.token_bytes(draws.SEED_BYTES)
        row.commitment = draws.commitment(seed)
        row.seed_sealed = envelope.seal(seed.hex(), **SEED, row=row.pk)
        row.committed_at = at
        _save(writing, row, AuditVerb.SAMPLE_COMMITTED, {"commitment": row.commitment})
    return row


def freeze(*, actor: Viewer, at: dt.datetime, sample: uuid.UUID) -> Sample:
    """Keep the doors as they stand now: nothing that changes after this changes what is drawn.

    Raises NotHere, NotPermitted, SampleError.
    """
    before = _permitted(actor, at, sample, Step.FREEZE)
    frame = _frame(before)
    kept = core.store_file(
        data=frames.written(frame),
        name=f"抽查名单 {before.number}.tsv",
        purpose="sample",
        scope=before.scope,
        keep=rules.KEEP,
        actor=actor,
        at=at,
    )
    try:
        with core.write_to(actor=actor, at=at) as writing:
            row = _locked(sample, Step.FREEZE)
            row.frame_id, row.fingerprint = kept.pk, draws.fingerprint(frame)
            row.strata = dict(sorted(Counter(unit.stratum for unit in frame).items()))
            row.due = doors.due(row.campaign_id, row.scope)
            row.frozen_at = at
            _save(writing, row, AuditVerb.SAMPLE_FROZEN, {"fingerprint": row.fingerprint, "n": len(frame)})
    except BaseException:
        core.erase_file(kept.pk, actor=actor, at=at)
        raise
    return row


def _frame(sample: Sample) -> list[Unit]:
    """The doors that a sample of its kind may draw now. Raises SampleError where there are none."""
    if sample.draws_for is Kind.AREA:
        return _of_stairwells(sample)
    units = doors.frame(sample.campaign_id, sample.scope)
    frame = [unit for unit in units if rules.is_drawn_for(sample.draws_for, rules.group_of(unit.stratum))]
    if not frame:
        settled = "已走访的户" if sample.draws_for is Kind.ACCEPTANCE else "已走访、已登记原因的户"
        raise SampleError(f"没有冻结名单：这里还没有{settled}。走过一些再来。")
    return frame


def _of_stairwells(sample: Sample) -> list[Unit]:
    frame = doors.stairwells(sample.scope)
    if len({unit.key for unit in frame}) < missed.FEWEST:
        raise SampleError(f"没有冻结名单：登记了单元的户太少，至少要 {missed.FEWEST} 个单元。先把楼栋、单元登记好。")
    return frame


def draw(*, actor: Viewer, at: dt.datetime, sample: uuid.UUID) -> Sample:
    """Draw from the frozen frame; each door stands in the grid it is in by now, and the grids are held.

    Raises NotHere, NotPermitted, SampleError, also where the frame's file is another by now.
    """
    before = _permitted(actor, at, sample, Step.DRAW)
    seed = bytes.fromhex(envelope.open_(before.seed_sealed, **SEED, row=before.pk))
    frame = frozen(before)
    if before.draws_for is Kind.AREA:
        return _draw_stairwells(actor, at, before, frame, seed)
    chosen = doors_drawn(before, frame, seed)
    grids = _grids(chosen)
    with core.write_to(*set(grids.values()), actor=actor, at=at) as writing:
        row = _locked(sample, Step.DRAW)
        if _grids(chosen) != grids:
            raise SampleError("没有抽签：刚才有户划到了别的网格。请再抽一次，抽出的还是这几户。")
        claims = claimed.at_doors(row.scope, clock.local_date(at)) if row.draws_for in rules.WEIGHED else {}
        _keep(row, chosen, grids, claims)
        row.claimed = _claimed(row, frame, claims, clock.local_date(at))
        row.n_instalments = 1 if row.draws_for is Kind.ACCEPTANCE else 0
        row.drawn_at = at
        _save(writing, row, AuditVerb.SAMPLE_DRAWN, {"n": len(chosen)})
    return row


def _draw_stairwells(actor: Viewer, at: dt.datetime, sample: Sample, frame: Sequence[Unit], seed: bytes) -> Sample:
    hits = stairwells_drawn(sample, frame, seed)
    names = areas.names({key for hit in hits for key in (hit.key, hit.until) if key})
    with core.write_to(actor=actor, at=at) as writing:
        row = _locked(sample.pk, Step.DRAW)
        bulk.insert(
            [
                DrawnStairwell(
                    sample=row,
                    grid_id=hit.grid,
                    stairwell=uuid.UUID(hit.key),
                    place=names[hit.key],
                    until=names[hit.until] if hit.until else "",
                    n_doors=hit.n_doors,
                    hits=hit.hits,
                    turn=hit.turn,
                )
                for hit in hits
            ]
        )
        row.drawn_at = at
        _save(writing, row, AuditVerb.SAMPLE_DRAWN, {"n": len(hits)})
    return row


def reveal(*, actor: Viewer, at: dt.datetime, sample: uuid.UUID) -> Sample:
    """Show the seed, for anybody to draw again. Raises NotHere, NotPermitted, SampleError while doors are asked."""
    before = _permitted(actor, at, sample, Step.REVEAL)
    if clock.local_date(at) <= before.to_on and _has_open_doors(before):
        raise SampleError(
            "没有公布抽签号：还有没问到的户、没点的单元，核查的日子也没过完。等问完或过了最后一天再公布。"
        )
    with core.write_to(actor=actor, at=at) as writing:
        row = _locked(sample, Step.REVEAL)
        row.seed = envelope.open_(row.seed_sealed, **SEED, row=row.pk)
        row.revealed_at = at
        if row.draws_for is Kind.ACCEPTANCE and row.verdict in {"", Conclusion.GO_ON}:
            row.verdict = Conclusion.UNDECIDED
        _save(writing, row, AuditVerb.SAMPLE_REVEALED, {"seed": row.seed})
    return row


def frozen(sample: Sample) -> list[Unit]:
    """The frame as it was frozen. Raises SampleError where its file is gone, or another."""
    try:
        frame = frames.read(files.read(sample.frame_id)) if sample.frame_id else []
    except (FileNotFoundError, EnvelopeError, FrameError) as error:
        raise SampleError("没有抽签：冻结的名单文件打不开或被改过。请从备份找回，或另安排一轮。") from error
    if draws.fingerprint(frame) != sample.fingerprint:
        raise SampleError("没有抽签：名单和冻结时的指纹对不上，被改过。请从备份找回，或另安排一轮。")
    return frame


def _permitted(actor: Viewer, at: dt.datetime, sample: uuid.UUID, step: Step) -> Sample:
    """The sample as it stands before it is locked; the step is judged once more when it is."""
    before = get_sample(actor, sample)
    access.require(actor, Verb.DRAW_SAMPLE, before.scope)
    rules.check_step(before.stands, step)
    rules.check_days(step, before.to_on, clock.local_date(at))
    return before


def _locked(sample: uuid.UUID, step: Step) -> Sample:
    row = Sample.objects.select_for_update().get(pk=sample)
    row.stage = rules.check_step(row.stands, step)
    return row


def _save(writing: Writing, sample: Sample, verb: AuditVerb, data: dict[str, Any]) -> None:
    sample.save()
    writing.audit(verb, scope=sample.scope, kind="sample", subject=sample.pk, data=data)


def _grids(chosen: Sequence[DrawnDoor]) -> dict[uuid.UUID, str]:
    """Dwelling → the grid it is in now; of one that was deleted, the grid of the frame."""
    frozen_in = {uuid.UUID(door.unit.key): door.unit.grid for door in chosen}
    return frozen_in | dict(Dwelling.objects.filter(pk__in=list(frozen_in)).values_list("pk", "grid_id"))


def _claimed(sample: Sample, frame: Sequence[Unit], claims: Claims, on: dt.date) -> dict[str, Any]:
    """What the frame claims of each rate by stratum, and what is met and due by community, all of one day."""
    if not claims:
        return {}
    units = {rate: Counter[str]() for rate in claims}
    for unit in frame:
        for rate, at_doors in claims.items():
            units[rate][unit.stratum] += at_doors[uuid.UUID(unit.key)]
    sums = claimed.totals(sample.scope, on)
    return {rate: {"strata": units[rate], "met": sums[rate][0], "due": sums[rate][1]} for rate in claims}


def _keep(sample: Sample, chosen: Sequence[DrawnDoor], grids: Mapping[uuid.UUID, str], claims: Claims) -> None:
    bulk.insert(
        [
            SampledDoor(
                sample=sample,
                grid_id=grids[uuid.UUID(door.unit.key)],
                dwelling=uuid.UUID(door.unit.key),
                stratum=door.unit.stratum,
                turn=door.turn,
                instalment=door.instalment,
                claims={rate: n for rate, at_doors in claims.items() if (n := at_doors[uuid.UUID(door.unit.key)])},
            )
            for door in chosen
        ]
    )


def _has_open_doors(sample: Sample) -> bool:
    doors_of = SampledDoor.objects.filter(sample=sample, instalment__lte=sample.n_instalments)
    to_list = DrawnStairwell.objects.filter(sample=sample, listed_at=None)
    return doors_of.filter(state=rules.DoorState.OPEN).exists() or to_list.exists()
