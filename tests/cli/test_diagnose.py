from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.errors import OperatorError

TAKEN = "docker: Error response from daemon: Bind for 127.0.0.1:3000 failed: port is already allocated"


def test_the_mistake_is_named_with_its_sentence_and_first_hint() -> None:
    result = CliRunner().invoke(app, ["diagnose"], input=TAKEN)
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "port-taken",
        f"  > {TAKEN}",
        "  Another container of yours already has this port. Only one can have it at a time.",
        "  Hint: `docker ps` shows which one, in the column PORTS.",
    ]


def test_nothing_known_ends_with_exit_code_1() -> None:
    result = CliRunner().invoke(app, ["diagnose", "-"], input="all is well")
    assert (result.exit_code, result.output) == (1, "I know no mistake that prints this.\n")
    assert json.loads(CliRunner().invoke(app, ["diagnose", "--json"], input="").output) == []


@pytest.mark.parametrize("section", ["3", "03"])
def test_a_section_praises_what_belongs_to_its_lesson(section: str) -> None:
    result = CliRunner().invoke(app, ["diagnose", "--section", section, "--json"], input=TAKEN)
    (found,) = json.loads(result.output)
    assert (found["code"], found["kind"], found["found"]) == ("port-taken", "praise", "127.0.0.1:3000")
    assert len(found["hints"]) == 3


def test_a_channel_decides_between_mistakes_that_print_the_same() -> None:
    text = "npm error enoent Could not read package.json"
    codes = [
        json.loads(CliRunner().invoke(app, ["diagnose", "--channel", name, "--json"], input=text).output)[0]["code"]
        for name in ("build", "run")
    ]
    assert codes == ["no-package-json", "mount-is-not-project"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_is_read_as_windows_or_linux_wrote_it(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "build.log"
    file.write_text(f"#7 ERROR\r\n{TAKEN}\r\n", encoding=encoding)
    assert CliRunner().invoke(app, ["diagnose", str(file)]).output.startswith("port-taken\n")


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["diagnose", str(tmp_path / "none.log")])
    assert isinstance(result.exception, OperatorError)
    assert "cannot read" in str(result.exception)
    for options in (["--section", "99"], ["--channel", "telepathy"]):
        assert CliRunner().invoke(app, ["diagnose", *options], input=TAKEN).exit_code == 2
