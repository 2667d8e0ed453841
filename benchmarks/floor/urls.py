"""A push that is signed, kept as it came in one row, and answered after commit."""

from __future__ import annotations

import json

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from gridwalk.phone import wire

TABLE = "CREATE TABLE IF NOT EXISTS floor (id uuid PRIMARY KEY, body text NOT NULL)"
INSERT = "INSERT INTO floor (id, body) VALUES (%s, %s)"


@csrf_exempt
def push(request: HttpRequest) -> HttpResponse:
    """One INSERT, which the database commits by itself."""
    session = wire.signed(request)
    op = json.loads(session.body)["ops"][0]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [op["op"], session.body.decode()])
    result = {"op": op["op"], "seq": op["seq"], "state": "accepted", "reason": "", "text": "", "differences": []}
    return wire.answer(request, {"epoch": 1, "next_seq": op["seq"] + 1, "results": [result]})


urlpatterns = [path("phone/api/", include(([path("push", push, name="push")], "phone_api")))]
