"""The things a workspace is made of, as values. Whatever changes is replaced, never altered in place."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

#: Block Kit and Slack's payloads are open trees of JSON; they are kept as they came.
Json = dict[str, Any]
#: Says what time it is, aware and in UTC.
Clock = Callable[[], datetime]
#: What a person gave to elements: block id → action id → value (see people.py).
Values = Mapping[str, Mapping[str, Any]]


class Role(enum.StrEnum):
    """What a person does in the workshop."""

    #: takes the workshop
    LEARNER = "learner"
    #: runs it
    INSTRUCTOR = "instructor"


class Kind(enum.StrEnum):
    """What sort of conversation a channel is."""

    #: anybody may see and join it
    PUBLIC = "channel"
    #: only its members see it
    PRIVATE = "private"
    #: one person and the bot
    DM = "dm"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who reads and writes in the workspace."""

    id: str
    name: str
    real_name: str
    role: Role
    tz: str = "Etc/UTC"
    tz_offset: int = 0  #: seconds that their clock is before UTC
    dnd: tuple[int, int] | None = None  #: the next hours they want quiet, POSIX seconds
    snooze_until: int = 0  #: they want quiet until then


@dataclass(frozen=True, slots=True)
class Channel:
    """A conversation; its `members` are ids of people and of the bot's user."""

    id: str
    name: str
    kind: Kind
    members: frozenset[str]
    creator: str
    created: int
    topic: str = ""
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Reaction:
    """One emoji under a message and who put it there, first come first."""

    name: str
    users: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SlackFile:
    """A file somebody uploaded; `channels` are where it was shared."""

    id: str
    name: str
    title: str
    mimetype: str
    content: bytes = field(repr=False)
    user: str
    created: int
    channels: tuple[str, ...] = ()
    alt: str = ""  #: what a picture shows, for people who do not see it


@dataclass(frozen=True, slots=True)
class Stream:
    """What a streaming message has received so far."""

    open: bool
    text: str = ""
    mode: str = "timeline"
    plan_title: str = ""
    #: task cards by id, in the order they first came
    tasks: Mapping[str, Json] = field(default_factory=dict)
    blocks: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """A message as Slack keeps it. `only_for` names the one reader of an ephemeral message."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: tuple[Json, ...] = ()
    attachments: tuple[Json, ...] = ()
    thread_ts: str | None = None
    subtype: str | None = None
    by_bot: bool = False
    edited_ts: str | None = None
    files: tuple[str, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    pinned: bool = False
    only_for: str | None = None
    stream: Stream | None = None
    metadata: Json | None = None
    #: shown instead of the bot's name (chat:write.customize)
    username: str | None = None

    @property
    def is_reply(self) -> bool:
        """Say whether it sits under another message."""
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass(frozen=True, slots=True)
class View:
    """A modal or a Home; `body` is what the app sent, with ids filled in."""

    id: str
    user: str
    body: Json
    hash: str
    root_view_id: str
    previous_view_id: str | None = None
    values: Values = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """Say `modal` or `home`."""
        return str(self.body["type"])

    @property
    def blocks(self) -> list[Json]:
        """Return the blocks shown."""
        return list(self.body["blocks"])


@dataclass(frozen=True, slots=True)
class Prompt:
    """A suggestion a person can press instead of typing."""

    title: str
    message: str


@dataclass(frozen=True, slots=True)
class Status:
    """The line under a conversation that says what the bot is doing."""

    text: str
    loading_messages: tuple[str, ...]
    until: datetime


@dataclass(frozen=True, slots=True)
class Problem:
    """Something Slack would have refused, resent or shown as broken; alike ones are counted."""

    at: datetime
    code: str
    message: str
    method: str | None = None
    count: int = 1


class Refused(Exception):
    """Slack's `{"ok": false, "error": …}`, with whatever else the answer carries."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.more = more
