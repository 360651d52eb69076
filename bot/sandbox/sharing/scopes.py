"""What a client asks for, and what of it a learner gets: their own namespace, and nothing else. Pure.

Source: distribution `docs/spec/auth/scope.md`: `repository:NAME:ACTION,ACTION`, several parted by blanks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.handin.reference import Reference, parse_reference
from bot.sandbox.sharing.issuer import Access

SCOPE = re.compile(r"repository:([a-z0-9._/-]{1,255}):([a-z,*]{1,60})")
MOST = 20  #: scopes in one question
LEARNERS_MAY = ("pull", "push")


def granted(namespace: str, scopes: Iterable[str], may: Iterable[str] = LEARNERS_MAY) -> tuple[Access, ...]:
    """Return what the owner of a namespace may do of what was asked; what they may not is left out silently.

    That is how the registry's protocol has it: a client learns of a refusal when it uses the token.
    """
    asked = [scope for several in scopes for scope in several.split()][:MOST]
    found = []
    for scope in asked:
        match = SCOPE.fullmatch(scope)
        if match is None or not owns(namespace, match[1]):
            continue
        actions = tuple(action for action in may if action in match[2].split(","))
        if actions:
            found.append(Access(match[1], actions))
    return tuple(found)


def owns(namespace: str, repository: str) -> bool:
    """Tell whether a repository lies in the namespace: `ada/getting-started` in `ada`."""
    reference = parse_reference(repository)
    if not isinstance(reference, Reference) or reference.domain or reference.tag or reference.digest:
        return False
    first, slash, rest = reference.path.partition("/")
    return bool(namespace and slash and rest) and first == namespace
