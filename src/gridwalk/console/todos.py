"""今日待办: what waits for somebody, each kind with its count, a line of reason and its button.

A kind says how many there are, never whose: what is listed is work of an area (red line 2).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import clock
from gridwalk.differences.queries import differences, takeovers
from gridwalk.followup.queries import matters
from gridwalk.indicators import consistency
from gridwalk.indicators.queries import Board
from gridwalk.ledger.tally import COUNTED_IN
from gridwalk.reconcile.actions import comparing, staging
from gridwalk.reconcile.queries import comparisons, submissions
from gridwalk.registry.queries import care, rechecks
from gridwalk.sync.queries import devices, returned
from gridwalk.territory import queries as territory
from gridwalk.territory import rules as codes
from gridwalk.upkeep.queries import plans, unassigned
from gridwalk.visits.queries import care as followed
from gridwalk.visits.queries import worklist

STALE = dt.timedelta(days=7)
"""What waits longer is said to."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Todo:
    """One line. ``public``: it may stand on a wall; of care and of who lives where nothing does (red line 5)."""

    mark: str
    text: str
    note: str
    url: str = ""
    button: str = ""
    public: bool = True

    @property
    def tone(self) -> str:
        """Cinnabar for what stands in the way, indigo for what is asked."""
        return "z" if self.mark in {"缺", "格", "异"} else "q"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Asked:
    """Whose page it is, of what and when; ``named``: the responsible by area."""

    viewer: Viewer
    scope: str
    at: dt.datetime
    board: Board
    named: Mapping[str, Any]
    consistency: consistency.Board

    def may(self, verb: Verb) -> bool:
        """Whether they may do it in the scope shown."""
        return self.viewer.may(verb, self.scope)

    def parts(self, verb: Verb) -> Iterator[tuple[str, str]]:
        """Where in the scope shown they may do it, each with how a line about it begins: all of it, which needs no
        name, or areas in it. A page shows one of them, so a line counts one.
        """
        for part in self.viewer.within(verb, self.scope):
            yield part, "" if part == self.scope else f"{territory.scope_name(part)}："

    @property
    def since(self) -> dt.datetime:
        """What came before it has waited too long."""
        return self.at - STALE


def todos(asked: Asked) -> list[Todo]:
    """What the viewer can do something about in a scope, what stands in the way first."""
    return [todo for kind in KINDS for todo in kind(asked)]


def _stale(words: str) -> str:
    return f"其中 {words}放了 7 天以上" if words else ""


def _several(n: int, unit: str) -> str:
    return f"{n:,} {unit}" if n else ""


def _nobody_named(asked: Asked) -> Iterator[Todo]:
    if not asked.viewer.may_anywhere(Verb.SEE_ROWS_MASKED):
        return
    for line in asked.board.lines:
        if line.code in asked.named or codes.is_unassigned(line.code):
            continue
        visits = line.figures.get("visits")
        left = f"剩 {visits.gap:,} 户；" if visits is not None and visits.gap else ""
        to_give = asked.may(Verb.DISPATCH) and bool(left) and len(line.code) == codes.GRID
        yield Todo(
            mark="缺",
            text=f"{line.name}没有责任人",
            note=f"{left}清单和文件上要写责任人的名字",
            url=f"/gaps/?scope={line.code}&whose=nobody" if to_give else "",
            button="去改派" if to_give else "",
        )


def _without_grid(asked: Asked) -> Iterator[Todo]:
    if asked.may(Verb.IMPORT_LEDGER) and (n := unassigned.n_doors(asked.viewer, asked.scope)):
        url = f"/areas/unassigned/?community={asked.scope[:12]}"
        yield Todo(mark="格", text=f"{n:,} 户没有划入网格", note="没有网格员，走不到", url=url, button="去划")


def _not_compared(asked: Asked) -> Iterator[Todo]:
    missing = [community.name for community in asked.consistency.communities if not community.ledgers]
    if asked.may(Verb.IMPORT_LEDGER) and missing:
        names = "、".join(missing[:2]) + (f"等 {len(missing)} 个社区" if len(missing) > 2 else "")
        note = "没比对的不计入一致率，上传就能比"
        yield Todo(mark="比", text=f"{names}台账还没比对", note=note, url="/comparisons/", button="去上传")


def _differences(asked: Asked) -> Iterator[Todo]:
    for part, named in asked.parts(Verb.DECIDE_DIFFERENCE):
        if n := differences.n_open(asked.viewer, part):
            stale = _stale(_several(differences.n_open(asked.viewer, part, before=asked.since), "条"))
            yield Todo(
                mark="异",
                text=f"{named}{n:,} 条差异待核对",
                note=stale or "定了再走，免得白跑",
                url=f"/differences/?scope={part}",
                button="去核对",
            )


def _one_sided(asked: Asked) -> Iterator[Todo]:
    if not asked.viewer.may_anywhere(Verb.DECIDE_DIFFERENCE):
        return
    if n := comparisons.n_waiting(asked.viewer, asked.scope):
        yield Todo(
            mark="异",
            text=f"{n:,} 条只有一边有，或疑似同一条",
            note="比对列出来的，待核对",
            url=f"/consistency/?scope={asked.scope}",
            button="去核对",
        )


def _returned(asked: Asked) -> Iterator[Todo]:
    parts = dict([*asked.parts(Verb.DECIDE_DIFFERENCE), *asked.parts(Verb.DRAW_SAMPLE)])
    for part, named in parts.items():
        if n := returned.n_waiting(asked.viewer, part):
            yield Todo(
                mark="退",
                text=f"{named}{n:,} 条手机传来的没记上",
                note="看原因，放行或搁置",
                url=f"/returned/?scope={part}",
                button="去处理",
            )


def _unfinished(asked: Asked) -> Iterator[Todo]:
    for part, named in asked.parts(Verb.IMPORT_LEDGER):
        for way, words, url in ((comparing.WAY, "比对", "/comparisons/"), (staging.WAY, "导入", "/imports/")):
            if n := submissions.n_unfinished(asked.viewer, way.model, part):
                yield Todo(
                    mark="账",
                    text=f"{named}{n} 份台账没有{words}完",
                    note="停在半路",
                    url=f"{url}?scope={part}",
                    button=f"继续{words}",
                )


def _rechecks(asked: Asked) -> Iterator[Todo]:
    for part, named in asked.parts(Verb.RECHECK):
        yield from _rechecks_in(asked, part, named)


def _by_kind(counted: Mapping[str, int]) -> str:
    """Unlike things beside each other, never added up: 8 户、3 家."""
    return "、".join(f"{counted[kind]:,} {COUNTED_IN[kind]}" for kind in COUNTED_IN if counted[kind])


def _rechecks_in(asked: Asked, part: str, named: str) -> Iterator[Todo]:
    viewer, url = asked.viewer, f"/rechecks/?scope={part}"
    if counted := worklist.n_pending(viewer, part):
        late = worklist.n_pending(viewer, part, before=asked.since)
        note = _stale(_by_kind(late)) or "复核前仍算在应走访里"
        yield Todo(mark="核", text=f"{named}{_by_kind(counted)}等另一人复核", note=note, url=url, button="去复核")
    if n := rechecks.n_waiting(viewer, part):
        late_ends = _several(rechecks.n_waiting(viewer, part, before=asked.since), "件")
        note = _stale(late_ends) or "复核前记录还在册"
        yield Todo(mark="销", text=f"{named}{n:,} 件注销、恢复等复核", note=note, url=url, button="去复核")
    if n := plans.n_waiting(viewer, part):
        note = "合并、拆分、搬迁，复核了才生效"
        yield Todo(mark="改", text=f"{named}{n:,} 件更正方案等复核", note=note, url=url, button="去复核")
    if n := takeovers.n_late(viewer, part, asked.at):
        note = "对方没答，可以由复核人定"
        yield Todo(mark="接", text=f"{named}{n:,} 人等对方社区答复", note=note, url=url, button="去定", public=False)


def _phones(asked: Asked) -> Iterator[Todo]:
    for part, named in asked.parts(Verb.MANAGE_DEVICES):
        silent = devices.silent(asked.viewer, part, clock.local_date(asked.at))
        if silent.n:
            waits = f"上次还有 {silent.n_waiting:,} 条没传" if silent.n_waiting else "开一下手机就会自己传"
            text = f"{named}{silent.n} 台手机两天没同步"
            url = f"/phones/?scope={part}"
            yield Todo(mark="传", text=text, note=waits, url=url, button="看手机", public=False)


def _matters(asked: Asked) -> Iterator[Todo]:
    if not asked.viewer.may_anywhere(Verb.HANDLE_MATTER):
        return
    _, due, over = matters.n_waiting(asked.viewer, asked.scope, clock.local_date(asked.at))
    if due or over:
        text = "，".join(words for n, words in ((due, f"今天到期 {due:,} 件"), (over, f"过期 {over:,} 件")) if n)
        yield Todo(mark="事", text=f"事项{text}", note="写明办了什么，提交另一人复核", url="/matters/", button="去办")


def _care(asked: Asked) -> Iterator[Todo]:
    if not asked.may(Verb.SEE_CARE):
        return
    today = clock.local_date(asked.at)
    url = f"/care/?scope={asked.scope}"
    if n := care.n_due(asked.viewer, asked.scope, today):
        note = "已逾期的和两天之内到期的，打个电话就好"
        yield Todo(mark="关", text=f"{n:,} 人该联系了", note=note, url=url, button="去联系", public=False)
    if n := followed.n_followed(asked.viewer, asked.scope):
        note = "问过本人，落实了才算完"
        yield Todo(
            mark="帮", text=f"{n:,} 项需要没落实", note=note, url=f"{url}&tab=needs", button="去问", public=False
        )


GAPS = {
    "dwellings_resolved": ("人", "{n:,} 户没登记人，也没核实空房", "走访时问清，或在房屋页添人"),
    "linkage": ("房", "{n:,} 人没有住处，或有几处现居住", "查到住处就落上，多的迁走"),
    "freshness": ("期", "{n:,} 人的登记过了期", "打一个电话，一户人都能问到"),
}
"""Rates whose gap is work of the office: mark, words, reason."""


def _gaps(asked: Asked) -> Iterator[Todo]:
    if not asked.may(Verb.SEE_ROWS) or not asked.may(Verb.EDIT_REGISTER):
        return
    for code, (mark, text, note) in GAPS.items():
        figure = asked.board.total.get(code)
        if figure is not None and figure.gap:
            place = "/daily/overdue/?" if code == "freshness" else f"/gaps/?indicator={code}&"
            yield Todo(
                mark=mark,
                text=text.format(n=figure.gap),
                note=note,
                url=f"{place}scope={asked.scope}",
                button="看是哪些",
                public=False,
            )


def _explained(asked: Asked) -> Iterator[Todo]:
    """Doors that have their reason still count as not visited; a letter or another hour may open them."""
    visits = asked.board.total.get("visits")
    if visits is None or not asked.may(Verb.SEE_ROWS) or not asked.may(Verb.DISPATCH):
        return
    if n := visits.told("explained") or 0:
        url = f"/gaps/?scope={asked.scope}&reason=absent"
        yield Todo(
            mark="说",
            text=f"{n:,} 户已登记原因，还没走访到",
            note="多时段无人的，留信约时间再去；拒访的不再上门",
            url=url,
            button="看是哪些",
            public=False,
        )


KINDS: tuple[Callable[[Asked], Iterator[Todo]], ...] = (
    _nobody_named,
    _without_grid,
    _not_compared,
    _differences,
    _one_sided,
    _returned,
    _unfinished,
    _rechecks,
    _phones,
    _matters,
    _care,
    _gaps,
    _explained,
)
"""What may wait for somebody, in the order of the page."""
