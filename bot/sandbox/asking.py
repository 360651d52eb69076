"""Ask an app over HTTP, from outside: what it answers, or why it does not."""

from __future__ import annotations

import asyncio
import time

from bot.core.evidence import HttpSeen
from bot.core.specs import HttpSpec
from bot.errors import HostError
from bot.handin.plan import RunPlan
from bot.sandbox import evidence, recipe
from bot.sandbox.answers import ASK_S, ROUND_S, answers
from bot.sandbox.console import short
from bot.sandbox.engine import EngineSaid
from bot.sandbox.names import Owner
from bot.sandbox.pool import Networks, Verifiers
from bot.sandbox.setup import Setup
from bot.sandbox.things import Container

#: where apps listen that do not listen where they should
USUAL_PORTS = (80, 3000, 5000, 8000, 8080)


class Asking:
    """Asks apps on one host."""

    def __init__(self, setup: Setup, networks: Networks, verifiers: Verifiers) -> None:
        self._setup, self._networks, self._verifiers = setup, networks, verifiers

    async def fresh(self, owner: Owner, spec: HttpSpec, image_id: str, attempt: int) -> Container | None:
        """Return a running container of our own made from the image, None when there is no such image."""
        host = self._setup.host
        there = await host.containers(*owner.labels, "docent.kind=probe", f"docent.attempt={attempt}")
        for each in there:
            if each.image_id == image_id:
                return each
        detail = await host.image(image_id)
        if detail is None:
            return None
        facts = recipe.ImageFacts(image_id, spec.image, detail.volumes, detail.exposed)
        by = await self._setup.making(owner, "probe", attempt)
        await self._networks.ensure(owner)
        name = f"{attempt}-{short(image_id)}"
        made = await host.create(recipe.container(RunPlan(spec.image, detach=True), name, facts, (), by))
        if isinstance(made, EngineSaid):
            raise HostError(f"A fresh container could not be made: {made.message}")
        await host.start(made)  # refused: it is looked at as it is, not started
        found = await host.containers(*owner.labels, "docent.kind=probe", f"docent.attempt={attempt}")
        return next((each for each in found if each.id == made), None)

    async def ask(
        self, owner: Owner, spec: HttpSpec, container: Container, nonce: str, *, patience_s: float
    ) -> HttpSeen:
        """Return what the app answered; while it does not listen it is asked again for so long."""
        ends = time.monotonic() + patience_s
        while True:
            left = ends - time.monotonic()
            now = await self._state(container)
            if now is not None:
                return HttpSeen(nonce, state="exited", log=now[0], exit_code=now[1])
            asked = evidence.requests(
                spec, container.ip, nonce, retry_for_s=max(0.0, min(ROUND_S, left)), timeout_s=ASK_S
            )
            deadline_s = ROUND_S + ASK_S * len(asked)
            answered = await answers(self._verifiers, owner, asked, deadline_s=deadline_s)
            heard = evidence.answers(spec.asks, nonce, answered)
            refused = bool(heard) and heard[0].error == "refused"
            if not refused or left <= ROUND_S:
                break
        if not refused and heard[-1].error == "":
            return HttpSeen(nonce, heard)
        gone = await self._state(container)
        if gone is not None:
            return HttpSeen(nonce, state="exited", log=gone[0], exit_code=gone[1])
        log = evidence.tail(await self._setup.host.logs(container.id, tail=200))
        listening = await self._listening(owner, container) if refused else ()
        return HttpSeen(nonce, heard, log=log, listening=listening)

    async def _state(self, container: Container) -> tuple[str, int] | None:
        """Return log and exit code of a container that does not run any more, None while it does."""
        ended = await self._setup.host.ended(container.id)
        if ended is not None and ended.running:
            return None
        log = await self._setup.host.logs(container.id, tail=200) if ended else ""
        return evidence.tail(log or (ended.error if ended else "")), ended.exit_code if ended else 0

    async def _listening(self, owner: Owner, container: Container) -> tuple[int, ...]:
        ports = dict.fromkeys((*(number for number, _ in container.exposed), *USUAL_PORTS))

        async def open_at(port: int) -> int:
            question = {"op": "tcp", "host": container.ip, "port": port, "timeout_s": 1}
            return port if (await self._verifiers.ask(owner, question, deadline_s=ASK_S)).get("ok") else 0

        found = await asyncio.gather(*map(open_at, list(ports)[:6]))
        return tuple(filter(None, found))
