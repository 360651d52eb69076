"""The workspace in a file: messages, Homes, channels and files come back at the next start, ids and all."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import time
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from bot.localslack.premises import Premises
from bot.localslack.values import Channel, Json, Kind, Message, Prompt, Reaction, SlackFile, Stream, View
from bot.localslack.world import BOT_USER

VERSION = 1
#: Changes within this time are written together.
SETTLE_S = 0.3


class SaveFileError(Exception):
    """The state file cannot be read or written; the message says which and what to do."""


def snapshot(premises: Premises) -> Json:
    """Return everything worth keeping. What only one person saw for a moment is not.

    Values are replaced, never altered, so this may be written out while the workspace goes on.
    """
    world, screens = premises.world, premises.screens
    kept = [m for channel in world.messages.values() for m in channel.values() if m.only_for is None]
    return {
        "version": VERSION,
        "channels": list(world.channels.values()),
        "messages": sorted(kept, key=lambda m: m.ts),
        "files": list(world.files.values()),
        "homes": list(screens.homes.values()),
        "chosen": [[list(key), values] for key, values in world.chosen.items()],
        "prompts": [[channel, title, some] for channel, (title, some) in premises.assistant.prompts.items()],
    }


def _plain(value: Any) -> Any:
    """Return JSON's form of what JSON does not know: our values, sets and bytes."""
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} cannot be saved")


def write(path: Path, state: Json) -> None:
    """Write a snapshot so that the file is always whole: the old one or the new one. Raises: SaveFileError."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # readable by its owner only, from its first moment: learners' words are in it
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(state, file, default=_plain)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as failed:
        raise SaveFileError(f"Cannot save the workspace to {path}: {failed}") from failed
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


def restore(premises: Premises, path: Path) -> None:
    """Fill a fresh workspace from a file, if there is one. Raises: SaveFileError."""
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    except (OSError, ValueError) as unreadable:
        raise SaveFileError(
            f"Cannot read the workspace's state {path}: {unreadable}. Move it away to start afresh."
        ) from unreadable
    try:
        if state["version"] != VERSION:
            raise SaveFileError(f"{path} was written by another version. Move it away to start afresh.")
        _fill(premises, state)
    except (KeyError, TypeError, ValueError) as strange:
        raise SaveFileError(
            f"{path} does not hold a workspace's state ({strange!r}). Move it away to start afresh."
        ) from strange


def _fill(premises: Premises, state: Mapping[str, Any]) -> None:
    world, screens = premises.world, premises.screens
    known = frozenset(world.people) | {BOT_USER}
    for raw in state["channels"]:
        channel = Channel(**raw | {"kind": Kind(raw["kind"]), "members": frozenset(raw["members"]) & known})
        if channel.kind is not Kind.DM:
            world.put_channel(channel)
    for raw in state["files"]:
        content = base64.b64decode(raw["content"])
        file = SlackFile(**raw | {"content": content, "channels": tuple(raw["channels"])})
        world.files[file.id] = file
    for raw in state["messages"]:
        message = _message(raw)
        if message.channel not in world.channels:
            continue
        world.messages[message.channel][message.ts] = message
        world.not_before(message.edited_ts or message.ts)
        if message.is_reply:
            world.replies[message.channel, str(message.thread_ts)].append(message.ts)
    for raw in state["homes"]:
        if raw["user"] in known:
            screens.homes[raw["user"]] = View(**raw)
    for key, values in state["chosen"]:
        world.chosen[tuple(key)] = values
    for place, title, some in state["prompts"]:
        premises.assistant.prompts[place] = (title, tuple(Prompt(**p) for p in some))


def _message(raw: Json) -> Message:
    tuples = {name: tuple(raw[name]) for name in ("blocks", "attachments", "files")}
    reactions = tuple(Reaction(r["name"], tuple(r["users"])) for r in raw["reactions"])
    stream = raw["stream"]
    # nobody is left to go on with a stream of an earlier run
    ended = replace(Stream(**stream | {"blocks": tuple(stream["blocks"])}), open=False) if stream else None
    return Message(**raw | tuples | {"reactions": reactions, "stream": ended})


async def _to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Await work that must not be overtaken by the last save, even when told to stop meanwhile."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


async def keep_saved(premises: Premises, path: Path) -> None:
    """Write the file whenever something changed, until cancelled."""
    saved = premises.journal.seq
    pause_s = SETTLE_S
    async for change in premises.journal.follow(saved):
        if change is not None and change.seq <= saved:
            continue
        await asyncio.sleep(pause_s)
        saved = premises.journal.seq
        started = time.monotonic()
        try:
            await _to_the_end(asyncio.to_thread(write, path, snapshot(premises)))
        except SaveFileError as failed:
            premises.problems.found("not_saved", str(failed))
            saved = premises.journal.seq
        # a workspace that has grown large is written less often
        pause_s = max(SETTLE_S, 10 * (time.monotonic() - started))
