"""What stands in a sandbox is seen, taken away and brought back; on the real engine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.standing import Standing, State, deeds
from bot.handin.command import read_commands
from bot.handin.compose.commands import Source
from bot.handin.plan import BuildPlan, Output, Refusal, RunPlan
from tests.sandbox.conftest import Learner

pytestmark = pytest.mark.engine

APP = 'FROM alpine\nRUN echo one > /text\nCMD ["sleep", "300"]\n'
LINES = """
docker volume create todo-db
docker network create todo-app
docker run -d -p 3000:3000 -v todo-db:/data app
docker run -d --name db --network todo-app --network-alias mysql -e WORD=secret alpine sleep 300
docker run -d --name done alpine sleep 300
docker stop -t 0 done
docker network connect bridge db
"""


async def typed(learner: Learner, lines: str) -> Output:
    output = Output("")
    for command in read_commands(lines):
        assert not isinstance(command.plan, Refusal)
        output = await learner.do(command.plan)
    return output


async def brought_back(learner: Learner, standing: Standing, builds: dict[str, tuple[BuildPlan, str]]) -> None:
    there = {image.id for image in (await learner.sandbox.standing(learner.name)).images}
    keep = {image.id: image.tags for image in standing.images if image.id in there}
    await learner.sandbox.clear(learner.name, keep)
    todo, lost = deeds(standing, {image: plan for image, (plan, _) in builds.items()}, keep)
    assert not lost
    anew = {}
    for deed in todo:
        plan = deed.plan
        if isinstance(plan, BuildPlan):
            learner.files["Dockerfile"] = builds[deed.image][1].encode()
        if isinstance(plan, RunPlan) and deed.image:
            plan = replace(plan, image=anew.get(deed.image, deed.image))
        output = await learner.do(plan)
        if output.built:
            anew[deed.image] = output.built[0][0]
        assert deed.may_fail or output.exit_code == 0, output.text


def shape(standing: Standing) -> Standing:
    """Return the standing without what is new each time it is brought back."""
    numbers = {image.id: f"{number}" for number, image in enumerate(sorted(standing.images, key=lambda i: i.tags))}
    containers = (replace(each, image=numbers.get(each.image, "base")) for each in standing.containers)
    return replace(
        standing,
        root="there" if standing.root else "",
        images=tuple(replace(each, id=numbers[each.id]) for each in sorted(standing.images, key=lambda i: i.tags)),
        containers=tuple(
            replace(each, plan=replace(each.plan, name="", image="", detach=True))
            for each in sorted(containers, key=lambda each: each.name)
        ),
    )


async def test_a_sandbox_stands_again_as_it_stood_on_an_engine_that_has_nothing_left(learner: Learner) -> None:
    builds = {}
    for text in (APP, APP.replace("one", "two")):
        output = await learner.image(text)
        builds |= {image: (plan, text) for image, plan in output.built}
        if text == APP:
            await typed(learner, LINES)
    await typed(learner, "docker run -d --name late -p 3000:3000 app")  # the port is taken
    then = await learner.sandbox.standing(learner.name)
    assert [each.state for each in then.containers] == [State.RUNNING, State.RUNNING, State.ENDED, State.CREATED]
    assert sorted(image.tags for image in then.images) == [(), ("app:latest",)]
    assert [each.networks for each in then.containers if each.name == "db"] == [("bridge",)]

    await learner.sandbox.clean(learner.name)
    empty = await learner.sandbox.standing(learner.name)
    assert empty == Standing()
    await brought_back(learner, then, builds)
    now = await learner.sandbox.standing(learner.name)
    assert shape(now) == shape(then)
    old, new = then.containers[0].name, "late"
    assert (await typed(learner, f"docker exec {old} cat /text")).text == "one"
    assert (await typed(learner, f"docker rm -f {old}\ndocker start {new}\ndocker exec {new} cat /text")).text == "two"


async def test_images_that_are_still_there_are_not_built_again_and_extras_go(learner: Learner) -> None:
    output = await learner.image(APP)
    await typed(learner, "docker run -d --name web app")
    then = await learner.sandbox.standing(learner.name)
    await typed(
        learner, "docker rm -f web\ndocker tag app other\ndocker rmi app\ndocker run -d --name more alpine sleep 9"
    )
    await brought_back(learner, then, {output.built[0][0]: (output.built[0][1], APP)})
    now = await learner.sandbox.standing(learner.name)
    assert [each.id for each in now.images] == [output.built[0][0]]
    assert shape(now) == shape(then)


COMPOSE = b"""
name: shop
services:
  web:
    build: .
    volumes: [data:/data]
    healthcheck: {test: ["CMD", "true"], interval: 5s}
  db:
    image: alpine
    command: sleep 300
volumes:
  data:
"""


async def test_a_compose_project_comes_back_as_its_file_said(learner: Learner) -> None:
    learner.files["compose.yaml"] = COMPOSE
    learner.files["Dockerfile"] = APP.encode()
    output = await typed(learner, "docker compose up -d")
    assert output.exit_code == 0, output.text
    then = await learner.sandbox.standing(learner.name)
    assert [(each.service, each.project) for each in then.containers] == [
        ("web", Source("compose.yaml", "shop")),
        ("db", Source("compose.yaml", "shop")),
    ]
    await learner.sandbox.clean(learner.name)
    await brought_back(learner, then, {image: (plan, APP) for image, plan in output.built})
    assert shape(await learner.sandbox.standing(learner.name)) == shape(then)
    again = await typed(learner, "docker compose up -d")
    assert "Recreated" not in again.text


async def test_what_learners_see_says_nothing_of_how_we_remember(learner: Learner) -> None:
    await typed(learner, "docker run -d --name db -e WORD=secret alpine sleep 300")
    assert "docent" not in (await typed(learner, "docker inspect db")).text
