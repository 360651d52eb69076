"""What people see, as the JSON that people.py promises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, assert_never
from urllib.parse import quote

from bot.localslack import changes as news
from bot.localslack.elements import values_of, visible_to
from bot.localslack.page import message_html, view_html
from bot.localslack.payloads import reaction_json
from bot.localslack.premises import Premises
from bot.localslack.values import Channel, Json, Message, Person, Problem, Prompt, SlackFile, View
from bot.localslack.world import BOT_USER


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads and how: `person` None sees everything, `html` adds rendered blocks."""

    person: str | None
    html: bool = False


def message(premises: Premises, shown: Message, reader: Reader) -> Json:
    """Return a message as a reader sees it."""
    world = premises.world
    blocks = [_visible(b, reader.person) for b in shown.blocks]
    chosen = world.choices(reader.person, shown) if reader.person else {}
    replies = world.replies.get((shown.channel, shown.ts), [])
    answer: Json = {
        "channel": shown.channel,
        "ts": shown.ts,
        "user": shown.user,
        "name": shown.username or world.name_of(shown.user),
        "is_bot": shown.by_bot,
        "text": shown.text,
        "blocks": blocks,
        "attachments": list(shown.attachments),
        "thread_ts": shown.thread_ts,
        "reply_count": len(replies),
        "edited": shown.edited_ts is not None,
        "ephemeral": shown.only_for is not None,
        "streaming": shown.stream is not None and shown.stream.open,
        "subtype": shown.subtype,
        "files": [file(world.files[f]) for f in shown.files if f in world.files],
        "reactions": [reaction_json(r) for r in shown.reactions],
        "pinned": shown.pinned,
        "seen_values": values_of(blocks, chosen),
    }
    return answer | {"html": message_html(answer, world.names())} if reader.html else answer


def _visible(node: Any, person: str | None) -> Any:
    """Return blocks without the elements that are not for this person."""
    if isinstance(node, list):
        shown = [n for n in node if not (isinstance(n, dict) and person and not visible_to(n, person))]
        return [_visible(n, person) for n in shown]
    if isinstance(node, dict):
        return {k: _visible(v, person) if isinstance(v, dict | list) else v for k, v in node.items()}
    return node


def file(shown: SlackFile) -> Json:
    """Return a file; its `url` is a path of this server."""
    url = f"/people/files/{shown.id}/{quote(shown.name)}"
    size = len(shown.content)
    return {"id": shown.id, "name": shown.name, "mimetype": shown.mimetype, "size": size, "url": url, "alt": shown.alt}


def _words(text: Any) -> str | None:
    return str(text.get("text", "")) if isinstance(text, dict) else None


def view(premises: Premises, shown: View, reader: Reader) -> Json:
    """Return a modal or a Home."""
    body = shown.body
    answer: Json = {
        "id": shown.id,
        "type": shown.type,
        "callback_id": body.get("callback_id", ""),
        "title": _words(body.get("title")) or premises.world.bot_name,
        "submit": _words(body.get("submit")),
        "close": _words(body.get("close")),
        "blocks": [_visible(b, reader.person) for b in shown.blocks],
        "hash": shown.hash,
        "values": values_of(shown.blocks, shown.values),
        "errors": dict(shown.errors),
        "root_view_id": shown.root_view_id,
        "previous_view_id": shown.previous_view_id,
        "user": shown.user,
    }
    return answer | {"html": view_html(answer, premises.world.names())} if reader.html else answer


def channel(premises: Premises, shown: Channel, reader: Reader) -> Json:
    """Return a channel as it stands in a person's list."""
    roots = premises.world.roots(shown.id, reader.person)
    return {
        "id": shown.id,
        "name": shown.name,
        "kind": str(shown.kind),
        "topic": shown.topic,
        "members": sorted(shown.members),
        "is_member": reader.person in shown.members,
        "archived": shown.archived,
        "last_ts": roots[-1].ts if roots else None,
    }


def person(shown: Person) -> Json:
    """Return a person."""
    return {"id": shown.id, "name": shown.name, "real_name": shown.real_name, "role": str(shown.role)}


def prompts(shown: tuple[Prompt, ...]) -> list[Json]:
    """Return suggestions."""
    return [{"title": p.title, "message": p.message} for p in shown]


def problem(shown: Problem) -> Json:
    """Return a problem."""
    at = shown.at.isoformat()
    return {"at": at, "code": shown.code, "message": shown.message, "method": shown.method, "count": shown.count}


def directory(premises: Premises) -> Json:
    """Return who and what there is."""
    manifest, world = premises.manifest, premises.world
    listed = [
        {"command": c.command, "description": c.description, "usage_hint": c.usage_hint}
        for c in manifest.commands.values()
    ]
    bot = {"user_id": BOT_USER, "name": world.bot_name, "connections": premises.hub.sockets.connections}
    return {
        "workspace": "Local workspace",
        "run": premises.keys.run,
        "seq": premises.journal.seq,
        "people": [person(p) for p in world.people.values()],
        "bot": bot | {"home_tab": manifest.home_tab},
        "commands": listed,
        "prompts": prompts(manifest.prompts),
    }


def frame(premises: Premises, change: news.Change, reader: Reader) -> Json:
    """Return a change as a frame of the WebSocket."""
    head = {"seq": change.seq, "at": change.at.isoformat(timespec="microseconds")}
    return head | _told(premises, change.news, reader)


def _told(premises: Premises, told: news.News, reader: Reader) -> Json:
    match told:
        case news.Posted(shown):
            return {"type": "message", "channel": shown.channel, "message": message(premises, shown, reader)}
        case news.Edited(shown):
            body = message(premises, shown, reader)
            return {"type": "message_changed", "channel": shown.channel, "message": body}
        case news.Deleted(place, ts):
            return {"type": "message_deleted", "channel": place, "ts": ts}
        case news.ViewShown(how, shown_view):
            kind = "home" if how == "home" or shown_view.type == "home" else f"view_{how}"
            return {"type": kind, "view": view(premises, shown_view, reader)}
        case news.ViewErrors(shown_view):
            return {"type": "view_errors", "view_id": shown_view.id, "errors": dict(shown_view.errors)}
        case news.ViewsClosed(view_ids, top):
            return {"type": "view_closed", "view_ids": list(view_ids), "top": top}
        case news.ChannelChanged(place_changed):
            return {"type": "channel", "channel": channel(premises, place_changed, reader)}
        case news.ProblemFound(found):
            return {"type": "problem", "problem": problem(found)}
        case news.BotCame(connections):
            return {"type": "bot", "connections": connections}
        case _:
            return _told_of_assistant(told)


def _told_of_assistant(told: news.StatusSet | news.PromptsSet | news.TitleSet) -> Json:
    place = {"channel": told.channel, "thread_ts": told.thread_ts}
    match told:
        case news.StatusSet():
            loading = list(told.loading_messages)
            return {"type": "status", **place, "status": told.status, "loading_messages": loading}
        case news.PromptsSet():
            return {"type": "prompts", **place, "title": told.title, "prompts": prompts(told.prompts)}
        case news.TitleSet():
            return {"type": "title", **place, "title": told.title}
        case _:
            assert_never(told)
