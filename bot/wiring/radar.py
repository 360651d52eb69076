"""The radar, joined: who is stuck, what many fail with, and what instructors do about it."""

from __future__ import annotations

from bot.core.cohorts.consent import look_press
from bot.core.cohorts.radar import UNSEEN
from bot.core.workshop import Workshop
from bot.progress.alerts import SqlAlerts, SqlClusters
from bot.progress.store import SqlStore
from bot.progress.trails import SqlTrails
from bot.sandbox.sandbox import DockerSandbox
from bot.settings import Settings
from bot.staffroom.radar import AlertBook, AlertDesk, ClusterDesk, Postbox, Watch
from bot.staffroom.telling import Telling
from bot.wiring.beside import Works
from bot.wiring.clock import now, of_ours
from bot.wiring.instructors import Instructors
from bot.wiring.learners import Learners
from bot.wiring.slack import Slack


def wire_radar(
    settings: Settings,
    workshop: Workshop,
    store: SqlStore,
    sandbox: DockerSandbox,
    slack: Slack,
    instructors: Instructors,
    learners: Learners,
) -> Works:
    """Add the radar's duties and follower, and return its watch."""
    room, classroom, trails = slack.people.room, learners.classroom, SqlTrails(store.database)
    postbox = Postbox(instructors.cohorts, instructors.roles, Telling(slack.chat, room), instructors.channel)
    book = AlertBook(workshop, store, trails, SqlAlerts(store.database), postbox, now)
    book.more.append(lambda alert: look_press(alert.cohort, alert.learner) if alert.cohort else None)
    clusters = ClusterDesk(workshop, trails, SqlClusters(store.database), postbox, classroom, room, now)
    alone = bool(settings.instructors_channel)
    watch = Watch(
        workshop, store, trails, postbox, book, clusters, now, down=sandbox.resting, alone=alone, unseen=of_ours(UNSEEN)
    )
    instructors.duties.extend((AlertDesk(workshop, trails, book, postbox, classroom, room).duty(), clusters.duty()))
    instructors.followers.append(watch.follow)
    return {"radar": watch.keep}
