"""The part of Go's templates that `docker inspect --format` needs: fields, `json`, `range`. Pure.

`{{.State.Status}}`, `{{json .Config.Cmd}}`, `{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}`.
Source: pkg.go.dev/text/template.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 300
DEEPEST = 3
_ACTION = re.compile(r"\{\{ ?(?:(?P<end>end)|(?P<verb>range |json )?(?P<path>\.(?:[A-Za-z][A-Za-z0-9.]*)?)) ?\}\}")


@dataclass(frozen=True, slots=True)
class Show:
    """A field, as Go prints it or as JSON; `path` '.' is what a `range` stands at."""

    path: str
    as_json: bool
    at: int  #: where the path begins in the template


@dataclass(frozen=True, slots=True)
class Each:
    """What is printed for each of a list's or a map's values."""

    path: str
    body: tuple[Part, ...]
    at: int


Part = str | Show | Each


def read_template(text: str) -> tuple[Part, ...] | None:
    """Return the template's parts, None when it asks for more than this."""
    if len(text) > LONGEST:
        return None
    open_: list[tuple[str, int, list[Part]]] = [("", 0, [])]
    at = 0
    for found in _ACTION.finditer(text):
        parts = open_[-1][2]
        parts.append(text[at : found.start()])
        at = found.end()
        if found["end"]:
            if len(open_) == 1:
                return None
            path, begun, body = open_.pop()
            open_[-1][2].append(Each(path, tuple(body), begun))
        elif found["verb"] == "range ":
            open_.append((found["path"], found.start("path"), []))
        else:
            parts.append(Show(found["path"], found["verb"] == "json ", found.start("path")))
    open_[-1][2].append(text[at:])
    if len(open_) != 1 or _depth(open_[0][2]) > DEEPEST or _leftover(open_[0][2]):
        return None
    return tuple(open_[0][2])


def _depth(parts: list[Part] | tuple[Part, ...]) -> int:
    return max((1 + _depth(each.body) for each in parts if isinstance(each, Each)), default=0)


def _leftover(parts: list[Part] | tuple[Part, ...]) -> bool:
    """Tell whether an action was not understood."""
    return any(
        _leftover(each.body) if isinstance(each, Each) else isinstance(each, str) and ("{{" in each or "}}" in each)
        for each in parts
    )
