"""What a learner types to a program they talk with: lines and keys; and which commands open such a conversation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TypeGuard

from bot.handin.compose.commands import Compose, ExecService
from bot.handin.plan import ExecPlan, Plan, Refusal, RunPlan, StartContainers, Talkative
from bot.handin.typography import tidy

MOST_LINES = 20
#: Source: Linux n_tty, a terminal keeps 4,095 bytes of a line that is not sent yet
LONGEST_LINE = 2_000


class Key(Enum):
    """A key that is no character."""

    #: interrupts what runs
    CTRL_C = "\x03"
    #: says that there is nothing more to read
    CTRL_D = "\x04"


@dataclass(frozen=True, slots=True)
class Line:
    """One line, to be followed by Enter. It may be a password: its text is in no log."""

    text: str

    def __repr__(self) -> str:
        """Return how long it is, never what it is."""
        return f"Line({len(self.text)} characters)"


_KEY = re.compile(r"(?:\^|(?:ctrl|control|strg)\s*[-+ ]\s*)([cd])", re.IGNORECASE)
_FENCED = re.compile(r"```(?:[a-z]+\n|\n)?(.*?)\n?```", re.DOTALL)
_TICKED = re.compile(r"`([^`\n]+)`")


def converses(plan: Plan) -> TypeGuard[Talkative]:
    """Tell whether the command gives a program a keyboard, so that it is to be talked with."""
    match plan:
        case RunPlan() | ExecPlan():
            return plan.interactive and not plan.detach
        case StartContainers():
            return plan.attach
        case Compose(act=ExecService(tty=talks)):
            return talks
        case _:
            return False


def read_typed(said: str, *, secret: bool = False) -> tuple[Line | Key, ...] | Refusal:
    """Return what a reply (already `unslack`ed) types; a `secret` is passed on letter by letter.

    `^D` and `ctrl+d` are keys. Quotes and dashes that a phone made pretty are plain again, and a whole reply in
    backticks is taken out of them.
    """
    if secret:
        text = said.strip("\n")
    else:
        text = said.strip()
        found = _FENCED.fullmatch(text) or _TICKED.fullmatch(text)
        text = tidy(found[1] if found else text, frozenset())
    lines = text.split("\n")
    if len(lines) > MOST_LINES:
        say = f"That is {len(lines)} lines; I type up to {MOST_LINES} at a time. Send them in smaller portions."
        return Refusal("TOO_MANY", say)
    longest = max(len(line.encode()) for line in lines)
    if longest > LONGEST_LINE:
        say = f"One line has {longest:,} bytes; a terminal takes up to {LONGEST_LINE:,}. Nothing was typed."
        return Refusal("TOO_LONG", say)
    return tuple(_typed(line, secret=secret) for line in lines)


def _typed(line: str, *, secret: bool) -> Line | Key:
    key = None if secret and not line.startswith("^") else _KEY.fullmatch(line.strip())
    if key is None:
        return Line("".join(sign for sign in line if sign.isprintable() or sign == "\t"))
    return Key.CTRL_C if key[1].lower() == "c" else Key.CTRL_D
