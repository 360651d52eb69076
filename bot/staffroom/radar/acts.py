"""What instructors do with an alert: claim it, send a hint, take the step out of the way."""

from __future__ import annotations

from bot.classroom import Classroom
from bot.core.cohorts import alerts as rules
from bot.core.cohorts.alerts import Alert, Ended
from bot.core.cohorts.cohort import NEW
from bot.core.cohorts.radar import Trail
from bot.core.events import GotHint, WasUnblocked
from bot.core.panels import Answer, Mistakes, Whispered, called
from bot.core.workshop import Workshop
from bot.ports import Asked, Duty, Trails, Where
from bot.staffroom.authority import NOT_YOURS
from bot.staffroom.radar.alerts import AlertBook
from bot.staffroom.radar.postbox import Postbox
from bot.staffroom.telling import Room

FIGURES_ONLY = Whispered("This class shows figures only, so nothing can be done for one learner from here.")
GONE = Whispered("That alert is not kept any more. Nothing was changed.")


class AlertDesk:
    """The duty of alerts (`bot.ports.Duty`)."""

    def __init__(
        self, workshop: Workshop, trails: Trails, book: AlertBook, postbox: Postbox, classroom: Classroom, room: Room
    ) -> None:
        self._workshop = workshop
        self._trails = trails
        self._book = book
        self._postbox = postbox
        self._classroom = classroom
        self._room = room

    def duty(self) -> Duty:
        """Return what it answers to."""
        return Duty(
            name="alerts",
            presses={rules.CLAIM: self._claim, rules.HINT: self._hint, rules.UNBLOCK: self._unblock},
            sheets={rules.HINT: self._send},
        )

    async def _opened(self, asked: Asked) -> tuple[Alert, Trail] | Whispered:
        """Return the open alert that a press or form is about, if whoever it was may act on it."""
        alert = await self._book.alert(asked.about)
        if alert is None:  # what is no alert is told to nobody who may not see one
            return GONE if await self._postbox.leader(asked.where.user, NEW) else NOT_YOURS
        if not await self._postbox.leader(asked.where.user, alert.cohort):
            return NOT_YOURS
        if await self._postbox.nameless(alert.cohort):
            return FIGURES_ONLY
        trail = await self._trails.one(alert.learner)
        if trail is None:
            return GONE
        if alert.ended is None and (how := rules.ending(alert, trail.learner)):
            at = trail.learner.passed.get(alert.ref, self._book.clock())
            alert = await self._book.change(alert, lambda fresh: rules.over(fresh, how, at))
        if alert.ended:
            over = await self._book.show(alert)
            return Whispered(f"{over.text}. Nothing was changed.")
        return alert, trail

    async def _claim(self, asked: Asked) -> Answer:
        match await self._opened(asked):
            case Whispered() as refused:
                return refused
            case alert, _:
                return await self._book.show(await self._claimed(alert, asked), place_of(asked))

    async def _claimed(self, alert: Alert, asked: Asked) -> Alert:
        return await self._book.change(alert, lambda each: rules.claimed(each, asked.where.user, asked.name))

    async def _hint(self, asked: Asked) -> Answer:
        match await self._opened(asked):
            case Whispered() as refused:
                return refused
            case alert, trail:
                workshop = self._workshop.seen_by(trail.learner.namespace)
                return elsewhere(alert, trail) or rules.hint_sheet(workshop, alert, trail.learner)

    async def _send(self, asked: Asked) -> Answer:
        match await self._opened(asked):
            case Whispered(text):
                return Mistakes({"text": text})
            case alert, trail:
                pass
        if gone := elsewhere(alert, trail):
            return Mistakes({"text": gone.text})
        wanted = rules.read_hint(asked.filled)
        if isinstance(wanted, Mistakes):
            return wanted
        where = Where(await self._room(alert.learner), alert.learner)
        await self._classroom.turn(GotHint(alert.ref, asked.name, *wanted), where)
        claimed = alert if alert.claimed_by else await self._claimed(alert, asked)
        await self._book.show(claimed)
        return Whispered(f"{called(trail.learner.name)} has your hint now.")

    async def _unblock(self, asked: Asked) -> Answer:
        match await self._opened(asked):
            case Whispered() as refused:
                return refused
            case alert, trail:
                pass
        if gone := elsewhere(alert, trail):
            return gone
        self._book.unblocking.add(alert.id)  # or the next look would take it for their own skip
        try:
            where = Where(await self._room(alert.learner), alert.learner)
            await self._classroom.turn(WasUnblocked(alert.ref, asked.name), where)
            after = await self._trails.one(alert.learner)
            if after is None or alert.ref not in after.learner.skipped:
                return Whispered("They have gone on meanwhile. Nothing was changed.")
            await self._claimed(alert, asked)
            at = self._book.clock()
            over = await self._book.change(alert, lambda each: rules.over(each, Ended.UNBLOCKED, at))
        finally:
            self._book.unblocking.discard(alert.id)
        return await self._book.show(over, place_of(asked))


def elsewhere(alert: Alert, trail: Trail) -> Whispered | None:
    """Return what is said about a learner who went to another step and left this one open."""
    if trail.learner.at == alert.ref:
        return None
    name = called(trail.learner.name)
    return Whispered(
        f"{name} is at another step now, so nothing was changed. The alert stays until this one is passed."
    )


def place_of(asked: Asked) -> str:
    """Return the place of the pressed message."""
    return f"{asked.where.channel}/{asked.where.card}"
