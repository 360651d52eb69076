"""What holds for any event in any learner's state."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.authoring.load import load_workshop
from bot.core import events
from bot.core.learner import Learner
from bot.core.messages import (
    CheckCard,
    FileSaved,
    HintCard,
    Note,
    QuestionCard,
    StatusCard,
    StepCard,
    SummaryCard,
    Welcome,
)
from bot.core.turn import Replace, Say, Turn, Whisper
from bot.core.tutor import decide
from bot.core.verdict import CODES, Blocked, Failed, Fault, NotYet, Passed, TimedOut, Verdict
from bot.core.workshop import StepRef
from bot.handin.plan import BuildPlan, Command, ListContainers, Refusal
from bot.handin.windows import Spot

from .conftest import LESSONS

WORKSHOP = load_workshop(LESSONS)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TIMES = st.sampled_from([NOW, NOW - timedelta(minutes=1), NOW - timedelta(days=3)])
REFS = st.sampled_from([*WORKSHOP.order, StepRef("02", "gone"), StepRef("", "")])
QUESTIONS = [q.id for section in WORKSHOP.sections for step in section.steps for q in step.questions]
KEYS = st.builds(lambda ref, q: f"{ref}/{q}", REFS, st.sampled_from([*QUESTIONS, "gone"]))
CONDITIONS = [condition.id for _, condition in WORKSHOP.conditions()]
ALL_CODES = sorted({code for codes in CODES.values() for code in codes})
TEXT = st.one_of(
    st.text(max_size=80),
    st.sampled_from(["next", "chekc", "hint", "go 2", "a", "e", "reset all", "skip sure", "what is an image?", "```"]),
    st.sampled_from(["Cannot find module 'express'", "edit ../x", "FROM a\nRUN b", "${learner} {observed}", "docker"]),
)

learners = st.builds(
    Learner,
    id=st.just("U1"),
    name=st.one_of(st.just("Ada"), st.text(max_size=10)),
    at=st.one_of(st.none(), REFS),
    passed=st.dictionaries(REFS, TIMES, max_size=9),
    skipped=st.frozensets(REFS, max_size=4),
    answers=st.dictionaries(KEYS, st.integers(-1, 6), max_size=8),
    hints=st.dictionaries(REFS, st.integers(0, 3), max_size=4),
    tries=st.dictionaries(REFS, st.integers(0, 40), max_size=4),
    failing=st.dictionaries(
        REFS,
        st.tuples(st.sampled_from([*CONDITIONS, "gone"]), st.sampled_from([*ALL_CODES, "GONE"])),
        max_size=5,
    ),
    open_attempt=st.sampled_from([None, 7]),
    met_at=st.one_of(st.none(), TIMES),
    seen_at=st.one_of(st.none(), TIMES),
    spent=st.dictionaries(REFS, st.floats(0, 9_000), max_size=4),
    hinted=st.dictionaries(REFS, st.integers(0, 9), max_size=4),
    missed=st.dictionaries(
        st.builds(lambda ref, c: f"{ref}/{c}", REFS, st.sampled_from(CONDITIONS)), st.integers(1, 9)
    ),
    finished_at=st.one_of(st.none(), TIMES),
)
results = st.one_of(
    st.builds(Passed, TEXT),
    st.builds(Failed, st.sampled_from(ALL_CODES), TEXT, TEXT, TEXT),
    st.builds(Blocked, st.sampled_from(CONDITIONS)),
    st.builds(NotYet),
    st.builds(TimedOut, st.just("http")),
    st.builds(Fault, TEXT),
)
verdicts = st.builds(
    Verdict, st.lists(st.tuples(st.sampled_from([*CONDITIONS, "gone"]), results), max_size=6).map(tuple)
)
commands = st.sampled_from(
    [Command("docker ps", ListContainers()), Command("docker build .", BuildPlan(())), Command("x", Refusal("X", "x"))]
)
cards = st.one_of(st.none(), REFS)
any_event = st.one_of(
    st.builds(events.Arrived),
    st.builds(events.OpenedHome),
    st.builds(events.Started),
    st.builds(events.AskedToReplace, TEXT, TEXT, TEXT),
    st.builds(events.AskedToUndo, TEXT),
    st.builds(events.AskedToSee, TEXT, st.builds(Spot, st.integers(0, 9), st.integers(0, 9), TEXT), st.booleans()),
    st.builds(events.FilledForm, TEXT, TEXT, st.integers(0, 9), st.integers(0, 9), TEXT),
    st.builds(events.UploadedProject, TEXT, st.lists(st.tuples(TEXT, st.binary(max_size=9)), max_size=3).map(tuple)),
    st.builds(events.AskedForNext, cards),
    st.builds(events.AskedForBack, cards),
    st.builds(events.AskedForHint, cards),
    st.builds(events.AskedForCheck, cards),
    st.builds(events.AskedToSkip, cards, st.booleans()),
    st.builds(events.AskedForStatus),
    st.builds(events.AskedToSeeApp, TEXT),
    st.builds(events.AskedForHelp),
    st.builds(events.AskedToReset, st.sampled_from(["step", "section", "all", "", "x"]), st.booleans()),
    st.builds(events.WentTo, st.one_of(st.sampled_from(["01", "2", "99"]), TEXT)),
    st.builds(events.AnsweredQuestion, REFS, st.sampled_from([*QUESTIONS, "gone"]), st.integers(-1, 6)),
    st.builds(events.OpenedEditor, TEXT),
    st.builds(events.WroteFiles, st.lists(st.tuples(TEXT, st.binary(max_size=9)), max_size=3).map(tuple), TEXT),
    st.builds(events.HandedInUnusable, TEXT),
    st.builds(events.TypedCommands, st.lists(commands, max_size=3).map(tuple)),
    st.builds(events.AskedForToken),
    st.builds(events.HandedInImage),
    st.builds(events.AskedForSummary),
    st.builds(events.AskedForCertificate),
    st.builds(events.AskedForNotebook),
    st.builds(events.AskedForSurvey),
    st.builds(events.GaveFeedback, st.integers(-1, 9), TEXT),
    st.builds(events.SaidSomething, TEXT),
    st.builds(events.Mentioned, TEXT),
    st.builds(events.PressedForeignCard, TEXT),
    st.builds(events.CheckEnded, st.sampled_from([7, 8]), REFS, verdicts),
    st.builds(events.GotHint, REFS, TEXT, st.integers(0, 3), TEXT),
    st.builds(events.GotClassHint, REFS, st.sampled_from(CONDITIONS), st.sampled_from(ALL_CODES), TEXT),
    st.builds(events.WasUnblocked, REFS, TEXT),
)
SILENT = (events.Arrived, events.OpenedHome, *events.OF_OTHERS)
thorough = settings(max_examples=400, deadline=None)


def texts(turn: Turn) -> list[str]:
    found: list[str] = []
    for action in turn.actions:
        if isinstance(action, Whisper):
            found.append(action.text)
        if isinstance(action, Say | Replace):
            match action.message:
                case Note(text=text) | HintCard(text=text) | StepCard(say=text):
                    found.append(text)
                case Welcome(title=text) | CheckCard(title=text) | StatusCard(title=text) | SummaryCard(title=text):
                    found.append(text)
                case FileSaved(path=text):
                    found.append(text)
                case QuestionCard(question=question):
                    found.append(question.ask)
                case other:
                    raise AssertionError(f"the tutor says no {other!r}")
    return found


@thorough
@given(learners, any_event)
def test_any_event_in_any_state_is_decided_and_every_message_has_text(learner: Learner, event: events.Event) -> None:
    turn = decide(WORKSHOP, learner, event, NOW)
    assert all(text.strip() for text in texts(turn))
    assert turn.learner.at is None or turn.learner.at in WORKSHOP.order
    assert all(0 <= rungs <= 3 for rungs in turn.learner.hints.values())
    if not isinstance(event, SILENT):
        assert turn.actions


@thorough
@given(learners, any_event)
def test_only_a_pass_adds_to_what_is_proved(learner: Learner, event: events.Event) -> None:
    turn = decide(WORKSHOP, learner, event, NOW)
    won = turn.learner.passed.keys() - learner.passed.keys()
    assert len(won) <= 1
    for ref in won:
        step = WORKSHOP.step(ref)
        assert step is not None
        if step.needs_sandbox:
            assert isinstance(event, events.CheckEnded)
            assert event.verdict.passed
            assert event.ref == ref
            assert learner.open_attempt == event.attempt


@thorough
@given(learners, st.builds(events.CheckEnded, st.just(7), REFS, verdicts))
def test_what_we_could_not_tell_costs_nothing(learner: Learner, event: events.CheckEnded) -> None:
    turn = decide(WORKSHOP, learner, event, NOW)
    if event.verdict.ours:
        assert turn.learner.tries == learner.tries
        assert turn.learner.failing == learner.failing
        assert turn.learner.passed == learner.passed


@thorough
@given(learners, any_event)
def test_the_same_event_is_decided_the_same_way_twice(learner: Learner, event: events.Event) -> None:
    assert decide(WORKSHOP, learner, event, NOW) == decide(WORKSHOP, learner, event, NOW)


@thorough
@given(learners, st.lists(any_event, max_size=8))
def test_a_whole_conversation_never_strands_anybody(learner: Learner, said: list[events.Event]) -> None:
    for event in said:
        learner = decide(WORKSHOP, learner, event, NOW).learner
    onward = decide(WORKSHOP, learner, events.Started(), NOW)
    assert any(isinstance(a, Say) for a in onward.actions)
