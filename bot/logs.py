"""One way to log: structlog on standard error, JSON for machines, short lines for people."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

QUIET = ("dbos", "slack_bolt", "slack_sdk", "aiohttp.access", "docker", "urllib3", "asyncio", "alembic")


def set_up(level: str, *, as_json: bool) -> None:
    """Configure logging for the whole process; other libraries speak from WARNING up."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    if as_json:
        shared.append(structlog.processors.dict_tracebacks)
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        # looked up for each line: whoever runs us inside a process of theirs may put another stream in its place
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
