"""How a help thread looks to its learner and to instructors; pure."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.cards import one_line
from bot.core.cohorts.consent import look_press
from bot.core.cohorts.help import IN_SIGHT, PRIVATE, HelpThread
from bot.core.panels import Panel, Press, Row, Tone, called

CLAIM, HAND, CLOSE, ASK = "help.claim", "help.hand", "help.close", "help.ask"
QUOTED = 1_400  #: characters of somebody's words in one row
ROWS = 4  #: rows of words in one message

ALONE = (
    "You learn on your own here, so there is no instructor to ask. **hint** helps, and you can paste any error. "
    "In a course, `ask` and your question reach its instructors."
)
NO_QUESTION = "Write what you would like to ask; one sentence is enough."
ADDED = "You have a question open already, so I added this to its thread."
ASKED = "I passed your question on. What comes back stands in a thread in our direct message."
TOO_LATE = (
    "This thread has been closed for more than a day, so nobody reads it any more. "
    "Send me `ask` and your question, and a new one opens."
)
NOT_AN_INSTRUCTOR = "Only replies of this course's instructors go to the learner. Yours stays here."
NOBODY_THERE = "I cannot reach an instructor right now. Your question is kept, and I go on trying."
KEPT_PRIVATE = f"This stays among instructors: it begins with `{PRIVATE}`. All other replies here are passed on."
NOT_PASSED = "I could not pass this on. Please write it again:"
GONE = "This question is no longer here."
ENDED = "This thread is closed. Writing in it within a day opens it again."


def learners_panel(thread: HelpThread, course: str, *, ahead: int = 0, usual: int = 0) -> Panel:
    """Return the learner's message, in whose thread instructors answer. `usual`: minutes, 0 when nobody can say."""
    rows = (Row(_standing(thread, course, ahead, usual)), Row(quote=thread.question[:QUOTED]))
    if not thread.open:
        return Panel(_plain(rows[0].text), rows=rows, foot="Write in the thread within a day to open it again.")
    done = Press(CLOSE, "I have what I need", str(thread.id), spoken="Close my question")
    foot = "Reply in this thread to say more; files work too. Everything else goes on as usual."
    return Panel(_plain(rows[0].text), rows=rows, presses=(done,), foot=foot)


def _standing(thread: HelpThread, course: str, ahead: int, usual: int) -> str:
    if not thread.open:
        return f"Your question is closed ({thread.closed_by})."
    if not thread.places:
        return NOBODY_THERE
    if thread.waits_since is None:
        return f"**{called(thread.holder_name)}** answers you, in this thread."
    have = f"**{called(thread.holder_name)}** has your question." if thread.holder else ""
    if thread.holder and thread.answered_at:
        return f"{have} What you wrote since then is in their thread."
    line = {0: "You are next.", 1: "One is before you."}.get(ahead, f"{ahead} are before you.")
    if ahead > IN_SIGHT:
        line = f"More than {IN_SIGHT} are before you."
    often = f" Questions are usually answered in about {usual} min." if usual else ""
    return f"{have or f'Your question is with the instructors of **{called(course)}**.'} {line}{often}"


def staff_panel(thread: HelpThread, *, work: bool) -> Panel:
    """Return the instructors' message. `work`: instructors of this course may ask to look at work."""
    name, about = called(thread.name), str(thread.id)
    rows = [Row(" · ".join(part for part in (f"**{name}**", thread.step, thread.tried) if part))]
    rows += [Row(quote=part) for part in quoted(thread.question)]
    rows.append(Row(_held(thread)))
    text = f"{name} asks for help: {one_line(thread.question, 150)}"
    if not thread.open:
        return Panel(text, "Help · closed", tuple(rows))
    claim = Press(CLAIM, "Claim", about, Tone.MAIN, spoken=f"Claim the question of {name}")
    hand = Press(HAND, "Hand over", about, spoken=f"Hand over the question of {name}")
    look = look_press(thread.cohort, thread.learner, name)
    close = Press(CLOSE, "Close", about, spoken=f"Close the question of {name}")
    presses = (hand if thread.holder else claim, *((look,) if work else ()), close)
    foot = f"Reply in this thread: words and files go to them. What begins with {PRIVATE} stays among instructors."
    return Panel(text, "Help", tuple(rows), presses, foot)


def _held(thread: HelpThread) -> str:
    if not thread.open:
        return f"Closed ({thread.closed_by})."
    return f"**{called(thread.holder_name)}** has it." if thread.holder else "Nobody has it yet."


def passed_on(name: str, text: str, files: int) -> Iterator[Panel]:
    """Return somebody's words as they reach the other side: as many messages as they need."""
    said, rows = called(name), list(as_rows(text))
    if not rows:
        yield note(f"**{said}** sends {'a file' if files == 1 else f'{files} files'}.")
        return
    for at in range(0, len(rows), ROWS):
        some = rows[at : at + ROWS]
        yield Panel(f"{said}: {one_line(some[0].quote or some[0].box, 500)}", rows=(Row(f"**{said}**"), *some))


def as_rows(text: str) -> Iterator[Row]:
    """Return somebody's words, with what stands between ``` in boxes; a mark that nothing closes is a word like any."""
    parts = text.split("```")
    if len(parts) % 2 == 0:
        parts[-2:] = ["```".join(parts[-2:])]
    for number, part in enumerate(parts):
        for piece in quoted(part.strip("\n") if number % 2 else part):
            yield Row(box=piece) if number % 2 else Row(quote=piece)


def quoted(text: str) -> Iterator[str]:
    """Return a long text in parts that one row holds; at ends of lines where there are any."""
    rest = text.strip()
    while len(rest) > QUOTED:
        end = rest.rfind("\n", QUOTED // 2, QUOTED)
        end = end if end > 0 else QUOTED
        yield rest[:end]
        rest = rest[end:].lstrip("\n")
    if rest:
        yield rest


def note(text: str) -> Panel:
    """Return one sentence of ours."""
    return Panel(_plain(text), rows=(Row(text),))


def _plain(text: str) -> str:
    return text.replace("**", "").replace("`", "")
