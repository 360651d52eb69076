"""What of learners reaches instructors, and what reaches the class: everything that is wired, driven and read through.

A class works, gets stuck, asks and gives feedback; its instructor says every word and presses every button there is.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from bot.core.cohorts.cohort import NEW, Cohort, Seat, SeatState
from bot.core.events import GaveFeedback
from bot.core.learner import SOMEBODY
from bot.core.verdict import Failed, Verdict
from bot.localslack.seed import INSTRUCTORS
from bot.localslack.seed import WORKSHOP as CLASS
from bot.localslack.world import BOT_USER, TEAM_ID, dm_of
from bot.ports import Where
from bot.progress.cohorts import SqlCohorts
from bot.sandbox.sandbox import DockerSandbox
from bot.settings import Settings
from bot.slack.hours import SlackHours
from bot.slack.instructor import InstructorsChannel
from bot.staffroom.board.changes import Changes
from bot.wiring.beside import Works, beside
from bot.wiring.duties import wire_duties
from bot.wiring.instructors import Instructors
from bot.wiring.learners import Learners
from bot.wiring.slack import Slack
from tests.slack.lobby import BUILD, WORKSHOP, Lobby, open_lobby, press, still, until, words

ADA, GRACE, BARBARA = "U0ADA", "U0GRACE", "U0BARBARA"
#: in two directions, with an emoji and marks of Slack's; each part is looked for on its own
NAMES = {ADA: "Zübeyde القمر 🐳 *Qwertzuiop*", GRACE: "Gråçe_von_Xylophon"}
PARTS = ("Zübeyde", "القمر", "Qwertzuiop", "Gråçe", "Xylophon", ADA, GRACE)
WORK = ("secret-of-hers", "very private question", "sentence for nobody")
LEFT_ALONE = ("privacy.delete", "cohort.end", "end")  #: buttons that end the scene
BUTTONS = 120  #: that the instructor presses at most


@dataclass(slots=True)
class Scene:
    lobby: Lobby
    cohort: Cohort
    pressed: set[tuple[str, str]]

    async def plays(self, works: Works) -> None:
        """Let the class work and its instructor look at everything."""
        lobby, store = self.lobby, self.lobby.store
        for user in (ADA, GRACE):
            await lobby.event(words("start", user))
            await lobby.at(user, BUILD)
            await store.write_files(user, {"Dockerfile": b"# secret-of-hers\n"})
            for _ in range(3):
                await self._fails(user)
        await lobby.event(words("ask very private question", ADA))
        await until(lambda: any("very private" in shown(m) for m in lobby.said(ADA)))
        await lobby.classroom.turn(GaveFeedback(2, "sentence for nobody"), Where(dm_of(ADA), ADA))
        for user in (ADA, GRACE):
            person = await lobby.enter(user)
            await person.go("#docker-workshop")
            await person.say("@Docent status")
        await until(lambda: len(lobby.said(channel=CLASS)) >= len(NAMES))
        told = (SOMEBODY, "waiting") if self.cohort.nameless else ("very private question", "Qwertz", "waiting")
        async with beside(works):  # only now: the first look finds it all
            await until(lambda: all(each in self.in_staff_channel() for each in told), 30)
            await self._look_around()
            await still(lambda: sum(lobby.space.premises.calls.calls.values()), 1.0)

    async def _fails(self, user: str) -> None:
        store = self.lobby.store
        attempt = await store.open_attempt(await store.learner(user), BUILD, Where(dm_of(user), user))
        assert attempt is not None
        condition = next(c for ref, c in WORKSHOP.conditions() if ref == BUILD)
        code = next(iter(condition.fail))
        failed = Failed(code, "an image", f"secret-of-hers of {NAMES[user]}")
        await self.lobby.checks.publish(attempt.id, Verdict(((condition.id, failed),), 1.0))

    async def _look_around(self) -> None:
        """Say every word in the direct message and in the class, and press every button, until there is nothing new."""
        lobby = self.lobby
        spoken = sorted({word for duty in lobby.duties for word in duty.words} - {"ask"})
        for word in spoken:
            await lobby.event(words(word, BARBARA))
            command = {"command": "/docent", "text": word, "channel_id": CLASS, "user_id": BARBARA, "team_id": TEAM_ID}
            command |= {
                "trigger_id": f"t{word}",
                "channel_name": "x",
                "user_name": "b",
                "response_url": "http://127.0.0.1:1/",
            }
            await lobby.deliver("slash_commands", command)
        barbara = await lobby.enter("barbara")
        await barbara.open_home()
        for _ in range(BUTTONS):
            await asyncio.sleep(0)
            found = next((each for each in self._buttons() if each[:2] not in self.pressed), None)
            if found is None:
                break
            action, value, message = found
            self.pressed.add((action, value))
            await lobby.deliver("interactive", press(BARBARA, action, value, message))

    def _buttons(self) -> Iterator[tuple[str, str, Any]]:
        world, screens = self.lobby.space.premises.world, self.lobby.space.premises.screens
        places: list[tuple[Any, Any]] = []
        for channel in (dm_of(BARBARA), INSTRUCTORS, CLASS):
            places += [(m.blocks, m) for m in world.messages[channel].values() if m.by_bot or m.only_for == BARBARA]
        views = [*screens.stack(BARBARA), *filter(None, [screens.homes.get(BARBARA)])]
        places += [(view.blocks, None) for view in views]
        for blocks, message in places:
            for element in elements(blocks):
                action = str(element.get("action_id", ""))
                if action.startswith("duty:") and not any(act in action for act in LEFT_ALONE):
                    yield action, str(element.get("value", "")), message

    def for_instructors(self) -> str:
        """Return all that instructors can read of us: messages, Home, forms, and what files say."""
        premises = self.lobby.space.premises
        said = [shown(m) for channel in (INSTRUCTORS, dm_of(BARBARA)) for m in self.lobby.said(channel=channel)]
        said += [shown(m) for m in self.lobby.said(channel=CLASS) if m.only_for in ("", BARBARA)]
        views = [*premises.screens.stack(BARBARA), *filter(None, [premises.screens.homes.get(BARBARA)])]
        said += [json.dumps(view.blocks, ensure_ascii=False, default=str) + str(view) for view in views]
        said += [str(message) for message in self.lobby.staff.told.values()]
        said += [file.content.decode("utf-8", "replace") for file in premises.world.files.values()]
        return "\n".join(said)

    def in_staff_channel(self) -> str:
        """Return what we said where instructors read."""
        return "\n".join(shown(m) for m in self.lobby.said(channel=INSTRUCTORS))

    def in_class(self) -> str:
        """Return all that we said where the whole class reads, threads too."""
        return "\n".join(shown(m) for m in self.lobby.said(channel=CLASS) if not m.only_for)


def elements(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "action_id" in value:
            yield value
        for part in value.values():
            yield from elements(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from elements(part)


def shown(message: Any) -> str:
    return f"{message.text}\n{json.dumps(message.blocks, ensure_ascii=False, default=str)}"


@asynccontextmanager
async def scene(folder: Path, *, nameless: bool) -> AsyncIterator[Scene]:
    """Run all duties as they are wired over a lobby, with a course of two learners."""
    works: dict[str, Any] = {}
    async with open_lobby(folder, wire=lambda lobby: works.update(wired(lobby, folder))) as lobby:
        people = lobby.space.premises.world.people
        for user, name in NAMES.items():
            people[user] = replace(people[user], name=name, real_name=name)
        await lobby.roles.appoint(BARBARA)
        march = Cohort(NEW, "March", CLASS, WORKSHOP.id, frozenset({BARBARA}), INSTRUCTORS, nameless=nameless)
        march = await lobby.cohorts.keep(march)
        for user in NAMES:
            await lobby.cohorts.seat(Seat(march.id, user, SeatState.TAKEN, datetime.now(UTC)))
        here = Scene(lobby, march, set())
        await here.plays(works)
        yield here


def wired(lobby: Lobby, folder: Path) -> Works:
    """Wire every duty there is, as the bot does."""
    database, client = lobby.store.database, lobby.chat._client
    settings = Settings(data=folder, instructors_channel=INSTRUCTORS, board_every_s=1)
    host = cast("Any", lobby.sandbox)
    host.demolish, host.resting = nothing, lambda: ""
    hours = SlackHours(client, lobby.outbox, lobby.people)
    session = cast("Any", None)
    slack = Slack(
        session, client, lobby.chat, lobby.people, lobby.channels, hours, BOT_USER, (TEAM_ID,), "Try", TEAM_ID
    )
    channel = InstructorsChannel(client, lobby.chat, INSTRUCTORS, lobby.roles)
    changes = Changes(WORKSHOP, lambda: datetime.now(UTC))
    lobby.followers.append(changes.follow)
    cohorts = SqlCohorts(database, changes.cohort)
    instructors = Instructors(lobby.roles, channel, cohorts, changes, lobby.duties, lobby.followers)
    absent = cast("Any", None)  # what no duty needs here
    learners = Learners(lobby.classroom, cast("Any", lobby.desk), lobby.checks, absent, absent, absent)
    return wire_duties(settings, WORKSHOP, lobby.store, cast("DockerSandbox", host), slack, instructors, learners)


async def nothing() -> None:
    """Do nothing: there is no host to clean here."""


async def test_no_name_of_a_learner_reaches_instructors_of_a_nameless_course(tmp_path: Path) -> None:
    async with scene(tmp_path, nameless=True) as here:
        read = here.for_instructors()
        assert [part for part in (*PARTS, *WORK[:1]) if part in read] == []
        assert len(here.pressed) > 5
        assert SOMEBODY in read


async def test_the_class_reads_nothing_about_anybody(tmp_path: Path) -> None:
    async with scene(tmp_path, nameless=False) as here:
        read = here.for_instructors()
        assert {part for part in PARTS[:3] if part in read} == set(PARTS[:3]), "what is looked for would be found"
        assert [part for part in (*PARTS, *WORK) if part in here.in_class()] == []
