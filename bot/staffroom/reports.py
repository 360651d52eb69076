"""Reports: made when an instructor asks, and once by themselves when a course is over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from bot.core.cohorts.cohort import Cohort
from bot.core.cohorts.reporting import ASK, EVERYBODY, MAKE, due, read_wish, report_sheet
from bot.core.panels import Answer, Mistakes, Whispered
from bot.errors import ChatError, DocentError, HostError
from bot.ports import Asked, Chat, Duty, Keepsake, Part, Reports, Results, Roles, Store, Where, Wish
from bot.rounds import every, rounds
from bot.staffroom.authority import NO_INSTRUCTOR, NOT_YOURS, Authority
from bot.staffroom.telling import Room
from bot.workbench import our_side

log = structlog.get_logger(__name__)

EVERY_S = 600.0  #: how often is looked which course is over
WRITING = Whispered("I am making the report. It comes into our direct message in less than a minute.")
STILL = Whispered("I am still making your last report; it comes into our direct message.")
OVER = frozenset({Part.SUMMARY, Part.PICTURES})  #: what comes by itself


class Reporting:
    """The duty of reports (`bot.ports.Duty`); `keep` sends those that come by themselves."""

    def __init__(
        self,
        authority: Authority,
        roles: Roles,
        results: Results,
        reports: Reports,
        store: Store,
        chat: Chat,
        room: Room,
        clock: Callable[[], datetime],
    ) -> None:
        self._authority = authority
        self._roles = roles
        self._results = results
        self._reports = reports
        self._store = store
        self._chat = chat
        self._room = room
        self._clock = clock
        self._making: dict[str, asyncio.Task[None]] = {}  #: by user

    def duty(self) -> Duty:
        """Return what it answers to."""
        return Duty(
            name="reports",
            words={"report": self._asked, "reports": self._asked},
            presses={ASK: self._asked},
            sheets={MAKE: self._make},
        )

    async def keep(self) -> None:
        """Send the reports of courses that are over, until cancelled; what is being made is given up then."""
        try:
            await rounds("reports", self.look, every(EVERY_S))
        finally:
            for task in self._making.values():
                task.cancel()
            await asyncio.gather(*self._making.values(), return_exceptions=True)

    async def look(self) -> None:
        """Send the reports of courses that are over."""
        for cohort in await self._results.cohorts():
            if due(cohort, self._clock()):
                try:
                    await self.conclude(cohort)
                except DocentError as error:  # another course's may be made
                    log.warning("report_waits", cohort=cohort.id, error=str(error))

    async def conclude(self, cohort: Cohort) -> None:
        """Send the report of a course that is over to everybody who should have it and has it not. Raises `HostError`.

        Noted for each of them once the summary is sent: a crash in between costs somebody pictures, which they can ask
        for, and sends nothing twice.
        """
        note = f"report.{cohort.id}"
        told = set((await self._store.note(note)).split())
        left = [each for each in self._readers(cohort) if each not in told]
        if not left:
            return
        files = await self._reports.make(Wish(cohort.id, OVER))
        for reader in left:
            try:
                where = Where(reader, "") if reader == cohort.staff_channel else Where(await self._room(reader), reader)
                await self._chat.send_file(where, files[0])
            except ChatError as error:
                log.warning("report_not_sent", cohort=cohort.id, reader=reader, error=str(error))
                continue
            told.add(reader)
            await self._store.remember(note, " ".join(sorted(told)))
            await self._send(where, files[1:])
        log.info("course_reported", cohort=cohort.id, readers=len(told))

    def _readers(self, cohort: Cohort) -> Sequence[str]:
        return [cohort.staff_channel] if cohort.staff_channel else sorted(cohort.instructors)

    async def _asked(self, asked: Asked) -> Answer:
        user = asked.where.user
        everybody = await self._roles.is_instructor(user)
        every = await self._results.cohorts()
        cohorts = [each for each in every if everybody or await self._authority.leads(user, each)]
        if not (cohorts or everybody):
            return NO_INSTRUCTOR
        here = [each.id for each in cohorts if asked.where.channel in (each.channel, each.staff_channel)]
        chosen = int(asked.about) if asked.about.isdecimal() else here[-1] if here else EVERYBODY
        return report_sheet(cohorts, everybody=everybody, chosen=chosen)

    async def _make(self, asked: Asked) -> Answer:
        read = read_wish(asked.filled, {part.value for part in Part})
        if isinstance(read, Mistakes):
            return read
        cohort, parts, names = read
        user = asked.where.user
        if not await self._may(user, cohort):
            return NOT_YOURS
        if user in self._making:
            return STILL
        wish = Wish(cohort, frozenset(map(Part, parts)), names)
        self._making[user] = asyncio.create_task(self._deliver(user, wish), name="report")
        self._making[user].add_done_callback(lambda _: self._making.pop(user, None))
        return WRITING

    async def _may(self, user: str, cohort: int) -> bool:
        if cohort == EVERYBODY:
            return await self._roles.is_instructor(user)
        found = next((each for each in await self._results.cohorts() if each.id == cohort), None)
        return found is not None and await self._authority.leads(user, found)

    async def _deliver(self, user: str, wish: Wish) -> None:
        try:
            where = Where(await self._room(user), user)
            try:
                files = await self._reports.make(wish)
            except HostError as error:
                log.warning("report_not_made", cohort=wish.cohort, error=str(error))
                await self._chat.show(where, our_side(str(error)))
                return
            await self._send(where, files)
        except ChatError as error:
            log.warning("report_not_sent", user=user, error=str(error))
        except Exception:
            log.exception("bug", user=user)

    async def _send(self, where: Where, files: Sequence[Keepsake]) -> None:
        """Send files one after the other; one that Slack does not take leaves the others be."""
        for file in files:
            try:
                await self._chat.send_file(where, file)
            except ChatError as error:
                log.warning("file_not_sent", file=file.name, channel=where.channel, error=str(error))
