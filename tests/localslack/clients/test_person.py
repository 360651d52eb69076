"""A person as a client: what they can press, choose, fill in and wait for, and what they are told otherwise."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.localslack.person import NotSeenError, Person, RefusedError

SECONDS = 10.0


@pytest.fixture
async def ada(whale: Any) -> AsyncIterator[Person]:
    async with Person(whale.workspace.url, "Ada") as person:
        person.patience_s = 2.0
        yield person


async def test_a_message_is_answered(ada: Person) -> None:
    await ada.say("hello")
    shown = await ada.wait_for(r"^Section 2", SECONDS)
    assert shown.is_bot
    assert shown.author == "Docent"
    assert [one.author for one in ada.messages] == ["Ada", "Docent"]


async def test_a_wait_sees_only_what_came_after_the_last_act(ada: Person) -> None:
    await ada.say("hello")
    await ada.wait_for("Section 2", SECONDS)
    await ada.press("Hint")
    await ada.wait_for("first word", SECONDS)
    with pytest.raises(NotSeenError, match=r"(?s)Waited 0.05 s for 'Section 2'\. Last seen:.*first word"):
        await ada.wait_for("Section 2", 0.05)


async def test_a_form_is_filled_corrected_and_sent(ada: Person) -> None:
    await ada.say("hello")
    await ada.press("write the dockerfile")
    await ada.fill("Dockerfile", "RUN x")
    errors = await ada.submit()
    assert list(errors) == ["Dockerfile"]
    assert "begin with FROM" in errors["Dockerfile"]
    assert ada.modal is not None
    assert "RUN x" in ada.modal.text
    await ada.fill("Dockerfile", "FROM alpine")
    await ada.choose("Base image", "alpine")
    await ada.choose("Before you save", "Build it at once")
    await ada.choose("Before you save", "Tell my class")
    await ada.choose("Before you save", "Build it at once")
    assert await ada.submit() == {}
    assert "Saved 11 characters, 1 boxes ticked" in (await ada.wait_for("Saved", SECONDS)).text
    assert ada.modal is None


async def test_a_form_on_top_of_a_form_is_left_by_its_own_button(ada: Person) -> None:
    await ada.say("hello")
    await ada.press("Write the Dockerfile")
    await ada.fill("Dockerfile", "FROM alpine\nENTRYPOINT x")
    await ada.submit()
    await ada.wait_for("Why ENTRYPOINT", SECONDS)
    await ada.press("Back")
    await ada.press("Not now")
    assert ada.modal is None


async def test_a_card_is_edited_until_its_verdict(ada: Person) -> None:
    await ada.say("hello")
    await ada.press("Check my work")
    shown = await ada.wait_for("2 of 3 are done", SECONDS)
    assert shown.edited
    assert "✗ The app answers on port 3000" in shown.text
    await ada.press("Check again")
    await ada.wait_for("Checking your work", SECONDS)


async def test_one_message_of_many_is_pressed_when_it_is_named(ada: Person) -> None:
    for _ in range(2):
        await ada.say("hello")
        await ada.wait_for("Section 2", SECONDS)
    older, newer = [each for each in ada.messages if "[ Check my work ]" in each.text]
    await ada.press("Check my work", on=older.ts)
    assert (await ada.wait_for("2 of 3 are done", SECONDS)).ts == older.ts != newer.ts
    ada.patience_s = 0.1
    with pytest.raises(NotSeenError):
        await ada.press("Check my work", on="1.1")


async def test_choices_of_every_sort_reach_the_bot(ada: Person) -> None:
    await ada.say("hello")
    await ada.choose("Go to a section", "1 · First container")
    await ada.wait_for("You chose one", SECONDS)
    await ada.choose("More actions", "skip this step")
    await ada.wait_for("You chose skip", SECONDS)
    await ada.say("quiz")
    await ada.choose("Which line sets the working folder?", "WORKDIR /app")
    await ada.wait_for("Right", SECONDS)


async def test_the_home_is_opened_and_pressed(ada: Person) -> None:
    home = await ada.open_home()
    assert home is not None
    assert "3 of 10 sections done" in home.text
    await ada.press("Continue")
    await ada.wait_for("You chose continue", SECONDS)


async def test_a_file_is_sent_to_the_bot(ada: Person) -> None:
    await ada.upload("Dockerfile", content=b"FROM alpine\n")
    await ada.wait_for("Got Dockerfile", SECONDS)


async def test_suggestions_can_be_pressed(ada: Person) -> None:
    await ada.press("Where am I?")
    await ada.wait_for("Section 2", SECONDS)
    assert ada.messages[0].text == "status"


async def test_the_status_line_is_seen(ada: Person) -> None:
    await ada.say("build")
    shown = await ada.wait_for("Docent is building your image", SECONDS)
    assert shown.kind == "status"


async def test_a_thread_is_answered_in_its_thread(ada: Person) -> None:
    await ada.say("hello")
    shown = await ada.wait_for("Section 2", SECONDS)
    await ada.say("what is that?", thread_ts=shown.ts)
    reply = await ada.wait_for("In the thread", SECONDS)
    assert reply.raw["thread_ts"] == shown.ts


async def test_another_channel_is_another_conversation(ada: Person) -> None:
    await ada.go("#docker-workshop")
    await ada.say("hi @Docent")
    await ada.wait_for("let us talk here", SECONDS)
    await ada.go("dm")
    assert ada.messages == []


async def test_what_cannot_be_pressed_is_answered_with_what_can(ada: Person) -> None:
    ada.patience_s = 0.1
    await ada.say("hello")
    await ada.wait_for("Section 2", SECONDS)
    with pytest.raises(NotSeenError, match=r"no button 'Chekc'.*\[ Write the Dockerfile \], \[ Check my work \]"):
        await ada.press("Chekc")
    with pytest.raises(NotSeenError, match=r"'Go to a section' has no option 'Nine'\. It has: 1 · First container"):
        await ada.choose("Go to a section", "Nine")
    with pytest.raises(NotSeenError, match="nothing called 'Dockerfile' to fill"):
        await ada.fill("Dockerfile", "x")
    with pytest.raises(NotSeenError, match="No modal is open"):
        await ada.submit()
    with pytest.raises(NotSeenError, match="#docker-workshop"):
        await ada.go("#nowhere")


async def test_a_dropped_line_is_taken_up_without_losing_a_message(whale: Any, ada: Person) -> None:
    for feed in list(whale.workspace.premises.feeds):
        await feed.close()
    await ada.say("hello")
    await ada.wait_for("Section 2", SECONDS)


async def test_an_unknown_name_or_key_is_refused_in_words(whale: Any) -> None:
    with pytest.raises(RefusedError, match=r"Nobody here is called 'Zoe'\. There are: Ada, Grace"):
        await Person.connect(whale.workspace.url, "Zoe")
    with pytest.raises(RefusedError, match="key"):
        await Person.connect(whale.workspace.origin + "/?key=wrong", "Ada")


async def test_no_workspace_at_all_is_said_so() -> None:
    with pytest.raises(ConnectionError, match="No workspace answers"):
        await Person.connect("http://127.0.0.1:9/?key=x", "Ada")
