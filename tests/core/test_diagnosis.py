from __future__ import annotations

import time

import pytest

from bot.core.diagnosis import BUILD_SIGNS, RUN_SIGNS, fitting, last_words, named
from bot.core.workshop import Workshop


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


def test_every_sample_is_recognised_as_its_own_mistake(workshop: Workshop) -> None:
    assert len(workshop.mistakes) >= 25
    for mistake in workshop.mistakes:
        found = fitting(workshop.mistakes, f"some lines before\n{mistake.sample}\nand after")
        assert found is not None, mistake.id
        assert found[0].id == mistake.id


def test_the_telling_line_of_a_log_is_found() -> None:
    assert last_words("starting\nError: no such table\n    at x.js:1\nNode.js v24") == "Error: no such table"
    assert last_words("one\ntwo\n") == "two"
    assert last_words("\n \n") == ""


HOSTILE = ["a", "[", "Cannot find module '", "stat ", "\n", "COPY failed: ", "failed to read dockerfile ", "x: "]


@pytest.mark.parametrize("part", HOSTILE)
def test_no_signature_goes_astray_in_a_hostile_text(workshop: Workshop, part: str) -> None:
    def took_s(size: int) -> float:
        text = (part * size)[:size]
        began = time.process_time()
        fitting(workshop.mistakes, text)
        named(BUILD_SIGNS, text)
        named(RUN_SIGNS, text)
        return time.process_time() - began

    took_s(100)  # compiles the signatures
    # eight times the text may take 64 times as long (quadratic), far from what backtracking does
    assert took_s(8_000) < 200 * max(took_s(1_000), 0.001)
