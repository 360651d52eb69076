"""Keeps what a real host sees of the answers that a rehearsal plays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from bot.authoring.classes.tape import Tape, Work, looked_at
from bot.authoring.rehearse import Scene
from bot.core.evidence import Evidence
from bot.core.specs import ProbeSpec
from bot.core.workshop import Workshop


class Probing(Protocol):
    """How evidence is gathered."""

    async def __call__(
        self, learner: str, spec: ProbeSpec, files: Mapping[str, bytes], *, attempt: int, again: bool
    ) -> Evidence:
        """Gather evidence for one condition (`bot.ports.Sandbox.probe`)."""
        ...


class Recorder:
    """Listens to the probes of one learner's rehearsal; `ended` is told of each scene."""

    def __init__(self, workshop: Workshop, probe: Probing) -> None:
        self._workshop = workshop
        self._probe = probe
        self._attempt = 0
        self._seen: list[tuple[ProbeSpec, Evidence]] = []  #: of the newest attempt
        self.tape = Tape()

    async def probe(
        self, learner: str, spec: ProbeSpec, files: Mapping[str, bytes], *, attempt: int, again: bool
    ) -> Evidence:
        """Return what the host sees, and remember it."""
        evidence = await self._probe(learner, spec, files, attempt=attempt, again=again)
        if attempt != self._attempt:
            self._attempt, self._seen = attempt, []
        self._seen.append((spec, evidence))
        return evidence

    def ended(self, scene: Scene) -> None:
        """Keep what was seen of a scene that went as expected; a later look at a condition counts."""
        step = self._workshop.step(scene.ref)
        if scene.ok and step is not None and self._seen:
            found = ((looked_at(step, spec), evidence) for spec, evidence in self._seen)
            entry = {condition.id: evidence for condition, evidence in found if condition}
            self.tape.entries[str(Work(scene.ref, scene.wrong))] = entry
        self._seen = []
