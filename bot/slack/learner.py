"""Listeners for learners: each takes what Slack says, makes it an event, and hands it over."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.classroom import Classroom
from bot.core.events import AnsweredProgram, Arrived, Event, GaveFeedback, Mentioned, OpenedHome
from bot.handin.command import unslack
from bot.ports import Where
from bot.slack.buttons import ANSWER, GO, OFFER, read_value
from bot.slack.chat import SlackChat
from bot.slack.closing import EMPTY_SURVEY, SURVEY_VIEW, read_survey
from bot.slack.forms import EDITOR_INPUT, EDITOR_VIEW
from bot.slack.people import People
from bot.slack.reading import read_form, read_message, read_press
from bot.slack.uploads import Uploads

PROMPTS = [("Continue the workshop", "start"), ("Where am I?", "status"), ("Give me a hint", "hint"), ("Help", "help")]
ELSEWHERE = "I answered in our direct message."
SPOKEN = (None, "file_share", "thread_broadcast")  #: subtypes of messages that people write
Body = dict[str, Any]


@dataclass(slots=True)
class LearnerListeners:
    """What learners do in Slack, as facts. `register` connects them."""

    classroom: Classroom
    people: People
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

    async def learner_wrote(self, event: Body) -> None:
        """Take a direct message, with its files."""
        if event.get("channel_type") != "im" or event.get("subtype") not in SPOKEN or event.get("bot_id"):
            return
        where = Where(event["channel"], event["user"], event.get("thread_ts", ""), said=event["ts"])
        self.people.met(where.user, where.channel)
        await self._take_files(event.get("files") or [], where)
        if where.thread and await self.classroom.talks(where.user, where.thread):
            if event.get("text") or not event.get("files"):  # an empty line is Enter, too
                await self._turn(AnsweredProgram(unslack(event.get("text") or "")), where)
        elif event.get("text", "").strip():
            await self._turn(read_message(event["text"]), where)

    async def learner_mentioned_us(self, event: Body) -> None:
        """Take a mention in a channel; the answer goes to the thread."""
        text = re.sub(r"<@[A-Z0-9]+>", "", event.get("text", "")).strip()
        thread = event.get("thread_ts") or event["ts"]
        await self._turn(Mentioned(text), Where(event["channel"], event["user"], thread, said=event["ts"]))

    async def learner_opened_our_place(self, event: Body) -> None:
        """Take a look at the Home tab or into the direct message."""
        where = Where(event["channel"], event["user"])
        if event.get("tab") == "home":
            await self._turn(OpenedHome(), where)
            return
        self.people.met(where.user, where.channel)
        await self._turn(Arrived(), where)
        await self.chat.suggest(where.channel, PROMPTS)

    async def learner_pressed_a_button(self, ack: Any, body: Body, action: Body) -> None:
        """Take a press on a card, on Home or on a quiz option."""
        await ack()
        where = await self._where_pressed(body)
        await self._turn(read_press(action["action_id"], action.get("value", ""), where.user), where)

    async def learner_saved_a_file(self, ack: Any, body: Body, view: Body) -> None:
        """Take a submitted file form."""
        await ack()
        channel, _, rest = view["private_metadata"].partition("|")
        content = view["state"]["values"][EDITOR_INPUT][EDITOR_INPUT].get("value") or ""
        await self._turn(read_form(read_value(rest).detail, content), Where(channel, body["user"]["id"]))

    async def learner_sent_feedback(self, ack: Any, body: Body, view: Body) -> None:
        """Take a submitted feedback form; an empty one stays open."""
        feedback = GaveFeedback(*read_survey(view["state"]["values"]))
        empty = not (feedback.useful or feedback.better.strip())
        await ack(**EMPTY_SURVEY if empty else {})
        if not empty:
            channel = view["private_metadata"].partition("|")[0]
            await self._turn(feedback, Where(channel, body["user"]["id"]))

    async def learner_used_the_command(self, ack: Any, command: Body, respond: Any) -> None:
        """Take `/docent WORDS`: everything a word does; the answer goes to the direct message."""
        await ack()
        user = command["user_id"]
        where = Where(await self.people.room(user), user, trigger=command.get("trigger_id", ""))
        if command["channel_id"] != where.channel:
            await respond(ELSEWHERE)
        await self._turn(read_message(command.get("text") or "help"), where)

    async def something_else_happened(self, event: Body) -> None:
        """Take what needs no answer."""

    async def _turn(self, event: Event, where: Where) -> None:
        await self.classroom.turn(event, where, await self.people.name(where.user))

    async def _take_files(self, files: list[Body], where: Where) -> None:
        if not files:
            return
        async with self.chat.busy(where, "is reading your files …"):
            events = await self.uploads.take(files)
        for event in events:
            await self._turn(event, where)

    async def _where_pressed(self, body: Body) -> Where:
        """Return the place of a press: its message, or for Home the direct message."""
        user, trigger = body["user"]["id"], body.get("trigger_id", "")
        container = body.get("container", {})
        if container.get("type") != "message":
            return Where(await self.people.room(user), user, trigger=trigger)
        message = body.get("message") or {}
        return Where(
            channel=body["channel"]["id"],
            user=user,
            thread=message.get("thread_ts", ""),
            card=container["message_ts"],
            trigger=trigger,
            response_url=body.get("response_url", ""),
        )
