"""Judging a mounted project: where it is seen, what watches it, and whether a change was served."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.evidence import BindSeen, ContainerView, LiveSeen, MountView
from bot.core.judging.binds import BIND_CODES, LIVE_CODES, judge_bind, judge_live
from bot.core.results import Failed, NotYet, Passed
from bot.core.specs import BindSpec, LiveSpec

SPEC = BindSpec(image="node:*")
VIEW = ContainerView("dev", "node:24-alpine", "sha256:1", "running")
PROJECT = MountView("bind", "", "/app", folder=".")
NODEMON = ("sh -c npm install && npm run dev", "npm run dev", "node /app/node_modules/.bin/nodemon -L src/index.js")
SEEN = BindSeen(VIEW, ("todo",), "node:24-alpine", "/app", (PROJECT,), NODEMON)
PLAIN = ("sh -c npm install && node src/index.js", "node src/index.js")


def ended(**changes: object) -> BindSeen:
    return replace(SEEN, container=replace(VIEW, state="exited", **changes), programs=())  # type: ignore[arg-type]


def at(*mounts: MountView, workdir: str = "/app") -> BindSeen:
    return replace(SEEN, mounts=mounts, workdir=workdir)


ROWS = [
    ("NOT_RUNNING", BindSeen(), "no container"),
    ("NOT_RUNNING", BindSeen(others=("todo",)), "only todo"),
    ("OWN_IMAGE", replace(SEEN, base="", container=replace(VIEW, image="getting-started")), "dev from getting-started"),
    ("OTHER_IMAGE", replace(SEEN, base="alpine:latest", container=replace(VIEW, image="alpine")), "dev from alpine"),
    ("NO_MOUNT", at(), "dev without it"),
    ("NO_MOUNT", at(MountView("volume", "app", "/data")), "dev without it"),
    ("NO_MOUNT", replace(ended(exit_code=1), mounts=()), "dev without it"),
    ("VOLUME_MOUNT", at(MountView("volume", "app", "/app/")), "the volume app at /app/"),
    ("VOLUME_MOUNT", at(MountView("volume", "", "/app")), "the volume without a name at /app"),
    ("NO_WORKDIR", at(PROJECT, workdir=""), "it works in /, the project is at /app"),
    ("WRONG_TARGET", at(replace(PROJECT, target="/src")), "it works in /app, the project is at /src"),
    ("WRONG_TARGET", replace(ended(exit_code=1), mounts=(replace(PROJECT, target="/src"),)), "at /src"),
    ("OTHER_FOLDER", at(replace(PROJECT, folder="src")), "only its folder src"),
    ("READ_ONLY", at(replace(PROJECT, writable=False)), "it can only be read"),
    ("NO_WATCHER", replace(SEEN, programs=PLAIN), "node src/index.js"),
    ("NO_WATCHER", ended(exit_code=127, log="sh: nodemon: not found"), "nodemon: not found"),
    ("NO_WATCHER", ended(exit_code=127, log="sh: 1: nodemon: command not found"), "nodemon: not found"),
    ("STOPPED", ended(exit_code=143), "dev has stopped"),
    ("EXITED", ended(exit_code=1, log='npm error Missing script: "devv"'), 'Missing script: "devv"'),
    ("BAD_CMD", ended(exit_code=127, log="sh: npn: not found"), "npn: not found"),
    ("NEVER_RAN", replace(ended(), container=replace(VIEW, state="created", exit_code=0)), "never ran"),
]


@pytest.mark.parametrize(("code", "seen", "observed"), ROWS, ids=[f"{row[0]}-{at}" for at, row in enumerate(ROWS)])
def test_what_is_amiss_with_a_mounted_project_has_a_code(code: str, seen: BindSeen, observed: str) -> None:
    result = judge_bind(SPEC, seen)
    assert isinstance(result, Failed), result
    assert result.code == code
    assert observed in result.observed
    assert code in BIND_CODES


@pytest.mark.parametrize(
    ("mount", "workdir"),
    [(PROJECT, "/app"), (PROJECT, "/app/"), (replace(PROJECT, target="/src"), "/src")],
    ids=["as the step says", "with a slash", "another place, the same for both"],
)
def test_any_place_is_right_when_the_container_works_there(mount: MountView, workdir: str) -> None:
    assert isinstance(judge_bind(SPEC, at(mount, workdir=workdir)), Passed)


@pytest.mark.parametrize("programs", [(), NODEMON[:1], NODEMON[:2], ("npm install", "sh -c nodemon -L src/index.js")])
def test_what_is_on_its_way_to_the_watcher_is_waited_for(programs: tuple[str, ...]) -> None:
    seen = replace(SEEN, programs=programs)
    assert isinstance(judge_bind(SPEC, seen), NotYet)
    last = judge_bind(SPEC, seen, last=True)
    assert isinstance(last, Failed)
    assert last.code == "NO_WATCHER"


def test_another_watcher_is_as_good() -> None:
    assert isinstance(judge_bind(SPEC, replace(SEEN, programs=("node --watch src/index.js",))), Passed)


LIVE = LiveSpec(image="node:*", port=3000)
PLAYED = LiveSeen("played", "dev", served=True, took_s=1.24)


@pytest.mark.parametrize(
    ("code", "seen", "observed"),
    [
        ("NOT_RUNNING", LiveSeen("no_container"), "none"),
        ("MISSING_FILE", LiveSeen("no_file", "dev"), "no such file"),
        ("NO_ANSWER", LiveSeen("silent", "dev", log="SyntaxError: Unexpected token\n[nodemon] app crashed"), "SyntaxE"),
        ("NO_ANSWER", LiveSeen("lost", "dev", served=True, observed="no answer any more"), "no answer any more"),
        ("NOT_LIVE", LiveSeen("played", "dev"), "the answer as before"),
        ("RESTARTED", replace(PLAYED, same=False), "dev was started anew meanwhile"),
    ],
)
def test_a_change_that_is_not_served_by_the_same_container_fails(code: str, seen: LiveSeen, observed: str) -> None:
    result = judge_live(LIVE, seen)
    assert isinstance(result, Failed)
    assert (result.code, observed in result.observed) == (code, True), result
    assert code in LIVE_CODES


def test_a_served_change_passes_and_says_how_long_it_took() -> None:
    assert judge_live(LIVE, PLAYED) == Passed("dev served a change of src/index.js after 1.2 s, and went on running")
