"""Signed tokens for the registry: it trusts one certificate, ours, and does what a token lists.

Source: distribution `docs/spec/auth/jwt.md`, `docs/spec/auth/token.md`. The libraries are loaded on first use: a bot
in which nobody shares anything has no need of them.
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

SERVICE = "docent"  #: audience of a token, and the realm's name
LIVES_S = 300  #: a client asks anew when it is over; Docker's wants at least 60
CERTIFIED_DAYS = 20 * 365
EARLY = timedelta(seconds=60)  #: clocks of two machines need not agree


@dataclass(frozen=True, slots=True)
class Access:
    """What a token opens: one repository, and what may be done there."""

    repository: str
    actions: tuple[str, ...]  #: pull, push, delete
    kind: str = "repository"  #: or `registry`, for the catalog of all


@dataclass(frozen=True, slots=True)
class Issuer:
    """Our key, and the certificate of it that the registry is given."""

    key_pem: bytes = field(repr=False)
    cert_pem: bytes

    def token(self, subject: str, access: Iterable[Access], now: datetime, lives_s: int = LIVES_S) -> str:
        """Return a token for this subject; without access it opens nothing, but proves that they may log in."""
        import jwt
        from cryptography import x509
        from cryptography.hazmat.primitives.serialization import Encoding

        chain = x509.load_pem_x509_certificate(self.cert_pem).public_bytes(Encoding.DER)
        claims = {
            "iss": SERVICE,
            "sub": subject,
            "aud": SERVICE,
            "iat": now,
            "nbf": now - EARLY,
            "exp": now + timedelta(seconds=lives_s),
            "jti": secrets.token_hex(8),
            "access": [{"type": a.kind, "name": a.repository, "actions": list(a.actions)} for a in access],
        }
        headers = {"x5c": [base64.b64encode(chain).decode()]}
        return jwt.encode(claims, self.key_pem, algorithm="ES256", headers=headers)


def open_issuer(folder: Path) -> Issuer:
    """Return the issuer whose key is kept in this folder, readable by us alone; made at the first call."""
    key, cert = folder / "registry.key", folder / "registry.crt"
    if not (key.exists() and cert.exists()):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key_pem, cert_pem = _made()
        cert.write_bytes(cert_pem)
        key.unlink(missing_ok=True)
        with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key_pem)
    return Issuer(key.read_bytes(), cert.read_bytes())


def _made() -> tuple[bytes, bytes]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, SERVICE)])
    now = datetime.now(UTC)
    cert = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=CERTIFIED_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    key_pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return key_pem, cert.public_bytes(Encoding.PEM)
