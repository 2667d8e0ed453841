"""The question mark of every page opens a section of the guide that is there; nothing leads out of the house."""

from __future__ import annotations

import inspect
import re
from urllib.parse import unquote

import pytest
from django.urls import reverse

from gridwalk.console import guide, urls
from gridwalk.core.queries import NotHere

NO_PAGE = {
    "health": "for monitoring",
    "account_template": "a file",
    "badge_photo": "a picture",
    "comparison_annotated": "a file",
    "import_annotated": "a file",
    "meeting_paper": "a file",
    "note_photo": "a picture",
    "report_download": "a file",
}
"""What answers a GET and has no frame."""


def _pages() -> set[str]:
    """Every page of the console that is opened by a GET, without ``console:``."""
    pages = set()
    for pattern in urls.urlpatterns:
        allowed = inspect.getclosurevars(pattern.callback).nonlocals.get("request_method_list", ["GET"])
        if "GET" in allowed:
            pages.add(str(pattern.name))
    return pages - NO_PAGE.keys()


def test_every_page_has_its_section_and_every_section_its_page() -> None:
    assert {name.removeprefix("console:") for name in guide.WHERE} == _pages()


@pytest.mark.parametrize(("name", "anchor"), guide.SECTIONS)
def test_the_section_stands_in_the_guide(name: str, anchor: str) -> None:
    assert not anchor or guide.slug(anchor) in guide.guide(name).anchors


def test_links_of_a_guide_lead_to_guides_and_to_anchors_that_stand_in_them() -> None:
    for name in guide.names():
        page = guide.guide(name)
        assert "<img" not in page.html, name
        for address in re.findall(r'(?:href|src)="([^"]*)"', page.html):
            path, _, anchor = unquote(address).partition("#")
            other = re.fullmatch(r"/help/([^/]+)/", path)
            assert other or not path, (name, address)
            assert not anchor or anchor in guide.guide(other[1] if other else name).anchors, (name, address)


def test_a_page_without_a_section_opens_the_list_of_guides_and_no_other_file_is_served() -> None:
    assert guide.url_of("account_change_password") == reverse("console:help_page", args=["README"])
    assert unquote(guide.url_of("console:gaps")) == "/help/社区书记/#未走访清单"
    for name in ("../README", "第二周", ""):
        with pytest.raises(NotHere):
            guide.guide(name)
