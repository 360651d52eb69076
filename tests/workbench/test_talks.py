"""Conversations with programs: a thread is opened, replies are typed, and what is typed is kept nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.core import words
from bot.core.messages import CommandOutput, Note, ProgramSaid
from bot.errors import ChatError, EngineDown
from bot.handin.plan import Output, RunPlan
from bot.workbench import talks
from tests.fakes import MemoryConversation
from tests.workbench.conftest import ADA, Bench

LINE = "docker run -it --rm ubuntu bash"


async def opened(bench: Bench, line: str = LINE) -> tuple[str, MemoryConversation]:
    """Open a talk; return its thread and the program."""
    note, first = await bench.types(line)
    assert isinstance(note, Note)
    assert line in note.text
    assert first == ProgramSaid("hello\n$")
    thread = next(ts for (_, ts), message in bench.chat.shown.items() if message is note)
    return thread, bench.sandbox.conversations[-1]


async def says(bench: Bench, thread: str, text: str) -> None:
    assert await bench.workbench.talks.holds("U1", thread)
    await bench.workbench.talks.typed("U1", text, replace(ADA, thread=thread))


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():
            await asyncio.sleep(0.005)


def last(bench: Bench) -> object:
    """What was said last; the note above the thread may be newer, and stands at its place."""
    return bench.chat.said[-1]


async def test_each_reply_is_typed_and_what_the_program_says_comes_back(bench: Bench) -> None:
    thread, _ = await opened(bench)
    await says(bench, thread, "ls")
    await until(lambda: last(bench) == ProgramSaid("ls\n$"))
    await says(bench, thread, "exit")
    await until(lambda: isinstance(said := last(bench), ProgramSaid) and said.over)
    end = last(bench)
    assert isinstance(end, ProgramSaid)
    assert end.text == "bye"
    assert "has ended" in end.note
    assert "removed" in end.note
    await until(lambda: bench.chat.shown["D1", thread] == Note(words.talk_over(LINE)))


async def test_an_exit_code_is_named(bench: Bench) -> None:
    thread, _ = await opened(bench)
    await says(bench, thread, "^C")
    await until(lambda: isinstance(said := last(bench), ProgramSaid) and "exit code 130" in said.note)


async def test_a_program_that_ends_at_once_is_an_output_like_any_other(bench: Bench) -> None:
    bench.sandbox.answers[RunPlan] = Output("docker: nosuch", 127)
    (shown,) = await bench.types("docker run -it ubuntu nosuch")
    assert shown == CommandOutput("docker run -it ubuntu nosuch", Output("docker: nosuch", 127))
    assert not await bench.workbench.talks.holds("U1", "")


async def test_a_second_program_waits_until_the_first_has_ended(bench: Bench) -> None:
    thread, _ = await opened(bench)
    (shown,) = await bench.types("docker exec -it web sh")
    assert isinstance(shown, CommandOutput)
    assert LINE in shown.output.note
    assert len(bench.sandbox.conversations) == 1
    await says(bench, thread, "exit")
    await until(lambda: not bench.workbench.talks._open)
    await opened(bench, "docker exec -it web sh")


async def test_commands_go_on_beside_a_conversation(bench: Bench) -> None:
    await opened(bench)
    (shown,) = await bench.types("docker ps")
    assert isinstance(shown, CommandOutput)


async def test_a_password_is_asked_for_in_private(bench: Bench) -> None:
    thread, program = await opened(bench)
    await says(bench, thread, "login")
    await until(lambda: last(bench) == ProgramSaid("Password:", note=words.TYPE_IN_PRIVATE))
    await says(bench, thread, " “sécret” ")
    assert [getattr(each, "text", "") for each in program.typed] == ["login", " “sécret” "]


async def test_a_reply_to_a_program_that_has_ended_is_typed_nowhere(bench: Bench) -> None:
    thread, program = await opened(bench)
    await says(bench, thread, "exit")
    await until(lambda: not bench.workbench.talks._open)
    typed = len(program.typed)
    await says(bench, thread, "a password that comes late")
    assert last(bench) == Note(words.TALK_LOST)
    assert len(program.typed) == typed


async def test_a_reply_while_the_end_is_being_told_is_typed_nowhere(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread, program = await opened(bench)
    ending, told, ended = asyncio.Event(), asyncio.Event(), program.ended

    async def slowly() -> Output:
        ending.set()
        await told.wait()
        return await ended()

    monkeypatch.setattr(program, "ended", slowly)
    await says(bench, thread, "exit")
    async with asyncio.timeout(5):
        await ending.wait()
    await says(bench, thread, "a password that comes late")
    assert last(bench) == Note(words.TALK_LOST)
    assert "a password that comes late" not in str(program.typed)
    told.set()
    await until(lambda: not bench.workbench.talks._open)


async def test_somebody_in_a_thread_already_stays_there(bench: Bench) -> None:
    here = replace(ADA, thread="1.5")
    opened = await bench.workbench.talks.begin("U1", LINE, RunPlan("ubuntu", interactive=True), here)
    assert opened is None
    await says(bench, "1.5", "exit")
    await until(lambda: not bench.workbench.talks._open)
    assert not await bench.workbench.talks.holds("U1", "1.5")  # what they say there now is for us again


async def test_too_much_at_once_is_answered_and_not_typed(bench: Bench) -> None:
    thread, program = await opened(bench)
    await says(bench, thread, "x\n" * 30)
    assert isinstance(last(bench), Note)
    assert not program.typed


async def test_nobody_typing_for_long_ends_it(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talks, "IDLE_S", 0.05)
    _, program = await opened(bench)
    await until(lambda: isinstance(said := last(bench), ProgramSaid) and said.over)
    end = last(bench)
    assert isinstance(end, ProgramSaid)
    assert words.TALK_IDLE in end.note
    assert program.closed


async def test_our_restart_ends_it_and_says_so(bench: Bench) -> None:
    _, program = await opened(bench)
    await bench.workbench.talks.close()
    end = last(bench)
    assert isinstance(end, ProgramSaid)
    assert words.TALK_STOPPED in end.note
    assert program.closed


async def test_what_breaks_on_our_side_is_said_so(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    thread, program = await opened(bench)

    async def broken() -> Output:
        raise EngineDown("The Docker engine does not answer.")

    monkeypatch.setattr(program, "ended", broken)
    await says(bench, thread, "exit")
    await until(lambda: isinstance(said := last(bench), Note) and "Our side" in said.text)
    assert not bench.workbench.talks._open


async def test_a_thread_that_cannot_be_opened_leaves_no_program_behind(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def mute(where: object, message: object) -> str:
        raise ChatError("Slack does not answer.")

    monkeypatch.setattr(bench.chat, "show", mute)
    with pytest.raises(ChatError):
        await bench.workbench.talks.begin("U1", LINE, RunPlan("ubuntu", interactive=True), ADA)
    assert bench.sandbox.conversations[-1].closed
    assert not bench.workbench.talks._open
