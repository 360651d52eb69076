"""A class as tables (CSV) and as a list of what happened (JSONL). Pure.

Tables open in spreadsheets, where a cell that begins with `=`, `+`, `-`, `@` or a tab may act: such a cell of others'
words gets an apostrophe before it. Source: owasp.org, CSV injection.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from bot.core.cohorts.digest import labels, relevant
from bot.core.cohorts.figures import Came, Cell, Digest, Hard, Line, Record, State
from bot.core.workshop import StepRef, Workshop

ACTS = ("=", "+", "-", "@", "\t", "\r", "\n")
#: spreadsheets read other full-width forms of these alike
WIDE = ("＝", "＋", "－", "＠")
Value = str | int | float | None

#: what happened, by what a check came to
TYPES = {Came.PASSED: "check.passed", Came.FAILED: "check.failed", Came.OURS: "check.fault"}


def cell(text: str) -> str:
    """Return somebody's words as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" \ufeff\u200b").startswith(ACTS + WIDE) or text.startswith(ACTS) else text


def learners_csv(digest: Digest) -> str:
    """Return a row for each learner."""
    head = ("learner", "id", "finished", "finished_at", "passed", "skipped", "checks", "hints", "minutes")
    return _table(head, (_learner(line) for line in digest.lines))


def _learner(line: Line) -> tuple[Value, ...]:
    states = [each.state for each in line.cells]
    spent = sum(each.spent_s or 0 for each in line.cells)
    counts = (states.count(State.PASSED), states.count(State.SKIPPED))
    checks, hints = sum(each.tries for each in line.cells), sum(each.hints for each in line.cells)
    finished = "yes" if line.finished else "no"
    return (line.label, line.id, finished, utc(line.finished_at), *counts, checks, hints, round(spent / 60, 1))


def steps_csv(digest: Digest) -> str:
    """Return a row for each learner and each step that they came to."""
    head = ("learner", "id", "section", "step", "state", "checks", "hints", "minutes", "passed_at")
    rows = (
        (*(line.label, line.id, step.ref.section, step.ref.step), *_cell(each))
        for line in digest.lines
        for step, each in zip(digest.steps, line.cells, strict=True)
        if each.state is not State.AHEAD
    )
    return _table(head, rows)


def _cell(each: Cell) -> tuple[Value, ...]:
    return (each.state.value, each.tries, each.hints, _minutes(each.spent_s), utc(each.passed_at))


def conditions_csv(digest: Digest) -> str:
    """Return a row for each condition that failed for anybody, hardest first: for authors."""
    head = ("section", "step", "condition", "title", "learners", "failed_checks", "codes", "hints", "passed_in_the_end")
    return _table((*head, "median_minutes"), map(_hard, digest.hard))


def _hard(each: Hard) -> tuple[Value, ...]:
    codes = " ".join(f"{code}:{count}" for code, count in each.codes)
    named = (each.ref.section, each.ref.step, each.condition, each.title)
    return (*named, each.learners, each.checks, codes, each.hints, each.through, _minutes(each.median_s))


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / 60, 1)


def _table(head: Iterable[str], rows: Iterable[Iterable[Value]]) -> str:
    made = io.StringIO()
    writer = csv.writer(made)  # CRLF, as RFC 4180 has it
    writer.writerow(head)
    for row in rows:
        writer.writerow([cell(each) if isinstance(each, str) else each for each in row])
    return made.getvalue()


def events_jsonl(workshop: Workshop, record: Record, *, names: bool = True) -> str:
    """Return what happened, oldest first, one JSON object a line.

    Keys: `type` (`check.passed`, `check.failed`, `check.fault`, `step.passed`, `workshop.finished`), `at` (aware, UTC),
    `learner` (id, or `Learner 7`), `name`, `section`, `step`, `condition`, `code`; null where there is nothing. A check
    that failed has one line for each condition that did. Of who has no name here, times are rounded down to the hour.
    """
    lines = labels(workshop, record, names=names)
    events = sorted(_events(workshop, record, lines), key=lambda each: (each[0], each[1]["type"]))
    return "".join(json.dumps(event, ensure_ascii=False) + "\n" for _, event in events)


def _events(
    workshop: Workshop, record: Record, lines: Mapping[str, Line]
) -> Iterator[tuple[datetime, dict[str, str | None]]]:
    for each in relevant(workshop, record):
        for condition, code in each.failed or ((None, ""),):
            if kind := TYPES.get(each.came):
                yield _event(kind, each.at, lines[each.learner], each.ref, condition, code)
    for learner in {each.id: each for each in record.learners}.values():
        line = lines[learner.id]
        for ref, at in learner.passed.items():
            if ref in workshop.order:
                yield _event("step.passed", at, line, ref)
        if learner.finished_at:
            yield _event("workshop.finished", learner.finished_at, line)


def _event(
    kind: str,
    at: datetime,
    line: Line,
    ref: StepRef | None = None,
    condition: str | None = None,
    code: str | None = None,
) -> tuple[datetime, dict[str, str | None]]:
    if not line.id:
        at = at.replace(minute=0, second=0, microsecond=0)
    event: dict[str, str | None] = {"type": kind, "at": utc(at), "learner": line.id or line.label}
    event |= {"name": line.label if line.id else None, "section": ref and ref.section, "step": ref and ref.step}
    return at, event | {"condition": condition, "code": code or None}


def utc(at: datetime | None) -> str:
    """Return a time as text, in UTC."""
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else ""
