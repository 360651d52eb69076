"""A learner's project: files are kept, changed, taken back and removed, and running containers see it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

import structlog

from bot.core.messages import FileSaved, Note, Offer
from bot.core.workshop import StepRef
from bot.errors import HostError
from bot.handin.dockerfile import Dockerfile, parse_dockerfile
from bot.handin.plan import Output, Refusal, RemoveFiles
from bot.handin.project import judge_file, near_names
from bot.handin.replacing import replaced
from bot.ports import Chat, Sandbox, Store, Where

log = structlog.get_logger(__name__)

DIFF_LINES = 40


class ProjectFiles:
    """The projects of all learners, and what is said when one changes."""

    def __init__(self, store: Store, sandbox: Sandbox, chat: Chat) -> None:
        self._store = store
        self._sandbox = sandbox
        self._chat = chat

    async def all(self, learner: str) -> Mapping[str, bytes]:
        """Return the learner's project: path → content."""
        return await self._store.files(learner)

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
        project = dict(await self._store.files(learner))
        for path, content in files:
            judged = judge_file(place_of(path, project), content, project)
            if isinstance(judged, Refusal):
                await self._chat.show(where, Note(judged.say))
                continue
            before = project.get(judged)
            project[judged] = content
            await self.write(learner, {judged: content}, where)
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

    async def remove(self, learner: str, plan: RemoveFiles, where: Where | None = None) -> Output:
        """Remove what `rm` names and return what it prints. Raises `HostError` as `write` does."""
        gone, output = removed(plan, await self._store.files(learner))
        if gone:
            await self.write(learner, dict.fromkeys(gone), where)
        return output


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
