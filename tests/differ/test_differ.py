"""The whole session through the real Docker and through Docent: nothing differs but what is meant."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import pytest

from tests.differ.judging import Like, both
from tests.differ.running import compare


@pytest.mark.engine
async def test_docent_answers_as_docker_does() -> None:
    # pytest's own folders are too deep: the name of an engine's socket has at most 107 letters
    with tempfile.TemporaryDirectory(prefix="docent-differ-") as folder:
        found = await compare(Path(folder))
    counted = Counter(row.like for row in found.rows)
    print(f"{len(found.rows)} commands, compared with {found.against}: {counted} in {found.took_s:.0f} s")  # noqa: T201
    assert len(found.rows) >= 200
    different = [both(row) for row in found.rows if row.like is Like.DIFFERENT]
    assert not different, "\n".join(different)
    assert found.unused == []
