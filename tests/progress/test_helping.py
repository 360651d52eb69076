from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import bot.ports
from bot.core.cohorts.cohort import NEW, Cohort
from bot.core.cohorts.help import HelpLine, HelpThread
from bot.progress.cohorts import SqlCohorts
from bot.progress.helping import SqlHelpThreads
from bot.progress.store import open_store

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ASKED = HelpThread(NEW, 1, "U1", "Ada", "why?", "02", "", NOW, NOW, "D1/1.1", ("C9/1.2",))


@pytest.fixture
async def threads(place: str) -> AsyncIterator[SqlHelpThreads]:
    store = await open_store(place)
    kept = SqlHelpThreads(store.database)
    port: bot.ports.HelpThreads = kept  # mypy checks the signatures
    assert port
    await SqlCohorts(store.database).keep(Cohort(NEW, "March", "C1", "w", frozenset()))
    yield kept
    await store.close()


async def test_one_learner_has_one_question_open(threads: SqlHelpThreads) -> None:
    first = await threads.ask(ASKED)
    assert first is not None
    assert await threads.ask(replace(ASKED, question="again?")) is None
    assert await threads.open_of("U1") == first
    await threads.keep(first.closed("by Ada", NOW))
    second = await threads.ask(replace(ASKED, question="again?"))
    assert second is not None
    assert list(await threads.open(1)) == [second]
    assert list(await threads.open(2)) == []


async def test_what_is_delivered_twice_is_kept_once(threads: SqlHelpThreads) -> None:
    first = await threads.ask(ASKED, once="D1/9.9")
    assert first is not None
    await threads.keep(first.closed("by Ada", NOW))
    assert await threads.ask(ASKED, once="D1/9.9") is None
    line = HelpLine(first.id, "D1/2.2", "U1", "Ada", "words", 0, NOW)
    assert await threads.line(line)
    assert not await threads.line(line)
    assert list(await threads.unpassed()) == [line]
    await threads.passed(replace(line, passed={"C9/1.2": "3.3"}), over=False)
    assert (await threads.unpassed())[0].passed == {"C9/1.2": "3.3"}
    await threads.passed(line, over=True)
    assert list(await threads.unpassed()) == []


async def test_places_lead_to_their_thread_also_those_it_had(threads: SqlHelpThreads) -> None:
    first = await threads.ask(ASKED)
    assert first is not None
    moved = replace(first, places=("D9/5.5",))
    await threads.keep(moved)
    for place in ("D1/1.1", "C9/1.2", "D9/5.5"):
        assert await threads.at(place) == moved
    assert await threads.at("C9/9.9") is None


async def test_who_waits_is_whose_last_word_nobody_answered(threads: SqlHelpThreads) -> None:
    first = await threads.ask(ASKED)
    assert first is not None
    assert await threads.waiting(1) == {"U1"}
    answered = first.answered("UB", "Barbara", NOW + timedelta(minutes=5))
    await threads.keep(answered)
    assert await threads.waiting(1) == frozenset()
    assert list(await threads.waits_s(1, NOW)) == [300]
    assert list(await threads.waits_s(1, NOW + timedelta(seconds=1))) == []
