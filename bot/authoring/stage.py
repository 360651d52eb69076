"""A learner who plays, in Slack: they say, press and fill in what authors wrote, and read what is shown.

The verdict is read from the record, because a code is a word for authors and is not shown to learners.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

from bot.core.cards import answer_key, filled
from bot.core.learner import Learner
from bot.core.workshop import Act, Section, Step, StepRef, Workshop
from bot.handin.replacing import asks_to_replace

ANSWER_S = 30.0  #: an answer to a word or a press
COMMAND_S = 120.0  #: a command, a build included
CHECK_S = 150.0
ENDED = r"Passed: all|Here is what to look at|We could not tell"
REBUILT = r"Your sandbox is back|There is nothing to bring back|did not come back"


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

    async def files(self, learner: str) -> Mapping[str, bytes]:
        """Return their project."""
        ...

    async def write_files(self, learner: str, files: Mapping[str, bytes | None]) -> None:
        """Write files of their project; None deletes one."""
        ...


class Player:
    """One learner who plays what authors wrote; with a packed `project` of their own, in place of the exercise app."""

    def __init__(
        self, workshop: Workshop, folder: Path, hands: Hands, record: Record, project: Path | None = None
    ) -> None:
        self._project = project
        self._workshop = workshop
        self._folder = folder
        self._hands = hands
        self._record = record

    @property
    def id(self) -> str:
        """Return their id."""
        return self._hands.id

    async def learner(self) -> Learner:
        """Return their record."""
        return await self._record.learner(self._hands.id)

    async def start_over(self) -> None:
        """Go back to the very beginning."""
        if (await self.learner()).at is not None:
            await self.say("reset all", "Yes, reset|start")
            await self.press("Yes, reset", ".")
        if self._project:
            await self._hands.upload(self._project)
            await self._hands.wait_for("is your project now|is here already", ANSWER_S)

    async def go(self, section: Section) -> None:
        """Go to a section."""
        await self.say(f"go {section.id}", section.steps[0].title)

    async def reset_step(self, step: Step) -> None:
        """Open the present step again."""
        await self.say("reset step", "Yes, reset")
        await self.press("Yes, reset", re.escape(step.title))

    async def rebuild(self) -> bool:
        """Bring the sandbox back as it was when the last step passed; tell whether there was anything to bring."""
        await self.say("rebuild", "Rebuild your sandbox|" + REBUILT)
        await self._hands.press("Rebuild")
        shown = await self._hands.wait_for(REBUILT, COMMAND_S)
        return "nothing to bring back" not in shown.text

    async def pass_by(self, ref: StepRef, step: Step) -> None:
        """Leave a step behind without doing it: skip does what its author wrote."""
        if not step.checked:
            await self.press_next(ref)
            return
        await self.say("skip", "skip")
        following = self._workshop.after(ref)
        title = self._workshop.step(following).title if following else "."  # type: ignore[union-attr]
        await self.press("Yes, skip it", title, COMMAND_S)

    async def press_next(self, ref: StepRef) -> None:
        """Press Next; at the very end there is nothing after it."""
        following = self._workshop.after(ref)
        if following is None:
            step = self._workshop.step(ref)
            if step and not step.checked:
                await self.press("Next", ".")
            return
        step = self._workshop.step(following)
        await self.press("Next", step.title if step else ".")

    async def check(self, step: Step) -> str:
        """Ask for a check, wait for its end, and return what it said."""
        if step.needs_sandbox:
            return (await self.press("Check my work", ENDED, CHECK_S)).text
        return (await self.say("check", ENDED, CHECK_S)).text

    async def outcome(self, ref: StepRef) -> str:
        """Return what the record says of a step: `passed`, the code it failed with, or `no verdict`."""
        learner = await self.learner()
        if ref in learner.passed:
            return "passed"
        return learner.failing[ref][1] if ref in learner.failing else "no verdict"

    async def perform(self, acts: Iterable[Act]) -> None:
        """Do what an author wrote, one thing after the other."""
        for act in acts:
            if act.say is not None:
                say = await self._own(act.say)
                await self.say(say, printed(say), COMMAND_S)
                if act.prints:
                    await self._hands.wait_for(act.prints, ANSWER_S)
            elif act.file is not None and act.from_ is not None:
                await self._hand_in(act.file, (self._folder / act.from_).read_bytes())
            elif act.remove is not None:
                await self.say(f"rm {act.remove}", ".")
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
        shown = await self.say(f"edit {path}", "editor|a form holds")
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
        if question is None or learner.at is None:
            raise KeyError(question_id)
        if learner.answers.get(answer_key(learner.at, question_id)) == option:
            return  # chosen already, so there is no button for it any more
        await self.press(f"{'ABCDE'[option]}: {question.options[option].text}"[:75], ".")

    async def say(self, text: str, pattern: str, timeout_s: float = ANSWER_S) -> Shown:
        """Send a message and return what was shown with the pattern in it."""
        await self._hands.say(text)
        return await self._hands.wait_for(pattern, timeout_s)

    async def press(self, label: str, pattern: str, timeout_s: float = ANSWER_S) -> Shown:
        """Press a button and return what was shown with the pattern in it."""
        await self._hands.press(label)
        return await self._hands.wait_for(pattern, timeout_s)


def printed(commands: str) -> str:
    """Return the pattern of what is shown once these commands are done: the output of the last, or that it stopped.

    For a replacement in a file it is the file that was saved.
    """
    if asks_to_replace(commands):
        return "Saved|Updated"
    last = commands.strip().splitlines()[-1].strip()
    return rf"^\$ {re.escape(last)}|I stopped here"
