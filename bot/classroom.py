"""One turn: load the learner, decide, record, act. It takes no decision itself.

A learner's turns come one after the other; what takes long (commands, clean-up) goes on in the background
under the learner's own hands, so that a hint is answered while an image builds.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, assert_never

import structlog

from bot.core import words
from bot.core.cards import filled
from bot.core.diagnosis import noted
from bot.core.ending.pages import talked
from bot.core.events import Event
from bot.core.fairness.words import MUCH_TO_DO
from bot.core.intended import praised
from bot.core.learner import Learner
from bot.core.messages import Note, Offer
from bot.core.panels import Panel
from bot.core.turn import (
    Action,
    Apply,
    CancelCheck,
    CheckAgain,
    CleanSandbox,
    GiveToken,
    KeepFeedback,
    KeepFiles,
    KeepForm,
    LetGoOn,
    OpenEditor,
    OpenSurvey,
    PrepareProject,
    RebuildSandbox,
    RefreshBoard,
    RememberSandbox,
    Replace,
    ReplaceText,
    RunCommands,
    Say,
    SendCertificate,
    SendNotebook,
    ShowApp,
    ShowHome,
    ShowPage,
    StartCheck,
    TakeProject,
    Turn,
    TypeInto,
    UndoEdit,
    Whisper,
)
from bot.core.tutor import decide
from bot.core.words import not_applied
from bot.core.workshop import Act, StepRef, Workshop
from bot.errors import ChatError, DocentError, HostError, RecordsDown
from bot.fairness.intake import Intake
from bot.handin.plan import Output, Plan, ShowHistory
from bot.handin.secrets import hidden
from bot.ports import Chat, Sandbox, Store, Where
from bot.workbench import Comment, Farewell, Workbench, our_side

log = structlog.get_logger(__name__)

#: fields of events that the journal keeps
TOLD = ("card", "ref", "section", "question", "option", "path", "how", "attempt", "text", "scope", "name", "by", "rung")
SLOW = (RunCommands, Apply, CleanSandbox, RebuildSandbox)
#: of one learner so many messages with commands may wait; what they run is one at a time
WAITING_COMMANDS = 10
#: so many turns are decided and recorded at once, of all learners: when a class comes, the acknowledgements that Slack
#: wants within 3 s must not wait for a thousand decisions
DECIDING = 32


#: What somebody has on their Home besides their own progress.
HomePanels = Callable[[str], Awaitable[Sequence[Panel]]]


#: Told of every turn once it is recorded; returns at once.
Follower = Callable[[Event, Turn], None]


async def nothing_more(user: str) -> Sequence[Panel]:
    """Return nothing: whoever instructs nobody has their own progress alone."""
    return ()


class Classroom:
    """The workshop with everybody in it. `refresh_board` is called when instructors would see a change."""

    def __init__(
        self,
        workshop: Workshop,
        store: Store,
        chat: Chat,
        sandbox: Sandbox,
        intake: Intake,
        bench: Workbench,
        farewell: Farewell,
        *,
        start_files: Mapping[str, bytes],
        clock: Callable[[], datetime],
        refresh_board: Callable[[], None],
        home_panels: HomePanels = nothing_more,
        followers: Sequence[Follower] = (),
    ) -> None:
        self.workshop = workshop
        self._store = store
        self._chat = chat
        self._sandbox = sandbox
        self._intake = intake
        self._bench = bench
        self._farewell = farewell
        self._start_files = start_files
        self._clock = clock
        self._refresh_board = refresh_board
        self._home_panels = home_panels
        self._followers = followers
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._deciding = asyncio.Semaphore(DECIDING)
        self._background: set[asyncio.Task[None]] = set()
        self._waiting: Counter[str] = Counter()  #: messages with commands that are not done
        self._told_to_wait: set[str] = set()
        self._left: Counter[str] = Counter()  #: how often somebody was forgotten

    async def turn(self, event: Event, where: Where, name: str = "") -> None:
        """Take one turn for the learner who spoke; where it cannot be recorded, say so and change nothing.

        A delivery that was taken before changes nothing either.
        """
        try:
            turn = await self._recorded(event, where, name)
        except RecordsDown as error:
            await self._try_to_say(our_side(str(error)), where)
            return
        if turn is not None:
            self.tell(event, turn)
            await self.act(turn, where)

    async def _recorded(self, event: Event, where: Where, name: str) -> Turn | None:
        async with self._turns[where.user], self._deciding:
            learner = await self._store.learner(where.user, name)
            turn = decide(self.workshop.seen_by(learner.namespace), learner, event, self._clock())
            what = type(event).__name__
            if not await self._store.record(turn.learner, what, describe(event), once=where.delivery):
                log.info("taken_before", learner=learner.id, delivery=where.delivery)
                return None
            if page := talked(event, turn):
                await self._farewell.notebooks.keep(where.user, page)
        return turn

    def tell(self, event: Event, turn: Turn) -> None:
        """Let those who follow along know what happened; `followers` may still grow."""
        for follow in self._followers:
            follow(event, turn)

    async def change(self, user: str, decision: Callable[[Learner], Coroutine[Any, Any, None]]) -> None:
        """Let `decision` read and write the learner's record with no turn of theirs in between."""
        async with self._turns[user]:
            await decision(await self._store.learner(user))

    @asynccontextmanager
    async def alone(self, user: str) -> AsyncIterator[None]:
        """Let nothing of the learner's go on while the block forgets them; what they asked for before is not begun."""
        async with self._turns[user]:
            self._left[user] += 1
            await self._bench.talks.leave(user)
            async with self._bench.hands(user):
                yield

    async def project(self, user: str) -> Mapping[str, bytes]:
        """Return the learner's project, with what containers wrote into it: path → content."""
        return await self._bench.files.all(user)

    async def talks(self, user: str, thread: str) -> bool:
        """Tell whether a reply in this thread goes to a program that the learner talks with."""
        return await self._bench.talks.holds(user, thread)

    def hands(self, user: str) -> AbstractAsyncContextManager[None]:
        """Return the learner's own lock: hold it while something of theirs runs or is removed."""
        return self._bench.hands(user)

    async def act(self, turn: Turn, where: Where) -> None:
        """Perform the actions in order; from the first slow one on in the background, under the learner's hands.

        A picture holds up nothing: it is taken beside all that. Whoever was forgotten meanwhile asked for nothing.
        """
        left = self._left[where.user]
        for number, action in enumerate(turn.actions):
            if left != self._left[where.user]:
                return
            if isinstance(action, ShowApp):
                self._spawn(self._guarded(action, turn.learner, where))
                continue
            if isinstance(action, RunCommands) and self._waiting[where.user] >= WAITING_COMMANDS:
                if where.user not in self._told_to_wait:  # once, or the answers would be a flood themselves
                    self._told_to_wait.add(where.user)
                    await self._try_to_say(Note(MUCH_TO_DO), where)
                return
            if isinstance(action, SLOW):
                self._waiting[where.user] += 1
                self._spawn(self._act_slowly(turn.actions[number:], turn.learner, where, left))
                return
            await self._guarded(action, turn.learner, where)

    async def stop(self, drain_s: float = 20) -> None:
        """Let what runs in the background end, for at most `drain_s`."""
        await self._bench.talks.close()
        if self._background:
            await asyncio.wait(self._background, timeout=drain_s)
        for task in list(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _act_slowly(self, actions: tuple[Action, ...], learner: Learner, where: Where, left: int) -> None:
        try:
            async with self._bench.hands(learner.id):
                for action in actions if left == self._left[learner.id] else ():
                    await self._guarded(action, learner, where)
        finally:
            self._waiting[where.user] -= 1
            self._told_to_wait.discard(where.user)

    async def _guarded(self, action: Action, learner: Learner, where: Where) -> None:
        """Perform one action; what goes wrong is ours, is said so, and stops nobody else."""
        try:
            await self._perform(action, learner, where)
        except ChatError as error:
            log.warning("not_said", learner=learner.id, action=type(action).__name__, error=str(error))
        except HostError as error:
            log.warning("host_fault", learner=learner.id, action=type(action).__name__, error=str(error))
            await self._try_to_say(our_side(str(error)), where)
        except Exception:
            log.exception("bug", learner=learner.id, action=type(action).__name__)
            await self._try_to_say(our_side("Something went wrong here that should not have."), where)

    async def _try_to_say(self, note: Note, where: Where) -> None:
        try:
            await self._chat.show(where.without_press(), note)
        except DocentError as error:
            log.warning("not_said", error=str(error))

    async def _perform(self, action: Action, learner: Learner, where: Where) -> None:  # noqa: C901 - one match
        match action:
            case Say(message):
                await self._chat.show(where, message)
            case Replace(message):
                await self._chat.replace(where, message)
            case Whisper(text):
                await self._chat.whisper(where, text)
            case ShowHome(home):
                await self._chat.publish_home(learner.id, home, await self._home_panels(learner.id))
            case OpenEditor():
                await self._bench.editing.open(learner.id, action, where)
            case ShowPage():
                await self._bench.editing.page(learner.id, action, where)
            case KeepForm():
                await self._bench.editing.fill(learner.id, action, where)
            case StartCheck(ref):
                await self._intake.begin(ref, learner, where)
            case CheckAgain(ref, attempt):
                await self._intake.again(ref, attempt, learner, where)
            case RunCommands():
                await self._run(action, learner, where)
            case TypeInto(typed):
                await self._bench.talks.typed(learner.id, typed, where)
            case KeepFiles(files, ref):
                await self._bench.files.keep(learner.id, files, ref, where)
            case TakeProject():
                await self._bench.files.take(learner.id, action, where, self._start_files)
            case ReplaceText(path, old, new, ref):
                await self._bench.files.replace(learner.id, path, (old, new), ref, where)
            case UndoEdit(path, ref):
                await self._bench.files.undo(learner.id, path, ref, where)
            case ShowApp():
                await self._bench.pictures.app(learner.id, action, where)
            case Apply(acts, ref):
                await self._apply(acts, ref, learner, where)
            case GiveToken():
                given = await self._sandbox.registry_pass(learner.id)
                image = self.workshop.image
                say = words.registry_pass(given.address, given.namespace, given.token, image, anywhere=given.anywhere)
                # seen by this learner alone, and by nobody who opens the conversation later
                await self._chat.whisper(where, say)
            case PrepareProject():
                await self._bench.files.prepare(learner.id, self._start_files)
            case CleanSandbox(files):
                if files:  # before what takes long, so that a file sent meanwhile is not taken back by it
                    await self._bench.files.restart_project(learner.id, self._start_files)
                await self._bench.rebuilds.let_go(learner.id)
                await self._sandbox.clean(learner.id)
                if files:
                    await self._bench.rebuilds.forget(learner.id)
                    await self._farewell.notebooks.forget(learner.id)
            case RememberSandbox(ref):
                await self._bench.rebuilds.remember(learner.id, ref)
            case RebuildSandbox(without):
                await self._rebuild(learner, without, where)
            case CancelCheck(attempt):
                await self._intake.withdraw(attempt)
            case SendCertificate(certificate):
                await self._farewell.send_certificate(learner, certificate, where)
            case SendNotebook():
                await self._farewell.send_notebook(learner, where)
            case OpenSurvey():
                await self._farewell.open_survey(learner, where)
            case KeepFeedback(useful, better):
                await self._farewell.keep_feedback(learner, useful, better, where)
            case LetGoOn(somebody):
                await self._intake.let_go_on(somebody, where)
            case RefreshBoard():
                self._refresh_board()
            case _:
                assert_never(action)

    async def _run(self, action: RunCommands, learner: Learner, where: Where) -> None:
        """Run commands; when all worked, show what comes with them, and offer what comes next."""
        ref = action.ref
        if not await self._bench.run(learner.id, action.commands, where, self._comment(learner, ref)):
            return  # after a failure, meant or not, nobody is asked whether they are happy
        for command in action.commands:
            if isinstance(command.plan, ShowHistory) and not command.plan.quiet:
                self._spawn(self._bench.pictures.layers(learner.id, command.plan.image, where))
        if action.after and ref:
            now = await self._store.learner(learner.id)
            if now.at == ref and not now.done(ref) and now.open_attempt is None:  # else it would come too late
                await self._chat.show(where, action.after)

    async def _apply(self, acts: Sequence[Act], ref: StepRef, learner: Learner, where: Where) -> None:
        """Do a skipped step as its author would, and say so when that did not work."""
        workshop = self.workshop.seen_by(learner.namespace)
        step = workshop.step(ref)
        failed = await self._bench.apply(learner.id, own_acts(acts, workshop))
        if failed and step:
            note = Note(not_applied(step.title, failed), (Offer.REBUILD,), ref)
            await self._chat.show(where.without_press(), note)
            return
        await self._bench.rebuilds.remember(learner.id, ref)

    async def _rebuild(self, learner: Learner, without: StepRef | None, where: Where) -> None:
        workshop = self.workshop.seen_by(learner.namespace)

        async def apply(user: str, acts: Sequence[Act]) -> Sequence[str]:
            return await self._bench.apply(user, own_acts(acts, workshop))

        if without is not None:
            learner = replace(learner, skipped=learner.skipped - {without})
        await self._bench.rebuilds.rebuild(workshop, learner, where.without_press(), apply)

    def _comment(self, learner: Learner, ref: StepRef | None) -> Comment:
        """Return what is said about an output: praise where the step is about this failure, else the known mistake."""
        section = learner.at.section if learner.at else ""
        workshop = self.workshop.seen_by(learner.namespace)

        def comment(plan: Plan, output: Output) -> Output:
            said = praised(workshop, ref, output)
            return said if said is not output else noted(workshop, plan, output, section)

        return comment


def own_acts(acts: Sequence[Act], workshop: Workshop) -> tuple[Act, ...]:
    """Return an author's acts as this learner would do them, with their own names in what they say."""
    return tuple(act if act.say is None else act.model_copy(update={"say": filled(act.say, workshop)}) for act in acts)


def describe(event: Event) -> str:
    """Return one short line about an event for the journal; never a file's content."""
    fields = {name: getattr(event, name, None) for name in TOLD}
    # hidden before it is cut: nobody knows half of a secret for one
    told = [f"{name}={hidden(str(value)[:2_000])[:200]}" for name, value in fields.items() if value not in (None, "")]
    told += [hidden(command.line[:2_000])[:200] for command in getattr(event, "commands", ())]
    return " ".join(told)[:1_000]
