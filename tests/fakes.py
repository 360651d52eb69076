"""Adapters of our ports that live in memory. The contract tests run on them and on the real ones."""

from __future__ import annotations

import asyncio
import itertools
import struct
import zlib
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.core.evidence import (
    BuildSeen,
    CacheSeen,
    ContainersSeen,
    ContextSeen,
    Evidence,
    FileSeen,
    HttpSeen,
    ImageSeen,
    RegistrySeen,
    ScenarioSeen,
    VolumeSeen,
)
from bot.core.messages import Form, Message, StatusCard
from bot.core.panels import Panel
from bot.core.sights import NotSeen, Sight, Wanted, Why
from bot.core.specs import (
    BuildSpec,
    CacheSpec,
    ContainerSpec,
    ContextSpec,
    FileSpec,
    HttpSpec,
    ImageSpec,
    ProbeSpec,
    RegistrySpec,
    ScenarioSpec,
    VolumeSpec,
)
from bot.core.standing import Standing
from bot.core.workshop import Workshop
from bot.errors import CardGone
from bot.handin.keyboard import Key, Line
from bot.handin.plan import Output, Plan, Talkative
from bot.pictures import Drawing
from bot.pictures.layers import Layer
from bot.ports import Badges, Chat, Heard, Keepsake, Progress, RegistryPass, Staff, Where
from bot.progress.feedbacks import SqlFeedbacks
from bot.progress.notebooks import SqlNotebooks
from bot.progress.store import SqlStore
from bot.workbench import Farewell, Workbench


@dataclass
class MemoryChat:
    """A chat that keeps what was said: (channel, ts) → message, in the order of posting."""

    shown: dict[tuple[str, str], Message] = field(default_factory=dict)
    whispers: list[tuple[str, str]] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    homes: dict[str, StatusCard] = field(default_factory=dict)
    statuses: list[str] = field(default_factory=list)
    files: list[tuple[str, Keepsake]] = field(default_factory=list)
    serial: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    async def show(self, where: Where, message: Message) -> str:
        ts = f"1700000000.{next(self.serial):06}"
        self.shown[where.channel, ts] = message
        return ts

    async def replace(self, where: Where, message: Message) -> None:
        if (where.channel, where.card) in self.shown:
            self.shown[where.channel, where.card] = message
        else:
            await self.show(where, message)

    async def update(
        self, channel: str, ts: str, message: Message, *, owner: str, final: bool, response_url: str = ""
    ) -> None:
        if (channel, ts) not in self.shown:
            raise CardGone("That message is gone.")
        self.shown[channel, ts] = message

    async def whisper(self, where: Where, text: str) -> None:
        self.whispers.append((where.user, text))

    async def open_form(self, where: Where, form: Form) -> None:
        self.forms.append(form)

    async def publish_home(self, user: str, home: StatusCard, panels: Sequence[Panel] = ()) -> None:
        self.homes[user] = home

    async def send_file(self, where: Where, file: Keepsake) -> None:
        self.files.append((where.channel, file))

    def busy(self, where: Where, doing: str) -> AbstractAsyncContextManager[Progress]:
        return self._busy(doing)

    @asynccontextmanager
    async def _busy(self, doing: str) -> AsyncIterator[Progress]:
        self.statuses.append(doing)
        yield self.statuses.append
        self.statuses.append("")

    @property
    def said(self) -> list[Message]:
        """The messages as they stand, in the order of posting."""
        return list(self.shown.values())


#: what an empty sandbox shows
NOTHING: dict[type, Evidence] = {
    FileSpec: FileSeen(exists=False),
    BuildSpec: BuildSeen(ok=False, line="no Dockerfile"),
    ImageSpec: ImageSeen(exists=False),
    ContainerSpec: ContainersSeen(image_id=""),
    HttpSpec: HttpSeen("nonce", state="no_container"),
    CacheSpec: CacheSeen(BuildSeen(ok=False, line="no Dockerfile")),
    ContextSpec: ContextSeen(BuildSeen(ok=False, line="no Dockerfile")),
    VolumeSpec: VolumeSeen(),
    ScenarioSpec: ScenarioSeen("no_container"),
    RegistrySpec: RegistrySeen("ada/getting-started"),
}


class MemoryConversation:
    """A shell of few words: it greets, repeats what is typed, and ends at `exit` or Ctrl+D; `^C` exits with 130."""

    def __init__(self) -> None:
        self.turn = 0
        self.closed = False
        self.typed: list[Line | Key] = []
        self._code = 0
        self._said: asyncio.Queue[Heard | None] = asyncio.Queue()
        self._said.put_nowait(Heard(0, "hello\n$", waits=True))

    async def hear(self) -> Heard | None:
        return await self._said.get()

    async def type(self, *typed: Line | Key) -> None:
        self.turn += 1
        self.typed += typed
        lines = [each.text for each in typed if isinstance(each, Line)]
        if Key.CTRL_C in typed:
            self._code = 130
        if "exit" in lines or self._code or Key.CTRL_D in typed:
            self._said.put_nowait(None)
        elif lines == ["login"]:
            self._said.put_nowait(Heard(self.turn, "Password:", waits=True, secret=True))
        else:
            self._said.put_nowait(Heard(self.turn, "\n".join([*lines, "$"]), waits=True))

    async def ended(self) -> Output:
        return Output("bye", self._code, note="Its container is removed, as `--rm` asked for.")

    async def close(self) -> None:
        self.closed = True
        self._said.put_nowait(None)


@dataclass
class MemorySandbox:
    """A sandbox without containers: `answers` by plan type, `fails` raised once each, `gate` holds commands up."""

    answers: dict[type, Output] = field(default_factory=dict)
    evidence: dict[type, list[Evidence]] = field(default_factory=dict)
    fails: list[Exception] = field(default_factory=list)
    gate: asyncio.Event | None = None
    ran: list[Plan] = field(default_factory=list)
    cleaned: list[str] = field(default_factory=list)
    refreshed: list[tuple[str, dict[str, bytes]]] = field(default_factory=list)
    #: what containers have written into the mounted project, until `refresh` shows that it was kept
    written: dict[str, bytes | None] = field(default_factory=dict)
    conversations: list[MemoryConversation] = field(default_factory=list)
    stands: dict[str, Standing] = field(default_factory=dict)
    layered: dict[str, Sequence[Layer]] = field(default_factory=dict)
    cleared: list[tuple[str, dict[str, Collection[str]]]] = field(default_factory=list)
    released: list[int] = field(default_factory=list)
    strained: float = 1.0
    waited: list[float] = field(default_factory=list)

    async def run(self, learner: str, plan: Plan, files: Mapping[str, bytes], progress: Progress) -> Output:
        if self.gate:
            await self.gate.wait()
        if self.fails:
            raise self.fails.pop(0)
        self.ran.append(plan)
        return self.answers.get(type(plan), Output("done"))

    async def converse(self, learner: str, plan: Talkative, files: Mapping[str, bytes]) -> MemoryConversation | Output:
        if self.fails:
            raise self.fails.pop(0)
        self.ran.append(plan)
        if type(plan) in self.answers:
            return self.answers[type(plan)]
        self.conversations.append(MemoryConversation())
        return self.conversations[-1]

    async def layers(self, learner: str, image: str) -> Sequence[Layer]:
        if self.fails:
            raise self.fails.pop(0)
        return self.layered.get(image, ())

    async def refresh(self, learner: str, files: Mapping[str, bytes]) -> None:
        if self.fails:
            raise self.fails.pop(0)
        self.written = {p: c for p, c in self.written.items() if files.get(p) != c}
        self.refreshed.append((learner, dict(files)))

    async def collect(self, learner: str, files: Mapping[str, bytes]) -> Mapping[str, bytes | None]:
        return dict(self.written)

    async def probe(
        self, learner: str, spec: ProbeSpec, files: Mapping[str, bytes], *, attempt: int, again: bool
    ) -> Evidence:
        if self.fails:
            raise self.fails.pop(0)
        self.waited.append(getattr(spec, "wait_s", 0.0))
        waiting = self.evidence.get(type(spec), [NOTHING[type(spec)]])
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    def strain(self) -> float:
        return self.strained

    async def release(self, attempt: int) -> None:
        self.released.append(attempt)

    async def standing(self, learner: str) -> Standing:
        if self.fails:
            raise self.fails.pop(0)
        return self.stands.get(learner, Standing())

    async def clear(self, learner: str, keep: Mapping[str, Collection[str]]) -> None:
        self.stands.pop(learner, None)
        self.cleared.append((learner, dict(keep)))

    async def clean(self, learner: str, *, shared: bool = True) -> None:
        if self.fails:
            raise self.fails.pop(0)
        self.stands.pop(learner, None)
        self.cleaned.append(learner)

    async def registry_pass(self, learner: str) -> RegistryPass:
        if self.fails:
            raise self.fails.pop(0)
        return RegistryPass("registry.example.org", "ada", f"docent-{learner}", anywhere=True)

    async def ready(self) -> str:
        return ""


@dataclass
class MemoryCamera:
    """A camera without a browser: pictures of one colour. `fails` are raised once each."""

    fails: list[Exception] = field(default_factory=list)
    drawn: list[Drawing] = field(default_factory=list)
    sights: dict[str, Sight] = field(default_factory=dict)
    gate: asyncio.Event | None = None
    looked: list[tuple[str, Wanted]] = field(default_factory=list)

    async def look(self, learner: str, wanted: Wanted) -> Sight:
        self.looked.append((learner, wanted))
        if self.gate:
            await self.gate.wait()
        if self.fails:
            raise self.fails.pop(0)
        if wanted.name:
            return NotSeen(Why.UNKNOWN, wanted.name)
        return self.sights.get(learner, NotSeen(Why.NOTHING))

    async def draw(self, drawing: Drawing) -> bytes:
        if self.fails:
            raise self.fails.pop(0)
        self.drawn.append(drawing)
        return plain_png(drawing.width, drawing.height)


def plain_png(width: int, height: int) -> bytes:
    """Return a white picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    points = zlib.compress((b"\0" + b"\xff" * 3 * width) * height)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", points) + chunk(b"IEND", b"")


@dataclass
class MemoryStaff:
    """Instructors who read what is in `told`, place → message, as long as `there`; `fails` raised once each."""

    there: bool = True
    told: dict[str, Message] = field(default_factory=dict)
    fails: list[Exception] = field(default_factory=list)
    serial: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    async def tell(self, message: Message, place: str = "") -> str:
        if self.fails:
            raise self.fails.pop(0)
        if not self.there:
            return ""
        place = place or f"C1/{next(self.serial)}"
        self.told[place] = message
        return place


def farewell_of(
    workshop: Workshop,
    store: SqlStore,
    chat: Chat,
    bench: Workbench,
    staff: Staff | None = None,
    camera: MemoryCamera | None = None,
    badges: Badges | None = None,
) -> Farewell:
    """Return the farewell of a class with this store, this chat and these instructors."""
    return Farewell(
        workshop,
        store,
        SqlNotebooks(store.database),
        SqlFeedbacks(store.database),
        chat,
        staff or MemoryStaff(),
        bench.files,
        camera or MemoryCamera(),
        workspace="Our workspace",
        start_files={"package.json": b"{}"},
        secret="sesame",
        clock=lambda: datetime.now(UTC),
        badges=badges,
    )


@dataclass
class MemoryDesk:
    """A desk that keeps what it was given and performs nothing by itself."""

    submitted: list[int] = field(default_factory=list)
    cancelled: list[int] = field(default_factory=list)
    begun: list[int] = field(default_factory=list)
    forgotten: list[int] = field(default_factory=list)

    async def submit(self, attempt: int, learner: str) -> None:
        if attempt not in self.submitted:
            self.submitted.append(attempt)

    async def waiting(self) -> list[int]:
        return [each for each in self.submitted if each not in (*self.cancelled, *self.begun)]

    async def cancel(self, attempt: int) -> None:
        self.cancelled.append(attempt)

    async def forget(self, attempts: Sequence[int]) -> None:
        self.forgotten += attempts
