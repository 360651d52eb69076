"""For instructors: one board message in their channel, edited in place."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.board import board
from bot.core.workshop import Workshop
from bot.errors import ChatError
from bot.ports import Sandbox, Store
from bot.slack.blocks import BOARD_ROWS
from bot.slack.chat import SlackChat

log = structlog.get_logger(__name__)

PLACE = "board.place"  #: note: `channel/ts` of the board message


class BoardKeeper:
    """Keeps the board true: at most one edit every `every_s`, and only when something changed."""

    def __init__(
        self,
        workshop: Workshop,
        store: Store,
        sandbox: Sandbox,
        chat: SlackChat,
        client: AsyncWebClient,
        *,
        channel: str,
        every_s: float,
        clock: Callable[[], datetime],
    ) -> None:
        self._workshop = workshop
        self._store = store
        self._sandbox = sandbox
        self._chat = chat
        self._client = client
        self._channel = channel
        self._every_s = every_s
        self._clock = clock
        self._dirty = asyncio.Event()
        self._shown: object = None

    def mark(self) -> None:
        """Say that something changed."""
        self._dirty.set()

    async def keep(self) -> None:
        """Follow along until cancelled."""
        self.mark()
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            try:
                await self._show()
            except ChatError as error:
                log.warning("board_not_shown", error=str(error))
            await asyncio.sleep(self._every_s)

    async def _show(self) -> None:
        learners = await self._store.everybody()
        shown = board(self._workshop, learners, self._clock(), limit=BOARD_ROWS, trouble=await self._sandbox.ready())
        if shown == self._shown:
            return
        channel, _, ts = (await self._store.note(PLACE)).partition("/")
        if not channel:
            channel = await self._find_channel()
        if not channel:
            return
        ts = await self._chat.board(channel, ts, shown)
        await self._store.remember(PLACE, f"{channel}/{ts}")
        self._shown = shown

    async def _find_channel(self) -> str:
        """Return the id of the instructors' channel; '' when it is not found."""
        wanted = self._channel.lstrip("#")
        try:
            cursor = ""
            while True:
                page = await self._client.conversations_list(
                    types="public_channel,private_channel", exclude_archived=True, limit=200, cursor=cursor
                )
                for channel in page["channels"]:
                    if wanted in (channel["id"], channel["name"]):
                        return str(channel["id"])
                cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
                if not cursor:
                    break
        except SlackApiError as error:
            log.warning("no_board", error=error.response["error"])
            return ""
        log.warning("no_board", channel=wanted, advice="make the channel and invite Docent to it")
        return ""
