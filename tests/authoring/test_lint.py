"""Each rule broken once: a rule that never speaks is no rule."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.authoring.lint import lint

Lessons = Callable[..., Path]
Change = Callable[[dict[str, Any], dict[str, Any], dict[str, Any]], object]


def step(section: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = section["steps"][0]
    return found


def condition(section: dict[str, Any], **changes: Any) -> None:
    step(section)["conditions"][0].update(changes)


def words(mistakes: dict[str, Any], **changes: Any) -> None:
    mistakes["codes"]["EMPTY_FILE"].update(changes)


BROKEN: list[tuple[str, Change]] = [
    ("the sections take 2", lambda w, s, m: w.update(minutes=9)),
    ("the steps take 1", lambda w, s, m: step(s).update(minutes=1)),
    ("there is no folder nowhere", lambda w, s, m: w.update(app="nowhere")),
    ("backtick is opened", lambda w, s, m: w["glossary"].update(image="A `thing.")),
    (
        "id `one` is used 2 times",
        lambda w, s, m: s["steps"].append({"id": "one", "title": "T", "minutes": 1, "say": "x"}),
    ),
    ("id `q` is used 2 times", lambda w, s, m: step(s)["questions"].append(step(s)["questions"][0])),
    ("id `file` is used 2 times", lambda w, s, m: step(s)["conditions"].append(step(s)["conditions"][0])),
    ("id `other` is used 2 times", lambda w, s, m: step(s)["wrong"].append(step(s)["wrong"][0])),
    ("id `general` is used 2 times", lambda w, s, m: m["mistakes"].append(m["mistakes"][1])),
    ("`${who}` is not filled in", lambda w, s, m: step(s).update(say="Hello ${who}")),
    ("code block is opened", lambda w, s, m: step(s).update(say="```\nls")),
    ("`**` is opened", lambda w, s, m: step(s).update(say="**bold")),
    ("headings and tables", lambda w, s, m: step(s).update(say="# Title")),
    ("HTML and mentions", lambda w, s, m: step(s).update(recap="<b>x</b>")),
    ("HTML and mentions", lambda w, s, m: s.update(recap="<!channel>")),
    ("needs its own three hints", lambda w, s, m: step(s).pop("hints")),
    ("2 options are right", lambda w, s, m: step(s)["questions"][0]["options"][1].update(right=True)),
    ("0 options are right", lambda w, s, m: step(s)["questions"][0]["options"][0].update(right=False)),
    ("needs its own `why`", lambda w, s, m: step(s)["questions"][0]["options"][1].update(why="Yes.")),
    ("no `answer` condition asks", lambda w, s, m: step(s)["conditions"].pop()),
    ("question `p`, which is not there", lambda w, s, m: step(s)["conditions"][1].update({"with": {"question": "p"}})),
    ("no condition `nothing`", lambda w, s, m: condition(s, needs=["nothing"])),
    ("in a circle: asked, file", lambda w, s, m: condition(s, needs=["asked"])),
    ("never fails with this code", lambda w, s, m: condition(s, fail={"NO_CMD": m["codes"]["EMPTY_FILE"]})),
    ("cannot happen with this", lambda w, s, m: condition(s, fail={"WRONG_BASE": m["codes"]["EMPTY_FILE"]})),
    ("has no words", lambda w, s, m: m["codes"].pop("EMPTY_FILE")),
    ("put {observed} in", lambda w, s, m: words(m, say="We need {expected}.")),
    ("put {expected} in", lambda w, s, m: words(m, say="There is {observed}.")),
    ("{line} is not filled in", lambda w, s, m: words(m, say="I saw {observed} in {line}; we need {expected}.")),
    ("“You failed” sounds like blame", lambda w, s, m: words(m, say="You failed: {observed}, {expected}")),
    ("“error” sounds like blame", lambda w, s, m: words(m, hints=["An error.", "b", "c"])),
    ("“Just” sounds like blame", lambda w, s, m: m["mistakes"][0].update(say="Just read.")),
    ("three different hints", lambda w, s, m: words(m, hints=["a", "a", "c"])),
    ("needs a solution", lambda w, s, m: step(s).update(solve=[])),
    ("there is no file 01-only/gone", lambda w, s, m: step(s)["solve"][0].update({"from": "01-only/gone"})),
    ("is not the right one", lambda w, s, m: step(s)["solve"][1].update(answer={"q": 1})),
    ("does not answer the question `q`", lambda w, s, m: step(s)["solve"].pop()),
    ("no condition of this step fails with NO_CMD", lambda w, s, m: step(s)["wrong"][0].update(expect="NO_CMD")),
    ("no question `p` in this step", lambda w, s, m: step(s)["wrong"][0].update(acts=[{"answer": {"p": 0}}])),
    ("no option 7", lambda w, s, m: step(s)["wrong"][0].update(acts=[{"answer": {"q": 7}}])),
    ("there is no file x/y", lambda w, s, m: step(s)["wrong"][0].update(acts=[{"file": "a", "from": "x/y"}])),
    (
        "prints: is not a regular",
        lambda w, s, m: step(s)["wrong"][0].update(acts=[{"say": "docker ps", "prints": "("}]),
    ),
    ("intended: is not a regular", lambda w, s, m: step(s).update(intended=[{"sign": "(", "say": "Good."}])),
    ("sounds like blame", lambda w, s, m: step(s).update(intended=[{"sign": "x", "say": "Your fault."}])),
    ("builds on 02, which does not come before", lambda w, s, m: s.update(builds_on=["02"])),
    ("not a regular expression", lambda w, s, m: m["mistakes"][0].update(sign="(")),
    ("`general` is found first", lambda w, s, m: m["mistakes"].reverse()),
    ("nothing is found", lambda w, s, m: m["mistakes"][0].update(sample="all is well")),
    ("nothing is found", lambda w, s, m: m["mistakes"][0].pop("sample")),
]


def test_a_right_workshop_has_no_problems(lessons: Lessons) -> None:
    assert lint(lessons()) == []


@pytest.mark.parametrize(("say", "change"), BROKEN, ids=[f"{n}-{say}" for n, (say, _) in enumerate(BROKEN)])
def test_each_rule_speaks_when_it_is_broken(lessons: Lessons, say: str, change: Change) -> None:
    problems = [str(problem) for problem in lint(lessons(change))]
    assert any(say in problem for problem in problems), problems


def test_docker_words_inside_code_blame_nobody(lessons: Lessons) -> None:
    change: Change = lambda w, s, m: words(m, hints=["Look for `npm error` in the log.", "b", "c"])  # noqa: E731
    assert lint(lessons(change)) == []
