from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.namespaces import LONGEST, candidates
from bot.handin.reference import normalise


@pytest.mark.parametrize(
    ("name", "namespaces"),
    [
        ("Ada", ["ada", "ada2", "ada3"]),
        ("Grace Hopper", ["grace", "grace2", "grace3"]),
        ("J. R. Hacker", ["hacker", "hacker2", "hacker3"]),
        ("Zoë-Ann O'Neil", ["zoe", "zoe2", "zoe3"]),
        ("docker", ["docker2", "docker3", "docker4"]),
        ("陳大文", ["learner1", "learner2", "learner3"]),
        ("", ["learner1", "learner2", "learner3"]),
        ("42", ["learner1", "learner2", "learner3"]),
    ],
)
def test_a_namespace_is_made_from_a_persons_own_name(name: str, namespaces: list[str]) -> None:
    assert list(islice(candidates(name), 3)) == namespaces


@given(st.text(max_size=60))
def test_every_candidate_is_short_fits_an_images_name_and_comes_once(name: str) -> None:
    found = list(islice(candidates(name), 12))
    assert len(set(found)) == 12
    assert all(len(each) <= LONGEST and normalise(f"{each}/getting-started") for each in found)
