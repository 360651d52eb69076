"""Badges that others can verify: by a JOSE library and an Open Badges library that are not ours."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS, InvalidJWSSignature
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier
from typer.testing import CliRunner

from bot.cli import app
from bot.core.ending.badge import Issuer, claims, credential
from bot.core.ending.certificate import Certificate, SectionDone
from bot.progress.store import open_store
from bot.reports.badges import Key, SignedBadges, new_key
from bot.wiring import BADGE_KEY, DATABASE

AT = datetime(2026, 11, 20, 15, 30, 12, 345, tzinfo=UTC)
PEM = new_key()
ISSUER = Issuer("https://example.org/issuer", "Example Ltd")
GIVEN = Certificate("Ada Lovelace", "Docker workshop", date(2026, 11, 20), (SectionDone("01", "Overview", 4, 1),))
NUMBER = "7FQ2-KXMA-P3ZD"

#: what the schema requires, by class. Source: achievementcredentialv3p0.schema.json (purl.imsglobal.org/spec/ob/v3p0)
REQUIRED = {
    "": ("@context", "id", "type", "name", "credentialSubject", "issuer", "validFrom"),
    "issuer": ("id", "type"),
    "credentialSubject": ("type", "achievement"),
    "credentialSubject.achievement": ("id", "type", "criteria", "description", "name"),
    "credentialSubject.identifier.0": ("type", "hashed", "identityHash", "identityType"),
}


class Kept:
    """Where a key is kept."""

    def __init__(self, pem: str = "") -> None:
        self.pem = pem
        self.writes = 0

    async def read(self) -> str:
        return self.pem

    async def write(self, pem: str) -> None:
        self.pem = pem
        self.writes += 1


def signed(given: Certificate = GIVEN, issuer: Issuer = ISSUER, pem: str = PEM) -> str:
    kept = Kept(pem)
    return asyncio.run(SignedBadges("docker", issuer, kept.read, kept.write).sign(given, NUMBER, AT))


def opened(token: str, key: Mapping[str, str]) -> dict[str, Any]:
    """Return what a badge says to whoever has the public key, by a library that is not ours."""
    read = JWS()
    read.deserialize(token, JWK(**key))
    found: dict[str, Any] = json.loads(read.payload)
    return found


def pem_of(key: Mapping[str, str]) -> bytes:
    return bytes(JWK(**key).export_to_pem())


def header(token: str) -> dict[str, Any]:
    part = token.split(".", maxsplit=1)[0]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def test_a_library_that_is_not_ours_verifies_the_signature_with_the_key_in_the_header() -> None:
    token = signed()
    head = header(token)
    assert head == {"alg": "RS256", "typ": "JWT", "jwk": Key(PEM).jwk}
    assert "d" not in head["jwk"]
    payload = opened(token, head["jwk"])
    assert payload["credentialSubject"]["narrative"] == "Passed 4 steps and skipped 1."
    assert payload["nbf"] == int(AT.timestamp())
    begun, said, seal = token.split(".")
    with pytest.raises(InvalidJWSSignature):
        opened(f"{begun}.{said[:-4]}AAAA.{seal}", head["jwk"])
    with pytest.raises(InvalidJWSSignature):
        opened(token, Key(new_key()).jwk)


@pytest.mark.parametrize("name", ["Ada Lovelace", "ليلى الخوارزمي", "🚀", "", '"><script>', "N" * 80])
def test_a_library_for_open_badges_takes_it(name: str) -> None:
    given = Certificate(name, GIVEN.title, GIVEN.on, GIVEN.sections)
    found = OB3Verifier(pem_of(Key(PEM).jwk)).verify(signed(given))
    assert found.issuer.id == "https://example.org/issuer"
    assert found.achievement.name == "Docker workshop"
    with pytest.raises(OB3VerificationError):
        OB3Verifier(pem_of(Key(new_key()).jwk)).verify(signed(given))


def test_everything_that_the_specification_requires_is_there() -> None:
    badge = claims(credential(GIVEN, NUMBER, "docker", ISSUER, AT))
    for path, names in REQUIRED.items():
        part: Any = badge
        for step in filter(None, path.split(".")):
            part = part[int(step)] if step.isdigit() else part[step]
        assert isinstance(part, Mapping)
        assert set(names) <= part.keys(), path
    assert (badge["iss"], badge["jti"], badge["sub"]) == (
        badge["issuer"]["id"],
        badge["id"],
        badge["credentialSubject"]["id"],
    )


def test_an_issuer_without_an_address_is_its_key() -> None:
    token = signed(issuer=Issuer("", "Our workspace"))
    issuer = Key(PEM).read(token)["issuer"]["id"]  # type: ignore[index] # it is ours
    method, _, text = issuer.rpartition(":")
    assert method == "did:jwk"
    assert json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))) == header(token)["jwk"]


def test_the_same_certificate_gives_the_same_badge_and_another_learner_another() -> None:
    ours, again, other = (credential(GIVEN, number, "docker", ISSUER, AT) for number in (NUMBER, NUMBER, "OTHER"))
    assert ours == again
    assert ours["id"] != other["id"]
    assert ours["credentialSubject"]["id"] != other["credentialSubject"]["id"]
    assert ours["credentialSubject"]["achievement"]["id"] == other["credentialSubject"]["achievement"]["id"]


@given(st.text(max_size=400))
def test_no_text_is_a_badge_of_ours(text: str) -> None:
    assert KEY.read(text) is None


KEY = Key(PEM)


async def test_a_key_is_made_once_and_kept() -> None:
    kept = Kept()
    badges = SignedBadges("docker", ISSUER, kept.read, kept.write)
    tokens = await asyncio.gather(*(badges.sign(GIVEN, NUMBER, AT) for _ in range(3)))
    assert kept.writes == 1
    again = SignedBadges("docker", ISSUER, kept.read, kept.write)
    assert (await again.key()).read(tokens[0]) is not None
    assert kept.writes == 1


def test_a_badge_is_verified_on_the_command_line(tmp_path: Path) -> None:
    asyncio.run(keep(tmp_path))
    (tmp_path / "badge.jwt").write_text(signed() + "\n")
    (tmp_path / "forged.jwt").write_text(signed(pem=new_key()))
    data = ["--data", str(tmp_path)]
    told = CliRunner().invoke(app, ["badge", "verify", str(tmp_path / "badge.jwt"), *data])
    assert told.exit_code == 0, told.output
    assert "Ada Lovelace: Docker workshop, earned on 2026-11-20. Passed 4 steps and skipped 1." in told.stdout
    as_json = CliRunner().invoke(app, ["badge", "verify", "-", "--json", *data], input=signed())
    assert json.loads(as_json.stdout)["credentialSubject"]["licenseNumber"] == NUMBER
    for file in (tmp_path / "forged.jwt", tmp_path / DATABASE):
        assert "not signed here" in CliRunner().invoke(app, ["badge", "verify", str(file), *data]).stdout
    published = json.loads(CliRunner().invoke(app, ["badge", "key", *data]).stdout)
    assert opened(signed(), published["keys"][0])["name"] == "Docker workshop"


async def keep(folder: Path) -> None:
    store = await open_store(folder / DATABASE)
    await store.remember(BADGE_KEY, PEM)
    await store.close()
