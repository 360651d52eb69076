"""An answer without what differs from one run to the next: names made up, ids, times, addresses, racy sizes. Pure.

What is left is kept as lines, so that a meant difference can name one: a table's rows as cells with `|` between and one
line about its columns, JSON as one line for each value, and a build as its steps, whichever builder printed it.
"""

from __future__ import annotations

import json
import re

from tests.differ import described

TIME = r"(?:Less than a second|About an? (?:minute|hour)|\d+ (?:second|minute|hour|day|week|month)s?)"
MASKS = (
    (r"\bsha256:[0-9a-f]{64}\b", "<digest>"),
    (r"\b[0-9a-f]{64}\b", "<id>"),
    (r"\b[0-9a-f]{12}\b", "<short id>"),
    (r"\b(dir|file):[0-9a-f]+…", r"\1:<hash>…"),
    (TIME, "<time>"),
    (r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z| ?[+-]\d\d:?\d\d(?: [A-Z]+)?)?", "<moment>"),
    (r"\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b", "<mac>"),
    (r"\b(?:10|172|192)\.\d+\.\d+\.\d+\b", "<address>"),
    (r"\b[a-z]{3,}_[a-z]{3,}\d?\b", "<made-up name>"),
    (r" +\d+\.\d+s$", " <seconds>"),
)
#: where no registry answers, base images are stand-ins: labels say so, which neither side need show
STANDIN = "docent."
STANDIN_LABEL = re.compile(r"docent\.\w+=\w+,?")
SIZE = r"\b\d+(?:\.\d+)?(?:B|kB|MB|GB|KiB|MiB|GiB)\b"
#: of these, sizes and shares are never the same twice
RACY = re.compile(r"docker (?:stats|system df)\b.*|docker \w+ prune\b.*")
CHANGES = re.compile(r"docker(?: container)? diff\b")
HEADER = re.compile(r"[A-Z%]+(?:[ /][A-Z%]+)*(?: [IO]/O)?(?:(?: {2,}|\t)[A-Z%][A-Z%/ ]*)+")
NARROWEST = (8, 10, 20)  #: a column is at least so wide; Source: docker/cli and docker/compose tabwriters
GAP = 3


def normal(line: str, text: str) -> list[str]:
    """Return what the command printed in its normal form."""
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
    rows = [row.rstrip() for row in text.strip("\n").splitlines() if "LABEL docent." not in row]
    if described.BUILD.match(line):
        return masked(line, described.build(rows))
    if CHANGES.match(line):  # the engine names what changed in no order
        rows = sorted(rows, key=lambda row: row[2:])
    if described.PROGRESS.match(line):
        return masked(line, described.settled(rows))
    if rows and HEADER.fullmatch(rows[0]) and len(cells := columns(rows[0])) > 1:
        return table(line, rows, cells)
    found = as_json("\n".join(rows))
    if found is not None:
        return masked(line, found)
    return masked(line, rows)


def masked(line: str, rows: list[str]) -> list[str]:
    """Return the rows with the masks on."""
    return [_masked(row, racy=RACY.fullmatch(line) is not None) for row in rows]


def _masked(text: str, *, racy: bool) -> str:
    text = STANDIN_LABEL.sub("", text)
    for pattern, mask in MASKS:
        text = re.sub(pattern, mask, text)
    if racy:
        text = re.sub(SIZE, "<size>", text)
        text = re.sub(r"\b\d+(?:\.\d+)?%", "<share>", text)
    return text


def columns(header: str) -> list[int]:
    """Return where the columns of a table begin."""
    return [found.start() for found in re.finditer(r"(?:(?<=  )|^)\S", header)]


def table(line: str, rows: list[str], starts: list[int]) -> list[str]:
    """Return the table's rows as masked cells, and one line about how far its columns are apart."""
    ends = [*starts[1:], None]
    parted = [[row[a:b].rstrip() for a, b in zip(starts, ends, strict=True)] for row in rows]
    gaps = []
    for at in range(len(starts) - 1):
        width = starts[at + 1] - starts[at]
        gap = width - max(len(row[at]) for row in parted)
        gaps.append("as usual" if gap == GAP or (gap > GAP and width in NARROWEST) else f"{gap} in {width}")
    shape = "columns " + ("as usual" if set(gaps) == {"as usual"} else ", ".join(gaps))
    top = re.match(r"docker top\b", line) is not None
    return [shape, *(" | ".join(_cells(line, row, top=top)).rstrip() for row in parted)]


def _cells(line: str, row: list[str], *, top: bool) -> list[str]:
    found = masked(line, row)
    return [re.sub(r"^[\d:]+$|^[A-Z][a-z]{2}\d\d$", "<n>", cell) if top else cell for cell in found]


def as_json(text: str) -> list[str] | None:
    """Return a line for each value of a JSON list or object, None when the text is none."""
    if not text.startswith(("[\n", "{", "[{")):
        return None
    try:
        value, end = json.JSONDecoder().raw_decode(text)
    except ValueError:
        return None
    return [*_flat("", value), *text[end:].strip("\n").splitlines()]


def _flat(path: str, value: object) -> list[str]:
    if isinstance(value, dict) and (own := {key: value[key] for key in value if not key.startswith(STANDIN)}):
        return [line for key, each in own.items() for line in _flat(f"{path}.{key}" if path else str(key), each)]
    if isinstance(value, list) and value:
        return [line for at, each in enumerate(value) for line in _flat(f"{path}[{at}]", each)]
    return [f"{path} = {json.dumps({} if isinstance(value, dict) else value, ensure_ascii=False)}"]
