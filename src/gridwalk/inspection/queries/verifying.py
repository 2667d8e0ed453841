"""Drawing again: whether seed, frame and doors are those that were committed to, frozen and drawn."""

from __future__ import annotations

import uuid

from gridwalk.core import files
from gridwalk.core.envelope import EnvelopeError
from gridwalk.core.queries import NotHere
from gridwalk.inspection import frames
from gridwalk.inspection.frames import FrameError
from gridwalk.inspection.lots import doors_drawn
from gridwalk.inspection.models import Sample, SampledDoor
from gridwalk.inspection.rules import Stage
from gridwalk.method.sampling import draws
from gridwalk.method.sampling.draws import Unit

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
    again = doors_drawn(drawn, units, key)
    stored = set(SampledDoor.objects.filter(sample=drawn).values_list("dwelling", "turn", "instalment"))
    redrawn = {(uuid.UUID(door.unit.key), door.turn, door.instalment) for door in again}
    if redrawn != stored:
        return [f"重抽出来的和存着的不一样：少了 {len(redrawn - stored)} 户，多了 {len(stored - redrawn)} 户。"]
    return []


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
