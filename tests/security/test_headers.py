"""What every answer tells the browser, and what the browser is never given."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from gridwalk.accounts.rules import Role
from tests.harness.people import COMMUNITY, SignIn

ROOT = Path(__file__).parents[2]
REACHING = re.compile(r"__proto__|\.prototype\b|\bfor \((?:const|let|var) \w+ in |\]!?\[[^\]]+\]\s*=[^=]")
"""Ways to write through a key onto the prototype of all objects."""
SINKS = re.compile(r"innerHTML|outerHTML|v-html|insertAdjacentHTML|document\.write|\beval\(|new Function\(")


@pytest.mark.django_db
def test_every_answer_keeps_the_browser_to_this_host(sign_in: SignIn) -> None:
    lead = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
    paths = (
        "/",
        "/register/",
        "/no/such/page/",
        "/phone/api/openapi.json",
        "/phone/api/epoch",
        "/healthz",
        "/accounts/login/",
    )
    for path in paths:
        answer = lead.get(path)
        policy = answer.headers["Content-Security-Policy"]
        for part in ("default-src 'none'", "script-src 'self'", "base-uri 'none'", "frame-ancestors 'none'"):
            assert part in policy, path
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]
        kind = answer.headers["Content-Type"]
        assert kind == "application/json" or "charset=utf-8" in kind, path


@pytest.mark.django_db
def test_nobody_is_sent_to_another_host_and_a_request_is_never_echoed(sign_in: SignIn) -> None:
    lead = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
    for other in ("https://other.invalid/", "//other.invalid/", "javascript:alert(1)"):
        answer = lead.get("/accounts/login/", {"next": other})
        assert "other.invalid" not in answer.headers.get("Location", "")
        assert "javascript:" not in answer.headers.get("Location", "")
    assert lead.trace("/register/").status_code == 405
    assert Client(headers={"host": "other.invalid"}).get("/accounts/login/").status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "proxies", "said", "secure"),
    [
        ("192.0.2.7", 0, "https", False),  # a browser that says so itself
        ("127.0.0.1", 0, "https", True),
        ("127.0.0.1", 0, "https, http", False),  # the browser's word, then the proxy's
        ("127.0.0.1", 0, "http, https", True),
        ("192.0.2.9", 1, "https, http", False),
        ("192.0.2.9", 1, "https", True),
        ("192.0.2.9", 2, "http, https, http", True),  # two proxies, the first of them took it over HTTPS
        ("", 0, "https", False),
    ],
)
def test_a_proxys_word_is_believed_of_a_proxy_only(
    settings: Settings, address: str, proxies: int, said: str, secure: bool
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.TRUSTED_PROXIES = proxies
    browser = Client(REMOTE_ADDR=address, headers={"x-forwarded-proto": said, "x-forwarded-for": "198.51.100.1"})
    request = browser.get("/accounts/login/").wsgi_request
    assert request.is_secure() is secure
    assert ("HTTP_X_FORWARDED_FOR" in request.META) is (proxies > 0 or address == "127.0.0.1")


def test_cookies_over_https_keep_to_this_host_and_to_the_server() -> None:
    asked = (
        "import json, django; django.setup()\n"
        "from django.conf import settings as s\n"
        "from gridwalk.console.messages import HostCookie\n"
        "print(json.dumps([s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, HostCookie.cookie_name, s.SESSION_COOKIE_SECURE,"
        " s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, s.CSRF_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE,"
        " s.CSRF_COOKIE_SAMESITE, s.SECURE_HSTS_SECONDS, s.SECURE_HSTS_INCLUDE_SUBDOMAINS]))"
    )
    env = os.environ | {
        "PYTHONPATH": str(ROOT / "src"),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "GRIDWALK_HTTPS": "1",
    }
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [
        "__Host-sessionid",
        "__Host-csrftoken",
        "__Host-messages",
        True,
        True,
        True,
        True,
        "Lax",
        "Lax",
        31536000,
        True,
    ]


def _scripts() -> list[Path]:
    scripts = [p for end in ("ts", "vue") for p in (ROOT / "web").rglob(f"*.{end}") if "node_modules" not in p.parts]
    assert len(scripts) > 10
    return scripts


def test_no_script_of_ours_writes_html() -> None:
    assert not [p.name for p in _scripts() if SINKS.search(p.read_text())]


def test_no_script_of_ours_reaches_the_prototype_of_all_objects() -> None:
    for entry in ("console", "phone"):
        first = re.search(r"^import .*$", (ROOT / "web" / entry / "main.ts").read_text(), re.MULTILINE)
        assert first is not None
        assert first[0] == 'import "../prototypes";', "sealed before anything runs"
    delivered = [p for p in _scripts() if p.name != "prototypes.ts" and "tests" not in p.relative_to(ROOT).parts]
    assert not [p.name for p in delivered if REACHING.search(p.read_text())]
