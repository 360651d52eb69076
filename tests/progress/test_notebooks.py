"""Pages and feedback are kept, bounded, and gone when they are to be forgotten."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from bot.core.ending.pages import Page, PageKind
from bot.core.learner import Learner
from bot.core.workshop import StepRef
from bot.ports import Feedback, Feedbacks, Notebooks
from bot.progress.feedbacks import SqlFeedbacks
from bot.progress.notebooks import SqlNotebooks
from bot.progress.store import SqlStore, open_store
from bot.progress.tables import feedback, pages

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
RUN, BUILD = StepRef("02", "run"), StepRef("02", "build")
PS = Page(PageKind.COMMAND, "docker ps", "CONTAINER ID\n")


@pytest.fixture
async def store(place: str) -> AsyncIterator[SqlStore]:
    store = await open_store(place, lambda: NOW)
    yield store
    await store.close()


@pytest.fixture
def kept(store: SqlStore) -> Notebooks:
    return SqlNotebooks(store.database, lambda: NOW)  # mypy checks the signatures


@pytest.fixture
def given(store: SqlStore) -> Feedbacks:
    return SqlFeedbacks(store.database, lambda: NOW)


async def test_a_page_comes_back_with_its_time_and_the_step_the_learner_was_at(
    store: SqlStore, kept: Notebooks
) -> None:
    await kept.keep("U1", PS)  # somebody nobody has seen yet
    await store.record(Learner("U1", "Ada", at=RUN), "moved")
    await kept.keep("U1", PS)
    await kept.keep("U1", replace(PS, ref=BUILD))
    assert await kept.pages("U1") == [
        replace(PS, at=NOW),
        replace(PS, at=NOW, ref=RUN),
        replace(PS, at=NOW, ref=BUILD),
    ]
    assert await kept.pages("U2") == []


async def test_what_is_kept_once_is_kept_once_of_each_and_the_newest_counts(kept: Notebooks) -> None:
    page = Page(PageKind.CHECK, "Run", "▫", RUN, once="check/7")
    await kept.keep("U1", page)
    await kept.keep("U1", PS)
    for learner in ("U1", "U2"):
        await kept.keep(learner, replace(page, came="✅"))
    assert [each.came for each in await kept.pages("U1")] == ["✅", "CONTAINER ID\n"]
    assert [each.came for each in await kept.pages("U2")] == ["✅"]


async def test_the_newest_of_a_step_and_of_a_learner_are_kept(store: SqlStore) -> None:
    kept = SqlNotebooks(store.database, lambda: NOW, of_a_step=3, of_a_learner=5)
    for number in range(5):
        await kept.keep("U1", replace(PS, wrote=f"{number}", ref=RUN))
    await kept.keep("U1", replace(PS, ref=BUILD))
    mine = await kept.pages("U1")
    assert [page.wrote for page in mine] == ["2", "3", "4", "docker ps"]
    for number in range(3):
        await kept.keep("U1", replace(PS, wrote=f"{number}", ref=StepRef("03", "see")))
    assert [page.wrote for page in await kept.pages("U1")] == ["4", "docker ps", "0", "1", "2"]
    await kept.keep("U2", PS)
    assert len(await kept.pages("U2")) == 1, "one learner's pages push out nobody else's"


async def test_pages_are_forgotten_with_their_learner(kept: Notebooks) -> None:
    for learner in ("U1", "U2"):
        await kept.keep(learner, PS)
    await kept.forget("U1")
    await kept.forget("U1")
    assert [len(await kept.pages(learner)) for learner in ("U1", "U2")] == [0, 1]


async def test_a_second_feedback_takes_the_place_of_the_first(given: Feedbacks) -> None:
    assert await given.given("U1") is None
    assert await given.give("U1", 2, "slow")
    (first,) = await given.untold()
    assert first == Feedback("U1", 2, "slow")
    await given.told(first, "C1/1")
    assert await given.untold() == []
    assert not await given.give("U1", 5, "quick")
    assert await given.untold() == [Feedback("U1", 5, "quick", "C1/1")], "it is told where the first one was"
    await given.told(first, "C1/2")
    assert await given.given("U1") == Feedback("U1", 5, "quick", "C1/2"), "what changed meanwhile is still to be told"
    await given.forget("U1")
    assert await given.given("U1") is None


def test_postgresql_takes_the_same_tables_and_statements() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for table in (pages, feedback):
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=dialect))
    newest = sa.select(pages.c.id).order_by(pages.c.id.desc()).offset(3).limit(1).scalar_subquery()
    assert "OFFSET" in str(pages.delete().where(pages.c.id <= newest).compile(dialect=dialect))
