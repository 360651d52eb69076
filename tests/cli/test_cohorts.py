from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.core.cohorts.cohort import NEW, Cohort, Seat, SeatState
from bot.progress.cohorts import SqlCohorts
from bot.progress.store import open_store


def test_cohorts_are_listed_in_words_and_as_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    words = ["cohorts", "list", "--data", str(tmp_path)]
    assert "There is no cohort yet" in CliRunner().invoke(app, words).stdout
    asyncio.run(_with_a_cohort(tmp_path))
    told = CliRunner().invoke(app, words).stdout
    assert "1 of 2" in told
    assert "[bold]March" in told, "a name is no markup"
    (found,) = json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)
    assert (found["name"], found["instructors"], found["joined"], found["people"]) == ("[bold]March", ["UINA"], 1, 2)
    assert (found["starts"], found["paused"]) == ("2026-03-02", False)
    assert "U1" not in json.dumps(found)


async def _with_a_cohort(data: Path) -> None:
    store = await open_store(data / "docent.sqlite")
    cohorts, now = SqlCohorts(store.database), datetime(2026, 3, 2, tzinfo=UTC)
    kept = await cohorts.keep(Cohort(NEW, "[bold]March", "C1", "w", frozenset({"UINA"}), starts=now.date()))
    states = [Seat(kept.id, "U1", SeatState.TAKEN, now), Seat(kept.id, "U2", SeatState.INVITED, now)]
    await cohorts.seat_each(states)
    await store.close()
