"""Rows of a list as the docker CLI prints them: its table, `json`, or a template of plain fields. Pure.

Source: docker/cli 28 `cli/command/formatter`; compared with the real client by `deploy/differ`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.handin.plan import Listing, Output
from bot.sandbox.console import table

ACTION = re.compile(r"\{\{ ?(json )?\.([A-Za-z0-9]*) ?\}\}")
#: Go's JSON writes these so that it can stand inside HTML
ESCAPED = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})
Row = Mapping[str, str | None]  #: field → what stands there


@dataclass(frozen=True, slots=True)
class Shape:
    """One of the CLI's lists: the heading of each field, and the columns of its usual table."""

    kind: str  #: as Go's errors call it
    headings: Mapping[str, str]
    usual: tuple[str, ...]
    fault: str = "template parsing error"


PS = Shape(
    "*formatter.ContainerContext",
    {
        "Command": "COMMAND",
        "CreatedAt": "CREATED AT",
        "ID": "CONTAINER ID",
        "Image": "IMAGE",
        "Labels": "LABELS",
        "LocalVolumes": "LOCAL VOLUMES",
        "Mounts": "MOUNTS",
        "Names": "NAMES",
        "Networks": "NETWORKS",
        "Platform": "PLATFORM",
        "Ports": "PORTS",
        "RunningFor": "CREATED",
        "Size": "SIZE",
        "State": "STATE",
        "Status": "STATUS",
    },
    ("ID", "Image", "Command", "RunningFor", "Status", "Ports", "Names"),
    "failed to execute template",
)
IMAGES = Shape(
    "*formatter.imageContext",
    {
        "Containers": "CONTAINERS",
        "CreatedAt": "CREATED AT",
        "CreatedSince": "CREATED",
        "Digest": "DIGEST",
        "ID": "IMAGE ID",
        "Repository": "REPOSITORY",
        "SharedSize": "SHARED SIZE",
        "Size": "SIZE",
        "Tag": "TAG",
        "UniqueSize": "UNIQUE SIZE",
        "VirtualSize": "SIZE",
    },
    ("Repository", "Tag", "ID", "CreatedSince", "Size"),
)
VOLUMES = Shape(
    "*formatter.volumeContext",
    {
        "Availability": "AVAILABILITY",
        "Driver": "DRIVER",
        "Group": "GROUP",
        "Labels": "LABELS",
        "Links": "LINKS",
        "Mountpoint": "MOUNTPOINT",
        "Name": "VOLUME NAME",
        "Scope": "SCOPE",
        "Size": "SIZE",
        "Status": "STATUS",
    },
    ("Driver", "Name"),
)
NETWORKS = Shape(
    "*network.networkContext",
    {
        "CreatedAt": "CREATED AT",
        "Driver": "DRIVER",
        "ID": "NETWORK ID",
        "IPv4": "IPV4",
        "IPv6": "IPV6",
        "Internal": "INTERNAL",
        "Labels": "LABELS",
        "Name": "NAME",
        "Scope": "SCOPE",
    },
    ("ID", "Name", "Driver", "Scope"),
)
QUIET_AND_FORMAT = "WARNING: Ignoring custom format, because both --format and --quiet are set."


def listed(shape: Shape, rows: Sequence[Row], shown: Listing, *, quiet: str = "") -> Output:
    """Return the list; `quiet` names the one field that `-q` shows."""
    if quiet:
        lines = dict.fromkeys(str(row[quiet]) for row in rows) if shape is IMAGES else [str(r[quiet]) for r in rows]
        warned = [QUIET_AND_FORMAT] if shown.format and shape is PS else []
        return Output("\n".join([*warned, *lines]))
    template = shown.format
    if template in ("", "table"):
        return Output(table([shape.headings[each] for each in shape.usual], [cells(row, shape.usual) for row in rows]))
    if template == "json":
        template = "{{json .}}"
    in_columns = template.startswith("table ")
    template = template.removeprefix("table ").replace("\\t", "\t").replace("\\n", "\n")
    wrong = next((each for each in ACTION.finditer(template) if each[2] and each[2] not in shape.headings), None)
    if wrong and rows:
        where = f'template: :1:{wrong.start(2) - 1}: executing "" at <.{wrong[2]}>'
        return Output(f"{shape.fault}: {where}: can't evaluate field {wrong[2]} in type {shape.kind}", 1)
    lines = [ACTION.sub(lambda found, row=row: _filled(found, row), template) for row in rows]  # type: ignore[misc]
    if not in_columns:
        return Output("\n".join(lines))
    head = ACTION.sub(lambda found: shape.headings.get(found[2], "<no value>"), template)
    first, *others = (line.split("\t") for line in (head, *lines))
    return Output(table(first, others))


def cells(row: Row, fields: Sequence[str]) -> list[str]:
    """Return the cells of a row."""
    return [go(row[each]) for each in fields]


def go(value: str | None) -> str:
    """Return a field as Go's templates print it."""
    return "<nil>" if value is None else value


def _filled(found: re.Match[str], row: Row) -> str:
    if not found[2]:
        return as_json(dict(sorted(row.items()))) if found[1] else str(dict(row))
    value = row[found[2]]
    return as_json(value) if found[1] else go(value)


def as_json(value: object) -> str:
    """Return the value as Go's JSON writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(ESCAPED)


def labels(pairs: Sequence[tuple[str, str]]) -> str:
    """Return the labels as the CLI lists them."""
    return ",".join(f"{key}={value}" for key, value in sorted(pairs))
