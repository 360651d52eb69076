"""Modals and Homes: what is on each person's screen."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.localslack.changes import Journal, ViewErrors, ViewsClosed, ViewShown
from bot.localslack.elements import complete
from bot.localslack.values import Json, Refused, View
from bot.localslack.world import with_value

#: Source: https://docs.slack.dev/surfaces/modals/ (up to three views in a modal)
MAX_DEPTH = 3


class Screens:
    """Every person's open modal, as a stack with the topmost view last, and their Home."""

    def __init__(self, journal: Journal, next_id: Callable[[str], str]) -> None:
        self._journal = journal
        self._next_id = next_id
        self._stacks: defaultdict[str, list[View]] = defaultdict(list)
        self.homes: dict[str, View] = {}
        #: options that the bot offered for an external select: (view or message, block, action) → options
        self.offered: dict[tuple[str, str, str], list[Json]] = {}

    def stack(self, user: str) -> list[View]:
        """Return a person's open views, topmost last."""
        return list(self._stacks[user])

    def by_id(self, view_id: str) -> View | None:
        """Return an open modal view or a Home."""
        return next((v for v in self._every() if v.id == view_id), None)

    def by_external_id(self, external_id: str) -> View | None:
        """Return the view the app named so."""
        return next((v for v in self._every() if v.body.get("external_id") == external_id), None)

    def _every(self) -> list[View]:
        return [v for stack in self._stacks.values() for v in stack] + list(self.homes.values())

    def open(self, user: str, body: Json) -> View:
        """Show a new modal; one that was open gives way."""
        self._check_external_id(body)
        self.close_all(user)
        view_id = self._next_id("V")
        view = View(view_id, user, _kept(body), _hash(), root_view_id=view_id)
        self._stacks[user].append(view)
        self._journal.tell(ViewShown("opened", view), frozenset({user}))
        return view

    def push(self, user: str, body: Json) -> View:
        """Put a view on top of the open modal. Raises: Refused."""
        stack = self._stacks[user]
        if not stack:
            raise Refused("invalid_trigger_id")
        if len(stack) >= MAX_DEPTH:
            raise Refused("push_limit_reached")
        self._check_external_id(body)
        top = stack[-1]
        view_id = self._next_id("V")
        view = View(view_id, user, _kept(body), _hash(), top.root_view_id, top.id)
        stack.append(view)
        self._journal.tell(ViewShown("pushed", view), frozenset({user}))
        return view

    def update(self, view: View, body: Json) -> View:
        """Show a view differently; what a person typed into blocks that stay, stays."""
        external_id = body.get("external_id")
        if external_id and external_id != view.body.get("external_id"):
            self._check_external_id(body)
        updated = replace(view, body=_kept(body), hash=_hash(), errors={})
        self._put(updated)
        self._journal.tell(ViewShown("updated", updated), frozenset({view.user}))
        return updated

    def publish(self, user: str, body: Json) -> View:
        """Show a person's Home; its id stays the same."""
        known = self.homes.get(user)
        view_id = known.id if known else self._next_id("V")
        view = View(view_id, user, _kept(body), _hash(), root_view_id=view_id)
        self.homes[user] = view
        self._journal.tell(ViewShown("home", view), frozenset({user}))
        return view

    def refuse(self, view: View, errors: Mapping[str, str]) -> None:
        """Show errors under inputs of a view."""
        refused = replace(view, errors=dict(errors))
        self._put(refused)
        self._journal.tell(ViewErrors(refused), frozenset({view.user}))

    def keep(self, view: View, block_id: str, action_id: str, value: Any) -> View:
        """Keep what a person gave to one element."""
        kept = replace(view, values=with_value(view.values, block_id, action_id, value))
        self._put(kept)
        return kept

    def close(self, view: View) -> None:
        """Take the topmost view, and with it whatever lies on it, off the screen."""
        stack = self._stacks[view.user]
        at = next((n for n, v in enumerate(stack) if v.id == view.id), len(stack))
        self._closed(view.user, stack[at:], stack[:at])

    def close_all(self, user: str) -> None:
        """Take the whole modal off the screen."""
        self._closed(user, self._stacks[user], [])

    def _closed(self, user: str, gone: list[View], left: list[View]) -> None:
        if not gone:
            return
        self._stacks[user] = left
        for view in gone:
            for key in [k for k in self.offered if k[0] == view.id]:
                del self.offered[key]
        ids = tuple(v.id for v in reversed(gone))
        self._journal.tell(ViewsClosed(ids, left[-1].id if left else None), frozenset({user}))

    def _put(self, view: View) -> None:
        if view.type == "home":
            self.homes[view.user] = view
            return
        stack = self._stacks[view.user]
        self._stacks[view.user] = [view if v.id == view.id else v for v in stack]

    def _check_external_id(self, body: Json) -> None:
        external_id = body.get("external_id")
        if external_id and self.by_external_id(external_id):
            raise Refused("duplicate_external_id")


def _kept(body: Json) -> Json:
    return {**body, "blocks": complete(body.get("blocks", []))}


def _hash() -> str:
    return f"{secrets.randbelow(10**10):010d}.{secrets.token_hex(4)}"
