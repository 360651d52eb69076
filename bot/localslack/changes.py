"""What happened in the workspace, in order, for whoever reads along."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from bot.localslack.values import Channel, Clock, Message, Problem, Prompt, View

#: A reader that was away for longer than this many changes has to load everything again.
KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Posted:
    """A message is new."""

    message: Message


@dataclass(frozen=True, slots=True)
class Edited:
    """A message is different now."""

    message: Message


@dataclass(frozen=True, slots=True)
class Deleted:
    """A message is gone."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class ViewShown:
    """A view is on the screen or different now; `how`: opened, pushed, updated or home."""

    how: str
    view: View


@dataclass(frozen=True, slots=True)
class ViewErrors:
    """A submission was refused; `errors` by block id."""

    view: View


@dataclass(frozen=True, slots=True)
class ViewsClosed:
    """Views left the screen; `top` is the one now in front."""

    view_ids: tuple[str, ...]
    top: str | None


@dataclass(frozen=True, slots=True)
class StatusSet:
    """The bot says what it is doing; an empty `status` ends it."""

    channel: str
    thread_ts: str | None
    status: str
    loading_messages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PromptsSet:
    """The bot suggests what to say."""

    channel: str
    thread_ts: str | None
    title: str | None
    prompts: tuple[Prompt, ...]


@dataclass(frozen=True, slots=True)
class TitleSet:
    """The bot named a thread."""

    channel: str
    thread_ts: str | None
    title: str


@dataclass(frozen=True, slots=True)
class ChannelChanged:
    """Somebody came or went, or the channel is new."""

    channel: Channel


@dataclass(frozen=True, slots=True)
class ProblemFound:
    """Slack would not have liked something."""

    problem: Problem


@dataclass(frozen=True, slots=True)
class BotCame:
    """A bot's socket came or went; `connections` are left."""

    connections: int


News = (
    Posted
    | Edited
    | Deleted
    | ViewShown
    | ViewErrors
    | ViewsClosed
    | StatusSet
    | PromptsSet
    | TitleSet
    | ChannelChanged
    | ProblemFound
    | BotCame
)


@dataclass(frozen=True, slots=True)
class Change:
    """One piece of news with its number; `audience` None means everybody."""

    seq: int
    at: datetime
    audience: frozenset[str] | None
    news: News

    def is_for(self, person: str | None) -> bool:
        """Say whether `person` (None: an onlooker who sees everything) may see it."""
        return person is None or self.audience is None or person in self.audience


class Journal:
    """The newest changes and those who wait for more."""

    def __init__(self, clock: Clock, kept: int = KEPT) -> None:
        self._clock = clock
        self._changes: deque[Change] = deque(maxlen=kept)
        self._waiting: set[asyncio.Event] = set()
        self.seq = 0

    def tell(self, news: News, audience: frozenset[str] | None = None) -> None:
        """Add one change and wake the readers."""
        self.seq += 1
        self._changes.append(Change(self.seq, self._clock(), audience, news))
        for event in self._waiting:
            event.set()

    def after(self, seq: int) -> list[Change] | None:
        """Return all changes newer than `seq`, or None when some of them are no longer kept."""
        if seq > self.seq or seq < self.seq - len(self._changes):
            return None
        missing = self.seq - seq
        return [self._changes[i] for i in range(len(self._changes) - missing, len(self._changes))]

    async def follow(self, seq: int) -> AsyncIterator[Change | None]:
        """Yield every change newer than `seq` for ever; None once when the reader fell too far behind."""
        with self._doorbell() as rung:
            while True:
                rung.clear()
                batch = self.after(seq)
                if batch is None:
                    # taken before the reader is told: what comes while it listens is still to be told
                    seq = self.seq
                    yield None
                    continue
                for change in batch:
                    yield change
                    seq = change.seq
                if seq == self.seq:
                    await rung.wait()

    @contextmanager
    def _doorbell(self) -> Iterator[asyncio.Event]:
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            yield event
        finally:
            self._waiting.discard(event)
