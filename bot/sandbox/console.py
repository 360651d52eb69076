"""What the docker CLI prints, from typed rows: its columns, its words for time and size. Pure.

Source: docker/cli 28 `cli/command/formatter`, docker/go-units; compared with the real client by the tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.handin.plan import PublishedPort

NARROWEST, GAP = 10, 3  #: the CLI's tabwriter settings


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return header and rows in columns; the last column is not padded."""
    lines = [header, *rows]
    widths = [max(NARROWEST, max(len(line[at]) for line in lines) + GAP) for at in range(len(header) - 1)]
    return "\n".join(
        "".join(cell.ljust(width) for cell, width in zip(line, widths, strict=False)) + line[-1] for line in lines
    )


def ago(since: datetime, now: datetime) -> str:
    """Return `3 minutes ago`."""
    return f"{duration((now - since).total_seconds())} ago"


def duration(seconds: float) -> str:
    """Return a span as Docker rounds it. Source: go-units `HumanDuration`."""
    hours = int(seconds / 3600 + 0.5)
    steps = (
        (seconds < 1, "Less than a second"),
        (seconds < 2, "1 second"),
        (seconds < 60, f"{int(seconds)} seconds"),
        (seconds < 120, "About a minute"),
        (seconds < 3600, f"{int(seconds / 60)} minutes"),
        (hours == 1, "About an hour"),
        (hours < 48, f"{hours} hours"),
        (hours < 24 * 7 * 2, f"{hours // 24} days"),
        (hours < 24 * 30 * 2, f"{hours // 24 // 7} weeks"),
        (hours < 24 * 365 * 2, f"{hours // 24 // 30} months"),
    )
    return next((words for fits, words in steps if fits), f"{int(seconds / 3600) // 24 // 365} years")


def moment(stamp: str) -> str:
    """Return the engine's time as Go prints it: `2026-11-23 13:39:00.119 +0000 UTC`."""
    return f"{stamp.removesuffix('Z').replace('T', ' ')} +0000 UTC"


def size(count: float, digits: int = 3) -> str:
    """Return bytes as Docker rounds them: `1.98MB`."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.{digits}g}{unit}"
        count /= 1000
    return f"{count:.{digits}g}TB"


def ports(published: Sequence[PublishedPort], exposed: Sequence[tuple[int, str]]) -> str:
    """Return the PORTS column: what is published, then what is only exposed."""
    cells: list[str] = []
    for port in published:
        to = f"{port.host}->{port.container}/{port.protocol}"
        cells.append(f"{port.address}:{to}")
        if port.address == "0.0.0.0":  # noqa: S104 - the CLI shows both families for it
            cells.append(f"[::]:{to}")
    taken = {(port.container, port.protocol) for port in published}
    cells += [f"{number}/{protocol}" for number, protocol in exposed if (number, protocol) not in taken]
    return ", ".join(cells)


def short(image_id: str) -> str:
    """Return the first twelve digits of an id."""
    return image_id.removeprefix("sha256:")[:12]


def ellipsis(text: str, width: int) -> str:
    """Return the text in at most `width` characters, cut with the CLI's `…`."""
    return text if len(text) <= width else f"{text[: width - 1]}…"


def quoted(text: str) -> str:
    """Return the text between the quotes that the CLI puts around a command."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'
