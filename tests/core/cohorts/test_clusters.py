from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.authoring.load import load_workshop
from bot.core.cohorts.clusters import Cluster, KeptCluster, Spot, about, cluster_panel, clusters, failing
from bot.core.cohorts.cohort import ClassHint, hint_for
from bot.core.cohorts.radar import Trail
from bot.core.learner import Learner, SandboxState
from bot.core.workshop import StepRef
from bot.settings import shipped

WORKSHOP = load_workshop(shipped("lessons") / "docker-workshop")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BUILD = StepRef("02", "dockerfile")
SPOT = Spot(BUILD, "builds", "BUILD_FAILED")


def some(count: int, code: str = "BUILD_FAILED", prefix: str = "U") -> list[Trail]:
    fails = {BUILD: ("builds", code)} if code else {}
    return [Trail(Learner(f"{prefix}{n}", "x", at=BUILD, failing=fails)) for n in range(count)]


@pytest.mark.parametrize(
    ("alike", "others", "told"), [(3, 0, True), (2, 0, False), (3, 12, True), (3, 13, False), (4, 16, True)]
)
def test_three_and_a_fifth_of_those_at_the_step(alike: int, others: int, told: bool) -> None:
    found = clusters(WORKSHOP, [*some(alike), *some(others, "", "V")])
    expected = (Cluster(SPOT, frozenset(f"U{n}" for n in range(alike)), alike + others),) if told else ()
    assert found == expected


@pytest.mark.parametrize(
    ("count", "title"), [(3, "3 of 4: BUILD_FAILED"), (1, "1 of 4: BUILD_FAILED"), (0, "Over: BUILD_FAILED")]
)
def test_a_cluster_that_is_over_says_so_without_figures(count: int, title: str) -> None:
    panel = cluster_panel(WORKSHOP, KeptCluster(1, 1, SPOT, count, 4 if count else 0, NOW), None)
    assert panel.title == title
    assert ("0 of 0" in str(panel)) is False


def test_each_code_is_one_of_its_own_the_most_first() -> None:
    found = clusters(WORKSHOP, [*some(3), *some(4, "NOT_FOUND", "V")])
    assert [(each.spot.code, len(each.failing), each.here) for each in found] == [
        ("NOT_FOUND", 4, 7),
        ("BUILD_FAILED", 3, 7),
    ]


def test_who_is_through_or_paused_is_not_counted() -> None:
    one, two, three = some(3)
    away = Trail(replace(one.learner, sandbox=SandboxState.AWAY))
    done = Trail(replace(two.learner, passed={BUILD: NOW}))
    assert failing(WORKSHOP, [away, done, three]) == (Cluster(SPOT, frozenset({"U2"}), 1),)


def test_what_an_author_wrote_is_found_where_it_still_is() -> None:
    ref, condition = next((ref, each) for ref, each in WORKSHOP.conditions() if each.fail)
    code = next(iter(condition.fail))
    assert about(WORKSHOP, Spot(ref, condition.id, code)) == (condition, condition.fail[code])
    assert about(WORKSHOP, Spot(ref, condition.id, "GONE")) is None
    assert about(WORKSHOP, Spot(StepRef("99", "x"), condition.id, code)) is None


def test_a_class_hint_is_for_one_condition_and_code() -> None:
    hint = ClassHint(*BUILD, "builds", "BUILD_FAILED", "Look.", "UINA", NOW)
    assert hint_for([hint], *SPOT) == hint
    assert hint_for([hint], BUILD, "builds", "OTHER") is None
