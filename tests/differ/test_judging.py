"""How two answers are compared: what is masked, what is meant, and what is different."""

from __future__ import annotations

import pytest

from tests.differ.judging import Judge, Like, Meant
from tests.differ.masking import normal
from tests.differ.session import Answer, Step, read_session

PS = "docker ps"
REAL = """CONTAINER ID   IMAGE     COMMAND       CREATED         STATUS         PORTS     NAMES
cd18d4b28696   alpine    "sleep 600"   2 seconds ago   Up 2 seconds             quirky_turing
"""


def verdict(line: str, real: str, ours: str, *meant: Meant, codes: tuple[int, int] = (0, 0)) -> Like:
    judge = Judge(meant)
    return judge.row(Step(line, ""), (normal(line, real), codes[0]), Answer(ours, codes[1])).like


def test_ids_times_and_made_up_names_do_not_count() -> None:
    ours = """CONTAINER ID   IMAGE     COMMAND       CREATED              STATUS              PORTS     NAMES
0123456789ab   alpine    "sleep 600"   About a minute ago   Up About a minute             happy_noether"""
    assert verdict(PS, REAL, ours) is Like.SAME


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("alpine ", "ubuntu "),
        ("IMAGE     COMMAND    ", "IMAGE      COMMAND   "),  # columns that are further apart
        ("sleep 600", "sleep 60"),
        ("Up 2 seconds", "Exited (1) 2 seconds ago"),
        ("CREATED ", "MADE    "),
        ('"sleep 600"   2 seconds ago', '2 seconds ago "sleep 600"  '),
    ],
)
def test_cells_columns_and_order_count(before: str, after: str) -> None:
    assert before in REAL
    assert verdict(PS, REAL, REAL.replace(before, after)) is Like.DIFFERENT


def test_exit_codes_count() -> None:
    assert verdict(PS, REAL, REAL, codes=(0, 1)) is Like.DIFFERENT
    allowed = Meant(PS, "it is so for a test", exit=(0, 1), real="zzz")
    assert verdict(PS, REAL, REAL, allowed, codes=(0, 1)) is Like.MEANT


def test_json_is_compared_value_by_value_in_order() -> None:
    line = "docker inspect web"
    assert verdict(line, '[\n{"a": 1, "b": {"c": [true]}}\n]', '[\n  {"a": 1, "b": {"c": [true]}}\n]') is Like.SAME
    assert verdict(line, '[\n{"a": 1, "b": 2}\n]', '[\n{"b": 2, "a": 1}\n]') is Like.DIFFERENT
    meant = Meant(line, "the host keeps this to itself", real=r"^\[0\]\.b = .*$")
    assert verdict(line, '[\n{"a": 1, "b": 2}\n]', '[\n{"a": 1}\n]', meant) is Like.MEANT


def test_a_meant_difference_that_nobody_met_is_named() -> None:
    judge = Judge([Meant(PS, "ours says it otherwise here", real="one", ours="two"), Meant(".*", "no line differs so")])
    row = judge.row(Step(PS, ""), (["one"], 0), Answer("two", 0))
    assert (row.like, row.why) == (Like.MEANT, ("ours says it otherwise here",))
    assert judge.unused == [".*: no line differs so"]


def test_a_meant_difference_needs_its_reason() -> None:
    with pytest.raises(ValueError, match="reason"):
        Meant(PS, "because")


def test_a_build_is_compared_by_its_steps_and_what_is_said_about_a_failure() -> None:
    real = """[+] Building 0.4s (3/5)                                   docker:default
[+] Building 1.0s (7/7) FINISHED                               docker:default
 => [internal] load build definition from Dockerfile                     0.0s
 => => transferring dockerfile: 120B                                     0.0s
 => [internal] load metadata for docker.io/library/alpine:latest         0.0s
 => CACHED [2/3] WORKDIR /app                                            0.0s
 => [3/3] RUN echo made                                                  0.4s
 => exporting to image                                                   0.0s
 => => naming to docker.io/library/app:latest                            0.0s"""
    line = "docker build -t app ."
    assert normal(line, real) == [
        "built",
        "CACHED [2/3] WORKDIR /app",
        "[3/3] RUN echo made",
        "=> naming to docker.io/library/app:latest",
    ]
    assert verdict(line, real, real.replace("CACHED [2/3]", "[2/3]")) is Like.DIFFERENT


def test_a_session_has_chapters_commands_and_waits() -> None:
    steps = read_session("# One\ndocker ps\n\n# Two\nuntil three: docker logs web\ndocker logs web # not a comment\n")
    assert steps == [
        Step("docker ps", "One"),
        Step("docker logs web", "Two", "three"),
        Step("docker logs web # not a comment", "Two"),
    ]
