"""What a comparison leaves behind in a grid: differences asked, one-sided records and questions, and what
each side said.
"""

from __future__ import annotations

import dataclasses
import json
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from gridwalk.core import bulk, envelope, ids, records
from gridwalk.core.actions import Writing
from gridwalk.ledger.comparing import ADDRESS, EQUAL
from gridwalk.ledger.comparing import Comparison as Compared
from gridwalk.method import linkage
from gridwalk.reconcile.actions import backfill, sides
from gridwalk.reconcile.actions.sides import SideLine, row_values
from gridwalk.reconcile.models import Comparison, Unmatched
from gridwalk.reconcile.places import Places
from gridwalk.registry import columns, rules
from gridwalk.registry.actions import claims, creation, queue
from gridwalk.registry.ends import is_end
from gridwalk.registry.living import LIVING
from gridwalk.registry.models import Difference, Person, Residence
from gridwalk.territory import rules as codes

ASKED = ("conflict", "missing_right")
"""Verdicts that are a question; what only the register says needs no decision, it goes back to the side."""
BY_LINK = frozenset({ADDRESS, "residence_kind"})
"""Fields that are a link between a person and a door."""
STANDS = ("set_aside", "kept", "same", "different", "strike_off", "at_door")
"""Decisions about one-sided records and questions that stay decided."""


@dataclasses.dataclass(frozen=True)
class Versus:
    """One side compared with the register (its right)."""

    source: str
    compared: Compared


def fingerprint(values: Mapping[str, Any], entity: object = "") -> str:
    """What tells that a later ledger speaks of the same row (and, in a question, of the same entity), without
    saying whose.
    """
    texts = [
        str(values.get(f) or "")
        for f in ("name", "id_no", "uscc", "born_on", "estate", "building", "stairwell", "room")
    ]
    return envelope.blind_index(json.dumps([*texts, str(entity)], ensure_ascii=False), purpose="unmatched")


def settled(comparison: Comparison, compared: Compared, source: str) -> Compared:
    """The comparison with questions that people have answered before: the same is a match, not the same is
    two records.
    """
    asked = compared.pairs.filter(pl.col("status") == "question")
    if asked.is_empty():
        return compared
    left, right = row_values(compared.left), compared.right.frame["entity"].to_list()
    prints = [fingerprint(left[row], right[other]) for row, other in asked.select("left_row", "right_row").iter_rows()]
    answers = dict(
        Unmatched.objects.filter(
            what="question",
            source=source,
            kind=comparison.kind,
            fingerprint__in=prints,
            state__in=("same", "different"),
        ).values_list("fingerprint", "state")
    )
    answered = asked.with_columns(answer=pl.Series([answers.get(p, "") for p in prints], dtype=pl.String))
    of = {answer: answered.filter(pl.col("answer") == answer)["left_row"].to_list() for answer in ("same", "different")}
    return compared.with_answers(same=of["same"], apart=of["different"])


class Work:
    """Everything to be noted, by grid."""

    def __init__(self, comparison: Comparison, versus: Sequence[Versus]) -> None:
        self.comparison = comparison
        self.versus = versus
        self.grid_of_left: list[dict[int, str]] = []
        self._by_grid: dict[str, list[tuple[int, str, tuple[Any, ...]]]] = defaultdict(list)
        self._values = [row_values(v.compared.left) for v in versus]
        self._right = [v.compared.right.frame.select("entity", "grid").rows() for v in versus]
        places = Places(comparison.scope)
        for index, side in enumerate(versus):
            self._sort(index, side.compared, places)
        self.grids = sorted(self._by_grid)

    def _sort(self, index: int, compared: Compared, places: Places) -> None:
        right = self._right[index]
        grid_of: dict[int, str] = {}
        for row, other, status, score, why in compared.pairs.iter_rows():
            grid = grid_of[row] = right[other][1]
            self._by_grid[grid].append((index, status, (row, other, score, why)))
        alone = compared.left_only["row"].to_list()
        located = places.locate([self._values[index][row] for row in alone])
        for row, place in zip(alone, located, strict=True):
            grid = grid_of[row] = place.grid or codes.unassigned_of(
                place.community or self.comparison.scope.ljust(12, "0")
            )
            self._by_grid[grid].append((index, "ledger_only", (row,)))
        for other in compared.right_only["row"].to_list():
            self._by_grid[right[other][1]].append((index, "register_only", (other,)))
        self.grid_of_left.append(grid_of)

    def note(self, writing: Writing, grid: str) -> int:
        """Write one grid's part; its stream is locked. Returns how many differences were asked."""
        n_asked = 0
        for index, side in enumerate(self.versus):
            rows = [(what, data) for i, what, data in self._by_grid[grid] if i == index]
            matched = {data[0]: data[1] for what, data in rows if what == "match"}
            n_asked += self._ask(writing, grid, index, side, matched)
            elsewhere = self._kept_elsewhere(grid, index, matched)
            kept = {row: other for row, other in matched.items() if row not in elsewhere}
            self._remember(writing, grid, index, side, kept)
            self._list(writing, grid, index, side, [(w, d) for w, d in rows if w != "match"])
        return n_asked

    def _kept_elsewhere(self, grid: str, index: int, matched: Mapping[int, int]) -> set[int]:
        """The rows of who is registered here and lives elsewhere: what is said of their record is the business of the
        side that keeps it, whose ledger goes before.
        """
        if self.comparison.kind != "person":
            return set()
        entity_of = {row: self._right[index][other][0] for row, other in matched.items()}
        guests = Person.objects.filter(pk__in=entity_of.values()).exclude(grid=grid).values_list("pk", flat=True)
        outside = {str(pk) for pk in guests}
        return {row for row, entity in entity_of.items() if entity in outside}

    def _ask(self, writing: Writing, grid: str, index: int, side: Versus, matched: Mapping[int, int]) -> int:
        kind = self.comparison.kind
        cells = side.compared.cells.filter(pl.col("left_row").is_in(list(matched)) & pl.col("verdict").is_in(ASKED))
        entity_of = {row: uuid.UUID(self._right[index][other][0]) for row, other in matched.items()}
        entities = columns.TABLES[kind]._default_manager.in_bulk(list(entity_of.values()))
        asked: list[Difference] = []
        for row, field in cells.filter(~pl.col("field").is_in(list(BY_LINK))).select("left_row", "field").iter_rows():
            entity = entities.get(entity_of[row])
            if entity is None:
                continue
            current = columns.read(entity, field)
            claimed = columns.from_text(kind, field, self._values[index][row][field])
            if rules.or_empty(current) == claimed:
                continue  # changed since the register was loaded
            why = "needs_recheck" if is_end(kind, field, claimed) else "ledger_differs"
            difference = claims.difference(
                writing.at,
                grid=entity.grid_id,
                kind=kind,
                entity=entity.id,
                field=field,
                current=current,
                claimed=claimed,
                source=side.source,
                source_ref=self._ref(index, row),
                why=why,
                head=entity.heads.get(field),
            )
            asked.append(difference)
        elsewhere = self._kept_elsewhere(grid, index, matched)
        twice = set(side.compared.left_duplicates["first_row"].to_list())  # their other row may still say it
        facts = {
            (e, f)
            for row, e in entity_of.items()
            if row not in twice and row not in elsewhere
            for f in side.compared.agreed
            if f not in BY_LINK
        }
        queue.close_withdrawn(writing, side.source, facts, {(d.entity, d.field, d.claimed_hash) for d in asked})
        kept = queue.ask(asked)
        moved = cells.filter(pl.col("field").is_in(list(BY_LINK)))["left_row"].unique().to_list()
        if kind == "person":
            self._ask_about_homes(writing, index, side, {row: entity_of[row] for row in moved})
        return len(asked) - len(kept)

    def _ask_about_homes(self, writing: Writing, index: int, side: Versus, entity_of: Mapping[int, uuid.UUID]) -> None:
        """A person the ledger has at another door: asked where that door stands; who has no home at all is
        not moved in.
        """
        with_home = set(
            Residence.objects.filter(
                person_id__in=list(entity_of.values()), to_on__isnull=True, kind__in=LIVING
            ).values_list("person_id", flat=True)
        )
        residents = [(row, person) for row, person in entity_of.items() if person in with_home]
        places = (
            Places(self.comparison.scope).locate([self._values[index][row] for row, _ in residents])
            if residents
            else []
        )
        creation.link(
            writing,
            [
                creation.NewResidence(
                    person=person,
                    dwelling=place.dwelling,
                    grid=place.grid,
                    kind=str(self._values[index][row].get("residence_kind") or "lives_here"),
                    source=side.source,
                    source_ref=self._ref(index, row),
                )
                for (row, person), place in zip(residents, places, strict=True)
                if place.dwelling is not None
            ],
        )

    def _remember(self, writing: Writing, grid: str, index: int, side: Versus, matched: Mapping[int, int]) -> None:
        """Keep what the side says of each matched entity."""
        unlike = side.compared.cells.filter(~pl.col("verdict").is_in(EQUAL))
        differing = set(unlike["left_row"].to_list())
        lines = [
            SideLine(
                entity=uuid.UUID(self._right[index][other][0]),
                grid=grid,
                place=self._at(index, row),
                values=self._values[index][row],
                differs=row in differing,
            )
            for row, other in matched.items()
        ]
        sides.remember(writing, self.comparison, side.source, lines)

    def _list(
        self, writing: Writing, grid: str, index: int, side: Versus, rows: Sequence[tuple[str, tuple[Any, ...]]]
    ) -> None:
        listed = [self._unmatched(grid, index, side, what, data) for what, data in rows]
        earlier = {
            (u.what, u.fingerprint): u
            for u in Unmatched.objects.filter(
                source=side.source,
                kind=self.comparison.kind,
                fingerprint__in={m.fingerprint for m in listed},
                state__in=STANDS,
            )
        }
        for new in listed:
            if (old := earlier.get((new.what, new.fingerprint))) is not None:
                new.state, new.reason, new.decided_at = old.state, old.reason, old.decided_at
                new.decided_by, new.decided_by_name = old.decided_by, old.decided_by_name
        bulk.insert(listed)
        lacking = [new.entity for new in listed if new.what == "register_only" and new.entity]
        backfill.note_lacking(side.source, self.comparison.kind, lacking)

    def _unmatched(self, grid: str, index: int, side: Versus, what: str, data: tuple[Any, ...]) -> Unmatched:
        key, kind = ids.new_id(), self.comparison.kind
        if what == "register_only":
            entity = self._right[index][data[0]][0]
            return Unmatched(
                id=key,
                of=self.comparison,
                what=what,
                source=side.source,
                kind=kind,
                grid=grid,
                entity=uuid.UUID(entity),
                fingerprint=fingerprint({}, entity),
            )
        row = data[0]
        sheet, row_no = self._at(index, row)
        values = self._values[index][row]
        unmatched = Unmatched(
            id=key,
            of=self.comparison,
            what="ledger_only",
            source=side.source,
            sheet=sheet[:60],
            row_no=row_no,
            kind=kind,
            grid=grid,
            values=records.seal_record(kind, values, table="reconcile_unmatched", column="values", row=key),
            fingerprint=fingerprint(values),
        )
        if what == "question":
            _, other, score, why = data
            entity = self._right[index][other][0]
            unmatched.what, unmatched.entity, unmatched.score, unmatched.why = (
                "question",
                uuid.UUID(entity),
                score,
                linkage.guarded(why)[:200],
            )
            unmatched.fingerprint = fingerprint(values, entity)
        return unmatched

    def _at(self, index: int, row: int) -> tuple[str, int]:
        frame = self.versus[index].compared.left.frame
        return str(frame["sheet"][row]), int(frame["row_no"][row])

    def _ref(self, index: int, row: int) -> str:
        return self.comparison.source_ref(("left", "right")[index], *self._at(index, row))


def grid_of_right(side: Versus) -> list[str]:
    """The grid of every record of the register's side."""
    return [str(grid) for grid in side.compared.right.frame["grid"].to_list()]
