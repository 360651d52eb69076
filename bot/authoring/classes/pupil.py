"""One learner of a rehearsed class, who plays their part through Slack."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.authoring.classes.hour import Hour
from bot.authoring.classes.script import Ending, Part, Stay, Trouble
from bot.authoring.classes.tape import Work
from bot.authoring.stage import ANSWER_S, CHECK_S, ENDED, Hands, Player, Record
from bot.core.cohorts.radar import SILENCE
from bot.core.workshop import Act, Step, StepRef, Workshop

AT_THE_GATE = "You are at the gate"
HELPED = "your instructor"  #: words of a hint, of an answer, and of a step taken out of the way
GATE_PATIENCE_S = 300.0


class Walking(Hands, Protocol):
    """Hands of somebody who goes to channels, too."""

    async def go(self, channel: str) -> None:
        """Look at a channel: `#name`, or `dm`."""
        ...


class Answer(Protocol):
    """What was shown, as Slack has it."""

    @property
    def text(self) -> str:
        """Return it as a reader sees it."""
        ...

    @property
    def raw(self) -> Mapping[str, Any]:
        """Return the message."""
        ...


class Voice(Protocol):
    """Somebody who writes in threads."""

    async def say(self, text: str, *, thread_ts: str | None = None) -> Any:
        """Send a message, into a thread too."""
        ...

    async def wait_for(self, pattern: str, timeout_s: float) -> Answer:
        """Return what was shown that has the pattern in it."""
        ...


@dataclass(slots=True)
class Went:
    """How a learner's class went, by the learner themselves. Times are minutes of the class."""

    steps: int = 0
    checks: int = 0
    helped: bool = False  #: somebody's help reached them while they were stuck
    stuck_since: float | None = None  #: from when on they are truly stuck, by what an alert is defined as
    asked: dict[str, float] = field(default_factory=dict)  #: question → when, by `time.monotonic`
    thanked: dict[str, float] = field(default_factory=dict)  #: for the answer to a question; as above
    at: StepRef | None = None  #: where they are, None once they are done
    at_gates: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)  #: what did not go as the part says


class Pupil:
    """Plays a part. `doing` is told what they have done before each check; `missed` is what their hands raise."""

    def __init__(
        self,
        workshop: Workshop,
        part: Part,
        player: Player,
        record: Record,
        hands: Walking,
        hour: Hour,
        doing: dict[str, Work],
        missed: tuple[type[Exception], ...],
        *,
        name: str,
        real: bool = False,
    ) -> None:
        self.part = part
        self.went = Went()
        self.name = name  #: as Slack shows it
        self.real = real
        self._workshop = workshop
        self._player = player
        self._record = record
        self._hands = hands
        self._hour = hour
        self._doing = doing
        self._missed = missed

    @property
    def id(self) -> str:
        """Return their id."""
        return self._player.id

    @property
    def stuck_step(self) -> str:
        """Return the title of the step at which they are truly stuck, '' for most."""
        return self._step(self.part.stuck_at).title if self.part.stuck_at else ""

    async def attend(self, channel: str, asking: bool) -> None:
        """Play the whole part; what goes wrong is a fault of the rehearsal, and ends it for this learner.

        `asking`: questions reach somebody.
        """
        try:
            await self._hour.until(self.part.arrives_min)
            await self._hands.go(channel)
            await self._hands.press("Join")
            await self._seated()
            await self._hands.go("dm")
            await self._player.say("start", self._title(self.part.stays[0].ref))
            for stay in self.part.stays:
                self.went.at = stay.ref
                await self._stay(stay, asking)
            self.went.at = None
        except self._missed as error:
            self.went.faults.append(str(error)[:300])

    async def _seated(self) -> None:
        """Wait until they take part: where many join at once, it is said in their direct message, among other things.

        Raises: `TimeoutError` when they do not.
        """
        async with asyncio.timeout(ANSWER_S):
            while (await self._player.learner()).course is None:  # noqa: ASYNC110 - what the bot keeps tells nobody
                await asyncio.sleep(0.1)

    def _title(self, ref: StepRef) -> str:
        return re.escape(self._step(ref).title)

    def _step(self, ref: StepRef) -> Step:
        step = self._workshop.step(ref)
        if step is None:
            raise KeyError(str(ref))
        return step

    async def _stay(self, stay: Stay, asking: bool) -> None:
        step, goes = self._step(stay.ref), 1 if self.real else len(stay.wrong) + 1
        for number, wrong in enumerate(() if self.real else stay.wrong):
            await self._hour.wait(stay.minutes / goes if stay.trouble is Trouble.NONE else 1.0)
            await self._wrong(stay, step, wrong)
            if number == 0:
                await self._seeks(stay, asking)
        if stay.trouble is not Trouble.NONE and not self.real:
            await self._is_stuck(stay)
        await self._hour.wait(stay.minutes / goes)
        if await self._behind(stay.ref):  # somebody took it out of their way
            await self._player.say("continue", ".")
            return
        await self._solve(stay, step)
        if stay is self.part.stays[-1] and self.part.ending is Ending.LEAVES:
            return
        await self._on(stay.ref)

    async def _behind(self, ref: StepRef) -> bool:
        learner = await self._player.learner()
        return learner.done(ref) and learner.at != ref

    async def _wrong(self, stay: Stay, step: Step, wrong: str) -> None:
        """Give a wrong answer; after its check the project is put back, so that the next answer finds it as it was."""
        answer = next(each for each in step.wrong if each.id == wrong)
        before = await self._record.files(self.id)
        await self._player.perform(quietly(answer.acts))
        await self._check(Work(stay.ref, wrong), step)
        after = await self._record.files(self.id)
        changed: dict[str, bytes | None] = {path: None for path in after if path not in before}
        changed |= {path: content for path, content in before.items() if after.get(path) != content}
        if changed:
            await self._record.write_files(self.id, changed)
        seen = await self._player.outcome(stay.ref)
        if seen != answer.expect:
            self.went.faults.append(f"{stay.ref} {wrong}: {seen}, expected {answer.expect}")

    async def _check(self, work: Work, step: Step) -> None:
        self._doing[self.id] = work
        await self._player.say("check", ENDED, CHECK_S)  # a button that was pressed is gone, and they may check again
        self.went.checks += 1

    async def _seeks(self, stay: Stay, asking: bool) -> None:
        """Ask for hints, and for an instructor, as the part says."""
        for _ in range(stay.hints):
            await self._player.say("hint", ".")
        if stay.asks and asking:
            question = f"question {self.part.number}"
            self.went.asked.setdefault(question, time.monotonic())
            await self._player.say(f"ask I am lost at {stay.ref} ({question})", ".")

    async def thank(self, voice: Voice, answer: str) -> None:
        """Reply to the first answer of an instructor; `voice` is this learner once more, for what comes meanwhile."""
        with contextlib.suppress(*self._missed):
            shown = await voice.wait_for(answer, GATE_PATIENCE_S)
            if found := re.search(r"question \d+", shown.text):
                self.went.thanked[found[0]] = time.monotonic()
                await voice.say(f"Thank you, that helps: {found[0]}", thread_ts=str(shown.raw.get("thread_ts")))

    async def _is_stuck(self, stay: Stay) -> None:
        """Wait for somebody's help, or until they find out by themselves; who fell silent looks at nothing."""
        self.went.stuck_since = self._hour.minute()
        if stay.trouble is Trouble.SILENT:
            self.went.stuck_since += SILENCE.total_seconds() / 60
            await self._hour.wait(stay.patience_min)
            return
        try:
            await self._hands.wait_for(HELPED, self._hour.real_s(stay.patience_min))
            self.went.helped = True
        except self._missed:  # nobody came
            pass

    async def _solve(self, stay: Stay, step: Step) -> None:
        await self._player.perform(step.solve if self.real else quietly(step.solve))
        if step.needs_sandbox or (step.checked and await self._player.outcome(stay.ref) != "passed"):
            await self._check(Work(stay.ref), step)
        if step.checked and (seen := await self._player.outcome(stay.ref)) != "passed":
            self.went.faults.append(f"{stay.ref}: {seen}, expected passed")
            await self._player.pass_by(stay.ref, step)
        self.went.steps += 1

    async def _on(self, ref: StepRef) -> None:
        """Press Next; at a gate, wait until it is open."""
        following = self._workshop.after(ref)
        if following is None or (await self._player.learner()).at != ref:
            return
        title = self._title(following)
        if stay_is_last(self.part, ref):
            return
        shown = await self._player.press("Next", f"{title}|{AT_THE_GATE}")
        if AT_THE_GATE in shown.text:
            self.went.at_gates.append(following.section)
            await self._hands.wait_for("is open now", GATE_PATIENCE_S)
            await self._player.press("Continue", title)


def stay_is_last(part: Part, ref: StepRef) -> bool:
    """Tell whether the part ends with this step."""
    return part.stays[-1].ref == ref


def quietly(acts: tuple[Act, ...]) -> tuple[Act, ...]:
    """Return the acts for somebody whose commands print nothing that could be waited for."""
    return tuple(act.model_copy(update={"prints": ""}) if act.prints else act for act in acts)
