"""`docent forget`: everything of somebody, or of everybody, beside a bot or without one."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.handin.plan import CreateVolume
from bot.progress.ledger import SqlLedger
from bot.progress.lock import hold
from bot.progress.persons import SqlPersons
from bot.progress.store import open_store
from bot.sandbox.host import Host
from bot.sandbox.janitor.books import Books
from bot.sandbox.sandbox import DockerSandbox
from bot.wiring import DATABASE, kept_secret, seal_of
from tests.sandbox.conftest import Learner


@pytest.fixture
def data(tmp_path: Path) -> Path:
    asyncio.run(somebody(tmp_path))
    return tmp_path


async def somebody(data: Path) -> None:
    store = await open_store(data / DATABASE)
    for user in ("U0ADA", "U0GRACE"):
        await store.learner(user, user)
        await store.write_files(user, {"Dockerfile": b"FROM node:24-alpine\n"})
    await store.close()


async def kept(data: Path, user: str) -> int:
    store = await open_store(data / DATABASE)
    try:
        return (await SqlPersons(store.database).kept(user)).count
    finally:
        await store.close()


async def intended(data: Path) -> list[str]:
    store = await open_store(data / DATABASE)
    try:
        return list(await SqlPersons(store.database).intended())
    finally:
        await store.close()


def docent(data: Path, *words: str) -> tuple[int, str]:
    came = CliRunner().invoke(app, ["forget", *words, "--data", str(data)], env={"DOCENT_CLAIMS": str(data / "claims")})
    return came.exit_code, came.output


def test_beside_a_bot_it_is_asked_to(data: Path) -> None:
    with hold(data / "docent.lock"):
        code, said = docent(data, "U0ADA")
    assert (code, "the bot that works here" in said.lower()) == (0, True)
    assert asyncio.run(intended(data)) == ["U0ADA"]


def test_a_name_is_no_user_id_and_everybody_wants_a_yes(data: Path) -> None:
    assert docent(data)[0] == 2
    assert docent(data, "U0ADA", "--everybody")[0] == 2
    code, said = docent(data, "--everybody")
    assert (code, "--yes" in said) == (1, True)
    assert asyncio.run(kept(data, "U0ADA"))


def test_of_nobody_nothing_is_kept(data: Path) -> None:
    assert docent(data, "U0NOBODY") == (0, "Nothing is kept of U0NOBODY.\n")


@pytest.mark.engine
async def test_somebody_goes_from_the_host_and_then_everybody(data: Path, host: Host) -> None:
    store = await open_store(data / DATABASE)
    instance, seal = await kept_secret(store, "instance", 3), await seal_of(store)
    sandbox = DockerSandbox(instance, {}, "", books=Books(instance, seal, SqlLedger(store.database)))
    try:
        for user in ("U0ADA", "U0GRACE"):
            await Learner(sandbox, user).do(CreateVolume("db"))
        owners = [sandbox._setup.owner(user) for user in ("U0ADA", "U0GRACE")]
        await sandbox.books.flush()
        assert "rows of U0ADA are deleted" in (await asyncio.to_thread(docent, data, "U0ADA"))[1]
        assert [len(await host.volumes(*owner.labels)) for owner in owners] == [0, 1]
        assert (await kept(data, "U0ADA"), await kept(data, "U0GRACE") > 0) == (0, True)
        code, said = await asyncio.to_thread(docent, data, "--everybody", "--yes")
        assert (code, "only empty tables" in said) == (0, True)
        assert [len(await host.volumes(*owner.labels)) for owner in owners] == [0, 0]
        assert await kept(data, "U0GRACE") == 0
    finally:
        await sandbox.demolish()
        await sandbox.close()
        await store.close()
