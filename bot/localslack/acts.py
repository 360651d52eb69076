"""What people do in channels: say, edit, delete, react, upload."""

from __future__ import annotations

from dataclasses import replace

from bot.localslack import channels, events, interactions, reading, typed
from bot.localslack.asking import Ask, Declined
from bot.localslack.elements import complete
from bot.localslack.premises import Upload
from bot.localslack.values import Channel, Json, Kind, Message, Refused
from bot.localslack.webapi.files import FILE_MAX_BYTES, add_file
from bot.localslack.webapi.marks import react as put_reaction

#: What Slack's composer takes.
TYPED_MAX = 40_000


def _written(ask: Ask, channel: Channel, text: str, files: tuple[str, ...] = ()) -> Message:
    premises, person = ask.premises, ask.person
    words = premises.world.user_names, premises.world.channel_names
    blocks = tuple(complete([typed.rich_text(text, *words)])) if text else ()
    return Message(
        channel.id,
        premises.world.next_ts(),
        person.id,
        typed.slack_text(text, *words),
        blocks=blocks,
        thread_ts=_thread(ask, channel),
        files=files,
        subtype="file_share" if files else None,
    )


def _thread(ask: Ask, channel: Channel) -> str | None:
    given = ask.given.get("thread_ts")
    if not given:
        return None
    root = ask.premises.world.find(channel.id, str(given))
    if root is None or root.only_for:
        raise Declined("no_such_message", "That thread is not there (any more).", 404)
    return root.thread_ts or root.ts


def _check(ask: Ask, channel: Channel, text: str) -> None:
    if len(text) > TYPED_MAX:
        raise Declined("too_long", f"Slack takes {TYPED_MAX} characters at most; these are {len(text)}.")
    if channel.kind is Kind.DM and not ask.premises.manifest.messages_tab:
        raise Declined("messages_tab_off", "The app's manifest turns messages to it off.")


async def say(ask: Ask) -> Json:
    """Say something in a channel."""
    text = ask.text("text")
    if not text.strip():
        raise Declined("empty", "There is nothing to say.")
    word, _, rest = text.partition(" ")
    if own := channels.BUILT_IN.get(word):
        return await own(ask, rest.strip())
    channel = ask.own_channel()
    if word.startswith("/") and word[1:2].isalpha() and "/" not in word[1:]:
        return await _slash(ask, channel, word, rest.strip())
    _check(ask, channel, text)
    message = ask.premises.world.post(_written(ask, channel, text))
    events.message_posted(ask.premises, message)
    return {"ts": message.ts, "thread_ts": message.thread_ts}


async def command(ask: Ask) -> Json:
    """Run a slash command."""
    return await _slash(ask, ask.own_channel(), ask.text("command"), ask.text("text", ""))


async def _slash(ask: Ask, channel: Channel, name: str, text: str) -> Json:
    if ask.given.get("thread_ts"):
        raise Declined("not_in_threads", f"{name} is not supported in threads. Sorry!")
    return (await interactions.command(ask.premises, ask.person, channel, name, text)).json()


def _own_message(ask: Ask) -> Message:
    message = ask.message()
    if message.user != ask.person.id:
        raise Declined("not_yours", "Only who wrote a message can change it.")
    return message


async def edit(ask: Ask) -> Json:
    """Change one's own message."""
    before, text = _own_message(ask), ask.text("text")
    if not text.strip():
        raise Declined("empty", "There is nothing to say.")
    _check(ask, ask.channel(), text)
    words = ask.premises.world.user_names, ask.premises.world.channel_names
    after = replace(
        before,
        text=typed.slack_text(text, *words),
        blocks=tuple(complete([typed.rich_text(text, *words)])),
        edited_ts=ask.premises.world.next_ts(),
    )
    ask.premises.world.put(after)
    events.message_changed(ask.premises, before, after)
    return {}


async def delete(ask: Ask) -> Json:
    """Delete one's own message, or dismiss an ephemeral one."""
    message = ask.message()
    if message.only_for == ask.person.id:
        ask.premises.world.remove(message)
        return {}
    message = _own_message(ask)
    ask.premises.world.remove(message)
    events.message_deleted(ask.premises, message)
    return {}


async def react(ask: Ask) -> Json:
    """Put an emoji under a message, or take it away."""
    message = ask.message()
    if message.only_for:
        raise Declined("ephemeral", "Nobody else sees this message.")
    try:
        name = ask.text("name").strip(":")
        put_reaction(ask.premises, message, ask.person.id, name, add=not ask.flag("remove"))
    except Refused as refused:
        raise Declined(refused.error, "That reaction is there already, or not there.") from refused
    return {}


async def upload(ask: Ask, files: list[tuple[str, bytes]]) -> Json:
    """Upload files, and post them if a channel is given."""
    if not files:
        raise Declined("no_file", "There is no file in the form.")
    for name, content in files:
        if not content:
            raise Declined("empty_file", f"{name} is empty. Slack does not take empty files.")
        if len(content) > FILE_MAX_BYTES:
            raise Declined("too_large", f"{name} is larger than {FILE_MAX_BYTES // 1024 // 1024} MB.")
    premises, person = ask.premises, ask.person
    channel = ask.own_channel() if ask.given.get("channel") else None
    text = ask.text("text", "")
    if channel:
        _check(ask, channel, text)
        _thread(ask, channel)
    kept = [
        add_file(premises, Upload(premises.world.next_id("F"), name, len(content), content), person.id)
        for name, content in files
    ]
    shown = [reading.file(f) for f in kept]
    if channel is None:
        return {"ts": None, "files": shown}
    ids = tuple(f.id for f in kept)
    premises.world.share(ids, channel.id)
    message = premises.world.post(_written(ask, channel, text, ids))
    events.message_posted(premises, message)
    for file_id in ids:
        events.file_shared(premises, file_id, person.id, channel)
    return {"ts": message.ts, "files": shown}
