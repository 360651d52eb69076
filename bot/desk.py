"""Perform checks durably: what was submitted is verified and published, over crashes, restarts and dead hosts.

The only door to DBOS Transact. It keeps jobs in a SQLite file of its own and works in threads and on an
event loop of its own, which this module never mixes with the bot's: `verify` and `publish` run on the loop
that called `start`, every call into DBOS on one thread, so that it can neither block the bot nor replace
its default executor. One process a folder: the caller holds `bot.progress.lock` on it.

The store's open attempts are the truth, a job is only the means: `sweep` mends whatever job is missing,
stranded or broken. A job is named after its attempt, and that is all its input; of one learner there is one
at a time because the store opens one attempt at a time. (Deduplicating by learner here would refuse a
learner who presses again while the last card is still being edited.)
"""

from __future__ import annotations

import asyncio
import logging
import math
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import structlog
from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions, StepOptions, WorkflowStatus
from sqlalchemy.exc import InterfaceError, OperationalError

from bot.core.verdict import Verdict
from bot.errors import EngineDown, HostError, HostFull, HostUnsafe, OperatorError, RecordsDown
from bot.loops import across
from bot.ports import Attempt, Publish, Verify
from bot.rounds import every, rounds

log = structlog.get_logger(__name__)
T = TypeVar("T")

#: Called with an attempt whose job cannot be performed and why: close it as a fault of ours. At least once.
Lose = Callable[[int, str], Awaitable[None]]
#: Returns the attempts that are not closed.
OpenAttempts = Callable[[], Awaitable[Sequence[Attempt]]]

QUEUE = "checks"
FILE = "desk.db"
#: Names the order of steps below, not the release: jobs of another shape cannot be continued and are begun
#: anew by the sweep. Left to itself DBOS takes a hash of the code, and jobs hang after every upgrade.
SHAPE = "check-1"
EXECUTOR = "docent"
VERIFY_LIMIT_S = 120.0
#: How long a job waits for an engine that is down or a host that is not safe, and for one that answers but fails.
DOWN_S, FAILING_S = 6 * 3600.0, 600.0
_PAUSES_S = (1.0, 2.0, 4.0, 8.0, 15.0)
KEEP = timedelta(days=1)
#: Cut short by `cancel`; its time limit is ours, on the bot's loop.
_VERIFY: StepOptions = {"name": "verify", "preemptible": True}
#: Tried for about four minutes: Slack may be away.
_PUBLISH: StepOptions = {"name": "publish", "retries_allowed": True, "max_attempts": 10, "interval_seconds": 0.5}
_CLEANUP_S = 10.0
_NAME = "attempt-"
_ALIVE = {"ENQUEUED", "PENDING"}
_BROKEN = {"ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"}


@dataclass(frozen=True, slots=True)
class _Again:
    """The host let us down; worth another try until the job has waited that long."""

    reason: str
    patience_s: float


@dataclass(frozen=True, slots=True)
class _Lost:
    """We could not tell, and another try would not help."""

    reason: str


@dataclass(slots=True)
class _Running:
    """A job that may be cut short: it verifies, or waits for the host."""

    task: asyncio.Task[Any]
    ended: Future[None]
    waits: bool = False

    async def cut(self) -> None:
        """End it, and return when it has cleaned up; called from the bot's loop."""
        self.task.get_loop().call_soon_threadsafe(self.task.cancel)
        await asyncio.wait({asyncio.wrap_future(self.ended)}, timeout=_CLEANUP_S)


class Desk:
    """The desk of one host (`bot.ports.Desk`); one a process, because DBOS is."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="docent-desk")
        self._active: set[int] = set()
        self._running: dict[int, _Running] = {}
        self._suspects: set[int] | None = None  #: None until the first sweep
        self._sweeper: asyncio.Task[None] | None = None
        self._stopping = False
        self._slots = 1

    async def start(
        self,
        verify: Verify,
        publish: Publish,
        lose: Lose,
        open_attempts: OpenAttempts,
        folder: Path,
        *,
        slots: int,
        poll_s: float = 0.25,
        sweep_s: float = 60.0,
        verify_limit_s: float = VERIFY_LIMIT_S,
    ) -> None:
        """Take up what was left and begin to work, `slots` checks at a time."""
        self._home = asyncio.get_running_loop()
        self._do_verify, self._do_publish, self._do_lose, self._open = verify, publish, lose, open_attempts
        self._verify_limit_s, self._slots = verify_limit_s, slots
        try:
            await self._call(lambda: self._launch(folder, slots, poll_s))
        except BaseException:
            self._thread.shutdown(wait=False)
            raise
        self._sweeper = asyncio.create_task(rounds("checks", self.sweep, every(sweep_s)))

    async def submit(self, attempt: int, learner: str) -> None:
        """Put an attempt on the desk; twice is once."""
        await self._call(lambda: _enqueue(attempt))

    async def waiting(self) -> Sequence[int]:
        """Return the attempts that wait for a slot, the next first; not those that a free one takes in a moment."""
        waiting = await self._call(
            lambda: DBOS.list_workflows(queue_name=QUEUE, status="ENQUEUED", load_input=False, load_output=False)
        )
        free = max(self._slots - len(self._active), 0)
        return sorted(int(job.workflow_id.removeprefix(_NAME)) for job in waiting)[free:]

    async def cancel(self, attempt: int) -> None:
        """Withdraw it; when this returns, nothing of it is running any more (idempotent)."""
        await self._call(lambda: DBOS.cancel_workflow(_name(attempt)))
        if (running := self._running.get(attempt)) is not None:
            await running.cut()  # DBOS itself would notice within a second only

    async def forget(self, attempts: Sequence[int]) -> None:
        """Delete what is kept of these attempts' jobs (idempotent): DBOS keeps verdicts."""
        names = [_name(attempt) for attempt in attempts]
        await self._call(lambda: DBOS.delete_workflows(names) if names else None)

    async def stop(self, drain_s: float) -> None:
        """Take up nothing new, let what is running end for so long, and leave the rest for the next start."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._sweeper
        self._stopping = True
        for running in [r for r in self._running.values() if r.waits]:
            await running.cut()  # the host may be away for hours
        # DBOS looks whether all has ended once a second, so do not ask it where nothing runs
        wait_s = math.ceil(drain_s) if self._active else 0
        await self._call(lambda: DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=wait_s))
        self._thread.shutdown()

    async def sweep(self) -> None:
        """Begin what has no job, continue what is stranded, give up what broke, delete what is old."""
        attempts = await self._open()
        jobs = {job.workflow_id: job for job in await self._call(lambda: _jobs([_name(a.id) for a in attempts]))}
        # looked at again after the jobs: whatever a job closed before it ended is not open any more
        still_open = {attempt.id for attempt in await self._open()} if attempts else set()
        suspects, first, self._suspects = self._suspects or set(), self._suspects is None, set()
        for attempt in attempts:
            if attempt.id not in still_open:
                continue
            job = jobs.get(_name(attempt.id))
            if attempt.id in suspects or (first and job is None) or not _may_be_on_its_way(job):
                try:
                    await self._mend(attempt, job)
                except Exception:
                    log.exception("job_not_mended", attempt=attempt.id)  # the others are not to suffer
            else:
                self._suspects.add(attempt.id)
        await self._call(_forget_old)

    async def _mend(self, attempt: Attempt, job: WorkflowStatus | None) -> None:
        if job is None:
            await self.submit(attempt.id, attempt.learner)
        elif job.status in _ALIVE and job.app_version != SHAPE:
            await self._call(lambda: DBOS.delete_workflow(_name(attempt.id)))
            await self.submit(attempt.id, attempt.learner)
        elif job.status == "ENQUEUED" or attempt.id in self._active:
            return
        elif job.status == "PENDING" or (job.status in _BROKEN and await self._call(lambda: _waited_for_host(job))):
            await self._call(lambda: DBOS.resume_workflow(job.workflow_id, queue_name=QUEUE))
        else:
            await self._do_lose(attempt.id, "the check broke off")
        log.warning("job_mended", attempt=attempt.id, found=job.status if job else "missing")

    async def _call(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.wrap_future(self._thread.submit(work))
        except (OperationalError, InterfaceError) as error:
            log.warning("jobs_down", error=str(error.orig).strip())
            raise RecordsDown("I cannot get at my own records right now.") from error

    def _launch(self, folder: Path, slots: int, poll_s: float) -> None:
        path = folder / FILE
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with closing(sqlite3.connect(path)) as db:
                db.execute("PRAGMA journal_mode = WAL")  # kept in the file; DBOS does not ask for it
        except (sqlite3.Error, OSError) as e:
            raise OperatorError(
                f"The job file {path} cannot be opened ({e}): check its rights, or remove it; open checks begin anew."
            ) from e
        _quiet()
        config: DBOSConfig = {
            "name": "docent",
            "system_database_url": f"sqlite:///{path}",
            "application_version": SHAPE,
            "executor_id": EXECUTOR,
            "enable_otlp": False,
            "log_level": "WARNING",
            "max_executor_threads": 16,
            "notification_listener_polling_interval_sec": 0.25,  # we use none; it only bounds how long stopping takes
        }
        DBOS(config=config)

        @DBOS.workflow(name="check", max_recovery_attempts=3)
        async def check(attempt: int) -> None:
            await self._check(attempt)

        DBOS.launch()
        DBOS.register_queue(QUEUE, worker_concurrency=slots, polling_interval_sec=poll_s, on_conflict="always_update")

    # What follows runs on the loop of DBOS.

    async def _check(self, attempt: int) -> None:
        """Verify until there is an outcome, then make it known. The order of its steps is `SHAPE`."""
        self._active.add(attempt)
        try:
            outcome = await self._outcome(attempt)
            await DBOS.run_step_async(_PUBLISH, self._publish, attempt, outcome)
        finally:
            self._active.discard(attempt)

    async def _outcome(self, attempt: int) -> Verdict | _Again | _Lost:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine runs in a task
        running = self._running[attempt] = _Running(task, Future())
        try:
            waited_s = 0.0
            for n in count():
                outcome = await DBOS.run_step_async(_VERIFY, self._verify, attempt)
                if not isinstance(outcome, _Again) or waited_s >= outcome.patience_s:
                    break
                pause_s = _PAUSES_S[min(n, len(_PAUSES_S) - 1)]
                running.waits = True
                if self._stopping:
                    raise asyncio.CancelledError  # as `stop` does to those who wait already
                await DBOS.sleep_async(pause_s)
                running.waits = False
                waited_s += pause_s
        finally:
            del self._running[attempt]
            running.ended.set_result(None)
        return outcome

    async def _verify(self, attempt: int) -> Verdict | _Again | _Lost:
        """Return what came of it; never raise, because DBOS would have to pickle the exception."""

        async def limited() -> Verdict:
            async with asyncio.timeout(self._verify_limit_s):
                return await self._do_verify(attempt)

        try:
            return await across(self._home, limited)
        except HostError as e:
            return _Again(str(e), DOWN_S if isinstance(e, EngineDown | HostFull | HostUnsafe) else FAILING_S)
        except TimeoutError:
            return _Lost(f"the check took longer than {self._verify_limit_s:g} s")
        except Exception:
            log.exception("verify_broke", attempt=attempt)
            return _Lost("the check broke off")

    async def _publish(self, attempt: int, outcome: Verdict | _Again | _Lost) -> None:
        if isinstance(outcome, Verdict):
            verdict = outcome
            await across(self._home, lambda: self._do_publish(attempt, verdict))
        else:
            reason = outcome.reason
            await across(self._home, lambda: self._do_lose(attempt, reason))


def forget_jobs(folder: Path, attempts: Sequence[int] | None) -> None:
    """Delete what is kept of these attempts' jobs, None for all, where no desk works in this folder."""
    path = folder / FILE
    if attempts is None:
        for name in (FILE, f"{FILE}-wal", f"{FILE}-shm"):
            (folder / name).unlink(missing_ok=True)
    if not (attempts and path.exists()):
        return
    _quiet()
    client = DBOSClient(system_database_url=f"sqlite:///{path}")
    try:
        client.delete_workflows([_name(attempt) for attempt in attempts])
    finally:
        client.destroy()


def _name(attempt: int) -> str:
    return f"{_NAME}{attempt}"


def _enqueue(attempt: int) -> None:
    options: EnqueueOptions = {
        "workflow_name": "check",
        "queue_name": QUEUE,
        "workflow_id": _name(attempt),
        "priority": attempt,  # its clock has whole seconds on SQLite, so the order is said
        "app_version": SHAPE,
    }
    DBOS.enqueue_workflow_with_options(options, attempt)


def _jobs(names: list[str]) -> list[WorkflowStatus]:
    return DBOS.list_workflows(workflow_ids=names, load_input=False, load_output=False) if names else []


def _may_be_on_its_way(job: WorkflowStatus | None) -> bool:
    """Tell whether this may be seen of a healthy attempt, for a moment between two threads or transactions."""
    return job is None or (job.app_version == SHAPE and job.status in {"PENDING", "CANCELLED", "SUCCESS"})


def _waited_for_host(job: WorkflowStatus) -> bool:
    """Tell whether restarts while the host was down used up the job's recoveries."""
    steps = DBOS.list_workflow_steps(job.workflow_id)
    return bool(steps) and (steps[-1]["function_name"] == "DBOS.sleep" or isinstance(steps[-1]["output"], _Again))


def _forget_old() -> None:
    before = (datetime.now(UTC) - KEEP).isoformat()
    old = DBOS.list_workflows(completed_before=before, limit=500, load_input=False, load_output=False)
    if old:
        DBOS.delete_workflows([job.workflow_id for job in old])


def _quiet() -> None:
    """Send what DBOS logs the way of all logs, without its own console."""
    logger = logging.getLogger("dbos")
    if not logger.handlers:  # else DBOS adds one, and stops propagation
        logger.addHandler(logging.NullHandler())
        logger.addFilter(lambda record: not str(record.msg).startswith("Asyncio task cancelled"))  # each stop of ours
