"""The stand-in for a host in a rehearsed class, and nowhere else: sixty learners' containers would need sixty hosts.

Its evidence is what a real host once saw of the same answer (`tape`); what it is worth is judged by the real verdict.
Commands are said to be done. Learners who are `real` have the real host, as in any class.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from bot.authoring.classes.tape import Tape, Work, looked_at
from bot.core.evidence import Evidence
from bot.core.specs import ProbeSpec
from bot.core.standing import Standing
from bot.core.workshop import Workshop
from bot.errors import HostError
from bot.handin.plan import Output, Plan, Talkative
from bot.pictures.layers import Layer
from bot.ports import Conversation, Progress, RegistryPass, Sandbox

DONE = Output("(rehearsed class: no container was started)")


class Understudy:
    """Stands in for `host` (`bot.ports.Sandbox`) where `real` says no."""

    def __init__(
        self, host: Sandbox, workshop: Workshop, tape: Tape, real: Callable[[str], bool], doing: Mapping[str, Work]
    ) -> None:
        self._host = host
        self._workshop = workshop
        self._tape = tape
        self._real = real
        self._doing = doing  #: what each learner has done last, as the script says

    async def run(self, learner: str, plan: Plan, files: Mapping[str, bytes], progress: Progress) -> Output:
        """Perform one plan on the real host, or say that it is done."""
        return await self._host.run(learner, plan, files, progress) if self._real(learner) else DONE

    async def converse(self, learner: str, plan: Talkative, files: Mapping[str, bytes]) -> Conversation | Output:
        """Start a program with a keyboard on the real host, or say that it is done."""
        return await self._host.converse(learner, plan, files) if self._real(learner) else DONE

    async def layers(self, learner: str, image: str) -> Sequence[Layer]:
        """Return the layers of an image."""
        return await self._host.layers(learner, image) if self._real(learner) else ()

    async def refresh(self, learner: str, files: Mapping[str, bytes]) -> None:
        """Show the project to the learner's containers."""
        if self._real(learner):
            await self._host.refresh(learner, files)

    async def collect(self, learner: str, files: Mapping[str, bytes]) -> Mapping[str, bytes | None]:
        """Return what the learner's containers changed in their project."""
        return await self._host.collect(learner, files) if self._real(learner) else {}

    async def probe(
        self, learner: str, spec: ProbeSpec, files: Mapping[str, bytes], *, attempt: int, again: bool
    ) -> Evidence:
        """Return what the real host sees, or what one saw of the same work."""
        if self._real(learner):
            return await self._host.probe(learner, spec, files, attempt=attempt, again=again)
        work = self._doing.get(learner)
        step = self._workshop.step(work.ref) if work else None
        condition = looked_at(step, spec) if step else None
        seen = self._tape.seen(work, condition.id) if work and condition else None
        if seen is None:
            raise HostError(f"No host has ever seen {condition.id if condition else spec} of {work}.")
        return seen

    async def release(self, attempt: int) -> None:
        """Remove what probes of this attempt made."""
        await self._host.release(attempt)

    async def standing(self, learner: str) -> Standing:
        """Return what stands in the learner's sandbox."""
        return await self._host.standing(learner) if self._real(learner) else Standing()

    async def clear(self, learner: str, keep: Mapping[str, Collection[str]]) -> None:
        """Remove the learner's things but the images in `keep`."""
        if self._real(learner):
            await self._host.clear(learner, keep)

    async def clean(self, learner: str, *, shared: bool = True) -> None:
        """Remove everything of the learner's."""
        if self._real(learner):
            await self._host.clean(learner, shared=shared)

    async def registry_pass(self, learner: str) -> RegistryPass:
        """Return a new pass to the registry."""
        if self._real(learner):
            return await self._host.registry_pass(learner)
        return RegistryPass("registry.example.org", "somebody", "rehearsed", anywhere=False)

    def strain(self) -> float:
        """Return by how much slower the host is than it can be."""
        return self._host.strain()

    async def ready(self) -> str:
        """Return '' when work can be done."""
        return await self._host.ready()
