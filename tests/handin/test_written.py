from __future__ import annotations

import json
from dataclasses import is_dataclass
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handin import plan as plans
from bot.handin.command import read_commands
from bot.handin.plan import BuildPlan, ListContainers, Plan, RunPlan
from bot.handin.written import read, read_plan, written

PLANS = [each for each in get_args(Plan) if is_dataclass(each)]


@given(plan=st.one_of(*(st.from_type(each) for each in PLANS)))
def test_every_plan_reads_back_as_it_was_written(plan: Plan) -> None:
    assert read(json.loads(json.dumps(written(plan)))) == plan


def test_a_volume_and_a_folder_of_the_project_are_told_apart() -> None:
    line = "docker run -v todo-db:/etc/todos --mount type=bind,src=.,target=/app alpine"
    plan = read_commands(line)[0].plan
    assert isinstance(plan, RunPlan)
    assert read_plan(written(plan), RunPlan) == plan


def test_only_what_differs_from_the_usual_is_written() -> None:
    assert written(BuildPlan(("app:latest",))) == {"is": "BuildPlan", "tags": ["app:latest"]}


@pytest.mark.parametrize("told", [None, {"is": "os.system"}, {"is": "RunPlan"}, {"is": "RunPlan", "oops": 1}, "text"])
def test_what_is_no_plan_of_ours_is_none(told: object) -> None:
    assert read_plan(told, RunPlan) is None


def test_another_kind_of_plan_is_none() -> None:
    assert read_plan(written(ListContainers()), RunPlan) is None
    assert set(vars(plans)) >= {each.__name__ for each in PLANS}
