"""The tree of a compose file, and that both libraries read the same one."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.handin.compose import events as compose_events
from bot.handin.compose.events import DEEPEST, MOST_ANCHORS, MOST_NODES, Listing, Mapping, Node, Scalar, read_tree
from bot.handin.compose.fault import Broken

SIGNS = [
    "a",
    "b",
    ": ",
    "\n",
    "  ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "'",
    '"',
    "&x ",
    "*x",
    "<<: ",
    "|",
    ">",
    "#",
    "? ",
    "---\n",
    "1",
    "!",
    "%",
]


def test_scalars_stay_what_was_typed() -> None:
    tree = read_tree("a: 22:22\nb: no\nc: 010\nd: 'x'\ne:\nf: true\ng: 1e3\nh: 2026-01-01\ni: !!str 5\n")
    kinds = {key.text: (value.text, value.kind) for key, value in tree.entries if isinstance(value, Scalar)}
    assert kinds == {
        "a": ("22:22", "string"),
        "b": ("no", "string"),
        "c": ("010", "number"),
        "d": ("x", "string"),
        "e": ("", "null"),
        "f": ("true", "boolean"),
        "g": ("1e3", "number"),
        "h": ("2026-01-01", "string"),
        "i": ("5", "string"),
    }


def test_every_node_knows_its_line() -> None:
    tree = read_tree("a:\n  - x\n  - y: z\n\nb: 1\n")
    (_, listing), (b, _) = tree.entries
    assert isinstance(listing, Listing)
    assert [item.line for item in listing.items] == [2, 3]
    assert b.line == 5


def test_an_alias_is_a_copy_and_a_merge_gives_way_to_what_is_typed() -> None:
    tree = read_tree("x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}\n")
    merged = tree.get("y")
    assert isinstance(merged, Mapping)
    assert {key.text: value.text for key, value in merged.entries if isinstance(value, Scalar)} == {"b": "3", "a": "1"}


def test_the_limits_are_where_they_are_said_to_be() -> None:
    assert read_tree(f"a: {'[' * (DEEPEST - 1)}{']' * (DEEPEST - 1)}\n")
    assert outcome(f"a: {'[' * DEEPEST}{']' * DEEPEST}\n") == "TOO_DEEP"
    assert read_tree(f"a: [{'x,' * (MOST_NODES - 3)}]\n")
    assert outcome(f"a: [{'x,' * (MOST_NODES - 2)}]\n") == "TOO_MANY"
    assert read_tree("".join(f"a{n}: &a{n} x\n" for n in range(MOST_ANCHORS)))
    assert outcome("".join(f"a{n}: &a{n} x\n" for n in range(MOST_ANCHORS + 1))) == "TOO_MANY"


def outcome(text: str) -> object:
    try:
        return read_tree(text)
    except Broken as wrong:
        return wrong.problem.code


def bare(node: Node) -> object:
    """Return the node without its lines: the two disagree about where nothing at all stands."""
    if isinstance(node, Mapping):
        return [(bare(key), bare(value)) for key, value in node.entries]
    return [bare(item) for item in node.items] if isinstance(node, Listing) else (node.text, node.plain)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(SIGNS), max_size=30).map("".join))
def test_without_the_fast_library_the_same_files_are_read(text: str) -> None:
    fast = outcome(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compose_events, "LOADER", yaml.SafeLoader)
        slow = outcome(text)
    if isinstance(fast, Mapping) and isinstance(slow, Mapping):
        assert bare(fast) == bare(slow)
