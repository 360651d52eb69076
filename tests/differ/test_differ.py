"""The whole session through the real Docker and through Docent: nothing differs but what is meant."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.differ.judging import Like
from tests.differ.running import compare


@pytest.mark.engine
async def test_docent_answers_as_docker_does(tmp_path: Path) -> None:
    found = await compare(tmp_path)
    counted = Counter(row.like for row in found.rows)
    print(f"{len(found.rows)} commands, compared with {found.against}: {counted} in {found.took_s:.0f} s")  # noqa: T201
    assert len(found.rows) >= 200
    assert [
        (row.line, row.real_exit, row.real, row.our_exit, row.ours) for row in found.rows if row.like is Like.DIFFERENT
    ] == []
    assert found.unused == []
