"""People see, get and delete what is kept about them, through real Bolt; what nobody needs goes by itself."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.core.cohorts.cohort import NEW, Cohort, Seat, SeatState
from bot.core.messages import Note
from bot.core.privacy import DELETED, GONE, LATER, NOTICE
from bot.errors import EngineDown
from bot.localslack.seed import WORKSHOP as CLASS
from bot.localslack.world import TEAM_ID
from bot.ports import Uninstalled, Where
from bot.progress.feedbacks import SqlFeedbacks
from bot.progress.persons import SqlPersons
from bot.slack.panels import DUTY
from bot.staffroom.forgetting import Forgetting
from bot.staffroom.privacy import Privacy
from bot.staffroom.telling import Telling
from bot.wiring.privacy import token_gone
from tests.slack.lobby import BUILD, WORKSHOP, Lobby, open_lobby, press, until, words

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ADA = "U0ADA"


@dataclass(slots=True)
class Place:
    """A lobby with the duty of privacy, whose clock stands still until it is moved."""

    lobby: Lobby = field(init=False)
    privacy: Privacy = field(init=False)
    persons: SqlPersons = field(init=False)
    now: datetime = NOW
    demolished: int = 0
    down: list[Exception] = field(default_factory=list)
    left: asyncio.Event = field(default_factory=asyncio.Event)

    def wire(self, lobby: Lobby) -> None:
        self.lobby, self.persons = lobby, SqlPersons(lobby.store.database)
        room = lobby.people.room
        forgetting = Forgetting(
            WORKSHOP,
            self.persons,
            lobby.store,
            lobby.desk,
            lobby.sandbox,
            lobby.classroom.alone,
            self._demolish,
            Telling(lobby.chat, room),
            lobby.chat,
            room,
            lambda: self.now,
        )
        self.privacy = Privacy(
            self.persons,
            forgetting,
            lobby.store,
            lobby.cohorts,
            lobby.staff,
            lobby.chat,
            room,
            lambda: self.now,
            keep_days=60,
            team=TEAM_ID,
            removed=lambda: token_gone(lobby.handler.app.client),
            goodbye=self.left.set,
        )
        lobby.duties.append(self.privacy.duty())

    async def _demolish(self) -> None:
        if self.down:
            raise self.down.pop()
        self.demolished += 1

    async def ada_works(self) -> None:
        """Let ada begin, write a file and have a check on the desk."""
        await self.lobby.at(ADA, BUILD)
        await self.lobby.store.write_files(ADA, {"Dockerfile": b"FROM node:24-alpine\n"})
        learner = await self.lobby.store.learner(ADA)
        assert await self.lobby.store.open_attempt(learner, BUILD, Where("D1", ADA))

    def said(self, text: str, user: str = ADA) -> bool:
        return any(text in str(message.blocks) or text in message.text for message in self.lobby.said(user))


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    made = Place()
    async with open_lobby(tmp_path, wire=made.wire):
        yield made


async def test_a_learner_sees_what_is_kept_and_gets_all_of_it(place: Place) -> None:
    await place.ada_works()
    ada = await place.lobby.enter("ada")
    await ada.go("#docker-workshop")
    await ada.say("/docent privacy")
    await until(lambda: place.said("What I keep about you"))
    assert place.said("until I have not seen you for 60 days")
    await ada.go("dm")
    await ada.press("Send me everything")
    await until(lambda: place.lobby.space.premises.world.files)
    (sent,) = place.lobby.space.premises.world.files.values()
    with zipfile.ZipFile(io.BytesIO(sent.content)) as archive:
        assert archive.read("project/Dockerfile") == b"FROM node:24-alpine\n"
        records = json.loads(archive.read("records.json"))
    assert records["learners"][0]["id"] == ADA
    assert records["attempts"][0]["step"] == BUILD.step


async def test_everything_goes_after_a_second_question_and_the_learner_is_new(place: Place) -> None:
    await place.ada_works()
    ada = await place.lobby.enter("ada")
    await ada.go("dm")
    await ada.say("privacy")
    await ada.press("Delete everything …")
    await ada.wait_for("This goes, for good", 5)
    assert (await place.persons.kept(ADA)).count
    await ada.press("Yes, delete everything")
    await until(lambda: place.said("I know you no more"))
    assert (await place.persons.kept(ADA)).count == 0
    assert (place.lobby.sandbox.cleaned, place.lobby.desk.cancelled, place.lobby.desk.forgotten) == ([ADA], [1], [1])
    home = await ada.open_home()
    assert home is not None
    assert "Start" in home.text
    await ada.say("status")
    await until(lambda: place.said("You have not started yet") or place.said("Start the workshop"))


async def test_no_means_no(place: Place) -> None:
    await place.ada_works()
    ada = await place.lobby.enter("ada")
    await ada.go("dm")
    await ada.say("privacy")
    await ada.press("Delete everything …")
    await ada.press("No, keep it")
    await ada.wait_for("For how long", 5)
    assert await place.lobby.store.files(ADA)


async def test_a_button_deletes_whoever_presses_it_and_nobody_that_it_names(place: Place) -> None:
    await place.ada_works()
    await place.lobby.at("U0GRACE", BUILD)
    await place.lobby.deliver("interactive", press("U0GRACE", f"{DUTY}privacy.delete", ADA))
    await until(lambda: "U0GRACE" in place.lobby.sandbox.cleaned)
    assert place.lobby.sandbox.cleaned == ["U0GRACE"]
    assert (await place.lobby.store.learner(ADA)).at == BUILD


async def test_a_host_that_is_down_is_waited_for_and_nothing_is_half_done(place: Place) -> None:
    await place.ada_works()
    place.lobby.sandbox.fails.append(EngineDown("The engine does not answer."))
    await place.lobby.deliver("interactive", press(ADA, f"{DUTY}privacy.delete", ""))
    await until(lambda: place.said(LATER[:30]))
    assert await place.lobby.store.files(ADA)
    await place.privacy.finish()  # as after a restart, too: it stands in the records
    assert (await place.persons.kept(ADA)).count == 0
    await until(lambda: place.said(DELETED[:30]))


async def test_what_was_asked_for_before_is_not_begun_after(place: Place) -> None:
    await place.ada_works()
    place.lobby.sandbox.gate = asyncio.Event()
    for line in ("docker ps", "docker images"):
        await place.lobby.event(words(line))
    await until(lambda: place.lobby.classroom.hands(ADA).locked())  # type: ignore[attr-defined] # a lock
    forgetting = asyncio.create_task(place.lobby.deliver("interactive", press(ADA, f"{DUTY}privacy.delete", "")))
    await until(lambda: place.lobby.classroom._left[ADA])
    place.lobby.sandbox.gate.set()
    await forgetting
    await until(lambda: place.said("I know you no more"))
    assert len(place.lobby.sandbox.ran) == 1
    assert (await place.persons.kept(ADA)).count == 0


async def test_messages_about_them_that_instructors_read_are_emptied(place: Place) -> None:
    await place.ada_works()
    lobby, feedbacks = place.lobby, SqlFeedbacks(place.lobby.store.database)
    ts = await lobby.chat.show(Where(CLASS, ""), Note("Ada: 5 of 5"))
    await feedbacks.give(ADA, 5, "")
    (given,) = await feedbacks.untold()
    await feedbacks.told(given, f"{CLASS}/{ts}")
    await lobby.deliver("interactive", press(ADA, f"{DUTY}privacy.delete", ""))
    await until(lambda: [message.text for message in lobby.said(channel=CLASS)] == [GONE])


async def test_who_was_not_seen_is_told_and_deleted_two_weeks_later(place: Place) -> None:
    lobby, seen = place.lobby, NOW - timedelta(days=50)
    for user in (ADA, "U0GRACE"):
        learner = await lobby.store.learner(user, user)
        await lobby.store.record(replace(learner, met_at=seen, seen_at=seen), "seen")
    await place.privacy.look()
    await until(lambda: place.said("16 March 2026"))
    grace = await lobby.store.learner("U0GRACE")
    await lobby.store.record(replace(grace, seen_at=NOW + timedelta(days=1)), "seen")
    place.now = NOW + NOTICE - timedelta(minutes=1)
    await place.privacy.look()
    assert lobby.sandbox.cleaned == []
    place.now = NOW + NOTICE
    await place.privacy.look()
    assert lobby.sandbox.cleaned == [ADA]
    assert (await place.persons.kept(ADA)).count == 0
    assert (await lobby.store.learner("U0GRACE")).seen_at == NOW + timedelta(days=1)
    (told,) = lobby.staff.told.values()
    assert "1 person" in str(told)
    assert ADA not in str(told)


async def test_courses_that_are_long_over_go_too(place: Place) -> None:
    over = await place.lobby.cohorts.keep(
        Cohort(NEW, "Old", CLASS, "docker-workshop", frozenset(), ended_at=NOW - timedelta(days=61))
    )
    await place.lobby.cohorts.seat(Seat(over.id, ADA, SeatState.OVER, NOW))
    await place.privacy.look()
    assert await place.lobby.cohorts.cohort(over.id) is None
    assert "1 course" in str(place.lobby.staff.told)


@pytest.mark.parametrize("revoked_first", [True, False])
async def test_a_workspace_that_removes_us_leaves_nothing_behind(place: Place, *, revoked_first: bool) -> None:
    await place.ada_works()
    barbara = await place.lobby.enter("barbara")
    await barbara.uninstall(revoked_first=revoked_first)
    await asyncio.wait_for(place.left.wait(), 10)
    assert place.demolished == 1
    assert place.lobby.desk.cancelled == [1]
    assert await place.persons.everybody() == []
    assert await place.lobby.store.note("instance") == ""


async def test_a_token_that_is_changed_deletes_nothing(place: Place) -> None:
    await place.ada_works()
    barbara = await place.lobby.enter("barbara")
    await barbara.revoke()
    assert not await settled(place)
    await place.privacy.heard(Uninstalled("T0OTHER"))
    assert place.privacy._leaving is None
    assert await place.lobby.store.files(ADA)


async def test_removed_of_another_workspace_or_while_our_token_works_is_not_believed(place: Place) -> None:
    await place.ada_works()
    await place.lobby.event({"type": "app_uninstalled"})  # late: we were installed anew since
    assert not await settled(place)
    await place.lobby.event({"type": "app_uninstalled"}, team_id="T0OTHER")
    assert not await settled(place)
    assert await place.lobby.store.files(ADA)


async def settled(place: Place) -> bool:
    """Return, once what was heard is thought through, whether it made us leave."""
    await place.lobby.event(words("status"))
    await until(lambda: place.privacy._leaving is None or place.left.is_set())
    return place.left.is_set()
