"""Forms and pages of files: a file that is too long for a form is opened at some of its lines."""

from __future__ import annotations

from bot.core.messages import Editor, FilePage, Note, Offer
from bot.core.turn import KeepForm, OpenEditor, ShowPage
from bot.core.workshop import StepRef
from bot.handin.plan import Refusal
from bot.handin.windows import FORM_LIMIT, WHOLE, Spot, Window, find, mark, open_window, put_back, whole, windows
from bot.ports import Chat, Where
from bot.workbench.files import ProjectFiles
from bot.workbench.said import no_such_file, place_of


class Editing:
    """What learners open in a form, and what comes back from it."""

    def __init__(self, files: ProjectFiles, chat: Chat) -> None:
        self._files = files
        self._chat = chat

    async def open(self, learner: str, asked: OpenEditor, where: Where) -> None:
        """Open the form: for a short or new file all of it, for a long one the lines that are meant."""
        project, path, ref = await self._files.all(learner), asked.editor.path, asked.editor.ref
        text = _text(project[path]) if path in project else None
        if path in project and text is None:
            await self._chat.show(where.without_press(), Note(f"`{path}` is a picture or a font, and no text to edit."))
            return
        if text is None and asked.spot != WHOLE:
            await self._chat.show(where.without_press(), Note(no_such_file(path, project)))
            return
        spot = asked.spot
        if text is not None and len(text) > FORM_LIMIT and spot == WHOLE:
            about = next((each for each in asked.about if find(text, each)), "")
            if not about:
                await self._show_page(path, text, ShowPage(path, WHOLE, ref=ref), where.without_press())
                return
            spot = Spot(near=about)
        window: Window | Refusal | None = None
        fits = text is not None and len(text) <= FORM_LIMIT and find(text, spot.near) is not None
        if text is not None and spot != WHOLE and not (spot.near and fits):
            window = open_window(text, spot, path)
        if isinstance(window, Refusal):
            await self._chat.show(where.without_press(), Note(window.say))
        elif window:
            await self._chat.open_form(where, Editor(path, window.text, ref, window.first, window.last, window.mark))
        else:
            await self._chat.open_form(where, Editor(path, text or "", ref, mark=mark(text)))

    async def page(self, learner: str, asked: ShowPage, where: Where) -> None:
        """Show some lines of a file with their numbers."""
        project = await self._files.all(learner)
        path = place_of(asked.path, project)
        if path not in project or (text := _text(project[path])) is None:
            say = no_such_file(path, project) if path not in project else f"`{path}` is no text."
            await self._chat.show(where.without_press(), Note(say))
            return
        await self._show_page(path, text, asked, where)

    async def _show_page(self, path: str, text: str, asked: ShowPage, where: Where) -> None:
        pages, spot = windows(text) or (whole(text),), asked.spot
        line = find(text, spot.near) if spot.near else spot.first or 1
        page = next((each for each in pages if each.first <= (line or 0) <= each.last), None)
        if page is None:
            refused = open_window(text, spot, path)
            await self._chat.show(
                where, Note(refused.say if isinstance(refused, Refusal) else "There is no such line.")
            )
            return
        back = (Offer.PAGE_BACK,) if page.first > 1 else ()
        on = (Offer.PAGE_ON,) if page.last < pages[-1].last else ()
        say = ""
        if len(text) > FORM_LIMIT and not asked.turned:
            size = f"`{path}` has {len(text):,} characters, and a form holds {FORM_LIMIT:,}"
            say = f"{size}: go to the lines you want to change, or say `edit {path} near` and a word of theirs."
        message = FilePage(
            path, page.first, page.last, pages[-1].last, page.text, (*back, Offer.EDIT_LINES, *on), say, asked.ref
        )
        await (self._chat.replace if asked.turned else self._chat.show)(where, message)

    async def fill(self, learner: str, form: KeepForm, where: Where) -> None:
        """Keep what was written into a form; where its lines have changed meanwhile nothing is written or lost."""
        editor = form.editor

        def change(before: bytes | None) -> bytes | Refusal:
            after = _filled(None if before is None else _text(before) or "", editor)
            return after.encode() if after is not None else Refusal("CHANGED_MEANWHILE", "", editor.path)

        said = await self._files.change(learner, editor.path, change, form.ref, where)
        after = form.after if said is None else (_changed_meanwhile(editor, said, editor.ref),)
        for message in after:
            await self._chat.show(where, message)


def _filled(before: str | None, editor: Editor) -> str | None:
    """Return the file with the form in it, None when the file is not any more what was opened."""
    if editor.first and before is not None:
        return put_back(before, Window(editor.first, editor.last, "", editor.mark), editor.text)
    if not editor.mark or mark(before) == editor.mark or before == editor.text:
        return _like(before, editor.text)
    return None


def _like(before: str | None, text: str) -> str:
    """Return the text of a form with the line ends that the file had; and with its last one, which forms drop."""
    text = text.replace("\r\n", "\n")
    if before and before.endswith("\n") and text and not text.endswith("\n"):
        text += "\n"
    return text.replace("\n", "\r\n") if before and "\r\n" in before else text


def _changed_meanwhile(editor: Editor, said: Refusal, ref: StepRef | None) -> Note:
    if said.code != "CHANGED_MEANWHILE":
        return Note(said.say)
    what = f"Lines {editor.first}–{editor.last} of `{editor.path}`" if editor.first else f"`{editor.path}`"
    have = "have" if editor.first else "has"
    say = (
        f"{what} {have} changed since you opened the form, so I wrote nothing. Here is what you typed; nothing is lost."
    )
    return Note(say, (Offer.EDIT,), ref, editor.path, editor.text)


def _text(content: bytes) -> str | None:
    """Return a file as text, None when it is none."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    return None if "\x00" in text else text
