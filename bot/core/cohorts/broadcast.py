"""One message of an instructor to many: who gets it, and how it is asked for, shown before and told about. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.core.cohorts.cohort import Cohort
from bot.core.cohorts.help_panels import quoted
from bot.core.learner import Learner
from bot.core.map import finished, settled
from bot.core.panels import Field, Kind, Panel, Press, Row, Sheet, Tone, called
from bot.core.workshop import Workshop

NEW = 0
WRITE, SEND = "broadcast.write", "broadcast.send"
ALL, UNSTARTED, UP_TO = "all", "unstarted", "upto:"

NOTHING = "Write what they should read."
TOO_LONG = "That is too long for one message; 3,000 characters are the most."
MOST = 3_000
SENT_BEFORE = "This was sent already; nothing goes out twice."
NO_COURSE = "You lead no course (any more)."
UNKNOWN = "Choose who gets it."


class Stage(StrEnum):
    """How far a broadcast is."""

    DRAFT = "draft"
    SENDING = "sending"
    DONE = "done"


class Fate(StrEnum):
    """What came of it for one person."""

    WAITING = "waiting"
    TRYING = "trying"  #: it is being sent just now
    SENT = "sent"
    LEFT = "left"  #: they left the course before it was their turn
    FAILED = "failed"  #: Slack did not take it
    UNSURE = "unsure"  #: we were stopped while it was being sent


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A message, written by an instructor."""

    id: int
    cohort: int
    by: str
    name: str  #: of who wrote it
    text: str
    audience: str  #: `all`, `unstarted` or `upto:SECTION`
    stage: Stage = Stage.DRAFT
    place: str = ""  #: `channel/ts` of what tells its author how far it is


def audiences(workshop: Workshop) -> Sequence[tuple[str, str]]:
    """Return whom one can write to: value and label."""
    upto = [(f"{UP_TO}{each.id}", f"Who is at {each.id} · {each.title}, or before") for each in workshop.sections]
    return [(ALL, "Everybody in the course"), (UNSTARTED, "Who has not started"), *upto][:100]


def recipients(
    workshop: Workshop, audience: str, seated: Collection[str], learners: Mapping[str, Learner]
) -> Sequence[str]:
    """Return who of those in the course gets it, in order of user ids."""
    return [user for user in sorted(seated) if _meant(workshop, audience, learners.get(user))]


def _meant(workshop: Workshop, audience: str, learner: Learner | None) -> bool:
    if audience == ALL:
        return True
    at = settled(workshop, learner).at if learner else None
    if at is None or learner is None:
        return True  # who has not started is before every section
    sections = [section.id for section in workshop.sections]
    last = audience.removeprefix(UP_TO)
    if audience == UNSTARTED or last not in sections or finished(workshop, learner):
        return False
    return sections.index(at.section) <= sections.index(last)


def writing(workshop: Workshop, cohorts: Sequence[Cohort], draft: Broadcast | None) -> Sheet:
    """Return the form; one course is not asked about."""
    fields = [
        Field("text", "What should they read?", Kind.TEXT, draft.text if draft else "", hint="As it is: no formats.")
    ]
    fields.append(Field("to", "Who gets it?", Kind.ONE, draft.audience if draft else ALL, tuple(audiences(workshop))))
    if len(cohorts) > 1:
        choices = tuple((str(each.id), each.name) for each in cohorts[:100])
        chosen = str(draft.cohort) if draft else choices[0][0]
        fields.insert(0, Field("course", "Which course?", Kind.ONE, chosen, choices))
    return Sheet(WRITE, "Write to learners", fields=tuple(fields), submit="Look at it first")


def preview(broadcast: Broadcast, course: str, people: int, of: int) -> Sheet:
    """Return what will go out, and to how many; nothing has been sent."""
    if not people:
        rows = (Row(f"Nobody of **{called(course)}** would get this, so there is nothing to send."),)
        return Sheet(SEND, "Look at it first", rows, presses=(_change(broadcast),))
    whom = f"**{people}** of {of} people" if people != 1 else f"**1** of {of} people"
    head = Row(f"This goes to {whom} in **{called(course)}**, each in their direct message. Nothing is sent yet.")
    send = Press(SEND, f"Send to {people}", str(broadcast.id), Tone.MAIN)
    return Sheet(SEND, "Look at it first", (head, *words(broadcast, course).rows), presses=(send, _change(broadcast)))


def _change(broadcast: Broadcast) -> Press:
    return Press(WRITE, "Change it", str(broadcast.id))


def on_its_way() -> Sheet:
    """Return what the form shows once it was sent."""
    return Sheet(SEND, "Sent", (Row("It is on its way. In our direct message I tell you how far it is."),))


def words(broadcast: Broadcast, course: str) -> Panel:
    """Return what each of them reads."""
    name = called(broadcast.name)
    rows = (
        Row(f"**{name}** writes to you, for **{called(course)}**:"),
        *(Row(quote=e) for e in quoted(broadcast.text)),
    )
    return Panel(f"{name}: {' '.join(broadcast.text.split())[:300]}", rows=rows)


def progress(course: str, fates: Mapping[Fate, int]) -> Panel:
    """Return how far it is, for its author."""
    total = sum(fates.values())
    ahead = fates.get(Fate.WAITING, 0) + fates.get(Fate.TRYING, 0)
    begun = "is on its way" if ahead else "has gone out"
    text = f"Your message to **{called(course)}** {begun}: {fates.get(Fate.SENT, 0)} of {total} have it."
    more = [
        (Fate.LEFT, "left the course before, and got none"),
        (Fate.FAILED, "could not be reached"),
        (Fate.UNSURE, "may or may not have it: I was restarted in that moment"),
    ]
    said = [f"{fates[fate]} {what}" for fate, what in more if fates.get(fate)]
    rows = (Row(text), *(Row(each) for each in said))
    return Panel(text.replace("**", ""), rows=rows)
