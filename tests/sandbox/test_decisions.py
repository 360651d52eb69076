"""What was decided goes into the log as hashes, and `docent judge` comes to the same decision."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from structlog.testing import capture_logs

from bot.handin.command import read_commands
from bot.handin.compose.read import read_compose
from bot.handin.decision import decided, image_decided, judge_dockerfile, judge_up
from bot.handin.paths import FOLDER
from bot.handin.plan import BuildPlan, Refusal, RunPlan
from bot.handin.policy import judge_run
from tests.sandbox.conftest import BASES, Learner

pytestmark = pytest.mark.engine


async def kept(learner: Learner, line: str) -> list[dict[str, object]]:
    (command,) = read_commands(line)
    assert not isinstance(command.plan, Refusal)
    with capture_logs() as logs:
        await learner.do(command.plan)
    lines = [dict(each) for each in logs if each["event"] == "decision"]
    for each in lines:
        assert each.pop("learner") == "U1"
        assert each.pop("log_level") == "info"
        del each["event"]
    return lines


@pytest.mark.parametrize("text", [b"FROM alpine\nENV PASSWORD=geheim\n", b"FROM evil\n", b"FORM alpine\n"])
async def test_a_build_is_decided_once_and_can_be_decided_again(learner: Learner, text: bytes) -> None:
    learner.files["Dockerfile"] = text
    again = decided("dockerfile", text, judge_dockerfile(text, BuildPlan(()), BASES))
    assert await kept(learner, "docker build .") == [asdict(again)]


@pytest.mark.parametrize("image", ["alpine", "evil"])
async def test_the_image_of_a_container_is_decided_about(learner: Learner, image: str) -> None:
    plan = RunPlan(image, ("true",))
    again = image_decided(plan, judge_run(plan, BASES, ()))
    assert await kept(learner, f"docker run {image} true") == [asdict(again)]


@pytest.mark.parametrize("image", ["evil", "alpine\n    privileged: true"])
async def test_a_compose_file_is_decided_about(learner: Learner, image: str) -> None:
    text = f"services:\n  a:\n    image: {image}\n".encode()
    learner.files["compose.yaml"] = text
    again = decided("compose", text, judge_up(read_compose(text, project=FOLDER), BASES))
    assert again.code
    assert await kept(learner, "docker compose up -d") == [asdict(again)]
