"""What an image is made of above its base, on the real engine."""

from __future__ import annotations

import pytest

from bot.core.evidence import HistorySeen
from bot.core.specs import HistorySpec
from tests.sandbox.conftest import Learner

pytestmark = pytest.mark.engine


async def test_the_history_ends_above_the_base_and_has_nothing_of_ours(learner: Learner) -> None:
    spec = HistorySpec(image="app")
    seen = await learner.sandbox.probe("U1", spec, {}, attempt=7, again=False)
    assert seen == HistorySeen(False)
    await learner.image("FROM node:24-alpine\nENV TOKEN=x\nCOPY package.json ./\nCOPY src ./src\nRUN echo hello\n")
    seen = await learner.sandbox.probe("U1", spec, {}, attempt=7, again=False)
    assert isinstance(seen, HistorySeen)
    assert seen.others == ("app:latest",)
    newest, folder, file, setting = seen.made_by
    assert newest.endswith("echo hello")
    assert (" COPY dir:" in folder, " COPY file:" in file, "ENV TOKEN=x" in setting) == (True, True, True)
