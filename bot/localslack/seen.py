"""What a person's client has seen: the screen as it stands, and everything that appeared on it, in order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.localslack.controls import Json, items, word
from bot.localslack.terminal import message_text, view_text


@dataclass(frozen=True, slots=True)
class Shown:
    """Something that appeared on a person's screen.

    `kind` is message, modal, home or status; `text` is what a terminal shows of it; `edited` says that it
    replaced what stood there before. `ts` and `channel` are empty where they mean nothing.
    """

    kind: str
    channel: str
    ts: str
    text: str
    blocks: tuple[Json, ...]
    edited: bool
    author: str
    is_bot: bool
    ephemeral: bool
    raw: Json = field(repr=False)


@dataclass(slots=True)
class Seen:
    """The screen, kept up to date by `take`."""

    bot_name: str = "Docent"
    messages: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    views: list[dict[str, Any]] = field(default_factory=list)
    home: dict[str, Any] | None = None
    prompts: dict[str, list[Json]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    log: list[Shown] = field(default_factory=list)

    def take(self, event: Mapping[str, Any]) -> Shown | None:
        """Change the screen by one event of the stream; return what appeared, if anything did."""
        match event.get("type"):
            case "message" | "message_changed" | "message_deleted":
                shown = self._message(event)
            case "view_opened" | "view_pushed" | "view_updated" | "view_errors" | "view_closed":
                shown = self._modal(event)
            case "home":
                self.home = event["view"]
                shown = self.view(event["view"], edited=True)
            case "status" if event["status"]:
                words = f"{self.bot_name} {event['status']}"
                shown = Shown("status", event["channel"], "", words, (), False, "", True, False, event)
            case _:
                shown = None
                self._aside(event)
        if shown is not None:
            self.log.append(shown)
        return shown

    def _message(self, event: Mapping[str, Any]) -> Shown | None:
        if event["type"] == "message_deleted":
            self.messages.pop((event["channel"], event["ts"]), None)
            return None
        message = event["message"]
        self.messages[event["channel"], message["ts"]] = message
        return self.message(message, edited=event["type"] == "message_changed")

    def _modal(self, event: Mapping[str, Any]) -> Shown | None:
        if event["type"] == "view_closed":
            self.views = [one for one in self.views if one["id"] not in event["view_ids"]]
            return None
        if event["type"] in ("view_opened", "view_pushed"):
            self.views.append(event["view"])
            return self.view(event["view"], edited=False)
        changed = event.get("view") or {"errors": event.get("errors")}
        wanted = event.get("view_id") or word(changed, "id")
        for index, one in enumerate(self.views):
            if one["id"] == wanted:
                self.views[index] = one | changed
                return self.view(self.views[index], edited=True)
        return None

    def _aside(self, event: Mapping[str, Any]) -> None:
        if event.get("type") == "prompts":
            self.prompts[event["channel"]] = items(event, "prompts")
        if event.get("type") == "channel":
            self.names[event["channel"]["id"]] = event["channel"]["name"]

    def message(self, message: Json, *, edited: bool) -> Shown:
        """Return a message as something shown."""
        return Shown(
            kind="message",
            channel=word(message, "channel"),
            ts=word(message, "ts"),
            text=message_text(message, self.names),
            blocks=tuple(items(message, "blocks")),
            edited=edited,
            author=word(message, "name"),
            is_bot=message.get("is_bot") is True,
            ephemeral=message.get("ephemeral") is True,
            raw=message,
        )

    def view(self, view: Json, *, edited: bool) -> Shown:
        """Return a modal or a Home as something shown."""
        kind = "home" if word(view, "type") == "home" else "modal"
        blocks = tuple(items(view, "blocks"))
        return Shown(kind, "", "", view_text(view, self.names), blocks, edited, self.bot_name, True, False, view)

    def in_channel(self, channel: str) -> list[Shown]:
        """Return the messages of a channel as they stand, oldest first, replies too."""
        found = [one for (where, _), one in self.messages.items() if where == channel]
        return [self.message(one, edited=False) for one in sorted(found, key=lambda one: float(one["ts"]))]

    def places(self, channel: str, *, at_home: bool) -> Iterator[tuple[dict[str, str], list[Json]]]:
        """Yield where controls can be, nearest first: the modal, the Home if open, the channel's newest."""
        if self.views:
            yield {"view_id": self.views[-1]["id"]}, items(self.views[-1], "blocks")
        if at_home and self.home:
            yield {"view_id": self.home["id"]}, items(self.home, "blocks")
        for one in reversed(self.in_channel(channel)):
            yield {"channel": one.channel, "ts": one.ts}, list(one.blocks)

    def values(self, place: Mapping[str, str]) -> dict[str, dict[str, Any]]:
        """Return what stands in the inputs of a place, as {block_id: {action_id: value}}."""
        if "ts" in place:
            holder, name = self.messages.get((place["channel"], place["ts"]), {}), "seen_values"
        else:
            holder, name = next((view for view in self.views if view["id"] == place["view_id"]), {}), "values"
        values: dict[str, dict[str, Any]] = holder.setdefault(name, {})
        return values
