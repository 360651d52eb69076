"""What can happen to a learner, as facts in the past tense (contract).

Listeners make events; `bot.core.tutor.decide` answers them. `card` is the step that a pressed card was
about: a card of an earlier step is answered kindly and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.core.verdict import Verdict
from bot.core.workshop import StepRef
from bot.handin.plan import Command
from bot.handin.windows import WHOLE, Spot


@dataclass(frozen=True, slots=True)
class Arrived:
    """Opened the direct message, joined a channel, or said hello for the first time."""


@dataclass(frozen=True, slots=True)
class OpenedHome:
    """Opened the App Home tab."""


@dataclass(frozen=True, slots=True)
class Started:
    """Pressed Start or Continue, or said `start`."""


@dataclass(frozen=True, slots=True)
class AskedForNext:
    """Pressed or said next."""

    card: StepRef | None = None


@dataclass(frozen=True, slots=True)
class AskedForBack:
    """Pressed or said back."""

    card: StepRef | None = None


@dataclass(frozen=True, slots=True)
class AskedForHint:
    """Pressed or said hint."""

    card: StepRef | None = None


@dataclass(frozen=True, slots=True)
class AskedForCheck:
    """Pressed Check my work or said check."""

    card: StepRef | None = None


@dataclass(frozen=True, slots=True)
class AskedToSkip:
    """Pressed or said skip; `sure` after the confirmation."""

    card: StepRef | None = None
    sure: bool = False


@dataclass(frozen=True, slots=True)
class AskedForStatus:
    """Said status or progress."""


@dataclass(frozen=True, slots=True)
class AskedForHelp:
    """Said help."""


@dataclass(frozen=True, slots=True)
class AskedToReset:
    """Said reset (`step`, `section` or `all`); `sure` after the confirmation."""

    scope: str = "step"
    sure: bool = False


@dataclass(frozen=True, slots=True)
class AskedToRebuild:
    """Pressed or said rebuild; `sure` after the question, or where nothing can be lost."""

    sure: bool = False


@dataclass(frozen=True, slots=True)
class AskedToKeepSandbox:
    """Pressed Keep my sandbox under a warning, or said so."""


@dataclass(frozen=True, slots=True)
class AskedToSeeApp:
    """Pressed or said show my app; `name` is the container, '' for whichever is meant."""

    name: str = ""


@dataclass(frozen=True, slots=True)
class WentTo:
    """Chose a section on the map (Home or `go 02`)."""

    section: str


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """Pressed an option of a quiz question."""

    card: StepRef
    question: str
    option: int


@dataclass(frozen=True, slots=True)
class OpenedEditor:
    """Pressed Write Dockerfile or said `edit PATH`, with lines or a text of it where it is long."""

    path: str
    spot: Spot = WHOLE


@dataclass(frozen=True, slots=True)
class AskedToSee:
    """Said `show PATH`, or pressed to the next lines of it (`turned`)."""

    path: str
    spot: Spot = WHOLE
    turned: bool = False


@dataclass(frozen=True, slots=True)
class FilledForm:
    """Saved the form of a file: the whole of it, or the lines that were opened.

    `mark` tells what was in the form when it was opened, '' when nobody knows any more.
    """

    path: str
    text: str
    first: int = 0
    last: int = 0
    mark: str = ""


@dataclass(frozen=True, slots=True)
class AskedToReplace:
    """Said `replace OLD with NEW in FILE`."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class AskedToUndo:
    """Said `undo` (the file changed last) or `undo FILE`."""

    path: str = ""


@dataclass(frozen=True, slots=True)
class WroteFiles:
    """Handed in project files by modal, code block or upload; `how` says which."""

    files: tuple[tuple[str, bytes], ...]
    how: str


@dataclass(frozen=True, slots=True)
class UploadedProject:
    """Uploaded a packed project: its files, and one sentence for each thing left out or changed."""

    name: str
    files: tuple[tuple[str, bytes], ...]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HandedInUnusable:
    """Handed in something that cannot be kept (too large, binary, no name); `say` tells why and what to do."""

    say: str


@dataclass(frozen=True, slots=True)
class TypedCommands:
    """Typed one or several commands in one message."""

    commands: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class AskedForToken:
    """Said `registry token`: they want to push from a machine of their own."""


@dataclass(frozen=True, slots=True)
class HandedInImage:
    """Said `use my pushed image`: what they pushed from a machine of their own is their hand-in."""


@dataclass(frozen=True, slots=True)
class AnsweredProgram:
    """Replied in the thread of a program they talk with; it may be a password, so it is shown nowhere."""

    typed: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AskedForSummary:
    """Pressed or said summary."""


@dataclass(frozen=True, slots=True)
class AskedForCertificate:
    """Pressed or said certificate."""


@dataclass(frozen=True, slots=True)
class AskedForNotebook:
    """Pressed or said notebook."""


@dataclass(frozen=True, slots=True)
class AskedForSurvey:
    """Pressed Give feedback or said feedback."""


@dataclass(frozen=True, slots=True)
class GaveFeedback:
    """Sent the feedback form: how useful it was, 1 to 5 (0: not said), and what should be better."""

    useful: int
    better: str


@dataclass(frozen=True, slots=True)
class AskedToLetGoOn:
    """Pressed Let them go on, under what instructors are told of a learner who is paused."""

    learner: str


@dataclass(frozen=True, slots=True)
class SaidSomething:
    """Said anything else."""

    text: str


@dataclass(frozen=True, slots=True)
class Mentioned:
    """Mentioned the bot in a channel; answered in the thread."""

    text: str


@dataclass(frozen=True, slots=True)
class PressedForeignCard:
    """Pressed a button on a card that belongs to somebody else."""

    owner: str


@dataclass(frozen=True, slots=True)
class CheckEnded:
    """The desk finished a check of this step."""

    attempt: int
    ref: StepRef
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class GotHint:
    """An instructor sent a hint for this step: a rung of its ladder, or words of their own (`rung` 0)."""

    card: StepRef
    by: str  #: their name
    rung: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class GotClassHint:
    """An instructor wrote a hint for everybody who fails this condition of the step with this code."""

    card: StepRef
    condition: str
    code: str
    by: str  #: their name


@dataclass(frozen=True, slots=True)
class WasUnblocked:
    """An instructor took this step out of the learner's way."""

    card: StepRef
    by: str  #: their name


Event = (
    Arrived
    | OpenedHome
    | Started
    | AskedForNext
    | AskedForBack
    | AskedForHint
    | AskedForCheck
    | AskedToSkip
    | AskedForStatus
    | AskedForHelp
    | AskedToReset
    | AskedToRebuild
    | AskedToKeepSandbox
    | AskedToSeeApp
    | WentTo
    | AnsweredQuestion
    | OpenedEditor
    | AskedToSee
    | FilledForm
    | AskedToReplace
    | AskedToUndo
    | WroteFiles
    | UploadedProject
    | HandedInUnusable
    | TypedCommands
    | AskedForToken
    | HandedInImage
    | AnsweredProgram
    | AskedForSummary
    | AskedForCertificate
    | AskedForNotebook
    | AskedForSurvey
    | GaveFeedback
    | AskedToLetGoOn
    | SaidSomething
    | Mentioned
    | PressedForeignCard
    | CheckEnded
    | GotHint
    | GotClassHint
    | WasUnblocked
)
#: what others did, or we: no sign of life of the learner's
OF_OTHERS = (CheckEnded, GotHint, GotClassHint, WasUnblocked)
