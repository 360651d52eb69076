from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.cohorts.peers import A_DAY, ASKED_AFTER, LATELY, PeerOffer, pairs, to_be_asked
from bot.core.learner import Learner
from bot.core.workshop import StepRef

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
RUN, TAG = StepRef("02", "run"), StepRef("02", "tag")


def passed(user: str, ref: StepRef, minutes_ago: float) -> Learner:
    return Learner(user, user, at=TAG, passed={ref: NOW - timedelta(minutes=minutes_ago)})


CLASS = [passed("U2", RUN, 20), passed("U3", RUN, 5), passed("U4", RUN, 31), passed("U5", TAG, 1)]
ALL = frozenset({"U2", "U3", "U4", "U5"})


@pytest.mark.parametrize(
    ("stuck", "willing", "before", "helpers"),
    [
        ({"U1": RUN}, ALL, (), ["U3"]),
        ({"U1": RUN}, ALL - {"U3"}, (), ["U2"]),
        ({"U1": RUN}, {"U4"}, (), []),
        ({"U1": RUN}, {"U5"}, (), []),
        ({"U1": RUN}, (), (), []),
        ({"U1": RUN, "U3": TAG}, ALL, (), ["U2", "U5"]),
        ({"U1": RUN}, ALL, (PeerOffer("U1", "U2", RUN, NOW - timedelta(days=3)),), []),
        ({"U1": RUN}, ALL, tuple(PeerOffer(f"U9{n}", "U3", TAG, NOW) for n in range(A_DAY)), ["U2"]),
        ({"U1": RUN}, ALL, tuple(PeerOffer(f"U9{n}", "U3", TAG, NOW - timedelta(days=2)) for n in range(9)), ["U3"]),
    ],
    ids=[
        "who passed last",
        "only who would",
        "too long ago",
        "another step",
        "nobody would",
        "nobody who is stuck themselves",
        "one helper a step",
        "no more than a day's share",
        "a new day",
    ],
)
def test_whoever_is_stuck_is_shown_one_who_just_passed(
    stuck: dict[str, StepRef], willing: frozenset[str], before: tuple[PeerOffer, ...], helpers: list[str]
) -> None:
    assert [offer.helper for offer in pairs(stuck, CLASS, willing, before, NOW)] == helpers


USERS = [f"U{n}" for n in range(8)]


@given(
    st.dictionaries(st.sampled_from(USERS), st.sampled_from([RUN, TAG])),
    st.dictionaries(st.sampled_from(USERS), st.tuples(st.sampled_from([RUN, TAG]), st.integers(0, 60))),
    st.sets(st.sampled_from(USERS)),
)
def test_nobody_helps_unasked_too_often_or_while_stuck(
    stuck: dict[str, StepRef], records: dict[str, tuple[StepRef, int]], willing: set[str]
) -> None:
    classmates = [passed(user, ref, minutes) for user, (ref, minutes) in records.items()]
    found = pairs(stuck, classmates, willing, (), NOW)
    assert len({offer.learner for offer in found}) == len(found)
    assert all(count <= A_DAY for count in Counter(offer.helper for offer in found).values())
    for offer in found:
        ref, minutes = records[offer.helper]
        assert offer.helper in willing - stuck.keys()
        assert (ref, stuck[offer.learner]) == (offer.ref, offer.ref)
        assert timedelta(minutes=minutes) <= LATELY


def test_who_has_only_begun_is_not_asked_to_help() -> None:
    refs = [StepRef("01", f"s{n}") for n in range(ASKED_AFTER)]
    assert to_be_asked(Learner("U1", "Ada", passed=dict.fromkeys(refs, NOW)))
    assert not to_be_asked(Learner("U1", "Ada", passed=dict.fromkeys(refs[1:], NOW)))
