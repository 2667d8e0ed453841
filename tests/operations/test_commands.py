"""The ``gridwalk`` command as people run it: as a program, in a data directory of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from gridwalk.cli import children, failures, progress
from gridwalk.cli.verbs import areas
from tests.harness import commands
from tests.harness.commands import Run

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
CONFIRM = """
from gridwalk.accounts import actions, queries
from gridwalk.core import clock
at = clock.now()
centre = queries.viewer_of(queries.by_sign_in_name("wangge"), clock.local_date(at))
waiting = [row.pk for row in queries.proposals(centre, clock.local_date(at))]
actions.confirm_roles(actor=centre, at=at, assignments=waiting)
"""
"""What the street centre does on the page of proposed roles."""


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A data directory the database's user can reach; whatever still runs on it is ended."""
    with tempfile.TemporaryDirectory(prefix="gridwalk-commands-") as name:
        Path(name).chmod(0o755)
        yield Path(name) / "home"
        for process in psutil.process_iter(["cmdline", "environ"]):
            command = process.info["cmdline"] or []
            if (process.info["environ"] or {}).get("GRIDWALK_HOME", "").startswith(name) or any(
                part.startswith(name) for part in command
            ):
                process.kill()
                process.wait(10)


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "GRIDWALK_"))}
    return kept | {"GRIDWALK_HOME": str(home), "PYTHONPATH": str(ROOT / "src"), "NO_COLOR": "1"}


@pytest.fixture(scope="module")
def gridwalk(home: Path) -> Run:
    """``gridwalk("status", "--json")``: the finished process."""

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "gridwalk.cli", *words],
            env=environment(home),
            cwd=home.parent,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=300,
        )

    return run


@pytest.fixture(scope="module")
def ready(gridwalk: Run, home: Path) -> str:
    """The data directory after ``gridwalk init``; the first account's password."""
    before = gridwalk("serve")
    assert before.returncode == 1
    assert "gridwalk init" in before.stderr
    done = gridwalk("init")
    assert done.returncode == 0, done.stderr
    passwords = re.findall(r"密码：(\S+)", done.stdout)
    assert len(passwords) == 2
    assert "分给两个人" in done.stdout
    return str(passwords[0])


@pytest.fixture(scope="module")
def at_once(ready: str, home: Path) -> Iterator[Run]:
    """As ``gridwalk``, on a program that is read in once; what follows tests what a command does."""
    with commands.on(home, {"NO_COLOR": "1"}) as run:
        yield run


def test_init_makes_keys_and_two_accounts_and_a_second_one_changes_nothing(
    ready: str, gridwalk: Run, home: Path
) -> None:
    keys = (home / "keys.json").read_bytes()
    again = gridwalk("init")
    assert again.returncode == 0
    assert "都已经有了" in again.stdout
    assert "密码：" not in again.stdout
    assert (home / "keys.json").read_bytes() == keys
    assert (home / "keys.json").stat().st_mode & 0o777 == 0o600
    assert ready.encode() not in b"".join(path.read_bytes() for path in home.rglob("*.log"))


def test_status_tells_what_is_there_and_starts_nothing(ready: str, gridwalk: Run) -> None:
    done = gridwalk("status", "--json")
    status = json.loads(done.stdout)
    assert done.returncode == 0
    assert status["database"] == {"kind": "embedded", "state": "stopped"}
    assert status["serving"] is None
    assert "没有运行" in gridwalk("status").stdout


def test_createuser_gives_a_role_and_refuses_what_is_no_role(ready: str, gridwalk: Run) -> None:
    done = gridwalk("createuser", "wg1", "--name", "许知行", "--role", "grid_worker", "--scope", "120105001023001")
    assert done.returncode == 0
    assert "网格员" in done.stdout
    assert "确认后生效" in done.stdout, "a role that sees rows waits for the street centre"
    twice = gridwalk("createuser", "wg1", "--name", "许知行", "--role", "grid_worker", "--scope", "120105001023001")
    assert twice.returncode == 1
    assert "已有人用" in twice.stderr
    wrong = gridwalk("createuser", "wg2", "--name", "许知行", "--role", "boss")
    assert wrong.returncode == 2
    assert "没有“boss”" in wrong.stderr


def test_unlock_lets_a_name_try_again_and_says_when_there_is_none(at_once: Run) -> None:
    done = at_once("unlock", "Admin")
    assert done.returncode == 0
    assert "现在就能再登录" in done.stdout
    nobody = at_once("unlock", "nobody")
    assert nobody.returncode == 1
    assert "没有“nobody”这个登录名" in nobody.stderr


def test_reset_gives_a_password_without_a_second_person(at_once: Run) -> None:
    done = at_once("reset", "Admin")
    assert done.returncode == 0
    assert "密码只显示这一次" in done.stdout and "会收到通知" in done.stdout
    codes = at_once("reset", "admin", "--codes")
    assert codes.returncode == 0
    assert "动态码清掉了" in codes.stdout
    nobody = at_once("reset", "nobody")
    assert nobody.returncode == 1
    assert "没有“nobody”这个登录名" in nobody.stderr


def test_without_a_certificate_no_other_machine_is_served(ready: str, gridwalk: Run, port: int) -> None:
    for host in ("0.0.0.0", "::", "192.0.2.7"):
        done = gridwalk("serve", "--host", host, "--port", str(port))
        assert done.returncode == 1
        assert "没有证书" in done.stderr


def test_serve_answers_stops_on_ctrl_c_and_says_when_the_port_is_taken(
    ready: str, gridwalk: Run, home: Path, port: int
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        done = gridwalk("serve", "--port", str(port))
        assert done.returncode == 1
        assert f"端口 {port} 正被别的程序占用" in done.stderr
    server = serve(home, port)
    try:
        assert answer(port) == 200
        assert json.loads(gridwalk("status", "--json").stdout)["serving"] == f"http://127.0.0.1:{port}/"
        twice = gridwalk("serve", "--port", str(port + 1))
        assert twice.returncode == 1
        assert "已经在运行了" in twice.stderr
    finally:
        server.send_signal(signal.SIGINT)
        output, _ = server.communicate(timeout=60)
    assert server.returncode == 0
    assert "数据都在" in output
    assert not left_over(home)


def test_serve_starts_again_after_everything_was_killed(ready: str, home: Path, port: int) -> None:
    first = serve(home, port)
    first.kill()
    first.wait()
    for process in left_over(home)[::2]:
        process.kill()
    second = serve(home, port)
    assert answer(port) == 200
    second.send_signal(signal.SIGTERM)
    second.communicate(timeout=60)
    assert not left_over(home)


def test_serve_tells_its_supervisor_when_it_is_ready_and_stops_whole_on_sigterm(
    ready: str, home: Path, port: int
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        address = home.parent / "notify"
        supervisor.bind(str(address))
        supervisor.settimeout(30)
        server = serve(home, port, NOTIFY_SOCKET=str(address))
        assert supervisor.recv(200).decode().startswith("READY=1\n")
        assert answer(port) == 200, "ready means that the pages open"
        server.send_signal(signal.SIGTERM)
        assert supervisor.recv(200).decode().startswith("STOPPING=1\n")
        output, _ = server.communicate(timeout=60)
    assert server.returncode == 0
    assert "数据都在" in output
    assert not left_over(home)


def serve(home: Path, port: int, **more: str) -> subprocess.Popen[str]:
    server = subprocess.Popen(
        [sys.executable, "-m", "gridwalk.cli", "serve", "--port", str(port)],
        env=environment(home) | more,
        cwd=home.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert server.stdout is not None
    first = server.stdout.readline()
    assert f"http://127.0.0.1:{port}/" in first, first + server.stdout.read()
    return server


def answer(port: int) -> int:
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/", timeout=20) as response:
                status: int = response.status
                return status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            if time.monotonic() > deadline:
                raise


def left_over(home: Path) -> list[psutil.Process]:
    """Processes of ours that still run on the data directory, but the one that commands are forked from."""
    processes = []
    for process in psutil.process_iter(["cmdline", "environ", "status"]):
        command = process.info["cmdline"] or []
        if "tests.harness.commands" in command:
            continue
        of_home = (process.info["environ"] or {}).get("GRIDWALK_HOME") == str(home)
        if process.info["status"] != psutil.STATUS_ZOMBIE and (of_home or f"{home}/postgres" in command):
            processes.append(process)
    return processes


def test_data_of_a_newer_program_is_refused_and_left_alone(at_once: Run) -> None:
    record = "INSERT INTO django_migrations (app, name, applied) VALUES ('core', '9999_later', now())"
    shell = "from django.db import connection; connection.cursor().execute({!r})"
    assert at_once("django", "shell", "-c", shell.format(record)).returncode == 0
    for verb in ("serve", "migrate"):
        done = at_once(verb)
        assert done.returncode == 1
        assert "更新的版本写的" in done.stderr
    assert json.loads(at_once("status", "--json").stdout)["ok"] is True  # stopped: it is not looked into
    at_once("django", "shell", "-c", shell.format("DELETE FROM django_migrations WHERE name = '9999_later'"))


def test_a_trial_versions_data_are_told_apart_and_their_ledgers_can_be_taken_along(
    at_once: Run, home: Path, tmp_path: Path
) -> None:
    """A trial version left no stamp: without it everything but ``ledgers`` leaves the data alone."""
    shell = "from django.db import connection; connection.cursor().execute({!r})"
    out = tmp_path / "out"
    assert "不是试用版的数据" in at_once("ledgers", "--out", str(out)).stderr
    assert at_once("django", "shell", "-c", shell.format("ALTER TABLE core_home RENAME TO elsewhere")).returncode == 0
    for words in (["serve"], ["migrate"], ["upgrade"], ["init"], ["backup", str(tmp_path / "copy")]):
        done = at_once(*words)
        assert (done.returncode, "试用版（0.1）的数据" in done.stderr) == (1, True), words
    assert "gridwalk ledgers --out" in at_once("doctor").stdout
    done = at_once("ledgers", "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert "房屋台账.xlsx" in done.stdout and "请删掉" in done.stdout
    assert {path.stat().st_mode & 0o777 for path in out.iterdir()} == {0o600}
    again = at_once("ledgers", "--out", str(out))
    assert (again.returncode, "里已经有东西" in again.stderr) == (1, True)
    at_once("django", "shell", "-c", shell.format("ALTER TABLE registry_facility RENAME TO not_yet"))
    early = at_once("ledgers", "--out", str(tmp_path / "early"))
    assert (early.returncode, "房屋台账.xlsx" in early.stdout, "设施" in early.stdout) == (0, True, False), early.stderr
    at_once("django", "shell", "-c", shell.format("ALTER TABLE not_yet RENAME TO registry_facility"))
    at_once("django", "shell", "-c", shell.format("ALTER TABLE elsewhere RENAME TO core_home"))
    assert at_once("migrate").returncode == 0


def test_the_demonstration_stays_out_of_real_data(at_once: Run) -> None:
    done = at_once("demo", "--size", "small", "--no-serve")
    assert done.returncode == 1
    assert "正式的数据" in done.stderr


def test_what_nobody_foresaw_is_a_sentence_and_a_log_without_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRIDWALK_HOME", str(tmp_path))
    try:
        raise ValueError("王小明 12012345678")
    except ValueError as error:
        sentence = failures.sentence(error)
    log = (tmp_path / "logs" / "gridwalk.log").read_text()
    assert "ValueError" in sentence
    assert "test_commands.py" in log
    assert "12012345678" not in sentence + log
    assert "王小明" not in sentence + log
    assert "磁盘满了" in failures.sentence(OSError(28, "No space left on device"))
    assert "只读" in failures.sentence(OSError(30, "Read-only file system", "/data"))


def test_a_number_that_belongs_to_another_program_by_now_is_not_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRIDWALK_HOME", str(tmp_path))
    children.note("http://127.0.0.1:1/", [])
    assert children.running() is not None
    note = tmp_path / "run" / "serving.json"
    content = json.loads(note.read_text())
    content["parent"]["began"] -= 1000
    note.write_text(json.dumps(content))
    assert children.running() is None


def test_progress_keeps_the_seconds_of_each_stage(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = progress.Progress(2)
    with shown.stage("导入台账", "份") as step:
        step(1, 2)
        monkeypatch.setattr(progress, "LEAST_IN_A_FILE", -1)  # as if much time had gone by
        step(1, 3)
    with pytest.raises(ValueError, match="x"), shown.stage("走访"):
        raise ValueError("x")
    assert list(shown.seconds) == ["导入台账"]
    first, count, seconds, *_ = capsys.readouterr().out.splitlines()
    assert (first, count) == ("[1/2] 导入台账 …", "[1/2] 导入台账 … 1 / 3 份")
    assert seconds.startswith("[1/2] 导入台账 ") and seconds.endswith(" 秒")


def test_areas_loads_a_street_with_its_grids_and_refuses_another_file(at_once: Run, tmp_path: Path) -> None:
    street = tmp_path / "areas.json"
    levels = {"province": "120000000000", "city": "120100000000", "district": "120105000000", "street": "120105001000"}
    tree: dict[str, object] = {level: {"code": code, "name": level} for level, code in levels.items()}
    tree["communities"] = [{"code": "120105001023", "name": "君临天下社区居委会", "grids": 3}]
    street.write_text(json.dumps(tree), "utf-8")
    done = at_once("areas", str(street))
    assert done.returncode == 0, done.stderr
    assert "3 个网格" in done.stdout
    street.write_text("{}", "utf-8")
    wrong = at_once("areas", str(street))
    assert wrong.returncode == 1
    assert "不是区划代码表" in wrong.stderr


def test_areas_takes_codes_without_their_zeros_and_refuses_those_of_another_level(at_once: Run, tmp_path: Path) -> None:
    street = tmp_path / "areas.json"
    levels = {"province": "12", "city": "1201", "district": "120105", "street": "120105001"}

    def load(street_code: str, community: str) -> subprocess.CompletedProcess[str]:
        tree: dict[str, object] = {level: {"code": code, "name": level} for level, code in levels.items()}
        tree["street"] = {"code": street_code, "name": "光复道街道"}
        tree["communities"] = [{"code": community, "name": "君临天下社区居委会"}]
        street.write_text(json.dumps(tree), "utf-8")
        return at_once("areas", str(street))

    for street_code, community, why in (
        ("120105", "120105001023", "120105000000 不是街道的代码"),
        ("12010500x", "120105001023", "区划代码应是 12 位数字"),
        ("120105001", "120105001", "区划代码应是 12 位数字"),
        ("120105001", "120105002023", "120105002023（君临天下社区居委会）不是这个街道的社区"),
        ("120105001", "120105001000", "不是这个街道的社区"),
    ):
        refused = load(street_code, community)
        assert refused.returncode == 1 and why in refused.stderr
        assert "什么都没导入：" in refused.stderr and "改好文件再导。" in refused.stderr
    done = load("120105001", "120105001023")
    assert done.returncode == 0, done.stderr
    whole = ["120000000000", "120100000000", "120105000000", "120105001000"]
    assert [areas.read(street)[level]["code"] for level in levels] == whole


def test_import_finds_a_grid_by_its_name_and_says_how_many_doors_have_none(at_once: Run, tmp_path: Path) -> None:
    community = "120105001024"
    levels = {"province": "120000000000", "city": "120100000000", "district": "120105000000", "street": "120105001000"}
    tree: dict[str, object] = {level: {"code": code, "name": level} for level, code in levels.items()}
    tree["communities"] = [{"code": community, "name": "林古里社区居委会", "grids": 1}]
    (tmp_path / "areas.json").write_text(json.dumps(tree), "utf-8")
    ledger = tmp_path / "房屋台账.csv"
    rows = [
        "网格,小区,楼栋,单元,室号,居住状况",
        "第一网格,林古里,1号楼,1单元,101,有人住",
        "第八网格,林古里,2号楼,1单元,101,空置",
    ]
    ledger.write_text("\n".join(rows), "utf-8")
    assert at_once("areas", str(tmp_path / "areas.json")).returncode == 0
    who = ("sq24", "--name", "许知行", "--role", "community_lead", "--scope", community)
    assert at_once("createuser", *who).returncode == 0
    early = at_once("import", str(ledger), "--scope", community, "--as", "sq24")
    assert early.returncode == 1, "proposed, not confirmed"
    assert at_once("django", "shell", "--no-imports", "-c", CONFIRM).returncode == 0
    done = at_once("import", str(ledger), "--scope", community, "--as", "sq24")
    assert done.returncode == 0, done.stderr
    assert "新建 2" in done.stdout
    assert "1 户进了未划入网格" in done.stdout
    assert at_once("import", str(ledger), "--scope", community, "--as", "nobody").returncode == 1
