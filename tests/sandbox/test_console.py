from __future__ import annotations

import asyncio
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.handin.plan import ListContainers, PublishedPort, RunPlan
from bot.sandbox import console
from bot.sandbox.host import Host
from tests.sandbox.conftest import Learner


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "Less than a second"),
        (1, "1 second"),
        (59, "59 seconds"),
        (61, "About a minute"),
        (150, "2 minutes"),
        (3599, "59 minutes"),
        (3600, "About an hour"),
        (5400, "2 hours"),
        (86400, "24 hours"),
        (86400 * 3, "3 days"),
        (86400 * 20, "2 weeks"),
        (86400 * 90, "3 months"),
        (86400 * 1000, "2 years"),
    ],
)
def test_spans_are_rounded_as_docker_rounds_them(seconds: float, words: str) -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert console.ago(now - timedelta(seconds=seconds), now) == f"{words} ago"


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0B"),
        (999, "999B"),
        (1984162, "1.98MB"),
        (12_700_000, "12.7MB"),
        (177195706, "177MB"),
        (1_200_000_000, "1.2GB"),
    ],
)
def test_sizes_are_rounded_as_docker_rounds_them(count: int, words: str) -> None:
    assert console.size(count) == words


@pytest.mark.parametrize(
    ("ports", "exposed", "cell"),
    [
        ([PublishedPort(3000, 3000, "127.0.0.1")], [(3000, "tcp")], "127.0.0.1:3000->3000/tcp"),
        ([PublishedPort(80, 8080)], [], "0.0.0.0:8080->80/tcp, [::]:8080->80/tcp"),
        ([], [(3000, "tcp")], "3000/tcp"),
        ([PublishedPort(53, 53, "127.0.0.1", "udp")], [(53, "tcp")], "127.0.0.1:53->53/udp, 53/tcp"),
        ([], [], ""),
    ],
)
def test_the_ports_column(ports: list[PublishedPort], exposed: list[tuple[int, str]], cell: str) -> None:
    assert console.ports(ports, exposed) == cell


def test_an_empty_list_is_its_header() -> None:
    assert console.containers([], datetime.now(UTC)) == (
        "CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES"
    )


@pytest.mark.engine
@pytest.mark.skipif(not shutil.which("docker"), reason="needs the docker CLI to compare with")
@pytest.mark.parametrize("whole", [False, True])
async def test_a_listing_is_what_the_real_cli_prints_for_the_same_containers(
    learner: Learner, host: Host, whole: bool
) -> None:
    await learner.do(
        RunPlan("alpine", ("sh", "-c", 'sleep 300; echo "two  words"'), "a-rather-long-name-of-mine", detach=True)
    )
    await learner.do(RunPlan("alpine", ("sleep", "300"), "b", detach=True))
    await learner.do(RunPlan("alpine", ("false",), "c"))
    owner = learner.sandbox._setup.owner("U1")
    words = [
        "docker",
        "ps",
        "-a",
        *(f"--filter=label={label}" for label in owner.labels),
        *(["--no-trunc"] if whole else []),
    ]
    async with asyncio.timeout(20):
        while True:  # the clocks of the two listings may stand on both sides of a second
            found = await host.containers(*owner.labels)
            rows = [
                (replace(each, name=each.engine_name), each.image_id if whole else console.short(each.image_id))
                for each in found
            ]
            ours = console.containers(rows, datetime.now(UTC), whole=whole)
            done = await asyncio.to_thread(
                subprocess.run, words, capture_output=True, text=True, timeout=20, check=True
            )
            theirs = done.stdout.rstrip("\n")
            if _same(ours, theirs):
                break
    assert (await learner.do(ListContainers(all=True))).text.count("\n") == 3


def _same(ours: str, theirs: str) -> bool:
    """Compare all columns but IMAGE, whose name only the engine knows: by an id or by a tag."""

    def rest(text: str) -> list[list[str]]:
        header = text.splitlines()[0]
        image, command = header.index("IMAGE"), header.index("COMMAND")
        return [[line[:image], *line[command:].split("   ")] for line in text.splitlines()]

    return rest(ours) == rest(theirs)


@pytest.mark.engine
@pytest.mark.skipif(not shutil.which("docker"), reason="needs the docker CLI to compare with")
async def test_images_are_listed_as_the_real_cli_lists_them(learner: Learner, host: Host) -> None:
    await learner.image("FROM alpine\nRUN echo 1 > /one\n", "app:v1")
    await learner.image("FROM alpine\nRUN echo 2 > /two\n", "app:v1")
    labels = learner.sandbox._setup.owner("U1").labels
    words = ["docker", "images", *(f"--filter=label={label}" for label in labels)]
    async with asyncio.timeout(20):
        while True:  # the clocks of the two listings may stand on both sides of a second
            rows = [
                (next(iter(each.tags), ""), each.id, each.created_at, each.size) for each in await host.images(*labels)
            ]
            ours = console.images(rows, datetime.now(UTC))
            done = await asyncio.to_thread(
                subprocess.run, words, capture_output=True, text=True, timeout=20, check=True
            )
            if ours == done.stdout.rstrip("\n"):
                break
    assert len(rows) == 2
