"""新建行动, 修改安排: one form."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from gridwalk.accounts.rules import Verb
from gridwalk.campaigns import queries as campaigns
from gridwalk.campaigns.actions import founding
from gridwalk.campaigns.rules import LEAST_QUIET, MOST_VISITS, CampaignError
from gridwalk.console import pages, parameters
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.core import clock
from gridwalk.method.workdays import LAST_ARRANGED
from gridwalk.territory import queries as territory

USUAL = {"max_visits": str(MOST_VISITS), "quiet_from": "20:30", "quiet_until": "09:00"}


@require_http_methods(["GET", "POST"])
def campaign_new(request: Signed) -> HttpResponse:
    """新建行动: name, three phases, pilot and all."""
    scope = pages.scope_of(request, Verb.MANAGE_CAMPAIGN, request.GET.get("scope", ""))
    communities = territory.communities(scope)
    if request.method == "POST":
        try:
            plan = _plan(request, [area.code for area in communities])
            founding.create_campaign(actor=request.viewer, at=request.at, scope=scope, **plan)
        except ValueError:
            messages.error(request, "没有建：三个阶段的起止日期、不上门的时间都要填全。")
        except CampaignError as error:
            messages.error(request, str(error))
        else:
            days = _working_days(clock.local_date(request.at), *plan["phases"]["act"])
            messages.success(request, f"行动建好了。{days}接下来按批下派，先看再派。")
            return redirect("console:campaign")
    typed = request.POST if request.method == "POST" else USUAL
    return _form(request, typed, communities, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
def campaign_change(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """修改安排: what a running campaign was founded with, but for the waves that are dispatched."""
    campaign = campaigns.get_campaign(request.viewer, pk)
    dispatched = [wave for wave in campaign.waves.all() if wave.dispatched_at]
    done = {scope for wave in dispatched for scope in wave.scopes}
    communities = [area for area in territory.communities(campaign.scope) if area.code not in done]
    if request.method == "POST":
        try:
            plan = _plan(request, [area.code for area in communities])
            founding.change_campaign(actor=request.viewer, at=request.at, campaign=pk, **plan)
        except ValueError:
            messages.error(request, "没有改：三个阶段的起止日期、不上门的时间都要填全。")
        except CampaignError as error:
            messages.error(request, str(error))
        else:
            days = _working_days(clock.local_date(request.at), *plan["phases"]["act"])
            messages.success(request, f"已保存。{days}手机下次同步换成新的安排。")
            return redirect("console:campaign")
    typed = request.POST if request.method == "POST" else _values(campaign)
    status = 422 if request.method == "POST" else 200
    return _form(request, typed, communities, status=status, campaign=campaign, dispatched=dispatched)


def _form(
    request: Signed, typed: Mapping[str, Any], communities: Collection[Any], *, status: int, **context: Any
) -> HttpResponse:
    pilot = request.POST.getlist("pilot") if request.method == "POST" else typed.get("pilot", [])
    context |= {
        "communities": communities,
        "typed": typed,
        "pilot": pilot,
        "most_visits": MOST_VISITS,
        "least_quiet": LEAST_QUIET,
        "phases": [
            (code, label, typed.get(f"{code}_from", ""), typed.get(f"{code}_to", ""))
            for code, label in founding.PHASES.items()
        ],
    }
    return page(request, "console/campaign/form.html", context, active="console:campaign", status=status)


def _working_days(today: dt.date, first: dt.date, last: dt.date) -> str:
    """How many working days the visits have; and where the first day is none, from which one they are counted."""
    days = territory.workdays()
    n = days.count(first, last)
    over = f"行动阶段 {clock.day_words(last)}已经结束，今天起一户也排不进去，请改日期。" if last < today else ""
    if not n:
        return f"行动阶段里一个工作日也没有，请改日期，或者在“工作日历”里登记上班的日子。{over}"
    begin = days.nth(first, 1)
    late = "" if begin == first else f"；{clock.day_words(first)}不上班，从 {clock.day_words(begin)}算起"
    unknown = "" if last.year <= LAST_ARRANGED else f"{last.year} 年的放假安排还没有，先按周一到周五算。"
    return f"行动阶段 {n} 个工作日{late}。{unknown}{over}"


def _values(campaign: Any) -> dict[str, Any]:
    """What the form shows of a campaign as it stands."""
    waiting = [wave for wave in campaign.waves.all() if not wave.dispatched_at]
    pilot = next((wave for wave in waiting if wave.name == "试点"), None)
    rest = next((wave for wave in waiting if wave.name != "试点"), None)
    group = campaign.leading_group.all()
    return {
        "name": campaign.name,
        "max_visits": campaign.max_visits,
        "quiet_from": f"{campaign.quiet_from:%H:%M}",
        "quiet_until": f"{campaign.quiet_until:%H:%M}",
        "pilot": pilot.scopes if pilot else [],
        "all_from": rest.starts_on.isoformat() if rest else "",
        "group": "\n".join("，".join(filter(None, (m.name, m.post, m.duty))) for m in group),
        **{f"{p.kind}_from": p.starts_on.isoformat() for p in campaign.phases.all()},
        **{f"{p.kind}_to": p.ends_on.isoformat() for p in campaign.phases.all()},
    }


def _plan(request: Signed, communities: Collection[str]) -> dict[str, Any]:
    """What was typed, as the actions take it. Raises ValueError where a day, a time or a number is none."""
    return {
        "name": request.POST.get("name", ""),
        "phases": {
            phase: (
                parameters.day_of(request.POST.get(f"{phase}_from", "")),
                parameters.day_of(request.POST.get(f"{phase}_to", "")),
            )
            for phase in founding.PHASES
        },
        "waves": _waves(request, communities),
        "leading_group": _leading_group(request.POST.get("group", "")),
        "max_visits": int(request.POST.get("max_visits", USUAL["max_visits"])),
        "quiet": (
            dt.time.fromisoformat(request.POST.get("quiet_from", USUAL["quiet_from"])),
            dt.time.fromisoformat(request.POST.get("quiet_until", USUAL["quiet_until"])),
        ),
    }


def _waves(request: Signed, communities: Collection[str]) -> list[founding.NewWave]:
    """The pilot from the first day on, where there is one; then all the others, where some are left."""
    pilot = tuple(code for code in request.POST.getlist("pilot") if code in communities)
    rest = tuple(code for code in communities if code not in pilot)
    first_day = parameters.day_of(request.POST.get("act_from", ""))
    begin = parameters.day_of(request.POST.get("all_from", "")) if request.POST.get("all_from") else first_day
    waves = [founding.NewWave("试点", pilot, first_day)] if pilot else []
    return [*waves, founding.NewWave("全面铺开", rest, begin)] if rest else waves


def _leading_group(text: str) -> list[tuple[str, str, str]]:
    """(name, post, duty), a line a member."""
    lines = [[part.strip() for part in [*line.split("，"), "", ""]] for line in text.splitlines() if line.strip()]
    return [(name, post, duty) for name, post, duty, *_ in lines]
