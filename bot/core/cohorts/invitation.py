"""What a class and its instructors see of a cohort: the invitation, the list, the farewell. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from bot.core.cohorts.cohort import Cohort
from bot.core.cohorts.roster import Count, begun
from bot.core.cohorts.seat_words import called, dates, day, joined_of
from bot.core.panels import Panel, Press, Row, Tone

JOIN, LEAVE, INVITE = "cohort.join", "cohort.leave", "cohort.invite"
NEW_ONE, CHANGE, END = "cohort.new", "cohort.change", "cohort.end"
LISTED = 10  #: cohorts on one Home


def invitation(cohort: Cohort, workshop: str, count: Count) -> Panel:
    """Return what stands in the channel of the class: nobody's name, and the button to join."""
    if cohort.ended_at is not None:
        text = f"{called(cohort)} has ended. {count.joined} took part."
        return Panel(text, cohort.name, (Row(text), Row("Everybody keeps what they did, and can go on alone.")))
    when = dates(cohort)
    rows = (
        Row(f"Here we take **{workshop}** together, step by step, in your direct message with me."),
        Row("You need nothing on your own machine. Press **Join**, and I write to you."),
        Row(when[:1].upper() + when[1:] if when else "Begin when you like."),
    )
    join = Press(JOIN, "Join", str(cohort.id), Tone.MAIN, spoken=f"Join {cohort.name}")
    return Panel(f"You are invited: {called(cohort)}", cohort.name, rows, (join,), joined_of(count))


def state(cohort: Cohort, today: date) -> str:
    """Return in a few words how far it is."""
    if cohort.ended_at is not None:
        return "ended"
    if cohort.archived:
        return "paused: I cannot write in its channel"
    if cohort.starts is not None and not begun(cohort, today):
        return f"begins on {day(cohort.starts)}"
    return f"runs until {day(cohort.ends)}" if cohort.ends else "runs"


def listed(cohorts: Sequence[Cohort], counts: Mapping[int, Count], today: date) -> Panel:
    """Return the cohorts that somebody leads, with what they can do."""
    rows = [row for each in cohorts[:LISTED] for row in _listed(each, counts.get(each.id, Count()), today)]
    if len(cohorts) > LISTED:
        rows.append(Row(f"… and {len(cohorts) - LISTED} more: write `/docent cohort` in their channels."))
    if not cohorts:
        rows.append(Row("You lead no cohort yet. One is made in the channel of a class; its members are the class."))
    new = Press(NEW_ONE, "New cohort", tone=Tone.PLAIN if cohorts else Tone.MAIN)
    return Panel(f"You lead {_many(len(cohorts))}.", "Your cohorts", tuple(rows), (new,))


def _many(number: int) -> str:
    return "no cohort yet" if not number else "1 cohort" if number == 1 else f"{number} cohorts"


def _listed(cohort: Cohort, count: Count, today: date) -> tuple[Row, Row]:
    about = str(cohort.id)
    sure = f"{called(cohort)} ends for everybody. They keep what they did. A cohort that has ended stays so."
    presses = (
        Press(CHANGE, "Change", about, spoken=f"Change {cohort.name}"),
        Press(INVITE, "Invite again", about, spoken=f"Invite to {cohort.name} again"),
        Press(END, "End it", about, Tone.RISKY, f"End {cohort.name}", sure),
    )
    text = f"{called(cohort)} · {joined_of(count).removesuffix('.')} · {state(cohort, today)}"
    return Row(text), Row(presses=presses)


def course_panel(taken: Cohort | None, waiting: Sequence[Cohort]) -> Panel:
    """Return what a learner's Home says of the courses they are in."""
    rows = [Row(f"You take part in {called(taken)}.{_until(taken)}")] if taken else []
    for each in waiting:
        starts = f"it begins on {day(each.starts)}" if each.starts and taken is None else "it waits for you"
        rows.append(Row(f"You have a place in {called(each)}: {starts}."))
    sure = "You do not take part any more. Everything you did is kept."
    leave = (Press(LEAVE, "Leave it", str(taken.id), sure=sure),) if taken else ()
    return Panel(rows[0].text, "Your course", tuple(rows), leave)


def _until(cohort: Cohort) -> str:
    return f" It goes on until {day(cohort.ends)}." if cohort.ends else ""
