"""A `Sandbox` in front of the real one, at which commands and builds wait for their turn, learner by learner.

Who has used up what one person has of the host is told so here, before anything runs.

Checks do not pass here: they have slots of their own (`bot.desk`), and so a check never waits behind builds that were
typed. What only looks at files needs no turn either.
"""

from __future__ import annotations

import asyncio
import enum
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count

from bot.core.evidence import Evidence
from bot.core.fairness.turns import Job, Turns, before, begun, joined, left, resized
from bot.core.fairness.waits import Pace, begins_in_s, paced
from bot.core.fairness.words import waits_for_turn
from bot.core.shelf import ELSEWHERE
from bot.core.specs import ProbeSpec
from bot.core.standing import Standing
from bot.fairness.allowances import Allowances
from bot.handin.compose.commands import BuildServices, Compose, Up
from bot.handin.plan import BuildPlan, Output, Plan, PullImage, PushImage, Talkative
from bot.pictures.layers import Layer
from bot.ports import Conversation, Progress, RegistryPass, Sandbox

TELL_AFTER_S = 1.0  #: who waits no longer than this is told nothing
TELL_EVERY_S = 2.0
LEARNERS = 2_000  #: whose durations are remembered


class Work(enum.Enum):
    """What a turn is for; each has slots of its own."""

    #: heavy on disk and processor: builds, pushes, pulls
    BUILD = "build"
    #: every other command
    COMMAND = "command"


#: what a job takes, until we know better
USUAL_S = {Work.BUILD: 5.0, Work.COMMAND: 1.0}


@dataclass(frozen=True, slots=True)
class Slots:
    """How many jobs of a kind may run at once, for all learners together."""

    builds: int = 2
    commands: int = 8


class Line:
    """The line at one kind of work."""

    def __init__(self, slots: int, usual_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._turns = Turns(slots)
        self._pace = Pace(usual_s)
        self._paces: dict[str, Pace] = {}
        self._called: dict[int, asyncio.Event] = {}
        self._numbers = count(1)
        self._clock = clock

    @property
    def waiting(self) -> int:
        """Return how many wait."""
        return self._turns.length

    def resize(self, slots: int) -> None:
        """Have another number of slots; what works goes on."""
        self._turns = resized(self._turns, slots)
        self._call()

    @asynccontextmanager
    async def turn(self, learner: str, progress: Progress) -> AsyncIterator[None]:
        """Wait for the learner's turn and hold it while the block runs."""
        number, event = next(self._numbers), asyncio.Event()
        theirs = self._paces.get(learner, self._pace)
        self._turns = joined(self._turns, Job(number, learner, theirs.usual_s / self._pace.usual_s))
        self._called[number] = event
        self._call()
        began: float | None = None
        try:
            await self._wait(number, event, progress)
            began = self._clock()
            yield
        finally:
            if began is not None:
                self._learn(learner, theirs, self._clock() - began)
            self._called.pop(number, None)
            self._turns = left(self._turns, number)
            self._call()

    async def _wait(self, number: int, event: asyncio.Event, progress: Progress) -> None:
        pause_s = TELL_AFTER_S
        while not event.is_set():
            try:
                async with asyncio.timeout(pause_s):
                    await event.wait()
            except TimeoutError:
                ahead = before(self._turns, number)
                progress(waits_for_turn(ahead, begins_in_s(self._pace, ahead, self._turns.slots)))
                pause_s = TELL_EVERY_S

    def _call(self) -> None:
        self._turns, jobs = begun(self._turns)
        for job in jobs:
            self._called[job.number].set()

    def _learn(self, learner: str, theirs: Pace, took_s: float) -> None:
        self._pace = paced(self._pace, took_s)
        self._paces.pop(learner, None)
        self._paces[learner] = paced(theirs, took_s)
        while len(self._paces) > LEARNERS:
            del self._paces[next(iter(self._paces))]


class Turnstile:
    """Hands everything on to the sandbox; commands and builds when it is their learner's turn."""

    def __init__(self, sandbox: Sandbox, slots: Slots, allowances: Allowances | None = None) -> None:
        self._sandbox = sandbox
        self._allowances = allowances
        sizes = {Work.BUILD: slots.builds, Work.COMMAND: slots.commands}
        self.lines = {work: Line(sizes[work], USUAL_S[work]) for work in Work}

    async def run(self, learner: str, plan: Plan, files: Mapping[str, bytes], progress: Progress) -> Output:
        """Perform one plan when it is the learner's turn."""
        work = work_of(plan)
        if work is None:
            return await self._sandbox.run(learner, plan, files, progress)
        if say := await self._refusal(learner, plan):
            return Output("", 1, note=say)
        async with self.lines[work].turn(learner, progress):
            output = await self._sandbox.run(learner, plan, files, progress)
        if output.limited and self._allowances:
            await self._allowances.was_limited(learner)
        return output

    async def _refusal(self, learner: str, plan: Plan) -> str:
        return await self._allowances.refusal(learner, plan) if self._allowances else ""

    async def converse(self, learner: str, plan: Talkative, files: Mapping[str, bytes]) -> Conversation | Output:
        """Start what the plan says when it is the learner's turn; who talks with it holds no turn."""
        if say := await self._refusal(learner, plan):
            return Output("", 1, note=say)
        async with self.lines[Work.COMMAND].turn(learner, lambda _: None):
            return await self._sandbox.converse(learner, plan, files)

    async def layers(self, learner: str, image: str) -> Sequence[Layer]:
        """Return the layers of an image."""
        return await self._sandbox.layers(learner, image)

    async def refresh(self, learner: str, files: Mapping[str, bytes]) -> None:
        """Show the project as it is now."""
        await self._sandbox.refresh(learner, files)

    async def collect(self, learner: str, files: Mapping[str, bytes]) -> Mapping[str, bytes | None]:
        """Return what containers changed in the project."""
        return await self._sandbox.collect(learner, files)

    async def probe(
        self, learner: str, spec: ProbeSpec, files: Mapping[str, bytes], *, attempt: int, again: bool
    ) -> Evidence:
        """Gather evidence for one condition; its check has its slot already."""
        return await self._sandbox.probe(learner, spec, files, attempt=attempt, again=again)

    async def release(self, attempt: int) -> None:
        """Remove everything that probes of this attempt made."""
        await self._sandbox.release(attempt)

    async def standing(self, learner: str) -> Standing:
        """Return what stands in the learner's sandbox now."""
        return await self._sandbox.standing(learner)

    async def clear(self, learner: str, keep: Mapping[str, Collection[str]]) -> None:
        """Remove the learner's own things."""
        await self._sandbox.clear(learner, keep)

    async def clean(self, learner: str, *, shared: bool = True) -> None:
        """Remove everything of the learner's."""
        await self._sandbox.clean(learner, shared=shared)

    async def registry_pass(self, learner: str) -> RegistryPass:
        """Return a new pass to the class's registry."""
        return await self._sandbox.registry_pass(learner)

    def strain(self) -> float:
        """Return by how much slower the host is than it can be."""
        return self._sandbox.strain()

    async def ready(self) -> str:
        """Return '' when work can be done."""
        return await self._sandbox.ready()


def work_of(plan: Plan) -> Work | None:
    """Return what kind of work a plan is, None for what no container or image is needed for."""
    match plan:
        case BuildPlan() | PushImage() | PullImage() | Compose(act=Up() | BuildServices()):
            return Work.BUILD
        case _ if isinstance(plan, ELSEWHERE):
            return None
        case _:
            return Work.COMMAND
