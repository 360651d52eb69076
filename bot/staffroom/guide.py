"""What instructors can say: on their Home, and at a word."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.panels import Answer, Panel, Row
from bot.ports import Asked, Duty, Roles
from bot.staffroom.authority import NO_INSTRUCTOR, Authority

WORDS = (
    ("cohort", "make a course of this channel; `cohort list` changes and ends yours"),
    ("board", "where everybody is, and the figures"),
    ("gates", "close sections until you, a time or a share of the class opens them"),
    ("broadcast", "write to a course or a part of it, with a look before it goes"),
    ("report", "tables, a summary and pictures, in your direct message"),
)
BY_ITSELF = "Who is stuck, and who asks for help, I tell you by myself."
TITLE = "For instructors"


def guide() -> Panel:
    """Return what instructors can say."""
    rows = tuple(Row(f"`/docent {word}`: {does}") for word, does in WORDS)
    return Panel(f"{TITLE}: {', '.join(word for word, _ in WORDS)}.", TITLE, rows, foot=BY_ITSELF)


class Guide:
    """The duty of telling instructors what there is (`bot.ports.Duty`)."""

    def __init__(self, roles: Roles, authority: Authority) -> None:
        self._roles = roles
        self._authority = authority

    def duty(self) -> Duty:
        """Return what it answers to."""
        return Duty(
            name="guide",
            words={"instructor": self._asked, "instructors": self._asked, "teach": self._asked},
            home=self.home,
        )

    async def home(self, user: str) -> Sequence[Panel]:
        """Return the guide for whoever may use it."""
        return (guide(),) if await self._teaches(user) else ()

    async def _asked(self, asked: Asked) -> Answer:
        return guide() if await self._teaches(asked.where.user) else NO_INSTRUCTOR

    async def _teaches(self, user: str) -> bool:
        return await self._roles.is_instructor(user) or bool(await self._authority.led_by(user))
