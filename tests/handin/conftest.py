"""A measure of work that does not depend on the machine."""

import functools
import gc
import time
from collections.abc import Callable, Iterator

import pytest

Loops = Callable[[Callable[[], object]], float]
TRIES, FINE = 5, 1.0
#: what is so far below needs no loops of its own beside it
PLAINLY_FINE = FINE / 5


def _spent(do: Callable[[], object]) -> float:
    began = time.thread_time()
    do()
    return time.thread_time() - began


def _million() -> float:
    return _spent(lambda: sum(1 for _ in range(1_000_000)))


_first_million = functools.cache(_million)


@pytest.fixture
def loops() -> Iterator[Loops]:
    """Return a function that tells how many million plain loop rounds a piece of work is worth on this machine.

    The least of some tries: others on the machine can only make work look bigger, and too much work is too much each
    time. Plain loops are measured beside it, and the garbage of thousands of tests before is not ours to count.
    """

    def worth(do: Callable[[], object]) -> float:
        least = _spent(do) / _first_million()
        for _ in range(TRIES if least > PLAINLY_FINE else 0):
            least = min(least, _spent(do) / _million())
            if least < FINE:
                break
        return least

    gc.disable()
    yield worth
    gc.enable()
