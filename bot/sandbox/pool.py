"""A learner's own network, and the verifier that waits on it.

Both are made on first use and kept: an exec in a warm verifier takes about 60 ms, making one about 350 ms, a network
about 60 ms. A verifier that nobody asks is removed after some minutes; the network costs nothing and stays.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import secrets
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import structlog

from bot.core.fairness.strain import Times, timed
from bot.errors import HostError
from bot.sandbox import recipe
from bot.sandbox.engine import EngineSaid, Lane
from bot.sandbox.host import Ran
from bot.sandbox.names import Owner
from bot.sandbox.setup import Setup
from bot.sandbox.verifier import HOME, entrypoint

log = structlog.get_logger(__name__)

#: 4,096 learners of 13 containers each; the engine's own pools end at 31 networks. Source: moby `ipamutils`.
SUBNETS = ipaddress.ip_network("10.200.0.0/16")
PREFIX = 28
TRIES = 40
IDLE_S = 300.0
UNDERSTOOD = (0, 2)  #: exit codes of the probe: asked, or told what is wrong with the question
ANSWER_CAP = 8 * 1024 * 1024  #: bytes of one verifier answer


class Networks:
    """The learners' networks on this host."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._known: set[str] = set()
        self._one_at_a_time = asyncio.Lock()

    async def ensure(self, owner: Owner) -> None:
        """Make the learner's network unless it is there."""
        if owner.network in self._known:
            return
        async with self._one_at_a_time:
            if owner.network not in self._known:
                await self._make(owner)
                self._known.add(owner.network)

    def forget(self, owner: Owner) -> None:
        """Look again next time: somebody may have removed it."""
        self._known.discard(owner.network)

    async def remove(self, owner: Owner) -> None:
        """Remove the learner's network (idempotent)."""
        self.forget(owner)
        await self._setup.host.ask("DELETE", f"/networks/{owner.network}")

    async def make(self, owner: Owner, name: str, own: Iterable[tuple[str, str]] = ()) -> None:
        """Make a network of the learner's own naming, closed like the first; one that is there already is fine."""
        async with self._one_at_a_time:
            await self._make(owner, name, own)

    async def _make(self, owner: Owner, name: str = "bridge", own: Iterable[tuple[str, str]] = ()) -> None:
        host = self._setup.host
        if not isinstance(await host.ask("GET", f"/networks/{owner.joined(name)}"), EngineSaid):
            return
        taken = _subnets((await host.must("GET", "/networks")).json)
        free = (net for net in SUBNETS.subnets(new_prefix=PREFIX) if not any(net.overlaps(other) for other in taken))
        for _, subnet in zip(range(TRIES), free, strict=False):
            made = await host.ask("POST", "/networks/create", body=recipe.network(owner, str(subnet), name, own).body)
            if not isinstance(made, EngineSaid) or made.status == 409:
                return
            if "address pool" in made.message:
                break
            if "overlaps" not in made.message:
                raise HostError(f"The Docker engine refused a network: {made.message}")
        log.warning("no_network_left", subnets=str(SUBNETS), networks=len(taken))
        raise HostError("The Docker host has no network left for one more sandbox; those that are there go on.")


def _subnets(networks: list[Mapping[str, Any]]) -> list[ipaddress.IPv4Network]:
    taken = []
    for network in networks:
        for config in (network.get("IPAM") or {}).get("Config") or ():
            with contextlib.suppress(ValueError):
                taken.append(ipaddress.IPv4Network(config.get("Subnet", "")))
    return taken


class Verifiers:
    """Warm verifiers, one on each learner's network that was asked about lately."""

    def __init__(self, setup: Setup, networks: Networks) -> None:
        self._setup = setup
        self._networks = networks
        self._warm: dict[str, asyncio.TimerHandle] = {}
        self._making: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._tasks: set[asyncio.Task[None]] = set()
        self.times = Times()  #: of starting a verifier's program

    async def ask(self, owner: Owner, question: Mapping[str, object], *, deadline_s: float) -> Mapping[str, Any]:
        """Return the verifier's answer to one question from inside the learner's network. Raises `HostError`."""
        nonce = secrets.token_hex(8)
        said = json.dumps({**question, "nonce": nonce, "deadline_s": deadline_s})
        body = {"Cmd": [*entrypoint(HOME), said], "AttachStdout": True, "AttachStderr": True}
        for anew in (False, True):
            await self.warm(owner, anew=anew)
            began = time.monotonic()
            ran = await self._setup.host.execute(
                owner.verifier, body, deadline_s=deadline_s + 10, lane=Lane.PROBE, kept=ANSWER_CAP // 2
            )
            if isinstance(ran, Ran) and ran.exit_code in UNDERSTOOD:
                answer = _answer(ran.stdout, nonce)
                # all but what it did itself: to start a small program in a container, the same each time
                self.times = timed(self.times, time.monotonic() - began - float(answer.get("ms") or 0) / 1000)
                return answer
            # it was removed, stopped or killed since we looked: once more with a new one
        what = ran.message if isinstance(ran, EngineSaid) else ran.output[-300:]
        raise HostError(f"The verifier did not answer; this is on our side. ({what.strip()})")

    async def warm(self, owner: Owner, *, anew: bool = False) -> None:
        """Make sure that a verifier waits on the learner's network."""
        async with self._making[owner.key]:
            timer = self._warm.pop(owner.key, None)
            if timer is not None:
                timer.cancel()
            if anew:  # one that was killed a moment ago says for a moment that it runs
                await self._setup.host.remove(owner.verifier)
            if timer is None or anew:
                await self._make(owner)
            loop = asyncio.get_running_loop()
            self._warm[owner.key] = loop.call_later(IDLE_S, self._leave, owner)

    @property
    def names(self) -> frozenset[str]:
        """Return the names of the verifiers that wait for questions."""
        return frozenset(self._setup.owner(key).verifier for key in self._warm)

    def adopt(self, owner: Owner) -> None:
        """Take over a verifier that runs since before our start."""
        if owner.key not in self._warm:
            self._warm[owner.key] = asyncio.get_running_loop().call_later(IDLE_S, self._leave, owner)

    def warm_soon(self, owner: Owner) -> None:
        """Make one while the learner reads, so that their check finds it warm."""
        if owner.key not in self._warm:
            self._keep(self._try_to_warm(owner))

    async def remove(self, owner: Owner) -> None:
        """Remove the learner's verifier (idempotent)."""
        async with self._making[owner.key]:
            timer = self._warm.pop(owner.key, None)
            if timer is not None:
                timer.cancel()
            await self._setup.host.remove(owner.verifier)

    async def join(self, owner: Owner, network: str) -> None:
        """Put the learner's verifier, if one waits, onto one more of their networks (idempotent)."""
        # refused: there is no verifier, or it is there already
        await self._setup.host.ask("POST", f"/networks/{network}/connect", body={"Container": owner.verifier})

    async def part(self, owner: Owner, network: str) -> None:
        """Take what is ours off one of the learner's networks, before it is removed (idempotent)."""
        host, body = self._setup.host, {"Container": owner.verifier, "Force": True}
        await host.ask("POST", f"/networks/{network}/disconnect", body=body)
        for browser in await host.containers(*owner.labels, "docent.kind=browser"):
            if network in browser.networks:  # its picture is lost: what the learner does goes first
                await host.remove(browser.id)

    async def close(self) -> None:
        """Stop the timers; the verifiers stay for the next start."""
        for timer in self._warm.values():
            timer.cancel()
        self._warm.clear()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _make(self, owner: Owner) -> None:
        await self._networks.ensure(owner)
        host, request = self._setup.host, recipe.verifier(owner, self._setup.verifier)
        # idempotent: what a crash or another start left is taken over when it is of today's verifier image
        there = await host.inspect(owner.verifier)
        if there is not None and there.get("Image") != self._setup.verifier:
            await host.remove(owner.verifier)
            there = None
        if there is None:
            made = await host.create(request, Lane.PROBE)
            if isinstance(made, EngineSaid) and made.status != 409:
                raise HostError(f"The verifier could not be made: {made.message}")
        started = await host.start(owner.verifier, Lane.PROBE)
        if started is not None:
            self._networks.forget(owner)
            await host.remove(owner.verifier)
            raise HostError(f"The verifier did not start: {started.message}")
        for network in await host.networks(*owner.labels, "docent.kind=network"):
            if network["Name"] != owner.network:
                await self.join(owner, str(network["Name"]))

    def _leave(self, owner: Owner) -> None:
        self._keep(self._try_to_remove(owner))

    def _keep(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _try_to_warm(self, owner: Owner) -> None:
        with contextlib.suppress(HostError):  # whoever asks next is told
            await self.warm(owner)

    async def _try_to_remove(self, owner: Owner) -> None:
        with contextlib.suppress(HostError):  # the janitor finds it
            await self.remove(owner)


def _answer(stdout: str, nonce: str) -> Mapping[str, Any]:
    try:
        answer = json.loads(stdout)
    except ValueError:
        raise HostError(f"The verifier said something else than an answer: {stdout[-300:]!r}") from None
    if not isinstance(answer, dict) or answer.get("nonce") != nonce:
        raise HostError("The verifier answered another question.")
    return answer
