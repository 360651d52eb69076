"""The tests' own engine, and that the first one notices nothing of it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import docker
import pytest
from requests.exceptions import ReadTimeout

from tests.second_engine import SecondEngine, second_engine

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def engine() -> Iterator[SecondEngine]:
    with second_engine({"live-restore": True}, ["alpine:latest"]) as made:
        yield made


def firewall() -> list[str]:
    """Return this machine's chains and what all traffic passes through; rules of single networks come and go."""
    done = subprocess.run(["iptables-save"], capture_output=True, text=True, check=True, timeout=20)
    lines = [line.split(" [")[0] for line in done.stdout.splitlines() if line[:1] == ":" or "-A FORWARD" in line]
    return [line for line in lines if "br-" not in line]


def sleeper(client: docker.APIClient) -> str:
    made = client.create_container("alpine:latest", ["sleep", "600"], host_config=client.create_host_config())
    client.start(made["Id"])
    return str(made["Id"])


def test_it_is_another_engine_with_the_images_of_the_first(engine: SecondEngine) -> None:
    with closing(engine.client()) as own, closing(docker.APIClient(version="auto", timeout=20)) as first:
        assert own.inspect_image("alpine:latest")["Id"] == first.inspect_image("alpine:latest")["Id"]
        made = sleeper(own)
        assert made not in [row["Id"] for row in first.containers(all=True)]
        assert own.info()["DockerRootDir"] == str(engine.data)
        own.remove_container(made, force=True)


def test_a_killed_engine_comes_back_with_its_containers_running(engine: SecondEngine) -> None:
    with closing(engine.client()) as own:
        made = sleeper(own)
    engine.kill()
    engine.start()
    with closing(engine.client()) as own:
        assert own.inspect_container(made)["State"]["Running"]
        own.remove_container(made, force=True)


def test_a_frozen_engine_accepts_and_says_nothing(engine: SecondEngine) -> None:
    with closing(docker.APIClient(engine.url, version="1.41", timeout=1)) as own:
        with engine.frozen(), pytest.raises(ReadTimeout):
            own.ping()
        assert own.ping()


def test_nothing_is_left_of_it_and_the_first_engines_rules_are_untouched() -> None:
    before = firewall()
    with second_engine({"live-restore": True}, ["alpine:latest"]) as made:
        with closing(made.client()) as own:
            sleeper(own)
        assert firewall() == before
        folder = made.folder
    assert not folder.exists()
    assert str(folder) not in Path("/proc/self/mounts").read_text()
    left = [path for path in Path("/proc").glob("[0-9]*/cmdline") if str(folder).encode() in path.read_bytes()]
    assert left == []
    assert firewall() == before
