"""Play the workshop and see that every solution passes and every known wrong answer fails with exactly its code.

A section is played once, in order. Before a step is solved its wrong answers are given, and after each one the step is
opened again, the files are put back, and the sandbox is brought back by the very Rebuild that learners have: what
stood when the last step passed. Where a code is not the expected one it may be that something was missing that Rebuild
does not bring back (data in a volume): then the whole way is played again from the start, and only that counts.

A solution that does not pass is a failed scene with what its check said, and the way on is made by skipping; a learner
who gets stuck (something does not appear) ends the section with a failed scene, and the next section begins anew.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bot.authoring.stage import Player, Record
from bot.core.workshop import Section, Step, StepRef, Workshop, Wrong
from bot.errors import OperatorError


class SideDoor(Protocol):
    """What a rehearsal does to a sandbox behind the learner's back."""

    async def clear(self, learner: str, keep: Mapping[str, Collection[str]]) -> None:
        """Remove everything of the learner's but the images in `keep`."""
        ...

    async def refresh(self, learner: str, files: Mapping[str, bytes]) -> None:
        """Show the project as it is now to the learner's containers."""
        ...


@dataclass(frozen=True, slots=True)
class Scene:
    """One thing that was played: a step's solution, or one wrong answer to it."""

    ref: StepRef
    wrong: str  #: id of the wrong answer, '' for the solution
    expected: str  #: `passed`, or the code
    seen: str  #: `passed`, a code, `no verdict` or `stuck`
    ready_s: float  #: until all was as it has to be before
    acts_s: float
    check_s: float
    whole: bool = False  #: the whole way to it was played again
    why: str = ""  #: what was shown where it did not go as expected

    @property
    def ok(self) -> bool:
        """Tell whether what was expected was seen."""
        return self.expected == self.seen


class Rehearsal:
    """One learner's rehearsal; `told` is called with each scene as it ends."""

    def __init__(
        self,
        workshop: Workshop,
        player: Player,
        record: Record,
        door: SideDoor,
        told: Callable[[Scene], None],
        stuck_by: tuple[type[Exception], ...] = (),  #: what the player's hands raise where they cannot go on
    ) -> None:
        self._workshop = workshop
        self._player = player
        self._record = record
        self._door = door
        self._told = told
        self._stuck_by = stuck_by
        self._ended = 0.0
        self._playing: Scene | None = None  #: the scene that has begun and not ended

    async def play(self, section: Section, *, wrong: bool) -> list[Scene]:
        """Return every scene of the section."""
        scenes = []

        def ended(scene: Scene) -> None:
            scenes.append(scene)
            self._told(scene)

        self._ended = time.monotonic()
        self._open(StepRef(section.id, section.steps[0].id))
        try:
            await self.begin(section)
            for step in section.steps:
                for answer in step.wrong if wrong else ():
                    ended(await self._wrong(section, step, answer))
                ended(await self._solve(StepRef(section.id, step.id), step))
        except self._stuck_by as stuck:
            ended(self._stuck(stuck))
        return scenes

    def _open(self, ref: StepRef, wrong: Wrong | None = None) -> None:
        """Remember which scene begins, for whoever gets stuck in it."""
        what = (wrong.id, wrong.expect) if wrong else ("", "passed")
        self._playing = Scene(ref, *what, "stuck", 0.0, 0.0, 0.0)

    def _stuck(self, why: Exception) -> Scene:
        if self._playing is None:
            raise why
        before, self._ended = self._ended, time.monotonic()
        return replace(self._playing, acts_s=self._ended - before, why=str(why))

    async def solve(self, section: Section) -> list[Scene]:
        """Go to the section with all that was done before, and return the scenes of its solutions."""
        await self._player.go(section)
        self._ended = time.monotonic()
        return [await self._solve(StepRef(section.id, step.id), step) for step in section.steps]

    async def begin(self, section: Section) -> None:
        """Stand at the section's first step with nothing done in it, and with what it builds on done for us."""
        learner = await self._player.learner()
        first = StepRef(section.id, section.steps[0].id)
        touched = {*learner.failing, *learner.tries, *learner.passed, *learner.skipped}
        answered = any(key.startswith(f"{section.id}/") for key in learner.answers)
        if learner.at == first and not answered and not any(ref.section == section.id for ref in touched):
            return
        await self._player.start_over()
        for earlier in earlier_sections(self._workshop, section):
            await self._player.go(earlier)
            for step in earlier.steps:
                await self._player.pass_by(StepRef(earlier.id, step.id), step)
        await self._player.go(section)

    async def _wrong(self, section: Section, step: Step, answer: Wrong) -> Scene:
        """Give a wrong answer, and put everything back as it was before."""
        before = await self._record.files(self._player.id)
        scene = await self._given(section, step, answer)
        if not scene.ok:
            await self._player.start_over()
            await self.begin(section)
            for earlier in section.steps[: section.steps.index(step)]:
                await self._player.pass_by(StepRef(section.id, earlier.id), earlier)
            scene = await self._given(section, step, answer, whole=True)
        await self._put_back(step, answer, before)
        return scene

    async def _given(self, section: Section, step: Step, answer: Wrong, *, whole: bool = False) -> Scene:
        ref, ready = StepRef(section.id, step.id), time.monotonic()
        self._open(ref, answer)
        await self._player.perform(answer.acts)
        acted = time.monotonic()
        said = await self._player.check(step)
        seen = await self._player.outcome(ref)
        why = said if seen != answer.expect else ""
        return Scene(ref, answer.id, answer.expect, seen, *self._times(ready, acted, time.monotonic()), whole, why)

    def _times(self, ready: float, acted: float, checked: float) -> tuple[float, float, float]:
        """Return how long it took since the end of the scene before to be ready, to act, and to check."""
        before, self._ended = self._ended, time.monotonic()
        return ready - before, acted - ready, checked - acted

    async def _put_back(self, step: Step, answer: Wrong, before: Mapping[str, bytes]) -> None:
        await self._player.reset_step(step)
        now = await self._record.files(self._player.id)
        changed: dict[str, bytes | None] = {path: None for path in now if path not in before}
        changed |= {path: content for path, content in before.items() if now.get(path) != content}
        if changed:
            await self._record.write_files(self._player.id, changed)
        if any(act.runs for act in answer.acts):
            if not await self._player.rebuild():
                await self._door.clear(self._player.id, {})
        elif changed:
            await self._door.refresh(self._player.id, before)

    async def _solve(self, ref: StepRef, step: Step) -> Scene:
        ready, said = time.monotonic(), ""
        self._open(ref)
        await self._player.perform(step.solve)
        acted = time.monotonic()
        seen = await self._player.outcome(ref)
        if step.needs_sandbox or (step.checked and seen != "passed"):
            said = await self._player.check(step)
            seen = await self._player.outcome(ref)
        checked = time.monotonic()
        if step.checked and seen != "passed":
            await self._player.pass_by(ref, step)
            return Scene(ref, "", "passed", seen, *self._times(ready, acted, checked), why=said)
        await self._player.press_next(ref)
        seen = await self._player.outcome(ref)
        return Scene(ref, "", "passed", seen, *self._times(ready, acted, checked))


def chosen(workshop: Workshop, sections: Iterable[str]) -> tuple[Section, ...]:
    """Return these sections in order, or all of them. Raises: `OperatorError` for an unknown one."""
    wanted = {name.zfill(2) for name in sections}
    known = {section.id for section in workshop.sections}
    if unknown := wanted - known:
        names = ", ".join(sorted(unknown))
        raise OperatorError(f"There is no section {names} to rehearse; there are {', '.join(sorted(known))}.")
    return tuple(s for s in workshop.sections if not wanted or s.id in wanted)


async def play_all(
    rehearsals: Sequence[Rehearsal], workshop: Workshop, sections: Sequence[Section], *, wrong: bool
) -> list[Scene]:
    """Return all scenes in the order of the workshop; several learners take whole sections, the longest first."""
    order = sections if len(rehearsals) == 1 else sorted(sections, key=_length, reverse=True)
    waiting, scenes = deque(order), []

    async def work(rehearsal: Rehearsal) -> None:
        while waiting:
            scenes.extend(await rehearsal.play(waiting.popleft(), wrong=wrong))

    async with asyncio.TaskGroup() as group:
        for rehearsal in rehearsals:
            group.create_task(work(rehearsal))
    return sorted(scenes, key=lambda scene: workshop.order.index(scene.ref))


def _length(section: Section) -> int:
    return sum(1 + len(step.wrong) for step in section.steps)


def earlier_sections(workshop: Workshop, section: Section) -> tuple[Section, ...]:
    """Return the sections whose solutions must be in the sandbox before this one can be played, in order.

    One in which nothing but questions is solved leaves nothing behind, and is left out.
    """
    earlier = workshop.sections[: workshop.sections.index(section)]
    needed = {each.id for each in earlier} if section.builds_on is None else set(section.builds_on)
    return tuple(each for each in earlier if each.id in needed and _leaves_something(each))


def _leaves_something(section: Section) -> bool:
    return any(act.answer is None for step in section.steps for act in step.solve)
