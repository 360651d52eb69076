"""What a message is taken for, before anybody decides what it means."""

from __future__ import annotations

import pytest

from bot.core.events import SaidSomething, TypedCommands, WroteFiles
from bot.slack.reading import read_message


@pytest.mark.parametrize(
    "text",
    [
        "replace `docker ps` with `docker ps -a` in notes.txt",
        "replace ```\nFROM node\nRUN x\n``` with ```\nFROM node\nRUN y\n``` in Dockerfile",
    ],
)
def test_a_replacement_is_no_command_and_no_file_whatever_its_texts_look_like(text: str) -> None:
    assert read_message(text) == SaidSomething(text)


def test_signs_that_slack_writes_another_way_arrive_as_typed() -> None:
    said = read_message("replace `a &lt; b &amp;&amp; c` with `&lt;p&gt;` in x.js")
    assert said == SaidSomething("replace `a < b && c` with `<p>` in x.js")


def test_commands_and_code_blocks_are_still_what_they_are() -> None:
    assert isinstance(read_message("docker ps"), TypedCommands)
    assert isinstance(read_message("```\nFROM node:24-alpine\nWORKDIR /app\n```"), WroteFiles)
