"""files.*: the three steps of an upload, and reading about a file.

Source: https://docs.slack.dev/messaging/working-with-files/ (three steps).
"""

from __future__ import annotations

import mimetypes
import secrets
from collections.abc import Iterable

from bot.localslack import events
from bot.localslack.payloads import file_json
from bot.localslack.posting import Content, bot_posts, checked_blocks, new_message
from bot.localslack.premises import Premises, Upload
from bot.localslack.values import Channel, Json, Refused, SlackFile
from bot.localslack.webapi.call import Call
from bot.localslack.webapi.chat import thread_of
from bot.localslack.world import BOT_USER

#: Slack takes up to 1 GB; this workspace keeps files in memory.
FILE_MAX_BYTES = 50 * 1024 * 1024
#: Source: https://docs.slack.dev/reference/methods/files.getUploadURLExternal/ (alt_txt)
ALT_MAX = 1000


def get_upload_url(call: Call) -> Json:
    """files.getUploadURLExternal."""
    name = call.args.need("filename")
    length = call.args.integer("length", 0)
    if length <= 0:
        raise Refused("invalid_arguments")
    if length > FILE_MAX_BYTES:
        raise Refused("file_upload_size_restricted")
    alt = call.args.text("alt_txt") or ""
    if len(alt) > ALT_MAX:
        raise Refused("alt_txt_too_large")
    file_id = call.world.next_id("F")
    key = secrets.token_urlsafe(24)
    call.premises.uploads[key] = Upload(file_id, name, length, alt=alt)
    return {"upload_url": f"{call.premises.origin}/upload/v1/{key}", "file_id": file_id}


def complete_upload(call: Call) -> Json:
    """files.completeUploadExternal."""
    given = call.args.json("files")
    if not isinstance(given, list) or not given or not all(isinstance(f, dict) and "id" in f for f in given):
        raise Refused("invalid_arguments")
    channels = _targets(call)
    by_id = {u.file_id: key for key, u in call.premises.uploads.items()}
    keys = [by_id.get(str(f["id"])) for f in given]
    if any(key is None or call.premises.uploads[key].content is None for key in keys):
        raise Refused("file_not_found")
    files = []
    for key, asked in zip(keys, given, strict=True):
        upload = call.premises.uploads.pop(str(key))
        files.append(add_file(call.premises, upload, BOT_USER, asked.get("title")))
    for channel in channels:
        _post(call, channel, [f.id for f in files])
    return {"files": [file_json(call.world.files[f.id], call.premises.origin) for f in files]}


def _targets(call: Call) -> list[Channel]:
    listed = call.args.text("channels")
    if listed:
        return [Call(call.premises, type(call.args)({"channel": c})).channel_to_write() for c in listed.split(",")]
    return [call.channel_to_write("channel_id")] if call.args.text("channel_id") else []


def add_file(premises: Premises, upload: Upload, user: str, title: str | None = None) -> SlackFile:
    """Add a file whose bytes are here; nobody but its owner sees it yet."""
    kind = mimetypes.guess_type(upload.name)[0] or "text/plain"
    created = int(premises.clock().timestamp())
    content = upload.content or b""
    file = SlackFile(upload.file_id, upload.name, title or upload.name, kind, content, user, created, alt=upload.alt)
    premises.world.files[file.id] = file
    return file


def _post(call: Call, channel: Channel, file_ids: Iterable[str]) -> None:
    ids = tuple(file_ids)
    call.world.share(ids, channel.id)
    blocks = checked_blocks(call.args.json("blocks", "invalid_blocks_format"))
    said = Content(call.args.text("initial_comment") or "", blocks)
    thread_ts = thread_of(call, channel)
    bot_posts(call.premises, new_message(call.premises, channel.id, said, thread_ts=thread_ts, files=ids))
    for file_id in ids:
        events.file_shared(call.premises, file_id, BOT_USER, channel)


def info(call: Call) -> Json:
    """files.info."""
    file = call.world.files.get(call.args.need("file", "file_not_found"))
    if file is None or not call.world.may_read_file(BOT_USER, file):
        raise Refused("file_not_found")
    return {"file": file_json(file, call.premises.origin), "comments": [], "content": None}
