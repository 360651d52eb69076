"""What goes to the canary and what it tells, in the engine's words and in ours. Pure."""

from __future__ import annotations

import contextlib
import ipaddress
import json
from collections.abc import Mapping
from typing import Any

from bot.sandbox import recipe
from bot.sandbox.gate.canary import ENTRYPOINT
from bot.sandbox.gate.judging import Saw
from bot.sandbox.gate.listener import Heard
from bot.sandbox.names import Owner

#: What the engine gives to a RUN line. Source: moby `oci/caps/defaults.go`.
ENGINE_CAPABILITIES = (
    *recipe.CAPABILITIES,
    *("AUDIT_WRITE", "FSETID", "MKNOD", "NET_RAW", "SETFCAP", "SETPCAP", "SYS_CHROOT"),
)
#: Source: Linux `include/uapi/linux/capability.h`.
NUMBERS = dict(  # noqa: C408 - fourteen names read better bare
    CHOWN=0,
    DAC_OVERRIDE=1,
    FOWNER=3,
    FSETID=4,
    KILL=5,
    SETGID=6,
    SETUID=7,
    SETPCAP=8,
    NET_BIND_SERVICE=10,
    NET_RAW=13,
    SYS_CHROOT=18,
    MKNOD=27,
    AUDIT_WRITE=29,
    SETFCAP=31,
)


def run_line(question: Mapping[str, Any]) -> str:
    """Return the RUN line that starts the canary."""
    return "RUN " + json.dumps([*ENTRYPOINT, json.dumps(question)])


def events(stream: bytes) -> list[Mapping[str, Any]]:
    """Return the events of a build's stream; a line that was cut is left out."""
    found: list[Mapping[str, Any]] = []
    for line in stream.splitlines():
        with contextlib.suppress(ValueError):
            event = json.loads(line)
            found += [event] if isinstance(event, dict) else []
    return found


def told(text: str, nonce: str) -> dict[str, Saw]:
    """Return what the canary told, by attack; lines without the nonce are not its own."""
    seen: dict[str, Saw] = {}
    for line in text.splitlines():
        start = line.find('{"nonce"')  # before it may stand the frame of the engine's stream
        with contextlib.suppress(ValueError, KeyError, TypeError):
            said = json.loads(line[start:]) if start >= 0 else {}
            if said.pop("nonce", "") == nonce:
                attack = str(said.pop("attack"))
                saw = Saw(str(said.pop("got")), str(said.pop("why")), float(said.pop("at")), said)
                seen[attack] = saw
    return seen


def hits(heard: Heard) -> Saw:
    """Return what was heard on the host."""
    return Saw("succeeded" if heard.hits else "stopped", ", ".join(heard.by[:3]), heard.hits)


def mask(names: tuple[str, ...]) -> int:
    """Return capabilities as the kernel writes them."""
    return sum(1 << NUMBERS[name] for name in set(names))


def gateways(networks: list[Mapping[str, Any]], owner: Owner) -> tuple[list[str], list[str]]:
    """Return the first addresses of the owner's network, and those of the other networks, where the host may be."""
    own: list[str] = []
    others: list[str] = []
    for network in networks:
        for config in (network.get("IPAM") or {}).get("Config") or ():
            with contextlib.suppress(ValueError):
                first = config.get("Gateway") or str(next(ipaddress.ip_network(config.get("Subnet", "")).hosts()))
                (own if network.get("Name") == owner.network else others).append(str(first).split("/")[0])
    # docker0 and its like come first: a class has hundreds of networks of ours, all alike
    return own, sorted(others, key=lambda address: address.startswith("10.200."))[:3]
