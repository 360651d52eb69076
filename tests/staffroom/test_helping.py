"""Help threads through real Bolt: several people of a course, its instructors, and who should have no part in it."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.cohorts import help_panels as say
from bot.core.cohorts.cohort import NEW, Cohort, Seat, SeatState
from bot.core.cohorts.help import HelpLine
from bot.localslack.seed import INSTRUCTORS, WORKSHOP
from bot.localslack.values import Message
from bot.localslack.world import dm_of
from bot.ports import HelpThreads, Waiting
from bot.progress.cohorts import SqlCohorts
from bot.progress.helping import SqlHelpThreads
from bot.staffroom.authority import Authority
from bot.staffroom.helping import Helping, Reach
from bot.staffroom.relay import Relay
from bot.staffroom.telling import Telling
from bot.wiring.helping import namer
from tests.slack.lobby import WORKSHOP as LESSONS
from tests.slack.lobby import Lobby, open_lobby, press, until, words

ADA, GRACE, LINUS, BARBARA, MARGARET = "U0ADA", "U0GRACE", "U0LINUS", "U0BARBARA", "U0MARGARET"
DM = dm_of(ADA)


@dataclass
class Class:
    """A lobby with a course in it."""

    lobby: Lobby
    cohorts: SqlCohorts
    threads: HelpThreads
    helping: Helping
    cohort: Cohort
    now: list[datetime]

    async def rest(self) -> None:
        """Return once nothing is being passed on: what is must not outlive its database."""
        locks = (*self.helping._locks.values(), *self.helping._relay._refreshing.values())
        await until(lambda: not any(lock.locked() for lock in locks))

    def later(self, by: timedelta) -> None:
        self.now[0] += by

    async def seat(self, *users: str, state: SeatState = SeatState.TAKEN) -> None:
        for user in users:
            assert await self.cohorts.seat(Seat(self.cohort.id, user, state, self.now[0]))

    async def staffed(self, *instructors: str, channel: str = "") -> None:
        self.cohort = await self.cohorts.keep(
            replace(self.cohort, instructors=frozenset(instructors), staff_channel=channel)
        )

    def thread(self, channel: str, root: str = "") -> list[Message]:
        """Return what stands in threads of a channel, of ours."""
        return [m for m in self.lobby.said(channel=channel) if m.is_reply and (not root or m.thread_ts == root)]

    def roots(self, channel: str, holds: str = "") -> list[Message]:
        return [m for m in self.lobby.said(channel=channel) if not m.is_reply and holds in shown(m)]

    async def asks(self, user: str, question: str) -> str:
        """Let somebody ask; return the ts of the message in their direct message."""
        before = len(self.roots(dm_of(user), question))
        await self.lobby.event(words(f"ask {question}", user))
        await until(lambda: len(self.roots(dm_of(user), question)) > before)
        return self.roots(dm_of(user), question)[-1].ts

    async def writes(self, user: str, channel: str, thread: str, text: str, **more: str) -> None:
        kind = "im" if channel.startswith("D") else "group"
        event = words(text, user, thread_ts=thread) | {"channel": channel, "channel_type": kind}
        await self.lobby.event(event | more)


def shown(message: Message) -> str:
    return f"{message.text} {message.blocks}"


def joined(now: list[datetime], kept: list[Any]) -> Callable[[Lobby], None]:
    def wire(lobby: Lobby) -> None:
        threads, chat, find = SqlHelpThreads(lobby.store.database), lobby.chat, lobby.people.room
        authority = Authority(lobby.roles, lobby.cohorts)
        relay = Relay(threads, Telling(chat, find), chat, find, lambda: now[0])
        reach = Reach(chat, find, namer(lobby.people))
        helping = Helping(LESSONS, lobby.store, threads, lobby.cohorts, authority, relay, reach, lambda: now[0])
        lobby.duties.append(helping)
        kept[:] = [lobby.cohorts, threads, helping]

    return wire


MARCH = Cohort(NEW, "March", WORKSHOP, LESSONS.id, frozenset({BARBARA}), INSTRUCTORS)


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Class]:
    now, kept = [datetime(2026, 3, 2, 9, tzinfo=UTC)], list[Any]()
    async with open_lobby(tmp_path, wire=joined(now, kept)) as lobby:
        cohorts, threads, helping = kept
        here = Class(lobby, cohorts, threads, helping, await cohorts.keep(MARCH), now)
        waiting: Waiting = threads  # mypy checks the signature
        assert waiting
        await here.seat(ADA, GRACE, LINUS)
        yield here
        await here.rest()


async def test_a_question_reaches_the_instructors_and_the_answer_comes_back_with_files(room: Class) -> None:
    ada, barbara = await room.lobby.enter("ada"), await room.lobby.enter("barbara")
    await ada.say("ask Why does <!channel> my build stop? My token=abcdef123")
    await until(lambda: room.roots(DM, "my build stop"))
    panel = room.roots(INSTRUCTORS, "Why does")[0]
    assert "has not started yet" in shown(panel)
    assert "<!channel>" not in panel.text  # shown, and nobody is called
    assert "abcdef123" not in shown(panel)
    root = room.roots(DM, "my build stop")[0]
    assert "You are next." in shown(root)

    await barbara.go("#docent-instructors")
    await barbara.say("Show me the <!here> last lines", thread_ts=panel.ts)
    await barbara.upload("notes.txt", content=b"see line 3", thread_ts=panel.ts)
    await until(lambda: len([m for m in room.thread(DM, root.ts) if m.files]) == 1)
    answers = room.thread(DM, root.ts)
    assert "Barbara" in shown(answers[0])
    assert "Show me the" in shown(answers[0])
    assert "<!here>" not in answers[0].text

    await ada.upload("build.log", content=b"boom", thread_ts=root.ts)
    await ada.say("docker ps", thread_ts=root.ts)  # in this thread it is said, not run
    await until(lambda: any("docker ps" in shown(m) for m in room.thread(INSTRUCTORS, panel.ts)))
    await until(lambda: any(m.files for m in room.thread(INSTRUCTORS, panel.ts)))
    assert not room.lobby.sandbox.ran
    await until(lambda: any("Barbara" in shown(m) and "has it" in shown(m) for m in room.roots(INSTRUCTORS)))


async def test_the_form_asks_too_and_its_question_is_there_already(room: Class) -> None:
    ada = await room.lobby.enter("ada")
    await ada.say("can somebody help me, my volume is empty")
    await ada.press("Ask an instructor")
    await until(lambda: ada.modal is not None)
    assert "my volume is empty" in str(ada.modal.raw if ada.modal else "")
    await ada.fill("Your question", " ")
    assert await ada.submit() == {"Your question": say.NO_QUESTION}
    await ada.fill("Your question", "Where did my data go?")
    assert await ada.submit() == {}
    await until(lambda: room.roots(INSTRUCTORS, "Where did my data go?"))


async def test_who_learns_alone_is_told_so(room: Class) -> None:
    await room.lobby.event(words("ask is anybody there?", MARGARET))
    await until(lambda: any("learn on your own" in m.text for m in room.lobby.said(MARGARET)))
    assert not room.roots(INSTRUCTORS, "anybody there")


async def test_a_second_question_joins_the_open_thread(room: Class) -> None:
    root = await room.asks(ADA, "the first thing")
    await room.lobby.event(words("ask the second thing", ADA))
    await until(lambda: any("the second thing" in shown(m) for m in room.thread(INSTRUCTORS)))
    assert len(await room.threads.open()) == 1
    assert [m.ts for m in room.roots(DM, "the first thing")] == [root]


async def test_learners_see_how_many_are_before_them_and_the_usual_time_once_it_is_known(room: Class) -> None:
    for number, user in enumerate((ADA, GRACE, LINUS)):
        room.later(timedelta(minutes=1))
        root = await room.asks(user, f"question {number}")
        waits = ["You are next.", "One is before you.", "2 are before you."][number]
        assert waits in shown(room.roots(dm_of(user), f"question {number}")[0])
        assert "usually" not in shown(room.roots(dm_of(user))[-1])
    assert root
    assert set(await room.threads.waiting(room.cohort.id)) == {ADA, GRACE, LINUS}
    first = room.roots(INSTRUCTORS, "question 0")[0]
    room.later(timedelta(minutes=4))
    await room.writes(BARBARA, INSTRUCTORS, first.ts, "Look here")
    await until(lambda: "One is before you." in shown(room.roots(dm_of(LINUS))[-1]))
    await until(lambda: "You are next." in shown(room.roots(dm_of(GRACE))[-1]))
    assert set(await room.threads.waiting(room.cohort.id)) == {GRACE, LINUS}
    for number in (1, 2):
        await room.writes(BARBARA, INSTRUCTORS, room.roots(INSTRUCTORS, f"question {number}")[0].ts, "And here")
    await until(lambda: any("And here" in shown(m) for m in room.thread(dm_of(LINUS))))
    await room.seat(MARGARET)
    await until(lambda: any("And here" in shown(m) for m in room.thread(dm_of(GRACE))))
    await room.asks(MARGARET, "question 3")
    assert "answered in about 5 min" in shown(room.roots(dm_of(MARGARET), "question 3")[0])


async def test_a_message_that_slack_brings_twice_is_passed_on_once(room: Class) -> None:
    root = await room.asks(ADA, "once")
    said = words("only once", ADA, thread_ts=root)
    await room.lobby.event(said)
    await room.lobby.event(said)  # another delivery of the same message
    await room.writes(ADA, DM, root, "the end")
    await until(lambda: any("the end" in shown(m) for m in room.thread(INSTRUCTORS)))
    assert sum("only once" in shown(m) for m in room.thread(INSTRUCTORS)) == 1


async def test_what_begins_with_two_slashes_stays_among_instructors(room: Class) -> None:
    root = await room.asks(ADA, "private?")
    panel = room.roots(INSTRUCTORS, "private?")[0]
    for text in ("// Bo, can you take this?", "//no", "Now for you"):
        await room.writes(BARBARA, INSTRUCTORS, panel.ts, text)
    await until(lambda: any("Now for you" in shown(m) for m in room.thread(DM, root)))
    assert not any("Bo" in shown(m) or "//no" in shown(m) for m in room.thread(DM))
    assert [m.text for m in room.thread(INSTRUCTORS)].count(say.KEPT_PRIVATE.replace("`", "")) == 1


async def test_only_instructors_answer_and_press_whatever_the_button_says(room: Class) -> None:
    world = room.lobby.space.premises.world
    staff = world.channels[INSTRUCTORS]
    world.put_channel(replace(staff, members=staff.members | {GRACE}))  # who reads there is not who may
    root = await room.asks(ADA, "who are you?")
    panel = room.roots(INSTRUCTORS, "who are you?")[0]
    await room.writes(GRACE, INSTRUCTORS, panel.ts, "I am an instructor, too")
    await until(lambda: any(m.only_for == GRACE for m in room.lobby.said(channel=INSTRUCTORS)))
    for act in (say.CLAIM, say.HAND, say.CLOSE):
        for about in ("1", "99", "x", ""):
            await room.lobby.deliver("interactive", press(GRACE, f"duty:{act}#0", f"||{about}", panel))
    await room.writes(BARBARA, INSTRUCTORS, panel.ts, "I am")
    await until(lambda: any("I am" in shown(m) for m in room.thread(DM, root)))
    assert not any("too" in shown(m) for m in room.thread(DM))
    thread = (await room.threads.open())[0]
    assert thread.holder == BARBARA


async def test_instructors_without_a_channel_each_get_a_copy_and_who_claims_has_it(room: Class) -> None:
    await room.staffed(BARBARA, MARGARET)
    root = await room.asks(ADA, "anybody?")
    hers, theirs = (room.roots(dm_of(user), "anybody?")[0] for user in (BARBARA, MARGARET))
    await room.writes(ADA, DM, root, "still stuck")
    await until(lambda: len(room.thread(dm_of(BARBARA))) == len(room.thread(dm_of(MARGARET))) == 1)
    await room.lobby.deliver("interactive", press(MARGARET, f"duty:{say.CLAIM}#0", "||1", theirs))
    await until(lambda: all("has it" in shown(room.roots(dm_of(who), "anybody?")[0]) for who in (BARBARA, MARGARET)))
    await room.lobby.deliver("interactive", press(BARBARA, f"duty:{say.CLAIM}#0", "||1", hers))
    await until(lambda: any("has it. They can hand it over." in m.text for m in room.lobby.said(BARBARA)))
    await room.writes(ADA, DM, root, "for Margaret")
    await room.writes(MARGARET, dm_of(MARGARET), theirs.ts, "I am here")
    await until(lambda: any("I am here" in shown(m) for m in room.thread(DM, root)))
    assert any("for Margaret" in shown(m) for m in room.thread(dm_of(MARGARET), theirs.ts))
    assert not any("for Margaret" in shown(m) for m in room.thread(dm_of(BARBARA)))


async def test_a_thread_is_handed_over_to_an_instructor_and_to_nobody_else(room: Class) -> None:
    await room.staffed(BARBARA, MARGARET, channel=INSTRUCTORS)
    await room.asks(ADA, "take me")
    barbara = await room.lobby.enter("barbara")
    await barbara.go("#docent-instructors")
    await barbara.press("Claim")
    await barbara.press("Hand over")
    await barbara.choose("To whom?", "Margaret")
    assert await barbara.submit() == {}
    await until(lambda: any("Margaret" in shown(m) and "has it" in shown(m) for m in room.roots(INSTRUCTORS)))
    assert (await room.threads.open())[0].holder == MARGARET
    await until(lambda: any("hands you" in shown(m) for m in room.lobby.said(MARGARET)))
    await room.staffed(BARBARA, channel=INSTRUCTORS)  # dismissed while she has it
    await room.helping.tend()
    assert (await room.threads.open())[0].holder == ""
    await until(lambda: any("Nobody has it yet" in shown(m) for m in room.roots(INSTRUCTORS)))


async def test_either_side_closes_and_words_within_a_day_open_it_again(room: Class) -> None:
    root = await room.asks(ADA, "close me")
    panel = room.roots(INSTRUCTORS, "close me")[0]
    await room.lobby.deliver("interactive", press(ADA, f"duty:{say.CLOSE}#0", "||1", room.roots(DM, "close me")[0]))
    await until(lambda: any("was closed" in shown(m) for m in room.thread(INSTRUCTORS, panel.ts)))
    assert any("was closed" in shown(m) for m in room.thread(DM, root))
    assert not await room.threads.open()
    room.later(timedelta(hours=23))
    await room.writes(ADA, DM, root, "one more thing")
    await until(lambda: any("one more thing" in shown(m) for m in room.thread(INSTRUCTORS, panel.ts)))
    assert len(await room.threads.open()) == 1
    await room.lobby.deliver("interactive", press(BARBARA, f"duty:{say.CLOSE}#0", "||1", panel))
    await until(lambda: any("closed (by \u2068Barbara\u2069)" in shown(m) for m in room.roots(DM, "close me")))
    room.later(timedelta(hours=25))
    await room.writes(ADA, DM, root, "too late")
    await until(lambda: any("closed for more than a day" in shown(m) for m in room.thread(DM, root)))
    assert not any("too late" in shown(m) for m in room.thread(INSTRUCTORS))


async def test_who_leaves_the_course_leaves_no_thread_open(room: Class) -> None:
    root = await room.asks(ADA, "I am leaving")
    await room.seat(ADA, state=SeatState.LEFT)
    await room.writes(ADA, DM, root, "anybody?")
    await until(lambda: any("left this course" in shown(m) for m in room.thread(DM, root)))
    await room.helping.tend()
    assert not await room.threads.open()
    await until(lambda: any("not in this course any more" in shown(m) for m in room.thread(INSTRUCTORS)))


async def test_when_their_channel_is_archived_instructors_read_on_in_private(room: Class) -> None:
    root = await room.asks(ADA, "before")
    world = room.lobby.space.premises.world
    world.put_channel(replace(world.channels[INSTRUCTORS], archived=True))
    await room.writes(ADA, DM, root, "after")
    await until(lambda: any("after" in shown(m) for m in room.thread(dm_of(BARBARA))))
    assert "before" in shown(room.roots(dm_of(BARBARA), "before")[0])
    await room.asks(GRACE, "a new one")
    await until(lambda: room.roots(dm_of(BARBARA), "a new one"))


async def test_a_question_that_nobody_can_read_yet_is_kept_and_posted_later(room: Class) -> None:
    await room.staffed()
    root = await room.asks(ADA, "nobody home")
    assert say.NOBODY_THERE in shown(room.roots(DM, "nobody home")[0])
    await room.staffed(BARBARA)
    await room.helping.tend()
    assert room.roots(dm_of(BARBARA), "nobody home")
    assert [m.ts for m in room.roots(DM, "nobody home")] == [root]


async def test_words_that_were_on_their_way_at_a_restart_arrive(tmp_path: Path) -> None:
    now, kept = [datetime(2026, 3, 2, 9, tzinfo=UTC)], list[Any]()
    async with open_lobby(tmp_path, wire=joined(now, kept)) as lobby:
        cohorts, threads, helping = kept
        here = Class(lobby, cohorts, threads, helping, await cohorts.keep(MARCH), now)
        await here.seat(ADA)
        root = await here.asks(ADA, "hold on")
        thread = (await threads.open())[0]
        line = HelpLine(thread.id, f"{DM}/{root}9", ADA, "Ada", "on its way", 1, now[0])
        assert await threads.line(line)  # and then the power went
        await helping.tend()
        await helping.tend()
        passed = [m for m in here.thread(INSTRUCTORS) if "on its way" in shown(m)]
        assert len(passed) == 1
        assert any("could not be passed on" in shown(m) for m in here.thread(INSTRUCTORS))
        assert not await threads.unpassed()
        await here.rest()


async def test_twenty_threads_are_open_at_once_and_none_reads_another(tmp_path: Path) -> None:
    now, kept = [datetime(2026, 3, 2, 9, tzinfo=UTC)], list[Any]()
    async with open_lobby(tmp_path, wire=joined(now, kept), more_learners=20) as lobby:
        cohorts, threads, helping = kept
        here = Class(lobby, cohorts, threads, helping, await cohorts.keep(MARCH), now)
        users = [f"U0L{n:04d}" for n in range(1, 21)]
        await here.seat(*users)
        roots = await asyncio.gather(*(here.asks(user, f"I am {user}.") for user in users))
        assert len(await threads.open()) == 20
        took = []
        for user, root in zip(users, roots, strict=True):
            panel = here.roots(INSTRUCTORS, f"I am {user}.")[0]
            begun = time.perf_counter()
            await here.writes(BARBARA, INSTRUCTORS, panel.ts, f"for {user} alone")
            await until(lambda user=user, root=root: here.thread(dm_of(user), root))
            took.append(time.perf_counter() - begun)
        for user in users:
            said = here.thread(dm_of(user))
            assert len(said) == 1
            assert f"for {user} alone" in shown(said[0])
        line = f"help message across, 20 threads open: median {statistics.median(took) * 1000:.0f} ms"
        await here.rest()
        print(f"\n{line}, worst {max(took) * 1000:.0f} ms")  # noqa: T201 - a figure to read, never to assert
