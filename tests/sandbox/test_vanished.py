"""Images that go while somebody wants to use them: said as what it is, and as ours when it is ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.core.evidence import HttpSeen
from bot.core.specs import HttpAsk, HttpSpec
from bot.errors import HostError, ImageMissing
from bot.handin.plan import BuildPlan, ListImages, RunPlan
from bot.sandbox.host import Host
from bot.sandbox.sandbox import DockerSandbox
from tests.sandbox.conftest import Learner
from tests.second_engine import SMALL, second_engine

pytestmark = pytest.mark.engine

Seen = Callable[[object], None]


async def test_f14_an_image_that_vanished_between_build_and_run_is_not_there_and_can_be_built_again(
    learner: Learner, host: Host, seen: Seen
) -> None:
    dockerfile = "FROM alpine\nRUN echo 14 > /word\nCMD cat /word\n"
    assert (await learner.image(dockerfile)).exit_code == 0
    owner = learner.sandbox._setup.owner("U1")
    await host.remove_image(owner.image("app:latest"), force=True)  # somebody made room on the host
    out = await learner.do(RunPlan("app"))
    assert out.exit_code == 125
    assert "app" not in (await learner.do(ListImages())).text
    looked = await learner.sandbox.probe(
        "U1", HttpSpec(image="app", port=80, asks=(HttpAsk(get="/"),)), {}, attempt=1, again=False
    )
    assert isinstance(looked, HttpSeen)
    assert looked.state == "no_image"
    assert (await learner.image(dockerfile)).exit_code == 0
    assert (await learner.do(RunPlan("app"))).text == "14"
    seen(out.text.splitlines()[0][:80])


async def test_f15_a_missing_base_is_our_fault_and_says_how_to_mend_it(
    make_sandbox: Callable[..., DockerSandbox], learner: Learner, seen: Seen
) -> None:
    missing = make_sandbox()
    missing._bases["alpine:latest"] = "sha256:" + "0" * 64
    ada = Learner(missing, "U1")
    with pytest.raises(ImageMissing, match="docent images prepare") as of_run:
        await ada.do(RunPlan("alpine", ("true",)))
    with pytest.raises(ImageMissing, match="docent images prepare"):
        await ada.image("FROM alpine\n")
    seen(str(of_run.value))


@contextmanager
def damaged(image: Mapping[str, Any]) -> Iterator[None]:
    """Take the folder of an image's uppermost layer away while the block runs."""
    folder = Path((image["GraphDriver"].get("Data") or {}).get("UpperDir") or "/nowhere")
    if not folder.is_dir():
        pytest.skip("its layers are not folders")
    folder.rename(folder.with_name("lost"))
    try:
        yield
    finally:
        folder.with_name("lost").rename(folder)


async def test_f15_a_base_whose_layer_is_damaged_is_our_fault_and_tells_no_path_of_the_host(seen: Seen) -> None:
    with second_engine() as second:
        with closing(second.client()) as client:
            found = {name: client.inspect_image(name) for name in SMALL}
        base, verifier = found["alpine:latest"], found["docent-verifier:latest"]["Id"]
        ada = Learner(DockerSandbox("t", {"alpine:latest": base["Id"]}, verifier, url=second.url), "U1")
        try:
            assert (await ada.do(RunPlan("alpine", ("echo", "fine")))).text == "fine"
            ada.files = {"Dockerfile": b"FROM alpine\nRUN true\n"}
            with damaged(base):
                for plan in (RunPlan("alpine", ("true",)), BuildPlan(("app:latest",))):
                    with pytest.raises(HostError, match="docent images prepare") as told:
                        await ada.do(plan)
                    assert str(second.folder) not in str(told.value)
            assert (await ada.image("FROM alpine\nRUN true\n")).exit_code == 0, "once it is mended"
        finally:
            await ada.sandbox.close()
    seen(str(told.value))
