"""A learner asks: a word or a form opens a thread; where one is open already, the question is said there."""

from __future__ import annotations

from bot.core.cards import filled
from bot.core.cohorts import help_panels as say
from bot.core.cohorts.help import NEW, HelpThread
from bot.core.cohorts.help_panels import ASK
from bot.core.learner import Learner
from bot.core.map import place, settled
from bot.core.panels import Answer, Field, Kind, Mistakes, Sheet, Whispered
from bot.core.workshop import Workshop
from bot.handin.secrets import hidden
from bot.ports import Asked, Duty, Store
from bot.staffroom.help.desk import HelpDesk

NAMELESS = "A learner"


class Asking:
    """The duty of taking questions."""

    def __init__(self, workshop: Workshop, store: Store, desk: HelpDesk) -> None:
        self._workshop = workshop
        self._store = store
        self._desk = desk

    def duty(self) -> Duty:
        """Return what it answers to."""
        return Duty(name="asking", words={"ask": self._asked}, presses={ASK: self._form}, sheets={ASK: self._sent})

    async def _asked(self, asked: Asked) -> Answer:
        if not asked.about:
            return await self._form(asked)
        once = f"{asked.where.channel}/{asked.where.said}" if asked.where.said else asked.where.delivery
        return await self._open(asked, asked.about, once)

    async def _form(self, asked: Asked) -> Answer:
        if await self._desk.cohorts.of(asked.where.user) is None:
            return Whispered(say.ALONE)
        what = Field("question", "Your question", Kind.TEXT, asked.about, hint="What did you try, and what came of it?")
        return Sheet(ASK, "Ask an instructor", fields=(what,), submit="Send")

    async def _sent(self, asked: Asked) -> Answer:
        if not asked.filled.get("question", "").strip():
            return Mistakes({"question": say.NO_QUESTION})
        return await self._open(asked, asked.filled["question"], "")

    async def _open(self, asked: Asked, question: str, once: str) -> Answer:
        user, desk = asked.where.user, self._desk
        cohort, now = await desk.cohorts.of(user), desk.clock()
        if cohort is None:
            return Whispered(say.ALONE)
        async with desk.turn(user):
            thread = await desk.threads.open_of(user)
            if thread is not None and thread.cohort == cohort.id:
                line = desk.line(thread, once or f"form/{user}/{now.timestamp()}", asked, question)
                await desk.tell_instructors(line, thread.asked_on(now), cohort)
                return Whispered(say.ADDED)
            if thread is not None:
                await desk.end(thread, "the learner takes another course")
            learner = await self._store.learner(user, asked.name)
            name = NAMELESS if cohort.nameless else asked.name
            step, tried = self._standing(learner)
            thread = HelpThread(NEW, cohort.id, user, name, hidden(question.strip()), step, tried, now, now)
            kept = await desk.threads.ask(thread, once)
            if kept is None:
                return None
            kept = await desk.relay.settle(kept, cohort)
        here = asked.where.channel in ("", kept.root.partition("/")[0])
        return None if here else Whispered(say.ASKED)

    def _standing(self, learner: Learner) -> tuple[str, str]:
        """Return where a learner is and what came of it, in words."""
        learner = settled(self._workshop, learner)
        ref = learner.at
        if ref is None:
            return "has not started yet", ""
        tries = learner.tries.get(ref, 0)
        tried = f"{tries} {'try' if tries == 1 else 'tries'}" if tries else "no try yet"
        name, code = learner.failing.get(ref, ("", ""))
        step = self._workshop.step(ref)
        title = next((c.title for c in (step.conditions if step else ()) if c.id == name), "")
        title = filled(title, self._workshop.seen_by(learner.namespace))
        return place(self._workshop, ref), f"{tried}, last: {title} ({code})" if title else tried
