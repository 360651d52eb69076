"""What we say about compose files, against what the real program said (`record_compose_words.py`)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bot.handin.compose.plan import ComposeProblem, part
from bot.handin.compose.read import read_compose
from bot.handin.compose.render import render_config

ROWS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("compose_words.json").read_text(encoding="utf-8"))
#: what is answered in words of ours: refused by our own choice, or explained better
OURS = {"HOST_MOUNT", "CURLY_QUOTES"}
#: what `config` prints otherwise here, and why
KNOWN = {
    "E: null": "a name without a value comes from the caller's own settings, and there are none",
    "x-note": "what Compose is told to pass over is dropped",
    "{type: bind": "both forms of a mount are shown as the short one",
    "\tworking_dir": "libyaml and its port to Go stop at different sides of a tab",
}


def said(row: dict[str, Any]) -> tuple[str, str, int]:
    """Return what we print: output, words of warning or fault, exit code."""
    env = row["env"]
    read = read_compose(row["file"], project="getting-started-app", env_file=None if env is None else env.encode())
    if isinstance(read, ComposeProblem):
        return ("", read.words or read.code, 1)
    return render_config(part(read, read.enabled)), "\n".join(read.warnings), 0


def words(text: str) -> str:
    """Return the messages of Compose's log without their time."""
    logged = re.findall(r'^time="[^"]*" level=warning msg=("(?:[^"\\]|\\.)*")$', text, re.MULTILINE)
    found = "\n".join(json.loads(each) for each in logged) if logged else text.strip("\n")
    # Debian builds Compose with an older library, whose words about ports begin with a capital
    return re.sub(r"^Invalid (?=containerPort|hostPort|ip)", "invalid ", found)


@pytest.mark.parametrize("row", ROWS, ids=[f"{n} {row['file'][-40:]!r}" for n, row in enumerate(ROWS)])
def test_a_file_is_answered_as_compose_answers_it(row: dict[str, Any]) -> None:
    out, err, code = said(row)
    if err in OURS:
        assert code == 1
        return
    if any(mark in row["file"] for mark in KNOWN):
        assert (out, err) != (row["out"], words(row["err"]))
        return
    assert (out, err, code) == (row["out"], words(row["err"]), row["exit_code"])
