"""One check: gather evidence condition by condition, judge it, stream it to the card, and make the verdict known.

`verify` and `publish` are what the desk performs; both may run more than once for one attempt (a crash, a
host that was down), so `verify` leaves nothing behind and `publish` closes the attempt exactly once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

import structlog

from bot.classroom import Classroom
from bot.core.cards import answer_key, check_card
from bot.core.checks import helped_with
from bot.core.events import CheckEnded
from bot.core.evidence import AnswerSeen
from bot.core.fairness.waits import worth_telling
from bot.core.learner import Learner
from bot.core.messages import CheckCard, CheckState, Note, Offer
from bot.core.specs import AnswerSpec, ProbeSpec
from bot.core.tutor import decide
from bot.core.verdict import Fault, NotYet, Result, TimedOut, Verdict, answer_seen, blocked, judge, plan_order
from bot.core.words import SANDBOX_GONE
from bot.core.workshop import Condition, Step, Workshop
from bot.errors import CardGone, ChatError, DocentError, HostError
from bot.fairness.queue import Place, Queue
from bot.ports import Attempt, Chat, Sandbox, Store, Where
from bot.workbench import Rebuilds

log = structlog.get_logger(__name__)

ASK_AGAIN_S = 0.2
PROBE_S = 60.0  #: one condition, over all its looks
LIMIT_S = 120.0  #: a whole check; both on a host at ease
QUEUE_EVERY_S = 2.0  #: how often the cards of waiting checks are looked after


class Checks:
    """Verifies and publishes attempts."""

    def __init__(
        self,
        workshop: Workshop,
        store: Store,
        chat: Chat,
        sandbox: Sandbox,
        queue: Queue,
        classroom: Classroom,
        rebuilds: Rebuilds,
        clock: Callable[[], datetime],
        limit_s: float = LIMIT_S,
    ) -> None:
        self._limit_s = limit_s
        self._rebuilds = rebuilds
        self._workshop = workshop
        self._store = store
        self._chat = chat
        self._sandbox = sandbox
        self._queue = queue
        self._classroom = classroom
        self._clock = clock
        self._edits: set[asyncio.Task[None]] = set()

    async def verify(self, attempt_id: int) -> Verdict:
        """Return the verdict of an attempt. Raises `HostError` when the host is down: the desk tries again later."""
        attempt = await self._store.attempt(attempt_id)
        step = self._workshop.step(attempt.ref) if attempt else None
        if attempt is None or step is None:
            return Verdict(((str(attempt.ref) if attempt else "?", Fault("this step is no longer in the workshop")),))
        if attempt.closed_at and attempt.verdict:
            return attempt.verdict
        learner = await self._store.learner(attempt.learner)
        try:
            async with asyncio.timeout(self._limit_s * self._sandbox.strain()):
                return await self._examine(attempt, learner, step)
        except HostError as error:
            log.warning("check_waits", attempt=attempt_id, error=str(error))
            seen = self._workshop.seen_by(learner.namespace)
            waiting = check_card(seen, attempt.ref, attempt.id, CheckState.WAITING, learner=learner.name)
            await self._progress(attempt, waiting)
            raise
        finally:
            await self._release(attempt_id)

    async def publish(self, attempt_id: int, verdict: Verdict) -> None:
        """Close the attempt with its verdict, move progress, and show the final card."""
        attempt = await self._store.attempt(attempt_id)
        if attempt is None:
            return

        async def conclude(learner: Learner) -> None:
            event = CheckEnded(attempt_id, attempt.ref, verdict)
            turn = decide(self._workshop.seen_by(learner.namespace), learner, event, self._clock())
            closed = await self._store.close_attempt(attempt_id, verdict, turn.learner)
            if closed:
                await self._store.record(turn.learner, "CheckEnded", f"attempt={attempt_id} {summary(verdict)}")
                self._classroom.tell(event, turn)
            # shown again after a crash in between: the card is edited, so twice looks like once
            await self._show_final(attempt, turn.learner, verdict)
            if closed:
                await self._mind_what_is_lost(attempt, verdict)
                await self._classroom.act(turn, Where(attempt.channel, attempt.learner))

        await self._classroom.change(attempt.learner, conclude)

    async def _mind_what_is_lost(self, attempt: Attempt, verdict: Verdict) -> None:
        """Say so when a check failed because there is nothing left to look at."""
        if not (verdict.passed or verdict.ours) and await self._rebuilds.was_lost(attempt.learner):
            note = Note(SANDBOX_GONE, (Offer.REBUILD_SURE,), attempt.ref)
            await self._chat.show(Where(attempt.channel, attempt.learner), note)

    async def lost(self, attempt_id: int, reason: str) -> None:
        """Publish a verdict of ours for an attempt whose job was lost."""
        attempt = await self._store.attempt(attempt_id)
        step = self._workshop.step(attempt.ref) if attempt else None
        ids = [c.id for c in step.conditions] if step else ["check"]
        await self.publish(attempt_id, Verdict(tuple((name, Fault(reason)) for name in ids)))

    async def follow_queue(self) -> None:
        """Keep the cards of waiting checks true about their place in the queue, until cancelled."""
        told: dict[int, float] = {}
        while True:
            await asyncio.sleep(QUEUE_EVERY_S)
            try:
                await self._tell_places(told)
            except DocentError as error:
                log.warning("places_not_told", error=str(error))

    async def _tell_places(self, told: dict[int, float]) -> None:
        """Tell everybody whose wait has changed much; `told` remembers what they were told last."""
        places = await self._queue.places()
        for number in told.keys() - places.keys():
            del told[number]
        for attempt in await self._store.open_attempts() if places else ():
            place = places.get(attempt.id)
            if place and worth_telling(told.get(attempt.id), place.wait_s):
                told[attempt.id] = place.wait_s
                await self._show_place(attempt, place)

    async def _show_place(self, attempt: Attempt, place: Place) -> None:
        learner = await self._store.learner(attempt.learner)
        seen = self._workshop.seen_by(learner.namespace)
        card = check_card(seen, attempt.ref, attempt.id, CheckState.QUEUED, ahead=place.ahead, learner=learner.name)
        await self._progress(attempt, replace(card, eta_s=place.wait_s))

    async def _examine(self, attempt: Attempt, learner: Learner, step: Step) -> Verdict:
        files = await self._classroom.project(attempt.learner)
        began = time.monotonic()
        results: dict[str, Result] = {}
        for condition in plan_order(step.conditions):
            self._stream(attempt, learner, results, condition.id)
            results[condition.id] = blocked(condition, results) or await self._look(attempt, learner, condition, files)
        ordered = tuple((condition.id, results[condition.id]) for condition in step.conditions)
        took_s = time.monotonic() - began
        self._queue.learn(took_s)
        return Verdict(ordered, took_s)

    async def _look(
        self, attempt: Attempt, learner: Learner, condition: Condition, files: Mapping[str, bytes]
    ) -> Result:
        """Return one condition's result, asking again quietly while it is not yet so."""
        spec = condition.with_
        if isinstance(spec, AnswerSpec):
            step = self._workshop.step(attempt.ref)
            chosen = learner.answers.get(answer_key(attempt.ref, spec.question))
            return judge(condition, answer_seen(step, spec, chosen) if step else AnswerSeen(None), last=True)
        strain = self._sandbox.strain()
        spec = patient(spec, strain)
        deadline = time.monotonic() + getattr(spec, "wait_s", 0.0)
        again = False
        try:
            async with asyncio.timeout(PROBE_S * strain):
                while True:
                    evidence = await self._sandbox.probe(attempt.learner, spec, files, attempt=attempt.id, again=again)
                    result = judge(condition, evidence, last=time.monotonic() >= deadline)
                    if not isinstance(result, NotYet):
                        return result
                    again = True
                    await asyncio.sleep(ASK_AGAIN_S)
        except TimeoutError:
            return TimedOut(condition.probe)

    def _stream(self, attempt: Attempt, learner: Learner, results: Mapping[str, Result], running: str) -> None:
        """Show what is known so far; nobody waits for this edit, a newer one may overtake it."""
        known = dict(results)
        seen = self._workshop.seen_by(learner.namespace)
        card = check_card(seen, attempt.ref, attempt.id, CheckState.RUNNING, known, running, learner=learner.name)
        task = asyncio.create_task(self._progress(attempt, card))
        self._edits.add(task)
        task.add_done_callback(self._edits.discard)

    async def _progress(self, attempt: Attempt, card: CheckCard) -> None:
        try:
            await self._edit(attempt, card, final=False)
        except ChatError as error:
            log.info("progress_not_shown", attempt=attempt.id, error=str(error))

    async def _edit(self, attempt: Attempt, card: CheckCard, *, final: bool) -> None:
        await self._chat.update(
            attempt.channel,
            attempt.card,
            card,
            owner=attempt.learner,
            final=final,
            response_url=attempt.response_url,
        )

    async def _show_final(self, attempt: Attempt, learner: Learner, verdict: Verdict) -> None:
        card = check_card(
            self._workshop.seen_by(learner.namespace),
            attempt.ref,
            attempt.id,
            CheckState.ENDED,
            verdict.results,
            took_s=verdict.took_s,
            learner=learner.name,
            helped=helped_with(learner, attempt.ref),
            course=learner.course,
        )
        try:
            await self._edit(attempt, card, final=True)
        except CardGone:
            await self._chat.show(Where(attempt.channel, attempt.learner), card)

    async def _release(self, attempt_id: int) -> None:
        try:
            await self._sandbox.release(attempt_id)
        except HostError as error:  # the sweep takes what is left once the host is back
            log.warning("not_released", attempt=attempt_id, error=str(error))


def patient(spec: ProbeSpec, strain: float) -> ProbeSpec:
    """Return the spec with its wait stretched, as on a busy host what starts takes longer through nobody's fault."""
    wait_s = getattr(spec, "wait_s", 0.0)
    return spec.model_copy(update={"wait_s": wait_s * strain}) if wait_s and strain > 1 else spec


def summary(verdict: Verdict) -> str:
    """Return a verdict as one line for the journal."""
    return " ".join(f"{name}:{getattr(result, 'code', type(result).__name__)}" for name, result in verdict.results)
