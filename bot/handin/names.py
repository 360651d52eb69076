"""Names of things that are there already."""

from __future__ import annotations

import re

from bot.handin.plan import Refusal
from bot.handin.stopped import Stopped, stop

_EXISTING = re.compile(r"/?[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}")
MOST_NAMES = 50
_LONGEST = 255


def enough(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names when there are not too many of them, each cut to what a name can be. Raises `Stopped`."""
    if len(names) > MOST_NAMES:
        raise stop("TOO_MANY", f"I see {len(names)} names; up to {MOST_NAMES} at a time are fine.", str(len(names)))
    return tuple(name[:_LONGEST] for name in names)


def existing(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return names that containers can have; another is answered as Docker answers an unknown one.

    Raises `Stopped`.
    """
    for name in enough(names):
        if not _EXISTING.fullmatch(name):
            raise Stopped(
                Refusal(
                    "NO_SUCH_CONTAINER",
                    f"No container can be called `{name[:60]}`. `docker ps -a` shows the names.",
                    name[:200],
                    "docker ps -a",
                    docker=True,
                    exit_code=1,
                    words=f"Error response from daemon: No such container: {name[:200]}",
                )
            )
    return tuple(name.removeprefix("/") for name in names)
