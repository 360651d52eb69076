"""The journal: readers that come and go, however slow, see every change once and in order."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.localslack.changes import BotCame, Journal


def journal(kept: int = 1000) -> Journal:
    return Journal(lambda: datetime(2026, 1, 31, tzinfo=UTC), kept)


@given(st.integers(0, 40), st.integers(0, 60), st.integers(1, 20))
def test_what_is_kept_is_told_in_order_and_what_is_not_is_admitted(told: int, since: int, kept: int) -> None:
    book = journal(kept)
    for n in range(told):
        book.tell(BotCame(n))
    after = book.after(since)
    if since > told or since < told - kept:
        assert after is None
    else:
        assert [c.seq for c in after or []] == list(range(since + 1, told + 1))


@given(st.lists(st.integers(0, 5), max_size=20))
def test_a_follower_sees_each_change_once_however_they_come(bursts: list[int]) -> None:
    async def run() -> list[int]:
        book = journal()
        seen: list[int] = []

        async def read() -> None:
            nonlocal seen
            async for change in book.follow(0):
                assert change is not None
                seen += [change.seq]

        reader = asyncio.create_task(read())
        for burst in bursts:
            for n in range(burst):
                book.tell(BotCame(n))
            await asyncio.sleep(0)
        while len(seen) < sum(bursts):
            await asyncio.sleep(0)
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)
        return seen

    assert asyncio.run(asyncio.wait_for(run(), 10)) == list(range(1, sum(bursts) + 1))


async def test_a_follower_that_fell_behind_is_told_so_and_goes_on() -> None:
    book = journal(kept=3)
    for n in range(10):
        book.tell(BotCame(n))
    follower = book.follow(2)
    assert await anext(follower) is None
    book.tell(BotCame(10))
    change = await anext(follower)
    assert change is not None
    assert change.seq == 11
    await follower.aclose()  # type: ignore[attr-defined]


def test_a_change_for_some_is_for_them_and_for_an_onlooker() -> None:
    book = journal()
    book.tell(BotCame(1), frozenset({"U1"}))
    book.tell(BotCame(2))
    some, everybody = book.after(0) or []
    assert [some.is_for(p) for p in ("U1", "U2", None)] == [True, False, True]
    assert everybody.is_for("U2")
