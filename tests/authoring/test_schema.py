"""The schema that editors get accepts our lessons and underlines what an author mistypes."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from bot.authoring.schema import SCHEMAS

LESSONS = Path(__file__).parents[2] / "lessons" / "docker-workshop"
FILES = [("workshop", LESSONS / "workshop.yaml"), ("mistakes", LESSONS / "mistakes.yaml")]
FILES += [("section", path) for path in sorted(LESSONS.glob("*/section.yaml"))]


def problems(name: str, data: Any) -> list[str]:
    schema = SCHEMAS[name]()
    jsonschema.Draft202012Validator.check_schema(schema)
    return [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(data)]


@pytest.mark.parametrize(("name", "path"), FILES, ids=[str(path.relative_to(LESSONS)) for _, path in FILES])
def test_every_lesson_file_fits_its_schema(name: str, path: Path) -> None:
    assert problems(name, yaml.safe_load(path.read_text())) == []


def section_with(**condition: Any) -> dict[str, Any]:
    data: dict[str, Any] = copy.deepcopy(yaml.safe_load((LESSONS / "02-containerize" / "section.yaml").read_text()))
    data["steps"][1]["conditions"][0].update(condition)
    return data


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"probe": "guess"}, "guess"),
        ({"with": {"path": "Dockerfile", "prase": "dockerfile"}}, "prase"),
        ({"probe": "image", "with": {"path": "Dockerfile"}}, "path"),
        ({"fail": {"NO_CMD": {"say": "x"}}}, "NO_CMD"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_what_is_mistyped_is_underlined(change: dict[str, Any], said: str) -> None:
    assert any(said in problem for problem in problems("section", section_with(**change)))
