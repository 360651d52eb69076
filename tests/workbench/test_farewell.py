"""What learners take away: the badge comes with the certificate, also where nothing can be drawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from bot.core.ending.badge import Issuer
from bot.core.ending.certificate import number_of
from bot.core.ending.summary import certificate
from bot.core.learner import Learner
from bot.errors import HostError
from bot.ports import Where
from bot.progress.notebooks import SqlNotebooks
from bot.progress.standings import SqlStandings
from bot.progress.store import open_store
from bot.reports.badges import SignedBadges
from bot.wiring import BADGE_KEY
from bot.workbench import Scribe, Workbench
from tests.fakes import MemoryCamera, MemoryChat, MemorySandbox, farewell_of
from tests.reports.classes import WORKSHOP

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WHERE = Where("D1", "U1")


@pytest.mark.parametrize("fails", [0, 3])
async def test_the_badge_comes_with_the_certificate_and_has_its_number(tmp_path: Path, fails: int) -> None:
    camera = MemoryCamera([HostError("No browser here.")] * fails)
    store, chat = await open_store(tmp_path / "db.sqlite"), MemoryChat()
    kept = (partial(store.note, BADGE_KEY), partial(store.remember, BADGE_KEY))
    badges = SignedBadges(WORKSHOP.id, Issuer("", "Our workspace"), *kept)
    scribe = Scribe(chat, SqlNotebooks(store.database))
    bench = Workbench(store, SqlStandings(store.database), MemorySandbox(), scribe, lambda path: b"", camera)
    farewell = farewell_of(WORKSHOP, store, chat, bench, camera=camera, badges=badges)
    learner = Learner("U1", "Ada", at=WORKSHOP.order[-1], passed=dict.fromkeys(WORKSHOP.order, NOW), finished_at=NOW)
    for _ in range(2):
        await farewell.send_certificate(learner, certificate(WORKSHOP, learner, NOW), WHERE)
    first, second = [file for _, file in chat.files if file.name.endswith(".jwt")]
    assert first.content == second.content
    said = (await badges.key()).read(first.content.decode())
    assert said is not None
    assert said["credentialSubject"]["licenseNumber"] == number_of("sesame", WORKSHOP.id, "U1")
    assert said["validFrom"] == "2026-11-23T09:00:00Z"
    assert "U1" not in str(said["credentialSubject"])
    other = replace(learner, id="U2", name="Grace")
    await farewell.send_certificate(other, certificate(WORKSHOP, other, NOW), WHERE)
    assert chat.files[-1][1].content != first.content
    await store.close()
