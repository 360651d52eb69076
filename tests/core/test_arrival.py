"""An uploaded project: when it takes the place of the one before, what stays, and what is said."""

from __future__ import annotations

import pytest

from bot.core.arrival import arrive, arrived
from bot.handin.project import MOST_FILES

BEFORE = {
    "Dockerfile": b"FROM node\n",
    "package.json": b"{}",
    "src/index.js": b"old",
    "compose.yaml": b"services: {}\n",
}
EXPECTED = {"src/static/js/app.js"}


@pytest.mark.parametrize(
    ("coming", "whole"),
    [
        ({"package.json": b"{}"}, True),
        ({"Dockerfile": b"FROM x\n", "main.py": b""}, True),
        ({"compose.yaml": b""}, True),
        ({"src/index.js": b"new"}, False),
        ({"sub/package.json": b"{}"}, False),
        ({"dockerfile": b"FROM x\n"}, False),
        ({}, False),
    ],
)
def test_a_whole_project_has_its_marks_at_the_top(coming: dict[str, bytes], whole: bool) -> None:
    assert arrive(coming.items(), BEFORE).whole == whole


def test_a_whole_project_takes_the_place_of_the_one_before_but_for_what_it_brings_none_of() -> None:
    arrival = arrive([("package.json", b"{1}"), ("index.js", b"x")], BEFORE)
    assert arrival.files == {"src/index.js": None, "package.json": b"{1}", "index.js": b"x"}
    assert arrival.stays == ("Dockerfile", "compose.yaml")
    said = arrived("mine.zip", arrival, BEFORE, (), EXPECTED)
    assert said.startswith("`mine.zip` is your project now: 2 files, 0 KB. It took the place of what was here.")
    assert "undo" in said
    assert "It brings no `Dockerfile` and `compose.yaml` of its own, so yours stays" in said
    assert "look at `src/static/js/app.js`, which is not in it" in said


def test_a_compose_file_of_another_name_is_a_compose_file_of_its_own() -> None:
    arrival = arrive([("docker-compose.yml", b""), ("Dockerfile", b"FROM x\n")], BEFORE)
    assert arrival.stays == ()
    assert arrival.files["compose.yaml"] is None


def test_what_stays_must_have_room_beside_what_comes() -> None:
    coming = {"package.json": b"{}", "dockerfile": b""}  # capitals only: both would be mixed up
    arrival = arrive(coming.items(), BEFORE)
    assert arrival.stays == ("compose.yaml",)
    assert arrival.files["Dockerfile"] is None


def test_a_part_of_a_project_is_added_and_what_does_not_fit_is_said() -> None:
    project = {f"f{n}": b"" for n in range(MOST_FILES - 1)}
    arrival = arrive([("a", b"1"), ("b", b"2"), ("f0", b"new")], project)
    assert arrival.files == {"a": b"1", "f0": b"new"}
    said = arrived("more.zip", arrival, project, ("`x` is left out.",), ())
    assert said.startswith("`more.zip` is added to your project: 2 files")
    assert "500 files, and that is the most it can hold" in said
    assert said.endswith("- `x` is left out.")


def test_the_same_again_changes_nothing_and_says_so() -> None:
    arrival = arrive(BEFORE.items(), BEFORE)
    assert arrived("a.zip", arrival, BEFORE, (), ()) == "Everything in `a.zip` is here already, just as it is."


def test_nothing_that_fits_is_said_with_the_reason() -> None:
    arrival = arrive([("SRC/index.js", b"")], {"src/index.js": b""})
    said = arrived("a.zip", arrival, {"src/index.js": b""}, (), ())
    assert said.startswith("Nothing of `a.zip` could be kept.")
    assert "capitals" in said


def test_another_example_app_is_known() -> None:
    coming = {"compose.yaml": b"", "client/package.json": b"", "backend/package.json": b""}
    said = arrived("a.zip", arrive(coming.items(), {}), {}, (), EXPECTED)
    assert "getting-started-todo-app" in said
    assert "no `Dockerfile` yet" in said


def test_a_name_cannot_break_out_of_its_marks() -> None:
    arrival = arrive([("Dockerfile", b"FROM x\n")], {})
    assert arrived("a`*b*.zip", arrival, {}, (), ()).startswith("`a'*b*.zip` is your project now: 1 file, ")


@pytest.mark.parametrize(
    ("package", "named"),
    [
        (
            b'{"dependencies": {"express": "^4.18.2", "mysql2": "^2.3.3", "sqlite3": "^5.1.2"}}',
            "`mysql2 ^2.3.3`, `sqlite3",
        ),
        (b'{"dependencies": {"express": "4"}, "devDependencies": {"jest": "*"}}', "`jest *`"),
        (b'{"dependencies": {"express": "latest"}}', ""),
        (b'{"dependencies": "x"}', ""),
        (b"[" * 100_000, ""),
        (b"\xff", ""),
    ],
)
def test_libraries_that_no_build_here_could_fetch_are_named(package: bytes, named: str) -> None:
    at_hand = {"express": "^4.21.2", "mysql2": "^3.14.0"}
    said = arrived("a.zip", arrive([("package.json", package)], {}), {}, (), (), at_hand)
    assert named in said
    assert ("no internet" in said) == bool(named)
