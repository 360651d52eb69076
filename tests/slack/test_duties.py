"""Words, presses and forms of a duty, through real Bolt; what happens in channels reaches it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from bot.core.panels import Answer, Field, Kind, Mistakes, Panel, Press, Row, Sheet, Whispered
from bot.errors import ChatError
from bot.localslack.seed import WORKSHOP
from bot.ports import Asked, CameIn, Duty, Fact, WentOut, Wrote
from bot.slack.duties import DONE, merged
from tests.slack.lobby import Lobby, open_lobby, until


class Counting:
    """A duty that counts, asks for a number in a form, and refuses some."""

    def __init__(self) -> None:
        self.count = 0
        self.facts: list[Fact] = []

    def duty(self) -> Duty:
        return Duty(
            name="counting",
            words={"count": self._shown, "recount": self._asked, "broken": self._broken},
            presses={"count.on": self._on, "count.set": self._asked, "count.page": self._page},
            sheets={"count.set": self._set},
            heard=self.heard,
            home=self.home,
        )

    async def heard(self, fact: Fact) -> None:
        self.facts.append(fact)

    async def home(self, user: str) -> Sequence[Panel]:
        return [self._panel()] if user == "U0BARBARA" else []

    def _panel(self) -> Panel:
        presses = (Press("count.on", "One more", "1"), Press("count.set", "Set it"), Press("count.page", "Look"))
        return Panel(f"The count is {self.count}.", "Counting", (Row(f"**{self.count}** so far"),), presses)

    async def _shown(self, asked: Asked) -> Answer:
        return self._panel() if not asked.about else Whispered(f"{asked.name} said {asked.about}")

    async def _asked(self, asked: Asked) -> Answer:
        return Sheet("count.set", "Set the count", fields=(Field("to", "To", Kind.LINE),), about="all")

    async def _broken(self, asked: Asked) -> Answer:
        raise ChatError("The abacus fell down.")

    async def _on(self, asked: Asked) -> Answer:
        self.count += int(asked.about)
        return self._panel()

    async def _page(self, asked: Asked) -> Answer:
        turn = Press("count.page", "Next", str(int(asked.about or 0) + 1))
        return Sheet("count.page", "A page", (Row(f"page {asked.about or 0}"),), presses=(turn,))

    async def _set(self, asked: Asked) -> Answer:
        if not asked.filled["to"].isdigit():
            return Mistakes({"to": f"“{asked.filled['to']}” is no number; write one such as 3."})
        self.count = int(asked.filled["to"])
        return Whispered(f"{asked.about}: {self.count}")


@pytest.fixture
def counting() -> Counting:
    return Counting()


@pytest.fixture
async def lobby(tmp_path: Path, counting: Counting) -> AsyncIterator[Lobby]:
    async with open_lobby(tmp_path, wire=lambda lobby: lobby.duties.append(counting.duty())) as here:
        yield here


async def test_a_word_is_answered_in_the_direct_message_and_pressed_on_there(lobby: Lobby, counting: Counting) -> None:
    ada = await lobby.enter("ada")
    await ada.go("#docker-workshop")
    await ada.say("/docent count")
    await until(lambda: [m.text for m in lobby.said(channel=WORKSHOP)] == [DONE])
    assert "The count is 0." in [m.text for m in lobby.said()]
    await ada.go("dm")
    await ada.press("One more")
    await until(lambda: "The count is 1." in [m.text for m in lobby.said()])


async def test_what_follows_a_word_reaches_the_duty_and_a_whisper_is_for_one(lobby: Lobby) -> None:
    ada = await lobby.enter("ada")
    await ada.go("#docker-workshop")
    await ada.say("/docent count 1 < 2")
    await until(lambda: lobby.said(channel=WORKSHOP))
    whisper = lobby.said(channel=WORKSHOP)[0]
    assert (whisper.only_for, whisper.text) == ("U0ADA", "Ada said 1 &lt; 2")


async def test_a_form_with_a_mistake_stays_open_and_is_taken_when_right(lobby: Lobby, counting: Counting) -> None:
    ada = await lobby.enter("ada")
    await ada.go("dm")
    await ada.say("recount")  # in words: no form opens by itself
    await ada.press("Open it")
    await ada.fill("To", "three")
    assert await ada.submit() == {"To": "“three” is no number; write one such as 3."}
    await ada.fill("To", "3")
    assert await ada.submit() == {}
    await until(lambda: any(m.text == "all: 3" for m in lobby.said()))
    assert counting.count == 3


async def test_a_page_is_turned_in_the_same_window(lobby: Lobby) -> None:
    ada = await lobby.enter("ada")
    await ada.go("dm")
    await ada.say("count")
    await ada.press("Look")
    for page in (0, 1, 2):
        await until(lambda page=page: ada.modal and f"page {page}" in ada.modal.text)
        await ada.press("Next")
    await until(lambda: ada.modal and "page 3" in ada.modal.text)


async def test_home_shows_what_a_duty_has_there_to_who_has_it(lobby: Lobby) -> None:
    barbara, ada = await lobby.enter("barbara"), await lobby.enter("ada")
    home, other = await barbara.open_home(), await ada.open_home()
    assert home is not None
    assert other is not None
    assert "0 so far" in home.text
    assert "so far" not in other.text


async def test_our_fault_is_told_to_whoever_asked(lobby: Lobby) -> None:
    ada = await lobby.enter("ada")
    await ada.go("dm")
    await ada.say("broken")
    await until(lambda: any("abacus" in m.text for m in lobby.said()))


async def test_who_comes_goes_and_writes_in_a_channel_is_heard(lobby: Lobby, counting: Counting) -> None:
    ada = await lobby.enter("ada")
    await ada.leave(WORKSHOP)
    await ada.join(WORKSHOP)
    await ada.go("#docker-workshop")
    await ada.say("good morning & all")
    await until(lambda: len(counting.facts) == 3)
    went, came, wrote = counting.facts
    assert (went, came) == (WentOut("U0ADA", WORKSHOP), CameIn("U0ADA", WORKSHOP))
    assert isinstance(wrote, Wrote)
    assert (wrote.text, wrote.name) == ("good morning & all", "Ada")


def test_two_duties_cannot_answer_to_the_same_name(counting: Counting) -> None:
    with pytest.raises(ValueError, match="count"):
        merged([counting.duty().words, counting.duty().words])
