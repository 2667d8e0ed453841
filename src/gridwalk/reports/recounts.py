"""The figures of reports once more, as of the moment the report was made. Each raises Gone where its source is gone."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.rules import ONE_COMMUNITY, ONE_GRID, SYSTEM
from gridwalk.campaigns import queries as campaigns
from gridwalk.campaigns import rules as campaign_rules
from gridwalk.campaigns.models import Campaign, Phase
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.indicators import tallies
from gridwalk.indicators.definitions import INDICATORS
from gridwalk.reports import kept, overview, supervision
from gridwalk.reports.figures import Gone, Value
from gridwalk.reports.models import Document
from gridwalk.territory import rules as codes

About = Mapping[str, str]


def reason(document: Document, about: About) -> Value:
    """Doors by a reason, the small ones merged as they were."""
    reasons: Counter[str] = Counter()
    for key, (n, _, _) in document.counts.get("reasons", {}).items():
        reasons[key.partition("|")[2]] += n
    shown = dict(overview.shown_reasons(reasons, about["merging"]))
    return shown.get(about["reason"], 0)


def trend(document: Document, about: About) -> Value:
    """Doors visited at the close of a day, or on the day of the report when it was made; planned until a day."""
    day = dt.date.fromisoformat(about["on"])
    if about["part"] == "visited":
        return _visited(document, day)
    campaign, act = _campaign(document)
    days = campaigns.workdays(campaign, clock.local_date(document.at))
    visits = kept.figure(document, "visits")
    planned = campaign_rules.planned(days, act.starts_on, act.ends_on, visits.d, day)
    return max(0, planned - visits.n) if about["part"] == "behind" else planned


def _visited(document: Document, day: dt.date) -> Value:
    if day == clock.local_date(document.at) or document.campaign is None:
        return kept.figure(document, "visits").n
    grids = {"": [area for area in kept.areas(document, "areas") if len(area) == ONE_GRID]}
    closed = tallies.days_of(INDICATORS["visits"], document.campaign, grids, since=day, until=day)
    if day not in closed.get("", {}):
        raise Gone
    return closed[""][day].n


def calendar(document: Document, about: About) -> Value:
    """Working days of the action phase, all of them or until the day of the report."""
    campaign, act = _campaign(document)
    today = clock.local_date(document.at)
    until = act.ends_on if about["part"] == "days" else min(today, act.ends_on)
    return campaigns.workdays(campaign, today).count(act.starts_on, until)


def _campaign(document: Document) -> tuple[Campaign, Phase]:
    try:
        campaign = campaigns.get_campaign(SYSTEM, document.campaign) if document.campaign else None
    except NotHere as error:
        raise Gone from error
    if campaign is None:
        raise Gone
    return campaign, next(phase for phase in campaign.phases.all() if phase.kind == "act")


def named(document: Document, about: About) -> Value:
    """Communities or grids, and those of which somebody was responsible that day."""
    is_community = about["areas"] == "communities"
    areas = [
        area
        for area in kept.areas(document, "areas")
        if (len(area) == ONE_COMMUNITY) == is_community and not codes.is_unassigned(area)
    ]
    if about["part"] == "d":
        return len(areas)
    return len(accounts.responsible(areas, clock.local_date(document.at)))


def put_right(document: Document, about: About) -> Value:
    """How matters got on, replayed."""
    parts = about["scope"].split("|")
    matters = [
        matter
        for matter in supervision.recorded(parts, document.at)
        if matter.row.kind == about["kind"] and about["owner"] in {"", matter.community}
    ]
    numbers = supervision.put_right(matters, document.at)
    if about["part"] not in numbers:
        raise Gone
    return numbers[about["part"]]


def before(document: Document, about: About) -> Value:
    """An indicator at the close of a day."""
    day = dt.date.fromisoformat(about["on"])
    campaign, _ = _campaign(document)
    first = supervision.first_day(about["indicator"], campaign.id, kept.areas(document, "areas"), day, day)
    value = kept.part(first[1], about["part"]) if first else None
    if value is None:
        raise Gone
    return value


def burden(document: Document, about: About) -> Value:
    """Visits and documents until the report."""
    campaign, _ = _campaign(document)
    return supervision.burden(about["scope"].split("|"), campaign, document)[about["part"]]
