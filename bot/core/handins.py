"""Decide what happens to what learners hand in: forms, files, projects, changes in place; pure, as the tutor is."""

from __future__ import annotations

from dataclasses import replace

from bot.core import ladder, words
from bot.core.events import (
    AskedToReplace,
    AskedToSee,
    AskedToUndo,
    FilledForm,
    OpenedEditor,
    UploadedProject,
    WroteFiles,
)
from bot.core.judging.files import name_warning
from bot.core.learner import Learner
from bot.core.messages import Editor, Offer
from bot.core.moves import note
from bot.core.specs import FileSpec
from bot.core.turn import (
    Action,
    KeepFiles,
    KeepForm,
    OpenEditor,
    PrepareProject,
    ReplaceText,
    Say,
    ShowPage,
    TakeProject,
    Turn,
    UndoEdit,
)
from bot.core.workshop import Step, StepRef, Workshop
from bot.handin.compose.read import FILE_NAMES


def editor(workshop: Workshop, learner: Learner, event: OpenedEditor) -> Turn:
    """Return the turn that opens a form: of the named file, else of the one that the step is about."""
    step = workshop.step(learner.at) if learner.at else None
    path = _path(event.path) or (step.handin.files[0] if step and step.handin.files else "Dockerfile")
    if not _opens(path):
        return Turn(learner, (note(words.BAD_PATH, ref=learner.at),))
    specs = [condition.with_ for condition in step.conditions] if step else []
    about = [(s.lacks, s.contains) for s in specs if isinstance(s, FileSpec) and s.path == path]
    texts = tuple(text for pair in about for text in pair if text)
    return Turn(learner, (*prepared(learner), OpenEditor(Editor(path, "", learner.at), event.spot, texts)))


def page(learner: Learner, event: AskedToSee) -> Turn:
    """Return the turn that shows some lines of a file."""
    path = _path(event.path)
    if not _opens(path):
        return Turn(learner, (note(words.BAD_PATH, ref=learner.at),))
    return Turn(learner, (*prepared(learner), ShowPage(path, event.spot, event.turned, learner.at)))


def _path(said: str) -> str:
    path = said.strip().strip("`'\"")
    return (path if ":" in path else path.replace("\\", "/")).removeprefix("./")


def _opens(path: str) -> bool:
    """Tell whether this may be a path of the project."""
    parts = path.split("/")
    return len(path) <= 200 and path.isprintable() and not {"", ".."} & set(parts) and not {"\\", ":"} & set(path)


def form(workshop: Workshop, learner: Learner, event: FilledForm) -> Turn:
    """Return the turn for a saved form: what is said besides is the same as for any other hand-in."""
    turn = files(workshop, learner, WroteFiles(((event.path, event.text.encode()),), "form"))
    editor = Editor(event.path, event.text, learner.at, event.first, event.last, event.mark)
    after = tuple(action.message for action in turn.actions if isinstance(action, Say))
    actions = (KeepForm(editor, a.ref, after) if isinstance(a, KeepFiles) else a for a in turn.actions)
    return Turn(turn.learner, tuple(action for action in actions if not isinstance(action, Say)))


def prepared(learner: Learner) -> tuple[Action, ...]:
    """Return what somebody needs who works before pressing Start: the project, so that nothing is lost later."""
    return (PrepareProject(),) if learner.at is None else ()


def files(workshop: Workshop, learner: Learner, event: WroteFiles) -> Turn:
    """Return the turn for files that were handed in, however they came."""
    if not event.files:
        return Turn(learner, (note(words.NOTHING_HANDED_IN, ref=learner.at),))
    ref = learner.at
    step = workshop.step(ref) if ref else None
    if ref is None or step is None:
        return Turn(learner, (*prepared(learner), KeepFiles(event.files), note(words.NOT_STARTED, Offer.START)))
    paths = {path for path, _ in event.files}
    wanted = bool(paths & set(step.handin.files)) and not learner.done(ref)
    ready = wanted and not ladder.open_answers(learner, ref, step)
    kept = KeepFiles(event.files, ref if ready else None)
    return Turn(learner, (kept, *_after_files(learner, ref, step, paths)))


def project(workshop: Workshop, learner: Learner, event: UploadedProject) -> Turn:
    """Return the turn for an uploaded project: it is one change, and what is said of it is one message."""
    specs = (condition.with_ for _, condition in workshop.conditions())
    expected = frozenset(spec.path for spec in specs if isinstance(spec, FileSpec) and spec.contains)
    take = TakeProject(event.name, event.files, event.left_out, expected)
    ref = learner.at
    step = workshop.step(ref) if ref else None
    if ref is None or step is None:
        return Turn(learner, (*prepared(learner), take, note(words.NOT_STARTED, Offer.START)))
    paths = {path for path, _ in event.files}
    wanted = paths & set(step.handin.files) and not learner.done(ref) and not ladder.open_answers(learner, ref, step)
    return Turn(learner, (replace(take, ref=ref if wanted else None), *_after_files(learner, ref, step, paths)))


def edit(workshop: Workshop, learner: Learner, event: AskedToReplace | AskedToUndo) -> Turn:
    """Return the turn for a change in place; what a check needs beyond the file is said as for any other hand-in."""
    ref = learner.at
    step = workshop.step(ref) if ref else None
    wanted = ref and step and event.path in ("", *step.handin.files) and not learner.done(ref)
    ready = ref if ref and step and wanted and not ladder.open_answers(learner, ref, step) else None
    if isinstance(event, AskedToUndo):
        return Turn(learner, (*prepared(learner), UndoEdit(event.path, ready)))
    return Turn(learner, (*prepared(learner), ReplaceText(event.path, event.old, event.new, ready)))


def _after_files(learner: Learner, ref: StepRef, step: Step, paths: set[str]) -> tuple[Action, ...]:
    misnamed = next((warning for path in sorted(paths) if (warning := name_warning(path))), "")
    if misnamed:
        return (note(misnamed, Offer.EDIT, ref=ref),)
    if step.handin.commands:
        said = words.UP_AGAIN if paths <= {*FILE_NAMES, ".env"} else words.REBUILD
        return (note(said, ref=ref),)
    left = len(ladder.open_answers(learner, ref, step))
    if left and paths & set(step.handin.files) and not learner.done(ref):
        return (note(words.answers_left(left), Offer.CHECK, ref=ref),)
    return ()
