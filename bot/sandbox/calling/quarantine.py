"""Containers that the engine cannot end: a process in a state that no signal reaches holds whoever waits for it.

Asking again would hold the next one too, so they are left alone for a while; each is said once, for the operator.
"""

from __future__ import annotations

import time

import structlog

log = structlog.get_logger(__name__)

AGAIN_S = 60.0  #: until the engine is asked once more
#: Source: moby `daemon/kill.go` and `daemon/delete.go`
SIGNS = ("did not receive an exit event", "could not kill", "device or resource busy")
SAY = "this container cannot be ended now; whoever runs this Docker host has been told"


class Quarantine:
    """The containers of one host that could not be ended."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def __len__(self) -> int:
        return len(self._until)

    def holds(self, container: str) -> bool:
        """Tell whether the engine is not to be asked about it yet."""
        return self._until.get(container, 0.0) > time.monotonic()

    def put(self, container: str, why: str) -> None:
        """Leave a container alone for a while."""
        if container not in self._until:
            log.error("container_cannot_be_ended", container=container, why=why)
        self._until[container] = time.monotonic() + AGAIN_S

    def release(self, container: str) -> None:
        """Forget one that is gone."""
        if self._until.pop(container, None) is not None:
            log.info("container_ended_at_last", container=container)
