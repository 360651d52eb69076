"""Who is where, for instructors' eyes: everybody with a name and a page to find them on, most in need first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.cohorts.board.figures import nameless_rows
from bot.core.cohorts.board.panel import PEOPLE
from bot.core.cohorts.board.tally import QUIET, Marks, Roll
from bot.core.cohorts.cohort import Cohort
from bot.core.learner import Learner
from bot.core.map import finished, place, settled
from bot.core.panels import Field, Kind, Press, Row, Sheet, called
from bot.core.workshop import StepRef, Workshop

PAGE = 12  #: people on a page


class State(StrEnum):
    """How somebody does, as a filter."""

    ALL = "all"
    NEED = "need"  #: anything that an instructor could help with
    HELP = "help"  #: they asked for it
    STUCK = "stuck"
    ACTIVE = "active"
    QUIET = "quiet"
    NEW = "new"  #: has not pressed Start
    DONE = "done"


STATES = {
    State.ALL: "Everybody",
    State.NEED: "Who may need help",
    State.HELP: "Who waits for help",
    State.STUCK: "Who is stuck",
    State.ACTIVE: "Who is active",
    State.QUIET: "Who is quiet",
    State.NEW: "Who has not started",
    State.DONE: "Who is done",
}
ANYWHERE = "anywhere"
NO_NAME = "Somebody"  #: from a course that shows no names


@dataclass(frozen=True, slots=True)
class View:
    """A page of people. It is written into buttons, which anybody can forge, so reading refuses nothing."""

    cohort: int
    section: str = ANYWHERE
    state: State = State.ALL
    page: int = 0

    def __str__(self) -> str:
        """Return what a button carries."""
        return f"{self.cohort} {self.section} {self.state} {self.page}"

    @classmethod
    def parse(cls, text: str) -> View | None:
        """Return the view that a button carries; None when not even a cohort stands there."""
        cohort, section, state, page = (*text.split(), *[""] * 4)[:4]
        if not (cohort.isdecimal() and cohort.isascii() and len(cohort) < 10):
            return None
        number = int(page) if page.isdecimal() and page.isascii() and len(page) < 6 else 0
        return cls(int(cohort), section or ANYWHERE, State(state) if state in [*State] else State.ALL, number)


def people_sheet(workshop: Workshop, cohort: Cohort, roll: Roll, marks: Marks, view: View, now: datetime) -> Sheet:
    """Return the page of people that the view names, or the last there is; of a nameless cohort figures alone."""
    sections = ((ANYWHERE, "All sections"), *((each.id, f"{each.id} {each.title}") for each in workshop.sections))
    where = view.section if view.section in dict(sections) else ANYWHERE
    section = Field("section", "Where", Kind.ONE, where, sections)
    if cohort.nameless:
        rows = nameless_rows(workshop, roll.learners, "" if where == ANYWHERE else where)
        foot = Row("This course shows no names.")
        return Sheet(PEOPLE, "Who is where", (*rows, foot), (section,), "Show", str(view), fields_first=True)
    found = sought(workshop, roll, marks, replace(view, section=where), now)
    pages = max(1, -(-len(found) // PAGE))
    page = min(view.page, pages - 1)
    view = replace(view, section=where, page=page)
    shown = found[page * PAGE : (page + 1) * PAGE]
    state = Field("state", "Who", Kind.ONE, view.state, tuple((each.value, words) for each, words in STATES.items()))
    return Sheet(
        PEOPLE,
        "Who is where",
        (*_head(found, shown, roll, page), *(_row(workshop, each, marks, now) for each in shown)),
        (section, state),
        "Show",
        str(view),
        tuple(_turns(view, pages)),
        fields_first=True,
    )


def _head(found: Sequence[Learner], shown: Sequence[Learner], roll: Roll, page: int) -> Iterator[Row]:
    if not found:
        yield Row("Nobody is here now. Choose other people above.")
    else:
        first = page * PAGE + 1
        yield Row(f"{first} to {first + len(shown) - 1} of {len(found)}, who may need help first")
    if (unmet := roll.joined - len(roll.learners)) > 0:
        yield Row(f"{unmet} more joined whom I have not met.")


def _turns(view: View, pages: int) -> Iterator[Press]:
    # where they come from stands there too: the same button twice in a moment is taken for a double click
    if view.page:
        yield Press(PEOPLE, "Back", f"{replace(view, page=view.page - 1)} from {view.page}")
    if view.page < pages - 1:
        yield Press(PEOPLE, "Next", f"{replace(view, page=view.page + 1)} from {view.page}")


def sought(workshop: Workshop, roll: Roll, marks: Marks, view: View, now: datetime) -> list[Learner]:
    """Return whom the view is about, most in need first, then by name; the order of `roll` changes nothing."""
    here = [settled(workshop, _unnamed(each) if each.id in roll.hidden else each) for each in roll.learners]
    found = [
        each
        for each in here
        if view.section in (ANYWHERE, each.at.section if each.at else "") and _fits(workshop, each, marks, view, now)
    ]
    needs = {each.id: _urgency(workshop, each, marks, now) for each in found}
    return sorted(found, key=lambda each: (-needs[each.id], each.at is None, each.name.casefold(), each.id))


def _unnamed(learner: Learner) -> Learner:
    return replace(learner, name=NO_NAME)


def need(workshop: Workshop, learner: Learner, now: datetime) -> int:
    """Return how much help a learner seems to need: failed checks and hints weigh most, then silence. 0: none."""
    if learner.at is None or finished(workshop, learner) or learner.done(learner.at):
        return 0
    tries = min(learner.tries.get(learner.at, 0), 10)
    hints = min(learner.hints.get(learner.at, 0), 3)
    failing = learner.at in learner.failing
    quiet = learner.seen_at is not None and is_quiet(learner, now)
    return (2 * tries if failing else 0) + 3 * hints + (4 if quiet else 0)


def _urgency(workshop: Workshop, learner: Learner, marks: Marks, now: datetime) -> int:
    """Return need, with whoever asked for help before whoever is stuck before all others."""
    if learner.at is None or finished(workshop, learner):
        return 0
    asked, stuck = learner.id in marks.waiting, learner.id in marks.stuck
    return need(workshop, learner, now) + (1_000 if asked else 0) + (100 if stuck else 0)


def _fits(workshop: Workshop, learner: Learner, marks: Marks, view: View, now: datetime) -> bool:
    over = learner.at is not None and finished(workshop, learner)
    going = learner.at is not None and not over
    return {
        State.ALL: True,
        State.NEED: going and _urgency(workshop, learner, marks, now) > 0,
        State.HELP: going and learner.id in marks.waiting,
        State.STUCK: going and learner.id in marks.stuck,
        State.ACTIVE: going and not is_quiet(learner, now),
        State.QUIET: going and is_quiet(learner, now),
        State.NEW: learner.at is None,
        State.DONE: over,
    }[view.state]


def _row(workshop: Workshop, learner: Learner, marks: Marks, now: datetime) -> Row:
    name = called(learner.name)
    if learner.at is None:
        return Row(f"{name}\nhas not started")
    done = sum(ref in learner.passed for ref in workshop.order)
    skipped = sum(ref in learner.skipped and ref not in learner.passed for ref in workshop.order)
    share = f"{done}/{len(workshop.order)}" + (f" ({skipped} skipped)" if skipped else "")
    if finished(workshop, learner):
        return Row(f"{name} · **done** · {share}\n{_seen(learner, now)}")
    notes = " · ".join(_notes(learner, learner.at, marks, now))
    return Row(f"{name} · {place(workshop, learner.at)} · {share}\n{notes}")


def _notes(learner: Learner, at: StepRef, marks: Marks, now: datetime) -> Iterator[str]:
    """Yield what there is to say of somebody at a step, what calls for help first."""
    if learner.id in marks.waiting:
        yield "🙋 **waits for help**"
    if learner.id in marks.stuck:
        yield "**stuck**"
    if learner.open_attempt is not None:
        yield "checking now"
    if tries := learner.tries.get(at, 0):
        last = f", last `{learner.failing[at][1]}`" if at in learner.failing else ""
        yield f"{tries} {'try' if tries == 1 else 'tries'}{last}"
    if hints := learner.hints.get(at, 0):
        yield f"{hints} {'hint' if hints == 1 else 'hints'}"
    yield _seen(learner, now)


def _seen(learner: Learner, now: datetime) -> str:
    return f"seen {ago(now - learner.seen_at)}" if learner.seen_at else "not seen yet"


def is_quiet(learner: Learner, now: datetime) -> bool:
    """Tell whether there was no sign of life lately."""
    return learner.seen_at is None or now - learner.seen_at > QUIET


def ago(passed: timedelta) -> str:
    """Return how long ago something was, in words that need no time zone."""
    minutes = int(passed.total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    return f"{minutes // 60} h ago" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days ago"
