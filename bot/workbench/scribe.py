"""Keep for the lab notebook what is shown to learners: a `Chat` in front of the real one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

from bot.core.ending.pages import PageKind, page_of
from bot.core.messages import Form, Message, ProgramSaid, StatusCard
from bot.core.panels import Panel
from bot.ports import Chat, Keepsake, Notebooks, Progress, Where


class Scribe:
    """Hands everything on, and keeps a page of what says something lasting; never of what only one moment shows."""

    def __init__(self, chat: Chat, notebooks: Notebooks) -> None:
        self._chat = chat
        self._notebooks = notebooks

    async def show(self, where: Where, message: Message) -> str:
        """Post a new message and return its ts."""
        ts = await self._chat.show(where, message)
        await self._keep(where.user, message, ts)
        return ts

    async def replace(self, where: Where, message: Message) -> None:
        """Show the message in place of the pressed card."""
        await self._chat.replace(where, message)
        await self._keep(where.user, message, where.card)

    async def update(
        self, channel: str, ts: str, message: Message, *, owner: str, final: bool, response_url: str = ""
    ) -> None:
        """Edit a message of ours; of what a program says there is no final edit but its last."""
        await self._chat.update(channel, ts, message, owner=owner, final=final, response_url=response_url)
        if final or isinstance(message, ProgramSaid):
            await self._keep(owner, message, ts)

    async def whisper(self, where: Where, text: str) -> None:
        """Tell one person only, as with a token: that is kept nowhere."""
        await self._chat.whisper(where, text)

    async def open_form(self, where: Where, form: Form) -> None:
        """Open a form."""
        await self._chat.open_form(where, form)

    async def publish_home(self, user: str, home: StatusCard, panels: Sequence[Panel] = ()) -> None:
        """Publish the person's App Home."""
        await self._chat.publish_home(user, home, panels)

    async def send_file(self, where: Where, file: Keepsake) -> None:
        """Post a file."""
        await self._chat.send_file(where, file)

    def busy(self, where: Where, doing: str) -> AbstractAsyncContextManager[Progress]:
        """Show a status line while the block runs."""
        return self._chat.busy(where, doing)

    async def _keep(self, user: str, message: Message, ts: str) -> None:
        page = page_of(message)
        if page is not None:
            if page.kind is PageKind.PROGRAM:
                page = replace(page, once=f"program/{ts}")
            await self._notebooks.keep(user, page)
