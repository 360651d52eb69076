"""Commands that learners type, and what authors wrote for them: one thing at a time for each learner."""

from __future__ import annotations

import asyncio
import re
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict

import structlog

from bot.core import words
from bot.core.messages import CommandOutput, Note, Offer
from bot.core.workshop import Act
from bot.errors import HostError
from bot.handin.command import read_commands
from bot.handin.compose.commands import Compose, Down, Up
from bot.handin.decision import command_decided
from bot.handin.keyboard import converses
from bot.handin.plan import (
    BuildPlan,
    Command,
    CopyIn,
    Curl,
    ExecPlan,
    ListContainers,
    ListImages,
    ListVolumes,
    Output,
    Plan,
    ReadLogs,
    Refusal,
    RemoveContainers,
    RemoveFiles,
    RunPlan,
    StartContainers,
    StopContainers,
)
from bot.handin.replacing import Replacement, read_replacement, replaced
from bot.ports import Camera, Chat, Sandbox, Standings, Store, Where
from bot.workbench.editing import Editing
from bot.workbench.files import ProjectFiles
from bot.workbench.pictures import Pictures
from bot.workbench.rebuild import Rebuilds
from bot.workbench.said import came_back, our_side, with_note
from bot.workbench.talks import Talks

log = structlog.get_logger(__name__)

Asset = Callable[[str], bytes]  #: a file below the workshop's folder
Comment = Callable[[Plan, Output], Output]  #: adds a sentence of ours to what a command printed
NOT_STARTED = 125  #: exit code of `docker run` when Docker itself refused
STARTING_S = 45.0  #: an app may take so long until it answers: it may install its libraries first
ASK_AGAIN_S = 0.5
NO_ANSWER = (7, 52, 56)  #: exit codes of curl: refused, empty, reset. Source: curl(1)
#: after these a container may have written into the project, or had time to
WRITING = (RunPlan, ExecPlan, CopyIn, ReadLogs, StartContainers, StopContainers, RemoveContainers, Compose)
TAKEN = re.compile("already (?:allocated|in use)")  #: …because a port or a name is taken


class Workbench:
    """Commands and files of all learners; a learner's own come one after the other."""

    def __init__(
        self,
        store: Store,
        standings: Standings,
        sandbox: Sandbox,
        chat: Chat,
        asset: Asset,
        camera: Camera | None = None,
    ) -> None:
        self.files = ProjectFiles(store, sandbox, chat)
        self.rebuilds = Rebuilds(standings, store, sandbox, chat)
        self.editing = Editing(self.files, chat)
        self.talks = Talks(self.files, store, sandbox, chat)
        self.pictures = Pictures(camera, sandbox, chat, self.hands)
        self._sandbox = sandbox
        self._chat = chat
        self._asset = asset
        self._hands: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def hands(self, learner: str) -> AbstractAsyncContextManager[None]:
        """Return the learner's own lock: hold it while something of theirs runs."""
        return self._hands[learner]

    async def run(
        self,
        learner: str,
        commands: Sequence[Command],
        where: Where,
        comment: Comment = lambda plan, output: output,
    ) -> bool:
        """Run commands in order and show each output; stop after the first that fails, saying so, and return False.

        `comment` adds what the learner's step has to say about an output.
        """
        for number, command in enumerate(commands, start=1):
            ok = await self._run_one(learner, command, where, comment)
            left = len(commands) - number
            if not ok and left:
                rest = "the last command was" if left == 1 else f"the other {left} commands were"
                await self._chat.show(
                    where, Note(f"I stopped here, so {rest} not run. Send them again when this one works.")
                )
            if not ok:
                return False
        return True

    async def _run_one(self, learner: str, command: Command, where: Where, comment: Comment) -> bool:
        log.info("decision", learner=learner, **asdict(command_decided(command)))
        if isinstance(command.plan, Refusal):
            await self._chat.show(where, refusal_message(command.line, command.plan))
            return False
        if isinstance(command.plan, RemoveFiles):
            gone = await self.files.remove(learner, command.plan, where)
            await self._chat.show(where, CommandOutput(command.line, gone))
            return gone.exit_code == 0
        changes = dict(await self.files.collect(learner))
        files = await self.files.kept(learner)
        try:
            output = await self._performed(learner, command.line, command.plan, files, where)
        except HostError as error:
            log.warning("host_fault", learner=learner, command=command.line, error=str(error))
            await self._chat.show(where, our_side(str(error)))
            return False
        if output is None:
            return True
        said = comment(command.plan, output)
        if output.brought:
            await self.files.bring(learner, output.brought, where)
        if isinstance(command.plan, WRITING):
            changes |= await self.files.collect(learner)
        await self._chat.show(where, CommandOutput(command.line, with_note(said, came_back(changes))))
        await self.rebuilds.built(learner, output, files)
        if looks_empty(command.plan, output) and await self.rebuilds.was_lost(learner):
            await self._chat.show(where, Note(words.SANDBOX_GONE, (Offer.REBUILD_SURE,)))
        return output.exit_code == 0

    async def _performed(
        self, learner: str, line: str, plan: Plan, files: Mapping[str, bytes], where: Where
    ) -> Output | None:
        """Return what the plan printed; None when a thread is open now, where the program goes on talking."""
        async with self._chat.busy(where, doing(plan)) as progress:
            if converses(plan):
                return await self.talks.begin(learner, line, plan, where)
            return await self._sandbox.run(learner, plan, files, progress)

    async def apply(self, learner: str, acts: Sequence[Act]) -> Sequence[str]:
        """Do what an author wrote, without a word; return the lines that did not work. Raises `HostError`."""
        in_vain: list[str] = []
        for act in acts:
            if act.file is not None and act.from_ is not None:
                await self.files.write(learner, {act.file: self._asset(act.from_)})
            elif act.remove is not None:
                await self.files.write(learner, {act.remove: None})
            elif act.say is not None:
                in_vain += await self._apply_said(learner, act)
        return in_vain

    async def _apply_said(self, learner: str, act: Act) -> Sequence[str]:
        asked = read_replacement(act.say or "")
        if isinstance(asked, Replacement):
            before = (await self.files.all(learner)).get(asked.path, b"").decode("utf-8", "replace")
            after = replaced(before, asked.old, asked.new, asked.path)
            if isinstance(after, str):  # else the learner has changed it already
                await self.files.write(learner, {asked.path: after.encode()})
            return ()
        in_vain = []
        for command in read_commands(act.say or ""):
            if isinstance(command.plan, RemoveFiles):
                await self.files.remove(learner, command.plan)
            elif isinstance(command.plan, Refusal):
                in_vain += [] if act.prints else [command.line]
            # what the lesson wants to fail is not helped along
            elif not await self._apply_plan(learner, command.plan, make_room=not act.prints):
                in_vain.append(command.line)
        return in_vain

    async def _apply_plan(self, learner: str, plan: Plan, *, make_room: bool) -> bool:
        """Perform the plan; tell whether it did what it should: `make_room` for what is meant to work."""
        files = await self.files.all(learner)

        async def run(each: Plan) -> Output:
            return await self._sandbox.run(learner, each, files, lambda _: None)

        output = await run(plan)
        if make_room and output.exit_code in refused_with(plan) and TAKEN.search(output.text):
            # a container of theirs holds the name or the port that the solution needs
            in_the_way = tuple((await run(ListContainers(all=True, quiet=True))).text.split())
            if in_the_way:
                await run(RemoveContainers(in_the_way, force=True))
                output = await run(plan)
        ends = time.monotonic() + STARTING_S
        while make_room and isinstance(plan, Curl) and output.exit_code in NO_ANSWER and time.monotonic() < ends:
            # nobody waited between starting the app and asking it
            await asyncio.sleep(ASK_AGAIN_S)
            output = await run(plan)
        await self.files.collect(learner)
        await self.files.bring(learner, output.brought)
        await self.rebuilds.built(learner, output, files)
        if output.exit_code and make_room:
            log.info("applied_in_vain", learner=learner, plan=type(plan).__name__, said=output.text[-300:])
        return not (output.exit_code and make_room)


def refused_with(plan: Plan) -> tuple[int, ...]:
    """Return the exit codes with which Docker says that it did not start what the plan wants started."""
    match plan:
        case RunPlan():
            return (NOT_STARTED,)
        case Compose(act=Up()):
            return (1,)
        case _:
            return ()


def looks_empty(plan: Plan, output: Output) -> bool:
    """Tell whether this may be the answer of a sandbox in which nothing is left."""
    listing = isinstance(plan, ListContainers | ListImages | ListVolumes)
    return bool(output.exit_code) or (listing and len(output.text.splitlines()) <= 1)


def doing(plan: Plan) -> str:
    """Return the status line for a plan, as Slack shows it after the bot's name."""
    match plan:
        case BuildPlan():
            return "is building your image …"
        case RunPlan():
            return "is starting your container …"
        case StopContainers():
            return "is stopping your container …"
        case Compose(act=Up()):
            return "is starting your services …"
        case Compose(act=Down()):
            return "is taking your services down …"
        case Curl():
            return "is asking your app …"
        case _:
            return "is asking Docker …"


def refusal_message(line: str, refusal: Refusal) -> CommandOutput | Note:
    """Return Docker's own words where the refusal has them, with our sentence below; else our sentence alone."""
    words = getattr(refusal, "words", "")
    if words or refusal.docker:
        note = refusal.say if words else ""
        return CommandOutput(line, Output(words or refusal.say, refusal.exit_code, note=note))
    more = f"\nTry: `{refusal.nearest}`" if refusal.nearest else ""
    return Note(refusal.say + more)
