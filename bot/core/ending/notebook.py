"""Write the lab notebook: what was asked, what the learner wrote, what came out, and what was proved, as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.core.cards import answer_key, filled
from bot.core.ending.markdown import code, fenced, plain, quoted
from bot.core.ending.pages import Page, PageKind, kept
from bot.core.ending.summary import one_line, summary
from bot.core.learner import Learner
from bot.core.map import section_done
from bot.core.workshop import Section, Step, StepRef, Workshop

FILE_MAX = 6_000  #: characters of one file
FILES_MAX = 40  #: files shown
NOTEBOOK_MAX = 1_000_000  #: characters in all
LEFT_OUT = "\n*The rest is left out: this notebook has reached its greatest length.*\n"


def write_notebook(
    workshop: Workshop,
    learner: Learner,
    pages: Sequence[Page],
    files: Mapping[str, bytes],
    start_files: Mapping[str, bytes],
    now: datetime,
) -> str:
    """Return the whole notebook, at most `NOTEBOOK_MAX` characters; `pages` are the learner's own, oldest first."""
    parts = [_head(workshop, learner, now)]
    for section in workshop.sections:
        steps = _steps(workshop, learner, section, pages)
        if steps:
            parts.append(_section(workshop, learner, section, steps))
    gone = [page for page in pages if page.ref not in workshop.order]
    if gone:
        parts.append("## Besides\n\n" + "\n".join(_entry(page) for page in gone))
    changed = {path: content for path, content in sorted(files.items()) if start_files.get(path) != content}
    if changed:
        parts.append(_files(changed))
    whole = "\n".join(parts)
    if len(whole) <= NOTEBOOK_MAX:
        return whole
    within: list[str] = []
    room = NOTEBOOK_MAX - len(LEFT_OUT)
    for part in parts:
        room -= len(part) + 1
        if room < 0:
            break
        within.append(part)
    return "\n".join(within) + LEFT_OUT


def _head(workshop: Workshop, learner: Learner, now: datetime) -> str:
    card = summary(workshop, learner)
    skips = f", {card.skipped} skipped" if card.skipped else ""
    took = f", in about {max(1, round(card.spent_s / 60))} minutes" if card.spent_s else ""
    name = plain(one_line(learner.name)) or "a learner"
    return (
        f"# {plain(workshop.title)}: lab notebook of {name}\n\n"
        f"{card.passed} of {card.steps} steps passed{skips}{took}. Written on {now:%d %B %Y, %H:%M} UTC. "
        "Long outputs are shortened; passwords and tokens are hidden.\n"
    )


def _steps(workshop: Workshop, learner: Learner, section: Section, pages: Sequence[Page]) -> list[str]:
    """Return those steps of a section that the learner has seen anything of."""
    text = []
    for step in section.steps:
        ref = StepRef(section.id, step.id)
        mine = [page for page in pages if page.ref == ref]
        answered = any(answer_key(ref, question.id) in learner.answers for question in step.questions)
        if mine or answered or learner.done(ref) or ref == learner.at:
            text.append(_step(workshop, learner, ref, step, mine))
    return text


def _section(workshop: Workshop, learner: Learner, section: Section, steps: Sequence[str]) -> str:
    text = [f"## {section.id} {plain(section.title)}\n", *steps]
    if section.recap and section_done(learner, section):
        text.append(f"**In short.**\n\n{quoted(filled(section.recap, workshop, learner.name))}\n")
    return "\n".join(text)


def _step(workshop: Workshop, learner: Learner, ref: StepRef, step: Step, pages: Sequence[Page]) -> str:
    text = [f"### {plain(filled(step.title, workshop))} — {_state(learner, ref)}\n"]
    text.append(f"{quoted(filled(step.say, workshop, learner.name))}\n")
    for question in step.questions:
        chosen = learner.answers.get(answer_key(ref, question.id))
        if chosen is not None and 0 <= chosen < len(question.options):
            option = question.options[chosen]
            text.append(f"**Question.** {question.ask.strip()}\n")
            text.append(f"- {'✅' if option.right else '↩️'} {option.text.strip()} — {option.why.strip()}\n")
    text += [_entry(page) for page in pages]
    if ref in learner.skipped and ref not in learner.passed:
        done = [act.say or f"wrote {act.file}" for act in step.solve if act.say or act.file]
        text.append(
            f"Skipped; Docent did it:\n\n{fenced(filled(chr(10).join(done), workshop))}\n" if done else "Skipped.\n"
        )
    if step.recap and ref in learner.passed:
        text.append(f"**What was proved.** {filled(step.recap, workshop, learner.name)}\n")
    return "\n".join(text)


def _state(learner: Learner, ref: StepRef) -> str:
    if ref in learner.passed:
        return f"passed {learner.passed[ref]:%d %B, %H:%M} UTC"
    return "skipped" if ref in learner.skipped else "open"


def _entry(page: Page) -> str:
    when = f" *{page.at:%H:%M}*" if page.at else ""
    match page.kind:
        case PageKind.COMMAND:
            return f"**Command.**{when}\n\n{fenced(f'$ {page.wrote}{chr(10)}{page.came}', 'console')}\n"
        case PageKind.PROGRAM:
            return f"**In the thread of** {code(page.wrote)}{when}\n\n{fenced(page.came, 'console')}\n"
        case PageKind.FILE:
            diff = f"\n{fenced(page.came, 'diff')}\n" if page.came else ""
            return f"**File.**{when} {code(page.wrote)}\n{diff}"
        case PageKind.CHECK:
            return f"**Check.**{when} {plain(page.wrote)}\n\n{fenced(page.came)}\n"
        case PageKind.HINT:
            return f"**{plain(page.wrote)}.**{when}\n\n{quoted(page.came, foreign=True)}\n"
        case PageKind.TALK:
            return f"**You said.**{when}\n\n{fenced(page.wrote)}\n\n{quoted(page.came, foreign=True)}\n"


def _files(changed: Mapping[str, bytes]) -> str:
    text = [
        "## Your files\n",
        "Those that you wrote or changed, as they are now; where it says \\*\\*\\*\\*, a password stood.\n",
    ]
    for path, content in list(changed.items())[:FILES_MAX]:
        body = fenced(kept(content.decode(), FILE_MAX)) if is_text(content) else f"(not a text, {len(content):,} bytes)"
        text.append(f"### {code(path)}\n\n{body}\n")
    if len(changed) > FILES_MAX:
        text.append(f"And {len(changed) - FILES_MAX:,} more.\n")
    return "\n".join(text)


def is_text(content: bytes) -> bool:
    """Tell whether a file can be shown as text."""
    try:
        return "\0" not in content.decode()
    except UnicodeDecodeError:
        return False
