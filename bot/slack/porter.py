"""Who is let in, and how much of what they send at once: before any turn, after the acknowledgement."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

import structlog

from bot.core.messages import Note
from bot.errors import ChatError
from bot.ports import Chat, Where
from bot.slack.outbox import Bucket
from bot.slack.people import People, Person

log = structlog.get_logger(__name__)

RATE, BURST = 1.0, 30.0  #: messages and presses a second, and at once: answers leave at one a second anyhow
TELL_AGAIN_S = 60.0  #: between two words about it
KEPT = 5_000  #: people whose pace is known

SLOWER = (
    "That was more at once than I can answer. I took the first ones and left the rest: please send those again, "
    "one after the other."
)
NOT_FOR_GUESTS = (
    "This workshop is for members of the workspace, and Slack lists you as a guest. Please ask whoever runs it: "
    "they can let guests in."
)
WHO_ARE_YOU = "Slack does not tell me who you are right now, so I did nothing. Please send that again in a minute."


@dataclass(slots=True)
class _Known:
    bucket: Bucket
    told_at: dict[str, float] = field(default_factory=dict)  # what was said about it → when


class Porter:
    """Lets people in. `teams` are ids of workspaces and organisations; `paced` is off for machines at the door."""

    def __init__(
        self,
        people: People,
        chat: Chat,
        teams: Collection[str],
        *,
        guests: bool,
        paced: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._people = people
        self._chat = chat
        self._teams = frozenset(teams)
        self._guests = guests
        self._paced = paced
        self._clock = clock
        self._known: dict[str, _Known] = {}

    async def admits(self, where: Where) -> Person | None:
        """Return who this is; None for who may not take part, or sends more than one can: they are told, once."""
        if not self._take(where.user):
            await self._tell(where, SLOWER)
            return None
        person = await self._people.who(where.user)
        if person is None:
            await self._tell(where, WHO_ARE_YOU)
            return None
        if person.bot or person.gone or not person.belongs(self._teams):
            log.warning("turned_away", user=where.user, team=person.team, bot=person.bot)
            return None
        if person.guest and not self._guests:
            log.info("guest_turned_away", user=where.user)
            await self._tell(where, NOT_FOR_GUESTS)
            return None
        return person

    def _take(self, user: str) -> bool:
        """Tell whether this person may send one more now."""
        known = self._of(user)
        if not self._paced:
            return True
        if known.bucket.wait_s(self._clock()) > 0:
            return False
        known.bucket.take()
        return True

    def _of(self, user: str) -> _Known:
        if user not in self._known:
            if len(self._known) >= KEPT:
                self._known.pop(next(iter(self._known)))
            self._known[user] = _Known(Bucket(RATE, BURST, filled_at=self._clock()))
        return self._known[user]

    async def _tell(self, where: Where, text: str) -> None:
        """Say it where they are, to them alone where others read too; not again for a while."""
        told_at = self._of(where.user).told_at
        if self._clock() - told_at.get(text, -TELL_AGAIN_S) < TELL_AGAIN_S:
            return
        told_at[text] = self._clock()
        try:
            if where.channel.startswith("D"):
                await self._chat.show(where.without_press(), Note(text))
            else:
                await self._chat.whisper(where, text)
        except ChatError as error:
            log.info("not_told", user=where.user, error=str(error))
