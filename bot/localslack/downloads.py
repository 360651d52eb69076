"""The bytes of files: uploads by the bot's secret URL, downloads with the bot's token."""

from __future__ import annotations

import secrets
from urllib.parse import quote

from aiohttp import BodyPartReader, web

from bot.localslack.premises import Premises
from bot.localslack.values import SlackFile
from bot.localslack.world import BOT_USER, TEAM_ID


def routes(premises: Premises) -> list[web.RouteDef]:
    """Return the routes of file bytes."""

    async def put(request: web.Request) -> web.Response:
        return await _upload(premises, request)

    async def get(request: web.Request) -> web.Response:
        return _download(premises, request)

    place = f"/files-pri/{TEAM_ID}-{{id}}"
    return [
        web.post("/upload/v1/{key}", put),
        web.get(place + "/{name}", get),
        web.get(place + "/download/{name}", get),
    ]


async def _upload(premises: Premises, request: web.Request) -> web.Response:
    upload = premises.uploads.get(request.match_info["key"])
    if upload is None:
        return web.Response(status=404, text="No such upload")
    content = await _body(request)
    if content is None or len(content) != upload.length:
        return web.Response(status=400, text="The bytes are not as many as announced")
    upload.content = content
    return web.Response(text=f"OK - {upload.length}")


async def _body(request: web.Request) -> bytes | None:
    """Return the bytes, sent raw (as the SDK does) or as the first part of a form (as curl -F does)."""
    if request.content_type != "multipart/form-data":
        return await request.read()
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader):
            return bytes(await part.read(decode=False))
    return None


def _download(premises: Premises, request: web.Request) -> web.Response:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    file = premises.world.files.get(request.match_info["id"])
    known = secrets.compare_digest(token.encode(), premises.keys.bot_token.encode())
    granted = "files:read" in premises.manifest.bot_scopes
    if not known or not granted:
        # Slack does not say 403 here: it shows its sign-in page, with status 200.
        page = "<!DOCTYPE html><title>Sign in</title><p>Sign in to see this file.</p>"
        return web.Response(text=page, content_type="text/html")
    if file is None or not premises.world.may_read_file(BOT_USER, file):
        return web.Response(status=404, text="No such file")
    return file_response(file)


def file_response(file: SlackFile) -> web.Response:
    """Return a file's bytes so that a browser can never run them as a page of ours."""
    shown = "inline" if file.mimetype in ("image/png", "image/jpeg", "image/gif", "image/webp") else "attachment"
    headers = {
        "Content-Type": file.mimetype,
        "Content-Disposition": f"{shown}; filename*=UTF-8''{quote(file.name)}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return web.Response(body=file.content, headers=headers)
