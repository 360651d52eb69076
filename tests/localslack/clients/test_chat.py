"""`docent chat`: verbs in, what the person sees out."""

from __future__ import annotations

import asyncio
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.localslack.chat import chat

SCRIPT = """
# the way of a learner
say hello
wait ^Section 2 10
press Write the Dockerfile
wait Your Dockerfile 10
fill Dockerfile = <<END
FROM alpine

# two = signs = in it
END
submit
wait Saved 34 10
"""


async def talk(whale: Any, script: str, **more: Any) -> tuple[int, str]:
    out = io.StringIO()
    code = await chat(io.StringIO(script), out, name="Ada", url=whale.workspace.url, **more)
    return code, out.getvalue()


async def test_a_script_plays_a_learner(whale: Any) -> None:
    code, out = await talk(whale, SCRIPT)
    assert code == 0, out
    assert "[ Write the Dockerfile ]  [ Check my work ]" in out
    assert "[form]\n  == Your Dockerfile ==" in out
    assert "Saved 34 characters" in out
    assert "!" not in out.replace("<!", "")


async def test_several_lines_are_said_as_one_message(whale: Any) -> None:
    code, _ = await talk(whale, "say <<END\none\ntwo\nEND\nwait Section 10\n")
    assert code == 0
    assert (await whale.messages())[0]["text"] == "one\ntwo"


async def test_a_wait_that_is_not_fulfilled_ends_it_with_one(whale: Any) -> None:
    code, out = await talk(whale, "say hello\nwait Section 10\nwait never.ever 0.1\nsay not reached\n")
    assert code == 1
    assert "! Waited 0.1 s for 'never.ever'. Last seen:\nSection 2" in out
    assert [m["text"] for m in await whale.messages() if not m["is_bot"]] == ["hello"]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("prss Hint", "! I do not know `prss`. Did you mean `press`?"),
        ("hello there", "! I do not know `hello`."),
        ("say", "! `say` needs something after it: say TEXT"),
        ("fill Dockerfile", "! Write `fill LABEL = TEXT`."),
        ("wait soon", "! Write `wait REGEX SECONDS`"),
        ("wait ( 1", "! missing ), unterminated subpattern"),
        ("open sesame", "! Write `open home` or `open messages`."),
        ("upload /no/such/file", "No such file or directory"),
        ("in #nowhere", "! There is no channel '#nowhere' for you."),
        ("thread hm", "! There is no message yet to answer in a thread."),
        ("say <<END\nnever closed", "! The text begun with <<END has no end"),
    ],
)
async def test_a_line_that_cannot_be_done_is_answered_kindly_and_the_next_is_read(
    whale: Any, line: str, answer: str
) -> None:
    code, out = await talk(whale, f"{line}\nsay hello\nwait Section 10\n" if "<<" not in line else line)
    assert answer in out
    assert code == 0


async def test_with_json_every_line_is_an_object(whale: Any) -> None:
    code, out = await talk(whale, "say hello\nwait Section 10\npress Check my work\nwait 2 of 3 10\n", as_json=True)
    assert code == 0
    shown = [json.loads(line) for line in out.splitlines()]
    assert all({"ts", "channel", "text", "blocks", "edited"} <= one.keys() for one in shown)
    assert [one["edited"] for one in shown] == [False, True, True]
    assert {one["ts"] for one in shown} == {shown[0]["ts"]}
    assert shown[-1]["blocks"][0]["type"] == "plan"


async def test_what_others_and_threads_say_is_told_apart(whale: Any) -> None:
    script = "say hello\nwait Section 10\nthread hm\nwait In the thread 10\npress Hint\nwait first word 10\n"
    _, out = await talk(whale, script)
    assert "· in a thread\n  In the thread, then." in out
    assert "· only you see this\n  Look at the first word" in out


async def test_the_home_and_other_channels_can_be_looked_at(whale: Any) -> None:
    script = "open home\npress Continue\nin docker-workshop\nsay hi @Docent\nwait talk here 10\nlook\n"
    code, out = await talk(whale, script)
    assert code == 0, out
    assert "[Docent's Home]" in out
    assert "[ Continue ]" in out
    assert "Now in docker-workshop." in out


async def test_without_a_workspace_it_says_how_to_start_one(tmp_path: Path) -> None:
    out = io.StringIO()
    assert await chat([], out, name="Ada", run_file=tmp_path / "workspace.json") == 1
    assert "No local workspace is running here" in out.getvalue()


async def test_without_a_bot_it_says_that_nobody_heard(local: Any) -> None:
    code, out = await talk(local, "say /docent help\n")
    assert code == 0
    assert "!" in out


async def test_it_finds_the_workspace_by_its_run_file(start: Any, tmp_path: Path) -> None:
    run_file = tmp_path / "data" / "workspace.json"
    await start(run_file=run_file)
    out = io.StringIO()
    assert await chat(["help\n", "quit\n"], out, name="grace", run_file=run_file) == 0
    assert "fill LABEL = TEXT" in out.getvalue()


@pytest.mark.e2e
async def test_a_terminal_of_its_own_plays_a_script(start: Any, tmp_path: Path) -> None:
    run_file = tmp_path / "workspace.json"
    local = await start(run_file=run_file)
    program = (
        "import asyncio, sys, pathlib; from bot.localslack.chat import chat; "
        "sys.exit(asyncio.run(chat(sys.stdin, sys.stdout, name='ada', run_file=pathlib.Path(sys.argv[1]))))"
    )
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", program, str(run_file)],
        input="say hello from a terminal\nwait nobody-answers 0.2\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert [m["text"] for m in await local.messages()] == ["hello from a terminal"]
