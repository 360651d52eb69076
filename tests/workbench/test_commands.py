"""What learners do with their hands: files are removed, and what containers see of the project follows the store."""

from __future__ import annotations

from hashlib import sha256

import pytest
from structlog.testing import capture_logs

from bot.core.messages import CommandOutput, FileSaved, Note
from bot.core.workshop import Act
from bot.errors import EngineDown
from bot.handin.plan import CopyOut, Output
from tests.workbench.conftest import ADA, FILES, Bench


@pytest.mark.parametrize(
    ("line", "left", "printed", "code"),
    [
        ("rm Dockerfile", {"src/a.js", "src/b/c.js"}, "", 0),
        ("rm -r src", {"Dockerfile"}, "", 0),
        ("rm -rf src/b nosuch", {"Dockerfile", "src/a.js"}, "", 0),
        ("rm src", set(FILES), "rm: cannot remove 'src': Is a directory", 1),
        (
            "rm nosuch src/a.js",
            {"Dockerfile", "src/b/c.js"},
            "rm: cannot remove 'nosuch': No such file or directory",
            1,
        ),
    ],
)
async def test_rm_takes_files_of_the_project(bench: Bench, line: str, left: set[str], printed: str, code: int) -> None:
    (shown,) = await bench.types(line)
    assert isinstance(shown, CommandOutput)
    assert (shown.output.text, shown.output.exit_code) == (printed, code)
    assert await bench.paths() == left
    assert bench.sandbox.ran == []  # the sandbox never sees it
    assert [set(files) for _, files in bench.sandbox.refreshed] == ([left] if left != set(FILES) else [])


async def test_a_saved_file_is_shown_to_running_containers(bench: Bench) -> None:
    await bench.workbench.files.keep("U1", [("src/a.js", b"new")], None, ADA)
    ((learner, files),) = bench.sandbox.refreshed
    assert (learner, files["src/a.js"], files["Dockerfile"]) == ("U1", b"new", b"FROM alpine\n")


async def test_a_file_is_kept_though_the_engine_is_away(bench: Bench) -> None:
    bench.sandbox.fails = [EngineDown("The Docker engine does not answer.")]
    await bench.workbench.files.keep("U1", [("src/a.js", b"new")], None, ADA)
    fault, saved = bench.chat.said
    assert isinstance(fault, Note)
    assert "Your files are kept" in fault.text
    assert isinstance(saved, FileSaved)
    assert (await bench.store.files("U1"))["src/a.js"] == b"new"


async def test_what_a_command_brings_is_kept_shown_to_containers_and_can_be_taken_back(bench: Bench) -> None:
    bench.sandbox.answers[CopyOut] = Output("Successfully copied", brought=(("src/a.js", b"new"), ("b.txt", b"b")))
    (shown,) = await bench.types("docker cp todo:/app/. .")
    assert isinstance(shown, CommandOutput)
    assert (await bench.store.files("U1"))["src/a.js"] == b"new"
    ((_, files),) = bench.sandbox.refreshed
    assert files["b.txt"] == b"b"
    await bench.workbench.files.undo("U1", "", None, ADA)
    assert await bench.store.files("U1") == FILES


async def test_an_authors_copy_is_kept_too(bench: Bench) -> None:
    bench.sandbox.answers[CopyOut] = Output("Successfully copied", brought=(("b.txt", b"b"),))
    await bench.workbench.apply("U1", [Act(say="docker cp todo:/b.txt .")])
    assert "b.txt" in await bench.paths()


async def test_an_authors_acts_remove_files_too(bench: Bench) -> None:
    await bench.workbench.apply("U1", [Act(say="rm src/a.js"), Act(remove="Dockerfile")])
    assert await bench.paths() == {"src/b/c.js"}
    assert len(bench.sandbox.refreshed) == 2


async def test_each_command_is_decided_about_in_the_log(bench: Bench) -> None:
    with capture_logs() as logs:
        await bench.types("docker login -u ada -p geheim")
        await bench.types("docker run -v /:/h alpine")
    kept = [each for each in logs if each["event"] == "decision"]
    assert [(each["learner"], each["kind"], each["code"]) for each in kept] == [
        ("U1", "command", ""),
        ("U1", "command", "HOST_MOUNT"),
    ]
    assert kept[1]["input"] == sha256(b"docker run -v /:/h alpine").hexdigest()
    assert "geheim" not in repr(logs)
