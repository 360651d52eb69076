from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.names import Owner, random_name

OWNER = Owner("main", "U01ABC")


@pytest.mark.parametrize(
    ("written", "on_host"),
    [
        ("getting-started", "docent-main/u01abc/getting-started:latest"),
        ("getting-started:v2", "docent-main/u01abc/getting-started:v2"),
        ("docker.io/library/getting-started", "docent-main/u01abc/getting-started:latest"),
        ("ada/getting-started", "docent-main/u01abc/ada/getting-started:latest"),
        ("registry.example:5000/a/b:1", "docent-main/u01abc/registry.example__5000/a/b:1"),
    ],
)
def test_an_image_name_is_the_learners_own_and_comes_back_as_they_know_it(written: str, on_host: str) -> None:
    assert OWNER.image(written) == on_host
    assert OWNER.public(on_host) == written.removeprefix("docker.io/library/") + (
        "" if ":" in written.rpartition("/")[2] else ":latest"
    )


def test_two_learners_names_never_meet() -> None:
    other = Owner("main", "U01ABD")
    assert OWNER.image("web") != other.image("web")
    assert OWNER.container("web") != other.container("web")
    assert other.public(OWNER.image("web")) == ""


def test_an_instance_never_sees_anothers_images() -> None:
    assert Owner("other", "U01ABC").public(OWNER.image("web")) == ""


@given(st.text(min_size=1, max_size=30))
def test_any_learner_id_makes_legal_names(learner: str) -> None:
    owner = Owner("main", learner)
    assert re.fullmatch(r"[a-z0-9]+", owner.key)
    assert re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+", owner.container("web"))


@given(st.text(max_size=20), st.sets(st.integers(0, 5)))
def test_a_random_name_looks_like_dockers_and_is_not_taken(seed: str, turns: set[int]) -> None:
    taken = frozenset(random_name(seed) for _ in turns)
    name = random_name(seed, taken)
    assert re.fullmatch(r"[a-z]+_[a-z]+", name)
    assert name not in taken
    assert name == random_name(seed, taken)
