"""A cut power line: PostgreSQL is killed under write load, again and again; what was acknowledged is there, whole.

A kill shows that nothing acknowledged waits in the server's memory; that the disk itself was told is what fsync is
for, and doctor checks that it is on.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
ROUNDS, WRITERS, ENOUGH = 3, 3, 25

WRITE = """
import sys, uuid
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core import actions, clock
from gridwalk.core.actors import PROGRAM
grid = "12010500100100" + sys.stdin.readline().strip()
actions.open_streams([grid])
while True:
    key = str(uuid.uuid4())
    with actions.write_to(grid, actor=PROGRAM, at=clock.now()) as writing:
        writing.change(grid, "dwelling", uuid.uuid4(), "tenure", "own", "let", source="visit")
        writing.audit(AuditVerb.VISIT_RECORDED, scope=grid)
        actions.give_receipt(key, at=clock.now(), result={})
    sys.stdout.write(key + "\\n")
    sys.stdout.flush()
"""
LOOK = """
import json
from gridwalk.core.audit import verify as chain_reading
from gridwalk.core.models import AuditEntry, Change, Receipt, Stream
halves = [s.code for s in Stream.objects.all() if not (
    s.version == Change.objects.filter(stream=s).count() == AuditEntry.objects.filter(scope=s.code).count())]
print(json.dumps({"receipts": list(Receipt.objects.values_list("key", flat=True)), "halves": halves,
                  "breaks": len(chain_reading.verify().breaks), "changes": Change.objects.count()}))
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A data directory with a durable server of its own."""
    with tempfile.TemporaryDirectory(prefix="gridwalk-power-") as name:
        Path(name).chmod(0o755)
        yield Path(name) / "home"
        for process in _servers(Path(name)):
            process.kill()
            process.wait(10)


def _servers(below: Path) -> list[psutil.Process]:
    """Every PostgreSQL process that works on a data directory below the folder."""
    processes = []
    for process in psutil.process_iter(["name", "status"]):
        if process.info["name"].startswith("postgres") and process.info["status"] != psutil.STATUS_ZOMBIE:
            try:
                if Path(process.cwd()).is_relative_to(below):
                    processes.append(process)
            except psutil.Error:
                continue
    return processes


def _start(home: Path, *words: str) -> subprocess.Popen[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DJANGO_", "GRIDWALK_")) and k != "DATABASE_URL"}
    return subprocess.Popen(
        [sys.executable, "-m", "gridwalk.cli", *words],
        env=kept | {"GRIDWALK_HOME": str(home), "PYTHONPATH": str(ROOT / "src")},
        cwd=home.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def _looked(home: Path) -> dict[str, object]:

    output, _ = _start(home, "django", "shell", "--no-imports", "-c", LOOK).communicate(timeout=120)
    seen: dict[str, object] = json.loads(output.splitlines()[-1])
    return seen


def test_nothing_acknowledged_is_lost_when_the_server_is_killed_under_load(home: Path) -> None:
    assert _start(home, "init").wait(120) == 0
    acknowledged: set[str] = set()
    for round_ in range(ROUNDS):
        writers = [_start(home, "django", "shell", "--no-imports", "-c", WRITE) for _ in range(WRITERS)]
        for n, writer in enumerate(writers):
            assert writer.stdin is not None
            writer.stdin.write(f"{n % 2}\n")  # two of them in one grid
            writer.stdin.flush()
        for writer in writers:
            assert writer.stdout is not None
            acknowledged |= {writer.stdout.readline().strip() for _ in range(ENOUGH)}
        time.sleep(0.05 * round_)
        for process in _servers(home.parent):
            process.kill()
        for writer in writers:
            output, _ = writer.communicate(timeout=120)
            acknowledged |= set(output.split())
        seen = _looked(home)
        assert isinstance(seen["receipts"], list)
        lost = {key for key in acknowledged if len(key) == 36} - set(seen["receipts"])
        assert not lost
        assert seen["halves"] == [], "version, change rows and audit are of one transaction"
        assert seen["breaks"] == 0
    assert len(acknowledged) >= ROUNDS * WRITERS * ENOUGH
