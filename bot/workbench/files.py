"""A learner's project: files are kept, changed, taken back and removed, and running containers see it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

import structlog

from bot.core.arrival import arrive, arrived, libraries
from bot.core.messages import Note, Offer
from bot.core.turn import TakeProject
from bot.core.workshop import StepRef
from bot.errors import HostError
from bot.handin.encoding import readable
from bot.handin.plan import Output, Refusal, RemoveFiles
from bot.handin.project import judge_file
from bot.handin.replacing import replaced
from bot.ports import Chat, Sandbox, Store, Where
from bot.workbench.said import dockerfile_warning, no_such_file, place_of, removed, saved_message, undone_message

log = structlog.get_logger(__name__)


#: what a file shall be, from what it is now
Change = Callable[[bytes | None], bytes | Refusal]


class ProjectFiles:
    """The projects of all learners, and what is said when one changes."""

    def __init__(self, store: Store, sandbox: Sandbox, chat: Chat) -> None:
        self._store = store
        self._sandbox = sandbox
        self._chat = chat
        #: between reading a project and writing it nobody else writes it; commands do not hold this up
        self._pens: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def all(self, learner: str) -> Mapping[str, bytes]:
        """Return the learner's project, with what containers wrote into it: path → content."""
        await self.collect(learner)
        return await self.kept(learner)

    async def kept(self, learner: str) -> Mapping[str, bytes]:
        """Return the project as it was when it was last looked at."""
        return await self._store.files(learner)

    async def collect(self, learner: str) -> Mapping[str, bytes | None]:
        """Keep what containers wrote into the project since the last look, and return it (None: removed)."""
        async with self._pens[learner]:
            return await self._collect(learner)

    async def _collect(self, learner: str) -> Mapping[str, bytes | None]:
        """Do so under the learner's pen. While the engine is away the project is what is kept."""
        try:
            changes = await self._sandbox.collect(learner, await self._store.files(learner))
            if changes:
                await self.write(learner, changes)
        except HostError as error:
            log.warning("host_fault", learner=learner, command="collect", error=str(error))
            return {}
        return changes

    async def bring(self, learner: str, files: Sequence[tuple[str, bytes]], where: Where | None = None) -> None:
        """Keep files that a command brings; as one change, so `undo` takes it back. Raises as `write` does."""
        if files:
            async with self._pens[learner]:
                await self.write(learner, dict(files), where)

    async def write(self, learner: str, changed: Mapping[str, bytes | None], where: Where | None = None) -> None:
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
        async with self._pens[learner]:
            await self._collect(learner)
            for path, content in files:
                await self._keep_one(learner, path, content, ref, where)

    async def _keep_one(self, learner: str, path: str, sent: bytes, ref: StepRef | None, where: Where) -> None:
        project = await self._store.files(learner)
        path = place_of(path, project)
        content, odd = readable(path, sent)
        judged = judge_file(path, content, project)
        if isinstance(judged, Refusal):
            await self._chat.show(where, Note(judged.say))
            return
        await self.write(learner, {judged: content}, where)
        await self._chat.show(where, saved_message(judged, project.get(judged), content, ref, odd))

    async def take(
        self, learner: str, upload: TakeProject, where: Where, start: Mapping[str, bytes] | None = None
    ) -> None:
        """Keep an uploaded project as one change, and say in one message what came; `start` is the exercise app."""
        async with self._pens[learner]:
            await self._collect(learner)
            before = await self._store.files(learner)
            arrival = arrive(upload.files, before)
            await self.write(learner, arrival.files, where)
        at_hand = libraries((start or {}).get("package.json"))
        text = arrived(upload.name, arrival, before, upload.left_out, upload.expected, at_hand)
        dockerfile = dict(upload.files).get("Dockerfile")
        warning = dockerfile_warning(dockerfile.decode("utf-8", "replace")) if dockerfile is not None else ""
        text = f"{text}\n\n{warning}" if warning else text
        await self._chat.show(where, Note(text, (Offer.CHECK,) if upload.ref else (), upload.ref))

    async def replace(self, learner: str, path: str, texts: tuple[str, str], ref: StepRef | None, where: Where) -> None:
        """Replace the old text of a file by the new one and show what changed; else say what was found."""
        project = await self.all(learner)
        path = place_of(path, project)
        if path not in project:
            await self._chat.show(where, Note(no_such_file(path, project)))
            return

        def change(before: bytes | None) -> bytes | Refusal:
            try:
                after = replaced((before or b"").decode(), *texts, path)
            except UnicodeDecodeError:
                return Refusal("NOT_TEXT", f"`{path}` is not a text file, so I cannot replace words in it.", path)
            return after if isinstance(after, Refusal) else after.encode()

        refused = await self.change(learner, path, change, ref, where)
        if refused is not None:
            await self._chat.show(where, Note(refused.say))

    async def change(self, learner: str, path: str, how: Change, ref: StepRef | None, where: Where) -> Refusal | None:
        """Write what `how` makes of a file as it is now (None: it is not there) and show it; else return its refusal.

        Nobody else writes the file in between.
        """
        async with self._pens[learner]:
            await self._collect(learner)
            made = how((await self._store.files(learner)).get(path))
            if isinstance(made, Refusal):
                return made
            await self._keep_one(learner, path, made, ref, where)
            return None

    async def undo(self, learner: str, path: str, ref: StepRef | None, where: Where) -> None:
        """Take the last change back ('': whatever it wrote, else of this file), and show what that changed."""
        async with self._pens[learner]:
            await self._collect(learner)
            if path:
                path = place_of(path, await self._store.files(learner))
            undone = await self._store.undo_write(learner, path)
        if undone:
            await self._refresh(learner, where)
        await self._chat.show(where, undone_message(path, undone, ref))

    async def prepare(self, learner: str, start: Mapping[str, bytes]) -> None:
        """Give the learner the files of the exercise app, unless they have a project."""
        if not await self._store.files(learner):
            await self._store.start_over(learner, start)

    async def restart_project(self, learner: str, start: Mapping[str, bytes]) -> None:
        """Put the project back to the exercise app's files, also where containers have it mounted."""
        async with self._pens[learner]:
            await self._store.start_over(learner, start)
            try:
                await self._refresh(learner, None)
            except HostError as error:  # the next change or start brings it there
                log.warning("host_fault", learner=learner, command="refresh", error=str(error))

    async def remove(self, learner: str, plan: RemoveFiles, where: Where | None = None) -> Output:
        """Remove what `rm` names and return what it prints. Raises `HostError` as `write` does."""
        async with self._pens[learner]:
            await self._collect(learner)
            gone, output = removed(plan, await self._store.files(learner))
            if gone:
                await self.write(learner, dict.fromkeys(gone), where)
        return output
