"""What duties show on somebody's Home."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import structlog

from bot.core.panels import Panel
from bot.errors import DocentError
from bot.ports import Duty

log = structlog.get_logger(__name__)


def on_home(duties: Sequence[Duty]) -> Callable[[str], Awaitable[Sequence[Panel]]]:
    """Return a function that collects what these duties show on a person's Home; `duties` may still grow."""

    async def panels(user: str) -> Sequence[Panel]:
        found: list[Panel] = []
        for duty in duties:
            try:
                found += await duty.home(user) if duty.home else ()
            except DocentError as error:  # their own progress is shown in any case
                log.warning("not_on_home", duty=duty.name, error=str(error))
        return found

    return panels
