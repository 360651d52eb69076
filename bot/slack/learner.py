"""Listeners for learners: each takes what Slack says, makes it an event, and hands it over."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, replace
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.classroom import Classroom
from bot.core.events import AnsweredProgram, Arrived, Event, GaveFeedback, Mentioned, OpenedHome, PressedForeignCard
from bot.handin.command import unslack
from bot.ports import Where
from bot.slack.answers import UNREACHED
from bot.slack.buttons import ANSWER, GO, OFFER, read_value
from bot.slack.chat import SlackChat
from bot.slack.closing import EMPTY_SURVEY, SURVEY_VIEW, read_survey
from bot.slack.forms import EDITOR_INPUT, EDITOR_VIEW
from bot.slack.legible import whole
from bot.slack.middleware import delivery_key
from bot.slack.people import People
from bot.slack.porter import Porter
from bot.slack.reading import by_a_person, read_form, read_message, read_press
from bot.slack.uploads import Uploads

PROMPTS = [("Continue the workshop", "start"), ("Where am I?", "status"), ("Give me a hint", "hint"), ("Help", "help")]
ELSEWHERE = "I answered in our direct message."
Body = dict[str, Any]


@dataclass(slots=True)
class LearnerListeners:
    """What learners do in Slack, as facts. `register` connects them."""

    classroom: Classroom
    people: People
    porter: Porter
    chat: SlackChat
    uploads: Uploads

    def register(self, app: AsyncApp) -> None:
        """Connect every listener; the last one takes what nobody else wants, so that Slack does not resend it."""
        app.event("message")(self.learner_wrote)
        app.event("app_mention")(self.learner_mentioned_us)
        app.event("app_home_opened")(self.learner_opened_our_place)
        app.action(re.compile(f"^({OFFER}|{ANSWER}|{GO})"))(self.learner_pressed_a_button)
        app.view(EDITOR_VIEW)(self.learner_saved_a_file)
        app.view(SURVEY_VIEW)(self.learner_sent_feedback)
        app.command("/docent")(self.learner_used_the_command)
        app.event(re.compile(".*"))(self.something_else_happened)

    async def learner_wrote(self, event: Body, body: Body) -> None:
        """Take a direct message, with its files; edits, deletions and messages of programs are none."""
        if event.get("channel_type") != "im" or not by_a_person(event):
            return
        where = place_of(event, body, event.get("thread_ts", ""))
        self.people.met(where.user, where.channel)
        person = await self.porter.admits(where)
        if person is None:
            return
        said = await self._read(event, where)
        for number, each in enumerate(said):
            once = f"{where.delivery}#{number}" if where.delivery else ""
            await self.classroom.turn(each, replace(where, delivery=once), person.name)

    async def learner_mentioned_us(self, event: Body, body: Body) -> None:
        """Take a mention in a channel; the answer goes to the thread."""
        if by_a_person(event):
            text = re.sub(r"<@[A-Z0-9]+>", "", whole(event.get("text") or "")).strip()
            await self._turn(Mentioned(text), place_of(event, body, event.get("thread_ts") or event["ts"]))

    async def learner_opened_our_place(self, event: Body, body: Body) -> None:
        """Take a look at the Home tab or into the direct message."""
        where = place_of(event, body)
        if event.get("tab") == "home":
            await self._turn(OpenedHome(), where)
            return
        self.people.met(where.user, where.channel)
        if await self._turn(Arrived(), where):
            await self.chat.suggest(where.channel, PROMPTS)

    async def learner_pressed_a_button(self, ack: Any, body: Body, action: Body) -> None:
        """Take a press on a card, on Home or on a quiz option."""
        await ack()
        where = await self._where_pressed(body)
        event = read_press(action["action_id"], action.get("value", ""), where.user)
        if isinstance(event, PressedForeignCard):  # whispered where they pressed: elsewhere they would not look
            where = replace(where, channel=(body.get("channel") or {}).get("id") or where.channel)
        await self._turn(event, where)

    async def learner_saved_a_file(self, ack: Any, body: Body, view: Body) -> None:
        """Take a submitted file form."""
        await ack()
        channel, _, rest = view["private_metadata"].partition("|")
        content = view["state"]["values"][EDITOR_INPUT][EDITOR_INPUT].get("value") or ""
        await self._filled(read_form(read_value(rest).detail, whole(content)), rest, Where(channel, body["user"]["id"]))

    async def learner_sent_feedback(self, ack: Any, body: Body, view: Body) -> None:
        """Take a submitted feedback form; an empty one stays open."""
        feedback = GaveFeedback(*read_survey(view["state"]["values"]))
        empty = not (feedback.useful or feedback.better.strip())
        await ack(**EMPTY_SURVEY if empty else {})
        if not empty:
            channel, _, rest = view["private_metadata"].partition("|")
            await self._filled(feedback, rest, Where(channel, body["user"]["id"]))

    async def learner_used_the_command(self, ack: Any, command: Body, respond: Any) -> None:
        """Take `/docent WORDS`: everything a word does; the answer goes to the direct message."""
        await ack()
        user = command["user_id"]
        where = Where(await self.people.room(user), user, trigger=command.get("trigger_id", ""))
        if command["channel_id"] != where.channel:
            with contextlib.suppress(*UNREACHED):
                await respond(ELSEWHERE)
        await self._turn(read_message(whole(command.get("text") or "help")), where)

    async def something_else_happened(self, event: Body) -> None:
        """Take what needs no answer."""

    async def _turn(self, event: Event, where: Where) -> bool:
        """Hand the event over; False when they were not let in."""
        person = await self.porter.admits(where)
        if person is not None:
            await self.classroom.turn(event, where, person.name)
        return person is not None

    async def _filled(self, event: Event, value: str, where: Where) -> None:
        """Hand over what a form brought, when it was opened for whoever sent it."""
        owner = read_value(value).owner
        await self._turn(event if owner == where.user else PressedForeignCard(owner), where)

    async def _read(self, event: Body, where: Where) -> list[Event]:
        """Return what a message brings: files first, then words, or a line for the program of its thread."""
        files, text = event.get("files") or [], whole(event.get("text") or "")
        said: list[Event] = []
        if files:
            async with self.chat.busy(where, "is reading your files …"):
                said += await self.uploads.take(files)
        if where.thread and await self.classroom.talks(where.user, where.thread):
            if text or not files:  # an empty line is Enter, too
                said.append(AnsweredProgram(unslack(text)))
        elif text.strip():
            said.append(read_message(text))
        return said

    async def _where_pressed(self, body: Body) -> Where:
        """Return the place of a press: its message, or for Home the direct message.

        A copy of a card in a channel, or inside of somebody's message, is no place: the answer is theirs alone.
        """
        user, trigger = body["user"]["id"], body.get("trigger_id", "")
        container, channel = body.get("container", {}), (body.get("channel") or {}).get("id", "")
        if container.get("type") != "message" or not channel.startswith("D"):
            return Where(await self.people.room(user), user, trigger=trigger)
        message = body.get("message") or {}
        return Where(
            channel=channel,
            user=user,
            thread=message.get("thread_ts", ""),
            card=container["message_ts"],
            trigger=trigger,
            response_url=body.get("response_url", ""),
        )


def place_of(event: Body, body: Body, thread: str = "") -> Where:
    """Return where something happened, with the name of its delivery: Slack may bring it again after a restart."""
    return Where(event["channel"], event["user"], thread, said=event.get("ts", ""), delivery=delivery_key(body))
