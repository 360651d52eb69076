"""Files that learners upload, fetched from Slack and nowhere else, inside our limits; packed projects are opened."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import structlog

from bot.core.events import Event, HandedInUnusable, UploadedProject, WroteFiles
from bot.handin.archive import LARGEST_ARCHIVE, is_archive, read_archive
from bot.handin.decision import decided
from bot.handin.plan import Refusal
from bot.handin.project import most_bytes
from bot.ports import Keepsake
from bot.slack.legible import whole

log = structlog.get_logger(__name__)

FETCH_S = 10
FETCH_ARCHIVE_S = 40
READ_S = 20  #: for opening one archive; the reader counts its work, so this is never reached
AT_ONCE = 2  #: archives that are fetched and opened at once: each may be 10 MB, and twice as much while it is read
MOST_FILES = 10  #: of one message
SLACK_FILES = "files.slack.com"


@dataclass(slots=True)
class _Taken:
    """What came of the files of one message."""

    files: list[tuple[str, bytes]] = field(default_factory=list)
    projects: list[UploadedProject] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class Uploads:
    """Fetches uploads with the bot's token, which is sent to Slack's file host (or our own workspace) only."""

    def __init__(self, session: aiohttp.ClientSession, token: str, api_url: str) -> None:
        self._session = session
        self._token = token
        api = urlsplit(api_url)
        self._hosts = {SLACK_FILES} if api.hostname == "slack.com" else {api.netloc}
        self._archives = asyncio.Semaphore(AT_ONCE)

    async def take(self, files: Sequence[dict[str, Any]]) -> list[Event]:
        """Return what was handed in with a message: problems first, then packed projects, then single files."""
        taken = _Taken()
        for file in files[:MOST_FILES]:
            await self._take_one(whole(str(file.get("name") or "file")), file, taken)
        if len(files) > MOST_FILES:
            taken.problems.append(
                f"You sent {len(files)} files; I took the first {MOST_FILES}. Please send the rest again, or all of "
                "them as one .zip."
            )
        single = [WroteFiles(tuple(taken.files), "upload")] if taken.files else []
        return [*map(HandedInUnusable, taken.problems), *taken.projects, *single]

    async def kept(self, files: Sequence[dict[str, Any]]) -> tuple[Keepsake, ...]:
        """Return files as they are, to be shown to somebody else; those that are too large are left out."""
        found: list[Keepsake] = []
        for file in files[:MOST_FILES]:
            name = whole(str(file.get("name") or "file"))
            async with self._archives:
                content = await self._fetch(name, file, LARGEST_ARCHIVE, FETCH_ARCHIVE_S)
            if isinstance(content, bytes):
                found.append(Keepsake(name, content, alt=whole(str(file.get("alt_txt") or name))))
            else:
                log.info("file_not_passed_on", file=name, why=content)
        return tuple(found)

    async def _take_one(self, name: str, file: dict[str, Any], taken: _Taken) -> None:
        if is_archive(name, b""):
            async with self._archives:
                await self._take_archive(name, await self._fetch(name, file, LARGEST_ARCHIVE, FETCH_ARCHIVE_S), taken)
            return
        content = await self._fetch(name, file, most_bytes(name), FETCH_S)
        if isinstance(content, bytes) and is_archive(name, content):
            await self._take_archive(name, content, taken)
        elif isinstance(content, bytes):
            taken.files.append((name, content))
        else:
            taken.problems.append(content)

    async def _take_archive(self, name: str, content: bytes | str, taken: _Taken) -> None:
        """Open an archive away from the event loop."""
        if isinstance(content, str):
            taken.problems.append(content)
            return
        try:
            async with asyncio.timeout(READ_S):
                read = await asyncio.to_thread(read_archive, name, content)
        except TimeoutError:
            log.warning("archive_slow", name=name, size=len(content))
            taken.problems.append(f"`{name}` took me too long to open. Please pack only your project's own files.")
            return
        log.info("decision", **asdict(decided("archive", content, read)))
        if isinstance(read, Refusal):
            taken.problems.append(read.say)
        else:
            taken.projects.append(UploadedProject(name, read.files, read.skipped))

    async def _fetch(self, name: str, file: dict[str, Any], most: int, limit_s: float) -> bytes | str:
        """Return the content, or the sentence that says why there is none; never more than `most` bytes are read."""
        url = str(file.get("url_private_download") or file.get("url_private") or "")
        if file.get("mode") == "external" or urlsplit(url).netloc not in self._hosts:
            return f"`{name}` is a link to another place; I only take files uploaded here."
        size = int(file.get("size") or 0)
        if size > most:
            return too_large(name, size, most)
        try:
            headers = {"Authorization": f"Bearer {self._token}"}
            timeout = aiohttp.ClientTimeout(total=limit_s)
            async with self._session.get(url, headers=headers, timeout=timeout, allow_redirects=False) as answer:
                if answer.status != 200:
                    return f"I could not fetch `{name}` from Slack just now; please send it again."
                content = bytearray()
                async for piece in answer.content.iter_any():
                    content += piece
                    if len(content) > most:  # whatever was said of its size
                        return too_large(name, max(size, len(content)), most)
        except (aiohttp.ClientError, TimeoutError) as error:
            log.info("not_fetched", name=name, error=str(error))
            return f"I could not fetch `{name}` from Slack just now; please send it again."
        return bytes(content)


def too_large(name: str, size: int, most: int) -> str:
    """Return what is said about a file over its limit."""
    if most == LARGEST_ARCHIVE:
        limit = f"{size / 1024 / 1024:.1f} MB; a packed project may have {most // 1024 // 1024} MB"
        return f"`{name}` has {limit}. Most of it is probably `node_modules`: leave that out and pack it anew."
    return f"`{name}` has {size:,} bytes; a project file may have {most:,}. Please send a smaller one."
