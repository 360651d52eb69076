"""Sign badges, and tell whether one is ours (`bot.ports.Badges`)."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from bot.core.ending.badge import Issuer, claims, credential
from bot.core.ending.certificate import Certificate

#: the one that every verifier of Open Badges has to know. Source: Open Badges 3.0, §8.2.3
ALGORITHM, BITS, EXPONENT = "RS256", 2048, 65_537
Json = Mapping[str, Any]


class Key:
    """The key that badges are signed with."""

    def __init__(self, pem: str) -> None:
        self._private = serialization.load_pem_private_key(pem.encode(), password=None)
        if not isinstance(self._private, rsa.RSAPrivateKey):
            raise TypeError("badges are signed with an RSA key")
        self.public = self._private.public_key()

    @property
    def jwk(self) -> dict[str, Any]:
        """Return the public half, as others may have it."""
        made: dict[str, Any] = RSAAlgorithm.to_jwk(self.public, as_dict=True)
        return {name: made[name] for name in ("e", "kty", "n")}

    @property
    def did(self) -> str:
        """Return an id of the issuer that is the key itself. Source: the method did:jwk."""
        text = json.dumps(self.jwk, separators=(",", ":"), sort_keys=True)
        return "did:jwk:" + base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()

    def sign(self, badge: dict[str, Any]) -> str:
        """Return the badge as a compact JWS."""
        return jwt.encode(claims(badge), self._private, ALGORITHM, headers={"jwk": self.jwk})  # type: ignore[arg-type]

    def read(self, token: str) -> Json | None:
        """Return what the badge says; None when it was not signed with this key, or changed since."""
        try:
            said: Json = jwt.decode(token.strip(), self.public, [ALGORITHM], options={"require": ["iss", "jti", "nbf"]})
        except (jwt.InvalidTokenError, ValueError):
            return None
        return said


def new_key() -> str:
    """Return a new key, as PEM."""
    made = rsa.generate_private_key(EXPONENT, BITS)
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return made.private_bytes(serialization.Encoding.PEM, form, plain).decode()


class SignedBadges:
    """Badges of one workshop. `kept` returns the key that is kept, '' for none yet; `keep` keeps a new one."""

    def __init__(
        self,
        workshop: str,
        issuer: Issuer,
        kept: Callable[[], Awaitable[str]],
        keep: Callable[[str], Awaitable[None]],
    ) -> None:
        self._workshop = workshop
        self._issuer = issuer
        self._kept = kept
        self._keep = keep
        self._key: Key | None = None
        self._making = asyncio.Lock()

    async def sign(self, given: Certificate, number: str, at: datetime) -> str:
        """Return the badge of a certificate as a signed JWT."""
        key = await self.key()
        issuer = Issuer(self._issuer.id or key.did, self._issuer.name)
        return key.sign(credential(given, number, self._workshop, issuer, at))

    async def key(self) -> Key:
        """Return the key, made when it is first needed."""
        async with self._making:
            if self._key is None:
                pem = await self._kept()
                if not pem:
                    pem = await asyncio.to_thread(new_key)
                    await self._keep(pem)
                self._key = await asyncio.to_thread(Key, pem)
            return self._key
