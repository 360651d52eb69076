"""The clock tells the time, and runs faster only where a rehearsal asks for it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from bot.wiring.clock import hastened, now, of_ours


def test_the_clock_tells_the_time() -> None:
    before = datetime.now(UTC)
    assert before <= now() <= datetime.now(UTC)


async def test_a_hastened_clock_never_goes_back_and_is_itself_again_afterwards() -> None:
    before = now()
    with hastened(3600):
        begun = now()
        while now() - begun < timedelta(minutes=5):  # a twelfth of a second of ours
            await asyncio.sleep(0.01)
        assert begun >= before
        assert of_ours(timedelta(seconds=1)) == timedelta(hours=1)
        assert datetime.now(UTC) < now()
    assert now() <= datetime.now(UTC)
