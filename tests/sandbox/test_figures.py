"""Figures from the engine's own answers, as Docker's client prints them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.sandbox import figures
from bot.sandbox.names import MARK

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
V1 = {
    "memory_stats": {"usage": 20 * 1024**2, "limit": 256 * 1024**2, "stats": {"total_inactive_file": 4 * 1024**2}},
    "cpu_stats": {"cpu_usage": {"total_usage": 300}, "system_cpu_usage": 2000, "online_cpus": 2},
    "precpu_stats": {"cpu_usage": {"total_usage": 100}, "system_cpu_usage": 1000},
    "networks": {"eth0": {"rx_bytes": 822, "tx_bytes": 10}, "eth1": {"rx_bytes": 178, "tx_bytes": 0}},
    "blkio_stats": {"io_service_bytes_recursive": [{"op": "Read", "value": 4096}, {"op": "Write", "value": 0}]},
    "pids_stats": {"current": 7},
}


def test_stats_are_reckoned_as_the_client_reckons_them() -> None:
    row = figures.stats_of("a" * 64, "web", V1)
    assert figures.stats([row]) == (
        "CONTAINER ID   NAME      CPU %     MEM USAGE / LIMIT   MEM %     NET I/O     BLOCK I/O    PIDS\n"
        "aaaaaaaaaaaa   web       40.00%    16MiB / 256MiB      6.25%     1kB / 10B   4.1kB / 0B   7"
    )


def test_an_answer_without_figures_is_all_zero() -> None:
    assert figures.stats_of("a" * 64, "web", {}) == figures.Stats("a" * 64, "web")


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0B"), (1023, "1023B"), (1024, "1KiB"), (14.2 * 1024**2, "14.2MiB"), (2**50, "1024TiB")]
)
def test_memory_is_rounded_as_docker_does(count: float, text: str) -> None:
    assert figures.binary(count) == text


def test_history_names_only_the_image_itself_and_hides_our_labels() -> None:
    made = int(NOW.timestamp()) - 180
    rows = [
        {"Created": made, "CreatedBy": "/bin/sh -c #(nop)  LABEL docent.bases=x docent.learner=u1", "Size": 0},
        {"Created": made, "CreatedBy": f"/bin/sh -c #(nop)  {MARK}", "Size": 0},
        {"Created": made, "CreatedBy": "/bin/sh -c npm install --omit=dev\t&& " + "x" * 40, "Size": 1_980_000},
        {"Created": made, "CreatedBy": "/bin/sh -c #(nop) COPY dir:abc in /app", "Size": 0},
    ]
    assert figures.history(rows, "sha256:" + "b" * 64, NOW) == [
        ("b" * 12, "3 minutes ago", "/bin/sh -c npm install --omit=dev && xxxxxxx…", "1.98MB", ""),
        ("<missing>", "3 minutes ago", "/bin/sh -c #(nop) COPY dir:abc in /app", "0B", ""),
    ]
    raw = figures.history(rows, "sha256:" + "b" * 64, NOW, whole=True, human=False)
    assert raw[0][:2] == ("sha256:" + "b" * 64, "2026-11-23T11:57:00Z")
    assert raw[0][3] == "1980000"


def test_the_process_table_is_as_wide_as_the_clients() -> None:
    assert figures.processes(["UID", "PID", "CMD"], [["root", "1", "sleep 300"]]) == (
        "UID                 PID                 CMD\nroot                1                   sleep 300"
    )


def test_disk_says_what_could_be_freed() -> None:
    rows = [figures.Share("Images", 2, 1, 2_000_000, 500_000), figures.Share("Build Cache", 0, 0, 0, 0, percent=False)]
    assert figures.disk(rows) == (
        "TYPE          TOTAL     ACTIVE    SIZE      RECLAIMABLE\n"
        "Images        2         1         2MB       500kB (25%)\n"
        "Build Cache   0         0         0B        0B"
    )
