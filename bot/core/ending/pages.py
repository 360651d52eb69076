"""What a lab notebook is written from: one page for each thing a learner did and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.events import Event, SaidSomething
from bot.core.messages import (
    CheckCard,
    CheckState,
    CommandOutput,
    ConditionLine,
    FileSaved,
    HintCard,
    Message,
    Note,
    ProgramSaid,
)
from bot.core.results import Failed, Passed
from bot.core.turn import Say, Turn
from bot.core.workshop import StepRef
from bot.handin.secrets import hidden

WROTE_MAX, CAME_MAX = 1_000, 3_000  #: characters of one page
READ_MAX = 20_000  #: more of a text is not even looked at


class PageKind(StrEnum):
    """What a page tells of."""

    COMMAND = "command"  #: a command, and what it printed
    FILE = "file"  #: a file that was written, and what changed in it
    CHECK = "check"  #: a check, and what was seen
    PROGRAM = "program"  #: one they talked with, and what it said to one line of theirs
    HINT = "hint"
    TALK = "talk"  #: something they said or asked, and the answer


@dataclass(frozen=True, slots=True)
class Page:
    """One entry, without secrets. The store knows the step they were at where `ref` is None, and the time."""

    kind: PageKind
    wrote: str  #: by the learner, or what it is about
    came: str  #: of it
    ref: StepRef | None = None
    at: datetime | None = None
    once: str = ""  #: a page with the same word takes the place of the one before


def page_of(message: Message) -> Page | None:
    """Return the page that a message is worth, None for one that says nothing lasting."""
    match message:
        case CommandOutput(line, output):
            ended = f"\n(exit code {output.exit_code})" if output.exit_code else ""
            noted = f"\n\n{output.note}" if output.note else ""
            return _page(PageKind.COMMAND, line, f"{output.text.rstrip()}{ended}{noted}".strip("\n"))
        case ProgramSaid() if message.text.strip():
            return _page(PageKind.PROGRAM, message.line, message.text.strip("\n"))
        case FileSaved():
            what = "a new file" if message.new else "changed"
            lines = f"{message.lines} line{'' if message.lines == 1 else 's'}"
            return _page(PageKind.FILE, f"{message.path} ({what}, {lines} now)", message.diff, message.ref)
        case HintCard(ref, rung, text, about):
            name = f"Hint {rung} of 3" if rung else "A hint from your instructor"
            what = name + (f": {about}" if about else "")
            return _page(PageKind.HINT, what, text, ref)
        case CheckCard(state=CheckState.ENDED):
            lines = "\n".join(_seen(each) for each in message.lines)
            hint = f"\n\nHint: {message.hint}" if message.hint else ""
            once = f"check/{message.attempt}" if message.attempt else ""
            return _page(PageKind.CHECK, message.title, f"{lines}{hint}", message.ref, once)
        case _:
            return None


def talked(event: Event, turn: Turn) -> Page | None:
    """Return the page of something said in words and answered in words."""
    if not isinstance(event, SaidSomething) or not event.text.strip():
        return None
    match turn.actions:
        case (Say(Note(text)),):
            return _page(PageKind.TALK, event.text, text)
        case _:
            return None


def _seen(each: ConditionLine) -> str:
    match each.result:
        case Passed(proof):
            return f"✅ {each.title}" + (f" — {proof}" if proof else "")
        case Failed(_, expected, observed):
            return f"❌ {each.title} — {each.say}\n   expected: {expected}\n   seen: {observed}"
        case _:
            return f"▫ {each.title} — {f'waits for: {each.blocked_by}' if each.blocked_by else 'not known'}"


def _page(kind: PageKind, wrote: str, came: str, ref: StepRef | None = None, once: str = "") -> Page:
    return Page(kind, kept(wrote, WROTE_MAX), kept(came, CAME_MAX), ref, once=once)


def kept(text: str, limit: int) -> str:
    """Return a text as it may be kept: without secrets, and at most so many characters."""
    return shortened(hidden(shortened(text.replace("\0", ""), READ_MAX)), limit)


def shortened(text: str, limit: int) -> str:
    """Return the text with whole lines of its middle left out where it is too long, saying so.

    Only whole lines, so that no half of a secret stays that nobody recognises; of one endless line, its beginning.
    """
    if len(text) <= limit:
        return text
    note = "… {} characters left out …"
    room = limit - len(note) - 10
    head, tail = text[: room // 3], text[-(room - room // 3) :]
    head = head[: head.rfind("\n") + 1]
    tail = tail[tail.find("\n") :] if "\n" in tail else ""
    if not (head or tail.strip()):
        return text[: limit - 1] + "…"
    return head + note.format(f"{len(text) - len(head) - len(tail):,}") + tail
