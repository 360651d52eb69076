"""The board as it stands in a channel: figures only, because a class may read it too."""

from __future__ import annotations

from dataclasses import replace

from bot.core.cohorts.board.tally import ALONE, OurSide, SectionTally, Tally
from bot.core.cohorts.gates import LIST as GATES
from bot.core.cohorts.reporting import ASK as REPORT
from bot.core.panels import Panel, Press, Row

PEOPLE, FIGURES, AGAIN = "board.people", "board.figures", "board.again"
#: what instructors can do from the board and from Home: act, label, what a screen reader says. What else there is to
#: do with a class stands here too; each is about the cohort's id, and asks by itself who may.
BUTTONS: tuple[tuple[str, str, str], ...] = (
    (PEOPLE, "Who is where", "Who is where, for instructors"),
    (FIGURES, "Figures", "Figures of each step, for instructors"),
    (GATES, "Gates", "Gates of the sections, for instructors"),
    (REPORT, "Report", "Report of the class, for instructors"),
    (AGAIN, "Rebuild board", "Rebuild the board, for instructors"),
)
NOT_ALONE = {GATES, REPORT}  #: what there is to do with a course only
BAR = 10  #: signs
TOOK = 14  #: as of "99.9 of 12.5 !"
PAST, INSIDE, BEFORE = "█", "▒", "·"
COUNTS = ("past", "in", "before")
BUSY, SLOW = 1.3, 2.0  #: strain from which the host is called so


def board(name: str, tally: Tally, ours: OurSide, cohort: int) -> Panel:
    """Return the board of a class; the same numbers make the same board."""
    rows = (Row(people_line(tally)), *funnel(tally), Row(our_side(ours)))
    foot = "" if cohort == ALONE else _more(tally)
    return Panel(f"{name}: {people_line(tally, bold='')}", name, rows, presses(cohort), foot)


def last(panel: Panel) -> Panel:
    """Return the board of a course that is over: it stays as it was, and says so."""
    return replace(panel, foot="This course is over. The board stays as it was.", changed_at=None)


def presses(cohort: int) -> tuple[Press, ...]:
    """Return the buttons of a class."""
    buttons = [button for button in BUTTONS if cohort != ALONE or button[0] not in NOT_ALONE]
    return tuple(Press(act, label, str(cohort), spoken=spoken) for act, label, spoken in buttons)


def people_line(tally: Tally, bold: str = "**") -> str:
    """Return how many need something, go on and are done; those who need something first."""
    counts = [
        ("🙋 ", tally.waiting, "waiting for help"),
        ("", tally.stuck, "stuck"),
        ("", tally.active, "active"),
        ("", tally.quiet, "quiet"),
        ("", tally.new, "not started"),
        ("", tally.done, "done"),
    ]
    always = ("active", "done")
    said = [f"{sign}{bold}{n}{bold} {what}" for sign, n, what in counts if n or what in always]
    return " · ".join(said)


def funnel(tally: Tally) -> tuple[Row, ...]:
    """Return the sections, a line each, under a line that says what stands where."""
    if not tally.started:
        return (Row("Nobody has started yet. This message follows along by itself."),)
    wide = len(str(tally.joined))
    columns = " ".join(f"{word:>{max(wide, len(word))}}" for word in COUNTS)
    head = f"{'':{BAR + 3}} {columns}  minutes of plan"
    return (Row(box="\n".join([head, *(_line(each, tally.joined, wide) for each in tally.sections)])),)


def _line(section: SectionTally, joined: int, wide: int) -> str:
    counts = zip(COUNTS, (section.past, section.inside, section.before), strict=True)
    numbers = " ".join(f"{count:>{max(wide, len(word))}}" for word, count in counts)
    # the title stands last: no script it is in can shift the columns
    return f"{section.id} {bar(section, joined)} {numbers}  {took(section):<{TOOK}}  {section.title}"


def bar(section: SectionTally, joined: int) -> str:
    """Return who is past, in and before a section as a bar; whoever is there shows, be it one of 500."""
    inside, before = bool(section.inside), bool(section.before)
    past = _signs(section.past, joined, BAR - inside - before)
    return (PAST * past + INSIDE * _signs(section.inside, joined, BAR - past - before)).ljust(BAR, BEFORE)


def _signs(part: int, whole: int, most: int) -> int:
    return min(max(round(BAR * part / whole), 1), most) if part else 0


def took(section: SectionTally) -> str:
    """Return the median time against the plan, in minutes; one that is half as long again is marked."""
    if section.median_s is None:
        return f"   – of {section.minutes:g}"
    minutes = section.median_s / 60
    shown = f"{minutes:>4.1f}" if minutes < 99.9 else f"{min(minutes, 999):>4.0f}"
    return f"{shown} of {section.minutes:g}{' !' if minutes > 1.5 * section.minutes else ''}"


def our_side(ours: OurSide) -> str:
    """Return how the host does, so that nobody looks for our faults among learners."""
    faults = ""
    if ours.faults:
        what = "1 check" if ours.faults == 1 else f"{ours.faults} checks"
        faults = f" {what} of the last hour failed on our side and cost nobody a try."
    if ours.trouble:
        return f"⚠️ **Our side:** {ours.trouble} No learner is to blame.{faults}"
    waits = {0: "no check waits", 1: "1 check waits"}.get(ours.queue, f"{ours.queue} checks wait")
    load = "works at full speed" if ours.strain < BUSY else "is busy" if ours.strain < SLOW else "is slow"
    return f"Our side: the host {load}, {waits}.{faults}"


def _more(tally: Tally) -> str:
    joined = f"{tally.joined} in the course" if tally.joined else ""
    invited = f"{tally.invited} invited" if tally.invited else ""
    queued = f"{tally.queued} still in another course" if tally.queued else ""
    return " · ".join(each for each in (joined, invited, queued) if each)
