"""What other systems are told of learners (contract): the events of the webhook. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from bot.core.cohorts.figures import Came
from bot.core.learner import Learner
from bot.core.workshop import StepRef


class Type(StrEnum):
    """What happened."""

    PASSED = "step.passed"  #: a step is behind them, proved; `verdict` is `passed`
    FAILED = "check.failed"  #: a check did not pass; `code` is its first failure's
    FINISHED = "workshop.finished"  #: the last open step was passed or skipped
    HELP = "help.asked"  #: they asked the instructors something


@dataclass(frozen=True, slots=True)
class News:
    """One thing to tell."""

    type: Type
    at: datetime
    learner: str
    step: StepRef | None = None
    verdict: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """A check that is over, as it is kept."""

    ref: StepRef
    opened_at: datetime
    closed_at: datetime
    came: Came
    code: str | None = None


def news(learner: Learner, before: datetime | None, at: datetime, closed: Closed | None) -> Iterator[News]:
    """Yield what one line of a learner's journal has to tell.

    `before` and `at` are the times of the line before and of this one: what the record says was passed in between was
    passed with it. `closed` is the check that it closed.
    """
    if closed and closed.came is Came.FAILED:
        yield News(Type.FAILED, closed.closed_at, learner.id, closed.ref, "failed", closed.code)
    # a step that was passed before this check was opened is not passed again by it
    if closed and closed.came is Came.PASSED and learner.passed.get(closed.ref, closed.closed_at) >= closed.opened_at:
        yield News(Type.PASSED, closed.closed_at, learner.id, closed.ref, "passed")
    for ref, passed_at in learner.passed.items():
        checked = closed is not None and closed.ref == ref
        if _between(before, passed_at, at) and not checked:
            yield News(Type.PASSED, passed_at, learner.id, ref, "passed")
    if learner.finished_at and _between(before, learner.finished_at, at):
        yield News(Type.FINISHED, learner.finished_at, learner.id)


def _between(before: datetime | None, moment: datetime, at: datetime) -> bool:
    return (before is None or before < moment) and moment <= at


def told(each: News, event: str, learner: str) -> str:
    """Return the news as JSON; `learner` is how they are called outside."""
    at = each.at.astimezone(UTC).isoformat(timespec="milliseconds")
    body = {"id": event, "type": each.type.value, "at": at, "learner": learner}
    return json.dumps(body | {"step": each.step and str(each.step), "verdict": each.verdict, "code": each.code})
