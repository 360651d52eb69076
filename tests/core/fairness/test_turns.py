"""Whose turn it is: nobody waits long behind somebody who asks for much, and no slot stays free for nothing."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.fairness.turns import ROUNDS, Job, Turns, before, begun, joined, left, resized


def lined_up(turns: Turns, *jobs: Job) -> Turns:
    for job in jobs:
        turns = joined(turns, job)
    return turns


def served(turns: Turns) -> list[Job]:
    """All jobs in the order in which they begin, where each ends before the next slot is given."""
    order = []
    while True:
        turns, jobs = begun(turns)
        if not jobs:
            return order
        order += jobs
        for job in jobs:
            turns = left(turns, job.number)


def test_one_with_a_hundred_jobs_has_one_turn_in_a_round_like_everybody() -> None:
    greedy = [Job(number, "greedy") for number in range(100)]
    others = [Job(100 + number, f"U{number}") for number in range(9)]
    order = [job.learner for job in served(lined_up(Turns(slots=1), *greedy, *others))]
    assert order[:11] == ["greedy", *(f"U{number}" for number in range(9)), "greedy"]
    assert len(order) == 109


def test_who_makes_long_jobs_lets_short_ones_pass() -> None:
    turns = lined_up(Turns(slots=1), Job(1, "long", 3.0), *(Job(number, "short") for number in range(2, 7)))
    assert [job.learner for job in served(turns)] == ["short", "short", "long", "short", "short", "short"]


def test_without_anybody_else_even_the_longest_job_begins_at_once() -> None:
    _, jobs = begun(joined(Turns(slots=1), Job(1, "U1", 1e9)))
    assert [job.number for job in jobs] == [1]


def test_one_learner_holds_no_second_slot_and_the_free_one_goes_to_others() -> None:
    turns, jobs = begun(lined_up(Turns(slots=2), Job(1, "U1"), Job(2, "U1"), Job(3, "U2")))
    assert [job.number for job in jobs] == [1, 3]
    turns, jobs = begun(left(turns, 3))
    assert jobs == ()
    assert [job.number for job in begun(left(turns, 1))[1]] == [2]


def test_who_gives_up_waiting_is_skipped() -> None:
    turns = left(lined_up(Turns(slots=1), Job(1, "U1"), Job(2, "U2"), Job(3, "U3")), 2)
    assert [job.number for job in served(left(turns, 2))] == [1, 3]


@pytest.mark.parametrize("number", [1, 2, 3, 4, 99])
def test_the_place_is_what_will_be(number: int) -> None:
    turns = lined_up(Turns(slots=1), Job(1, "U1"), Job(2, "U1"), Job(3, "U2", 2.0), Job(4, "U3"))
    order = [job.number for job in served(turns)]
    assert before(turns, number) == (order.index(number) if number in order else 0)


def test_f25_with_fewer_slots_what_works_goes_on_and_new_jobs_wait() -> None:
    turns, _ = begun(lined_up(Turns(slots=3), *(Job(number, f"U{number}") for number in range(5))))
    turns, jobs = begun(resized(turns, 1))
    assert jobs == ()
    assert set(turns.working) == {0, 1, 2}
    turns, jobs = begun(left(left(turns, 0), 1))
    assert jobs == ()
    assert [job.number for job in begun(left(turns, 2))[1]] == [3]


costs = st.floats(0.01, 50, allow_nan=False)
arrivals = st.lists(st.tuples(st.integers(0, 5), costs), max_size=40)


@given(arrivals, st.integers(1, 4), st.integers(1, 2), st.randoms(use_true_random=False))
def test_no_slot_stays_free_that_somebody_could_use(
    jobs: list[tuple[int, float]], slots: int, each: int, luck: object
) -> None:
    turns, numbers = Turns(slots=slots, each=each), count()
    for learner, cost in jobs:
        turns = joined(turns, Job(next(numbers), f"U{learner}", cost))
        turns, _ = begun(turns)
        held = Counter(turns.working.values())
        able = [who for who in turns.waiting if held[who] < each]
        assert len(turns.working) == slots or not able
        assert all(number <= each for number in held.values())
        if turns.working and luck.random() < 0.5:  # type: ignore[attr-defined]
            turns = left(turns, luck.choice(sorted(turns.working)))  # type: ignore[attr-defined]


@given(arrivals, st.integers(1, 4))
def test_every_job_begins_exactly_once(jobs: list[tuple[int, float]], slots: int) -> None:
    turns = lined_up(Turns(slots=slots), *(Job(n, f"U{who}", cost) for n, (who, cost) in enumerate(jobs)))
    assert sorted(job.number for job in served(turns)) == list(range(len(jobs)))


@given(st.lists(st.floats(1.0, 100), min_size=1, max_size=5), st.floats(0.01, 100), st.integers(0, 30))
def test_nobody_waits_more_than_the_rounds(others: list[float], mine: float, ahead: int) -> None:
    """However many jobs others have waiting, and whatever was given before: of jobs of the usual cost and more each of
    them begins no more than one a round before mine does."""
    turns, numbers = Turns(slots=1), count()
    for who, cost in enumerate(others):
        turns = lined_up(turns, *(Job(next(numbers), f"U{who}", cost) for _ in range(60)))
    for _ in range(ahead):  # the round is anywhere when I come
        turns, jobs = begun(turns)
        turns = left(turns, jobs[0].number)
    held = dict(turns.credit)
    turns = joined(turns, Job(next(numbers), "me", mine))
    passed: Counter[str] = Counter()
    while True:
        turns, jobs = begun(turns)
        if jobs[0].learner == "me":
            break
        passed[jobs[0].learner] += 1
        turns = left(turns, jobs[0].number)
    for who, cost in enumerate(others):
        rounds = math.ceil(min(mine, ROUNDS)) + 1
        assert passed[f"U{who}"] <= (rounds + held.get(f"U{who}", 0.0)) / min(cost, ROUNDS)


def test_credit_is_not_saved_up_by_waiting_for_nothing() -> None:
    turns, _ = begun(lined_up(Turns(slots=2), *(Job(number, "U1") for number in range(3)), Job(9, "U2")))
    for number in range(10, 40):  # others come and go while U1 holds their slot
        turns, _ = begun(joined(left(turns, number - 1), Job(number, f"U{number}")))
    assert turns.credit["U1"] < 1.0
    assert replace(turns, slots=2).length == 2
