"""The base images that Docent serves: which, where each comes from, and how it shows that it works.

Each is pulled where a registry answers, else made from packages by its recipe in `deploy/images/`. What is served has
a tag of our own (`docent/node:24-alpine`); learners write `node:24-alpine` and our policy maps it to the pinned ID, so
neither a tag that moves nor another user of the host can change what a class gets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.sandbox.browser import ENTRYPOINT
from bot.sandbox.contexts import Recipe
from bot.sandbox.gate.canary import ENTRYPOINT as CANARY_ENTRYPOINT
from bot.sandbox.verifier import entrypoint


@dataclass(frozen=True, slots=True)
class Row:
    """One image of the catalogue."""

    name: str  #: what learners write, and the key of its pin
    served: str  #: our own tag of what is served
    recipe: Recipe
    section: int  #: first section that needs it
    smoke: tuple[str, ...]  #: a command that shows it works, program first
    expect: str  #: pattern in its output
    pulled: bool = True  #: whether a registry has it
    derived: bool = False  #: whether the recipe also goes on top of what was pulled
    installs: bool = False  #: whether the exercise app's packages must install in it with no network
    base: bool = True  #: whether learners may build on it and run it
    optional: bool = False  #: whether the workshop goes on without it


VERIFIER, REGISTRY, BROWSER, CANARY = "docent-verifier", "registry:2", "docent-browser", "docent-canary"
#: A question to the browser that needs no network.
SMOKE = {"op": "draw", "nonce": "smoke", "width": 64, "height": 64, "deadline_s": 30, "html": "<p>smoke</p>"}

#: In the order in which they are prepared: what the first sections need comes first.
CATALOGUE = (
    Row(
        VERIFIER,
        "docent-verifier:latest",
        Recipe("verifier", ("bot/sandbox/verifier/*.py",)),
        section=1,
        smoke=(*entrypoint(), '{"op": "files", "nonce": "smoke", "paths": ["/docent-verifier"]}'),
        expect='"nonce": "smoke".*"ok": true.*"type": "dir"',
        pulled=False,
        base=False,
    ),
    Row(
        "node:24-alpine",
        "docent/node:24-alpine",
        Recipe("node", ("lessons/docker-workshop/app/package*.json",)),
        section=2,
        smoke=("node", "--version"),
        expect=r"^v24\.",
        derived=True,
        installs=True,
    ),
    Row(
        CANARY,
        "docent-canary:latest",
        Recipe("canary", ("bot/sandbox/gate/canary/*.py",)),
        section=3,
        smoke=(*CANARY_ENTRYPOINT, '{"op": "status", "nonce": "smoke"}'),
        expect='"nonce": "smoke", "attack": "status", "got": "succeeded"',
        pulled=False,
        base=False,
        optional=True,
    ),
    Row(
        BROWSER,
        "docent-browser:latest",
        Recipe("browser", ("bot/sandbox/browser/*.py",)),
        section=3,  # the first picture is offered at the end of section 02, which is done without it as well
        smoke=(*ENTRYPOINT, json.dumps(SMOKE)),
        expect='"nonce": "smoke", "ok": true',
        pulled=False,
        base=False,
        optional=True,
    ),
    Row(
        REGISTRY,
        "docent/registry:2",
        Recipe("registry"),
        section=4,
        smoke=("registry", "--version"),
        expect=r"github\.com/(?:docker/)?distribution",
        base=False,
    ),
    Row(
        "alpine:latest",
        "docent/alpine:latest",
        Recipe("alpine"),
        section=5,
        smoke=("stat", "greeting.txt"),
        expect="^stat: can't stat 'greeting.txt': No such file or directory",
    ),
    Row(
        "ubuntu:latest",
        "docent/ubuntu:latest",
        Recipe("ubuntu"),
        section=6,
        smoke=("bash", "--version"),
        expect="^GNU bash",
    ),
    Row(
        "mysql:8.0",
        "docent/mysql:8.0",
        Recipe("mysql"),
        section=7,
        smoke=("mysqld", "--version"),
        expect=r"^mysqld .*Ver \d+",
        derived=True,
    ),
    Row(
        "nicolaka/netshoot:latest",
        "docent/netshoot:latest",
        Recipe("netshoot"),
        section=7,
        smoke=("dig", "-v"),
        expect=r"^DiG \d+",
    ),
)


def needed_for(sections: Iterable[int]) -> tuple[str, ...]:
    """Return the names of the images that these sections need, in the order to prepare them."""
    last = max(sections, default=0)
    return tuple(row.name for row in CATALOGUE if row.section <= last and not row.optional)


def registry_of(ref: str) -> str:
    """Return the registry that a reference names."""
    first = ref.split("/", maxsplit=1)[0]
    return first if "/" in ref and re.search(r"[.:]|^localhost$", first) else "docker.io"
