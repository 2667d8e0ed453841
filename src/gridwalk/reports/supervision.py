"""What a summary says beside the rates: matters found and put right, data before and after, the burden.

Each part is counted once here, as of a moment, for whoever writes it and whoever gets it again.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence

from django.db.models import Count, Q, QuerySet

from gridwalk.accounts.rules import SYSTEM
from gridwalk.campaigns.models import Campaign
from gridwalk.core import clock
from gridwalk.followup.meetings import State
from gridwalk.followup.models import Meeting
from gridwalk.followup.queries import as_of, courses
from gridwalk.followup.queries.as_of import MatterAsOf
from gridwalk.followup.rules import COURSES, Kind
from gridwalk.indicators import tallies
from gridwalk.indicators.definitions import INDICATORS
from gridwalk.indicators.protected import PROTECTED
from gridwalk.indicators.tallies import Figure
from gridwalk.reports.models import Document
from gridwalk.visits.models import Visit

Numbers = Mapping[str, int]
PUT_RIGHT: Mapping[str, str] = {
    "recorded": "立项",
    "ended": "办结",
    "in_time": "按期",
    "handed_in": "提交复核次数",
    "sent_back": "退回重办次数",
    "dropped": "不成立",
    "open": "在办",
    "overdue": "过期",
    "half": "一半在几天内办好",
    "most": "九成在几天内办好",
}
"""Parts of how an area got on with a kind; in time is part of ended, sent back of handed in, dropped of recorded."""
DAYS = frozenset({"half", "most"})
BURDEN: Mapping[str, str] = {
    "visits": "走访（上门或电话）",
    "doors": "去过或打过电话的户",
    "often": "其中 4 次以上的户",
    "documents": "由系统登记直接生成、不用另填的报表和材料",
}
OF_DOORS = frozenset({"doors", "often"})
OFTEN = 4
BEFORE = ("linkage", "dwellings_resolved", "persons_verified", "completeness", "freshness", "validity")
"""Indicators of the state of the data, told before and after."""
WITH_A_PLAN = frozenset(kind.indicator for kind in PROTECTED.values()).union(*(k.beside for k in PROTECTED.values()))


def recorded(parts: Sequence[str], at: dt.datetime) -> list[MatterAsOf]:
    """The matters of some areas that were recorded until a moment."""
    return [matter for part in parts for matter in as_of.recorded(SYSTEM, part, at)]


def put_right(matters: Sequence[MatterAsOf], at: dt.datetime) -> Numbers:
    """How these matters got on; days are missing where too few were ended."""
    course, today = courses.course_of(matters), clock.local_date(at)
    numbers = {
        "recorded": course.ended[1],
        "ended": course.ended[0],
        "in_time": course.in_time[0],
        "handed_in": course.sent_back[1],
        "sent_back": course.sent_back[0],
        "dropped": course.dropped[0],
        "open": sum(matter.standing.ended_at is None for matter in matters),
        "overdue": sum(matter.standing.is_overdue(today) for matter in matters),
    }
    days = {"half": course.half, "most": course.most}
    return numbers | {part: n for part, n in days.items() if n is not None}


def by_owner(matters: Sequence[MatterAsOf]) -> Iterator[tuple[str, Kind, list[MatterAsOf]]]:
    """Owner and kind → the matters, by community in code order with the street's own last, then in the order of kinds;
    after them each kind over all owners, whose code is empty.
    """
    owners = sorted({matter.community for matter in matters}, key=lambda owner: (-len(owner), owner))
    for owner in [*owners, ""]:
        for kind in COURSES:
            chosen = [m for m in matters if m.row.kind is kind and owner in {"", m.community}]
            if chosen:
                yield owner, kind, chosen


def first_day(
    code: str, campaign: uuid.UUID, grids: Sequence[str], since: dt.date, until: dt.date
) -> tuple[dt.date, Figure] | None:
    """The first closing of an indicator that was kept from a day on."""
    kept = tallies.days_of(INDICATORS[code], campaign, {"": grids}, since=since, until=until)
    return next(iter(kept.get("", {}).items()), None)


def told_before(code: str, *, withholds: bool) -> bool:
    """Whether what an indicator was on an earlier day is told: to who sees counts only not where a plan decides, for
    the plan of that day was another one.
    """
    return not (withholds and code in WITH_A_PLAN)


def burden(parts: Sequence[str], campaign: Campaign, document: Document) -> Numbers:
    """Visits of a campaign as far as they were recorded when a document was made, and the documents that were made out
    of the register by then, this one among them; what was made anew on the same day counts once.
    """
    visits = _visits(parts, campaign, document.at)
    doors = visits.filter(kind="dwelling").order_by().values("entity").annotate(n=Count("pk"))
    # What several areas have in common as a scope lies in none of them.
    inside = _inside(parts, "scope") | Q(scope=document.scope)
    documents = Document.objects.filter(inside, serial__lte=document.serial, at__date__gte=campaign.starts_on)
    return {
        "visits": visits.count(),
        "doors": doors.count(),
        "often": doors.filter(n__gte=OFTEN).count(),
        "documents": documents.order_by().values("kind", "scope", "at__date").distinct().count(),
    }


def _visits(parts: Sequence[str], campaign: Campaign, at: dt.datetime) -> QuerySet[Visit]:
    stood = Q(withdrawn_at=None) | Q(withdrawn_at__gt=at)
    since = Q(on__gte=campaign.starts_on, received_at__lte=at)
    return Visit.objects.filter(stood, since, _inside(parts, "grid__code"))


def _inside(parts: Sequence[str], column: str) -> Q:
    inside = Q()
    for part in parts:
        inside |= Q(**{f"{column}__startswith": part})
    return inside


def lessons(parts: Sequence[str], campaign: Campaign, at: dt.datetime) -> list[tuple[Meeting, str]]:
    """What the meetings of the campaign found worth spreading, by meeting."""
    held = Meeting.objects.filter(
        state=State.HELD,
        street__in={part[:9] for part in parts},
        held_on__gte=campaign.starts_on,
        held_on__lte=clock.local_date(at),
    )
    return [(meeting, meeting.practice) for meeting in held.order_by("street", "number") if meeting.practice]
