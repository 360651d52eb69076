"""What instructors are told of a cohort that changes by itself, and its class when it ends. Pure."""

from __future__ import annotations

from bot.core import panels
from bot.core.cohorts.cohort import Cohort
from bot.core.cohorts.seat_words import called, day


def archived(cohort: Cohort) -> str:
    """Return what is said when the channel of a class was archived or deleted."""
    return (
        f"The channel of {called(cohort)} is archived, so I pause the cohort: I write nothing there, and nobody loses "
        "their place. Learners go on in their direct messages. Bring the channel back and invite me with "
        "`/invite @docent`, or end the cohort."
    )


def gone(cohort: Cohort) -> str:
    """Return what is said when we are no longer in the channel of a class."""
    return (
        f"I am no longer in the channel of {called(cohort)}, so I pause the cohort: I do not see who comes and goes, "
        "and nobody loses their place. Invite me again with `/invite @docent`, or end the cohort."
    )


def back(cohort: Cohort) -> str:
    """Return what is said when the channel is there again."""
    return f"I am in the channel of {called(cohort)} again, and the cohort goes on."


def renamed(cohort: Cohort, name: str) -> str:
    """Return what is said when the channel has another name."""
    return f"The channel of {called(cohort)} is called #{name} now. Nothing else changes."


def ran_out(cohort: Cohort) -> str:
    """Return what is said when the last day is over."""
    last = f" Its last day was {day(cohort.ends)}." if cohort.ends else ""
    return f"{called(cohort)} has ended.{last} Everybody keeps what they did."


def ended_by(cohort: Cohort, name: str) -> str:
    """Return what is said when an instructor ended it."""
    return f"{panels.called(name)} ended {called(cohort)}. Everybody keeps what they did."


def farewell(cohort: Cohort) -> str:
    """Return what the class reads at the end."""
    return (
        f"{called(cohort)} has ended. Thank you for taking part! Everything you did is kept: in our direct message "
        "you can go on alone, and **summary** shows what it came to."
    )


def fell_to_you(cohort: Cohort) -> str:
    """Return what is said to those to whom a cohort falls because nobody of its own is left."""
    return (
        f"Nobody who led {called(cohort)} is here any more, so it falls to you. Learners notice nothing. "
        "Change its instructors, or end it, on my Home."
    )


def one_less(cohort: Cohort, number: int) -> str:
    """Return what is said to those who are left."""
    who = "One instructor" if number == 1 else f"{number} instructors"
    return f"{who} of {called(cohort)} cannot lead it any more: they were dismissed or left the workspace. You lead on."


def made(cohort: Cohort, people: int) -> str:
    """Return what the maker of a cohort is told."""
    many = "nobody else is in the channel yet" if not people else f"{people} are invited"
    return f"{called(cohort)} is made: {many}. Whoever comes into the channel is invited, too. My Home shows it."
