"""The sandbox as the classroom knows it, when the host is not as it should be."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import pytest

from bot.core.specs import ContainerSpec
from bot.errors import EngineDown, HostUnsafe
from bot.handin.plan import ListContainers, ListFiles, RunPlan, ShowFiles
from bot.ports import Sandbox
from bot.sandbox.host import Host
from bot.sandbox.sandbox import DockerSandbox
from tests.sandbox.conftest import Learner

FILES = {"Dockerfile": b"FROM node\n", "src/index.js": b"a\nb\n", ".dockerignore": b"x", "logo.png": b"\x89\0"}


@pytest.fixture
async def down(tmp_path: Path) -> AsyncIterator[Learner]:
    sandbox = DockerSandbox("main", {}, "sha256:0", url=f"unix://{tmp_path}/none.sock")
    yield Learner(sandbox, "U1", dict(FILES))
    await sandbox.close()


async def test_it_is_what_the_classroom_asks_for(down: Learner) -> None:
    port: Sandbox = down.sandbox
    assert "Is it running?" in await port.ready()


async def test_an_engine_that_is_down_is_our_fault_and_files_are_still_shown(down: Learner) -> None:
    with pytest.raises(EngineDown):
        await down.do(ListContainers())
    with pytest.raises(EngineDown):
        await down.sandbox.probe("U1", ContainerSpec(image="x"), {}, attempt=1, again=False)
    with pytest.raises(EngineDown):
        await down.sandbox.release(1)
    assert (await down.do(ListFiles())).text == "Dockerfile\nlogo.png\nsrc"


@pytest.mark.parametrize(
    ("plan", "text", "code"),
    [
        (ListFiles((".",), all=True), "Dockerfile\n.dockerignore\nlogo.png\nsrc", 0),
        (ListFiles(("src",)), "index.js", 0),
        (ListFiles(("src", "Dockerfile")), "Dockerfile\n\nsrc:\nindex.js", 0),
        (ListFiles(("nosuch",)), "ls: cannot access 'nosuch': No such file or directory", 2),
        (ListFiles(("src",), long=True), "-rw-r--r-- 1 you you 4 index.js", 0),
        (ShowFiles(("Dockerfile", "src/index.js")), "FROM node\na\nb", 0),
        (ShowFiles(("src",)), "cat: src: Is a directory", 1),
        (ShowFiles(("nosuch",)), "cat: nosuch: No such file or directory", 1),
        (ShowFiles(("logo.png",)), "(logo.png is not text: 2 bytes)", 0),
    ],
)
async def test_project_files_read_like_ls_and_cat(down: Learner, plan: ListFiles, text: str, code: int) -> None:
    out = await down.do(plan)
    assert (out.text, out.exit_code) == (text, code)


@pytest.mark.engine
async def test_it_is_ready_when_its_images_are_there(sandbox: DockerSandbox) -> None:
    assert await sandbox.ready() == ""


@pytest.mark.engine
async def test_f15_a_base_that_is_gone_is_named(images: Mapping[str, str]) -> None:
    sandbox = DockerSandbox("main", {"node:24-alpine": "sha256:" + "0" * 64}, images["docent-verifier:latest"])
    assert "node:24-alpine" in await sandbox.ready()
    await sandbox.close()


@pytest.mark.engine
async def test_a_network_that_somebody_removed_is_made_anew(learner: Learner, host: Host) -> None:
    await learner.do(RunPlan("alpine", ("true",), "a"))
    await host.must("DELETE", f"/networks/{learner.sandbox._setup.owner('U1').network}")
    assert (await learner.do(RunPlan("alpine", ("echo", "fine"), "b"))).text == "fine"


@pytest.mark.engine
async def test_containers_outlive_the_bot(make_sandbox: Callable[..., DockerSandbox]) -> None:
    first = make_sandbox()
    ran = await Learner(first, "U1").do(RunPlan("alpine", ("sleep", "300"), "web", detach=True))
    await first.close()
    second = Learner(make_sandbox(), "U1")
    await second.sandbox.sweep([])
    assert (await second.do(ListContainers(quiet=True, no_trunc=True))).text == ran.text


@pytest.mark.engine
async def test_demolished_nothing_of_the_instance_is_left(learner: Learner, host: Host) -> None:
    await learner.image("FROM alpine\n")
    await learner.do(RunPlan("app", ("sleep", "300"), "web", detach=True))
    await learner.sandbox.sweep([])  # fills the verifier's volume
    await learner.sandbox.demolish()
    ours = {"filters": json.dumps({"label": [f"docent.instance={learner.sandbox._setup.instance}"]})}
    assert await host.containers(*learner.sandbox._setup.owner("U1").labels) == ()
    assert await host.images(*learner.sandbox._setup.owner("U1").labels) == ()
    assert (await host.must("GET", "/networks", params=ours)).json == []
    assert not (await host.must("GET", "/volumes", params=ours)).json["Volumes"]


@pytest.mark.engine
async def test_an_image_that_is_prepared_later_is_served_from_then_on(
    make_sandbox: Callable[..., DockerSandbox], images: Mapping[str, str]
) -> None:
    sandbox = make_sandbox()
    ada = Learner(sandbox, "U1")
    sandbox._bases.clear()
    out = await ada.do(RunPlan("alpine", command=("echo", "hello"), remove=True))
    assert "Unable to find image 'alpine:latest' locally" in out.text
    sandbox.serve({"alpine:latest": images["alpine:latest"]})
    assert "alpine:latest" in sandbox.served
    assert (await ada.do(RunPlan("alpine", command=("echo", "hello"), remove=True))).text == "hello"


async def test_on_a_host_that_was_not_looked_at_a_class_runs_builds_and_checks_nothing(
    make_sandbox: Callable[..., DockerSandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.sandbox.gate.keeper.FIRST_S", 0.01)
    sandbox = make_sandbox(profile="class")
    for work in (
        lambda: sandbox.run("U1", RunPlan("alpine", ("true",)), {}, lambda _: None),
        lambda: sandbox.converse("U1", RunPlan("alpine", interactive=True, tty=True), {}),
        lambda: sandbox.probe("U1", ContainerSpec(image="getting-started"), {}, attempt=1, again=False),
    ):
        with pytest.raises(HostUnsafe):
            await work()
    assert "whether this host is safe" in await sandbox.ready()
