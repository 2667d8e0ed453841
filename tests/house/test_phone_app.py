"""The phone app as far as it can be held to the server's sources without a browser: its own tests, words,
and red lines.
"""

from __future__ import annotations

import gzip
import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest

import hatch_build
from gridwalk.dictionary import choices, relations, sheets
from gridwalk.followup import rules
from gridwalk.inspection import rules as inspection
from gridwalk.inspection.rates import CONTACTS, Contact
from gridwalk.phone import typescript
from gridwalk.registry.living import VACANCY_SOURCES
from gridwalk.sync import messages
from gridwalk.sync.actions.verbs import VERBS
from gridwalk.visits import needs

ROOT = hatch_build.WEB.parent
PHONE = hatch_build.WEB / "phone"
FIRST_LOAD = 250_000


@pytest.mark.slow
def test_its_reducer_model_and_store_keep_every_visit() -> None:
    node, _ = hatch_build.find_node()
    vitest = hatch_build.WEB / "node_modules" / "vitest" / "vitest.mjs"
    done = subprocess.run(
        [str(node), str(vitest), "run", "--config", "vite.phone.config.ts"],
        cwd=hatch_build.WEB,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]


def test_its_fields_are_the_dictionarys() -> None:
    kept = (PHONE / "fields.json").read_text(encoding="utf-8")
    assert kept == sheets.render(), "write it anew: python -m gridwalk.dictionary"


def test_its_types_are_the_wires() -> None:
    for name, rendered in typescript.render().items():
        kept = (PHONE / "model" / name).read_text(encoding="utf-8")
        assert kept == rendered, "write it anew: DJANGO_SETTINGS_MODULE=tests.settings python -m gridwalk.phone"


def test_its_fields_hold_what_the_wire_reads() -> None:
    matters = (PHONE / "model" / "matters.ts").read_text(encoding="utf-8")
    for name in ("LONGEST_OUTSIDE", "LONGEST_OUTSIDE_NUMBER"):
        assert f"const {name} = {getattr(rules, name)};" in matters
    sampled = (PHONE / "model" / "sampled.ts").read_text(encoding="utf-8")
    assert f"const LONGEST_WANTED = {rules.LONGEST_TEXT};" in sampled
    assert f"const MOST_LIVING = {inspection.MOST_LIVING};" in sampled


def test_every_verb_has_its_file_and_its_words() -> None:
    assert list(VERBS) == list(messages.VERBS)
    page = (ROOT / "docs" / "algorithms" / "sync.md").read_text(encoding="utf-8")
    assert [verb for verb in VERBS if f"| {verb} |" not in page] == []
    (answer,) = [line for line in page.splitlines() if line.startswith("| sample.answer |")]
    assert [name for name in messages.SampleAnswer.model_fields if name not in answer] == []


def test_what_an_answer_takes_is_what_the_inspection_keeps() -> None:
    taken = {
        (body, name): {value for kind in _kinds(field.annotation) for value in get_args(kind)}
        for body in (messages.SampleAnswer, messages.SampleApproach)
        for name, field in body.model_fields.items()
    }
    for body, name, kept in (
        (messages.SampleAnswer, "way", inspection.Way),
        (messages.SampleAnswer, "visited", inspection.Visited),
        (messages.SampleAnswer, "who", inspection.Who),
        (messages.SampleAnswer, "identity", inspection.Identity),
        (messages.SampleAnswer, "contact", Contact),
        (messages.SampleApproach, "way", inspection.Way),
        (messages.SampleApproach, "outcome", inspection.Approached),
    ):
        assert taken[body, name] == set(kept), name


def _kinds(annotation: Any) -> list[Any]:
    """The Literals of an annotation, which may say or None."""
    within = [annotation] if get_origin(annotation) is Literal else get_args(annotation)
    return [kind for kind in within if get_origin(kind) is Literal]


def test_its_words_are_the_dictionarys() -> None:
    words = json.loads((PHONE / "words.json").read_text(encoding="utf-8"))
    for name, listed in {
        "sex": choices.SEX,
        "relation": relations.RELATION,
        "residence_kind": choices.RESIDENCE_KIND,
        "usage": choices.USAGE,
        "occupancy": choices.OCCUPANCY,
        "tenure": choices.TENURE,
        "organization_status": choices.ORGANIZATION_STATUS,
    }.items():
        assert words[name] == {code: choice[0] for code, choice in listed.items()}, name
    assert words["need"] == needs.NEEDS
    assert words["help"] == needs.HELP
    assert words["need_state"] == {state: needs.STATES[state] for state in needs.FOLLOWED}
    assert words["referred_to"] == needs.REFERRED_TO
    assert set(words["second_source"]) == set(VACANCY_SOURCES)
    of_samples: dict[str, Mapping[Any, str]] = {
        "approached": inspection.APPROACHED,
        "visited": inspection.VISITED,
        "who": inspection.WHO,
        "identity": inspection.IDENTITY,
        "contact": CONTACTS,
        "way": inspection.WAYS,
    }
    for name, said in of_samples.items():
        assert words[name] == {str(code): label for code, label in said.items()}, name


def test_it_never_asks_where_somebody_is_and_names_no_outside_address() -> None:
    files = [p for p in PHONE.rglob("*") if "tests" not in p.relative_to(PHONE).parts]
    sources = [p for p in files if p.suffix in {".ts", ".vue", ".css", ".html"}]
    assert len(sources) > 30
    for path in sources:
        text = path.read_text(encoding="utf-8")
        assert not re.search("geolocation|watchPosition|DeviceMotion|sendBeacon|localStorage", text), path
        assert not re.search(r"https?://(?!www\.w3\.org/)\w", text), path
    for sheet in hatch_build.PHONE.rglob("*.css"):
        assert "//" not in sheet.read_text(encoding="utf-8"), sheet


def test_it_is_built_for_engines_some_years_old_and_looked_through_for_what_they_cannot_read() -> None:
    config = (hatch_build.WEB / "vite.phone.config.ts").read_text(encoding="utf-8")
    assert "target: ENGINES" in config
    assert re.search(r"plugins: \[.*oldEngines\(", config)
    engines = (hatch_build.WEB / "engines.ts").read_text(encoding="utf-8")
    assert 'ENGINES = ["chrome87", "safari15.4"]' in engines
    page = (hatch_build.PHONE / "index.html").read_text(encoding="utf-8")
    assert page.index("/phone/first.js") < page.index('type="module"')


def test_its_first_load_stays_under_250_kilobytes() -> None:
    everything = [
        p for p in hatch_build.PHONE.rglob("*") if p.suffix in {".html", ".js", ".css", ".webmanifest", ".svg"}
    ]
    worker = (hatch_build.PHONE / "sw.js").read_text(encoding="utf-8")
    assert "__RELEASE__" not in worker
    for path in Path(hatch_build.PHONE / "assets").iterdir():
        assert path.name in worker, "the service worker keeps every file of the release"
    assert "first.js" in worker
    assert sum(len(gzip.compress(p.read_bytes(), 9)) for p in everything) < FIRST_LOAD
