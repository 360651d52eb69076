"""Pictures for learners: shown to whoever asks, and never in anybody's way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.core.messages import Note, Offer
from bot.core.sights import AppSeen, NotSeen, Wanted, Why
from bot.core.turn import ShowApp
from bot.errors import ChatError, EngineDown, HostError, ImageMissing
from bot.pictures.layers import Layer
from bot.ports import Keepsake, Where
from bot.workbench.pictures import Pictures
from tests.fakes import MemoryCamera, MemoryChat, MemorySandbox

WHERE = Where("D1", "U1", card="17.1")
PAGE = AppSeen(b"png", "web", "http://localhost:3000/", 200, "Todo App", "No items yet!", 0)
ASKED, UNASKED = ShowApp(Wanted()), ShowApp(Wanted(), asked=False)


class Room:
    """Pictures with everything around them in memory."""

    def __init__(self) -> None:
        self.camera, self.chat, self.sandbox = MemoryCamera(), MemoryChat(), MemorySandbox()
        self.lock = asyncio.Lock()
        self.pictures = Pictures(self.camera, self.sandbox, self.chat, self.hands)

    @asynccontextmanager
    async def hands(self, learner: str) -> AsyncIterator[None]:
        async with self.lock:
            yield

    @property
    def said(self) -> list[str]:
        return [each.text for each in self.chat.said if isinstance(each, Note)]


@pytest.fixture
def room() -> Room:
    return Room()


async def test_who_asks_sees_their_app_and_is_told_what_it_shows(room: Room) -> None:
    room.camera.sights["U1"] = PAGE
    await room.pictures.app("U1", ASKED, WHERE)
    ((channel, picture),) = room.chat.files
    assert (channel, picture.name, picture.content) == ("D1", "my-app.png", b"png")
    assert "“Todo App”" in picture.alt
    assert "at localhost:3000" in picture.say
    assert room.chat.statuses[0] == "is taking a picture of your app …"


async def test_what_may_be_over_in_a_moment_can_be_asked_again(room: Room) -> None:
    room.camera.sights["U1"] = NotSeen(Why.CLOSED, "web", port=3000)
    await room.pictures.app("U1", ASKED, WHERE)
    (note,) = room.chat.said
    assert isinstance(note, Note)
    assert note.offers == (Offer.SHOW_APP,)
    room.camera.sights["U1"] = NotSeen(Why.NOTHING)
    await room.pictures.app("U1", ASKED, WHERE)
    assert [each.offers for each in room.chat.said if isinstance(each, Note)][1] == ()


async def test_without_a_browser_it_is_said_kindly_and_to_nobody_else(room: Room) -> None:
    room.camera.fails = [ImageMissing("no"), ImageMissing("no")]
    await room.pictures.app("U1", ASKED, WHERE)
    assert room.said == [
        "Pictures are not ready yet: the browser for them is still being prepared. Everything else works."
    ]
    await room.pictures.app("U1", UNASKED, WHERE)
    assert len(room.chat.said) == 1


async def test_where_pictures_are_turned_off_it_is_said_too(room: Room) -> None:
    off = Pictures(None, room.sandbox, room.chat, room.hands)
    await off.app("U1", UNASKED, WHERE)
    await off.layers("U1", "getting-started", WHERE)
    assert room.chat.said == []
    await off.app("U1", ASKED, WHERE)
    assert "turned them off" in room.said[0]


@pytest.mark.parametrize("fault", [HostError("gone"), EngineDown("down"), ChatError("refused"), ValueError("a bug")])
async def test_a_picture_that_nobody_asked_for_fails_without_a_word(room: Room, fault: Exception) -> None:
    room.camera.fails = [fault]
    await room.pictures.app("U1", UNASKED, WHERE)
    await room.pictures.app("U1", UNASKED, WHERE)  # and nothing runs: no word either
    assert (room.chat.said, room.chat.files, room.chat.statuses) == ([], [], [])


async def test_a_fault_of_ours_reaches_whoever_asked(room: Room) -> None:
    room.camera.fails = [HostError("gone")]
    with pytest.raises(HostError):
        await room.pictures.app("U1", ASKED, WHERE)
    room.camera.sights["U1"] = PAGE
    await room.pictures.app("U1", ASKED, WHERE)
    assert len(room.chat.files) == 1


async def test_what_was_sent_before_is_done_first_and_what_comes_after_does_not_wait(room: Room) -> None:
    room.camera.sights["U1"], room.camera.gate = PAGE, asyncio.Event()
    await room.lock.acquire()
    showing = asyncio.create_task(room.pictures.app("U1", ASKED, WHERE))
    await asyncio.sleep(0)
    assert room.camera.looked == []
    room.lock.release()
    while not room.camera.looked:
        await asyncio.sleep(0)
    assert not room.lock.locked()
    await room.pictures.app("U1", ASKED, WHERE)
    assert room.said == ["I am already taking a picture of your app; one moment, please."]
    room.camera.gate.set()
    await showing
    assert len(room.chat.files) == 1


async def test_a_picture_after_a_pass_waits_for_no_command(room: Room) -> None:
    room.camera.sights["U1"] = PAGE
    async with room.lock:
        await room.pictures.app("U1", UNASKED, WHERE)
    assert len(room.chat.files) == 1


async def test_layers_are_drawn_with_words(room: Room) -> None:
    room.sandbox.layered["getting-started"] = (Layer("RUN npm install", 8_000_000, base=False),)
    await room.pictures.layers("U1", "getting-started", WHERE)
    ((_, picture),) = room.chat.files
    assert isinstance(picture, Keepsake)
    assert picture.content.startswith(b"\x89PNG")
    assert "8MB RUN npm install (yours)" in picture.alt


async def test_without_layers_or_without_a_browser_the_text_is_enough(room: Room) -> None:
    await room.pictures.layers("U1", "nothing", WHERE)
    room.sandbox.layered["a"] = (Layer("RUN x", 1, base=False),)
    room.camera.fails = [ImageMissing("no")]
    await room.pictures.layers("U1", "a", WHERE)
    assert (room.chat.said, room.chat.files) == ([], [])
