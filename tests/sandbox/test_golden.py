"""What the engine receives, byte for byte but for ids: read `golden_requests.txt` beside `test_recipe.py`."""

from __future__ import annotations

from pathlib import Path

from tests.sandbox.golden import recorded

GOLDEN = Path(__file__).with_name("golden_requests.txt")


async def test_the_engine_receives_what_the_golden_file_says() -> None:
    assert (await recorded()).splitlines() == GOLDEN.read_text(encoding="utf-8").splitlines()


def test_the_golden_file_has_each_kind_of_container_and_what_builds_are_held_by() -> None:
    text = GOLDEN.read_text(encoding="utf-8")
    for kind in ("learner", "verifier", "probe", "browser", "keeper", "writer"):
        assert f"### POST /containers/create: {kind}\n" in text
    for said in ("?networkmode = none", "?pull = 0", "?memory = ", "?cpuquota = ", "x-registry-config: e30="):
        assert said in text
    for never in ("Privileged", "Binds", 'CapAdd": [\n        "SYS', "/var/run/docker.sock", "PidMode", "Devices"):
        assert never not in text
