"""A learner's way on the newest engine that Debian packs, started beside the first; nothing is installed."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.sandbox.engine import Engine
from bot.sandbox.host import Host
from tests.sandbox.test_engine_contract import commands_on, learners_way
from tests.second_engine import SecondEngine, second_engine

pytestmark = [pytest.mark.engine, pytest.mark.hostile]

KEPT = Path(__file__).parents[2] / ".docent" / "engines"
#: Source: Debian sid, `dists/sid/main/binary-amd64/Packages`, November 2026
PACKAGE = "http://deb.debian.org/debian/pool/main/d/docker.io/docker.io_28.5.2+dfsg4-5_amd64.deb"
SHA256 = "69a59cc77a1fb8ee9ad6859abc2e6de5d76b70887405595c2b1307818fecf682"


def unpacked() -> Path:
    """Return the folder of the newer dockerd, fetched once and proved by its digest; skips where it cannot be had."""
    if platform.machine() != "x86_64" or not shutil.which("dpkg-deb"):
        pytest.skip("the package is for x86-64, and dpkg-deb unpacks it")
    folder, package = KEPT / "28.5.2", KEPT / "docker.io.deb"
    if not folder.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        try:
            with urllib.request.urlopen(PACKAGE, timeout=120) as answer:
                package.write_bytes(answer.read())
        except OSError as error:
            pytest.skip(f"Debian's packages cannot be reached: {error}")
        assert hashlib.sha256(package.read_bytes()).hexdigest() == SHA256
        subprocess.run(["dpkg-deb", "-x", package, folder], check=True, timeout=60)
    return folder / "usr" / "sbin"


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> Iterator[SecondEngine]:
    monkeypatch.setenv("PATH", f"{unpacked()}:{os.environ['PATH']}")
    with second_engine() as engine:
        yield engine


async def test_f31_a_learner_works_on_a_newer_engine_as_on_the_first(
    newer: SecondEngine, seen: Callable[[object], None]
) -> None:
    said = await Host(Engine(newer.url)).version()
    assert str(said["Version"]).startswith("28.")
    async with commands_on(newer.url) as do:
        await learners_way(do)
    seen(f"Engine {said['Version']}, API {said['ApiVersion']}")
