"""What the radar reads of a class, and what it keeps."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from bot.core.cohorts.alerts import Alert
from bot.core.cohorts.clusters import KeptCluster
from bot.core.cohorts.radar import Trail
from bot.core.workshop import StepRef


class Trails(Protocol):
    """The record, as the radar reads it: what a learner is, and the checks of their step."""

    async def of(self, cohort: int) -> Sequence[Trail]:
        """Return everybody who takes this course, in one look; 0: who has started and sits in no course."""
        ...

    async def one(self, learner: str) -> Trail | None:
        """Return one learner."""
        ...

    async def handin(self, learner: str) -> str:
        """Return the last command that they typed or the name of the file that they wrote, '' for none."""
        ...


class StuckLearners(Protocol):
    """Who is stuck, for others who show it."""

    async def stuck(self, cohort: int) -> Collection[str]:
        """Return the user ids of who has an open alert for the step at which they are; 0: of who is in no course."""
        ...


class Alerts(StuckLearners, Protocol):
    """The alerts. Every call is one transaction."""

    async def live(self, cohort: int) -> Sequence[Alert]:
        """Return the open alerts of a cohort, and those of steps at which their learners are, oldest first."""
        ...

    async def elsewhere(self, cohorts: Collection[int]) -> Sequence[Alert]:
        """Return the open alerts of all other cohorts, but not of who is in none, oldest first."""
        ...

    async def of(self, learner: str, ref: StepRef) -> Alert | None:
        """Return the alert of this learner and step."""
        ...

    async def alert(self, alert: int) -> Alert | None:
        """Return the alert."""
        ...

    async def keep(self, alert: Alert) -> Alert:
        """Keep it in place of the one of its learner and step, and return it with its id."""
        ...


class Clusters(Protocol):
    """The clusters that instructors were told of. Every call is one transaction."""

    async def of(self, cohort: int) -> Sequence[KeptCluster]:
        """Return those of a cohort, oldest first."""
        ...

    async def cluster(self, cluster: int) -> KeptCluster | None:
        """Return the cluster."""
        ...

    async def keep(self, cluster: KeptCluster) -> KeptCluster:
        """Keep it in place of the one of its cohort and spot, and return it with its id."""
        ...
