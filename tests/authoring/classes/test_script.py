"""A class is a play: the same seed gives the same people, and those who are to be stuck are."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.authoring.classes.script import LATE_MIN, Ending, Part, Trouble, cast
from bot.authoring.classes.tape import FILE, Tape, read_tape
from bot.authoring.load import load_workshop
from bot.core.cohorts.clusters import MANY
from bot.core.cohorts.radar import SAME, SILENCE
from bot.settings import shipped

LESSONS = shipped("lessons") / "docker-workshop"
WORKSHOP = load_workshop(LESSONS)
TAPE = read_tape(LESSONS / FILE)


def stuck(parts: tuple[Part, ...]) -> Mapping[int, Trouble]:
    return {part.number: stay.trouble for part in parts for stay in part.stays if stay.trouble is not Trouble.NONE}


def test_the_same_seed_gives_the_same_class_and_another_one_another() -> None:
    assert cast(WORKSHOP, 60, 7, TAPE.has) == cast(WORKSHOP, 60, 7, TAPE.has)
    assert cast(WORKSHOP, 60, 7, TAPE.has) != cast(WORKSHOP, 60, 8, TAPE.has)


@settings(max_examples=20, deadline=None)
@given(count=st.integers(8, 80), seed=st.integers(0, 10**6))
def test_at_least_four_are_stuck_one_is_late_and_one_leaves(count: int, seed: int) -> None:
    parts = cast(WORKSHOP, count, seed, TAPE.has)
    troubles = list(stuck(parts).values())
    assert min(troubles.count(Trouble.SAME), troubles.count(Trouble.SILENT)) >= 2
    assert sum(part.arrives_min == LATE_MIN for part in parts) == 1
    assert any(part.ending is Ending.LEAVES for part in parts)
    for part in parts:
        assert part.number != 0 or part.stuck_at is None, "who may have a real host is nobody special"


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_what_makes_somebody_stuck_is_what_the_radar_looks_for(seed: int) -> None:
    for part in cast(WORKSHOP, 12, seed, TAPE.has):
        for stay in part.stays:
            match stay.trouble:
                case Trouble.SAME:
                    assert len(stay.wrong) == SAME
                    assert len(set(stay.wrong)) == 1
                case Trouble.SILENT:
                    assert len(stay.wrong) == 1
                    assert stay.patience_min * 60 > SILENCE.total_seconds()
                case Trouble.NONE:
                    assert len(set(stay.wrong)) == len(stay.wrong), "nobody else repeats themselves"


def test_many_walk_into_one_trap() -> None:
    given_at: dict[tuple[object, str], int] = {}
    for part in cast(WORKSHOP, 60, 7, TAPE.has):
        for stay in part.stays:
            for wrong in set(stay.wrong):
                given_at[stay.ref, wrong] = given_at.get((stay.ref, wrong), 0) + 1
    assert max(given_at.values()) >= 60 / 4


@settings(max_examples=20, deadline=None)
@given(count=st.integers(12, 80), seed=st.integers(0, 10**6))
def test_three_are_in_the_trap_at_once(count: int, seed: int) -> None:
    """Each fails in the middle of their time at the step, and passes at its end."""
    fails: dict[tuple[object, str], list[tuple[float, float]]] = {}
    for part in cast(WORKSHOP, count, seed, TAPE.has):
        minute = part.arrives_min
        for stay in part.stays:
            if len(stay.wrong) == 1 and stay.trouble is Trouble.NONE:
                failing = (minute + stay.minutes / 2, minute + stay.minutes)
                fails.setdefault((stay.ref, stay.wrong[0]), []).append(failing)
            minute += stay.minutes
    together = max(sum(a <= at < b for a, b in spans) for spans in fails.values() for at, _ in spans)
    assert together >= MANY


def test_only_answers_that_a_host_has_seen_are_given_where_a_host_is_asked() -> None:
    with_steps = {ref: step for ref in WORKSHOP.order if (step := WORKSHOP.step(ref)) and step.needs_sandbox}
    for part in cast(WORKSHOP, 30, 7, Tape().has):
        assert not [stay for stay in part.stays if stay.ref in with_steps and stay.wrong]


@pytest.mark.parametrize("last", ["02", "03"])
def test_a_class_ends_where_it_is_told_to(last: str) -> None:
    refs = {stay.ref.section for part in cast(WORKSHOP, 8, 7, TAPE.has, last) for stay in part.stays}
    assert max(refs) == last
