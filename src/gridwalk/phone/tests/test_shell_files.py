"""How the files of the app are served: what is packed, what is kept for good, what is no file of it."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from django.test import Client

from gridwalk.phone import shell

LONG, SHORT = b"x" * 501, b"x" * 500


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "phone"
    (folder / "assets").mkdir(parents=True)
    monkeypatch.setattr(shell, "BUILT", folder)
    return folder


@pytest.mark.parametrize(
    ("name", "kind", "packs"),
    [
        ("assets/a.js", "text/javascript", True),
        ("assets/a.css", "text/css", True),
        ("assets/a.json", "application/json", True),
        ("assets/a.svg", "image/svg+xml", True),
        ("assets/a.png", "image/png", False),
        ("assets/a.unheard", "application/octet-stream", False),
    ],
)
def test_what_is_text_is_packed_for_who_takes_it_where_that_is_worth_while(
    built: Path, name: str, kind: str, packs: bool
) -> None:
    for body in (LONG, SHORT):
        (built / name).write_bytes(body)
        for takes in ("gzip, deflate", "identity"):
            answer = Client().get(f"/phone/{name}", headers={"accept-encoding": takes})
            packed = packs and body is LONG and "gzip" in takes
            assert answer.headers.get("Content-Encoding", "") == ("gzip" if packed else "")
            assert (gzip.decompress(answer.content) if packed else answer.content) == body
            assert answer.headers["Content-Type"].partition(";")[0] == kind
            assert "Accept-Encoding" in answer.headers["Vary"]
        (built / name).unlink()


def test_a_hashed_name_is_kept_for_good_and_the_page_is_asked_anew(built: Path) -> None:
    for name in ("assets/a.js", "index.html", "sw.js", "icon.svg"):
        (built / name).write_bytes(SHORT)
    kept = {
        path: Client().get(f"/phone/{path}").headers["Cache-Control"]
        for path in ("assets/a.js", "", "sw.js", "icon.svg")
    }
    assert kept.pop("assets/a.js") == "public, max-age=31536000, immutable"
    assert set(kept.values()) == {"no-cache"}
    page, worker = (Client().get(f"/phone/{name}") for name in ("", "sw.js"))
    assert page.headers["Permissions-Policy"] == "geolocation=(), microphone=(), camera=(self)"
    assert "Content-Security-Policy" in page.headers
    assert worker.headers["Service-Worker-Allowed"] == "/phone/"
    assert Client().post("/phone/assets/a.js").status_code == 405
    assert Client().head("/phone/assets/a.js").status_code == 200


@pytest.mark.django_db
def test_nothing_beside_the_build_is_served(built: Path) -> None:
    (built.parent / "secret.txt").write_text("geheim")
    for name in ("nothing.js", "assets", "assets/../../secret.txt", "%2e%2e/secret.txt", "../secret.txt"):
        answer = Client().get(f"/phone/{name}")
        assert answer.status_code == 404 and b"geheim" not in answer.content, name


def test_before_it_is_built_the_page_says_so(built: Path) -> None:
    answer = Client().get("/phone/")
    assert answer.status_code == 200 and "手机端还没有构建" in answer.content.decode()
