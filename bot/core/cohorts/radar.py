"""Who is stuck, as the record of a class has it (contract). Pure: the same record and time give the same answer.

A learner is stuck when the same failure came three times in a row, when their time at the step is more than four of
five needed, twice what the author thought and ten minutes, or when a failed check was followed by ten minutes of
silence. Waits that are ours count for nobody: checks in the queue, a host that is down, checks that could not tell.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.cohorts.figures import share_of
from bot.core.ending.summary import PAUSE_S
from bot.core.learner import Learner, SandboxState
from bot.core.workshop import StepRef, Workshop

SAME = 3  #: as many checks in a row that failed alike
SILENCE = timedelta(minutes=10)
SLOWEST = 0.8  #: a class's p80 …
KNOWN = 5  #: … is known once so many have passed the step
TIMES = 2.0  #: as often what the author thought, and in any case …
AT_LEAST_S = 600.0  #: … so long: steps are planned for a minute or two, and a fifth of a class is slower than p80

#: when something of ours was down
Outage = tuple[datetime, datetime]


#: of one look at the classes to the next there are seconds; longer, and nobody looked
UNSEEN = timedelta(seconds=60)
FORGOTTEN = timedelta(hours=1)


class Why(StrEnum):
    """Why somebody is thought to be stuck."""

    SAME = "same"  #: the same failure came again and again
    SLOW = "slow"  #: the step takes them much longer than others
    SILENT = "silent"  #: nothing came after a failed check


@dataclass(frozen=True, slots=True)
class Tried:
    """One check of a step that ended; `condition` and `code` are '' when it passed, or when we could not tell."""

    at: datetime  #: when its verdict was there
    condition: str = ""
    code: str = ""
    expected: str = ""
    observed: str = ""
    ours: bool = False  #: we could not tell
    waited_s: float = 0.0  #: for us, over what the check itself took


@dataclass(frozen=True, slots=True)
class Trail:
    """A learner, and the checks of the step at which they are, newest first."""

    learner: Learner
    tried: tuple[Tried, ...] = ()


@dataclass(frozen=True, slots=True)
class Stuck:
    """Somebody who is stuck at a step, and since when the record says so."""

    learner: str
    ref: StepRef
    why: Why
    since: datetime


def stuck(
    workshop: Workshop, trails: Sequence[Trail], now: datetime, outages: Sequence[Outage] = ()
) -> tuple[Stuck, ...]:
    """Return who of a class is stuck now, in the order of the trails."""
    here = [trail for trail in trails if present(workshop, trail)]
    usual = usual_s((trail.learner for trail in trails), {at for trail in here if (at := trail.learner.at)})
    found = (_stuck(workshop, trail, usual, now, outages) for trail in here)
    return tuple(each for each in found if each)


def present(workshop: Workshop, trail: Trail) -> bool:
    """Tell whether this learner works at a step now that is not behind them; nobody else can be stuck.

    Who waits at a gate has the step before it behind them.
    """
    learner = trail.learner
    if learner.at is None or learner.finished_at or workshop.step(learner.at) is None:
        return False
    paused = learner.sandbox in (SandboxState.LEAVING, SandboxState.AWAY)
    return not (paused or learner.done(learner.at))


def usual_s(learners: Iterable[Learner], refs: Collection[StepRef]) -> Mapping[StepRef, float]:
    """Return in how many seconds four of five passed each of these steps, where enough did."""
    times: defaultdict[StepRef, list[float]] = defaultdict(list)
    for learner in learners:
        for ref in refs:
            if ref in learner.passed and ref in learner.spent:
                times[ref].append(learner.spent[ref])
    known = {ref: share_of(each, SLOWEST) for ref, each in times.items() if len(each) >= KNOWN}
    return {ref: seconds for ref, seconds in known.items() if seconds is not None}


def told(trail: Trail) -> Sequence[Tried]:
    """Return the checks of the step that told the learner something, newest first; none from before a reset."""
    ref = trail.learner.at
    count = trail.learner.tries.get(ref, 0) if ref else 0
    return [each for each in trail.tried if not each.ours][:count]


def at_step_s(trail: Trail, now: datetime, outages: Sequence[Outage] = ()) -> float:
    """Return how long the learner has been at their step, without long pauses and what they waited for us."""
    learner = trail.learner
    spent = learner.spent.get(learner.at, 0.0) if learner.at else 0.0
    if learner.seen_at and learner.open_attempt is None:
        spent += min(_ours_aside(learner.seen_at, now, outages).total_seconds(), PAUSE_S)
    # a wait counted in `spent` as a pause, for so long at most
    return max(0.0, spent - sum(min(each.waited_s, PAUSE_S) for each in trail.tried))


def outages(
    before: tuple[Outage, ...], looked: datetime | None, now: datetime, *, down: bool, unseen: timedelta = UNSEEN
) -> tuple[Outage, ...]:
    """Return the outages as of this look, which follows one at `looked` (None: there was none).

    Our host is down, or nobody looked for as long as `unseen` because we were not there. Those of long ago are
    forgotten.
    """
    kept = tuple(each for each in before if now - each[1] < FORGOTTEN)
    if looked is None or looked >= now or not (down or now - looked > unseen):
        return kept
    if kept and kept[-1][1] == looked:
        return (*kept[:-1], (kept[-1][0], now))
    return (*kept, (looked, now))


def _stuck(
    workshop: Workshop, trail: Trail, usual: Mapping[StepRef, float], now: datetime, outages: Sequence[Outage]
) -> Stuck | None:
    ref = trail.learner.at
    step = workshop.step(ref) if ref else None
    if ref is None or step is None:
        return None
    checks = told(trail)
    since = _same(checks) if step.needs_sandbox else _same_answers(trail)
    if since:
        return Stuck(trail.learner.id, ref, Why.SAME, since)
    failed = bool(checks and checks[0].code) if step.needs_sandbox else ref in trail.learner.failing
    if failed and (since := _silent(trail, checks, now, outages)):
        return Stuck(trail.learner.id, ref, Why.SILENT, since)
    if ref in usual and at_step_s(trail, now, outages) > max(usual[ref], TIMES * 60 * step.minutes, AT_LEAST_S):
        return Stuck(trail.learner.id, ref, Why.SLOW, now)
    return None


def _same(checks: Sequence[Tried]) -> datetime | None:
    """Return since when the last checks failed alike."""
    last = checks[:SAME]
    alike = len(last) == SAME and last[0].code and len({(each.condition, each.code) for each in last}) == 1
    return last[0].at if alike else None


def _same_answers(trail: Trail) -> datetime | None:
    """Return since when a quiz failed as often: it is judged at once, and of its checks there is only a count."""
    learner, ref = trail.learner, trail.learner.at
    if ref is None or ref not in learner.failing:
        return None
    return learner.seen_at if learner.missed.get(f"{ref}/{learner.failing[ref][0]}", 0) >= SAME else None


def _silent(trail: Trail, checks: Sequence[Tried], now: datetime, outages: Sequence[Outage]) -> datetime | None:
    """Return since when it has been silent too long behind a failed check; who waits for a check is not silent."""
    learner = trail.learner
    signs = [*(each.at for each in checks[:1]), *([learner.seen_at] if learner.seen_at else [])]
    if learner.open_attempt is not None or not signs:
        return None
    over = _ours_aside(max(signs), now, outages) - SILENCE
    return now - over if over >= timedelta(0) else None


def _ours_aside(since: datetime, now: datetime, outages: Sequence[Outage]) -> timedelta:
    """Return the time that passed, without what fell into outages (which do not overlap)."""
    ours = (max(timedelta(0), min(end, now) - max(begin, since)) for begin, end in outages)
    return max(timedelta(0), now - since - sum(ours, timedelta(0)))
