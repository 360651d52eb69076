"""Stories of one turn: loaded, decided, recorded, acted on, and nobody else disturbed."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.authoring.load import load_workshop
from bot.check import Checks
from bot.classroom import Classroom, own_acts
from bot.core import words
from bot.core.ending import words as ending_words
from bot.core.ending.certificate import number_of
from bot.core.events import (
    AskedForCertificate,
    AskedForCheck,
    AskedForHint,
    AskedForNext,
    AskedForNotebook,
    AskedForSurvey,
    AskedToReset,
    AskedToSeeApp,
    AskedToSkip,
    GaveFeedback,
    SaidSomething,
    Started,
    TypedCommands,
    WentTo,
    WroteFiles,
)
from bot.core.messages import (
    CheckCard,
    CheckState,
    CommandOutput,
    FeedbackCard,
    FileSaved,
    Note,
    Offer,
    StepCard,
    SummaryCard,
    Survey,
)
from bot.core.sights import AppSeen
from bot.core.verdict import Failed, Passed, Verdict
from bot.core.workshop import Act, StepRef
from bot.errors import ChatError, EngineDown, ImageMissing, RegistryDown
from bot.fairness.intake import Intake
from bot.fairness.queue import Queue
from bot.handin.command import read_commands
from bot.handin.plan import (
    BuildPlan,
    ListContainers,
    Output,
    PullImage,
    RemoveContainers,
    RunPlan,
    ShowHistory,
    TagImage,
)
from bot.pictures.layers import Layer
from bot.ports import Where
from bot.progress.notebooks import SqlNotebooks
from bot.progress.standings import SqlStandings
from bot.progress.store import SqlStore, open_store
from bot.settings import shipped
from bot.workbench import Farewell, Scribe, Workbench
from tests.fakes import MemoryCamera, MemoryChat, MemoryDesk, MemorySandbox, MemoryStaff, farewell_of

LESSONS = shipped("lessons") / "docker-workshop"
ADA = Where("D1", "U1")
WORKSHOP = load_workshop(LESSONS)
BUILD = next(ref for ref, condition in WORKSHOP.conditions() if condition.probe == "build")


@dataclass
class Class:
    classroom: Classroom
    bench: Workbench
    checks: Checks
    store: SqlStore
    chat: MemoryChat
    sandbox: MemorySandbox
    desk: MemoryDesk
    staff: MemoryStaff
    farewell: Farewell
    notebooks: SqlNotebooks
    camera: MemoryCamera

    async def at(self, ref: StepRef) -> None:
        await self.classroom.turn(Started(), ADA, "Ada")
        learner = await self.store.learner("U1")
        await self.store.record(type(learner)(**{**fields(learner), "at": ref}), "moved")


def fields(learner: object) -> dict[str, object]:
    return {name: getattr(learner, name) for name in learner.__slots__}  # type: ignore[attr-defined]


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Class]:
    store = await open_store(tmp_path / "db.sqlite")
    chat, sandbox, desk, staff = MemoryChat(), MemorySandbox(), MemoryDesk(), MemoryStaff()
    queue = Queue(desk, slots=2, most=99)
    notebooks = SqlNotebooks(store.database)
    scribe = Scribe(chat, notebooks)
    camera = MemoryCamera()
    bench = Workbench(
        store, SqlStandings(store.database), sandbox, scribe, lambda path: (LESSONS / path).read_bytes(), camera
    )
    farewell = farewell_of(WORKSHOP, store, chat, bench, staff, camera)
    classroom = Classroom(
        WORKSHOP,
        store,
        scribe,
        sandbox,
        Intake(WORKSHOP, store, scribe, queue),
        bench,
        farewell,
        start_files={"package.json": b"{}"},
        clock=now,
        refresh_board=lambda: None,
    )
    yield Class(
        classroom,
        bench,
        Checks(WORKSHOP, store, scribe, sandbox, queue, classroom, bench.rebuilds, now),
        store,
        chat,
        sandbox,
        desk,
        staff,
        farewell,
        notebooks,
        camera,
    )
    await classroom.stop(drain_s=1)
    await store.close()


async def test_starting_shows_the_first_step_and_gives_a_project(room: Class) -> None:
    await room.classroom.turn(Started(), ADA, "Ada")
    assert any(isinstance(message, StepCard) for message in room.chat.said)
    assert await room.store.files("U1") == {"package.json": b"{}"}
    assert (await room.store.learner("U1")).at == WORKSHOP.order[0]


async def test_a_hint_is_answered_while_a_build_runs(room: Class) -> None:
    await room.at(BUILD)
    room.sandbox.gate = asyncio.Event()
    await room.classroom.turn(TypedCommands(read_commands("docker build -t x .")), ADA)
    before = len(room.chat.said)
    await room.classroom.turn(AskedForHint(), ADA)
    assert len(room.chat.said) == before + 1
    assert not any(isinstance(message, CommandOutput) for message in room.chat.said)
    room.sandbox.gate.set()
    await room.classroom.stop()
    assert any(isinstance(message, CommandOutput) for message in room.chat.said)


async def test_nobody_is_offered_a_check_that_they_have_passed_meanwhile(room: Class) -> None:
    await room.at(BUILD)
    room.sandbox.gate = asyncio.Event()
    await room.classroom.turn(TypedCommands(read_commands("docker build -t x .")), ADA)
    learner = await room.store.learner("U1")
    await room.store.record(replace(learner, passed={**learner.passed, BUILD: datetime(2026, 11, 23, tzinfo=UTC)}), "x")
    room.sandbox.gate.set()
    await room.classroom.stop()
    assert not any(isinstance(m, Note) and m.text == words.AFTER_COMMANDS for m in room.chat.said)


async def test_a_picture_holds_up_nothing(room: Class) -> None:
    room.camera.sights["U1"] = AppSeen(b"png", "web", "http://localhost:3000/", 200)
    room.camera.gate = asyncio.Event()
    await room.classroom.turn(AskedToSeeApp(), ADA)
    await room.classroom.turn(TypedCommands(read_commands("docker ps")), ADA)
    async with asyncio.timeout(5):
        while not any(isinstance(message, CommandOutput) for message in room.chat.said):
            await asyncio.sleep(0)
    assert room.chat.files == []
    room.camera.gate.set()
    await room.classroom.stop()
    assert [file.name for _, file in room.chat.files] == ["my-app.png"]


async def test_a_verdict_does_not_wait_for_the_picture_that_follows_it(room: Class) -> None:
    use = StepRef("02", "use")
    await room.at(use)
    room.camera.sights["U1"] = AppSeen(b"png", "web", "http://localhost:3000/", 200)
    room.camera.gate = asyncio.Event()
    await room.classroom.turn(AskedForCheck(), ADA)
    step = WORKSHOP.step(use)
    assert step is not None
    await room.checks.publish(room.desk.submitted[0], Verdict(tuple((c.id, Passed()) for c in step.conditions)))
    assert use in (await room.store.learner("U1")).passed
    assert room.chat.files == []
    async with room.classroom.hands("U1"):  # nor does it wait for what the learner does next
        room.camera.gate.set()
        await room.classroom.stop()
    assert [file.name for _, file in room.chat.files] == ["my-app.png"]


async def test_layers_come_as_a_picture_below_what_docker_printed(room: Class) -> None:
    room.sandbox.layered["web"] = (Layer("RUN npm install", 8_000_000, base=False),)
    await room.classroom.turn(TypedCommands(read_commands("docker image history web")), ADA)
    await room.classroom.stop()
    assert any(isinstance(message, CommandOutput) for message in room.chat.said)
    assert [file.name for _, file in room.chat.files] == ["layers.png"]
    room.sandbox.answers[ShowHistory] = Output("no", 1)
    for line in ("docker history web", "docker history -q web"):
        await room.classroom.turn(TypedCommands(read_commands(line)), ADA)
        await room.classroom.stop()
        room.sandbox.answers.clear()
    assert len(room.chat.files) == 1


async def test_commands_stop_at_the_first_that_fails_and_say_so(room: Class) -> None:
    room.sandbox.answers[BuildPlan] = Output("no", 1)
    await room.classroom.turn(TypedCommands(read_commands("docker build -t x .\ndocker ps\ndocker images")), ADA)
    await room.classroom.stop()
    assert [type(plan) for plan in room.sandbox.ran] == [BuildPlan]
    assert any(isinstance(m, Note) and "other 2 commands" in m.text for m in room.chat.said)


async def test_a_known_mistake_is_explained_below_what_docker_printed(room: Class) -> None:
    taken = "docker: Error response from daemon: Bind for 127.0.0.1:3000 failed: port is already allocated"
    room.sandbox.answers[RunPlan] = Output(taken, 125)
    await room.at(StepRef("02", "use"))
    await room.classroom.turn(TypedCommands(read_commands("docker run -d -p 127.0.0.1:3000:3000 x")), ADA)
    await room.classroom.stop()
    (shown,) = [m.output for m in room.chat.said if isinstance(m, CommandOutput)]
    assert shown.text == taken
    assert shown.note.startswith("Another container of yours already has this port.")


async def test_a_failure_that_belongs_to_the_section_is_praised(room: Class) -> None:
    room.sandbox.answers[RunPlan] = Output("Bind for 127.0.0.1:3000 failed: port is already allocated", 125)
    await room.at(StepRef("03", "change"))
    await room.classroom.turn(TypedCommands(read_commands("docker run -dp 3000:3000 x")), ADA)
    await room.classroom.stop()
    (shown,) = [m.output for m in room.chat.said if isinstance(m, CommandOutput)]
    assert shown.note.startswith("Well done")


async def test_who_ran_what_worked_is_asked_about_it_and_who_met_a_failure_is_not(room: Class) -> None:
    await room.at(BUILD)
    asked = f"docker build -t {WORKSHOP.image} ."
    for output, shown in ((Output("no", 1), 0), (Output("done"), 1)):
        room.sandbox.answers[BuildPlan] = output
        await room.classroom.turn(TypedCommands(read_commands(asked)), ADA)
        await room.classroom.stop()
        assert sum(isinstance(m, Note) and m.text == words.AFTER_COMMANDS for m in room.chat.said) == shown


async def test_the_card_of_a_check_that_fails_the_same_way_again_brings_a_hint_by_itself(room: Class) -> None:
    await room.at(BUILD)
    step = WORKSHOP.step(BUILD)
    assert step
    condition = next(c for c in step.conditions if c.probe == "build")
    code = min(condition.fail)
    verdict = Verdict(((condition.id, Failed(code, "a built image", "npm: not found")),))
    hints = []
    for number in range(1, 5):
        await room.classroom.turn(AskedForCheck(), ADA)
        await room.checks.publish(number, verdict)
        await room.checks.publish(number, verdict)  # a crash in between: the same card again
        card = [m for m in room.chat.said if isinstance(m, CheckCard)][-1]
        hints.append((card.rung, card.hint))
    first, second = (condition.fail[code].hints[n].replace("${image}", WORKSHOP.image) for n in (0, 1))
    assert hints == [(0, ""), (1, first), (2, second), (2, second)]
    assert (await room.store.learner("U1")).tries[BUILD] == 4


async def test_a_host_that_is_away_is_said_to_be_our_side(room: Class) -> None:
    room.sandbox.fails.append(EngineDown("The Docker engine does not answer."))
    await room.classroom.turn(TypedCommands(read_commands("docker ps")), ADA)
    await room.classroom.stop()
    assert any(isinstance(m, Note) and "Our side" in m.text for m in room.chat.said)


async def test_a_bug_in_one_turn_is_said_kindly_and_the_next_turn_works(
    room: Class, caplog: pytest.LogCaptureFixture
) -> None:
    room.sandbox.fails.append(ZeroDivisionError("a bug"))
    await room.classroom.turn(TypedCommands(read_commands("docker ps")), ADA)
    await room.classroom.stop()
    assert any(isinstance(m, Note) and "should not have" in m.text for m in room.chat.said)
    await room.classroom.turn(SaidSomething("help"), ADA)
    assert isinstance(room.chat.said[-1], Note)


async def test_what_could_not_be_said_is_recorded_all_the_same(room: Class) -> None:
    async def refuse(*_: object) -> str:
        raise ChatError("Slack refused.")

    room.chat.show = refuse  # type: ignore[assignment]
    await room.classroom.turn(WentTo("02"), ADA, "Ada")
    learner = await room.store.learner("U1")
    assert learner.at
    assert learner.at.section == "02"


async def test_two_presses_open_one_attempt(room: Class) -> None:
    await room.at(BUILD)
    await asyncio.gather(*(room.classroom.turn(AskedForCheck(), ADA) for _ in range(3)))
    assert len(room.desk.submitted) == 1
    assert len(await room.store.open_attempts()) == 1
    assert sum(isinstance(m, CheckCard) for m in room.chat.said) == 1


async def test_a_file_is_kept_with_its_difference(room: Class) -> None:
    await room.at(BUILD)
    await room.classroom.turn(WroteFiles((("Dockerfile", b"FROM node:24-alpine\n"),), "form"), ADA)
    await room.classroom.turn(WroteFiles((("Dockerfile", b"FROM node:22-alpine\n"),), "form"), ADA)
    saved = [m for m in room.chat.said if isinstance(m, FileSaved)]
    assert saved[0].new
    assert "-FROM node:24-alpine\n+FROM node:22-alpine" in saved[1].diff


async def test_resetting_everything_puts_the_project_back(room: Class) -> None:
    await room.at(BUILD)
    await room.classroom.turn(WroteFiles((("Dockerfile", b"FROM x\n"),), "form"), ADA)
    await room.classroom.turn(AskedToReset("all", sure=True), ADA)
    await room.classroom.stop()
    assert await room.store.files("U1") == {"package.json": b"{}"}
    assert room.sandbox.cleaned == ["U1"]


async def test_a_check_that_cannot_run_waits_and_costs_nothing(room: Class) -> None:
    await room.at(BUILD)
    await room.classroom.turn(AskedForCheck(), ADA)
    (attempt,) = await room.store.open_attempts()
    room.sandbox.fails += [EngineDown("away")] * 9
    with pytest.raises(EngineDown):
        await room.checks.verify(attempt.id)
    card = next(m for m in room.chat.said if isinstance(m, CheckCard))
    assert card.state is CheckState.WAITING
    assert (await room.store.learner("U1")).tries == {}
    assert room.sandbox.released == [attempt.id]


async def test_a_lost_check_is_closed_as_our_fault(room: Class) -> None:
    await room.at(BUILD)
    await room.classroom.turn(AskedForCheck(), ADA)
    (attempt,) = await room.store.open_attempts()
    await room.checks.lost(attempt.id, "the job broke")
    learner = await room.store.learner("U1")
    assert learner.open_attempt is None
    assert learner.tries == {}
    card = next(m for m in room.chat.said if isinstance(m, CheckCard))
    assert card.state is CheckState.ENDED


async def test_publishing_twice_counts_once(room: Class) -> None:
    await room.at(BUILD)
    await room.classroom.turn(AskedForCheck(), ADA)
    (attempt,) = await room.store.open_attempts()
    verdict = await room.checks.verify(attempt.id)
    await room.checks.publish(attempt.id, verdict)
    tries = (await room.store.learner("U1")).tries
    await room.checks.publish(attempt.id, verdict)
    assert (await room.store.learner("U1")).tries == tries
    assert tries[BUILD] == 1


async def test_skipping_makes_room_for_the_solutions_container(room: Class) -> None:
    await room.at(BUILD)
    room.sandbox.answers |= {RunPlan: Output("port is already allocated", 125), ListContainers: Output("abc\ndef")}
    await room.bench.apply("U1", (Act(say="docker run -d --name todo getting-started"),))
    assert [type(plan) for plan in room.sandbox.ran] == [RunPlan, ListContainers, RemoveContainers, RunPlan]
    assert RemoveContainers(("abc", "def"), force=True) in room.sandbox.ran


async def test_an_upload_with_a_bare_name_goes_where_that_file_is(room: Class) -> None:
    await room.at(BUILD)
    await room.store.write_files("U1", {"src/static/index.html": b"old"})
    await room.classroom.turn(WroteFiles((("index.html", b"new"),), "upload"), ADA)
    assert (await room.store.files("U1"))["src/static/index.html"] == b"new"


PAGE = "say('No items yet!');\nsay('bye');\nsay('bye');\n"


async def said_in(room: Class, text: str) -> object:
    """Say something and return the last message that came of it."""
    await room.classroom.turn(SaidSomething(text), ADA)
    await room.classroom.stop()
    return room.chat.said[-1]


async def test_a_text_in_a_long_file_is_replaced_shown_and_undone(room: Class) -> None:
    await room.classroom.turn(Started(), ADA, "Ada")
    await room.store.write_files("U1", {"src/app.js": PAGE.encode()})
    saved = await said_in(room, "replace `No items yet!` with `No tea yet!` in src/app.js")
    assert isinstance(saved, FileSaved)
    assert "-say('No items yet!');\n+say('No tea yet!');" in saved.diff
    assert (await room.store.files("U1"))["src/app.js"] == PAGE.replace("items", "tea").encode()
    undone = await said_in(room, "undo")
    assert isinstance(undone, FileSaved)
    assert "-say('No tea yet!');\n+say('No items yet!');" in undone.diff
    assert (await room.store.files("U1"))["src/app.js"] == PAGE.encode()


async def test_a_file_is_found_by_its_name_alone(room: Class) -> None:
    await room.store.start_over("U1", {"src/static/app.js": PAGE.encode()})
    saved = await said_in(room, "replace `No items` with `No tea` in app.js")
    assert isinstance(saved, FileSaved)
    assert saved.path == "src/static/app.js"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("replace `bye` with `hi` in app.js", "lines 2, 3"),
        ("replace `No itms yet!` with `x` in app.js", "nearest is line 1"),
        ("replace `a` with `b` in aps.js", "Did you mean `app.js`?"),
        ("replace `a` with `b` in picture.png", "not a text file"),
        ("replace `a` with `b`", "In which file?"),
        ("undo Dockerfile", "no earlier version of `Dockerfile`"),
    ],
)
async def test_a_change_that_cannot_be_made_changes_nothing_and_says_why(room: Class, text: str, answer: str) -> None:
    await room.store.start_over("U1", {"app.js": PAGE.encode(), "picture.png": b"\xff\xd8"})
    note = await said_in(room, text)
    assert isinstance(note, Note)
    assert answer in note.text
    assert await room.store.files("U1") == {"app.js": PAGE.encode(), "picture.png": b"\xff\xd8"}


async def test_what_a_skip_wrote_can_be_undone(room: Class) -> None:
    await room.store.start_over("U1", {"Dockerfile": b"FROM mine\n"})
    recipe = WORKSHOP.step(StepRef("02", "dockerfile"))
    assert recipe is not None
    await room.bench.apply("U1", recipe.solve)
    assert (await room.store.files("U1"))["Dockerfile"].startswith(b"FROM node")
    assert isinstance(await said_in(room, "undo"), FileSaved)
    assert await room.store.files("U1") == {"Dockerfile": b"FROM mine\n"}


async def test_a_failure_that_the_step_is_about_is_praised_and_any_other_is_not(room: Class) -> None:
    await room.at(StepRef("03", "collide"))
    for text, praised in (("…: Bind for 127.0.0.1:3000 failed: port is already allocated.", True), ("no", False)):
        room.sandbox.answers[RunPlan] = Output(text, 125)
        await room.classroom.turn(TypedCommands(read_commands("docker run -d getting-started")), ADA)
        await room.classroom.stop()
        shown = [message for message in room.chat.said if isinstance(message, CommandOutput)][-1]
        assert ("what we wanted to see" in shown.output.note) == praised


async def test_a_registry_token_is_whispered_once_and_kept_nowhere(
    room: Class, capfd: pytest.CaptureFixture[str]
) -> None:
    await room.classroom.turn(SaidSomething("registry token"), ADA, "Ada")
    ((user, text),) = room.chat.whispers
    assert user == "U1"
    assert "docker login registry.example.org -u ada" in text
    assert "docent-U1" in text
    assert not any("docent-U1" in repr(message) for message in room.chat.said)
    assert not any("docent-U1" in repr(entry) for entry in await room.store.journal("U1"))
    assert "docent-U1" not in "".join(capfd.readouterr())


async def test_a_registry_that_is_down_is_our_side_and_gives_no_token(room: Class) -> None:
    room.sandbox.fails.append(RegistryDown("The registry does not answer."))
    await room.classroom.turn(SaidSomething("registry token"), ADA, "Ada")
    (message,) = room.chat.said
    assert isinstance(message, Note)
    assert "Our side" in message.text
    assert room.chat.whispers == []


async def test_a_pushed_image_is_brought_in_under_the_name_that_checks_look_for(room: Class) -> None:
    await room.classroom.turn(SaidSomething("use my pushed image"), ADA, "Ada")
    await room.classroom.stop()
    assert room.sandbox.ran == [
        PullImage("ada/getting-started"),
        TagImage("ada/getting-started", "getting-started:latest"),
    ]


async def test_a_password_in_a_command_is_neither_shown_nor_kept(room: Class) -> None:
    commands = read_commands("docker login -u ada -p s3cret")
    await room.classroom.turn(TypedCommands(commands), ADA, "Ada")
    await room.classroom.turn(SaidSomething("my token is docent-0123456789abcdef0123456789abcdef"), ADA)
    await room.classroom.stop()
    kept = repr(await room.store.journal("U1"))
    assert "docker login -u ada -p ****" in kept
    assert "s3cret" not in kept
    assert "0123456789abcdef" not in kept
    assert "s3cret" not in repr(room.chat.said)


async def test_a_skip_fills_in_the_learners_own_namespace(room: Class) -> None:
    acts = (Act(say="docker push ${namespace}/getting-started"),)
    assert own_acts(acts, WORKSHOP.seen_by("ada")) == (Act(say="docker push ada/getting-started"),)


async def test_a_skip_that_could_not_be_done_says_so(room: Class) -> None:
    await room.at(BUILD)
    room.sandbox.answers[BuildPlan] = Output("ERROR: failed to solve", 1)
    await room.classroom.turn(AskedToSkip(sure=True), ADA)
    await room.classroom.stop()
    notes = [said for said in room.chat.said if isinstance(said, Note)]
    assert any("could not do all" in note.text and note.offers == (Offer.REBUILD,) for note in notes)
    assert BUILD in (await room.store.learner("U1")).skipped


async def test_a_skip_makes_no_room_for_a_command_that_the_lesson_wants_to_fail(room: Class) -> None:
    room.sandbox.answers |= {RunPlan: Output("port is already allocated", 125), ListContainers: Output("abc")}
    await room.bench.apply("U1", (Act(say="docker run -d getting-started", prints="port is already allocated"),))
    assert [type(plan) for plan in room.sandbox.ran] == [RunPlan]


async def finish(room: Class, *, by_hand: int = 1, name: str = "Ada") -> None:
    """Bring Ada to the end: the last steps by hand, everything before skipped."""
    await room.classroom.turn(Started(), ADA, name)
    learner = await room.store.learner("U1")
    behind = WORKSHOP.order[:-by_hand]
    await room.store.record(replace(learner, at=WORKSHOP.order[-by_hand], skipped=frozenset(behind)), "moved")
    for _ in range(by_hand):
        await room.classroom.turn(AskedForNext(), ADA)


async def test_at_the_end_there_is_a_summary_a_certificate_and_the_way_onward(room: Class) -> None:
    await finish(room)
    said = room.chat.said
    at = next(number for number, message in enumerate(said) if isinstance(message, SummaryCard))
    card, last = said[at], said[-1]
    assert isinstance(card, SummaryCard)
    assert isinstance(last, Note)
    assert (card.passed, card.skipped) == (1, len(WORKSHOP.order) - 1)
    assert Offer.FEEDBACK in last.offers
    ((channel, file),) = room.chat.files
    assert (channel, file.name) == ("D1", "certificate-docker-workshop.png")
    assert file.content.startswith(b"\x89PNG")
    assert "1 of" in file.alt
    assert "Our workspace" in room.camera.drawn[0].html


async def test_a_certificate_has_the_same_number_whenever_it_is_asked_for(room: Class) -> None:
    await finish(room)
    for _ in range(2):
        await room.classroom.turn(AskedForCertificate(), ADA)
    told = [file.alt for _, file in room.chat.files]
    assert len(told) == 3
    assert len(set(told)) == 1
    assert number_of("sesame", WORKSHOP.id, "U1") in told[0]
    assert number_of("sesame", WORKSHOP.id, "U2") not in told[0]


@pytest.mark.parametrize("trouble", [ImageMissing("no browser"), EngineDown("the engine is away")])
async def test_where_nothing_can_be_drawn_the_certificate_comes_in_words(room: Class, trouble: Exception) -> None:
    room.camera.fails = [trouble]
    await finish(room)
    assert room.chat.files == []
    (note,) = [m for m in room.chat.said if isinstance(m, Note) and "**Certificate.** Ada has been" in m.text]
    assert number_of("sesame", WORKSHOP.id, "U1") in note.text
    await room.classroom.turn(AskedForCertificate(), ADA)
    assert len(room.chat.files) == 1


async def test_who_has_a_letter_that_cannot_be_drawn_is_told(room: Class) -> None:
    await room.store.learner("U1", "王𠮷")
    await finish(room, name="王𠮷")
    ((_, file),) = room.chat.files
    assert ending_words.WITHOUT_LETTERS in file.say
    assert "王𠮷" in file.alt, "words can say it"


async def test_the_notebook_holds_what_was_done_and_nothing_of_anybody_else(room: Class) -> None:
    grace = Where("D2", "U2")
    await room.at(BUILD)
    await room.classroom.turn(Started(), grace, "Grace")
    room.sandbox.answers[BuildPlan] = Output("[1/2] FROM node\nbuilt", 0)
    room.sandbox.answers[ListContainers] = Output("of Grace alone", 0)
    await room.classroom.turn(TypedCommands(read_commands("docker build -t getting-started .")), ADA)
    await room.classroom.turn(TypedCommands(read_commands("docker ps")), grace)
    await room.classroom.turn(AskedForHint(), ADA)
    await room.classroom.turn(SaidSomething("what is a volume?"), ADA)
    await room.classroom.turn(WroteFiles((("Dockerfile", b"FROM node:24-alpine\n"),), "message"), ADA)
    await room.classroom.turn(AskedForCheck(), ADA)
    (attempt,) = await room.store.open_attempts()
    step = WORKSHOP.step(BUILD)
    assert step
    verdict = Verdict(((step.conditions[0].id, Failed("BUILD_FAILED", "an image", "Step 3 failed")),))
    for _ in range(2):  # a crash in between may publish it twice
        await room.checks.publish(attempt.id, verdict)
    await room.classroom.turn(AskedForNotebook(), ADA)
    await room.classroom.stop(drain_s=5)
    (channel, file), (_, project) = room.chat.files
    text = file.content.decode()
    assert (channel, file.name.endswith(".md")) == ("D1", True)
    with zipfile.ZipFile(io.BytesIO(project.content)) as archive:
        unpacked = {name: archive.read(name) for name in archive.namelist()}
    assert unpacked == {
        "getting-started-app/Dockerfile": b"FROM node:24-alpine\n",
        "getting-started-app/package.json": b"{}",
    }
    for part in ("$ docker build -t getting-started .\n[1/2] FROM node\nbuilt", "Hint 1 of 3", "what is a volume?"):
        assert part in text
    assert "FROM node:24-alpine" in text.split("## Your files")[1]
    assert text.count("seen: Step 3 failed") == 1
    assert "of Grace alone" not in text


async def test_starting_from_scratch_begins_a_new_notebook(room: Class) -> None:
    await room.at(BUILD)
    await room.classroom.turn(TypedCommands(read_commands("docker ps")), ADA)
    await room.classroom.stop(drain_s=5)
    assert await room.notebooks.pages("U1")
    await room.classroom.turn(AskedToReset("all", sure=True), ADA)
    await room.classroom.stop(drain_s=5)
    assert await room.notebooks.pages("U1") == []


async def test_feedback_reaches_the_instructors_once_and_a_second_one_takes_its_place(room: Class) -> None:
    await room.classroom.turn(AskedForSurvey(), ADA, "Ada <!channel>")
    await room.classroom.turn(GaveFeedback(2, "Too *fast* <@U2>"), ADA)
    await room.classroom.turn(AskedForSurvey(), ADA)
    await room.classroom.turn(GaveFeedback(5, ""), ADA)
    assert room.chat.forms == [Survey(), Survey(2, "Too *fast* <@U2>")]
    (card,) = room.staff.told.values()
    assert card == FeedbackCard("Ada <!channel>", 5, "", f"0 of {len(WORKSHOP.order)} steps passed", again=True)
    thanks = [m.text for m in room.chat.said if isinstance(m, Note)]
    assert thanks == [ending_words.THANKS, ending_words.THANKS_AGAIN]


@pytest.mark.parametrize("trouble", ["no channel", "Slack says no"])
async def test_without_a_channel_feedback_is_kept_and_told_later(room: Class, trouble: str) -> None:
    room.staff.there = trouble != "no channel"
    room.staff.fails = [ChatError("not_in_channel")] if room.staff.there else []
    await room.classroom.turn(GaveFeedback(3, "x" * 3_000), ADA, "Ada")
    (note,) = room.chat.said
    assert isinstance(note, Note)
    assert note.text == ending_words.THANKS_KEPT
    assert room.staff.told == {}
    room.staff.there = True
    await room.farewell.tell_staff()
    await room.farewell.tell_staff()
    (card,) = room.staff.told.values()
    assert isinstance(card, FeedbackCard)
    assert card.better == "x" * 3_000
