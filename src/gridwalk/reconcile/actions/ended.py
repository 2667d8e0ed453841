"""Step of a comparison: what has ended here, and whether the side has ended it too."""

from __future__ import annotations

from django.db.models import Count

from gridwalk.core.actions import Writing
from gridwalk.reconcile.actions.noting import fingerprint
from gridwalk.reconcile.models import BackfillItem, Comparison, SideRow, Unmatched
from gridwalk.reconcile.queries import since
from gridwalk.reconcile.rules import ENDED_ROW, covers
from gridwalk.registry.columns import TABLES


def note_ended(writing: Writing, comparison: Comparison, source: str) -> None:
    """What has ended here and no longer stands in the side is proved; what still stands there is open.

    A grid of which the side lists less than half is not judged by it.
    """
    own = {"source": source, "kind": comparison.kind}
    former = SideRow.objects.filter(**own, grid__startswith=comparison.scope).exclude(of=comparison)
    how = since.ended(list(former.values_list("entity", flat=True)), comparison.kind)
    listed = set(_listed_grids(comparison, source)) if how else set()
    rows = list(former.filter(entity__in=list(how), grid__in=listed))
    alone = Unmatched.objects.filter(of=comparison, source=source, what="ledger_only")
    still = set(alone.values_list("fingerprint", flat=True))
    gone = [row for row in rows if fingerprint(row.opened()) not in still]
    told = BackfillItem.objects.filter(**own, field=ENDED_ROW).exclude(state="proved")
    told.filter(entity__in=[row.entity for row in gone]).update(state="proved", proved_at=writing.at)
    told.filter(entity__in=[row.entity for row in rows]).exclude(state="proved").update(state="still_open")
    SideRow.objects.filter(pk__in=[row.pk for row in gone]).delete()


def _listed_grids(comparison: Comparison, source: str) -> list[str]:
    of_side = SideRow.objects.filter(of=comparison, source=source).order_by().values_list("grid")
    n_listed = dict(of_side.annotate(Count("pk")))
    records = TABLES[comparison.kind]._default_manager.filter(since.STANDING, grid__in=list(n_listed))
    n_held = dict(records.order_by().values_list("grid_id").annotate(Count("pk")))
    return [grid for grid, n in n_listed.items() if covers(n, n_held.get(grid, 0))]
