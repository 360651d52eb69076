"""Files that learners upload, fetched from Slack and nowhere else, inside our limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import structlog

log = structlog.get_logger(__name__)

FILE_LIMIT = 64 * 1024  #: bytes of one project file
FETCH_S = 10
SLACK_FILES = "files.slack.com"


class Uploads:
    """Fetches uploads with the bot's token, which is sent to Slack's file host (or our own workspace) only."""

    def __init__(self, session: aiohttp.ClientSession, token: str, api_url: str) -> None:
        self._session = session
        self._token = token
        api = urlsplit(api_url)
        self._hosts = {SLACK_FILES} if api.hostname == "slack.com" else {api.netloc}

    async def fetch(self, files: Sequence[dict[str, Any]]) -> tuple[list[tuple[str, bytes]], list[str]]:
        """Return (name, content) of each file that can be had, and one sentence for each that cannot."""
        kept: list[tuple[str, bytes]] = []
        problems: list[str] = []
        for file in files[:10]:
            name = str(file.get("name") or "file")
            content = await self._fetch_one(name, file)
            if isinstance(content, bytes):
                kept.append((name, content))
            else:
                problems.append(content)
        if len(files) > 10:
            problems.append(f"You sent {len(files)} files; I took the first 10. Please send the rest again.")
        return kept, problems

    async def _fetch_one(self, name: str, file: dict[str, Any]) -> bytes | str:
        """Return the content, or the sentence that says why there is none."""
        url = str(file.get("url_private_download") or file.get("url_private") or "")
        if file.get("mode") == "external" or urlsplit(url).netloc not in self._hosts:
            return f"`{name}` is a link to another place; I only take files uploaded here."
        size = int(file.get("size") or 0)
        if size > FILE_LIMIT:
            return too_large(name, size)
        try:
            headers = {"Authorization": f"Bearer {self._token}"}
            timeout = aiohttp.ClientTimeout(total=FETCH_S)
            async with self._session.get(url, headers=headers, timeout=timeout, allow_redirects=False) as answer:
                if answer.status != 200:
                    return f"I could not fetch `{name}` from Slack just now; please send it again."
                content = await answer.content.read(FILE_LIMIT + 1)
                while len(content) <= FILE_LIMIT and (more := await answer.content.read(FILE_LIMIT + 1 - len(content))):
                    content += more
        except (aiohttp.ClientError, TimeoutError) as error:
            log.info("not_fetched", name=name, error=str(error))
            return f"I could not fetch `{name}` from Slack just now; please send it again."
        return content if len(content) <= FILE_LIMIT else too_large(name, max(size, len(content)))


def too_large(name: str, size: int) -> str:
    """Return what is said about a file over the limit."""
    return f"`{name}` has {size:,} bytes; a project file may have {FILE_LIMIT:,}. Please send a smaller one."
