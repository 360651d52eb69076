"""What an author wrote is done for a learner, and what did not work is known."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.workshop import Act
from bot.handin.plan import BuildPlan, Curl, Output, Plan, RunPlan
from bot.ports import Progress
from bot.progress.standings import SqlStandings
from bot.workbench import Workbench
from tests.fakes import MemorySandbox
from tests.workbench.conftest import Bench


class Starting(MemorySandbox):
    """A sandbox whose app refuses the first two questions."""

    asked = 0

    async def run(self, learner: str, plan: Plan, files: Mapping[str, bytes], progress: Progress) -> Output:
        self.asked += isinstance(plan, Curl)
        return Output("curl: (7) Failed to connect", 7) if self.asked <= 2 else Output("[]")


async def test_the_lines_that_did_not_work_are_returned(bench: Bench) -> None:
    bench.sandbox.answers |= {BuildPlan: Output("failed", 1), RunPlan: Output("port is already allocated", 125)}
    acts = [
        Act(say="docker build -t app ."),
        Act(say="docker run -d app", prints="port is already allocated"),
        Act(say="docker ps\ndocker swarm init"),
        Act(remove="Dockerfile"),
    ]
    assert await bench.workbench.apply("U1", acts) == ["docker build -t app .", "docker swarm init"]


async def test_an_app_that_is_still_starting_is_asked_again(bench: Bench) -> None:
    sandbox = Starting()
    workbench = Workbench(bench.store, SqlStandings(bench.store.database), sandbox, bench.chat, lambda _: b"")
    assert not await workbench.apply("U1", [Act(say="curl http://localhost:3000/items")])
    assert sandbox.asked == 3


async def test_an_image_is_remembered_with_the_files_it_was_built_from(bench: Bench) -> None:
    plan = BuildPlan(("app:latest",))
    bench.sandbox.answers[BuildPlan] = Output("built", built=(("sha256:a", plan),))
    await bench.types("docker build -t app .")
    standings = SqlStandings(bench.store.database)
    assert await standings.builds("U1") == {"sha256:a": plan}
    assert await standings.build_files("U1", "sha256:a") == await bench.store.files("U1")
