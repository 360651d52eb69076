"""What all tests share: a word about what was seen, and the table of hostile cases that it goes into."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from tests.catalogue.table import OPTION, SEEN, Collected

# on a full machine any single example may take longer than Hypothesis' usual 200 ms
# `DOCENT_EXAMPLES=5000 deploy/test tests/handin` tries more of each property than the usual hundred
settings.register_profile("patient", deadline=None, max_examples=int(os.environ.get("DOCENT_EXAMPLES", "100")))
settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that runs the catalogue."""
    parser.addoption(OPTION, type=Path, metavar="FILE", help="run the hostile cases only; their table as JSON to FILE")


def pytest_configure(config: pytest.Config) -> None:
    """Keep what comes of the cases, where that is asked for."""
    if (file := config.getoption(OPTION)) is not None:
        config.pluginmanager.register(Collected(file), "catalogue")


@pytest.fixture
def seen(record_property: Callable[[str, object], None]) -> Callable[[object], None]:
    """Return a function that keeps one short word or sentence on what happened: `seen("256 processes")`."""
    return lambda what: record_property(SEEN, str(what))
