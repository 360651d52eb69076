"""The form that makes or changes a cohort, and what it may say. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from bot.core.cohorts.cohort import NAME_LIMIT, NEW, Cohort
from bot.core.cohorts.seat_words import called, day
from bot.core.panels import Field, Kind, Sheet

MAKE, EDIT = "cohort.make", "cohort.edit"
NAME, CHANNEL, STAFF, PEOPLE, STARTS, ENDS, ALSO = "name", "channel", "staff", "people", "starts", "ends", "also"
NAMELESS, PEERS = "nameless", "peers"
ALSO_CHOICES = (
    (NAMELESS, "Figures only: instructors see no names and no work"),
    (PEERS, "Offer learners who are done to those who are stuck"),
)


@dataclass(frozen=True, slots=True)
class ChannelSeen:
    """A channel as we see it."""

    id: str
    name: str = ""
    archived: bool = False
    ours: bool = False  #: we are in it
    talk: bool = False  #: it is a direct message


@dataclass(frozen=True, slots=True)
class Wish:
    """A form as it was filled in; `mistakes` (field → sentence) say what cannot be read or cannot be."""

    cohort: Cohort
    mistakes: Mapping[str, str]


def new_sheet(user: str, channel: str) -> Sheet:
    """Return the form for a new cohort, whose maker leads it; `channel` may be ''."""
    blank = Cohort(NEW, "", channel, "", frozenset({user}))
    where = Field(
        CHANNEL, "Channel of the class", Kind.CHANNEL, channel, hint="Its members are the class. I have to be in it."
    )
    name, *others = _fields(blank)
    return Sheet(MAKE, "A new cohort", fields=(name, where, *others), submit="Make it")


def edit_sheet(cohort: Cohort) -> Sheet:
    """Return the form that changes a cohort."""
    return Sheet(EDIT, "Change the cohort", fields=_fields(cohort), about=str(cohort.id))


def _fields(cohort: Cohort) -> tuple[Field, ...]:
    also = "\n".join(name for name, on in ((NAMELESS, cohort.nameless), (PEERS, cohort.peers)) if on)
    starts, ends = (each.isoformat() if each else "" for each in (cohort.starts, cohort.ends))
    people = "\n".join(sorted(cohort.instructors))
    return (
        Field(NAME, "Name", Kind.LINE, cohort.name, hint=f"As learners read it; {NAME_LIMIT} characters at most."),
        Field(PEOPLE, "Instructors", Kind.PEOPLE, people, hint="They see the class, help and steer."),
        Field(
            STAFF,
            "Channel of the instructors",
            Kind.CHANNEL,
            cohort.staff_channel,
            hint="Names and work of learners are shown there. Without one, I write to each instructor.",
            optional=True,
        ),
        Field(STARTS, "First day", Kind.DAY, starts, hint="Empty: at once.", optional=True),
        Field(ENDS, "Last day", Kind.DAY, ends, hint="Empty: until you end it.", optional=True),
        Field(ALSO, "Also", Kind.MANY, also, ALSO_CHOICES, optional=True),
    )


def read_wish(filled: Mapping[str, str], before: Cohort, today: date) -> Wish:
    """Return the cohort that a form wants in place of `before`, with what is wrong with it."""
    mistakes: dict[str, str] = {}
    name = _line(filled.get(NAME, ""))
    if not name:
        mistakes[NAME] = "A cohort needs a name, such as “Docker in March”."
    elif len(name) > NAME_LIMIT:
        mistakes[NAME] = f"That name has {len(name)} characters; {NAME_LIMIT} fit. Please shorten it a little."
    people = frozenset(filled.get(PEOPLE, "").split())
    if not people:
        mistakes[PEOPLE] = "Somebody has to lead it: please name at least one instructor."
    starts, ends = (_day(filled, field, mistakes) for field in (STARTS, ENDS))
    if starts and ends and ends < starts:
        mistakes[ENDS] = f"The last day ({day(ends)}) comes before the first ({day(starts)}); please swap them."
    elif ends and ends < today:
        mistakes[ENDS] = f"{day(ends)} is over already. Choose today or later, or leave it empty."
    also = frozenset(filled.get(ALSO, "").split())
    cohort = replace(
        before,
        name=name,
        channel=filled.get(CHANNEL, before.channel),
        instructors=people,
        staff_channel=filled.get(STAFF, ""),
        starts=starts,
        ends=ends,
        nameless=NAMELESS in also,
        peers=PEERS in also,
    )
    return Wish(cohort, mistakes)


def _line(text: str) -> str:
    """Return the text as one line without control characters, which a terminal would obey."""
    return " ".join("".join(c for c in text if c.isspace() or unicodedata.category(c) != "Cc").split())


def _day(filled: Mapping[str, str], field: str, mistakes: dict[str, str]) -> date | None:
    text = filled.get(field, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        mistakes[field] = f"“{text[:40]}” is no day that I know; one looks like 2026-03-31."
        return None


def people_mistake(people: Collection[str], present: Collection[str], dismissed: Collection[str]) -> str:
    """Return why these people cannot lead, '' when they can."""
    if not frozenset(people) <= frozenset(present):
        return "One of them is a program, or has left the workspace. Please choose people who are here."
    if frozenset(people) & frozenset(dismissed):
        return "Whoever runs Docent made one of them an instructor no more. Please choose somebody else."
    return ""


def class_mistake(seen: ChannelSeen | None, there: Collection[Cohort], members: Collection[str], user: str) -> str:
    """Return why no cohort can be made in this channel, '' when one can; `there` are its running ones."""
    if seen is None or not (seen.ours or seen.archived or seen.talk):
        return "I am not in that channel. Invite me there with /invite @docent, then send this again."
    if seen.talk:
        return "A class needs a channel; that is a direct message. Choose a channel that I am in."
    if seen.archived:
        return f"#{seen.name} is archived, so nobody could write there. Bring it back first, or choose another."
    if there:
        return f"#{seen.name} has a cohort already: {called(next(iter(there)))}. End that one first, or choose another."
    if user not in members:
        return f"You are not in #{seen.name} yourself. Join it first, or let one of its members make the cohort."
    return ""


def staff_mistake(
    seen: ChannelSeen | None, cohort: Cohort, classes: Collection[Cohort], members: Collection[str], user: str
) -> str:
    """Return why instructors cannot read in this channel, '' when they can; `classes` have their learners there."""
    if seen is None or not (seen.ours or seen.archived or seen.talk):
        return "I am not in that channel. Invite me there with /invite @docent, then send this again."
    if seen.talk:
        return "That is a direct message. Choose a channel of the instructors, or leave this empty."
    if seen.archived:
        return f"#{seen.name} is archived, so I could not write there. Choose another, or leave this empty."
    if seen.id == cohort.channel or any(each.channel == seen.id for each in classes):
        return "Learners read that channel, and names and work are shown to instructors only. Choose another."
    if user not in members and seen.id != cohort.staff_channel:
        return f"You are not in #{seen.name} yourself. Join it first, or choose another."
    return ""
