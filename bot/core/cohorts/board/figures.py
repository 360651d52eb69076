"""What each step takes a class, and where a class is that shows no names; of no single person."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from statistics import median

from bot.core.cohorts.digest import step_figures
from bot.core.cohorts.figures import StepFigures, share_of
from bot.core.learner import Learner
from bot.core.map import place, settled
from bot.core.panels import Row
from bot.core.workshop import StepRef, Workshop

MOST = 0.8  #: "4/5" in the table
HEAD = "median   4/5  plan  passed skipped"


def figure_rows(workshop: Workshop, learners: Sequence[Learner]) -> tuple[Row, ...]:
    """Return a box of steps for each section: median and p80 in minutes against the plan, and who is through."""
    rows = [Row("Minutes at each step, of those who passed it: the median, and what 4 of 5 needed at most.")]
    steps = step_figures(workshop, learners)
    for section in workshop.sections:
        lines = [_line(each) for each in steps if each.ref.section == section.id]
        rows.append(Row(f"**{section.id} {section.title}**", box="\n".join([HEAD, *lines])))
    return tuple(rows)


def _line(step: StepFigures) -> str:
    typical = median(step.times_s) if step.times_s else None
    times = f"{_minutes(typical):>6}{_minutes(share_of(step.times_s, MOST)):>6}{step.minutes:>6g}"
    # the title stands last: no script it is in can shift the columns
    return f"{times}{step.passed:>8}{step.skipped:>8}  {step.title}"


def _minutes(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds / 60:.1f}"


def nameless_rows(workshop: Workshop, learners: Sequence[Learner], section: str = "") -> tuple[Row, ...]:
    """Return where people are without saying who: of each step how many are at it and what stops them."""
    here: defaultdict[StepRef, list[Learner]] = defaultdict(list)
    for learner in (settled(workshop, each) for each in learners):
        if learner.at is not None and not learner.done(learner.at):
            here[learner.at].append(learner)
    rows = [_where(workshop, ref, here[ref]) for ref in workshop.order if ref in here and section in ("", ref.section)]
    return tuple(rows) or (Row("Nobody is at a step here."),)


def _where(workshop: Workshop, ref: StepRef, people: Sequence[Learner]) -> Row:
    codes = Counter(each.failing[ref][1] for each in people if ref in each.failing)
    failing = ", ".join(f"{count} × `{code}`" for code, count in codes.most_common(3))
    return Row(f"**{len(people)}** at {place(workshop, ref)}" + (f" · last check: {failing}" if failing else ""))
