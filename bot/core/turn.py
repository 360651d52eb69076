"""What a turn decides (contract): the learner as they are now, and what is to be done, in order."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.core.ending.certificate import Certificate
from bot.core.learner import Learner
from bot.core.messages import Editor, Message, Note, StatusCard
from bot.core.sights import Wanted
from bot.core.workshop import Act, StepRef
from bot.handin.plan import Command
from bot.handin.windows import WHOLE, Spot


@dataclass(frozen=True, slots=True)
class Say:
    """Send a new message where the learner spoke."""

    message: Message


@dataclass(frozen=True, slots=True)
class Replace:
    """Replace the card that the learner pressed; a new message when there was none."""

    message: Message


@dataclass(frozen=True, slots=True)
class Whisper:
    """Tell only the person who pressed (a card of somebody else, an old card)."""

    text: str


@dataclass(frozen=True, slots=True)
class ShowHome:
    """Publish the App Home."""

    home: StatusCard


@dataclass(frozen=True, slots=True)
class OpenEditor:
    """Open the form for one file; the workbench fills in its present text.

    A long file is opened at `spot`, else at the first of the texts of `about` that is in it, else shown page by page.
    """

    editor: Editor
    spot: Spot = WHOLE
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShowPage:
    """Show some lines of a file; in place of the pressed card when a page was `turned`."""

    path: str
    spot: Spot
    turned: bool = False
    ref: StepRef | None = None


@dataclass(frozen=True, slots=True)
class KeepForm:
    """Keep what was written into a form, unless its lines have changed meanwhile, and say `after`; `ref` as in
    `KeepFiles`.
    """

    editor: Editor
    ref: StepRef | None = None
    after: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class StartCheck:
    """Open an attempt, show its card and put it on the desk."""

    ref: StepRef


@dataclass(frozen=True, slots=True)
class RunCommands:
    """Run what was typed, one after the other, and show each output; say `after` when all of it has worked."""

    commands: tuple[Command, ...]
    ref: StepRef | None = None
    after: Note | None = None


@dataclass(frozen=True, slots=True)
class TypeInto:
    """Type a reply into the program that the learner talks with."""

    typed: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeepFiles:
    """Keep project files and show what changed; `ref` is the step that may be checked now, None when it may not."""

    files: tuple[tuple[str, bytes], ...]
    ref: StepRef | None = None


@dataclass(frozen=True, slots=True)
class TakeProject:
    """Keep an uploaded project (`bot.core.arrival`) as one change and say what came; `ref` as in `KeepFiles`.

    `expected` are the files that the workshop's checks look into.
    """

    name: str
    files: tuple[tuple[str, bytes], ...]
    left_out: tuple[str, ...]
    expected: frozenset[str]
    ref: StepRef | None = None


@dataclass(frozen=True, slots=True)
class ReplaceText:
    """Change one text in a project file and show the difference; `ref` as in `KeepFiles`."""

    path: str
    old: str
    new: str
    ref: StepRef | None = None


@dataclass(frozen=True, slots=True)
class UndoEdit:
    """Take the last change of a file back ('': of whichever was changed last) and show the difference."""

    path: str
    ref: StepRef | None = None


@dataclass(frozen=True, slots=True)
class ShowApp:
    """Show a picture of the learner's app, or say why there is none; where nobody `asked`, without a word then.

    Nobody waits for it.
    """

    wanted: Wanted
    asked: bool = True
    ref: StepRef | None = None


@dataclass(frozen=True, slots=True)
class Apply:
    """Do what an author wrote as the solution of a skipped step (files and commands), quietly."""

    acts: tuple[Act, ...]
    ref: StepRef


@dataclass(frozen=True, slots=True)
class GiveToken:
    """Make a new token for the registry and show it to the learner alone, once."""


@dataclass(frozen=True, slots=True)
class PrepareProject:
    """Give a new learner the exercise app's files (idempotent)."""


@dataclass(frozen=True, slots=True)
class CleanSandbox:
    """Remove the learner's containers and images; with `files` also put the project back to the start."""

    files: bool


@dataclass(frozen=True, slots=True)
class RememberSandbox:
    """Remember what stands now, as what this step passed with."""

    ref: StepRef


@dataclass(frozen=True, slots=True)
class RebuildSandbox:
    """Bring the sandbox back as it was when the last step passed; `without` is a step to be left out of it."""

    without: StepRef | None = None


@dataclass(frozen=True, slots=True)
class CancelCheck:
    """Withdraw the open attempt."""

    attempt: int


@dataclass(frozen=True, slots=True)
class CheckAgain:
    """Check what is there now in place of what the open attempt saw; one that still waits sees it anyhow."""

    ref: StepRef
    attempt: int


@dataclass(frozen=True, slots=True)
class SendCertificate:
    """Draw the certificate and send it."""

    certificate: Certificate


@dataclass(frozen=True, slots=True)
class SendNotebook:
    """Write the lab notebook from what was kept and send it."""


@dataclass(frozen=True, slots=True)
class OpenSurvey:
    """Open the feedback form, with what they answered before."""


@dataclass(frozen=True, slots=True)
class KeepFeedback:
    """Keep what a learner thinks, thank them and tell the instructors."""

    useful: int
    better: str


@dataclass(frozen=True, slots=True)
class LetGoOn:
    """End a learner's pause, if whoever asked is an instructor."""

    learner: str


@dataclass(frozen=True, slots=True)
class RefreshBoard:
    """Something changed that instructors see."""


Action = (
    Say
    | Replace
    | Whisper
    | ShowHome
    | OpenEditor
    | ShowPage
    | KeepForm
    | StartCheck
    | RunCommands
    | TypeInto
    | KeepFiles
    | TakeProject
    | ReplaceText
    | UndoEdit
    | ShowApp
    | Apply
    | GiveToken
    | PrepareProject
    | CleanSandbox
    | RememberSandbox
    | RebuildSandbox
    | CancelCheck
    | CheckAgain
    | SendCertificate
    | SendNotebook
    | OpenSurvey
    | KeepFeedback
    | LetGoOn
    | RefreshBoard
)


@dataclass(frozen=True, slots=True)
class Turn:
    """A decision: the learner afterwards, and the actions in order."""

    learner: Learner
    actions: tuple[Action, ...] = ()
