"""`.dockerignore`: what it means, and that no pattern takes long."""

# ruff: noqa: E501 - a table reads by the row

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handin.ignore import compiled, ignored, read_patterns
from bot.handin.plan import Refusal


@pytest.mark.parametrize(
    ("rules", "path", "out"),
    [
        ("node_modules", "node_modules/express/index.js", True),
        ("node_modules", "src/node_modules/x.js", False),
        ("**/node_modules", "src/node_modules/x.js", True),
        ("*.md", "README.md", True),
        ("*.md", "docs/README.md", False),
        ("**/*.md", "docs/deep/README.md", True),
        ("*.md\n!README.md", "README.md", False),
        ("*.md\n!README.md", "NOTES.md", True),
        ("/src", "src/index.js", True),
        ("./src/", "src/index.js", True),
        ("# src", "src/index.js", False),
        ("s?c/[a-i]*.js", "src/index.js", True),
        ("s?c/[!a-i]*.js", "src/index.js", False),
        ("src/**", "src/a/b.js", True),
        ("src/**/b.js", "src/b.js", True),
        ("*", "anything", True),
        ("**", "any/thing", True),
        ("**/*.md", "src/index.js", False),
        ("#src", "#src", False),
        ("\n\n \nsrc", "src/index.js", True),
        ("[ace]", "b", False),
        ("[abd]", "b", True),
        ("[a-]", "-", True),
        ("[a-]", "b", False),
        ("[!a-]", "b", True),
        ("[z-a]", "b", False),
        ("[^z-a]", "b", True),
        ("[a", "[a", True),
        ("\\*", "*", True),
        ("\\*", "a", False),
        ("a\\", "a\\", True),
        ("a/a/**/**/b", "a/b", False),
        ("a/a/**/**/b", "a/a/x/y/b", True),
    ],
)
def test_dockerignore_means_what_it_means_to_docker(rules: str, path: str, out: bool) -> None:
    patterns = read_patterns(rules.encode())
    assert not isinstance(patterns, Refusal)
    assert ignored(path, patterns) is out


def plain(glob: str, name: str) -> bool:
    """Match stars and question marks by trying everything; slow, and plainly right."""
    if not glob:
        return not name
    if glob[0] == "*":
        return any(plain(glob[1:], name[at:]) for at in range(len(name) + 1))
    return bool(name) and glob[0] in {"?", name[0]} and plain(glob[1:], name[1:])


@given(st.text("ab*?", max_size=9), st.text("ab", max_size=9))
def test_a_star_never_has_to_give_back_what_it_found(glob: str, name: str) -> None:
    assert bool(compiled(glob).fullmatch(name)) is plain(glob, name)


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_pattern_can_be_asked(glob: str, name: str) -> None:
    patterns = read_patterns(glob.encode("utf-8", "replace"))
    assert isinstance(patterns, Refusal) or ignored(name, patterns) in {True, False}


DEEP = "/".join("a" * 100)
LONG = ["a" * 196 + f"{n:03}" for n in range(500)]
SLOW = [
    ("the one of 13 letters", "*a*a*a*a*a*ab", LONG),
    ("stars and letters", "*a" * 99 + "b", LONG),
    ("many stars", "\n".join(["*a" * 90 + "b"] * 20), LONG),
    ("any folders", "\n".join(["**/a/" * 9 + "b"] * 9), [DEEP] * 50),
    ("kept and left out by turns", "*a\n!*a\n" * 99 + "!b", [f"{'b' * 90}{n:03}/{'b' * 90}" for n in range(500)]),
]


@pytest.mark.parametrize(("name", "text", "paths"), SLOW, ids=[row[0] for row in SLOW])
def test_a12_no_pattern_takes_long(
    name: str, text: str, paths: list[str], loops: Callable[[Callable[[], object]], float]
) -> None:
    patterns = read_patterns(text.encode())
    assert not isinstance(patterns, Refusal)
    assert loops(lambda: [ignored(path, patterns) for path in paths]) < 10
    assert not any(ignored(path, patterns) for path in paths)


LIMITS = [
    ("names", "*\n" * 200, "*\n" * 201),
    ("names of a path", "a/" * 90 + "\n" + "a/" * 90 + "\n" + "a/" * 20, "a/" * 90 + "\n" + "a/" * 90 + "\n" + "a/" * 21),
    ("letters of a line", "a" * 200, "a" * 201),
    ("letters", ("a" * 200 + "\n") * 20, ("a" * 200 + "\n") * 20 + "a"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "fine", "more"), LIMITS, ids=[row[0] for row in LIMITS])
def test_a12_so_many_patterns_are_refused(name: str, fine: str, more: str) -> None:
    assert not isinstance(read_patterns(fine.encode()), Refusal), name
    found = read_patterns(more.encode())
    assert isinstance(found, Refusal)
    assert found.code == "IGNORE_FILE"
