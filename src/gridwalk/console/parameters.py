"""What comes with a request: refused whole where no column could take it, and read in one way where it is an id, a day,
a moment or a number.

A form of ours never sends anything else than these readers take. What does is answered with 400, never with an error.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import url_has_allowed_host_and_scheme

from gridwalk.console import errors
from gridwalk.console.permissions import PAGES, Open
from gridwalk.core import clock, outward

_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
"""NUL, and half a character: no column of text takes them."""
DAYS = (dt.date(1900, 1, 1), dt.date(2199, 12, 31))
"""What a form may mean by a day; beyond lie mistakes, and sums of days that no calendar has."""


class ParametersMiddleware:
    """400 for a path, a parameter, a cookie or a file's name that no column takes. Phones send JSON, which is read by
    its own description.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _any_unstorable([request.path, *_spoken(request.GET), *request.COOKIES.values()]):
            return errors.unstorable(request)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Forms are looked at when it is clear that it is one, for a body can be read once only."""
        name = request.resolver_match.view_name if request.resolver_match else ""
        if request.method != "POST" or PAGES.get(name) is Open.DEVICE or name.startswith("phone_api:"):
            return None
        files = [file.name or "" for name in request.FILES for file in request.FILES.getlist(name)]
        return errors.unstorable(request) if _any_unstorable([*_spoken(request.POST), *files]) else None


def _spoken(given: Any) -> Iterator[str]:
    for name, values in given.lists():
        yield name
        yield from values


def _any_unstorable(texts: Iterable[str]) -> bool:
    return any(_NO_TEXT.search(text) for text in texts)


def is_own_path(text: str) -> bool:
    """Whether a page may lead back there: an address of ours, written from its root."""
    return text.startswith("/") and url_has_allowed_host_and_scheme(text, allowed_hosts=None)


def uuid_or_none(text: str) -> uuid.UUID | None:
    """An id, or what stands for one outside; None for what is none."""
    try:
        return outward.inward(uuid.UUID(text))
    except ValueError:
        return None


def uuid_of(text: str) -> uuid.UUID:
    """An id. Raises BadRequest."""
    pk = uuid_or_none(text)
    if pk is None:
        raise BadRequest("no id")
    return pk


def uuids_of(texts: Iterable[str]) -> list[uuid.UUID]:
    """Ids. Raises BadRequest."""
    return [uuid_of(text) for text in texts]


def day_of(text: str) -> dt.date:
    """A day of some calendar. Raises ValueError."""
    day = dt.date.fromisoformat(text)
    if not DAYS[0] <= day <= DAYS[1]:
        raise ValueError("no day that a form means")
    return day


def day_or_none(text: str) -> dt.date | None:
    """A day; None for what is none."""
    try:
        return day_of(text)
    except ValueError:
        return None


def moment_or_none(text: str) -> dt.datetime | None:
    """A moment, by the street's clock where no other is named; None for what is none."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    if not DAYS[0] <= moment.date() <= DAYS[1]:
        return None
    return moment.replace(tzinfo=clock.LOCAL) if moment.tzinfo is None else moment


def whole_or_none(text: str, *, most: int) -> int | None:
    """A number from 0 to ``most`` in digits of ours; None for what is none."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
    return number if 0 <= number <= most else None
