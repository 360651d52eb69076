"""The duty of privacy: people see, get and delete what is kept about them; what nobody needs goes by itself."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from bot.core import privacy as rules
from bot.core.messages import Note
from bot.core.panels import Answer, Panel, Row, Whispered
from bot.errors import ChatError, DocentError
from bot.ports import (
    Asked,
    Chat,
    Cohorts,
    Duty,
    Fact,
    Keepsake,
    Kept,
    Persons,
    Staff,
    Store,
    TokenRevoked,
    Uninstalled,
    Where,
)
from bot.rounds import every, rounds
from bot.staffroom.forgetting import Forgetting
from bot.staffroom.telling import Room

log = structlog.get_logger(__name__)

EVERY_S = 10.0  #: between looks for who is to be forgotten
DAY = timedelta(days=1)
THEN = (2000, 1, 1, 0, 0, 0)  #: of files in the archive: the same content makes the same archive


class Privacy:
    """The duty of privacy (`bot.ports.Duty`); `keep` forgets who is to be forgotten.

    `removed` asks Slack whether it has really taken our token; `goodbye` ends the bot.
    """

    def __init__(
        self,
        persons: Persons,
        forgetting: Forgetting,
        store: Store,
        cohorts: Cohorts,
        staff: Staff,
        chat: Chat,
        room: Room,
        clock: Callable[[], datetime],
        *,
        keep_days: int,
        team: str,
        removed: Callable[[], Awaitable[bool]],
        goodbye: Callable[[], None],
    ) -> None:
        self._persons = persons
        self._forgetting = forgetting
        self._store = store
        self._cohorts = cohorts
        self._staff = staff
        self._chat = chat
        self._room = room
        self._clock = clock
        self._keep_days = keep_days
        self._team = team
        self._removed = removed
        self._goodbye = goodbye
        self._looked_at: datetime | None = None
        self._leaving: asyncio.Task[None] | None = None

    def duty(self) -> Duty:
        """Return what it answers to."""
        return Duty(
            name="privacy",
            words={"privacy": self._see},
            presses={  # each with what is kept of whoever presses, whatever the button says
                rules.SEE: self._see,
                rules.SEND: self._send,
                rules.ASK: self._ask,
                rules.DELETE: self._delete,
                rules.KEEP: self._keep,
            },
            heard=self.heard,
        )

    async def heard(self, fact: Fact) -> None:
        """Take that we were removed; everything else is no concern of ours."""
        if isinstance(fact, Uninstalled) and fact.team == self._team and self._leaving is None:
            self._leaving = asyncio.create_task(self._leave(), name="leave")
        if isinstance(fact, TokenRevoked) and fact.team == self._team:
            advice = "nothing is deleted for that alone; give me a new token, or: docent forget --everybody"
            log.error("token_revoked", advice=advice)

    async def keep(self, every_s: float = EVERY_S) -> None:
        """Forget who is to be forgotten, and once a day look who that is, until cancelled."""
        await rounds("privacy", self._finish_and_look, every(every_s))

    async def _finish_and_look(self) -> None:
        await self.finish()
        if self._keep_days and (self._looked_at is None or self._clock() - self._looked_at >= DAY):
            await self.look()
            self._looked_at = self._clock()

    async def finish(self) -> None:
        """Forget who is to be forgotten and was not yet: the host was down, we crashed, or a command asked for it."""
        for user in await self._persons.intended():
            if await self._forgetting.forget(user):
                await self._say(user, Note(rules.DELETED))

    async def look(self) -> None:
        """Tell who will be deleted in two weeks, delete who was told then, and what is over for so long."""
        now, keep = self._clock(), timedelta(days=self._keep_days)
        gone = 0
        for user, seen in (await self._persons.unseen_since(now - keep + rules.NOTICE)).items():
            match rules.due(seen, await self._told_at(user), now, keep):
                case rules.Tell(until):
                    # noted first: who cannot be told, because they left the workspace, goes as well
                    await self._store.remember(note_of(user), now.isoformat())
                    await self._say(user, rules.notice(until, seen))
                case rules.Delete():
                    gone += await self._forgetting.forget(user)
                case rules.Leave():
                    pass
        over = await self._persons.forget_ended(now - keep)
        if gone or over:
            log.info("kept_no_longer", people=gone, cohorts=over)
            await self._tell_staff(Note(rules.count_of(gone, over, self._keep_days)))

    async def _told_at(self, user: str) -> datetime | None:
        noted = await self._store.note(note_of(user))
        return datetime.fromisoformat(noted) if noted else None

    async def _see(self, asked: Asked) -> Answer:
        return rules.panel(await self._holding(asked.where.user))

    async def _ask(self, asked: Asked) -> Answer:
        return rules.sure_panel(await self._holding(asked.where.user))

    async def _keep(self, asked: Asked) -> Answer:
        return rules.panel(await self._holding(asked.where.user))

    async def _holding(self, user: str) -> rules.Holding:
        kept, cohort = await self._persons.kept(user), await self._cohorts.of(user)
        leads = tuple(each.name for each in await self._cohorts.open() if user in each.instructors)
        course, nameless = (cohort.name, cohort.nameless) if cohort else ("", False)
        files = len(kept.rows.get("files", ()))
        return rules.Holding(kept.count - files, files, course, nameless, leads, self._keep_days)

    async def _send(self, asked: Asked) -> Answer:
        user = asked.where.user
        kept = await self._persons.kept(user)
        if not kept.count:
            return Whispered(rules.NO_ONE)
        archive = await asyncio.to_thread(packed, kept)
        where = Where(await self._room(user), user)  # theirs alone, wherever they pressed
        await self._chat.send_file(where, Keepsake("everything-about-you.zip", archive, say=rules.SENT))
        return None

    async def _delete(self, asked: Asked) -> Answer:
        done = await self._forgetting.forget(asked.where.user)
        words = rules.DELETED if done else rules.LATER
        return Panel(words.replace("**", ""), rows=(Row(words),))

    async def _say(self, user: str, message: Note | Panel) -> None:
        try:
            await self._chat.show(Where(await self._room(user), user), message)
        except ChatError as error:
            log.warning("not_told", error=str(error))

    async def _tell_staff(self, note: Note) -> None:
        try:
            await self._staff.tell(note)
        except ChatError as error:
            log.warning("not_told", error=str(error))

    async def _leave(self) -> None:
        """Delete everything and end, if Slack took our token too: the event may be older than a new installation."""
        rows = None
        while rows is None:
            try:
                if not await self._removed():
                    log.warning("not_removed", advice="Slack says that we were uninstalled, yet takes our token")
                    self._leaving = None
                    return
                log.warning("removed", said="I was removed from the workspace and delete everything that I kept of it.")
                rows = await self._forgetting.everybody()
            except DocentError as error:
                log.warning("leaving_waits", error=str(error))
                await asyncio.sleep(EVERY_S)
        log.warning("goodbye", rows=rows, said="Everything is deleted. Goodbye, and thank you.")
        self._goodbye()


def note_of(user: str) -> str:
    """Return the name of the note that says when somebody was told that they will be deleted."""
    return f"notice.{user}"


def packed(kept: Kept) -> bytes:
    """Return everything as a .zip: `records.json`, and files beside it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        records = json.dumps(kept.rows, indent=2, ensure_ascii=False, default=str)
        for path, content in {"records.json": records.encode(), **kept.files}.items():
            archive.writestr(zipfile.ZipInfo(path, THEN), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()
