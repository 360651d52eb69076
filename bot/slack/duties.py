"""Listeners for duties: words, presses, forms and what happens in channels go to whoever answers to them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp

from bot.core.panels import Answer, Mistakes, Panel, Press, Row, Sheet, Tone, Whispered
from bot.errors import CardGone, ChatError, DocentError
from bot.handin.command import unslack
from bot.ports import (
    Asked,
    CameIn,
    ChannelChanged,
    Duty,
    Fact,
    Handler,
    TokenRevoked,
    Uninstalled,
    WentOut,
    Where,
    Wrote,
)
from bot.slack.chat import SlackChat
from bot.slack.legible import whole
from bot.slack.middleware import delivery_key
from bot.slack.panels import DUTY, about_of, act_of, read_sheet
from bot.slack.people import People
from bot.slack.porter import Porter
from bot.slack.reading import by_a_person
from bot.slack.uploads import Uploads
from bot.workbench import our_side

log = structlog.get_logger(__name__)

ACK_S = 2.0  #: of the three seconds that Slack waits. Source: docs.slack.dev, acknowledging requests
DONE = "I answered in our direct message."
AGAIN = "again"  #: the act of the button that stands for words already said
Body = dict[str, Any]


class DutyListeners:
    """What instructors do in Slack, and what happens in channels. `register` before the learners' listeners."""

    def __init__(
        self, duties: Sequence[Duty], people: People, porter: Porter, chat: SlackChat, uploads: Uploads, us: str
    ) -> None:
        self._duties = tuple(duties)
        self._words = merged(duty.words for duty in duties)
        self._presses = merged(duty.presses for duty in duties)
        self._sheets = merged(duty.sheets for duty in duties)
        self._people = people
        self._porter = porter
        self._chat = chat
        self._uploads = uploads
        self._us = us

    def register(self, app: AsyncApp) -> None:
        """Connect every listener."""
        app.command("/docent", matchers=[self._is_word_of_ours])(self.somebody_used_a_word)
        app.event("message", matchers=[self._is_spoken_word_of_ours])(self.somebody_said_a_word)
        app.event("message", matchers=[self._is_reply_to_ours])(self.somebody_replied_to_us)
        app.event("message", matchers=[in_a_channel])(self.somebody_wrote_in_a_channel)
        app.action(re.compile(f"^{DUTY}"))(self.somebody_pressed)
        app.shortcut(re.compile(f"^{DUTY}"))(self.somebody_used_a_shortcut)
        app.view(re.compile(f"^{DUTY}"))(self.somebody_sent_a_sheet)
        app.event("member_joined_channel")(self.somebody_came_in)
        app.event("member_left_channel")(self.somebody_went_out)
        for name in ("channel_left", "group_left"):
            app.event(name)(self.we_were_taken_out)
        for name in ("channel_rename", "group_rename", "channel_archive", "group_archive"):
            app.event(name)(self.a_channel_changed)
        for name in ("channel_unarchive", "group_unarchive", "channel_deleted", "group_deleted"):
            app.event(name)(self.a_channel_changed)
        app.event("app_uninstalled")(self.workspace_removed_us)
        app.event("tokens_revoked")(self.workspace_took_tokens_back)

    async def somebody_used_a_word(self, ack: Any, command: Body) -> None:
        """Take `/docent WORD …`."""
        await ack()
        where = Where(command["channel_id"], command["user_id"], trigger=command.get("trigger_id", ""))
        await self._perform_words(unslack(whole(command.get("text") or "")), where)

    async def somebody_said_a_word(self, event: Body, body: Body) -> None:
        """Take such a word where it was said in our direct message."""
        where = Where(event["channel"], event["user"], said=event.get("ts", ""), delivery=delivery_key(body))
        await self._perform_words(unslack(whole(event.get("text") or "")), where)

    async def somebody_pressed(self, ack: Any, body: Body, action: Body) -> None:
        """Take a press on a panel, on Home or on a sheet."""
        await ack()
        where, view = pressed_at(body), (body.get("view") or {}).get("id", "")
        in_sheet = (body.get("view") or {}).get("type") == "modal"
        act, about = act_of(action["action_id"]), about_of(action.get("value", ""))
        if act == AGAIN:
            await self._perform_words(about, replace(where, card=""))
        elif handler := self._presses.get(act):
            await self._perform(handler, where, about, view=view if in_sheet else "")
        else:
            log.warning("no_such_duty", act=act)

    async def somebody_used_a_shortcut(self, ack: Any, body: Body) -> None:
        """Take a shortcut; one on a message is about its channel and ts."""
        await ack()
        message = body.get("message") or {}
        about = f"{body['channel']['id']}/{message['ts']}" if message else ""
        where = Where("", body["user"]["id"], trigger=body.get("trigger_id", ""))
        handler = self._presses.get(act_of(body["callback_id"]))
        if handler is not None:
            await self._perform(handler, where, about)

    async def somebody_sent_a_sheet(self, ack: Any, body: Body, view: Body) -> None:
        """Take a sent form; one with mistakes stays open."""
        where = Where("", body["user"]["id"])
        handler = self._sheets.get(act_of(view["callback_id"]))
        person = await self._porter.admits(where) if handler is not None else None
        if handler is None or person is None:
            await ack()
            return
        asked = Asked(where, person.name, view.get("private_metadata", ""), read_sheet(view["state"]["values"]))
        answering = asyncio.ensure_future(self._answer(handler, asked))
        done, _ = await asyncio.wait({answering}, timeout=ACK_S)
        answer = answering.result() if done else None
        if isinstance(answer, Mistakes):
            await ack(response_action="errors", errors=dict(answer.fields))
            return
        if isinstance(answer, Sheet):
            await ack(response_action="update", view=self._chat.sheet(answer))
            return
        await ack()
        await self._show(answer if done else await answering, where)

    async def somebody_came_in(self, event: Body, body: Body) -> None:
        """Take who joined a channel."""
        user = event["user"]
        await self._heard(CameIn(user, event["channel"], user == self._us, event.get("inviter", "")), self._duties)

    async def somebody_went_out(self, event: Body, body: Body) -> None:
        """Take who left a channel."""
        await self._heard(WentOut(event["user"], event["channel"], event["user"] == self._us), self._duties)

    async def we_were_taken_out(self, event: Body) -> None:
        """Take that somebody removed us from a channel."""
        await self._heard(WentOut(self._us, event["channel"], ours=True), self._duties)

    async def a_channel_changed(self, event: Body) -> None:
        """Take a channel's new name, its archiving, or its return."""
        channel, kind = event["channel"], event["type"]
        if isinstance(channel, Mapping):  # a rename tells the whole channel
            await self._heard(ChannelChanged(channel["id"], whole(channel.get("name", ""))), self._duties)
            return
        await self._heard(ChannelChanged(channel, archived=not kind.endswith("_unarchive")), self._duties)

    async def somebody_wrote_in_a_channel(self, event: Body, body: Body) -> None:
        """Take a message in a channel, with its files."""
        thread = event.get("thread_ts", "")
        where = Where(event["channel"], event["user"], thread, said=event.get("ts", ""), delivery=delivery_key(body))
        person = await self._people.who(where.user)
        if person is None or person.bot:
            return
        await self._heard(await self._wrote(event, where, person.name, files=bool(thread)), self._duties)

    async def somebody_replied_to_us(self, event: Body, body: Body) -> None:
        """Take a reply in a thread of our direct message that belongs to a duty."""
        thread = event.get("thread_ts", "")
        where = Where(event["channel"], event["user"], thread, said=event.get("ts", ""), delivery=delivery_key(body))
        self._people.met(where.user, where.channel)
        person = await self._porter.admits(where)
        if person is not None:
            await self._heard(await self._wrote(event, where, person.name, files=True), await self._holding(where))

    async def _wrote(self, event: Body, where: Where, name: str, *, files: bool) -> Wrote:
        sent = (event.get("files") or []) if files else []
        kept = await self._uploads.kept(sent)
        return Wrote(where, name, unslack(whole(event.get("text") or "")), kept, len(sent) - len(kept))

    async def workspace_removed_us(self, body: Body) -> None:
        """Take that we were uninstalled."""
        await self._heard(Uninstalled(str(body.get("team_id") or "")), self._duties)

    async def workspace_took_tokens_back(self, event: Body, body: Body) -> None:
        """Take that tokens are worth nothing any more; people's own are no concern of ours."""
        if (event.get("tokens") or {}).get("bot"):
            await self._heard(TokenRevoked(str(body.get("team_id") or "")), self._duties)

    async def _heard(self, fact: Fact, duties: Sequence[Duty]) -> None:
        for duty in duties:
            try:
                if duty.heard:
                    await duty.heard(fact)
            except DocentError as error:  # one duty's trouble is not the next one's
                log.warning("not_heard", fact=type(fact).__name__, duty=duty.name, error=str(error))

    async def _holding(self, where: Where) -> Sequence[Duty]:
        """Return the duties to which this thread of a direct message belongs."""
        return [duty for duty in self._duties if duty.holds and await duty.holds(where)]

    async def _perform_words(self, text: str, where: Where) -> None:
        """Do what `WORD …` asks for."""
        word, _, rest = text.strip().partition(" ")
        if handler := self._words.get(word.lower()):
            await self._perform(handler, where, rest.strip(), words=text)

    async def _perform(self, handler: Handler, where: Where, about: str, *, view: str = "", words: str = "") -> None:
        """Let a duty answer whoever is let in, and show the answer."""
        person = await self._porter.admits(where)
        if person is None:
            return
        answer = await self._answer(handler, Asked(where, person.name, about))
        if isinstance(answer, Sheet) and not where.trigger:  # words in a message open no form; a button does
            text = f"Here is the form: {answer.title}."
            answer = Panel(text, rows=(Row(text),), presses=(Press(AGAIN, "Open it", words, Tone.MAIN),))
        await self._show(answer, where, view)

    async def _answer(self, handler: Handler, asked: Asked) -> Answer:
        try:
            return await handler(asked)
        except DocentError as error:
            log.warning("duty_failed", user=asked.where.user, error=str(error))
            return Whispered(our_side(str(error)).text)
        except Exception:
            log.exception("bug", user=asked.where.user)
            return Whispered(our_side("Something went wrong here that should not have.").text)

    async def _show(self, answer: Answer, where: Where, view: str = "") -> None:
        try:
            match answer:
                case Sheet():
                    await self._chat.open_sheet(where, answer, view)
                case Panel() if where.card:
                    await self._chat.replace(where, answer)
                case Panel():
                    room = await self._people.room(where.user)
                    await self._chat.show(Where(room, where.user), answer)
                    if where.channel not in ("", room):
                        await self._chat.whisper(where, DONE)
                case Whispered(text):
                    await self._whisper(text, where)
                case Mistakes(fields):
                    await self._whisper(" ".join(fields.values()), where)
                case None:
                    pass
        except ChatError as error:
            log.warning("not_said", user=where.user, error=str(error))

    async def _whisper(self, text: str, where: Where) -> None:
        """Say it where they are, seen by them alone; in their direct message where they are nowhere, or we are not."""
        if where.channel:
            try:
                await self._chat.whisper(where, text)
            except CardGone:
                log.info("not_in_channel", channel=where.channel)
            else:
                return
        await self._chat.whisper(Where(await self._people.room(where.user), where.user), text)

    async def _is_word_of_ours(self, command: Body) -> bool:
        return first_word(command.get("text")) in self._words

    async def _is_reply_to_ours(self, event: Body) -> bool:
        if event.get("channel_type") != "im" or not by_a_person(event) or not event.get("thread_ts"):
            return False
        where = Where(event["channel"], event["user"], event["thread_ts"])
        return bool(await self._holding(where))

    async def _is_spoken_word_of_ours(self, event: Body) -> bool:
        spoken = event.get("channel_type") == "im" and by_a_person(event) and not event.get("thread_ts")
        return spoken and first_word(event.get("text")) in self._words


def first_word(text: Any) -> str:
    """Return the first word in small letters."""
    return next(iter(str(text or "").lower().split()), "")


async def in_a_channel(event: Body) -> bool:
    """Tell whether a person wrote this in a channel."""
    return event.get("channel_type") in ("channel", "group") and by_a_person(event)


def pressed_at(body: Body) -> Where:
    """Return where somebody pressed: a message of ours in a channel or direct message, or nowhere (Home, a sheet)."""
    user, trigger = body["user"]["id"], body.get("trigger_id", "")
    container, channel = body.get("container", {}), (body.get("channel") or {}).get("id", "")
    if container.get("type") != "message":
        return Where("", user, trigger=trigger)
    thread = (body.get("message") or {}).get("thread_ts", "")
    url = body.get("response_url", "")
    return Where(channel, user, thread, card=container["message_ts"], trigger=trigger, response_url=url)


def merged(tables: Iterable[Mapping[str, Handler]]) -> dict[str, Handler]:
    """Return one table of handlers. Raises `ValueError` when two duties answer to the same name."""
    found: dict[str, Handler] = {}
    for table in tables:
        if twice := found.keys() & table.keys():
            raise ValueError(f"two duties answer to {sorted(twice)}")
        found |= table
    return found
