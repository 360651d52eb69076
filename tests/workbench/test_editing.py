"""Forms and pages of files: long ones are opened at some lines, and nothing that changed meanwhile is written over."""

from __future__ import annotations

import pytest

from bot.core.messages import Editor, FilePage, FileSaved, Note, Offer
from bot.core.turn import KeepForm, OpenEditor, ShowPage
from bot.core.workshop import StepRef
from bot.handin.windows import WHOLE, Spot, mark
from tests.workbench.conftest import ADA, Bench

LONG = "".join(f"line {n};\n" for n in range(1, 501))
REF = StepRef("03", "edit")
PATH = "src/long.js"


@pytest.fixture
async def room(bench: Bench) -> Bench:
    await bench.store.write_files(
        "U1", {PATH: LONG.encode(), "short.js": b"one\r\ntwo\r\n", "logo.png": b"\x89PNG\r\n\xff"}
    )
    return bench


async def opened(room: Bench, path: str, spot: Spot = WHOLE, about: tuple[str, ...] = ()) -> Editor:
    before = len(room.chat.forms)
    await room.workbench.editing.open("U1", OpenEditor(Editor(path, "", REF), spot, about), ADA)
    (form,) = room.chat.forms[before:]
    return form


async def saved(room: Bench, form: Editor, text: str, after: tuple[Note, ...] = ()) -> object:
    filled = Editor(form.path, text, form.ref, form.first, form.last, form.mark)
    await room.workbench.editing.fill("U1", KeepForm(filled, REF, after), ADA)
    return room.chat.said[-1]


async def content(room: Bench, path: str = PATH) -> str:
    return (await room.store.files("U1"))[path].decode()


async def test_a_short_file_is_opened_whole_and_keeps_its_line_ends(room: Bench) -> None:
    form = await opened(room, "short.js")
    assert (form.first, form.text) == (0, "one\r\ntwo\r\n")
    shown = await saved(room, form, "one\n2\n")
    assert isinstance(shown, FileSaved)
    assert "-two\n+2" in shown.diff
    assert await content(room, "short.js") == "one\r\n2\r\n"


async def test_some_lines_of_a_long_file_are_replaced_shown_and_undone(room: Bench) -> None:
    form = await opened(room, PATH, Spot(40, 42))
    assert (form.first, form.last, form.text) == (40, 42, "line 40;\nline 41;\nline 42;")
    shown = await saved(room, form, "line 40;\nnew;")
    assert isinstance(shown, FileSaved)
    assert "-line 41;\n-line 42;\n+new;" in shown.diff
    assert await content(room) == LONG.replace("line 41;\nline 42;\n", "new;\n")
    await room.files.undo("U1", "", None, ADA)
    assert await content(room) == LONG


async def test_the_text_that_the_step_is_about_is_opened_at_once(room: Bench) -> None:
    form = await opened(room, PATH, about=("no such text", "line 300;"))
    assert form.first < 300 < form.last
    assert (await opened(room, PATH, Spot(near="LINE 77"))).first == 74


async def test_a_short_file_is_opened_whole_wherever_its_text_is(room: Bench) -> None:
    assert (await opened(room, "short.js", Spot(near="TWO"))).first == 0
    assert (await opened(room, "short.js", Spot(2, 2))).text == "two"


async def test_a_long_file_without_a_place_is_shown_page_by_page(room: Bench) -> None:
    await room.workbench.editing.open("U1", OpenEditor(Editor(PATH, "", REF)), ADA)
    page = room.chat.said[-1]
    assert isinstance(page, FilePage)
    assert (page.first, page.last, page.of) == (1, 60, 500)
    assert page.offers == (Offer.EDIT_LINES, Offer.PAGE_ON)
    assert "a form holds 3,000" in page.say
    await room.workbench.editing.page("U1", ShowPage(PATH, Spot(61, 61), turned=True), ADA)
    page = room.chat.said[-1]
    assert isinstance(page, FilePage)
    assert (page.first, page.last, page.say) == (61, 120, "")
    assert page.offers == (Offer.PAGE_BACK, Offer.EDIT_LINES, Offer.PAGE_ON)


async def test_lines_that_changed_meanwhile_are_not_written_over_and_nothing_typed_is_lost(room: Bench) -> None:
    form = await opened(room, PATH, Spot(40, 42))
    await room.files.replace("U1", PATH, ("line 41;", "theirs;"), None, ADA)
    now = await content(room)
    shown = await saved(room, form, "mine;", (Note("Now build again."),))
    assert isinstance(shown, Note)
    assert "Lines 40–42 of `src/long.js` have changed since" in shown.text
    assert shown.verbatim == "mine;"
    assert (shown.offers, shown.scope) == ((Offer.EDIT,), PATH)
    assert await content(room) == now


async def test_lines_that_only_moved_are_found_where_they_are(room: Bench) -> None:
    form = await opened(room, PATH, Spot(40, 42))
    await room.files.replace("U1", PATH, ("line 1;\n", "line 1;\nmore;\n"), None, ADA)
    assert await saved(room, form, "mine;", (Note("Now build again."),)) == Note("Now build again.")
    assert "line 39;\nmine;\nline 43;" in await content(room)


@pytest.mark.parametrize(("path", "change"), [("short.js", b"changed"), ("new.js", b"there now"), ("short.js", None)])
async def test_a_whole_file_that_changed_meanwhile_is_not_written_over(
    room: Bench, path: str, change: bytes | None
) -> None:
    form = await opened(room, path)
    await room.store.write_files("U1", {path: change})
    shown = await saved(room, form, "mine")
    assert isinstance(shown, Note)
    assert "I wrote nothing" in shown.text
    assert (await room.store.files("U1")).get(path) == change


async def test_a_form_from_before_an_update_of_ours_is_still_kept(room: Bench) -> None:
    shown = await saved(room, Editor("short.js", "", REF), "x")
    assert isinstance(shown, FileSaved)


@pytest.mark.parametrize(
    ("path", "spot", "said"),
    [
        ("logo.png", WHOLE, "no text to edit"),
        ("nosuch.js", Spot(1, 2), "There is no `nosuch.js`"),
        (PATH, Spot(501, 510), "has 500 lines, so there is no line 501"),
        (PATH, Spot(near="nosuch"), "is not in `src/long.js`"),
        ("short.js", Spot(near="nosuch"), "is not in `short.js`"),
    ],
)
async def test_what_cannot_be_opened_is_said(room: Bench, path: str, spot: Spot, said: str) -> None:
    await room.workbench.editing.open("U1", OpenEditor(Editor(path, "", REF), spot), ADA)
    shown = room.chat.said[-1]
    assert isinstance(shown, Note)
    assert said in shown.text
    assert room.chat.forms == []


async def test_the_mark_of_a_file_that_is_not_there_is_a_mark_too(room: Bench) -> None:
    assert (await opened(room, "new.js")).mark == mark(None) != mark("")
