from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.authoring.load import load_workshop, read_workshop
from bot.errors import AuthorError

Lessons = Callable[..., Path]


def trouble(folder: Path) -> list[str]:
    with pytest.raises(AuthorError) as caught:
        load_workshop(folder)
    return [line.strip() for line in str(caught.value).splitlines()[1:]]


def test_a_right_workshop_is_loaded_with_the_words_that_conditions_share(lessons: Lessons) -> None:
    workshop = load_workshop(lessons())
    file, asked = workshop.sections[0].steps[0].conditions
    assert set(file.fail) == {"MISSING_FILE", "WRONG_NAME", "EMPTY_FILE"}
    assert set(asked.fail) == {"NOT_ANSWERED", "WRONG_ANSWER"}
    assert [mistake.id for mistake in workshop.mistakes] == ["special", "general"]


def test_a_condition_may_say_it_better_in_part(lessons: Lessons) -> None:
    def change(_w: dict, section: dict, _m: dict) -> None:
        section["steps"][0]["conditions"][0]["fail"] = {"EMPTY_FILE": {"hints": ["a", "b", "c"]}}

    fail = load_workshop(lessons(change)).sections[0].steps[0].conditions[0].fail
    assert fail["EMPTY_FILE"].hints == ("a", "b", "c")
    assert fail["EMPTY_FILE"].say == "I saw {observed}; we need {expected}."


def test_all_problems_are_told_at_once_with_file_line_and_place(lessons: Lessons) -> None:
    def change(workshop: dict, section: dict, mistakes: dict) -> None:
        workshop["colour"] = "blue"
        section["steps"][0]["title"] = "x" * 90
        section["steps"][0]["conditions"][0]["with"] = {"path": "Dockerfile", "prase": "dockerfile"}
        section["steps"][0]["conditions"][1]["probe"] = "guess"
        del mistakes["mistakes"][0]["say"]

    folder = lessons(change)
    found = trouble(folder)
    assert len(found) == 5
    section = (folder / "01-only" / "section.yaml").read_text().splitlines()
    line = next(number for number, text in enumerate(section, 1) if "prase" in text)
    assert f"01-only/section.yaml:{line}: steps[0].conditions[0].with.prase: is not known here" in found
    assert any("unknown probe 'guess'; known: answer, bind, build" in problem for problem in found)
    assert any(problem.startswith("workshop.yaml:") and "colour" in problem for problem in found)
    assert any("mistakes.yaml" in problem and "mistakes[0].say: is missing" in problem for problem in found)
    assert any("steps[0].title" in problem and "75" in problem for problem in found)


@pytest.mark.parametrize(
    ("content", "say"),
    [
        (b"id: [", "not valid YAML"),
        (b"id: '01'\nid: '02'\n", "`id` stands twice"),
        (b"\xff\xfe", "not UTF-8"),
        (b"- a list\n", "valid dictionary"),
        (b"x: " + b"y" * 600_000, "bytes"),
        (b"!!python/object:os.system x", "not valid YAML"),
        (b"", "valid dictionary"),
    ],
)
def test_a_file_that_is_no_lesson_is_said_to_be_none(lessons: Lessons, content: bytes, say: str) -> None:
    folder = lessons()
    (folder / "01-only" / "section.yaml").write_bytes(content)
    assert any("01-only/section.yaml" in problem and say in problem for problem in trouble(folder))


def test_the_folder_carries_the_sections_number(lessons: Lessons) -> None:
    folder = lessons()
    (folder / "01-only").rename(folder / "02-only")
    assert any("must be called `01-name`" in problem for problem in trouble(folder))


def test_a_missing_folder_and_a_missing_file_are_named(lessons: Lessons, tmp_path: Path) -> None:
    assert "there is no such folder" in trouble(tmp_path / "nowhere")[0]
    folder = lessons()
    (folder / "workshop.yaml").unlink()
    assert any("workshop.yaml: cannot be read" in problem for problem in trouble(folder))


def test_a_workshop_without_sections_cannot_be_used(lessons: Lessons) -> None:
    folder = lessons()
    (folder / "01-only" / "section.yaml").unlink()
    workshop, problems = read_workshop(folder)
    assert workshop is None
    assert any("sections" in problem.place for problem in problems)
