"""What stands on the screen when a build or a start of services is over. Pure."""

from __future__ import annotations

import re

BUILD = re.compile(r"docker(?: image)? build\b|docker(?:-compose| compose) build\b")
PROGRESS = re.compile(r"docker(?:-compose| compose) .*\b(?:up|down|restart|stop|start|rm)\b")
ROW = re.compile(r" => (?P<what>.*?) +\d+\.\d+s$")
#: what BuildKit does only because it is not the builder here, or counts differently each time
WAYS = re.compile(
    r"(?:CANCELED |=> (?:transferring|exporting|writing image|resolve|sha256:)|\[internal\]|exporting to image|"
    r"(?:CACHED )?\[.*\d+/\d+\] FROM|\[auth\]|docker-image://)"
)


def build(rows: list[str]) -> list[str]:
    """Return the steps of a build, those from the cache, its names and all that is said about a failure."""
    rows = _last(rows)
    if not rows or not rows[0].startswith("[+] Building"):
        return rows
    found = [] if "(0/0)" in rows[0] else ["built"]
    rest = False
    for row in rows[1:]:
        step = ROW.match(row)
        if step and not rest:
            found += [] if WAYS.match(step["what"]) else [step["what"].strip()]
            continue
        rest = True
        found.append(re.sub(r"^#?\d+\.\d{3} ", "<seconds> ", row))
    return found


def settled(rows: list[str]) -> list[str]:
    """Return Compose's progress as it stands at the end, its lines in order of their names."""
    heads = [at for at, row in enumerate(rows) if row.startswith("[+] ")]
    if not heads:
        return rows
    last = rows[heads[-1] + 1 :]
    marked = sorted(row for row in last if re.match(r" [✔✘!⠿]", row))
    rest = [row for row in last if not re.match(r" [✔✘!⠀-⣿]", row)]
    ready = [re.sub(r" {2,}", "  ", row) for row in marked]
    return [*rows[: heads[0]], rows[heads[-1]], *ready, *rest]


def _last(rows: list[str]) -> list[str]:
    """Return what a terminal shows at last: the display is written again and again."""
    heads = [at for at, row in enumerate(rows) if row.startswith("[+] Building")]
    return rows[heads[-1] :] if heads else rows
