"""The envelope in which ID and phone numbers lie wherever they are stored (domain.md, red line 4).

A sealed value is the text ``v1|alg|key id|nonce|ct|tag`` (base64url without padding). Its associated data is
``table|column|row``: an envelope copied to another row or column does not open. Equality is answered by a blind index,
an HMAC of the normalised value, never by the envelope itself.
"""

from __future__ import annotations

import binascii
import functools
import hmac
import os
from collections.abc import Callable
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

VERSION = "v1"
PREFIX = VERSION + "|"
NONCE_BYTES, TAG_BYTES = 12, 16
_URL_SAFE, _STANDARD = bytes.maketrans(b"+/", b"-_"), bytes.maketrans(b"-_", b"+/")


class EnvelopeError(Exception):
    """A sealed value that does not open: wrong key, wrong place, or changed bytes."""


class Algorithm(Protocol):
    """One authenticated cipher: returns and takes ``ciphertext + tag``."""

    def encrypt(self, nonce: bytes, data: bytes, aad: bytes) -> bytes: ...
    def decrypt(self, nonce: bytes, data: bytes, aad: bytes) -> bytes: ...


class Sm4Gcm:
    """SM4-GCM (GB/T 32907) for units that must use the national algorithms; the key is the first 16 bytes."""

    def __init__(self, key: bytes) -> None:
        self._cipher = algorithms.SM4(key[:16])

    def encrypt(self, nonce: bytes, data: bytes, aad: bytes) -> bytes:
        encryptor = Cipher(self._cipher, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(aad)
        return encryptor.update(data) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, data: bytes, aad: bytes) -> bytes:
        decryptor = Cipher(self._cipher, modes.GCM(nonce, data[-TAG_BYTES:])).decryptor()
        decryptor.authenticate_additional_data(aad)
        return decryptor.update(data[:-TAG_BYTES]) + decryptor.finalize()


@functools.lru_cache(maxsize=32)
def _algorithm(alg: str, key: bytes) -> Algorithm:
    if alg == "A256GCM":
        return AESGCM(key)
    if alg == "SM4GCM":
        return Sm4Gcm(key)
    raise EnvelopeError(f"unknown algorithm {alg}")


def cipher(alg: str, key: bytes) -> Algorithm:
    """The configured cipher under a key of one's own (backups). Raises EnvelopeError."""
    return _algorithm(alg, key)


def derive(key: bytes, *, salt: str, purpose: str) -> bytes:
    """32 bytes out of ``key`` for one purpose (HKDF-SHA-256, RFC 5869)."""
    return HKDF(SHA256(), 32, salt.encode(), purpose.encode()).derive(key)


def _encode(raw: bytes) -> str:
    return binascii.b2a_base64(raw, newline=False).rstrip(b"=").translate(_URL_SAFE).decode()


def _decode(text: str) -> bytes:
    raw = binascii.a2b_base64(text.encode("ascii").translate(_STANDARD) + b"=" * (-len(text) % 4))
    if _encode(raw) != text:  # it passes over what is no base64
        raise ValueError("not the one spelling of these bytes")
    return raw


def active() -> str:
    """The id of the key new values are sealed under."""
    chosen: str = settings.ENVELOPE_ACTIVE or settings.ENVELOPE_KEYS.active
    return chosen


def seal_bytes(data: bytes, *, aad: str) -> tuple[str, bytes, bytes]:
    """``(key id, nonce, ciphertext + tag)`` of ``data`` under the active key and the configured algorithm."""
    nonce = os.urandom(NONCE_BYTES)
    key_id = active()
    cipher = _algorithm(settings.ENVELOPE_ALG, settings.ENVELOPE_KEYS[key_id])
    return key_id, nonce, cipher.encrypt(nonce, data, aad.encode())


def open_bytes(alg: str, key_id: str, nonce: bytes, data: bytes, *, aad: str) -> bytes:
    """What was sealed. Raises EnvelopeError where key, place or bytes are not those of the sealing."""
    key = settings.ENVELOPE_KEYS.get(key_id)
    if key is None:
        raise EnvelopeError(f"no key {key_id}")
    try:
        return _algorithm(alg, key).decrypt(nonce, data, aad.encode())
    except (InvalidTag, ValueError) as error:  # ValueError: a nonce or tag of no length the cipher knows
        raise EnvelopeError("does not open here") from error


def seal(value: str, *, table: str, column: str, row: object) -> str:
    """The envelope of ``value`` for exactly one place. An empty value stays empty: nothing to hide."""
    return sealer()(value, f"{table}|{column}|{row}") if value else ""


Sealer = Callable[[str, str], str]
"""What seals values, each for its place (``table|column|row``)."""


def sealer() -> Sealer:
    """What seals values of this moment: the key is looked up once for many.

    Nothing is kept of it: who holds it longer would go on under a key that is active no more.
    """
    key_id = active()
    return _sealer(settings.ENVELOPE_ALG, key_id, settings.ENVELOPE_KEYS[key_id])


@functools.lru_cache(maxsize=32)
def _sealer(alg: str, key_id: str, key: bytes) -> Sealer:
    head, encrypt, encode = f"{VERSION}|{alg}|{key_id}|", _algorithm(alg, key).encrypt, binascii.b2a_base64

    def seal(value: str, place: str) -> str:
        nonce = os.urandom(NONCE_BYTES)
        sealed = encrypt(nonce, value.encode(), place.encode())
        parts = (encode(nonce), encode(sealed[:-TAG_BYTES]), encode(sealed[-TAG_BYTES:]))
        return head + b"|".join([part.rstrip(b"=\n") for part in parts]).translate(_URL_SAFE).decode()

    return seal


def open_(envelope: str, *, table: str, column: str, row: object) -> str:
    """The value inside ``envelope``; empty for an empty one. Raises EnvelopeError."""
    if not envelope:
        return ""
    try:
        version, alg, key_id, *parts = envelope.split("|")
        nonce, ct, tag = map(_decode, parts)
    except ValueError as error:
        raise EnvelopeError("not an envelope") from error
    if version != VERSION:
        raise EnvelopeError(f"unknown version {version}")
    return open_bytes(alg, key_id, nonce, ct + tag, aad=f"{table}|{column}|{row}").decode()


def is_sealed(value: object) -> bool:
    """Whether ``value`` is an envelope (nothing a person would type begins like one)."""
    return isinstance(value, str) and value.startswith(PREFIX)


@functools.lru_cache(maxsize=8)
def mark_key(purpose: str) -> bytes:
    """32 bytes for marks of one purpose that lie in the database, whose key does not."""
    return derive(settings.BLIND_INDEX_KEY, salt="gridwalk marks", purpose=purpose)


def blind_index(value: str, *, purpose: str) -> str:
    """32 hex characters that equal for equal normalised values of one purpose (``id_no``, ``phone``);
    empty for empty.
    """
    if not value:
        return ""
    return hmac.digest(settings.BLIND_INDEX_KEY, f"{purpose}|{value}".encode(), "sha256").hex()[:32]
