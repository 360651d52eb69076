"""Let one process at a time work on a data folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import OperatorError


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Hold the lock file while the block runs; the kernel lets go of it however the process ends.

    Raises: `OperatorError` when another process holds it, naming its process id.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise OperatorError(
                f"Another Docent (process {holder}) already works in {path.parent}: stop it, or give this one "
                "a data folder of its own."
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
