"""Conversations with real programs on a real engine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import EngineDown
from bot.handin.command import read_commands
from bot.handin.keyboard import converses, read_typed
from bot.handin.plan import Output
from bot.ports import Conversation, Heard
from bot.sandbox import conversing
from bot.sandbox.sandbox import DockerSandbox
from tests.sandbox.conftest import Learner

LONG_S = 20.0


async def begin(learner: Learner, line: str) -> Conversation | Output:
    (command,) = read_commands(line)
    assert converses(command.plan)
    return await learner.sandbox.converse(learner.name, command.plan, learner.files)


async def open_one(learner: Learner, line: str) -> Conversation:
    opened = await begin(learner, line)
    assert not isinstance(opened, Output), opened
    return opened


async def heard(conversation: Conversation, holds: Callable[[Heard], bool] = lambda heard: heard.waits) -> Heard:
    """Return what was heard once it `holds`; fails when the program ends before."""
    async with asyncio.timeout(LONG_S):
        while True:
            said = await conversation.hear()
            assert said is not None, await conversation.ended()
            if holds(said):
                return said


async def typed(conversation: Conversation, line: str) -> str:
    await conversation.type(*read_typed(line))
    return (await heard(conversation, lambda said: said.waits and said.turn == conversation.turn)).text


async def over(conversation: Conversation, line: str) -> Output:
    await conversation.type(*read_typed(line))
    async with asyncio.timeout(LONG_S):
        while await conversation.hear() is not None:
            pass
        return await conversation.ended()


async def names(learner: Learner) -> str:
    (command,) = read_commands("docker ps -a")
    return (await learner.do(command.plan)).text


@pytest.mark.engine
async def test_a_shell_is_talked_with_line_by_line_and_left(learner: Learner) -> None:
    shell = await open_one(learner, "docker run -it --rm --name talk -v .:/src alpine sh")
    await heard(shell)
    assert (await typed(shell, "cd /src && ls Dockerfile")).startswith("Dockerfile\n/src #")
    assert "No such file" not in await typed(shell, "echo hello > made.txt")
    assert "\n11\n" in await typed(shell, "X=1\necho $X$X")
    await shell.type(*read_typed("echo begun; sleep 100"))
    await heard(shell, lambda said: said.text == "begun\n")
    assert "/src #" in await typed(shell, "^C")
    ended = await over(shell, "exit 3")
    assert ended.exit_code == 3
    assert "removed" in ended.note
    assert "talk" not in await names(learner)
    assert (await learner.sandbox.collect(learner.name, learner.files))["made.txt"] == b"hello\n"


@pytest.mark.engine
async def test_a_container_goes_on_where_it_was_left(learner: Learner) -> None:
    shell = await open_one(learner, "docker run -it --name again alpine sh")
    await heard(shell)
    await typed(shell, "touch /tmp/mine")
    ended = await over(shell, "^D")
    assert "docker start -ai again" in ended.note
    shell = await open_one(learner, "docker start -ai again")
    await heard(shell)
    assert "mine" in await typed(shell, "ls /tmp")
    await shell.close()
    assert "Exited" in await names(learner)


@pytest.mark.engine
async def test_one_more_program_in_a_container_leaves_it_running(learner: Learner) -> None:
    (command,) = read_commands("docker run -dit --name web alpine sh")
    await learner.do(command.plan)
    shell = await open_one(learner, "docker exec -it -w /bin web sh")
    await heard(shell)
    assert "/bin" in await typed(shell, "pwd")
    await shell.close()  # as closing a terminal does: the shell must not stay behind
    (top,) = read_commands("docker top web")
    async with asyncio.timeout(LONG_S):
        while (await learner.do(top.plan)).text.count("sh") > 1:
            await asyncio.sleep(0.1)
    assert "Up" in await names(learner)


@pytest.mark.engine
async def test_without_a_terminal_a_program_reads_lines_until_its_input_ends(learner: Learner) -> None:
    cat = await open_one(learner, "docker run -i --rm alpine sh -c 'cat; echo over; exit 4'")
    await cat.type(*read_typed("one"))
    await heard(cat, lambda said: said.text == "one\n")
    ended = await over(cat, "^D")
    assert (ended.text, ended.exit_code) == ("over", 4)


@pytest.mark.engine
@pytest.mark.parametrize(
    ("line", "text", "code"),
    [
        ("docker run -it --rm alpine nosuch", "executable file not found", 127),
        ("docker run -it nosuch sh", "Unable to find image", 125),
        ("docker exec -it nosuch sh", "No such container: nosuch", 1),
        ("docker start -ai nosuch", "No such container: nosuch", 1),
        ("docker compose exec app sh", "no configuration file provided", 1),
    ],
)
async def test_what_cannot_begin_is_said_in_docker_s_words(learner: Learner, line: str, text: str, code: int) -> None:
    said = await begin(learner, line)
    assert isinstance(said, Output)
    assert text in said.text
    assert said.exit_code == code


@pytest.mark.engine
async def test_a_program_that_never_stops_talking_is_ended(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversing, "FLOOD", 1024 * 1024)
    flood = await open_one(learner, "docker run -it --rm alpine yes")
    async with asyncio.timeout(60):
        while said := await flood.hear():
            assert len(said.text) < 20_000
        ended = await flood.ended()
    assert "without waiting for you" in ended.note


async def test_an_engine_that_is_down_is_our_fault(tmp_path: Path) -> None:
    sandbox = DockerSandbox("main", {}, "sha256:0", url=f"unix://{tmp_path}/none.sock")
    with pytest.raises(EngineDown):
        await begin(Learner(sandbox, "U1"), "docker run -it alpine sh")
    await sandbox.close()
