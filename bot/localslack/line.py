"""The line from a client to the local workspace: requests with the session key, and the stream of events."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
from yarl import URL

from bot.localslack.controls import word


class RefusedError(Exception):
    """The workspace refused an act; the message is for people."""


class Line:
    """A line to the workspace whose page is at `url`. Use it inside a running loop; close it when done."""

    def __init__(self, url: str) -> None:
        address = URL(url)
        self._base = address.origin()
        self._key = address.query.get("key", "")
        # trust_env stays off: a proxy must not be asked for what runs on this machine
        self._http = aiohttp.ClientSession(headers={"X-Docent-Key": self._key}, trust_env=False)
        self.person = ""

    async def close(self) -> None:
        """Hang up."""
        await self._http.close()

    async def get(self, path: str, **query: str) -> Mapping[str, Any]:
        """Return what stands at a path. Raises: RefusedError, ConnectionError."""
        return await self._ask("GET", path, params={"as": self.person, **query} if self.person else query)

    async def post(self, path: str, **body: object) -> Mapping[str, Any]:
        """Do something; return the answer. Raises: RefusedError, ConnectionError."""
        return await self._ask("POST", path, json={"as": self.person, **body})

    async def send_file(self, name: str, content: bytes, **fields: str) -> Mapping[str, Any]:
        """Upload one file; return the answer. Raises: RefusedError, ConnectionError."""
        form = aiohttp.FormData()
        for key, value in {"as": self.person, **fields}.items():
            form.add_field(key, value)
        form.add_field("file", content, filename=name)
        return await self._ask("POST", "/people/upload", data=form)

    async def events(self, since: int, run: str) -> AsyncIterator[dict[str, Any]]:
        """Yield the frames after `since` until the socket closes. Raises: aiohttp.ClientError."""
        query = {"as": self.person, "key": self._key, "since": str(since), "run": run}
        async with self._http.ws_connect(self._base.with_path("/people/events").with_query(query)) as socket:
            async for frame in socket:
                if frame.type is aiohttp.WSMsgType.TEXT:
                    yield frame.json()

    async def _ask(self, method: str, path: str, **more: Any) -> Mapping[str, Any]:
        try:
            async with self._http.request(method, self._base.with_path(path), **more) as response:
                status = response.status
                answer = await response.json() if response.content_type == "application/json" else {}
        except aiohttp.ClientConnectionError as error:
            raise ConnectionError(f"No workspace answers at {self._base}. Is it running?") from error
        if not isinstance(answer, dict) or not answer.get("ok"):
            raise RefusedError(word(answer, "message") or word(answer, "error") or f"The server answered {status}.")
        return answer
