"""Where records are kept in a test: once in SQLite, once in PostgreSQL where the machine has it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.progress.database import open_database
from tests.progress.server import HEAD, Server, binaries, serving


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    programs = binaries()
    if programs is None:
        pytest.skip("this machine has no PostgreSQL server (on Debian: apt install postgresql)")
    with serving(programs) as server:
        open_database(server.empty(HEAD)).close()
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return where `open_store` finds an empty database."""
    if request.param == "sqlite":
        return str(tmp_path / "docent.sqlite")
    server: Server = request.getfixturevalue("postgresql")
    return server.fresh()
