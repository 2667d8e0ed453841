"""What commands refuse before they touch anything, each in words that say what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridwalk.cli import ledger_files, main, serving
from gridwalk.cli.failures import CommandError
from gridwalk.config import databases
from gridwalk.ledger.errors import LedgerError


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["serve", "--cert", "证书.pem"], "证书和私钥要一起给：--cert 证书.pem --key 私钥.pem"),
        (["https", "https://fuwu:8000"], "不是主机名或 IP 地址（不要写 https:// 和端口）"),
        (["keys", "save"], "没有做：还要写一个文件"),
        (["audit", "verify", "--seal", "没有.txt"], "没有找到封存文件 没有.txt"),
        (["audit", "verify", "--copies", "没有"], "没有找到副本的目录 没有"),
        (["demo", "--day", "0"], "--day 要在 1 到 60 之间"),
        (["demo", "--day", "61"], "--day 要在 1 到 60 之间"),
        (["simulate", "."], "里已有东西，没有写。请给一个空目录"),
    ],
)
def test_it_says_what_is_wrong_with_the_words_and_does_nothing(
    words: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "已有.txt").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRIDWALK_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert main(words) == 1
    assert told in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["已有.txt"]


def test_the_demonstration_stays_off_a_units_own_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GRIDWALK_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "postgresql://gridwalk@127.0.0.1/gridwalk")
    assert main(["demo"]) == 1
    assert "演示只用内置数据库，不碰本单位的数据库" in capsys.readouterr().err


def test_a_port_is_a_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDWALK_HOME", str(tmp_path))
    with pytest.raises(CommandError, match="端口要在 1 到 65535 之间"), serving.serving(host="127.0.0.1", port=70_000):
        pass


def test_a_result_is_written_into_a_file_of_its_own(tmp_path: Path) -> None:
    ledger = tmp_path / "台账.csv"
    ledger.touch()
    for target, told in (
        (tmp_path, "这是一个目录。请写上文件名"),
        (tmp_path / "没有" / "出.xlsx", "没有 .* 这个目录，或没有权限"),
        (ledger, "写了会盖掉。请换一个文件名"),
    ):
        with pytest.raises(LedgerError, match=told):
            ledger_files.require_usable([ledger], [target])
    with pytest.raises(LedgerError, match="没有找到文件"):
        ledger_files.require_usable([tmp_path / "别的.csv"], [None])
    ledger_files.require_usable([ledger], [tmp_path / "出.xlsx", None])


@pytest.mark.parametrize("mode", ["", "?sslmode=prefer", "?sslmode=require&x=1"])
def test_a_database_elsewhere_is_reached_under_cover_only(mode: str) -> None:
    url = f"postgresql://gridwalk:x@db.example/gridwalk{mode}"
    if "require" in mode:
        assert databases.from_url(url)["HOST"] == "db.example"
        return
    with pytest.raises(databases.DatabaseUrlError, match="数据库不在这台机器上，连接要加密"):
        databases.from_url(url)
    assert databases.from_url("postgresql:///gridwalk?host=/run/postgresql")["HOST"] == "/run/postgresql"
