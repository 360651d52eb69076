"""`/docent cohort`: what instructors do with cohorts, and what becomes of their channels."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from bot.core.cohorts import care_words, making
from bot.core.cohorts import seat_words as words
from bot.core.cohorts.cohort import NEW, Cohort, numbered
from bot.core.cohorts.invitation import CHANGE, END, INVITE, NEW_ONE, listed
from bot.core.cohorts.roster import Count, counted
from bot.core.panels import Answer, Mistakes, Panel, Whispered
from bot.errors import ChatError
from bot.ports import Asked, CameIn, ChannelChanged, Channels, Cohorts, Duty, Fact, Roles, WentOut
from bot.staffroom.authority import NO_INSTRUCTOR, NOT_YOURS, Authority
from bot.staffroom.cohorts.caretaker import Caretaker, Present
from bot.staffroom.cohorts.invitations import Invitations
from bot.staffroom.cohorts.rosters import Rosters
from bot.staffroom.cohorts.seating import Refresh

log = structlog.get_logger(__name__)

NO_SUCH = Whispered("I know of no such cohort. `/docent cohort list` shows those that you lead.")
HAS_ENDED = Whispered("That cohort has ended, so nothing was changed. `/docent cohort` makes a new one.")
PAUSED = Whispered("I cannot write in its channel now: bring it back, and invite me there with `/invite @docent`.")
INVITED = Whispered("I posted the invitation again.")
USAGE = Whispered(
    "After `cohort` I understand `new`, `list`, `edit`, `invite` and `end`. Alone, it makes a cohort here."
)


class CohortDuty:
    """Makes, changes and ends cohorts, and follows their channels."""

    def __init__(
        self,
        cohorts: Cohorts,
        rosters: Rosters,
        invitations: Invitations,
        caretaker: Caretaker,
        channels: Channels,
        authority: Authority,
        roles: Roles,
        present: Present,
        refresh: Refresh,
        workshop: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._cohorts = cohorts
        self._rosters = rosters
        self._invitations = invitations
        self._caretaker = caretaker
        self._channels = channels
        self._authority = authority
        self._roles = roles
        self._present = present
        self._refresh = refresh
        self._workshop = workshop
        self._clock = clock
        self._making = asyncio.Lock()

    def duty(self) -> Duty:
        """Return what it answers to."""
        return Duty(
            name="cohorts",
            words={"cohort": self._cohort, "cohorts": self._list},
            presses={NEW_ONE: self._new, CHANGE: self._change, END: self._end, INVITE: self._invite},
            sheets={making.MAKE: self._make, making.EDIT: self._edit},
            heard=self.heard,
            home=self.home,
        )

    # instructors' words

    async def _cohort(self, asked: Asked) -> Answer:
        word, _, rest = asked.about.partition(" ")
        match word.lower():
            case "":
                there = await self._here(asked)
                return await self._new(asked) if not there else await self._shown(there)
            case "new" | "make":
                return await self._new(asked)
            case "list":
                return await self._list(asked)
            case "edit" | "change" | "end" | "invite":
                return await self._one(replace(asked, about=rest.strip()), word.lower())
            case _:
                return USAGE

    async def _here(self, asked: Asked) -> Sequence[Cohort]:
        """Return the cohorts of this class's channel that the person leads."""
        return [each for each in await self._authority.led_by(asked.where.user) if each.channel == asked.where.channel]

    async def _new(self, asked: Asked) -> Answer:
        user, channel = asked.where.user, asked.where.channel
        if not await self._roles.is_instructor(user):
            return Whispered(words.need_role(user))
        return making.new_sheet(user, channel if channel[:1] in ("C", "G") else "")

    async def _list(self, asked: Asked) -> Answer:
        led = await self._authority.led_by(asked.where.user)
        if not led and not await self._roles.is_instructor(asked.where.user):
            return NO_INSTRUCTOR
        return await self._shown(led)

    async def _shown(self, led: Sequence[Cohort]) -> Panel:
        counts: dict[int, Count] = {each.id: counted(await self._cohorts.seats(each.id)) for each in led}
        return listed(led, counts, self._clock().date())

    async def _one(self, asked: Asked, word: str) -> Answer:
        """Do what a word says with the cohort that is meant: by its name, or the one of this channel, or the only one.

        The end is pressed, because a press can ask whether it is meant.
        """
        led = await self._authority.led_by(asked.where.user)
        if not led:
            return NO_INSTRUCTOR
        if asked.about:
            meant = [each for each in led if each.name.casefold() == " ".join(asked.about.split()).casefold()]
        else:
            meant = [each for each in led if each.channel == asked.where.channel] or list(led)
        if not meant:
            return NO_SUCH
        if len(meant) > 1 or word == "end":
            return await self._shown(meant)
        about = replace(asked, about=str(meant[0].id))
        return await (self._invite(about) if word == "invite" else self._change(about))

    # instructors' presses and forms

    async def _led(self, asked: Asked) -> Cohort | Whispered:
        """Return the cohort that a button or form is about, or why this person can do nothing with it."""
        cohort = await self._cohorts.cohort(numbered(asked.about))
        if cohort is None or not await self._authority.leads(asked.where.user, cohort):
            return NOT_YOURS
        return HAS_ENDED if cohort.ended_at is not None else cohort

    async def _change(self, asked: Asked) -> Answer:
        cohort = await self._led(asked)
        return cohort if isinstance(cohort, Whispered) else making.edit_sheet(cohort)

    async def _invite(self, asked: Asked) -> Answer:
        cohort = await self._led(asked)
        if isinstance(cohort, Whispered):
            return cohort
        if cohort.archived:
            return PAUSED
        await self._invitations.post(cohort)
        return INVITED

    async def _end(self, asked: Asked) -> Answer:
        cohort = await self._led(asked)
        if isinstance(cohort, Whispered):
            return cohort
        if not await self._caretaker.end(cohort, care_words.ended_by(cohort, asked.name)):
            return HAS_ENDED
        await self._refresh(asked.where.user)
        if asked.where.card:  # a list of cohorts, in which this one has no buttons any more
            return await self._shown(await self._authority.led_by(asked.where.user))
        return Whispered(care_words.ran_out(replace(cohort, ends=None)))

    async def _make(self, asked: Asked) -> Answer:
        user = asked.where.user
        if not await self._roles.is_instructor(user):
            return Whispered(words.need_role(user))
        wish = making.read_wish(asked.filled, Cohort(NEW, "", "", self._workshop, frozenset()), self._clock().date())
        async with self._making:
            mistakes = dict(wish.mistakes)
            mistakes |= await self._wrong_class(wish.cohort, user)
            mistakes |= await self._wrong_people(wish.cohort, user)
            if mistakes:
                return Mistakes(mistakes)
            cohort = await self._cohorts.keep(wish.cohort)
        log.info("cohort_made", cohort=cohort.id, channel=cohort.channel, by=user)
        await self._rosters.follow(cohort)
        people = counted(await self._cohorts.seats(cohort.id)).people
        await self._refresh(user)
        try:
            await self._invitations.post(cohort)
        except ChatError as error:
            log.warning("not_invited", cohort=cohort.id, error=str(error))
            return Whispered(f"{care_words.made(cohort, people)} I could not post the invitation: {error}")
        return Whispered(care_words.made(cohort, people))

    async def _edit(self, asked: Asked) -> Answer:
        before = await self._led(asked)
        if isinstance(before, Whispered):
            return before
        filled = {name: value for name, value in asked.filled.items() if name != making.CHANNEL}
        wish = making.read_wish(filled, before, self._clock().date())
        mistakes = dict(wish.mistakes) | dict(await self._wrong_people(wish.cohort, asked.where.user, before))
        if mistakes:
            return Mistakes(mistakes)

        def change(now: Cohort) -> Cohort:
            kept = {name: getattr(now, name) for name in ("channel", "board", "archived", "ended_at")}
            return replace(wish.cohort, **kept)

        await self._cohorts.amend(before.id, change)
        self._invitations.mark(before.id)
        self._caretaker.mark()
        await self._refresh(asked.where.user)
        return Whispered(f"{words.called(wish.cohort)} is changed.")

    async def _wrong_class(self, cohort: Cohort, user: str) -> Mapping[str, str]:
        if not cohort.channel:
            return {making.CHANNEL: "Choose the channel of the class; its members are invited."}
        seen = await self._channels.seen(cohort.channel)
        there = [each for each in await self._cohorts.of_channel(cohort.channel) if each.channel == cohort.channel]
        members = await self._channels.members(cohort.channel) if seen and seen.ours and not seen.talk else ()
        mistake = making.class_mistake(seen, there, members, user)
        return {making.CHANNEL: mistake} if mistake else {}

    async def _wrong_people(self, cohort: Cohort, user: str, before: Cohort | None = None) -> Mapping[str, str]:
        """Return what is wrong with those who shall lead, and with the channel where they read."""
        mistakes: dict[str, str] = {}
        present, dismissed = await self._present(cohort.instructors), await self._roles.dismissed()
        if mistake := making.people_mistake(cohort.instructors, present, dismissed):
            mistakes[making.PEOPLE] = mistake
        staff = cohort.staff_channel
        if staff and (before is None or before.staff_channel != staff):
            seen = await self._channels.seen(staff)
            members = await self._channels.members(staff) if seen and seen.ours and not seen.talk else ()
            classes = await self._cohorts.of_channel(staff)
            if mistake := making.staff_mistake(seen, cohort, classes, members, user):
                mistakes[making.STAFF] = mistake
        return mistakes

    # what happens in channels

    async def heard(self, fact: Fact) -> None:
        """Follow who comes and goes, and what becomes of channels."""
        match fact:
            case CameIn(ours=True):
                self._caretaker.mark()
            case CameIn(user, channel):
                for cohort in await self._classes(channel):
                    await self._rosters.came(cohort, user)
            case WentOut(ours=True):
                for cohort in await self._classes(fact.channel):
                    await self._caretaker.pause(cohort, care_words.gone(cohort))
            case WentOut(user, channel):
                for cohort in await self._classes(channel):
                    if not cohort.archived:
                        await self._rosters.went(cohort, user)
            case ChannelChanged():
                await self._changed(fact)
            case _:
                pass

    async def _changed(self, fact: ChannelChanged) -> None:
        for cohort in await self._classes(fact.channel):
            if fact.archived:
                await self._caretaker.pause(cohort, care_words.archived(cohort))
            if fact.archived is False:
                self._caretaker.mark()
            if fact.name:
                await self._caretaker.tell(cohort, "A channel was renamed", care_words.renamed(cohort, fact.name))

    async def _classes(self, channel: str) -> Sequence[Cohort]:
        return [each for each in await self._cohorts.of_channel(channel) if each.channel == channel]

    async def home(self, user: str) -> Sequence[Panel]:
        """Show instructors the cohorts they lead."""
        led = await self._authority.led_by(user)
        return [await self._shown(led)] if led or await self._roles.is_instructor(user) else []
