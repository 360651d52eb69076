"""What is kept of learners who help each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.core.cohorts.peers import PeerOffer


class Peers(Protocol):
    """Who would help whom. Every call is one transaction."""

    async def answers(self) -> Mapping[str, bool | None]:
        """Return what everybody answered who was asked whether they would help; None: nothing yet."""
        ...

    async def answer(self, user: str, *, willing: bool | None) -> None:
        """Keep an answer in place of the one before; None: they are being asked."""
        ...

    async def offers(self) -> Sequence[PeerOffer]:
        """Return who was shown to whom, oldest first."""
        ...

    async def offer(self, offer: PeerOffer) -> bool:
        """Keep that somebody is shown to a learner; False when somebody was already, at this step."""
        ...
