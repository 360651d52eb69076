"""A sandbox that was put away: what its learner is told when they need it, and what brings it back."""

from __future__ import annotations

from dataclasses import replace

from bot.core import words
from bot.core.learner import Learner, SandboxState
from bot.core.messages import Note, Offer
from bot.core.turn import Action, Apply, CleanSandbox, RebuildSandbox, Replace, RunCommands, Say, StartCheck, Turn
from bot.handin.plan import ListFiles, Refusal, RemoveFiles, ShowFiles, ShowHelp

GONE = (SandboxState.AWAY, SandboxState.LEAVING)
#: plans that look at no sandbox
ELSEWHERE = (Refusal, ListFiles, ShowFiles, RemoveFiles, ShowHelp)


def shelved(before: Learner, turn: Turn) -> Turn:
    """Return the turn as it is when the sandbox may have been put away, with its state in the learner's record."""
    if before.sandbox in GONE:
        turn = _told(turn)
    state = turn.learner.sandbox
    for action in turn.actions:
        if isinstance(action, CleanSandbox):
            state = SandboxState.NONE
        elif isinstance(action, RebuildSandbox | Apply) or _needs(action):
            state = SandboxState.THERE
    return Turn(replace(turn.learner, sandbox=state), turn.actions)


def _needs(action: Action) -> bool:
    """Tell whether it needs what was in the sandbox."""
    if isinstance(action, RunCommands):
        return any(not isinstance(command.plan, ELSEWHERE) for command in action.commands)
    return isinstance(action, StartCheck)


def _told(turn: Turn) -> Turn:
    """Say once that the sandbox was put away, instead of working in an empty one; what is skipped is done after."""
    for number, action in enumerate(turn.actions):
        if isinstance(action, RebuildSandbox | CleanSandbox):
            return turn
        if isinstance(action, Apply):
            back = RebuildSandbox(without=action.ref)
            return Turn(turn.learner, (*turn.actions[:number], back, *turn.actions[number:]))
        if _needs(action):
            note = Note(words.PUT_AWAY, (Offer.REBUILD_SURE,), turn.learner.at)
            learner = replace(turn.learner, sandbox=SandboxState.NONE)
            return Turn(learner, (*turn.actions[:number], Say(note)))
    return turn


def rebuild(learner: Learner, *, sure: bool) -> Turn:
    """Return the turn for rebuild: asks first where something could be lost."""
    if learner.open_attempt is not None:
        return Turn(learner, (Say(Note(words.ALREADY_CHECKING, (), learner.at)),))
    if not sure and learner.sandbox is SandboxState.THERE:
        return Turn(learner, (Say(Note(words.REBUILD_QUESTION, (Offer.REBUILD_SURE,), learner.at)),))
    return Turn(learner, (Replace(Note(words.REBUILDING)), RebuildSandbox()))
