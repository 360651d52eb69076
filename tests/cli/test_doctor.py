"""The doctor says what is there, what is missing and what to do, and ends with a code that scripts can use."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from bot.cli.doctor_view import as_rows, grouped, show_truth, summary
from bot.sandbox.gate.judging import Finding, Place, Verdict
from bot.sandbox.gate.truth import Profile, Row, Truth
from tests.cli.test_commands import docent


def row(name: str, place: Place, verdict: Verdict, *, essential: bool = True) -> Row:
    by = "a watchdog" if verdict is Verdict.STAND_IN else ""
    return Row(name, place, "tries [it]", "refused", Finding(verdict, "EPERM", by), "mend it", essential)


TRUTH = Truth(
    (
        row("mount", Place.RUN, Verdict.HELD),
        row("mount", Place.BUILD, Verdict.HELD),
        row("disk", Place.RUN, Verdict.STAND_IN, essential=False),
        row("disk", Place.BUILD, Verdict.COULD_NOT_TELL, essential=False),
        row("io_uring", Place.RUN, Verdict.NOT_HELD, essential=False),
    )
)


@pytest.mark.parametrize(
    ("profile", "says"),
    [
        ("try", "Profile try: all 2 gates hold. Missing, and not needed here: disk (build), io_uring (run)."),
        ("class", "Profile class: 2 of 5 gates fail: disk (build), io_uring (run)."),
    ],
)
def test_the_last_line_says_whether_the_profile_is_content(profile: Profile, says: str) -> None:
    assert summary(TRUTH, profile) == says


def test_the_table_names_verdicts_stand_ins_and_what_to_do() -> None:
    out = io.StringIO()
    show_truth(TRUTH, "class", Console(file=out, width=200))
    lines = out.getvalue().splitlines()
    assert [len(each) for each in grouped(TRUTH.rows)] == [2, 1, 1, 1]
    assert lines[1].split("  ")[0] == "mount"
    assert "run, build" in lines[1]
    assert "tries [it]" in lines[1]
    assert "mend it" not in lines[1]
    assert lines[2].rstrip().endswith("a watchdog")
    assert "could not tell" in lines[3]
    assert lines[4].rstrip().endswith("mend it")


def test_machines_get_every_row_with_what_the_profile_needs() -> None:
    rows = as_rows(TRUTH, "try")
    assert [each["needed"] for each in rows] == [True, True, False, False, False]
    assert rows[2]["stand_in"] == "a watchdog"
    assert {each["verdict"] for each in rows} == {"held", "stand_in", "could_not_tell", "not_held"}


def test_without_an_engine_the_doctor_says_so_and_ends_with_1(tmp_path: Path) -> None:
    ran = docent("doctor", cwd=tmp_path, DOCKER_HOST=f"unix://{tmp_path}/none.sock")
    assert ran.returncode == 1
    assert "Docker engine" in ran.stdout
    assert "start it, or set DOCKER_HOST" in " ".join(ran.stdout.split())
    assert "SLACK_BOT_TOKEN" in ran.stdout


def test_a_broken_database_is_named(tmp_path: Path) -> None:
    (tmp_path / ".docent").mkdir()
    (tmp_path / ".docent" / "docent.sqlite").write_bytes(b"no database at all, but long enough to be read as one" * 99)
    ran = docent("doctor", "--json", cwd=tmp_path, DOCKER_HOST=f"unix://{tmp_path}/none.sock")
    found = next(each for each in json.loads(ran.stdout) if each["what"] == "database")
    assert (ran.returncode, found["ok"]) == (1, False)
    assert "not a database" in found["seen"]


def test_no_host_can_be_attacked_where_no_engine_answers(tmp_path: Path) -> None:
    ran = docent("doctor", "--host", cwd=tmp_path, DOCKER_HOST=f"unix://{tmp_path}/none.sock")
    assert ran.returncode == 2
    assert "Docker engine does not answer" in " ".join(ran.stderr.split())
    assert "Traceback" not in ran.stderr


@pytest.mark.engine
def test_the_truth_about_this_host_is_printed_and_scripts_learn_what_fails(tmp_path: Path) -> None:
    ran = docent("doctor", "--host", "--json", "--profile", "class", cwd=tmp_path)
    said = json.loads(ran.stdout)
    failing = [each["limit"] for each in said["rows"] if each["verdict"] in ("not_held", "could_not_tell")]
    assert said["profile"] == "class"
    assert said["ok"] == (not failing) == (ran.returncode == 0)
    assert {each["at"] for each in said["rows"]} == {"run", "build", "host"}
    assert len(said["rows"]) > 60
