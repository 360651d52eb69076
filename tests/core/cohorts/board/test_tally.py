"""A class in numbers: everybody is counted once, and what is counted step by step stays the same as it moves."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.cohorts.board.tally import QUIET, Marks, Roll, Tally, ground, moved, spot, spots, tally
from bot.core.learner import Learner
from bot.core.map import finished, steps_of
from tests.core.cohorts.board.classes import NOW, WORKSHOP, crowd, learner, step

ON = ground(WORKSHOP)
NOBODY = Marks()


def counted(*people: Learner, joined: int = 0, marks: Marks = NOBODY) -> Tally:
    return tally(WORKSHOP, spots(ON, Roll(people, joined)), marks, NOW)


@settings(max_examples=30)
@given(st.integers(0, 60), st.integers(0, 10_000), st.integers(0, 5))
def test_everybody_is_counted_once(count: int, seed: int, unmet: int) -> None:
    people = crowd(count, seed)
    made = counted(*people, Learner("UNEW", "Not started"), joined=count + 1 + unmet)
    assert made.new + made.active + made.quiet + made.done == made.joined == count + 1 + unmet
    assert made.started == count
    for section, each in zip(WORKSHOP.sections, made.sections, strict=True):
        assert each.before + each.inside + each.past == made.joined
        assert each.past == sum(all(p.done(ref) for ref in steps_of(section)) for p in people)
    assert made.done == sum(finished(WORKSHOP, p) for p in people)


@settings(max_examples=30)
@given(st.integers(1, 30), st.integers(0, 10_000), st.integers(0, 39))
def test_a_class_that_moved_is_the_class_read_anew(count: int, seed: int, steps: int) -> None:
    people = crowd(count, seed)
    now_there = learner(seed % count, random.Random(seed), steps=steps)  # noqa: S311 - made up
    somebody_new = replace(now_there, id="UNEW")
    others = [each for each in people if each.id != now_there.id]
    anew = tally(WORKSHOP, spots(ON, Roll([*others, now_there, somebody_new], count)), Marks(), NOW)
    followed = moved(spots(ON, Roll(people, count)), [spot(ON, now_there), spot(ON, somebody_new)])
    assert tally(WORKSHOP, followed, Marks(), NOW) == anew


def test_who_is_silent_for_long_is_quiet_and_who_is_done_is_neither() -> None:
    chance = random.Random(1)  # noqa: S311 - made up
    one = replace(learner(0, chance, steps=3), seen_at=NOW - QUIET)
    silent = replace(learner(1, chance, steps=3), seen_at=NOW - QUIET - timedelta(seconds=1))
    never = replace(learner(2, chance, steps=3), seen_at=None)
    over = replace(learner(3, chance, steps=len(WORKSHOP.order)), seen_at=NOW)
    made = counted(one, silent, never, over)
    assert (made.active, made.quiet, made.done) == (1, 2, 1)


def test_only_those_of_the_class_who_go_on_are_stuck_or_wait() -> None:
    chance = random.Random(1)  # noqa: S311 - made up
    going, over = learner(0, chance, steps=3), learner(1, chance, steps=len(WORKSHOP.order))
    everybody = frozenset({going.id, over.id, "UELSEWHERE"})
    made = counted(going, over, marks=Marks(everybody, everybody))
    assert (made.stuck, made.waiting) == (1, 1)


def test_the_time_of_a_section_is_of_those_who_proved_all_of_it() -> None:
    first = steps_of(WORKSHOP.sections[0])
    base = Learner("U1", "A", at=step("02"), passed=dict.fromkeys(first, NOW), seen_at=NOW)
    people = [replace(base, id=f"U{n}", spent=dict.fromkeys(first, 60.0 * n)) for n in (1, 2, 9)]
    skipped = replace(base, id="U4", passed=dict.fromkeys(first[1:], NOW), skipped=frozenset(first[:1]))
    skipped = replace(skipped, spent=dict.fromkeys(first, 1.0))
    at_it = replace(base, id="U5", at=first[-1], passed=dict.fromkeys(first[:-1], NOW), spent={first[0]: 1.0})
    made = counted(*people, skipped, at_it).sections[0]
    assert (made.past, made.inside, made.median_s) == (4, 1, 2 * 60.0 * len(first))


def test_somebody_at_a_step_that_is_gone_is_still_somewhere() -> None:
    gone = replace(learner(0, random.Random(1), steps=3), at=step("02")._replace(step="no-such-step"))  # noqa: S311
    assert [each.id for each in counted(gone).sections if each.inside] == ["02"]
