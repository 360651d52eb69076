"""The camera: the same contract on a fake and on a real browser; and pages that would rather not be looked at."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping

import pytest

from bot.errors import HostError, ImageMissing
from bot.pictures import Drawing
from bot.pictures.page import sheet
from bot.ports import Camera
from bot.sandbox import camera as camera_room
from bot.sandbox.host import Host, Ran
from bot.sandbox.sandbox import DockerSandbox
from tests.fakes import MemoryCamera

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


@pytest.mark.engine
async def test_nothing_of_a_drawing_runs_and_nothing_is_left_of_the_browser(real: DockerSandbox, host: Host) -> None:
    red = "document.documentElement.style.background='red'"
    hostile = Drawing(f'<body onload="{red}"><script>{red}</script><svg onload="{red}"/>', 96, 64, "")
    assert await real.camera.draw(hostile) == await real.camera.draw(Drawing("<body>", 96, 64, ""))
    assert not [c for c in await host.containers(f"docent.instance={real._setup.instance}") if c.kind == "browser"]


async def test_without_the_browser_it_is_said_that_it_is_not_there_yet() -> None:
    sandbox = DockerSandbox("main", {}, "sha256:0")
    try:
        with pytest.raises(ImageMissing, match="not prepared yet"):
            await sandbox.camera.draw(WHITE)
    finally:
        await sandbox.close()


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
