"""A Dockerfile is read as the engine reads it, and its faults are said in Docker's words with ours beside them."""

# ruff: noqa: E501 - a table reads by the row

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.handin.bases import emit, resolve_bases
from bot.handin.dockerfile import Dockerfile, DockerfileProblem, parse_dockerfile
from bot.handin.dockerfile_text import LONGEST_INSTRUCTION, MOST_BYTES

VERDICTS = json.loads(Path(__file__).with_name("engine_verdicts.json").read_text(encoding="utf-8"))
#: faults that the engine meets only while it builds
LATE = ("failed to process", "When using COPY")
WORKSHOP = """# syntax=docker/dockerfile:1

FROM node:24-alpine
WORKDIR /app
COPY . .
RUN npm install --omit=dev
CMD ["node", "src/index.js"]
EXPOSE 3000
"""


def read(text: str | bytes) -> Dockerfile:
    parsed = parse_dockerfile(text)
    assert isinstance(parsed, Dockerfile), parsed
    return parsed


def problem(text: str | bytes) -> DockerfileProblem:
    parsed = parse_dockerfile(text)
    assert isinstance(parsed, DockerfileProblem), parsed
    return parsed


def test_the_workshops_dockerfile_is_read() -> None:
    dockerfile = read(WORKSHOP)
    assert dockerfile.frontend == "docker/dockerfile:1"
    assert dockerfile.warnings == ()
    assert [(made.line, made.keyword, made.words, made.json) for made in dockerfile.instructions] == [
        (3, "FROM", ("node:24-alpine",), False),
        (4, "WORKDIR", ("/app",), False),
        (5, "COPY", (".", "."), False),
        (6, "RUN", ("npm", "install", "--omit=dev"), False),
        (7, "CMD", ("node", "src/index.js"), True),
        (8, "EXPOSE", ("3000",), False),
    ]


def _core(error: str) -> str:
    """Return an engine's error without what differs between the classic builder and BuildKit: prefixes, and case."""
    error = error.rpartition("failed to solve: ")[2]
    error = re.sub(r"^(?:failed to parse Dockerfile: |dockerfile parse error (?:on )?line \d+: )", "", error)
    error = re.sub(r" \(did you mean \w+\?\)$", "", error).replace("unknown flag: --", "unknown flag: ")
    return error.replace("the Dockerfile (Dockerfile) cannot", "the Dockerfile cannot").lower()


@pytest.mark.parametrize("row", VERDICTS, ids=[repr(row["text"])[:60] for row in VERDICTS])
def test_the_engine_and_we_agree_on_what_is_a_dockerfile(row: dict[str, str]) -> None:
    parsed = parse_dockerfile(row["text"])
    if not row["error"] or row["error"].startswith(LATE):
        assert isinstance(parsed, Dockerfile)
        return
    assert isinstance(parsed, DockerfileProblem)
    assert _core(parsed.words) == _core(row["error"])
    line = re.search(r"line (\d+)", row["error"])
    assert line is None or parsed.line == int(line[1])


PROBLEMS = [
    ("FORM node\n", 1, "UNKNOWN_INSTRUCTION", "unknown instruction: FORM (did you mean FROM?)", "Did you mean `FROM`"),
    ("FROM node\nWORKDIRR /app\n", 2, "UNKNOWN_INSTRUCTION", "(did you mean WORKDIR?)", "WORKDIR"),
    ("FROM node\n\nnpm install\n", 3, "UNKNOWN_INSTRUCTION", "unknown instruction: npm", "put `RUN` before it"),
    ("FROM node\ndocker build .\n", 2, "UNKNOWN_INSTRUCTION", "docker", "Send it as a message"),
    ("FROM node\n// note\n", 2, "UNKNOWN_INSTRUCTION", "//", "begins with `#`"),
    ("```\nFROM node\n```", 1, "CODE_FENCE", "```", "code block"),
    ("FROM node\n```\n", 2, "CODE_FENCE", "```", "Leave such lines out"),
    ("$ FROM node\n", 1, "PROMPT", "$", "prompt sign"),
    ("> FROM node\n", 1, "PROMPT", ">", "prompt sign"),
    ("root@host:~# FROM node\n", 1, "PROMPT", "root@host:~#", "prompt sign"),
    ("", 0, "EMPTY", "the Dockerfile cannot be empty", "empty"),
    ("\n \n", 0, "EMPTY", "file with no instructions", "empty"),
    ("# one\n# two\n", 0, "EMPTY", "file with no instructions", "only comments"),
    ("COPY . .\n", 1, "NO_FROM", "no build stage in current context", "`FROM` comes first"),
    ("ARG A=1\n", 0, "NO_FROM", "no stages", "no `FROM`"),
    ("FROM node # base\n", 1, "BAD_INSTRUCTION", "either one or three", "line of its own"),
    ("FROM node:24 alpine\n", 1, "BAD_INSTRUCTION", "either one or three", "takes one image"),
    ("FROM node\nCOPY .\n", 2, "BAD_INSTRUCTION", "requires at least two arguments", "`COPY . .`"),
    ("FROM node\nWORKDIR\n", 2, "BAD_INSTRUCTION", "requires exactly one argument", "`WORKDIR /app`"),
    ("FROM node\nRUN --mount=type=cache,target=/c npm i\n", 2, "BUILDKIT", "", "needs BuildKit"),
    ("FROM node\nRUN --network=host ls\n", 2, "BUILDKIT", "", "needs BuildKit"),
    ("FROM node\nRUN --security=insecure ls\n", 2, "BUILDKIT", "", "needs BuildKit"),
    ("FROM node\nCOPY --chmod=755 . .\n", 2, "BUILDKIT", "", "needs BuildKit"),
    ("FROM node\nCOPY --link . .\n", 2, "BUILDKIT", "", "needs BuildKit"),
    ("FROM node\nRUN <<EOF\nls\nEOF\n", 2, "BUILDKIT", "", "needs BuildKit"),
    ("FROM node\nCOPY <<-'EOF' /x\nls\nEOF\n", 2, "BUILDKIT", "", "needs BuildKit"),
    ("FROM a AS x\nFROM b AS X\n", 0, "BAD_STAGE", "", "same name"),
    ("FROM node\nRUN echo \\\\\nls\n", 2, "BAD_CONTINUATION", "", "ends in two"),
    ("FROM node\nENV A=\u202eb\n", 2, "INVISIBLE", "", "right-to-left override"),
    ("FROM no\u200bde\n", 1, "INVISIBLE", "", "zero width space"),
    ("FROM\u00a0node\n", 1, "INVISIBLE", "", "no-break space"),
    ("FROM node\x0bCMD x\n", 1, "ENCODING", "", "control character"),
    ("FROM node\n# \x00\n", 2, "ENCODING", "", "control character"),
    ("FROM node\rCMD x\n", 1, "ENCODING", "", "control character"),
    ("FROM node\nRUN " + "x" * LONGEST_INSTRUCTION, 2, "TOO_LONG", "", "characters"),
    ("FROM node\n" + "#" * MOST_BYTES, 0, "TOO_LONG", "", "64 KB"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "code", "words", "say"), PROBLEMS, ids=[repr(row[0])[:40] for row in PROBLEMS]
)
def test_a_fault_is_named_with_its_line(text: str, line: int, code: str, words: str, say: str) -> None:
    found = problem(text)
    assert (found.line, found.code) == (line, code)
    assert words in found.words
    assert bool(found.words) == bool(words)
    assert say in found.say


@pytest.mark.parametrize(
    "content",
    [
        WORKSHOP.encode("utf-16"),
        WORKSHOP.encode("utf-16-le"),
        WORKSHOP.encode("utf-16-be"),
        "FROM x\nLABEL a=é\n".encode("latin-1"),
    ],
)
def test_a_file_saved_in_another_encoding_says_so(content: bytes) -> None:
    found = problem(content)
    assert found.code == "ENCODING"
    assert "UTF-8" in found.say


def test_byte_order_mark_and_windows_line_ends_change_nothing() -> None:
    plain = read(WORKSHOP)
    for content in ("\ufeff" + WORKSHOP, WORKSHOP.replace("\n", "\r\n"), WORKSHOP.encode("utf-8-sig")):
        assert read(content).instructions == plain.instructions


WARNED = [
    ("CMD ['node', 'src/index.js']", "double quotes"),
    ("CMD [“node”, “src/index.js”]", "curly quotes"),
    ("CMD [node, src/index.js]", "double quotes"),
    ('CMD ["node", "src/index.js"', "no closing bracket"),
    ('CMD ["node"] src/index.js', "ignores what stands behind"),
    ("ENTRYPOINT ['node']", "double quotes"),
    ("CMD a\nCMD b", "only the last one"),
    ("WORKDIR app", "without a slash"),
]


@pytest.mark.parametrize(("line", "about"), WARNED)
def test_what_docker_accepts_but_was_hardly_meant_is_warned_about(line: str, about: str) -> None:
    (warning,) = read(f"FROM node\n{line}\n").warnings
    assert about in warning


def test_single_quotes_make_a_line_of_shell_as_they_do_for_docker() -> None:
    cmd = read("FROM node\nCMD ['node', 'x']\n").instructions[1]
    assert not cmd.json
    assert cmd.args == "['node', 'x']"


def test_continued_lines_are_one_instruction() -> None:
    dockerfile = read("FROM node\nRUN a && \\\n    # note\n\n  b \\\n  && c\nCMD d")
    assert [(made.text, made.line, made.end_line) for made in dockerfile.instructions] == [
        ("FROM node", 1, 1),
        ("RUN a &&   b   && c", 2, 6),
        ("CMD d", 7, 7),
    ]


BASES = [
    ("ARG V=24\nFROM node:$V-alpine", (), ["node:24-alpine"]),
    ("ARG V=24\nFROM node:${V}-alpine", (("V", "22"),), ["node:22-alpine"]),
    ("ARG V\nFROM node:${V:-20}", (), ["node:20"]),
    ("ARG V=x\nFROM ${V:+alpine}", (), ["alpine:latest"]),
    ("FROM docker.io/library/node AS a\nFROM A\nFROM scratch", (), ["node:latest", "a", "scratch"]),
    ("FROM alpine AS nginx\nFROM nginx", (), ["alpine:latest", "nginx"]),
    ("FROM evil.example/x", (), ["evil.example/x:latest"]),
    ("FROM \"no\"'de'", (), ["node:latest"]),
    ("FROM Node", (), [""]),
    ("FROM $NOTHING", (), [""]),
    ("FROM ${V", (), [""]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "build_args", "names"), BASES)
def test_a_stages_base_is_resolved_as_the_engine_does(
    text: str, build_args: tuple[tuple[str, str], ...], names: list[str]
) -> None:
    assert [base.name for base in resolve_bases(read(text), build_args)] == names


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("FROM $NOTHING", "base name ($NOTHING) should not be blank"),
        (
            "FROM Node",
            'failed to parse stage name "Node": invalid reference format: repository name (library/Node) must',
        ),
        ("FROM ${V", 'failed to process "${V": missing'),
    ],
)
def test_a_base_that_cannot_be_read_is_answered_in_dockers_words(text: str, fault: str) -> None:
    (base,) = resolve_bases(read(text))
    assert base.fault.startswith(fault)


def test_bases_are_pinned_and_every_line_stays_where_it_was() -> None:
    text = '# syntax=x/y\n\nARG V=24\nFROM --platform=linux/amd64 node:$V AS build\nRUN a \\\n  b\nFROM build\nFROM scratch\nCMD ["x"] y\nCMD [ "x",  "y" ]\n'
    assert emit(read(text), {"node:24": "sha256:0a"}).splitlines() == [
        "",
        "",
        "ARG V=24",
        "FROM sha256:0a AS build",
        "RUN a   b",
        "",
        "FROM build",
        "FROM scratch",
        'CMD ["x"]',
        'CMD [ "x",  "y" ]',
    ]


def test_a_mark_stands_below_every_base_and_once_where_a_stage_builds_on_another() -> None:
    text = (
        "FROM node:24 AS build\n\nRUN npm ci\nFROM build AS test\nRUN npm test\nFROM scratch\nCOPY --from=test /a /a\n"
    )
    marked = emit(read(text), {"node:24": "sha256:0a"}, mark="LABEL ours=true").splitlines()
    assert [marked[number - 1] for number, line in enumerate(marked) if line == "LABEL ours=true"] == [
        "FROM sha256:0a AS build",
        "FROM scratch",
    ]
    assert [line for line in marked if line and line != "LABEL ours=true"] == [
        line for line in emit(read(text), {"node:24": "sha256:0a"}).splitlines() if line
    ]


def test_a_base_without_a_pin_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        emit(read("FROM node"), {})


def test_another_escape_sign_is_kept() -> None:
    text = "# escape=`\nFROM node\nCOPY x `\n  c:\\\nRUN a\n"
    assert emit(read(text), {"node:latest": "sha256:0a"}).splitlines() == [
        "# escape=`",
        "FROM sha256:0a",
        "COPY x   c:\\",
        "",
        "RUN a",
    ]


# ---- whatever is handed in

_PIECES = st.sampled_from([
    "FROM node\n", "FROM ", "node", " AS ", "a", "\n", "RUN ", "COPY ", "--from=a ", "--chown=x ", "ADD ", "[", '"', "'", "]", ",", "\\\n", "\\",
    "`", "# escape=`\n", "# syntax=x\n", "#", "$", "${", "}", ":-", "ENV A=b ", "WORKDIR ", "ARG A=1\n", "<<EOF", "\t", " ", "\r\n", "é", "\x00",
    "CMD ", "LABEL ", "ONBUILD ", "EXPOSE 1-9 ", "VOLUME ", "/proc", "scratch", "{", "1",
])  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.text(max_size=200), st.binary(max_size=200), st.lists(_PIECES, max_size=30).map("".join), st.lists(_PIECES, max_size=20).map(lambda p: "FROM node\n" + "".join(p))))  # fmt: skip
def test_any_content_is_read_without_a_fault_and_written_anew_as_it_was_read(content: str | bytes) -> None:
    dockerfile = parse_dockerfile(content)
    if isinstance(dockerfile, DockerfileProblem):
        assert dockerfile.say
        assert len(dockerfile.say) < 500
        return
    bases = {base.name: "sha256:0a" for base in resolve_bases(dockerfile)}
    again = read(emit(dockerfile, bases))

    def core(each: Dockerfile) -> list[tuple[object, ...]]:
        return [(m.keyword, m.words[1:] if m.keyword == "FROM" else m.words, m.json, m.line) for m in each.instructions]

    assert core(again) == core(dockerfile)


HEAVY = [
    "FROM a\n" + "RUN x\\\n" * 8_000,
    "FROM a\nCMD " + "[" * 7_900,
    "FROM a\nCMD [" + "1" * 7_900 + "]",
    "FROM " + "$A" * 3_900,
    "".join(f"ARG A{n}=$A{n - 1}$A{n - 1}\n" for n in range(1, 60)) + "FROM $A59",
    "FROM " + "${A:-" * 1_500,
    "FROM a\nENV " + "A=" * 3_900,
    "FROM a\nENV " + '"\\' * 3_900,
    "# " * 30_000,
    "FROM a\n" * 9_000,
    "\n" * 65_000,
    "FROM a\nLABEL " + "a=b " * 1_900,
    "FROM a\nRUN " + "<" * 7_900,
]  # fmt: skip


@pytest.mark.parametrize("text", HEAVY, ids=[repr(text[:30]) for text in HEAVY])
def test_the_work_for_a_dockerfile_is_bounded(text: str, loops: Callable[[Callable[[], object]], float]) -> None:
    """A bound far above what is needed: only quadratic work or worse on 64 KB would pass it."""

    def work() -> None:
        parsed = parse_dockerfile(text)
        if isinstance(parsed, Dockerfile):
            resolve_bases(parsed)

    assert loops(work) < 30
