"""Nothing but our own page and programs gets in."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from bot.localslack.guard import is_own_host, is_own_origin


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.0.0.1:8000", True),
        ("localhost:8000", True),
        ("127.0.0.1", True),
        ("127.0.0.1:8001", False),
        ("evil.example:8000", False),
        ("127.0.0.1.evil.example:8000", False),
        ("", False),
    ],
)
def test_a_host_is_our_own_only_by_name_and_port(host: str, own: bool) -> None:
    assert is_own_host(host, 8000) is own


@pytest.mark.parametrize(
    ("origin", "own"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost:8000", True),
        ("https://127.0.0.1:8000", False),
        ("http://127.0.0.1:8001", False),
        ("http://127.0.0.1", False),
        ("http://evil.example:8000", False),
        ("http://127.0.0.1:nonsense", False),
        ("null", False),
    ],
)
def test_an_origin_is_our_own_only_exactly(origin: str, own: bool) -> None:
    assert is_own_origin(origin, 8000) is own


FOREIGN = [{"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Origin": "null"}]
DOORS = ["/api/auth.test", "/people", "/link/", "/actions/x", "/upload/v1/x", "/files-pri/T0DOCENT-F1/x", "/page/x"]
# A link to the page may be followed from anywhere; nothing else may be asked for by another site's page.
REFUSED = [(p, h) for p in [*DOORS, "/"] for h in FOREIGN] + [(p, {"Sec-Fetch-Site": "cross-site"}) for p in DOORS]


@pytest.mark.parametrize(("path", "headers"), REFUSED)
async def test_foreign_requests_are_refused_at_every_door(local: Any, path: str, headers: dict[str, str]) -> None:
    token = {"Authorization": f"Bearer {local.workspace.bot_token}"}
    url = local.workspace.origin + path
    for ask in (local.session.get, local.session.post):
        async with ask(url, headers={**local.key, **token, **headers}) as answer:
            assert answer.status == 403


async def test_a_cross_site_form_with_the_right_token_posts_nothing(local: Any) -> None:
    form = {"token": local.workspace.bot_token, "channel": "U0ADA", "text": "gotcha"}
    url = local.workspace.api_url + "chat.postMessage"
    async with local.session.post(url, data=form, headers={"Origin": "http://evil.example"}) as answer:
        assert answer.status == 403
    assert await local.messages() == []


@pytest.mark.parametrize(
    "path", ["/", "/people", "/people/history", "/people/events", "/debug/counters", "/debug/calls"]
)
async def test_people_need_the_session_key(local: Any, path: str) -> None:
    for key in ({}, {"X-Docent-Key": "wrong"}):
        async with local.session.get(local.workspace.origin + path, headers=key) as answer:
            assert answer.status == 403
    async with local.session.post(local.workspace.origin + "/people/say", json={}) as answer:
        assert answer.status == 403


async def test_a_foreign_page_gets_no_websocket(local: Any) -> None:
    url = f"{local.workspace.origin}/people/events?as=ada&key={local.workspace.session_key}"
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await local.session.ws_connect(url, headers={"Origin": "http://evil.example"})


async def test_the_page_opens_with_its_key(local: Any) -> None:
    async with local.session.get(local.workspace.url) as answer:
        assert answer.status == 200
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


async def test_secrets_differ_from_run_to_run(start: Any) -> None:
    first, second = (await start()).workspace, (await start()).workspace
    assert first.bot_token != second.bot_token
    assert first.app_token != second.app_token
    assert first.session_key != second.session_key
    assert first.bot_token.startswith("xoxb-")
    assert first.app_token.startswith("xapp-")
