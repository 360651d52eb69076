"""Bad input of every kind that can be handed in, at one running Docent: understood where the meaning is clear, else
answered with a sentence that names what was seen. Nobody is blamed, nothing breaks, and the record stays as it was.
"""

# ruff: noqa: E501 - a table reads by the row

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.core.workshop import StepRef
from bot.localslack.person import NotSeenError, Person
from tests.e2e.conftest import open_school
from tests.e2e.test_bad_input import BLAME

pytestmark = [pytest.mark.e2e, pytest.mark.engine]

OURS = re.compile(r"Our side|should not have", re.IGNORECASE)
RECIPE = "FROM node:24-alpine\nWORKDIR /app\nCOPY . .\n"
COMPOSE = 'services:\n  app:\n    image: node:24-alpine\n    command: sh -c "true"\n'


@dataclass(frozen=True)
class Say:
    text: str


@dataclass(frozen=True)
class Send:
    name: str
    content: bytes


@dataclass(frozen=True)
class Form:
    """Say `edit FILE`, fill in the form, save."""

    path: str
    text: str


def packed(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return out.getvalue()


def utf16(text: str) -> bytes:
    return b"\xff\xfe" + text.encode("utf-16-le")


def locked(plain: bytes) -> bytes:
    content = bytearray(plain)
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


RUN = "docker run --rm "
ROWS: list[tuple[str, Say | Send | Form, str]] = [
    # files
    ("file, empty", Form("Dockerfile", ""), r"Saved|Updated"),
    ("file, only blanks", Form("Dockerfile", "  \n\n"), r"Docker will not read it yet"),
    ("file, huge", Send("notes.md", b"x" * 70_000), r"notes\.md. has 70,000 bytes; a project file may have 65,536"),
    ("file, of another kind", Send("Dockerfile", b"\x89PNG\r\n\x1a\n" + bytes(99)), r"Dockerfile. is not a text"),
    ("file, UTF-16", Send("Dockerfile", utf16(RECIPE)), r"(?s)Updated.*UTF-16"),
    ("file, with a mark", Send("Dockerfile", b"\xef\xbb\xbf" + RECIPE.encode()), r"Updated|Saved"),
    ("file, Windows line ends", Send("Dockerfile", RECIPE.replace("\n", "\r\n").encode()), r"Updated"),
    ("file, script of Windows", Send("run.sh", b"#!/bin/sh\r\necho hi\r\n"), r"(?s)Saved.*line ends"),
    ("file, wrong case", Send("dockerfile", RECIPE.encode()), r"capitals"),
    ("file, hung-on ending", Send("Dockerfile.txt", RECIPE.encode()), r"capital D and no ending"),
    ("file, quotes of a phone", Say(f"```\n{RECIPE}CMD [“node”, “src/index.js”]\n```"), r"(?s)Updated.*quotes"),
    ("file, link", Say("```Dockerfile\nFROM <http://evil.example|evil.example>\n```"), r"Updated"),
    # commands
    ("command, empty", Say("docker"), r"docker"),
    ("command, huge", Say("docker ps " + "x" * 9_000), r"9,01\d characters"),
    ("command, wrong case", Say("DOCKER PS"), r"CONTAINER ID|docker ps"),
    ("command, phone", Say("docker ps —all"), r"CONTAINER ID"),
    ("command, prompt", Say("$ docker ps"), r"CONTAINER ID"),
    ("command, backslash", Say("docker ps \\\n  -a"), r"CONTAINER ID"),
    ("command, caret", Say("C:\\app>docker ps ^\n  -a"), r"CONTAINER ID"),
    ("command, backtick", Say("PS C:\\app> docker ps `\n  -a"), r"CONTAINER ID"),
    ("command, %cd%", Say(f'{RUN}-v "%cd%:/app" alpine ls /app'), r"package\.json"),
    ("command, ${PWD}", Say(f'{RUN}-v "${{PWD}}:/app" alpine ls /app'), r"package\.json"),
    ("command, $(pwd)", Say(f'{RUN}-v "$(pwd):/app" alpine ls /app'), r"package\.json"),
    ("command, Windows path", Say(f"{RUN}-v C:\\Users\\ada\\app:/app alpine ls /app"), r"C:\\Users|package\.json"),
    ("command, placeholder", Say("docker stop <the-container-id>"), r"stands for a name of your own"),
    # compose
    ("compose, empty", Form("compose.yaml", ""), r"Saved|Updated"),
    ("compose, empty, used", Say("docker compose config"), r"empty"),
    ("compose, tabs", Send("compose.yaml", COMPOSE.replace("    ", "\t").encode()), r"Updated|Saved"),
    ("compose, tabs, used", Say("docker compose config"), r"(?i)tab|line 3"),
    ("compose, UTF-16", Send("compose.yaml", utf16(COMPOSE)), r"(?s)Updated.*UTF-16"),
    ("compose, UTF-16, used", Say("docker compose config"), r"image: node:24-alpine"),
    ("compose, phone", Send("compose.yaml", COMPOSE.replace('"', "”").encode()), r"Updated"),
    ("compose, Windows path", Send("compose.yaml", f"{COMPOSE}    volumes:\n      - C:\\Users\\ada:/app\n".encode()), r"Updated"),
    ("compose, Windows path, used", Say("docker compose config"), r"C:\\|folder|project"),
    ("compose, wrong case", Send("Compose.yaml", COMPOSE.encode()), r"capitals"),
    # archives
    ("archive, empty", Send("a.zip", packed()), r"no file that I can keep|empty"),
    ("archive, of another kind", Send("a.zip", b"hello"), r"a\.zip. is no archive that I can read"),
    ("archive, rar", Send("a.rar", b"Rar!\x1a\x07\x00" + bytes(99)), r"a\.rar. is a \.rar archive"),
    ("archive, locked", Send("a.zip", locked(packed(a=b"x" * 99))), r"locked with a password"),
    ("archive, bomb", Send("a.zip", packed(a=bytes(20_000_000))), r"far larger than the archive"),
    ("archive, only an archive", Send("a.zip", packed(b__zip=packed(a=b"x"))), r"b\.zip. is an archive"),
    ("archive, outside", Send("a.zip", packed(**{"../x": b"x", "a": b""})), r"outside your project"),
    ("archive, wrong case", Send("a.zip", packed(dockerfile=RECIPE.encode())), r"capitals"),
    ("archive, UTF-16", Send("a.zip", packed(notes__txt=utf16("hello\n"))), r"(?s)added.*UTF-16"),
    ("archive, Windows names", Send("a.zip", packed(**{"src\\a.md": b"x"})), r"src/"),
    # answers
    ("answer, none such", Say("answer e"), r"."),
    ("answer, a word", Say("answer maybe"), r"."),
    # editor
    ("editor, outside", Say("edit ../../etc/passwd"), r"inside your project"),
    ("editor, Windows path", Say("edit C:\\Users\\ada\\Dockerfile"), r"inside your project|did not understand"),
    ("editor, no such line", Say("edit package.json 900-950"), r"has \d+ lines, so there is no line 900"),
    ("editor, no such text", Say("edit package.json near “nosuch”"), r"is not in .package\.json"),
    ("editor, no such file", Say("show nosuch.js"), r"no .nosuch\.js. in your project"),
    ("editor, no text", Send("logo.png", b"\x89PNG\r\n\x1a\n" + bytes(20)), r"Saved"),
    ("editor, a picture", Say("edit logo.png"), r"no text to edit"),
]  # fmt: skip


async def perform(ada: Person, act: Say | Send | Form) -> None:
    match act:
        case Say(text):
            await ada.say(text)
        case Send(name, content):
            await ada.upload(name, content=content)
        case Form(path, text):
            await ada.say(f"edit {path}")
            await ada.wait_for("editor", 10)
            await ada.press("Write file")
            await ada.wait_for("Content of", 10)
            await ada.fill(f"Content of {path}", text)
            await ada.submit()


async def test_bad_input_of_every_kind_is_understood_or_answered_precisely(tmp_path: Path) -> None:
    wrong: list[str] = []
    async with open_school(tmp_path, pace=False) as school:
        ada = await school.enter("Ada")
        await ada.say("start")
        await ada.wait_for("step 1 of", 10)
        await ada.say("go 02")
        await ada.wait_for("02 ·", 10)
        before = await school.bot.store.learner(ada.id)
        for name, act, answer in ROWS:
            try:
                await perform(ada, act)
                seen = await ada.wait_for(answer, 15)
            except NotSeenError as error:
                wrong.append(f"{name}: {error}")
                continue
            if BLAME.search(seen.text) or OURS.search(seen.text):
                wrong.append(f"{name}: said {seen.text!r}")
        after = await school.bot.store.learner(ada.id)
        assert (after.at, after.passed, after.tries) == (before.at, before.passed, before.tries)
        assert after.at == StepRef("02", school.bot.workshop.sections[1].steps[0].id)
    assert wrong == [], "\n".join(wrong)
