"""What a reply types, and which commands give a program a keyboard."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handin.command import read_commands
from bot.handin.keyboard import LONGEST_LINE, MOST_LINES, Key, Line, converses, read_typed
from bot.handin.plan import Refusal


@pytest.mark.parametrize(
    ("line", "talks"),
    [
        ("docker run -it ubuntu bash", True),
        ("docker run -i --rm ubuntu", True),
        ("docker run --interactive --tty ubuntu", True),
        ("docker run -t ubuntu", False),
        ("docker run -dit ubuntu", False),
        ("docker run ubuntu ls -it", False),
        ("docker exec -it web sh", True),
        ("docker exec web sh", False),
        ("docker start -ai web", True),
        ("docker start web", False),
        ("docker compose exec app sh", True),
        ("docker compose exec -T app sh", False),
        ("docker compose exec -d app sh", False),
        ("docker compose up -d", False),
        ("docker ps", False),
    ],
)
def test_a_conversation_needs_a_keyboard_and_somebody_who_waits(line: str, talks: bool) -> None:
    (command,) = read_commands(line)
    assert converses(command.plan) is talks


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("ls -l", (Line("ls -l"),)),
        ("  ls  ", (Line("ls"),)),
        ("", (Line(""),)),
        ("`SELECT 1;`", (Line("SELECT 1;"),)),
        ("```\nUSE todos\nSHOW TABLES;\n```", (Line("USE todos"), Line("SHOW TABLES;"))),
        ("```sql\nSELECT 1;\n```", (Line("SELECT 1;"),)),
        ("echo “hi”; ls –l", (Line('echo "hi"; ls -l'),)),
        ("^C", (Key.CTRL_C,)),
        ("^d", (Key.CTRL_D,)),
        ("Ctrl+C", (Key.CTRL_C,)),
        ("ctrl-d", (Key.CTRL_D,)),
        ("Control D", (Key.CTRL_D,)),
        ("echo ^C", (Line("echo ^C"),)),
        ("a\x1b[2Jb\x07", (Line("a[2Jb"),)),
    ],
)
def test_a_reply_is_what_somebody_would_have_typed(said: str, typed: tuple[Line | Key, ...]) -> None:
    assert read_typed(said) == typed


@pytest.mark.parametrize("secret", ["“pretty”", " spaces ", "`ticks`", "ctrl+c", "pass—word"])
def test_a_password_is_passed_on_letter_by_letter(secret: str) -> None:
    assert read_typed(secret, secret=True) == (Line(secret),)
    assert read_typed("^C", secret=True) == (Key.CTRL_C,)  # or nobody could leave


@pytest.mark.parametrize(
    ("said", "code"), [("x\n" * MOST_LINES + "x", "TOO_MANY"), ("é" * (LONGEST_LINE // 2 + 1), "TOO_LONG")]
)
def test_more_than_a_terminal_takes_is_answered_and_not_typed(said: str, code: str) -> None:
    refused = read_typed(said)
    assert isinstance(refused, Refusal)
    assert refused.code == code


def test_what_is_typed_is_never_written_out() -> None:
    assert "hunter2" not in repr(read_typed("hunter2"))


@given(st.text(max_size=300))
def test_whatever_is_said_types_no_control_character(said: str) -> None:
    typed = read_typed(said)
    if not isinstance(typed, Refusal):
        assert all(sign.isprintable() or sign == "\t" for each in typed if isinstance(each, Line) for sign in each.text)
