"""Messages for the instructors of a cohort: in their channel, or to each of them where they have none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import structlog

from bot.core.cohorts.cohort import Cohort
from bot.core.panels import Panel
from bot.errors import CardGone, ChatError
from bot.ports import Chat, Where

log = structlog.get_logger(__name__)

Room = Callable[[str], Awaitable[str]]  #: the channel of our direct message with a person; raises `ChatError`


class Telling:
    """Posts and edits panels for instructors. A place is `channel/ts`."""

    def __init__(self, chat: Chat, room: Room) -> None:
        self._chat = chat
        self._room = room

    async def post(self, cohort: Cohort, panel: Panel, *, thread: str = "") -> Sequence[str]:
        """Post it where the cohort's instructors read, and return the places; those who cannot be reached are left
        out. Where their channel is archived, or we are no longer in it, each of them reads it in their direct message.
        """
        if cohort.staff_channel:
            try:
                return [await self._show(cohort.staff_channel, panel, thread)]
            except CardGone as error:
                log.warning("staff_channel_gone", cohort=cohort.id, error=str(error))
            except ChatError as error:
                log.warning("instructors_not_told", cohort=cohort.id, error=str(error))
                return []
        places: list[str] = []
        for user in sorted(cohort.instructors):
            try:
                places.append(await self._show(await self._room(user), panel, "" if cohort.staff_channel else thread))
            except ChatError as error:
                log.warning("instructor_not_told", cohort=cohort.id, user=user, error=str(error))
        return places

    async def _show(self, channel: str, panel: Panel, thread: str) -> str:
        return f"{channel}/{await self._chat.show(Where(channel, '', thread), panel)}"

    async def edit(self, places: Sequence[str], panel: Panel) -> None:
        """Show it in place of what was posted there; a message that is gone stays gone."""
        for place in places:
            channel, _, ts = place.partition("/")
            try:
                await self._chat.update(channel, ts, panel, owner="", final=True)
            except CardGone:
                log.info("message_gone", place=place)
            except ChatError as error:
                log.warning("not_edited", place=place, error=str(error))
