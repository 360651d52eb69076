"""Make the cards of the workshop: a step, its questions, a check. Texts are filled here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from bot.core import words
from bot.core.cohorts.cohort import Course, hint_for
from bot.core.diagnosis import behind
from bot.core.learner import Learner
from bot.core.messages import CheckCard, CheckState, ConditionLine, Offer, QuestionCard, StepCard
from bot.core.results import Blocked, Failed, Fault, Passed, Result, TimedOut, Verdict
from bot.core.workshop import Condition, Failure, Step, StepRef, Workshop

Results = Mapping[str, Result] | Iterable[tuple[str, Result]]


def filled(text: str, workshop: Workshop, learner: str = "") -> str:
    """Return a lesson's text with `${learner}`, `${image}` and `${namespace}` filled in; all else stays as written."""
    name = re.sub(r"[<>&*_~`\[\]\s]+", " ", learner).strip()[:40] or "friend"
    own = text.strip().replace("${image}", workshop.image).replace("${namespace}", workshop.namespace)
    return own.replace("${learner}", name)


def step_card(workshop: Workshop, learner: Learner, ref: StepRef) -> StepCard:
    """Return the card of a step as this learner sees it. Raises: KeyError for a step that is not in the workshop."""
    section, step = workshop.section(ref.section), workshop.step(ref)
    if section is None or step is None:
        raise KeyError(str(ref))
    say = filled(step.say, workshop, learner.name)
    if ref in learner.passed:
        say = f"{words.ALREADY_PASSED}\n\n{say}"
    elif ref in learner.skipped:
        say = f"{words.ALREADY_SKIPPED}\n\n{say}"
    return StepCard(
        ref=ref,
        section_title=section.title,
        title=step.title,
        number=section.steps.index(step) + 1,
        of=len(section.steps),
        minutes=step.minutes,
        say=say,
        offers=step_offers(workshop, learner, ref),
        edit_path=edit_path(step),
        passed=ref in learner.passed,
    )


def step_offers(workshop: Workshop, learner: Learner, ref: StepRef) -> tuple[Offer, ...]:
    """Return the buttons that make sense on a step now."""
    step = workshop.step(ref)
    back = (Offer.BACK,) if workshop.before(ref) else ()
    if step is None or ref in learner.passed or not step.checked:
        return (Offer.NEXT, *back)
    if not step.needs_sandbox:
        return (Offer.NEXT, Offer.HINT, *back)
    edit = (Offer.EDIT,) if step.handin.files else ()
    onward = Offer.NEXT if ref in learner.skipped else Offer.SKIP
    return (*edit, Offer.CHECK, Offer.HINT, onward, *back)


def edit_path(step: Step) -> str:
    """Return the file that a step is about, '' when it is about none."""
    return step.handin.files[0] if step.handin.files else ""


def question_cards(learner: Learner, ref: StepRef, step: Step) -> tuple[QuestionCard, ...]:
    """Return the step's questions as this learner left them."""
    return tuple(QuestionCard(ref, q, learner.answers.get(answer_key(ref, q.id))) for q in step.questions)


def answer_key(ref: StepRef, question: str) -> str:
    """Return the key of a question in `Learner.answers`."""
    return f"{ref}/{question}"


def check_card(
    workshop: Workshop,
    ref: StepRef,
    attempt: int,
    state: CheckState,
    results: Results = (),
    running: str = "",
    ahead: int = 0,
    *,
    took_s: float = 0.0,
    learner: str = "",
    helped: int = 0,
    course: Course | None = None,
) -> CheckCard:
    """Return the live card of a check: what is known so far, and at its end the hint or recap and what to do next.

    `running` is the id of the condition looked at now, `helped` the rung of the ladder that comes by itself (0: none).
    The first rung stands behind what an instructor wrote for this failure in the `course`. A step that is no longer in
    the workshop gives a card without lines.
    """
    step, known = workshop.step(ref), dict(results)
    if step is None:
        return CheckCard(ref, attempt, words.GONE_STEP, state, (), ahead=ahead)
    verdict = Verdict(tuple((c.id, known[c.id]) for c in step.conditions if c.id in known), took_s)
    ended = state is CheckState.ENDED
    return CheckCard(
        ref=ref,
        attempt=attempt,
        title=step.title,
        state=state,
        lines=tuple(_line(workshop, ref.section, step, c, known.get(c.id), c.id == running) for c in step.conditions),
        say=filled(step.say, workshop, learner),
        ahead=ahead,
        hint=_rung(workshop, ref, step, verdict, helped, course) if ended and helped else "",
        rung=helped if ended else 0,
        recap=filled(step.recap, workshop, learner) if ended and verdict.passed else "",
        offers=_check_offers(workshop, ref, step, verdict) if ended else (),
        edit_path=edit_path(step),
        took_s=took_s,
    )


def _line(
    workshop: Workshop, section: str, step: Step, condition: Condition, result: Result | None, running: bool
) -> ConditionLine:
    title = filled(condition.title, workshop)
    match result:
        case Failed():
            cause = behind(workshop, result, section)
            say, by = " ".join((failure_text(workshop, condition, result), *((cause.say,) if cause else ()))), ""
        case Blocked(need):
            say, by = "", next((filled(c.title, workshop) for c in step.conditions if c.id == need), need)
        case Fault():
            say, by = words.OUR_FAULT, ""
        case TimedOut():
            say, by = words.OUR_TIMEOUT, ""
        case _:
            say, by = "", ""
    return ConditionLine(condition.id, title, result, running and result is None, say, by)


def failure_of(condition: Condition, code: str) -> Failure | None:
    """Return the lesson's words for a code of this condition."""
    return condition.fail.get(code)


def failure_text(workshop: Workshop, condition: Condition, failed: Failed) -> str:
    """Return what is said about a failure: the lesson's words, with what was expected and observed filled in."""
    failure = failure_of(condition, failed.code)
    text = failure.say if failure else words.PLAIN_FAILURE
    seen, wanted = one_line(failed.observed, 200), one_line(failed.expected, 200)
    # both at once, so that a learner's own output cannot smuggle a placeholder in
    parts = {"{observed}": seen, "{expected}": wanted}
    text = re.sub(r"\{(?:observed|expected)\}", lambda m: parts[m.group(0)], text)
    return filled(text, workshop)


def one_line(text: str, longest: int = 120) -> str:
    """Return foreign text fit to stand inside a sentence: one line, no backticks, cut with a visible …"""
    plain = " ".join(text.replace("`", "'").split())
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"


def _rung(
    workshop: Workshop, ref: StepRef, step: Step, verdict: Verdict, rung: int, course: Course | None = None
) -> str:
    if verdict.first_failure is None:
        return ""
    name, failed = verdict.first_failure
    ours = hint_for(course.hints, ref, name, failed.code) if course and rung == 1 else None
    if ours:
        return f"{words.class_hint(ours.text)}\n\n{_rung(workshop, ref, step, verdict, rung)}".strip()
    cause = behind(workshop, failed, ref.section)
    if cause:
        return cause.hints[rung - 1]
    condition = next((c for c in step.conditions if c.id == name), None)
    failure = failure_of(condition, failed.code) if condition else None
    return filled(failure.hints[rung - 1], workshop) if failure else ""


def _check_offers(workshop: Workshop, ref: StepRef, step: Step, verdict: Verdict) -> tuple[Offer, ...]:
    if verdict.passed:
        return (Offer.NEXT,) if workshop.after(ref) else (Offer.STATUS,)
    if verdict.ours:
        return (Offer.CHECK,)
    edit = (Offer.EDIT,) if step.handin.files else ()
    again = (Offer.CHECK,) if step.needs_sandbox else ()
    return (*edit, *again, Offer.HINT, Offer.SKIP)


def is_pass(result: Result | None) -> bool:
    """Tell whether the result is a pass."""
    return isinstance(result, Passed)
