"""What reports are made from, and who makes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.core.cohorts.cohort import Cohort
from bot.core.cohorts.figures import Record
from bot.core.ending.certificate import Certificate
from bot.ports.talking import Keepsake


class Part(StrEnum):
    """One kind of file of a report."""

    SUMMARY = "md"  #: in words
    PICTURES = "png"
    TABLES = "csv"
    EVENTS = "jsonl"


@dataclass(frozen=True, slots=True)
class Wish:
    """Which report is wanted. `cohort` 0 is everybody, in a cohort or not."""

    cohort: int
    parts: frozenset[Part] = frozenset(Part)
    names: bool = True  #: a nameless cohort has none whatever is wished


class Results(Protocol):
    """What is kept of classes. Read in pieces: nobody else waits for it."""

    async def record(self, cohort: int) -> Record | None:
        """Return what is kept of a cohort; of everybody for 0; None when there is no such cohort."""
        ...

    async def cohorts(self) -> Sequence[Cohort]:
        """Return every cohort, ended ones too, oldest first."""
        ...


class Reports(Protocol):
    """Makes reports."""

    async def make(self, wish: Wish) -> Sequence[Keepsake]:
        """Return the files of a report, the summary first; pictures say what they show.

        It takes seconds and holds up nobody. Raises `HostError` when it cannot be made.
        """
        ...


class Badges(Protocol):
    """Signs certificates so that other systems can tell that they are ours."""

    async def sign(self, given: Certificate, number: str, at: datetime) -> str:
        """Return the Open Badge of a certificate as a signed JWT; `at` is when it was earned. Raises `HostError`."""
        ...
