"""Where messages go, to learners and to instructors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from bot.core.messages import Form, Message, StatusCard
from bot.core.panels import Panel


@dataclass(frozen=True, slots=True)
class Where:
    """The place a learner spoke from: enough to answer there. Strings are Slack's own ids, '' when absent."""

    channel: str  #: where answers go (a direct message, or the channel of a mention)
    user: str
    thread: str = ""  #: thread to answer in
    said: str = ""  #: ts of the learner's own message
    card: str = ""  #: ts of the pressed message
    trigger: str = ""  #: opens one form within 3 s
    response_url: str = ""  #: edits the pressed message, 5 uses in 30 min
    delivery: str = ""  #: names what Slack delivered, which may come again: it is taken once

    def without_press(self) -> Where:
        """Return the same place without what only a press gives."""
        return Where(self.channel, self.user, self.thread, self.said)


@dataclass(frozen=True, slots=True)
class Keepsake:
    """A file for a learner. `alt` says what a picture shows; `say` is one plain sentence above it."""

    name: str
    content: bytes
    alt: str = ""
    say: str = ""


#: Called with one short line of progress ("[3/5] RUN npm install"), from any thread; returns at once.
Progress = Callable[[str], None]


class Chat(Protocol):
    """Where messages go. Calls raise `ChatError`; sending twice posts twice, editing twice is harmless."""

    async def show(self, where: Where, message: Message) -> str:
        """Post a new message and return its ts."""
        ...

    async def replace(self, where: Where, message: Message) -> None:
        """Show the message in place of the pressed card; post anew where there is none or it is gone."""
        ...

    async def update(
        self, channel: str, ts: str, message: Message, *, owner: str, final: bool, response_url: str = ""
    ) -> None:
        """Edit a message of ours; newest wins, `final` is never dropped. Raises `CardGone`.

        `owner` is the learner who may press its buttons.
        """
        ...

    async def whisper(self, where: Where, text: str) -> None:
        """Tell one person only."""
        ...

    async def open_form(self, where: Where, form: Form) -> None:
        """Open a form; needs a fresh `where.trigger`, without one a button that opens it is posted instead."""
        ...

    async def publish_home(self, user: str, home: StatusCard, panels: Sequence[Panel] = ()) -> None:
        """Publish the person's App Home; `panels` stand above their own progress."""
        ...

    async def send_file(self, where: Where, file: Keepsake) -> None:
        """Post a file, such as a picture; what it shows is told to those who do not see it."""
        ...

    def busy(self, where: Where, doing: str) -> AbstractAsyncContextManager[Progress]:
        """Show a status line such as `is building your image` while the block runs; quiet where Slack has none.

        The block gets a function that changes the line.
        """
        ...


class Staff(Protocol):
    """The instructors of a class, in their channel."""

    async def tell(self, message: Message, place: str = "") -> str:
        """Show the message where they read, instead of what stands at `place`; return its place.

        Returns '' when they have no channel (yet). Raises `ChatError`.
        """
        ...
