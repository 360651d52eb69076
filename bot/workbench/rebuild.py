"""Bring a sandbox back as it was when the last step passed, from what the learner themselves had made.

Everything goes through the same plans and the same door as their own commands, so nothing gets past the policy. It may
be done again at any time: it clears the sandbox first, and images that are still there are not built anew.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import structlog

from bot.core import words
from bot.core.learner import Learner
from bot.core.map import place
from bot.core.messages import Note, Offer
from bot.core.standing import Deed, Standing, deeds, key_of, left_to_author, lost, newest, projects, root_note
from bot.core.workshop import Act, StepRef, Workshop
from bot.errors import HostError
from bot.handin.compose.commands import Compose
from bot.handin.plan import BuildPlan, Output, RunPlan
from bot.ports import Chat, Progress, Sandbox, Standings, Store, Where

log = structlog.get_logger(__name__)

ApplyActs = Callable[[str, Sequence[Act]], Awaitable[Sequence[str]]]  #: returns the lines that did not work


@dataclass(slots=True)
class Came:
    """What came back so far, and what did not and why."""

    back: list[str] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)
    anew: dict[str, str] = field(default_factory=dict)  #: image id then → now

    def failed(self, what: str) -> bool:
        """Tell whether this is missing."""
        return any(what == each for each, _ in self.missing)


class Rebuilds:
    """Remembers what stands in sandboxes, and brings it back."""

    def __init__(self, standings: Standings, store: Store, sandbox: Sandbox, chat: Chat) -> None:
        self._standings = standings
        self._store = store
        self._sandbox = sandbox
        self._chat = chat

    async def built(self, learner: str, output: Output, files: Mapping[str, bytes]) -> None:
        """Remember how the images were built that this output tells of."""
        for image, plan in output.built:
            await self._standings.keep_build(learner, image, plan, files)

    async def remember(self, learner: str, ref: StepRef) -> None:
        """Remember what stands now, as what this step passed with; a host that is down costs only the memory."""
        try:
            standing = await self._sandbox.standing(learner)
            for project in projects(standing):
                files = await self._store.files(learner)
                await self._standings.keep_build(learner, key_of(project), BuildPlan(()), files)
            await self._standings.keep_standing(learner, ref, standing)
            await self._store.remember(root_note(learner), standing.root)
        except HostError as error:
            log.warning("not_remembered", learner=learner, step=str(ref), error=str(error))

    async def forget(self, learner: str) -> None:
        """Forget everything: the learner starts from the very beginning."""
        await self._standings.forget_standings(learner)

    async def let_go(self, learner: str) -> None:
        """Expect nothing in the sandbox any more: it was cleaned on purpose."""
        await self._store.remember(root_note(learner), "")

    async def was_lost(self, learner: str) -> bool:
        """Tell, once, that the sandbox was lost by no doing of the learner's."""
        root = await self._store.note(root_note(learner))
        taken = await self._standings.standings(learner) if root else ()
        then = await self._standings.standing(learner, taken[0]) if taken else None
        try:
            if then is None or not lost(await self._sandbox.standing(learner), then, root):
                return False
        except HostError:
            return False
        await self.let_go(learner)
        return True

    async def rebuild(self, workshop: Workshop, learner: Learner, where: Where, apply: ApplyActs) -> None:
        """Bring it all back, show how it goes, and say once what was done; `apply` does what authors wrote."""
        began = time.monotonic()
        taken = await self._standings.standings(learner.id)
        ref, authors = newest(learner, taken), left_to_author(workshop, learner, taken)
        if ref is None and not authors:
            await self._chat.show(where, Note(words.NOTHING_TO_REBUILD, (Offer.CONTINUE,), learner.at))
            return
        came = Came()
        try:
            async with self._chat.busy(where, "is bringing your sandbox back …") as progress:
                await self._restore(learner.id, ref, came, progress)
                await self._as_authors_do(learner.id, authors, came, progress, apply)
        except HostError as error:
            log.warning("host_fault", learner=learner.id, command="rebuild", error=str(error))
            came.missing.append(("the rest", f"this is on our side: {error}"))
        last = authors[-1][0] if authors else ref
        assert last is not None  # noqa: S101 - one of the two is there
        if not came.missing:
            # the images have other ids now
            await self.remember(learner.id, last)
        offers = (Offer.REBUILD_SURE,) if came.missing else (Offer.CONTINUE,)
        text = words.rebuilt(place(workshop, last), came.back, came.missing, time.monotonic() - began)
        await self._chat.show(where, Note(text, offers, learner.at))

    async def _restore(self, learner: str, ref: StepRef | None, came: Came, progress: Progress) -> None:
        then = await self._standings.standing(learner, ref) if ref else None
        then = then or Standing()
        there = {image.id for image in (await self._sandbox.standing(learner)).images}
        keep = {image.id: image.tags for image in then.images if image.id in there}
        await self._sandbox.clear(learner, keep)
        todo, unknown = deeds(then, await self._standings.builds(learner), keep)
        came.missing += [(what, "I do not know how it was made.") for what in unknown]
        for deed in todo:
            if not came.failed(deed.what):
                progress(f"is bringing back {deed.what} …")
                await self._do(learner, deed, came)
        # a project came up with the files of then; what mounts them sees those of now
        await self._sandbox.refresh(learner, await self._store.files(learner))

    async def _do(self, learner: str, deed: Deed, came: Came) -> None:
        plan, present = deed.plan, await self._store.files(learner)
        if isinstance(plan, BuildPlan):
            files = await self._standings.build_files(learner, deed.image)
            output = await self._sandbox.run(learner, plan, files, lambda _: None)
            await self.built(learner, output, files)
            if output.built:
                came.anew[deed.image] = output.built[0][0]
        elif isinstance(plan, Compose):
            files = await self._standings.build_files(learner, deed.image) or present
            output = await self._sandbox.run(learner, plan, files, lambda _: None)
            await self.built(learner, output, files)
        else:
            if isinstance(plan, RunPlan) and deed.image:
                plan = replace(plan, image=came.anew.get(deed.image, deed.image))
            output = await self._sandbox.run(learner, plan, present, lambda _: None)
        if output.exit_code and not deed.may_fail:
            came.missing.append((deed.what, last_line(output)))
        elif deed.what not in came.back:
            came.back.append(deed.what)

    async def _as_authors_do(
        self, learner: str, authors: Sequence[tuple[StepRef, Act]], came: Came, progress: Progress, apply: ApplyActs
    ) -> None:
        """Do what is kept of no hand-in of theirs: the steps that the author's solution was used for."""
        for ref, act in authors:
            progress(f"is doing {ref} again …")
            failed = await apply(learner, (act,))
            what = f"the command {act.say}"
            if failed:
                came.missing.append((what, ""))
            elif what not in came.back:
                came.back.append(what)


def last_line(output: Output) -> str:
    """Return the line of an output that says most, short enough to be read in a list."""
    lines = [line.strip() for line in output.text.splitlines() if line.strip()]
    meant = [line for line in lines if "rror" in line and "--help" not in line] or lines or [output.note]
    return meant[-1][:200]
