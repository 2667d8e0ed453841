"""Drawing again: whether seed, frame and doors are those that were committed to, frozen and drawn."""

from __future__ import annotations

import uuid

from gridwalk.core import files
from gridwalk.core.envelope import EnvelopeError
from gridwalk.core.queries import NotHere
from gridwalk.inspection import frames
from gridwalk.inspection.frames import FrameError
from gridwalk.inspection.lots import doors_drawn, stairwells_drawn
from gridwalk.inspection.models import DrawnStairwell, Sample, SampledDoor
from gridwalk.inspection.rules import Kind, Stage
from gridwalk.method.sampling import draws
from gridwalk.method.sampling.draws import Unit

Drawn = tuple[uuid.UUID, int, int]
NOT_YET = "抽签号还没有公布，现在还不能重抽。公布以后再来。"


def differences(sample: uuid.UUID, *, seed: str = "", frame: bytes | None = None) -> list[str]:
    """What differs when a sample is drawn again, in words; empty where all is as it was drawn.

    ``seed``, ``frame``: as somebody outside has kept them, else the stored ones. Raises NotHere.
    """
    drawn = Sample.objects.filter(pk=sample).first()
    if drawn is None:
        raise NotHere
    if drawn.stands is not Stage.REVEALED:
        return [NOT_YET]
    key = _seed(seed.strip() or drawn.seed)
    units = _frame(drawn, frame)
    said = []
    if key is None or draws.commitment(key) != drawn.commitment:
        said.append("抽签号和当初封存的指纹对不上：抽签号被换过，或文件抄错了。")
    if units is None or draws.fingerprint(units) != drawn.fingerprint:
        said.append("名单和冻结时的指纹对不上：名单文件被改过，或打不开。")
    if said or key is None or units is None:
        return said
    redrawn, stored = _drawn_twice(drawn, units, key)
    if redrawn != stored:
        word = "个单元" if drawn.draws_for is Kind.AREA else "户"
        n_less, n_more = len(redrawn - stored), len(stored - redrawn)
        return [f"重抽出来的和存着的不一样：少了 {n_less} {word}，多了 {n_more} {word}。"]
    return []


def _drawn_twice(sample: Sample, frame: list[Unit], key: bytes) -> tuple[set[Drawn], set[Drawn]]:
    """What is drawn again and what was drawn: doors with turn and instalment, or stairwells with turn and hits."""
    if sample.draws_for is Kind.AREA:
        hits = stairwells_drawn(sample, frame, key)
        kept = DrawnStairwell.objects.filter(sample=sample).values_list("stairwell", "turn", "hits")
        return {(uuid.UUID(hit.key), hit.turn, hit.hits) for hit in hits}, set(kept)
    again = doors_drawn(sample, frame, key)
    stored = SampledDoor.objects.filter(sample=sample).values_list("dwelling", "turn", "instalment")
    return {(uuid.UUID(door.unit.key), door.turn, door.instalment) for door in again}, set(stored)


def _seed(written: str) -> bytes | None:
    try:
        seed = bytes.fromhex(written)
    except ValueError:
        return None
    return seed if len(seed) == draws.SEED_BYTES else None


def _frame(sample: Sample, content: bytes | None) -> list[Unit] | None:
    try:
        return frames.read(files.read(sample.frame_id) if content is None else content)  # type: ignore[arg-type]
    except (FileNotFoundError, EnvelopeError, FrameError):
        return None
