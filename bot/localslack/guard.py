"""Who may speak to the server at all: this machine's own pages and programs, with this run's key.

A bot that can run Docker hangs on this server, so a page from elsewhere in the same browser must reach nothing:
a wrong Host (DNS rebinding) or Origin (cross-site request) is refused before anything else is looked at.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

KEY_HEADER = "X-Docent-Key"
_NAMES = frozenset({"127.0.0.1", "localhost"})
#: Everything below these needs the session key; the bot's own doors have tokens and secret URLs instead.
_FOR_PEOPLE = ("/people", "/debug")


def guard(session_key: str, port: Callable[[], int]) -> Middleware:
    """Return the middleware that refuses foreign hosts, foreign origins and missing keys."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        refusal = refused(request, session_key, port())
        if refusal:
            return web.json_response({"ok": False, "error": "forbidden", "message": refusal}, status=403)
        return await handler(request)

    return check


def refused(request: web.Request, session_key: str, port: int) -> str | None:
    """Return why a request is not let in, or None."""
    if not is_own_host(request.host, port):
        return "This server answers to 127.0.0.1 and localhost only."
    origin = request.headers.get("Origin")
    if origin is not None and not is_own_origin(origin, port):
        return "This server answers to its own page only."
    if request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site") and request.path != "/":
        return "This server answers to its own page only."
    needs_key = request.path == "/" or any(request.path == p or request.path.startswith(p + "/") for p in _FOR_PEOPLE)
    given = request.headers.get(KEY_HEADER) or request.query.get("key", "")
    if needs_key and not secrets.compare_digest(given.encode(), session_key.encode()):
        return "The session key is missing or of another run: open the address that was printed at the start."
    return None


def is_own_host(host: str, port: int) -> bool:
    """Say whether a Host header names this server; the port may be left out (some clients do)."""
    name, _, given = host.partition(":")
    return name in _NAMES and given in ("", str(port))


def is_own_origin(origin: str, port: int) -> bool:
    """Say whether an Origin header is that of our own page."""
    try:
        parts = urlsplit(origin)
        given = parts.port
    except ValueError:
        return False
    return parts.scheme == "http" and parts.hostname in _NAMES and given == port
