"""A comparison from its upload to its result.

It never changes a fact: what differs is asked in the one queue (idea 2).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import uuid
from collections.abc import Callable, Mapping, Sequence

from gridwalk.accounts.rules import Viewer
from gridwalk.core import actions as core
from gridwalk.core import files
from gridwalk.core import queries as core_queries
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary.sight import Place
from gridwalk.ledger import comparing, diff_workbook, sides
from gridwalk.ledger.annotate import Mark
from gridwalk.ledger.comparing import Comparison as Compared
from gridwalk.ledger.errors import LedgerError
from gridwalk.ledger.sides import Side
from gridwalk.reconcile import rules
from gridwalk.reconcile.actions import ended, estates, mapping, measuring, noting, submissions
from gridwalk.reconcile.actions.noting import Versus
from gridwalk.reconcile.actions.sides import row_values
from gridwalk.reconcile.actions.submissions import Chosen, SubmissionRefused
from gridwalk.reconcile.models import Comparison
from gridwalk.reconcile.places import Places
from gridwalk.reconcile.queries import estate_names, register, telling
from gridwalk.reconcile.queries.submissions import get_submission
from gridwalk.registry.actions import handed_in

Say = Callable[[str], None]
FILES = {"left": ("file", "name"), "right": ("other_file", "other_name")}
"""Where a comparison keeps the file of each of its sides, and the file's name."""


@dataclasses.dataclass(frozen=True)
class _Away:
    """How many rows of the files belong to other communities, and what the first file's workbook says of them."""

    marks: list[Mark]
    n_rows: int


class _GivenUp(Exception):
    """Somebody gave the comparison up while it was running."""


def upload(
    *,
    actor: Viewer,
    at: dt.datetime,
    scope: str,
    source: str,
    data: bytes,
    name: str,
    kind: str | None = None,
    other: tuple[bytes, str] | None = None,
) -> Comparison:
    """Keep the file (and the platform's export to compare it with) encrypted, read them and propose a mapping.

    Raises NotPermitted, SubmissionRefused.
    """
    if source not in dict(Comparison.SOURCES):
        raise SubmissionRefused("要说明这份表是台账还是市平台导出。")
    kept = WAY.store(actor=actor, at=at, scope=scope, data=data, name=name)
    new = Comparison(
        scope=scope,
        kind=kind or "",
        source=source,
        file=kept.file,
        cleared=kept.cleared,
        name=kept.file.name,
        **submissions.handed_in(actor, at),
    )
    why = kept.why
    if other:
        kept = WAY.store(actor=actor, at=at, scope=scope, data=other[0], name=other[1])
        new.other_file, new.other_name = kept.file, kept.file.name
        new.cleared = [*new.cleared, *(f"{kept.file.name} 的 {words}" for words in kept.cleared)]
        why = why or kept.why
    return submissions.upload(WAY, new, why=why, actor=actor, at=at)


def _understand(submission: Comparison, chosen: Chosen) -> None:
    """Read the files, which must be of one kind, and of one that can be compared."""
    read: dict[str, Side] = {}
    asked = submission.kind
    for side in FILES:
        file, name = _file(submission, side)
        if file is None:
            continue
        read[side] = sides.read_bytes(files.read(file), name, kind=asked or None, mapping=chosen.get(side, {}))
        if side == "right" and read[side].kind != submission.kind:
            raise LedgerError(
                f"两份不是同一种台账：{submission.name} 是{dictionary.KINDS[submission.kind]}，{name} 是"
                f"{dictionary.KINDS[read[side].kind]}，没有比对。请换一份再来，认错了就选定种类再读一遍。"
            )
        submission.kind = read[side].kind
    if submission.kind not in register.KINDS:
        raise LedgerError(
            f"{dictionary.KINDS[submission.kind]}台账还不能比对，能比的是房屋、人员、单位。导入台账时会逐项核对。"
        )
    submission.n_left = len(read["left"].frame)
    submission.n_right = len(read["right"].frame) if "right" in read else 0
    submission.mapping = {
        side: mapping.described(reading, chosen=chosen.get(side, {}), fields=reading.fields)
        for side, reading in read.items()
    }


def _file(submission: Comparison, side: str) -> tuple[uuid.UUID | None, str]:
    """The stored file of a side and its name."""
    file, name = FILES[side]
    return getattr(submission, f"{file}_id"), getattr(submission, name)


def start(*, actor: Viewer, at: dt.datetime, comparison: uuid.UUID) -> Comparison:
    """The columns are right: hand the comparison to the background. Raises NotHere, SubmissionRefused."""
    submission = get_submission(actor, Comparison, comparison)
    if submission.state not in {"mapping", "paused"}:
        raise SubmissionRefused("这份比对不在等核对的状态，请刷新后再看。")
    submissions.require_chosen(submission)
    return _started(submission, actor=actor, at=at)


def again(*, actor: Viewer, at: dt.datetime, comparison: uuid.UUID) -> Comparison:
    """Measure the same files again, while they are kept. Raises NotHere, SubmissionRefused."""
    earlier = get_submission(actor, Comparison, comparison)
    if earlier.state != "done" or earlier.file.erased_at is not None:
        raise SubmissionRefused("原文件已过 30 天，清除了。请重新上传再比。")
    new = Comparison(
        scope=earlier.scope,
        kind=earlier.kind,
        source=earlier.source,
        file=earlier.file,
        cleared=earlier.cleared,
        name=earlier.name,
        other_file=earlier.other_file,
        other_name=earlier.other_name,
        released_by=earlier.released_by,
        released_by_name=earlier.released_by_name,
        released_at=earlier.released_at,
        release_reason=earlier.release_reason,
        **submissions.handed_in(actor, at),
    )
    WAY.read(new, earlier.chosen)
    return _started(new, actor=actor, at=at)


def _started(submission: Comparison, *, actor: Viewer, at: dt.datetime) -> Comparison:
    with core.write_to(actor=actor, at=at) as writing:
        submission.state, submission.doing, submission.message = "comparing", "排队等候", ""
        submission.save()
        writing.audit(AuditVerb.COMPARISON_STARTED, scope=submission.scope, kind="comparison", subject=submission.id)
    return submission


def run(*, actor: Viewer, at: dt.datetime, comparison: uuid.UUID) -> Comparison:
    """Compare, note what is to be decided grid by grid, and keep the result.

    The result stands before the annotated workbook is written, which takes as long again. Cut off anywhere, calling it
    again compares anew and goes on with the grids that have no receipt, or with the workbook; a finished comparison
    is left as it is, one given up stays given up. Raises NotHere, SubmissionRefused.
    """
    submission = get_submission(actor, Comparison, comparison)
    if submission.state == "cancelled" or (submission.state == "done" and not submission.doing):
        return submission
    if submission.state not in {"comparing", "paused", "done"}:
        raise SubmissionRefused("还没有核对列，先核对再比对。")
    Comparison.objects.filter(pk=submission.pk, state="paused").update(state="comparing")
    try:
        return _run(submission, actor=actor, at=at)
    except _GivenUp:
        submission.refresh_from_db()
        return submission


def _run(submission: Comparison, *, actor: Viewer, at: dt.datetime) -> Comparison:
    say = _saying(submission)
    say("读表")
    both = [(_side(submission, "left"), submission.source)]
    if submission.other_file_id:
        both.append((_side(submission, "right"), "platform"))
    days = _withheld_days(submission, [side for side, _ in both], actor=actor, at=at)
    both = [(side.without("id_no", days), source) for side, source in both]
    say("取系统登记的记录")
    registered = register.side(submission.scope, submission.kind, listed=_numbers([side for side, _ in both]))
    registered = registered.without("id_no", days)  # else who is of such a day would be called missing in the file
    Comparison.objects.filter(pk=submission.pk).update(n_withheld=sum(len(side.withheld) for side, _ in both))
    core.record_reading(
        actor=actor,
        at=at,
        verb=AuditVerb.COMPARISON_LOADED,
        scope=submission.scope,
        kind="comparison",
        subject=submission.id,
        reason="台账比对",
        data={"records": len(registered.frame)},
    )
    say("逐条比对")
    names, apart = estate_names.answers(submission.scope)
    compare = functools.partial(comparing.compare, names=names, apart=apart)
    compared = [compare(_guarded(side), registered) for side, _ in both]
    away = _elsewhere(submission, compared)
    marks = _away(both[0][0], away[0])
    both = [(side.without_rows(rows), source) for (side, source), rows in zip(both, away, strict=True)]
    versus = [
        Versus(source, noting.settled(submission, of_side, source))
        for (_, source), of_side in zip(both, _without(both, away, compared, compare, registered), strict=True)
    ]
    measured = compare(both[0][0], both[1][0]) if len(both) == 2 else versus[0].compared
    if submission.state != "done":
        _note(submission, versus, measured, say, actor=actor, at=at)
    return _annotate(submission, measured, _Away(marks, sum(map(len, away))), actor=actor, at=at)


def _elsewhere(submission: Comparison, compared: Sequence[Compared]) -> list[dict[int, str]]:
    """By side, the rows that only the file has and that belong to another community, with its name: nobody here
    lacks them.
    """
    places, away = Places(submission.scope), []
    for of_side in compared:
        alone, values = of_side.left_only["row"].to_list(), row_values(of_side.left)
        located = places.locate([values[row] for row in alone])
        away.append({row: place.there for row, place in zip(alone, located, strict=True) if place.there})
    return away


def _without(
    both: Sequence[tuple[Side, str]],
    away: Sequence[dict[int, str]],
    compared: Sequence[Compared],
    compare: Callable[[Side, Side], Compared],
    registered: Side,
) -> list[Compared]:
    """What was compared, anew where rows were taken out of a side."""
    return [
        compare(_guarded(side), registered) if rows else of_side
        for (side, _), rows, of_side in zip(both, away, compared, strict=True)
    ]


def _away(side: Side, rows: Mapping[int, str]) -> list[Mark]:
    """What the annotated workbook says of such rows."""
    at = side.frame.select("sheet", "row_no").rows()
    return [
        Mark(at[row][0], at[row][1], "", rules.ELSEWHERE_COMPARED.format(there=there)) for row, there in rows.items()
    ]


def _guarded(side: Side) -> Side:
    """A side as it is compared with the register."""
    return side.without_near_numbers() if side.kind == "person" else side


def _withheld_days(submission: Comparison, read: Sequence[Side], *, actor: Viewer, at: dt.datetime) -> frozenset[str]:
    """The days of birth of which nothing is compared; none once a second person has answered for the file."""
    if submission.released_at is None:
        return handed_in.withheld(actor=actor, at=at, numbers=_numbers(read))
    with core.write_to(actor=actor, at=at) as writing:
        handed_in.released(writing, _numbers(read), scope=submission.scope)
    return frozenset()


def _numbers(read: Sequence[Side]) -> set[str]:
    """The ID numbers some sides list."""
    return {n for side in read if "id_no" in side.frame.columns for n in side.frame["id_no"].drop_nulls().to_list()}


def _note(
    submission: Comparison, versus: list[Versus], measured: Compared, say: Say, *, actor: Viewer, at: dt.datetime
) -> None:
    work = noting.Work(submission, versus)
    done = core_queries.receipts(_key(submission, grid) for grid in work.grids)
    for n, grid in enumerate(work.grids, start=1):
        say(f"列出待定的，第 {n} / {len(work.grids)} 个网格")
        if _key(submission, grid) not in done:
            with core.write_to(grid, actor=actor, at=at) as writing:
                core.give_receipt(_key(submission, grid), at=at, result={})
                n_asked = work.note(writing, grid)
                submission.n_differences += n_asked
                Comparison.objects.filter(pk=submission.pk).update(n_differences=submission.n_differences)
    _finish(submission, work, measured, actor=actor, at=at)


def _key(submission: Comparison, grid: str) -> str:
    return f"comparison:{submission.id}:{grid}"


def _saying(submission: Comparison) -> Say:
    def say(text: str) -> None:
        if not Comparison.objects.filter(pk=submission.pk, state__in=("comparing", "done")).update(doing=text):
            raise _GivenUp

    return say


def _side(submission: Comparison, side: str) -> Side:
    file, name = _file(submission, side)
    assert file is not None
    return sides.read_bytes(files.read(file), name, kind=submission.kind, mapping=submission.chosen[side])


def _finish(submission: Comparison, work: noting.Work, measured: Compared, *, actor: Viewer, at: dt.datetime) -> None:
    totals = measured.totals()
    with core.write_to(actor=actor, at=at) as writing:
        submission.refresh_from_db(from_queryset=Comparison.objects.select_for_update())
        if submission.state != "comparing":
            raise _GivenUp
        submission.state, submission.finished_at, submission.doing = "done", at, "写批注版"
        submission.n_left, submission.n_right, submission.n_pairs = totals.n_left, totals.n_right, totals.n_pairs
        submission.n_equal, submission.n_union = totals.n_equal, totals.n_union
        submission.by_field, submission.by_sheet = dict(totals.by_field), dict(totals.by_sheet)
        submission.message = ""
        measuring.keep(submission, work, measured, actor=actor)
        for side in work.versus:
            ended.note_ended(writing, submission, side.source)
        estates.note(submission, work.versus, work)
        submission.save()
        measuring.replace_lists(submission, at=at)
        writing.audit(
            AuditVerb.COMPARISON_DONE,
            scope=submission.scope,
            kind="comparison",
            subject=submission.id,
            data={"equal": submission.n_equal, "union": submission.n_union, "differences": submission.n_differences},
        )


def _annotate(submission: Comparison, measured: Compared, away: _Away, *, actor: Viewer, at: dt.datetime) -> Comparison:
    told = f"{away.n_rows} 行是别的社区的，没有比，哪边都不算缺；批注工作簿里有说明。" if away.n_rows else ""
    if not telling.by_row(actor, submission):
        Comparison.objects.filter(pk=submission.pk).update(doing="", message=told)
        submission.refresh_from_db()
        return submission
    readers = None if submission.other_file_id else functools.partial(actor.reader, place=Place.FILE)
    workbook = diff_workbook.workbook(
        measured,
        files.read(submission.file_id),
        submission.name,
        readers=readers,
        withheld=[
            Mark(sheet, row_no, submission.letter("left", sheet, row_no, "id_no"), rules.NOT_COMPARED)
            for sheet, row_no in measured.left.withheld
        ]
        + away.marks,
        missing=submission.cleared,
    )
    submission.annotated = core.store_file(
        data=workbook.data,
        name=f"{submission.name.rsplit('.', 1)[0]}（比对批注）.{workbook.ending}",
        purpose="annotated",
        scope=submission.scope,
        keep=submissions.KEEP_FILES,
        actor=actor,
        at=at,
    )
    submission.message, submission.doing = f"{told}{workbook.note}"[:400], ""
    with core.write_to(actor=actor, at=at):
        submission.save(update_fields=["annotated", "message", "doing"])
    return submission


def _give_up(submission: Comparison) -> str:
    return "已放弃，系统登记没有改动。已经列出来的还在。"


WAY = submissions.Way(
    model=Comparison,
    subject="comparison",
    noun="比对",
    running="comparing",
    purpose="comparison",
    understand=_understand,
    give_up=_give_up,
    uploaded=AuditVerb.COMPARISON_UPLOADED,
    released=AuditVerb.COMPARISON_RELEASED,
    mapped=AuditVerb.COMPARISON_MAPPED,
    paused=AuditVerb.COMPARISON_PAUSED,
    cancelled=AuditVerb.COMPARISON_CANCELLED,
)
"""Beside the register."""
