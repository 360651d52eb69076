from __future__ import annotations

import pytest

from bot.handin.plan import BuildPlan, Refusal
from bot.sandbox.accepted import Accepted, foreign_bases, read
from bot.sandbox.names import MARK

BASES = {"node:24-alpine": "sha256:" + "1" * 64, "alpine:latest": "sha256:" + "2" * 64}
OWN = {"mine:latest": "sha256:" + "3" * 64, "node:24-alpine": "sha256:" + "4" * 64}


PLAN = BuildPlan(())


def taken(text: str, plan: BuildPlan = PLAN) -> Accepted | Refusal:
    return read(plan, {"Dockerfile": text.encode()}, BASES, OWN)


def test_every_base_is_pinned_and_a_served_one_is_never_shadowed() -> None:
    got = taken("FROM node:24-alpine AS build\nRUN x\nFROM mine\nCOPY --from=build /a /b\n")
    assert isinstance(got, Accepted)
    assert got.text.splitlines()[0] == f"FROM {BASES['node:24-alpine']} AS build"
    assert got.text.splitlines()[3] == f"FROM {OWN['mine:latest']}"
    assert got.bases == ("node:24-alpine", "mine:latest")
    assert [(each.keyword, each.stage, each.line) for each in got.instructions] == [
        ("FROM", "build", 1), ("LABEL", "build", 1), ("RUN", "build", 2),
        ("FROM", "stage-1", 3), ("LABEL", "stage-1", 3), ("COPY", "stage-1", 4),
    ]  # fmt: skip


def test_whatever_a_stage_stands_on_its_layers_carry_our_mark() -> None:
    got = taken("ARG V=24-alpine\n\nFROM node:$V AS a\n\nRUN x\nFROM scratch AS b\nFROM a\nRUN y\n")
    assert isinstance(got, Accepted)
    assert got.text.splitlines() == [
        "ARG V=24-alpine", "", f"FROM {BASES['node:24-alpine']} AS a", MARK, "RUN x", "FROM scratch AS b", MARK,
        "FROM a", "RUN y",
    ]  # fmt: skip
    assert [each.text for each in got.instructions if each.keyword == "LABEL"] == [
        "FROM node:$V AS a",
        "FROM scratch AS b",
    ]
    assert len(got.instructions) == sum(bool(line) for line in got.text.splitlines()), "a step each"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("FROM evil.example/x\n", "UNKNOWN_BASE"),
        ("FROM sha256:" + "1" * 64 + "\n", "UNKNOWN_BASE"),
        ("FROM docent-main/u2/theirs:latest\n", "UNKNOWN_BASE"),
        ("FROM node:24-alpine\nCOPY --from=nginx /a /b\n", "FOREIGN_COPY"),
        ("FROM node:24-alpine\nADD https://example.com/a /a\n", "ADD_URL"),
        ("FROM node:24-alpine\nLABEL docent.learner=u2\n", "RESERVED_LABEL"),
        ("FROM node:24-alpine\nRUN --mount=type=bind,from=x true\n", "BUILDKIT"),
        ("", "EMPTY"),
    ],
)
def test_what_the_policy_refuses_is_never_written_out(text: str, code: str) -> None:
    got = taken(text)
    assert isinstance(got, Refusal)
    assert got.code == code


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (BuildPlan((), dockerfile="nosuch"), "failed to read dockerfile: open nosuch: no such file or directory"),
        (BuildPlan((), context="app"), 'path "app" not found'),
        (BuildPlan((), target="nosuch"), 'target stage "nosuch" could not be found'),
    ],
)
def test_what_is_missing_is_said_in_dockers_words(plan: BuildPlan, words: str) -> None:
    got = taken("FROM alpine\n", plan)
    assert isinstance(got, Refusal)
    assert got.docker
    assert words in got.words


def test_a_dockerfile_in_a_folder_is_found_in_its_context() -> None:
    got = read(BuildPlan((), context="app"), {"app/Dockerfile": b"FROM alpine\n"}, BASES, {})
    assert isinstance(got, Accepted)
    assert got.path == "app/Dockerfile"


@pytest.mark.parametrize(
    ("text", "foreign"),
    [("FROM alpine\n", False), ("FROM mine\n", True), ("FROM scratch\n", False), ("nonsense", False)],
)
def test_own_images_are_looked_up_only_when_they_are_named(text: str, foreign: bool) -> None:
    assert foreign_bases(BuildPlan(()), {"Dockerfile": text.encode()}, BASES) is foreign


@pytest.mark.parametrize(("where", "context"), [(".dockerignore", "."), ("app/.dockerignore", "app")])
def test_a_dockerignore_that_would_take_long_is_refused(where: str, context: str) -> None:
    plan = BuildPlan((), context=context)
    files = {"Dockerfile": b"FROM alpine\n", "app/Dockerfile": b"FROM alpine\n", where: b"*a" * 32_000}
    found = read(plan, files, BASES, OWN)
    assert isinstance(found, Refusal)
    assert found.code == "IGNORE_FILE"
