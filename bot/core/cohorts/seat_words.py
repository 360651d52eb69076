"""What people are told of their seats, and instructors of their cohorts: short, plain, kind. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.core import panels
from bot.core.cohorts.cohort import Cohort
from bot.core.cohorts.roster import Count, Reply

NO_COURSE = (
    "You take no such course at the moment, so there is nothing to leave. You can learn on your own; **start** begins."
)
NOTHING_TO_JOIN = (
    "I know of no course that you could join. Courses live in channels: come into the channel of yours, and press "
    "**Join** there. On your own you can begin any time: say **start**."
)
COME_BACK = "Press **Join** in its channel, or say **join**, when you want to come back."
#: what Markdown would take for a sign of its own
_PLAIN = str.maketrans({"*": "∗", "`": "ʼ", "_": "＿", "~": "∼", "<": "‹", ">": "›", "[": "(", "]": ")"})
_MONTHS = ("January February March April May June July", "August September October November December")


def called(cohort: Cohort) -> str:
    """Return its name as it stands inside of a sentence, where nothing in it acts."""
    return f"“{panels.called(cohort.name.translate(_PLAIN))}”"


def day(when: date) -> str:
    """Return a day as people write it: 3 March 2026."""
    return f"{when.day} {' '.join(_MONTHS).split()[when.month - 1]} {when.year}"


def dates(cohort: Cohort) -> str:
    """Return when it takes place, '' when that is open."""
    if cohort.starts and cohort.ends:
        return f"{day(cohort.starts)} to {day(cohort.ends)}"
    if cohort.starts:
        return f"from {day(cohort.starts)}"
    return f"until {day(cohort.ends)}" if cohort.ends else ""


def answered(reply: Reply, cohort: Cohort, taken: Cohort | None) -> str:
    """Return what somebody who pressed Join is told, there where they pressed."""
    name = called(cohort)
    match reply:
        case Reply.WELCOME:
            return f"You are in: {name}. I wrote to you in our direct message, where you can begin."
        case Reply.ALREADY:
            return f"You take part in {name} already. We go on in our direct message."
        case Reply.LATER:
            when = f" on {day(cohort.starts)}" if cohort.starts else " soon"
            return f"You have a place in {name}. It begins{when}, and I write to you then."
        case Reply.WAITS:
            other = called(taken) if taken else "another course"
            return (
                f"You have a place in {name}, and it waits for you: you still take {other}, and one course at a time "
                "is how I work. When that one ends, this one is yours. To change now, say **leave** in our direct "
                "message."
            )
        case Reply.STRANGER:
            return f"{name} is for the people in its channel, and I do not see you there. Come in first, please."
        case Reply.OVER:
            return f"{name} has ended. You can learn on your own: say **start** in our direct message."


def seated(cohort: Cohort) -> str:
    """Return what is written to somebody who takes a course from now on."""
    until = f" It goes on until {day(cohort.ends)}." if cohort.ends else ""
    return f"You take part in {called(cohort)}.{until} {watched(cohort)} To get out of it, say **leave**."


def watched(cohort: Cohort) -> str:
    """Return who sees what of a learner."""
    if cohort.nameless:
        return "Your instructors see how far the class is, without names."
    return "Your instructors see how far you are, so that they can help."


def seated_alone(cohort: Cohort) -> str:
    """Return what is written to somebody who began without pressing Join."""
    return (
        f"You are in the channel of {called(cohort)}, so you take part in it. {watched(cohort)} "
        "If you would rather learn on your own, say **leave**."
    )


def choose(cohorts: Sequence[Cohort]) -> str:
    """Return what is asked of somebody who could join several courses."""
    names = "\n".join(f"- {called(each)}" for each in cohorts)
    return f"There is more than one course that you can join:\n\n{names}\n\nSay **join** and the name of one."


def turned(cohort: Cohort) -> str:
    """Return what is written to somebody whose waiting is over."""
    return f"Your place in {called(cohort)} is free now: it is the course you take. {watched(cohort)}"


def left(cohort: Cohort) -> str:
    """Return what somebody is told who left a course."""
    return (
        f"You do not take part in {called(cohort)} any more. Everything you did is kept, and you can go on alone. "
        f"{COME_BACK}"
    )


def left_channel(cohort: Cohort) -> str:
    """Return what is written to somebody who is no longer in the channel of their course."""
    return (
        f"You are no longer in the channel of {called(cohort)}, so you do not take part in it any more. "
        "Everything you did is kept, and you can go on alone."
    )


def newcomer(cohort: Cohort) -> str:
    """Return what is whispered to somebody who comes into the channel."""
    return (
        f"Welcome! Here we take a course together: {called(cohort)}. To take part, write `/docent join`, or press "
        "**Join** under my invitation in this channel."
    )


def joined_of(count: Count) -> str:
    """Return how many have joined."""
    if not count.people:
        return "Nobody is here yet."
    return f"{count.joined} of {count.people} have joined."


def need_role(user: str) -> str:
    """Return how somebody becomes an instructor."""
    return (
        "Only instructors can make a cohort, and you are none yet. Whoever runs Docent makes you one with "
        f"`docent instructors add {user}`; then try again. Nothing was changed."
    )
