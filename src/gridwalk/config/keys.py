"""The key file: Django's secret, the envelope keys and the blind-index key, outside the database, mode 0600."""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import secrets
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from gridwalk.config import secretfiles

NAME = "keys.json"
LOOK_SECONDS = 5


class KeyFileError(Exception):
    """No key file, or one that cannot be used; the text says what to do."""


@dataclasses.dataclass(frozen=True)
class Keys:
    """``envelope``: key id → 32 bytes; ``active``: the id new values are sealed under."""

    django_secret: str
    envelope: dict[str, bytes]
    active: str
    blind_index: bytes


def path_in(home: Path) -> Path:
    """Where the key file of a data directory lies."""
    return home / NAME


def create(home: Path) -> Path:
    """Make a key file with fresh keys; an existing one is never overwritten (its data would be unreadable)."""
    path = path_in(home)
    content = {
        "django_secret": secrets.token_urlsafe(48),
        "envelope": {"k1": base64.b64encode(secrets.token_bytes(32)).decode()},
        "active": "k1",
        "blind_index": base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        secretfiles.create(path, json.dumps(content, indent=1))
    except FileExistsError as error:
        raise KeyFileError(f"密钥文件已经有了：{path}。没有动它，照常使用即可。") from error
    except OSError as error:
        raise KeyFileError(f"写不了密钥文件 {path}（{error.strerror}）。请检查目录是否只读、磁盘是否已满。") from error
    return path


def load(home: Path) -> Keys:
    """The keys of a data directory. Raises KeyFileError in plain Chinese."""
    path = path_in(home)
    try:
        content = json.loads(path.read_text())
        keys = Keys(
            content["django_secret"],
            {key_id: base64.b64decode(key, validate=True) for key_id, key in content["envelope"].items()},
            content["active"],
            base64.b64decode(content["blind_index"], validate=True),
        )
        if keys.active not in keys.envelope or {len(k) for k in [*keys.envelope.values(), keys.blind_index]} != {32}:
            raise ValueError("keys of a wrong length")
        return keys
    except FileNotFoundError as error:
        raise KeyFileError(
            f"没有找到密钥文件 {path}。第一次用请运行 gridwalk init；"
            "若数据已在用，请把备份的密钥文件放回原处，没有它证件号和电话打不开。"
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise KeyFileError(f"密钥文件 {path} 读不了或已损坏。请把备份的密钥文件放回原处。") from error


class Ring(Mapping[str, bytes]):
    """The envelope keys by id, read again when the key file changes: a change of keys needs no restart.

    A program that has not looked yet goes on sealing under the former key, which stays in the file; a value under a
    key it does not know makes it look at once.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._keys = load(home)
        self._stamp = self._stamp_now()
        self._looked = time.monotonic()

    @property
    def active(self) -> str:
        if time.monotonic() - self._looked > LOOK_SECONDS:
            self._look()
        return self._keys.active

    def __getitem__(self, key_id: str) -> bytes:
        if key_id not in self._keys.envelope:
            self._look()
        return self._keys.envelope[key_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys.envelope)

    def __len__(self) -> int:
        return len(self._keys.envelope)

    def _look(self) -> None:
        self._looked = time.monotonic()
        stamp = self._stamp_now()
        if stamp not in {self._stamp, None}:
            self._keys = load(self._home)
            self._stamp = stamp

    def _stamp_now(self) -> tuple[int, int] | None:
        try:
            status = path_in(self._home).stat()
        except OSError:  # lost while we run: the keys we have go on working
            return None
        return status.st_mtime_ns, status.st_ino


def rotate(home: Path) -> str:
    """Add a fresh envelope key and make it the active one; the former ones stay.

    Returns its id. Raises KeyFileError.
    """
    keys = load(home)
    path = path_in(home)
    number = 1 + max((int(k[1:]) for k in keys.envelope if k[1:].isdigit()), default=0)
    content = json.loads(path.read_text())
    content["envelope"][f"k{number}"] = base64.b64encode(secrets.token_bytes(32)).decode()
    content["active"] = f"k{number}"
    partial = path.with_name(f"{NAME}.{os.getpid()}.part")
    try:
        secretfiles.create(partial, json.dumps(content, indent=1))
        partial.replace(path)
    except OSError as error:
        raise KeyFileError(f"写不了密钥文件 {path}（{error.strerror}），密钥没有换。请检查目录和磁盘。") from error
    finally:
        partial.unlink(missing_ok=True)
    return f"k{number}"
