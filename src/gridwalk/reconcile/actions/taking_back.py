"""撤销导入: an import is taken back whole within seven days, as far as nobody has touched what it wrote.

A batch is taken back in one transaction with a receipt, the last one first, so a cut run goes on where it stopped.
What stays is said at its row. The rule with examples: docs/algorithms/ledgers.md.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Sequence

from django.db.models import F
from procrastinate.contrib.django import app

from gridwalk.accounts.rules import Viewer
from gridwalk.core import actions as core
from gridwalk.core import bulk, clock
from gridwalk.core import queries as core_queries
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.models import Change
from gridwalk.method.text import reason_kept
from gridwalk.reconcile import rules
from gridwalk.reconcile.actions import sides
from gridwalk.reconcile.actions.submissions import SubmissionRefused
from gridwalk.reconcile.models import Import, StagedRow, Unmatched
from gridwalk.reconcile.queries import taking_back as queries
from gridwalk.reconcile.queries.submissions import get_submission
from gridwalk.reconcile.queries.taking_back import Written
from gridwalk.registry import columns
from gridwalk.registry.actions import claims, creation, queue, unmaking
from gridwalk.registry.models import CareLabel, Difference, Dwelling, Facility, Person, Residence, TakeOver
from gridwalk.registry.rules import Claim
from gridwalk.territory import actions as territory
from gridwalk.territory import rules as codes
from gridwalk.territory.models import Building
from gridwalk.visits.actions import rechecks, rounds

CLOSED = "问的那份台账已撤销"
LEAST = 4


class MovedMeanwhile(Exception):
    """A record went to another grid while its batch waited for the locks; the job tries again."""


@dataclasses.dataclass(frozen=True)
class Asker:
    """Who proposed it."""

    id: uuid.UUID | None
    name: str


def refusal(submission: Import, at: dt.datetime) -> str:
    """Why an import cannot be taken back now, and what to do; empty where it can."""
    if submission.state in {"undoing", "undone"}:
        return f"没有撤销：这份台账{submission.state_label}，{submission.undone_by_name}办的，不用再撤。"
    if submission.state == "paused":
        return "没有撤销：这份还没导完。先“继续导入”，或“放弃这份台账”，再来撤销已入库的。"
    if submission.state not in {"done", "cancelled"} or not submission.n_batches_done:
        return "没有撤销：这份台账没有入库过什么。"
    if at - (submission.finished_at or submission.created_at) > clock.UNDO_FOR:
        return "没有撤销：过了 7 天，不能整份撤销了。请到各条的页上提交注销登记或更正。"
    if not queries.is_told(submission):
        return "没有撤销：这份是系统升级以前导入的，没有记下它写了哪些。请到各条的页上提交注销登记或更正。"
    return ""


def begin(*, actor: Viewer, at: dt.datetime, imported: uuid.UUID, reason: str, asked_by: Asker | None = None) -> Import:
    """Begin to take an import back; ``run`` does it, in a job. ``asked_by``: who proposed that it leaves together with
    what was dispatched, to which the actor, somebody else, agrees; without that the dispatched stays.

    Raises NotHere, SubmissionRefused.
    """
    if asked_by is None:
        get_submission(actor, Import, imported)
    reason = reason_kept(reason)
    if len(reason) < LEAST:
        raise SubmissionRefused(f"没有撤销：请写明为什么撤销（不少于 {LEAST} 个字），来历里要留着。")
    with core.write_to(actor=actor, at=at) as writing:
        submission = Import.objects.select_for_update(of=("self", "submission_ptr")).get(pk=imported)
        if why := refusal(submission, at):
            raise SubmissionRefused(why)
        asker = asked_by or Asker(actor.id, actor.name)
        submission.state, submission.undone_reason = "undoing", reason
        submission.undone_by, submission.undone_by_name = asker.id, asker.name
        if asked_by is not None:
            submission.agreed_by, submission.agreed_by_name = actor.id, actor.name
        submission.save()
        writing.audit(
            AuditVerb.IMPORT_UNDO_STARTED,
            scope=submission.scope,
            kind="import",
            subject=submission.id,
            data={"dispatched": asked_by is not None},
            reason=reason,
        )
        go_on(imported, actor.id)
    return submission


def go_on(imported: uuid.UUID, user: uuid.UUID | None) -> None:
    """Have the job run; where it runs already, the second one finds nothing left to do."""
    app.configure_task("reconcile.take_back").defer(imported=str(imported), user=str(user))


def run(*, actor: Viewer, at: dt.datetime, imported: uuid.UUID) -> Import:
    """Take back every batch that has no receipt of it yet, the last one first.

    Cut off anywhere, calling it again goes on with the next batch; what is taken back already is left as it is.
    """
    submission = Import.objects.get(pk=imported)
    if submission.state != "undoing":
        return submission
    applied = {rules.receipt_key(submission.id, batch): batch for batch in range(submission.n_batches)}
    undone = core_queries.receipts(rules.undo_key(submission.id, batch) for batch in applied.values())
    for key in reversed(applied):
        if rules.undo_key(submission.id, applied[key]) not in undone and core_queries.receipt(key):
            _take_back(submission, applied[key], actor=actor, at=at)
    with core.write_to(actor=actor, at=at) as writing:
        submission.refresh_from_db()
        submission.state, submission.undone_at = "undone", at
        submission.save(update_fields=["state", "undone_at"])
        writing.audit(
            AuditVerb.IMPORT_UNDONE,
            scope=submission.scope,
            kind="import",
            subject=submission.id,
            data={"undone": submission.n_undone, "stayed": submission.n_stayed},
        )
    return submission


def _take_back(submission: Import, batch: int, *, actor: Viewer, at: dt.datetime) -> None:
    wrote = queries.written(submission, [batch])
    reason = f"撤销导入：{submission.undone_reason}"[:200]
    with core.write_to(*_grids(wrote), actor=actor, at=at, reason=reason) as writing:
        if not _grids(wrote) <= writing.versions.keys():
            raise MovedMeanwhile
        core.give_receipt(rules.undo_key(submission.id, batch), at=at, result={"op": str(writing.op)})
        rows = list(StagedRow.objects.filter(of=submission, batch=batch).order_by("id"))
        counts = _TakingBack(writing, submission, rows, wrote).run()
        Import.objects.filter(pk=submission.pk).update(
            n_undone=F("n_undone") + counts["undone"],
            n_stayed=F("n_stayed") + counts["stayed"],
            n_doors_stayed=F("n_doors_stayed") + counts["doors"],
            n_batches_undone=F("n_batches_undone") + 1,
        )
        by_grid: dict[str, Counter[str]] = defaultdict(Counter)
        for row in rows:
            by_grid[row.grid][row.state] += 1
        for grid, of_grid in by_grid.items() or [(submission.scope, counts)]:
            writing.audit(
                AuditVerb.IMPORT_BATCH_UNDONE,
                scope=grid,
                kind="import",
                subject=submission.id,
                data={"undone": of_grid["undone"], "stayed": of_grid["stayed"]},
            )


def _grids(wrote: Written) -> set[str]:
    """The grids where what was written stands now, and those its people return to."""
    grids: set[str] = set()
    for kind, table in columns.TABLES.items():
        ids = {change.entity for change in wrote.changes if change.kind == kind}
        grids |= set(table._default_manager.filter(pk__among=ids).values_list("grid_id", flat=True)) if ids else set()
    links = Residence.objects.filter(pk__among=wrote.of("residence"))
    persons = {change.entity for change in wrote.changes if change.kind == "person"}
    persons |= set(links.values_list("person_id", flat=True))
    homes = Residence.objects.filter(person_id__among=persons, to_on__isnull=True)
    grids |= {grid for rows in (links, homes) for grid in rows.values_list("grid_id", flat=True)}
    grids |= set(Person.objects.filter(pk__among=persons).values_list("grid_id", flat=True))
    grids |= set(CareLabel.objects.filter(pk__among=wrote.of("care")).values_list("grid_id", flat=True))
    grids |= set(Building.objects.filter(pk__among=wrote.of("building")).values_list("grid_id", flat=True))
    return grids | {codes.unassigned_of(grid) for grid in grids}


class _TakingBack:
    """One batch: links first, then facts, then the records, then what waited about them."""

    def __init__(self, writing: Writing, submission: Import, rows: Sequence[StagedRow], wrote: Written) -> None:
        self.writing = writing
        self.submission = submission
        self.rows = rows
        self.wrote = wrote
        self.why = queries.why_stay(submission, wrote, dispatched=bool(submission.agreed_by_name))
        self.kept = queries.changed_since(submission, wrote.facts)

    def run(self) -> Counter[str]:
        """How many rows were taken back, and how many stayed."""
        persons = self._links()
        self._facts()
        self._care()
        rounds.withdraw_listed(
            self.writing, {change.op for change in self.wrote.changes if change.field == "round"}, reason=CLOSED
        )
        self._questions()
        self._records()
        creation.place_persons(self.writing, sorted(persons - self._leaving("person")))
        return self._rows()

    def _leaving(self, kind: str) -> set[uuid.UUID]:
        return self.wrote.of(kind) - self.why.keys()

    def _links(self) -> set[uuid.UUID]:
        """The links end; returns whose they were."""
        links = list(Residence.objects.filter(pk__among=self._leaving("residence"), to_on__isnull=True))
        creation.end_residences(self.writing, links, source="office", reason=self.writing.reason)
        return {link.person_id for link in links}

    def _facts(self) -> None:
        """What it changed of others is as it was, where nobody has changed it since."""
        former = [
            Claim(*fact, change.old_clear or "", "office", reason=self.writing.reason)
            for fact, change in self.wrote.facts.items()
            if fact not in self.kept
        ]
        claims.apply_claims(self.writing, former)

    def _care(self) -> None:
        labels = list(CareLabel.objects.filter(pk__among=self._leaving("care")))
        for label in labels:
            self.writing.left(label.grid_id, "care", label.pk, source="office")
        CareLabel.objects.filter(pk__in=[label.pk for label in labels]).delete()

    def _questions(self) -> None:
        """What it asked is asked no more, but for what somebody else asks too."""
        asked_at = {change.at for change in self.wrote.changes}
        refs = {self._ref(row) for row in self.rows}
        own = Difference.objects.select_for_update().filter(source="ledger", source_ref__among=refs, state="open")
        questions = {question.pk: question for question in own}
        mine = TakeOver.objects.filter(source="ledger", asked_at__in=asked_at, grid__in=list(self.writing.versions))
        joined = set(mine.values_list("difference_id", flat=True))
        others = set(
            TakeOver.objects.filter(difference__in=joined | questions.keys())
            .exclude(pk__in=mine.values("pk"))
            .values_list("difference_id", flat=True)
        )
        mine.filter(difference__in=others).delete()
        queue.close(self.writing, [question for pk, question in questions.items() if pk not in others], CLOSED)

    def _records(self) -> None:
        sides.give_back(self.submission, {row.entity for row in self.rows if row.entity})
        for kind, table in columns.TABLES.items():
            leaving = self._leaving(kind)
            if not leaving:
                continue
            unmaking.unmake(self.writing, list(table._default_manager.select_for_update().filter(pk__among=leaving)))
            rechecks.targets_follow(self.writing, sorted(leaving), returning=False)
            Unmatched.objects.filter(entity__among=leaving, state="open").update(state="gone")
            queue.close(self.writing, list(Difference.objects.filter(entity__among=leaving, state="open")), CLOSED)
        self._buildings()

    def _buildings(self) -> None:
        """A building it began stands no longer where nothing stands in it."""
        begun = self.wrote.of("building")
        inside = (
            Dwelling.objects.filter(building__in=begun).exclude(status="struck_off"),
            Facility.objects.filter(building__in=begun).exclude(status="removed"),
        )
        used = {building for rows in inside for building in rows.values_list("building", flat=True)}
        territory.end_empty_buildings(self.writing, sorted(begun - used))

    def _ref(self, row: StagedRow) -> str:
        return self.submission.source_ref("left", row.sheet, row.row_no)

    def _rows(self) -> Counter[str]:
        """Say at each row what became of it, and why what stays does."""
        by_ref: dict[str, list[StagedRow]] = defaultdict(list)
        for row in self.rows:
            by_ref[self._ref(row)].append(row)
        own = {row.entity: row for row in reversed(self.rows) if row.entity}
        stayed: set[int] = set()
        for change, code in self._stays():
            of_change = own.get(change.entity) or next(iter(by_ref.get(change.source_ref, ())), None)
            if of_change is None:
                continue
            if change.kind in {of_change.kind, "residence"}:
                stayed.add(of_change.pk)
            noted = {fault["code"] for fault in of_change.faults}
            if of_change.values and code not in noted:  # of who was erased nothing is written down
                of_change.faults = [*of_change.faults, _fault(code)]
        for row in self.rows:
            if row.state in {"created", "changed"}:
                row.state = "stayed" if row.pk in stayed else "undone"
        bulk.update(list(self.rows), ["state", "faults"])
        doors = 0 if self.submission.kind == "dwelling" else len(self.wrote.of("dwelling") & self.why.keys())
        return Counter(row.state for row in self.rows) + Counter(doors=doors)

    def _stays(self) -> list[tuple[Change, str]]:
        """What stays, by the change it came with, and why."""
        records = [(self.wrote.made[entity], why) for entity, why in self.why.items()]
        facts = [(self.wrote.facts[fact], "changed") for fact in self.kept]
        return [(change, f"stays_{why}") for change, why in (*records, *facts)]


def _fault(code: str) -> dict[str, str]:
    return {"field": "", "column": "", "code": code, "text": rules.FAULTS[code]}
