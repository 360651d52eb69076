"""A real workspace, a real Bolt app and a person's hands, for the tests of the local workspace."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.localslack.runfile import without_proxies
from bot.localslack.workspace import Delivering, Workspace, start_workspace

#: what Docent does not ask for (yet), and the workspace can all the same
MORE_SCOPES = ["pins:write", "reactions:write"]
MORE_EVENTS = ["member_joined_channel", "member_left_channel"]
MANIFEST = Path(__file__).parents[2] / "deploy" / "slack-manifest.yaml"
#: Everything at once except the deadline, which must leave a loaded machine time to answer.
QUICK = Delivering(ack_timeout_s=2.0, retry_delays_s=(0.0, 0.01, 0.01))


class Clock:
    """The real time, and as much more as a test wants."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def advance(self, **by: float) -> None:
        self.ahead += timedelta(**by)


class Local:
    """One workspace with everything a test does to it."""

    def __init__(self, workspace: Workspace, session: aiohttp.ClientSession, clock: Clock) -> None:
        self.workspace = workspace
        self.session = session
        self.clock = clock
        self.client = AsyncWebClient(token=workspace.bot_token, base_url=workspace.api_url, session=session)
        self.key = {"X-Docent-Key": workspace.session_key}
        self.handlers: list[AsyncSocketModeHandler] = []

    def app(self) -> AsyncApp:
        return AsyncApp(client=self.client)

    async def connect(self, app: AsyncApp, **options: Any) -> AsyncSocketModeHandler:
        handler = AsyncSocketModeHandler(app, self.workspace.app_token, ping_interval=1, **options)
        self.handlers.append(handler)
        expected = self.workspace.premises.hub.sockets.connections + 1
        await handler.connect_async()
        await self.until(lambda: self.workspace.premises.hub.sockets.connections >= expected)
        return handler

    async def get(self, path: str, **query: str) -> dict[str, Any]:
        async with self.session.get(self.workspace.origin + path, params=query, headers=self.key) as answer:
            found: dict[str, Any] = await answer.json()
            return found

    async def do(self, act: str, who: str = "ada", **body: Any) -> dict[str, Any]:
        url = f"{self.workspace.origin}/people/{act}"
        async with self.session.post(url, json={"as": who, **body}, headers=self.key) as answer:
            found: dict[str, Any] = await answer.json()
            return found

    async def upload(self, name: str, content: bytes, who: str = "ada", **fields: str) -> dict[str, Any]:
        form = aiohttp.FormData({"as": who, **fields})
        form.add_field("file", content, filename=name)
        url = f"{self.workspace.origin}/people/upload"
        async with self.session.post(url, data=form, headers=self.key) as answer:
            found: dict[str, Any] = await answer.json()
            return found

    async def debug(self, what: str, **body: Any) -> None:
        url = f"{self.workspace.origin}/debug/{what}"
        async with self.session.post(url, json=body, headers=self.key) as answer:
            assert answer.status == 200, await answer.text()

    async def api(self, method: str, token: str | None = None, **args: Any) -> dict[str, Any]:
        """Call the Web API without the SDK, which raises for every refusal."""
        bearer = {"Authorization": f"Bearer {self.workspace.bot_token if token is None else token}"}
        async with self.session.post(self.workspace.api_url + method, json=args, headers=bearer) as answer:
            found: dict[str, Any] = await answer.json()
            return found | {"status": answer.status, "headers": answer.headers}

    async def messages(self, who: str = "ada", channel: str = "dm", **query: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.get("/people/history", **{"as": who, "channel": channel, **query}))[
            "messages"
        ]
        return found

    async def from_bot(self, who: str = "ada", channel: str = "dm") -> dict[str, Any]:
        """Wait for the bot's message and return the newest."""

        async def found() -> dict[str, Any] | None:
            said = [m for m in await self.messages(who, channel) if m["is_bot"]]
            return said[-1] if said else None

        return await self.eventually(found)

    async def problems(self) -> list[str]:
        return [p["code"] for p in (await self.get("/people/problems"))["problems"]]

    async def press(self, message: dict[str, Any], action_id: str, who: str = "ada", **more: Any) -> dict[str, Any]:
        block = next(b for b in message["blocks"] if action_id in str(b))
        place = {"channel": message["channel"], "ts": message["ts"], "block_id": block["block_id"]}
        return await self.do("press", who, **place, action_id=action_id, **more)

    async def until(self, condition: Callable[[], bool], seconds: float = 10) -> None:
        async def holds() -> bool:
            return condition()

        await self.eventually(holds, seconds)

    async def eventually(self, condition: Callable[[], Awaitable[Any]], seconds: float = 10) -> Any:
        """Poll until the condition gives something true, and return it."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while loop.time() < deadline:
            found = await condition()
            if found:
                return found
            await asyncio.sleep(0.01)
        raise AssertionError(f"not within {seconds} s; problems: {await self.problems()}")


Start = Callable[..., Awaitable[Local]]


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "SLACK_BOT_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    assert without_proxies({}) == []


@pytest.fixture
def manifest_with(tmp_path: Path) -> Callable[[Callable[[Any], None]], Path]:
    """Write a manifest like ours, with all that the workspace can do, and something changed in it."""

    def changed(change: Callable[[Any], None]) -> Path:
        raw = copy.deepcopy(yaml.safe_load(MANIFEST.read_text()))
        raw["oauth_config"]["scopes"]["bot"] += MORE_SCOPES
        raw["settings"]["event_subscriptions"]["bot_events"] += MORE_EVENTS
        change(raw)
        path = tmp_path / "manifest.yaml"
        path.write_text(yaml.safe_dump(raw))
        return path

    return changed


@pytest.fixture
async def start(manifest_with: Callable[[Callable[[Any], None]], Path]) -> AsyncIterator[Start]:
    """Start workspaces; all are stopped at the end."""
    async with AsyncExitStack() as stack:

        async def started(manifest: Path | None = None, **options: Any) -> Local:
            clock = Clock()
            manifest = manifest or manifest_with(lambda _: None)
            options = {"clock": clock, "delivering": QUICK, **options}
            workspace = await start_workspace(manifest, **options)
            stack.push_async_callback(workspace.stop)
            session = await stack.enter_async_context(aiohttp.ClientSession())
            local = Local(workspace, session, clock)

            async def hang_up() -> None:
                for handler in local.handlers:
                    await handler.close_async()

            stack.push_async_callback(hang_up)
            return local

        yield started


@pytest.fixture
async def local(start: Start) -> Local:
    return await start()
