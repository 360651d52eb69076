"""The token server that a learner's own Docker talks to after `docker login`. Source: distribution `spec/auth/token`.

It answers one address, knows who somebody is by their namespace and token, and signs what `scopes` lets through.
Neither passwords nor tokens are ever logged.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import structlog
from aiohttp import web

from bot.ports import Passes
from bot.sandbox.sharing.issuer import LIVES_S, SERVICE, Issuer
from bot.sandbox.sharing.scopes import LEARNERS_MAY, granted

log = structlog.get_logger(__name__)

PATH = "/token"
BODY_MAX = 16 * 1024
LONGEST_NAME = 80


class Tokens:
    """Answers clients. `room` tells whether the registry has room for more: pushes are not granted without."""

    def __init__(self, passes: Passes, issuer: Callable[[], Issuer], room: Callable[[], Awaitable[bool]]) -> None:
        self._passes, self._issuer, self._room = passes, issuer, room
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen, and return the port (0: any free one). Raises: OSError."""
        app = web.Application(client_max_size=BODY_MAX)
        app.router.add_get(PATH, self._get)
        app.router.add_post(PATH, self._post)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            site = web.TCPSite(runner, host, port)
            await site.start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        return int(runner.addresses[0][1])

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _get(self, request: web.Request) -> web.Response:
        user, password = _basic(request.headers.get("Authorization", ""))
        return await self._answer(user, password, request.query.getall("scope", []))

    async def _post(self, request: web.Request) -> web.Response:
        form = await request.post()
        if form.get("grant_type") != "password":
            return _refused("unsupported_grant_type", 400)
        scopes = [scope for scope in form.getall("scope", []) if isinstance(scope, str)]
        return await self._answer(str(form.get("username", "")), str(form.get("password", "")), scopes)

    async def _answer(self, namespace: str, token: str, scopes: Sequence[str]) -> web.Response:
        learner = await self._passes.holder(namespace[:LONGEST_NAME], token) if namespace and token else ""
        if not learner:
            log.info("token_refused", namespace=namespace[:LONGEST_NAME])
            return _refused("incorrect username or password", 401)
        may = LEARNERS_MAY if await self._room() else ("pull",)
        now = datetime.now(UTC)
        signed = self._issuer().token(namespace, granted(namespace, scopes, may), now)
        answer = {"token": signed, "access_token": signed, "expires_in": LIVES_S, "issued_at": now.isoformat()}
        return web.json_response(answer, headers={"Cache-Control": "no-store"})


def _refused(why: str, status: int) -> web.Response:
    headers = {"WWW-Authenticate": f'Basic realm="{SERVICE}"'} if status == 401 else {}
    body = {"errors": [{"code": "UNAUTHORIZED", "message": why}], "error": why, "details": why}
    return web.json_response(body, status=status, headers=headers)


def _basic(header: str) -> tuple[str, str]:
    """Return user and password of an `Authorization` header, two '' when it has none that can be read."""
    kind, _, encoded = header.partition(" ")
    if kind.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password
