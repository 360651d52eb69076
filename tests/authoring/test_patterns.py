from __future__ import annotations

from pathlib import Path

import pytest

from bot.authoring.load import load_workshop
from bot.authoring.patterns import pattern_problems

LESSONS = Path(__file__).parents[2] / "lessons" / "docker-workshop"


@pytest.mark.parametrize(
    "sign",
    [
        "no such container",
        r"a{1,3}(?:b|c)?",
        r"(?:line (?:\d{1,4}: )?)?x",
        r"[*+]{2}",
        r"\(a\)\+",
        r"\[x\*",
        r"(?<!a)b(?=c)",
    ],
)
def test_a_quick_signature_is_accepted(sign: str) -> None:
    assert list(pattern_problems(sign)) == []


@pytest.mark.parametrize(
    ("sign", "problem"),
    [
        ("(", "not a regular expression"),
        ("a*b", "no upper limit"),
        (r"\S+x", "no upper limit"),
        ("xa{3,}", "no upper limit"),
        (r"[^\]]+?x", "no upper limit"),
        ("(?:a{1,9}){1,9}b", "repeats a group"),
        ("((?:a?b)c){2,9}", "repeats a group"),
        ("(?:(a{1,3}|b)c){1,40}d", "repeats a group"),
        ("a?", "empty text"),
        ("a|", "empty text"),
    ],
)
def test_what_a_long_text_could_hold_up_is_refused(sign: str, problem: str) -> None:
    assert any(problem in found for found in pattern_problems(sign))


def test_every_signature_of_the_workshop_is_quick() -> None:
    signs = {mistake.id: mistake.sign for mistake in load_workshop(LESSONS).mistakes}
    assert {name: list(pattern_problems(sign)) for name, sign in signs.items() if list(pattern_problems(sign))} == {}
