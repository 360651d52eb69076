"""Play the workshop as a learner would, in Slack, and see that every solution passes and every known wrong
answer fails with exactly its code.

The hands say, press and fill in; the verdict is read from the record, because a code is a word for authors
and is not shown to learners.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from bot.core.cards import filled
from bot.core.learner import Learner
from bot.core.workshop import Act, Section, Step, StepRef, Workshop, Wrong
from bot.errors import OperatorError
from bot.handin.replacing import asks_to_replace

ANSWER_S = 30.0  #: an answer to a word or a press
COMMAND_S = 120.0  #: a command, a build included
CHECK_S = 150.0
ENDED = r"Passed: all|Here is what to look at|We could not tell"


class Shown(Protocol):
    """What was shown."""

    @property
    def text(self) -> str:
        """Return it as a reader sees it."""
        ...


class Hands(Protocol):
    """What a person does in the workspace. `wait_for` looks at what was shown since the last act."""

    id: str

    async def say(self, text: str) -> Any:
        """Send a message."""
        ...

    async def press(self, name: str) -> Any:
        """Press the newest visible button of that label."""
        ...

    async def fill(self, name: str, text: str) -> Any:
        """Write into an input of the form."""
        ...

    async def submit(self) -> Mapping[str, str]:
        """Send the form; return what is wrong with it."""
        ...

    async def upload(self, path: Path | str, *, name: str | None = None, content: bytes | None = None) -> Any:
        """Send a file."""
        ...

    async def wait_for(self, pattern: str, timeout_s: float) -> Shown:
        """Return what was shown that has the pattern in it."""
        ...


class Record(Protocol):
    """Where the truth about a learner is kept."""

    async def learner(self, user: str, name: str = "") -> Learner:
        """Return the learner."""
        ...


@dataclass(frozen=True, slots=True)
class Scene:
    """One thing that was played: a step's solution, or one wrong answer to it."""

    ref: StepRef
    wrong: str  #: id of the wrong answer, '' for the solution
    expected: str  #: `passed`, or the code
    seen: str
    acts_s: float
    check_s: float

    @property
    def ok(self) -> bool:
        """Tell whether what was expected was seen."""
        return self.expected == self.seen


class Rehearsal:
    """One learner who plays; `told` is called with each scene as it ends."""

    def __init__(
        self, workshop: Workshop, folder: Path, hands: Hands, record: Record, told: Callable[[Scene], None]
    ) -> None:
        self._workshop = workshop
        self._folder = folder
        self._hands = hands
        self._record = record
        self._told = told

    def chosen(self, sections: Iterable[str]) -> tuple[Section, ...]:
        """Return these sections in order, or all of them. Raises: `OperatorError` for an unknown one."""
        wanted = {name.zfill(2) for name in sections}
        known = {section.id for section in self._workshop.sections}
        if unknown := wanted - known:
            names = ", ".join(sorted(unknown))
            raise OperatorError(f"There is no section {names} to rehearse; there are {', '.join(sorted(known))}.")
        return tuple(s for s in self._workshop.sections if not wanted or s.id in wanted)

    async def play(self, sections: Iterable[str], *, wrong: bool) -> list[Scene]:
        """Return every scene of these sections."""
        scenes = []
        for section in self.chosen(sections):
            if wrong:
                for step in section.steps:
                    for answer in step.wrong:
                        scenes.append(await self._wrong(section, step, answer))
                        self._told(scenes[-1])
            await self._begin(section)
            for step in section.steps:
                scenes.append(await self._solve(StepRef(section.id, step.id), step))
                self._told(scenes[-1])
        return scenes

    async def _begin(self, section: Section) -> None:
        """Stand at the section's first step with nothing done in it, and with what it builds on done for us."""
        learner = await self._record.learner(self._hands.id)
        first = StepRef(section.id, section.steps[0].id)
        touched = {*learner.failing, *learner.tries, *learner.passed, *learner.skipped}
        answered = any(key.startswith(f"{section.id}/") for key in learner.answers)
        if learner.at == first and not answered and not any(ref.section == section.id for ref in touched):
            return
        if learner.at is not None:
            await self._say("reset all", "Yes, reset|start")
            await self._press("Yes, reset", ".")
        for earlier in earlier_sections(self._workshop, section):
            await self._say(f"go {earlier.id}", earlier.steps[0].title)
            for step in earlier.steps:
                await self._pass_by(StepRef(earlier.id, step.id), step)
        await self._say(f"go {section.id}", section.steps[0].title)

    async def _wrong(self, section: Section, step: Step, answer: Wrong) -> Scene:
        """Play one wrong answer with all steps before it done for us."""
        ref = StepRef(section.id, step.id)
        await self._begin(section)
        for earlier in section.steps[: section.steps.index(step)]:
            await self._pass_by(StepRef(section.id, earlier.id), earlier)
        began = time.monotonic()
        await self._perform(answer.acts)
        acted = time.monotonic()
        await self._check(step)
        seen = await self._outcome(ref)
        return Scene(ref, answer.id, answer.expect, seen, acted - began, time.monotonic() - acted)

    async def _solve(self, ref: StepRef, step: Step) -> Scene:
        began = time.monotonic()
        await self._perform(step.solve)
        acted = time.monotonic()
        if step.needs_sandbox:
            await self._check(step)
        checked = time.monotonic()
        await self._press_next(ref)
        return Scene(ref, "", "passed", await self._outcome(ref), acted - began, checked - acted)

    async def _pass_by(self, ref: StepRef, step: Step) -> None:
        """Leave a step behind without doing it: skip does what its author wrote."""
        if not step.checked:
            await self._press_next(ref)
            return
        await self._say("skip", "skip")
        following = self._workshop.after(ref)
        title = self._workshop.step(following).title if following else "."  # type: ignore[union-attr]
        await self._press("Yes, skip it", title, COMMAND_S)

    async def _press_next(self, ref: StepRef) -> None:
        """Press Next; at the very end there is nothing after it."""
        following = self._workshop.after(ref)
        if following is None:
            step = self._workshop.step(ref)
            if step and not step.checked:
                await self._press("Next", ".")
            return
        step = self._workshop.step(following)
        await self._press("Next", step.title if step else ".")

    async def _check(self, step: Step) -> None:
        if step.needs_sandbox:
            await self._press("Check my work", ENDED, CHECK_S)
        else:
            await self._say("check", ENDED, CHECK_S)

    async def _outcome(self, ref: StepRef) -> str:
        learner = await self._record.learner(self._hands.id)
        if ref in learner.passed:
            return "passed"
        return learner.failing[ref][1] if ref in learner.failing else "no verdict"

    async def _perform(self, acts: Iterable[Act]) -> None:
        for act in acts:
            if act.say is not None:
                say = await self._own(act.say)
                await self._say(say, printed(say), COMMAND_S)
                if act.prints:
                    await self._hands.wait_for(act.prints, ANSWER_S)
            elif act.file is not None and act.from_ is not None:
                await self._hand_in(act.file, (self._folder / act.from_).read_bytes())
            elif act.remove is not None:
                await self._say(f"rm {act.remove}", ".")
            for question, option in (act.answer or {}).items():
                await self._answer(question, option)

    async def _own(self, text: str) -> str:
        """Return an author's words with the player's own namespace in them."""
        learner = await self._record.learner(self._hands.id)
        return filled(text, self._workshop.seen_by(learner.namespace))

    async def _hand_in(self, path: str, content: bytes) -> None:
        """Write the file in the form, as most learners do; upload what is long or has an odd name."""
        in_form = path == "Dockerfile" or "/" in path
        if not in_form or len(content) > 3_000:
            await self._upload(path, content)
            return
        shown = await self._say(f"edit {path}", "editor|a form holds")
        if "a form holds" in shown.text or "the editor for lines" in shown.text:
            await self._upload(path, content)
            return
        await self._hands.press("Write file")
        await self._hands.wait_for("Content of", ANSWER_S)
        await self._hands.fill(f"Content of {path}"[:75], content.decode())
        await self._hands.submit()
        await self._hands.wait_for("Saved|Updated", ANSWER_S)

    async def _upload(self, path: str, content: bytes) -> None:
        await self._hands.upload(path, name=path, content=content)
        await self._hands.wait_for("Saved|Updated", ANSWER_S)

    async def _answer(self, question_id: str, option: int) -> None:
        """Press an option by the label that a screen reader says, which names its text."""
        learner = await self._record.learner(self._hands.id)
        step = self._workshop.step(learner.at) if learner.at else None
        question = step.question(question_id) if step else None
        if question is None:
            raise KeyError(question_id)
        await self._press(f"{'ABCDE'[option]}: {question.options[option].text}"[:75], ".")

    async def _say(self, text: str, pattern: str, timeout_s: float = ANSWER_S) -> Shown:
        await self._hands.say(text)
        return await self._hands.wait_for(pattern, timeout_s)

    async def _press(self, label: str, pattern: str, timeout_s: float = ANSWER_S) -> None:
        await self._hands.press(label)
        await self._hands.wait_for(pattern, timeout_s)


def earlier_sections(workshop: Workshop, section: Section) -> tuple[Section, ...]:
    """Return the sections whose solutions must be in the sandbox before this one can be played, in order.

    One in which nothing but questions is solved leaves nothing behind, and is left out.
    """
    earlier = workshop.sections[: workshop.sections.index(section)]
    needed = {each.id for each in earlier} if section.builds_on is None else set(section.builds_on)
    return tuple(each for each in earlier if each.id in needed and _leaves_something(each))


def _leaves_something(section: Section) -> bool:
    return any(act.answer is None for step in section.steps for act in step.solve)


def printed(commands: str) -> str:
    """Return the pattern of what is shown once these commands are done: the output of the last, or that it stopped.

    For a replacement in a file it is the file that was saved.
    """
    if asks_to_replace(commands):
        return "Saved|Updated"
    last = commands.strip().splitlines()[-1].strip()
    return rf"^\$ {re.escape(last)}|I stopped here"
