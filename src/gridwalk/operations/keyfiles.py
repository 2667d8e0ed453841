"""The keys, sealed with a passphrase in a file of their own: what is kept in another place than the backups."""

from __future__ import annotations

import base64
import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

FORMAT = 1
SHORTEST = 12
_COST = {"n": 1 << 17, "r": 8, "p": 1}
_AAD = b"gridwalk keys v1"


class KeysError(Exception):
    """Sealed keys that cannot be made or opened; the text says what to do."""


def seal(content: str, *, passphrase: str) -> str:
    """The key file's text sealed (scrypt, AES-256-GCM). Raises KeysError for a short passphrase."""
    if len(passphrase) < SHORTEST:
        raise KeysError(f"密语至少 {SHORTEST} 个字，没有存。请换一句长的，例如四五个不相干的词。")
    salt, nonce = os.urandom(16), os.urandom(12)
    sealed = AESGCM(_key(passphrase, salt, _COST)).encrypt(nonce, content.encode(), _AAD)
    parts = {"salt": salt, "nonce": nonce, "sealed": sealed}
    return json.dumps({"format": FORMAT, "kdf": _COST, **{k: base64.b64encode(v).decode() for k, v in parts.items()}})


def open_(text: str, *, passphrase: str) -> str:
    """The key file's text. Raises KeysError."""
    try:
        content: dict[str, Any] = json.loads(text)
        salt, nonce, sealed = (base64.b64decode(content[k], validate=True) for k in ("salt", "nonce", "sealed"))
        cost = {k: int(content["kdf"][k]) for k in ("n", "r", "p")}
        if content["format"] != FORMAT or cost["n"] > 1 << 20 or cost["r"] > 16 or cost["p"] > 4:
            raise ValueError("another format")
    except (ValueError, KeyError, TypeError) as error:
        raise KeysError("这不是另存的密钥文件，什么都没改。") from error
    try:
        return AESGCM(_key(passphrase, salt, cost)).decrypt(nonce, sealed, _AAD).decode()
    except InvalidTag as error:
        raise KeysError("密语不对，或密钥文件被改过。什么都没改，请再试一次。") from error


def _key(passphrase: str, salt: bytes, cost: dict[str, int]) -> bytes:
    return Scrypt(salt=salt, length=32, **cost).derive(passphrase.encode())
