"""Judging: evidence in, verdict out. One row per code, and near misses that must not be confused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.diagnosis import RUN_SIGNS
from bot.core.evidence import (
    AnswerSeen,
    BuildSeen,
    CacheSeen,
    ContainersSeen,
    ContainerView,
    ContextSeen,
    FileSeen,
    HttpAnswer,
    HttpSeen,
    ImageSeen,
    Install,
    MountView,
    ScenarioSeen,
    VolumeSeen,
)
from bot.core.specs import AnswerSpec
from bot.core.verdict import (
    CODES,
    Blocked,
    Failed,
    Fault,
    NotYet,
    Passed,
    Result,
    Verdict,
    answer_seen,
    blocked,
    codes_for,
    judge,
    plan_order,
)
from bot.core.workshop import Condition, StepRef, Workshop

GOOD = 'FROM node:24-alpine\nWORKDIR /app\nCOPY . .\nRUN npm install --omit=dev\nCMD ["node", "src/index.js"]\n'


def condition(probe: str, /, id_: str = "c", needs: tuple[str, ...] = (), **spec: Any) -> Condition:
    return Condition.model_validate({"id": id_, "title": "T", "probe": probe, "with": spec, "needs": needs})


RECIPE = condition("file", path="Dockerfile", parse="dockerfile", base="node:24-alpine")
BUILD = condition("build")
IMAGE = condition(
    "image",
    image="getting-started",
    workdir="/app",
    cmd=["node", "src/index.js"],
    has=["/app/package.json", "/app/node_modules/express"],
    lacks=["/app/node_modules/nodemon", "/app/secret.txt"],
)
RUNS = condition(
    "container", image="getting-started", port=3000, host_port=3000, address="127.0.0.1", log="Listening on port 3000"
)
SOLE = condition("container", image="getting-started", sole=True)
TEXT = condition("file", path="src/app.js", contains="No tea yet!", lacks="No items yet!")
MADE, GONE = condition("file", path="myfile.txt", empty=True), condition("file", path="myfile.txt", gone=True)
CACHE, CONTEXT = condition("cache"), condition("context")
VOLUME = condition("volume", image="getting-started", volume="todo-db", target="/etc/todos")
LASTS = condition("scenario", image="getting-started", port=3000)
SERVED = condition(
    "http",
    image="getting-started",
    port=3000,
    asks=[{"get": "/app.js", "expect": {"contains": "No tea yet!", "lacks": "No items yet!"}}],
)
PAGES = condition(
    "http",
    image="getting-started",
    port=3000,
    asks=[
        {"get": "/", "expect": {"type": "text/html", "contains": "root"}},
        {"post": "/items", "body": {"name": "chk-${nonce}"}, "expect": {"json": "object"}},
        {"get": "/items", "expect": {"lists": "chk-${nonce}"}},
        {"delete": "/items/${2.id}"},
        {"get": "/items", "expect": {"not_lists": "${2.name}"}},
    ],
)

BUILT = BuildSeen(True, "sha")
FETCH = Install("npm install --omit=dev", after_source=False, after_packages=True)
KEPT = MountView("volume", "todo-db", "/etc/todos")
IMAGE_OK = ImageSeen(
    True, "sha", "/app", ("node", "src/index.js"), paths=("/app/package.json", "/app/node_modules/express")
)
UP = ContainerView(
    "todo", "getting-started", "sha", "running", ports=(("127.0.0.1", 3000, 3000, "tcp"),), log="Listening on port 3000"
)
UP_OK = ContainersSeen("sha", (UP,))
PAGE = HttpAnswer("GET", "/", 200, "text/html; charset=UTF-8", '<div id="root">')
ITEM = '{"id":"7f","name":"chk-n1","completed":false}'
ANSWERS = (
    PAGE,
    HttpAnswer("POST", "/items", 200, "application/json", ITEM),
    HttpAnswer("GET", "/items", 200, "application/json", f"[{ITEM}]"),
    HttpAnswer("DELETE", "/items/7f", 200, "text/plain", "OK"),
    HttpAnswer("GET", "/items", 200, "application/json", "[]"),
)
PAGES_OK = HttpSeen("n1", ANSWERS)


def served(body: str) -> HttpSeen:
    return HttpSeen("n1", (HttpAnswer("GET", "/app.js", 200, "text/javascript", body),))


def mounted(**changes: Any) -> VolumeSeen:
    return VolumeSeen(("todo-db",), "todo", (replace(KEPT, **changes),))


def beside(**changes: Any) -> ContainersSeen:
    """Return the good container with another one of the same image beside it."""
    return ContainersSeen("sha", (UP, replace(UP, name="other", ports=(), **changes)))


def recipe(text: str) -> FileSeen:
    return FileSeen(True, text, len(text.encode()))


def build(line: str, step: str = "RUN npm install --omit=dev") -> BuildSeen:
    return BuildSeen(False, step=step, line=line, log=f"[4/4] {step}\n{line}\n")


def image(**changes: Any) -> ImageSeen:
    return replace(IMAGE_OK, **changes)


def container(**changes: Any) -> ContainersSeen:
    return ContainersSeen("sha", (replace(UP, **changes),))


def gone(log: str = "", exit_code: int = 1, **changes: Any) -> ContainersSeen:
    return container(state="exited", exit_code=exit_code, log=log, ports=(), **changes)


def answers(at: int, **changes: Any) -> HttpSeen:
    return HttpSeen("n1", (*ANSWERS[:at], replace(ANSWERS[at], **changes), *ANSWERS[at + 1 :]))


TABLE: list[tuple[str, Condition, Any, str]] = [
    ("no answer", condition("answer", question="q"), AnswerSeen(None, asked="?"), "NOT_ANSWERED"),
    ("wrong option", condition("answer", question="q"), AnswerSeen(0, picked="x"), "WRONG_ANSWER"),
    ("no file", RECIPE, FileSeen(False), "MISSING_FILE"),
    ("a file with an ending", RECIPE, FileSeen(False, near=("Dockerfile.txt",)), "WRONG_NAME"),
    ("an empty file", RECIPE, recipe(""), "EMPTY_FILE"),
    ("only comments", RECIPE, recipe("# FROM node\n\n"), "EMPTY_FILE"),
    ("misspelt instruction", RECIPE, recipe(GOOD.replace("WORKDIR", "WORKDIRR")), "PARSE_ERROR"),
    ("pasted code fence", RECIPE, recipe(f"```\n{GOOD}```"), "PARSE_ERROR"),
    ("an instruction alone", RECIPE, recipe("FROM\n"), "PARSE_ERROR"),
    ("RUN before FROM", RECIPE, recipe("RUN x\nFROM node:24-alpine\n"), "NO_FROM"),
    ("another base", RECIPE, recipe("FROM ubuntu\nRUN x\n"), "WRONG_BASE"),
    ("refused base", BUILD, BuildSeen(False, refused="`FROM evil.example/x` is not served here."), "REFUSED"),
    ("no recipe", BUILD, build("failed to read dockerfile: open Dockerfile: no such file"), "NO_DOCKERFILE"),
    ("no FROM", BUILD, build("dockerfile parse error on line 1: no build stage in current context"), "NO_FROM"),
    ("blank recipe", BUILD, build("dockerfile parse error: file with no instructions"), "EMPTY_DOCKERFILE"),
    ("classic parse", BUILD, build("dockerfile parse error line 2: unknown instruction: CPOY"), "UNKNOWN_INSTRUCTION"),
    ("base gone", BUILD, build("manifest for node:99 not found: manifest unknown"), "BASE_NOT_FOUND"),
    ("base denied", BUILD, build("pull access denied for nodee, repository does not exist"), "BASE_NOT_FOUND"),
    (
        "copy, classic",
        BUILD,
        build(
            "COPY failed: file not found in build context or excluded by .dockerignore: stat srcc: file does not exist",
            "COPY srcc .",
        ),
        "COPY_NOT_FOUND",
    ),
    (
        "copy, buildkit",
        BUILD,
        build('failed to calculate checksum of ref a::b: "/srcc": not found', "COPY srcc ."),
        "COPY_NOT_FOUND",
    ),
    (
        "copy, a pattern that nothing fits",
        BUILD,
        build("failed to compute cache key: no source files were specified: nothing in the context matches"),
        "COPY_NOT_FOUND",
    ),
    (
        "npm without input",
        BUILD,
        build("npm error enoent Could not read package.json: Error: ENOENT: no such file or directory"),
        "NO_PACKAGE_JSON",
    ),
    ("yarn", BUILD, build("/bin/sh: yarn: not found"), "NO_YARN"),
    ("npm offline", BUILD, build("npm error code EAI_AGAIN"), "NOT_FETCHED"),
    ("misspelt program", BUILD, build("/bin/sh: npn: not found", "RUN npn install"), "COMMAND_NOT_FOUND"),
    ("too big", BUILD, build("process did not complete successfully: exit code: 137"), "OUT_OF_MEMORY"),
    ("anything else", BUILD, build("npm error Missing script: x", "RUN npm run x"), "BUILD_FAILED"),
    ("nothing built", IMAGE, ImageSeen(False, others=("alpine:latest",)), "NOT_BUILT"),
    ("a letter missing", IMAGE, ImageSeen(False, others=("geting-started:latest",)), "CLOSE_NAME"),
    ("another tag", IMAGE, ImageSeen(False, others=("getting-started:v1",)), "CLOSE_NAME"),
    ("underscore", IMAGE, ImageSeen(False, others=("getting_started:latest",)), "CLOSE_NAME"),
    ("other folder", IMAGE, image(workdir="/srv"), "WRONG_WORKDIR"),
    ("no folder", IMAGE, image(workdir=""), "WRONG_WORKDIR"),
    ("file missing", IMAGE, image(paths=("/app/node_modules/express",)), "MISSING_IN_IMAGE"),
    ("library missing", IMAGE, image(paths=("/app/package.json",)), "NO_DEPENDENCIES"),
    ("tools inside", IMAGE, image(paths=(*IMAGE_OK.paths, "/app/node_modules/nodemon")), "DEV_DEPENDENCIES"),
    ("secret inside", IMAGE, image(paths=(*IMAGE_OK.paths, "/app/secret.txt")), "UNWANTED_IN_IMAGE"),
    ("single quotes", IMAGE, image(cmd=("/bin/sh", "-c", "['node', 'src/index.js']")), "SHELL_FORM_CMD"),
    ("start file", IMAGE, image(cmd=("node", "index.js")), "WRONG_CMD"),
    ("only the base's CMD", IMAGE, image(cmd=("node",)), "NO_CMD"),
    ("no CMD at all", IMAGE, image(cmd=()), "NO_CMD"),
    ("nothing runs", RUNS, ContainersSeen("sha"), "NOT_STARTED"),
    ("made, never ran", RUNS, container(state="created", ports=()), "NEVER_RAN"),
    ("stopped by hand", RUNS, gone(exit_code=0), "STOPPED"),
    ("stopped by SIGTERM", RUNS, gone(exit_code=143), "STOPPED"),
    ("stopped by SIGKILL", RUNS, gone("Listening on port 3000", exit_code=137), "STOPPED"),
    ("ended", RUNS, gone("boom\nTypeError: x is not a function\n"), "EXITED"),
    ("memory", RUNS, gone(exit_code=137, oom_killed=True), "OUT_OF_MEMORY"),
    ("restarts", RUNS, container(restarts=3, state="restarting", exit_code=1, log="boom"), "EXITED"),
    ("library", RUNS, gone("Error: Cannot find module 'express'"), "MISSING_MODULE"),
    ("start file gone", RUNS, gone("Error: Cannot find module '/app/index.js'"), "WRONG_START_FILE"),
    ("no program", RUNS, gone("/bin/sh: [node,: not found", 127), "BAD_CMD"),
    ("no program, silent", RUNS, gone("", 127), "BAD_CMD"),
    ("options last", RUNS, gone("node: bad option: -p", 9), "OPTIONS_AFTER_IMAGE"),
    (
        "-p last, which Node.js takes for its own",
        RUNS,
        gone("[eval]:1\n127.0.0.1:3000:3000\n^^^^^\n\nSyntaxError: Unexpected number\n"),
        "OPTIONS_AFTER_IMAGE",
    ),
    ("old image", RUNS, container(image_id="old"), "OLD_IMAGE"),
    ("in front", RUNS, container(detached=False), "NOT_DETACHED"),
    ("no port", RUNS, container(ports=()), "NOT_PUBLISHED"),
    ("3000:80", RUNS, container(ports=(("127.0.0.1", 3000, 80, "tcp"),)), "WRONG_CONTAINER_PORT"),
    ("udp", RUNS, container(ports=(("127.0.0.1", 3000, 3000, "udp"),)), "WRONG_CONTAINER_PORT"),
    ("3001:3000", RUNS, container(ports=(("127.0.0.1", 3001, 3000, "tcp"),)), "WRONG_HOST_PORT"),
    ("everybody", RUNS, container(ports=(("0.0.0.0", 3000, 3000, "tcp"),)), "NOT_LOOPBACK"),  # noqa: S104 - no socket
    ("silent app", RUNS, container(log="starting"), "NO_LOG_LINE"),
    ("no image", PAGES, HttpSeen("n1", state="no_image"), "NOT_RUNNING"),
    ("no container", PAGES, HttpSeen("n1", state="no_container"), "NOT_RUNNING"),
    ("ended with 1", PAGES, HttpSeen("n1", state="exited", exit_code=1), "EXITED"),
    ("stopped, http", PAGES, HttpSeen("n1", state="exited", log="Listening on port 3000"), "STOPPED"),
    (
        "library, http",
        PAGES,
        HttpSeen("n1", state="exited", log="Error: Cannot find module 'express'"),
        "MISSING_MODULE",
    ),
    (
        "nobody listens",
        PAGES,
        HttpSeen("n1", (HttpAnswer("GET", "/", error="refused"),), listening=(80,)),
        "NOT_LISTENING",
    ),
    ("too slow", PAGES, answers(0, error="timeout"), "NO_ANSWER"),
    ("dies on POST", PAGES, HttpSeen("n1", (PAGE, HttpAnswer("POST", "/items", error="reset"))), "NO_ANSWER"),
    ("fewer answers than asked", PAGES, HttpSeen("n1", (PAGE,)), "NO_ANSWER"),
    ("404", PAGES, answers(0, status=404), "WRONG_STATUS"),
    ("another type", PAGES, answers(0, content_type="text/plain"), "WRONG_TYPE"),
    ("another page", PAGES, answers(0, body="Welcome to nginx"), "WRONG_BODY"),
    ("a list instead", PAGES, answers(1, body="[]"), "WRONG_BODY"),
    ("no JSON", PAGES, answers(2, body="<html>"), "WRONG_BODY"),
    ("not kept", PAGES, answers(2, body="[]"), "ITEM_LOST"),
    ("somebody else's nonce", PAGES, answers(2, body='[{"name":"chk-n2"}]'), "ITEM_LOST"),
    ("the old text in a file", TEXT, recipe("say('No items yet!')"), "OLD_TEXT"),
    ("both texts in a file", TEXT, recipe("say('No items yet!' || 'No tea yet!')"), "OLD_TEXT"),
    ("other words in a file", TEXT, recipe("say('No cocoa yet!')"), "TEXT_MISSING"),
    ("no line like it", TEXT, recipe("0"), "TEXT_MISSING"),
    ("a file that should be gone", GONE, FileSeen(True), "STILL_THERE"),
    ("no file, not even an empty one", MADE, FileSeen(False), "MISSING_FILE"),
    ("one that never ran", SOLE, beside(state="created"), "LEFT_OVER"),
    ("one that has ended", SOLE, beside(state="exited"), "LEFT_OVER"),
    ("one of the old image", SOLE, beside(image_id="old"), "LEFT_OVER"),
    ("the old text served", SERVED, served("'No items yet!'"), "OLD_TEXT"),
    ("both texts served", SERVED, served("'No tea yet!' // No items yet!"), "OLD_TEXT"),
    ("other words served", SERVED, served("'No cocoa yet!'"), "WRONG_BODY"),
    ("fetched again", CACHE, CacheSeen(BUILT, (replace(FETCH, after_source=True),)), "INSTALL_AGAIN"),
    ("fetched twice", CACHE, CacheSeen(BUILT, (FETCH, replace(FETCH, after_source=True))), "INSTALL_AGAIN"),
    ("never fetched again", CACHE, CacheSeen(BUILT, (replace(FETCH, after_packages=False),)), "INSTALL_STALE"),
    ("nothing fetched", CACHE, CacheSeen(BUILT), "NO_INSTALL"),
    ("no page to change", CACHE, CacheSeen(BuildSeen(False), missing="src/index.html"), "MISSING_FILE"),
    ("planted in the image", CONTEXT, ContextSeen(BUILT, "/app/node_modules/.planted", there=True), "NOT_IGNORED"),
    ("no volume", VOLUME, VolumeSeen((), "todo"), "NO_VOLUME"),
    ("a volume of another name", VOLUME, VolumeSeen(("todos",), "todo"), "NO_VOLUME"),
    ("a volume, no container", VOLUME, VolumeSeen(("todo-db",)), "NOT_RUNNING"),
    ("mounted well, but ended", VOLUME, replace(mounted(), running=False), "NOT_RUNNING"),
    ("the file as target, so it ended", VOLUME, replace(mounted(target="/etc/todos/x"), running=False), "WRONG_TARGET"),
    ("not mounted", VOLUME, VolumeSeen(("todo-db",), "todo"), "NOT_MOUNTED"),
    ("another one mounted elsewhere", VOLUME, mounted(name="x", target="/data"), "NOT_MOUNTED"),
    ("a nameless one", VOLUME, mounted(name=""), "NO_NAME"),
    ("another one", VOLUME, mounted(name="todo-data"), "OTHER_VOLUME"),
    ("a folder of the project", VOLUME, mounted(kind="bind", name=""), "NO_VOLUME_MOUNT"),
    ("misspelt target", VOLUME, mounted(target="/etc/todo"), "WRONG_TARGET"),
    ("the file as target", VOLUME, mounted(target="/etc/todos/todo.db"), "WRONG_TARGET"),
    ("to read only", VOLUME, mounted(writable=False), "READ_ONLY"),
    ("nothing to play with", LASTS, ScenarioSeen("no_container"), "NOT_RUNNING"),
    ("the new one falls over", LASTS, ScenarioSeen("exited", "first", log="SQLITE_CANTOPEN", exit_code=1), "EXITED"),
    ("the new one is silent", LASTS, ScenarioSeen("silent", "second"), "NO_ANSWER"),
    ("the item is not taken", LASTS, ScenarioSeen("not_saved", "first", observed="reset"), "NOT_SAVED"),
    ("the item is gone", LASTS, ScenarioSeen("played"), "NOT_KEPT"),
    ("kept somewhere else", LASTS, ScenarioSeen("played", kept=True, kept_without=True), "KEPT_ANYWAY"),
    ("not taken off", PAGES, answers(4, body=f"[{ITEM}]"), "ITEM_STAYED"),
]
#: codes of one probe that another probe's row above stands for, as they share the signs of a container's log
SHARED = {("http", code) for code in ("WRONG_START_FILE", "BAD_CMD", "OPTIONS_AFTER_IMAGE")}
SHARED |= {("scenario", sign.code) for sign in RUN_SIGNS}
#: these have tables of their own in tests/core/judging
ELSEWHERE = {"network", "dns", "logs", "sql", "history", "registry", "compose", "services", "stays", "bind", "live"}
SHARED |= {(probe, code) for probe in ("cache", "context") for code in CODES["build"]}


@pytest.mark.parametrize(("what", "asked", "seen", "code"), TABLE, ids=[row[0] for row in TABLE])
def test_each_mistake_is_named_by_its_code(what: str, asked: Condition, seen: Any, code: str) -> None:
    result = judge(asked, seen, last=True)
    assert isinstance(result, Failed), what
    assert result.code == code
    assert code in CODES[asked.probe]
    assert code in codes_for(asked.with_)
    assert result.observed
    assert result.expected or code == "NOT_ANSWERED"
    assert "\n" not in result.expected


def test_the_table_has_a_row_for_every_code() -> None:
    rows = {(asked.probe, code) for _, asked, _, code in TABLE} | SHARED
    assert rows == {(probe, code) for probe, codes in CODES.items() if probe not in ELSEWHERE for code in codes}


PASSES: list[tuple[str, Condition, Any]] = [
    ("right option", condition("answer", question="q"), AnswerSeen(1, right=True, picked="y")),
    ("the recipe", RECIPE, recipe(GOOD)),
    ("a comment and a syntax line", RECIPE, recipe(f"# syntax=docker/dockerfile:1\n\n{GOOD}")),
    ("small letters", RECIPE, recipe(GOOD.replace("FROM", "from"))),
    ("a platform and a stage", RECIPE, recipe(GOOD.replace("FROM", "FROM --platform=linux/amd64"))),
    ("an ARG for the tag", RECIPE, recipe("ARG V=24-alpine\n" + GOOD.replace("24-alpine", "${V}"))),
    ("the long name", RECIPE, recipe(GOOD.replace("node:", "docker.io/library/node:"))),
    ("a continued line", RECIPE, recipe(GOOD.replace("npm install", "npm \\\n  # why\n  install"))),
    ("Windows line ends", RECIPE, recipe(GOOD.replace("\n", "\r\n"))),
    ("a build", BUILD, BuildSeen(True, "sha", took_s=1.2)),
    ("an image made elsewhere", BUILD, BuildSeen(False, refused="no Dockerfile", pushed="ada/getting-started")),
    ("an image", IMAGE, IMAGE_OK),
    ("a trailing slash", IMAGE, image(workdir="/app/")),
    ("a container", RUNS, UP_OK),
    ("an old one beside the good one", RUNS, ContainersSeen("sha", (replace(UP, image_id="old"), UP))),
    ("an ended one beside the good one", RUNS, ContainersSeen("sha", (gone().containers[0], UP))),
    ("the round trip", PAGES, PAGES_OK),
    ("the new text in a file", TEXT, recipe("say('No tea yet!')")),
    ("an empty file, which may be", MADE, FileSeen(True)),
    ("a file that is gone", GONE, FileSeen(False, near=("myfile.txt.txt",))),
    ("the new text served", SERVED, served("say('No tea yet!')")),
    ("alone", SOLE, UP_OK),
    ("libraries kept", CACHE, CacheSeen(BUILT, (FETCH,))),
    ("a tool fetched before the libraries", CACHE, CacheSeen(BUILT, (replace(FETCH, after_packages=False), FETCH))),
    ("nothing planted", CONTEXT, ContextSeen(BUILT, "/app/node_modules/.planted")),
    ("the volume", VOLUME, mounted()),
    ("the volume, with a slash", VOLUME, mounted(target="/etc/todos/")),
    ("another one beside it", VOLUME, VolumeSeen(("todo-db", "x"), "todo", (MountView("volume", "x", "/x"), KEPT))),
    ("it lasts", LASTS, ScenarioSeen("played", kept=True)),
    ("a second one of the same image", SOLE, beside()),
]


@pytest.mark.parametrize(("what", "asked", "seen"), PASSES, ids=[row[0] for row in PASSES])
def test_what_is_right_passes_with_a_proof(what: str, asked: Condition, seen: Any) -> None:
    result = judge(asked, seen)
    assert isinstance(result, Passed), (what, result)
    assert result.proof


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        (RUNS, container(log="")),
        (RUNS, container(log="", ports=())),
        (PAGES, HttpSeen("n1", (HttpAnswer("GET", "/", error="refused"),))),
    ],
)
def test_what_still_starts_is_not_a_failure_until_nobody_looks_again(asked: Condition, seen: Any) -> None:
    assert isinstance(judge(asked, seen), NotYet)
    assert isinstance(judge(asked, seen, last=True), Failed)


def test_near_misses_are_named() -> None:
    close = judge(IMAGE, ImageSeen(False, others=("Getting-Started",)))
    assert isinstance(close, Failed)
    assert (close.code, close.observed) == ("CLOSE_NAME", "Getting-Started")
    misspelt = judge(RECIPE, recipe(GOOD.replace("WORKDIR", "WORKDIRR")))
    assert isinstance(misspelt, Failed)
    assert "Line 2" in misspelt.observed
    assert "Did you mean 'WORKDIR'?" in misspelt.observed


@pytest.mark.parametrize(
    ("volumes", "observed"),
    [(("other", "tododb"), "tododb, which is close"), (("other",), "other"), ((), "no volume yet")],
)
def test_a_volume_of_nearly_that_name_is_named_as_close(volumes: tuple[str, ...], observed: str) -> None:
    failed = judge(VOLUME, VolumeSeen(volumes))
    assert isinstance(failed, Failed)
    assert (failed.code, failed.observed) == ("NO_VOLUME", observed)


def test_the_line_that_comes_closest_to_a_missing_text_is_shown() -> None:
    result = judge(TEXT, recipe("let x = 1;\n    say('No teas yet!');\nlet y = 2;\n"))
    assert isinstance(result, Failed)
    assert (result.expected, result.observed) == ("No tea yet!", "say('No teas yet!');")


@pytest.mark.parametrize("asked", [CACHE, CONTEXT])
def test_a_variant_that_does_not_build_is_judged_as_a_build(asked: Condition) -> None:
    broken = build("/bin/sh: npn: not found", "RUN npn install")
    seen = CacheSeen(broken) if asked is CACHE else ContextSeen(broken)
    assert judge(asked, seen) == judge(BUILD, broken)


def test_a_container_that_falls_over_on_its_volume_says_so_in_its_own_words() -> None:
    seen = ScenarioSeen("exited", "first", log="Error: unable to open database file\n    at x.js:1", exit_code=1)
    result = judge(LASTS, seen)
    assert isinstance(result, Failed)
    assert (result.code, result.observed) == ("EXITED", "Error: unable to open database file")


def test_evidence_of_another_probe_is_a_bug_and_not_a_verdict() -> None:
    with pytest.raises(TypeError, match="FileSeen"):
        judge(BUILD, FileSeen(True))


def test_an_answer_is_judged_by_the_question_itself(workshop: Workshop) -> None:
    step = workshop.step(StepRef("01", "container"))
    assert step is not None
    asked = next(c for c in step.conditions if c.probe == "answer")
    assert isinstance(asked.with_, AnswerSpec)
    results = [judge(asked, answer_seen(step, asked.with_, chosen)) for chosen in (None, 0, 1, 99)]
    assert [r.code if isinstance(r, Failed) else "passed" for r in results] == [
        "NOT_ANSWERED",
        "WRONG_ANSWER",
        "passed",
        "NOT_ANSWERED",
    ]


def test_conditions_are_looked_at_after_those_they_need() -> None:
    made = [
        condition("build", id_="c", needs=("b",)),
        condition("build", id_="a"),
        condition("build", id_="b", needs=("a",)),
    ]
    assert [c.id for c in plan_order(made)] == ["a", "b", "c"]


def test_a_circle_of_needs_does_not_hang() -> None:
    made = [
        condition("build", id_="a", needs=("b",)),
        condition("build", id_="b", needs=("a",)),
        condition("build", id_="c"),
    ]
    assert [c.id for c in plan_order(made)] == ["c", "a", "b"]


@given(st.permutations(["a", "b", "c", "d"]))
def test_the_order_is_right_however_it_was_written(names: list[str]) -> None:
    needs = {"a": (), "b": ("a",), "c": ("a",), "d": ("b", "c")}
    order = [c.id for c in plan_order([condition("build", id_=n, needs=needs[n]) for n in names])]
    assert all(order.index(need) < order.index(name) for name in names for need in needs[name])


def test_a_condition_is_blocked_by_the_first_need_that_did_not_pass() -> None:
    asked = condition("build", id_="c", needs=("a", "b"))
    assert blocked(asked, {"a": Passed(), "b": Passed()}) is None
    assert blocked(asked, {"a": Passed(), "b": Fault("x")}) == Blocked("b")
    assert blocked(asked, [("b", Passed())]) == Blocked("a")


RESULTS: list[Result] = [Passed(), Failed("X", "", ""), Blocked("a"), NotYet(), Fault("x")]


@given(st.lists(st.sampled_from(RESULTS), max_size=6))
def test_only_all_passed_is_a_pass_and_only_a_failure_is_theirs(results: list[Result]) -> None:
    verdict = Verdict(tuple((str(i), r) for i, r in enumerate(results)))
    failed = any(isinstance(r, Failed) for r in results)
    assert verdict.passed == (bool(results) and all(isinstance(r, Passed) for r in results))
    assert not (verdict.passed and verdict.ours)
    assert verdict.ours == (not verdict.passed and not failed)
    assert (verdict.first_failure is not None) == failed
