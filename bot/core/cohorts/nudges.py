"""Who is reminded of a course they have been away from, and when they are left alone. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.cohorts.cohort import Cohort, Seat, SeatState
from bot.core.learner import Learner
from bot.core.map import finished, place, resume_at, settled
from bot.core.messages import Note, Offer
from bot.core.workshop import Workshop

EVERY = timedelta(days=1)
FROM_H, UNTIL_H = 9, 18  #: of their own day
MOST = 3  #: without a sign of life; then somebody has understood
STOPPED = "No more reminders. `nudges on` brings them back; your place is kept in any case."
RESUMED = "Good: when you have been away for a while, I remind you, at most once a day."


@dataclass(frozen=True, slots=True)
class Nudged:
    """What somebody heard of us."""

    user: str
    last_at: datetime | None = None
    count: int = 0  #: since their last sign of life
    stopped: bool = False  #: they want no more

    def again(self, away_since: datetime, now: datetime) -> Nudged:
        """Return it after one more."""
        back = self.last_at is None or away_since > self.last_at
        return Nudged(self.user, now, 1 if back else self.count + 1, self.stopped)


def away_since(seat: Seat, learner: Learner | None) -> datetime:
    """Return their last sign of life; to sit down is one."""
    seen = learner.seen_at if learner else None
    return max(seat.since, seen) if seen else seat.since


def wanted(
    workshop: Workshop, seat: Seat, learner: Learner | None, nudged: Nudged, now: datetime, after: timedelta
) -> bool:
    """Tell whether a nudge would be right, for all we know without asking Slack."""
    since = away_since(seat, learner)
    if seat.state is not SeatState.TAKEN or nudged.stopped or after <= timedelta(0) or now - since < after:
        return False
    if learner is not None and finished(workshop, learner):
        return False
    if nudged.last_at is None or since > nudged.last_at:
        return nudged.last_at is None or now - nudged.last_at >= EVERY
    return nudged.count < MOST and now - nudged.last_at >= EVERY


def fits(cohort: Cohort, now: datetime, offset_s: int | None) -> bool:
    """Tell whether it is a day of the course and a time at which people work, where they are; unknown is no."""
    if offset_s is None:
        return False
    there = now + timedelta(seconds=offset_s)
    return FROM_H <= there.hour < UNTIL_H and cohort.runs(there.date())


def nudge(workshop: Workshop, learner: Learner | None, course: str) -> Note:
    """Return the reminder."""
    name = " ".join(course.replace("*", "").replace("`", "").split())
    if learner is None or learner.at is None:
        text = f"Your place in {name} is kept. Ready when you are: the first step takes a few minutes."
        return Note(text, (Offer.START, Offer.NO_NUDGES))
    ref = resume_at(workshop, settled(workshop, learner))
    where = f" You were at **{place(workshop, ref)}**." if ref else ""
    return Note(f"Your place in {name} is kept.{where} Ready when you are.", (Offer.CONTINUE, Offer.NO_NUDGES), ref)
