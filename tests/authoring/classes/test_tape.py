"""What a host saw is judged as the lessons expect, today: a tape that the lessons have left behind fails here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.authoring.classes.tape import FILE, Tape, Work, looked_at, read_tape, write_tape
from bot.authoring.load import load_workshop
from bot.core.evidence import BuildSeen, HttpAnswer, HttpSeen, VolumeSeen
from bot.core.specs import AnswerSpec
from bot.core.verdict import Failed, Passed, judge
from bot.core.workshop import StepRef
from bot.errors import AuthorError
from bot.settings import shipped

LESSONS = shipped("lessons") / "docker-workshop"
WORKSHOP = load_workshop(LESSONS)
TAPE = read_tape(LESSONS / FILE)
PLAYED = ("02", "03", "04")  #: sections of a rehearsed class in which a host is asked
WORKS = [
    (Work(StepRef(section.id, step.id), wrong), expected)
    for section in WORKSHOP.sections
    if section.id in PLAYED
    for step in section.steps
    if step.needs_sandbox
    for wrong, expected in (("", "passed"), *((each.id, each.expect) for each in step.wrong))
]


@pytest.mark.parametrize(("work", "expected"), WORKS, ids=str)
def test_every_answer_is_judged_as_its_author_expects(work: Work, expected: str) -> None:
    step = WORKSHOP.step(work.ref)
    assert step
    assert TAPE.has(work), "docent rehearse --wrong --record lessons/docker-workshop/evidence.json"
    asked = [each for each in step.conditions if not isinstance(each.with_, AnswerSpec)]
    seen = [judge(each, found, last=True) for each in asked if (found := TAPE.seen(work, each.id))]
    codes = [result.code for result in seen if isinstance(result, Failed)]
    if expected == "passed":
        assert len(seen) == len(asked)
        assert all(isinstance(each, Passed) for each in seen)
    elif expected in ("WRONG_ANSWER", "NOT_ANSWERED"):
        assert not codes, "the question decides"
    else:
        assert codes[:1] == [expected]


def test_a_tape_is_read_as_it_was_written(tmp_path: Path) -> None:
    work = Work(StepRef("02", "build"), "no-copy")
    seen = {
        "a": BuildSeen(False, line="COPY\u2028", took_s=1.5),
        "b": HttpSeen("n", (HttpAnswer("GET", "/"),)),
        "c": VolumeSeen(("x",)),
    }
    write_tape(tmp_path / FILE, Tape({str(work): seen}))
    assert read_tape(tmp_path / FILE).seen(work, "b") == seen["b"]
    write_tape(tmp_path / FILE, Tape({"02/run:": {"a": replace(BuildSeen(True))}}))
    assert read_tape(tmp_path / FILE).entries[str(work)] == seen, "the rest stays"


@pytest.mark.parametrize("content", [None, "[]", "{", '{"02/run:": {"a": {"kind": "Nonsense", "seen": {}}}}'])
def test_a_tape_that_cannot_be_read_says_how_to_make_it(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / FILE).write_text(content)
    with pytest.raises(AuthorError, match="--record"):
        read_tape(tmp_path / FILE)


def test_a_look_finds_its_condition_however_long_it_may_wait() -> None:
    step = WORKSHOP.step(StepRef("02", "use"))
    assert step
    spec = step.conditions[1].with_
    assert looked_at(step, spec.model_copy(update={"wait_s": 99.0})) is step.conditions[1]
