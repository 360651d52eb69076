"""Messages as Block Kit; pure: a domain message in, `Rendered` out.

Buttons are in `bot.slack.buttons`, forms in `bot.slack.forms`, the map in `bot.slack.overview`, what
instructors see and press in `bot.slack.panels`.
Every message has real `text` (notifications, screen readers), at most one emoji of ours besides the marks
of conditions, and stays inside Slack's limits (cut in `bot.slack.elements`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from bot.core.fairness.words import about
from bot.core.messages import (
    CheckCard,
    CheckState,
    CommandOutput,
    ConditionLine,
    FeedbackCard,
    FilePage,
    FileSaved,
    HintCard,
    Message,
    Note,
    Offer,
    ProgramSaid,
    QuestionCard,
    StatusCard,
    StepCard,
    SummaryCard,
    Welcome,
)
from bot.core.panels import Panel
from bot.core.verdict import Blocked, Failed, Fault, NotYet, Passed, TimedOut
from bot.core.workshop import StepRef
from bot.handin.windows import FORM_LIMIT
from bot.slack.buttons import ANSWER, LABELS, NEXT_RUNG, OFFER, buttons, edit_label, spot_of, value_of
from bot.slack.closing import feedback_blocks, feedback_text, summary_blocks, summary_text
from bot.slack.elements import (
    MESSAGE_TEXT,
    OUTPUT_TEXT,
    Block,
    Element,
    actions,
    button,
    context,
    cut,
    cut_middle,
    divider,
    header,
    inline,
    line,
    markdown,
    mrkdwn,
    preformatted,
    rich,
    say,
)
from bot.slack.overview import done_words, status_blocks
from bot.slack.panels import panel_blocks, panel_text


@dataclass(frozen=True, slots=True)
class Rendered:
    """What the Web API takes: `text` for notifications, `blocks` for the eye."""

    text: str
    blocks: list[Block]


def render(message: Message, owner: str) -> Rendered:  # noqa: C901 - one row each
    """Return the message for `owner`, whose buttons only they may press."""
    match message:
        case Note():
            return _note(message, owner)
        case Welcome():
            return _welcome(message, owner)
        case StepCard():
            return _step(message, owner)
        case QuestionCard():
            return _question(message, owner)
        case HintCard():
            return _hint(message, owner)
        case CheckCard():
            return _check(message, owner)
        case CommandOutput():
            return _output(message)
        case ProgramSaid():
            return _program(message)
        case FileSaved():
            return _saved(message, owner)
        case FilePage():
            return _page(message, owner)
        case StatusCard():
            here = f"{message.title}: {done_words(message)}. {message.here}"
            return Rendered(_spoken(here), status_blocks(message, owner))
        case SummaryCard():
            blocks = [*summary_blocks(message), *buttons(message.offers, owner, None)]
            return Rendered(_spoken(f"{message.say} {summary_text(message)}"), blocks)
        case FeedbackCard():
            return Rendered(_spoken(feedback_text(message)), feedback_blocks(message))
        case Panel():
            return Rendered(panel_text(message), panel_blocks(message))
        case _:
            assert_never(message)


def _spoken(text: str) -> str:
    return mrkdwn(text.strip(), MESSAGE_TEXT) or "Docent"


def _minutes(minutes: float) -> str:
    return f"about {minutes:g} min"


def _note(note: Note, owner: str) -> Rendered:
    box = [rich(preformatted(cut_middle(note.verbatim, FORM_LIMIT)))] if note.verbatim else []
    row = buttons(note.offers, owner, note.ref, note.scope)
    return Rendered(_spoken(note.text), [markdown(note.text), *box, *row])


def _welcome(welcome: Welcome, owner: str) -> Rendered:
    hello = f"Hello {welcome.name}, I am Docent."
    what = (
        f"{hello} I take you through the **{welcome.title}**, right here in Slack: {_minutes(welcome.minutes)} in all. "
        "You need nothing installed. Write files and type `docker …` commands as messages; I run them in a "
        "sandbox of your own and check your work with real containers."
    )
    listed = "\n".join(f"{number}  {title} · {minutes:g} min" for number, title, minutes in welcome.sections)
    offer = Offer.CONTINUE if welcome.resumed else Offer.START
    return Rendered(
        _spoken(f"{hello} Press {LABELS[offer]} when you are ready."),
        [
            header("Welcome to the workshop 👋"),
            markdown(what),
            rich(preformatted(listed)),
            *buttons((offer, Offer.HELP), owner, None),
        ],
    )


def _heading(number: int, of: int, section_title: str, ref: StepRef, minutes: float, done: bool) -> Block:
    state = "done" if done else _minutes(minutes)
    return context(f"{ref.section} · {section_title} — step {number} of {of} · {state}")


def _step(card: StepCard, owner: str) -> Rendered:
    return Rendered(
        _spoken(f"{card.title}: {card.say}"),
        [
            _heading(card.number, card.of, card.section_title, card.ref, card.minutes, card.passed),
            header(card.title),
            markdown(card.say),
            *buttons(card.offers, owner, card.ref, card.edit_path, edit_label(card.edit_path)),
        ],
    )


def _question(card: QuestionCard, owner: str) -> Rendered:
    question = card.question
    blocks = [markdown(f"**Question.** {question.ask}")]
    chosen = question.options[card.chosen] if card.chosen is not None else None
    if chosen is None or not chosen.right:
        listed = [f"{_letter(i)}  {option.text}" for i, option in enumerate(question.options)]
        blocks.append(rich(*(line(say(text)) for text in listed)))
    if chosen is not None:
        mark = "✅" if chosen.right else "↩️"
        blocks.append(rich(line(say(f"{mark} {chosen.text}", bold=True), say(" — "), *inline(chosen.why))))
    if chosen is None or not chosen.right:
        blocks.append(
            actions(
                *(
                    button(
                        _letter(i),
                        f"{ANSWER}{i}",
                        value_of(owner, card.ref, question.id),
                        spoken=f"{_letter(i)}: {option.text}",
                    )
                    for i, option in enumerate(question.options)
                    if option is not chosen
                )
            )
        )
    spoken = f"Question: {question.ask}" if chosen is None else f"{chosen.text}: {chosen.why}"
    return Rendered(_spoken(spoken), blocks)


def _letter(index: int) -> str:
    return "ABCDE"[index]


def _hint(card: HintCard, owner: str) -> Rendered:
    name = ("A hint", "Hint 1 of 3", "Hint 2 of 3", "The solution")[card.rung]
    name = f"{name} from {card.by}, your instructor" if card.by else name
    title = f"{name} · {card.about}" if card.about else name
    more = (Offer.HINT,) if card.rung < 3 else ()
    labels = {Offer.HINT: NEXT_RUNG[min(card.rung, 2)]}
    return Rendered(
        _spoken(f"{name}: {card.text}"),
        [context(f"💡 {title}"), markdown(card.text), *buttons(more, owner, card.ref, labels=labels)],
    )


def _check(card: CheckCard, owner: str) -> Rendered:
    status = _check_status(card)
    blocks: list[Block] = [header(card.title)]
    if card.say:
        blocks.append(markdown(card.say))
    blocks += [divider(), context(status), rich(*(part for item in card.lines for part in _condition(item)))]
    if card.state is CheckState.ENDED:
        if card.hint:
            name = "A hint" if card.rung < 2 else "One more hint"
            blocks.append(markdown(f"**{name}.** {card.hint}"))
        if card.recap:
            blocks.append(markdown(f"**What you just proved.** {card.recap}"))
        detail = next((i.result.detail for i in card.lines if isinstance(i.result, Failed) and i.result.detail), "")
        if detail:
            blocks.append(rich(preformatted(cut_middle(detail, 1_500))))
        labels = {Offer.CHECK: "Check again", Offer.HINT: NEXT_RUNG[card.rung]} | edit_label(card.edit_path)
        blocks += buttons(card.offers, owner, card.ref, card.edit_path, labels)
    return Rendered(_spoken(f"{card.title}: {status}"), blocks)


def _check_status(card: CheckCard) -> str:
    match card.state:
        case CheckState.QUEUED:
            ahead = f"{card.ahead} before you" if card.ahead else "you are next"
            wait = f", about {about(card.eta_s)}" if card.eta_s else ""
            return f"⏳ In the queue: {ahead}{wait}."
        case CheckState.RUNNING:
            done = sum(1 for item in card.lines if item.result is not None)
            return f"⏳ Checking {min(done + 1, len(card.lines))} of {len(card.lines)} …"
        case CheckState.WAITING:
            return "⏳ Our side has a problem; your check is kept and goes on by itself. This costs you nothing."
        case CheckState.ENDED:
            return _ended(card)
        case _:
            assert_never(card.state)


def _ended(card: CheckCard) -> str:
    passed = sum(1 for item in card.lines if isinstance(item.result, Passed))
    took = f" in {card.took_s:.1f} s" if card.took_s >= 0.05 else ""
    if passed == len(card.lines):
        return f"Passed: all {passed} proved{took}."
    if not any(isinstance(item.result, Failed) for item in card.lines):
        return "We could not tell: the trouble was on our side. This costs you nothing; please check again."
    return f"{passed} of {len(card.lines)} proved{took}. Here is what to look at."


def _condition(item: ConditionLine) -> list[Element]:
    """Return one condition: its mark, what was seen, and for a failure expected against observed."""
    match item.result:
        case None:
            return [line(say("▶ " if item.running else "▫ "), say(item.title))]
        case Passed(proof):
            rest = [say(f" — {proof}", italic=True)] if proof else []
            return [line(say("✅ "), say(item.title, bold=True), *rest)]
        case Failed("NOT_ANSWERED"):  # nothing went wrong yet, and the question itself stands above
            return [line(say("▫ "), say(item.title, bold=True), say(" — not answered yet", italic=True))]
        case Failed(_, expected, observed):
            return [
                line(say("❌ "), say(item.title, bold=True), say(" — "), *inline(item.say or observed)),
                line(
                    say("      expected "),
                    say(cut(expected, 300) or "—", code=True),
                    say("  ·  seen "),
                    say(cut(observed, 300) or "—", code=True),
                ),
            ]
        case Blocked():
            return [line(say("⛔ "), say(item.title), say(f" — waits for: {item.blocked_by}", italic=True))]
        case NotYet(why):
            return [line(say("▶ "), say(item.title), say(f" — {why or 'still starting'}", italic=True))]
        case TimedOut():
            return [line(say("⚠️ "), say(item.title), say(" — we ran out of time looking; not your fault", italic=True))]
        case Fault(reason):
            return [line(say("⚠️ "), say(item.title), say(f" — our side: {reason}", italic=True))]
        case _:
            assert_never(item.result)


def _output(message: CommandOutput) -> Rendered:
    output = message.output
    text = output.text.rstrip("\n")
    shown = f"$ {cut(message.line, 500)}" + (f"\n{cut_middle(text, OUTPUT_TEXT)}" if text else "")
    blocks = [rich(preformatted(shown))]
    if output.exit_code:
        blocks.append(context(f"exit code {output.exit_code}"))
    if output.note:
        blocks.append(markdown(output.note))
    ended = "" if not output.exit_code else f" (exit code {output.exit_code})"
    return Rendered(_spoken(f"{message.line}{ended}\n{cut_middle(text, 2_000)}"), blocks)


def _program(said: ProgramSaid) -> Rendered:
    text = said.text.strip("\n")
    blocks = [rich(preformatted(cut_middle(text, OUTPUT_TEXT)))] if text.strip() else []
    note = said.note or ("" if blocks else "(It is quiet.)")
    return Rendered(_spoken(cut_middle(text, 2_000) or note), [*blocks, *([context(note)] if note else [])])


def _saved(saved: FileSaved, owner: str) -> Rendered:
    what = "Saved" if saved.new else "Updated"
    text = f"{what} `{saved.path}` · {saved.lines} line{'' if saved.lines == 1 else 's'}, {saved.size:,} bytes"
    blocks = [rich(line(*inline(text)))]
    if saved.diff:
        blocks.append(rich(preformatted(cut_middle(saved.diff, 2_500))))
    if saved.warning:
        blocks.append(markdown(saved.warning))
    return Rendered(_spoken(text), [*blocks, *buttons(saved.offers, owner, saved.ref)])


def _page(page: FilePage, owner: str) -> Rendered:
    """Return some lines with their numbers; each button names the lines it leads to."""
    width = len(str(page.last))
    lines = page.text.split("\n")
    numbered = "\n".join(f"{number:>{width}}  {text}" for number, text in enumerate(lines, page.first))
    where = f"`{cut(page.path, 200)}` · lines {page.first}–{page.last} of {page.of}"
    text = f"{cut(page.say, 500)} {where}".strip()
    leads = {
        Offer.PAGE_BACK: spot_of(page.path, page.first - 1, page.first - 1),
        Offer.PAGE_ON: spot_of(page.path, page.last + 1, page.last + 1),
    }
    here = spot_of(page.path, page.first, page.last)
    row = actions(
        *(
            button(LABELS[offer], OFFER + offer, value_of(owner, page.ref, leads.get(offer, here)))
            for offer in page.offers
        )
    )
    return Rendered(
        _spoken(text), [rich(line(*inline(text))), rich(preformatted(cut_middle(numbered, OUTPUT_TEXT))), row]
    )
