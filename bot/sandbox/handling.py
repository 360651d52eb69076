"""`docker kill`, `pause`, `unpause`, `wait`, `rename`: a learner's containers, in Docker's words."""

from __future__ import annotations

from dataclasses import replace

from bot.handin.plan import KillContainers, Output, PauseContainers, RenameContainer, WaitContainers
from bot.sandbox.belongings import containers, which_container
from bot.sandbox.engine import EngineSaid
from bot.sandbox.names import Owner
from bot.sandbox.refusals import name_taken, no_container, public
from bot.sandbox.running import Running
from bot.sandbox.setup import Setup
from bot.sandbox.things import Container


class Handling:
    """Commands about containers that are there."""

    def __init__(self, setup: Setup, running: Running) -> None:
        self._setup, self._running = setup, running

    async def kill(self, owner: Owner, plan: KillContainers) -> Output:
        """Return `docker kill`."""

        async def one(container: Container) -> str:
            said = await self._post(container, "kill", {"signal": plan.signal})
            before, name = f"Cannot kill container: {container.id}:", f"Cannot kill container: {container.name}:"
            return f"Error response from daemon: {public(owner, said).replace(before, name)}" if said else ""

        out = await self._running.each(owner, plan.names, one)
        lost = "Error response from daemon: No such container: "
        lines = [
            f"Error response from daemon: Cannot kill container: {line.removeprefix(lost)}: No such container: "
            f"{line.removeprefix(lost)}"
            if line.startswith(lost)
            else line
            for line in out.text.split("\n")
        ]
        return replace(out, text="\n".join(lines))

    async def pause(self, owner: Owner, plan: PauseContainers) -> Output:
        """Return `docker pause`, or `docker unpause`."""

        async def one(container: Container) -> str:
            said = await self._post(container, "unpause" if plan.resume else "pause")
            return f"Error response from daemon: {public(owner, said)}" if said else ""

        return await self._running.each(owner, plan.names, one)

    async def wait(self, owner: Owner, plan: WaitContainers) -> Output:
        """Return `docker wait`; what goes on for long is not waited for."""
        mine = await containers(self._setup, owner)
        codes: list[str] = []
        errors: list[str] = []
        note = ""
        for name in plan.names:
            meant = which_container(name, mine)
            if not isinstance(meant, Container):
                errors.append(no_container(name, meant).text)
                continue
            code = await self._setup.host.wait(meant.id, self._setup.limits.foreground_s)
            if code is None:
                note = f"`{meant.name}` still runs, and I stopped waiting. `docker stop {meant.name}` ends it."
            else:
                codes.append(str(code))
        return Output("\n".join([*codes, *errors]), 1 if errors else 0, note=note)

    async def rename(self, owner: Owner, plan: RenameContainer) -> Output:
        """Return `docker rename`."""
        failed = f"\nError: failed to rename container named {plan.name}"
        async with self._setup.turns[owner.key]:
            mine = await containers(self._setup, owner)
            meant = which_container(plan.name, mine)
            if not isinstance(meant, Container):
                out = no_container(plan.name, meant)
                return replace(out, text=out.text + failed)
            taken = next((each for each in mine if each.name == plan.to), None)
            if taken is meant:
                words = "Renaming a container with the same name as its current name"
            elif taken:
                words = f"Error when allocating new name: {name_taken(plan.to, taken.id)}"
            else:
                words = await self._post(meant, "rename", {"name": owner.container(plan.to)})
        if words:
            return Output(f"Error response from daemon: {public(owner, words)}{failed}", 1)
        joined = any(owner.public_network(each) not in ("bridge", "none") for each in meant.networks)
        note = f"On your networks it is still found as `{meant.name}`, too." if joined else ""
        return Output("", note=note)

    async def _post(self, container: Container, verb: str, params: dict[str, str] | None = None) -> str:
        answer = await self._setup.host.ask("POST", f"/containers/{container.id}/{verb}", params=params)
        return answer.message if isinstance(answer, EngineSaid) else ""
