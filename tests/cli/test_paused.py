"""Who is paused, from the command line, while a bot may be running."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

from typer.testing import CliRunner

from bot.cli import app
from bot.core.learner import SandboxState
from bot.fairness.allowances import note_of
from bot.progress.store import open_store
from bot.wiring import DATABASE


async def pause(data: Path) -> None:
    store = await open_store(data / DATABASE)
    learner = await store.learner("U1", "Ada")
    await store.record(replace(learner, sandbox=SandboxState.THERE), "test")
    await store.remember(note_of("U1"), json.dumps({"why": "cpu", "until": 1_800_000_000.0}))
    await store.close()


def test_who_is_paused_is_listed_and_let_go_on(tmp_path: Path) -> None:
    asyncio.run(pause(tmp_path))

    def said(*words: str) -> str:
        result = CliRunner().invoke(app, ["paused", "--data", str(tmp_path), *words])
        assert result.exit_code == 0, result.output
        return result.output.strip()

    assert said() == "U1  cpu  until 08:00 UTC"
    assert json.loads(said("--json")) == [{"learner": "U1", "why": "cpu", "until": "08:00 UTC"}]
    assert said("--release", "U2") == "U2 is not paused."
    assert said("--release", "U1") == "U1 may go on."
    assert said() == "Nobody is paused."
