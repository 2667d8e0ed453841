"""A certificate authority of one installation and a certificate for its server, for trials without the unit's own.

The authority may sign for the given names and addresses only (name constraints, critical): whoever steals its key
cannot pose as anything else to the phones that trust it.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY, AUTHORITY_KEY = "ca.pem", "ca-key.pem"
CERTIFICATE, KEY = "server.pem", "server-key.pem"
AUTHORITY_DAYS, CERTIFICATE_DAYS = 825, 397  # browsers refuse longer ones


def make(folder: Path, names: Sequence[str], *, at: dt.datetime) -> bool:
    """Write authority and certificate for ``names`` (host names, IP addresses) into ``folder``; whether the
    authority is new.

    An authority that may sign for all the names and outlives the certificate is used again: phones need not trust anew.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = _kept(folder, names, at=at)
    authority, authority_key = kept or _authority(names, at=at)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _begun(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])]), key, CERTIFICATE_DAYS, at=at)
        .issuer_name(authority.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    if kept is None:
        _write(folder / AUTHORITY_KEY, _private(authority_key), 0o600)
        _write(folder / AUTHORITY, authority.public_bytes(serialization.Encoding.PEM), 0o644)
    _write(folder / KEY, _private(key), 0o600)
    _write(folder / CERTIFICATE, certificate.public_bytes(serialization.Encoding.PEM), 0o644)
    return kept is None


def expires_at(path: Path) -> dt.datetime:
    """When a certificate in PEM ends. Raises OSError, ValueError."""
    return x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc


def _authority(names: Sequence[str], *, at: dt.datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Gridwalk trial CA {at:%Y-%m-%d}")])
    permitted = [_constraint(name) for name in names]
    signed = (
        _begun(subject, key, AUTHORITY_DAYS, at=at)
        .issuer_name(subject)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .add_extension(
            x509.KeyUsage(
                False,
                False,
                False,
                False,
                False,
                key_cert_sign=True,
                crl_sign=True,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return signed, key


def _begun(
    subject: x509.Name, key: ec.EllipticCurvePrivateKey, days: int, *, at: dt.datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - dt.timedelta(days=1))  # phones whose clock is slow
        .not_valid_after(at + dt.timedelta(days=days))
    )


def _kept(
    folder: Path, names: Sequence[str], *, at: dt.datetime
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None:
    try:
        authority = x509.load_pem_x509_certificate((folder / AUTHORITY).read_bytes())
        key = serialization.load_pem_private_key((folder / AUTHORITY_KEY).read_bytes(), None)
        constraints = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return None
    outlives = authority.not_valid_after_utc >= at + dt.timedelta(days=CERTIFICATE_DAYS)
    fits = all(_constraint(name) in (constraints.permitted_subtrees or []) for name in names)
    return (authority, key) if isinstance(key, ec.EllipticCurvePrivateKey) and outlives and fits else None


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _constraint(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_network(name))
    except ValueError:
        return x509.DNSName(name)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, data: bytes, mode: int) -> None:
    partial = path.with_suffix(".part")
    partial.unlink(missing_ok=True)
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as out:
        out.write(data)
    partial.replace(path)
