"""The key file: Django's secret, the envelope keys and the blind-index key, outside the database, mode 0600."""

from __future__ import annotations

import base64
import dataclasses
import json
import secrets
from pathlib import Path

from gridwalk.config import secretfiles

NAME = "keys.json"


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
        found = Keys(
            content["django_secret"],
            {key_id: base64.b64decode(key, validate=True) for key_id, key in content["envelope"].items()},
            content["active"],
            base64.b64decode(content["blind_index"], validate=True),
        )
        if found.active not in found.envelope or {len(k) for k in [*found.envelope.values(), found.blind_index]} != {
            32
        }:
            raise ValueError("keys of a wrong length")
        return found
    except FileNotFoundError as error:
        raise KeyFileError(
            f"没有找到密钥文件 {path}。第一次用请运行 gridwalk init；"
            "若数据已在用，请把备份的密钥文件放回原处，没有它证件号和电话打不开。"
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise KeyFileError(f"密钥文件 {path} 读不了或已损坏。请把备份的密钥文件放回原处。") from error
