"""Run by the Python of a commit, beside its server: prints its addresses, and a session of every account of the
demo, as JSON.

It imports Django and allauth only, and none of the commit's rooms: they may stand elsewhere in the other commit.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

import django

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def routes(patterns: Sequence[Any], before: str = "") -> Iterator[str]:
    """Every address as the URL table writes it: ``people/<uuid:pk>/``."""
    for one in patterns:
        route = before + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from routes(one.url_patterns, route)
        else:
            yield route


def session(username: str) -> str:
    """Sign in without the form, as ``demo --check`` does; with a second factor where the first page asks for one."""
    from allauth.mfa.totp.internal.auth import TOTP
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
    from django.test import Client

    user = get_user_model().objects.get(username=username)
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    client = Client(headers={"host": "localhost"})
    client.cookies[settings.SESSION_COOKIE_NAME] = store.session_key
    if client.get("/").headers.get("Location", "").startswith("/accounts/codes/"):
        TOTP.activate(user, SECRET)
    return str(store.session_key)


def main(usernames: list[str]) -> None:
    """``usernames``: whose sessions."""
    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.urls import get_resolver

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # what the database would do by itself, at a time of its own
    answer = {
        "cookie": settings.SESSION_COOKIE_NAME,
        "routes": sorted(set(routes(get_resolver().url_patterns))),
        "sessions": {name: session(name) for name in usernames},
    }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
