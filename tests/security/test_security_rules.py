"""Rules of our own that a general linter cannot know (``semgrep/rules.yaml``): each finds its examples, none finds
the program.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from tests.house.test_architecture import ROOT, SOURCE

RULES = ROOT / "tests" / "semgrep" / "rules.yaml"
EXAMPLES = {
    "personal-data-in-log": (
        'logger.warning(f"no such person {name}")',
        'log.error("failed for " + name)',
        'logger.info("at %s", x)',
        'self.log.log(30, "at %s", x)',
    ),
    "traceback-in-log": ('log.exception("failed")', 'logger.error("failed", exc_info=True)'),
    "values-in-sql": (
        "cursor.execute(f\"SELECT * FROM t WHERE name = '{name}'\")",
        'cursor.execute("SELECT %s" % name)',
        'cursor.execute("SELECT {}".format(name), [])',
        'cursor.execute(f"SELECT * FROM {TABLE} WHERE name = {name}")',
    ),
    "html-not-escaped": ("mark_safe(remark)", 'SafeString(f"<b>{name}</b>")', "safestring.mark_safe(remark)"),
    "guard-switched-off": (
        "csrf_exempt(page)",
        "@csrf_exempt\ndef page(request): ...",
        "client.get(url, verify=False)",
    ),
    "code-from-data": ("eval(typed)", "pickle.loads(data)", "subprocess.run(words, shell=True)"),
    "guessable-random": ("random.choice(letters)", "random.getrandbits(64)"),
}
HARMLESS = """
logger.warning("request", extra={"status": 500})
logger.error("kept: %s", type(error).__name__)
cursor.execute("SELECT * FROM t WHERE name = %s", [name])
cursor.execute(f"SELECT * FROM {TABLE} WHERE name = %s", [name])
server.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
mark_safe("<hr>")
client.get(url, verify=True)
subprocess.run(words)
secrets.choice(letters)
random.Random(seed).choice(letters)
json.loads(data)
"""


@pytest.mark.slow
def test_each_rule_finds_its_examples_and_nothing_in_the_program(tmp_path: Path) -> None:
    written: dict[Path, str] = {}
    for rule, examples in EXAMPLES.items():
        for number, example in enumerate(examples):
            written[tmp_path / f"{rule}_{number}.py"] = rule
            (tmp_path / f"{rule}_{number}.py").write_text(example)
    (tmp_path / "harmless.py").write_text(HARMLESS)
    found = scan(tmp_path, tmp_path, SOURCE)
    for path, rule in written.items():
        assert rule in found.pop(path, {}), path.read_text()
    assert not found, "a rule finds this in the program, or in what is harmless"


def scan(home: Path, *places: Path) -> dict[Path, dict[str, int]]:
    """File → rule → the first line it is broken at."""
    semgrep = Path(sys.executable).with_name("semgrep")
    command = [
        str(semgrep),
        "scan",
        "--config",
        str(RULES),
        "--metrics",
        "off",
        "--disable-version-check",
        "--json",
        "--quiet",
    ]
    env = os.environ | {"SEMGREP_SETTINGS_FILE": str(home / "settings.yml"), "SEMGREP_LOG_FILE": str(home / "log")}
    done = subprocess.run([*command, *map(str, places)], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout)
    assert not said["errors"], said["errors"]
    assert len(said["paths"]["scanned"]) > 300, "the program was not looked at"
    found: dict[Path, dict[str, int]] = defaultdict(dict)
    for one in said["results"]:
        rule = one["check_id"].rsplit(".", 1)[-1]
        found[Path(one["path"]).resolve()].setdefault(rule, one["start"]["line"])
    return found
