"""Gates: sections of a course that open by hand, at a time, or when enough of the class have come so far. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from bot.core.cohorts.cohort import Cohort, Course, Gate, Opening
from bot.core.learner import Learner
from bot.core.map import first_open, steps_of
from bot.core.panels import Field, Kind, Mistakes, Press, Row, Sheet, Tone
from bot.core.workshop import Section, StepRef, Workshop

ACT = "gates"  #: of the sheet that makes one; its buttons are named after it
OPEN, REMOVE, LIST = f"{ACT}.open", f"{ACT}.remove", f"{ACT}.list"
HOUR_S, HALF_HOUR_S = 3_600, 1_800
OPENINGS = (
    (Opening.HAND.value, "I open it myself"),
    (Opening.TIME.value, "At a time"),
    (Opening.SHARE.value, "When enough have passed what comes before"),
)


def barred(learner: Learner, ref: StepRef) -> Gate | None:
    """Return the closed gate before this step; None for who may go there, or was in that section already."""
    gate = learner.course.gates.get(ref.section) if learner.course else None
    known = {learner.at} | learner.passed.keys() | learner.skipped
    inside = any(each is not None and each.section == ref.section for each in known)
    return None if gate is None or gate.opened_at is not None or inside else gate


def waits_at(workshop: Workshop, learner: Learner, section: Section) -> bool:
    """Tell whether the learner stands before this section with nothing else to do in front of it."""
    refs = steps_of(section)
    before = workshop.before(refs[0])
    if any(learner.done(ref) for ref in refs) or (learner.at and learner.at.section == section.id):
        return False
    return learner.at is None if before is None else learner.at == before and learner.done(before)


def passed_pct(workshop: Workshop, section: Section, learners: Collection[Learner]) -> int:
    """Return how many per cent of these learners have everything before the section behind them; 0 for nobody."""
    before = workshop.order[: workshop.order.index(steps_of(section)[0])]
    through = sum(first_open(learner, before) is None for learner in learners)
    return 100 * through // len(learners) if learners else 0


def due(gate: Gate, now: datetime, pct: int) -> bool:
    """Tell whether a closed gate is to open now."""
    match gate.opening:
        case Opening.HAND:
            return False
        case Opening.TIME:
            return gate.at is not None and now >= gate.at
        case Opening.SHARE:
            return pct >= gate.share_pct


def opened(gate: Gate, now: datetime) -> Gate:
    """Return the gate as it is once it was opened."""
    return replace(gate, opened_at=gate.opened_at or now)


def at_words(at: datetime) -> str:
    """Return a time in words."""
    return f"{at.astimezone(UTC):%A %d %B, %H:%M} UTC"


def closed_words(gate: Gate, title: str, course: Course) -> str:
    """Return what a learner is told at a closed gate."""
    match gate.opening:
        case Opening.HAND:
            when = f"The instructors of {course.name} open it for everybody."
        case Opening.TIME:
            when = f"It opens on {at_words(gate.at)}." if gate.at else "It opens soon."
        case Opening.SHARE:
            when = f"It opens when {gate.share_pct} % of {course.name} are this far."
    return (
        f"You are at the gate of **{gate.section} · {title}**. {when} I tell you then. Until that, look around: "
        "**back**, `go 01` and everything you made still work."
    )


def open_words(title: str, section: str) -> str:
    """Return what those who wait are told."""
    return f"**{section} · {title}** is open now. Whenever you like, we go on."


def state_words(gate: Gate) -> str:
    """Return how a gate stands, for instructors."""
    if gate.opened_at:
        return f"open since {at_words(gate.opened_at)}"
    match gate.opening:
        case Opening.HAND:
            return "closed until somebody opens it"
        case Opening.TIME:
            return f"opens on {at_words(gate.at)}" if gate.at else "closed"
        case Opening.SHARE:
            return f"opens when {gate.share_pct} % have passed what comes before"


def gates_sheet(
    workshop: Workshop, cohort: Cohort, gates: Iterable[Gate], waiting: Mapping[str, int], now: datetime
) -> Sheet:
    """Return the page of a course's gates, with a form for one more. `waiting`: section → learners who stand there."""
    rows: list[Row] = []
    for gate in gates:
        section = workshop.section(gate.section)
        stand = f" · {waiting[gate.section]} wait here" if waiting.get(gate.section) else ""
        about = f"{cohort.id}/{gate.section}"
        title = section.title if section else "no longer in the workshop"
        opens = () if gate.opened_at else (Press(OPEN, "Open now", about, Tone.PLAIN, f"Open {gate.section} now"),)
        taken = Press(REMOVE, "Remove", about, spoken=f"Remove the gate of {gate.section}")
        rows.append(Row(f"**{gate.section} · {title}**: {state_words(gate)}{stand}", presses=(*opens, taken)))
    sections = tuple((section.id, f"{section.id} · {section.title}") for section in workshop.sections)
    fields = (
        Field("section", "Close a section", Kind.ONE, choices=sections),
        Field("opening", "It opens", Kind.ONE, Opening.HAND.value, OPENINGS),
        Field("at", "At", Kind.TIME, str(next_hour(now)), hint="For “At a time”.", optional=True),
        Field("share", "Per cent", Kind.LINE, "80", hint="For “When enough have passed”.", optional=True),
    )
    none = (Row("Every section is open. Learners go at their own pace."),)
    return Sheet(ACT, f"Gates: {cohort.name}"[:24], tuple(rows) or none, fields, "Close it", str(cohort.id))


def next_hour(now: datetime) -> int:
    """Return the next full hour that is not all but here, as POSIX seconds."""
    return (int(now.timestamp()) + HALF_HOUR_S) // HOUR_S * HOUR_S + HOUR_S


def read_gate(workshop: Workshop, filled: Mapping[str, str], now: datetime) -> Gate | Mistakes:
    """Return the gate that was asked for."""
    section, share = filled.get("section", ""), filled.get("share", "").strip().removesuffix("%").strip()
    if workshop.section(section) is None:
        return Mistakes({"section": "Choose a section of the workshop."})
    opening = filled.get("opening", "")
    if opening == Opening.TIME.value:
        seconds = filled.get("at", "")
        if not seconds.isdigit() or (at := datetime.fromtimestamp(int(seconds), UTC)) <= now:
            return Mistakes({"at": "That is over already. Choose a time that is still to come."})
        return Gate(section, Opening.TIME, at)
    if opening == Opening.SHARE.value:
        if not (share.isascii() and share.isdigit() and 1 <= int(share) <= 100):
            return Mistakes({"share": f"“{share[:20]}” is no share. Write a number from 1 to 100, such as 80."})
        return Gate(section, Opening.SHARE, share_pct=int(share))
    return Gate(section, Opening.HAND)
