"""What a person asks for, read from a request: who acts, where, on which element."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.localslack.elements import Found, find, visible_to
from bot.localslack.interactions import Where
from bot.localslack.premises import Premises
from bot.localslack.values import Channel, Message, Person, View
from bot.localslack.world import BOT_USER, dm_of


class Declined(Exception):
    """What was asked cannot be done; the message says why in one sentence."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing a person asks for."""

    premises: Premises
    given: Mapping[str, Any]

    @property
    def person(self) -> Person:
        """Return who acts. Raises: Declined."""
        found = self._person(self.text("as"))
        if found is None:
            names = ", ".join(p.name for p in list(self.premises.world.people.values())[:10])
            raise Declined("no_such_person", f"Nobody here is called {self.text('as')!r}. There are: {names}.", 404)
        return found

    def _person(self, name: str) -> Person | None:
        world = self.premises.world
        return world.people.get(name) or world.people.get(world.user_names.get(name.lower().removeprefix("@"), ""))

    def text(self, name: str, default: str | None = None) -> str:
        """Return a string that must be there, unless there is a default. Raises: Declined."""
        value = self.given.get(name, default)
        if not isinstance(value, str):
            raise Declined("bad_request", f"The field {name!r} must be text.")
        return value

    def flag(self, name: str) -> bool:
        """Return whether something is asked for."""
        return self.given.get(name) in (True, "1", "true")

    def user(self, name: str) -> str:
        """Return the id of the person or bot a field names. Raises: Declined."""
        given, world = self.text(name), self.premises.world
        if given == BOT_USER or given in world.people:
            return given
        found = world.user_names.get(given.lower().removeprefix("@"))
        if found is None:
            raise Declined("no_such_person", f"Nobody here is called {given!r}.", 404)
        return found

    def channel(self) -> Channel:
        """Return a channel the person can see. Raises: Declined."""
        given, world = self.text("channel"), self.premises.world
        name = given.lower().lstrip("#@")
        if name in ("dm", world.bot_name.lower()):
            return world.channels[dm_of(self.person.id)]
        channel = world.channels.get(given) or world.channels.get(world.channel_names.get(name, ""))
        if channel is None or not world.can_read(self.person.id, channel):
            raise Declined("no_such_channel", f"{self.person.real_name} sees no channel called {given!r}.", 404)
        return channel

    def own_channel(self) -> Channel:
        """Return a channel the person is in. Raises: Declined."""
        channel = self.channel()
        if self.person.id not in channel.members:
            raise Declined("not_in_channel", f"{self.person.real_name} is not in #{channel.name}: join it first.")
        if channel.archived:
            raise Declined("is_archived", f"#{channel.name} is archived.")
        return channel

    def message(self) -> Message:
        """Return a message the person can see. Raises: Declined."""
        channel = self.channel()
        message = self.premises.world.find(channel.id, self.text("ts"))
        if message is None or message.only_for not in (None, self.person.id):
            raise Declined("no_such_message", "That message is not there (any more).", 404)
        return message

    def view(self) -> View:
        """Return a modal or Home on the person's screen. Raises: Declined."""
        view = self.premises.screens.by_id(self.text("view_id"))
        if view is None or view.user != self.person.id:
            raise Declined("no_such_view", "That view is not open (any more).", 404)
        return view

    def top_view(self) -> View:
        """Return the modal in front. Raises: Declined."""
        view = self.view()
        stack = self.premises.screens.stack(view.user)
        if not stack or stack[-1].id != view.id:
            raise Declined("not_on_top", "Another view lies on this one.")
        return view

    def where(self) -> Where:
        """Return the place of an element. Raises: Declined."""
        if "view_id" in self.given:
            return Where(view=self.view())
        return Where(message=self.message())

    def element(self, where: Where) -> Found:
        """Return an element the person can see. Raises: Declined."""
        blocks = where.view.blocks if where.view else where.message.blocks if where.message else ()
        found = find(blocks, self.text("block_id"), self.text("action_id"))
        if found is None or not visible_to(found.element, self.person.id):
            raise Declined("no_such_element", "There is no such button or field (any more).", 404)
        return found
