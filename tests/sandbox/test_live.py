"""A mounted project: which container is meant, and a change that is served and leaves nothing behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

import pytest

from bot.core.evidence import BindSeen, LiveSeen, MountView
from bot.core.specs import BindSpec, LiveSpec
from bot.errors import HostError
from bot.handin.plan import BindMount, BuildPlan, Curl
from bot.sandbox.binds import mounting
from bot.sandbox.live import Mark, placed
from bot.sandbox.sandbox import DockerSandbox
from bot.sandbox.things import Container, container_of
from tests.sandbox.conftest import Learner, until
from tests.sandbox.test_project_volume import collected
from tests.sandbox.test_volumes import said

engine = pytest.mark.engine
BASES = {"node:24-alpine": "sha256:node", "alpine:latest": "sha256:alpine"}
BIND, LIVE = BindSpec(image="node:*"), LiveSpec(image="node:*", port=3000)
DEV = "docker run -dp 127.0.0.1:3000:3000 --name dev -w /app --mount type=bind,src=.,target=/app"
SERVER = "require('http').createServer((q, s) => s.end('%s')).listen(3000)"


def container(name: str, *, image: str = "sha256:node", state: str = "running", mounts: str = "[]") -> Container:
    labels = {"docent.name": name, "docent.mounts": mounts}
    return container_of({"Id": name, "ImageID": image, "State": state, "Labels": labels})


PROJECT = '[["bind", ".", "/app", false]]'


@pytest.mark.parametrize(
    ("mine", "meant"),
    [
        ([container("todo", image="sha256:own")], None),
        ([container("todo", image="sha256:own"), container("dev")], "dev"),
        ([container("bare"), container("dev", mounts=PROJECT)], "dev"),
        ([container("old", state="exited", mounts=PROJECT), container("dev", mounts=PROJECT)], "dev"),
        ([container("shell", image="sha256:alpine", mounts=PROJECT), container("dev", mounts=PROJECT)], "dev"),
        ([container("todo", image="sha256:own", mounts=PROJECT), container("bare")], "todo"),
        ([container("new", mounts=PROJECT), container("dev", mounts=PROJECT)], "new"),
    ],
)
def test_the_container_that_mounts_the_project_is_meant(mine: list[Container], meant: str | None) -> None:
    found = mounting(BASES, mine, "node:*")
    assert (found and found.name) == meant


@pytest.mark.parametrize(
    ("mounts", "path"),
    [
        (PROJECT, "src/index.js"),
        ('[["bind", "src", "/app", false]]', "index.js"),
        ('[["bind", "srcs", "/app", false]]', None),
        ('[["volume", ".", "/app", false]]', None),
    ],
)
def test_a_file_is_changed_in_the_folder_that_has_it(mounts: str, path: str | None) -> None:
    found = placed(container("dev", mounts=mounts), "src/index.js")
    assert (found and found[1]) == path
    assert found is None or isinstance(found[0], BindMount)


def test_what_is_planted_holds_no_answer_to_copy() -> None:
    mark = Mark("x-1a", 1234, 5678)
    planted = mark.planted(b"#!/usr/bin/env node\nrun()\n").decode().splitlines()
    assert (planted[0], planted[-1]) == ("#!/usr/bin/env node", "run()")
    assert str(1234 * 5678) not in "".join(planted)
    assert mark.on({"headers": {"x-1a": str(1234 * 5678)}})
    assert not mark.on({"headers": {"x-1a": "1234*5678"}})
    assert not mark.on({"error": "refused"})


async def bound(learner: Learner) -> BindSeen:
    seen = await learner.sandbox.probe("U1", BIND, learner.files, attempt=7, again=False)
    assert isinstance(seen, BindSeen)
    return seen


async def lived(learner: Learner, wait_s: float = 20) -> LiveSeen:
    spec = LIVE.model_copy(update={"wait_s": wait_s})
    seen = await learner.sandbox.probe("U1", spec, learner.files, attempt=7, again=False)
    assert isinstance(seen, LiveSeen)
    return seen


@engine
async def test_a_change_of_the_workshops_app_is_served_by_the_same_container_and_leaves_nothing(
    learner: Learner,
) -> None:
    run = f'{DEV} node:24-alpine sh -c "npm install && npm run dev"'
    assert (await said(learner, run)).exit_code == 0

    async def watched() -> bool:
        return any("/nodemon" in line for line in (await bound(learner)).programs)

    await until(watched, 60)
    seen = await bound(learner)
    assert (seen.base, seen.workdir, seen.mounts) == (
        "node:24-alpine", "/app", (MountView("bind", "", "/app", folder="."),)
    )  # fmt: skip
    await collected(learner)  # npm's own files
    before = dict(learner.files)
    played = await lived(learner)
    assert (played.state, played.served, played.same) == ("played", True, True), played
    assert await collected(learner) == {}
    assert learner.files == before
    inside = await said(learner, "docker exec dev cat /app/src/index.js")
    assert inside.text == before["src/index.js"].decode().rstrip("\n")
    # an edit in the chat takes the same way: polled, and printed for whoever reads along
    learner.files["src/static/js/app.js"] = before["src/static/js/app.js"].replace(b"'Add Item'", b"'Add'")
    await learner.sandbox.refresh("U1", learner.files)

    async def served() -> bool:
        return "'Add'," in (await learner.do(Curl("localhost", 3000, "/js/app.js"))).text

    await until(served)


@asynccontextmanager
async def watching(learner: Learner, command: str = "node --watch index.js") -> AsyncIterator[None]:
    """Run a small server that starts anew when its file changes, without libraries."""
    learner.files = {"src/index.js": (SERVER % "hello").encode()}
    assert (await said(learner, f"{DEV.replace('/app ', '/app/src ', 1)} node:24-alpine {command}")).exit_code == 0

    async def answers() -> bool:
        return (await learner.do(Curl("localhost", 3000))).text == "hello"

    await until(answers)
    yield


@engine
async def test_a_program_that_watches_nothing_serves_no_change(
    learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.sandbox.live.SERVED_S", 1.0)
    async with watching(learner, "node index.js"):
        seen = await lived(learner)
        assert (seen.state, seen.served, seen.same) == ("played", False, True)
        assert await collected(learner) == {}


@engine
async def test_a_check_that_dies_in_the_middle_leaves_the_project_as_it_is(
    learner: Learner, make_sandbox: Callable[..., DockerSandbox]
) -> None:
    async with watching(learner, "node index.js"):
        before = dict(learner.files)
        playing = asyncio.create_task(lived(learner))

        async def planted() -> bool:
            return "getBuiltinModule" in (await said(learner, "docker exec dev cat index.js")).text

        await until(planted)
        playing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await playing
        assert not await planted()
        assert await collected(learner) == {}
        # killed: nothing is put back, and nobody remembers
        owner = learner.sandbox._setup.owner("U1")
        holding = learner.sandbox._projects.changed(
            owner, ".", "src/index.js", lambda old: b"// getBuiltinModule\n" + old, learner.files
        )
        assert await holding.__aenter__()
        assert await planted()
        learner.sandbox = make_sandbox()
        assert await collected(learner) == {}
        assert learner.files == before
        await learner.sandbox.refresh("U1", learner.files)
        assert not await planted()
        await holding.__aexit__(None, None, None)


@engine
async def test_what_could_not_be_put_back_is_never_taken_for_the_learners(
    learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner.files = {"index.js": b"mine"}
    await said(learner, "docker run -d --name dev -v .:/app alpine sleep 300")
    owner, projects = learner.sandbox._setup.owner("U1"), learner.sandbox._projects

    async def refuse(*_: object, **__: object) -> None:
        raise HostError("no engine")

    with pytest.raises(HostError), monkeypatch.context() as broken:
        async with projects.changed(owner, ".", "index.js", lambda old: old + b" and planted", learner.files):
            broken.setattr(projects, "_write", refuse)
    assert (await said(learner, "docker exec dev cat /app/index.js")).text == "mine and planted"
    assert await collected(learner) == {}
    await learner.sandbox.refresh("U1", learner.files)
    assert (await said(learner, "docker exec dev cat /app/index.js")).text == "mine"


@engine
@pytest.mark.parametrize(
    ("files", "state"),
    [({"src/index.js": b"throw new Error('no')"}, "no_container"), ({"other.js": b""}, "no_container")],
    ids=["ended", "nothing to run"],
)
async def test_there_is_nothing_to_change_without_a_running_container(
    learner: Learner, files: Mapping[str, bytes], state: str
) -> None:
    learner.files = dict(files)
    await said(learner, f"{DEV} node:24-alpine node src/index.js")

    async def over() -> bool:
        seen = await bound(learner)
        return seen.container is not None and seen.container.state == "exited"

    await until(over)
    assert (await lived(learner)).state == state


@engine
async def test_the_learners_own_image_is_no_base_and_what_does_not_listen_is_silent(learner: Learner) -> None:
    learner.files = {"Dockerfile": b'FROM alpine\nWORKDIR /app\nCMD ["sleep", "60"]\n', "src/index.js": b""}
    assert (await learner.do(BuildPlan(("own:latest",)))).exit_code == 0
    assert (await said(learner, "docker run -d --name own -v .:/app own")).exit_code == 0
    seen = await bound(learner)
    assert (seen.base, seen.workdir, seen.programs) == ("", "/app", ("sleep 60",))
    assert (await lived(learner, wait_s=0)).state == "silent"
