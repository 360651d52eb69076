"""What `docker stats`, `history`, `top`, `diff` and `system df` print, from the engine's JSON. Pure.

Source: docker/cli 28 `cli/command/container/stats_helpers.go`, `formatter_stats.go`, `formatter/disk_usage.go`,
docker/go-units `BytesSize`; compared with the real client by the tests.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.sandbox.console import ago, ellipsis, short, size, table
from bot.sandbox.things import Raw

#: `docker top` and `docker port` have settings of their own in the CLI
TOP_NARROWEST, TOP_GAP = 20, 3
CREATED_BY = 45
LETTERS = {0: "C", 1: "A", 2: "D"}
#: rows that the builder adds for labels of ours
OURS = re.compile(r"LABEL (?:docent\.|.* docent\.)")


@dataclass(frozen=True, slots=True)
class Stats:
    """One look at what a container uses; all zero when it does not run."""

    id: str
    name: str
    cpu_percent: float = 0.0
    mem_bytes: float = 0.0
    mem_limit_bytes: float = 0.0
    net_in_bytes: float = 0.0
    net_out_bytes: float = 0.0
    read_bytes: float = 0.0
    written_bytes: float = 0.0
    pids: int = 0


def stats_of(container_id: str, name: str, raw: Raw) -> Stats:
    """Return one answer of `GET /containers/{id}/stats`."""
    memory, cpu, before = (raw.get(key) or {} for key in ("memory_stats", "cpu_stats", "precpu_stats"))
    detail = memory.get("stats") or {}
    cache = detail.get("total_inactive_file", detail.get("inactive_file", 0))  # control groups v1, v2
    used = memory.get("usage", 0)
    nets = (raw.get("networks") or {}).values()
    blocks = (raw.get("blkio_stats") or {}).get("io_service_bytes_recursive") or ()

    def moved(op: str) -> float:
        return float(sum(each["value"] for each in blocks if str(each.get("op", "")).lower() == op))

    return Stats(
        container_id,
        name,
        _cpu_percent(cpu, before),
        float(used - cache if cache < used else used),
        float(memory.get("limit", 0)),
        float(sum(net["rx_bytes"] for net in nets)),
        float(sum(net["tx_bytes"] for net in nets)),
        moved("read"),
        moved("write"),
        int((raw.get("pids_stats") or {}).get("current") or 0),
    )


def _cpu_percent(now: Raw, before: Raw) -> float:
    spent = _total(now) - _total(before)
    passed = now.get("system_cpu_usage", 0) - before.get("system_cpu_usage", 0)
    count = now.get("online_cpus") or len((now.get("cpu_usage") or {}).get("percpu_usage") or ()) or 1
    return float(spent / passed * count * 100) if spent > 0 and passed > 0 else 0.0


def _total(cpu: Raw) -> int:
    return int((cpu.get("cpu_usage") or {}).get("total_usage", 0))


def stats(rows: Sequence[Stats], *, whole: bool = False) -> str:
    """Return `docker stats --no-stream`."""
    header = ("CONTAINER ID", "NAME", "CPU %", "MEM USAGE / LIMIT", "MEM %", "NET I/O", "BLOCK I/O", "PIDS")
    cells = [
        (
            row.id if whole else row.id[:12],
            row.name,
            f"{row.cpu_percent:.2f}%",
            f"{binary(row.mem_bytes)} / {binary(row.mem_limit_bytes)}",
            f"{row.mem_bytes / row.mem_limit_bytes * 100 if row.mem_limit_bytes else 0:.2f}%",
            f"{size(row.net_in_bytes)} / {size(row.net_out_bytes)}",
            f"{size(row.read_bytes)} / {size(row.written_bytes)}",
            str(row.pids),
        )
        for row in rows
    ]
    return table(header, cells)


def binary(count: float) -> str:
    """Return bytes as Docker rounds memory: `14.2MiB`."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024:
            return f"{count:.4g}{unit}"
        count /= 1024
    return f"{count:.4g}TiB"


def history(
    rows: Sequence[Raw], image_id: str, now: datetime, *, whole: bool = False, human: bool = True
) -> list[tuple[str, ...]]:
    """Return the cells of `docker history`, newest layer first; steps in between have no name, as in today's Docker."""
    cells: list[tuple[str, ...]] = []
    for raw in rows:
        made_by = str(raw.get("CreatedBy") or "").replace("\t", " ")
        if OURS.search(made_by) and not raw.get("Size"):
            continue
        name = "<missing>" if cells else (image_id if whole else short(image_id))
        created = datetime.fromtimestamp(int(raw.get("Created") or 0), UTC)
        count = int(raw.get("Size") or 0)
        cells.append(
            (
                name,
                ago(created, now) if human else created.strftime("%Y-%m-%dT%H:%M:%SZ"),
                made_by if whole else ellipsis(made_by, CREATED_BY),
                size(count) if human else str(count),
                "",
            )
        )
    return cells


def changes(rows: Sequence[Raw]) -> str:
    """Return `docker diff`."""
    return "\n".join(f"{LETTERS.get(int(row.get('Kind', 0)), 'C')} {row.get('Path', '')}" for row in rows)


def processes(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return `docker top`: its columns are at least twenty characters wide."""
    lines = [list(titles), *map(list, rows)]
    widths = [
        max(TOP_NARROWEST, max(len(line[at]) for line in lines) + TOP_GAP) for at in range(max(len(titles) - 1, 0))
    ]
    return "\n".join(
        "".join(cell.ljust(width) for cell, width in zip(line, widths, strict=False)) + line[-1]
        for line in lines
        if line
    )


@dataclass(frozen=True, slots=True)
class Share:
    """One row of `docker system df`."""

    kind: str
    total: int
    active: int
    size_bytes: float
    reclaimable_bytes: float
    percent: bool = True  #: build cache is shown without


def disk(rows: Sequence[Share]) -> str:
    """Return `docker system df`."""
    cells = []
    for row in rows:
        free = size(max(row.reclaimable_bytes, 0))
        if row.percent and row.size_bytes > 0:
            free += f" ({int(row.reclaimable_bytes / row.size_bytes * 100)}%)"
        cells.append((row.kind, str(row.total), str(row.active), size(row.size_bytes), free))
    return table(("TYPE", "TOTAL", "ACTIVE", "SIZE", "RECLAIMABLE"), cells)
