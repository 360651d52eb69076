"""Fair turns at something that few can use at once: deficit round-robin over learners, not first come over jobs.

Each round gives every waiting learner the same credit, one usual job's worth. A job begins when its learner's credit
covers what such jobs of theirs take, so who makes long builds waits some rounds while others' short ones pass, and who
has a hundred jobs waiting has one turn in a round like everybody. Cost is bounded, so nobody waits more than
`ROUNDS` rounds. Every function returns new `Turns`; nothing is changed in place.

Source: Shreedhar and Varghese, Efficient Fair Queuing using Deficit Round Robin, 1995.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

#: A job begins after at most so many rounds, however long its learner's jobs take.
ROUNDS = 10
#: The cheapest job costs so much of a round's credit, so that the shortest jobs cannot take whole rounds.
CHEAPEST = 0.25


@dataclass(frozen=True, slots=True)
class Job:
    """One job that waits; `cost` in usual jobs (1: takes as long as most)."""

    number: int
    learner: str
    cost: float = 1.0


@dataclass(frozen=True, slots=True)
class Turns:
    """Who waits and who works at one kind of work; `order` is the round, the next to be looked at first."""

    slots: int
    each: int = 1  #: of these one learner may hold so many at once
    order: tuple[str, ...] = ()
    waiting: Mapping[str, tuple[Job, ...]] = field(default_factory=dict)  #: learner → their jobs, oldest first
    credit: Mapping[str, float] = field(default_factory=dict)
    working: Mapping[int, str] = field(default_factory=dict)  #: job → learner
    visited: bool = False  #: the first of the round has had their credit

    @property
    def length(self) -> int:
        """Return how many jobs wait."""
        return sum(len(jobs) for jobs in self.waiting.values())


def joined(turns: Turns, job: Job) -> Turns:
    """Return the turns with one more job waiting, behind the learner's own."""
    known = job.learner in turns.waiting
    job = replace(job, cost=min(max(job.cost, CHEAPEST), float(ROUNDS)))
    return replace(
        turns,
        order=turns.order if known else (*turns.order, job.learner),
        waiting={**turns.waiting, job.learner: (*turns.waiting.get(job.learner, ()), job)},
    )


def left(turns: Turns, number: int) -> Turns:
    """Return the turns without a job: it has ended, or does not want to wait any more (idempotent)."""
    if number in turns.working:
        return replace(turns, working={job: who for job, who in turns.working.items() if job != number})
    for learner, jobs in turns.waiting.items():
        kept = tuple(job for job in jobs if job.number != number)
        if len(kept) < len(jobs):
            return _with_waiting(turns, learner, kept)
    return turns


def resized(turns: Turns, slots: int) -> Turns:
    """Return the turns with another number of slots; what works goes on, and ends as it would have."""
    return replace(turns, slots=slots)


def begun(turns: Turns) -> tuple[Turns, tuple[Job, ...]]:
    """Return who may begin now, in order, and the turns after it: no slot stays free that somebody could use."""
    jobs: list[Job] = []
    while len(turns.working) < turns.slots:
        turns, job = _next(turns)
        if job is None:
            break
        jobs.append(job)
    return turns, tuple(jobs)


def _next(turns: Turns) -> tuple[Turns, Job | None]:
    held = list(turns.working.values())
    able = {learner for learner in turns.order if held.count(learner) < turns.each}
    if not able:
        return turns, None
    while True:
        learner = turns.order[0]
        # whoever cannot begin anyhow gets no credit meanwhile: else they would come back with a heap of it
        if learner in able:
            job, credit = turns.waiting[learner][0], turns.credit.get(learner, 0.0)
            credit += 0.0 if turns.visited else 1.0
            turns = replace(turns, visited=True, credit={**turns.credit, learner: credit})
            if credit >= job.cost:
                return _given(turns, job), job
        turns = replace(turns, order=(*turns.order[1:], learner), visited=False)


def _given(turns: Turns, job: Job) -> Turns:
    credit = {**turns.credit, job.learner: turns.credit[job.learner] - job.cost}
    turns = replace(turns, credit=credit, working={**turns.working, job.number: job.learner})
    return _with_waiting(turns, job.learner, turns.waiting[job.learner][1:])


def _with_waiting(turns: Turns, learner: str, jobs: tuple[Job, ...]) -> Turns:
    """Return the turns with these jobs of a learner waiting; without any they leave the round, and their credit."""
    if jobs:
        return replace(turns, waiting={**turns.waiting, learner: jobs})
    return replace(
        turns,
        visited=turns.visited and turns.order[:1] != (learner,),
        order=tuple(each for each in turns.order if each != learner),
        waiting={who: theirs for who, theirs in turns.waiting.items() if who != learner},
        credit={who: credit for who, credit in turns.credit.items() if who != learner},
    )


def before(turns: Turns, number: int) -> int:
    """Return how many jobs will begin before this one, should nothing change; 0 when it works or is unknown."""
    # every turn that ends now gives one slot: play it forward
    turns = replace(turns, working={}, slots=1)
    count = 0
    while turns.length:
        turns, jobs = begun(turns)
        if not jobs:
            break
        if jobs[0].number == number:
            return count
        count += 1
        turns = left(turns, jobs[0].number)
    return 0
