"""`docker cp` on the real engine: odd names, links, sizes, mounts, and nothing left behind."""

from __future__ import annotations

import pytest

from bot.handin.paths import HOME
from bot.handin.plan import Output
from bot.sandbox.host import Host
from tests.sandbox.conftest import Learner
from tests.sandbox.test_volumes import said

pytestmark = pytest.mark.engine

BUSY = "docker run -d --name web -v .:/mounted -v data:/data alpine sh -c '{}; sleep 300'"


async def ready(learner: Learner, script: str) -> None:
    script = f"mkdir /x && cd /x && {script}; touch /ready"
    assert (await said(learner, BUSY.format(script))).exit_code == 0
    for _ in range(100):
        if (await said(learner, "docker exec web ls /ready")).exit_code == 0:
            return
    raise AssertionError("the container did not get ready")


async def taken(learner: Learner, words: str) -> Output:
    """Copy, and keep what comes as the workbench does."""
    out = await said(learner, f"docker cp {words}")
    learner.files |= dict(out.brought)
    return out


async def test_files_come_out_of_a_container_whatever_they_are_called(learner: Learner, host: Host) -> None:
    learner.files = {"kept.txt": b"kept"}
    script = (
        'echo a > "with blank.txt"; echo b > -dash; mkdir -p deep/er; echo c > deep/er/c.txt; echo d > "\\$(id)"; '
        "printf x > ../data/in-volume; head -c 70000 /dev/zero | tr '\\\\0' 'y' > big.txt; head -c 3 /dev/zero > zero; "
        "ln -s /etc/passwd link; ln -s deep to-deep; mkfifo pipe"
    )
    await ready(learner, script)
    out = await taken(learner, "'web:/x/with blank.txt' .")
    assert (out.text, learner.files["with blank.txt"]) == (f"Successfully copied 2.05kB to {HOME}/.", b"a\n")
    await taken(learner, "web:/x/-dash ./-dash")
    await taken(learner, "web:x/deep .")
    await taken(learner, "web:/data/in-volume .")
    await taken(learner, "web:/mounted/kept.txt again.txt")
    await taken(learner, "-L web:/x/link passwd")
    assert learner.files["-dash"] == b"b\n"
    assert learner.files["deep/er/c.txt"] == b"c\n"
    assert learner.files["in-volume"] == b"x"
    assert learner.files["again.txt"] == b"kept"
    assert learner.files["passwd"].startswith(b"root:")
    assert (await taken(learner, "web:/x/to-deep/. .")).brought == (("er/c.txt", b"c\n"),)
    assert "is a link to `/etc/passwd`" in (await taken(learner, "web:/x/link .")).note
    assert "68 KB" in (await taken(learner, "web:/x/big.txt .")).note
    assert "is not a text" in (await taken(learner, "web:/x/zero .")).note
    for odd in ("/x/pipe", "/proc/self/environ", "/dev/zero", "/sys"):
        assert (await taken(learner, f"web:{odd} .")).exit_code == 1
    everything = await taken(learner, "web:/x all")
    assert {path for path, _ in everything.brought} == {
        f"all/{name}" for name in ("with blank.txt", "-dash", "deep/er/c.txt", "$(id)")
    }
    missing = await taken(learner, "web:/nope .")
    assert (missing.text, missing.exit_code) == (
        "Error response from daemon: Could not find the file /nope in container web",
        1,
    )
    owner = learner.sandbox._setup.owner("U1")
    assert {each.kind for each in await host.containers(*owner.labels)} <= {"learner", "verifier", "keeper"}
    assert await host.image(f"{owner.copier}:latest") is None
    assert [image.tags for image in await host.images(*owner.labels)] == []


async def test_a_container_that_has_ended_can_be_copied_from_and_not_into(learner: Learner) -> None:
    learner.files = {"a.txt": b"a"}
    await said(learner, "docker run --name done alpine sh -c 'echo last > /words.txt'")
    out = await taken(learner, "done:/words.txt .")
    assert (learner.files["words.txt"], out.note) == (b"last\n", "Your project has `words.txt` now.")
    out = await taken(learner, "a.txt done:/tmp")
    assert (out.text, out.exit_code) == ("", 1)
    assert "docker start done" in out.note
    assert (await taken(learner, "a.txt nope:/")).text == "Error response from daemon: No such container: nope"
    assert (await taken(learner, "nope:/a .")).text == "Error response from daemon: No such container: nope"


async def test_files_go_into_a_running_container_as_dockers_would(learner: Learner) -> None:
    odd = "it's $HOME `id`.txt"
    learner.files = {
        "a.txt": b"a\r\n\xc3\xbc",
        odd: b"odd",
        "src/x.js": b"x",
        "src/deep/y.js": b"",
        "package-lock.json": b"0123456789abcdef" * 16 * 1024,
    }
    await ready(learner, "mkdir there; ln -s there to-there; mkdir there/x.js")
    assert (await taken(learner, "a.txt web:/x")).text == "Successfully copied 2.05kB to web:/x"
    assert (await said(learner, "docker exec web od -c /x/a.txt")).text.splitlines()[0].split()[1:4] == [
        "a",
        "\\r",
        "\\n",
    ]
    for words, path in (
        ("a.txt web:x/b.txt", "/x/b.txt"),
        (f'"./{odd.replace("$", chr(92) + "$").replace("`", chr(92) + "`")}" web:/x/odd', "/x/odd"),
        ("src web:/x", "/x/src/deep/y.js"),
        ("src web:/x/fresh", "/x/fresh/x.js"),
        ("src/. web:/x/there2", "/x/there2/x.js"),
        ("a.txt web:/x/to-there", "/x/there/a.txt"),
        ("a.txt web:/mounted/copy.txt", "/mounted/copy.txt"),
    ):
        assert (await taken(learner, words)).exit_code == 0, words
        assert (await said(learner, f"docker exec web ls -d {path}")).text == path
    await taken(learner, "package-lock.json web:/x")
    assert (await said(learner, "docker exec web wc -c /x/package-lock.json")).text == "262144 /x/package-lock.json"
    assert (await said(learner, "docker exec web stat -c '%u:%g %a' /x/a.txt")).text == "0:0 644"
    over = 'cannot overwrite directory "/x/there/x.js" with non-directory "/x/there"'
    for words, text in (
        ("a.txt web:/nope/b", "Error response from daemon: Could not find the file /nope in container web"),
        ("a.txt web:/x/nope/", "no such directory"),
        ("src web:/x/a.txt", "cannot copy directory"),
        ("src/x.js web:/x/there", f"Error response from daemon: {over}"),
        ("nope web:/x", f"lstat {HOME}/nope: no such file or directory"),
    ):
        out = await taken(learner, words)
        assert (out.text, out.exit_code) == (text, 1), words


async def test_a_container_without_a_shell_is_answered_kindly(learner: Learner) -> None:
    learner.files = {"a.txt": b"a"}
    await said(learner, "docker run -d --name bare alpine sleep 300")
    assert (await said(learner, "docker exec bare rm /bin/sh /bin/base64")).exit_code == 0
    out = await taken(learner, "a.txt bare:/tmp")
    assert (out.text, out.exit_code) == ("", 1)
    assert "needs `sh` and `base64`" in out.note
