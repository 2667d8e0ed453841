"""A comparison from its upload to its result.

It never changes a fact: what differs is asked in the one queue (idea 2).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import files
from gridwalk.core import queries as core_queries
from gridwalk.core.queries import NotHere
from gridwalk.dictionary import fields as dictionary
from gridwalk.ledger import comparing, diff_workbook, sides
from gridwalk.ledger.comparing import Comparison as Compared
from gridwalk.ledger.errors import LedgerError
from gridwalk.ledger.sides import Side
from gridwalk.reconcile.actions import estates, mapping, measuring, noting
from gridwalk.reconcile.actions.noting import Versus
from gridwalk.reconcile.models import Comparison, Unmatched
from gridwalk.reconcile.queries import register

KEEP_FILES = dt.timedelta(days=30)
Say = Callable[[str], None]
READ = {"left": "file", "right": "other_file"}


class ComparisonRefused(Exception):
    """A comparison that cannot go on as asked; the text says why and what to do."""


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

    Raises NotPermitted, ComparisonRefused.
    """
    access.require(actor, Verb.IMPORT_LEDGER, scope)
    if source not in dict(Comparison.SOURCES):
        raise ComparisonRefused("要说明这份表是台账还是市平台导出。")
    stored = [
        core.store_file(data=d, name=n, purpose="comparison", scope=scope[:15], keep=KEEP_FILES, actor=actor, at=at)
        for d, n in [(data, name), *([other] if other else [])]
    ]
    made = Comparison(
        scope=scope,
        kind=kind or "",
        source=source,
        file=stored[0],
        name=name[:200],
        other_file=stored[1] if other else None,
        other_name=other[1][:200] if other else "",
        actor=actor.id,
        actor_name=actor.name,
        created_at=at,
    )
    _read(made, {"left": {}, "right": {}})
    with core.write_to(actor=actor, at=at) as writing:
        made.save(force_insert=True)
        writing.audit(
            "comparison.uploaded", scope=scope, kind="comparison", subject=made.id, data={"state": made.state}
        )
    return made


def _read(made: Comparison, chosen: Mapping[str, Mapping[str, str]]) -> dict[str, Side]:
    """Read the files with the chosen columns; the comparison is waiting for its mapping, or failed and says why."""
    found: dict[str, Side] = {}
    asked = made.kind
    try:
        for side, name in (("left", made.name), ("right", made.other_name)):
            stored = made.file_id if side == "left" else made.other_file_id
            if stored is None:
                continue
            found[side] = sides.read_bytes(files.read(stored), name, kind=asked or None, mapping=chosen[side])
            if side == "right" and found[side].kind != made.kind:
                raise LedgerError(
                    f"两份不是同一种台账：{made.name} 是{dictionary.KINDS[made.kind]}，{name} 是"
                    f"{dictionary.KINDS[found[side].kind]}，没有比对。请换一份再来，认错了就选定种类再读一遍。"
                )
            made.kind = found[side].kind
        if made.kind not in register.KINDS:
            raise LedgerError(
                f"{dictionary.KINDS[made.kind]}台账还不能比对，能比的是房屋、人员、单位。导入台账时会逐项核对。"
            )
    except LedgerError as error:
        made.state, made.message = "failed", str(error)[:400]
        return {}
    made.state = "mapping"
    made.message = "；".join(q for side in found.values() for q in side.questions)[:400]
    made.n_left = len(found["left"].frame)
    made.n_right = len(found["right"].frame) if "right" in found else 0
    made.mapping = {
        side: mapping.described(made.kind, s.sheets, chosen=chosen[side], questions=s.questions, refused=s.refused)
        | {"fields": list(s.fields)}
        for side, s in found.items()
    }
    return found


def get_own(actor: Viewer, comparison: uuid.UUID) -> Comparison:
    """A comparison the actor may go on with. Raises NotHere."""
    found = Comparison.objects.select_related("file", "annotated").filter(pk=comparison).first()
    if found is None or not actor.may(Verb.IMPORT_LEDGER, found.scope):
        raise NotHere
    return found


def remap(
    *,
    actor: Viewer,
    at: dt.datetime,
    comparison: uuid.UUID,
    chosen: Mapping[str, Mapping[str, str]],
    kind: str | None = None,
) -> Comparison:
    """Read again with the columns a person chose (side → header → field, "" drops it).

    Raises NotHere, ComparisonRefused.
    """
    found = get_own(actor, comparison)
    if found.state not in {"mapping", "failed"}:
        raise ComparisonRefused("已经开始比对，不能再改列。")
    found.kind = kind or found.kind
    _read(found, {"left": {}, "right": {}, **chosen})
    with core.write_to(actor=actor, at=at) as writing:
        found.save()
        writing.audit("comparison.mapped", scope=found.scope, kind="comparison", subject=found.id)
    return found


def start(*, actor: Viewer, at: dt.datetime, comparison: uuid.UUID) -> Comparison:
    """The columns are right: hand the comparison to the background. Raises NotHere, ComparisonRefused."""
    found = get_own(actor, comparison)
    if found.state == "paused":
        found.state = "comparing"
    elif found.state != "mapping":
        raise ComparisonRefused("这份比对不在等核对的状态，请刷新后再看。")
    asked = [q for side in found.mapping.values() for q in side["questions"]]
    if asked:
        raise ComparisonRefused("还有几列要您先定：" + "；".join(asked))
    with core.write_to(actor=actor, at=at) as writing:
        found.state, found.doing, found.message = "comparing", "排队等候", ""
        found.save()
        writing.audit("comparison.started", scope=found.scope, kind="comparison", subject=found.id)
    return found


def again(*, actor: Viewer, at: dt.datetime, comparison: uuid.UUID) -> Comparison:
    """Measure the same files again, while they are kept. Raises NotHere, ComparisonRefused."""
    old = get_own(actor, comparison)
    if old.state != "done" or old.file.erased_at is not None:
        raise ComparisonRefused("原文件已过 30 天，清除了。请重新上传再比。")
    made = Comparison(
        scope=old.scope,
        kind=old.kind,
        source=old.source,
        file=old.file,
        name=old.name,
        other_file=old.other_file,
        other_name=old.other_name,
        actor=actor.id,
        actor_name=actor.name,
        created_at=at,
    )
    _read(made, {"left": {}, "right": {}} | {side: m["chosen"] for side, m in old.mapping.items()})
    made.state, made.doing = "comparing", "排队等候"
    with core.write_to(actor=actor, at=at) as writing:
        made.save(force_insert=True)
        writing.audit("comparison.started", scope=made.scope, kind="comparison", subject=made.id)
    return made


def run(*, actor: Viewer, at: dt.datetime, comparison: uuid.UUID) -> Comparison:
    """Compare, note what is to be decided grid by grid, and keep the result.

    The result stands before the annotated workbook is written, which takes as long again. Cut off anywhere, calling it
    again compares anew and goes on with the grids that have no receipt, or with the workbook; a finished comparison
    is left as it is, one given up stays given up. Raises NotHere, ComparisonRefused.
    """
    found = get_own(actor, comparison)
    if found.state == "cancelled" or (found.state == "done" and not found.doing):
        return found
    if found.state not in {"comparing", "paused", "done"}:
        raise ComparisonRefused("还没有核对列，先核对再比对。")
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
    stored, name = (found.file_id, found.name) if side == "left" else (found.other_file_id, found.other_name)
    assert stored is not None
    chosen = found.mapping[side]["chosen"]
    return sides.read_bytes(files.read(stored), name, kind=found.kind, mapping=chosen)


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
        keep=KEEP_FILES,
        actor=actor,
        at=at,
    )
    found.message, found.doing = made.rebuilt, ""
    with core.write_to(actor=actor, at=at):
        found.save(update_fields=["annotated", "message", "doing"])
    return found


def pause(*, actor: Viewer, at: dt.datetime, comparison: uuid.UUID, message: str) -> None:
    """Note that comparing stopped half-way; going on is one button."""
    with core.write_to(actor=actor, at=at) as writing:
        Comparison.objects.filter(pk=comparison, state="comparing").update(state="paused", message=message[:400])
        writing.audit("comparison.paused", kind="comparison", subject=comparison)


def cancel(*, actor: Viewer, at: dt.datetime, comparison: uuid.UUID) -> Comparison:
    """Give up a comparison that is not finished; the questions already asked stay.

    Raises NotHere, ComparisonRefused.
    """
    found = get_own(actor, comparison)
    if found.state in {"done", "cancelled"}:
        raise ComparisonRefused("这份比对已经结束了。")
    with core.write_to(actor=actor, at=at) as writing:
        found.state, found.finished_at = "cancelled", at
        found.message = "已放弃，一张表没有动。" + ("已列出的差异还在。" if found.n_differences else "")
        found.save()
        writing.audit("comparison.cancelled", scope=found.scope, kind="comparison", subject=found.id)
    return found
