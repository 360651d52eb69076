"""One way to log: structlog on standard error, JSON for machines, short lines for people; no line holds a secret."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from bot.handin.secrets import HIDDEN, hidden

SHORTEST = 16  #: what is shorter is no secret of ours, and may be a part of any word
_CONCEALED: set[str] = set()  # of this process, as logging itself is

QUIET = ("dbos", "slack_bolt", "slack_sdk", "aiohttp.access", "docker", "urllib3", "asyncio", "alembic")


def conceal(*secrets: str) -> None:
    """Let these stand in no line that this process logs from now on."""
    _CONCEALED.update(secret for secret in secrets if len(secret) >= SHORTEST)


def redacted(line: str) -> str:
    """Return a line without our own secrets, and without what looks like one of others."""
    for secret in _CONCEALED:
        line = line.replace(secret, HIDDEN)
    return hidden(line)


class Discreet(logging.Formatter):
    """Formats what libraries log, tracebacks included, without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return redacted(super().format(record))


def set_up(level: str, *, as_json: bool) -> None:
    """Configure logging for the whole process; other libraries speak from WARNING up."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, *(_for_machines() if as_json else _for_people())],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        # looked up for each line: whoever runs us inside a process of theirs may put another stream in its place
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(Discreet("%(levelname)s %(name)s: %(message)s"))
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))


def _for_machines() -> list[Any]:
    # what variables held when something went wrong may be anything, also a secret that nobody knows by its look
    tracebacks = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)

    def discreet(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {name: _redacted(value) for name, value in event.items()}

    return [structlog.processors.ExceptionRenderer(tracebacks), discreet, structlog.processors.JSONRenderer()]


def _redacted(value: Any) -> Any:
    match value:
        case str():
            return redacted(value)
        case dict():
            return {name: _redacted(part) for name, part in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_redacted(part) for part in value]
        case bool() | int() | float() | None:
            return value
        case _:
            return redacted(repr(value))


def _for_people() -> list[Any]:
    render = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )

    def discreet(logger: Any, name: str, event: MutableMapping[str, Any]) -> str:
        return redacted(render(logger, name, event))

    return [discreet]
