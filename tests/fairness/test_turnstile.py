"""Commands and builds of a whole class: bounded together, fair to each, and nobody waits for nothing."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress

import pytest

from bot.errors import EngineDown
from bot.fairness.turnstile import Slots, Turnstile, Work, work_of
from bot.handin.command import read_commands
from bot.handin.plan import Output, Plan, Refusal
from bot.ports import Progress, Sandbox
from tests.fakes import MemorySandbox


def plan_of(line: str) -> Plan:
    (command,) = read_commands(line)
    assert not isinstance(command.plan, Refusal)
    return command.plan


BUILD, LIST = plan_of("docker build -t web ."), plan_of("docker ps")


class SlowSandbox(MemorySandbox):
    """Each command waits for `step`; remembers whose ran, and how many at once."""

    def __init__(self) -> None:
        super().__init__()
        self.began: list[str] = []
        self.now: Counter[str] = Counter()
        self.most = 0
        self.step = asyncio.Semaphore(0)

    async def run(self, learner: str, plan: Plan, files: Mapping[str, bytes], progress: Progress) -> Output:
        self.began.append(learner)
        self.now[learner] += 1
        self.most = max(self.most, self.now.total())
        try:
            await self.step.acquire()
            return await super().run(learner, plan, files, progress)
        finally:
            self.now[learner] -= 1

    def let(self, count: int) -> None:
        for _ in range(count):
            self.step.release()


async def until(condition: Callable[[], object]) -> None:
    ends = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < ends
        await asyncio.sleep(0.005)


def quiet(_: str) -> None:
    pass


async def test_one_with_a_hundred_builds_delays_ninety_nine_others_by_no_more_than_their_own_turn(
    seen: Callable[[object], None],
) -> None:
    sandbox = SlowSandbox()
    door: Sandbox = Turnstile(sandbox, Slots(builds=2))
    tasks = [asyncio.create_task(door.run("greedy", BUILD, {}, quiet)) for _ in range(100)]
    await until(lambda: sandbox.began)
    tasks += [asyncio.create_task(door.run(f"U{number}", BUILD, {}, quiet)) for number in range(99)]
    sandbox.let(199)
    await asyncio.gather(*tasks)
    done = [place for place, who in enumerate(sandbox.began) if who != "greedy"]
    assert sandbox.most == 2
    # without them the last of 99 is the 99th; one of the 100 in each round, of which there was one
    assert max(done) < 99 * 1.05
    seen(f"the 99 were done after {max(done) + 1} builds")


async def test_builds_and_commands_do_not_wait_for_each_other() -> None:
    sandbox = SlowSandbox()
    door = Turnstile(sandbox, Slots(builds=1, commands=1))
    tasks = [asyncio.create_task(door.run(f"U{n}", BUILD, {}, quiet)) for n in range(3)]
    await until(lambda: len(sandbox.began) == 1)
    tasks.append(asyncio.create_task(door.run("Ada", LIST, {}, quiet)))
    await until(lambda: "Ada" in sandbox.began)
    assert [door.lines[work].waiting for work in (Work.BUILD, Work.COMMAND)] == [2, 0]
    sandbox.let(4)
    await asyncio.gather(*tasks)


async def test_who_gives_up_while_waiting_takes_no_turn_and_who_fails_gives_theirs_back() -> None:
    sandbox = SlowSandbox()
    door = Turnstile(sandbox, Slots(commands=1))
    first = asyncio.create_task(door.run("U1", LIST, {}, quiet))
    await until(lambda: sandbox.began)
    second = asyncio.create_task(door.run("U2", LIST, {}, quiet))
    await until(lambda: door.lines[Work.COMMAND].waiting)
    second.cancel()
    with suppress(asyncio.CancelledError):
        await second
    sandbox.fails.append(EngineDown("away"))
    sandbox.let(2)
    with pytest.raises(EngineDown):
        await first
    await door.run("U3", LIST, {}, quiet)
    assert sandbox.began == ["U1", "U3"]


async def test_who_waits_is_told_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.fairness.turnstile.TELL_AFTER_S", 0.01)
    sandbox, said = SlowSandbox(), list[str]()
    door = Turnstile(sandbox, Slots(builds=1))
    tasks = [asyncio.create_task(door.run(f"U{n}", BUILD, {}, quiet)) for n in range(3)]
    tasks.append(asyncio.create_task(door.run("Ada", BUILD, {}, said.append)))
    await until(lambda: said)
    assert said[0] == "is busy with others: 2 before you, about 15 s …"
    sandbox.let(4)
    await asyncio.gather(*tasks)


async def test_f25_fewer_slots_take_effect_while_builds_run() -> None:
    sandbox = SlowSandbox()
    door = Turnstile(sandbox, Slots(builds=3))
    tasks = [asyncio.create_task(door.run(f"U{n}", BUILD, {}, quiet)) for n in range(6)]
    await until(lambda: len(sandbox.began) == 3)
    door.lines[Work.BUILD].resize(1)
    sandbox.let(2)
    await until(lambda: sandbox.now.total() == 1)
    assert len(sandbox.began) == 3
    sandbox.let(4)
    await asyncio.gather(*tasks)
    assert len(sandbox.began) == 6


@pytest.mark.parametrize(
    ("line", "work"),
    [
        ("docker build -t web .", Work.BUILD),
        ("docker push ada/web", Work.BUILD),
        ("docker compose up -d", Work.BUILD),
        ("docker run -d nginx", Work.COMMAND),
        ("curl http://localhost:3000/", Work.COMMAND),
        ("docker compose ps", Work.COMMAND),
        ("ls", None),
        ("docker help", None),
    ],
)
def test_what_needs_which_turn(line: str, work: Work | None) -> None:
    (command,) = read_commands(line)
    if not isinstance(command.plan, Refusal):
        assert work_of(command.plan) is work
