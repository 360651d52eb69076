"""The pages behind `--help`."""

from __future__ import annotations

import pytest

from bot.handin.docker_verbs import GROUPS, VERBS
from bot.handin.usage import page

VOLUME = """Usage:  docker volume COMMAND

Manage volumes

Commands:
  create      Create a volume
  inspect     Display detailed information on one or more volumes
  ls          List volumes
  prune       Remove unused local volumes
  rm          Remove one or more volumes

Run 'docker volume COMMAND --help' for more information on a command."""


def test_the_page_of_a_group_is_dockers_own() -> None:
    assert page("volume") == VOLUME


@pytest.mark.parametrize("topic", sorted(VERBS))
def test_every_command_has_a_page_with_its_usage_and_options(topic: str) -> None:
    text = page(topic)
    assert text.startswith(f"Usage:  {VERBS[topic].told} {VERBS[topic].usage}\n\n")
    for flag in VERBS[topic].table.long.values():
        used = not (flag.lesson or flag.quiet)
        assert not (f"--{flag.long} " in text and not used), flag.long


@pytest.mark.parametrize("topic", sorted(GROUPS))
def test_every_group_has_a_page(topic: str) -> None:
    assert "\nCommands:\n  " in page(topic)


def test_run_shows_what_works_here() -> None:
    text = page("run")
    assert "  -d, --detach               Run in the background" in text
    assert "      --name string          Assign a name to the container" in text
    assert "--privileged" not in text


def test_what_is_no_command_has_no_page() -> None:
    assert page("") == page("frobnicate") == ""
