"""Who is on a learner's network, and what a name leads to when it is asked from there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.core.evidence import DnsSeen, MemberSeen, NetworkSeen
from bot.core.specs import DnsSpec
from bot.errors import HostError
from bot.sandbox.names import Owner
from bot.sandbox.pool import Verifiers
from bot.sandbox.setup import Setup
from bot.sandbox.things import Container, Raw

ASK_S = 5.0


async def network_seen(setup: Setup, owner: Owner, members: Sequence[Container | None]) -> NetworkSeen:
    """Return the learner's networks, and those that each of the containers is on."""
    found = await setup.host.networks(*owner.labels, "docent.kind=network")
    names = (str((raw.get("Labels") or {}).get("docent.name", "")) for raw in found)
    seen = await asyncio.gather(*(_member(setup, owner, each) for each in members))
    return NetworkSeen(tuple(sorted(filter(None, names))), tuple(seen))


async def _member(setup: Setup, owner: Owner, container: Container | None) -> MemberSeen:
    joined = await _joined(setup, container)
    if container is None or joined is None:
        return MemberSeen()
    # the engine adds the beginning of the container's id to its names
    names = {
        owner.public_network(name): tuple(each for each in raw.get("Aliases") or () if each != container.id[:12])
        for name, raw in joined.items()
    }
    return MemberSeen(container.name, names)


async def _joined(setup: Setup, container: Container | None) -> dict[str, Raw] | None:
    """Return the networks of a running container, None for one that does not run."""
    raw = await setup.host.inspect(container.id) if container and container.running else None
    return None if raw is None else dict((raw.get("NetworkSettings") or {}).get("Networks") or {})


async def dns_seen(
    setup: Setup, owner: Owner, verifiers: Verifiers, spec: DnsSpec, container: Container | None
) -> DnsSeen:
    """Return what the name leads to, asked by our verifier as any container on the network would ask."""
    joined = await _joined(setup, container)
    if container is None or joined is None:
        return DnsSeen()
    addresses = tuple(str(raw["IPAddress"]) for raw in joined.values() if raw.get("IPAddress"))
    if owner.joined(spec.network) not in joined:
        return DnsSeen(container.name, addresses=addresses)
    said = await verifiers.ask(owner, {"op": "dns", "name": spec.name}, deadline_s=ASK_S)
    if said.get("error") not in (None, "no-such-host"):
        raise HostError(f"The verifier could not look a name up: {said.get('say')}")
    found = tuple(said.get("addresses") or ())
    open_ = bool(found) and await _open(owner, verifiers, found[0], spec.port)
    return DnsSeen(container.name, True, addresses, found, open_)


async def _open(owner: Owner, verifiers: Verifiers, address: str, port: int) -> bool:
    question = {"op": "tcp", "host": address, "port": port, "timeout_s": 1}
    return bool((await verifiers.ask(owner, question, deadline_s=ASK_S)).get("ok"))
