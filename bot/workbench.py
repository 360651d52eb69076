"""What learners do with their hands: commands they type and files they hand in, one thing at a time each.

The sandbox performs, the store keeps; this module only decides nothing and says what happened.
"""

from __future__ import annotations

import asyncio
import difflib
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager

import structlog

from bot.core.messages import CommandOutput, FileSaved, Note, Offer
from bot.core.workshop import Act, StepRef
from bot.errors import HostError
from bot.handin.command import read_commands
from bot.handin.dockerfile import Dockerfile, parse_dockerfile
from bot.handin.plan import (
    BuildPlan,
    Command,
    Curl,
    ListContainers,
    Output,
    Plan,
    Refusal,
    RemoveContainers,
    RemoveFiles,
    RunPlan,
    StopContainers,
)
from bot.handin.project import judge_file, near_names
from bot.handin.replacing import Replacement, read_replacement, replaced
from bot.ports import Chat, Sandbox, Store, Where

log = structlog.get_logger(__name__)

Asset = Callable[[str], bytes]  #: a file below the workshop's folder
Comment = Callable[[Plan, Output], Output]  #: adds a sentence of ours to what a command printed
DIFF_LINES = 40
NOT_STARTED = 125  #: exit code of `docker run` when Docker itself refused
TAKEN = re.compile("already (?:allocated|in use)")  #: …because a port or a name is taken


class Workbench:
    """Commands and files of all learners; a learner's own come one after the other."""

    def __init__(self, store: Store, sandbox: Sandbox, chat: Chat, asset: Asset) -> None:
        self._store = store
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
    ) -> None:
        """Run commands in order and show each output; stop after the first that fails, saying so.

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
                return

    async def _run_one(self, learner: str, command: Command, where: Where, comment: Comment) -> bool:
        if isinstance(command.plan, Refusal):
            await self._chat.show(where, refusal_message(command.line, command.plan))
            return False
        files = await self._store.files(learner)
        if isinstance(command.plan, RemoveFiles):
            return await self._remove(learner, command.line, command.plan, files, where)
        try:
            async with self._chat.busy(where, doing(command.plan)) as progress:
                output = await self._sandbox.run(learner, command.plan, files, progress)
        except HostError as error:
            log.warning("host_fault", learner=learner, command=command.line, error=str(error))
            await self._chat.show(where, our_side(str(error)))
            return False
        await self._chat.show(where, CommandOutput(command.line, comment(command.plan, output)))
        return output.exit_code == 0

    async def _remove(
        self, learner: str, line: str, plan: RemoveFiles, files: Mapping[str, bytes], where: Where
    ) -> bool:
        gone, output = removed(plan, files)
        if gone:
            await self._write(learner, dict.fromkeys(gone), where)
        await self._chat.show(where, CommandOutput(line, output))
        return output.exit_code == 0

    async def _write(self, learner: str, changed: Mapping[str, bytes | None], where: Where | None = None) -> None:
        """Keep files, then show them to the containers that mount the project.

        Raises `HostError` when the second fails and nobody is to be told: the files are kept all the same.
        """
        await self._store.write_files(learner, changed)
        await self._refresh(learner, where)

    async def _refresh(self, learner: str, where: Where | None) -> None:
        try:
            await self._sandbox.refresh(learner, await self._store.files(learner))
        except HostError as error:
            if where is None:
                raise
            log.warning("host_fault", learner=learner, command="refresh", error=str(error))
            say = "Your files are kept, but containers that mount your project cannot see the change yet."
            await self._chat.show(where, Note(f"**Our side:** {error} {say}"))

    async def keep(self, learner: str, files: Sequence[tuple[str, bytes]], ref: StepRef | None, where: Where) -> None:
        """Keep handed-in files and show what changed; what cannot be kept is said, the rest is kept."""
        project = dict(await self._store.files(learner))
        for path, content in files:
            judged = judge_file(place_of(path, project), content, project)
            if isinstance(judged, Refusal):
                await self._chat.show(where, Note(judged.say))
                continue
            before = project.get(judged)
            project[judged] = content
            await self._write(learner, {judged: content}, where)
            await self._chat.show(where, saved_message(judged, before, content, ref))

    async def replace(self, learner: str, path: str, texts: tuple[str, str], ref: StepRef | None, where: Where) -> None:
        """Replace the old text of a file by the new one and show what changed; else say what was found."""
        project = await self._store.files(learner)
        path = place_of(path, project)
        if path not in project:
            await self._chat.show(where, Note(no_such_file(path, project)))
            return
        before = project[path]
        try:
            after = replaced(before.decode(), *texts, path)
        except UnicodeDecodeError:
            after = Refusal("NOT_TEXT", f"`{path}` is not a text file, so I cannot replace words in it.", path)
        if isinstance(after, Refusal):
            await self._chat.show(where, Note(after.say))
            return
        await self.keep(learner, ((path, after.encode()),), ref, where)

    async def undo(self, learner: str, path: str, ref: StepRef | None, where: Where) -> None:
        """Take the last change of a file back, and show what that changed."""
        if path:
            path = place_of(path, await self._store.files(learner))
        undone = await self._store.undo_write(learner, path)
        if undone is not None:
            await self._refresh(learner, where)
        if undone is None:
            what = f"`{path}`" if path else "any file"
            await self._chat.show(where, Note(f"I remember no earlier version of {what}, so nothing has changed."))
        elif undone.now is None:
            await self._chat.show(where, Note(f"`{undone.path}` was new, so it is gone again."))
        else:
            await self._chat.show(where, saved_message(undone.path, undone.was or b"", undone.now, ref))

    async def prepare(self, learner: str, start: Mapping[str, bytes]) -> None:
        """Give the learner the files of the exercise app, unless they have a project."""
        if not await self._store.files(learner):
            await self._store.start_over(learner, start)

    async def restart_project(self, learner: str, start: Mapping[str, bytes]) -> None:
        """Put the project back to the exercise app's files."""
        await self._store.start_over(learner, start)

    async def apply(self, learner: str, acts: Sequence[Act]) -> None:
        """Do what an author wrote, without a word. Raises `HostError`."""
        for act in acts:
            if act.file is not None and act.from_ is not None:
                await self._write(learner, {act.file: self._asset(act.from_)})
            elif act.remove is not None:
                await self._write(learner, {act.remove: None})
            elif act.say is not None:
                await self._apply_said(learner, act)

    async def _apply_said(self, learner: str, act: Act) -> None:
        asked = read_replacement(act.say or "")
        if isinstance(asked, Replacement):
            before = (await self._store.files(learner)).get(asked.path, b"").decode("utf-8", "replace")
            after = replaced(before, asked.old, asked.new, asked.path)
            if isinstance(after, str):  # else the learner has changed it already
                await self._write(learner, {asked.path: after.encode()})
            return
        for command in read_commands(act.say or ""):
            if isinstance(command.plan, RemoveFiles):
                await self._write(learner, dict.fromkeys(removed(command.plan, await self._store.files(learner))[0]))
            elif not isinstance(command.plan, Refusal):
                # what the lesson wants to fail is not helped along
                await self._apply_plan(learner, command.plan, make_room=not act.prints)

    async def _apply_plan(self, learner: str, plan: Plan, *, make_room: bool) -> None:
        files = await self._store.files(learner)

        async def run(each: Plan) -> Output:
            return await self._sandbox.run(learner, each, files, lambda _: None)

        output = await run(plan)
        if make_room and isinstance(plan, RunPlan) and output.exit_code == NOT_STARTED and TAKEN.search(output.text):
            # a container of theirs holds the name or the port that the solution needs
            in_the_way = tuple((await run(ListContainers(all=True, quiet=True))).text.split())
            if in_the_way:
                await run(RemoveContainers(in_the_way, force=True))
                output = await run(plan)
        if output.exit_code and make_room:
            log.info("applied_in_vain", learner=learner, plan=type(plan).__name__, said=output.text[-300:])


def doing(plan: Plan) -> str:
    """Return the status line for a plan, as Slack shows it after the bot's name."""
    match plan:
        case BuildPlan():
            return "is building your image …"
        case RunPlan():
            return "is starting your container …"
        case StopContainers():
            return "is stopping your container …"
        case Curl():
            return "is asking your app …"
        case _:
            return "is asking Docker …"


def our_side(what: str) -> Note:
    """Return the message for a fault of ours."""
    return Note(f"**Our side:** {what} Nothing of yours is lost; please try again in a moment.")


def removed(plan: RemoveFiles, files: Mapping[str, bytes]) -> tuple[tuple[str, ...], Output]:
    """Return the paths that `rm` takes away, and what it prints."""
    gone: list[str] = []
    errors: list[str] = []
    for path in plan.paths:
        inside = [each for each in files if each.startswith(f"{path}/")]
        if path in files:
            gone.append(path)
        elif inside and plan.folders:
            gone += inside
        elif inside:
            errors.append(f"rm: cannot remove '{path}': Is a directory")
        elif not plan.force:
            errors.append(f"rm: cannot remove '{path}': No such file or directory")
    return tuple(dict.fromkeys(gone)), Output("\n".join(errors), 1 if errors else 0)


def refusal_message(line: str, refusal: Refusal) -> CommandOutput | Note:
    """Return Docker's own words where the refusal has them, with our sentence below; else our sentence alone."""
    words = getattr(refusal, "words", "")
    if words or refusal.docker:
        note = refusal.say if words else ""
        return CommandOutput(line, Output(words or refusal.say, refusal.exit_code, note=note))
    more = f"\nTry: `{refusal.nearest}`" if refusal.nearest else ""
    return Note(refusal.say + more)


def place_of(path: str, project: Mapping[str, bytes]) -> str:
    """Return where a handed-in file belongs: a bare name that one file of the project has, in whatever folder, is
    meant for that file (an upload cannot say its folder)."""
    if "/" in path or path in project:
        return path
    same = [known for known in project if known.rsplit("/", 1)[-1] == path]
    return same[0] if len(same) == 1 else path


def no_such_file(path: str, project: Mapping[str, bytes]) -> str:
    """Return what to say about a file that is not in the project, with the one that was probably meant."""
    near = near_names(path, project)
    meant = f" Did you mean `{near[0]}`?" if near else " `ls` shows what is there."
    return f"There is no `{path}` in your project.{meant} Nothing has changed."


def saved_message(path: str, before: bytes | None, content: bytes, ref: StepRef | None) -> FileSaved:
    """Return what to say about a kept file: its size, what changed, and what looks odd about it."""
    text = content.decode("utf-8", "replace")
    diff = ""
    if before is not None and before != content:
        lines = difflib.unified_diff(
            before.decode("utf-8", "replace").splitlines(), text.splitlines(), "before", "now", lineterm="", n=1
        )
        diff = "\n".join(list(lines)[2 : DIFF_LINES + 2])
    warning = _dockerfile_warning(text) if path.rsplit("/", 1)[-1] == "Dockerfile" else ""
    offers = (Offer.CHECK,) if ref else ()
    return FileSaved(path, len(content), len(text.splitlines()), before is None, diff, warning, offers, ref)


def _dockerfile_warning(text: str) -> str:
    parsed = parse_dockerfile(text)
    if isinstance(parsed, Dockerfile):
        return "\n".join(parsed.warnings[:3])
    return f"It is saved, but Docker will not read it yet: {parsed.say}"
