"""Secrets of other services that somebody sends by mistake: they are told, and no answer repeats them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.core import words
from bot.core.events import (
    AskedToReplace,
    Event,
    FilledForm,
    GaveFeedback,
    Mentioned,
    SaidSomething,
    TypedCommands,
    UploadedProject,
    WroteFiles,
)
from bot.core.messages import Note
from bot.core.turn import Say, Turn
from bot.handin.plan import Command, Login
from bot.handin.secrets import HIDDEN, PASSWORD, hidden, ours, revealed, without_tokens

READ_MAX = 64 * 1024  #: bytes of one file that are looked at


def discreet(event: Event) -> Event:
    """Return the event with no token in words that are kept or repeated; commands and files stay as they are."""
    match event:
        case SaidSomething(text):
            return SaidSomething(without_tokens(text))
        case Mentioned(text):
            return Mentioned(without_tokens(text))
        case GaveFeedback():
            return replace(event, better=hidden(event.better))
        case _:
            return event


def warned(event: Event, turn: Turn) -> Turn:
    """Return the turn with a word at its end about secrets that the event holds."""
    found = [kind for text in _texts(event) for kind in revealed(text)]
    if isinstance(event, TypedCommands) and any(map(_gives_password, event.commands)):
        found.append(PASSWORD)
    kinds = tuple(dict.fromkeys(found))
    return Turn(turn.learner, (*turn.actions, Say(Note(words.secret(kinds))))) if kinds else turn


def _gives_password(command: Command) -> bool:
    """Tell whether a command brings a password of another service; in its line it is hidden by now."""
    if isinstance(command.plan, Login):
        return bool(command.plan.password) and not ours(command.plan.password)
    return command.line.startswith(f"{HIDDEN} |")


def _texts(event: Event) -> Iterator[str]:
    match event:
        case SaidSomething(text) | Mentioned(text):
            yield text
        case TypedCommands(commands):
            yield from (command.line for command in commands)
        case WroteFiles(files) | UploadedProject(files=files):
            yield from (content[:READ_MAX].decode("utf-8", "ignore") for _, content in files)
        case FilledForm() | AskedToReplace():
            yield event.text if isinstance(event, FilledForm) else event.new
        case GaveFeedback():
            yield event.better
