"""Reports: who gets which, when one comes by itself, and the form that asks for one. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta

from bot.core.cohorts.cohort import Cohort
from bot.core.panels import Field, Kind, Mistakes, Row, Sheet

ASK, MAKE = "report.ask", "report.make"
COHORT, PARTS, NAMES = "cohort", "parts", "names"  #: fields of the form
EVERYBODY = 0
WITH, WITHOUT = "with", "without"
#: (part, what it is)
CHOICES = (
    ("md", "A summary in words"),
    ("png", "Pictures: how far, how long, who is where, what stopped people"),
    ("csv", "Tables for a spreadsheet (CSV)"),
    ("jsonl", "What happened, a line each (JSONL)"),
)
#: a last day is over everywhere on earth half a day after it is in UTC
LAST_ZONE = timedelta(hours=12)
#: courses that ended longer ago had their report, or were there before reports were
TOO_LATE = timedelta(days=14)
MOST = 99  #: courses to choose from, newest first


def due(cohort: Cohort, now: datetime) -> bool:
    """Tell whether the course is over, and was not too long ago."""
    ended = cohort.ended_at
    if cohort.ends is not None:
        last = datetime.combine(cohort.ends + timedelta(days=1), time(), UTC) + LAST_ZONE
        ended = min(ended, last) if ended else last
    return ended is not None and ended <= now < ended + TOO_LATE


def report_sheet(cohorts: Sequence[Cohort], *, everybody: bool, chosen: int = EVERYBODY) -> Sheet:
    """Return the form; `cohorts` are those that the person leads, oldest first, and `everybody` is theirs to see."""
    newest = sorted(cohorts, key=lambda each: -each.id)[:MOST]
    courses = tuple((str(each.id), f"{each.name}{' (ended)' if each.ended_at else ''}"[:75]) for each in newest)
    courses += ((str(EVERYBODY), "Everybody, in a cohort or not"),) if everybody else ()
    known = {value for value, _ in courses}
    first = str(chosen) if str(chosen) in known and chosen else courses[0][0]
    named = ((WITH, "With names"), (WITHOUT, "Without names"))
    return Sheet(
        MAKE,
        "Make a report",
        rows=(Row("The files come into our direct message."),),
        fields=(
            Field(COHORT, "Of which cohort?", Kind.ONE, first, courses),
            Field(PARTS, "What?", Kind.MANY, "md\npng", CHOICES),
            Field(NAMES, "Names", Kind.ONE, WITH, named, hint="A cohort without names has none in any case."),
        ),
        submit="Make it",
    )


def read_wish(filled: Mapping[str, str], known: Collection[str]) -> tuple[int, frozenset[str], bool] | Mistakes:
    """Return (course, parts, whether with names) of a form that was sent; `known` are the parts that there are."""
    course, parts = filled.get(COHORT, ""), frozenset(filled.get(PARTS, "").split("\n")) & frozenset(known)
    if not course.isdecimal():
        return Mistakes({COHORT: "Choose a cohort."})
    if not parts:
        return Mistakes({PARTS: "Choose at least one of these."})
    return int(course), parts, filled.get(NAMES) != WITHOUT
