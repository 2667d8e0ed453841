"""``gridwalk keys``: saving the keys apart, putting them back, changing them."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from pathlib import Path

from gridwalk.cli import environment, output, schema
from gridwalk.cli.failures import CommandError
from gridwalk.config import keys, secretfiles

HELP = "密钥：另存、放回、更换、看有哪些"
NOTE = "keys-saved.json"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        choices=["save", "put-back", "list", "rotate", "reseal"],
        metavar="做什么",
        help="save 另存，put-back 放回，list 看有哪些，rotate 换新的，reseal 把旧值用新密钥重新封好",
    )
    parser.add_argument("file", type=Path, nargs="?", metavar="文件", help="另存的密钥文件；放在别处，不和备份一起")
    passphrase_argument(parser)


def passphrase_argument(parser: argparse.ArgumentParser) -> None:
    """The option that names a file with the passphrase, for scripts."""
    parser.add_argument(
        "--passphrase-file", type=Path, metavar="文件", help="密语写在这个文件的第一行（不写就在屏幕上问）"
    )


def run(options: argparse.Namespace) -> int:
    """Do one of them."""
    if options.what == "list":
        return _list()
    if options.what == "rotate":
        return _rotate()
    if options.what == "reseal":
        return _reseal()
    if options.file is None:
        raise CommandError("没有做：还要写一个文件。")
    if options.what == "save":
        return _save(options.file, options.passphrase_file)
    put_back(options.file, options.passphrase_file)
    output.say(f"密钥放回了：{keys.path_in(environment.home())}")
    return 0


def _list() -> int:
    keyring = keys.load(environment.home())
    for key_id in sorted(keyring.envelope):
        output.say(f"{key_id}{'（正在用）' if key_id == keyring.active else ''}")
    output.say("已另存" if is_saved_apart() else "还没有另存：请运行 gridwalk keys save 文件")
    return 0


def _rotate() -> int:
    home = environment.home()
    keys.load(home)
    with environment.database():
        schema.require_ready()
        from gridwalk.accounts.rules import SYSTEM
        from gridwalk.core import clock
        from gridwalk.operations.resealing import actions

        key_id = keys.rotate(home)
        actions.begin(key_id=key_id, actor=SYSTEM, at=clock.now())
    output.say(f"密钥换好了：新值用 {key_id}。旧值由后台任务重新封好（没有开服务的话，运行 gridwalk keys reseal）。")
    output.say("请马上再运行 gridwalk keys save 文件，另存新的。旧密钥留在密钥文件里，旧备份还要用它。")
    return 0


def _reseal() -> int:
    with environment.database():
        schema.require_ready()
        from gridwalk.accounts.rules import SYSTEM
        from gridwalk.core import clock
        from gridwalk.operations.resealing import actions

        done = actions.reseal(actor=SYSTEM, at=clock.now())
    output.say(f"重新封好了 {done.n_values:,} 个值、{done.n_files:,} 个文件。")
    if done.n_failed:
        output.complain(f"有 {done.n_failed:,} 个打不开，原样没动：密钥文件里缺当时的密钥，请放回另存的那份再来一次。")
        return 1
    return 0


def _save(target: Path, passphrase_file: Path | None) -> int:
    from gridwalk.operations import keyfiles

    home = environment.home()
    keys.load(home)
    if target.exists():
        raise CommandError(f"{target} 已经有了，没有覆盖。请换一个文件名。")
    if target.absolute().is_relative_to(home):
        raise CommandError("没有存：密钥要存到数据目录以外，最好是另一台机器或 U 盘。")
    text = keys.path_in(home).read_text()
    secretfiles.create(target.absolute(), keyfiles.seal(text, passphrase=_passphrase(passphrase_file, twice=True)))
    (home / NOTE).write_text(json.dumps({"keys": _marks(home)}))
    output.say(f"密钥另存好了：{target}。密语记在纸上分开保管：文件和密语缺一样都打不开。")
    return 0


def is_saved_apart() -> bool:
    """Whether every present key has been saved apart."""
    home = environment.home()
    try:
        saved: list[str] = json.loads((home / NOTE).read_text())["keys"]
    except (OSError, ValueError, KeyError):
        return False
    return set(_marks(home)) <= set(saved)


def _marks(home: Path) -> list[str]:
    from gridwalk.operations.backups import marks

    keyring = keys.load(home)
    return sorted(marks.fingerprints(keyring.envelope, keyring.blind_index).values())


def put_back(source: Path, passphrase_file: Path | None) -> None:
    """Write the key file out of the sealed one. Raises CommandError where a key file is there already, KeysError."""
    from gridwalk.operations import keyfiles

    home = environment.home()
    target = keys.path_in(home)
    if target.exists():
        raise CommandError(f"密钥文件已经有了：{target}，没有动它。要换成另存的那份，请先把它移到别处。")
    text = keyfiles.open_(source.read_text(), passphrase=_passphrase(passphrase_file, twice=False))
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    secretfiles.create(target, text)


def _passphrase(given: Path | None, *, twice: bool) -> str:
    if given is not None:
        return given.read_text("utf-8").splitlines()[0].strip() if given.stat().st_size else ""
    if not sys.stdin.isatty():
        raise CommandError("没有做：这里不能问密语，请用 --passphrase-file 指明一个文件。")
    first = getpass.getpass("密语（至少 12 个字）：")
    if twice and first != getpass.getpass("再输一遍："):
        raise CommandError("两遍不一样，没有存。请再来一次。")
    return first
