"""Tell another system what happens, from letters that are kept until it has taken them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import datetime, timedelta

import aiohttp
import structlog

from bot.errors import RecordsDown
from bot.ports import Letter, Letters
from bot.reports.signing import headers, wait

log = structlog.get_logger(__name__)

CALL_S = 10.0
LOOK_S = 2.0  #: what nobody wakes us for (a question to instructors) is told so soon
GIVE_UP = timedelta(days=1)
TAKEN = range(200, 300)


class Webhook:
    """Posts letters to one address, at most `at_once` at a time and each learner's one after the other."""

    def __init__(self, url: str, secret: str, letters: Letters, *, at_once: int, clock: Callable[[], datetime]) -> None:
        self._url = url
        self._secret = secret
        self._letters = letters
        self._at_once = at_once
        self._clock = clock
        self._news = asyncio.Event()
        self._calls: dict[str, asyncio.Task[None]] = {}  #: by learner

    def wake(self) -> None:
        """Say that something may have happened; returns at once."""
        self._news.set()

    async def keep(self) -> None:
        """Tell what happens, until cancelled; what was not taken then is tried again at the next start."""
        limits = aiohttp.ClientTimeout(total=CALL_S)
        async with aiohttp.ClientSession(timeout=limits, cookie_jar=aiohttp.DummyCookieJar()) as session:
            try:
                while True:
                    await self._look(session)
                    await self._pause()
            finally:
                for call in self._calls.values():
                    call.cancel()
                await asyncio.gather(*self._calls.values(), return_exceptions=True)

    async def _look(self, session: aiohttp.ClientSession) -> None:
        self._news.clear()
        now = self._clock()
        try:
            await self._letters.collect(now)
            if lost := await self._letters.give_up(now - GIVE_UP):
                log.warning("webhook_gave_up", letters=lost)
            free = self._at_once - len(self._calls)
            due = await self._letters.due(now, tuple(self._calls), free) if free else ()
        except RecordsDown:
            return
        for letter in due:
            self._calls[letter.learner] = asyncio.create_task(self._guarded(session, letter), name="webhook")

    async def _pause(self) -> None:
        """Wait for news, for the end of a call, or for `LOOK_S`."""
        news = asyncio.create_task(self._news.wait())
        try:
            await asyncio.wait({news, *self._calls.values()}, timeout=LOOK_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            news.cancel()
        self._calls = {learner: call for learner, call in self._calls.items() if not call.done()}

    async def _guarded(self, session: aiohttp.ClientSession, letter: Letter) -> None:
        try:
            await self._deliver(session, letter)
        except Exception:
            log.exception("bug", event=letter.event)
            await asyncio.sleep(LOOK_S)  # or the same letter would be at it again at once

    async def _deliver(self, session: aiohttp.ClientSession, letter: Letter) -> None:
        failed, asked_s = await self._post(session, letter)
        try:
            if not failed:
                await self._letters.taken(letter.id)
                return
            luck = random.random()  # noqa: S311 - spreads calls, hides nothing
            pause = wait(letter.tries + 1, luck, asked_s)
            log.warning("webhook_not_taken", why=failed, tries=letter.tries + 1, again_s=round(pause.total_seconds()))
            await self._letters.put_off(letter.id, self._clock() + pause)
        except RecordsDown:  # the letter is sent once more then, under the same id
            log.warning("webhook_not_noted", event=letter.event)

    async def _post(self, session: aiohttp.ClientSession, letter: Letter) -> tuple[str, float]:
        """Return why it was not taken ('': it was), and how long the other side asks us to wait."""
        body = letter.body.encode()
        signed = headers(self._secret, letter.event, body, self._clock())
        try:
            # wherever a redirect leads, nobody has allowed it
            async with session.post(self._url, data=body, headers=signed, allow_redirects=False) as answer:
                if answer.status in TAKEN:
                    return "", 0
                asked = answer.headers.get("Retry-After", "")
                return f"answered {answer.status}", float(asked) if asked.isdecimal() and len(asked) < 9 else 0
        except TimeoutError:
            return "no answer in time", 0
        except (aiohttp.ClientError, OSError) as error:
            return f"{type(error).__name__}: {error}", 0
