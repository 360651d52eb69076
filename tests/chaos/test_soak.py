"""A class at work while its bot is killed and its engine restarted: nothing is lost, said twice, or left behind."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rich.console import Console

from tests.chaos.__main__ import IMAGES, LONG, SHORT, show
from tests.chaos.soak import Came, soak
from tests.second_engine import SecondEngine, second_engine

FIGURES = Path(__file__).parents[2] / ".docent" / "soak.json"
Seen = Callable[[object], None]


@pytest.fixture
def engine() -> Iterator[SecondEngine]:
    with second_engine(images=IMAGES) as made:
        yield made


def held(came: Came) -> None:
    """Fail unless nothing was lost, doubled or left."""
    assert came.attempts, "nothing was checked"
    assert came.lost == 0, f"{came.lost} attempts have no verdict"
    assert came.twice == 0, f"{came.twice} attempts have two"
    assert came.unsaid == 0, f"{came.unsaid} verdicts were never shown"
    assert came.left.total() == 0, f"nobody's: {came.left}"
    assert came.leaked.total() == 0, f"leaked: {came.leaked}"


@pytest.mark.engine
async def test_f01_f02_f03_a_short_soak_loses_doubles_and_leaves_nothing(
    tmp_path: Path, engine: SecondEngine, seen: Seen
) -> None:
    came = await soak(SHORT, tmp_path, engine)
    held(came)
    seen("; ".join(f"{name}: {value}" for name, value in came.rows()[2:5]))


@pytest.mark.chaos
async def test_f01_f02_f03_a_long_soak_loses_doubles_and_leaves_nothing(
    tmp_path: Path, engine: SecondEngine, capsys: pytest.CaptureFixture[str], seen: Seen
) -> None:
    came = await soak(LONG, tmp_path, engine)
    with capsys.disabled():
        show(came, Console(width=140))
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_text(json.dumps(came.as_json(), indent=2))
    held(came)
    seen("; ".join(f"{name}: {value}" for name, value in came.rows()[2:5]))
