"""Tables that no spreadsheet takes for formulas, events a line each, words that stay words."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.core.cohorts.digest import digest
from bot.core.cohorts.figures import Came, Record
from bot.core.learner import Learner
from bot.ports import Keepsake, Part, Wish
from bot.reports.export import ACTS, cell, conditions_csv, events_jsonl, learners_csv, steps_csv
from bot.reports.making import made
from bot.reports.summary import summary
from bot.settings import shipped
from tests.reports.classes import BEGAN, NAMES, WORKSHOP, class_of

LATER = BEGAN + timedelta(days=1)
WRITTEN = frozenset(Part) - {Part.PICTURES}


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@given(st.text(max_size=30) | st.sampled_from(ACTS).flatmap(lambda act: st.text(max_size=9).map(lambda t: act + t)))
def test_no_cell_of_anybodys_words_begins_a_formula(text: str) -> None:
    safe = cell(text)
    assert not safe.startswith(ACTS)
    assert safe.removeprefix("'") == text or safe == text


@pytest.mark.parametrize("name", ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", " =1", "＝1", "\ufeff=1"])
def test_a_name_that_is_a_formula_is_disarmed(name: str) -> None:
    learner = Learner("U1", name, at=WORKSHOP.order[0])
    figures = digest(WORKSHOP, Record("x", [learner], []), LATER)
    assert rows(learners_csv(figures))[0]["learner"].startswith("'")
    assert rows(steps_csv(figures))[0]["learner"].startswith("'")


def test_the_tables_say_what_the_digest_says() -> None:
    figures = digest(WORKSHOP, class_of(60), LATER)
    learners, steps, conditions = rows(learners_csv(figures)), rows(steps_csv(figures)), rows(conditions_csv(figures))
    assert len(learners) == figures.totals.started
    assert sum(int(each["passed"]) for each in learners) == figures.totals.passed
    assert Counter(each["state"] for each in steps)["passed"] == figures.totals.passed
    assert sum(int(each["checks"]) for each in steps) == figures.totals.checks
    assert sum(int(each["failed_checks"]) for each in conditions) == sum(each.checks for each in figures.hard)


def test_each_event_is_a_line_with_the_documented_keys_and_an_aware_time() -> None:
    record = class_of(30)
    events = [json.loads(line) for line in events_jsonl(WORKSHOP, record).splitlines()]
    documented = (shipped("deploy") / "README.md").read_text().split("an object a line: ")[1].split(" |")[0]
    keys = {each.strip(" `") for each in documented.split(",")}
    assert all(set(event) == keys for event in events)
    assert all(datetime.fromisoformat(event["at"]).utcoffset() == timedelta(0) for event in events)
    assert [event["at"] for event in events] == sorted(event["at"] for event in events)
    kinds = Counter(event["type"] for event in events)
    assert kinds["check.passed"] == sum(each.came is Came.PASSED for each in record.tried)
    assert kinds["check.failed"] == sum(len(each.failed) for each in record.tried if each.came is Came.FAILED)
    assert kinds["step.passed"] == sum(len(each.passed) for each in record.learners)
    assert kinds["workshop.finished"] == sum(each.finished_at is not None for each in record.learners)
    assert all(event["code"] for event in events if event["type"] == "check.failed")


@pytest.mark.parametrize("wish", [Wish(1, WRITTEN, names=False), Wish(1, WRITTEN)])
def test_nothing_of_a_nameless_class_names_anybody(wish: Wish) -> None:
    lot = class_of(40)
    marked = [replace(each, id=f"U§{each.id}", name=f"§{each.name}") for each in lot.learners]
    record = replace(lot, learners=marked, tried=[replace(each, learner=f"U§{each.learner}") for each in lot.tried])
    record = replace(record, nameless=wish.names)  # by its own rule, or because it was wished so
    for file in made(WORKSHOP, record, wish, LATER):
        assert "§" not in file.content.decode(), file.name
        assert "Learner 1" in file.content.decode() or file.name in ("summary.md", "conditions.csv")
    events = made(WORKSHOP, record, Wish(1, frozenset({Part.EVENTS}), wish.names), LATER)[0].content.decode()
    assert all(":00:00+00:00" in json.loads(line)["at"] for line in events.splitlines())


def test_names_stay_names_in_markdown() -> None:
    title = "[x](http://evil) <img src=x> | # Head\n# another **bold**"
    text = summary(digest(WORKSHOP, replace(class_of(30), title=title), LATER), {})
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    assert "<img" not in html
    assert "<a " not in html
    assert html.count("<h1>") == 1
    assert "<strong>bold" not in html


def test_the_summary_says_in_sentences_what_the_figures_say() -> None:
    figures = digest(WORKSHOP, class_of(60), LATER)
    text = summary(figures, {"map.png": "who is where"})
    hardest = figures.hard[0]
    assert f"{figures.totals.finished} people of 60 finished" in text
    assert f"failed {hardest.checks} times for {hardest.learners} people of 60" in text
    assert "![who is where](map.png)" in text
    assert "Names are left out" not in text


def test_a_class_of_which_nobody_started_is_told_so() -> None:
    files = made(WORKSHOP, Record("Quiet", [], [], unstarted=12), Wish(1, WRITTEN), LATER)
    assert "Nobody has started yet; 12 people could." in files[0].content.decode()


def test_the_summary_comes_first_and_tables_are_read_as_utf_8() -> None:
    files: list[Keepsake] = list(made(WORKSHOP, class_of(len(NAMES)), Wish(1, WRITTEN), LATER))
    assert files[0].name == "summary.md"
    tables = [each for each in files if each.name.endswith(".csv")]
    assert all(each.content.startswith(b"\xef\xbb\xbf") for each in tables)
    assert "ليلى الخوارزمي" in tables[0].content.decode("utf-8-sig")
