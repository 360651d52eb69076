from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.core.learner import Learner
from bot.core.verdict import Failed, Passed, Verdict
from bot.core.workshop import StepRef
from bot.ports import Store, Undone, Where
from bot.progress.store import SqlStore, open_store
from bot.progress.tables import FILE_MAX
from bot.progress.versions import KEPT_BYTES

WRITE = StepRef("02", "dockerfile")
BUILD = StepRef("02", "build")
DM = Where("D1", "U1", card="17.1", response_url="https://hooks.example/1")
PASS = Verdict((("builds", Passed("built in 2.4 s")),), 2.5)
FAIL = Verdict((("builds", Failed("BUILD_FAILED", "a built image", "npm: not found", "…log")),), 1.0)
T0 = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = T0

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
async def store(place: str) -> AsyncIterator[SqlStore]:
    store = await open_store(place, Clock())
    yield store
    await store.close()


async def test_the_store_keeps_the_contract(store: SqlStore) -> None:
    port: Store = store  # mypy checks the signatures
    assert await port.learner("U1") == Learner("U1", "")


async def test_a_name_is_kept_until_another_is_given(store: SqlStore) -> None:
    assert (await store.learner("U1", "Ada")).name == "Ada"
    assert (await store.learner("U1")).name == "Ada"
    assert (await store.learner("U1", "Ada L.")).name == "Ada L."
    assert (await store.learner("U1")).name == "Ada L."


async def test_a_learner_comes_back_as_they_were_recorded(place: str) -> None:
    ada = Learner(
        "U1",
        "Ada",
        WRITE,
        passed={StepRef("01", "hello"): T0},
        skipped=frozenset({StepRef("01", "quiz"), BUILD}),
        answers={"01/quiz/what": 2},
        hints={WRITE: 3},
        tries={WRITE: 4},
        failing={WRITE: ("builds", "BUILD_FAILED")},
        met_at=T0,
        seen_at=T0 + timedelta(minutes=5, microseconds=7),
    )
    first = await open_store(place)
    await first.record(ada, "AskedForHint", "3")
    await first.close()
    second = await open_store(place)
    assert await second.learner("U1") == replace(ada, namespace="ada")
    await second.close()


async def test_only_those_who_started_are_everybody(store: SqlStore) -> None:
    await store.learner("U1", "Ada")
    await store.record(Learner("U2", "Bo", WRITE), "Started")
    assert [learner.id for learner in await store.everybody()] == ["U2"]


async def test_every_record_leaves_a_line_in_the_journal(store: SqlStore) -> None:
    ada = await store.learner("U1", "Ada")
    await store.record(ada, "Started")
    await store.record(ada, "AskedForHint", "1")
    assert [(e.what, e.detail) for e in await store.journal("U1")] == [("Started", ""), ("AskedForHint", "1")]
    assert [e.at for e in await store.journal("U1")] == [T0 + timedelta(seconds=1), T0 + timedelta(seconds=2)]


async def test_a_learner_has_one_open_attempt_at_most(store: SqlStore) -> None:
    ada = await store.learner("U1", "Ada")
    attempt = await store.open_attempt(ada, WRITE, DM)
    assert attempt is not None
    assert (attempt.learner, attempt.ref, attempt.channel, attempt.card) == ("U1", WRITE, "D1", "17.1")
    assert await store.open_attempt(ada, WRITE, DM) is None
    assert (await store.learner("U1")).open_attempt == attempt.id
    assert await store.attempt(attempt.id) == attempt
    bo = await store.open_attempt(await store.learner("U2", "Bo"), WRITE, DM)
    assert bo is not None
    assert [a.id for a in await store.open_attempts()] == [attempt.id, bo.id]


async def test_a_stale_record_does_not_reopen_a_closed_attempt(store: SqlStore) -> None:
    attempt = await store.open_attempt(await store.learner("U1"), WRITE, DM)
    assert attempt is not None
    stale = await store.learner("U1")
    await store.close_attempt(attempt.id, PASS, None)
    await store.record(stale, "AskedForHint")
    assert (await store.learner("U1")).open_attempt is None


async def test_closing_keeps_verdict_and_progress_together(store: SqlStore) -> None:
    ada = await store.learner("U1", "Ada")
    attempt = await store.open_attempt(ada, WRITE, DM)
    assert attempt is not None
    moved = replace(ada, at=BUILD, passed={WRITE: T0})
    assert await store.close_attempt(attempt.id, PASS, moved)
    assert await store.learner("U1") == moved
    closed = await store.attempt(attempt.id)
    assert closed is not None
    assert closed.verdict == PASS
    assert closed.closed_at == T0 + timedelta(seconds=2)
    assert await store.open_attempts() == []
    assert [(e.what, e.detail) for e in await store.journal("U1")] == [("AttemptClosed", f"{attempt.id} passed")]


async def test_of_many_closers_one_wins_and_the_others_write_nothing(place: str) -> None:
    stores = [await open_store(place) for _ in range(4)]  # four connections, four threads
    for round_ in range(10):
        ada = await stores[0].learner("U1")
        attempt = await stores[0].open_attempt(ada, WRITE, DM)
        assert attempt is not None
        closers = [
            stores[i % 4].close_attempt(attempt.id, FAIL, replace(ada, tries={WRITE: 100 * round_ + i}))
            for i in range(16)
        ]
        outcome = await asyncio.gather(*closers)
        assert outcome.count(True) == 1
        kept = await stores[0].learner("U1")
        assert kept.tries == {WRITE: 100 * round_ + outcome.index(True)}
        assert len(await stores[0].journal("U1")) == round_ + 1
    for store in stores:
        await store.close()


async def test_of_many_openers_one_wins(place: str) -> None:
    stores = [await open_store(place) for _ in range(4)]
    ada = await stores[0].learner("U1")
    opened = await asyncio.gather(*(stores[i % 4].open_attempt(ada, WRITE, DM) for i in range(16)))
    assert sum(a is not None for a in opened) == 1
    for store in stores:
        await store.close()


async def test_closing_for_somebody_else_is_a_bug_and_closes_nothing(store: SqlStore) -> None:
    attempt = await store.open_attempt(await store.learner("U1"), WRITE, DM)
    assert attempt is not None
    with pytest.raises(ValueError, match="is U1's, not U2's"):
        await store.close_attempt(attempt.id, PASS, Learner("U2", "Bo"))
    assert [a.id for a in await store.open_attempts()] == [attempt.id]
    assert await store.journal("U1") == []


async def test_a_withdrawn_attempt_is_closed_without_a_verdict(store: SqlStore) -> None:
    attempt = await store.open_attempt(await store.learner("U1"), WRITE, DM)
    assert attempt is not None
    assert await store.close_attempt(attempt.id, None, None)
    closed = await store.attempt(attempt.id)
    assert closed is not None
    assert closed.verdict is None
    assert closed.closed_at is not None
    assert not await store.close_attempt(999, None, None)


async def test_attempt_ids_never_come_back(store: SqlStore) -> None:
    first = await store.open_attempt(await store.learner("U1"), WRITE, DM)
    assert first is not None
    await store.database.run(lambda db: db.execute(sa.text("DELETE FROM attempts")))
    second = await store.open_attempt(await store.learner("U1"), WRITE, DM)
    assert second is not None
    assert second.id > first.id


async def test_the_card_of_an_attempt_is_remembered(store: SqlStore) -> None:
    attempt = await store.open_attempt(await store.learner("U1"), WRITE, Where("D1", "U1"))
    assert attempt is not None
    assert attempt.card == ""
    await store.place_card(attempt.id, "D2", "18.2")
    placed = await store.attempt(attempt.id)
    assert placed is not None
    assert (placed.channel, placed.card) == ("D2", "18.2")


async def test_files_are_bytes_and_none_deletes_one(store: SqlStore) -> None:
    odd = bytes(range(256))
    await store.write_files("U1", {"Dockerfile": b"FROM alpine\n", "src/odd.bin": odd, "empty": b""})
    await store.write_files("U1", {"Dockerfile": b"FROM ubuntu\n", "empty": None, "never": None})
    assert await store.files("U1") == {"Dockerfile": b"FROM ubuntu\n", "src/odd.bin": odd}
    assert await store.files("U2") == {}


async def test_a_file_over_the_limit_is_refused_and_none_of_its_siblings_is_kept(store: SqlStore) -> None:
    await store.write_files("U1", {"full": b"x" * FILE_MAX})
    with pytest.raises(sa.exc.IntegrityError):
        await store.write_files("U1", {"a": b"a", "over": b"x" * (FILE_MAX + 1)})
    assert list(await store.files("U1")) == ["full"]


async def test_notes_are_remembered(store: SqlStore) -> None:
    assert await store.note("board.ts") == ""
    await store.remember("board.ts", "1")
    await store.remember("board.ts", "2")
    assert await store.note("board.ts") == "2"


async def test_a_cancelled_turn_leaves_the_store_usable(store: SqlStore) -> None:
    tasks = [asyncio.create_task(store.remember("k", str(i))) for i in range(20)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert await store.note("k") == "19"


async def test_a_time_without_a_zone_is_a_bug(store: SqlStore) -> None:
    with pytest.raises(sa.exc.StatementError, match="time without a zone"):
        await store.record(Learner("U1", "Ada", met_at=datetime(2026, 1, 1)), "Started")  # noqa: DTZ001 - the point


async def test_a_write_can_be_undone_step_by_step(store: SqlStore) -> None:
    await store.start_over("U1", {"a": b"0", "b": b"0"})
    await store.write_files("U1", {"a": b"1"})
    await store.write_files("U1", {"b": b"1", "c": b"new"})
    await store.write_files("U1", {"a": b"2"})
    assert await store.undo_write("U1", "b") == (Undone("b", b"1", b"0"),)
    assert await store.undo_write("U1") == (Undone("a", b"2", b"1"),)
    assert await store.undo_write("U1") == (Undone("c", b"new", None),)
    assert await store.undo_write("U1") == (Undone("a", b"1", b"0"),)
    assert await store.files("U1") == {"a": b"0", "b": b"0"}
    assert await store.undo_write("U1") == ()


async def test_a_deleted_file_comes_back(store: SqlStore) -> None:
    await store.start_over("U1", {"a": b"0"})
    await store.write_files("U1", {"a": None})
    assert await store.undo_write("U1", "a") == (Undone("a", None, b"0"),)
    assert await store.files("U1") == {"a": b"0"}


async def test_writing_the_same_again_is_no_version(store: SqlStore) -> None:
    await store.start_over("U1", {"a": b"0"})
    await store.write_files("U1", {"a": b"1"})
    await store.write_files("U1", {"a": b"1"})
    assert await store.undo_write("U1") == (Undone("a", b"1", b"0"),)
    assert await store.undo_write("U1") == ()


async def test_twenty_versions_of_a_file_are_kept(store: SqlStore) -> None:
    await store.start_over("U1", {"a": b"0"})
    for number in range(1, 26):
        await store.write_files("U1", {"a": b"%d" % number, "b": b"b"})
    undone = [await store.undo_write("U1", "a") for _ in range(20)]
    assert undone[-1] == (Undone("a", b"6", b"5"),)
    assert await store.undo_write("U1", "a") == ()
    assert await store.undo_write("U1", "b") == (Undone("b", b"b", None),)


async def test_a_new_beginning_forgets_versions_and_other_files_of_this_learner_only(store: SqlStore) -> None:
    for user in ("U1", "U2"):
        await store.write_files(user, {"a": b"1", "mine": b"x"})
    await store.start_over("U1", {"a": b"0"})
    assert await store.files("U1") == {"a": b"0"}
    assert await store.undo_write("U1") == ()
    assert await store.undo_write("U2") == (Undone("a", b"1", None), Undone("mine", b"x", None))


async def test_what_was_written_together_is_undone_together(store: SqlStore) -> None:
    await store.start_over("U1", {"a": b"0", "b": b"0"})
    await store.write_files("U1", {"a": b"1"})
    await store.write_files("U1", {"c": b"new", "a": b"2", "b": None})
    assert await store.undo_write("U1") == (Undone("a", b"2", b"1"), Undone("b", None, b"0"), Undone("c", b"new", None))
    assert await store.files("U1") == {"a": b"1", "b": b"0"}
    assert await store.undo_write("U1") == (Undone("a", b"1", b"0"),)


async def test_a_file_of_a_change_can_be_taken_back_alone(store: SqlStore) -> None:
    await store.start_over("U1", {"a": b"0", "b": b"0"})
    await store.write_files("U1", {"a": b"1", "b": b"1"})
    assert await store.undo_write("U1", "a") == (Undone("a", b"1", b"0"),)
    assert await store.undo_write("U1") == (Undone("b", b"1", b"0"),)
    assert await store.undo_write("U1") == ()


async def test_versions_have_room_for_three_projects_and_the_newest_change_always_stays(store: SqlStore) -> None:
    third = KEPT_BYTES // 3 // 30 + 1
    projects = [{f"f{n}": bytes([65 + number]) * third for n in range(30)} for number in range(5)]
    for project in projects:
        await store.write_files("U1", project)
    for number in (3, 2):
        assert len(await store.undo_write("U1")) == 30
        assert await store.files("U1") == projects[number]
    assert await store.undo_write("U1") == ()  # the ones before were forgotten as a whole
