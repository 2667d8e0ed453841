"""Other names of estates: met in a ledger, asked once a community, decided, taken back (docs/algorithms/matching.md).

Only a confirmed name leads a ledger's rows to the estate's doors; until then what it would match is asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import bulk, ids, records
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.ledger import other_names
from gridwalk.ledger.other_names import OtherName
from gridwalk.ledger.read import Ledger
from gridwalk.method import addresses
from gridwalk.reconcile.actions.noting import Versus, Work, fingerprint
from gridwalk.reconcile.actions.submissions import SubmissionRefused
from gridwalk.reconcile.models import Comparison, EstateAlias, Import, SideRow, Unmatched
from gridwalk.reconcile.queries import estate_names as queries
from gridwalk.registry import columns
from gridwalk.territory.models import Building

LONGEST = 60
DECISIONS: Mapping[str, str] = {"same": "是", "different": "不是", "later": "以后再说"}
Met = Mapping[tuple[str, str], OtherName]
"""(community, name) → the estate it seems to be."""


class NameRefused(Exception):
    """A decision about a name that cannot be made; the text says why and what to do."""


def note(comparison: Comparison, versus: Sequence[Versus], work: Work) -> None:
    """Step: ask about each name that a comparison met, in the communities in which rows bear it."""
    met: dict[tuple[str, str], OtherName] = {}
    for side, grid_of in zip(versus, work.grid_of_left, strict=True):
        names = {name.name: name for name in side.compared.other_names}
        rows = side.compared.left.frame.filter(pl.col("estate_key").is_in(list(names))).select("row", "estate_key")
        met |= {(grid_of[row][:12], name): names[name] for row, name in rows.iter_rows() if row in grid_of}
    ask(met, comparison)


def ask(met: Met, comparison: Comparison | None = None) -> None:
    """Step: names that nobody was asked about are; of those that wait the counts are the latest."""
    standing = {
        (name.community, name.alias): name
        for name in EstateAlias.objects.filter(
            community__in={c for c, _ in met}, alias__in={n[:LONGEST] for _, n in met}
        )
    }
    new = []
    for (community, alias), name in met.items():
        row = standing.get((community, alias[:LONGEST])) or EstateAlias(community=community, alias=alias[:LONGEST])
        if row.state == "asked":
            row.estate, row.learnt_from = name.estate[:LONGEST], comparison
            row.n_doors, row.n_against = name.n_doors, name.n_against
            new.append(row)
    EstateAlias.objects.bulk_create(
        new,
        update_conflicts=True,
        unique_fields=["community", "alias"],
        update_fields=["estate", "learnt_from", "n_doors", "n_against"],
    )


def met_by(ledger: Ledger, scope: str) -> list[tuple[str, str]]:
    """Step: ask about the names that a ledger on its way in bears; which they are, with their community."""
    met = queries.met(ledger, scope)
    ask(met)
    return list(met)


def require_answered(submission: Import, *, actor: Viewer) -> None:
    """Refuse to go on while a name waits for the actor's answer: its rows would make doors of their own.

    Raises SubmissionRefused.
    """
    borne = {tuple(name) for name in submission.mapping["left"].get("estates", ())}
    if waiting := [n for n in queries.asked(actor, submission.scope) if (n.community, n.alias) in borne]:
        asked = "；".join(name.question for name in waiting)
        raise SubmissionRefused(
            f"没有入库：先在这份台账的页上定小区名称。{asked}。拿不准就按“以后再说”，先当成两个小区。"
        )


def decide(*, actor: Viewer, at: dt.datetime, name: int, decision: str) -> EstateAlias:
    """Say whether a name is the estate's. Raises NotHere, NotPermitted, NameRefused."""
    community = queries.get_name(actor, name).community
    access.require(actor, Verb.DECIDE_DIFFERENCE, community)
    with core.write_to(actor=actor, at=at) as writing:
        row = EstateAlias.objects.select_for_update().get(pk=name)
        if row.state not in {"asked", "later"}:
            raise NameRefused(
                f"没有记：{row.decided_by_name}刚才定过了，定的是“{row.get_state_display()}”。要改，先撤销。"
            )
        if decision == "same" and (door := queries.shared_door(row)):
            raise NameRefused(f"没有记：“{row.alias}”和“{row.estate}”都有 {door}，是两个小区，请选“不是”。")
        _decided(writing, row, decision)
        writing.audit(AuditVerb(f"estate.{decision}"), scope=community, kind="estate", data=_names(row))
    return row


def undo(*, actor: Viewer, at: dt.datetime, name: int) -> int:
    """Take a decision about a name back: it is asked again, and so is what comparisons matched by it. Returns how many
    such records there are.

    Raises NotHere, NotPermitted, NameRefused.
    """
    row = queries.get_name(actor, name)
    access.require(actor, Verb.DECIDE_DIFFERENCE, row.community)
    rests = _rests_on(row) if row.state == "same" else []
    with core.write_to(*{said.grid for said in rests}, actor=actor, at=at) as writing:
        row = EstateAlias.objects.select_for_update().get(pk=name)
        if row.state == "asked":
            raise NameRefused("没有撤销：这个名称还没有定过。")
        _decided(writing, row, "asked")
        _question(rests)
        writing.audit(
            AuditVerb.ESTATE_REOPENED, scope=row.community, kind="estate", data=_names(row) | {"records": len(rests)}
        )
    return len(rests)


def _decided(writing: Writing, row: EstateAlias, state: str) -> None:
    row.state, row.decided_at = state, None if state == "asked" else writing.at
    row.decided_by = None if state == "asked" else writing.actor.id
    row.decided_by_name = "" if state == "asked" else writing.actor.name
    row.save()


def _names(row: EstateAlias) -> dict[str, str]:
    return {"alias": row.alias, "estate": row.estate}


def _rests_on(name: EstateAlias) -> list[SideRow]:
    """What comparisons matched of rows that bear the name, but for who is known by a number."""
    said = SideRow.objects.filter(grid__startswith=name.community, of__comparison__isnull=False)
    rows = [row for row in said if addresses.estate_key(str(row.values.get("estate") or ""))[:LONGEST] == name.alias]
    return [row for row in rows if not _is_numbered(row)]


def _is_numbered(row: SideRow) -> bool:
    field = other_names.NUMBERS.get(row.kind, "")
    if field not in row.values:
        return False
    written = row.opened()[field]
    return columns.holders(row.kind, [written]).get(columns.number_key(row.kind, written)) == row.entity


def _question(rows: Iterable[SideRow]) -> None:
    """Step: records that were matched are questions, and their side says nothing of them for now."""
    questions = []
    for row in rows:
        key, values = ids.new_id(), row.opened()
        questions.append(
            Unmatched(
                id=key,
                of_id=row.of_id,
                what="question",
                source=row.source,
                sheet=row.sheet,
                row_no=row.row_no,
                kind=row.kind,
                grid=row.grid,
                entity=row.entity,
                values=records.seal_record(row.kind, values, table="reconcile_unmatched", column="values", row=key),
                fingerprint=fingerprint(values, row.entity),
                why=other_names.WHY,
            )
        )
    bulk.insert(questions)
    SideRow.objects.filter(pk__in=[row.pk for row in rows]).delete()


def renamed(buildings: Sequence[Building], estate: str) -> None:
    """Step: an estate has another name; ledgers that write the old one, and doors new to the register, are read
    under the new.
    """
    new = addresses.estate_key(estate)[:LONGEST]
    old = {(building.grid_id[:12], addresses.estate_key(building.estate)[:LONGEST]) for building in buildings}
    for community, name in old:
        EstateAlias.objects.filter(community=community, alias=new).delete()
        EstateAlias.objects.filter(community=community, estate=name).update(estate=new)
    EstateAlias.objects.bulk_create(
        [
            EstateAlias(community=community, alias=name, estate=new, state="same")
            for community, name in old
            if name != new
        ],
        update_conflicts=True,
        unique_fields=["community", "alias"],
        update_fields=["estate", "learnt_from", "state"],
    )
