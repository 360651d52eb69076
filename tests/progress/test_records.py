from __future__ import annotations

import json
import string
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.learner import Learner
from bot.core.verdict import Blocked, Failed, Fault, NotYet, Passed, Result, TimedOut, Verdict
from bot.core.workshop import StepRef
from bot.progress.records import RECORD_FORMAT, learner_record, read_record, read_verdict, verdict_json

text = st.text(max_size=40)
refs = st.builds(StepRef, text, st.text(string.printable, max_size=10))
times = st.datetimes(timezones=st.just(UTC))
results: st.SearchStrategy[Result] = st.one_of(
    st.builds(Passed, text),
    st.builds(Failed, text, text, text, text),
    st.builds(Blocked, text),
    st.builds(NotYet, text),
    st.builds(TimedOut, text),
    st.builds(Fault, text),
)
verdicts = st.builds(
    Verdict,
    st.lists(st.tuples(text, results), max_size=6).map(tuple),
    st.floats(min_value=0, allow_infinity=False),
)
learners = st.builds(
    Learner,
    id=st.just("U1"),
    name=st.just("Ada"),
    passed=st.dictionaries(refs, times, max_size=4),
    skipped=st.frozensets(refs, max_size=4),
    answers=st.dictionaries(text, st.integers(0, 4), max_size=4),
    hints=st.dictionaries(refs, st.integers(0, 3), max_size=4),
    tries=st.dictionaries(refs, st.integers(0, 99), max_size=4),
    failing=st.dictionaries(refs, st.tuples(text, text), max_size=4),
)


@given(verdicts)
def test_any_verdict_comes_back_equal_and_typed(verdict: Verdict) -> None:
    back = read_verdict(json.loads(json.dumps(verdict_json(verdict))))
    assert back == verdict
    assert [type(r) for _, r in back.results] == [type(r) for _, r in verdict.results]
    assert isinstance(back.results, tuple)


@given(learners)
def test_any_learners_record_comes_back_equal(learner: Learner) -> None:
    record = json.loads(json.dumps(learner_record(learner)))
    back = read_record(Learner("U1", "Ada"), RECORD_FORMAT, record)
    assert back == learner
    assert all(isinstance(ref, StepRef) for ref in [*back.passed, *back.skipped, *back.failing])


def test_a_record_in_an_unknown_format_is_not_guessed_at() -> None:
    with pytest.raises(ValueError, match="format 2"):
        read_record(Learner("U1", ""), 2, learner_record(Learner("U1", "")))
