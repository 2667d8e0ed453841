"""The steps of a draw: the seed is sealed, the frame frozen, the doors drawn, the seed revealed; one action each."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections import Counter
from collections.abc import Sequence
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
from gridwalk.inspection.lots import Drawn, drawn_by
from gridwalk.inspection.models import Sample, SampledDoor
from gridwalk.inspection.queries import frames as doors
from gridwalk.inspection.queries.samples import get_sample
from gridwalk.inspection.rules import Kind, SampleError, Step
from gridwalk.method.sampling import draws
from gridwalk.method.sampling.draws import Unit

SEED: dict[str, str] = {"table": "inspection_sample", "column": "seed"}


def commit(*, actor: Viewer, at: dt.datetime, sample: uuid.UUID) -> Sample:
    """Seal a seed that nobody has seen and show its hash. Raises NotHere, NotPermitted, SampleError."""
    _seen(actor, sample, Step.COMMIT)
    with core.write_to(actor=actor, at=at) as writing:
        held = _held(sample, Step.COMMIT)
        seed = secrets.token_bytes(draws.SEED_BYTES)
        held.commitment = draws.commitment(seed)
        held.seed_sealed = envelope.seal(seed.hex(), **SEED, row=held.pk)
        held.committed_at = at
        _step(writing, held, AuditVerb.SAMPLE_COMMITTED, {"commitment": held.commitment})
    return held


def freeze(*, actor: Viewer, at: dt.datetime, sample: uuid.UUID) -> Sample:
    """Keep the doors as they stand now: nothing that changes after this changes what is drawn.

    Raises NotHere, NotPermitted, SampleError.
    """
    seen = _seen(actor, sample, Step.FREEZE)
    frame = doors.frame(seen.campaign_id, seen.scope)
    if not frame:
        raise SampleError("没有冻结名单：这里还没有已走访、已登记原因的户。走过一些再来。")
    kept = core.store_file(
        data=frames.written(frame),
        name=f"抽查名单 {seen.number}.tsv",
        purpose="sample",
        scope=seen.scope,
        keep=rules.KEEP,
        actor=actor,
        at=at,
    )
    try:
        with core.write_to(actor=actor, at=at) as writing:
            held = _held(sample, Step.FREEZE)
            held.frame_id, held.fingerprint = kept.pk, draws.fingerprint(frame)
            held.strata = dict(sorted(Counter(unit.stratum for unit in frame).items()))
            held.due = doors.due(held.campaign_id, held.scope)
            held.frozen_at = at
            _step(writing, held, AuditVerb.SAMPLE_FROZEN, {"fingerprint": held.fingerprint, "n": len(frame)})
    except BaseException:
        core.erase_file(kept.pk, actor=actor, at=at)
        raise
    return held


def draw(*, actor: Viewer, at: dt.datetime, sample: uuid.UUID) -> Sample:
    """Draw from the frozen frame. Raises NotHere, NotPermitted, SampleError, also where its file is another by now."""
    _seen(actor, sample, Step.DRAW)
    with core.write_to(actor=actor, at=at) as writing:
        held = _held(sample, Step.DRAW)
        frame = frozen(held)
        seed = bytes.fromhex(envelope.open_(held.seed_sealed, **SEED, row=held.pk))
        drawn = drawn_by(held.draws_for, frame, seed, held.share, held.response)
        _keep(held, drawn)
        held.n_instalments = 1 if held.draws_for is Kind.ACCEPTANCE else 0
        held.drawn_at = at
        _step(writing, held, AuditVerb.SAMPLE_DRAWN, {"n": len(drawn)})
    return held


def reveal(*, actor: Viewer, at: dt.datetime, sample: uuid.UUID) -> Sample:
    """Show the seed, for anybody to draw again. Raises NotHere, NotPermitted, SampleError while doors are asked."""
    seen = _seen(actor, sample, Step.REVEAL)
    if clock.local_date(at) <= seen.to_on and _open(seen):
        raise SampleError("没有公布抽签号：还有没问到的户，核查的日子也没过完。等问完或过了最后一天再公布。")
    with core.write_to(actor=actor, at=at) as writing:
        held = _held(sample, Step.REVEAL)
        held.seed = envelope.open_(held.seed_sealed, **SEED, row=held.pk)
        held.revealed_at = at
        _step(writing, held, AuditVerb.SAMPLE_REVEALED, {"seed": held.seed})
    return held


def frozen(sample: Sample) -> list[Unit]:
    """The frame as it was frozen. Raises SampleError where its file is gone, or another."""
    try:
        frame = frames.read(files.read(sample.frame_id)) if sample.frame_id else []
    except (FileNotFoundError, EnvelopeError, FrameError) as error:
        raise SampleError("没有抽签：冻结的名单文件打不开或被改过。请从备份找回，或另安排一轮。") from error
    if draws.fingerprint(frame) != sample.fingerprint:
        raise SampleError("没有抽签：名单和冻结时的指纹对不上，被改过。请从备份找回，或另安排一轮。")
    return frame


def _seen(actor: Viewer, sample: uuid.UUID, step: Step) -> Sample:
    """The sample as it stands before anything is held; the step is judged once more when it is."""
    seen = get_sample(actor, sample)
    access.require(actor, Verb.DRAW_SAMPLE, seen.scope)
    rules.check_step(seen.stands, step)
    return seen


def _held(sample: uuid.UUID, step: Step) -> Sample:
    held = Sample.objects.select_for_update().get(pk=sample)
    held.stage = rules.check_step(held.stands, step)
    return held


def _step(writing: Writing, sample: Sample, verb: AuditVerb, data: dict[str, Any]) -> None:
    sample.save()
    writing.audit(verb, scope=sample.scope, kind="sample", subject=sample.pk, data=data)


def _keep(sample: Sample, drawn: Sequence[Drawn]) -> None:
    bulk.insert(
        [
            SampledDoor(
                sample=sample,
                grid_id=door.unit.grid,
                dwelling=uuid.UUID(door.unit.key),
                stratum=door.unit.stratum,
                turn=door.turn,
                instalment=door.instalment,
            )
            for door in drawn
        ]
    )


def _open(sample: Sample) -> bool:
    standing = SampledDoor.objects.filter(sample=sample, instalment__lte=sample.n_instalments)
    return standing.filter(state=rules.DoorState.OPEN).exists()
