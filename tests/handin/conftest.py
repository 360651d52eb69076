"""A measure of work that does not depend on the machine."""

import time
from collections.abc import Callable

import pytest

Loops = Callable[[Callable[[], object]], float]


def _spent(do: Callable[[], object]) -> float:
    began = time.process_time()
    do()
    return time.process_time() - began


@pytest.fixture(scope="session")
def loops() -> Loops:
    """Return a function that tells how many million plain loop rounds a piece of work is worth on this machine."""
    million = min(_spent(lambda: sum(1 for _ in range(1_000_000))) for _ in range(3))
    return lambda do: _spent(do) / million
