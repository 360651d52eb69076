"""What Docent relies on of an engine: the same tests on the one in memory and on the real one."""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from bot.handin.plan import (
    BuildPlan,
    CreateNetwork,
    CreateVolume,
    ExecPlan,
    Inspect,
    ListContainers,
    ListImages,
    ListNetworks,
    ListVolumes,
    Output,
    Plan,
    ReadLogs,
    RemoveContainers,
    RemoveImages,
    RemoveNetworks,
    RemoveVolumes,
    RunPlan,
    StartContainers,
    StopContainers,
    TagImage,
)
from bot.sandbox import recipe
from bot.sandbox.context import OURS, packed
from bot.sandbox.engine import Engine, EngineSaid
from bot.sandbox.host import Host, Ran
from bot.sandbox.names import Owner
from bot.sandbox.recipe import Limits, Request
from bot.sandbox.sandbox import DockerSandbox
from tests.fake_engine.engine import FakeEngine, fake_engine

BOTH = ["fake", pytest.param("real", marks=pytest.mark.engine)]


@pytest.fixture
async def fake() -> AsyncIterator[FakeEngine]:
    async with fake_engine() as engine:
        engine.objects.add_image("alpine:latest")
        engine.objects.add_image("docent-verifier:latest")
        yield engine


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest) -> str:
    if request.param == "fake":
        return str(request.getfixturevalue("fake").url)
    request.getfixturevalue("host")  # skips where there is none
    return ""


@pytest.fixture
def door(url: str) -> Host:
    return Host(Engine(url))


@dataclass
class Bench:
    """Things of a test's own."""

    host: Host
    owner: Owner

    def request(self, name: str, *command: str) -> Request:
        body: dict[str, object] = {"Image": "alpine:latest", "Cmd": list(command)}
        body |= {"Labels": recipe.labels(self.owner, "learner"), "HostConfig": {"NetworkMode": "none"}}
        return Request(f"docent-{self.owner.instance}-{name}", body)

    async def create(self, name: str, *command: str) -> str:
        made = await self.host.create(self.request(name, *command))
        assert isinstance(made, str), made
        return made


@pytest.fixture
async def bench(door: Host) -> AsyncIterator[Bench]:
    owner = Owner(f"t{secrets.token_hex(4)}", "U1")
    yield Bench(door, owner)
    for each in await door.containers(*owner.labels):
        await door.remove(each.id)
    for image in await door.images(*owner.labels):
        await door.remove_image(image.id, force=True)
    for network in await door.networks(*owner.labels):
        await door.ask("DELETE", f"/networks/{network['Id']}")
    for volume in await door.volumes(*owner.labels):
        await door.ask("DELETE", f"/volumes/{volume.engine_name}")


async def test_it_says_which_api_it_speaks(door: Host) -> None:
    assert str((await door.version())["ApiVersion"]).startswith("1.")
    assert await door.info()


async def test_a_container_goes_from_created_to_ended_and_is_gone(bench: Bench) -> None:
    host, made = bench.host, await bench.create("web", "sh", "-c", "echo out; echo err >&2; exit 3")
    (row,) = await host.containers(*bench.owner.labels)
    assert (row.id, row.state, row.kind) == (made, "created", "learner")
    assert await host.start(made) is None
    assert await host.wait(made, 20) == 3
    assert sorted((await host.logs(made)).split()) == ["err", "out"]
    ended = await host.ended(made)
    assert ended is not None
    assert (ended.running, ended.exit_code) == (False, 3)
    assert await host.remove(made) is None
    assert await host.remove(made) is None
    assert await host.inspect(made) is None
    assert await host.ended(made) is None


async def test_f06_doing_a_thing_twice_is_no_fault(bench: Bench) -> None:
    made = await bench.create("web", "sleep", "60")
    assert await bench.host.start(made) is None
    assert await bench.host.start(made) is None  # 304
    assert await bench.host.stop(made, 0) is None
    assert await bench.host.stop(made, 0) is None


async def test_a_name_is_given_once(bench: Bench) -> None:
    made = await bench.create("web", "true")
    again = await bench.host.create(bench.request("web", "true"))
    assert isinstance(again, EngineSaid)
    assert again.status == 409
    assert made in again.message


@pytest.mark.parametrize("image", ["nosuch:latest", f"sha256:{'0' * 64}"])
async def test_what_is_not_there_is_not_found(bench: Bench, image: str) -> None:
    request = bench.request("web", "true")
    missing = await bench.host.create(Request(request.name, {**request.body, "Image": image}))
    assert isinstance(missing, EngineSaid)
    assert missing.status == 404
    assert await bench.host.image(image) is None
    assert isinstance(await bench.host.start("nosuch"), EngineSaid)
    assert await bench.host.wait("nosuch", 5) is None
    assert await bench.host.network("nosuch") is None


async def test_a_running_container_is_not_removed_without_force(bench: Bench) -> None:
    made = await bench.create("web", "sleep", "60")
    await bench.host.start(made)
    refused = await bench.host.remove(made, force=False)
    assert refused is not None
    assert refused.status == 409
    assert "running container" in refused.message


async def test_a_program_inside_says_how_it_ended(bench: Bench) -> None:
    made = await bench.create("web", "sleep", "60")
    await bench.host.start(made)
    body = {"Cmd": ["sh", "-c", "echo out; echo err >&2; exit 3"], "AttachStdout": True, "AttachStderr": True}
    ran = await bench.host.execute(made, body, deadline_s=20)
    assert isinstance(ran, Ran)
    assert (ran.exit_code, ran.stdout, sorted(ran.output.split())) == (3, "out\n", ["err", "out"])
    slow = await bench.host.execute(made, {"Cmd": ["sleep", "50"], "AttachStdout": True}, deadline_s=0.5)
    assert slow == Ran(None, "", "")
    await bench.host.stop(made, 0)
    assert isinstance(await bench.host.execute(made, body, deadline_s=20), EngineSaid)


async def test_a_wait_that_is_over_is_no_fault_of_the_engines(bench: Bench) -> None:
    made = await bench.create("web", "sleep", "60")
    await bench.host.start(made)
    for _ in range(4):
        assert await bench.host.wait(made, 0.3) is None
    assert await bench.host.inspect(made) is not None


async def test_what_carries_all_labels_is_listed(bench: Bench) -> None:
    host, owner = bench.host, bench.owner
    await bench.create("web", "true")
    assert len(await host.containers(*owner.labels)) == 1
    assert await host.containers(owner.labels[0], "docent.learner=somebody") == ()
    await host.must("POST", "/volumes/create", body=recipe.volume(owner, f"docent-{owner.instance}-v", "v", {}))
    assert [each.name for each in await host.volumes(*owner.labels)] == ["v"]
    name = f"docent-{owner.instance}-n"
    body = {"Name": name, "Driver": "bridge", "Internal": True, "Labels": recipe.labels(owner, "network")}
    body |= {"IPAM": {"Config": [{"Subnet": "10.213.77.0/28"}]}}
    await host.must("POST", "/networks/create", body=body)
    assert [each["Name"] for each in await host.networks(*owner.labels)] == [name]
    again = await host.ask("POST", "/networks/create", body={**body, "CheckDuplicate": True})
    assert isinstance(again, EngineSaid)


@pytest.mark.parametrize(("dockerfile", "fails"), [("FROM alpine\nRUN true\n", ""), ("FROM alpine\nRUN false\n", "1")])
async def test_a_build_tells_its_steps_and_what_came_of_it(bench: Bench, dockerfile: str, fails: str) -> None:
    said: list[bytes] = []

    def take(chunk: bytes) -> bool:
        said.append(chunk)
        return True

    params = recipe.build(bench.owner, Limits(), "", dockerfile=OURS)
    context = packed({"a.txt": b"a"}, dockerfile).tar
    assert await bench.host.build(context, params, deadline_s=60, on_bytes=take) is None
    events = [json.loads(line) for line in b"".join(said).splitlines()]
    assert events[0]["stream"].startswith("Step 1/")
    errors = [each["error"] for each in events if "error" in each]
    assert [error[-1] for error in errors] == list(fails)
    built = [each["aux"]["ID"] for each in events if "ID" in each.get("aux", {})]
    assert bool(built) == (not fails)
    for image in built:
        detail = await bench.host.image(image)
        assert detail is not None
        await bench.host.tag(image, f"docenttest-{bench.owner.instance}/x:one")
        (named,) = await bench.host.named_images(f"docenttest-{bench.owner.instance}/x")
        assert (named.id, named.learner) == (image, "u1")


# --- whole commands


Do = Callable[[Plan], Awaitable[Output]]


@asynccontextmanager
async def commands_on(url: str) -> AsyncIterator[Do]:
    """Give a learner's commands on the engine there; nothing of them is left after."""
    host, ids = Host(Engine(url)), dict[str, str]()
    for name in ("alpine:latest", "docent-verifier:latest"):
        detail = await host.image(name)
        assert detail is not None
        ids[name] = detail.id
    bases, verifier = {"alpine:latest": ids["alpine:latest"]}, ids["docent-verifier:latest"]
    sandbox = DockerSandbox(f"t{secrets.token_hex(4)}", bases, verifier, url=url)
    files = {"Dockerfile": b'FROM alpine\nRUN true\nCMD ["echo", "hello"]\n'}
    try:
        yield lambda plan: sandbox.run("U1", plan, files, lambda _: None)
    finally:
        await sandbox.demolish()
        await sandbox.close()


async def test_a_learners_way_from_a_build_to_an_empty_sandbox(url: str) -> None:
    async with commands_on(url) as do:
        await learners_way(do)


async def learners_way(do: Do) -> None:
    """Build, run, look, stop and remove, with a volume and a network on the way."""

    async def fine(plan: Plan) -> str:
        out = await do(plan)
        assert out.exit_code == 0, out
        return out.text

    assert "FINISHED" in await fine(BuildPlan(("app:latest",)))
    assert "app" in await fine(ListImages())
    assert await fine(RunPlan("app")) == "hello"
    assert len(await fine(RunPlan("alpine", ("sleep", "60"), "web", detach=True))) == 64
    assert "web" in await fine(ListContainers())
    assert await fine(ExecPlan("web", ("echo", "inside"))) == "inside"
    assert await fine(ReadLogs("web")) == ""
    assert await fine(StopContainers(("web",), grace_s=0)) == "web"
    assert await fine(StartContainers(("web",))) == "web"
    assert json.loads(await fine(Inspect(("web",))))[0]["Name"] == "/web"
    assert (await do(RunPlan("alpine", ("true",), "web"))).exit_code == 125
    assert (await do(RunPlan("alpine", ("nosuch",)))).exit_code == 127
    assert await fine(CreateVolume("data")) == "data"
    assert "data" in await fine(ListVolumes())
    assert len(await fine(CreateNetwork("net"))) == 64
    assert "net" in await fine(ListNetworks())
    assert await fine(RemoveNetworks(("net",))) == "net"
    assert await fine(RemoveVolumes(("data",))) == "data"
    await fine(TagImage("app", "other:latest"))
    assert "Untagged: other:latest" in await fine(RemoveImages(("other",)))
    names = (await fine(ListContainers(all=True, quiet=True))).split()
    await fine(RemoveContainers(tuple(names), force=True))
    assert await fine(ListContainers(all=True, quiet=True)) == ""
