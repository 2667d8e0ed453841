"""What every template keeps: the content security policy, names for controls, and no burglar's map on paper."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import Engine

TEMPLATES = Path(__file__).parents[1] / "templates"
ALL = sorted(TEMPLATES.rglob("*.html"))
STYLES = Path(__file__).parents[4] / "web" / "console" / "styles"
LONGEST = 120


def _name(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))


def _declarations(css: str) -> dict[str, dict[str, str]]:
    """What a style sheet declares: by selector, each property's last value."""
    declared: dict[str, dict[str, str]] = {}
    for selectors, body in re.findall(r"([^{}]+){([^{}]*)}", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)):
        values = dict(re.findall(r"([\w-]+):\s*([^;]+?)\s*(?:;|$)", body))
        for selector in selectors.split(","):
            declared.setdefault(" ".join(selector.split()), {}).update(values)
    return declared


@pytest.mark.parametrize("path", ALL, ids=_name)
def test_it_holds_to_the_content_security_policy(path: Path) -> None:
    source = path.read_text()
    assert not re.search(r"\sstyle\s*=", source), (
        "an inline style is refused by the browser: use a class or an SVG attribute"
    )
    assert not re.search(r"\son[a-z]+\s*=", source), "an inline handler is refused by the browser: use an element"
    assert not re.search(r"<(style|script)(?![^>]*\ssrc=)[\s>]", source), "no inline style sheet or script"
    assert "hx-on" not in source
    assert "|safe" not in source


@pytest.mark.parametrize("path", ALL, ids=_name)
def test_every_control_has_a_label(path: Path) -> None:
    source = re.sub(r"{#.*?#}", "", path.read_text())
    labelled = set(re.findall(r'<label[^>]*\bfor="([^"]+)"', source))
    for control in re.findall(r"<(?:input|select|textarea)(?![-\w])[^>]*>", source):
        if re.search(r'type="(hidden|submit)"', control) or "aria-label" in control:
            continue
        own = re.search(r'\bid="([^"]+)"', control)
        wrapped = re.search(r"<label>\s*" + re.escape(control), source)
        assert wrapped or (own and own[1] in labelled), f"no label: {control}"


@pytest.mark.parametrize("path", ALL, ids=_name)
def test_every_form_that_posts_carries_its_token(path: Path) -> None:
    source = path.read_text()
    for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", source, re.DOTALL):
        assert "{% csrf_token %}" in form, form[:120]


@pytest.mark.parametrize("path", ALL, ids=_name)
def test_buttons_name_the_result(path: Path) -> None:
    for words in re.findall(r"<button\b[^>]*>(.*?)</button>", path.read_text(), re.DOTALL):
        assert re.sub(r"<.*?>|{.*?}", "", words).strip() not in {"确定", "提交", "保存", "OK"}


def long_lines(source: str) -> list[int]:
    """Lines the formatter could not break and somebody has to; a Chinese sentence without a space stays whole."""
    lines = enumerate(source.splitlines(), start=1)
    return [n for n, line in lines if len(line) > LONGEST and re.search(r"[\s<{]", line.strip())]


@pytest.mark.parametrize("path", ALL, ids=_name)
def test_no_line_is_long(path: Path) -> None:
    assert not long_lines(path.read_text()), "a condition in a sentence: the filter `phrase` says it shorter"


def test_the_search_for_long_lines_sees_them() -> None:
    packed = "<div><p>" + "字" * LONGEST + "</p></div>"
    tags = "{% if a %}，{{ a }}{% endif %}" * 5
    assert long_lines(f"<p>\n{packed}\n{tags}\n  {'字' * LONGEST}\n</p>") == [2, 3]


def test_pages_are_sent_without_the_indentation_of_their_source() -> None:
    source = Engine.get_default().get_template("console/base.html").source
    assert "\n  <body" in (TEMPLATES / "console" / "base.html").read_text()
    assert "\n<body" in source and "\n " not in source


def test_paper_shows_neither_vacancy_nor_care_nor_letting() -> None:
    """What says so on screen is ``secret`` and not printed; a vacant door prints the mark of a visited one."""
    for path in ALL:
        for tag in re.findall(r"<[^<>]*>\s*(?:租|关|有关爱联系)\s*</span>", path.read_text()):
            assert "secret" in tag, f"{_name(path)}: {tag}"
        for header in re.findall(r'<div class="([^"]*)">\s*<header>\s*<h2>(?:关爱联系|来历)</h2>', path.read_text()):
            assert "secret" in header, _name(path)
    paper = _declarations((STYLES / "print.css").read_text())
    assert paper[".secret"] == {"display": "none !important"}
    assert [paper[mark]["font-size"] for mark in (".door.v b", ".door.k b", ".mk.kong")] == ["0"] * 3
    care = (TEMPLATES / "console" / "care" / "list.html").read_text()
    assert "data-print" not in care
    assert '<div class="sheet secret">' in care
