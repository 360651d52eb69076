"""What was seen of a rehearsed class, judged by what stood on people's screens. Pure."""

from __future__ import annotations

import itertools
import re
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.authoring.classes.pupil import Went
from bot.authoring.classes.script import Part
from bot.authoring.classes.sightings import Sighting, Sightings
from bot.authoring.classes.teacher import BROADCAST, CLASS_HINT, CLUSTER, HAND_GATE, SHARE_GATE, STUCK, Led
from bot.core.cohorts.alerts import REASONS

EDIT_EVERY_S = 4.5  #: the board's five seconds, and what a machine is late by


class Attended(Protocol):
    """A learner after the class (`bot.authoring.classes.pupil.Pupil`)."""

    name: str
    part: Part
    went: Went

    @property
    def stuck_step(self) -> str:
        """Return the title of the step at which they are truly stuck, '' for most."""
        ...

    @property
    def id(self) -> str:
        """Return their user id."""
        ...


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked for. `ok` is None where there is nothing to expect."""

    about: str
    seen: str
    ok: bool | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """All of them, and what went wrong on the way."""

    rows: tuple[Finding, ...]
    faults: tuple[str, ...] = field(default=())
    took_s: float = 0.0

    @property
    def ok(self) -> bool:
        """Tell whether everything expected was seen, and nothing went wrong."""
        return not self.faults and all(row.ok is not False for row in self.rows)


def found(
    problems: Sequence[str], pupils: Sequence[Attended], led: Led, sightings: Sightings, *, pace: float, took_s: float
) -> Findings:
    """Return what was seen."""
    rows = (
        *_learners(pupils),
        *_alerts(pupils, sightings, pace),
        *_cluster(led, sightings),
        *_help(pupils, led, sightings),
        *_broadcast(led, sightings),
        *_gates(pupils, sightings),
        *_board(sightings),
        Finding("beyond Slack's tiers (unpaced, hastened)", "; ".join(problems) or "nothing"),
        Finding("instructor", ", ".join(f"{what} × {n}" if n > 1 else what for what, n in Counter(led.done).items())),
    )
    faults = (*led.faults, *(f"{pupil.id}: {fault}" for pupil in pupils for fault in pupil.went.faults))
    return Findings(rows, faults, took_s)


def _learners(pupils: Sequence[Attended]) -> Iterator[Finding]:
    through = sum(pupil.went.steps == len(pupil.part.stays) for pupil in pupils)
    yield Finding("learners", f"{len(pupils)}, of whom {through} played their part to the end")
    yield Finding("steps proved", str(sum(pupil.went.steps for pupil in pupils)))
    yield Finding("checks", str(sum(pupil.went.checks for pupil in pupils)))


def _alerts(pupils: Sequence[Attended], sightings: Sightings, pace: float) -> Iterator[Finding]:
    """Yield who was found of those who are stuck by what they do, how soon, and who else was."""
    alerts = [each for each in sightings.having(STUCK, who=sightings.follows, edited=False) if each.kind == "message"]
    delays: list[tuple[float, str]] = []
    missed: list[str] = []
    truly = {pupil.name: pupil for pupil in pupils if pupil.went.stuck_since is not None}
    for name, pupil in truly.items():
        since = pupil.went.stuck_since or 0.0
        # one of each step: who is slow there and then falls silent is told of once, early
        theirs = [each for each in alerts if tells_of(each, name) and pupil.stuck_step in each.text]
        if theirs:
            delays.append((max(0.0, (theirs[0].minute - since) * 60 / pace), f"{name}: {why_of(theirs[0])}"))
        else:
            missed.append(name)
    late = ""
    if delays:
        most, whose = max(delays)
        late = f"; alerted after {statistics.median(each for each, _ in delays):.1f} s (median), {most:.1f} s ({whose})"
    left = f"; missed: {', '.join(missed)}" if missed else ""
    yield Finding("truly stuck", f"{len(delays)} of {len(truly)} found{late}{left}", ok=bool(truly) and not missed)
    others = [each for each in alerts if not any(tells_of(each, name) for name in truly)]
    whys = Counter(why_of(each) for each in others)
    told = ", ".join(f"{count} {why}" for why, count in whys.items())
    yield Finding("alerts about others", f"{len(others)}{f' ({told})' if told else ''} of {len(alerts)}")
    over = [each for each in sightings.having(" later", who=sightings.follows, edited=True) if each.kind == "message"]
    yield Finding("alerts that came to an end", f"{len({each.ts for each in over})} of {len(alerts)}", ok=bool(over))


def why_of(alert: Sighting) -> str:
    """Return why somebody is thought to be stuck, as the alert says."""
    return next((why.value for why, said in REASONS.items() if said in alert.text.lower()), "?")


def tells_of(alert: Sighting, name: str) -> bool:
    """Tell whether an alert is about this person."""
    return name in alert.text.partition(STUCK)[0]


def _cluster(led: Led, sightings: Sightings) -> Iterator[Finding]:
    told = list(sightings.having(CLUSTER, who=sightings.follows, edited=False))
    words = told[0].text.splitlines()[0] if told else "none"
    yield Finding("clusters", f"{len({each.ts for each in told})}, the first: {words}", ok=bool(told))
    read = {each.who for each in sightings.having(CLASS_HINT) if each.who != sightings.follows}
    yield Finding("class hint", f"read by {len(read)}", ok=bool(read) and "class hint written" in led.done)


def _help(pupils: Sequence[Attended], led: Led, sightings: Sightings) -> Iterator[Finding]:
    """Yield how many questions, answers and replies came across, and how long it took."""
    asked = {question: at for pupil in pupils for question, at in pupil.went.asked.items()}
    thanked = {question: at for pupil in pupils for question, at in pupil.went.thanked.items()}
    for about, sent, to_us in (
        ("questions", asked, True),
        ("answers", led.answered, False),
        ("replies", thanked, True),
    ):
        came = [_came(sightings, question, at, to_us=to_us) for question, at in sent.items()]
        times = [each for each in came if each is not None]
        took = f", in {statistics.median(times):.2f} s (median), {max(times):.2f} s at most" if times else ""
        seen = f"{len(times)} of {len(sent)} came across{took}"
        yield Finding(f"help: {about}", seen, ok=len(times) == len(sent) > 0)


def _came(sightings: Sightings, question: str, at_s: float, *, to_us: bool) -> float | None:
    """Return after how many seconds somebody on the other side saw words with the question in them."""
    whole = re.compile(rf"{question}\b")
    for each in sightings.having(question):
        if (each.who == sightings.follows) is to_us and each.at_s >= at_s and whole.search(each.text):
            return each.at_s - at_s
    return None


def _broadcast(led: Led, sightings: Sightings) -> Iterator[Finding]:
    had = {each.who for each in sightings.having(BROADCAST) if each.who != sightings.follows}
    seen = f"read by {len(had)} of {led.broadcast_to} to whom it went"
    yield Finding("broadcast", seen, ok=len(had) == led.broadcast_to > 0)


def _gates(pupils: Sequence[Attended], sightings: Sightings) -> Iterator[Finding]:
    for number in (SHARE_GATE, HAND_GATE):
        told = next(iter(sightings.having(f"Gate {number} ", who=sightings.follows, edited=False)), None)
        waited = sum(number in pupil.went.at_gates for pupil in pupils)
        if told is None:
            yield Finding(f"gate {number}", f"never opened; {waited} waited", ok=False)
            continue
        count = re.search(r"(\d+) who waited", told.text)
        heard = {s.who for s in sightings.having("is open now") if f"{number} · " in s.text and s.who != told.who}
        at = f"opened in minute {told.minute:.0f}; {count[1] if count else '?'} waiting, {len(heard)} were told"
        yield Finding(f"gate {number}", at, ok=bool(count) and int(count[1] if count else -1) == len(heard) > 0)


def _board(sightings: Sightings) -> Iterator[Finding]:
    board = board_of(sightings)
    gaps = [later.at_s - earlier.at_s for earlier, later in itertools.pairwise(board)]
    often = f", {min(gaps):.1f} s apart at least, {statistics.median(gaps):.1f} s in the middle" if gaps else ""
    yield Finding("board", f"{len(board)} times edited{often}", ok=len(board) > 1 and min(gaps) >= EDIT_EVERY_S)


def board_of(sightings: Sightings) -> Sequence[Sighting]:
    """Return the edits of the message that was edited most often where instructors read."""
    edits: dict[str, list[Sighting]] = {}
    for each in sightings.seen:
        if each.who == sightings.follows and each.kind == "message" and each.edited and not each.thread:
            edits.setdefault(each.ts, []).append(each)
    return max(edits.values(), key=len, default=[])
