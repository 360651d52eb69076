"""`docker network`: networks that learners make, each closed and theirs alone."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from bot.handin.plan import (
    ConnectNetwork,
    CreateNetwork,
    DisconnectNetwork,
    ListNetworks,
    Output,
    RemoveNetworks,
)
from bot.handin.policy import MOST_NETWORKS
from bot.sandbox import console, listing, sieve
from bot.sandbox.belongings import HEX, containers, which_container
from bot.sandbox.engine import EngineSaid
from bot.sandbox.names import Owner
from bot.sandbox.pool import Networks, Verifiers
from bot.sandbox.refusals import no_container, public
from bot.sandbox.setup import Setup
from bot.sandbox.things import Container, Network, Raw, own_labels

#: Every engine has them; here no container can join `host`.
HOST, NONE = "host", "none"
DRIVERS = {HOST: "host", NONE: "null"}


class UserNetworks:
    """The networks that learners made on this host, beside the one that each has from the start."""

    def __init__(self, setup: Setup, networks: Networks, verifiers: Verifiers) -> None:
        self._setup, self._networks, self._verifiers = setup, networks, verifiers

    async def made(self, owner: Owner) -> tuple[Network, ...]:
        """Return the networks that the learner made, by name."""
        found = await self._setup.host.networks(*owner.labels, "docent.kind=network")
        named = (_network(raw, str((raw.get("Labels") or {}).get("docent.name", ""))) for raw in found)
        return tuple(sorted((each for each in named if each.name), key=lambda each: each.name))

    async def all(self, owner: Owner) -> tuple[Network, ...]:
        """Return all networks that a learner may join, `bridge` first."""
        await self._networks.ensure(owner)
        raw = await self._setup.host.network(owner.network)
        if raw is None:  # somebody removed it since we looked
            self._networks.forget(owner)
            await self._networks.ensure(owner)
            raw = await self._setup.host.network(owner.network) or {}
        return (_network({"Name": owner.network, **raw}, "bridge"), *await self.made(owner))

    async def missing(self, owner: Owner, names: Sequence[str]) -> str:
        """Return the first of these names that is no network of the learner's, '' when all are."""
        if not set(names) - {"bridge", NONE}:
            return ""
        there = {each.name for each in await self.made(owner)} | {"bridge", NONE}
        return next((name for name in names if name not in there), "")

    async def create(self, owner: Owner, plan: CreateNetwork) -> Output:
        """Return `docker network create`."""
        async with self._setup.turns[owner.key]:
            mine = await self.made(owner)
            if plan.name in {each.name for each in mine}:
                return Output(f"Error response from daemon: network with name {plan.name} already exists", 1)
            if len(mine) >= MOST_NETWORKS:
                return Output(
                    f"docker: you have {len(mine)} networks, and there is room for {MOST_NETWORKS}.",
                    1,
                    note="`docker network ls` lists them, `docker network rm NAME` removes one.",
                )
            await self._networks.make(owner, plan.name, plan.labels)
            made = next(each for each in await self.made(owner) if each.name == plan.name)
            await self._verifiers.join(owner, made.engine_name)
        return Output(made.id)

    async def listed(self, owner: Owner, plan: ListNetworks) -> Output:
        """Return `docker network ls`."""
        mine = await self.all(owner)
        rows = [*mine, *(Network(_virtual_id(n), n, n, driver, mine[0].created) for n, driver in DRIVERS.items())]
        used = {name: True for each in await containers(self._setup, owner) for name in each.networks}
        chosen = sieve.kept(sorted(rows, key=lambda each: each.name), plan.shown.filters, sieve.networks(used))
        whole = plan.no_trunc
        found = [network_row(each, whole=whole) for each in chosen]
        return listing.listed(listing.NETWORKS, found, plan.shown, quiet="ID" if plan.quiet else "")

    async def remove(self, owner: Owner, plan: RemoveNetworks) -> Output:
        """Return `docker network rm`."""
        done: list[str] = []
        errors: list[str] = []
        async with self._setup.turns[owner.key]:
            for name in plan.names:
                wrong = await self._remove(owner, name)
                if wrong and not (plan.force and wrong.endswith("not found")):
                    errors.append(f"Error response from daemon: {wrong}")
                else:
                    done.append(name)
        # the client ends with Go's words about its own exit status
        return Output("\n".join([*done, *errors, *(["exit status 1"] if errors else [])]), 1 if errors else 0)

    async def _remove(self, owner: Owner, name: str) -> str:
        if name in {"bridge", *DRIVERS}:
            return f"{name} is a pre-defined network and cannot be removed"
        network = which_network(name, await self.made(owner))
        if network is None:
            return f"network {name} not found"
        users = [each for each in await containers(self._setup, owner) if network.engine_name in each.networks]
        if any(each.running for each in users):
            return f"error while removing network: network {network.name} id {network.id} has active endpoints"
        return await self._delete(owner, network)

    async def _delete(self, owner: Owner, network: Network) -> str:
        await self._verifiers.part(owner, network.engine_name)
        said = await self._setup.host.ask("DELETE", f"/networks/{network.id}")
        return public(owner, said.message) if isinstance(said, EngineSaid) and said.status != 404 else ""

    async def prune(self, owner: Owner) -> list[str]:
        """Remove the networks that no container uses, and return their names."""
        async with self._setup.turns[owner.key]:
            used = {name for each in await containers(self._setup, owner) for name in each.networks}
            gone = [each for each in await self.made(owner) if each.engine_name not in used]
            for each in gone:
                await self._delete(owner, each)
        return [each.name for each in gone]

    async def connect(self, owner: Owner, plan: ConnectNetwork) -> Output:
        """Return `docker network connect`."""
        return await self._change(owner, plan.network, plan.container, connect=plan)

    async def disconnect(self, owner: Owner, plan: DisconnectNetwork) -> Output:
        """Return `docker network disconnect`."""
        return await self._change(owner, plan.network, plan.container, connect=None)

    async def _change(self, owner: Owner, name: str, who: str, connect: ConnectNetwork | None) -> Output:
        async with self._setup.turns[owner.key]:
            network = which_network(name, await self.all(owner))
            if network is None:
                return Output(f"Error response from daemon: network {name} not found", 1)
            meant = which_container(who, await containers(self._setup, owner))
            if not isinstance(meant, Container):
                return no_container(who, meant)
            there = network.engine_name in meant.networks
            if connect and there:
                words = f"endpoint with name {meant.name} already exists in network {network.name}"
                return Output(f"Error response from daemon: {words}", 1)
            if not connect and not there:
                words = f"container {meant.id} is not connected to network {network.name}"
                return Output(f"Error response from daemon: {words}", 1)
            body: dict[str, object] = {"Container": meant.id}
            if connect and network.name != "bridge":  # on the default network Docker knows no names
                body["EndpointConfig"] = {"Aliases": [meant.name, *connect.aliases]}
            verb = "connect" if connect else "disconnect"
            said = await self._setup.host.ask("POST", f"/networks/{network.id}/{verb}", body=body)
            if isinstance(said, EngineSaid):
                return Output(f"Error response from daemon: {public(owner, said.message)}", 1)
        return Output("")

    async def view(self, owner: Owner, name: str) -> Mapping[str, object] | None:
        """Return a network as `docker network inspect` prints it, None when there is none of this name."""
        if name in DRIVERS:
            return _view({"Id": _virtual_id(name), "Scope": "local", "Driver": DRIVERS[name]}, name, {})
        network = which_network(name, await self.all(owner))
        raw = await self._setup.host.network(network.id) if network else None
        if network is None or raw is None:
            return None
        names = {each.id: each.name for each in await containers(self._setup, owner)}
        return _view(raw, network.name, names)


def _network(raw: Raw, name: str) -> Network:
    return Network(
        str(raw.get("Id", "")),
        str(raw.get("Name", "")),
        name,
        created=str(raw.get("Created") or ""),
        labels=own_labels(raw.get("Labels") or {}),
    )


def network_row(network: Network, *, whole: bool) -> listing.Row:
    """Return the fields of `docker network ls`; `Internal` is what it would be on a machine of one's own."""
    return {
        "CreatedAt": console.moment(network.created),
        "Driver": network.driver,
        "ID": network.id if whole else network.id[:12],
        "IPv4": "true" if network.driver == "bridge" else "false",
        "IPv6": "false",
        "Internal": "false",
        "Labels": listing.labels(network.labels),
        "Name": network.name,
        "Scope": "local",
    }


def which_network(name: str, among: Sequence[Network]) -> Network | None:
    """Return the network meant: by name, by id, or by the beginning of an id."""
    for each in among:
        if name in (each.name, each.id):
            return each
    fitting = [each for each in among if each.id.startswith(name)] if HEX.fullmatch(name) else []
    return fitting[0] if len(fitting) == 1 else None


def _view(raw: Raw, name: str, names: Mapping[str, str]) -> Mapping[str, object]:
    """Return Docker's own fields; of the containers only the learner's, of the options none of ours."""
    inside = raw.get("Containers") or {}
    own = {key: value for key, value in (raw.get("Labels") or {}).items() if not key.startswith("docent.")}
    return {
        "Name": name,
        "Id": raw.get("Id", ""),
        "Created": raw.get("Created", ""),
        "Scope": raw.get("Scope", "local"),
        "Driver": raw.get("Driver", "bridge"),
        "EnableIPv6": False,
        "IPAM": _addresses(raw, name),
        "Internal": bool(raw.get("Internal")),
        "Attachable": False,
        "Ingress": False,
        "ConfigFrom": {"Network": ""},
        "ConfigOnly": False,
        "Containers": {key: {**inside[key], "Name": names[key]} for key in inside if key in names},
        "Options": {},
        "Labels": own,
    }


def _addresses(raw: Raw, name: str) -> Mapping[str, object]:
    found = raw.get("IPAM") or {"Driver": "default", "Options": None, "Config": []}
    # the CLI sends empty options for a network that it makes; the usual ones have none at all
    return found if name == "bridge" or name in DRIVERS else {**found, "Options": found.get("Options") or {}}


def _virtual_id(name: str) -> str:
    return hashlib.sha256(f"docent {name}".encode()).hexdigest()
