"""Everything that is in the workspace right now: tables of values, and the few ways to change them."""

from __future__ import annotations

import itertools
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.localslack.changes import ChannelChanged, Deleted, Edited, Journal, Posted
from bot.localslack.values import Channel, Clock, Kind, Message, Person, SlackFile, Values

#: Ids are fixed, so that a bot's database fits the next run too.
TEAM_ID = "T0DOCENT"
TEAM_DOMAIN = "local-workspace"
APP_ID = "A0DOCENT"
BOT_ID = "B0DOCENT"
BOT_USER = "U0DOCENT"


def dm_of(person: str) -> str:
    """Return the id of a person's direct message with the bot."""
    return "D" + person[1:]


class World:
    """The tables. Every change is told to the journal, so that nothing on a screen can be stale."""

    def __init__(self, journal: Journal, clock: Clock, bot_name: str) -> None:
        self.journal = journal
        self.clock = clock
        self.bot_name = bot_name
        self.people: dict[str, Person] = {}
        #: ids by what can be typed after an @ and a #, in lower case
        self.user_names: dict[str, str] = {bot_name.lower(): BOT_USER}
        self.channel_names: dict[str, str] = {}
        self.channels: dict[str, Channel] = {}
        #: channel → ts → message, oldest first; ephemeral ones among them
        self.messages: defaultdict[str, dict[str, Message]] = defaultdict(dict)
        #: (channel, root ts) → ts of its replies, oldest first
        self.replies: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self.files: dict[str, SlackFile] = {}
        #: what each person chose in a message: (person, channel, ts) → values
        self.chosen: dict[tuple[str, str, str], Values] = {}
        self._last_ts = 0
        self._numbers = itertools.count(1)

    # time and ids

    def next_ts(self) -> str:
        """Return a new message timestamp, later than all before it."""
        now = self.clock()
        self._last_ts = max(self._last_ts + 1, int(now.timestamp()) * 1_000_000 + now.microsecond)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def not_before(self, ts: str) -> None:
        """Make sure that no new timestamp is older than `ts` (read back from a file)."""
        seconds, _, micros = ts.partition(".")
        self._last_ts = max(self._last_ts, int(seconds) * 1_000_000 + int(micros))

    def next_id(self, letter: str) -> str:
        """Return an id that is used nowhere else, also not in an earlier run."""
        return f"{letter}{next(self._numbers):04d}{secrets.token_hex(4).upper()}"

    def now(self) -> datetime:
        """Return the workspace's time."""
        return self.clock()

    # people and channels

    def add_person(self, person: Person) -> None:
        """Add a person, with an empty direct message with the bot."""
        self.people[person.id] = person
        self.user_names[person.name] = person.id
        members = frozenset({person.id, BOT_USER})
        created = int(self.clock().timestamp())
        dm = dm_of(person.id)
        self.channels[dm] = Channel(dm, person.name, Kind.DM, members, person.id, created)

    def put_channel(self, channel: Channel) -> None:
        """Add or replace a channel. Who just left hears of it too."""
        before = self.channels.get(channel.id)
        self.channels[channel.id] = channel
        if channel.kind is not Kind.DM:
            if before is not None:
                self.channel_names.pop(before.name, None)
            self.channel_names[channel.name] = channel.id
        gone = before.members if before else frozenset()
        public = channel.kind is Kind.PUBLIC
        self.journal.tell(ChannelChanged(channel), None if public else channel.members | gone)

    def name_of(self, user: str) -> str:
        """Return the name shown for a person or the bot."""
        if user == BOT_USER:
            return self.bot_name
        person = self.people.get(user)
        # somebody of an earlier run, whose words were saved
        return person.real_name if person else user

    def names(self) -> Mapping[str, str]:
        """Return the shown name of every person and channel, by id."""
        named = {BOT_USER: self.bot_name} | {p.id: p.real_name for p in self.people.values()}
        return named | {c.id: c.name for c in self.channels.values()}

    def can_read(self, user: str, channel: Channel) -> bool:
        """Say whether the channel is one that `user` can open."""
        return channel.kind is Kind.PUBLIC or user in channel.members

    def audience(self, message: Message) -> frozenset[str] | None:
        """Return who may see a message; None: everybody."""
        if message.only_for:
            return frozenset({message.only_for})
        channel = self.channels[message.channel]
        return None if channel.kind is Kind.PUBLIC else channel.members

    # messages

    def find(self, channel: str, ts: str) -> Message | None:
        """Return the message at a place, ephemeral or not."""
        return self.messages[channel].get(ts) if channel in self.channels else None

    def post(self, message: Message) -> Message:
        """Add a message and count it under its root."""
        self.messages[message.channel][message.ts] = message
        self.journal.tell(Posted(message), self.audience(message))
        if message.is_reply and not message.only_for:
            self._joined_thread(message)
        return message

    def _joined_thread(self, reply: Message) -> None:
        root_ts = str(reply.thread_ts)
        self.replies[reply.channel, root_ts].append(reply.ts)
        root = self.find(reply.channel, root_ts)
        if root:
            self.put(replace(root, thread_ts=root_ts))

    def put(self, message: Message) -> Message:
        """Replace a message by a newer version of itself."""
        self.messages[message.channel][message.ts] = message
        self.journal.tell(Edited(message), self.audience(message))
        return message

    def remove(self, message: Message) -> None:
        """Delete a message; a root keeps its replies, as in Slack."""
        del self.messages[message.channel][message.ts]
        self.journal.tell(Deleted(message.channel, message.ts), self.audience(message))
        if message.is_reply and not message.only_for:
            root_ts = str(message.thread_ts)
            self.replies[message.channel, root_ts].remove(message.ts)
            root = self.find(message.channel, root_ts)
            if root:
                self.put(root)

    def roots(self, channel: str, reader: str | None = None) -> list[Message]:
        """Return what stands in the channel itself, oldest first; ephemerals only for their `reader`."""
        shown = self.messages[channel].values()
        return [
            m for m in shown if (not m.is_reply or m.subtype == "thread_broadcast") and m.only_for in (None, reader)
        ]

    def thread(self, channel: str, root_ts: str, reader: str | None = None) -> list[Message]:
        """Return a root and its replies, oldest first; ephemerals only for their `reader`."""
        return [
            m
            for m in self.messages[channel].values()
            if (m.ts == root_ts or m.thread_ts == root_ts) and m.only_for in (None, reader)
        ]

    # what people chose in messages

    def choices(self, person: str, message: Message) -> Values:
        """Return what a person chose in a message so far."""
        return self.chosen.get((person, message.channel, message.ts), {})

    def choose(self, person: str, message: Message, block_id: str, action_id: str, value: Any) -> None:
        """Remember one choice."""
        key = (person, message.channel, message.ts)
        self.chosen[key] = with_value(self.chosen.get(key, {}), block_id, action_id, value)

    # files

    def share(self, file_ids: Iterable[str], channel: str) -> None:
        """Note that files can be seen in a channel."""
        for file_id in file_ids:
            file = self.files[file_id]
            if channel not in file.channels:
                self.files[file_id] = replace(file, channels=(*file.channels, channel))

    def may_read_file(self, user: str, file: SlackFile) -> bool:
        """Say whether a person or the bot sees the file somewhere."""
        return user == file.user or any(self.can_read(user, self.channels[c]) for c in file.channels)


def with_value(values: Values, block_id: str, action_id: str, value: Any) -> Values:
    """Return `values` with one of them set."""
    return {**values, block_id: {**values.get(block_id, {}), action_id: value}}
