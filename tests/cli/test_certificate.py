"""A certificate's number leads to whoever it was given to, and to nobody else."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

from typer.testing import CliRunner

from bot.authoring.load import load_workshop
from bot.cli import app
from bot.core.ending.certificate import number_of
from bot.core.learner import Learner
from bot.progress.store import open_store
from bot.settings import shipped
from bot.wiring import CERTIFICATE_SECRET, DATABASE, kept_secret

WORKSHOP = load_workshop(shipped("lessons") / "docker-workshop")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


async def class_of_two(folder: Path) -> str:
    """Make Ada, who finished with one skip, and Grace, who did not; return the secret."""
    store = await open_store(folder / DATABASE)
    *passed, skipped = WORKSHOP.order
    done = {"passed": dict.fromkeys(passed, NOW), "skipped": frozenset({skipped}), "finished_at": NOW}
    await store.record(Learner("U1", "Ada", at=skipped, **done), "made")  # type: ignore[arg-type]
    await store.record(Learner("U2", "Grace", at=skipped), "made")
    secret = await kept_secret(store, CERTIFICATE_SECRET)
    assert await kept_secret(store, CERTIFICATE_SECRET) == secret
    await store.close()
    return secret


def test_a_number_is_looked_up_however_it_was_typed(tmp_path: Path) -> None:
    number = number_of(asyncio.run(class_of_two(tmp_path)), WORKSHOP.id, "U1")
    for typed in (number, number.lower(), number.replace("-", " "), number.replace("-", "").replace("O", "0")):
        told = CliRunner().invoke(app, ["certificate", typed, "--data", str(tmp_path), "--json"])
        assert told.exit_code == 0, told.output
        found = json.loads(told.stdout)
        assert (found["name"], found["on"], found["skipped"]) == ("Ada", "2026-11-23", 1)
        assert found["passed"] == found["steps"] - 1


def test_a_number_of_nobody_is_nobodys(tmp_path: Path) -> None:
    secret = asyncio.run(class_of_two(tmp_path))
    for number in (number_of(secret, WORKSHOP.id, "U2"), number_of("guessed", WORKSHOP.id, "U1"), "", "x"):
        told = CliRunner().invoke(app, ["certificate", number, "--data", str(tmp_path)])
        assert told.exit_code == 1, told.output
        assert "No learner here" in told.stdout
