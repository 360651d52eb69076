"""Docker's commands: the plans they make, and Docker's own words where they are wrong."""

import json
from pathlib import Path

import pytest

from bot.handin.command import read_commands
from bot.handin.plan import Refusal

RECORDED = json.loads(Path(__file__).with_name("docker_words.json").read_text(encoding="utf-8"))


def only(line: str) -> object:
    (command,) = read_commands(line)
    return command.plan


@pytest.mark.parametrize("row", RECORDED, ids=[row["line"] for row in RECORDED])
def test_a_wrong_usage_is_answered_in_the_words_of_dockers_client(row: dict[str, object]) -> None:
    refusal = only(str(row["line"]))
    assert isinstance(refusal, Refusal)
    assert (refusal.docker, refusal.words, refusal.exit_code) == (True, row["words"], row["exit_code"])
    assert refusal.say
