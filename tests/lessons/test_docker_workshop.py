"""The lessons themselves: lint is clean, and every known answer that needs no engine is judged as the author says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from bot.authoring.lint import lint
from bot.authoring.load import load_workshop
from bot.core.cards import check_card, failure_text, filled
from bot.core.evidence import FileSeen
from bot.core.messages import CheckState
from bot.core.specs import AnswerSpec, FileSpec
from bot.core.verdict import CODES, Failed, Passed, Result, answer_seen, judge
from bot.core.workshop import Act, Step, StepRef
from bot.handin.command import looks_like_commands, read_commands
from bot.handin.plan import Refusal
from bot.handin.replacing import Replacement, read_replacement, replaced

LESSONS = Path(__file__).parents[2] / "lessons" / "docker-workshop"
WORKSHOP = load_workshop(LESSONS)
STEPS = [(StepRef(section.id, step.id), step) for section in WORKSHOP.sections for step in section.steps]


def needs_no_engine(step: Step) -> bool:
    """Tell whether answers and files are all that is judged, and the files are the learner's own doing."""
    probes = {c.probe for c in step.conditions}
    return probes <= {"answer"} or (probes <= {"answer", "file"} and not any(act.runs for act in step.solve))


PLAYABLE = [(ref, step) for ref, step in STEPS if step.checked and needs_no_engine(step)]
WRONG = [(ref, step, wrong) for ref, step in PLAYABLE for wrong in step.wrong]


def played(step: Step, acts: Iterable[Act]) -> dict[str, Result]:
    """Return the results after these acts, with evidence as the sandbox would gather it."""
    app = LESSONS / WORKSHOP.app
    files = {path.relative_to(app).as_posix(): path.read_bytes() for path in app.rglob("*") if path.is_file()}
    answers: dict[str, int] = {}
    for act in acts:
        if act.file is not None and act.from_ is not None:
            files[act.file] = (LESSONS / act.from_).read_bytes()
        asked = read_replacement(act.say or "")
        if isinstance(asked, Replacement):
            after = replaced(files[asked.path].decode(), asked.old, asked.new, asked.path)
            assert isinstance(after, str), after
            files[asked.path] = after.encode()
        answers |= act.answer or {}
    results: dict[str, Result] = {}
    for condition in step.conditions:
        spec = condition.with_
        if isinstance(spec, AnswerSpec):
            results[condition.id] = judge(condition, answer_seen(step, spec, answers.get(spec.question)))
        elif isinstance(spec, FileSpec):
            content = files.get(spec.path)
            near = tuple(name for name in files if name.lower().startswith("dockerfile") and name != spec.path)
            seen = FileSeen(content is not None, (content or b"").decode(), len(content or b""), near)
            results[condition.id] = judge(condition, seen)
    return results


def test_lint_has_nothing_to_say() -> None:
    assert [str(problem) for problem in lint(LESSONS)] == []


@pytest.mark.parametrize(("ref", "step"), PLAYABLE, ids=[str(ref) for ref, _ in PLAYABLE])
def test_the_solution_passes(ref: StepRef, step: Step) -> None:
    assert all(isinstance(result, Passed) for result in played(step, step.solve).values()), ref


@pytest.mark.parametrize(("ref", "step", "wrong"), WRONG, ids=[f"{ref}-{wrong.id}" for ref, _, wrong in WRONG])
def test_a_known_wrong_answer_fails_with_exactly_its_code(ref: StepRef, step: Step, wrong: object) -> None:
    found = next(w for w in step.wrong if w is wrong)
    codes = {result.code for result in played(step, found.acts).values() if isinstance(result, Failed)}
    assert codes == {found.expect}


def test_every_known_mutant_of_section_02_is_tried() -> None:
    tried = {wrong.id for ref, step in STEPS if ref.section == "02" for wrong in step.wrong}
    mutants = {
        "no-install",
        "cmd-index",
        "cmd-single-quotes",
        "expose-only",
        "other-door-inside",
        "empty",
        "text-ending",
    }
    assert mutants <= tried
    assert len(tried - mutants) >= 8


def test_nothing_is_filled_into_a_question_which_is_said_as_it_stands() -> None:
    for ref, step in STEPS:
        for question in step.questions:
            texts = (question.ask, *(text for option in question.options for text in (option.text, option.why)))
            assert not any("${" in text for text in texts), ref


#: 45 minutes in all
MINUTES = {"01": 3, "02": 7, "03": 4, "04": 4, "05": 5, "06": 5, "07": 7, "08": 5, "09": 4, "10": 1}


def test_sections_take_the_time_they_say() -> None:
    taken = {s.id: s.minutes for s in WORKSHOP.sections}
    assert taken == MINUTES
    for section in WORKSHOP.sections:
        assert sum(len(step.questions) for step in section.steps) >= (6 if section.id == "02" else 3), section.id


def test_the_glossary_is_plain_and_short() -> None:
    assert len(WORKSHOP.glossary) >= 30
    for term, meaning in WORKSHOP.glossary.items():
        assert 20 < len(meaning) <= 160, term
        assert meaning.endswith((".", "!", "`.")), term


COMMANDS = [act.say for _, step in STEPS for act in step.solve if act.say]
COMMANDS += [act.say for _, step in STEPS for wrong in step.wrong for act in wrong.acts if act.say]
BLOCKS = [block.strip() for _, step in STEPS for block in re.findall(r"```\n(.*?)```", step.say, re.DOTALL)]
#: parts of a compose file begin with a key and a colon
YAML = [block for block in BLOCKS if block.partition("\n")[0].endswith(":")]
COMMANDS += [block for block in BLOCKS if block not in YAML]


@pytest.mark.parametrize("line", sorted({filled(line, WORKSHOP.seen_by("ada")) for line in COMMANDS}))
def test_every_command_that_a_lesson_names_is_one_we_know(line: str) -> None:
    if isinstance(read_replacement(line), Replacement):
        return
    assert looks_like_commands(line)
    for command in read_commands(line):
        assert not isinstance(command.plan, Refusal), command


@pytest.mark.parametrize("block", YAML)
def test_what_a_lesson_shows_of_a_compose_file_stands_in_its_solution(block: str) -> None:
    solution = (LESSONS / "08-compose" / "solutions" / "compose.yaml").read_text()
    assert block in solution


FAILURES = [(ref, condition, code) for ref, condition in WORKSHOP.conditions() for code in sorted(condition.fail)]


@pytest.mark.parametrize(("ref", "condition", "code"), FAILURES, ids=[f"{r}-{c.id}-{k}" for r, c, k in FAILURES])
def test_a_failure_reads_well_with_what_was_seen_in_it(ref: StepRef, condition: object, code: str) -> None:
    step = WORKSHOP.step(ref)
    assert step is not None
    found = next(c for c in step.conditions if c is condition)
    text = failure_text(WORKSHOP, found, Failed(code, "WANTED", "SEEN"))
    assert "SEEN" in text
    assert not re.search(r"\{|\}|\$", text), text
    assert len(text) <= 200
    results = {found.id: Failed(code, "WANTED", "SEEN")}
    assert [bool(check_card(WORKSHOP, ref, 1, CheckState.ENDED, results, helped=n).hint) for n in (0, 1, 2)] == [
        False,
        True,
        True,
    ]


def test_codes_that_share_words_exist() -> None:
    shared = {code for _, condition in WORKSHOP.conditions() for code in condition.fail}
    assert shared <= {code for codes in CODES.values() for code in codes}


EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")


def test_a_text_has_one_emoji_at_most() -> None:
    for ref, step in STEPS:
        for text in (step.say, step.recap, *(step.hints or ())):
            assert len(EMOJI.findall(text)) <= 1, ref
