"""`docent export` writes what is asked for, beside a running bot or not."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

from typer.testing import CliRunner

from bot.cli import app
from bot.core.cohorts.cohort import NEW, Cohort, Seat, SeatState
from bot.core.learner import Learner
from bot.progress.cohorts import SqlCohorts
from bot.progress.store import open_store
from bot.wiring import DATABASE
from tests.reports.classes import WORKSHOP

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


async def class_of_one(folder: Path, nameless: bool = False) -> None:
    store = await open_store(folder / DATABASE)
    await store.record(Learner("U1", "Ada", at=WORKSHOP.order[0], passed={WORKSHOP.order[0]: NOW}), "made")
    rows = SqlCohorts(store.database)
    made = await rows.keep(Cohort(NEW, "November", "C1", "docker", frozenset({"U2"}), nameless=nameless))
    await rows.seat(Seat(made.id, "U1", SeatState.TAKEN, NOW))
    await store.close()


def test_the_files_asked_for_are_written_and_told(tmp_path: Path) -> None:
    asyncio.run(class_of_one(tmp_path))
    asked = ["export", "--cohort", "1", "--format", "csv", "--format", "md", "--format", "jsonl"]
    told = CliRunner().invoke(app, [*asked, "--out", str(tmp_path / "a" / "b"), "--data", str(tmp_path), "--json"])
    assert told.exit_code == 0, told.output
    names = ["summary.md", "learners.csv", "steps.csv", "conditions.csv", "events.jsonl"]
    assert [Path(each["file"]).name for each in json.loads(told.stdout)] == names
    assert sorted(each.name for each in (tmp_path / "a" / "b").iterdir()) == sorted(names)
    assert "Ada" in (tmp_path / "a" / "b" / "learners.csv").read_text()


def test_names_are_left_out_when_asked_and_of_a_nameless_course_always(tmp_path: Path) -> None:
    for folder, nameless, more in ((tmp_path / "1", False, ["--no-names"]), (tmp_path / "2", True, [])):
        folder.mkdir()
        asyncio.run(class_of_one(folder, nameless))
        asked = ["export", "--cohort", "1", "--format", "csv", "--format", "jsonl", *more]
        told = CliRunner().invoke(app, [*asked, "--out", str(folder / "out"), "--data", str(folder)])
        assert told.exit_code == 0, told.output
        for file in (folder / "out").iterdir():
            assert "Ada" not in file.read_text()
            assert "U1" not in file.read_text()


def test_what_cannot_be_is_said_in_a_sentence(tmp_path: Path) -> None:
    asyncio.run(class_of_one(tmp_path))
    for asked, said in (
        (["--cohort", "9"], "There is no cohort 9"),
        (["--format", "pdf"], "There is no format 'pdf'"),
        (["--format", "md", "--out", "/dev/null/x"], "choose another folder with --out"),
    ):
        told = CliRunner().invoke(app, ["export", *asked, "--data", str(tmp_path)])
        assert told.exit_code != 0
        assert said in str(told.exception)
