"""What is done for instructors, and with them: a duty answers words, buttons and forms (contract).

`/docent WORD …`, a press and a sent form come with who did it; a duty asks itself whether they may. It answers within
two seconds or goes on after Slack was answered, so slow work belongs in the background.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.core.cohorts.making import ChannelSeen
from bot.core.panels import Answer, Panel
from bot.ports.talking import Keepsake, Where


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants of a duty. `where.user` is who; `where.channel` is where they are, '' on Home or a form."""

    where: Where
    name: str  #: of the person, theirs to choose
    about: str = ""  #: of the button or form; of a word what followed it
    filled: Mapping[str, str] = field(default_factory=dict)  #: of a form, by field (`bot.core.panels.Kind`)


@dataclass(frozen=True, slots=True)
class CameIn:
    """Somebody joined a channel that we are in; we ourselves too (`ours`), brought by `inviter`."""

    user: str
    channel: str
    ours: bool = False
    inviter: str = ""


@dataclass(frozen=True, slots=True)
class WentOut:
    """Somebody left a channel, or was removed; we ourselves too."""

    user: str
    channel: str
    ours: bool = False


@dataclass(frozen=True, slots=True)
class ChannelChanged:
    """A channel got another name, was archived or came back."""

    channel: str
    name: str = ""  #: '' when it has not changed
    archived: bool | None = None  #: None when that has not changed


@dataclass(frozen=True, slots=True)
class Wrote:
    """Somebody wrote in a channel, with files."""

    where: Where  #: `thread` is '' outside of threads
    name: str
    text: str
    files: tuple[Keepsake, ...] = ()
    lost: int = 0  #: files that could not be fetched, or are too large


@dataclass(frozen=True, slots=True)
class Uninstalled:
    """A workspace removed us, as Slack says; it may say so late, or before it took our token back."""

    team: str


@dataclass(frozen=True, slots=True)
class TokenRevoked:
    """Our token for a workspace is worth nothing any more; that alone does not mean that we were removed."""

    team: str


Fact = CameIn | WentOut | ChannelChanged | Wrote | Uninstalled | TokenRevoked
Handler = Callable[[Asked], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One thing that is done for instructors: what it answers to, and what it hears; by default nothing."""

    name: str  #: for the log
    words: Mapping[str, Handler] = field(default_factory=dict)  #: after `/docent`, or in a direct message
    presses: Mapping[str, Handler] = field(default_factory=dict)  #: by `Press.act`; shortcuts of that name too
    sheets: Mapping[str, Handler] = field(default_factory=dict)  #: forms that were sent, by `Sheet.act`
    heard: Callable[[Fact], Awaitable[None]] | None = None  #: takes what happened in channels
    home: Callable[[str], Awaitable[Sequence[Panel]]] | None = None  #: what it shows on this person's Home
    #: whether a reply in this thread of a direct message is its concern; it alone hears those, as `Wrote`
    holds: Callable[[Where], Awaitable[bool]] | None = None


class Channels(Protocol):
    """Channels as Slack has them. Raises `ChatError`."""

    async def members(self, channel: str) -> Sequence[str]:
        """Return who is in it, without programs; () where we are not."""
        ...

    async def pin(self, channel: str, ts: str) -> None:
        """Pin a message (idempotent); quiet where we may not."""
        ...

    async def name(self, channel: str) -> str:
        """Return its name without #, '' when it is not to be seen."""
        ...

    async def seen(self, channel: str) -> ChannelSeen | None:
        """Return it as we see it, None when we do not."""
        ...
