from __future__ import annotations

import pytest

from bot.sandbox.build_log import BuildLog, Instruction, excerpt, told

TWO = (
    Instruction("FROM", "FROM node:24-alpine", 1),
    Instruction("RUN", "RUN npm install", 2),
    Instruction("CMD", 'CMD ["node"]', 3),
)


def fed(log: BuildLog, *streams: str) -> list[str]:
    return [log.feed({"stream": text}, at + 1.0) for at, text in enumerate(streams)]


def finished(log: BuildLog) -> str:
    return log.finished(20.0, dockerfile_bytes=100, context_bytes=2_000, tags=["getting-started:latest"])


def test_steps_are_counted_as_buildkit_counts_them() -> None:
    log = BuildLog(TWO, 0.0)
    told_now = fed(
        log,
        "Step 1/4 : FROM sha256:1",
        " ---> 0123456789ab\n",
        "Step 2/4 : RUN npm install",
        "Step 3/4 : CMD",
        "Step 4/4 : LABEL docent.learner=u1",
    )
    assert [line for line in told_now if line] == ["[1/2] FROM node:24-alpine", "[2/2] RUN npm install"]
    log.feed({"aux": {"ID": "sha256:abc"}}, 6.0)
    text = finished(log)
    assert "docent" not in text
    assert " => [2/2] RUN npm install " in text
    assert "CMD" not in text
    assert text.splitlines()[0].startswith("[+] Building 20.0s (5/5) FINISHED")
    assert " => => naming to docker.io/library/getting-started:latest" in text
    assert log.image_id == "sha256:abc"


def test_a_step_from_the_cache_says_so() -> None:
    log = BuildLog(TWO, 0.0)
    fed(log, "Step 1/4 : FROM x", "Step 2/4 : RUN npm install", " ---> Using cache\n", " ---> 0123456789ab\n")
    assert " => CACHED [2/2] RUN npm install" in finished(log)


def test_stages_have_their_names() -> None:
    log = BuildLog(
        (
            Instruction("FROM", "FROM a AS build", 1, "build"),
            Instruction("COPY", "COPY . .", 2, "build"),
            Instruction("FROM", "FROM b", 3, "stage-1"),
        ),
        0.0,
    )
    assert fed(log, "Step 1/3 : ", "Step 2/3 : ", "Step 3/3 : ") == [
        "[build 1/2] FROM a AS build",
        "[build 2/2] COPY . .",
        "[stage-1 1/1] FROM b",
    ]


def test_a_failed_run_shows_its_output_its_line_and_dockers_error() -> None:
    log = BuildLog(TWO, 0.0)
    fed(
        log,
        "Step 1/4 : FROM x",
        "Step 2/4 : RUN npm install",
        " ---> Running in 0123456789ab\n",
        "\x1b[91mnpm error code ENOTCACHED\n\x1b[0m",
        "bye\n",
    )
    log.feed({"error": "The command '/bin/sh -c npm install' returned a non-zero code: 1"}, 9.0)
    text = finished(log)
    assert " => ERROR [2/2] RUN npm install" in text
    assert " > [2/2] RUN npm install:\n" in text
    assert "npm error code ENOTCACHED\n" in text
    assert "   2 | >>> RUN npm install" in text
    assert text.endswith('process "/bin/sh -c npm install" did not complete successfully: exit code: 1')
    assert log.step == "RUN npm install"
    assert log.reason() == "npm error code ENOTCACHED"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (1, " >1  2  3"),
        (3, "  1  2 >3  4  5"),
        (5, "  4 >5 >6  7"),
        (8, "  6  7 >8"),
    ],
)
def test_a_failed_instruction_is_shown_with_the_lines_around_it(line: int, shown: str) -> None:
    source = "FROM a\nRUN b\nRUN c\nRUN d\nRUN e && \\\n  f\nRUN g\n"
    head, dashes, *rows, end = excerpt("Dockerfile", source, line)
    assert (head, dashes, end) == (f"Dockerfile:{line}", "-" * 20, "-" * 20)
    assert "".join(f" {'>' if '>>>' in row else ' '}{row.split()[0]}" for row in rows) == shown


def test_the_end_of_a_long_output_is_what_counts() -> None:
    log = BuildLog(TWO, 0.0)
    fed(
        log,
        "Step 1/4 : FROM x",
        "Step 2/4 : RUN npm install",
        *["one line of much talk\n"] * 5_000,
        "npm error code E404\n",
    )
    log.feed({"error": "The command '/bin/sh -c npm install' returned a non-zero code: 1"}, 9.0)
    assert log.reason() == "npm error code E404"
    assert "npm error code E404" in finished(log)


def test_what_a_program_prints_is_never_taken_for_the_builders_words() -> None:
    log = BuildLog(TWO, 0.0)
    fed(
        log,
        "Step 1/4 : FROM x",
        "Step 2/4 : RUN npm install",
        "Step 9/9 : RUN evil\n",
        "Successfully built 0123456789ab\n",
    )
    assert log.step == "RUN npm install"
    assert log.image_id == ""


@pytest.mark.parametrize(
    ("classic", "today"),
    [
        (
            "The command '/bin/sh -c a && b' returned a non-zero code: 127",
            'process "/bin/sh -c a && b" did not complete successfully: exit code: 127',
        ),
        (
            "COPY failed: file not found in build context or excluded by .dockerignore: stat yarn.lock: file does not"
            " exist",
            '"/yarn.lock": not found',
        ),
        ("COPY failed: no source files were specified", "no source files were specified"),
        ("mkdir /var/lib/docker/overlay2/abc/merged: no space left on device", "mkdir … no space left on device"),
    ],
)
def test_the_classic_builders_errors_are_told_in_todays_words(classic: str, today: str) -> None:
    got = told(classic)
    assert today in got
    assert "/var/lib/docker" not in got
