"""What the host has to say, and to whom: a learner of their disk, instructors of what it does not hold."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from bot.core.messages import Note
from bot.errors import ChatError, HostError
from bot.ports import Where
from bot.sandbox.gate.truth import Row
from bot.sandbox.gate.words import gate_note
from bot.sandbox.sandbox import DockerSandbox
from bot.slack.chat import SlackChat
from bot.slack.instructor import InstructorsChannel
from bot.slack.people import People

log = structlog.get_logger(__name__)

LOOK_FOR_ROOM_S = 30.0


def teller(chat: SlackChat, people: People) -> Callable[[str, str], Awaitable[None]]:
    """Return a function that tells a learner something of their host in their direct message."""

    async def tell(learner: str, sentence: str) -> None:
        try:
            await chat.show(Where(await people.room(learner), learner), Note(sentence))
        except ChatError as error:
            log.warning("not_told", learner=learner, error=str(error))

    return tell


def gate_teller(staff: InstructorsChannel) -> Callable[[Sequence[Row]], Awaitable[bool]]:
    """Return a function that tells the instructors what the host does not hold, and whether they have a channel."""

    async def tell(failed: Sequence[Row]) -> bool:
        return bool(await staff.tell(gate_note(failed)))

    return tell


async def told_when_full(sandbox: DockerSandbox, staff: InstructorsChannel) -> None:
    """Tell instructors when the host's disk is so full that nothing new begins, and when there is room again."""
    told = False
    while True:
        try:
            full = await sandbox.disk.full()
            if bool(full) != told:
                await staff.tell(Note(full or "There is room on the host's disk again; work goes on."))
                told = bool(full)
        except (HostError, ChatError) as error:
            log.warning("room_unknown", error=str(error))
        await asyncio.sleep(LOOK_FOR_ROOM_S)
