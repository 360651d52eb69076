"""`--filter` and `--format`: Docker's words about what cannot be one."""

from __future__ import annotations

import pytest

from bot.handin.command import read_commands
from bot.handin.plan import Refusal


def refused(line: str) -> Refusal:
    (command,) = read_commands(line)
    assert isinstance(command.plan, Refusal)
    return command.plan


@pytest.mark.parametrize(
    ("line", "words", "exit_code"),
    [
        ("docker ps --filter nosuch=1", "Error response from daemon: Invalid filter 'nosuch'", 1),
        ("docker ps --filter status=gone", "Error response from daemon: Invalid filter 'status=gone'", 1),
        ("docker images -f name=x", "Error response from daemon: Invalid filter 'name'", 1),
        ("docker volume ls -f status=x", "Error response from daemon: Invalid filter 'status'", 1),
        ("docker network ls --filter volume=x", "Error response from daemon: Invalid filter 'volume'", 1),
        (
            "docker ps --filter foo",
            'invalid argument "foo" for "-f, --filter" flag: bad format of filter (expected name=value)\n\n'
            "Usage:  docker ps [OPTIONS]\n\nRun 'docker ps --help' for more information",
            125,
        ),
    ],
)
def test_a_filter_that_is_none_is_answered_in_dockers_words(line: str, words: str, exit_code: int) -> None:
    refusal = refused(line)
    assert (refusal.docker, refusal.words, refusal.exit_code) == (True, words, exit_code)
    assert refusal.say


@pytest.mark.parametrize(
    "template",
    ["{{range .Names}}x{{end}}", "{{.Names | upper}}", "{{.Names", "{{.Names}}" * 100, "{{.Size}}", "{{{.Names}}}"],
)
def test_a_template_of_more_than_plain_fields_is_answered_with_one_that_works(template: str) -> None:
    refusal = refused(f"docker ps -a --format '{template}'")
    assert (refusal.code, refusal.nearest) == ("FORMAT", "docker ps -a")


def test_filters_have_an_end() -> None:
    assert refused("docker ps " + "-f name=x " * 17).code == "TOO_MANY"


@pytest.mark.parametrize("since", ["nonsense", "2025-99-99", "12 m", "-5m", "2025-11-23T25:00"])
def test_a_moment_that_is_none_is_answered_as_docker_does(since: str) -> None:
    refusal = refused(f"docker logs --since '{since}' web")
    words = f'invalid value for "since": failed to parse value as time or duration: "{since}"'
    assert (refusal.words, refusal.exit_code) == (words, 1)
