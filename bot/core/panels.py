"""What instructors see and press, as values (contract): a panel is a message, a sheet is a form.

No Slack in here: a duty (`bot.ports.duty`) makes them, `bot.slack.panels` renders them. Texts are lines with **bold**
and `code`; words of other people go into `quote` and `box`, where nothing of them acts, and their names through
`called`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

NAME_LIMIT = 40  #: characters of a name in a line; people may choose 80
#: around what is written in a direction of its own. Source: unicode.org/reports/tr9, explicit directional isolates
ISOLATE, ISOLATE_END = "\u2068", "\u2069"
_JOINER = "\u200d"
_HANGS_ON = ("Mn", "Me", "Mc")


def called(name: str) -> str:
    """Return somebody's name for a line of a panel, where it stands in bold: one line, at most 40 characters.

    A name is its owner's to choose: whatever script it is in, it turns and formats nothing that stands beside it.
    """
    words = " ".join(name.replace(ISOLATE, "").replace(ISOLATE_END, "").split())
    return f"{ISOLATE}{_shortened(words) or '?'}{ISOLATE_END}"


def _shortened(name: str) -> str:
    """Return the name, cut where no letter loses its accents and no picture its parts."""
    if len(name) <= NAME_LIMIT:
        return name
    end = NAME_LIMIT - 1
    while end and (_hangs_on(name[end]) or name[end - 1] == _JOINER):
        end -= 1
    return name[:end].rstrip() + "…"


def _hangs_on(char: str) -> bool:
    skin = "\U0001f3fb" <= char <= "\U0001f3ff"
    return char == _JOINER or skin or unicodedata.category(char) in _HANGS_ON


class Tone(StrEnum):
    """How a button looks."""

    PLAIN = "plain"
    MAIN = "main"  #: the one thing to do next; one of a panel
    RISKY = "risky"


@dataclass(frozen=True, slots=True)
class Press:
    """A button. Whether somebody may press it is asked when they do."""

    act: str  #: names what is done, `alert.claim`; a duty answers to it
    label: str
    about: str = ""  #: what it is about, such as the id of an alert
    tone: Tone = Tone.PLAIN
    spoken: str = ""  #: what a screen reader says in place of the label
    sure: str = ""  #: asked before it is done


@dataclass(frozen=True, slots=True)
class Row:
    """One part of a panel, from top to bottom: text, a person, somebody's words, a box of output, buttons."""

    text: str = ""
    quote: str = ""
    box: str = ""
    person: str = ""  #: a user id, shown as their name, which leads to their profile
    presses: tuple[Press, ...] = ()


@dataclass(frozen=True, slots=True)
class Panel:
    """A message with rows. `text` is what a notification and a screen reader say."""

    text: str
    title: str = ""
    rows: tuple[Row, ...] = ()
    presses: tuple[Press, ...] = ()
    foot: str = ""
    changed_at: datetime | None = None  #: shown behind the foot, in the time of whoever reads it


class Kind(StrEnum):
    """How a field is filled in, and what comes of it (`Filled`)."""

    LINE = "line"  #: a string
    TEXT = "text"  #: a string of several lines
    ONE = "one"  #: the value of one choice
    MANY = "many"  #: the values of choices, one a line
    PEOPLE = "people"  #: user ids, one a line
    CHANNEL = "channel"  #: a channel's id
    DAY = "day"  #: 2026-01-31
    TIME = "time"  #: POSIX seconds


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a sheet."""

    name: str
    label: str
    kind: Kind
    value: str = ""  #: what is there already, as `Filled` has it
    choices: tuple[tuple[str, str], ...] = ()  #: (value, label), at most 100
    hint: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form, or a page to look at when it has no fields. It is sent as `act`, about `about`."""

    act: str
    title: str  #: 24 characters
    rows: tuple[Row, ...] = ()
    fields: tuple[Field, ...] = ()
    submit: str = "Save"
    about: str = ""
    presses: tuple[Press, ...] = ()
    fields_first: bool = False  #: above the rows: what they show is chosen there


@dataclass(frozen=True, slots=True)
class Whispered:
    """An answer for one person alone."""

    text: str


@dataclass(frozen=True, slots=True)
class Mistakes:
    """Why a sheet cannot be taken as it is: field → one sentence. It stays open."""

    fields: Mapping[str, str] = field(default_factory=dict)


#: What a duty answers. A panel takes the place of the pressed message (or is posted, after a word); a sheet is opened,
#: or takes the place of the one on which was pressed; None: all is said.
Answer = Panel | Sheet | Whispered | Mistakes | None
