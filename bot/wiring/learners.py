"""What learners have: the classroom with everybody in it, their checks on the desk, what looks after their sandboxes.

A new part of theirs is a field of `Learners`, made in `wire_learners`; what it does on its own, again and again, is a
row in `follow`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from bot.check import Checks
from bot.classroom import Classroom
from bot.core.ending.badge import Issuer
from bot.core.expiry import Patience
from bot.core.fairness.budget import Budget
from bot.core.fairness.strain import MOST as MOST_STRAIN
from bot.core.workshop import Workshop
from bot.desk import Desk
from bot.errors import OperatorError
from bot.expiry import Expiry
from bot.fairness.allowances import Allowances
from bot.fairness.intake import Intake
from bot.fairness.queue import Queue
from bot.fairness.turnstile import Slots, Turnstile
from bot.ports import Sandbox
from bot.progress.feedbacks import SqlFeedbacks
from bot.progress.notebooks import SqlNotebooks
from bot.progress.standings import SqlStandings
from bot.progress.store import SqlStore
from bot.reports.badges import SignedBadges
from bot.sandbox.sandbox import DockerSandbox
from bot.settings import Settings
from bot.staffroom.homes import on_home
from bot.wiring.beside import Works
from bot.wiring.clock import now
from bot.wiring.instructors import Instructors
from bot.wiring.kept import BADGE_KEY, CERTIFICATE_SECRET, kept_secret
from bot.wiring.slack import Slack
from bot.workbench import Asset, Farewell, Scribe, Workbench

DRAIN_S = 20.0  #: what is running may end for so long when the bot is asked to stop


@dataclass(frozen=True, slots=True)
class Learners:
    """The parts that take learners through the workshop."""

    classroom: Classroom
    desk: Desk
    checks: Checks
    farewell: Farewell
    allowances: Allowances
    expiry: Expiry


async def wire_learners(
    settings: Settings,
    workshop: Workshop,
    store: SqlStore,
    sandbox: DockerSandbox,
    slack: Slack,
    instructors: Instructors,
    hands: Sandbox,
) -> Learners:
    """Return the learners' parts, joined; nothing of them runs yet. `hands` do learners' work: the `sandbox`, unless
    something stands in for it."""
    notebooks = SqlNotebooks(store.database)
    scribe = Scribe(slack.chat, notebooks)
    start_files = project_files(settings.workshop / workshop.app)
    budget = Budget(settings.cpu_budget_s, settings.cpu_refill_s_per_h, settings.disk_budget_mb)
    allowances = Allowances(
        store, slack.chat, instructors.channel, instructors.roles, hands, sandbox.meter, slack.people.room, budget
    )
    fair = Turnstile(hands, Slots(settings.build_slots, settings.command_slots), allowances)
    camera = sandbox.camera if settings.pictures else None
    bench = Workbench(store, SqlStandings(store.database), fair, scribe, asset_reader(settings.workshop), camera)
    farewell = Farewell(
        workshop,
        store,
        notebooks,
        SqlFeedbacks(store.database),
        slack.chat,
        instructors.channel,
        bench.files,
        sandbox.camera,
        workspace=slack.workspace,
        start_files=start_files,
        secret=await kept_secret(store, CERTIFICATE_SECRET),
        clock=now,
        badges=badges_of(settings, workshop, store, slack),
    )
    desk = Desk()
    queue = Queue(desk, slots=settings.check_slots, most=settings.check_queue)
    refresh = instructors.changes.ring
    classroom = Classroom(
        workshop,
        store,
        scribe,
        hands,
        Intake(workshop, store, scribe, queue, refresh, allowances),
        bench,
        farewell,
        start_files=start_files,
        clock=now,
        refresh_board=refresh,
        home_panels=on_home(instructors.duties),
        followers=instructors.followers,
    )
    checks = Checks(workshop, store, scribe, hands, queue, classroom, bench.rebuilds, now, settings.check_timeout_s)
    expiry = Expiry(store, slack.chat, hands, classroom, slack.people.room, now, patience_of(settings))
    return Learners(classroom, desk, checks, farewell, allowances, expiry)


@asynccontextmanager
async def open_desk(settings: Settings, store: SqlStore, learners: Learners) -> AsyncIterator[None]:
    """Have checks done; what learners let run may end first when the desk closes, then what is on it."""
    checks, desk = learners.checks, learners.desk
    await desk.start(
        verify=checks.verify,
        publish=checks.publish,
        lose=checks.lost,
        open_attempts=store.open_attempts,
        folder=settings.data,
        slots=settings.check_slots,
        verify_limit_s=settings.check_timeout_s * MOST_STRAIN,
    )
    try:
        yield
    finally:
        try:
            await learners.classroom.stop()
        finally:
            await desk.stop(DRAIN_S)


def follow(slack: Slack, learners: Learners) -> Works:
    """Return what goes on for learners while the bot runs."""
    return {
        "people": slack.people.fill,
        "feedback": learners.farewell.tell_staff,
        "queue": learners.checks.follow_queue,
        "expiry": learners.expiry.keep,
        "allowances": learners.allowances.keep,
    }


def badges_of(settings: Settings, workshop: Workshop, store: SqlStore, slack: Slack) -> SignedBadges:
    """Return what signs badges; its key is made with the first."""
    issuer = Issuer(settings.badge_issuer, settings.badge_issuer_name or slack.workspace or "Docent")
    return SignedBadges(workshop.id, issuer, partial(store.note, BADGE_KEY), partial(store.remember, BADGE_KEY))


def patience_of(settings: Settings) -> Patience:
    """Return how long unused sandboxes are kept."""
    warnings = (timedelta(hours=each) for each in sorted(settings.sandbox_warnings_h, reverse=True))
    return Patience(timedelta(hours=settings.sandbox_idle_h), tuple(warnings))


def asset_reader(folder: Path) -> Asset:
    """Return a function that reads a file below the workshop's folder."""
    root = folder.resolve()

    def read(path: str) -> bytes:
        file = (root / path).resolve()
        if not file.is_relative_to(root):
            raise OperatorError(f"{path} is not inside the workshop's folder.")
        return file.read_bytes()

    return read


def project_files(folder: Path) -> Mapping[str, bytes]:
    """Return the exercise app as a learner's project starts with it: no node_modules, no tests of our own."""
    skipped = {"node_modules", ".git"}
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not skipped & set(path.relative_to(folder).parts)
    }
