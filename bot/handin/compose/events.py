"""YAML text → a small tree with lines, never more work than its limits allow.

Events are read one by one and nothing is constructed by the YAML library: its merge keys take 42 s for 515 bytes, its
`22:22` is 1342, its duplicate keys hide each other. Here a scalar stays the text that was typed, an alias counts as all
that it stands for, and everything that Compose would not understand is a `Broken` with its line.

Source: go.yaml.in/yaml/v3 `resolve.go` and `decode.go` for what a plain scalar is and for the words of faults; the
library used is a port of libyaml, whose words are the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import yaml

from bot.handin.compose.fault import broken
from bot.handin.compose.text import explain_fault, read_text

MOST_NODES = 5_000
MOST_ANCHORS = 20  #: anchors and aliases together
DEEPEST = 20

#: libyaml where the wheel carries it (a hundred times faster), the same grammar in Python elsewhere
LOADER: type[yaml.SafeLoader] | type[yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_CORE_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq"))
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEAN = frozenset({"true", "True", "TRUE", "false", "False", "FALSE"})
_NUMBER = re.compile(r"[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|(?:\d[\d_]*)?\.?\d[\d_]*(?:[eE][-+]?\d+)?|\d+\.)")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text as typed; `plain` says that no quotes stood around it."""

    line: int
    text: str
    plain: bool = False

    @property
    def kind(self) -> str:
        """Return what Compose takes it for: string, number, boolean or null."""
        if not self.plain:
            return "string"
        if self.text in _NULL:
            return "null"
        if self.text in _BOOLEAN:
            return "boolean"
        return "number" if len(self.text) < 60 and _NUMBER.fullmatch(self.text) else "string"


@dataclass(frozen=True, slots=True)
class Listing:
    """A list."""

    line: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and values in the order of the file; a key that came by `<<` stands after the typed ones."""

    line: int
    entries: tuple[tuple[Scalar, Node], ...]

    def get(self, key: str) -> Node | None:
        """Return the value of a key, None when it is not there."""
        return next((value for name, value in self.entries if name.text == key), None)


Node = Scalar | Listing | Mapping


def read_tree(content: bytes | str) -> Mapping:
    """Return the file as a tree. Raises `Broken`."""
    text = read_text(content)
    try:
        root = _Builder(yaml.parse(text, Loader=LOADER)).document()
    except yaml.MarkedYAMLError as fault:
        raise explain_fault(fault, text) from None
    except yaml.YAMLError:
        raise broken(
            0, "ENCODING", "The file holds a character that YAML does not allow. Please type it anew."
        ) from None
    if root is None:
        say = "The compose file is empty. It begins with `services:`."
        raise broken(0, "EMPTY_FILE", say, "empty compose file")
    if not isinstance(root, Mapping):
        say = "the file should begin with a key such as `services:`, and everything else stands below it."
        raise broken(root.line, "NOT_A_MAPPING", say, _no_mapping(root))
    return root


def _no_mapping(root: Scalar | Listing) -> str:
    """Return what Go's YAML says about a file that is no mapping."""
    what = "!!seq"
    if isinstance(root, Scalar):
        kind = {"string": "str", "number": "int", "boolean": "bool"}.get(root.kind, "str")
        what = f"!!{kind} `{root.text if len(root.text) <= 10 else f'{root.text[:7]}...'}`"
    return f"yaml: unmarshal errors:\n  line {root.line}: cannot unmarshal {what} into cli.named"


class _Builder:
    """Walks over the events once, with a stack of its own; every step is one event."""

    def __init__(self, events: Iterator[yaml.Event]) -> None:
        self.events = events
        self.left = MOST_NODES
        self.marks = MOST_ANCHORS
        self.anchors: dict[str, tuple[Node, int, int] | None] = {}  #: None while its node is being read

    def document(self) -> Node | None:
        root: Node | None = None
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    say = "a second document begins here (`---`). Please keep everything in one."
                    raise broken(_line(event), "TWO_DOCUMENTS", say)
            elif isinstance(event, yaml.NodeEvent):
                root = self._node(event, 1)[0]
        return None if isinstance(root, Scalar) and root.kind == "null" else root

    def _node(self, event: yaml.Event, depth: int) -> tuple[Node, int, int]:
        """Return the node, the number of nodes it stands for, and its height; at most `DEEPEST` calls deep."""
        line = _line(event)
        self._spend(1, line)
        if depth > DEEPEST:
            raise broken(
                line, "TOO_DEEP", f"the file is nested more than {DEEPEST} levels deep. Please make it flatter."
            )
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, depth)
        assert isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent))  # noqa: S101 - there are no others
        plain = _judge_tag(event)
        if event.anchor:
            self._mark(line)
            self.anchors[event.anchor] = None
        found = self._collection(event, depth) if isinstance(event, yaml.CollectionStartEvent) else None
        if found is None:
            found = (Scalar(line, str(getattr(event, "value", "")), plain), 1, 1)
        if event.anchor:
            self.anchors[event.anchor] = found
        return found

    def _collection(self, event: yaml.CollectionStartEvent, depth: int) -> tuple[Node, int, int]:
        children: list[Node] = []
        size, height = 1, 0
        for child in self.events:
            if isinstance(child, yaml.CollectionEndEvent):
                break
            node, nodes, levels = self._node(child, depth + 1)
            children.append(node)
            size += nodes
            height = max(height, levels)
        line = _line(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return Listing(line, tuple(children)), size, height + 1
        return _mapping(line, children), size, height + 1

    def _alias(self, event: yaml.AliasEvent, depth: int) -> tuple[Node, int, int]:
        line, name = _line(event), str(event.anchor)
        self._mark(line)
        if name not in self.anchors:
            raise broken(
                line,
                "YAML_ALIAS",
                f"`*{name[:40]}` points to an anchor that is not there.",
                f"yaml: unknown anchor '{name[:80]}' referenced",
            )
        found = self.anchors[name]
        if found is None:
            raise broken(
                line,
                "YAML_ALIAS",
                f"`*{name[:40]}` would contain itself.",
                f"yaml: anchor '{name[:80]}' value contains itself",
            )
        self._spend(found[1], line)
        if depth + found[2] > DEEPEST:
            raise broken(line, "TOO_DEEP", f"with `*{name[:40]}` the file is nested more than {DEEPEST} levels deep.")
        return found

    def _spend(self, nodes: int, line: int) -> None:
        self.left -= nodes
        if self.left < 0:
            say = f"the file has more than {MOST_NODES:,} keys and values, aliases counted in full. Make it smaller."
            raise broken(line, "TOO_MANY", say)

    def _mark(self, line: int) -> None:
        self.marks -= 1
        if self.marks < 0:
            say = f"the file has more than {MOST_ANCHORS} anchors and aliases. Please write the values out."
            raise broken(line, "TOO_MANY", say)


def _line(event: yaml.Event) -> int:
    mark = event.start_mark
    return int(mark.line) + 1 if mark else 0


def _judge_tag(event: yaml.NodeEvent) -> bool:
    """Return whether a scalar is plain; a tag other than YAML's own is refused."""
    tag = getattr(event, "tag", None)
    if tag and tag not in _CORE_TAGS and tag != "!":
        shown = str(tag)[:40]
        say = f"`{shown}` is a tag. Tags are not understood here; please leave it out."
        raise broken(_line(event), "YAML_TAG", say, seen=shown)
    return getattr(event, "style", "'") in {None, ""} and not tag


def _mapping(line: int, children: list[Node]) -> Mapping:
    """Return the mapping of keys and values in turn. Raises `Broken`."""
    entries: dict[str, tuple[Scalar, Node]] = {}
    merged: list[tuple[Scalar, Node]] = []
    for number, (key, value) in enumerate(pairwise(children)):
        if number % 2:
            continue
        if not isinstance(key, Scalar):
            raise broken(key.line, "YAML_KEY", "a key is a plain word; here stands a list or a mapping instead.")
        if key.plain and key.text == "<<":
            if not isinstance(value, Mapping):
                raise broken(
                    key.line,
                    "YAML_MERGE",
                    "`<<` takes one mapping here, as in `<<: *name`; no list.",
                    "yaml: map merge requires map or sequence of maps as the value"
                    if isinstance(value, Scalar)
                    else "",
                )
            merged.extend(value.entries)
        elif before := entries.get(key.text):
            first = before[0].line
            say = f"`{key.text[:60]}` stands twice at this level, first in line {first}. Only one of them can count."
            words = f'line {key.line}: mapping key "{key.text[:100]}" already defined at line {first}'
            raise broken(key.line, "DUPLICATE_KEY", say, words, key.text)
        else:
            entries[key.text] = (key, value)
    for key, value in merged:
        entries.setdefault(key.text, (key, value))
    return Mapping(line, tuple(entries.values()))
