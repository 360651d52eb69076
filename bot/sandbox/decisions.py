"""What was decided about learners' hand-ins goes into the log: hashes and codes, never contents."""

from __future__ import annotations

from dataclasses import asdict

import structlog

from bot.handin.decision import Decision
from bot.sandbox.names import Owner

log = structlog.get_logger(__name__)


def keep(owner: Owner, decision: Decision | None) -> None:
    """Log a decision about what this learner handed in."""
    if decision is not None:
        log.info("decision", learner=owner.learner, **asdict(decision))
