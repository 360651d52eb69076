"""How people are reached and called."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.ports import Chat
from bot.staffroom.telling import Room


@dataclass(frozen=True, slots=True)
class Reach:
    """How people are reached and called."""

    chat: Chat
    room: Room
    name: Callable[[str], Awaitable[str]]
