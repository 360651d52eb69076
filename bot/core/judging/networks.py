"""Judge who is on which network, and what a name leads to there."""

from __future__ import annotations

from bot.core.evidence import DnsSeen, MemberSeen, NetworkSeen
from bot.core.judging.images import close, listed
from bot.core.results import Failed, NotYet, Passed, Result
from bot.core.specs import DnsSpec, Member, NetworkSpec

NETWORK_CODES = frozenset(
    {"NO_NETWORK", "CLOSE_NETWORK", "NOT_RUNNING", "DEFAULT_NETWORK", "OTHER_NETWORK", "NO_ALIAS"}
)
DNS_CODES = frozenset({"NOT_RUNNING", "NOT_ON_NETWORK", "NO_SUCH_NAME", "NAME_ELSEWHERE", "PORT_CLOSED"})
DEFAULT = "bridge"


def codes_for(spec: NetworkSpec) -> frozenset[str]:
    """Return the codes that this spec can fail with."""
    if not spec.members:
        return frozenset({"NO_NETWORK", "CLOSE_NETWORK"})
    return NETWORK_CODES if any(member.alias for member in spec.members) else NETWORK_CODES - {"NO_ALIAS"}


def judge_network(spec: NetworkSpec, seen: NetworkSeen) -> Result:
    """Return whether the network is there with all its members; the first that is amiss decides."""
    if spec.network not in seen.networks:
        near = close(spec.network, seen.networks)
        if near:
            return Failed("CLOSE_NETWORK", expected=spec.network, observed=near)
        return Failed("NO_NETWORK", expected=spec.network, observed=listed(seen.networks, "no network of your own"))
    for member, found in zip(spec.members, seen.members, strict=True):
        failed = _member(spec.network, member, found)
        if failed:
            return failed
    names = " and ".join(found.container for found in seen.members)
    return Passed(f"{names} on {spec.network}" if names else f"{spec.network} is there")


def _member(network: str, member: Member, found: MemberSeen) -> Failed | None:
    if not found.container:
        expected = f"a running container of {member.image}"
        return Failed("NOT_RUNNING", expected, observed=f"no running container of {member.image}")
    wanted = f"{found.container} on {network}"
    if network not in found.joined:
        others = [name for name in found.joined if name != DEFAULT]
        if others:
            return Failed("OTHER_NETWORK", wanted, observed=f"{found.container} on {', '.join(others)}")
        where = "on the default network" if found.joined else "on no network"
        return Failed("DEFAULT_NETWORK", wanted, observed=f"{found.container} {where}")
    if member.alias and member.alias not in found.joined[network]:
        own = [name for name in found.joined[network] if name != found.container]
        observed = (
            f"{found.container}, also called {', '.join(own)}" if own else f"{found.container} without other names"
        )
        return Failed("NO_ALIAS", expected=f"the name {member.alias}", observed=observed)
    return None


def judge_dns(spec: DnsSpec, seen: DnsSeen, *, last: bool = False) -> Result:
    """Return whether the name leads to the container, and something listens at its port."""
    if not seen.container:
        expected = f"a running container of {spec.image}"
        return Failed("NOT_RUNNING", expected, observed=f"no running container of {spec.image}")
    if not seen.joined:
        return Failed("NOT_ON_NETWORK", expected=f"{seen.container} on {spec.network}", observed="it is not there")
    wanted = f"{spec.name} to lead to {seen.container}"
    if not seen.found:
        return Failed("NO_SUCH_NAME", wanted, observed=f"nothing called {spec.name}")
    elsewhere = [address for address in seen.found if address not in seen.addresses]
    if elsewhere:
        also = "also " if len(elsewhere) < len(seen.found) else ""
        return Failed("NAME_ELSEWHERE", wanted, observed=f"{spec.name} {also}leading to {elsewhere[0]}")
    if not seen.open:
        if not last:
            return NotYet(f"{seen.container} is starting")
        return Failed(
            "PORT_CLOSED", expected=f"port {spec.port} open", observed=f"{spec.name} with port {spec.port} closed"
        )
    return Passed(f"{spec.name} leads to {seen.container}, port {spec.port} is open")
