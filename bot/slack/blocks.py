"""Messages as Block Kit; pure: a domain message in, `Rendered` out.

`action_id`s are constants here, beside the buttons that carry them; `read_value` undoes `value_of`.
Every message has real `text` (notifications, screen readers), at most one emoji of ours besides the marks
of conditions, and stays inside Slack's limits (cut in `bot.slack.elements`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, assert_never

from bot.core.messages import (
    Board,
    BoardRow,
    CheckCard,
    CheckState,
    CommandOutput,
    ConditionLine,
    Editor,
    FeedbackCard,
    FilePage,
    FileSaved,
    Form,
    HintCard,
    Mark,
    Message,
    Note,
    Offer,
    ProgramSaid,
    QuestionCard,
    SectionProgress,
    StatusCard,
    StepCard,
    SummaryCard,
    Survey,
    Welcome,
)
from bot.core.verdict import Blocked, Failed, Fault, NotYet, Passed, TimedOut
from bot.core.workshop import StepRef
from bot.handin.windows import FORM_LIMIT, Spot
from bot.slack.closing import feedback_blocks, feedback_text, summary_blocks, summary_text, survey_view
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
    escape,
    header,
    inline,
    line,
    markdown,
    plain,
    preformatted,
    rich,
    say,
)

OFFER = "offer:"  #: action_id prefix of every Offer button, e.g. `offer:check`
ANSWER = "answer:"  #: action_id prefix of a quiz option, e.g. `answer:0`
GO = "go:"  #: action_id prefix of a section on the map, e.g. `go:02`
EDITOR_VIEW = "editor"  #: callback_id of the file form
EDITOR_INPUT = "content"  #: action_id and block_id of its text
EDITOR_LIMIT = FORM_LIMIT  #: Source: docs.slack.dev, plain text input, max_length
BOARD_ROWS = 40  #: keeps the board inside one message

LABELS: dict[Offer, str] = {
    Offer.START: "Start the workshop",
    Offer.CONTINUE: "Continue",
    Offer.NEXT: "Next",
    Offer.BACK: "Back",
    Offer.CHECK: "Check my work",
    Offer.RUN: "Run them here",
    Offer.HINT: "Hint",
    Offer.EDIT: "Write file",
    Offer.PAGE_BACK: "◀ Lines before",
    Offer.PAGE_ON: "Next lines ▶",
    Offer.EDIT_LINES: "Edit these lines",
    Offer.SKIP: "Skip",
    Offer.SKIP_SURE: "Yes, skip it",
    Offer.RESET_SURE: "Yes, reset",
    Offer.REBUILD: "Rebuild my sandbox",
    Offer.REBUILD_SURE: "Rebuild",
    Offer.KEEP: "Keep my sandbox",
    Offer.SHOW_APP: "Show my app",
    Offer.STATUS: "My progress",
    Offer.HELP: "What can I say?",
    Offer.SUMMARY: "Summary",
    Offer.CERTIFICATE: "Certificate",
    Offer.NOTEBOOK: "Lab notebook",
    Offer.FEEDBACK: "Give feedback",
}
PRIMARY = (Offer.START, Offer.CONTINUE, Offer.CHECK, Offer.NEXT, Offer.REBUILD_SURE, Offer.KEEP)


@dataclass(frozen=True, slots=True)
class Rendered:
    """What the Web API takes: `text` for notifications, `blocks` for the eye."""

    text: str
    blocks: list[Block]


class Value(NamedTuple):
    """What a button of ours carries: whose card it is, which step it is about, and one detail."""

    owner: str
    ref: StepRef | None
    detail: str


def value_of(owner: str, ref: StepRef | None, detail: str = "") -> str:
    """Return a button's value."""
    return f"{owner}|{ref or ''}|{detail}"


def read_value(value: str) -> Value:
    """Return what a button's value says; parts that are missing are empty."""
    owner, _, rest = value.partition("|")
    ref, _, detail = rest.partition("|")
    return Value(owner, StepRef.parse(ref) if ref else None, detail)


def spot_of(path: str, first: int = 0, last: int = 0) -> str:
    """Return lines of a file as a button's detail; `read_spot` undoes it."""
    return f"{path}:{first}-{last}" if first else path


def read_spot(detail: str) -> tuple[str, Spot]:
    """Return the file and the lines that a button's detail names."""
    path, colon, lines = detail.rpartition(":")
    first, _, last = lines.partition("-")
    if colon and first.isdigit() and last.isdigit():
        return path, Spot(int(first), int(last))
    return detail, Spot()


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
            return _status(message, owner)
        case SummaryCard():
            buttons = _buttons(message.offers, owner, None)
            return Rendered(_text(f"{message.say} {summary_text(message)}"), [*summary_blocks(message), *buttons])
        case FeedbackCard():
            return Rendered(_text(feedback_text(message)), feedback_blocks(message))
        case Board():
            return _board(message)
        case _:
            assert_never(message)


def _buttons(
    offers: tuple[Offer, ...], owner: str, ref: StepRef | None, detail: str = "", labels: dict[Offer, str] | None = None
) -> list[Block]:
    """Return the row of buttons, the first fitting one primary; no row when there are none."""
    if not offers:
        return []
    primary = next((o for o in offers if o in PRIMARY), None)
    names = LABELS | (labels or {})
    return [
        actions(
            *(
                button(
                    names[offer],
                    OFFER + offer,
                    value_of(owner, ref, detail),
                    style="primary" if offer is primary else "danger" if offer is Offer.RESET_SURE else "",
                )
                for offer in offers
            )
        )
    ]


def _text(text: str) -> str:
    return cut(escape(text.strip()), MESSAGE_TEXT) or "Docent"


def _minutes(minutes: float) -> str:
    return f"about {minutes:g} min"


def _note(note: Note, owner: str) -> Rendered:
    box = [rich(preformatted(cut_middle(note.verbatim, EDITOR_LIMIT)))] if note.verbatim else []
    buttons = _buttons(note.offers, owner, note.ref, note.scope)
    return Rendered(_text(note.text), [markdown(note.text), *box, *buttons])


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
        _text(f"{hello} Press {LABELS[offer]} when you are ready."),
        [
            header("Welcome to the workshop 👋"),
            markdown(what),
            rich(preformatted(listed)),
            *_buttons((offer, Offer.HELP), owner, None),
        ],
    )


def _heading(number: int, of: int, section_title: str, ref: StepRef, minutes: float, done: bool) -> Block:
    state = "done" if done else _minutes(minutes)
    return context(f"{ref.section} · {section_title} — step {number} of {of} · {state}")


def _step(card: StepCard, owner: str) -> Rendered:
    return Rendered(
        _text(f"{card.title}: {card.say}"),
        [
            _heading(card.number, card.of, card.section_title, card.ref, card.minutes, card.passed),
            header(card.title),
            markdown(card.say),
            *_buttons(card.offers, owner, card.ref, card.edit_path, _edit_label(card.edit_path)),
        ],
    )


def _edit_label(path: str) -> dict[Offer, str]:
    return {Offer.EDIT: f"Write {path}"} if path else {}


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
    return Rendered(_text(spoken), blocks)


def _letter(index: int) -> str:
    return "ABCDE"[index]


#: what the button for the next rung says, by the rung that was taken last
_NEXT_RUNG = ("Hint", "Another hint", "Show the solution")


def _hint(card: HintCard, owner: str) -> Rendered:
    name = ("Hint 1 of 3", "Hint 2 of 3", "The solution")[card.rung - 1]
    title = f"{name} · {card.about}" if card.about else name
    more = (Offer.HINT,) if card.rung < 3 else ()
    labels = {Offer.HINT: _NEXT_RUNG[min(card.rung, 2)]}
    return Rendered(
        _text(f"{name}: {card.text}"),
        [context(f"💡 {title}"), markdown(card.text), *_buttons(more, owner, card.ref, labels=labels)],
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
        labels = {Offer.CHECK: "Check again", Offer.HINT: _NEXT_RUNG[card.rung]} | _edit_label(card.edit_path)
        blocks += _buttons(card.offers, owner, card.ref, card.edit_path, labels)
    return Rendered(_text(f"{card.title}: {status}"), blocks)


def _check_status(card: CheckCard) -> str:
    match card.state:
        case CheckState.QUEUED:
            ahead = f"{card.ahead} before you" if card.ahead else "you are next"
            about = f", about {max(5, round(card.eta_s / 5) * 5)} s" if card.eta_s else ""
            return f"⏳ In the queue: {ahead}{about}."
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
    return Rendered(_text(f"{message.line}{ended}\n{cut_middle(text, 2_000)}"), blocks)


def _program(said: ProgramSaid) -> Rendered:
    text = said.text.strip("\n")
    blocks = [rich(preformatted(cut_middle(text, OUTPUT_TEXT)))] if text.strip() else []
    note = said.note or ("" if blocks else "(It is quiet.)")
    return Rendered(_text(cut_middle(text, 2_000) or note), [*blocks, *([context(note)] if note else [])])


def _saved(saved: FileSaved, owner: str) -> Rendered:
    what = "Saved" if saved.new else "Updated"
    text = f"{what} `{saved.path}` · {saved.lines} line{'' if saved.lines == 1 else 's'}, {saved.size:,} bytes"
    blocks = [rich(line(*inline(text)))]
    if saved.diff:
        blocks.append(rich(preformatted(cut_middle(saved.diff, 2_500))))
    if saved.warning:
        blocks.append(markdown(saved.warning))
    return Rendered(_text(text), [*blocks, *_buttons(saved.offers, owner, saved.ref)])


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
        _text(text), [rich(line(*inline(text))), rich(preformatted(cut_middle(numbered, OUTPUT_TEXT))), row]
    )


def _status(card: StatusCard, owner: str) -> Rendered:
    blocks = status_blocks(card, owner)
    return Rendered(_text(f"{card.title}: {_done(card)}. {card.here}"), blocks)


def status_blocks(card: StatusCard, owner: str) -> list[Block]:
    """Return the map of sections with progress; fits a message and App Home."""
    blocks: list[Block] = [header(card.title), context(f"{card.name} · {_done(card)}")]
    if card.here:
        blocks.append(rich(line(say("You are here: "), say(card.here, bold=True))))
    blocks.append(rich(*(_section_line(section) for section in card.sections)))
    return blocks + _buttons(card.offers, owner, None)


def _done(card: StatusCard) -> str:
    done, steps = sum(s.done for s in card.sections), sum(s.steps for s in card.sections)
    skipped = sum(s.skipped for s in card.sections)
    return f"{done} of {steps} steps proved" + (f", {skipped} skipped" if skipped else "")


_MARKS = {Mark.DONE: "●", Mark.SKIPPED: "◌", Mark.HERE: "◐", Mark.AHEAD: "○"}


def _section_line(section: SectionProgress) -> Element:
    steps = f"{section.done}/{section.steps}" + (f" ({section.skipped} skipped)" if section.skipped else "")
    return line(
        say(f"{_MARKS[section.mark]} "),
        say(f"{section.id} {section.title}", bold=section.mark is Mark.HERE),
        say(f"  {steps} · {section.minutes:g} min"),
    )


def home_view(card: StatusCard, owner: str) -> dict[str, Any]:
    """Return the App Home: the map with a button a section, progress, Continue."""
    blocks = status_blocks(card, owner)
    if card.started:
        jumps = [button(f"{s.id} {s.title}", f"{GO}{s.id}", value_of(owner, None, s.id)) for s in card.sections]
        blocks += [divider(), context("Go to a section. What you proved stays proved."), actions(*jumps)]
    return {"type": "home", "blocks": blocks}


def _board(board: Board) -> Rendered:
    spoken = f"{board.title}: {board.started} started, {board.finished} finished"
    blocks: list[Block] = [
        header(cut(board.title, 150)),
        context(f"{board.started} started · {board.finished} finished"),
    ]
    if board.trouble:
        blocks.append(markdown(f"⚠️ **Our side:** {board.trouble}"))
    if board.rows:
        blocks.append(rich(*(_board_row(row) for row in board.rows[:BOARD_ROWS])))
    else:
        blocks.append(markdown("Nobody has started yet. This message follows along by itself."))
    if board.more:
        blocks.append(context(f"and {board.more} more"))
    return Rendered(_text(spoken), blocks)


def _board_row(row: BoardRow) -> Element:
    parts = [say(cut(row.name, 40), bold=True), say(f"  {row.section} · {row.step}  {row.done}/{row.steps}")]
    if row.skipped:
        parts.append(say(f" ({row.skipped} skipped)"))
    if row.checking:
        parts.append(say("  checking now", italic=True))
    elif row.failing:
        tries = f"{row.tries} tries, " if row.tries > 1 else ""
        parts += [say(f"  {tries}last: "), say(row.failing, code=True)]
    if row.seen_at is not None:
        parts.append(say(f"  {datetime.fromtimestamp(row.seen_at, UTC):%H:%M} UTC", italic=True))
    return line(*parts)


def form_view(form: Form, owner: str, channel: str) -> dict[str, Any]:
    """Return a form that is answered in `channel`."""
    if isinstance(form, Survey):
        return survey_view(form, f"{channel}|{value_of(owner, None)}")
    return editor_view(form, owner, channel)


def way_to(form: Form) -> Note:
    """Return the message with the button that opens a form: a message typed in chat cannot open one."""
    if isinstance(form, Survey):
        return Note("Two short questions. Your instructors see what you write.", (Offer.FEEDBACK,))
    lines = f"lines {form.first}–{form.last} of " if form.first else ""
    place = spot_of(form.path, form.first, form.last)
    return Note(f"Here is the editor for {lines}`{form.path}`.", (Offer.EDIT,), form.ref, place)


def editor_view(editor: Editor, owner: str, channel: str) -> dict[str, Any]:
    """Return the form for one file or some lines of it, answered in `channel`; an empty one can be saved too."""
    what = f"Lines {editor.first}–{editor.last} of" if editor.first else "Content of"
    place = f"{spot_of(editor.path, editor.first, editor.last)}#{editor.mark}"
    return {
        "type": "modal",
        "callback_id": EDITOR_VIEW,
        "private_metadata": f"{channel}|{value_of(owner, editor.ref, place)}",
        "title": plain(_short(editor.path), 24),
        "submit": plain("Save", 24),
        "close": plain("Cancel", 24),
        "blocks": [
            {
                "type": "input",
                "block_id": EDITOR_INPUT,
                "optional": True,
                "label": plain(cut(f"{what} {editor.path}", 75)),
                "element": {
                    "type": "plain_text_input",
                    "action_id": EDITOR_INPUT,
                    "multiline": True,
                    "max_length": EDITOR_LIMIT,
                    **({"initial_value": editor.text} if editor.text else {}),
                },
            }
        ],
    }


def _short(path: str) -> str:
    """Return a path as the title of a form: its end says most."""
    return path if len(path) <= 24 else f"…{path[-23:]}"
