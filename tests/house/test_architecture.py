"""What the house promises about itself (docs/architecture.md), for the parts a linter of imports and one of
style can show.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import hatch_build

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "gridwalk"
LONGEST = 400
SKIP = re.compile("# fmt: " + "(?:skip|off)")
WIDEST = 120
MEASURED = (".py", ".html", ".css", ".ts", ".vue", ".js")
"""The kinds of file whose lines are measured."""
CHINESE = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")
WRITERS = {"create", "bulk_create", "bulk_update", "update", "delete", "get_or_create", "update_or_create"}
WRITING_SQL = re.compile(r"\s*(INSERT INTO|UPDATE \S+ SET|DELETE FROM|TRUNCATE|MERGE INTO|COPY )", re.IGNORECASE)
MAY_WRITE = {
    "config/cache.py": "the table of the cache, which holds no record",
    "core/bulk.py": "how actions write many rows at once",
    "core/hanging.py": "how actions write what hangs on a record",
    "indicators/tallies.py": "the cache of counts, recounted by whoever reads it",
}
ADDRESS = re.compile(r"https?://(?!127\.0\.0\.1|localhost|www\.w3\.org/)[\w.-]+")
GRID_000 = re.compile(r"""\}000["']|\+ ["']000|endswith\(["']000""")
TEMPLATES = "[sysconfig.get_path('scripts') + '/djangofmt', '--check', 'src/gridwalk/console/templates']"
LOADING = re.compile(r"(?:@import|url\(|src=|href=|import\(|fetch\()\s*[\"'`]?(?:https?:)?//(?!www\.w3\.org/)[\w.-]+")


def python_files() -> Iterator[Path]:
    for path in sorted(SOURCE.rglob("*.py")):
        if not {"migrations", "tests"} & set(path.relative_to(SOURCE).parts):
            yield path


def text_files(*suffixes: str) -> Iterator[Path]:
    for top in (SOURCE, ROOT / "web"):
        for path in sorted(top.rglob("*")):
            if path.suffix in suffixes and not {"node_modules", "built", "migrations"} & set(path.parts):
                yield path


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        ["-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"],
        ["-m", "ruff", "check", "."],
        ["-m", "ruff", "format", "--check", "."],
        ["-c", f"import subprocess, sys, sysconfig; sys.exit(subprocess.call({TEMPLATES}))"],
        ["-m", "mypy", "src", "tests", "benchmarks", "tools", "conftest.py", "hatch_build.py"],
    ],
    ids=["import contracts", "ruff", "format", "templates", "types"],
)
def test_it_keeps_the(command: list[str]) -> None:
    env = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_writes_rows_in_actions_only() -> None:
    writings = []
    for path in python_files():
        name = path.relative_to(SOURCE).as_posix()
        if (
            name not in MAY_WRITE
            and path.name != "actions.py"
            and "actions" not in path.relative_to(SOURCE).parent.parts
        ):
            writings += [f"{name}:{line} {what}" for line, what in writes(ast.parse(path.read_text()))]
    assert not writings


def writes(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Where a module writes rows: (line, what)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and WRITING_SQL.match(node.value):
            yield node.lineno, node.value.split()[0]
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        method = node.func.attr
        if (method in WRITERS and _is_manager(node.func.value)) or (method in {"save", "delete"} and not node.args):
            yield node.lineno, method


def _is_manager(node: ast.AST) -> bool:
    return any(isinstance(below, ast.Attribute) and below.attr == "objects" for below in ast.walk(node))


def test_the_search_for_writes_sees_them() -> None:
    seen = "User.objects.filter(pk=1).update(a=1)\nrow.save(update_fields=['a'])\ncursor.execute('INSERT INTO t')\n"
    unseen = "known.update(other)\nbook.save(path)\nUser.objects.filter(pk=1).first()\n"
    assert [line for line, _ in sorted(writes(ast.parse(seen)))] == [1, 2, 3]
    assert not list(writes(ast.parse(unseen)))


def test_no_file_is_long() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): n
        for path in text_files(".py", ".html", ".ts", ".css", ".vue")
        if (n := len(path.read_text().splitlines())) > LONGEST
    }
    assert not long


@pytest.mark.parametrize("suffix", MEASURED)
def test_no_line_is_wide(suffix: str) -> None:
    wide = {
        f"{path.relative_to(ROOT).as_posix()}:{n}": len(line)
        for path in written_files(suffix)
        for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if is_wide(line)
    }
    assert not wide


def written_files(suffix: str) -> Iterator[Path]:
    """What people write: no package, nothing built, no migration."""
    for top in (SOURCE, ROOT / "web", ROOT / "tests", ROOT / "tools", ROOT / "benchmarks"):
        for path in sorted(top.rglob(f"*{suffix}")):
            if not {"node_modules", "static", "migrations"} & set(path.relative_to(ROOT).parts):
                yield path


def is_wide(line: str) -> bool:
    """Whether a line goes over the edge.

    Chinese is written without spaces, so a line of it alone has no place to break.
    """
    return len(line) > WIDEST and not (CHINESE.search(line) and " " not in line.strip())


def test_only_chinese_without_a_space_may_be_wide() -> None:
    sentence = "走访要用到脚本，请在浏览器设置里打开。" * 7
    assert not is_wide(f"        {sentence}")
    assert not is_wide("x" * WIDEST)
    assert is_wide("x" * (WIDEST + 1))
    assert is_wide(f'<p class="m">{sentence}</p>')
    assert is_wide("https://www.example.org/" + "x" * WIDEST)


def test_the_formatter_decides_everywhere() -> None:
    """It may be switched off in tables of data, twenty times in all."""
    skips = sum(len(SKIP.findall(path.read_text())) for top in ("src", "tests", "benchmarks") for path in rglob(top))
    assert skips <= 20


def rglob(top: str) -> Iterator[Path]:
    yield from sorted((ROOT / top).rglob("*.py"))


@pytest.mark.slow
def test_prettier_has_laid_out_the_web() -> None:
    node, npm = hatch_build.find_node()
    env = os.environ | {"PATH": os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])}
    checking = subprocess.run(
        [str(node), str(npm), "run", "format:check"],
        cwd=hatch_build.WEB,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checking.returncode == 0, checking.stdout + checking.stderr


def test_grid_000_is_spelt_in_one_place() -> None:
    """``territory.rules`` knows it; the oracle reckons by itself."""
    rooms = {path: path.relative_to(SOURCE).parts[0] for path in python_files()}
    domain = [path for path, room in rooms.items() if room not in {"simulate", "method", "ledger"}]
    assert [path.name for path in domain if GRID_000.search(path.read_text())] == []


def test_no_page_names_an_outside_address() -> None:
    addresses = {
        path.relative_to(ROOT).as_posix(): ADDRESS.findall(path.read_text())
        for path in text_files(".html", ".svg", ".ts", ".css", ".js", ".txt")
        if ADDRESS.search(path.read_text())
    }
    assert not addresses


def test_no_built_asset_loads_from_an_outside_address() -> None:
    built = SOURCE / "console" / "static" / "gridwalk" / "built"
    addresses = {path.name: LOADING.findall(path.read_text()) for path in built.glob("*.*s")}
    assert not any(addresses.values()), addresses


def test_lock_files_hold_hashes_and_no_address() -> None:
    assert not list(ROOT.glob("uv.lock"))
    for path in ROOT.glob("requirements*.lock"):
        text = path.read_text()
        assert not re.search(r"https?:|^--|file:", text, re.MULTILINE), path.name
        for pinned in text.replace("\\\n", "").splitlines():
            assert re.match(r"\S+==\S+.*--hash=sha256:[0-9a-f]{64}", pinned), pinned
    npm = (ROOT / "web" / "package-lock.json").read_text()
    assert '"resolved"' not in npm
    assert '"integrity"' in npm


def test_every_task_that_is_deferred_by_name_exists() -> None:
    from procrastinate.contrib.django import app

    named = {
        name
        for path in python_files()
        for name in re.findall(r"configure_task\(\s*(?:name=)?[\"']([\w.]+)[\"']", path.read_text())
    }
    assert named <= set(app.tasks)
