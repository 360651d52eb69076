"""The project inside containers: what is saved is seen, and nothing that a container plants leads out of it."""

from __future__ import annotations

import io
import tarfile
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handin.plan import Curl
from bot.sandbox.project_volume import packed
from bot.sandbox.sandbox import DockerSandbox
from tests.sandbox.conftest import Learner, until
from tests.sandbox.test_volumes import said

engine = pytest.mark.engine


@engine
async def test_a_container_sees_the_project_as_it_is(learner: Learner) -> None:
    learner.files["src/deep/new.txt"] = b"one"
    out = await said(learner, 'docker run --rm -v "$(pwd):/app" -w /app alpine cat src/deep/new.txt')
    assert out.text == "one"
    learner.files["src/deep/new.txt"] = b"two"
    assert (await said(learner, "docker run --rm -v ./src:/s alpine cat /s/deep/new.txt")).text == "two"
    del learner.files["src/deep/new.txt"]
    out = await said(learner, "docker run --rm --mount type=bind,src=.,target=/app alpine ls /app/src/deep")
    assert "No such file" in out.text
    assert "index.js" in (await said(learner, "docker run --rm -v .:/app alpine ls /app/src")).text


@engine
async def test_an_edit_reaches_a_running_container_within_two_seconds(learner: Learner) -> None:
    learner.files = {"app.txt": b"old"}
    await said(learner, "docker run -d --name web -v .:/app alpine sleep 300")
    learner.files = {"app.txt": b"new", "more.txt": b"x"}
    started = time.monotonic()
    await learner.sandbox.refresh(learner.name, learner.files)
    assert (await said(learner, "docker exec web cat /app/app.txt")).text == "new"
    assert time.monotonic() - started < 20  # an absolute ceiling for a busy machine; two seconds are usual
    learner.files = {"app.txt": b"new"}
    await learner.sandbox.refresh(learner.name, learner.files)
    assert (await said(learner, "docker exec web ls /app")).text == "app.txt"


@engine
async def test_a_program_that_watches_its_files_starts_anew_on_an_edit(learner: Learner) -> None:
    app = "require('http').createServer((q, s) => s.end('%s')).listen(3000)"
    learner.files = {"index.js": (app % "old").encode()}
    await said(learner, "docker run -dp 3000:3000 -v .:/app -w /app node:24-alpine node --watch index.js")

    async def answers(text: str) -> bool:
        return (await learner.do(Curl("localhost", 3000))).text == text

    await until(lambda: answers("old"))
    learner.files["index.js"] = (app % "new").encode()
    await learner.sandbox.refresh(learner.name, learner.files)
    await until(lambda: answers("new"))


@engine
async def test_who_is_not_root_can_work_in_the_project_too(learner: Learner) -> None:
    out = await said(
        learner, "docker run --rm -u node -w /app -v .:/app node:24-alpine sh -c 'echo 1 > new && cat new'"
    )
    assert (out.text, out.exit_code) == ("1", 0)


async def collected(learner: Learner) -> dict[str, bytes | None]:
    """Do what the workbench does, and return what came back."""
    changes = dict(await learner.sandbox.collect(learner.name, learner.files))
    for path, content in changes.items():
        if content is None:
            del learner.files[path]
        else:
            learner.files[path] = content
    if changes:
        await learner.sandbox.refresh(learner.name, learner.files)
    return changes


@engine
async def test_what_a_container_writes_and_removes_comes_back(learner: Learner) -> None:
    learner.files = {"keep.txt": b"1", "src/app.js": b"1", "src/doomed.js": b"1"}
    assert await collected(learner) == {}
    write = "cd /s && touch myfile.txt && rm src/doomed.js && echo 2 > src/app.js && chmod 0 src/app.js"
    more = "mkdir -p node_modules/x && touch node_modules/x/y && ln -s /etc/passwd link"
    await said(learner, f"docker run --rm --mount type=bind,src=.,target=/s alpine sh -c '{write} && {more}'")
    assert await collected(learner) == {"myfile.txt": b"", "src/app.js": b"2\n", "src/doomed.js": None}
    assert await collected(learner) == {}
    out = await said(learner, "ls")
    assert out.text.split() == ["keep.txt", "link", "myfile.txt", "node_modules", "src"]
    assert "`node_modules` is filled by a program" in out.note
    # nothing of it was written again, and a container in another folder sees the same
    assert (await said(learner, "docker run --rm -v ./src:/s alpine cat /s/app.js")).text == "2"
    assert (await said(learner, "docker run --rm -v .:/s alpine readlink /s/link")).text == "/etc/passwd"


@engine
@pytest.mark.parametrize("restarted", [False, True])
async def test_what_the_learner_removes_stays_removed_though_nothing_mounts_it_any_more(
    learner: Learner, make_sandbox: Callable[..., DockerSandbox], restarted: bool
) -> None:
    learner.files = {"a.txt": b"1", "b.txt": b"1"}
    await said(learner, "docker run --rm -v .:/s alpine sh -c 'touch /s/myfile.txt; rm /s/b.txt'")
    assert await collected(learner) == {"b.txt": None, "myfile.txt": b""}
    if restarted:
        learner.sandbox = make_sandbox()
    assert await collected(learner) == {}
    learner.files = {"a.txt": b"1", "b.txt": b"2"}
    await learner.sandbox.refresh(learner.name, learner.files)
    assert await collected(learner) == {}
    assert (await said(learner, "docker run --rm -v .:/s alpine cat /s/b.txt")).text == "2"
    assert (await said(learner, "docker run --rm -v .:/s alpine ls /s")).text.split() == ["a.txt", "b.txt"]


@engine
async def test_an_edit_of_the_learners_stands_against_a_containers(learner: Learner) -> None:
    learner.files = {"a.txt": b"old", "b.txt": b"old"}
    await said(learner, "docker run -d --name web -v .:/app alpine sleep 300")
    await said(learner, "docker exec web sh -c 'echo theirs > /app/a.txt; echo theirs > /app/b.txt'")
    learner.files["a.txt"] = b"mine"
    assert await collected(learner) == {"b.txt": b"theirs\n"}
    assert (await said(learner, "docker exec web cat /app/a.txt")).text == "mine"


@engine
async def test_a_flood_of_files_in_the_mounted_project_stays_there(learner: Learner) -> None:
    learner.files = {"a.txt": b"old"}
    flood = "mkdir /s/f && cd /s/f && i=0; while [ $i -lt 3000 ]; do : > $i; i=$((i+1)); done; echo new > /s/a.txt"
    await said(learner, f"docker run --rm -v .:/s alpine sh -c '{flood}; dd if=/dev/zero of=/s/big bs=1024 count=65'")
    assert await collected(learner) == {"a.txt": b"new\n"}
    out = await said(learner, "ls")
    assert out.text.split() == ["a.txt", "big", "f"]
    assert "3,000" in out.note


@engine
async def test_a_missing_folder_is_made_for_v_and_refused_for_mount(learner: Learner) -> None:
    assert (await said(learner, "docker run --rm -v ./nosuch:/x alpine ls /x")).text == ""
    out = await said(learner, "docker run --rm --mount type=bind,src=./nosuch,target=/x alpine ls /x")
    assert out.exit_code == 125
    assert out.text.startswith(
        'docker: Error response from daemon: invalid mount config for type "bind": bind source path does not exist: '
        "/home/you/getting-started-app/nosuch\n"
    )
    assert (await said(learner, "docker run --rm -v ./package.json:/x alpine cat /x")).exit_code == 125


@engine
async def test_links_that_a_container_plants_lead_nowhere(learner: Learner) -> None:
    learner.files = {"src/app.js": b"1", "keep.txt": b"k"}
    plant = "rm -rf /app/src /app/keep.txt && ln -s / /app/src && ln -s /etc/passwd /app/keep.txt"
    await said(learner, f"docker run --rm -v .:/app alpine sh -c '{plant}'")
    learner.files = {"src/app.js": b"2", "keep.txt": b"changed"}
    out = await said(
        learner, "docker run --rm -v .:/app alpine sh -c 'cat /app/src/app.js /app/keep.txt; ls -ld /app/src'"
    )
    assert out.text.startswith("2changed")
    assert "drwxr-xr-x" in out.text
    # removing through a link removes nothing of ours
    await said(learner, "docker run --rm -v .:/app alpine sh -c 'rm -rf /app/src && ln -s /docent-verifier /app/src'")
    learner.files = {"keep.txt": b"changed"}
    assert (await said(learner, "docker run --rm -v .:/app alpine cat /app/keep.txt")).text == "changed"


@engine
async def test_settings_come_from_a_project_file(learner: Learner) -> None:
    learner.files = {"db.env": b"# database\nA=from file\nB=two\nC\n\nURL=a=b\r\n"}
    out = await said(learner, "docker run --rm --env-file db.env -e B=three alpine sh -c 'echo \"$A|$B|$C|$URL\"'")
    assert out.text == "from file|three||a=b"
    missing = await said(learner, "docker run --rm --env-file nope.env alpine true")
    assert (
        missing.text
        == "docker: open nope.env: no such file or directory\n\nRun 'docker run --help' for more information"
    )
    assert missing.exit_code == 125


@given(st.dictionaries(st.from_regex(r"[a-z]{1,5}(/[a-z]{1,5}){0,3}", fullmatch=True), st.binary(max_size=20)))
def test_a_packed_project_unpacks_to_the_same_files(files: dict[str, bytes]) -> None:
    found = {}
    with tarfile.open(fileobj=io.BytesIO(packed(files, 1_700_000_000.0))) as tar:
        entries = tar.getmembers()
        for entry in entries:
            assert entry.isdir() or entry.isreg()
            if entry.isreg() and (held := tar.extractfile(entry)):
                found[entry.name.removeprefix("./")] = held.read()
    assert found == files
    assert {entry.uid for entry in entries} == {1000}
