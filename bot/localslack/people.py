"""The door for people: how the page, the terminal client, tests and rehearsals act in the local workspace.

(Contract between the server and its readers: change it additively and say so.)

Where and who
    Everything is served by the one server on 127.0.0.1. `Workspace.url` is the page, with the session key in it
    (`http://127.0.0.1:PORT/?key=KEY`). Every request under `/people` and `/debug` carries the key, as the header
    `X-Docent-Key: KEY` or, where a header cannot be set (WebSocket in a browser, `<img src>`), as `?key=KEY`.
    Without it: 403. A foreign `Host` or `Origin`: 403. Static files of the page (`/page/…`) need no key.
    `as` says which person acts: an id (`U0ADA`) or a name in any case (`ada`). In a GET it is a query parameter,
    in a POST a field of the JSON body (of the form, for uploads).
    `channel` is an id, a name with or without `#`, or `dm` / `@docent`: the person's direct message with the bot.

Answers
    Always JSON with `ok`. Refused: `{"ok": false, "error": "snake_case", "message": "One sentence for people."}`,
    HTTP 400 (404 for a thing that is not there). Nothing is half done.
    A POST that reaches the bot answers when the bot has acknowledged or 3 s are over, and says so in `outcome`:
      `acked`                  the bot acknowledged
      `timeout`                no acknowledgement in time (Slack would show a warning triangle)
      `no_socket`              no bot is connected
    The bot's reply itself comes over the WebSocket. Saying, editing, uploading and joining do not wait for the bot:
    an event that nobody acknowledges is sent again as Slack does, and told of as a problem.

Values
    Message: {"channel", "ts", "user", "name", "is_bot", "text", "blocks": [...], "thread_ts": str|null,
              "reply_count": int, "edited": bool, "ephemeral": bool, "streaming": bool, "subtype": str|null,
              "files": [File], "reactions": [{"name", "users": [id]}], "pinned": bool, "seen_values": Values}
             `text` and `blocks` are as Slack keeps them (every block has its block_id, every element its action_id);
             `thread_ts` equals `ts` on the root of a thread. `seen_values`: what this person chose in it so far.
    File:    {"id", "name", "mimetype", "size", "url"}: `url` is a path on this server, fetched with the key added.
    View:    {"id", "type": "modal"|"home", "callback_id", "title": str, "submit": str|null, "close": str|null,
              "blocks": [...], "hash", "values": Values, "errors": {block_id: str}, "root_view_id",
              "previous_view_id": str|null}
    Values:  {block_id: {action_id: Value}}
    Value:   what a person gives to an element, by the element's type:
               button                                       nothing (null)
               plain_text_input, email_text_input, url_text_input, number_input      str
               static_select, external_select, radio_buttons, overflow              str: the option's `value`
               multi_static_select, multi_external_select, checkboxes                [str]: options' `value`s
               users_select, channels_select, conversations_select                   str: an id
               multi_users_select, multi_channels_select, multi_conversations_select [str]: ids
               datepicker "YYYY-MM-DD", timepicker "HH:MM", datetimepicker int (Unix seconds)
               file_input                                   [str]: file ids from /people/upload with no channel
               rich_text_input                              str
    Place:   where an element is: {"channel", "ts"} for a message, {"view_id"} for a modal or a Home.

    `?html=1` on a GET, on the WebSocket or on /people/open adds `"html"` to every Message and View in the answer:
    blocks rendered by `bot/localslack/page.py` (`message_html(message, names)`, `view_html(view, names)`; `names`
    maps ids of people and channels to shown names).

Reading
    GET  /people                              {"workspace", "run", "seq", "people": [Person], "bot": Bot,
                                               "commands": [{"command", "description", "usage_hint"}],
                                               "prompts": [{"title", "message"}]}
                                              Person: {"id", "name", "real_name", "role": "learner"|"instructor"}
                                              Bot: {"user_id", "name", "connections": int, "home_tab": bool}
    GET  /people/channels?as=                 {"channels": [{"id", "name", "kind": "channel"|"private"|"dm", "topic",
                                               "members": [id], "is_member": bool, "archived": bool,
                                               "last_ts": str|null}]}
                                              The person's own direct message first; then channels they can see.
    GET  /people/history?as=&channel=         {"messages": [Message], "has_more": bool}  oldest first, roots only
         [&thread_ts=][&limit=100][&before=ts]   with `thread_ts`: that root and its replies. Ephemerals included.
    GET  /people/modals?as=                   {"views": [View]}  the open stack, topmost last
    GET  /people/home?as=                     {"view": View|null}  what was last published; does not open it
    GET  /people/assistant?as=&channel=       {"statuses": [{"thread_ts", "status", "loading_messages"}],
                                               "prompts": {"title", "prompts": [{"title", "message"}]}|null}
    GET  /people/files/{id}/{name}?as=        the bytes
    GET  /people/problems                     {"problems": [Problem]}
                                              Problem: {"at", "code", "message", "method": str|null, "count": int}

Acting (POST, JSON)
    /people/say      {as, channel, text, thread_ts?}         → {"ts", "thread_ts"}; a text that starts with `/word`
                                                               is a slash command, as in Slack: → as /people/command;
                                                               Slack's own (/invite, /remove, /leave, /rename,
                                                               /archive; here also /unarchive): → {"outcome": "done"}
    /people/edit     {as, channel, ts, text}                 → {}
    /people/delete   {as, channel, ts}                       → {}
    /people/react    {as, channel, ts, name, remove?: bool}  → {}
    /people/upload   multipart form: as, channel?, thread_ts?, text?, and one or more parts named `file` with a
                     filename                                → {"ts": str|null, "files": [File]}
                     Without `channel` nothing is posted: the ids are for a file_input.
    /people/press    {as, ...Place, block_id, action_id, value?: Value}  → {"outcome"}
                     Any interactive element of a message, modal or Home: presses the button or makes the choice,
                     and tells the bot. The element must exist and be visible to this person.
    /people/suggest  {as, ...Place, block_id, action_id, value: str}     → {"outcome", "options": [{"text","value"}]}
                     What an external select offers for what was typed.
    /people/change   {as, view_id, block_id, action_id, value}  → {"outcome"}  types into an input of a modal; the bot
                     hears of it only if the block has `dispatch_action` (else outcome `kept`)
    /people/submit   {as, view_id, values?: Values}          → {"outcome", "errors": {block_id: str}}
                     `values` are merged over what /people/change kept. outcome: `errors` (nothing sent if a required
                     input is empty or breaks the element's own limits), `closed`, `updated`, `pushed`, `cleared`,
                     `timeout`, `no_socket`, `trouble` (the bot's answer was not one Slack accepts: see problems)
    /people/close    {as, view_id, all?: bool}               → {"outcome"}  `closed`; with notify_on_close as above
    /people/open     {as, tab: "home"|"messages"}            → {"outcome", "view": View|null}  opens the bot's Home or
                     its messages: the bot gets `app_home_opened`; `not_subscribed` if its manifest lacks the event
    /people/command  {as, channel, command, text?}           → {"outcome"}  + `failed` with "message" where Slack's own
                     answer is an error
    /people/shortcut {as, callback_id, channel?, ts?}        → {"outcome"}  global, or on a message
    /people/join     {as, channel}     /people/leave {as, channel}     → {}
    /people/invite   {as, channel, user}                     → {}  user: a person or the bot (`@docent`)
    /people/remove   {as, channel, user}                     → {}  takes a person or the bot out
    /people/channel  {as, name, private?: bool}              → {"channel": id}  makes a channel, its maker in it
    /people/rename   {as, channel, name}                     → {}
    /people/archive  {as, channel}     /people/unarchive {as, channel}  → {}
    /people/uninstall {as, revoked_first?: bool}             → {}  removes the app: its token is refused from now on
                     (`account_inactive`), and `app_uninstalled` and `tokens_revoked` come, in either order
    /people/revoke   {as}                                    → {}  takes its token back, and tells of that alone

The WebSocket
    GET /people/events?as=&since=SEQ&run=RUN[&html=1]   (`as=*`: everything, for tests and recorders)
    One JSON object a frame, pushed when it is visible to that person, in order:
        {"seq": int, "at": "2026-01-31T12:00:00.000000+00:00", "type": ..., ...}
    The first frame is {"type": "hello", "seq", "run", "as": id}: `seq` is the newest number at that moment.
    `since` (with the `run` of the earlier hello or of GET /people) replays everything after it, then goes on live:
    a reader that reconnects with the last `seq` it saw loses nothing. Without `since`: only what is new.
    Numbers grow but skip what this person cannot see. Too old, or another run: {"type": "reset", "seq", "run"};
    load again through the GETs, then go on.
      message           {channel, message}                   also replies (thread_ts) and file shares
      message_changed   {channel, message}                   edits, stream growth, reactions, pins, reply_count
      message_deleted   {channel, ts}                        ephemerals too
      view_opened       {view}          view_pushed {view}   view_updated {view}
      view_errors       {view_id, errors: {block_id: str}}
      view_closed       {view_ids: [id], top: id|null}       top: the view now in front
      home              {view}
      status            {channel, thread_ts: str|null, status: str, loading_messages: [str]}   "" clears it
      prompts           {channel, thread_ts: str|null, title: str|null, prompts: [{title, message}]}
      title             {channel, thread_ts: str|null, title}
      channel           {channel: as in /people/channels}    joined, left, made, renamed, archived
      problem           {problem}                            everybody sees these
      bot               {connections: int}                   a bot's socket came or went
    `ephemeral` messages arrive as `message` with `message.ephemeral` true.

For tests and rehearsals (`/debug`, JSON, with the key)
    GET  /debug/counters     {"calls": {method: n}, "refused": {"method error": n}, "rate_limited": {method: n},
                              "over_rate": {method: n},
                              "envelopes": {type: n}, "acks": n, "retries": n, "unacked": n, "ack_ms": {"p50", "p99",
                              "max"}, "hooks": n, "connections": n}
    GET  /debug/calls?since= {"calls": [{"n", "at", "method", "args", "ok", "error"}]}   the newest 1,000
    GET  /debug/deliveries   {"deliveries": [{"n", "at", "type", "name", "attempt", "outcome", "ms"}]}  newest 1,000
    POST /debug/fault        {method, times: int|null, error?, status?, delay_s?, retry_after_s?}    `*`: any method;
                             `response_url` is a method too. times null: until cleared. DELETE clears all.
    POST /debug/sockets      {do: "refresh" | "drop" | "refuse" | "accept"}
    POST /debug/tiers        {mode: "off" | "report" | "enforce"}
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import unquote

from aiohttp import BodyPartReader, web

from bot.localslack import acts, channels, leaving, presses, reading
from bot.localslack.asking import Ask, Declined
from bot.localslack.downloads import file_response
from bot.localslack.premises import Premises
from bot.localslack.reading import Reader
from bot.localslack.values import Json, Kind, Message
from bot.localslack.world import dm_of

#: A form may hold one file at its largest and its fields.
BODY_MAX_BYTES = 60 * 1024 * 1024

Act = Callable[[Ask], Awaitable[Json]]
Look = Callable[[Ask], Json]

ACTS: Mapping[str, Act] = {
    "say": acts.say,
    "edit": acts.edit,
    "delete": acts.delete,
    "react": acts.react,
    "press": presses.press,
    "suggest": presses.suggest,
    "change": presses.change,
    "submit": presses.submit,
    "close": presses.close,
    "open": presses.open_tab,
    "command": acts.command,
    "shortcut": presses.shortcut,
    "join": channels.join,
    "leave": channels.leave,
    "invite": channels.invite,
    "remove": channels.remove,
    "channel": channels.make,
    "rename": channels.rename,
    "archive": channels.archive,
    "unarchive": channels.unarchive,
    "uninstall": leaving.uninstall,
    "revoke": leaving.revoke,
}


def _reader(ask: Ask) -> Reader:
    return Reader(ask.person.id, ask.flag("html"))


def _directory(ask: Ask) -> Json:
    return reading.directory(ask.premises)


def _channels(ask: Ask) -> Json:
    world, reader = ask.premises.world, _reader(ask)
    dm = world.channels[dm_of(ask.person.id)]
    others = [c for c in world.channels.values() if c.kind is not Kind.DM and world.can_read(ask.person.id, c)]
    return {"channels": [reading.channel(ask.premises, c, reader) for c in [dm, *others]]}


def _history(ask: Ask) -> Json:
    world, reader, channel = ask.premises.world, _reader(ask), ask.channel()
    root, before = ask.given.get("thread_ts"), ask.given.get("before")
    found: list[Message] = (
        world.thread(channel.id, root, reader.person) if root else world.roots(channel.id, reader.person)
    )
    if before:
        found = [m for m in found if m.ts < before]
    limit = ask.text("limit", "100")
    if not limit.isdigit() or not 1 <= int(limit) <= 1000:
        raise Declined("bad_request", "A limit is a number from 1 to 1000.")
    shown = [reading.message(ask.premises, m, reader) for m in found[-int(limit) :]]
    return {"messages": shown, "has_more": len(found) > len(shown)}


def _modals(ask: Ask) -> Json:
    stack = ask.premises.screens.stack(ask.person.id)
    return {"views": [reading.view(ask.premises, v, _reader(ask)) for v in stack]}


def _home(ask: Ask) -> Json:
    home = ask.premises.screens.homes.get(ask.person.id)
    return {"view": reading.view(ask.premises, home, _reader(ask)) if home else None}


def _assistant(ask: Ask) -> Json:
    channel, known = ask.channel(), ask.premises.assistant
    statuses = [
        {"thread_ts": thread or None, "status": s.text, "loading_messages": list(s.loading_messages)}
        for (place, thread), s in known.statuses.items()
        if place == channel.id
    ]
    title, prompts = known.prompts.get(channel.id, (None, ()))
    if not prompts and channel.kind is Kind.DM:
        prompts = ask.premises.manifest.prompts
    suggested = {"title": title, "prompts": reading.prompts(prompts)} if prompts else None
    return {"statuses": statuses, "prompts": suggested}


def _problems(ask: Ask) -> Json:
    return {"problems": [reading.problem(p) for p in ask.premises.problems.all()]}


LOOKS: Mapping[str, Look] = {
    "": _directory,
    "/channels": _channels,
    "/history": _history,
    "/modals": _modals,
    "/home": _home,
    "/assistant": _assistant,
    "/problems": _problems,
}


def routes(premises: Premises) -> list[web.RouteDef]:
    """Return the routes for people, all but the WebSocket."""
    looks = [web.get(f"/people{path}", _looking(premises, look)) for path, look in LOOKS.items()]
    doings = [web.post(f"/people/{name}", _acting(premises, act)) for name, act in ACTS.items()]

    async def upload(request: web.Request) -> web.Response:
        fields, files = await _form(request)
        return await _answer(acts.upload(Ask(premises, fields), files))

    async def download(request: web.Request) -> web.Response:
        return _file(premises, request)

    return [
        *looks,
        *doings,
        web.post("/people/upload", upload),
        web.get("/people/files/{id}/{name}", download),
    ]


def _looking(premises: Premises, look: Look) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        async def looked() -> Json:
            return look(Ask(premises, dict(request.query)))

        return await _answer(looked())

    return handle


def _acting(premises: Premises, act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        try:
            body = json.loads(await request.text() or "{}")
        except ValueError:
            body = None
        if not isinstance(body, dict):
            return _declined(Declined("bad_request", "The body must be a JSON object."))
        return await _answer(act(Ask(premises, {**dict(request.query), **body})))

    return handle


async def _answer(work: Awaitable[Json]) -> web.Response:
    try:
        return web.json_response({"ok": True, **await work}, headers={"Cache-Control": "no-store"})
    except Declined as declined:
        return _declined(declined)


def _declined(declined: Declined) -> web.Response:
    body = {"ok": False, "error": declined.code, "message": declined.message}
    return web.json_response(body, status=declined.status)


async def _form(request: web.Request) -> tuple[dict[str, Any], list[tuple[str, bytes]]]:
    """Return the fields and files of a form; no fields at all for what is not a form."""
    fields: dict[str, Any] = {}
    files: list[tuple[str, bytes]] = []
    if request.content_type != "multipart/form-data":
        return fields, files
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        content = bytes(await part.read(decode=True))
        if part.filename:
            files.append((_file_name(part.filename), content))
        elif part.name:
            fields[part.name] = content.decode(errors="replace")
    return fields, files


def _file_name(given: str) -> str:
    """Return the last part of what a form calls a file: clients quote names, and some send a path."""
    return unquote(given).replace("\\", "/").rpartition("/")[2] or "file"


def _file(premises: Premises, request: web.Request) -> web.Response:
    file = premises.world.files.get(request.match_info["id"])
    try:
        person = Ask(premises, dict(request.query)).person
    except Declined as declined:
        return _declined(declined)
    if file is None or not premises.world.may_read_file(person.id, file):
        return _declined(Declined("no_such_file", "That file is not there.", 404))
    return file_response(file)
