"""Read one YAML file, and know on which line each of its places stands."""

from __future__ import annotations

from collections.abc import Hashable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

#: a lesson is a page or two; what is longer is not one
LONGEST = 512 * 1024


class PageError(Exception):
    """A file cannot be read as YAML; `line` is where, 0 when unknown."""

    def __init__(self, say: str, line: int = 0) -> None:
        super().__init__(say)
        self.line = line


@dataclass(frozen=True, slots=True)
class Page:
    """A file's data, and its text, which knows the lines."""

    name: str
    data: Any
    text: str

    def line(self, place: tuple[str | int, ...]) -> int:
        """Return the line of a place, or of the nearest thing above it that is in the file."""
        node = _tree(self.text)
        line = node.start_mark.line + 1 if node else 0
        for part in place:
            key, node = _child(node, part)
            if node is None:
                break
            line = (key or node).start_mark.line + 1
        return line


@lru_cache(maxsize=8)
def _tree(text: str) -> yaml.Node | None:
    """Return the text's tree: read only when there is a line to be told, as it takes as long as the data itself."""
    tree: yaml.Node | None = yaml.compose(text, yaml.SafeLoader)
    return tree


def _child(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node | None, yaml.Node | None]:
    if isinstance(node, yaml.MappingNode):
        return next(((k, v) for k, v in node.value if k.value == str(part)), (None, None))
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return None, node.value[part]
    return None, None


class _Strict(yaml.constructor.SafeConstructor):
    """Refuses a key that stands twice: YAML would keep the second in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.tag != "tag:yaml.org,2002:merge" and key.value in seen:
                raise PageError(f"`{key.value}` stands twice in one place", key.start_mark.line + 1)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


class _Loader(_Strict, yaml.SafeLoader):
    """Says in known words what is not YAML."""


if hasattr(yaml, "CSafeLoader"):

    class _QuickLoader(_Strict, yaml.CSafeLoader):
        """Reads the lessons in a sixth of the time: half a second of every start."""

else:  # a PyYAML that was made without libyaml
    _QuickLoader = _Loader  # type: ignore[misc,assignment]


def read_page(path: Path, name: str) -> Page:
    """Return the file's page. Raises: PageError."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise PageError(f"cannot be read: {error.strerror}") from error
    if len(raw) > LONGEST:
        raise PageError(f"is {len(raw):,} bytes; a lesson may have {LONGEST:,}")
    try:
        text = raw.decode("utf-8")
        return Page(name, _data(text), text)
    except UnicodeDecodeError as error:
        raise PageError("is not UTF-8 text") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        say = getattr(error, "problem", None) or "cannot be read as YAML"
        raise PageError(f"is not valid YAML: {say}", mark.line + 1 if mark else 0) from error


def _data(text: str) -> Any:
    with suppress(yaml.YAMLError):
        return yaml.load(text, _QuickLoader)  # noqa: S506 - a SafeLoader
    return yaml.load(text, _Loader)  # noqa: S506 - the same, for its words about what is wrong
