"""Every case of the catalogue is there, and what is said to be held has a test with its id."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.catalogue.cases import IDS, Case, catalogue, ids_in


@pytest.mark.parametrize(
    ("test", "ids"),
    [
        ("tests/handin/test_policy.py::test_d07_d09_urls_are_refused", ("D07", "D09")),
        ("tests/handin/test_policy.py::test_it[D01 old tag-FROM x]", ("D01",)),
        ("tests/core/c11/test_b01.py::test_nothing[A1-x64-ab12]", ()),
        ("tests/x.py::test_it[B01/B02]", ("B01", "B02")),
    ],
)
def test_ids_are_read_from_the_name_of_a_test_alone(test: str, ids: tuple[str, ...]) -> None:
    assert ids_in(test) == ids


def test_a_case_is_held_or_has_a_reason() -> None:
    with pytest.raises(ValueError, match="either"):
        Case.model_validate({"tries": "something", "level": "pure"})
    with pytest.raises(ValueError, match="either"):
        Case.model_validate({"tries": "something", "expect": "no", "not": "here"})


def test_a_case_stands_once_and_under_a_known_id(tmp_path: Path) -> None:
    (tmp_path / "D.yaml").write_text("D01: {tries: this one, expect: REFUSED}\n", "utf-8")
    assert list(catalogue(tmp_path)) == ["D01"]
    (tmp_path / "D-more.yaml").write_text("D01: {tries: this one, expect: REFUSED}\n", "utf-8")
    with pytest.raises(ValueError, match="there twice"):
        catalogue(tmp_path)
    (tmp_path / "D-more.yaml").write_text("D03: {tries: this one, expect: REFUSED}\n", "utf-8")
    with pytest.raises(ValueError, match="no id"):
        catalogue(tmp_path)


def test_every_case_of_the_catalogue_is_written_down() -> None:
    assert [name for name in IDS if name not in catalogue()] == []


def test_what_is_said_to_be_held_has_a_test_with_its_id() -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "--import-mode=importlib", "-p", "no:cacheprovider"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
        timeout=120,
    )
    carried = {name for line in listed.stdout.splitlines() for name in ids_in(line)}
    held = [name for name, case in catalogue().items() if case.expect]
    assert [name for name in held if name not in carried] == []
