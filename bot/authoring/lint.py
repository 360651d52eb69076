"""Lint lessons: what the shape alone cannot tell. Every problem at once, each with its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from bot.authoring import wording
from bot.authoring.load import Problem, read_workshop
from bot.authoring.patterns import pattern_problems
from bot.core.diagnosis import diagnose
from bot.core.specs import AnswerSpec, LogsSpec
from bot.core.verdict import CODES, codes_for
from bot.core.workshop import Act, Condition, Section, Step, Workshop

Found = Iterator[tuple[str, str]]  #: (place, what is amiss)


def lint(folder: Path) -> list[Problem]:
    """Return every problem of the workshop in the folder, sorted by file; [] when it may be taught."""
    workshop, problems = read_workshop(folder)
    if workshop is None:
        return sorted(problems)
    for section in workshop.sections:
        name = _file_of(folder, section)
        problems += [Problem(name, 0, place, say) for place, say in _section(folder, section)]
    problems += [Problem("workshop.yaml", 0, place, say) for place, say in _workshop(folder, workshop)]
    problems += [Problem("mistakes.yaml", 0, place, say) for place, say in _mistakes(workshop)]
    return sorted(problems)


def _file_of(folder: Path, section: Section) -> str:
    found = sorted(folder.glob(f"{section.id}-*/section.yaml"))
    return found[0].relative_to(folder).as_posix() if found else f"{section.id}-?/section.yaml"


def _workshop(folder: Path, workshop: Workshop) -> Found:
    yield from _twice("sections", [section.id for section in workshop.sections])
    total = sum(section.minutes for section in workshop.sections)
    if round(total, 2) != round(workshop.minutes, 2):
        yield "minutes", f"says {workshop.minutes:g}, but the sections take {total:g}"
    if not (folder / workshop.app).is_dir():
        yield "app", f"there is no folder {workshop.app}"
    for at, section in enumerate(workshop.sections):
        for name in set(section.builds_on or ()) - {earlier.id for earlier in workshop.sections[:at]}:
            yield "sections", f"section {section.id} builds on {name}, which does not come before it"
    for term, meaning in workshop.glossary.items():
        for say in wording.text_problems(meaning):
            yield f"glossary.{term}", say


def _section(folder: Path, section: Section) -> Found:
    yield from _twice("steps", [step.id for step in section.steps])
    total = sum(step.minutes for step in section.steps)
    if round(total, 2) != round(section.minutes, 2):
        yield "minutes", f"says {section.minutes:g}, but the steps take {total:g}"
    for say in wording.text_problems(section.recap):
        yield "recap", say
    for step in section.steps:
        for rule in STEP_RULES:
            for place, say in rule(folder, step):
                yield f"steps.{step.id}.{place}", say


def _twice(place: str, ids: list[str]) -> Found:
    for name, count in Counter(ids).items():
        if count > 1:
            yield place, f"the id `{name}` is used {count} times"


def _texts(_: Path, step: Step) -> Found:
    for place, text in (("say", step.say), ("recap", step.recap), *(("hints", h) for h in step.hints or ())):
        for say in wording.text_problems(text):
            yield place, say
    for intended in step.intended:
        for trouble in pattern_problems(intended.sign):
            yield "intended", trouble
        for say in (*wording.text_problems(intended.say), *wording.blame(intended.say)):
            yield "intended", say
    if step.checked and step.needs_sandbox and step.hints is None:
        yield "hints", "a step with something to do needs its own three hints"


def _questions(_: Path, step: Step) -> Found:
    yield from _twice("questions", [question.id for question in step.questions])
    asked = {c.with_.question for c in step.conditions if isinstance(c.with_, AnswerSpec)}
    for question in step.questions:
        right = sum(option.right for option in question.options)
        if right != 1:
            yield f"questions.{question.id}", f"{right} options are right; exactly one must be"
        whys = [option.why.strip() for option in question.options]
        if "" in whys or len(set(whys)) < len(whys):
            yield f"questions.{question.id}", "every option needs its own `why`"
        if question.id not in asked:
            yield f"questions.{question.id}", "no `answer` condition asks for it"
    for name in asked - {question.id for question in step.questions}:
        yield "conditions", f"an `answer` condition asks for the question `{name}`, which is not there"


def _conditions(_: Path, step: Step) -> Found:
    ids = [condition.id for condition in step.conditions]
    yield from _twice("conditions", ids)
    for condition in step.conditions:
        place = f"conditions.{condition.id}"
        for need in condition.needs:
            if need not in ids:
                yield f"{place}.needs", f"there is no condition `{need}` in this step"
        yield from ((f"{place}.{at}", say) for at, say in _codes(condition))
        if isinstance(condition.with_, LogsSpec):
            for pattern in filter(None, (condition.with_.prints, condition.with_.lacks)):
                yield from ((f"{place}.with", say) for say in pattern_problems(pattern))
    yield from _circles(step)


def _circles(step: Step) -> Found:
    needs = {condition.id: set(condition.needs) for condition in step.conditions}
    settled: set[str] = set()
    while ready := {name for name in needs.keys() - settled if not (needs[name] & needs.keys()) - settled}:
        settled |= ready
    if needs.keys() - settled:
        yield "conditions", f"these need each other in a circle: {', '.join(sorted(needs.keys() - settled))}"


def _codes(condition: Condition) -> Found:
    needed = codes_for(condition.with_)
    for code in sorted(condition.fail.keys() - CODES[condition.probe]):
        yield f"fail.{code}", f"the probe `{condition.probe}` never fails with this code"
    for code in sorted(condition.fail.keys() & CODES[condition.probe] - needed):
        yield f"fail.{code}", "cannot happen with this `with`"
    for code in sorted(needed - condition.fail.keys()):
        yield f"fail.{code}", "has no words, neither here nor in mistakes.yaml"
    for code, failure in sorted(condition.fail.items()):
        for say in wording.failure_problems(failure):
            yield f"fail.{code}", say


def _solve(folder: Path, step: Step) -> Found:
    if step.checked and not step.solve:
        yield "solve", "a step with conditions needs a solution"
    for index, act in enumerate(step.solve):
        yield from ((f"solve[{index}]", say) for say in _act(folder, step, act))
        for name, option in (act.answer or {}).items():
            question = step.question(name)
            if question and option < len(question.options) and not question.options[option].right:
                yield f"solve[{index}]", f"option {option} of `{name}` is not the right one"
    given = {name for act in step.solve for name in act.answer or {}}
    for condition in step.conditions:
        if isinstance(condition.with_, AnswerSpec) and condition.with_.question not in given:
            yield "solve", f"does not answer the question `{condition.with_.question}`"


def _wrong(folder: Path, step: Step) -> Found:
    yield from _twice("wrong", [wrong.id for wrong in step.wrong])
    reachable = {code for condition in step.conditions for code in codes_for(condition.with_)}
    for wrong in step.wrong:
        if wrong.expect not in reachable:
            yield f"wrong.{wrong.id}", f"no condition of this step fails with {wrong.expect}"
        for index, act in enumerate(wrong.acts):
            yield from ((f"wrong.{wrong.id}.acts[{index}]", say) for say in _act(folder, step, act))


def _act(folder: Path, step: Step, act: Act) -> Iterator[str]:
    if act.from_ is not None and not (folder / act.from_).is_file():
        yield f"there is no file {act.from_}"
    if act.prints:
        yield from (f"prints: {trouble}" for trouble in pattern_problems(act.prints))
    for name, option in (act.answer or {}).items():
        question = step.question(name)
        if question is None:
            yield f"there is no question `{name}` in this step"
        elif not 0 <= option < len(question.options):
            yield f"the question `{name}` has no option {option}"


STEP_RULES: tuple[Callable[[Path, Step], Found], ...] = (_texts, _questions, _conditions, _solve, _wrong)


def _mistakes(workshop: Workshop) -> Found:
    yield from _twice("mistakes", [mistake.id for mistake in workshop.mistakes])
    unreadable = False
    for mistake in workshop.mistakes:
        place = f"mistakes.{mistake.id}"
        for say in pattern_problems(mistake.sign):
            yield f"{place}.sign", say
            unreadable = unreadable or say.startswith("is not")
        for text in (mistake.say, *mistake.praise.values(), *mistake.hints):
            yield from ((place, say) for say in wording.text_problems(text))
            yield from ((place, say) for say in wording.blame(text))
    for mistake in () if unreadable else workshop.mistakes:  # they are tried in order, so all must be readable
        section, channel = (mistake.sections or ("",))[0], (mistake.channels or ("",))[0]
        found = diagnose(workshop, mistake.sample, section=section, channel=channel)
        if not mistake.sample or not found or found[0].code != mistake.id:
            first = f"`{found[0].code}` is found first" if found and mistake.sample else "nothing is found"
            yield f"mistakes.{mistake.id}.sample", f"is not recognised as this mistake: {first}"
