"""What Docent says, as values (contract): `bot.core.tutor` makes them, `bot.slack.blocks` renders them.

No Slack in here: texts are Markdown, buttons are an `Offer`. Every message knows the learner it is for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from bot.core.panels import Panel
from bot.core.verdict import Result
from bot.core.workshop import Question, StepRef
from bot.handin.plan import Output


class Offer(StrEnum):
    """A button that may stand under a message; each equals one event."""

    START = "start"  #: Started: "Start the workshop" or "Continue"
    CONTINUE = "continue"
    NEXT = "next"
    BACK = "back"
    CHECK = "check"
    RUN = "run"  #: TypedCommands: those of the note
    HINT = "hint"
    EDIT = "edit"  #: OpenedEditor for the step's first hand-in file
    PAGE_BACK = "page_back"  #: AskedToSee the lines before those of a `FilePage`
    PAGE_ON = "page_on"
    EDIT_LINES = "edit_lines"  #: OpenedEditor for the lines of a `FilePage`
    SKIP = "skip"
    SKIP_SURE = "skip_sure"
    RESET_SURE = "reset_sure"
    REBUILD = "rebuild"
    REBUILD_SURE = "rebuild_sure"
    KEEP = "keep"  #: AskedToKeepSandbox, under a warning
    SHOW_APP = "show_app"  #: AskedToSeeApp; the container is the note's scope
    STATUS = "status"
    HELP = "help"
    SUMMARY = "summary"
    CERTIFICATE = "certificate"
    NOTEBOOK = "notebook"
    FEEDBACK = "feedback"  #: AskedForSurvey: opens the form
    ASK = "ask"  #: opens the form in which an instructor is asked (`bot.staffroom.help`), the note's scope in it
    NO_NUDGES = "no_nudges"  #: stops reminders (`bot.staffroom.nudging`)
    LET_GO_ON = "let_go_on"  #: AskedToLetGoOn, for instructors; the learner is the note's scope


@dataclass(frozen=True, slots=True)
class Note:
    """A short answer in Markdown, with buttons that fit. `ref` is the step the buttons are about."""

    text: str
    offers: tuple[Offer, ...] = ()
    ref: StepRef | None = None
    scope: str = ""  #: for RESET_SURE; the file for EDIT; the commands for RUN, one a line
    verbatim: str = ""  #: a text shown below exactly as it is, in a box


@dataclass(frozen=True, slots=True)
class Welcome:
    """The onboarding message."""

    name: str
    title: str
    minutes: float
    sections: tuple[tuple[str, str, float], ...]  #: (id, title, minutes)
    resumed: bool = False  #: they were here before: the button says Continue


@dataclass(frozen=True, slots=True)
class StepCard:
    """One step: where it is, what it says, its questions and its buttons."""

    ref: StepRef
    section_title: str
    title: str
    number: int  #: of the step in its section, from 1
    of: int
    minutes: float
    say: str
    offers: tuple[Offer, ...]
    edit_path: str = ""
    passed: bool = False


@dataclass(frozen=True, slots=True)
class QuestionCard:
    """One quiz question; once answered, `chosen` and its explanation are shown and the right one has no buttons."""

    ref: StepRef
    question: Question
    chosen: int | None = None


@dataclass(frozen=True, slots=True)
class HintCard:
    """One rung of the ladder (1 nudge, 2 pointer, 3 solution); `about` is the failed condition's title, or ''."""

    ref: StepRef
    rung: int  #: 0: words of an instructor's own
    text: str
    about: str = ""
    by: str = ""  #: the instructor who sent it


class CheckState(StrEnum):
    """Where a check is."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"  #: our side is down; the job is kept
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class ConditionLine:
    """One condition on the card; `result` is None while it is not known. `say` explains a failure."""

    id: str
    title: str
    result: Result | None = None
    running: bool = False
    say: str = ""
    blocked_by: str = ""  #: title of the condition it needs


@dataclass(frozen=True, slots=True)
class CheckCard:
    """The live card of one check."""

    ref: StepRef
    attempt: int
    title: str
    state: CheckState
    lines: tuple[ConditionLine, ...]
    say: str = ""  #: the step's own text, so that the task stays in sight
    ahead: int = 0  #: checks before this one, while queued
    eta_s: float = 0.0  #: about so long until it begins, 0 when nobody knows
    hint: str = ""  #: the rung of the ladder that comes by itself, at the end
    rung: int = 0  #: which one it is, 0 for none
    recap: str = ""  #: what was just proved, at the end
    offers: tuple[Offer, ...] = ()
    edit_path: str = ""  #: the file that EDIT opens
    took_s: float = 0.0


@dataclass(frozen=True, slots=True)
class CommandOutput:
    """What one command printed; `line` is the command as understood."""

    line: str
    output: Output


@dataclass(frozen=True, slots=True)
class ProgramSaid:
    """What a program said in its thread since the last reply; `note` is ours, `over` when it has ended."""

    text: str
    over: bool = False
    note: str = ""
    line: str = field(default="", compare=False)  #: the command that started it; not shown


@dataclass(frozen=True, slots=True)
class FileSaved:
    """A project file was kept; `diff` is short and unified, '' for a new file."""

    path: str
    size: int  #: bytes
    lines: int
    new: bool
    diff: str = ""
    warning: str = ""  #: e.g. the Dockerfile does not parse, or the name looks wrong
    offers: tuple[Offer, ...] = ()
    ref: StepRef | None = None


class Mark(StrEnum):
    """How far a section or step is."""

    DONE = "done"
    SKIPPED = "skipped"
    HERE = "here"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class SectionProgress:
    """One line of the map."""

    id: str
    title: str
    minutes: float
    done: int  #: steps proved
    skipped: int
    steps: int
    mark: Mark


@dataclass(frozen=True, slots=True)
class StatusCard:
    """Where a learner is; also the body of App Home."""

    name: str
    title: str
    sections: tuple[SectionProgress, ...]
    here: str  #: "02 · Write the recipe", or '' before the start and after the end
    started: bool
    finished: bool
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionSum:
    """What one section came to."""

    id: str
    title: str
    minutes: float  #: as planned
    spent_s: float | None  #: None: nobody measured it
    passed: int
    skipped: int
    steps: int
    tries: int  #: checks that gave a verdict
    hints: int


@dataclass(frozen=True, slots=True)
class Hardest:
    """The condition that failed in most checks."""

    title: str
    place: str  #: "02 · Write the recipe"
    missed: int  #: checks that it failed in
    passed: bool  #: its step was passed in the end


@dataclass(frozen=True, slots=True)
class SummaryCard:
    """What the workshop came to, as far as somebody is; `say` stands above it."""

    title: str
    minutes: float  #: as planned
    sections: tuple[SectionSum, ...]
    pause_s: float  #: a longer pause counts as one of this length
    hardest: Hardest | None = None
    say: str = ""
    offers: tuple[Offer, ...] = ()

    @property
    def passed(self) -> int:
        """Return how many steps were passed."""
        return sum(each.passed for each in self.sections)

    @property
    def skipped(self) -> int:
        """Return how many steps were skipped."""
        return sum(each.skipped for each in self.sections)

    @property
    def steps(self) -> int:
        """Return how many steps there are."""
        return sum(each.steps for each in self.sections)

    @property
    def spent_s(self) -> float | None:
        """Return the time of all sections together; None when nobody measured any."""
        known = [each.spent_s for each in self.sections if each.spent_s is not None]
        return sum(known) if known else None


@dataclass(frozen=True, slots=True)
class FeedbackCard:
    """What a learner thinks of the workshop, for instructors."""

    name: str
    useful: int  #: 1 to 5, 0: not said
    better: str
    progress: str  #: "12 of 43 steps passed"
    again: bool = False  #: it takes the place of what they said before


@dataclass(frozen=True, slots=True)
class Survey:
    """The feedback form: two questions, with what was answered before. `named`: instructors see who it is from."""

    useful: int = 0
    better: str = ""
    named: bool = True


@dataclass(frozen=True, slots=True)
class Editor:
    """A form to write one project file, or some lines of it; at most 3,000 characters."""

    path: str
    text: str
    ref: StepRef | None = None
    first: int = 0  #: the lines, 0 for the whole file
    last: int = 0
    mark: str = ""  #: what tells whether somebody changed these lines meanwhile


@dataclass(frozen=True, slots=True)
class FilePage:
    """Some lines of a long file with their numbers, and buttons to go on and to edit them."""

    path: str
    first: int
    last: int
    of: int  #: lines of the file
    text: str
    offers: tuple[Offer, ...]
    say: str = ""
    ref: StepRef | None = None


Message = (
    Note
    | Welcome
    | StepCard
    | QuestionCard
    | HintCard
    | CheckCard
    | CommandOutput
    | ProgramSaid
    | FileSaved
    | FilePage
    | StatusCard
    | SummaryCard
    | FeedbackCard
    | Panel
)
Form = Editor | Survey
