"""报表: make one, take it away."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from gridwalk.campaigns import queries as campaigns
from gridwalk.console import downloads, pages
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.reports import actions, queries

PAGE = 40
KINDS = {
    "progress": ("进度工作簿", "五率、各社区、各网格、趋势、口径，xlsx"),
    "weekly": ("区周报表", "报区网格中心的固定表式，xlsx"),
    "summary": ("总结材料", "按公文格式，报的和核实的、整改、前后对比，docx；附表 xlsx"),
}


@require_http_methods(["GET", "POST"])
def index(request: Signed) -> HttpResponse:
    """What can be made, and what was made."""
    campaign = campaigns.current_campaign(request.viewer)
    if request.method == "POST":
        kind = request.POST.get("kind", "")
        if campaign is None or kind not in KINDS:
            messages.error(request, "没有生成：还没有行动，或不认得这种报表。")
            return redirect("console:reports")
        report = actions.make_report(actor=request.viewer, at=request.at, kind=kind, campaign_id=campaign.id)
        return redirect("console:report_download", report.id)
    offset = pages.offset(request)
    reports, n = queries.reports(request.viewer, limit=PAGE, offset=offset)
    context = {
        "kinds": KINDS,
        "reports": reports,
        "n": n,
        "first": offset,
        "next": offset + PAGE,
        "campaign": campaign,
    }
    return page(request, "console/reports/list.html", context, active="console:reports")


@require_GET
def download(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """The file."""
    name, data = queries.open_report(request.viewer, pk, at=request.at)
    return downloads.workbook(request, name, data)
