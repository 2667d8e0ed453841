"""Step of a merge: what ledgers said of the record that goes is from now on said of the one that stays."""

from __future__ import annotations

from gridwalk.core.moving import Moves
from gridwalk.reconcile.models import BackfillItem, SideRow, Unmatched
from gridwalk.registry.models import Entity

SETTLED = "两条记录已合并"


def hand_over(moves: Moves, stays: Entity, goes: Entity) -> None:
    """A side's row with what was handed out to it, where the record that stays has none of that side; what
    waits unmatched.

    A side that has both keeps its second row where it is: that side still lists one record twice.
    """
    own = set(SideRow.objects.filter(entity=stays.pk, kind=stays.KIND).values_list("source", flat=True))
    rows = SideRow.objects.filter(entity=goes.pk, kind=goes.KIND).exclude(source__in=own)
    sources = {row.source for row in rows}
    moves.set(rows, entity=stays.pk)
    moves.set(BackfillItem.objects.filter(entity=goes.pk, source__in=sources), entity=stays.pk)
    waiting = Unmatched.objects.filter(entity=goes.pk, state="open")
    moves.set(waiting.filter(what="register_only"), state="gone", reason=SETTLED)
    moves.set(waiting.exclude(what="register_only"), entity=stays.pk, state="open")
