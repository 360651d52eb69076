"""How texts are kept, whatever editor, shell or phone wrote them."""

# ruff: noqa: E501 - a table reads by the row

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handin.encoding import readable

DOCKERFILE = "FROM node:24-alpine\nWORKDIR /app\n"
ROWS = [
    ("plain", "Dockerfile", DOCKERFILE.encode(), DOCKERFILE, ""),
    ("mark of UTF-8", "Dockerfile", b"\xef\xbb\xbf" + DOCKERFILE.encode(), DOCKERFILE, ""),
    ("UTF-16 of PowerShell", "Dockerfile", b"\xff\xfe" + DOCKERFILE.encode("utf-16-le"), DOCKERFILE, "UTF-16"),
    ("UTF-16, big end first", "Dockerfile", b"\xfe\xff" + DOCKERFILE.encode("utf-16-be"), DOCKERFILE, "UTF-16"),
    ("UTF-16 without a mark", "Dockerfile", DOCKERFILE.encode("utf-16-le"), DOCKERFILE, "UTF-16"),
    ("UTF-16, umlauts", "a.md", b"\xff\xfe" + "Grüße 你好\n".encode("utf-16-le"), "Grüße 你好\n", "UTF-16"),
    ("Windows line ends stay", "src/a.js", b"a\r\nb\r\n", "a\r\nb\r\n", ""),
    ("but not in a script", "run.sh", b"#!/bin/sh\r\necho hi\r\n", "#!/bin/sh\necho hi\n", "line ends"),
    ("nor in one without an ending", "entrypoint", b"#!/bin/sh\r\necho hi\r\n", "#!/bin/sh\necho hi\n", "line ends"),
    ("UTF-16 script", "run.sh", b"\xff\xfe" + "#!/bin/sh\r\n".encode("utf-16-le"), "#!/bin/sh\n", "UTF-16"),
    ("tabs stay", "Makefile", b"all:\n\techo\n", "all:\n\techo\n", ""),
    ("old Windows letters", "a.js", "// Stra\xdfe nach K\xf6ln, und noch viel mehr\n".encode("cp1252"), "// Straße nach Köln, und noch viel mehr\n", "old Windows"),
    ("empty", "a", b"", "", ""),
    ("only a mark", "a", b"\xef\xbb\xbf", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("name", "path", "sent", "kept", "said"), ROWS, ids=[row[0] for row in ROWS])
def test_a_text_is_kept_as_a_container_can_read_it(name: str, path: str, sent: bytes, kept: str, said: str) -> None:
    content, note = readable(path, sent)
    assert content.decode() == kept
    assert said in note
    assert bool(said) == bool(note)
    assert not note or note.startswith(f"`{path}` ")


@pytest.mark.parametrize(
    "content", [bytes(range(256)), b"\x00\x01\x02\x03", b"\x89PNG\r\n\x1a\n\x00\x00\xff", b"\xff\xfe\x00"]
)
def test_what_is_no_text_is_left_as_it_is(content: bytes) -> None:
    assert readable("a.bin", content) == (content, "")


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufeff\ufffe")))
def test_a_plain_text_is_never_changed(text: str) -> None:
    assert readable("src/a.js", text.encode())[0] == text.encode() or text.startswith("#!")


@given(st.binary())
def test_keeping_twice_is_keeping_once(content: bytes) -> None:
    once, _ = readable("a", content)
    assert readable("a", once)[0] == once or once.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"))
