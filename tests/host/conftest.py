"""An engine of the tests' own, configured as `deploy/host/install` would configure a class's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import docker
import pytest
from docker.errors import DockerException, ImageNotFound

from tests.second_engine import SecondEngine, second_engine

HOST = Path(__file__).parents[2] / "deploy" / "host"
CANARY = "docent-canary:latest"


def hardened_config() -> dict[str, object]:
    """Return the configuration with the profile where it is in a checkout."""
    config: dict[str, object] = json.loads((HOST / "daemon.json").read_text("utf-8"))
    return config | {"seccomp-profile": str(HOST / "seccomp.json")}


@pytest.fixture(scope="session")
def hardened() -> Iterator[SecondEngine]:
    images = ["alpine:latest", "docent-verifier:latest", "registry:2"]
    try:
        with closing(docker.APIClient(version="auto", timeout=20)) as first:
            first.inspect_image(CANARY)
            images.append(CANARY)
    except ImageNotFound:
        pass
    except DockerException as error:
        pytest.skip(f"no Docker engine: {error}")
    with second_engine(hardened_config(), images) as engine:
        yield engine
