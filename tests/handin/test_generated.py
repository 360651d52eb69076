"""Tens of thousands of hand-ins made at random; `deploy/bench generated` makes a million."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.handin.generated import CHECKS, STREWN, run, samples

#: how many of each kind, and how many accepted ones there are among them at the least: else nothing was tried
SHORT = {"dockerfile": (6_000, 500), "compose": (4_000, 150), "command": (8_000, 500), "archive": (6_000, 500)}


@pytest.mark.parametrize("kind", CHECKS)
def test_what_is_accepted_is_inside_the_allow_list(kind: str, seen: Callable[[object], None]) -> None:
    count, accepted = SHORT[kind]
    told = run(kind, 0, count)
    assert told[f"{kind} accepted"] >= accepted
    assert told[f"{kind} different"] > count / 2
    seen(f"{count:,} {kind}s, {told[f'{kind} accepted']:,} accepted")


def pieces(kind: str) -> st.SearchStrategy[str]:
    """Return texts put together from lines of the samples and from what is strewn in; they shrink to the least."""
    lines = sorted({line for text in samples(kind) for line in str(text).splitlines(True) if len(line) < 200})
    return st.lists(st.one_of(st.sampled_from(lines), st.sampled_from(STREWN)), max_size=12).map("".join)


@given(pieces("dockerfile"))
def test_lines_of_dockerfiles_in_any_order_stay_inside_the_allow_list(text: str) -> None:
    CHECKS["dockerfile"](text)


@given(pieces("compose").map(lambda text: f"services:\n  app:\n    image: alpine\n{text}"))
def test_lines_of_compose_files_in_any_order_stay_inside_the_allow_list(text: str) -> None:
    CHECKS["compose"](text)


@given(pieces("command").map(lambda text: f"docker run {text}"))
def test_words_of_commands_in_any_order_stay_inside_the_allow_list(text: str) -> None:
    CHECKS["command"](text)


@given(st.text(max_size=60), st.sampled_from(["dockerfile", "compose", "command"]))
def test_any_text_is_answered(text: str, kind: str) -> None:
    CHECKS[kind](text)
