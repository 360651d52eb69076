"""What the classroom needs of the world, as small Protocols (contract).

Each has a real adapter in a room of its own; tests use fakes that pass the same contract tests.
"""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.core.ending.pages import Page
from bot.core.evidence import Evidence
from bot.core.learner import Learner
from bot.core.messages import Form, Message, StatusCard
from bot.core.sights import Sight, Wanted
from bot.core.specs import ProbeSpec
from bot.core.standing import Standing
from bot.core.verdict import Verdict
from bot.core.workshop import StepRef
from bot.handin.keyboard import Key, Line
from bot.handin.plan import BuildPlan, Output, Plan, Talkative
from bot.pictures import Drawing
from bot.pictures.layers import Layer


@dataclass(frozen=True, slots=True)
class Where:
    """The place a learner spoke from: enough to answer there. Strings are Slack's own ids, '' when absent."""

    channel: str  #: where answers go (a direct message, or the channel of a mention)
    user: str
    thread: str = ""  #: thread to answer in
    said: str = ""  #: ts of the learner's own message
    card: str = ""  #: ts of the pressed message
    trigger: str = ""  #: opens one form within 3 s
    response_url: str = ""  #: edits the pressed message, 5 uses in 30 min
    delivery: str = ""  #: names what Slack delivered, which may come again: it is taken once

    def without_press(self) -> Where:
        """Return the same place without what only a press gives."""
        return Where(self.channel, self.user, self.thread, self.said)


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


@dataclass(frozen=True, slots=True)
class Keepsake:
    """A file for a learner. `alt` says what a picture shows; `say` is one plain sentence above it."""

    name: str
    content: bytes
    alt: str = ""
    say: str = ""


#: Called with one short line of progress ("[3/5] RUN npm install"), from any thread; returns at once.
Progress = Callable[[str], None]


class Chat(Protocol):
    """Where messages go. Calls raise `ChatError`; sending twice posts twice, editing twice is harmless."""

    async def show(self, where: Where, message: Message) -> str:
        """Post a new message and return its ts."""
        ...

    async def replace(self, where: Where, message: Message) -> None:
        """Show the message in place of the pressed card; post anew where there is none or it is gone."""
        ...

    async def update(
        self, channel: str, ts: str, message: Message, *, owner: str, final: bool, response_url: str = ""
    ) -> None:
        """Edit a message of ours; newest wins, `final` is never dropped. Raises `CardGone`.

        `owner` is the learner who may press its buttons.
        """
        ...

    async def whisper(self, where: Where, text: str) -> None:
        """Tell one person only."""
        ...

    async def open_form(self, where: Where, form: Form) -> None:
        """Open a form; needs a fresh `where.trigger`, without one a button that opens it is posted instead."""
        ...

    async def publish_home(self, user: str, home: StatusCard) -> None:
        """Publish the person's App Home."""
        ...

    async def send_file(self, where: Where, file: Keepsake) -> None:
        """Post a file, such as a picture; what it shows is told to those who do not see it."""
        ...

    def busy(self, where: Where, doing: str) -> AbstractAsyncContextManager[Progress]:
        """Show a status line such as `is building your image` while the block runs; quiet where Slack has none.

        The block gets a function that changes the line.
        """
        ...


class Store(Protocol):
    """What is kept. Every call is one transaction; nothing is returned before it is durable."""

    async def learner(self, user: str, name: str = "") -> Learner:
        """Return the learner; a new one (id and name only) when never seen. A given name is kept."""
        ...

    async def everybody(self) -> Sequence[Learner]:
        """Return all learners who have started, in no order."""
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


class Roles(Protocol):
    """Who may do more than learners, by user id: names and channels are for anybody to choose.

    Every call is one transaction.
    """

    async def is_instructor(self, user: str) -> bool:
        """Tell whether this person is an instructor now; ask each time it matters."""
        ...

    async def instructors(self) -> Sequence[str]:
        """Return the ids of all instructors, in order."""
        ...

    async def appoint(self, user: str) -> bool:
        """Make somebody an instructor; False when they were one."""
        ...

    async def dismiss(self, user: str) -> bool:
        """Make somebody an instructor no more, also when settings name them; False when they were none."""
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


class Staff(Protocol):
    """The instructors of a class, in their channel."""

    async def tell(self, message: Message, place: str = "") -> str:
        """Show the message where they read, instead of what stands at `place`; return its place.

        Returns '' when they have no channel (yet). Raises `ChatError`.
        """
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


class Desk(Protocol):
    """Durable checks: what was submitted is performed once the host can, over crashes and restarts."""

    async def submit(self, attempt: int, learner: str) -> None:
        """Put an attempt on the desk; twice is once."""
        ...

    async def waiting(self) -> Sequence[int]:
        """Return the attempts that wait for a slot, the next first."""
        ...

    async def cancel(self, attempt: int) -> None:
        """Withdraw it (idempotent)."""
        ...


#: What the desk performs: verify the attempt (its own time limit, cleans up, raises `HostError` to be retried).
Verify = Callable[[int], Awaitable[Verdict]]
#: …and then makes known: close the attempt, edit its card. At least once; the store makes it once.
Publish = Callable[[int, Verdict], Awaitable[None]]
