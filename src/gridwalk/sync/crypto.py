"""Signatures of devices and the sealed outbox; bytes in, bytes out. Web Crypto's formats on the phone's side.

A request is signed with ECDSA P-256 over ``METHOD\\nPATH\\nAT\\nhex(sha256(body))`` (raw r‖s). A sealed op is
``ephemeral point (65) ‖ iv (12) ‖ ciphertext + tag``: ECDH P-256, HKDF-SHA256, AES-256-GCM with the op id as
associated data.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

INFO = b"gridwalk outbox 1"
POINT, IV, COORDINATE = 65, 12, 32


class NotOurs(Exception):
    """A key, signature or sealed op that is not what it should be."""


def decode(text: str) -> bytes:
    """Base64 in either alphabet, padded or not. Raises NotOurs."""
    try:
        folded = text.replace("-", "+").replace("_", "/").rstrip("=")
        return base64.b64decode(folded + "=" * (-len(folded) % 4), validate=True)
    except ValueError as error:
        raise NotOurs("base64") from error


def encode(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def public_jwk(jwk: object) -> dict[str, str]:
    """The public half of a P-256 key as it is kept. Raises NotOurs."""
    if not isinstance(jwk, Mapping) or jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        raise NotOurs("no P-256 key")
    kept = {"kty": "EC", "crv": "P-256", "x": str(jwk.get("x", "")), "y": str(jwk.get("y", ""))}
    _public_key(kept["x"], kept["y"])
    return kept


@functools.lru_cache(maxsize=4096)
def _public_key(x: str, y: str) -> ec.EllipticCurvePublicKey:
    numbers = (int.from_bytes(decode(x), "big"), int.from_bytes(decode(y), "big"))
    try:
        return ec.EllipticCurvePublicNumbers(*numbers, ec.SECP256R1()).public_key()
    except ValueError as error:
        raise NotOurs("no point of P-256") from error


def signed_text(method: str, path: str, times: str, body: bytes) -> bytes:
    """What a device signs of a request. ``times``: the phone's clock, and the server's as far as the phone knows it."""
    return f"{method}\n{path}\n{times}\n{hashlib.sha256(body).hexdigest()}".encode()


def verify(jwk: Mapping[str, str], signature: str, message: bytes) -> None:
    """Raises NotOurs unless the key's owner signed the message."""
    raw = decode(signature)
    if len(raw) != 2 * COORDINATE:
        raise NotOurs("signature")
    r, s = (int.from_bytes(half, "big") for half in (raw[:COORDINATE], raw[COORDINATE:]))
    try:
        _public_key(jwk["x"], jwk["y"]).verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise NotOurs("signature") from error


def new_key() -> tuple[str, dict[str, str]]:
    """(private key as PEM text, public JWK) of a fresh P-256 key."""
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    numbers = private.public_key().public_numbers()
    x, y = (encode(n.to_bytes(COORDINATE, "big")) for n in (numbers.x, numbers.y))
    return pem.decode("ascii"), {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def _cipher(shared: bytes, point: bytes) -> AESGCM:
    return AESGCM(HKDF(hashes.SHA256(), 32, salt=point, info=INFO).derive(shared))


def unseal(private_pem: str, sealed: bytes, *, op: str) -> bytes:
    """What a phone sealed to the server's key. Raises NotOurs."""
    point, iv, ct = sealed[:POINT], sealed[POINT : POINT + IV], sealed[POINT + IV :]
    private = serialization.load_pem_private_key(private_pem.encode("ascii"), None)
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise NotOurs("key")
    try:
        ephemeral = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        return _cipher(private.exchange(ec.ECDH(), ephemeral), point).decrypt(iv, ct, op.encode())
    except (InvalidTag, ValueError) as error:
        raise NotOurs("sealed op") from error


def seal(public: Mapping[str, str], clear: bytes, *, op: str, iv: bytes) -> bytes:
    """What a phone does to an op; the tests' phones and the paper trail of the format."""
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    point = ephemeral.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    shared = ephemeral.exchange(ec.ECDH(), _public_key(public["x"], public["y"]))
    return point + iv + _cipher(shared, point).encrypt(iv, clear, op.encode())
