from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

HINTS = ["Look closer.", "Look at the first line.", "Write `FROM node:24-alpine`."]

WORKSHOP: dict[str, Any] = {
    "id": "small",
    "title": "A small workshop",
    "minutes": 2,
    "image": "getting-started",
    "app": "app",
    "glossary": {"image": "Everything a program needs to run."},
}
SECTION: dict[str, Any] = {
    "id": "01",
    "title": "Only one",
    "minutes": 2,
    "objectives": ["know it"],
    "steps": [
        {
            "id": "one",
            "title": "One",
            "minutes": 2,
            "say": "Write a file, ${learner}.",
            "hints": HINTS,
            "questions": [
                {
                    "id": "q",
                    "ask": "Which?",
                    "options": [
                        {"text": "This", "right": True, "why": "Yes."},
                        {"text": "That", "why": "Not that one."},
                    ],
                }
            ],
            "conditions": [
                {"id": "file", "title": "The file", "probe": "file", "with": {"path": "Dockerfile"}},
                {"id": "asked", "title": "Asked", "probe": "answer", "needs": ["file"], "with": {"question": "q"}},
            ],
            "solve": [{"file": "Dockerfile", "from": "01-only/good"}, {"answer": {"q": 0}}],
            "wrong": [{"id": "other", "acts": [{"answer": {"q": 1}}], "expect": "WRONG_ANSWER"}],
        }
    ],
}
MISTAKES: dict[str, Any] = {
    "codes": {
        code: {"say": "I saw {observed}; we need {expected}.", "hints": HINTS}
        for code in ("MISSING_FILE", "WRONG_NAME", "EMPTY_FILE", "NOT_ANSWERED", "WRONG_ANSWER")
    },
    "mistakes": [
        {"id": "special", "sign": "no such (banana)", "say": "No {found}.", "hints": HINTS, "sample": "no such banana"},
        {"id": "general", "sign": "no such", "say": "It is not there.", "hints": HINTS, "sample": "no such apple"},
    ],
}
Change = Callable[[dict[str, Any], dict[str, Any], dict[str, Any]], object]


@pytest.fixture
def lessons(tmp_path: Path) -> Callable[..., Path]:
    """Write a small workshop that is right, after a change to (workshop, section, mistakes)."""

    def write(change: Change = lambda *_: None) -> Path:
        parts = (copy.deepcopy(WORKSHOP), copy.deepcopy(SECTION), copy.deepcopy(MISTAKES))
        change(*parts)
        (tmp_path / "app").mkdir()
        (tmp_path / "01-only").mkdir()
        (tmp_path / "01-only" / "good").write_text("FROM node:24-alpine\n")
        for name, data in zip(("workshop.yaml", "01-only/section.yaml", "mistakes.yaml"), parts, strict=True):
            (tmp_path / name).write_text(yaml.safe_dump(data, sort_keys=False))
        return tmp_path

    return write
