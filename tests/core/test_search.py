from __future__ import annotations

import pytest

from bot.core.search import best_step, explained, section_named, terms_in
from bot.core.workshop import StepRef, Workshop


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("what is an image?", ("image",)),
        ("images", ("image",)),
        ("IMAGE!", ("image",)),
        ("what is a base image", ("base image",)),
        ("is a container an image?", ("container", "image")),
        ("dockerfil", ("Dockerfile",)),
        ("contaner", ("container",)),
        ("what is package.json for", ("package.json",)),
        ("development dependencies?", ("development dependency",)),
        ("what is love", ()),
        ("", ()),
    ],
)
def test_terms_are_found_in_the_order_asked(workshop: Workshop, text: str, terms: tuple[str, ...]) -> None:
    assert terms_in(workshop, text) == terms


def test_every_term_of_the_glossary_answers_for_itself(workshop: Workshop) -> None:
    for term, meaning in workshop.glossary.items():
        assert f"**{term}**: {meaning}" in explained(workshop, f"what is {term}?"), term


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("how do namespaces and cgroups build walls", StepRef("01", "container")),
        ("which recipe lines do I write into the Dockerfile", StepRef("02", "dockerfile")),
        ("curl POST item tea", StepRef("02", "use")),
        ("the of and", None),
        ("weather in Paris", None),
    ],
)
def test_the_step_that_says_most_is_named(workshop: Workshop, text: str, ref: StepRef | None) -> None:
    assert best_step(workshop, text) == ref


def test_a_statement_about_nothing_we_know_gets_no_lesson(workshop: Workshop) -> None:
    assert explained(workshop, "I had soup with my colleagues today") == ""


@pytest.mark.parametrize(
    ("said", "section"), [("2", "02"), ("02", "02"), ("overview", "01"), ("container", "02"), ("99", ""), ("zzzz", "")]
)
def test_sections_are_named_by_number_or_title(workshop: Workshop, said: str, section: str) -> None:
    assert section_named(workshop, said) == section
