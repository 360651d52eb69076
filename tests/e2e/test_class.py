"""A class through the real bot: the board, alerts, clusters, gates and help threads are seen working.

The host is stood in for (`bot/authoring/classes/understudy.py`), everything else is what runs in a course. The class of
sixty runs with `deploy/test --load`.
"""

from __future__ import annotations

import json

import pytest

from bot.cli.classroom import Order, rehearse_class
from bot.cli.classroom_view import as_json
from bot.settings import read_settings

pytestmark = [pytest.mark.e2e, pytest.mark.engine]


async def seen(order: Order) -> dict[str, str]:
    findings = await rehearse_class(read_settings(log_level="ERROR"), order)
    told = json.loads(as_json(findings))
    assert told["ok"], as_json(findings)
    return {row["about"]: row["seen"] for row in told["rows"]}


async def test_a_class_of_twelve_sees_its_gates_its_board_and_its_help() -> None:
    rows = await seen(Order(12, 7, pace=60))
    assert rows["learners"].startswith("12")
    assert rows["truly stuck"].startswith("4 of 4 found")


@pytest.mark.load
async def test_a_class_of_sixty_does_too() -> None:
    rows = await seen(Order(60, 7))
    assert rows["learners"].startswith("60")
    assert rows["truly stuck"].startswith("6 of 6 found")
