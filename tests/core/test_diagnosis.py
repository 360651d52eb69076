from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import signs
from bot.core.diagnosis import (
    BUILD_SIGNS,
    RUN_SIGNS,
    Kind,
    behind,
    channel_of,
    diagnose,
    last_words,
    named,
    noted,
)
from bot.core.results import Failed
from bot.core.workshop import Workshop
from bot.handin.plan import BuildPlan, ListContainers, Output, Plan, ReadLogs, RunPlan


@pytest.mark.parametrize(
    ("signs", "text", "code", "what"),
    [
        (RUN_SIGNS, "Error: Cannot find module '/app/index.js'", "WRONG_START_FILE", "/app/index.js"),
        (RUN_SIGNS, "Error: Cannot find module 'express'", "MISSING_MODULE", "express"),
        (RUN_SIGNS, "Cannot find package '@scope/x' imported from /app/a.js", "MISSING_MODULE", "@scope/x"),
        (RUN_SIGNS, "/bin/sh: 1: [node,: not found", "BAD_CMD", "[node,"),
        (RUN_SIGNS, "node: bad option: -dp", "OPTIONS_AFTER_IMAGE", "-dp"),
        (BUILD_SIGNS, "unknown instruction: `FORM`", "UNKNOWN_INSTRUCTION", "FORM"),
        (BUILD_SIGNS, "manifest for node:24-alpin not found: manifest unknown", "BASE_NOT_FOUND", "node:24-alpin"),
        (BUILD_SIGNS, "sh: line 1: npn: command not found", None, ""),
        (BUILD_SIGNS, "/bin/sh: npn: not found", "COMMAND_NOT_FOUND", "npn"),
        (BUILD_SIGNS, "", None, ""),
    ],
)
def test_signs_name_the_cause_and_what_was_found(
    signs: tuple[object, ...], text: str, code: str | None, what: str
) -> None:
    found = named(signs, text)  # type: ignore[arg-type]
    assert found == ((code, what) if code else None)


def test_a_module_inside_a_library_is_not_the_start_file() -> None:
    found = named(RUN_SIGNS, "Error: Cannot find module '/app/node_modules/express/lib/x.js'")
    assert found is None


def test_every_sample_is_recognised_first_as_its_own_mistake(workshop: Workshop) -> None:
    assert len(workshop.mistakes) >= 120
    for mistake in workshop.mistakes:
        where = {"section": mistake.sections[0], "channel": mistake.channels[0]}
        found = diagnose(workshop, f"some lines before\n{mistake.sample}\nand after", **where)
        assert found, mistake.id
        assert found[0].code == mistake.id


def test_what_was_found_is_shown_where_the_words_ask_for_it(workshop: Workshop) -> None:
    for mistake in workshop.mistakes:
        found = diagnose(workshop, mistake.sample, section=mistake.sections[0], channel=mistake.channels[0])[0]
        words = " ".join((found.say, *found.hints))
        assert "{found}" not in words
        assert "${" not in words
        if "{found}" in mistake.say:
            assert found.found or "…" not in found.say, mistake.id


def test_where_it_was_printed_decides_between_mistakes_that_print_the_same(workshop: Workshop) -> None:
    text = "npm error enoent Could not read package.json"
    assert diagnose(workshop, text, channel="build")[0].code == "no-package-json"
    assert diagnose(workshop, text, channel="run")[0].code == "mount-is-not-project"
    assert diagnose(workshop, text, section="06")[0].code == "mount-is-not-project"
    assert [f.code for f in diagnose(workshop, text)] == ["no-package-json"]


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ("03", "Bind for 127.0.0.1:3000 failed: port is already allocated"),
        ("04", "An image does not exist locally with the tag: docker/getting-started"),
        ("04", "tag does not exist: docker/getting-started"),
        ("05", "stat: can't stat 'greeting.txt': No such file or directory"),
    ],
)
def test_a_failure_that_belongs_to_the_lesson_is_praised_there_and_nowhere_else(
    workshop: Workshop, section: str, text: str
) -> None:
    there = diagnose(workshop, text, section=section)[0]
    assert (there.kind, "should happen here" in there.say) == (Kind.PRAISE, True)
    assert diagnose(workshop, text, section="08")[0].kind is Kind.MISTAKE


def test_the_line_that_decided_is_quoted_and_comes_before_what_follows_from_it(workshop: Workshop) -> None:
    log = (
        "#8 [4/4] RUN npm install\n#8 0.521 npm error enoent Could not read package.json: Error: ENOENT\n"
        'ERROR: failed to solve: process "/bin/sh -c npm install" did not complete successfully: exit code: 254'
    )
    found = diagnose(workshop, log)
    assert [f.code for f in found] == ["no-package-json", "a-run-line"]
    assert found[0].line.startswith("#8 0.521 npm error enoent Could not read package.json")
    assert found[1].say == "The line `RUN npm install` did not go through."
    assert found[1].kind is Kind.GENERIC


def test_what_a_program_printed_cannot_put_words_of_ours_in(workshop: Workshop) -> None:
    found = diagnose(workshop, "Error: No such container: ${image}`*{found}")[0]
    assert "There is no container called `${image}'*{found}`" in found.say


@given(
    st.text(max_size=400)
    | st.lists(st.sampled_from(["exec: ", '"', "\n", "npm error ", "x" * 90, "İ", "\r"])).map("".join)
)
def test_any_text_can_be_diagnosed(workshop: Workshop, text: str) -> None:
    for finding in diagnose(workshop, text):
        assert len(finding.line) <= 200
        assert "\n" not in finding.line


def test_the_telling_line_of_a_log_is_found() -> None:
    assert last_words("starting\nError: no such table\n    at x.js:1\nNode.js v24") == "Error: no such table"
    assert last_words("one\ntwo\n") == "two"
    assert last_words("\n \n") == ""


#: what a signature may be led astray by: its own sample again and again, cut at any place, and what many begin with
HOSTILE = ("a", "a ", "'", '"', "-", "x:", "/", "\n", 'exec: "', "stat ", "a.b/", "no such ", "npm error ", "failed ")
SIZE = 100_000


def cpu_s(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def long_text(part: str) -> str:
    return signs.folded(signs.clean((part * (SIZE // len(part) + 1))[:SIZE]))


def test_no_signature_goes_astray_in_a_hostile_text(workshop: Workshop) -> None:
    """The bar is 50 ms for 100 kB; a plain scan, character by character, takes 3 to 5 ms and is measured beside."""
    shared = {part: long_text(part) for part in HOSTILE}
    slow: list[str] = []
    for mistake in workshop.mistakes:
        sign, sample = signs.compiled(mistake.sign), mistake.sample
        own = {part: long_text(part) for part in (sample[: len(sample) // 2], sample[:-1])}
        for part, text in (shared | own).items():
            took = min(cpu_s(lambda sign=sign, text=text: sign.search(text)) for _ in range(2))  # type: ignore[misc]
            if took > 0.002:
                scan = cpu_s(lambda part=part: sum(1 for each in part * (SIZE // len(part)) if each == "\x00"))  # type: ignore[misc]
                slow += [f"{mistake.id} on {part!r}: {took / scan:.0f} scans"] if took > 10 * scan else []
    assert not slow


@pytest.mark.parametrize("part", HOSTILE)
def test_l14_the_time_of_a_whole_diagnosis_does_not_grow_with_a_long_text(workshop: Workshop, part: str) -> None:
    diagnose(workshop, part)  # compiles the signatures
    once = max(cpu_s(lambda: diagnose(workshop, (part * 50_000)[:50_000])), 0.001)
    # only head and tail are looked at
    assert cpu_s(lambda: diagnose(workshop, (part * 1_000_000)[:1_000_000])) < 20 * once


@pytest.mark.parametrize("part", HOSTILE)
def test_l14_no_sign_of_the_judges_goes_astray_either(part: str) -> None:
    def took_s(size: int) -> float:
        text = (part * size)[:size]
        return cpu_s(lambda: (named(BUILD_SIGNS, text), named(RUN_SIGNS, text)))

    # eight times the text may take 64 times as long (quadratic), far from what backtracking does
    assert took_s(8_000) < 200 * max(took_s(1_000), 0.001)


FAILED_RUN = Output("docker: Error: Bind for 127.0.0.1:3000 failed: port is already allocated", 125)


def test_a_failed_command_gets_the_mistakes_sentence_as_its_note(workshop: Workshop) -> None:
    plan = RunPlan("getting-started")
    assert noted(workshop, plan, FAILED_RUN).note.startswith("Another container of yours already has this port.")
    assert noted(workshop, plan, replace(FAILED_RUN, exit_code=0)).note == ""
    assert noted(workshop, plan, Output("something new", 1)).note == ""


def test_a_note_that_is_there_stays_with_praise_in_front(workshop: Workshop) -> None:
    plan, output = RunPlan("getting-started"), replace(FAILED_RUN, note="`docker ps` shows it.")
    assert noted(workshop, plan, output).note == "`docker ps` shows it."
    praised = noted(workshop, plan, output, section="03").note
    assert praised.startswith("Well done")
    assert praised.endswith("`docker ps` shows it.")


@pytest.mark.parametrize(
    ("plan", "channel"),
    [(BuildPlan(()), "build"), (RunPlan("x"), "run"), (ReadLogs("x"), "run"), (ListContainers(), "cli")],
)
def test_a_command_prints_in_its_channel(plan: Plan, channel: str) -> None:
    assert channel_of(plan) == channel


def test_the_log_behind_an_open_failure_names_the_cause(workshop: Workshop) -> None:
    log = "Using sqlite database\nError: SQLITE_READONLY: attempt to write a readonly database"
    found = behind(workshop, Failed("EXITED", "a running container", "todo has ended", detail=log))
    assert found is not None
    assert found.code == "data-read-only"
    # a code that names its cause needs no second opinion, and that something failed is known already
    assert behind(workshop, Failed("OUT_OF_MEMORY", "", "", detail=log)) is None
    ended = 'process "/bin/sh -c make" did not complete successfully: exit code: 2'
    assert behind(workshop, Failed("BUILD_FAILED", "", "", detail=ended)) is None
