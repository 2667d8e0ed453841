"""The units for systemd: sound, hardened, and started with options the command knows."""

from __future__ import annotations

import configparser
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gridwalk.cli import parser
from gridwalk.cli.verbs import serve

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "packaging" / "systemd"
PROGRAM = "/opt/gridwalk/bin/gridwalk"
HARDENED = {
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateDevices": "yes",
    "NoNewPrivileges": "yes",
    "UMask": "0077",
    "CapabilityBoundingSet": "",
    "User": "gridwalk",
    "ProtectKernelTunables": "yes",
    "ProtectControlGroups": "yes",
    "RestrictSUIDSGID": "yes",
    "RestrictNamespaces": "yes",
    "SystemCallArchitectures": "native",
}


def unit(name: str) -> configparser.ConfigParser:
    """A unit's settings; of what stands several times the last."""
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read(UNITS / name, "utf-8")
    return read


def test_systemd_finds_no_fault_in_them(tmp_path: Path) -> None:
    """Where there is no systemd, only that they can be read and name what they need."""
    names = [path.name for path in sorted(UNITS.iterdir()) if path.suffix in {".service", ".timer"}]
    assert names == ["gridwalk-doctor.service", "gridwalk-doctor.timer", "gridwalk.service"]
    for name in names:
        assert unit(name).sections()[0] == "Unit"
        text = (UNITS / name).read_text("utf-8").replace(PROGRAM, sys.executable)
        (tmp_path / name).write_text(text, "utf-8")
    if shutil.which("systemd-analyze") is None:
        return
    paths = [str(tmp_path / name) for name in names]
    done = subprocess.run(["systemd-analyze", "verify", *paths], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_service_may_write_its_own_folders_only_and_ends_politely() -> None:
    service = unit("gridwalk.service")["Service"]
    assert {name: service[name] for name in HARDENED} == HARDENED
    written = [
        line for line in (UNITS / "gridwalk.service").read_text("utf-8").splitlines() if "ReadWritePaths" in line
    ]
    assert written == ["ReadWritePaths=/srv/gridwalk /tmp", "ReadWritePaths=-/mnt/backup/gridwalk"]
    assert (service["Type"], service["KillSignal"], service["KillMode"]) == ("notify", "SIGTERM", "mixed")


def test_it_starts_what_the_command_understands() -> None:
    words = shlex.split(unit("gridwalk.service")["Service"]["ExecStart"])
    assert words[:2] == [PROGRAM, "serve"]
    command = parser.Parser(prog="serve")
    serve.arguments(command)
    options = command.parse_args(words[2:])
    assert (options.host, options.port, options.cert) == ("0.0.0.0", 8443, Path("/etc/gridwalk/server.pem"))


@pytest.mark.parametrize("name", ["gridwalk.service", "gridwalk.env", "gridwalk-doctor.timer"])
def test_the_guide_says_where_they_go(name: str) -> None:
    assert name in (ROOT / "docs" / "operations" / "安装和日常运行.md").read_text("utf-8")
