"""Who somebody is and where their direct message is; asked of Slack now and then, by their id."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import ChatError
from bot.slack.answers import UNREACHED, why
from bot.slack.legible import whole
from bot.slack.outbox import Outbox, Priority

log = structlog.get_logger(__name__)

ASK_AGAIN_S = 3600.0  #: people change their names, become guests, and leave
FEW = 20  #: people who are asked about one by one
PAGE, PAGES = (
    200,
    20,
)  #: of a workspace's members, so many are known before they come; others are asked about one by one


@dataclass(frozen=True, slots=True)
class Person:
    """What Slack says of somebody. The name is theirs to choose: it tells nothing of what they may do."""

    name: str
    team: str = ""
    enterprise: str = ""
    guest: bool = False
    bot: bool = False
    gone: bool = False  #: deactivated
    tz_offset_s: int | None = None  #: their clock before UTC, None where Slack does not tell

    def belongs(self, teams: Collection[str]) -> bool:
        """Tell whether they are of one of these workspaces or organisations; Slack Connect brings others in."""
        return self.team in teams or self.enterprise in teams


class People:
    """What is known of people, and their direct messages; kept for as long as the process lives."""

    def __init__(self, client: AsyncWebClient, outbox: Outbox, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._outbox = outbox
        self._clock = clock
        self._known: dict[str, tuple[Person, float]] = {}
        self._rooms: dict[str, str] = {}
        self._asking: set[asyncio.Task[Person | None]] = set()
        self._filled_at = -ASK_AGAIN_S
        self._filling = asyncio.Lock()

    async def who(self, user: str) -> Person | None:
        """Return who this is, None where Slack does not tell; of whom is known, nobody waits for news."""
        known, asked_at = self._known.get(user, (None, 0.0))
        if known is None:
            return await self._ask(user)
        if self._clock() - asked_at >= ASK_AGAIN_S:
            self._known[user] = (known, self._clock())
            task = asyncio.create_task(self._ask(user))
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)
        return known

    async def among(self, users: Collection[str]) -> Mapping[str, Person]:
        """Return those of whom Slack tells who they are; where many are unknown, all are asked about at once."""
        async with self._filling:  # what another one is just getting to know need not be asked twice
            if sum(self._unsure(user) for user in users) > FEW and self._clock() - self._filled_at >= ASK_AGAIN_S:
                await self.fill()
        unknown = [user for user in users if user not in self._known]
        for user in unknown[:FEW]:  # the others, of a workspace larger than what is filled, at later times
            await self._ask(user)
        return {user: self._known[user][0] for user in users if user in self._known}

    async def present(self, users: Collection[str]) -> Collection[str]:
        """Return those who are people here, as far as Slack tells; who is deactivated is not."""
        found = [(user, await self.who(user)) for user in users]
        return [user for user, person in found if person is None or not (person.bot or person.gone)]

    def _unsure(self, user: str) -> bool:
        """Tell whether what is known of somebody is missing or old."""
        return user not in self._known or self._clock() - self._known[user][1] >= ASK_AGAIN_S

    async def fill(self) -> None:
        """Get to know the members at once: when a class comes, 100 questions a minute are too few."""
        self._filled_at = self._clock()
        cursor = ""
        for _ in range(PAGES):

            async def ask(cursor: str = cursor) -> Any:
                return await self._client.users_list(limit=PAGE, cursor=cursor)

            try:
                page = await self._outbox.send("users.list", "users.list", ask, Priority.PROGRESS)
            except (SlackApiError, *UNREACHED) as error:
                log.info("members_unknown", error=why(error) if isinstance(error, SlackApiError) else str(error))
                return
            for user in page["members"]:
                self._known[str(user["id"])] = (read_person(user), self._clock())
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    async def _ask(self, user: str) -> Person | None:
        async def ask() -> Any:
            return await self._client.users_info(user=user)

        try:
            answer = await self._outbox.send("users.info", f"info:{user}", ask, Priority.ANSWER)
        except (SlackApiError, *UNREACHED) as error:
            log.info("not_told_who", user=user, error=why(error) if isinstance(error, SlackApiError) else str(error))
            return None
        person = read_person(answer["user"])
        self._known[user] = (person, self._clock())
        return person

    async def room(self, user: str) -> str:
        """Return the channel id of our direct message with the person. Raises `ChatError`."""
        if user not in self._rooms:

            async def ask() -> Any:
                return await self._client.conversations_open(users=user)

            try:
                answer = await self._outbox.send("conversations.open", f"open:{user}", ask, Priority.ANSWER)
            except SlackApiError as error:
                raise ChatError(f"Slack opened no direct message ({why(error)}).") from error
            except UNREACHED as error:
                raise ChatError(f"Slack could not be reached to open a direct message: {error}.") from error
            self._rooms[user] = str(answer["channel"]["id"])
        return self._rooms[user]

    def met(self, user: str, room: str) -> None:
        """Remember the direct message that somebody wrote in."""
        self._rooms[user] = room


def read_person(user: Mapping[str, Any]) -> Person:
    """Return who `users.info` says this is. Source: docs.slack.dev, user object."""
    profile = user.get("profile") or {}
    names = (profile.get("display_name"), profile.get("real_name"), user.get("real_name"), user.get("name"))
    return Person(
        name=whole(next((str(name) for name in names if name), "")),
        team=str(user.get("team_id") or profile.get("team") or ""),
        enterprise=str((user.get("enterprise_user") or {}).get("enterprise_id") or ""),
        guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted") or user.get("is_stranger")),
        bot=bool(user.get("is_bot")) or user.get("id") == "USLACKBOT",
        gone=bool(user.get("deleted")),
        tz_offset_s=int(user["tz_offset"]) if isinstance(user.get("tz_offset"), int | float) else None,
    )
