"""The end of the workshop as Block Kit: the summary, the feedback form and what instructors get of it; pure."""

from __future__ import annotations

from typing import Any

from bot.core.messages import FeedbackCard, Hardest, SectionSum, SummaryCard, Survey
from bot.slack.elements import Block, Element, context, cut, header, line, markdown, plain, quote, rich, say
from bot.slack.legible import whole

SURVEY_VIEW = "survey"  #: callback_id of the feedback form
USEFUL, BETTER = "useful", "better"  #: block_id and action_id of its two questions
BETTER_LIMIT = 3_000  #: Source: docs.slack.dev, plain text input, max_length
#: what Slack is answered when neither was
EMPTY_SURVEY = {
    "response_action": "errors",
    "errors": {BETTER: "Nothing is chosen or written yet. One of the two is enough."},
}
ANSWERS = ("not at all", "a little", "partly", "mostly", "very much")


def minutes(seconds: float | None) -> str:
    """Return a time as people say it; '' when nobody measured it."""
    if seconds is None:
        return ""
    whole = round(seconds / 60)
    return "under 1 min" if whole < 1 else f"{whole} min"


def count(number: int, what: str) -> str:
    """Return `1 hint`, `2 hints`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def summary_text(card: SummaryCard) -> str:
    """Return the summary in one sentence."""
    took = f", in {minutes(card.spent_s)}" if card.spent_s is not None else ""
    skips = f", {card.skipped} skipped" if card.skipped else ""
    return f"{card.title}: {card.passed} of {card.steps} steps passed{skips}{took}."


def summary_blocks(card: SummaryCard) -> list[Block]:
    """Return what the workshop came to: the whole, a line a section, and what took most tries."""
    blocks: list[Block] = [header("Your workshop in figures")]
    if card.say:
        blocks.insert(0, markdown(card.say))
    tries, hints = sum(each.tries for each in card.sections), sum(each.hints for each in card.sections)
    blocks.append(markdown(f"{summary_text(card)} {count(tries, 'check')}, {count(hints, 'hint')}.{_planned(card)}"))
    blocks.append(rich(*(_section(each) for each in card.sections)))
    if card.hardest:
        blocks.append(rich(_hardest(card.hardest)))
    times = f" Times are rough: a pause counts for at most {minutes(card.pause_s)}." if card.spent_s is not None else ""
    blocks.append(context(f"● all passed · ◌ with skips · ○ still open.{times}"))
    return blocks


def _planned(card: SummaryCard) -> str:
    return f" The plan was {card.minutes:g} min; everybody has their own pace." if card.spent_s is not None else ""


def _hardest(found: Hardest) -> Element:
    checks = count(found.missed, "check")
    end = (
        f"{checks} before it held. That is where most is learnt."
        if found.passed
        else f"{checks}. Have another look one day."
    )
    return line(say("What needed most tries: "), say(found.title, bold=True), say(f" ({found.place}), {end}"))


def _section(each: SectionSum) -> Element:
    mark = "●" if each.passed == each.steps else "◌" if each.passed + each.skipped == each.steps else "○"
    parts = [minutes(each.spent_s), count(each.tries, "check") if each.tries else ""]
    parts += [count(each.hints, "hint") if each.hints else "", f"{each.skipped} skipped" if each.skipped else ""]
    told = " · ".join(filter(None, parts))
    return line(
        say(f"{mark} "),
        say(f"{each.id} {each.title}", bold=True),
        say(f"  {each.passed}/{each.steps}{f' · {told}' if told else ''}"),
    )


def feedback_text(card: FeedbackCard) -> str:
    """Return a feedback in one line."""
    useful = f"{card.useful} of 5" if card.useful else "no mark"
    return f"Feedback from {cut(card.name, 80)}: {useful}"


def feedback_blocks(card: FeedbackCard) -> list[Block]:
    """Return a feedback for instructors; all of the learner's words are literal."""
    useful = f"{card.useful} of 5 ({ANSWERS[card.useful - 1]})" if card.useful else "not said"
    head = line(
        say("Feedback from "),
        say(cut(card.name, 80) or "somebody without a name", bold=True),
        say(f" · {card.progress}"),
        say(" · changed" if card.again else "", italic=True),
    )
    blocks = [rich(head, line(say("How useful: "), say(useful, bold=True)))]
    if card.better:
        blocks.append(rich(line(say("What should be better:")), quote(cut(card.better, BETTER_LIMIT))))
    return blocks


def survey_view(survey: Survey, metadata: str) -> dict[str, Any]:
    """Return the feedback form with what was answered before."""
    options = [
        {"text": plain(f"{number} · {answer}"), "value": str(number)} for number, answer in enumerate(ANSWERS, start=1)
    ]
    chosen = {"initial_option": options[survey.useful - 1]} if 1 <= survey.useful <= 5 else {}
    written = {"initial_value": cut(survey.better, BETTER_LIMIT)} if survey.better else {}
    useful = {"type": "radio_buttons", "action_id": USEFUL, "options": options, **chosen}
    better = {
        "type": "plain_text_input",
        "action_id": BETTER,
        "multiline": True,
        "max_length": BETTER_LIMIT,
        **written,
    }
    return {
        "type": "modal",
        "callback_id": SURVEY_VIEW,
        "private_metadata": metadata,
        "title": plain("Feedback", 24),
        "submit": plain("Send", 24),
        "close": plain("Cancel", 24),
        "blocks": [
            {
                "type": "input",
                "block_id": USEFUL,
                "optional": True,
                "label": plain("How useful was it for you?"),
                "element": useful,
            },
            {
                "type": "input",
                "block_id": BETTER,
                "optional": True,
                "label": plain("What should be better?"),
                "element": better,
            },
            context(f"Your instructors see this {'with' if survey.named else 'without'} your name."),
        ],
    }


def read_survey(values: dict[str, Any]) -> tuple[int, str]:
    """Return what was answered in the form: the mark (0: none) and the text."""
    chosen = values.get(USEFUL, {}).get(USEFUL, {}).get("selected_option") or {}
    mark = str(chosen.get("value", ""))
    text = values.get(BETTER, {}).get(BETTER, {}).get("value") or ""
    return int(mark) if mark in {"1", "2", "3", "4", "5"} else 0, whole(str(text))
