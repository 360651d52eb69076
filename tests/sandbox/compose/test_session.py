"""A session with the real Compose, line by line, against ours on the same engine (`record_session.py`)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.handin.command import read_commands
from bot.handin.plan import Output, Refusal
from tests.sandbox.compose.record_session import FILE, final, masked
from tests.sandbox.conftest import Learner

pytestmark = pytest.mark.engine

SESSION: list[dict[str, Any]] = json.loads(Path(__file__).with_name("session.json").read_text(encoding="utf-8"))


async def answered(learner: Learner, line: str) -> Output:
    (command,) = read_commands(f"docker compose {line}")
    if isinstance(command.plan, Refusal):
        return Output(command.plan.words or command.plan.say, command.plan.exit_code)
    return await learner.do(command.plan)


async def test_a_whole_session_reads_as_with_the_real_compose(learner: Learner) -> None:
    learner.files["compose.yaml"] = FILE.encode()
    differences = []
    for row in SESSION:
        out = await answered(learner, row["line"])
        # the real one shows its whole help before it says that it does not know a command
        wanted = row["text"].splitlines()[-1] if row["line"] == "foo" else row["text"]
        seen = (final(masked(out.text)), out.exit_code)
        if seen != (wanted, row["exit_code"]):
            differences.append((row["line"], seen, (wanted, row["exit_code"])))
    assert len(SESSION) >= 40
    assert differences == []
