"""`bot.ports.Camera` on this host: each picture is taken in a new container of the browser's image.

What comes out of that container may have been said by a page that took the browser over: it is believed as far as
it is of the expected shape, and a picture only after `bot.sandbox.png`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from base64 import b64decode
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.core.sights import FAILED, AppSeen, NotSeen, Sight, Wanted, Why
from bot.errors import HostError, ImageMissing
from bot.pictures import Drawing
from bot.sandbox import recipe
from bot.sandbox.apps import chosen
from bot.sandbox.belongings import containers
from bot.sandbox.browser import ENTRYPOINT
from bot.sandbox.engine import EngineSaid, Lane
from bot.sandbox.host import Ran
from bot.sandbox.names import Owner
from bot.sandbox.png import CAP, trusted
from bot.sandbox.screen import shown
from bot.sandbox.setup import Setup

WIDTH, HEIGHT = 800, 480  #: pixels; Slack shows them at half that, and letters can still be read
PATIENCE_S = 4.0  #: for an app that was started a moment ago
#: what the browser calls it → why there is no picture
TROUBLES = {
    "refused": Why.CLOSED,
    "no-answer": Why.SILENT,
    "away": Why.AWAY,
    "download": Why.DOWNLOAD,
    "empty": Why.EMPTY,
    "no-page": Why.EMPTY,
    "busy": Why.BUSY,
    "gone": Why.BROKEN,
}
AT_ONCE = 2  #: browsers on one host; each takes a processor for about a second
DEADLINE_S = 15.0
LEFT_S = 5.0  #: over the browser's own deadline, for starting and answering
#: bytes of an answer that are kept at each end: a picture in base64 and some words
KEPT = (CAP * 4 // 3 + 64 * 1024) // 2
LONGEST = 100_000  #: bytes of a question; it is one word of a command. Source: execve(2), MAX_ARG_STRLEN


class Camera:
    """Takes pictures on one host. `image` finds the browser's image id, '' while it is not prepared."""

    def __init__(self, setup: Setup, image: Callable[[], Awaitable[str]]) -> None:
        self._setup = setup
        self._image = image
        self._free = asyncio.Semaphore(AT_ONCE)
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._leaving: set[asyncio.Task[None]] = set()

    async def look(self, learner: str, wanted: Wanted) -> Sight:
        """Return what a browser sees of the app, or why it sees nothing. Raises: `ImageMissing`, `HostError`."""
        owner = self._setup.owner(learner)
        async with self._turns[owner.key]:  # a page that takes its time holds up nobody else
            app = chosen(await containers(self._setup, owner), wanted)
            if isinstance(app, NotSeen):
                return app
            place, port = app.container, app.port.container
            if not place.ip:
                return NotSeen(Why.CLOSED, place.name, app.address, port)
            question = {
                "op": "see",
                "url": app.address,
                "address": f"{place.ip}:{port}",
                "width": WIDTH,
                "height": HEIGHT,
                "patience_s": PATIENCE_S,
            }
            answer = await self._ask(question, (owner, place.networks[0]))
        if not answer.get("ok"):
            why = TROUBLES.get(str(answer.get("error")))
            if why is None:
                raise HostError(f"The browser could not be asked: {str(answer.get('say'))[:200]}")
            return NotSeen(why, place.name, app.address, port, more=shown(str(answer.get("say")))[:200])
        status, text = _number(answer.get("status")), shown(str(answer.get("text") or "")).strip()
        if status >= FAILED and not text:
            return NotSeen(Why.EMPTY, place.name, app.address, port, more=str(status))
        return AppSeen(
            await _picture(answer, question),
            place.name,
            app.address,
            status,
            shown(str(answer.get("title") or ""))[:200],
            text[:2_000],
            _number(answer.get("items")),
        )

    async def draw(self, drawing: Drawing) -> bytes:
        """Return the PNG of a drawing of ours. Raises: `ImageMissing`, `HostError`."""
        question = {"op": "draw", "html": drawing.html, "width": drawing.width, "height": drawing.height}
        answer = await self._ask(question)
        if not answer.get("ok"):
            raise HostError(f"The browser could not draw: {str(answer.get('say'))[:200]}")
        return await _picture(answer, question)

    async def _ask(self, question: Mapping[str, object], look: tuple[Owner, str] | None = None) -> Mapping[str, Any]:
        """Return the browser's answer from a container that is made for it, and gone after it."""
        nonce = secrets.token_hex(8)
        words = json.dumps({**question, "nonce": nonce, "deadline_s": DEADLINE_S})
        if len(words) > LONGEST:
            raise HostError("The drawing is too long for the browser.")
        async with self._free:
            image = await self._image()
            if not image:
                raise ImageMissing("The browser that takes pictures is not prepared yet.")
            request = recipe.browser(self._setup.instance, image, nonce, await self._setup.run_cgroup(), look)
            host = self._setup.host
            try:
                made = await host.create(request, Lane.PROBE)
                if isinstance(made, EngineSaid) and made.status == 404:
                    raise ImageMissing("The browser's image is gone from this host. Run `docent images prepare`.")
                refused = made if isinstance(made, EngineSaid) else await host.start(request.name, Lane.PROBE)
                if refused is not None:
                    raise HostError(f"The browser did not start: {refused.message}")
                body = {"Cmd": [*ENTRYPOINT, words], "AttachStdout": True, "AttachStderr": True}
                ran = await host.execute(request.name, body, deadline_s=DEADLINE_S + LEFT_S, lane=Lane.PROBE, kept=KEPT)
            finally:
                self._remove_soon(request.name)
        return _answer(ran, nonce)

    def _remove_soon(self, browser: str) -> None:
        """Remove a browser while its picture is on its way already; one that stays is found by the janitor."""
        task = asyncio.create_task(self._removed(browser))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _removed(self, browser: str) -> None:
        with contextlib.suppress(HostError):
            await self._setup.host.remove(browser)

    async def close(self) -> None:
        """Let the last browsers go."""
        await asyncio.gather(*self._leaving)


def _number(said: object) -> int:
    return said if isinstance(said, int) and 0 <= said < 100_000 else 0


def _answer(ran: Ran | EngineSaid, nonce: str) -> Mapping[str, Any]:
    said = ran.message if isinstance(ran, EngineSaid) else ran.stdout
    try:
        answer = json.loads(said)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict) or answer.get("nonce") != nonce:
        raise HostError(f"The browser did not answer: {said[-200:]!r}")
    return answer


async def _picture(answer: Mapping[str, Any], question: Mapping[str, object]) -> bytes:
    """Return the picture in an answer, once it is known to be one. Raises: `HostError`."""
    width, height = int(str(question["width"])), int(str(question["height"]))
    try:
        content = b64decode(str(answer.get("png")), validate=True)
        return await asyncio.to_thread(trusted, content, width, height)
    except ValueError as error:  # NotPng is one
        raise HostError(f"The browser sent something else than a picture: {error}.") from error
