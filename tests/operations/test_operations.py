"""Running it: doctor, upgrade, audit, HTTPS, health, metrics and logs."""

from __future__ import annotations

import datetime as dt
import http.client
import http.server
import json
import logging
import re
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test import Client
from pytest_django import Settings

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import Role
from gridwalk.cli.verbs import audit, https
from gridwalk.config import certificates, logs
from gridwalk.core import actions, clock, ids
from gridwalk.core.actors import PROGRAM
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.operations import condition, jobs
from gridwalk.operations.backups import actions as backups
from gridwalk.operations.findings import State
from tests.harness.jobs import nobody_works
from tests.harness.people import COMMUNITY, SignIn

NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)


# --- certificates -----------------------------------------------------------------------------------------------------


@pytest.fixture
def served(tmp_path: Path) -> Iterator[int]:
    """A port that answers over TLS with a certificate of our own authority."""
    certificates.make(tmp_path, ["127.0.0.1"], at=clock.now())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / certificates.CERTIFICATE, tmp_path / certificates.KEY)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def test_the_certificate_is_trusted_for_its_host_by_who_trusts_the_authority(served: int, tmp_path: Path) -> None:
    trusting = ssl.create_default_context(cafile=tmp_path / certificates.AUTHORITY)
    connected = http.client.HTTPSConnection("127.0.0.1", served, context=trusting, timeout=10)
    connected.request("GET", "/")
    assert connected.getresponse().status == 200
    other = http.client.HTTPSConnection("localhost", served, context=trusting, timeout=10)
    with pytest.raises(ssl.SSLCertVerificationError):
        other.request("GET", "/")


def test_the_authority_is_kept_for_the_same_hosts_and_made_anew_for_others(tmp_path: Path) -> None:
    assert certificates.make(tmp_path, ["192.168.1.10", "gw.local"], at=NOW) is True
    authority = (tmp_path / certificates.AUTHORITY).read_bytes()
    assert certificates.make(tmp_path, ["192.168.1.10"], at=NOW + dt.timedelta(days=300)) is False
    assert (tmp_path / certificates.AUTHORITY).read_bytes() == authority
    assert certificates.expires_at(tmp_path / certificates.CERTIFICATE) == NOW + dt.timedelta(days=697)
    assert certificates.make(tmp_path, ["192.168.1.10"], at=NOW + dt.timedelta(days=600)) is True, (
        "it would end too soon"
    )
    assert certificates.make(tmp_path, ["10.0.0.1"], at=NOW + dt.timedelta(days=601)) is True
    assert (tmp_path / certificates.KEY).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["https://gw.local", "gw.local:8443", "1.2.3.300", "-gw", "网格", ""])
def test_what_is_no_host_is_refused(name: str) -> None:
    assert not https._is_host(name)
    assert https._is_host("gw-1.street.local") and https._is_host("10.1.2.3") and https._is_host("fd00::1")


# --- the condition ----------------------------------------------------------------------------------------------------


@pytest.fixture
def own_home(tmp_path: Path, settings: Settings) -> Path:
    """A data directory of its own, with backups on it."""
    settings.DATA_DIR = tmp_path / "home"
    settings.SEALS_DIR = tmp_path / "seals"
    settings.DATA_DIR.mkdir()
    return tmp_path


def _states() -> dict[str, tuple[State, str]]:
    return {finding.what: (finding.state, finding.says) for finding in condition.findings(clock.now())}


@pytest.mark.django_db(transaction=True)
def test_the_doctor_says_what_is_missing_and_is_content_when_it_is_there(own_home: Path) -> None:
    nobody_works()
    before = _states()
    assert before["备份"] == (State.BAD, "还没有备份过。")
    assert before["审计封存"][0] is State.WARN
    assert before["后台任务"][0] is State.WARN
    backups.make(folder=own_home / "out", actor=PROGRAM, at=clock.now())
    actions.seal_audit(folder=own_home / "seals", actor=PROGRAM, at=clock.now())
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
        after = _states()
        cursor.execute("DELETE FROM procrastinate_workers")
    assert after["备份"][0] is State.WARN, "it lies on the same disk"
    assert after["审计封存"][0] is State.OK
    assert after["后台任务"][0] is State.OK
    assert after["数据库"][0] is State.BAD, "the tests' server does not write through"
    next(iter((own_home / "out").iterdir())).unlink()
    assert "不见了" in _states()["备份"][1]


@pytest.mark.django_db
def test_a_clock_that_was_set_back_or_differs_from_the_databases_is_told(own_home: Path) -> None:
    assert _states()["时钟"][0] is State.OK
    actions.record_reading(
        actor=PROGRAM,
        at=clock.now() + dt.timedelta(days=2),
        verb=AuditVerb.NUMBER_REVEALED,
        scope="",
        kind="person",
        subject=ids.new_id(),
        reason="核对",
    )
    assert "比现在的时钟还晚" in _states()["时钟"][1]
    with time_machine.travel(clock.now() + dt.timedelta(days=3)):
        assert "时钟差 259,200 秒" in _states()["时钟"][1]


@pytest.mark.django_db
def test_health_answers_anybody_and_metrics_whoever_shows_the_token(
    own_home: Path, settings: Settings, sign_in: SignIn
) -> None:
    client = Client()
    assert client.get("/healthz").json() == {"ok": True, "database": True}
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "a-long-token"
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer 别的"}).status_code == 401
    response = client.get("/metrics", headers={"Authorization": "Bearer a-long-token"})
    assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    for line in response.content.decode().splitlines():
        assert re.fullmatch(r"# (HELP|TYPE) gridwalk_\w+ .+|gridwalk_\w+(\{\w+=\"[^\"]*\"\})? -?[\d.e+-]+", line), line
    assert "gridwalk_disk_free_bytes" in response.content.decode()


# --- the audit's command ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_audits_command_says_where_it_does_not_hold(own_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(3):
        actions.record_reading(
            actor=PROGRAM,
            at=NOW,
            verb=AuditVerb.NUMBER_REVEALED,
            scope="120105001001001",
            kind="person",
            subject=ids.new_id(),
            reason="核对",
        )
    assert audit._seal(None) == 0
    (seal,) = (own_home / "seals").iterdir()
    assert audit._verify(seal) == 0
    assert "没有被改、被删、被插。对照了 1 份封存，最新一份是" in capsys.readouterr().out
    assert audit._verify(None) == 0, "every kept seal by default"
    assert "对照了 1 份封存" in capsys.readouterr().out
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_auditentry WHERE chain = '=120105001001' AND seq = 2")
    assert audit._verify(seal) == 1
    output = capsys.readouterr()
    assert "=120105001001 第 2 行之前有缺，被删过" in output.out
    assert "共 1 处" in output.err


@pytest.mark.django_db
def test_copies_elsewhere_tell_what_was_changed_or_removed_here(
    own_home: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    def note(reason: str) -> None:
        subject = ids.new_id()
        actions.record_reading(
            actor=PROGRAM,
            at=clock.now(),
            verb=AuditVerb.NUMBER_REVEALED,
            scope="120105001001",
            kind="person",
            subject=subject,
            reason=reason,
        )

    assert _states()["审计副本"][0] is State.WARN, "none are made"
    elsewhere = own_home / "elsewhere"
    settings.AUDIT_COPIES = str(elsewhere)
    assert _states()["审计副本"][0] is State.BAD
    note("核对一")
    note("核对二")
    with time_machine.travel(NOW, tick=False) as now:
        jobs.copy_audit(0)
        now.shift(dt.timedelta(hours=1))
        note("核对三")
        jobs.copy_audit(0)
        assert _states()["审计副本"][0] is State.WARN, "it lies on the same disk"
        now.shift(dt.timedelta(hours=4))
        assert _states()["审计副本"][0] is State.BAD
    first, second = sorted(elsewhere.glob("*.copy"))
    assert [len(path.read_text().splitlines()) for path in (first, second)] == [2, 1], "each line once"
    assert "核对" not in first.read_text() and "revealed" not in first.read_text()
    assert first.stat().st_mode & 0o777 == 0o600

    assert audit._verify(None, elsewhere) == 0
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_auditentry WHERE chain = '=120105001001' AND seq = 3")
        cursor.execute("UPDATE core_auditchain SET seq = 2, head = (SELECT hash FROM core_auditentry WHERE seq = 2)")
    assert audit._verify(None) == 0, "who cuts the end off and sets it right leaves nothing to see here"
    capsys.readouterr()
    assert audit._verify(None, elsewhere) == 1
    assert (
        "=120105001001 第 3 行和副本里的不一样，或被删了，原来是：2026-11-23T09:00 系统 看了完整号码"
        in capsys.readouterr().out
    )


# --- logs -------------------------------------------------------------------------------------------------------------


def test_a_log_line_keeps_what_happened_where_and_nobodys_data() -> None:
    try:
        raise ValueError("王小明 12012345678")
    except ValueError:
        record = logging.LogRecord(
            "django.request",
            logging.ERROR,
            "/x/handler.py",
            7,
            "Internal Server Error: %s 王小明",
            ("/people/?q=12012345678",),
            sys.exc_info(),
        )
    record.status_code = 500
    record.request = "GET /people/?q=12012345678"
    text = logs.JsonLines().format(record)
    line = json.loads(text)
    assert "12012345678" not in text and "王小明" not in text
    assert (line["status_code"], line["error"], line["where"]) == (500, "builtins.ValueError", "handler:7")
    assert any("test_operations.py" in place for place in line["places"])
    ours = logging.LogRecord("gridwalk.access", logging.INFO, __file__, 1, "request", (), None)
    assert json.loads(logs.JsonLines().format(ours))["says"] == "request"


@pytest.mark.django_db
def test_a_request_is_logged_by_its_pages_name_never_by_its_address(
    caplog: pytest.LogCaptureFixture, sign_in: Callable[..., Client]
) -> None:
    with caplog.at_level(logging.INFO, logger="gridwalk.access"):
        Client().get("/search/?q=12012345678")
        Client().generic("12012345678" * 5000, "/search/")
    asked, odd = [json.loads(logs.JsonLines().format(r)) for r in caplog.records if r.name == "gridwalk.access"]
    assert (asked["page"], asked["method"], asked["status"]) == ("console:search", "GET", 302)
    assert (odd["page"], odd["method"]) == ("console:search", "?")
    assert "12012345678" not in json.dumps([asked, odd])


@pytest.mark.django_db
def test_a_refusal_is_logged_with_the_id_of_who_asked(
    caplog: pytest.LogCaptureFixture, sign_in: Callable[..., Client]
) -> None:
    lead = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
    user = User.objects.get()
    device = str(ids.new_id())
    with caplog.at_level(logging.WARNING, logger="gridwalk.access"):
        assert lead.get("/accounts/list/").status_code == 403
        assert lead.get(f"/people/{ids.new_id()}/").status_code == 404
        assert lead.get("/reveal/person/x/phone/").status_code == 404
        assert lead.get("/register/").status_code == 200
        forging = Client(enforce_csrf_checks=True)
        forging.cookies = lead.cookies
        assert forging.post("/search/", {"q": "王小明"}).status_code == 403
        signed = f'Gridwalk device="{device}", at="1", sig="{"x" * 86}"'
        assert Client(headers={"authorization": signed}).post("/phone/api/lease").status_code == 401
        assert Client().get("/no/such/page/").status_code == 404
        assert Client().get("/register/").status_code == 302
    lines = [json.loads(logs.JsonLines().format(r)) for r in caplog.records if r.name == "gridwalk.access"]
    asked = [(line["status"], line["who"]) for line in lines]
    account, phone = str(user.id), f"phone {device}"
    assert asked == [(403, account), (404, account), (404, account), (403, account), (401, phone)]
    assert all(user.name not in text and "王小明" not in text for text in map(json.dumps, lines))
