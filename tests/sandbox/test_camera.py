"""The camera: the same contract on a fake and on a real browser; and pages that would rather not be looked at."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.sights import AppSeen, NotSeen, Wanted, Why
from bot.errors import HostError, ImageMissing
from bot.handin.plan import CreateNetwork, Curl, PublishedPort, RemoveContainers, RemoveNetworks, RunPlan
from bot.pictures import Drawing
from bot.pictures.page import sheet
from bot.ports import Camera
from bot.sandbox import camera as camera_room
from bot.sandbox.host import Host, Ran
from bot.sandbox.sandbox import DockerSandbox
from tests.fakes import MemoryCamera
from tests.sandbox.conftest import Learner, until

WHITE = sheet("", "", 64, "a white sheet", width=96)


async def browser_image(host: Host) -> str:
    detail = await host.image("docent-browser:latest")
    assert detail is not None, "docent-browser is not prepared: run `docent images prepare`"
    return detail.id


@pytest.fixture
def real(host: Host, make_sandbox: Callable[..., DockerSandbox]) -> DockerSandbox:
    return make_sandbox(browser=lambda: browser_image(host))


@pytest.fixture(params=["memory", pytest.param("browser", marks=pytest.mark.engine)])
def camera(request: pytest.FixtureRequest) -> Camera:
    return MemoryCamera() if request.param == "memory" else request.getfixturevalue("real").camera


def size_of(png: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from(">II", png, 16)
    return width, height


async def test_a_drawing_becomes_a_picture_of_its_size(camera: Camera) -> None:
    assert size_of(await camera.draw(WHITE)) == (96, 64)


async def test_nothing_is_seen_where_nothing_runs(camera: Camera) -> None:
    assert await camera.look("U1", Wanted()) == NotSeen(Why.NOTHING)
    assert await camera.look("U1", Wanted("web")) == NotSeen(Why.UNKNOWN, "web")


#: what the page does → what comes of it, and what must be in it
HOSTILE: tuple[tuple[str, str, str], ...] = (
    ("list", "Mine", "milk"),
    ("error", "500", "It broke"),
    ("alerts", "Mine", "words of the page"),
    ("file", "Mine", "words of the page"),
    ("out", "Mine", "words of the page"),
    ("huge", "Mine", "words of the page"),
    ("forged", "x" * 200, "words of the page"),
    ("endless", "", "words of the page"),
    ("framed", Why.AWAY, "http://example.com/"),
    ("away", Why.AWAY, "http://example.com/secret"),
    ("hops", Why.AWAY, "http://192.0.2.1/"),
    ("neighbour", Why.AWAY, "http://localhost:3306/"),
    ("loops", Why.AWAY, "http://localhost:3000/"),
    ("download", Why.DOWNLOAD, ""),
    ("nothing", Why.EMPTY, "204"),
    ("broken", Why.EMPTY, "503"),
    ("silent", Why.SILENT, ""),
    ("cut", Why.CLOSED, ""),
    ("hangs", Why.BUSY, ""),
    ("hoards", Why.BROKEN, ""),
)


@pytest.mark.engine
async def test_a_hostile_page_gets_a_picture_or_a_reason_and_nothing_else(real: DockerSandbox, host: Host) -> None:
    # two learners, so that the one's slow pages go beside the other's
    await asyncio.gather(*(hostile(Learner(real, f"U{at}"), HOSTILE[at::2]) for at in range(2)))
    await real.camera.close()
    assert not await host.containers(f"docent.instance={real._setup.instance}", "docent.kind=browser")


async def hostile(learner: Learner, rows: Sequence[tuple[str, str, str]]) -> None:
    server = Path(__file__).with_name("hostile_page.js").read_text()
    ports = (PublishedPort(3000, 3000, "127.0.0.1"),)
    await learner.do(RunPlan("node:24-alpine", ("node", "-e", server), "web", detach=True, ports=ports))
    camera = learner.sandbox.camera
    first = await camera.look(learner.name, Wanted())  # it waits for an app that has just been started
    assert isinstance(first, AppSeen)
    assert (first.items, first.address, size_of(first.png)) == (2, "http://localhost:3000/", (800, 480))
    for mode, what, words in rows:
        assert (await learner.do(Curl("localhost", 3000, f"/{mode}", "POST"))).exit_code == 0
        sight = await camera.look(learner.name, Wanted())
        if isinstance(sight, AppSeen):
            assert what in {sight.title, str(sight.status) if sight.status != 200 else sight.title}, mode
            assert words in sight.text, mode
            assert "root:" not in sight.text
            assert size_of(sight.png) == (800, 480)
        else:
            assert sight.why == what, (mode, sight)
            assert words in sight.more, (mode, sight)


@pytest.mark.engine
async def test_an_app_on_a_network_of_their_own_is_seen_there(real: DockerSandbox) -> None:
    learner = Learner(real, "U1")
    await learner.do(CreateNetwork("todo-app"))
    server = "require('http').createServer((q, r) => r.end('<title>Here</title>')).listen(80)"
    plan = RunPlan("node:24-alpine", ("node", "-e", server), "web", detach=True, networks=("todo-app",))
    await learner.do(replace(plan, ports=(PublishedPort(80, 8080),)))
    seen = await real.camera.look("U1", Wanted())
    assert isinstance(seen, AppSeen)
    assert seen.address == "http://localhost:8080/"


@pytest.mark.engine
async def test_a_picture_that_is_being_taken_keeps_no_network_from_being_removed(
    real: DockerSandbox, host: Host
) -> None:
    learner = Learner(real, "U1")
    await learner.do(CreateNetwork("todo-app"))
    silent = "require('http').createServer(() => {}).listen(80)"
    plan = RunPlan("node:24-alpine", ("node", "-e", silent), "web", detach=True, networks=("todo-app",))
    await learner.do(replace(plan, ports=(PublishedPort(80, 8080),)))
    looking = asyncio.create_task(real.camera.look("U1", Wanted()))

    async def looks() -> bool:
        found = await host.containers(f"docent.instance={real._setup.instance}", "docent.kind=browser")
        return any(each.running for each in found)

    await until(looks)
    await learner.do(RemoveContainers(("web",), force=True))
    assert (await learner.do(RemoveNetworks(("todo-app",)))).text == "todo-app"
    with pytest.raises(HostError, match="did not answer"):
        await looking


@pytest.mark.engine
async def test_nothing_of_a_drawing_runs_and_nothing_is_left_of_the_browser(real: DockerSandbox, host: Host) -> None:
    red = "document.documentElement.style.background='red'"
    hostile = Drawing(f'<body onload="{red}"><script>{red}</script><svg onload="{red}"/>', 96, 64, "")
    assert await real.camera.draw(hostile) == await real.camera.draw(Drawing("<body>", 96, 64, ""))
    await real.camera.close()
    assert not await host.containers(f"docent.instance={real._setup.instance}", "docent.kind=browser")


async def test_without_the_browser_it_is_said_that_it_is_not_there_yet() -> None:
    sandbox = DockerSandbox("main", {}, "sha256:0")
    try:
        with pytest.raises(ImageMissing, match="not prepared yet"):
            await sandbox.camera.draw(WHITE)
    finally:
        await sandbox.close()


@pytest.mark.engine
async def test_an_image_that_is_gone_from_the_host_is_one_that_is_missing(
    make_sandbox: Callable[..., DockerSandbox],
) -> None:
    async def gone() -> str:
        return "sha256:" + "0" * 64

    with pytest.raises(ImageMissing, match="is gone from this host"):
        await make_sandbox(browser=gone).camera.draw(WHITE)


@pytest.mark.parametrize("said", ['{"nonce": "other", "ok": true}', "not json", "[]", "", "[[[" * 9_999])
def test_an_answer_to_another_question_is_no_answer(said: str) -> None:
    with pytest.raises(HostError):
        camera_room._answer(Ran(0, said, said), "mine")


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"png": None},
        {"png": "<html>"},
        {"png": "AAAA"},
        {"png": 7},
        {"png": ["AAAA"]},
    ],
)
async def test_what_is_not_a_picture_is_never_handed_on(answer: Mapping[str, object]) -> None:
    with pytest.raises(HostError, match="something else than a picture"):
        await camera_room._picture(answer, {"width": 8, "height": 4})
