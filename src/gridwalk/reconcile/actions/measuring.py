"""Rate 3 by community: records equal on all agreed fields / |left ∪ right|, each record in one community."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence

import polars as pl

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core.queries import in_scopes
from gridwalk.ledger.comparing import EQUAL
from gridwalk.ledger.comparing import Comparison as Compared
from gridwalk.reconcile import rules
from gridwalk.reconcile.actions.noting import Versus, Work, grid_of_right
from gridwalk.reconcile.models import ComparedCommunity, Comparison, Unmatched


def keep(comparison: Comparison, work: Work, measured: Compared, *, actor: Viewer) -> None:
    """Write the rates of every community and note those by grid on the comparison (which the caller saves).

    Who handed in a file and sees rows masked could add a row and read from the sums whether it agrees: these wait until
    a second person has answered for the file.
    """
    grids = _grids(work.versus, work, measured)
    cells = measured.cells.filter(~pl.col("verdict").is_in(EQUAL)).join(
        grids.select("left_row", "grid").drop_nulls(), on="left_row"
    )
    by_grid = _counted(grids, pl.col("grid"))
    communities = _counted(grids, pl.col("grid").str.slice(0, 12))
    comparison.by_grid = {grid: list(pair) for grid, pair in by_grid.items()}
    listed = _listed(work.versus)
    answered = {
        community for community in listed if comparison.released_at is not None or actor.may(Verb.SEE_ROWS, community)
    }
    matched = grids.filter(pl.col("status") == "match").with_columns(community=pl.col("grid").str.slice(0, 12))
    n_matched = dict(matched.group_by("community").len().iter_rows())
    wrong: dict[str, dict[str, int]] = defaultdict(dict)
    for community, field, n in cells.group_by(pl.col("grid").str.slice(0, 12), "field").len().iter_rows():
        wrong[community][field] = n
    ComparedCommunity.objects.filter(of=comparison).delete()
    ComparedCommunity.objects.bulk_create(
        ComparedCommunity(
            of=comparison,
            community=community,
            n_equal=n,
            n_union=d,
            by_field={
                f: [n_matched.get(community, 0) - wrong[community].get(f, 0), n_matched.get(community, 0)]
                for f in measured.agreed
            },
            covers=community in answered,
            awaits=community in listed - answered,
        )
        for community, (n, d) in communities.items()
    )


def replace_lists(comparison: Comparison, *, at: dt.datetime) -> None:
    """Step: what earlier comparisons left open in the communities it covers is gone; a few rows replace no list."""
    covered = list(comparison.communities.filter(covers=True).values_list("community", flat=True))
    outlived = Unmatched.objects.filter(
        in_scopes(covered, "grid"),
        kind=comparison.kind,
        source__in=[comparison.source, *(["platform"] if comparison.other_file_id else [])],
        state="open",
    )
    outlived = outlived.exclude(of=comparison).exclude(of__finished_at__gt=comparison.finished_at)
    outlived.update(state="gone", decided_at=at)


def count_in(comparison: Comparison, *, at: dt.datetime) -> None:
    """Step: a second person answers for the file; it counts from now on for the communities of which it has half."""
    comparison.communities.filter(awaits=True).update(covers=True, awaits=False)
    replace_lists(comparison, at=at)


def _listed(versus: Sequence[Versus]) -> set[str]:
    """The communities of which every file holds at least half of what the register has: a few rows are no list of them
    and count for no rate.
    """
    listed: list[set[str]] = []
    for side in versus:
        of_row = [grid[:12] for grid in grid_of_right(side)]
        held = Counter(of_row)
        matched = side.compared.pairs.filter(pl.col("status") == "match")["right_row"].to_list()
        n_listed = Counter(of_row[row] for row in matched)
        listed.append({community for community, n in held.items() if rules.covers(n_listed[community], n)})
    return set.intersection(*listed)


def _counted(grids: pl.DataFrame, by: pl.Expr) -> dict[str, tuple[int, int]]:
    counted = grids.group_by(by.alias("by")).agg(n=pl.col("equal").sum(), d=pl.len()).sort("by")
    return {by: (n, d) for by, n, d in counted.iter_rows()}


def _grids(versus: Sequence[Versus], work: Work, measured: Compared) -> pl.DataFrame:
    """Every record of the union with its ``grid``: the entity's, else where the ledger's row points."""
    records = measured.records().join(measured.pairs.select("left_row", "status"), on="left_row", how="left")
    left = _table("left_row", work.grid_of_left[0])
    if len(versus) == 2:
        right = _table("right_row", work.grid_of_left[1])
    else:
        right = _table("right_row", dict(enumerate(grid_of_right(versus[0]))))
    located = records.join(left.rename({"grid": "grid_l"}), on="left_row", how="left").join(
        right.rename({"grid": "grid_r"}), on="right_row", how="left"
    )
    return located.with_columns(grid=pl.coalesce("grid_l", "grid_r"))


def _table(row: str, grid_of: dict[int, str]) -> pl.DataFrame:
    return pl.DataFrame(list(grid_of.items()), schema={row: pl.UInt32, "grid": pl.String}, orient="row")
