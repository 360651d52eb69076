"""What a picture of a learner's app shows, or why there is none, and how both are told in words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

ALT_TEXT = 300  #: characters of the page that are told to those who do not see it


class Why(StrEnum):
    """Why there is no picture."""

    NOTHING = "nothing"  #: no container
    ENDED = "ended"  #: the newest container has stopped
    UNPUBLISHED = "unpublished"  #: one runs, and publishes no port
    UNKNOWN = "unknown"  #: there is no container of the name they said
    SEVERAL = "several"  #: two or more could be meant
    CLOSED = "closed"  #: it runs and publishes, and nobody listens
    SILENT = "silent"  #: the connection is taken and nothing comes
    AWAY = "away"  #: the page leads to another place
    DOWNLOAD = "download"  #: a file to keep, not a page
    EMPTY = "empty"  #: an error and no page with it
    BUSY = "busy"  #: the page keeps the browser busy
    BROKEN = "broken"  #: the page ended the browser


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which app is meant: a container by `name`, else the one on host port 3000, else the only one, else what fits."""

    name: str = ""
    image: str = ""  #: what the present step's checks ask for
    port: int = 0  #: the same, inside the container


@dataclass(frozen=True, slots=True)
class AppSeen:
    """A picture of an app."""

    png: bytes
    container: str
    address: str  #: as the learner would open it
    status: int
    title: str = ""
    text: str = ""
    items: int = 0  #: things of a list on it, 0 when that is not known


@dataclass(frozen=True, slots=True)
class NotSeen:
    """No picture, and why. `among` are the containers that could be meant."""

    why: Why
    container: str = ""
    address: str = ""
    port: int = 0  #: inside the container
    among: tuple[str, ...] = ()
    more: str = ""  #: where it leads, the status, the exit code


Sight = AppSeen | NotSeen
