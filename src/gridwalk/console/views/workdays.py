"""工作日历: which days count as working days, and those the office sets itself."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from gridwalk.accounts.rules import Verb
from gridwalk.console import pages, parameters
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.core import clock
from gridwalk.method import workdays as method
from gridwalk.territory import actions, queries
from gridwalk.territory.actions import TerritoryError

YEARS = 2
"""Years before and after this one that the page shows."""


@require_GET
def index(request: Signed) -> HttpResponse:
    """A year: the national arrangement, and what the office set."""
    today = clock.local_date(request.at)
    years = range(today.year - YEARS, today.year + YEARS + 1)
    asked = parameters.whole_or_none(request.GET.get("year", ""), most=years[-1])
    year = asked if asked is not None and asked in years else today.year
    days = queries.workdays()
    context = {
        "year": year,
        "years": years,
        "arrangement": method.arrangement(year),
        "last_arranged": method.LAST_ARRANGED,
        "set_days": queries.set_days(year),
        "n_workdays": days.count(dt.date(year, 1, 1), dt.date(year, 12, 31)),
        "may_set": request.viewer.may_anywhere(Verb.MANAGE_CAMPAIGN),
    }
    return page(request, "console/workdays/list.html", context, active="console:campaign")


@require_POST
def set_days(request: Signed) -> HttpResponse:
    """Some days are worked, or free."""
    first = parameters.day_or_none(request.POST.get("first", ""))
    last = parameters.day_or_none(request.POST.get("last", "")) or first
    works = {"free": False, "worked": True}.get(request.POST.get("works", ""))
    try:
        if first is None or last is None or works is None:
            raise TerritoryError("没有登记：选好从哪天、放假还是上班。")
        n_days = actions.set_days(
            actor=request.viewer,
            at=request.at,
            scope=pages.scope_of(request, Verb.MANAGE_CAMPAIGN),
            first=first,
            last=last,
            works=works,
            name=request.POST.get("name", ""),
        )
    except TerritoryError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"登记了 {n_days} 天。计划线和“第几个工作日”已照此重算；登记错了，在下面取消。")
    return _back(first)


@require_POST
def forget_day(request: Signed) -> HttpResponse:
    """A day is again as the arrangement has it."""
    day = parameters.day_or_none(request.POST.get("day", ""))
    try:
        if day is None:
            raise TerritoryError("没有改：没有说是哪一天。")
        scope = pages.scope_of(request, Verb.MANAGE_CAMPAIGN)
        actions.forget_day(actor=request.viewer, at=request.at, scope=scope, day=day)
    except TerritoryError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{day.month}月{day.day}日的登记取消了，照国家安排算。" if day else "")
    return _back(day)


def _back(day: dt.date | None) -> HttpResponse:
    return redirect(reverse("console:workdays") + (f"?year={day.year}" if day else ""))
