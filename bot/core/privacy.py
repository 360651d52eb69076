"""What people are told of what is kept about them, and for how long it is; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.panels import Panel, Press, Row, Tone, called

SEE, SEND, ASK, DELETE, KEEP = "privacy.see", "privacy.send", "privacy.ask", "privacy.delete", "privacy.keep"
NOTICE = timedelta(days=14)  #: between the word that somebody will be deleted and the deed
FOREVER = timedelta(0)

NOTHING_CHANGED = "Nothing was deleted. Everything is as it was."
DELETED = (
    "Done: everything that I kept about you is deleted, and I know you no more. Your messages here are Slack's; you "
    "can delete those yourself. If you ever want to begin anew, say **start**."
)
LATER = (
    "Your wish is noted. I cannot reach the host with your containers right now, which is on our side: as soon as I "
    "can, I delete everything, and tell you here. You need do nothing more."
)
SENT = "This is everything that I keep about you. Open `records.json` with any text editor; your files are beside it."
GONE = "What stood here was about somebody who had everything about them deleted."
NO_ONE = "I keep nothing about you."


@dataclass(frozen=True, slots=True)
class Holding:
    """What is kept of somebody, in figures, and who sees it."""

    records: int
    files: int
    course: str = ""  #: name of the course they take
    nameless: bool = False  #: its instructors see figures only
    leads: tuple[str, ...] = ()  #: courses whose instructor they are
    keep_days: int = 0  #: 0: until they delete it


def panel(holding: Holding) -> Panel:
    """Return what is kept of them, for how long, who sees it, and what they can do about it."""
    what = (
        "**What I keep about you**\n"
        "- your name in Slack, where you are in the workshop, what you passed, answered, took as hints, your checks\n"
        "- what you gave me for that: your files and what they were before, your commands and what came of them, your "
        "feedback, your questions to instructors\n"
        "- on the host: your containers, images and volumes\n"
        f"Right now these are **{holding.records}** records and **{holding.files}** files."
    )
    rows = (Row(what), Row(_how_long(holding)), Row(_who_sees(holding)))
    presses = (
        Press(SEND, "Send me everything", tone=Tone.MAIN),
        Press(ASK, "Delete everything …", tone=Tone.RISKY),
    )
    return Panel("What I keep about you, and who sees it", "What I keep about you", rows, presses, foot=SLACKS_OWN)


NOBODY_ELSE = "Whoever runs me can reach the records. Nobody else: nothing of it is ever posted in a class's channel."
SLACKS_OWN = "What you and I write to each other here is kept by Slack, not by me: your workspace's rules hold for it."


def _how_long(holding: Holding) -> str:
    head = "**For how long**\n"
    if not holding.keep_days:
        return f"{head}Until you delete it. Unused containers are put away much earlier."
    return (
        f"{head}Until you delete it, or until I have not seen you for {holding.keep_days} days; I write to you two "
        "weeks before. Unused containers are put away much earlier."
    )


def _who_sees(holding: Holding) -> str:
    head = "**Who sees it**\n"
    course = f"**{called(holding.course)}**" if holding.course else "your course"
    if holding.nameless:
        seen = f"In {course} instructors see figures of the whole class, without names and without work."
    elif holding.course:
        seen = f"The instructors of {course}: your name, how far you are, what your last check said, what you ask them."
    else:
        seen = (
            "You take no course. Instructors of this workspace can see your name, how far you are, and your feedback."
        )
    return f"{head}{seen} {NOBODY_ELSE}"


def sure_panel(holding: Holding) -> Panel:
    """Return what goes when everything is deleted, and what cannot come back."""
    goes = [
        "your progress, answers and checks; one that is running is stopped",
        "your files and all that they were before, your notebook, your feedback, your questions to instructors",
        "your containers, images and volumes, and what you pushed to the class's registry with its passwords",
        "my messages about you where instructors read are emptied",
    ]
    if holding.course:
        goes.append(f"your seat in {called(holding.course)}")
    if holding.leads:
        goes.append(f"your part as an instructor of {', '.join(called(each) for each in holding.leads)}")
    listed = "\n".join(f"- {each}" for each in goes)
    text = f"**This goes, for good:**\n{listed}\nNobody can bring it back, not even I. You may begin anew at any time."
    presses = (
        Press(
            DELETE,
            "Yes, delete everything",
            tone=Tone.RISKY,
            sure="Everything about you is deleted now and cannot come back.",
        ),
        Press(SEND, "Send me everything first"),
        Press(KEEP, "No, keep it", tone=Tone.MAIN),
    )
    return Panel("Delete everything that I keep about you?", "Delete everything?", (Row(text),), presses)


def notice(until: datetime, seen: datetime) -> Panel:
    """Return the word that somebody is going to be deleted."""
    text = (
        f"I have not seen you since {seen:%d %B %Y}. Whoever runs me keeps nothing for longer than it is used: on "
        f"**{until:%d %B %Y}** I delete everything about you, your progress too. To keep it, say anything here; "
        "**status** will do."
    )
    rows = (Row(text),)
    return Panel(text.replace("**", ""), rows=rows, presses=(Press(SEND, "Send me everything"),))


def count_of(people: int, cohorts: int, days: int) -> str:
    """Return what instructors are told of what was deleted: a count."""
    who = [_some(people, "person"), _some(cohorts, "course")]
    told = " and ".join(each for each in who if each)
    return f"As it is set (`keep_days`), I deleted {told}: not seen, or over, for {days} days."


def _some(number: int, what: str) -> str:
    plural = {"person": "people"}.get(what, f"{what}s")
    return f"{number} {what if number == 1 else plural}" if number else ""


@dataclass(frozen=True, slots=True)
class Leave:
    """Nothing is due."""


@dataclass(frozen=True, slots=True)
class Tell:
    """Tell them that they will be deleted then."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete everything of theirs."""


Due = Leave | Tell | Delete


def due(seen: datetime, told: datetime | None, now: datetime, keep: timedelta) -> Due:
    """Return what is due for somebody who was last seen then.

    However late we look, two weeks lie between the word and the deed; whoever comes in between is told anew.
    """
    if keep == FOREVER:
        return Leave()
    if told is None or told < seen:
        until = max(seen + keep, now + NOTICE)
        return Tell(until) if now >= seen + keep - NOTICE else Leave()
    return Delete() if now >= max(seen + keep, told + NOTICE) else Leave()
