"""How often one account may do what gathers personal data: enough for a day's work, too little to copy a register."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, cast

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from gridwalk.accounts.rules import Verb
from gridwalk.console import errors
from gridwalk.console.middleware import Signed
from gridwalk.console.permissions import PAGES
from gridwalk.core import queries
from gridwalk.core.audit.verbs import AuditVerb

HOUR = dt.timedelta(hours=1)
UPLOADS = 30
"""Files an hour: each tells of three telephones of a person at most whether they are on record."""
DOSSIERS = 120
"""Lines an hour: one for the door and one for each person on its paper."""
LIMITS = {
    "console:reveal": (AuditVerb.NUMBER_REVEALED, 60),
    "console:reveal_difference": (AuditVerb.NUMBER_REVEALED, 60),
    "console:dossier": (AuditVerb.DOSSIER_PRINTED, DOSSIERS),
    "console:report_download": (AuditVerb.FILE_EXPORTED, 60),
    "console:meeting_paper": (AuditVerb.FILE_EXPORTED, 60),
    "console:import_template": (AuditVerb.FILE_EXPORTED, 60),
    "console:import_annotated": (AuditVerb.FILE_EXPORTED, 60),
    "console:comparison_annotated": (AuditVerb.FILE_EXPORTED, 60),
    "console:import_upload": (AuditVerb.IMPORT_UPLOADED, UPLOADS),
    "console:comparison_upload": (AuditVerb.COMPARISON_UPLOADED, UPLOADS),
    "console:backfill_workbook": (AuditVerb.FILE_EXPORTED, 60),
    "console:gaps_export": (AuditVerb.FILE_EXPORTED, 60),
    "console:list_export": (AuditVerb.FILE_EXPORTED, 60),
    "console:list_print": (AuditVerb.FILE_EXPORTED, 60),
}
"""Page → the audit verb that counts against it, and how often an hour. Counted in the audit, so all processes
count together.
"""


ROWLESS = {"console:list_total", "console:list_totals"}
"""Asked for by a page of rows that counts already."""
ROWS = frozenset(n for n, guard in PAGES.items() if guard in {Verb.SEE_ROWS_MASKED, Verb.SEE_CARE}) - ROWLESS
"""Pages that show rows of the register, lists and single records."""
ROWS_AN_HOUR = 600
"""One in six seconds, all day: more than anybody reads, less than a program takes. Counted in the cache."""


class RateMiddleware:
    """Answers 429 to whoever has done a thing too often within the hour."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Judge the page that is about to be opened; those without a limit cost nothing."""
        name = request.resolver_match.view_name if request.resolver_match else ""
        signed = cast("Signed", request)
        if name in ROWS and _n_rows(signed) > ROWS_AN_HOUR:
            return errors.too_many_rows(request)
        limit = LIMITS.get(name)
        if limit is None:
            return None
        verb, often = limit
        if queries.n_audited(signed.viewer.id, verb, since=signed.at - HOUR) < often:
            return None
        return errors.too_often(request)


def _n_rows(signed: Signed) -> int:
    """How many pages of rows the account has opened in this hour of the clock, this one counted."""
    key = f"rows:{signed.viewer.id}:{signed.at:%Y%m%d%H}"
    cache.add(key, 0, HOUR.total_seconds())
    return cache.incr(key)
