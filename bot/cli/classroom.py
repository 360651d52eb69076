"""`docent rehearse --class N`: a whole class through the real bot, and what was seen of it."""

from __future__ import annotations

import asyncio
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.settings import Settings

if TYPE_CHECKING:
    from bot.authoring.classes.findings import Findings
    from bot.authoring.classes.hour import Hour
    from bot.authoring.classes.sightings import Sightings
    from bot.cli.classroom_pictures import Photographer
    from bot.localslack.person import Person, Shown

CHANNEL, STAFF, INSTRUCTOR = "docker-workshop", "docent-instructors", "Barbara"
PACE = 30.0  #: minutes of the class in one of ours
HALFWAY_MIN = 25.0
LONGEST_MIN = 150.0  #: of the class, after which it is over in any case
SEATED = 4  #: learners who are in every local workspace


@dataclass(frozen=True, slots=True)
class Order:
    """Which class is to be rehearsed."""

    learners: int
    seed: int
    real: int = 0
    pace: float = PACE
    last: str = "04"
    pictures: Path | None = None


async def rehearse_class(settings: Settings, order: Order) -> Findings:
    """Play the class with a data folder of its own, and return what was seen."""
    from bot.authoring.classes import findings
    from bot.authoring.classes.hour import Hour
    from bot.authoring.classes.pupil import Pupil
    from bot.authoring.classes.script import cast
    from bot.authoring.classes.sightings import Sightings
    from bot.authoring.classes.tape import FILE, Work, read_tape
    from bot.authoring.classes.teacher import ANSWER, Teacher
    from bot.authoring.classes.understudy import Understudy
    from bot.authoring.load import load_workshop
    from bot.authoring.stage import Player
    from bot.cli.classroom_pictures import keep_files
    from bot.cli.local import joining, open_workspace
    from bot.localslack.person import NotSeenError, Person, RefusedError
    from bot.localslack.seed import PEOPLE, crowd
    from bot.wiring import running_bot
    from bot.wiring.clock import hastened, now

    began_s = time.monotonic()
    workshop = load_workshop(settings.workshop)
    tape = read_tape(settings.workshop / FILE)
    parts = cast(workshop, order.learners, order.seed, tape.has, order.last)
    more = max(0, order.learners - SEATED)
    names = [each.real_name for each in (*PEOPLE[:SEATED], *crowd(more))][: order.learners]
    ids = [each.id for each in (*PEOPLE[:SEATED], *crowd(more))][: order.learners]
    doing: dict[str, Work] = {}
    real = frozenset(ids[: order.real])
    missed = (NotSeenError, RefusedError, ConnectionError, TimeoutError)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="docent-class-")))
        own = settings.model_copy(update={"data": folder, "pace": False, "pictures": False, "passing": True})
        space = await stack.enter_async_context(open_workspace(own, 0, keep=False, tiers="report", more_learners=more))
        stack.enter_context(hastened(order.pace))
        bot = await stack.enter_async_context(
            running_bot(joining(own, space), lambda host, told: Understudy(host, told, tape, real.__contains__, doing))
        )
        stack.push_async_callback(bot.sandbox.demolish)
        hour = Hour(now, order.pace, now())
        sightings = Sightings()
        teacher_hands = await _enter(stack, space.url, INSTRUCTOR, sightings, hour)
        sightings.follows = teacher_hands.id
        pupils = []
        for name, part in zip(names, parts, strict=True):
            hands = await _enter(stack, space.url, name, sightings, hour)
            player = Player(bot.workshop, settings.workshop, hands, bot.store)
            real_one = hands.id in real
            pupils.append(
                Pupil(bot.workshop, part, player, bot.store, hands, hour, doing, missed, name=name, real=real_one)
            )
        can = {*(word for duty in bot.duties for word in duty.words), *(act for d in bot.duties for act in d.presses)}
        teacher = Teacher(bot.workshop, teacher_hands, hour, sightings, can, missed, f"#{CHANNEL}", f"#{STAFF}")
        await teacher.prepare()
        hour.began = now()
        camera = await _camera(stack, space.url, order)
        beside = [asyncio.create_task(teacher.teach())]
        if camera:
            beside.append(asyncio.create_task(_halfway(camera, hour)))
        if "ask" in can:
            for pupil in pupils:
                if any(stay.asks for stay in pupil.part.stays):
                    voice = await stack.enter_async_context(Person(space.url, pupil.name))
                    beside.append(asyncio.create_task(pupil.thank(voice, ANSWER)))
        try:
            async with asyncio.timeout(hour.real_s(LONGEST_MIN)):
                await asyncio.gather(*(pupil.attend(f"#{CHANNEL}", "ask" in can) for pupil in pupils))
        except TimeoutError:
            left = ", ".join(f"{pupil.name} at {pupil.went.at}" for pupil in pupils if pupil.went.at)
            teacher.led.faults.append(f"the class was not over after {LONGEST_MIN:g} minutes: {left}")
        finally:
            for task in beside:
                task.cancel()
            await asyncio.wait(beside)
        await teacher.report()
        if camera and order.pictures:
            await camera.take("at-the-end")
            keep_files(space, order.pictures)
        problems = [f"{each.message} ({each.count}×)" for each in space.premises.problems.all()]
    return findings.found(problems, pupils, teacher.led, sightings, pace=order.pace, took_s=time.monotonic() - began_s)


async def _camera(stack: AsyncExitStack, url: str, order: Order) -> Photographer | None:
    """Return who takes pictures of the instructor's screen, if any are wanted."""
    if order.pictures is None:
        return None
    from bot.cli.classroom_pictures import photographing

    return await stack.enter_async_context(photographing(url, f"{INSTRUCTOR.lower()}/{STAFF}", order.pictures))


async def _halfway(camera: Photographer, hour: Hour) -> None:
    await hour.until(HALFWAY_MIN)
    await camera.take("halfway")


async def _enter(stack: AsyncExitStack, url: str, name: str, sightings: Sightings, hour: Hour) -> Person:
    """Return somebody who is connected; what they see is kept."""
    from bot.authoring.classes.sightings import Sighting
    from bot.localslack.person import Person

    person = await Person.connect(url, name)
    stack.push_async_callback(person.close)

    def saw(shown: Shown) -> None:
        thread = str(shown.raw.get("thread_ts") or "")
        sightings.add(
            Sighting(
                person.id,
                time.monotonic(),
                hour.minute(),
                shown.kind,
                shown.channel,
                shown.ts,
                "" if thread == shown.ts else thread,
                shown.text,
                shown.edited,
            )
        )

    person.watch(saw)
    return person
