"""The browser page of the local workspace: its files, its policy, and the HTML of what it shows.

`add_page(app)` serves the page at `/` and its files under `/page/`. The page itself holds nothing secret: it
takes the session key from its own address and speaks to the server as `people` describes.
"""

from pathlib import Path

from aiohttp import web

from bot.localslack.render import message_html, view_html

__all__ = ["add_page", "message_html", "view_html"]

_FOLDER = Path(__file__).parent / "page"
_KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

#: No inline script or style, nothing from elsewhere. `blob:` is for pictures chosen but not yet sent.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def add_page(app: web.Application) -> None:
    """Add the routes of the page to `app`. Whether the key is right is the server's to check."""
    app.router.add_get("/", _index)
    app.router.add_get("/page/{name}", _asset)


async def _index(_request: web.Request) -> web.Response:
    return _answer(_FOLDER / "index.html")


async def _asset(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    known = {path.name: path for path in _FOLDER.iterdir()}
    if name not in known or known[name].suffix not in _KINDS:
        raise web.HTTPNotFound(text="There is no such file.")
    return _answer(known[name])


def _answer(path: Path) -> web.Response:
    return web.Response(body=path.read_bytes(), content_type=_KINDS[path.suffix], charset="utf-8", headers=_HEADERS)
