"""A comparison from its upload to its result.

It never changes a fact: what differs is asked in the one queue (idea 2).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

from gridwalk.accounts.rules import Viewer
from gridwalk.core import actions as core
from gridwalk.core import files
from gridwalk.core import queries as core_queries
from gridwalk.dictionary import fields as dictionary
from gridwalk.ledger import comparing, diff_workbook, sides
from gridwalk.ledger.comparing import Comparison as Compared
from gridwalk.ledger.errors import LedgerError
from gridwalk.ledger.sides import Side
from gridwalk.reconcile.actions import estates, mapping, measuring, noting, submissions
from gridwalk.reconcile.actions.noting import Versus
from gridwalk.reconcile.actions.submissions import Chosen, SubmissionRefused
from gridwalk.reconcile.models import Comparison, Unmatched
from gridwalk.reconcile.queries import register
from gridwalk.reconcile.queries.submissions import get_submission

Say = Callable[[str], None]
FILES = {"left": ("file", "name"), "right": ("other_file", "other_name")}
"""Where a comparison keeps the file of each of its sides, and the file's name."""


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
    new = Comparison(
        scope=scope,
        kind=kind or "",
        source=source,
        file=WAY.store(actor=actor, at=at, scope=scope, data=data, name=name),
        name=name[:200],
        **submissions.handed_in(actor, at),
    )
    if other:
        new.other_file = WAY.store(actor=actor, at=at, scope=scope, data=other[0], name=other[1])
        new.other_name = other[1][:200]
    return submissions.upload(WAY, new, actor=actor, at=at)


def _understand(one: Comparison, chosen: Chosen) -> None:
    """Read the files, which must be of one kind, and of one that can be compared."""
    read: dict[str, Side] = {}
    asked = one.kind
    for side in FILES:
        file, name = _file(one, side)
        if file is None:
            continue
        read[side] = sides.read_bytes(files.read(file), name, kind=asked or None, mapping=chosen.get(side, {}))
        if side == "right" and read[side].kind != one.kind:
            raise LedgerError(
                f"两份不是同一种台账：{one.name} 是{dictionary.KINDS[one.kind]}，{name} 是"
                f"{dictionary.KINDS[read[side].kind]}，没有比对。请换一份再来，认错了就选定种类再读一遍。"
            )
        one.kind = read[side].kind
    if one.kind not in register.KINDS:
        raise LedgerError(
            f"{dictionary.KINDS[one.kind]}台账还不能比对，能比的是房屋、人员、单位。导入台账时会逐项核对。"
        )
    one.n_left = len(read["left"].frame)
    one.n_right = len(read["right"].frame) if "right" in read else 0
    one.mapping = {
        side: mapping.described(reading, chosen=chosen.get(side, {}), fields=reading.fields)
        for side, reading in read.items()
    }


def _file(one: Comparison, side: str) -> tuple[uuid.UUID | None, str]:
    """The stored file of a side and its name."""
    file, name = FILES[side]
    return getattr(one, f"{file}_id"), getattr(one, name)


def start(*, actor: Viewer, at: dt.datetime, comparison: uuid.UUID) -> Comparison:
    """The columns are right: hand the comparison to the background. Raises NotHere, SubmissionRefused."""
    one = get_submission(actor, Comparison, comparison)
    if one.state not in {"mapping", "paused"}:
        raise SubmissionRefused("这份比对不在等核对的状态，请刷新后再看。")
    submissions.require_chosen(one)
    return _started(one, actor=actor, at=at)


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
        name=earlier.name,
        other_file=earlier.other_file,
        other_name=earlier.other_name,
        **submissions.handed_in(actor, at),
    )
    WAY.read(new, earlier.chosen)
    return _started(new, actor=actor, at=at)


def _started(one: Comparison, *, actor: Viewer, at: dt.datetime) -> Comparison:
    with core.write_to(actor=actor, at=at) as writing:
        one.state, one.doing, one.message = "comparing", "排队等候", ""
        one.save()
        writing.audit("comparison.started", scope=one.scope, kind="comparison", subject=one.id)
    return one


def run(*, actor: Viewer, at: dt.datetime, comparison: uuid.UUID) -> Comparison:
    """Compare, note what is to be decided grid by grid, and keep the result.

    The result stands before the annotated workbook is written, which takes as long again. Cut off anywhere, calling it
    again compares anew and goes on with the grids that have no receipt, or with the workbook; a finished comparison
    is left as it is, one given up stays given up. Raises NotHere, SubmissionRefused.
    """
    found = get_submission(actor, Comparison, comparison)
    if found.state == "cancelled" or (found.state == "done" and not found.doing):
        return found
    if found.state not in {"comparing", "paused", "done"}:
        raise SubmissionRefused("还没有核对列，先核对再比对。")
    Comparison.objects.filter(pk=found.pk, state="paused").update(state="comparing")
    try:
        return _run(found, actor=actor, at=at)
    except _GivenUp:
        found.refresh_from_db()
        return found


def _run(found: Comparison, *, actor: Viewer, at: dt.datetime) -> Comparison:
    say = _saying(found)
    say("读表")
    left = _side(found, "left")
    say("取一张表里的记录")
    held = register.side(found.scope, found.kind)
    core.record_reading(
        actor=actor,
        at=at,
        verb="comparison.loaded",
        scope=found.scope,
        kind="comparison",
        subject=found.id,
        reason="台账比对",
        data={"records": len(held.frame)},
    )
    say("逐条比对")
    both = [(left, found.source)]
    if found.other_file_id:
        both.append((_side(found, "right"), "platform"))
    versus = [Versus(source, noting.settled(found, comparing.compare(side, held), source)) for side, source in both]
    measured = comparing.compare(both[0][0], both[1][0]) if len(both) == 2 else versus[0].compared
    if found.state != "done":
        _note(found, versus, measured, say, actor=actor, at=at)
    return _annotate(found, measured, actor=actor, at=at)


def _note(
    found: Comparison, versus: list[Versus], measured: Compared, say: Say, *, actor: Viewer, at: dt.datetime
) -> None:
    work = noting.Work(found, versus)
    done = core_queries.receipts(_key(found, grid) for grid in work.grids)
    for n, grid in enumerate(work.grids, start=1):
        say(f"列出待定的，第 {n} / {len(work.grids)} 个网格")
        if _key(found, grid) not in done:
            with core.write_to(grid, actor=actor, at=at) as writing:
                core.give_receipt(_key(found, grid), at=at, result={})
                n_asked = work.note(writing, grid)
                found.n_differences += n_asked
                Comparison.objects.filter(pk=found.pk).update(n_differences=found.n_differences)
    _finish(found, work, measured, actor=actor, at=at)


def _key(found: Comparison, grid: str) -> str:
    return f"comparison:{found.id}:{grid}"


def _saying(found: Comparison) -> Say:
    def say(text: str) -> None:
        if not Comparison.objects.filter(pk=found.pk, state__in=("comparing", "done")).update(doing=text):
            raise _GivenUp

    return say


def _side(found: Comparison, side: str) -> Side:
    file, name = _file(found, side)
    assert file is not None
    return sides.read_bytes(files.read(file), name, kind=found.kind, mapping=found.chosen[side])


def _finish(found: Comparison, work: noting.Work, measured: Compared, *, actor: Viewer, at: dt.datetime) -> None:
    totals = measured.totals()
    with core.write_to(actor=actor, at=at) as writing:
        found.refresh_from_db(from_queryset=Comparison.objects.select_for_update())
        if found.state != "comparing":
            raise _GivenUp
        found.state, found.finished_at, found.doing = "done", at, "写批注版"
        found.n_left, found.n_right, found.n_pairs = totals.n_left, totals.n_right, totals.n_pairs
        found.n_equal, found.n_union = totals.n_equal, totals.n_union
        found.by_field, found.by_sheet = dict(totals.by_field), dict(totals.by_sheet)
        found.message = ""
        measuring.keep(found, work, measured)
        estates.remember(found, work.versus, work)
        found.save()
        outlived = Unmatched.objects.filter(
            grid__startswith=found.scope, kind=found.kind, source__in=[v.source for v in work.versus], state="open"
        ).exclude(of=found)
        outlived.update(state="gone", decided_at=at)
        writing.audit(
            "comparison.done",
            scope=found.scope,
            kind="comparison",
            subject=found.id,
            data={"equal": found.n_equal, "union": found.n_union, "differences": found.n_differences},
        )


def _annotate(found: Comparison, measured: Compared, *, actor: Viewer, at: dt.datetime) -> Comparison:
    made = diff_workbook.workbook(measured, files.read(found.file_id), found.name, masked=True)
    found.annotated = core.store_file(
        data=made.data,
        name=f"{found.name.rsplit('.', 1)[0]}（比对批注）.xlsx",
        purpose="annotated",
        scope=found.scope,
        keep=submissions.KEEP_FILES,
        actor=actor,
        at=at,
    )
    found.message, found.doing = made.rebuilt, ""
    with core.write_to(actor=actor, at=at):
        found.save(update_fields=["annotated", "message", "doing"])
    return found


def _give_up(one: Comparison) -> str:
    return "已放弃，一张表没有动。" + ("已列出的差异还在。" if one.n_differences else "")


WAY = submissions.Way(
    model=Comparison,
    subject="comparison",
    noun="比对",
    running="comparing",
    purpose="comparison",
    understand=_understand,
    give_up=_give_up,
    uploaded="comparison.uploaded",
    mapped="comparison.mapped",
    paused="comparison.paused",
    cancelled="comparison.cancelled",
)
"""Beside the register."""
