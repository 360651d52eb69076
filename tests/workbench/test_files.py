"""Files that learners hand in: kept as a container can read them, whole projects in one change, all of it undoable."""

from __future__ import annotations

from bot.core.messages import CommandOutput, FileSaved, Note
from bot.core.turn import TakeProject
from bot.core.workshop import StepRef
from tests.workbench.conftest import ADA, FILES, Bench

APP = (("package.json", b"{}"), ("src/index.js", b"x"), ("Dockerfile", b"FROM x\nCMD ['a']\n"))


def upload(*files: tuple[str, bytes], ref: StepRef | None = None) -> TakeProject:
    return TakeProject("app.zip", files, ("`node_modules/` (2 files) is left out.",), frozenset(), ref)


async def test_an_uploaded_project_takes_the_place_of_the_one_before_in_one_message(bench: Bench) -> None:
    await bench.files.take("U1", upload(*APP, ref=StepRef("02", "dockerfile")), ADA)
    (said,) = bench.chat.said
    assert isinstance(said, Note)
    assert said.text.startswith("`app.zip` is your project now: 3 files")
    assert "node_modules" in said.text
    assert "single quotes" in said.text, "an odd Dockerfile is named as for any other hand-in"
    assert said.offers
    assert await bench.store.files("U1") == dict(APP)
    assert [set(files) for _, files in bench.sandbox.refreshed] == [{path for path, _ in APP}]


async def test_undo_brings_the_former_project_back_in_one_go(bench: Bench) -> None:
    await bench.files.take("U1", upload(*APP), ADA)
    await bench.files.undo("U1", "", None, ADA)
    assert await bench.store.files("U1") == FILES
    said = bench.chat.said[-1]
    assert isinstance(said, Note)
    assert said.text == (
        "The last change is taken back: 3 files as before, 2 files gone again that came with it. "
        "`ls` shows your project."
    )
    assert len(bench.sandbox.refreshed) == 2


async def test_a_removed_folder_comes_back_whole(bench: Bench) -> None:
    await bench.types("rm -r src")
    await bench.files.undo("U1", "", None, ADA)
    assert await bench.store.files("U1") == FILES


async def test_one_file_of_an_upload_can_be_taken_back_alone(bench: Bench) -> None:
    await bench.files.take("U1", upload(*APP), ADA)
    await bench.files.undo("U1", "Dockerfile", None, ADA)
    said = bench.chat.said[-1]
    assert isinstance(said, FileSaved)
    assert "-CMD ['a']" in said.diff
    assert (await bench.store.files("U1"))["Dockerfile"] == FILES["Dockerfile"]


async def test_a_text_of_powershell_is_kept_as_utf_8_and_said(bench: Bench) -> None:
    await bench.files.keep("U1", [("Dockerfile", b"\xff\xfe" + "FROM x\r\n".encode("utf-16-le"))], None, ADA)
    (said,) = bench.chat.said
    assert isinstance(said, FileSaved)
    assert "UTF-16" in said.warning
    assert (await bench.store.files("U1"))["Dockerfile"] == b"FROM x\r\n"


async def test_a_compose_file_that_cannot_be_read_is_said_when_it_is_saved(bench: Bench) -> None:
    good = b"services: {app: {image: node:24-alpine, environment: {A: '${FROM_ENV:?}'}}}"
    for content, said in ((good, ""), (b"services: {app: {imge: a}}", "Compose will not read it yet: Line 1: `imge`")):
        await bench.files.keep("U1", (("compose.yaml", content),), None, ADA)
        saved = bench.chat.said[-1]
        assert isinstance(saved, FileSaved)
        assert said in saved.warning
        assert bool(saved.warning) == bool(said)


async def test_what_a_container_wrote_is_kept_told_and_can_be_undone(bench: Bench) -> None:
    bench.sandbox.written = {"myfile.txt": b"", "src/a.js": None}
    (shown,) = await bench.types("docker logs web")
    assert isinstance(shown, CommandOutput)
    assert "wrote `myfile.txt` and removed `src/a.js`" in shown.output.note
    assert await bench.paths() == {"Dockerfile", "src/b/c.js", "myfile.txt"}
    await bench.files.undo("U1", "", None, ADA)
    assert await bench.paths() == set(FILES)


async def test_a_project_is_looked_at_before_it_is_listed_and_before_an_edit(bench: Bench) -> None:
    bench.sandbox.written = {"src/a.js": b"from a container\n"}
    await bench.files.replace("U1", "src/a.js", ("from", "of"), None, ADA)
    assert (await bench.files.all("U1"))["src/a.js"] == b"of a container\n"
    bench.sandbox.written = {"new.txt": b"1"}
    assert "new.txt" in await bench.files.all("U1")


async def test_starting_over_reaches_the_mounted_project(bench: Bench) -> None:
    await bench.files.restart_project("U1", {"only.txt": b"1"})
    assert bench.sandbox.refreshed[-1] == ("U1", {"only.txt": b"1"})
