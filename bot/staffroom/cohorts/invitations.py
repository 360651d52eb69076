"""The invitation of a cohort: one message in the channel of the class, which says how many have joined."""

from __future__ import annotations

import asyncio

import structlog

from bot.core.cohorts.cohort import Cohort
from bot.core.cohorts.invitation import invitation
from bot.core.cohorts.roster import counted
from bot.core.panels import Panel, Row
from bot.errors import CardGone, ChatError, DocentError
from bot.ports import Chat, Cohorts, Store, Where
from bot.rounds import every, rounds

log = structlog.get_logger(__name__)

EDIT_EVERY_S = 5.0


class Invitations:
    """Posts invitations, and keeps what they say true."""

    def __init__(
        self, cohorts: Cohorts, store: Store, chat: Chat, workshop: str, every_s: float = EDIT_EVERY_S
    ) -> None:
        self._cohorts = cohorts
        self._store = store
        self._chat = chat
        self._workshop = workshop
        self._every_s = every_s
        self._stale: set[int] = set()
        self._rung = asyncio.Event()
        self._shown: dict[int, Panel] = {}

    def mark(self, cohort: int) -> None:
        """Say that something about this cohort changed."""
        self._stale.add(cohort)
        self._rung.set()

    async def post(self, cohort: Cohort) -> None:
        """Post it anew; an earlier one loses its button. Raises `ChatError`."""
        place = await self._store.note(_key(cohort.id))
        panel = await self._panel(cohort)
        ts = await self._chat.show(Where(cohort.channel, ""), panel)
        await self._store.remember(_key(cohort.id), f"{cohort.channel}/{ts}")
        self._shown[cohort.id] = panel
        if place:
            text = "There is a newer invitation below."
            await self._edit(place, Panel(text, cohort.name, (Row(text),)), final=True)

    async def keep(self) -> None:
        """Follow along until cancelled: an invitation is edited when it changes, at most every few seconds."""
        await rounds("invitations", self._show_stale, every(self._every_s))

    async def _show_stale(self) -> None:
        await self._rung.wait()
        self._rung.clear()
        stale, self._stale = self._stale, set()
        for number in sorted(stale):
            try:
                await self._show(number)
            except DocentError as error:
                log.warning("invitation_not_shown", cohort=number, error=str(error))

    async def _show(self, number: int) -> None:
        cohort, place = await self._cohorts.cohort(number), await self._store.note(_key(number))
        if cohort is None or not place or cohort.archived:
            return
        panel = await self._panel(cohort)
        if panel == self._shown.get(number):
            return
        if not await self._edit(place, panel, final=cohort.ended_at is not None):
            await self._store.remember(_key(number), "")  # somebody deleted it; "Invite again" posts another
        self._shown[number] = panel

    async def _panel(self, cohort: Cohort) -> Panel:
        return invitation(cohort, self._workshop, counted(await self._cohorts.seats(cohort.id)))

    async def _edit(self, place: str, panel: Panel, *, final: bool) -> bool:
        """Edit what stands there; False when it is gone."""
        channel, _, ts = place.partition("/")
        try:
            await self._chat.update(channel, ts, panel, owner="", final=final)
        except CardGone:
            return False
        except ChatError as error:
            log.warning("invitation_not_edited", place=place, error=str(error))
        return True


def _key(cohort: int) -> str:
    """Return the name of the note that says where its invitation is (`channel/ts`)."""
    return f"invitation.{cohort}"
