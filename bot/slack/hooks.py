"""response_urls: edits of a pressed message that cost no method's tier, as long as they last."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

import aiohttp
import structlog

from bot.slack.answers import UNREACHED
from bot.slack.blocks import Rendered
from bot.slack.posts import NO_PREVIEWS

log = structlog.get_logger(__name__)

USES = 5  #: Source: docs.slack.dev, handling user interaction
LIFE_S = 29 * 60.0
ANSWER_S = 10.0  #: the message has another way to be edited, so nobody waits long for this one
REMEMBERED = 2_000


class ResponseUrls:
    """Counts the uses of response_urls."""

    def __init__(self, session: aiohttp.ClientSession, clock: Callable[[], float] = time.monotonic) -> None:
        self._session = session
        self._clock = clock
        self._known: OrderedDict[str, tuple[int, float]] = OrderedDict()  # url → uses, first seen

    def left(self, url: str, *, final: bool) -> bool:
        """Tell whether there is a use left; the last one is kept for the final edit."""
        uses, since = self._known.setdefault(url, (0, self._clock()))
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return uses < (USES if final else USES - 1) and self._clock() - since < LIFE_S

    async def replace(self, url: str, rendered: Rendered) -> bool:
        """Put this in place of the pressed message; False when Slack does not take it (any more)."""
        uses, since = self._known.get(url, (0, self._clock()))
        if uses >= USES:
            return False
        self._known[url] = (uses + 1, since)
        body = {"replace_original": True, "text": rendered.text, "blocks": rendered.blocks, **NO_PREVIEWS}
        try:
            timeout = aiohttp.ClientTimeout(total=ANSWER_S)
            async with self._session.post(url, json=body, timeout=timeout) as response:
                if response.status != 200:
                    log.info("response_url_refused", status=response.status)
                return response.status == 200
        except UNREACHED as error:  # not tried again: what it edits can be edited another way, at once
            log.info("response_url_failed", error=type(error).__name__)
            return False
