"""One person in the local workspace, as a client: what they see, say, press, choose and fill in.

Used by `docent chat`, by tests and by the rehearsal. Everything goes through the door that `people` describes,
so a `Person` can do what somebody at the page can do, and no more.

    async with Person(url, "Ada") as ada:
        await ada.say("hello")
        await ada.wait_for("Welcome", timeout_s=10)
        await ada.press("Start")
"""

import asyncio
import contextlib
import math
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self, TypeVar

import aiohttp

from bot.localslack.controls import Json, items, word
from bot.localslack.line import Line, RefusedError
from bot.localslack.seen import Seen, Shown
from bot.localslack.sight import (
    CHOSEN_MANY,
    CHOSEN_ONE,
    PRESSED,
    WRITTEN,
    Control,
    controls,
    labelled,
    option_named,
    same_words,
)

__all__ = ["NotSeenError", "Person", "RefusedError", "Shown"]

#: How long a control may take to appear after the act that brings it.
PATIENCE_S = 5.0
_RECONNECT_S = 5.0
_Place = dict[str, str]
_Answer = Mapping[str, Any]
_T = TypeVar("_T")


class NotSeenError(Exception):
    """What was asked for is not on this person's screen; the message says what is."""


class Person:
    """A person of the workspace whose page is at `url` (key included); `name` in any case, or an id.

    Connect with `async with`, or with `await Person.connect(url, name)` and `await close()`.
    """

    def __init__(self, url: str, name: str) -> None:
        self._url = url
        self.name = name
        self.id = ""
        self.channel = ""
        self.at_home = False
        self.patience_s = PATIENCE_S
        self._seen = Seen()
        self._since = 0
        self._news = asyncio.Condition()
        self._lost = ""
        self._watchers: list[Callable[[Shown], None]] = []
        self._line: Line | None = None
        self._reader: asyncio.Task[None] | None = None

    # -- coming and going ----------------------------------------------------------------------------------

    @classmethod
    async def connect(cls, url: str, name: str) -> Self:
        """Return the connected person, looking at their direct message with the bot.

        Raises: RefusedError (unknown name, wrong key), ConnectionError (no workspace answers).
        """
        return await cls(url, name).__aenter__()

    async def __aenter__(self) -> Self:
        self._line = Line(self._url)
        try:
            await self._arrive()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()

    async def _arrive(self) -> None:
        hello = await self._open_line.get("/people")
        me = next((one for one in items(hello, "people") if self.name.casefold() in _callings(one)), None)
        if me is None:
            known = ", ".join(word(one, "real_name") or word(one, "name") for one in items(hello, "people"))
            raise RefusedError(f"Nobody here is called {self.name!r}. There are: {known[:600]}.")
        self.id, self.name = word(me, "id"), word(me, "name")
        self._open_line.person = self.id
        bot: Json = hello.get("bot") or {}
        seen = self._seen
        seen.bot_name = word(bot, "name") or seen.bot_name
        seen.names = {word(one, "id"): word(one, "name") for one in items(hello, "people")}
        seen.names[word(bot, "user_id")] = seen.bot_name
        seen.views = [dict(one) for one in items(await self._open_line.get("/people/modals"), "views")]
        for channel in items(await self._open_line.get("/people/channels"), "channels"):
            seen.names[word(channel, "id")] = word(channel, "name")
        connected = asyncio.Event()
        self._reader = asyncio.create_task(self._read(hello["seq"], hello["run"], connected))
        async with asyncio.timeout(_RECONNECT_S):
            await connected.wait()
        await self.go("dm")

    async def close(self) -> None:
        """Leave the workspace."""
        if self._reader is not None:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader
        if self._line is not None:
            await self._line.close()

    def watch(self, watcher: Callable[[Shown], None]) -> None:
        """Call `watcher` with everything that appeared since this person came, and will appear.

        Their own messages are among it.
        """
        for shown in self._seen.log:
            watcher(shown)
        self._watchers.append(watcher)

    @property
    def _open_line(self) -> Line:
        if self._line is None:
            raise RuntimeError("connect first: `async with Person(url, name) as person`")
        return self._line

    # -- looking -------------------------------------------------------------------------------------------

    @property
    def messages(self) -> list[Shown]:
        """The messages of the current channel as they stand now, oldest first, replies in threads too."""
        return self._seen.in_channel(self.channel)

    @property
    def names(self) -> Mapping[str, str]:
        """Shown names of people and channels, by id."""
        return MappingProxyType(self._seen.names)

    @property
    def bot_name(self) -> str:
        """What the bot is called."""
        return self._seen.bot_name

    @property
    def modal(self) -> Shown | None:
        """The modal in front, if one is open."""
        return self._seen.view(self._seen.views[-1], edited=False) if self._seen.views else None

    @property
    def home(self) -> Shown | None:
        """The bot's Home as it was last published to this person."""
        return self._seen.view(self._seen.home, edited=False) if self._seen.home else None

    async def wait_for(self, pattern: str, timeout_s: float) -> Shown:
        """Return the first thing shown since this person's last act whose text `pattern` is found in.

        Looked at: others' messages in the current channel and their edits, modals, the Home, status lines.
        The pattern is a regular expression; case does not matter, `^` and `$` are those of a line.
        Raises: NotSeenError after `timeout_s`, saying what was seen instead.
        """
        wanted = re.compile(pattern, re.IGNORECASE | re.MULTILINE)
        found = await self._find(lambda: next((s for s in self._fresh() if wanted.search(s.text)), None), timeout_s)
        if found is None:
            recent = "\n---\n".join(one.text[-600:] for one in self._fresh()[-3:]) or "(nothing new)"
            raise NotSeenError(f"Waited {timeout_s:g} s for {pattern!r}. Last seen:\n{recent}")
        return found

    async def settle(self, quiet_s: float = 0.7, at_most_s: float = 5.0) -> None:
        """Wait until nothing has appeared for `quiet_s`, but no longer than `at_most_s`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(at_most_s):
                while await self._grows(len(self._seen.log), quiet_s):
                    pass

    async def _grows(self, count: int, within_s: float) -> bool:
        return await self._find(lambda: len(self._seen.log) > count or None, within_s) is not None

    def _fresh(self) -> list[Shown]:
        return [
            one
            for one in self._seen.log[self._since :]
            if one.kind not in ("message", "status") or (one.channel == self.channel and one.raw.get("user") != self.id)
        ]

    def _concerns(self, shown: Shown) -> bool:
        match shown.kind:
            case "message" | "status":
                return shown.channel == self.channel and shown.raw.get("user") != self.id
            case "home":
                return self.at_home
            case _:
                return True

    # -- acting --------------------------------------------------------------------------------------------

    async def go(self, channel: str) -> None:
        """Look at another channel (`#name`, an id, or `dm`); the bot is told when it is its own messages."""
        listed = items(await self._open_line.get("/people/channels"), "channels")
        wanted = channel.strip().lstrip("#@").casefold()
        found = next((one for one in listed if wanted in self._channel_callings(one)), None)
        if found is None:
            known = ", ".join(f"#{word(one, 'name')}" for one in listed if one.get("kind") != "dm")
            raise NotSeenError(f"There is no channel {channel!r} for you. There are: dm, {known}.")
        self.channel, self.at_home = word(found, "id"), False
        history = await self._open_line.get("/people/history", channel=self.channel)
        for message in items(history, "messages"):
            self._seen.messages.setdefault((self.channel, word(message, "ts")), dict(message))
        self._mark()
        if found.get("kind") == "dm":
            helped = await self._open_line.get("/people/assistant", channel=self.channel)
            self._seen.prompts[self.channel] = items(helped.get("prompts"), "prompts")
            await self._open_line.post("/people/open", tab="messages")

    def _channel_callings(self, channel: Json) -> set[str]:
        names = {word(channel, "id").casefold(), word(channel, "name").casefold()}
        return names | ({"dm", self.bot_name.casefold()} if channel.get("kind") == "dm" else set())

    async def say(self, text: str, *, thread_ts: str | None = None) -> _Answer:
        """Send a message (or a slash command) to the current channel; return the server's answer."""
        self._mark()
        more = {"thread_ts": thread_ts} if thread_ts else {}
        return await self._open_line.post("/people/say", channel=self.channel, text=text, **more)

    async def join(self, channel: str) -> None:
        """Join a channel (its id)."""
        await self._open_line.post("/people/join", channel=channel)

    async def leave(self, channel: str) -> None:
        """Leave a channel (its id)."""
        await self._open_line.post("/people/leave", channel=channel)

    async def uninstall(self, *, revoked_first: bool = False) -> None:
        """Remove the app from the workspace."""
        await self._open_line.post("/people/uninstall", revoked_first=revoked_first)

    async def revoke(self) -> None:
        """Take the app's token back, and leave it installed."""
        await self._open_line.post("/people/revoke")

    async def shortcut(self, callback_id: str) -> _Answer:
        """Use a global shortcut of the app."""
        self._mark()
        return await self._open_line.post("/people/shortcut", callback_id=callback_id)

    async def press(self, name: str, on: str = "") -> _Answer:
        """Press the newest visible button called `name`: in the modal, then the Home, then the channel.

        `on` is the ts of the one message where it is looked for. Raises: NotSeenError naming what can be pressed
        instead.
        """
        found = await self._find(lambda: self._pressable(name, on), self.patience_s)
        if found is None:
            seen = ", ".join(f"[ {one} ]" for one in self._press_names()) or "no buttons at all"
            raise NotSeenError(f"There is no button {name!r} here. Visible: {seen}.")
        self._mark()
        return await found()

    def _pressable(self, name: str, on: str = "") -> Callable[[], Awaitable[_Answer]] | None:
        if (view := self._front()) and not on:
            if same_words(name, word(view, "submit") or "\0"):
                return self._submit
            if same_words(name, word(view, "close") or "Close"):
                return self.close_modal
        if found := self._called(PRESSED, name, on):
            place, control = found
            return lambda: self._act("/people/press", place, control, control.value)
        for prompt in self._seen.prompts.get(self.channel, []):
            if same_words(name, word(prompt, "title")):
                return lambda: self.say(word(prompt, "message"))
        return None

    def _press_names(self) -> list[str]:
        view = self._front() or {}
        found = [str(view[key]) for key in ("submit", "close") if view.get(key)]
        found += [control.labels[0] for _, control in self._controls(PRESSED)]
        found += [word(one, "title") for one in self._seen.prompts.get(self.channel, [])]
        return list(dict.fromkeys(found))[:30]

    async def choose(self, name: str, option: str) -> _Answer:
        """Choose `option` in the select, radio buttons, checkboxes or menu called `name`.

        Checkboxes are ticked or unticked one at a time. Raises: NotSeenError naming what can be chosen.
        """
        place, control = await self._control(CHOSEN_ONE | CHOSEN_MANY, name, "choose")
        value = option_named(control, option)
        if value is None and not control.options:
            value = next((key for key, shown in self.names.items() if same_words(shown, option)), option)
        if value is None:
            listed = " | ".join(text for text, _ in control.options)
            raise NotSeenError(f"{control.labels[0]!r} has no option {option!r}. It has: {listed}.")
        self._mark()
        if control.type not in CHOSEN_MANY:
            return await self._give(place, control, value)
        chosen = self._seen.values(place).get(control.block_id, {}).get(control.action_id) or []
        ticked = [one for one in chosen if one != value] if value in chosen else [*chosen, value]
        return await self._give(place, control, ticked)

    async def fill(self, name: str, text: str) -> _Answer:
        """Write `text` into the input called `name`. Raises: NotSeenError naming the inputs there are."""
        place, control = await self._control(WRITTEN, name, "fill")
        self._mark()
        return await self._give(place, control, int(text) if control.type == "datetimepicker" else text)

    async def submit(self) -> Mapping[str, str]:
        """Send the modal in front; return what is wrong by input label, nothing when it was taken."""
        view = await self._find(self._front, self.patience_s)
        if view is None:
            raise NotSeenError("No modal is open, so there is nothing to submit.")
        self._mark()
        errors = (await self._submit()).get("errors") or {}
        named = {one.block_id: one.labels[0] for one in controls(items(view, "blocks"), self.id) if one.in_input}
        return {named.get(block_id, block_id): str(words) for block_id, words in errors.items()}

    async def upload(
        self, path: Path | str, *, name: str | None = None, content: bytes | None = None, thread_ts: str | None = None
    ) -> _Answer:
        """Send a file into the modal's file input if one is open, or else into the channel.

        `content` is sent instead of what stands at `path`, when given. Raises: OSError (cannot be read).
        """
        data = content if content is not None else await asyncio.to_thread(Path(path).read_bytes)
        called = name or Path(path).name
        self._mark()
        inputs = ((place, one) for place, one in self._controls(frozenset({"file_input"})) if "view_id" in place)
        place, control = next(inputs, (None, None))
        if place is None or control is None:
            thread = {"thread_ts": thread_ts} if thread_ts else {}
            return await self._open_line.send_file(called, data, channel=self.channel, **thread)
        answer = await self._open_line.send_file(called, data)
        await self._give(place, control, [word(file, "id") for file in items(answer, "files")])
        return answer

    async def open_home(self) -> Shown | None:
        """Open the bot's Home and return what it shows, once it shows anything."""
        self._mark()
        self.at_home = True
        answer = await self._open_line.post("/people/open", tab="home")
        if isinstance(view := answer.get("view"), dict):
            self._seen.home = view
        await self._find(lambda: self._seen.home, self.patience_s)
        return self.home

    async def close_modal(self) -> _Answer:
        """Close the modal in front, if one is open."""
        view = self._front()
        if view is None:
            return {}
        answer = await self._open_line.post("/people/close", view_id=view["id"])
        await self._left(view)
        return answer

    # -- how it is done ------------------------------------------------------------------------------------

    def _front(self) -> dict[str, Any] | None:
        return self._seen.views[-1] if self._seen.views else None

    def _places(self, kinds: frozenset[str]) -> Iterator[tuple[_Place, list[Control]]]:
        for place, blocks in self._seen.places(self.channel, at_home=self.at_home):
            yield place, [control for control in controls(blocks, self.id) if control.type in kinds]

    def _controls(self, kinds: frozenset[str]) -> list[tuple[_Place, Control]]:
        return [(place, control) for place, found in self._places(kinds) for control in found]

    def _called(self, kinds: frozenset[str], name: str, on: str = "") -> tuple[_Place, Control] | None:
        for place, found in self._places(kinds):
            if on in ("", place.get("ts")) and (control := labelled(found, name)):
                return place, control
        return None

    async def _control(self, kinds: frozenset[str], name: str, verb: str) -> tuple[_Place, Control]:
        found = await self._find(lambda: self._called(kinds, name), self.patience_s)
        if found is None:
            names = dict.fromkeys(control.labels[0] for _, control in self._controls(kinds))
            seen = ", ".join(repr(one) for one in names) or "none"
            raise NotSeenError(f"There is nothing called {name!r} to {verb} here. Visible: {seen}.")
        return found

    async def _give(self, place: _Place, control: Control, value: object) -> _Answer:
        if not (control.in_input and "view_id" in place):
            return await self._act("/people/press", place, control, value)
        answer = await self._act("/people/change", place, control, value)
        self._seen.values(place).setdefault(control.block_id, {})[control.action_id] = value
        return answer

    async def _act(self, path: str, place: _Place, control: Control, value: object) -> _Answer:
        given = {} if value is None else {"value": value}
        where = {"block_id": control.block_id, "action_id": control.action_id}
        return await self._open_line.post(path, **place, **where, **given)

    async def _submit(self) -> _Answer:
        view = self._seen.views[-1]
        answer = await self._open_line.post("/people/submit", view_id=view["id"])
        if answer.get("outcome") in ("closed", "cleared", "updated", "pushed"):
            await self._left(view)
        return answer

    async def _left(self, view: dict[str, Any]) -> None:
        """Wait for the stream to say that this modal is no longer in front: the next act must not meet it."""
        await self._find(lambda: self._front() is not view or None, self.patience_s)

    def _mark(self) -> None:
        self._since = len(self._seen.log)

    async def _find(self, look: Callable[[], _T | None], timeout_s: float) -> _T | None:
        """Return the first thing `look` finds, asked again at every event, or None after `timeout_s`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s), self._news:
                while (found := look()) is None:
                    if self._lost:
                        raise ConnectionError(self._lost)
                    await self._news.wait()
                return found
        return None

    async def _read(self, seq: int, run: str, connected: asyncio.Event) -> None:
        """Keep the screen up to date; a socket that breaks is taken up again where it broke."""
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + _RECONNECT_S
        while loop.time() < give_up_at:
            with contextlib.suppress(aiohttp.ClientError, OSError):
                async for event in self._open_line.events(seq, run):
                    connected.set()
                    if event["type"] == "hello":
                        give_up_at = math.inf
                        continue
                    seq, run = event["seq"], event.get("run", run)
                    await self._took(event)
            give_up_at = min(give_up_at, loop.time() + _RECONNECT_S)
            await asyncio.sleep(0.1)
        async with self._news:
            self._lost = "The workspace is gone: its server no longer answers."
            self._news.notify_all()

    async def _took(self, event: dict[str, Any]) -> None:
        async with self._news:
            shown = self._seen.take(event)
            self._news.notify_all()
        if shown is not None:
            for watcher in self._watchers:
                watcher(shown)


def _callings(person: Json) -> set[str]:
    return {word(person, key).casefold() for key in ("id", "name", "real_name")}
