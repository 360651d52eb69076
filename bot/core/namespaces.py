"""Names under which learners keep images in the registry: short, made from their own name, fit for an image's name."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator

LONGEST = 20
#: on Docker Hub these are other people's, or lessons write them where a learner's own belongs
TAKEN = frozenset(
    {"docker", "library", "docent", "docker0", "nicolaka", "bitnami", "mysql", "node", "alpine", "ubuntu", "registry"}
    | {"name", "you", "your", "yours", "me", "user", "username", "namespace", "root", "admin", "localhost", "learner"}
)


def candidates(name: str) -> Iterator[str]:
    """Yield namespaces for a person of this name, the nicest first, without end: `ada`, `ada2`, `ada3`, …"""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = [word for word in re.split(r"[^a-z0-9]+", plain) if word]
    stem = next((word for word in words if len(word) >= 2 and not word.isdigit()), "")[: LONGEST - 6]
    if stem and stem not in TAKEN:
        yield stem
    for number in itertools.count(2 if stem else 1):
        yield f"{stem or 'learner'}{number}"
