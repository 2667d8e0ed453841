"""Numbers put to use: a telephone is dialled, a number typed from a card is compared."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.http import require_POST

from gridwalk.console import errors
from gridwalk.console.middleware import Signed
from gridwalk.console.views.register import PAGES
from gridwalk.dictionary import fields as dictionary
from gridwalk.registry import rules
from gridwalk.registry.actions import numbers
from gridwalk.registry.actions.numbers import CardError, DialledTooOften

SHOWN_FOR = 60
"""Seconds that a telephone stands on the page of its call."""


@require_POST
def dial(request: Signed, kind: str, pk: uuid.UUID, field: str) -> HttpResponse:
    """拨打: the number for one call, as a link the computer's telephone opens; the page leaves it after a minute."""
    try:
        number = numbers.dial(actor=request.viewer, at=request.at, kind=kind, entity=pk, field=field)
    except DialledTooOften:
        return errors.too_often(request)
    context = {"label": dictionary.label(kind, field), "number": number, "back": PAGES[kind], "pk": pk}
    response = render(request, "console/register/dial.html", context)
    response.headers["Refresh"] = f"{SHOWN_FOR}; url={resolve_url(PAGES[kind], pk)}"
    return response


@require_POST
def check_card(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """照证件核对: whether the number typed from the card is the one on record."""
    try:
        answer = numbers.check_card(
            actor=request.viewer, at=request.at, person=pk, typed=request.POST.get("number", "")[:40]
        )
    except CardError as error:
        messages.error(request, str(error))
    else:
        tell = messages.success if answer == "equal" else messages.warning
        tell(request, rules.CARD_ANSWERS.get(answer, ""))
    return redirect("console:person", pk)
