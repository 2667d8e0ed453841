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

from gridwalk.accounts.rules import Role
from gridwalk.cli import serving
from tests.harness.people import COMMUNITY, SignIn

ROOT = Path(__file__).parents[2]
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


def test_cookies_over_https_keep_to_this_host_and_to_the_server() -> None:
    asked = (
        "import json, django; django.setup()\n"
        "from django.conf import settings as s\n"
        "from gridwalk.console.messages import HostCookie\n"
        "print(json.dumps([s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, HostCookie.cookie_name, s.SESSION_COOKIE_SECURE,"
        " s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, s.CSRF_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE,"
        " s.CSRF_COOKIE_SAMESITE, s.SECURE_HSTS_SECONDS]))"
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
    ]


@pytest.mark.parametrize(
    ("env", "trusted", "header"),
    [
        ({}, 0, None),
        ({"GRIDWALK_HTTPS": "1"}, 1, ["HTTP_X_FORWARDED_PROTO", "https"]),
        ({"GRIDWALK_HTTPS": "1", "GRIDWALK_TRUSTED_PROXIES": "2"}, 2, ["HTTP_X_FORWARDED_PROTO", "https"]),
        ({"GRIDWALK_HTTPS": "1", "GRIDWALK_TRUSTED_PROXIES": "0"}, 0, None),
    ],
)
def test_headers_of_a_proxy_are_believed_only_where_one_stands(
    env: dict[str, str], trusted: int, header: list[str] | None
) -> None:
    asked = (
        "import json, django; django.setup()\n"
        "from django.conf import settings as s\n"
        "print(json.dumps([s.TRUSTED_PROXIES, s.SECURE_PROXY_SSL_HEADER]))"
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GRIDWALK_")}
    env = kept | {"PYTHONPATH": str(ROOT / "src"), "DJANGO_SETTINGS_MODULE": "tests.settings"} | env
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [trusted, header]
    served = serving._env("192.0.2.7", (Path("server.pem"), Path("server-key.pem")))
    assert served["GRIDWALK_TRUSTED_PROXIES"] == "0", "with a certificate of its own nobody stands between"


def test_no_script_of_ours_writes_html() -> None:
    scripts = [p for end in ("ts", "vue") for p in (ROOT / "web").rglob(f"*.{end}") if "node_modules" not in p.parts]
    assert len(scripts) > 10
    assert not [p.name for p in scripts if SINKS.search(p.read_text())]
