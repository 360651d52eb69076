"""The command line says in a sentence what is wrong and what to do, and ends with a code that scripts can use."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import shipped

LESSONS = shipped("lessons") / "docker-workshop"


def docent(*words: str, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run one command as a process of its own, with only these settings."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DOCENT_", "SLACK_"))}
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd=cwd,
        env=clean | more,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_serving_without_tokens_says_which_are_missing_and_what_works_without(tmp_path: Path) -> None:
    ran = docent("serve", cwd=tmp_path)
    assert ran.returncode == 2
    assert "SLACK_BOT_TOKEN" in ran.stderr
    assert "docent local" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_joining_a_workspace_that_does_not_run_says_how_to_start_one(tmp_path: Path) -> None:
    ran = docent("serve", "--local", cwd=tmp_path)
    assert ran.returncode == 2
    assert "docent workspace" in ran.stderr


def test_chatting_with_nobody_is_an_error_for_scripts(tmp_path: Path) -> None:
    ran = docent("chat", cwd=tmp_path)
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ran = docent("workspace", "--port", port, cwd=tmp_path)
    assert ran.returncode == 2
    assert port in ran.stderr
    assert "--port" in ran.stderr


def test_linting_our_lessons_finds_nothing(tmp_path: Path) -> None:
    ran = docent("lint", str(LESSONS), cwd=tmp_path)
    assert (ran.returncode, "0 problems" in ran.stderr) == (0, True), ran.stderr


def test_linting_a_folder_without_lessons_says_so(tmp_path: Path) -> None:
    ran = docent("lint", str(tmp_path), cwd=tmp_path)
    assert ran.returncode != 0
    assert "workshop.yaml" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("of", ["section", "workshop", "mistakes"])
def test_schemas_are_json(tmp_path: Path, of: str) -> None:
    ran = docent("schema", of, cwd=tmp_path)
    assert json.loads(ran.stdout)["$schema"].startswith("https://json-schema.org/")


def test_rehearsing_a_section_that_is_not_there_names_it(tmp_path: Path) -> None:
    ran = docent("rehearse", "--section", "77", cwd=tmp_path)
    assert ran.returncode == 2
    assert "77" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_an_engine_that_is_away_is_named_when_images_are_listed(tmp_path: Path) -> None:
    ran = docent("images", "list", cwd=tmp_path, DOCKER_HOST=f"unix://{tmp_path}/none.sock")
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr
