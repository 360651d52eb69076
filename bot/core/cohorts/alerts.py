"""What instructors are told of somebody who is stuck, as values and panels (contract). Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.cards import filled
from bot.core.cohorts.radar import Outage, Trail, Why, at_step_s, told
from bot.core.ladder import ladder_for
from bot.core.learner import Learner
from bot.core.map import place
from bot.core.panels import Field, Kind, Mistakes, Panel, Press, Row, Sheet, Tone, called
from bot.core.workshop import StepRef, Workshop

CLAIM, HINT, UNBLOCK = "alert.claim", "alert.hint", "alert.unblock"
HINT_LIMIT = 1_500  #: characters of a hint in an instructor's own words
RUNGS = ("Nudge", "Pointer", "Solution")


class Ended(StrEnum):
    """How an alert came to its end."""

    PASSED = "passed"
    SKIPPED = "skipped"  #: by the learner
    UNBLOCKED = "unblocked"  #: by an instructor
    LEFT = "left"  #: the learner is in no running course any more, or began anew


@dataclass(frozen=True, slots=True)
class Alert:
    """Somebody is stuck at a step; there is one of each learner and step."""

    id: int
    cohort: int  #: 0: the learner is in none
    learner: str
    ref: StepRef
    why: Why
    at: datetime  #: when it was raised
    places: tuple[str, ...] = ()  #: where it was posted
    claimed_by: str = ""
    claimed_name: str = ""
    ended: Ended | None = None
    ended_at: datetime | None = None


def ending(alert: Alert, learner: Learner | None) -> Ended | None:
    """Return how the alert has come to its end, by the record of the learner; None when it has not.

    `learner` is None when they are in the class no more.
    """
    if learner is None or learner.at is None:
        return Ended.LEFT
    if alert.ref in learner.passed:
        return Ended.PASSED
    return Ended.SKIPPED if alert.ref in learner.skipped or learner.finished_at else None


def over(alert: Alert, how: Ended, at: datetime) -> Alert:
    """Return the alert at its end; what has ended stays as it ended."""
    return alert if alert.ended else replace(alert, ended=how, ended_at=at)


def claimed(alert: Alert, by: str, name: str) -> Alert:
    """Return the alert in somebody's hands, '' in nobody's."""
    return alert if alert.ended else replace(alert, claimed_by=by, claimed_name=name)


def placed(alert: Alert, places: tuple[str, ...]) -> Alert:
    """Return the alert as it was posted."""
    return replace(alert, places=places)


def again(alert: Alert | None) -> bool:
    """Tell whether one may be raised for this step: never twice, unless a first one was unblocked."""
    return alert is None or alert.ended is Ended.UNBLOCKED


def alert_panel(
    workshop: Workshop,
    alert: Alert,
    trail: Trail,
    now: datetime,
    *,
    handin: str = "",
    more: tuple[Press, ...] = (),
    outages: tuple[Outage, ...] = (),
) -> Panel:
    """Return the alert with its context, or how it ended. `handin` is a command or the name of a file, `more` buttons
    of others."""
    name, where = called(trail.learner.name), place(workshop, alert.ref)
    if alert.ended:
        return _over(alert, name, where)
    about = str(alert.id)
    claim = Press(
        CLAIM, "Take over" if alert.claimed_by else "Claim", about, Tone.PLAIN if alert.claimed_by else Tone.MAIN
    )
    unblock = Press(UNBLOCK, "Unblock", about, sure=f"Mark {where} as skipped for {name} and tell them that you did?")
    return Panel(
        text=f"{name} may be stuck at {where}: {REASONS[alert.why]}",
        title=f"{name} may be stuck",
        rows=tuple(_context(workshop, alert, trail, now, handin, outages)),
        presses=(claim, Press(HINT, "Send hint", about), unblock, *more),
        foot=f"{called(alert.claimed_name)} has it" if alert.claimed_by else "Nobody has it yet",
    )


REASONS = {
    Why.SAME: "the same failure three times in a row",
    Why.SLOW: "it takes them much longer than the class",
    Why.SILENT: "silence since a check that failed",
}


def _context(
    workshop: Workshop, alert: Alert, trail: Trail, now: datetime, handin: str, outages: tuple[Outage, ...]
) -> list[Row]:
    learner, ref = trail.learner, alert.ref
    section, step = workshop.section(ref.section), workshop.step(ref)
    rows = [Row(f"**{section.title if section else ref.section} · {place(workshop, ref)}**\n{sentence(alert.why)}")]
    tries, hints = learner.tries.get(ref, 0), learner.hints.get(ref, 0)
    facts = [counted(tries, "check"), f"{counted(hints, 'hint')} taken"]
    if learner.at == ref:
        planned = f" (planned: {step.minutes:g})" if step else ""
        facts.append(f"{counted(round(at_step_s(trail, now, outages) / 60), 'minute')} at the step{planned}")
    rows.append(Row(" · ".join(facts)))
    last = next((each for each in told(trail) if each.code), None) if learner.at == ref else None
    if last:
        condition = next((each for each in step.conditions if each.id == last.condition), None) if step else None
        title = filled(condition.title, workshop) if condition else last.condition
        rows += [Row(f"**{title}**: `{last.code}`, expected", quote=last.expected), Row("seen", quote=last.observed)]
    elif ref in learner.failing:
        rows.append(Row(f"The last check said `{learner.failing[ref][1]}`."))
    if handin:
        rows.append(Row("The last that they handed in", box=handin))
    return rows


def _over(alert: Alert, name: str, where: str) -> Panel:
    after = took((alert.ended_at or alert.at) - alert.at)
    said = {
        Ended.PASSED: f"passed {after} later",
        Ended.SKIPPED: f"skipped it {after} later",
        Ended.UNBLOCKED: f"unblocked by {called(alert.claimed_name)} {after} later",
        Ended.LEFT: f"is not at work in this class any more ({after} later)",
    }[alert.ended or Ended.LEFT]
    done = "✅ " if alert.ended is Ended.PASSED else ""
    had = alert.claimed_by and alert.ended is not Ended.UNBLOCKED
    by = f"{called(alert.claimed_name)} had it" if had else ""
    return Panel(f"{name}, {where}: {said}", rows=(Row(f"{done}**{name}** · {where}: {said}."),), foot=by)


def hint_sheet(workshop: Workshop, alert: Alert, learner: Learner) -> Sheet:
    """Return the form that sends a hint: a rung of the learner's ladder, or words of one's own."""
    step = workshop.step(alert.ref)
    ladder = ladder_for(learner, alert.ref, step) if step else None
    taken = learner.hints.get(alert.ref, 0)
    rungs = [] if ladder is None else [filled(each, workshop, learner.name) for each in ladder.rungs]
    about = f" for: {filled(ladder.about, workshop)}" if ladder and ladder.about else ""
    lead = f"**{place(workshop, alert.ref)}**. The ladder{about}:" if rungs else "This step has no ladder of its own."
    rows = [
        Row(f"**{number}. {name}**{' (they have it)' if number <= taken else ''}\n{text}")
        for number, (name, text) in enumerate(zip(RUNGS, rungs, strict=False), 1)
    ]
    choices = tuple((str(number), f"{number}. {RUNGS[number - 1]}") for number in range(1, len(rungs) + 1))
    rung = (Field("rung", "Send this rung", Kind.ONE, str(min(taken + 1, 3)), choices, optional=True),) if rungs else ()
    own = "Sent in place of a rung, with your name."
    fields = (*rung, Field("text", "Or your own words", Kind.TEXT, hint=own, optional=bool(rungs)))
    return Sheet(HINT, "Send a hint", (Row(lead), *rows), fields, "Send", str(alert.id))


def read_hint(filled_in: Mapping[str, str]) -> tuple[int, str] | Mistakes:
    """Return the rung to be sent (0: none), and the words of one's own."""
    text, rung = filled_in.get("text", "").strip(), filled_in.get("rung", "")
    if len(text) > HINT_LIMIT:
        return Mistakes({"text": f"That is {len(text):,} characters; a hint has at most {HINT_LIMIT:,}."})
    if text:
        return 0, text
    if rung not in ("1", "2", "3"):
        return Mistakes({"text": "Choose a rung, or write something here."})
    return int(rung), ""


def figures_panel(workshop: Workshop, refs: Sequence[StepRef]) -> Panel:
    """Return how many are stuck where, of a class that shows no names; `refs` has a step for each of them."""
    where = sorted(Counter(refs).items(), key=lambda each: (-each[1], each[0]))
    rows = tuple(Row(f"**{count}** at {place(workshop, ref)}") for ref, count in where)
    text = f"{counted(len(refs), 'learner')} may be stuck" if refs else "Nobody is stuck"
    return Panel(f"{text} now.", text, rows, foot="This class shows figures only: no names, and no work of anybody.")


def sentence(why: Why) -> str:
    """Return why, as a sentence."""
    said = REASONS[why]
    return f"{said[0].upper()}{said[1:]}."


def counted(count: int, what: str) -> str:
    """Return `1 check`, `2 checks`."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def took(passed: timedelta) -> str:
    """Return a time in words, to the minute."""
    minutes = round(passed.total_seconds() / 60)
    if minutes < 1:
        return "less than a minute"
    return counted(minutes, "minute") if minutes < 100 else counted(round(minutes / 60), "hour")
