"""Builds made to confuse: many at once, the same for two learners, odd trees, odd exit codes. The engine stays well."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from bot.handin.plan import RemoveImages, RunPlan
from bot.sandbox.host import Host
from bot.sandbox.sandbox import DockerSandbox
from tests.sandbox.conftest import Learner

pytestmark = pytest.mark.engine
Say = Callable[[object], None]
#: 1,000 folders in each other, names of 255 bytes, and names that layers mean something else by.
ODD_TREE = """FROM alpine
RUN cd /tmp && n=0 && while [ $n -lt 1000 ]; do mkdir deep && cd deep && n=$((n+1)) || exit 1; done
RUN cd /tmp && touch "$(head -c 255 /dev/zero | tr '\\0' n)" && touch .wh.etc .wh..wh..opq .wh..wh.plnk
RUN ls /etc/passwd
"""


@pytest.mark.parametrize("code", [1, 125, 126, 127, 137, 143, 255], ids=lambda code: f"B24 exit {code}")
async def test_a_run_line_ends_with_its_own_code_and_no_number_alone_is_called_memory(
    learner: Learner, code: int, seen: Say
) -> None:
    learner.files = {}
    out = await learner.image(f"FROM alpine\nRUN exit {code}\n")
    seen(f"exit code: {code}")
    assert out.exit_code == 1
    assert f"did not complete successfully: exit code: {code}" in out.text
    assert "memory" not in out.text + out.note


async def test_b24_a_run_line_that_ends_with_0_has_built(learner: Learner) -> None:
    learner.files = {}
    assert (await learner.image("FROM alpine\nRUN exit 0\n")).exit_code == 0


async def test_b22_a_tree_made_to_be_odd_breaks_its_own_build_at_most(learner: Learner, host: Host, seen: Say) -> None:
    learner.files = {}
    out = await learner.image(ODD_TREE)
    seen("built" if out.exit_code == 0 else out.text.splitlines()[-1])
    assert (await learner.image("FROM alpine\nRUN echo fine > /fine\n", "next:latest")).exit_code == 0
    assert await host.version()


async def test_b20_two_learners_who_build_the_same_share_nothing_that_either_can_change(sandbox: DockerSandbox) -> None:
    first, second = Learner(sandbox, "U1"), Learner(sandbox, "U2")
    same = "FROM alpine\nRUN echo theirs > /mine\n"
    assert (await first.image(same)).exit_code == 0
    assert (await second.image(same)).exit_code == 0
    await first.do(RunPlan("app", ("sh", "-c", "echo stolen > /mine"), "changes"))
    await first.image("FROM alpine\nRUN echo other > /mine\n")
    await first.do(RemoveImages(("app:latest",), force=True))
    assert (await second.do(RunPlan("app", ("cat", "/mine")))).text == "theirs"


async def test_b21_fifty_equal_builds_at_once_all_end_and_the_engine_answers(sandbox: DockerSandbox, seen: Say) -> None:
    learners = [Learner(sandbox, f"U{number}") for number in range(10)]
    text = "FROM alpine\nRUN echo same > /same\n"
    outs = await asyncio.gather(*(each.image(text, f"app:{turn}") for each in learners for turn in range(5)))
    seen(f"{sum(out.exit_code == 0 for out in outs)} of {len(outs)} built")
    assert [out.text for out in outs if out.exit_code] == []
    assert (await learners[0].do(RunPlan("app:0", ("cat", "/same")))).text == "same"
