"""Programs that learners talk with, a container's own or one more inside it: how each is ended, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

from bot.errors import HostError
from bot.sandbox.engine import EngineSaid
from bot.sandbox.host import Host
from bot.sandbox.things import Container

END_S = 10.0  #: how long after its last word a program's exit code is waited for
GRACE_S = 1  #: a shell takes no notice of a polite end
#: what tables and lists are laid out for; a thread is narrow
COLUMNS, ROWS = "60", "40"


class Program(Protocol):
    """One program at the other end of a line."""

    async def resize(self) -> None:
        """Tell its terminal how wide it is."""
        ...

    async def interrupt(self) -> bool:
        """Interrupt it where there is no terminal to type Ctrl+C on; False when that cannot be done."""
        ...

    async def end(self) -> None:
        """End it (idempotent); one that was there before us goes on."""
        ...

    async def ended(self) -> tuple[int, str]:
        """Return its exit code, and a sentence about what is left."""
        ...


@dataclass(frozen=True, slots=True)
class ContainerProgram:
    """A container's own program; `ours` when the conversation started it."""

    host: Host
    container: Container
    ours: bool = True

    async def resize(self) -> None:
        """Tell its terminal how wide it is."""
        await self.host.ask("POST", f"/containers/{quote(self.container.id)}/resize", params=_size())

    async def interrupt(self) -> bool:
        """Send the signal that Docker's client would pass on."""
        params = {"signal": "INT"}
        said = await self.host.ask("POST", f"/containers/{quote(self.container.id)}/kill", params=params)
        return not isinstance(said, EngineSaid)

    async def end(self) -> None:
        """Stop the container that we started, and remove it where that was asked for."""
        if not self.ours:
            return
        await self.host.stop(self.container.id, GRACE_S)
        if self.container.remove:
            await self.host.remove(self.container.id)

    async def ended(self) -> tuple[int, str]:
        """Return its exit code; the container is removed where that was asked for."""
        name = self.container.name
        code = await self.host.wait(self.container.id, END_S)
        if code is None and await self.host.inspect(self.container.id) is None:
            return 0, "Its container is removed."
        if code is None:
            return 0, f"The container `{name}` goes on in the background."
        ended = await self.host.ended(self.container.id)
        note = ""
        if code == 137 and ended is not None and ended.oom_killed:
            note = "It wanted more memory than a container has here. "
        if self.container.remove:
            await self.host.remove(self.container.id)
            return code, f"{note}Its container is removed, as `--rm` asked for."
        return code, f"{note}Its container `{name}` is stopped: `docker start -ai {name}` goes on with it."


@dataclass(frozen=True, slots=True)
class ExecProgram:
    """One more program inside a running container."""

    host: Host
    exec_id: str
    container: Container

    async def resize(self) -> None:
        """Tell its terminal how wide it is."""
        await self.host.ask("POST", f"/exec/{quote(self.exec_id)}/resize", params=_size())

    async def interrupt(self) -> bool:
        """Return False: the engine has no way to reach it."""
        return False

    async def end(self) -> None:
        """Do nothing: Ctrl+C and Ctrl+D were typed, and it lives no longer than its container."""

    async def ended(self) -> tuple[int, str]:
        """Return its exit code; the container is as it was."""
        answer = await self.host.must("GET", f"/exec/{quote(self.exec_id)}/json")
        if not isinstance(answer.json, dict):
            raise HostError("The Docker engine did not say how the program ended.")
        return int(answer.json.get("ExitCode") or 0), ""


def _size() -> dict[str, str]:
    return {"h": ROWS, "w": COLUMNS}
