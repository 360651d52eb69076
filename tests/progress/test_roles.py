"""Who is an instructor stands in the database, by user id; what Slack delivered is taken once, also after a restart."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.cli.instructors import checked
from bot.core.learner import Learner
from bot.errors import OperatorError
from bot.progress.deliveries import KEEP
from bot.progress.roles import SqlRoles
from bot.progress.store import SqlStore, open_store


@pytest.fixture
async def store(place: str) -> AsyncIterator[SqlStore]:
    store = await open_store(place)
    yield store
    await store.close()


@pytest.fixture
def roles(store: SqlStore) -> SqlRoles:
    return SqlRoles(store.database)


async def test_s10_nobody_is_an_instructor_by_themselves(roles: SqlRoles, store: SqlStore) -> None:
    await store.learner("U1", "Barbara, instructor")
    assert await roles.instructors() == []
    assert not await roles.is_instructor("U1")


async def test_appointing_and_dismissing_say_whether_they_changed_anything(roles: SqlRoles) -> None:
    assert await roles.appoint("U2")
    assert not await roles.appoint("U2")
    assert await roles.is_instructor("U2")
    assert await roles.dismiss("U2")
    assert not await roles.dismiss("U2")
    assert not await roles.is_instructor("U2")


async def test_settings_name_the_first_instructors_and_bring_nobody_back(roles: SqlRoles) -> None:
    await roles.seed(("U1", "U2"))
    await roles.dismiss("U2")
    await roles.seed(("U1", "U2", "U3"))
    assert await roles.instructors() == ["U1", "U3"]


async def test_s04_what_was_recorded_once_is_not_recorded_again(place: str) -> None:
    for outcome in (True, False):
        store = await open_store(place)
        assert await store.record(Learner("U1", "Ada"), "SaidSomething", once="event/Ev1") is outcome
        assert len(await store.journal("U1")) == 1
        await store.close()


async def test_deliveries_are_forgotten_when_nobody_brings_them_any_more(place: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    store = await open_store(place, lambda: now)
    assert await store.record(Learner("U1", "Ada"), "Arrived", once="event/Ev1")
    now += KEEP + timedelta(seconds=1)
    assert await store.record(Learner("U1", "Ada"), "Arrived", once="event/Ev2")
    assert await store.record(Learner("U1", "Ada"), "Arrived", once="event/Ev1")
    await store.close()


@pytest.mark.parametrize("name", ["Barbara", "@barbara", "u123", "", "C0INSTRUCTORS", "U1;drop table roles"])
def test_s11_a_name_makes_nobody_an_instructor(name: str, seen: Callable[[object], None]) -> None:
    with pytest.raises(OperatorError, match="no user id"):
        checked(name)
    seen("asks for the user id")


def test_the_command_lists_adds_and_removes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCENT_INSTRUCTORS", '["U0BARBARA"]')
    run = CliRunner()

    def say(*words: str) -> str:
        done = run.invoke(app, ["instructors", *words, "--data", str(tmp_path)])
        assert done.exit_code == 0, done.output
        return done.stdout.strip()

    assert say("list") == "U0BARBARA"
    assert say("add", "U0ADA") == "U0ADA is an instructor now."
    assert say("remove", "U0BARBARA") == "U0BARBARA is no instructor any more."
    assert json.loads(say("list", "--json")) == ["U0ADA"]


async def test_who_was_dismissed_is_known_and_who_never_was_one_is_not(roles: SqlRoles) -> None:
    await roles.appoint("U1")
    await roles.appoint("U2")
    await roles.dismiss("U1")
    assert await roles.dismissed() == ["U1"]
    await roles.appoint("U1")
    assert await roles.dismissed() == []
