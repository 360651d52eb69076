"""What may be a file of a project, whose names are confused, and which blocks of a message are files."""

# ruff: noqa: E501 - a table reads by the row

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.handin.plan import Refusal
from bot.handin.project import MOST_FILE_BYTES, MOST_FILES, judge_file, near_names, read_code_blocks

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("Dockerfile", "Dockerfile"),
        (" ./src//index.js ", "src/index.js"),
        ("src\\static\\app.js", "src/static/app.js"),
        (".dockerignore", ".dockerignore"),
        ("Dockerfile.txt", "Dockerfile.txt"),
        ("notes/größe.md", "notes/größe.md"),
        ("my file.txt", "my file.txt"),
    ],
)
def test_a_text_is_kept_under_its_plain_path(path: str, kept: str) -> None:
    assert judge_file(path, b"x") == kept


FULL = {f"f{n}": b"" for n in range(MOST_FILES)}
LARGE = {f"f{n}": b"x" * 64 * 1024 for n in range(80)}
HELD = {"Dockerfile": b"FROM x", "src/index.js": b""}


@pytest.mark.parametrize(
    ("name", "path", "content", "project", "code"),
    [
        ("A04 above", "../../etc/cron.d/x", b"", {}, "BAD_PATH"),
        ("A04 absolute", "/etc/passwd", b"", {}, "BAD_PATH"),
        ("A04 inside and out", "a/../../b", b"", {}, "BAD_PATH"),
        ("A04 inside", "a/../b", b"", {}, "BAD_PATH"),
        ("A04 drive", "C:\\x", b"", {}, "BAD_PATH"),
        ("A04 home", "~/x", b"", {}, "BAD_PATH"),
        ("A09 nul", "a\x00b", b"", {}, "BAD_PATH"),
        ("A09 newline", "a\nb", b"", {}, "BAD_PATH"),
        ("A09 right to left", "a\u202etxt", b"", {}, "BAD_PATH"),
        ("A09 zero width", "Docker\u200bfile", b"", {}, "BAD_PATH"),
        ("A09 trailing dot", "Dockerfile.", b"", {}, "BAD_PATH"),
        ("A09 trailing blank in a folder", "src /x", b"", {}, "BAD_PATH"),
        ("A09 capitals", "dockerfile", b"", HELD, "NAME_CLASH"),
        ("folder", "src", b"", HELD, "NAME_CLASH"),
        ("below a file", "Dockerfile/x", b"", HELD, "NAME_CLASH"),
        ("no name", "./", b"", {}, "BAD_PATH"),
        ("long name", "x" * 300, b"", {}, "BAD_PATH"),
        ("deep", "a/" * 20 + "b", b"", {}, "BAD_PATH"),
        ("ours", ".docent-dockerfile", b"", {}, "BAD_PATH"),
        ("A12 git", ".git/hooks/post-checkout", b"", {}, "NOT_NEEDED"),
        ("modules", "node_modules/x/index.js", b"", {}, "NOT_NEEDED"),
        ("large", "a.txt", b"x" * (MOST_FILE_BYTES + 1), {}, "TOO_LARGE"),
        ("many", "one-more", b"", FULL, "TOO_MANY"),
        ("all together", "one-more", b"x", LARGE, "TOO_LARGE"),
        ("A01 zip", "x.zip", b"PK\x03\x04...", {}, "ARCHIVE"),
        ("A11 zip called png", "x.png", b"PK\x03\x04...", {}, "ARCHIVE"),
        ("A07 tar", "x.tar", b"x" * 257 + b"ustar" + b"\x00" * 9, {}, "ARCHIVE"),
        ("A10 gzip", "x.gz", b"\x1f\x8b\x08", {}, "ARCHIVE"),
        ("program", "x", b"\x7fELF\x02\x01\x01\x00", {}, "BINARY"),
        ("picture under another name", "x.js", PNG, {}, "BINARY"),
        ("latin letters", "x.txt", "é".encode("latin-1"), {}, "BINARY"),
        ("UTF-16", "Dockerfile", "FROM x".encode("utf-16"), {}, "ENCODING"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)  # fmt: skip
def test_what_cannot_be_kept_is_said_kindly(
    name: str, path: str, content: bytes, project: dict[str, bytes], code: str
) -> None:
    refusal = judge_file(path, content, project)
    assert isinstance(refusal, Refusal), name
    assert refusal.code == code
    assert "\n" not in refusal.say
    assert "\x00" not in refusal.say


def test_small_pictures_are_kept() -> None:
    assert judge_file("src/logo.png", PNG) == "src/logo.png"


def test_a_file_may_be_replaced_in_a_full_project() -> None:
    assert judge_file("f0", b"new", FULL) == "f0"
    assert judge_file("f0", b"new", LARGE) == "f0"


@pytest.mark.parametrize(
    ("path", "existing", "near"),
    [
        ("Dockerfile", ["dockerfile", "README.md"], ("dockerfile",)),
        ("Dockerfile", ["Dockerfile.txt"], ("Dockerfile.txt",)),
        ("Dockerfile", ["DockerFile.TXT"], ("DockerFile.TXT",)),
        ("Dockerfile", ["Dokcerfile"], ("Dokcerfile",)),
        (
            "Dockerfile",
            ["app/Dockerfile", "dockerfile", "Dockerfile.md"],
            ("dockerfile", "Dockerfile.md", "app/Dockerfile"),
        ),
        ("Dockerfile", ["Dockerfile", "package.json", "docker-compose.yml"], ()),
        (".dockerignore", [".dockerignore.txt", "dockerignore"], (".dockerignore.txt", "dockerignore")),
        ("src/index.js", ["src/index.html", "src/indx.js"], ("src/indx.js",)),
        ("Dockerfile", ["Dockerfile.dev", "docker-file.txt", "Makefile"], ("docker-file.txt", "Dockerfile.dev")),
        (
            "compose.yaml",
            ["compose", "src/compose.yaml", "compose.yml"],
            ("compose.yml", "src/compose.yaml", "compose"),
        ),
        (".dockerignore", [".gitignore", "dockerignore.txt"], ("dockerignore.txt",)),
        ("src/static/js/app.js", ["app.js", "src/static/js/app.jsx"], ("src/static/js/app.jsx", "app.js")),
        ("src/static/index.html", ["src/index.js", "src/static/index.htm"], ("src/static/index.htm",)),
    ],
)
def test_names_that_are_easily_confused_are_found(path: str, existing: list[str], near: tuple[str, ...]) -> None:
    assert near_names(path, existing) == near


RECIPE = "FROM node:24-alpine\nWORKDIR /app\n"
FILES = [
    (f"```\n{RECIPE}```", [("Dockerfile", RECIPE)]),
    (f"```{RECIPE}```", [("Dockerfile", RECIPE)]),
    (f"```dockerfile\n{RECIPE}```", [("Dockerfile", RECIPE)]),
    (f"```Dockerfile\n{RECIPE}```", [("Dockerfile", RECIPE)]),
    (f"```docker\n{RECIPE}```", [("Dockerfile", RECIPE)]),
    (f"```# Dockerfile\n{RECIPE}```", [("Dockerfile", RECIPE)]),
    (f"```Dockerfile:\n{RECIPE}```", [("Dockerfile", RECIPE)]),
    (f"```\nDockerfile\n{RECIPE}```", [("Dockerfile", RECIPE)]),
    (f"Dockerfile:\n```\n{RECIPE}```", [("Dockerfile", RECIPE)]),
    (f"here is my `Dockerfile`:\n```{RECIPE}```\nis it right?", [("Dockerfile", RECIPE)]),
    (f"dockerfile\n```{RECIPE}```", [("dockerfile", RECIPE)]),
    (f"Dockerfile.txt\n```{RECIPE}```", [("Dockerfile.txt", RECIPE)]),
    (f"can you check this?\n```{RECIPE}```", [("Dockerfile", RECIPE)]),
    ("```# syntax=docker/dockerfile:1\nFROM node\n```", [("Dockerfile", "# syntax=docker/dockerfile:1\nFROM node\n")]),
    ("```ARG V=24\nFROM node:$V\n```", [("Dockerfile", "ARG V=24\nFROM node:$V\n")]),
    ("```FORM node\nWORKDIR /app\nCOPY . .```", [("Dockerfile", "FORM node\nWORKDIR /app\nCOPY . .\n")]),
    ("```from node\ncopy . .```", [("Dockerfile", "from node\ncopy . .\n")]),
    ("src/index.js\n```js\nconsole.log(1)\n```", [("src/index.js", "console.log(1)\n")]),
    ("```// src/index.js\nconsole.log(1)\n```", [("src/index.js", "console.log(1)\n")]),
    ("```js src/index.js\nconsole.log(1)\n```", [("src/index.js", "console.log(1)\n")]),
    ("*.dockerignore*\n```\nnode_modules\n```", [(".dockerignore", "node_modules\n")]),
    ("```<!-- index.html -->\n<p>```", [("index.html", "<p>\n")]),
    (f"```{RECIPE}```\n.dockerignore:\n```node_modules```", [("Dockerfile", RECIPE), (".dockerignore", "node_modules\n")]),
    (f"```\r\n{RECIPE}```".replace("\n", "\r\n"), [("Dockerfile", RECIPE)]),
    (f"~~~\n{RECIPE}~~~", [("Dockerfile", RECIPE)]),
    (f"```\n{RECIPE}", [("Dockerfile", RECIPE)]),
    ("```docker build -t x .```", []),
    ("```bash\ndocker build -t x .\n```", []),
    ("```docker\n```", []),
    ("I get this in src/index.js:\n```Error: Cannot find module 'x'```", []),
    ("why does Dockerfile fail with\n```COPY failed: no such file```", []),
    ("```npm error code ENOENT\nnpm error path /app/package.json```", []),
    ("```from flask import Flask\nprint(1)```", []),
    ("```../../etc/passwd\nx```", []),
    ("no block at all, FROM node", []),
    ("``````", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "files"), FILES, ids=[repr(text)[:50] for text, _ in FILES])
def test_a_block_is_a_file_when_something_names_it_or_it_is_a_dockerfile(
    text: str, files: list[tuple[str, str]]
) -> None:
    assert read_code_blocks(text) == files


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(st.sampled_from(["```", "~~~", "\n", "FROM a", "Dockerfile", "# ", "src/x.js", ":", " ", "js", "..", "/"]), max_size=20).map("".join)))  # fmt: skip
def test_any_message_is_read_for_files_without_a_fault(text: str) -> None:
    for path, content in read_code_blocks(text):
        assert content.strip()
        assert ".." not in path.split("/")
        assert not path.startswith("/")


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60), st.binary(max_size=60))
def test_a_kept_path_is_inside_the_project(path: str, content: bytes) -> None:
    kept = judge_file(path, content)
    if isinstance(kept, str):
        assert kept == kept.strip("/")
        assert not {"", ".", ".."} & set(kept.split("/"))
        assert judge_file(kept, content) == kept


@pytest.mark.parametrize(
    "text",
    [
        "```" * 13_000,
        "```\n# " + "a" * 39_000 + "```",
        "a/" * 19_000 + "\n```x```",
        ("Dockerfile " * 3_000) + "```x```",
    ],
)
def test_the_work_for_a_message_is_bounded(text: str, loops: Callable[[Callable[[], object]], float]) -> None:
    assert loops(lambda: read_code_blocks(text)) < 15
