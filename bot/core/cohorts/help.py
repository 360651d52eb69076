"""A help thread as a value (contract): one question of a learner, in their direct message and with the instructors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from statistics import median

NEW = 0
REOPEN_WITHIN = timedelta(days=1)  #: words in a closed thread open it again for so long
PRIVATE = "//"  #: a reply of an instructor that begins so stays among instructors
LATELY = timedelta(days=7)  #: answers of so long tell how long one usually waits
ENOUGH = 3  #: answers; of fewer nothing is promised
IN_SIGHT = 5  #: of a longer line nobody is told the number, so that none of these messages grows old


@dataclass(frozen=True, slots=True)
class HelpThread:
    """One question. A place is `channel/ts` of the message that its thread hangs on."""

    id: int
    cohort: int
    learner: str
    name: str  #: as instructors may read it
    question: str
    step: str  #: where they were, in words
    tried: str  #: what had come of it
    asked_at: datetime
    waits_since: datetime | None  #: None: the last word is an instructor's
    root: str = ""  #: the learner's place
    places: tuple[str, ...] = ()  #: the instructors' places
    holder: str = ""  #: the instructor who has it
    holder_name: str = ""
    answered_at: datetime | None = None  #: for the first time
    closed_at: datetime | None = None
    closed_by: str = ""  #: how that is said: "by Barbara"
    told_private: bool = False  #: instructors were told once what `//` does

    @property
    def open(self) -> bool:
        """Tell whether it is going on."""
        return self.closed_at is None

    def claimed(self, user: str, name: str) -> HelpThread:
        """Return it as this instructor's."""
        return replace(self, holder=user, holder_name=name)

    def released(self) -> HelpThread:
        """Return it as nobody's."""
        return replace(self, holder="", holder_name="")

    def answered(self, user: str, name: str, now: datetime) -> HelpThread:
        """Return it after an instructor's reply: whoever replies to what nobody has, has it."""
        kept = self if self.holder else self.claimed(user, name)
        return replace(kept, answered_at=self.answered_at or now, waits_since=None)

    def asked_on(self, now: datetime) -> HelpThread:
        """Return it after more words of the learner."""
        return replace(self, waits_since=self.waits_since or now)

    def closed(self, how: str, now: datetime) -> HelpThread:
        """Return it closed; `how` says by whom or why."""
        return replace(self, closed_at=now, closed_by=how, waits_since=None)

    def reopened(self, now: datetime) -> HelpThread | None:
        """Return it open again, None when it has been closed for too long."""
        if self.closed_at is not None and now - self.closed_at > REOPEN_WITHIN:
            return None
        return replace(self, closed_at=None, closed_by="")


@dataclass(frozen=True, slots=True)
class HelpLine:
    """One message in a help thread, on its way to the other side."""

    thread: int
    source: str  #: `channel/ts` of what somebody wrote
    by: str
    name: str
    text: str  #: '' once it is passed on
    files: int
    at: datetime
    private: bool = False  #: among instructors
    passed: Mapping[str, str] = field(default_factory=dict)  #: place → ts of what was posted there


def before(thread: HelpThread, waiting: Sequence[HelpThread]) -> int:
    """Return how many of a course wait for longer."""
    since = thread.waits_since
    if since is None:
        return 0
    return sum(
        1 for each in waiting if each.id != thread.id and each.waits_since is not None and each.waits_since < since
    )


def usual_min(waits_s: Sequence[float]) -> int:
    """Return after how many minutes questions were answered lately (the median), 0 where too few were."""
    return max(1, round(median(waits_s) / 60)) if len(waits_s) >= ENOUGH else 0


def is_private(text: str) -> bool:
    """Tell whether a reply of an instructor is for instructors."""
    return text.lstrip().startswith(PRIVATE)
