"""Whether instructors may look at a learner's work: the learner says so, and may take it back. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.cards import one_line
from bot.core.ending.pages import Page, PageKind
from bot.core.panels import Panel, Press, Row, Sheet, Tone, called
from bot.handin.secrets import hidden

ONCE_FOR = timedelta(minutes=30)
ASK_AGAIN = timedelta(hours=1)  #: who has not answered is asked again after so long
AFTER_NO = timedelta(days=1)

LOOK, READ, ANSWER = "work.look", "work.read", "consent.answer"
FILES_A_PAGE = 30
PAGE_TEXT = 2_400  #: characters of a file on one page
OUTPUTS = 5  #: of the newest commands, what they printed
PATH = 150


class Consent(StrEnum):
    """What a learner said."""

    ASKED = "asked"  #: nothing yet
    ONCE = "once"  #: yes, to whoever asked, for half an hour
    COURSE = "course"  #: yes, to all instructors of the course, as long as it goes on
    NO = "no"


@dataclass(frozen=True, slots=True)
class Grant:
    """What one learner said in one cohort, newest."""

    cohort: int
    learner: str
    consent: Consent
    by: str  #: the instructor who asked; '' when the learner said it unasked
    at: datetime


def looks(grant: Grant | None, user: str, now: datetime) -> bool:
    """Tell whether this instructor may look now; '' is any of them."""
    match grant:
        case Grant(consent=Consent.COURSE):
            return True
        case Grant(consent=Consent.ONCE, by=by, at=at):
            return by == user and now - at <= ONCE_FOR
        case _:
            return False


def asks(grant: Grant | None, now: datetime) -> bool:
    """Tell whether the learner may be asked (again) now."""
    match grant:
        case Grant(consent=Consent.ASKED, at=at):
            return now - at > ASK_AGAIN
        case Grant(consent=Consent.NO, at=at):
            return now - at > AFTER_NO
        case _:
            return True


def look_press(cohort: int, learner: str, name: str = "") -> Press:
    """Return the button with which an instructor looks, or asks to."""
    spoken = f"Look at the work of {name}" if name else ""
    return Press(LOOK, "Look at their work", f"{cohort}|{learner}", spoken=spoken)


def question(name: str, cohort: int) -> Panel:
    """Return what the learner is asked."""
    text = f"**{called(name)}** asks to look at your files and at what your last commands printed. May they?"
    presses = (
        Press(ANSWER, "Yes, for half an hour", f"{cohort}|{Consent.ONCE}"),
        Press(ANSWER, "Yes, for this course", f"{cohort}|{Consent.COURSE}"),
        Press(ANSWER, "No", f"{cohort}|{Consent.NO}"),
    )
    foot = "Nobody looks before you say yes, and nothing changes for you if you do not. The word consent takes it back."
    return Panel(_plain(text), rows=(Row(text),), presses=presses, foot=foot)


def answered(consent: Consent, name: str) -> Panel:
    """Return what stands in place of the question, once it is answered."""
    whom = f"**{called(name)}**" if name else "The instructor"
    text = {
        Consent.ONCE: f"{whom} may look at your work for half an hour. `consent` takes it back.",
        Consent.COURSE: "Instructors of this course may look at your work. `consent` takes it back.",
    }.get(consent, "Nobody looks at your work. That is fine.")
    return Panel(_plain(text), rows=(Row(text),))


def standing(grant: Grant | None, course: str, cohort: int, now: datetime) -> Panel:
    """Return what the word `consent` shows."""
    by = grant.by if grant else ""
    may = {
        Consent.COURSE: "may look at your work: your files, and what your last commands printed.",
        Consent.ONCE: "may look at your work for half an hour: only the one you said yes to.",
    }
    told = may.get(grant.consent) if grant and looks(grant, by, now) else None
    text = f"The instructors of **{called(course)}** {told or 'may not look at your work.'}"
    no = Press(ANSWER, "Nobody may look", f"{cohort}|{Consent.NO}")
    yes = Press(ANSWER, "Instructors may look", f"{cohort}|{Consent.COURSE}")
    return Panel(_plain(text), rows=(Row(text),), presses=(no,) if told else (yes,))


def told(name: str, about: str, *, yes: bool) -> Panel:
    """Return what the instructor who asked is told."""
    text = f"**{called(name)}** {'lets you look at their work.' if yes else 'would rather not show their work.'}"
    look = Press(LOOK, "Look at their work", about, Tone.MAIN)
    return Panel(_plain(text), rows=(Row(text),), presses=(look,) if yes else ())


def listing(name: str, about: str, files: Mapping[str, bytes], pages: Sequence[Page], first: int) -> Sheet:
    """Return a learner's files and what their last commands printed; `about` names whose they are."""
    paths = sorted(files)
    first = max(0, min(first, len(paths) - 1)) // FILES_A_PAGE * FILES_A_PAGE if paths else 0
    shown = paths[first : first + FILES_A_PAGE]
    rows = [Row(f"**{called(name)}** has {len(paths)} file{'' if len(paths) == 1 else 's'}.")]
    for path in shown:
        read = (Press(READ, "Read", f"{about}|0|{path}"),) if len(path) <= PATH else ()
        rows.append(Row(f"`{one_line(path, PATH)}` · {len(files[path]):,} bytes", presses=read))
    if not first:
        rows += _outputs(pages)
    turns = []
    if first:
        turns.append(Press(LOOK, "◀ Files before", f"{about}|{first - FILES_A_PAGE}"))
    if first + FILES_A_PAGE < len(paths):
        turns.append(Press(LOOK, "More files ▶", f"{about}|{first + FILES_A_PAGE}"))
    return Sheet(LOOK, "Their work", tuple(rows), presses=tuple(turns))


def _outputs(pages: Sequence[Page]) -> list[Row]:
    ran = [page for page in pages if page.kind is PageKind.COMMAND][-OUTPUTS:]
    head = Row("Their last commands:" if ran else "They have run no commands yet.")
    return [head, *(_output(hidden(page.wrote), hidden(page.came)) for page in reversed(ran))]


def _output(line: str, printed: str) -> Row:
    return Row(f"`{one_line(line, 200)}`", box=printed[-1_500:] or "(it printed nothing)")


def reading(about: str, path: str, content: bytes | None, number: int) -> Sheet:
    """Return one page of one file."""
    back = Press(LOOK, "All files", f"{about}|0")
    if content is None:
        return Sheet(READ, "Their work", (Row("That file is gone now."),), presses=(back,))
    try:
        text = hidden(content.decode())
    except UnicodeDecodeError:
        return Sheet(READ, "Their work", (Row(f"`{one_line(path, PATH)}` is no text."),), presses=(back,))
    parts = list(paged(text)) or [""]
    number = max(0, min(number, len(parts) - 1))
    turns = [back]
    if number:
        turns.append(Press(READ, "◀ Before", f"{about}|{number - 1}|{path}"))
    if number + 1 < len(parts):
        turns.append(Press(READ, "On ▶", f"{about}|{number + 1}|{path}"))
    head = f"`{one_line(path, PATH)}` · page {number + 1} of {len(parts)}"
    return Sheet(READ, "Their work", (Row(head), Row(box=parts[number] or "(empty)")), presses=tuple(turns))


def paged(text: str) -> Sequence[str]:
    """Return a text in pages of at most `PAGE_TEXT` characters, cut at ends of lines where there are any."""
    pages: list[str] = []
    while len(text) > PAGE_TEXT:
        end = text.rfind("\n", PAGE_TEXT // 2, PAGE_TEXT) + 1 or PAGE_TEXT
        pages.append(text[:end])
        text = text[end:]
    return [*pages, text] if text else pages


def _plain(text: str) -> str:
    return text.replace("**", "").replace("`", "")
