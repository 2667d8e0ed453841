"""What a backup says about itself: version, keys by fingerprint, rows and hashes of every table, hashes of
every member.
"""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from gridwalk.core import envelope
from gridwalk.operations.backups import marks
from gridwalk.operations.backups.errors import BackupError

FORMAT = 1
PURPOSE = "gridwalk backup v1"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Manifest:
    """``tables``: name → [rows, hash]; ``members``: name → [bytes, SHA-256] of the plain text; ``server``:
    PostgreSQL's number.
    """

    id: str
    made_at: str
    program: str
    migrations: list[str]
    server: int
    alg: str
    key_id: str
    fingerprints: dict[str, str]
    tables: dict[str, list[Any]]
    members: dict[str, list[Any]]
    n_missing_files: int = 0

    @property
    def n_rows(self) -> int:
        return sum(rows for rows, _ in self.tables.values())

    def key(self, member: str) -> bytes:
        """The key of one member."""
        return derived(self.key_id, self.id, member)

    def render(self) -> str:
        """As it stands in the file, with its seal."""
        plain = {"format": FORMAT, **dataclasses.asdict(self)}
        return json.dumps({**plain, "mac": _mac(plain)}, ensure_ascii=False, indent=1)


def parse(text: str) -> Manifest:
    """The manifest of a file. Raises BackupError: another format, other keys, a changed manifest."""
    try:
        plain: dict[str, Any] = json.loads(text)
        mac, number = plain.pop("mac"), plain.pop("format")
    except (ValueError, KeyError, AttributeError) as error:
        raise BackupError("这不是网格走访的备份文件，没有恢复，现有数据没有动。") from error
    if number != FORMAT:
        raise BackupError("这份备份是另一种格式（别的版本做的），没有恢复，现有数据没有动。请用当初的版本恢复。")
    try:
        manifest = Manifest(**plain)
    except TypeError as error:
        raise BackupError("备份的清单读不了，没有恢复，现有数据没有动。请换一份备份。") from error
    require_keys(manifest.fingerprints, marks.fingerprints(settings.ENVELOPE_KEYS, settings.BLIND_INDEX_KEY))
    if not hmac.compare_digest(mac, _mac({"format": number, **plain})):
        raise BackupError("备份的清单被改过，没有恢复，现有数据没有动。请换一份备份。")
    return manifest


def require_keys(wanted: Mapping[str, str], ours: Mapping[str, str]) -> None:
    """Raises BackupError unless every key the backup was made under is one of ours."""
    if any(ours.get(key_id) != value for key_id, value in wanted.items()):
        raise BackupError(
            "这份备份是用另一套密钥做的，现在的密钥文件打不开它。没有恢复，现有数据没有动。"
            "请把做备份时的密钥文件放回数据目录（或用 --keys 指明另存的密钥），再恢复。"
        )


def derived(key_id: str, backup_id: str, member: str) -> bytes:
    """32 bytes for one member of one backup. Raises BackupError."""
    key = settings.ENVELOPE_KEYS.get(key_id)
    if key is None:
        raise BackupError("做这份备份的密钥不在密钥文件里，没有恢复，现有数据没有动。请放回做备份时的密钥文件。")
    return envelope.derive(key, salt=backup_id, purpose=f"{PURPOSE}|{member}")


def _mac(plain: Mapping[str, Any]) -> str:
    key = derived(plain["key_id"], plain["id"], "manifest")
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
