"""What any desk must do: whatever replaces DBOS has to pass this, over real processes and real files."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

import bot.desk as desk_module
import bot.ports
from bot.core.verdict import Passed, Verdict
from bot.core.workshop import StepRef
from bot.desk import Desk
from bot.errors import EngineDown, HostError, HostFull, HostUnsafe, ImageMissing, OperatorError
from bot.ports import Attempt, Where
from bot.progress.store import SqlStore, open_store

# Stopped in the moment in which it takes a job up, DBOS drops the coroutine that would have begun it; the job is
# begun at the next start (tested below), but Python remarks on the coroutine whenever it is collected.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

PASS = Verdict((("holds", Passed("seen")),), 0.5)
STEP = StepRef("02", "build")
DEADLINE_S = 30.0


async def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < end, f"not within {DEADLINE_S} s"
        await asyncio.sleep(0.01)


class Room:
    """Where checks of a test are verified: `behave` decides how, the lists remember what happened."""

    def __init__(self) -> None:
        self.verified: list[int] = []
        self.cleaned: list[int] = []
        self.published: dict[int, Verdict] = {}
        self.lost: dict[int, str] = {}
        self.open: dict[int, Attempt] = {}
        self.gate = asyncio.Event()
        self.gate.set()
        self.errors: list[Exception] = []
        self.publish_errors: list[Exception] = []
        self.lose_errors: list[Exception] = []
        self.loops: set[asyncio.AbstractEventLoop] = set()

    def attempt(self, number: int) -> Attempt:
        attempt = Attempt(number, f"U{number}", STEP, "D1", "1.1", "", datetime.now(UTC))
        self.open[number] = attempt
        return attempt

    async def verify(self, attempt: int) -> Verdict:
        self.loops.add(asyncio.get_running_loop())
        self.verified.append(attempt)
        try:
            await self.gate.wait()
            if self.errors:
                raise self.errors.pop(0)
            return PASS
        finally:
            await asyncio.sleep(0.05)  # cleaning up takes its time, too
            self.cleaned.append(attempt)

    async def publish(self, attempt: int, verdict: Verdict) -> None:
        self.loops.add(asyncio.get_running_loop())
        if self.publish_errors:
            raise self.publish_errors.pop(0)
        self.published[attempt] = verdict
        self.open.pop(attempt, None)

    async def lose(self, attempt: int, reason: str) -> None:
        if self.lose_errors:
            raise self.lose_errors.pop(0)
        self.lost[attempt] = reason
        self.open.pop(attempt, None)

    async def open_attempts(self) -> list[Attempt]:
        return list(self.open.values())


@asynccontextmanager
async def at_work(
    room: Room, folder: Path, *, slots: int = 2, sweep_s: float = 60.0, drain_s: float = 0.0, limit_s: float = 60.0
) -> AsyncIterator[Desk]:
    desk = Desk()
    await desk.start(
        room.verify,
        room.publish,
        room.lose,
        room.open_attempts,
        folder,
        slots=slots,
        poll_s=0.05,
        sweep_s=sweep_s,
        verify_limit_s=limit_s,
    )
    try:
        yield desk
    finally:
        await desk.stop(drain_s)


@pytest.fixture
def room() -> Room:
    return Room()


async def test_what_is_submitted_is_verified_and_published_on_our_loop(room: Room, tmp_path: Path) -> None:
    async with at_work(room, tmp_path) as desk:
        port: bot.ports.Desk = desk  # mypy checks the signatures
        await port.submit(1, "U1")
        await until(lambda: room.published)
    assert room.published == {1: PASS}
    assert room.loops == {asyncio.get_running_loop()}


async def test_submitting_twice_is_submitting_once(room: Room, tmp_path: Path) -> None:
    async with at_work(room, tmp_path) as desk:
        await asyncio.gather(*(desk.submit(1, "U1") for _ in range(5)))
        await until(lambda: room.published)
        await desk.submit(1, "U1")
        await desk.submit(2, "U2")
        await until(lambda: 2 in room.published)
    assert room.verified == [1, 2]


async def test_checks_are_taken_in_the_order_of_their_attempts(room: Room, tmp_path: Path) -> None:
    async with at_work(room, tmp_path, slots=1) as desk:
        room.gate.clear()
        await desk.submit(1, "U1")
        await until(lambda: room.verified)
        for attempt in (5, 3, 12, 4, 2):
            await desk.submit(attempt, f"U{attempt}")
        assert await desk.waiting() == [2, 3, 4, 5, 12]
        room.gate.set()
        await until(lambda: len(room.published) == 6)
    assert room.verified == [1, 2, 3, 4, 5, 12]


async def test_no_more_than_the_slots_run_at_once(room: Room, tmp_path: Path) -> None:
    async with at_work(room, tmp_path, slots=3) as desk:
        room.gate.clear()
        for attempt in range(1, 8):
            await desk.submit(attempt, f"U{attempt}")
        await until(lambda: len(room.verified) == 3)
        assert await desk.waiting() == [4, 5, 6, 7]
        room.gate.set()
        await until(lambda: len(room.published) == 7)


async def test_a_waiting_check_can_be_withdrawn(room: Room, tmp_path: Path) -> None:
    async with at_work(room, tmp_path, slots=1) as desk:
        room.gate.clear()
        for attempt in (1, 2, 3):
            await desk.submit(attempt, f"U{attempt}")
        await until(lambda: room.verified)
        await desk.cancel(2)
        assert await desk.waiting() == [3]
        room.gate.set()
        await until(lambda: 3 in room.published)
        await desk.cancel(2)
        await desk.cancel(3)
        await desk.cancel(77)
    assert room.verified == [1, 3]
    assert set(room.published) == {1, 3}


async def test_a_running_check_is_withdrawn_and_cleaned_up_when_cancel_returns(room: Room, tmp_path: Path) -> None:
    async with at_work(room, tmp_path, slots=1) as desk:
        room.gate.clear()
        await desk.submit(1, "U1")
        await until(lambda: room.verified)
        await desk.cancel(1)
        assert room.cleaned == [1]
        room.gate.set()
        await desk.submit(2, "U2")  # its slot is free again
        await until(lambda: 2 in room.published)
    assert set(room.published) == {2}
    assert room.lost == {}


async def test_a_host_that_lets_us_down_is_tried_again(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_module, "_PAUSES_S", (0.01,))
    room.errors = [EngineDown("away"), ImageMissing("no node"), EngineDown("away")]
    async with at_work(room, tmp_path) as desk:
        await desk.submit(1, "U1")
        await until(lambda: room.published)
    assert room.verified == [1, 1, 1, 1]
    assert room.published == {1: PASS}


async def test_a_check_that_waits_for_the_host_can_be_withdrawn(room: Room, tmp_path: Path) -> None:
    room.errors = [EngineDown("away")] * 50
    async with at_work(room, tmp_path) as desk:
        await desk.submit(1, "U1")
        await until(lambda: len(room.cleaned) == 2)  # now in its second pause
        await desk.cancel(1)
    assert len(room.verified) == 2
    assert room.published == {}


async def test_patience_with_a_host_ends(room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_module, "_PAUSES_S", (0.02,))
    monkeypatch.setattr(desk_module, "FAILING_S", 0.05)
    room.errors = [HostError("The engine answers nonsense.") for _ in range(50)]
    async with at_work(room, tmp_path) as desk:
        await desk.submit(1, "U1")
        await until(lambda: room.lost)
    assert room.lost == {1: "The engine answers nonsense."}
    assert len(room.verified) == 4


@pytest.mark.parametrize("why", [EngineDown, HostFull, HostUnsafe])
async def test_a_check_waits_long_for_what_the_operator_has_to_mend(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, why: type[HostError]
) -> None:
    monkeypatch.setattr(desk_module, "_PAUSES_S", (0.02,))
    monkeypatch.setattr(desk_module, "FAILING_S", 0.05)
    room.errors = [why("not now") for _ in range(8)]
    async with at_work(room, tmp_path) as desk:
        await desk.submit(1, "U1")
        await until(lambda: room.published or room.lost)
    assert (room.published, room.lost) == ({1: PASS}, {})


async def test_a_bug_of_ours_is_made_known_as_ours(room: Room, tmp_path: Path) -> None:
    class Unpicklable(RuntimeError):
        def __reduce__(self) -> str:
            raise TypeError("cannot be pickled")

    room.errors = [Unpicklable("bug")]
    async with at_work(room, tmp_path) as desk:
        await desk.submit(1, "U1")
        await until(lambda: room.lost)
        await desk.submit(2, "U2")
        await until(lambda: 2 in room.published)
    assert room.lost == {1: "the check broke off"}


async def test_a_check_that_never_ends_is_ended_and_cleaned_up(room: Room, tmp_path: Path) -> None:
    room.gate.clear()
    async with at_work(room, tmp_path, limit_s=0.2) as desk:
        await desk.submit(1, "U1")
        await until(lambda: room.lost)
    assert room.lost == {1: "the check took longer than 0.2 s"}
    assert room.cleaned == [1]


async def test_publishing_is_tried_again(room: Room, tmp_path: Path) -> None:
    room.publish_errors = [OSError("Slack is away")]
    async with at_work(room, tmp_path) as desk:
        await desk.submit(1, "U1")
        await until(lambda: room.published)
    assert room.verified == [1]
    assert room.lost == {}


async def test_f30_asked_to_end_during_sixteen_checks_none_is_lost_or_done_twice(room: Room, tmp_path: Path) -> None:
    room.gate.clear()
    async with at_work(room, tmp_path, slots=2, drain_s=20) as desk:
        for number in range(1, 17):
            await desk.submit(number, f"U{number}")
        await until(lambda: len(room.verified) == 2)
        asyncio.get_running_loop().call_later(0.2, room.gate.set)
    assert {1, 2} <= room.published.keys(), "what ran has ended"
    async with at_work(room, tmp_path, slots=2):
        await until(lambda: len(room.published) == 16)
    assert sorted(room.verified) == list(range(1, 17))


async def test_f30_stopping_lets_running_checks_end_and_keeps_the_waiting(room: Room, tmp_path: Path) -> None:
    room.gate.clear()
    async with at_work(room, tmp_path, slots=1, drain_s=20) as desk:
        await desk.submit(1, "U1")
        await desk.submit(2, "U2")
        await until(lambda: room.verified)
        asyncio.get_running_loop().call_later(0.2, room.gate.set)
    assert room.published == {1: PASS}
    assert room.verified == [1]
    async with at_work(room, tmp_path, slots=1):
        await until(lambda: 2 in room.published)
    assert room.verified == [1, 2]


async def test_f30_what_does_not_end_in_time_is_cleaned_up_and_taken_up_again(room: Room, tmp_path: Path) -> None:
    room.gate.clear()
    async with at_work(room, tmp_path) as desk:
        await desk.submit(1, "U1")
        await until(lambda: room.verified)
    assert room.cleaned == [1]
    room.gate.set()
    async with at_work(room, tmp_path):
        await until(lambda: room.published)
    assert room.verified == [1, 1]


async def test_stopping_does_not_wait_for_a_host_that_is_down(room: Room, tmp_path: Path) -> None:
    room.errors = [EngineDown("away")] * 50
    began = time.monotonic()
    async with at_work(room, tmp_path, drain_s=DEADLINE_S) as desk:
        await desk.submit(1, "U1")
        await until(lambda: len(room.cleaned) == 2)
    assert time.monotonic() - began < DEADLINE_S
    room.errors.clear()
    async with at_work(room, tmp_path):
        await until(lambda: room.published)


async def test_a_sweep_does_not_begin_a_check_that_is_just_being_opened(room: Room, tmp_path: Path) -> None:
    async with at_work(room, tmp_path) as desk:
        await desk.sweep()  # the first takes everything for left over
        room.attempt(1)
        await desk.sweep()
        assert await desk._call(lambda: desk_module._jobs(["attempt-1"])) == []
        await desk.sweep()
        await until(lambda: room.published)


async def test_one_attempt_that_cannot_be_given_up_does_not_keep_others_waiting(room: Room, tmp_path: Path) -> None:
    async with at_work(room, tmp_path) as desk:
        await desk.submit(1, "U1")
        await until(lambda: room.published)
    with job_file(tmp_path) as db:
        db.execute("UPDATE workflow_status SET status = 'ERROR'")
        db.execute("DELETE FROM operation_outputs")
    room.attempt(1)
    room.attempt(2)
    room.lose_errors = [OSError("disk full")]
    async with at_work(room, tmp_path):
        await until(lambda: 2 in room.published)


async def test_an_attempt_without_a_job_gets_one(room: Room, tmp_path: Path) -> None:
    room.attempt(1)
    async with at_work(room, tmp_path):
        await until(lambda: room.published)
    assert room.published == {1: PASS}


@contextmanager
def job_file(folder: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(folder / "desk.db")) as db, db:
        yield db


@pytest.mark.parametrize("status", ["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED", "CANCELLED", "SUCCESS"])
async def test_an_open_attempt_whose_job_is_over_is_given_up(room: Room, tmp_path: Path, status: str) -> None:
    async with at_work(room, tmp_path) as desk:
        await desk.submit(1, "U1")
        await until(lambda: room.published)
    room.attempt(1)
    with job_file(tmp_path) as db:
        db.execute("UPDATE workflow_status SET status = ?", (status,))
        db.execute("DELETE FROM operation_outputs")
    async with at_work(room, tmp_path, sweep_s=0.1):
        await until(lambda: room.lost)
    assert room.lost == {1: "the check broke off"}
    assert room.verified == [1]


async def test_a_job_of_another_shape_is_begun_anew(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.gate.clear()
    async with at_work(room, tmp_path, slots=1) as desk:
        await desk.submit(1, "U1")
        await desk.submit(2, "U2")
        await until(lambda: room.verified)
    room.attempt(1)
    room.attempt(2)
    room.gate.set()
    monkeypatch.setattr(desk_module, "SHAPE", "check-2")
    async with at_work(room, tmp_path):
        await until(lambda: len(room.published) == 2)
    assert sorted(room.verified) == [1, 1, 2]  # begun anew they may run side by side


async def test_a_stranded_job_is_continued(room: Room, tmp_path: Path) -> None:
    async with at_work(room, tmp_path) as desk:
        await desk.submit(1, "U1")
        await until(lambda: room.published)
    room.attempt(1)
    room.published.clear()
    with job_file(tmp_path) as db:
        db.execute("UPDATE workflow_status SET status = 'PENDING', executor_id = 'a process of long ago'")
        db.execute("DELETE FROM operation_outputs")
    async with at_work(room, tmp_path, sweep_s=0.1):
        await until(lambda: room.published)
    assert room.lost == {}


async def test_restarts_while_the_host_is_down_do_not_use_up_a_job(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_module, "_PAUSES_S", (0.05,))
    room.attempt(1)
    room.errors = [EngineDown("away") for _ in range(1000)]
    for _ in range(7):
        async with at_work(room, tmp_path, sweep_s=0.1):
            enough = len(room.verified) + 2  # the second proves that the first is in the job's history
            await until(lambda enough=enough: len(room.verified) >= enough)  # type: ignore[misc]
    room.errors.clear()
    async with at_work(room, tmp_path, sweep_s=0.1):
        await until(lambda: room.published)
    assert room.lost == {}


async def test_old_jobs_are_forgotten(room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with at_work(room, tmp_path, slots=1) as desk:
        for attempt in (1, 2):
            await desk.submit(attempt, "U1")
        await until(lambda: len(room.published) == 2)
        room.gate.clear()
        await desk.submit(3, "U1")
        await until(lambda: 3 in room.verified)
    with job_file(tmp_path) as db:
        db.execute(
            "UPDATE workflow_status SET completed_at = completed_at - 90000000 WHERE workflow_uuid = 'attempt-1'"
        )
    async with at_work(room, tmp_path) as desk:
        await desk.sweep()
    with job_file(tmp_path) as db:
        assert [n for (n,) in db.execute("SELECT workflow_uuid FROM workflow_status ORDER BY 1")] == [
            "attempt-2",
            "attempt-3",
        ]


async def test_no_thread_outlives_the_desk_and_the_loops_own_pool_is_left_alone(room: Room, tmp_path: Path) -> None:
    before = set(threading.enumerate())
    loop = asyncio.get_running_loop()
    async with at_work(room, tmp_path) as desk:
        await desk.submit(1, "U1")
        await until(lambda: room.published)
        name = await asyncio.to_thread(lambda: threading.current_thread().name)
        assert name.startswith("asyncio_")
    assert loop is asyncio.get_running_loop()
    assert await asyncio.to_thread(lambda: 7) == 7
    ours = {t for t in set(threading.enumerate()) - before if not t.name.startswith("asyncio_")}
    await until(lambda: not any(t.is_alive() for t in ours))


async def test_a_broken_job_file_is_said_in_words(room: Room, tmp_path: Path) -> None:
    (tmp_path / "desk.db").write_bytes(b"not a database, " * 100)
    with pytest.raises(OperatorError, match=r"desk\.db cannot be opened"):
        async with at_work(room, tmp_path):
            pass


# kill -9, in real processes on real files


class Bot:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("DBOS")}
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("desk_process.py")), str(self.folder)], env=environment
        )

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def log(self) -> list[str]:
        path = self.folder / "log"
        return path.read_text().splitlines() if path.exists() else []

    def hold(self, name: str) -> None:
        (self.folder / name).touch()

    def free(self, name: str) -> None:
        (self.folder / name).unlink()


@pytest.fixture
def bot_process(tmp_path: Path) -> Iterator[Bot]:
    bot = Bot(tmp_path)
    yield bot
    if bot.process is not None and bot.process.poll() is None:
        bot.kill()


async def opened(store: SqlStore, learners: int) -> None:
    for number in range(learners):
        learner = await store.learner(f"U{number}", "Ada")
        assert await store.open_attempt(learner, STEP, Where("D1", learner.id)) is not None


@asynccontextmanager
async def records(folder: Path) -> AsyncIterator[SqlStore]:
    store = await open_store(folder / "docent.db")
    yield store
    await store.close()


async def assert_each_closed_once(store: SqlStore, learners: int) -> None:
    assert await store.open_attempts() == []
    for number in range(learners):
        assert [e.what for e in await store.journal(f"U{number}")] == ["AttemptClosed"]


@pytest.mark.parametrize("holds", [["hold-verify"], ["hold-publish-first", "hold-publish"], ["hold-publish"]])
async def test_f01_after_kill_9_each_is_published_once(bot_process: Bot, tmp_path: Path, holds: list[str]) -> None:
    """Killed while verifying; while publishing, before the attempt is closed; and after."""
    async with records(tmp_path) as store:
        await opened(store, 5)
        for name in holds:
            bot_process.hold(name)
        bot_process.start()
        awaited = {"hold-verify": "verify", "hold-publish-first": "publish", "hold-publish": "closed"}[holds[0]]
        await until(lambda: sum(line.startswith(awaited + " ") for line in bot_process.log()) >= 2)
        bot_process.kill()
        for name in holds:
            bot_process.free(name)
        bot_process.start()
        await until(bot_process.ended)
        await assert_each_closed_once(store, 5)
        first = await store.attempt(1)
    assert first is not None
    assert first.verdict == Verdict((("holds", Passed("attempt 1")),), 0.1)
    closed = Counter(line for line in bot_process.log() if line.startswith("closed "))
    assert {line: n for line, n in closed.items() if not line.startswith("closed before")} == {
        f"closed {n}": 1 for n in range(1, 6)
    }
    if holds[0] != "hold-verify":  # what was verified is not verified again
        assert Counter(bot_process.log())["verify 1"] == 1


@pytest.mark.chaos
async def test_f01_many_kills_lose_and_double_nothing(bot_process: Bot, tmp_path: Path) -> None:
    async with records(tmp_path) as store:
        await opened(store, 20)
        for lines_more in range(3, 9):
            bot_process.start()
            enough = len(bot_process.log()) + lines_more
            await until(lambda enough=enough: len(bot_process.log()) > enough or bot_process.ended())  # type: ignore[misc]
            bot_process.kill()
        bot_process.start()
        await until(bot_process.ended)
        await assert_each_closed_once(store, 20)


async def test_f02_a_check_outlives_a_kill_while_the_host_is_down(bot_process: Bot, tmp_path: Path) -> None:
    async with records(tmp_path) as store:
        await opened(store, 1)
        bot_process.hold("down")
        for times in (1, 2):
            bot_process.start()
            await until(lambda times=times: bot_process.log().count("verify 1") >= times)  # type: ignore[misc]
            bot_process.kill()
        bot_process.free("down")
        bot_process.start()
        await until(bot_process.ended)
        await assert_each_closed_once(store, 1)
        attempt = await store.attempt(1)
    assert attempt is not None
    assert attempt.verdict is not None
    assert attempt.verdict.passed


async def test_f28_a_check_that_kills_the_bot_each_time_is_given_up(bot_process: Bot, tmp_path: Path) -> None:
    async with records(tmp_path) as store:
        await opened(store, 1)
        bot_process.hold("hold-verify")
        for times in range(1, 5):
            bot_process.start()
            await until(lambda times=times: bot_process.log().count("verify 1") >= times)  # type: ignore[misc]
            bot_process.kill()
        bot_process.start()
        await until(bot_process.ended)
        attempt = await store.attempt(1)
    assert attempt is not None
    assert attempt.verdict is not None
    assert attempt.verdict.ours
    assert bot_process.log()[-1] == "lost 1 the check broke off"


async def test_jobs_are_forgotten_with_what_they_returned(tmp_path: Path) -> None:
    room = Room()
    async with at_work(room, tmp_path) as desk:
        for number in (1, 2, 3):
            await desk.submit(room.attempt(number).id, "U1")
        await until(lambda: len(room.published) == 3)
        await desk.forget([1])
        await desk.forget([1])
        await desk.forget([])
    assert kept(tmp_path) == {"attempt-2", "attempt-3"}
    await asyncio.to_thread(desk_module.forget_jobs, tmp_path, [2])  # without a desk
    assert kept(tmp_path) == {"attempt-3"}
    await asyncio.to_thread(desk_module.forget_jobs, tmp_path, None)
    assert not (tmp_path / "desk.db").exists()
    await asyncio.to_thread(desk_module.forget_jobs, tmp_path, [3])


def kept(folder: Path) -> set[str]:
    """Return the jobs of which anything is kept, of their steps too."""
    with closing(sqlite3.connect(folder / "desk.db")) as db:
        both = "SELECT workflow_uuid FROM workflow_status UNION SELECT workflow_uuid FROM operation_outputs"
        return {name for (name,) in db.execute(both)}
