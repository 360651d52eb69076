from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.handin.plan import PublishedPort
from bot.sandbox import console


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
