"""The local workspace in a terminal: `docent chat` reads verbs and prints what the person sees.

For people and for scripts. A verb that cannot be done is answered with what can, and the next line is read;
only a `wait` that is not fulfilled (or a workspace that is gone) ends it with exit code 1.
"""

import asyncio
import difflib
import json
import re
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from textwrap import indent
from typing import TextIO

from bot.localslack.person import NotSeenError, Person, RefusedError, Shown
from bot.localslack.runfile import read_run_file

__all__ = ["NotSeenError", "Person", "RefusedError", "Shown", "chat"]

#: Verb, what follows it, what it does.
VERBS = (
    ("say", "TEXT", "send a message or a /command"),
    ("thread", "TEXT", "answer in the thread of the newest message"),
    ("press", "LABEL", "press a button"),
    ("choose", "LABEL = OPTION", "choose in a menu, radio buttons or checkboxes"),
    ("fill", "LABEL = TEXT", "write into an input"),
    ("submit", "", "send the open form"),
    ("close", "", "close the open form"),
    ("upload", "PATH [as NAME]", "send a file"),
    ("open", "home | messages", "open the bot's Home, or its messages"),
    ("in", "CHANNEL", "look at another channel, or dm"),
    ("look", "", "show the channel, the form or the Home again"),
    ("wait", "REGEX SECONDS", "go on when something new reads like this"),
    ("help", "", "show this list"),
    ("quit", "", "leave"),
)
_TAKES = {verb: what for verb, what, _ in VERBS}
_SEVERAL_LINES = re.compile(r"(.*?)<<\s*([A-Za-z_]+)\s*$", re.DOTALL)
_SECONDS = re.compile(r"(.+?)\s+(\d+(?:\.\d+)?)\s*s?$")
_LOOK_BACK = 5

Lines = Iterable[str] | AsyncIterable[str]


class _UnclearError(Exception):
    """A line that could not be read; the message says how it is written."""


class _Failed(Exception):
    """A `wait` was not fulfilled."""


async def chat(
    stdin_lines: Lines,
    out: TextIO,
    *,
    name: str,
    url: str | None = None,
    run_file: Path | None = None,
    as_json: bool = False,
) -> int:
    """Return the exit code after doing what the lines say: 0, or 1 when a `wait` failed or no workspace runs.

    The workspace is found by `url` (the page's address, key included) or by its run file.
    """
    if url is None:
        running = await asyncio.to_thread(read_run_file, run_file) if run_file else None
        if running is None:
            print("No local workspace is running here. Start one: docent local", file=out)
            return 1
        url = running.url
    try:
        async with Person(url, name) as person:
            talk = _Talk(person, out, as_json)
            person.watch(talk.show)
            talk.note(f"You are {name}, in your direct message with {person.bot_name}. `help` lists what you can do.")
            return await talk.follow(_each(stdin_lines))
    except BrokenPipeError:
        return 0  # whoever read this has seen enough
    except (RefusedError, ConnectionError) as error:
        print(error, file=out)
        return 1


async def _each(lines: Lines) -> AsyncIterator[str]:
    """Yield lines as they come; a plain iterable (standard input) is read in a thread."""
    if isinstance(lines, AsyncIterable):
        async for line in lines:
            yield line.rstrip("\n")
        return
    source = iter(lines)

    def following() -> list[str]:
        return list(islice(source, 1))

    while found := await asyncio.to_thread(following):
        yield found[0].rstrip("\n")


class _Talk:
    """One sitting: what was printed, and how each verb is done."""

    def __init__(self, person: Person, out: TextIO, as_json: bool) -> None:
        self.person, self.out, self.as_json = person, out, as_json
        self._printed: dict[tuple[str, str, str], str] = {}
        self._do: Mapping[str, Callable[[str], Awaitable[None]]] = {
            "say": self._say,
            "thread": self._thread,
            "press": self._press,
            "choose": self._choose,
            "fill": self._fill,
            "submit": self._submit,
            "close": self._close,
            "upload": self._upload,
            "open": self._open,
            "in": self._in,
            "look": self._look,
            "wait": self._wait,
            "help": self._help,
        }

    async def follow(self, lines: AsyncIterator[str]) -> int:
        """Return the exit code once the lines, or the talk, have ended."""
        async for line in lines:
            verb, _, rest = line.strip().partition(" ")
            if not verb or verb.startswith("#"):
                continue
            if verb in ("quit", "exit"):
                return 0
            try:
                await self._act(verb, await _whole(rest.strip(), lines))
            except _Failed as failed:
                self.problem(str(failed))
                return 1
            except (NotSeenError, RefusedError, _UnclearError, OSError, re.error) as error:
                if isinstance(error, ConnectionError):
                    raise
                self.problem(str(error))
        await self.person.settle()
        return 0

    async def _act(self, verb: str, rest: str) -> None:
        if verb in self._do:
            await self._do[verb](rest)
            return
        near = difflib.get_close_matches(verb.casefold(), self._do, n=1, cutoff=0.5)
        hint = f"Did you mean `{near[0]}`?" if near else "To send it as a message, put `say` in front."
        raise _UnclearError(f"I do not know `{verb}`. {hint} `help` lists what you can do.")

    # -- verbs ---------------------------------------------------------------------------------------------

    async def _say(self, text: str) -> None:
        self._tell(await self.person.say(_given(text, "say")))

    async def _thread(self, text: str) -> None:
        others = [one for one in self.person.messages if one.raw.get("user") != self.person.id and not one.ephemeral]
        if not others:
            raise NotSeenError("There is no message yet to answer in a thread.")
        root = others[-1].raw.get("thread_ts") or others[-1].ts
        self._tell(await self.person.say(_given(text, "thread"), thread_ts=str(root)))

    async def _press(self, name: str) -> None:
        self._tell(await self.person.press(_given(name, "press")))

    async def _choose(self, rest: str) -> None:
        self._tell(await self.person.choose(*_pair(rest, "choose")))

    async def _fill(self, rest: str) -> None:
        self._tell(await self.person.fill(*_pair(rest, "fill")))

    async def _submit(self, _rest: str) -> None:
        for label, words in (await self.person.submit()).items():
            self.problem(f"{label}: {words}")

    async def _close(self, _rest: str) -> None:
        self._tell(await self.person.close_modal())

    async def _upload(self, rest: str) -> None:
        path, _, name = _given(rest, "upload").partition(" as ")
        await self.person.upload(path.strip(), name=name.strip() or None)

    async def _open(self, what: str) -> None:
        if what == "home":
            if (home := await self.person.open_home()) is not None:
                self.show(home)
        elif what in ("messages", "dm"):
            await self.person.go("dm")
        else:
            raise _UnclearError("Write `open home` or `open messages`.")

    async def _in(self, channel: str) -> None:
        await self.person.go(_given(channel, "in"))
        self.note(f"Now in {channel}.")
        if not self.as_json:
            await self._look("")

    async def _look(self, _rest: str) -> None:
        front = self.person.modal or (self.person.home if self.person.at_home else None)
        for shown in [front] if front else self.person.messages[-_LOOK_BACK:]:
            self._print(shown)

    async def _wait(self, rest: str) -> None:
        found = _SECONDS.fullmatch(rest)
        if found is None:
            raise _UnclearError("Write `wait REGEX SECONDS`, for example: wait Successfully built 30")
        try:
            await self.person.wait_for(found[1], float(found[2]))
        except NotSeenError as error:
            raise _Failed(str(error)) from error

    async def _help(self, _rest: str) -> None:
        rows = (f"{' '.join((verb, what)):<24}  {about}" for verb, what, about in VERBS)
        self.note("\n".join([*rows, "Several lines: end the line with <<END, then the text, then a line END."]))

    # -- printing ------------------------------------------------------------------------------------------

    def show(self, shown: Shown) -> None:
        """Print something that appeared, unless it is the person's own or reads as before."""
        key = (shown.kind, shown.channel, shown.ts or str(shown.raw.get("id", "")))
        own = shown.kind == "message" and shown.raw.get("user") == self.person.id
        if own or self._printed.get(key) == shown.text or (shown.kind == "home" and not self.person.at_home):
            return
        self._printed[key] = shown.text
        self._print(shown)

    def _print(self, shown: Shown) -> None:
        if self.as_json:
            self._line(
                {
                    "kind": shown.kind,
                    "ts": shown.ts,
                    "channel": shown.channel,
                    "author": shown.author,
                    "text": shown.text,
                    "blocks": list(shown.blocks),
                    "edited": shown.edited,
                    "ephemeral": shown.ephemeral,
                }
            )
        elif shown.kind == "status":
            print(f"… {shown.text}", file=self.out, flush=True)
        else:
            print(f"{self._head(shown)}\n{indent(shown.text, '  ')}\n", file=self.out, flush=True)

    def _head(self, shown: Shown) -> str:
        if shown.kind == "modal":
            return "[form]"
        if shown.kind == "home":
            return f"[{shown.author}'s Home]"
        about = [shown.author, datetime.fromtimestamp(float(shown.ts), UTC).astimezone().strftime("%H:%M")]
        if shown.channel != self.person.channel:
            about.append(f"in #{self.person.names.get(shown.channel, shown.channel)}")
        if shown.raw.get("thread_ts") not in (None, shown.ts):
            about.append("in a thread")
        about += [words for words, so in (("only you see this", shown.ephemeral), ("edited", shown.edited)) if so]
        return " · ".join(about)

    def note(self, words: str) -> None:
        """Print a line of our own; scripts that read JSON do not get it."""
        if not self.as_json:
            print(words, file=self.out, flush=True)

    def problem(self, words: str) -> None:
        """Print why something could not be done."""
        if self.as_json:
            self._line({"error": words})
        else:
            print(f"! {words}", file=self.out, flush=True)

    def _line(self, value: dict[str, object]) -> None:
        print(json.dumps(value, ensure_ascii=False), file=self.out, flush=True)

    def _tell(self, answer: Mapping[str, object]) -> None:
        bot = self.person.bot_name
        said = {
            "timeout": f"{bot} did not answer within 3 seconds.",
            "no_socket": f"{bot} is not running, so nobody heard this.",
            "trouble": f"{bot}'s answer was not one Slack accepts.",
            "failed": str(answer.get("message", "")),
        }.get(str(answer.get("outcome")))
        if said:
            self.problem(said)


async def _whole(rest: str, lines: AsyncIterator[str]) -> str:
    """Return the rest of a verb's line; with `<<WORD` at its end, the lines up to WORD come in its place."""
    found = _SEVERAL_LINES.fullmatch(rest)
    if found is None:
        return rest
    gathered: list[str] = []
    async for line in lines:
        if line.strip() == found[2]:
            return found[1] + "\n".join(gathered)
        gathered.append(line)
    raise _UnclearError(f"The text begun with <<{found[2]} has no end: a line {found[2]} alone is missing.")


def _given(text: str, verb: str) -> str:
    if not text.strip():
        raise _UnclearError(f"`{verb}` needs something after it: {verb} {_TAKES[verb]}")
    return text


def _pair(rest: str, verb: str) -> tuple[str, str]:
    label, found, value = rest.partition(" = ")
    if not found:
        label, found, value = rest.partition("=")
    if not found or not label.strip():
        raise _UnclearError(f"Write `{verb} {_TAKES[verb]}`.")
    return label.strip(), value if verb == "fill" else value.strip()
