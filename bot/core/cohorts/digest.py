"""Make the digest of a class: the funnel, times, who is where, what was hard. Of the record alone; pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from statistics import median

from bot.core.cards import filled
from bot.core.cohorts.figures import (
    Came,
    Cell,
    Digest,
    Hard,
    Line,
    Record,
    SectionFigures,
    State,
    StepFigures,
    Totals,
    Tried,
)
from bot.core.ending.summary import one_line
from bot.core.learner import Learner
from bot.core.map import steps_of
from bot.core.workshop import Section, StepRef, Workshop

Tries = Mapping[tuple[str, StepRef], int]

#: what a check that says something about the learner's work came to
JUDGED = (Came.PASSED, Came.FAILED)


def digest(workshop: Workshop, record: Record, now: datetime, *, names: bool = True) -> Digest:
    """Return the class in figures; steps that are no longer in the workshop count for nothing."""
    tried = relevant(workshop, record)
    judged = [each for each in tried if each.came in JUDGED]
    tries = Counter((each.learner, each.ref) for each in judged)
    lines = _lines(workshop, record, tries, names)
    learners = [learner for learner, _ in lines]
    return Digest(
        title=one_line(record.title),
        workshop=workshop.title,
        at=now,
        named=names and not record.nameless,
        totals=_totals(workshop, record, learners, tried),
        sections=tuple(_section(learners, section, tries) for section in workshop.sections),
        steps=step_figures(workshop, learners, judged),
        lines=tuple(line for _, line in lines),
        hard=_hard(workshop, learners, judged),
    )


def labels(workshop: Workshop, record: Record, *, names: bool = True) -> Mapping[str, Line]:
    """Return each learner's line in the digest, by id: how to call them where the digest itself has no ids."""
    tries = Counter((each.learner, each.ref) for each in relevant(workshop, record) if each.came in JUDGED)
    return {learner.id: line for learner, line in _lines(workshop, record, tries, names)}


def relevant(workshop: Workshop, record: Record) -> Sequence[Tried]:
    """Return the checks of these learners at steps that the workshop has."""
    known, order = {each.id for each in record.learners}, set(workshop.order)
    return [each for each in record.tried if each.learner in known and each.ref in order]


def _lines(workshop: Workshop, record: Record, tries: Tries, names: bool) -> list[tuple[Learner, Line]]:
    """Return each learner once, who is furthest first."""
    learners = {each.id: each for each in record.learners}
    hidden = record.hidden if names and not record.nameless else learners.keys()
    lines = [(each, _line(workshop, each, tries)) for each in learners.values()]
    lines.sort(key=lambda pair: _rank(*pair, hidden=pair[0].id in hidden))
    return [
        (learner, _unnamed(line, number) if learner.id in hidden else line)
        for number, (learner, line) in enumerate(lines, 1)
    ]


def _line(workshop: Workshop, learner: Learner, tries: Tries) -> Line:
    cells = tuple(_cell(learner, ref, tries.get((learner.id, ref), 0)) for ref in workshop.order)
    done = all(each.state in (State.PASSED, State.SKIPPED) for each in cells)
    return Line(one_line(learner.name) or learner.id, cells, learner.id, done, learner.finished_at)


def _cell(learner: Learner, ref: StepRef, tries: int) -> Cell:
    if ref in learner.passed:
        state = State.PASSED
    elif ref in learner.skipped:
        state = State.SKIPPED
    else:
        state = State.OPEN if tries or learner.at == ref else State.AHEAD
    return Cell(state, tries, learner.hinted.get(ref, 0), learner.spent.get(ref), learner.passed.get(ref))


def _rank(learner: Learner, line: Line, *, hidden: bool) -> tuple[int, tuple[str, ...], str, str]:
    """Who is furthest comes first; of those without a name nothing of the name decides."""
    cells = tuple(each.state for each in line.cells)
    return (-line.done, cells, "" if hidden else learner.name.casefold(), "" if hidden else learner.id)


def _unnamed(line: Line, number: int) -> Line:
    # to the second, a time would tell who it is to anybody who was there
    cells = tuple(replace(each, passed_at=None) for each in line.cells)
    return Line(f"Learner {number}", cells, "", line.finished)


def _section(learners: Sequence[Learner], section: Section, tries: Tries) -> SectionFigures:
    refs = steps_of(section)

    def began(learner: Learner) -> bool:
        return learner.at in refs or any(learner.done(ref) or tries.get((learner.id, ref)) for ref in refs)

    return SectionFigures(
        section.id,
        section.title,
        began=sum(map(began, learners)),
        done=sum(all(learner.done(ref) for ref in refs) for learner in learners),
        proved=sum(all(ref in learner.passed for ref in refs) for learner in learners),
    )


def step_figures(
    workshop: Workshop, learners: Sequence[Learner], judged: Sequence[Tried] = ()
) -> tuple[StepFigures, ...]:
    """Return the figures of every step, in order; of checks only those that are given."""
    checks = Counter(each.ref for each in judged)
    failed = Counter(each.ref for each in judged if each.came is Came.FAILED)
    found = []
    for section in workshop.sections:
        for ref, step in zip(steps_of(section), section.steps, strict=True):
            through = [each for each in learners if ref in each.passed]
            found.append(
                StepFigures(
                    ref,
                    filled(step.title, workshop),
                    step.minutes,
                    tuple(sorted(each.spent[ref] for each in through if each.spent.get(ref))),
                    passed=len(through),
                    skipped=sum(ref in each.skipped and ref not in each.passed for each in learners),
                    checks=checks[ref],
                    failed=failed[ref],
                )
            )
    return tuple(found)


def _hard(workshop: Workshop, learners: Sequence[Learner], judged: Sequence[Tried]) -> tuple[Hard, ...]:
    """Return the conditions that failed for anybody: those that stopped most learners first, then most checks."""
    by_id = {each.id: each for each in learners}
    codes: defaultdict[tuple[StepRef, str], Counter[str]] = defaultdict(Counter)
    whom: defaultdict[tuple[StepRef, str], set[str]] = defaultdict(set)
    for each in judged:
        for name, code in dict(each.failed).items():
            codes[each.ref, name][code] += 1
            whom[each.ref, name].add(each.learner)
    found = []
    for ref, condition in workshop.conditions():
        key = (ref, condition.id)
        if key not in codes:
            continue
        they = [by_id[each] for each in whom[key]]
        through = [each for each in they if ref in each.passed]
        times = [each.spent[ref] for each in through if each.spent.get(ref)]
        found.append(
            Hard(
                ref,
                condition.id,
                filled(condition.title, workshop),
                checks=codes[key].total(),
                learners=len(they),
                codes=tuple(sorted(codes[key].items(), key=lambda pair: (-pair[1], pair[0]))),
                hints=sum(each.hinted.get(ref, 0) for each in they),
                through=len(through),
                median_s=median(times) if times else None,
            )
        )
    return tuple(sorted(found, key=lambda each: (-each.learners, -each.checks)))


def _totals(workshop: Workshop, record: Record, learners: Sequence[Learner], tried: Sequence[Tried]) -> Totals:
    came, order = Counter(each.came for each in tried), workshop.order
    over = [each for each in learners if all(each.done(ref) for ref in order)]
    times = [sum(each.spent.get(ref, 0.0) for ref in order) for each in over]
    return Totals(
        started=len(learners),
        unstarted=record.unstarted,
        finished=len(over),
        steps=len(order),
        passed=sum(ref in each.passed for each in learners for ref in order),
        skipped=sum(ref in each.skipped and ref not in each.passed for each in learners for ref in order),
        checks=came[Came.PASSED] + came[Came.FAILED],
        failed=came[Came.FAILED],
        faults=came[Came.OURS],
        hints=sum(each.hinted.get(ref, 0) for each in learners for ref in order),
        minutes=workshop.minutes,
        median_finish_s=median(times) if times else None,
    )
