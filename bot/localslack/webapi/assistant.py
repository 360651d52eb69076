"""assistant.threads.*: the status line, suggested prompts, a thread's title."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.localslack.changes import PromptsSet, StatusSet, TitleSet
from bot.localslack.posting import end_status
from bot.localslack.premises import Premises
from bot.localslack.values import Json, Prompt, Refused, Status
from bot.localslack.webapi.call import Call

#: Source: https://docs.slack.dev/reference/methods/assistant.threads.setStatus/ (ends after two minutes)
STATUS_LIFE = timedelta(minutes=2)
LOADING_MESSAGES_MAX = 10
#: Source: https://docs.slack.dev/reference/methods/assistant.threads.setSuggestedPrompts/
PROMPTS_MAX = 4


def set_status(call: Call) -> Json:
    """assistant.threads.setStatus."""
    channel = call.channel("channel_id")
    thread_ts = call.args.text("thread_ts")
    if thread_ts and call.world.find(channel.id, thread_ts) is None:
        raise Refused("thread_not_found")
    loading = call.args.json("loading_messages") or []
    if not isinstance(loading, list) or len(loading) > LOADING_MESSAGES_MAX:
        raise Refused("invalid_arguments")
    text = call.args.text("status") or ""
    if not text:
        end_status(call.premises, channel.id, thread_ts)
        return {}
    until = call.premises.clock() + STATUS_LIFE
    status = Status(text, tuple(map(str, loading)), until)
    call.premises.assistant.statuses[channel.id, thread_ts or ""] = status
    told = StatusSet(channel.id, thread_ts, text, status.loading_messages)
    call.premises.journal.tell(told, channel.members)
    call.premises.start(_expire(call.premises, channel.id, thread_ts, status))
    return {}


async def _expire(premises: Premises, channel: str, thread_ts: str | None, status: Status) -> None:
    await asyncio.sleep(STATUS_LIFE.total_seconds())
    if premises.assistant.statuses.get((channel, thread_ts or "")) is status:
        end_status(premises, channel, thread_ts)


def set_suggested_prompts(call: Call) -> Json:
    """assistant.threads.setSuggestedPrompts."""
    channel = call.channel("channel_id")
    given = call.args.json("prompts")
    if not isinstance(given, list) or not 1 <= len(given) <= PROMPTS_MAX:
        raise Refused("invalid_arguments")
    try:
        prompts = tuple(Prompt(str(p["title"]), str(p["message"])) for p in given)
    except (TypeError, KeyError):
        raise Refused("invalid_arguments") from None
    if call.premises.manifest.agent_view and call.args.text("thread_ts"):
        # Source: the same page: with agent_view a call with thread_ts is accepted and does nothing.
        call.premises.problems.found(
            "prompts_ignored",
            "Suggested prompts with thread_ts do nothing in an app with agent_view.",
            "assistant.threads.setSuggestedPrompts",
        )
        return {}
    title = call.args.text("title")
    call.premises.assistant.prompts[channel.id] = (title, prompts)
    call.premises.journal.tell(PromptsSet(channel.id, None, title, prompts), channel.members)
    return {}


def set_title(call: Call) -> Json:
    """assistant.threads.setTitle."""
    channel = call.channel("channel_id")
    thread_ts = call.args.text("thread_ts")
    title = call.args.need("title")
    call.premises.journal.tell(TitleSet(channel.id, thread_ts, title), channel.members)
    return {}
