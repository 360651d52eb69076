"""What is kept of learners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.core.ending.pages import Page
from bot.core.learner import Learner
from bot.core.standing import Standing
from bot.core.verdict import Verdict
from bot.core.workshop import StepRef
from bot.handin.plan import BuildPlan
from bot.ports.talking import Where


@dataclass(frozen=True, slots=True)
class Attempt:
    """One check as it is kept. `card` is the ts of its live card, '' until it is posted."""

    id: int
    learner: str
    ref: StepRef
    channel: str
    card: str
    response_url: str
    opened_at: datetime
    closed_at: datetime | None = None
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Undone:
    """A write that was taken back: the file before (`now`, None when it did not exist) and what is gone (`was`)."""

    path: str
    was: bytes | None
    now: bytes | None


class Store(Protocol):
    """What is kept. Every call is one transaction; nothing is returned before it is durable."""

    async def learner(self, user: str, name: str = "") -> Learner:
        """Return the learner; a new one (id and name only) when never seen. A given name is kept."""
        ...

    async def everybody(self) -> Sequence[Learner]:
        """Return all learners who have started, in no order."""
        ...

    async def classmates(self, cohort: int) -> Sequence[Learner]:
        """Return the learners who take this course, or took it until it ended, started or not, in no order."""
        ...

    async def holders(self) -> Sequence[Learner]:
        """Return all learners who have something on a host, started or not, in no order."""
        ...

    async def record(self, learner: Learner, what: str, detail: str = "", *, once: str = "") -> bool:
        """Keep the learner as they are now, and one line in the journal saying why (`what` is the event's name).

        False, and nothing is written, when something of the name `once` was recorded in the last hour.
        """
        ...

    async def open_attempt(self, learner: Learner, ref: StepRef, where: Where) -> Attempt | None:
        """Open an attempt and set `open_attempt`; None when the learner has one open already."""
        ...

    async def place_card(self, attempt: int, channel: str, ts: str) -> None:
        """Remember where the attempt's card is."""
        ...

    async def attempt(self, attempt: int) -> Attempt | None:
        """Return the attempt."""
        ...

    async def open_attempts(self) -> Sequence[Attempt]:
        """Return the attempts that have no verdict yet, oldest first."""
        ...

    async def close_attempt(self, attempt: int, verdict: Verdict | None, learner: Learner | None) -> bool:
        """Close the attempt and keep the learner in the same transaction; False when it was closed before (nothing
        is written then). A verdict of None means it was withdrawn."""
        ...

    async def files(self, learner: str) -> Mapping[str, bytes]:
        """Return the learner's project: path → content."""
        ...

    async def write_files(self, learner: str, files: Mapping[str, bytes | None]) -> None:
        """Write project files; None deletes one. Limits are the caller's (`bot.handin.project`).

        They are one change. What a file was before is kept for `undo_write`: 20 versions of each, 16 MB in all.
        """
        ...

    async def start_over(self, learner: str, files: Mapping[str, bytes]) -> None:
        """Make these the whole project; versions of before are forgotten."""
        ...

    async def undo_write(self, learner: str, path: str = "") -> Sequence[Undone]:
        """Take the last write of a file back ('': the whole change that was written last), in the order of paths;
        nothing when nothing is kept."""
        ...

    async def note(self, key: str) -> str:
        """Return a remembered value (`board.ts`, …), '' when there is none."""
        ...

    async def remember(self, key: str, value: str) -> None:
        """Remember a value."""
        ...


class Passes(Protocol):
    """Whose namespace of the registry is whose. Learners are known to the store before they are asked about here."""

    async def namespace(self, learner: str) -> str:
        """Return the learner's namespace, the same for ever; whoever has none yet gets one that nobody else has."""
        ...

    async def token(self, learner: str) -> str:
        """Return a new token of the learner's, to be shown once and kept nowhere; the one before is void."""
        ...

    async def holder(self, namespace: str, token: str) -> str:
        """Return the learner whose namespace and token these are, '' when they do not fit together."""
        ...

    async def signed_in(self, learner: str) -> bool:
        """Tell whether the learner has logged in to the registry, in chat."""
        ...

    async def sign(self, learner: str, *, signed_in: bool) -> None:
        """Remember that the learner has logged in, or out."""
        ...


class Standings(Protocol):
    """What stood in sandboxes when steps passed, and how images were built. Every call is one transaction."""

    async def keep_build(self, learner: str, image: str, plan: BuildPlan, files: Mapping[str, bytes]) -> None:
        """Remember how an image of theirs was built, and from which files; those that no standing needs and that
        are not new any more are forgotten."""
        ...

    async def builds(self, learner: str) -> Mapping[str, BuildPlan]:
        """Return how their images were built, by id."""
        ...

    async def build_files(self, learner: str, image: str) -> Mapping[str, bytes]:
        """Return the files that an image was built from; {} when that is not known."""
        ...

    async def keep_standing(self, learner: str, ref: StepRef, standing: Standing) -> None:
        """Remember what stood in the sandbox when this step passed; the newest of a step counts."""
        ...

    async def standings(self, learner: str) -> Sequence[StepRef]:
        """Return the steps of which a standing is kept, newest first."""
        ...

    async def standing(self, learner: str, ref: StepRef) -> Standing | None:
        """Return what stood when this step passed."""
        ...

    async def forget_standings(self, learner: str) -> None:
        """Forget all standings and builds of theirs."""
        ...


class Notebooks(Protocol):
    """What lab notebooks are written from. Every call is one transaction."""

    async def keep(self, learner: str, page: Page) -> None:
        """Keep a page, at the step the learner is at when it names none; in place of one with the same `once`.

        Of each step the newest 40 are kept, of a learner the newest 600.
        """
        ...

    async def pages(self, learner: str) -> Sequence[Page]:
        """Return the learner's pages, oldest first, with their steps and times."""
        ...

    async def forget(self, learner: str) -> None:
        """Forget all pages of theirs."""
        ...


@dataclass(frozen=True, slots=True)
class Feedback:
    """What one learner thinks of the workshop."""

    learner: str
    useful: int  #: 1 to 5, 0: not said
    better: str
    told_at: str = ""  #: the place of the message that instructors have of it, as `Staff` names it
    told: bool = False  #: that message says this


class Feedbacks(Protocol):
    """Feedback, one of each learner. Every call is one transaction."""

    async def give(self, learner: str, useful: int, better: str) -> bool:
        """Keep it in place of what they gave before; tell whether it is their first. It is not told then."""
        ...

    async def given(self, learner: str) -> Feedback | None:
        """Return what the learner gave."""
        ...

    async def untold(self) -> Sequence[Feedback]:
        """Return what instructors have not been told yet, oldest first."""
        ...

    async def told(self, feedback: Feedback, place: str) -> None:
        """Remember where instructors were told this; one that was changed meanwhile stays untold."""
        ...

    async def forget(self, learner: str) -> None:
        """Forget what the learner gave."""
        ...
