"""What learners make, on a host."""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.core.evidence import Evidence
from bot.core.sights import Sight, Wanted
from bot.core.specs import ProbeSpec
from bot.core.standing import Standing
from bot.handin.keyboard import Key, Line
from bot.handin.plan import Output, Plan, Talkative
from bot.pictures import Drawing
from bot.pictures.layers import Layer
from bot.ports.talking import Progress


class Stage(enum.Enum):
    """How far an object on the host has come."""

    #: its creation was begun; nobody was handed it yet
    INTENDED = "intended"
    #: it was made and handed to whoever asked
    THERE = "there"
    #: it was removed, or never came to be
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Entry:
    """One object on the host: what ought to be there."""

    what: str  #: container | network | volume | image
    name: str  #: the engine's; with `what` it is the key
    stage: Stage
    at: datetime  #: of this stage
    kind: str = ""  #: learner | probe | verifier | …
    learner: str = ""
    attempt: int = 0
    engine_id: str = ""  #: '' until it is there
    until: datetime | None = None  #: it may be taken away after this; None: as long as it is wanted


class Ledger(Protocol):
    """The books of what was made on the host."""

    async def write(self, entries: Sequence[Entry]) -> None:
        """Keep the entries, each in place of the one of the same name; durable, all or none, when this returns."""
        ...

    async def entries(self) -> Sequence[Entry]:
        """Return the entries that are not gone."""
        ...

    async def forget(self, before: datetime) -> None:
        """Forget what went before then."""
        ...


@dataclass(frozen=True, slots=True)
class RegistryPass:
    """What a learner needs to push from a machine of their own."""

    address: str  #: of the registry, as they write it
    namespace: str
    token: str = field(repr=False)
    anywhere: bool  #: False: it can be reached from the host's own machine only


@dataclass(frozen=True, slots=True)
class Heard:
    """What a program said since line of input number `turn` (0: before the first), as it reads on a terminal."""

    turn: int
    text: str
    waits: bool = False  #: it looks as if it waits for somebody to type
    secret: bool = False  #: …a password, so that nothing of it may be kept


class Conversation(Protocol):
    """A running program with a keyboard. Raises `HostError` for our faults only."""

    @property
    def turn(self) -> int:
        """Return how many replies were typed."""
        ...

    async def hear(self) -> Heard | None:
        """Return what was said since the last reply, once it changed and fell quiet; None when the program ended.

        May be given up at any time; nothing is lost.
        """
        ...

    async def type(self, *typed: Line | Key) -> None:
        """Type lines and keys."""
        ...

    async def ended(self) -> Output:
        """Return, after the end, what was said last, the exit code and a sentence about what is left."""
        ...

    async def close(self) -> None:
        """End the program as closing a terminal would (idempotent); one that was there before goes on."""
        ...


@dataclass(frozen=True, slots=True)
class Tidied:
    """What came of one round over a host."""

    removed: int
    stuck: tuple[str, ...] = ()  #: what could not be removed, and what the engine said
    alarms: tuple[str, ...] = ()  #: what says that it is ours and is not, by kind and name


class Housekeeping(Protocol):
    """Care for one host. Both raise `HostError` when it does not answer, and may be cut off anywhere."""

    async def sweep(self, open_attempts: Collection[int]) -> int:
        """Remove what an earlier process left, and return how many things that were; once, at the start."""
        ...

    async def reconcile(self, open_attempts: Collection[int]) -> Tidied:
        """Bring the host and the books together, and remove what nobody wants any more."""
        ...


class Sandbox(Protocol):
    """A learner's containers and images on the host. Raises `HostError` for our faults only."""

    async def run(self, learner: str, plan: Plan, files: Mapping[str, bytes], progress: Progress) -> Output:
        """Perform one plan (never a Refusal) and return what Docker's CLI would print."""
        ...

    async def converse(self, learner: str, plan: Talkative, files: Mapping[str, bytes]) -> Conversation | Output:
        """Start what the plan says with a keyboard; where that fails, return what Docker's CLI would print."""
        ...

    async def layers(self, learner: str, image: str) -> Sequence[Layer]:
        """Return the layers of an image that the learner may see, newest first, as `docker history` lists them; none
        when there is no such image."""
        ...

    async def refresh(self, learner: str, files: Mapping[str, bytes]) -> None:
        """Show the project as it is now to the learner's containers that mount it; nothing when none does."""
        ...

    async def collect(self, learner: str, files: Mapping[str, bytes]) -> Mapping[str, bytes | None]:
        """Return what the learner's containers changed in the project that they mount: path → content, None: gone.

        `files` is the project as it is kept. Only what may be kept is returned (64 KB a file, 5 MB, 500 files, no
        links, no folders that programs fill), and nothing that was changed in `files` too since the last `refresh`:
        the learner's own edit stands. Keep what is returned and call `refresh`; until then it is returned again.
        Asks the engine nothing for a learner who never mounted their project. Raises `HostError`.
        """
        ...

    async def probe(
        self, learner: str, spec: ProbeSpec, files: Mapping[str, bytes], *, attempt: int, again: bool
    ) -> Evidence:
        """Gather evidence for one condition. `again` tells that the last look was `NotYet`. Leaves nothing behind
        that outlives `release`. Raises `TimeoutError` when the probe's own time is up."""
        ...

    async def release(self, attempt: int) -> None:
        """Remove everything that probes of this attempt made (idempotent)."""
        ...

    async def standing(self, learner: str) -> Standing:
        """Return what stands in the learner's sandbox now."""
        ...

    async def clear(self, learner: str, keep: Mapping[str, Collection[str]]) -> None:
        """Remove the learner's own containers, volumes, networks and images, as the first half of bringing a
        standing back; `keep` says of images which of their names stay. Idempotent."""
        ...

    async def clean(self, learner: str, *, shared: bool = True) -> None:
        """Remove everything of the learner's, and what we keep warm for them; what they have in the registry only
        with `shared`. Idempotent."""
        ...

    async def registry_pass(self, learner: str) -> RegistryPass:
        """Return a new pass to the class's registry; the token before is void."""
        ...

    def strain(self) -> float:
        """Return by how much slower the host is now than it can be, from 1.0 up: waits are stretched by it."""
        ...

    async def ready(self) -> str:
        """Return '' when work can be done, else one sentence saying what is missing."""
        ...


class Meter(Protocol):
    """What learners' things use of the host. Raises `HostError`."""

    async def used(self, learners: Collection[str]) -> Mapping[str, float]:
        """Return the processor seconds that each of these learners' things used since this was asked last."""
        ...

    async def held(self, learners: Collection[str]) -> Mapping[str, float]:
        """Return the MB that each of these learners' things take on the disk; asking is dear."""
        ...


class Camera(Protocol):
    """Pictures, as PNG. Raises `ImageMissing` as long as there is no browser here, else `HostError` for our faults."""

    async def look(self, learner: str, wanted: Wanted) -> Sight:
        """Return what a browser sees of the learner's running app, or why it sees nothing; takes up to 25 s.

        The picture is a PNG of its points alone; title and text are the page's own words, and may say anything.
        """
        ...

    async def draw(self, drawing: Drawing) -> bytes:
        """Return a drawing of ours (`bot.pictures`) as a picture of its size; nothing of it is fetched or run."""
        ...
