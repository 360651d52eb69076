"""A certificate as a credential that other systems understand (Open Badges 3.0). Pure.

Source: 1EdTech, Open Badges 3.0 (imsglobal.org/spec/ob/v3p0): AchievementCredential, its schema, and §8.2 (VC-JWT).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.core.ending.certificate import Certificate

CONTEXTS = ("https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who says so. `id` is a did or an https address."""

    id: str
    name: str


def credential(given: Certificate, number: str, workshop: str, issuer: Issuer, at: datetime) -> Json:
    """Return the credential, without a proof; the same for the same certificate. `at` is when it was earned.

    The learner is called by their name and by an id made of the certificate's number: nothing of Slack's is in it.
    """
    earned = at.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
    skips = f" and skipped {given.skipped}" if given.skipped else ""
    steps = f"{given.passed} step{'' if given.passed == 1 else 's'}"
    achievement = {
        "id": urn(issuer.id, workshop),
        "type": ["Achievement"],
        "name": given.title,
        "description": f"Went through the {given.title}, hands on.",
        "criteria": {
            "narrative": "Each step was checked in containers, from outside of what the learner had built; what was "
            "skipped is said here.\n\n"
            + "\n".join(f"- {each.id} {each.title}: {_section(each.passed, each.skipped)}" for each in given.sections)
        },
    }
    called = {"type": "IdentityObject", "hashed": False, "identityHash": given.name, "identityType": "ext:displayName"}
    subject = {
        "id": urn(issuer.id, number, "learner"),
        "type": ["AchievementSubject"],
        **({"identifier": [called]} if given.name else {}),
        "licenseNumber": number,
        "narrative": f"Passed {steps}{skips}.",
        "achievement": achievement,
    }
    return {
        "@context": list(CONTEXTS),
        "id": urn(issuer.id, number, earned),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": given.title,
        "issuer": {"id": issuer.id, "type": ["Profile"], "name": issuer.name},
        "validFrom": earned,
        "awardedDate": earned,
        "credentialSubject": subject,
    }


def claims(badge: Json) -> Json:
    """Return what is signed: the credential, and the claims that say the same in a JWT's own words."""
    begins = int(datetime.fromisoformat(badge["validFrom"]).timestamp())
    of = {"iss": badge["issuer"]["id"], "jti": badge["id"], "sub": badge["credentialSubject"]["id"], "nbf": begins}
    return {**badge, **of}


def urn(*parts: str) -> str:
    """Return an address that names what these parts name, and leads nowhere."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, chr(0).join(parts))}"


def _section(passed: int, skipped: int) -> str:
    return f"{passed} passed, {skipped} skipped" if skipped else f"{passed} passed"
