"""The user's guide, for whoever is signed in; a page's question mark opens its section."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from gridwalk.console import guide as guides
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page


@require_GET
def guide(request: Signed, name: str = guides.INDEX) -> HttpResponse:
    """One guide, and which others there are."""
    others = [guides.guide(other) for other in guides.names() if other != guides.INDEX]
    return page(request, "console/guide/show.html", {"guide": guides.guide(name), "others": others})
