"""What keeps strangers out and copying slow: sessions, rates, passwords, stamps, and the linters of security."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import time_machine
import xlsxwriter
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from docx import Document
from pytest_django import Settings

from gridwalk.accounts import actions as accounts
from gridwalk.accounts.actions import AccountError
from gridwalk.accounts.models import User
from gridwalk.accounts.rules import Role
from gridwalk.console import limits
from gridwalk.core import actions, clock, ids
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.models import AuditEntry
from gridwalk.reports import stamping
from tests.harness.people import COMMUNITY, SignIn

ROOT = Path(__file__).parents[2]


# --- sessions ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_session_left_alone_ends_and_one_in_use_ends_after_a_working_day(sign_in: SignIn) -> None:
    began = clock.now()
    with time_machine.travel(began, tick=False) as now:
        client = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
        assert client.get("/register/").status_code == 200
        now.shift(dt.timedelta(minutes=29))
        assert client.get("/register/").status_code == 200
        now.shift(dt.timedelta(minutes=29))
        assert client.get("/register/").status_code == 200, "the click before counted"
        now.shift(dt.timedelta(minutes=31))
        left = client.get("/register/")
        assert left.headers["Location"].startswith("/accounts/login/")
        assert "太久没有操作" in client.get("/accounts/login/").content.decode()

        client = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
        for _ in range(30):
            assert client.get("/register/").status_code == 200
            now.shift(dt.timedelta(minutes=20))
        now.shift(dt.timedelta(minutes=1))
        assert client.get("/register/").status_code == 302, "ten hours in all"


@pytest.mark.django_db
def test_a_new_password_ends_every_other_session(account: Callable[..., User]) -> None:
    user = account(Role.COMMUNITY_LEAD, COMMUNITY)
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/register/").status_code == 200
    accounts.change_own_password(user=user, password="another-long-word-27", at=clock.now())
    assert client.get("/register/").status_code == 302
    with pytest.raises(AccountError, match="密码没有存：和现在的一样，请换一个"):
        accounts.change_own_password(user=user, password="another-long-word-27", at=clock.now())


# --- how often --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_nobody_copies_the_register_number_by_number(sign_in: SignIn, account: Callable[..., User]) -> None:
    client = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
    viewer = User.objects.get()
    path = f"/reveal/person/{ids.new_id()}/phone/"
    for minutes in (61, *range(59)):
        actions.record_reading(
            actor=viewer,
            at=clock.now() - dt.timedelta(minutes=minutes),
            verb=AuditVerb.NUMBER_REVEALED,
            scope=COMMUNITY,
            kind="person",
            subject=ids.new_id(),
            reason="核对",
        )
    assert client.post(path, {"reason": "核对"}).status_code == 404, "the sixtieth within the hour is judged as ever"
    actions.record_reading(
        actor=viewer,
        at=clock.now(),
        verb=AuditVerb.NUMBER_REVEALED,
        scope=COMMUNITY,
        kind="person",
        subject=ids.new_id(),
        reason="核对",
    )
    refused = client.post(path, {"reason": "核对"})
    assert refused.status_code == 429
    assert "一小时里看得太多了" in refused.content.decode()
    assert client.get("/register/").status_code == 200


@pytest.mark.django_db
def test_no_program_copies_the_register_page_by_page(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    with time_machine.travel(dt.datetime(2026, 10, 13, 2, 10, tzinfo=dt.UTC), tick=False) as now:
        client, other = sign_in(Role.COMMUNITY_LEAD, COMMUNITY), sign_in(Role.STREET_CENTRE, COMMUNITY[:9])
        for path in ("/register/", "/gaps/", "/register/?from=50"):
            assert client.get(path).status_code == 200
        monkeypatch.setattr(limits, "ROWS_AN_HOUR", 3)
        refused = client.get("/register/?from=100")
        assert refused.status_code == 429
        assert "翻得太多了" in refused.content.decode()
        assert client.post("/search/", {"q": "王"}).status_code == 429
        assert client.get("/audit/").status_code == 200, "no rows of the register"
        assert other.get("/register/").status_code == 200, "counted by account"
        now.shift(dt.timedelta(minutes=20))
        assert client.get("/register/").status_code == 429
        now.shift(dt.timedelta(minutes=29))
        assert client.get("/register/?from=100").status_code == 429
        now.shift(dt.timedelta(minutes=1))
        assert client.get("/register/?from=100").status_code == 200, "the next hour of the clock"
        monkeypatch.undo()
        assert 300 < limits.ROWS_AN_HOUR < 1200


def test_every_page_that_hands_out_files_or_numbers_or_takes_ledgers_has_a_limit() -> None:
    from gridwalk.console.permissions import PAGES

    uploads, files = r"(import|comparison)_upload", r".*download|.*annotated|.*workbook|.*export|import_template"
    words = rf":(reveal|{uploads}|{files}|dossier|list_print|meeting_paper)"
    handing = {n for n in PAGES if re.search(words, n)}
    assert handing == set(limits.LIMITS)


# --- passwords --------------------------------------------------------------------------------------------------------


def test_words_of_the_surroundings_alone_are_no_password() -> None:
    for guessed in ("Wangge-2026-2026", "网格走访20261123!!", "gridwalk_wangge1", "管理员admin12345"):
        with pytest.raises(ValidationError, match="这类词"):
            validate_password(guessed)
    validate_password("三月里敲开网格里每一扇门")


def test_the_profile_of_the_classified_protection_scheme_asks_for_three_kinds(settings: Settings) -> None:
    for allowed in ("long enough and unusual", "走访每一户都敲门再说话的人呀", "walk every door " * 8):
        validate_password(allowed)
    settings.AUTH_PASSWORD_VALIDATORS = [
        *settings.AUTH_PASSWORD_VALIDATORS,
        {"NAME": "gridwalk.accounts.passwords.KindsValidator"},
    ]
    with pytest.raises(ValidationError, match="至少要有三种"):
        validate_password("long enough and unusual")
    validate_password("long Enough and unusual")
    validate_password("走访每一户 26 door")
    for _ in range(200):
        validate_password(accounts.random_password())


def test_a_leaked_password_is_refused_wherever_it_stands_in_the_list(tmp_path: Path, settings: Settings) -> None:
    fresh = "三月里敲开网格里每一扇门"
    validate_password(fresh)
    leaked = [f"walk every door {n}" for n in range(40)]
    hashes = [hashlib.sha1(password.encode()).hexdigest().upper() for password in leaked]
    path = tmp_path / "leaked.txt"
    path.write_text("".join(f"{digest}:{n}\r\n" for n, digest in enumerate(sorted(hashes), 1)))
    settings.LEAKED_PASSWORDS = str(path)
    for password in leaked:
        with pytest.raises(ValidationError, match="已经泄露"):
            validate_password(password)
    for n in range(200):
        validate_password(f"{fresh}{n}")
    path.write_text("\n".join(sorted(hashes)))  # no counts, and no end of the last line
    for password in leaked:
        with pytest.raises(ValidationError, match="已经泄露"):
            validate_password(password)
    path.write_text("")
    validate_password(leaked[0])
    path.unlink()
    with pytest.raises(ValidationError, match="清单打不开"):
        validate_password(fresh)


@pytest.mark.django_db
def test_a_password_whose_time_is_over_is_changed_at_the_next_sign_in(settings: Settings, sign_in: SignIn) -> None:
    settings.PASSWORD_DAYS = 90
    fresh = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
    assert fresh.get("/register/").status_code == 200
    old = sign_in(Role.COMMUNITY_LEAD, COMMUNITY)
    User.objects.update(created_at=clock.now() - dt.timedelta(days=91))
    assert old.get("/register/").headers["Location"] == "/accounts/password/"
    assert AuditEntry.objects.filter(verb="account.password_aged").count() == 1


# --- stamps -----------------------------------------------------------------------------------------------------------


def _book() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    first, second = book.add_worksheet("甲"), book.add_worksheet("乙")
    first.write(0, 0, "</sheetData><headerFooter/>")
    first.set_footer("&L旧的")
    first.add_table(0, 0, 3, 2)
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"values": "=甲!$A$1:$A$3"})
    second.insert_chart(2, 2, chart)
    second.set_h_pagebreaks([2])
    book.close()
    return out.getvalue()


def test_a_workbook_says_on_every_sheet_who_took_it_and_keeps_the_rest() -> None:
    data = _book()
    stamped = stamping.stamp(data, "xlsx", "许知行 & 王试 2026-11-23 10:00 导出，编号 261123-5F3A9C01")
    book = openpyxl.load_workbook(io.BytesIO(stamped))
    for sheet in book.worksheets:
        assert sheet.oddFooter is not None
        assert sheet.oddFooter.left is not None
        assert "编号 261123-5F3A9C01" in str(sheet.oddFooter.left.text)
        assert "旧的" not in str(sheet.oddFooter.left.text)
    assert book["甲"]["A1"].value in {"</sheetData><headerFooter/>", "Column1"}

    before, after = zipfile.ZipFile(io.BytesIO(data)), zipfile.ZipFile(io.BytesIO(stamped))
    assert before.namelist() == after.namelist()
    assert "xl/charts/chart1.xml" in after.namelist()
    xml = after.read("xl/worksheets/sheet2.xml").decode()
    assert xml.index("<headerFooter>") < xml.index("<rowBreaks") < xml.index("<drawing")


def test_a_document_says_so_on_every_page_and_other_files_stay_as_they_are() -> None:
    out = io.BytesIO()
    Document().save(out)
    stamped = Document(io.BytesIO(stamping.stamp(out.getvalue(), "docx", "编号 261123-5F3A9C01")))
    assert "编号 261123-5F3A9C01" in [p.text for p in stamped.sections[0].footer.paragraphs]
    assert stamping.stamp(b"x", "txt", "y") == b"x"


# --- linters ----------------------------------------------------------------------------------------------------------


def _run(*command: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")} | (env or {}),
    )


@pytest.mark.slow
def test_the_deployment_check_finds_nothing_to_complain_about() -> None:
    env = {"GRIDWALK_HTTPS": "1", "DJANGO_SETTINGS_MODULE": "tests.settings"}
    without = "-u", "DJANGO_ALLOW_ASYNC_UNSAFE"  # the browser tests of the same process set it for themselves
    done = _run(
        "env", *without, sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING", env=env
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_bandit_finds_nothing_of_medium_weight() -> None:
    """Statements built from names of tables (B608) are looked at by ruff's S608, each with its reason beside it."""
    done = _run(sys.executable, "-m", "bandit", "-q", "-ll", "-s", "B608", "-r", "src/gridwalk", "-x", "*/tests/*")
    assert done.returncode == 0, done.stdout
