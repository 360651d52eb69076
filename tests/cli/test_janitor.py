"""`docent janitor`: what a dead bot left goes, a living one's is left to it."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli.janitor import sign_of_life
from bot.handin.plan import CreateVolume, RunPlan
from bot.progress.ledger import SqlLedger
from bot.progress.store import open_store
from bot.sandbox import recipe
from bot.sandbox.host import Host
from bot.sandbox.janitor.books import Books
from bot.sandbox.sandbox import DockerSandbox
from bot.settings import read_settings
from bot.upkeep import BEAT
from bot.wiring import DATABASE, kept_secret, seal_of
from tests.sandbox.conftest import Learner


def janitor(data: Path, *more: str) -> tuple[int, dict[str, object]]:
    """Run the command as a timer does; return its exit code and what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", "janitor", "--data", str(data), "--json", *more],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "XDG_STATE_HOME": str(data)},
    )
    return done.returncode, json.loads(done.stdout)


def test_a_sign_of_life_grows_old(tmp_path: Path) -> None:
    settings = read_settings(data=tmp_path)
    assert sign_of_life(settings) is None
    (tmp_path / BEAT).touch()
    os.utime(tmp_path / BEAT, (0, 0))
    assert (sign_of_life(settings) or 0) > 180


@pytest.mark.engine
async def test_what_a_dead_bot_left_goes_and_learners_things_stay(tmp_path: Path, host: Host) -> None:
    store = await open_store(tmp_path / DATABASE)
    instance = await kept_secret(store, "instance", 3)
    books = Books(instance, await seal_of(store), SqlLedger(store.database))
    images = {name: await host.image(name) for name in ("alpine:latest", "docent-verifier:latest")}
    ids = {name: detail.id for name, detail in images.items() if detail}
    alpine = {"alpine:latest": ids["alpine:latest"]}
    sandbox = DockerSandbox(instance, alpine, ids["docent-verifier:latest"], books=books)
    ada = Learner(sandbox, "U1")
    try:
        await ada.do(RunPlan("alpine", ("sleep", "300"), "web", detach=True))
        await ada.do(CreateVolume("db"))
        owner, ours = sandbox._setup.owner("U1"), sandbox._setup.host
        await sandbox._verifiers.warm(owner)
        attempt = recipe.volume(owner, owner.volume("chk"), "chk", {}, attempt=9)
        await ours.must("POST", "/volumes/create", body=attempt)
        await books.flush()

        (tmp_path / BEAT).touch()
        code, living = await asyncio.to_thread(janitor, tmp_path)
        assert (code, living["alive"]) == (0, True)
        assert await ours.inspect(owner.verifier) is not None, "the bot works, so it is its own matter"

        code, dry = await asyncio.to_thread(janitor, tmp_path, "--after", "0", "--dry-run")
        planned = {each["name"] for each in dry["rounds"][""]["removed"]}  # type: ignore[index]
        assert planned == {owner.verifier, owner.volume("chk")}
        assert await ours.inspect(owner.verifier) is not None

        code, came = await asyncio.to_thread(janitor, tmp_path, "--after", "0")
        assert code == 0
        assert {each["name"] for each in came["rounds"][""]["removed"]} == planned  # type: ignore[index]
        assert await ours.inspect(owner.verifier) is None
        assert await ours.inspect(owner.container("web")) is not None
        assert [each.name for each in await host.volumes(*owner.labels)] == ["db"]
    finally:
        await sandbox.demolish()
        await sandbox.close()
        await store.close()


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from bot.handin.plan import RunPlan, CreateVolume, BuildPlan
from bot.sandbox.janitor.books import Books, Shelf
from bot.sandbox.janitor.claims import Claim, claimed, engine_at
from bot.sandbox.janitor.seal import Seal
from bot.sandbox.sandbox import DockerSandbox

async def main(folder, instance, alpine, verifier):
    key = b"of one who dies"
    with claimed(Path(folder), Claim(instance, key.hex(), "", passing=True, engine=engine_at(""))):
        books = Books(instance, Seal(key), Shelf())
        sandbox = DockerSandbox(instance, {"alpine:latest": alpine}, verifier, books=books)
        files = {"Dockerfile": b"FROM alpine\\nRUN echo " + instance.encode()}
        run = RunPlan("app", ("sleep", "300"), "web", detach=True)
        for plan in (BuildPlan(("app:latest",)), CreateVolume("db"), run):
            out = await sandbox.run("U1", plan, files, print)
            assert out.exit_code == 0, out
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.engine
async def test_what_a_killed_test_left_is_buried_by_whoever_comes_next(tmp_path: Path, host: Host) -> None:
    folder, instance = tmp_path / "docent" / "claims", f"t{secrets.token_hex(4)}"
    images = [await host.image(name) for name in ("alpine:latest", "docent-verifier:latest")]
    ids = [detail.id for detail in images if detail]
    words = [sys.executable, "-c", KILLED, str(folder), instance, *ids]
    killed = await asyncio.to_thread(subprocess.run, words, check=False, capture_output=True)
    assert killed.returncode == -9, killed.stderr.decode()
    mine = f"docent.instance={instance}"
    assert len(await host.containers(mine)) == 1
    os.utime(folder / f"{instance}.json", (0, 0))

    code, came = await asyncio.to_thread(janitor, tmp_path / "none")
    assert (code, came["rounds"]) == (0, {}), "another folder of claims"
    code, came = await asyncio.to_thread(janitor, tmp_path)
    assert code == 0
    assert instance in came["rounds"]  # type: ignore[operator]
    assert await host.containers(mine) == ()
    assert await host.volumes(mine) == ()
    assert list(await host.networks(mine)) == []
    assert await host.images(mine) == ()
    assert list(folder.glob("*.json")) == []
