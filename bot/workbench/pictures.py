"""Pictures for learners: of their app, and of an image's layers. Nobody waits for one, nothing fails without."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any

import structlog

from bot.core import words
from bot.core.messages import Note, Offer
from bot.core.sights import AppSeen, Why, above, told, unseen
from bot.core.turn import ShowApp
from bot.errors import DocentError, ImageMissing
from bot.pictures.layers import layers
from bot.ports import Camera, Chat, Keepsake, Sandbox, Where

log = structlog.get_logger(__name__)

Hands = Callable[[str], AbstractAsyncContextManager[None]]
AGAIN = (Why.CLOSED, Why.SILENT, Why.BUSY)  #: what may be over in a moment


class Pictures:
    """Takes and draws pictures; without a camera it says so to whoever asks."""

    def __init__(self, camera: Camera | None, sandbox: Sandbox, chat: Chat, hands: Hands) -> None:
        self._camera = camera
        self._sandbox = sandbox
        self._chat = chat
        self._hands = hands
        self._looking: set[str] = set()

    async def app(self, learner: str, action: ShowApp, where: Where) -> None:
        """Show the learner's app, or why it cannot be shown; where nobody asked for it, that is only logged."""
        if self._camera is None:
            if action.asked:
                await self._chat.show(where, Note(words.NO_PICTURES))
        elif not action.asked:
            await _quietly(self._app_unasked(self._camera, learner, action, where), learner)
        elif learner in self._looking:
            await self._chat.show(where, Note(words.LOOKING))
        else:
            self._looking.add(learner)
            try:
                await self._app_asked(self._camera, learner, action, where)
            finally:
                self._looking.discard(learner)

    async def _app_asked(self, camera: Camera, learner: str, action: ShowApp, where: Where) -> None:
        async with self._chat.busy(where, "is taking a picture of your app …"):
            async with self._hands(learner):  # what they sent before is done by then
                pass
            try:
                sight = await camera.look(learner, action.wanted)
            except ImageMissing:
                await self._chat.show(where, Note(words.NO_PICTURES_YET))
                return
        if isinstance(sight, AppSeen):
            await self._send(sight, where, asked=True)
            return
        offers = (Offer.SHOW_APP,) if sight.why in AGAIN else ()
        await self._chat.show(where, Note(unseen(sight), offers, action.ref, action.wanted.name))

    async def _app_unasked(self, camera: Camera, learner: str, action: ShowApp, where: Where) -> None:
        sight = await camera.look(learner, action.wanted)
        if isinstance(sight, AppSeen):
            await self._send(sight, where, asked=False)
        else:
            log.info("no_picture", learner=learner, why=sight.why, more=sight.more)

    async def _send(self, seen: AppSeen, where: Where, *, asked: bool) -> None:
        picture = Keepsake("my-app.png", seen.png, told(seen), above(seen, asked=asked))
        await self._chat.send_file(where.without_press(), picture)

    async def layers(self, learner: str, image: str, where: Where) -> None:
        """Show an image's layers by size, below what `docker history` printed; what goes wrong is only logged."""
        if self._camera is not None:
            await _quietly(self._drawn(self._camera, learner, image, where), learner)

    async def _drawn(self, camera: Camera, learner: str, image: str, where: Where) -> None:
        drawing = layers(image, await self._sandbox.layers(learner, image))
        if drawing is not None:
            png = await camera.draw(drawing)
            say = f"The same layers of {image} as a picture, by size."
            await self._chat.send_file(where.without_press(), Keepsake("layers.png", png, drawing.alt, say))


async def _quietly(work: Coroutine[Any, Any, None], learner: str) -> None:
    """Do what nobody asked for: whatever goes wrong, not a word to the learner."""
    try:
        await work
    except DocentError as error:
        log.info("no_picture", learner=learner, error=str(error))
    except Exception:
        log.exception("bug", learner=learner)
