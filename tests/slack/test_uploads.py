"""Uploads are fetched from one place, with a cap and a deadline; ids such as A16 are those of the hostile catalogue."""

from __future__ import annotations

import asyncio
import io
import threading
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.core.events import HandedInUnusable, UploadedProject, WroteFiles
from bot.handin.archive import LARGEST_ARCHIVE, Unpacked, read_archive
from bot.handin.plan import Refusal
from bot.slack import uploads
from bot.slack.uploads import Uploads

TOKEN = "xoxb-secret"


@dataclass
class Host:
    """A file host that notes which tokens it was sent; `say(name, size)` is a file as Slack's event names it."""

    uploads: Uploads
    origin: str
    contents: dict[str, bytes]
    tokens: list[str | None]
    stall: asyncio.Event

    def say(self, name: str, size: int | None = None, **more: Any) -> dict[str, Any]:
        said = len(self.contents.get(name, b"")) if size is None else size
        return {"name": name, "size": said, "url_private_download": f"{self.origin}/{name}", **more}


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    contents: dict[str, bytes] = {}
    tokens: list[str | None] = []
    stall = asyncio.Event()

    async def serve(request: web.Request) -> web.StreamResponse:
        name = request.path.removeprefix("/")
        tokens.append(request.headers.get("Authorization"))
        if name == "moved":
            raise web.HTTPFound("/elsewhere")
        answer = web.StreamResponse()
        await answer.prepare(request)
        await answer.write(contents.get(name, b""))
        if name.startswith("slow"):
            await stall.wait()
        return answer

    app = web.Application()
    app.router.add_get("/{name:.*}", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with aiohttp.ClientSession() as session:
        yield Host(Uploads(session, TOKEN, f"{origin}/api/"), origin, contents, tokens, stall)
    stall.set()
    await runner.cleanup()


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


async def said(host: Host, *files: dict[str, Any]) -> str:
    (event,) = await host.uploads.take(files)
    assert isinstance(event, HandedInUnusable)
    return event.say


async def test_files_and_packed_projects_of_one_message_are_told_apart(host: Host) -> None:
    host.contents |= {"a.zip": zipped(Dockerfile=b"FROM x"), "b.txt": b"b", "c": zipped(c=b"c"), "d.zip": b"no zip"}
    events = await host.uploads.take([host.say(name) for name in host.contents])
    assert events == [
        HandedInUnusable("`d.zip` is no archive that I can read. Please send a .zip or a .tar.gz."),
        UploadedProject("a.zip", (("Dockerfile", b"FROM x"),)),
        UploadedProject("c", (("c", b"c"),)),
        WroteFiles((("b.txt", b"b"),), "upload"),
    ]


async def test_a15_the_token_goes_to_the_file_host_only(host: Host) -> None:
    assert "another place" in await said(host, {**host.say("x"), "url_private_download": "http://127.0.0.1:1/x"})
    assert "another place" in await said(host, host.say("x", mode="external"))
    assert host.tokens == []
    assert "could not fetch" in await said(host, host.say("moved"))
    assert host.tokens == [f"Bearer {TOKEN}"], "a redirect is not followed"


@pytest.mark.parametrize(
    ("name", "sent", "limit"),
    [("a.js", 70_000, "65,536"), ("a.zip", LARGEST_ARCHIVE + 1, "10 MB"), ("yarn.lock", 600_000, "524,288")],
)
async def test_a16_more_than_was_declared_is_not_read(host: Host, name: str, sent: int, limit: str) -> None:
    host.contents[name] = b"x" * sent
    assert limit in await said(host, host.say(name, size=10))
    host.tokens.clear()
    assert limit in await said(host, host.say(name, size=sent))
    assert host.tokens == [], "what says that it is too large is not even asked for"


async def test_a17_a_slow_host_does_not_hold_the_others_up(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "FETCH_S", 0.2)
    monkeypatch.setattr(uploads, "FETCH_ARCHIVE_S", 0.2)
    host.contents["b.txt"] = b"b"
    slow = [asyncio.create_task(said(host, host.say(f"slow{n}.zip", size=10))) for n in range(4)]
    assert await host.uploads.take([host.say("b.txt")]) == [WroteFiles((("b.txt", b"b"),), "upload")]
    assert all("could not fetch" in each for each in await asyncio.gather(*slow))


async def test_an_archive_is_opened_beside_the_event_loop(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[int] = []

    def noting(name: str, content: bytes) -> Unpacked | Refusal:
        threads.append(threading.get_ident())
        return read_archive(name, content)

    monkeypatch.setattr(uploads, "read_archive", noting)
    host.contents["a.zip"] = zipped(Dockerfile=b"FROM x")
    assert await host.uploads.take([host.say("a.zip")]) == [UploadedProject("a.zip", (("Dockerfile", b"FROM x"),))]
    assert threads
    assert threading.get_ident() not in threads


async def test_of_many_files_the_first_ten_are_taken_and_it_is_said(host: Host) -> None:
    host.contents |= {f"f{n}": b"x" for n in range(12)}
    problem, kept = await host.uploads.take([host.say(f"f{n}") for n in range(12)])
    assert isinstance(problem, HandedInUnusable)
    assert "12 files" in problem.say
    assert isinstance(kept, WroteFiles)
    assert len(kept.files) == 10
