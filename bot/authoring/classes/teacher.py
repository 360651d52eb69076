"""The instructor of a rehearsed class: makes the cohort, sets gates, and answers what stands in their channel.

Everything is done by writing, pressing and filling in what Slack shows.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.authoring.classes.hour import Hour
from bot.authoring.classes.pupil import Walking
from bot.authoring.classes.sightings import Sighting, Sightings
from bot.authoring.stage import ANSWER_S
from bot.core.cohorts.alerts import REASONS
from bot.core.cohorts.radar import Why
from bot.core.workshop import Workshop

NAME = "Docker, rehearsed"
SHARE_GATE, SHARE_PCT = "03", 60
HAND_GATE, HAND_MIN = "04", 30.0
LOOK_AGAIN_MIN = 3.0
ANSWER = "Let us look at it together"  #: begins every answer of theirs
STUCK, CLUSTER = "may be stuck", "fail with the same now"  #: what tells an alert, and a cluster
QUESTION = r"question \d+"  #: what every question of a pupil has in it
CLASS_HINT = "Read the task once more, word by word."
BROADCAST = "Ten more minutes for this section; then we look at it together."
REPORT_S = 120.0


class Leading(Walking, Protocol):
    """Hands of somebody who fills in forms with choices, and presses on one message among many."""

    channel: str

    async def press(self, name: str, on: str = "") -> Any:
        """Press a button of that label, on the message with this ts."""
        ...

    async def choose(self, name: str, option: str) -> Any:
        """Choose an option."""
        ...

    async def close_modal(self) -> Any:
        """Close the form."""
        ...

    async def say(self, text: str, *, thread_ts: str | None = None) -> Any:
        """Send a message, into a thread too."""
        ...


@dataclass(slots=True)
class Led:
    """What the instructor did, and what did not work."""

    done: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    broadcast_to: int = 0  #: people to whom a message for all was to go
    answered: dict[str, float] = field(default_factory=dict)  #: question → when it was, as `Sighting.at_s`


class Teacher:
    """Barbara. `can` are the words and buttons that the bot's duties answer to; what is not there is not done."""

    def __init__(
        self,
        workshop: Workshop,
        hands: Leading,
        hour: Hour,
        sightings: Sightings,
        can: Collection[str],
        missed: tuple[type[Exception], ...],
        channel: str,
        staff: str,
    ) -> None:
        self._workshop = workshop
        self._hands = hands
        self._hour = hour
        self._sightings = sightings
        self._can = can
        self._missed = missed
        self._channel = channel
        self._staff = staff
        self.led = Led()
        self._hinted = False

    async def prepare(self) -> None:
        """Make the cohort and its gates; without them there is no class, so what goes wrong is raised."""
        hands = self._hands
        await hands.go(self._channel)
        await hands.say("/docent cohort")
        await hands.wait_for("A new cohort", ANSWER_S)
        await hands.fill("Name", NAME)
        await hands.choose("Channel of the instructors", self._staff)
        await self._sent("cohort made")
        await hands.wait_for("have joined", ANSWER_S)
        await hands.go(self._staff)
        await hands.say("/docent gates")
        await hands.wait_for("Close a section", ANSWER_S)
        await self._gate(SHARE_GATE, "When enough have passed what comes before")
        await self._gate(HAND_GATE, "I open it myself")
        await hands.close_modal()

    async def _gate(self, number: str, opens: str) -> None:
        section = self._workshop.section(number)
        await self._hands.choose("Close a section", f"{number} · {section.title if section else ''}")
        await self._hands.choose("It opens", opens)
        await self._hands.fill("Per cent", str(SHARE_PCT))
        await self._sent(f"gate {number} closed")
        await self._hands.wait_for(f"{number} · ", ANSWER_S)

    async def _sent(self, what: str) -> None:
        if wrong := await self._hands.submit():
            self.led.faults.append(f"{what}: {dict(wrong)}")
        self.led.done.append(what)

    async def teach(self) -> None:
        """Answer what comes, and open the gate that waits for a hand, until cancelled."""
        look_at: float | None = HAND_MIN
        while True:
            try:
                left_s = None if look_at is None else self._hour.real_s(look_at - self._hour.minute())
                async with asyncio.timeout(None if left_s is None else max(0.0, left_s)):
                    news = await self._sightings.news.get()
            except TimeoutError:
                look_at = None if await self._open_gate() else self._hour.minute() + LOOK_AGAIN_MIN
                continue
            await self._answer(news)

    async def _tried(self, what: str, work: Callable[[], Awaitable[object]]) -> bool:
        """Do something; what Slack does not show as expected is a fault, and the class goes on."""
        try:
            await work()
        except self._missed as error:
            self.led.faults.append(f"{what}: {str(error)[:300]}")
            await self._hands.close_modal()
            return False
        self.led.done.append(what)
        return True

    async def _open_gate(self) -> bool:
        """Open the gate once somebody waits there; tell whether that is done, or cannot be."""
        waits = False

        async def look() -> None:
            nonlocal waits
            await self._hands.say("/docent gates")
            shown = await self._hands.wait_for("Close a section", ANSWER_S)
            waits = bool(re.search(rf"{HAND_GATE} · .* wait here", shown.text))
            if waits:
                await self._hands.press(f"Open {HAND_GATE} now")
                await self._hands.wait_for(f"{HAND_GATE} · .*open since", ANSWER_S)
            await self._hands.close_modal()

        done = await self._tried("gates looked at", look)
        if done and waits:
            self.led.done.append("gate opened by hand")
            if "broadcast" in self._can:
                await self._tried("broadcast sent", self._broadcast)
        return waits or not done

    async def _broadcast(self) -> None:
        await self._hands.say("/docent broadcast")
        await self._hands.wait_for("What should they read", ANSWER_S)
        await self._hands.fill("What should they read?", BROADCAST)
        await self._filled()
        shown = await self._hands.wait_for(r"Send to (\d+)", ANSWER_S)
        found = re.search(r"Send to (\d+)", shown.text)
        self.led.broadcast_to = int(found[1]) if found else 0
        await self._hands.press(f"Send to {self.led.broadcast_to}")
        await self._hands.wait_for("on its way", ANSWER_S)
        await self._hands.close_modal()

    async def _answer(self, news: Sighting) -> None:
        """Do what a new message in the instructors' channel asks for."""
        if news.kind != "message" or news.edited or news.thread or news.channel != self._hands.channel:
            return
        if STUCK in news.text:
            await self._alert(news)
        elif CLUSTER in news.text and not self._hinted:
            self._hinted = True
            await self._tried("class hint written", lambda: self._class_hint(news))
        elif asked := re.search(QUESTION, news.text):
            await self._tried("question answered", lambda: self._help(news, asked[0]))

    async def _alert(self, news: Sighting) -> None:
        """Send the first who fails again and again a hint, take the step out of the next one's way, claim some.

        Who is only slow may be through before anybody looks, and the others are left to themselves.
        """
        again = REASONS[Why.SAME] in news.text.lower()
        if again and "hint sent" not in self.led.done:
            await self._tried("alert claimed", lambda: self._press("Claim", news, "has it"))
            await self._tried("hint sent", lambda: self._hint(news))
        elif again and "step unblocked" not in self.led.done:
            await self._tried("step unblocked", lambda: self._press("Unblock", news, "unblocked by"))

    async def _press(self, label: str, news: Sighting, then: str) -> None:
        await self._hands.press(label, news.ts)
        await self._hands.wait_for(then, ANSWER_S)

    async def _hint(self, news: Sighting) -> None:
        await self._hands.press("Send hint", news.ts)
        await self._hands.fill("Or your own words", f"{ANSWER}: read the last line of what the check shows.")
        await self._filled()

    async def _class_hint(self, news: Sighting) -> None:
        await self._hands.press("Write a class hint", news.ts)
        await self._hands.fill("Your hint for the class", CLASS_HINT)
        await self._filled()

    async def _help(self, news: Sighting, question: str) -> None:
        await self._press("Claim", news, "has it")
        self.led.answered[question] = time.monotonic()
        await self._hands.say(f"{ANSWER}, {question}.", thread_ts=news.ts)

    async def _filled(self) -> None:
        if wrong := await self._hands.submit():
            raise self._missed[0](f"The form was not taken: {dict(wrong)}")

    async def report(self) -> None:
        """Ask for the report of the class, as it is at the end."""
        if "report" in self._can:
            await self._tried("report asked for", self._report)

    async def _report(self) -> None:
        await self._hands.say("/docent report")
        await self._hands.wait_for("report", ANSWER_S)
        await self._filled()
        await self._hands.go("dm")
        await self._hands.wait_for(r"\.png|summary", REPORT_S)
