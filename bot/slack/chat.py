"""`ports.Chat` on Slack's Web API: messages are rendered, then leave through the outbox."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.messages import Form, Message, Note, StatusCard
from bot.core.panels import Panel, Sheet
from bot.errors import CardGone, ChatError
from bot.ports import Keepsake, Progress, Where
from bot.slack.answers import UNREACHED, why
from bot.slack.blocks import render
from bot.slack.elements import MESSAGE_TEXT, cut, mrkdwn
from bot.slack.forms import form_view, way_to
from bot.slack.hooks import ResponseUrls
from bot.slack.legible import inert
from bot.slack.outbox import Outbox, Priority
from bot.slack.overview import home_view
from bot.slack.panels import sheet_view
from bot.slack.posts import Post

log = structlog.get_logger(__name__)

ALT_TEXT = 1_000  #: Source: docs.slack.dev, files.getUploadURLExternal, alt_txt
STATUS_TEXT = 150  #: characters of a status line; it is one line of a person's screen
STATUS_EVERY_S = 1.5
TRIGGER_S = 3.0  #: Source: docs.slack.dev, trigger_id
REMEMBERED = 2_000  #: cards we keep count of
GONE = {"message_not_found", "channel_not_found", "is_archived", "cant_update_message", "not_in_channel"}


class SlackChat:
    """Sends to one workspace."""

    def __init__(self, client: AsyncWebClient, session: aiohttp.ClientSession, outbox: Outbox) -> None:
        self._client = client
        self._session = session
        self._outbox = outbox
        self._hooks = ResponseUrls(session)
        self._serials: OrderedDict[str, int] = OrderedDict()  # message → number of its newest edit
        self._no_status = False

    async def show(self, where: Where, message: Message) -> str:
        """Post a new message and return its ts."""
        post = Post(self._client, where.channel, render(message, where.user), where.thread)
        return str(await self._sent("chat.postMessage", where.channel, post.send, Priority.ANSWER))

    async def replace(self, where: Where, message: Message) -> None:
        """Show the message in place of the pressed card; post anew where there is none or it is gone."""
        if not where.card:
            await self.show(where, message)
            return
        try:
            await self.update(
                where.channel, where.card, message, owner=where.user, final=True, response_url=where.response_url
            )
        except CardGone:
            await self.show(where.without_press(), message)

    async def update(
        self, channel: str, ts: str, message: Message, *, owner: str, final: bool, response_url: str = ""
    ) -> None:
        """Edit a message of ours; newest wins, `final` is never dropped. Raises `CardGone`."""
        rendered = render(message, owner)
        priority = Priority.FINAL if final else Priority.PROGRESS
        key = f"{channel}/{ts}"
        serial = self._number(key)
        if response_url and self._hooks.left(response_url, final=final):

            async def by_hook() -> bool:
                return await self._hooks.replace(response_url, rendered)

            if await self._sent("response_url", channel, by_hook, priority, key):
                return

        async def send() -> Any:
            if not final and self._serials.get(key) != serial:
                return None  # a newer edit went another way; this one must not come after it
            return await self._client.chat_update(channel=channel, ts=ts, text=rendered.text, blocks=rendered.blocks)

        await self._sent("chat.update", channel, send, priority, key)

    async def board(self, channel: str, ts: str, message: Message) -> str:
        """Edit the board, or post it where there is none (any more); return its ts."""
        rendered = render(message, "")
        if ts:
            try:
                await self._sent(
                    "chat.update",
                    channel,
                    lambda: self._client.chat_update(
                        channel=channel, ts=ts, text=rendered.text, blocks=rendered.blocks
                    ),
                    Priority.BOARD,
                    f"{channel}/{ts}",
                )
            except CardGone:
                log.info("board_gone", channel=channel)
            else:
                return ts
        post = Post(self._client, channel, rendered)
        return str(await self._sent("chat.postMessage", channel, post.send, Priority.BOARD))

    async def whisper(self, where: Where, text: str) -> None:
        """Tell one person only."""
        rendered = render(Note(text), where.user)

        async def send() -> Any:
            return await self._client.chat_postEphemeral(
                channel=where.channel,
                user=where.user,
                text=rendered.text,
                blocks=rendered.blocks,
                thread_ts=where.thread or None,
            )

        await self._sent("chat.postEphemeral", where.channel, send, Priority.ANSWER)

    async def open_form(self, where: Where, form: Form) -> None:
        """Open a form; without a fresh trigger a button that opens it is posted instead."""
        view = form_view(form, where.user, where.channel)
        if where.trigger:
            try:
                # never queued, and not waited for: a trigger lives no longer
                async with asyncio.timeout(TRIGGER_S):
                    await self._client.views_open(trigger_id=where.trigger, view=view)
            except SlackApiError as error:
                log.info("form_not_opened", error=why(error))
            except UNREACHED as error:
                log.info("form_not_opened", error=type(error).__name__)
            else:
                return
        await self.show(where.without_press(), way_to(form))

    def sheet(self, sheet: Sheet) -> dict[str, Any]:
        """Return a sheet as Slack takes it."""
        return sheet_view(sheet)

    async def open_sheet(self, where: Where, sheet: Sheet, view: str = "") -> None:
        """Open a sheet, or show it in place of an open one (`view` is its id). Raises `ChatError`."""
        made = sheet_view(sheet)
        try:
            # never queued, and not waited for: a trigger lives no longer
            async with asyncio.timeout(TRIGGER_S):
                if view:
                    await self._client.views_update(view_id=view, view=made)
                else:
                    await self._client.views_open(trigger_id=where.trigger, view=made)
        except SlackApiError as error:
            raise ChatError(f"Slack opened no form ({why(error)}).") from error
        except UNREACHED as error:
            raise ChatError(f"Slack could not be reached to open a form ({error}).") from error

    async def publish_home(self, user: str, home: StatusCard, panels: Sequence[Panel] = ()) -> None:
        """Publish the person's App Home; `panels` stand above their own progress."""
        view = home_view(home, user, panels)
        await self._sent(
            "views.publish",
            f"home:{user}",
            lambda: self._client.views_publish(user_id=user, view=view),
            Priority.ANSWER,
            f"home:{user}",
        )

    async def send_file(self, where: Where, file: Keepsake) -> None:
        """Post a file, in Slack's three steps; a step that fails is tried again alone."""

        async def upload() -> str:
            told = await self._client.files_getUploadURLExternal(
                filename=file.name, length=len(file.content), alt_txt=cut(file.alt, ALT_TEXT) or None
            )
            async with self._session.post(told["upload_url"], data=file.content) as response:
                response.raise_for_status()
            return str(told["file_id"])

        file_id = await self._sent("files.getUploadURLExternal", where.channel, upload, Priority.ANSWER)

        async def complete() -> Any:
            return await self._client.files_completeUploadExternal(
                files=[{"id": file_id, "title": file.name}],
                channel_id=where.channel,
                initial_comment=mrkdwn(file.say, MESSAGE_TEXT) or None,
                thread_ts=where.thread or None,
            )

        await self._sent("files.completeUploadExternal", where.channel, complete, Priority.ANSWER)

    def busy(self, where: Where, doing: str) -> AbstractAsyncContextManager[Progress]:
        """Show a status line such as `is building your image` while the block runs; quiet where Slack has none."""
        return self._busy(where, doing)

    @asynccontextmanager
    async def _busy(self, where: Where, doing: str) -> AsyncIterator[Progress]:
        latest = doing

        def change(text: str) -> None:
            nonlocal latest
            latest = text

        async def follow() -> None:
            shown = ""
            while True:
                if latest != shown:
                    shown = latest
                    await self._set_status(where, shown)
                await asyncio.sleep(STATUS_EVERY_S)

        following = asyncio.create_task(follow(), name="status-line")
        try:
            yield change
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            await self._set_status(where, "")

    async def _set_status(self, where: Where, status: str) -> None:
        about = where.thread or where.said or where.card
        if self._no_status or not about or not where.channel.startswith("D"):
            return
        try:
            await self._client.assistant_threads_setStatus(
                channel_id=where.channel, thread_ts=about, status=cut(inert(status), STATUS_TEXT)
            )
        except SlackApiError as error:
            # workspaces without the agent surface answer the same error every time: ask once
            if why(error) in {"missing_scope", "unknown_method", "not_enabled", "feature_not_enabled"}:
                self._no_status = True
            log.debug("no_status_line", error=why(error))
        except UNREACHED as error:  # whatever is being done goes on, and its result is what counts
            log.debug("no_status_line", error=type(error).__name__)

    async def suggest(self, channel: str, prompts: list[tuple[str, str]]) -> None:
        """Offer up to four prompts (title, message) in an agent's direct message; quiet where Slack has none."""
        try:
            await self._client.assistant_threads_setSuggestedPrompts(
                channel_id=channel, thread_ts=None, prompts=[{"title": t, "message": m} for t, m in prompts[:4]]
            )
        except SlackApiError as error:
            log.debug("no_suggested_prompts", error=why(error))
        except UNREACHED as error:
            log.debug("no_suggested_prompts", error=type(error).__name__)

    def _number(self, key: str) -> int:
        """Return the number of a new edit of this message."""
        number = self._serials.pop(key, 0) + 1
        self._serials[key] = number
        while len(self._serials) > REMEMBERED:
            self._serials.popitem(last=False)
        return number

    async def _sent(self, method: str, channel: str, send: Any, priority: Priority, key: str = "") -> Any:
        try:
            return await self._outbox.send(method, channel, send, priority, key=key)
        except SlackApiError as error:
            name = why(error)
            if name in GONE:
                raise CardGone(f"Slack says {name} for {method} in {channel}.") from error
            raise ChatError(f"Slack refused {method}: {name}.") from error
        except UNREACHED as error:
            raise ChatError(f"Slack could not be reached for {method}: {error}.") from error
