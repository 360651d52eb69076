"""Gates of courses: made, shown and opened; those who wait at one are told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from bot.core.cohorts import gates as rules
from bot.core.cohorts.cohort import Cohort, Gate
from bot.core.learner import Learner
from bot.core.messages import Note, Offer
from bot.core.panels import Answer, Mistakes, Panel, Press, Row, Whispered
from bot.core.workshop import Workshop
from bot.errors import ChatError
from bot.ports import Asked, Chat, Cohorts, Duty, Store, Where
from bot.rounds import every, rounds
from bot.staffroom.authority import NO_INSTRUCTOR, NOT_YOURS, Authority
from bot.staffroom.telling import Room, Telling

log = structlog.get_logger(__name__)

EVERY_S = 5.0
WHICH = "Which course?"


class Gates:
    """The duty of gates (`bot.ports.Duty`); `keep` opens those that are due."""

    def __init__(
        self,
        workshop: Workshop,
        store: Store,
        cohorts: Cohorts,
        authority: Authority,
        telling: Telling,
        chat: Chat,
        room: Room,
        clock: Callable[[], datetime],
    ) -> None:
        self._workshop = workshop
        self._store = store
        self._cohorts = cohorts
        self._authority = authority
        self._telling = telling
        self._chat = chat
        self._room = room
        self._clock = clock

    def duty(self) -> Duty:
        """Return what it answers to."""
        return Duty(
            name="gates",
            words={"gate": self._asked, "gates": self._asked},
            presses={rules.LIST: self._listed, rules.OPEN: self._open, rules.REMOVE: self._remove},
            sheets={rules.ACT: self._make},
        )

    async def keep(self) -> None:
        """Open what is due, and tell those who wait, until cancelled."""
        await rounds("gates", self._look_at_all, every(EVERY_S))

    async def _look_at_all(self) -> None:
        for cohort in await self._cohorts.open():
            await self.look(cohort)

    async def look(self, cohort: Cohort) -> None:
        """Open the gates of one course that are due; tell who waits at any that is open and was not told of."""
        gates = await self._cohorts.gates(cohort.id)
        untold = [gate for gate in gates if not await self._told(cohort, gate)]
        if not untold:
            return
        learners = await self._store.classmates(cohort.id)
        for gate in untold:
            if gate.opened_at is None and (section := self._workshop.section(gate.section)):
                pct = rules.passed_pct(self._workshop, section, learners)
                if not rules.due(gate, self._clock(), pct):
                    continue
                gate = rules.opened(gate, self._clock())
                await self._cohorts.gate(cohort.id, gate)
                log.info("gate_opened", cohort=cohort.id, section=gate.section, passed_pct=pct)
            await self._tell(cohort, gate, learners)

    async def _told(self, cohort: Cohort, gate: Gate) -> bool:
        return gate.opened_at is not None and await self._store.note(note_of(cohort, gate)) == str(gate.opened_at)

    async def _tell(self, cohort: Cohort, gate: Gate, learners: Sequence[Learner]) -> None:
        """Tell who waits there; noted at the end, so that after a crash rather somebody hears it twice than nobody."""
        section = self._workshop.section(gate.section)
        if section is not None:
            waiting = [each for each in learners if rules.waits_at(self._workshop, each, section)]
            open_now = rules.open_words(section.title, section.id)
            told = await asyncio.gather(*(self._say(each, open_now) for each in waiting))
            words = f"Gate {section.id} · {section.title} of {cohort.name} is open; {sum(told)} who waited were told."
            await self._telling.post(cohort, Panel(words, rows=(Row(words),)))
        await self._store.remember(note_of(cohort, gate), str(gate.opened_at))

    async def _say(self, learner: Learner, words: str) -> bool:
        try:
            await self._chat.show(Where(await self._room(learner.id), learner.id), Note(words, (Offer.CONTINUE,)))
        except ChatError as error:
            log.warning("not_told", learner=learner.id, error=str(error))
            return False
        return True

    async def _asked(self, asked: Asked) -> Answer:
        led = await self._authority.led_by(asked.where.user)
        if not led:
            return NO_INSTRUCTOR
        here = [each for each in led if asked.where.channel in (each.channel, each.staff_channel)]
        chosen = here if len(here) == 1 else led
        if len(chosen) == 1:
            return await self._page(chosen[0])
        rows = tuple(Row(f"**{each.name}**", presses=(Press(rules.LIST, "Gates", str(each.id)),)) for each in chosen)
        return Panel(WHICH, rows=(Row(WHICH), *rows))

    async def _listed(self, asked: Asked) -> Answer:
        cohort = await self._led(asked, asked.about)
        return NOT_YOURS if cohort is None else await self._page(cohort)

    async def _page(self, cohort: Cohort) -> Answer:
        gates = await self._cohorts.gates(cohort.id)
        learners = await self._store.classmates(cohort.id) if gates else ()
        waiting: dict[str, int] = {}
        for gate in gates:
            if gate.opened_at is None and (section := self._workshop.section(gate.section)):
                waiting[gate.section] = sum(rules.waits_at(self._workshop, each, section) for each in learners)
        return rules.gates_sheet(self._workshop, cohort, gates, waiting, self._clock())

    async def _make(self, asked: Asked) -> Answer:
        cohort = await self._led(asked, asked.about)
        if cohort is None:
            return Mistakes({"section": NOT_YOURS.text})
        gate = rules.read_gate(self._workshop, asked.filled, self._clock())
        if isinstance(gate, Mistakes):
            return gate
        await self._cohorts.gate(cohort.id, gate)
        return await self._page(cohort)

    async def _open(self, asked: Asked) -> Answer:
        number, _, section = asked.about.partition("/")
        cohort = await self._led(asked, number)
        if cohort is None:
            return NOT_YOURS
        gate = await self._gate(cohort, section)
        if gate is None:
            return Whispered(f"There is no gate at {section} any more: that section is open.")
        await self._cohorts.gate(cohort.id, rules.opened(gate, self._clock()))
        await self.look(cohort)
        return await self._page(cohort)

    async def _remove(self, asked: Asked) -> Answer:
        number, _, section = asked.about.partition("/")
        cohort = await self._led(asked, number)
        if cohort is None:
            return NOT_YOURS
        gate = await self._gate(cohort, section)
        if gate is not None and gate.opened_at is None:  # whoever waits there hears that the way is free
            await self._tell(cohort, rules.opened(gate, self._clock()), await self._store.classmates(cohort.id))
        await self._cohorts.remove_gate(cohort.id, section)
        return await self._page(cohort)

    async def _gate(self, cohort: Cohort, section: str) -> Gate | None:
        return next((each for each in await self._cohorts.gates(cohort.id) if each.section == section), None)

    async def _led(self, asked: Asked, number: str) -> Cohort | None:
        """Return the course of this number if whoever asks leads it: a button's number is anybody's to write."""
        if not (number.isascii() and number.isdigit()):
            return None
        cohort = await self._cohorts.cohort(int(number))
        if cohort is None or cohort.ended_at or not await self._authority.leads(asked.where.user, cohort):
            return None
        return cohort


def note_of(cohort: Cohort, gate: Gate) -> str:
    """Return the name of the note that says that this gate's opening was told."""
    return f"gate.{cohort.id}.{gate.section}"
