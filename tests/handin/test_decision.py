from __future__ import annotations

from dataclasses import asdict

import pytest

from bot.handin.archive import Unpacked
from bot.handin.command import read_commands
from bot.handin.compose.read import read_compose
from bot.handin.decision import (
    AcceptedDockerfile,
    command_decided,
    decided,
    image_decided,
    judge_command,
    judge_dockerfile,
    judge_up,
    plan_hash,
)
from bot.handin.plan import BuildPlan, Login, Refusal, RunPlan

SERVED = ("alpine", "node:24-alpine")
PLAN = BuildPlan(())


def test_the_same_bytes_give_the_same_decision_and_others_another() -> None:
    one, again, other = (
        decided("dockerfile", text, judge_dockerfile(text, PLAN, SERVED))
        for text in (b"FROM alpine\n", b"FROM alpine\n", b"FROM alpine\nRUN x\n")
    )
    assert one == again
    assert one.input != other.input
    assert one.plan != other.plan


def test_what_means_the_same_has_one_plan_and_two_inputs() -> None:
    plain, noted = (
        decided("dockerfile", text, judge_dockerfile(text, PLAN, SERVED))
        for text in (b"FROM alpine\n", b"FROM alpine # \n".replace(b" # ", b"   "))
    )
    assert plain.input != noted.input
    assert plain.plan == noted.plan


def test_a_decision_holds_hashes_and_a_code_only() -> None:
    (command,) = read_commands("docker run -e PASSWORD=geheim alpine")
    for decision in (command_decided(command), decided("archive", b"geheim", Unpacked((("a", b"geheim"),)))):
        assert "geheim" not in repr(decision)
        assert (len(decision.input), len(decision.plan), decision.code) == (64, 64, "")
    assert set(asdict(decision)) == {"kind", "input", "plan", "code"}


def test_a_password_is_in_no_hash() -> None:
    assert plan_hash(Login("ada", "", "geheim")) == plan_hash(Login("ada", "", "other"))
    assert plan_hash(Login("ada", "", "geheim")) != plan_hash(Login("ada"))


def test_the_image_of_a_container_is_decided_about_the_plan_of_its_command() -> None:
    (command,) = read_commands("docker run evil")
    found, (first, second) = judge_command(command, SERVED)
    assert isinstance(found, Refusal)
    assert isinstance(command.plan, RunPlan)
    assert first.plan == second.input == plan_hash(command.plan)
    assert (second.kind, second.plan, second.code) == ("image", "", "UNKNOWN_IMAGE")
    assert image_decided(command.plan, None).plan == second.input


@pytest.mark.parametrize(("target", "code"), [("", ""), ("A", ""), ("b", "UNKNOWN_STAGE")])
def test_a_target_is_a_stage_of_the_file(target: str, code: str) -> None:
    found = judge_dockerfile(b"FROM alpine AS a\n", BuildPlan((), target=target), SERVED)
    assert isinstance(found, Refusal if code else AcceptedDockerfile)
    assert not isinstance(found, Refusal) or found.code == code


def test_what_up_would_not_start_does_not_count() -> None:
    text = "services:\n  a: {image: alpine}\n  b: {image: evil, profiles: [x]}\n"
    assert not isinstance(judge_up(read_compose(text, project="p"), SERVED), Refusal)
    refused = judge_up(read_compose(text.replace(", profiles: [x]", ""), project="p"), SERVED)
    assert isinstance(refused, Refusal)
    assert refused.code == "UNKNOWN_IMAGE"
