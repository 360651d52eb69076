"""Who may work on a host: in a class nobody before it was looked at and nobody on one that fails; alone, always."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import ChatError, EngineDown, HostError, HostUnsafe, ImageMissing
from bot.sandbox.gate import keeper as keeping
from bot.sandbox.gate.judging import Finding, Place, Verdict
from bot.sandbox.gate.keeper import BLIND_MOST, EVERY, NOTE, UNSAFE, Keeper
from bot.sandbox.gate.truth import Profile, Row, Truth
from bot.sandbox.gate.words import HOLDS_AGAIN, MOST, gate_note

BEGIN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def row(verdict: Verdict, name: str = "io_uring", *, essential: bool = False) -> Row:
    return Row(name, Place.RUN, "tries it", "refused", Finding(verdict, "it was done"), "mend it", essential)


GOOD, BAD, BLIND = (Truth((row(v),)) for v in (Verdict.HELD, Verdict.NOT_HELD, Verdict.COULD_NOT_TELL))


class Host:
    """A host that is as the test says, and counts how often it is looked at."""

    def __init__(self, truth: Truth | HostError = GOOD) -> None:
        self.truth = truth
        self.started = "first"
        self.down = False
        self.looks = 0
        self.may_look = asyncio.Event()
        self.may_look.set()

    async def look(self) -> Truth:
        await self.may_look.wait()
        self.looks += 1
        if isinstance(self.truth, HostError):
            raise self.truth
        return self.truth

    async def mark(self) -> str:
        if self.down:
            raise EngineDown("nobody")
        return self.started


class Notes:
    """Remembers in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    async def note(self, key: str) -> str:
        return self.kept.get(key, "")

    async def remember(self, key: str, value: str) -> None:
        self.kept[key] = value


class Scene:
    """A keeper at work, what the instructors heard, and a clock that the test moves."""

    def __init__(self, host: Host, notes: Notes, profile: Profile = "class") -> None:
        self.host, self.notes = host, notes
        self.keeper = Keeper(host, profile)
        self.now = BEGIN
        self.told: list[list[str]] = []
        self.deaf = False
        self.rounds = 0

    async def tell(self, failed: Sequence[Row]) -> bool:
        if self.deaf:
            raise ChatError("no channel")
        self.told.append([each.name for each in failed])
        return True

    def clock(self) -> datetime:
        self.rounds += 1
        return self.now

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not holds():
                await asyncio.sleep(0.002)

    async def some_rounds(self) -> None:
        """Let the keeper come by three times more."""
        enough = self.rounds + 3
        await self.until(lambda: self.rounds >= enough)


@asynccontextmanager
async def kept(host: Host, notes: Notes | None = None, profile: Profile = "class") -> AsyncIterator[Scene]:
    scene = Scene(host, notes or Notes(), profile)
    task = asyncio.create_task(scene.keeper.keep(scene.notes, scene.tell, scene.clock, every_s=0.002))
    try:
        yield scene
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_in_a_class_work_waits_for_the_first_look_and_goes_on_where_all_holds() -> None:
    host = Host()
    host.may_look.clear()
    async with kept(host) as scene:
        work = asyncio.create_task(scene.keeper.admit())
        await asyncio.sleep(0)
        assert not work.done()
        assert scene.keeper.refusal
        host.may_look.set()
        await work
        assert scene.keeper.refusal == ""
        await scene.some_rounds()
        assert scene.told == []


async def test_in_a_class_a_failed_gate_refuses_work_and_instructors_are_told_once_and_when_it_holds_again() -> None:
    host = Host(BAD)
    async with kept(host) as scene:
        with pytest.raises(HostUnsafe, match="instructors know"):
            await scene.keeper.admit()
        await scene.until(lambda: bool(scene.told))
        scene.now += EVERY
        await scene.until(lambda: host.looks == 2)
        await scene.some_rounds()
        assert scene.told == [["io_uring (run)"]]
        host.truth = GOOD
        scene.now += EVERY
        await scene.until(lambda: len(scene.told) == 2)
        assert scene.told[1] == []
        await scene.keeper.admit()


async def test_alone_at_home_nothing_waits_and_nobody_is_told() -> None:
    host = Host(BAD)
    host.may_look.clear()
    async with kept(host, profile="try") as scene:
        await scene.keeper.admit()
        host.may_look.set()
        await scene.until(lambda: host.looks == 1)
        await scene.some_rounds()
        await scene.keeper.admit()
        assert (scene.told, scene.keeper.refusal) == ([], "")


async def test_the_host_is_looked_at_hourly_and_not_more_often() -> None:
    async with kept(Host()) as scene:
        await scene.until(lambda: scene.host.looks == 1)
        scene.now += EVERY - timedelta(seconds=1)
        await scene.some_rounds()
        assert scene.host.looks == 1
        scene.now += timedelta(seconds=1)
        await scene.until(lambda: scene.host.looks == 2)


async def test_an_engine_that_was_started_anew_is_looked_at_before_work_goes_on() -> None:
    host = Host()
    async with kept(host) as scene:
        await scene.keeper.admit()
        host.may_look.clear()
        host.started = "second"
        await scene.until(lambda: bool(scene.keeper.refusal))
        work = asyncio.create_task(scene.keeper.admit())
        await asyncio.sleep(0)
        assert not work.done()
        host.may_look.set()
        await work
        assert host.looks == 2


async def test_an_engine_that_was_away_is_looked_at_anew_though_it_seems_the_same() -> None:
    host = Host()
    async with kept(host) as scene:
        await scene.keeper.admit()
        host.down = True
        await scene.until(lambda: scene.keeper._mark == "")
        host.down = False
        await scene.until(lambda: host.looks == 2)


async def test_a_look_that_found_all_well_outlives_a_restart_of_the_bot_for_an_hour() -> None:
    notes = Notes()
    async with kept(Host(), notes) as scene:
        await scene.keeper.admit()
        await scene.until(lambda: bool(notes.kept.get(NOTE)))
    async with kept(Host(BAD), notes) as again:
        await again.keeper.admit()
        assert again.host.looks == 0
        again.now += EVERY
        await again.until(lambda: again.host.looks == 1)
        assert again.keeper.refusal == UNSAFE
    another = Host(BAD)
    another.started = "another"
    async with kept(another, notes) as elsewhere:
        with pytest.raises(HostUnsafe):
            await elsewhere.keeper.admit()


async def test_a_look_that_failed_is_not_remembered() -> None:
    notes = Notes()
    async with kept(Host(), notes) as scene:
        await scene.until(lambda: bool(notes.kept.get(NOTE)))
        scene.host.truth = BAD
        scene.now += EVERY
        await scene.until(lambda: notes.kept[NOTE] == "")


async def test_what_held_and_cannot_be_tried_for_a_moment_closes_no_class_but_not_for_ever() -> None:
    host = Host()
    async with kept(host) as scene:
        await scene.keeper.admit()
        host.truth = BLIND
        scene.now += EVERY
        await scene.until(lambda: host.looks == 1 + BLIND_MOST)
        await scene.until(lambda: scene.keeper.refusal == UNSAFE)
        assert host.looks >= 2 + BLIND_MOST


async def test_what_was_never_tried_does_not_hold() -> None:
    async with kept(Host(BLIND)) as scene:
        with pytest.raises(HostUnsafe):
            await scene.keeper.admit()


async def test_who_waits_too_long_for_the_first_look_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "FIRST_S", 0.01)
    host = Host()
    host.may_look.clear()
    async with kept(host) as scene:
        with pytest.raises(HostUnsafe, match="whether this host is safe"):
            await scene.keeper.admit()


async def test_nobody_waits_for_a_look_that_cannot_be_had_and_it_is_tried_again() -> None:
    host = Host(ImageMissing("no canary"))
    async with kept(host) as scene:
        with pytest.raises(HostUnsafe, match="whether this host is safe"):
            await scene.keeper.admit()
        host.truth = GOOD
        await scene.until(lambda: not scene.keeper.refusal)
        await scene.keeper.admit()


async def test_instructors_without_a_channel_are_told_with_a_later_look() -> None:
    async with kept(Host(BAD)) as scene:
        scene.deaf = True
        await scene.until(lambda: scene.host.looks == 1)
        scene.deaf = False
        scene.now += EVERY
        await scene.until(lambda: bool(scene.told))


def test_instructors_read_which_limit_and_how_to_mend_it() -> None:
    said = gate_note([row(Verdict.NOT_HELD)]).text
    assert "a limit that a class needs" in said
    assert "**io_uring (run)**: it was done. To mend it: mend it." in said
    many = gate_note([row(Verdict.NOT_HELD, f"limit {n}") for n in range(MOST + 3)]).text
    assert f"{MOST + 3} limits" in many
    assert "and 3 more" in many
    assert gate_note([]).text == HOLDS_AGAIN
