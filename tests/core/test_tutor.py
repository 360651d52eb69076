"""Stories: what a learner does, and what the tutor answers. Values only."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

import pytest

from bot.authoring.load import load_workshop
from bot.core.checks import helped_with
from bot.core.events import (
    AnsweredQuestion,
    Arrived,
    AskedForBack,
    AskedForCheck,
    AskedForHelp,
    AskedForHint,
    AskedForNext,
    AskedForStatus,
    AskedToReset,
    AskedToSeeApp,
    AskedToSkip,
    CheckEnded,
    Event,
    FilledForm,
    HandedInUnusable,
    Mentioned,
    OpenedEditor,
    OpenedHome,
    PressedForeignCard,
    SaidSomething,
    Started,
    TypedCommands,
    UploadedProject,
    WentTo,
    WroteFiles,
)
from bot.core.learner import Learner
from bot.core.messages import (
    CheckCard,
    HintCard,
    Mark,
    Note,
    Offer,
    QuestionCard,
    StatusCard,
    StepCard,
    SummaryCard,
    Welcome,
)
from bot.core.sights import Wanted
from bot.core.specs import FileSpec
from bot.core.turn import (
    Apply,
    CancelCheck,
    CleanSandbox,
    KeepFiles,
    KeepForm,
    OpenEditor,
    PrepareProject,
    RefreshBoard,
    Replace,
    RunCommands,
    Say,
    ShowApp,
    ShowHome,
    StartCheck,
    TakeProject,
    Turn,
    Whisper,
)
from bot.core.tutor import decide, home, step_card
from bot.core.verdict import Failed, Fault, Passed, Result, TimedOut, Verdict
from bot.core.workshop import StepRef, Workshop
from bot.handin.command import read_commands
from bot.handin.plan import BuildPlan, Command, CreateNetwork, ListContainers
from bot.handin.windows import Spot
from tests.core.conftest import LESSONS

RECIPE, BUILD, RUN, USE = (StepRef("02", name) for name in ("dockerfile", "build", "run", "use"))
APP, IMAGE = StepRef("02", "app"), StepRef("01", "image")
T = TypeVar("T")


def said(turn: Turn, kind: type[T]) -> list[T]:
    messages = [a.message for a in turn.actions if isinstance(a, Say | Replace)]
    return [m for m in messages if isinstance(m, kind)]


def the(turn: Turn, kind: type[T]) -> T:
    found = said(turn, kind)
    assert len(found) == 1, (kind, turn.actions)
    return found[0]


def did(turn: Turn, kind: type[T]) -> T:
    found = [a for a in turn.actions if isinstance(a, kind)]
    assert len(found) == 1, (kind, turn.actions)
    return found[0]


def verdict(workshop: Workshop, ref: StepRef, **failing: Result) -> Verdict:
    step = workshop.step(ref)
    assert step is not None
    changed = {name.replace("_", "-"): result for name, result in failing.items()}
    return Verdict(tuple((c.id, changed.get(c.id, Passed("seen"))) for c in step.conditions))


def ended(workshop: Workshop, learner: Learner, ref: StepRef, now: datetime, **failing: Result) -> Turn:
    checking = replace(learner, open_attempt=7)
    return decide(workshop, checking, CheckEnded(7, ref, verdict(workshop, ref, **failing)), now)


# --- arriving


def test_a_newcomer_is_welcomed_once(workshop: Workshop, now: datetime) -> None:
    first = decide(workshop, Learner("U1", "Ada"), Arrived(), now)
    assert the(first, Welcome).name == "Ada"
    assert first.learner.met_at == now
    again = decide(workshop, first.learner, Arrived(), now + timedelta(hours=1))
    assert again.actions == ()


def test_somebody_who_comes_back_the_next_day_is_greeted_and_can_continue(
    workshop: Workshop, ada: Learner, now: datetime
) -> None:
    turn = decide(workshop, ada, Arrived(), now + timedelta(hours=20))
    assert the(turn, Welcome).resumed
    assert turn.learner.met_at == ada.met_at


def test_a_hello_from_a_stranger_is_the_welcome_and_later_a_short_answer(workshop: Workshop, now: datetime) -> None:
    first = decide(workshop, Learner("U1", "Ada"), SaidSomething("Hello!"), now)
    assert said(first, Welcome)
    second = decide(workshop, first.learner, SaidSomething("hi"), now)
    assert "Hello Ada" in the(second, Note).text


def test_start_prepares_the_project_and_shows_the_first_step(workshop: Workshop, now: datetime) -> None:
    turn = decide(workshop, Learner("U1", "Ada"), Started(), now)
    assert did(turn, PrepareProject)
    card = the(turn, StepCard)
    assert card.ref == workshop.order[0]
    assert "Ada" in card.say
    assert turn.learner.at == workshop.order[0]


@pytest.mark.parametrize(
    "event",
    [AskedForNext(), AskedForBack(), AskedForHint(), AskedForCheck(), AskedToSkip(), AskedToReset("all", sure=True)],
)
def test_before_the_start_every_word_leads_to_start(workshop: Workshop, now: datetime, event: Event) -> None:
    turn = decide(workshop, Learner("U1", "Ada"), event, now)
    assert the(turn, Note).offers == (Offer.START,)
    assert turn.learner.at is None


# --- moving


def test_a_step_is_its_card_and_then_its_questions(workshop: Workshop, ada: Learner, now: datetime) -> None:
    turn = decide(workshop, replace(ada, at=APP, passed={**ada.passed, APP: now}), AskedForNext(), now)
    kinds = [type(a.message) for a in turn.actions if isinstance(a, Say)]
    assert kinds == [StepCard, QuestionCard, QuestionCard]
    assert turn.learner.at == RECIPE


def test_next_with_open_conditions_refuses_kindly_and_says_what_is_left(
    workshop: Workshop, ada: Learner, now: datetime
) -> None:
    turn = decide(workshop, ada, AskedForNext(), now)
    note = the(turn, Note)
    assert turn.learner.at == RECIPE
    assert "The Dockerfile is there" in note.text
    assert {Offer.CHECK, Offer.HINT, Offer.SKIP} <= set(note.offers)


def test_back_shows_the_step_before_and_says_that_it_is_passed(workshop: Workshop, ada: Learner, now: datetime) -> None:
    turn = decide(workshop, ada, AskedForBack(), now)
    card = the(turn, StepCard)
    assert card.ref == APP
    assert card.passed
    assert "passed this step already" in card.say
    assert turn.learner.passed == ada.passed
    forth = decide(workshop, turn.learner, AskedForNext(), now)
    assert forth.learner.at == RECIPE


def test_back_from_the_first_step_stays_there(workshop: Workshop, now: datetime) -> None:
    learner = decide(workshop, Learner("U1", "Ada"), Started(), now).learner
    turn = decide(workshop, learner, AskedForBack(), now)
    assert turn.learner.at == learner.at
    assert "first step" in the(turn, Note).text


def test_a_section_ahead_may_be_visited_and_it_is_said_what_it_builds_on(workshop: Workshop, now: datetime) -> None:
    learner = decide(workshop, Learner("U1", "Ada"), Started(), now).learner
    turn = decide(workshop, learner, WentTo("02"), now)
    assert turn.learner.at == APP
    assert "have not done yet" in said(turn, Note)[0].text
    assert turn.learner.passed == {}


def test_a_section_that_stands_on_nothing_says_nothing_of_what_is_not_done(workshop: Workshop, now: datetime) -> None:
    alone = workshop.sections[1].model_copy(update={"builds_on": ()})
    apart = workshop.model_copy(update={"sections": (workshop.sections[0], alone)})
    learner = decide(apart, Learner("U1", "Ada"), Started(), now).learner
    turn = decide(apart, learner, WentTo("02"), now)
    assert turn.learner.at == APP
    assert said(turn, Note) == []


def test_an_unknown_section_is_answered_with_those_there_are(workshop: Workshop, ada: Learner, now: datetime) -> None:
    turn = decide(workshop, ada, WentTo("99"), now)
    assert "01 Overview" in the(turn, Note).text
    assert turn.learner.at == RECIPE


def test_a_card_of_another_step_changes_nothing_and_leads_back(workshop: Workshop, ada: Learner, now: datetime) -> None:
    for event in (AskedForNext(APP), AskedForHint(APP), AskedForCheck(BUILD), AskedToSkip(APP, sure=True)):
        turn = decide(workshop, ada, event, now)
        assert replace(turn.learner, seen_at=ada.seen_at) == ada
        note = the(turn, Note)
        assert "Write the recipe" in note.text
        assert note.offers == (Offer.CONTINUE,)


def test_a_second_press_on_next_does_not_skip_a_step(workshop: Workshop, now: datetime) -> None:
    learner = decide(workshop, Learner("U1", "Ada"), Started(), now).learner
    press = AskedForNext(workshop.order[0])
    once = decide(workshop, learner, press, now).learner
    assert decide(workshop, once, press, now).learner.at == once.at == workshop.order[1]


def test_a_step_that_an_author_took_out_does_not_strand_the_learner(
    workshop: Workshop, ada: Learner, now: datetime
) -> None:
    lost = replace(ada, at=StepRef("02", "no-such-step"))
    turn = decide(workshop, lost, Started(), now)
    assert turn.learner.at == RECIPE
    gone = replace(ada, at=StepRef("77", "x"))
    assert decide(workshop, gone, AskedForHint(), now).learner.at in workshop.order


# --- questions


def test_a_wrong_option_is_explained_and_can_be_mended(workshop: Workshop, now: datetime) -> None:
    learner = Learner("U1", "Ada", at=StepRef("01", "container"))
    wrong = decide(workshop, learner, AnsweredQuestion(StepRef("01", "container"), "process", 0), now)
    assert did(wrong, Replace)
    assert the(wrong, QuestionCard).chosen == 0
    assert not wrong.learner.passed
    right = decide(workshop, wrong.learner, AnsweredQuestion(StepRef("01", "container"), "process", 1), now)
    assert StepRef("01", "container") in right.learner.passed
    assert Offer.NEXT in the(right, Note).offers


def test_a_quiz_is_checked_at_once_and_starts_no_container(workshop: Workshop, now: datetime) -> None:
    learner = Learner("U1", "Ada", at=IMAGE)
    turn = decide(workshop, learner, AskedForCheck(), now)
    assert not [a for a in turn.actions if isinstance(a, StartCheck)]
    card = the(turn, CheckCard)
    assert [line.result is None for line in card.lines] == [False, False]
    assert turn.learner.tries == {IMAGE: 1}
    assert turn.learner.failing == {IMAGE: ("q-inside", "NOT_ANSWERED")}


def test_an_old_question_is_explained_and_changes_no_progress(workshop: Workshop, ada: Learner, now: datetime) -> None:
    turn = decide(workshop, ada, AnsweredQuestion(APP, "start", 0), now)
    assert the(turn, QuestionCard).chosen == 0
    assert turn.learner.answers == ada.answers
    assert turn.learner.passed == ada.passed


def test_a_question_that_is_gone_is_answered_kindly(workshop: Workshop, ada: Learner, now: datetime) -> None:
    for event in (
        AnsweredQuestion(RECIPE, "nope", 0),
        AnsweredQuestion(RECIPE, "when", 9),
        AnsweredQuestion(StepRef("9", "x"), "when", 0),
    ):
        assert Offer.CONTINUE in the(decide(workshop, ada, event, now), Note).offers


# --- hints


def test_the_ladder_has_three_rungs_and_then_offers_to_skip(workshop: Workshop, ada: Learner, now: datetime) -> None:
    learner, rungs = ada, []
    for _ in range(3):
        turn = decide(workshop, learner, AskedForHint(), now)
        learner = turn.learner
        rungs.append(the(turn, HintCard))
    step = workshop.step(RECIPE)
    assert step is not None
    assert step.hints is not None
    assert [(card.rung, card.text) for card in rungs] == [(i + 1, hint.strip()) for i, hint in enumerate(step.hints)]
    assert "last hint" in the(turn, Note).text
    assert Offer.SKIP in the(turn, Note).offers
    fourth = decide(workshop, learner, AskedForHint(), now)
    assert learner.hints[RECIPE] == fourth.learner.hints[RECIPE] == 3
    assert "all three hints" in the(fourth, Note).text


def test_after_a_failed_check_the_hints_are_about_what_failed(workshop: Workshop, ada: Learner, now: datetime) -> None:
    failed = ended(
        workshop, ada, RECIPE, now, recipe=Failed("WRONG_NAME", expected="Dockerfile", observed="Dockerfile.txt")
    )
    turn = decide(workshop, failed.learner, AskedForHint(), now)
    card = the(turn, HintCard)
    assert card.rung == 1  # the card says what was seen; a first failure needs no more
    assert "letter by letter" in card.text
    assert "Dockerfile" in card.about


def test_a_new_failure_begins_a_new_ladder(workshop: Workshop, ada: Learner, now: datetime) -> None:
    tired = replace(ada, hints={RECIPE: 3}, failing={RECIPE: ("recipe", "MISSING_FILE")})
    same = ended(workshop, tired, RECIPE, now, recipe=Failed("MISSING_FILE", "Dockerfile", "no such file"))
    assert same.learner.hints[RECIPE] == 3
    other = ended(workshop, tired, RECIPE, now, recipe=Failed("EMPTY_FILE", "something", "0 bytes"))
    assert other.learner.hints[RECIPE] == 0


def test_the_same_failure_again_brings_the_next_hint_by_itself_but_never_the_solution(
    workshop: Workshop, ada: Learner, now: datetime
) -> None:
    missing = Failed("MISSING_FILE", "Dockerfile", "no such file")
    rungs = []
    for _ in range(4):
        ada = ended(workshop, ada, RECIPE, now, recipe=missing).learner
        rungs.append(helped_with(ada, RECIPE))
    assert rungs == [0, 1, 2, 2]
    assert ada.tries[RECIPE] == 4
    assert the(decide(workshop, ada, AskedForHint(), now), HintCard).rung == 3
    ours = ended(workshop, ada, RECIPE, now, recipe=Fault("the engine is away")).learner
    assert (ours.hints, ours.tries) == (ada.hints, ada.tries), "a fault of ours is no failure of theirs"
    other = ended(workshop, ada, RECIPE, now, recipe=Failed("EMPTY_FILE", "instructions", "nothing")).learner
    assert helped_with(other, RECIPE) == 0


def test_a_hint_that_was_asked_for_is_not_brought_again(workshop: Workshop, ada: Learner, now: datetime) -> None:
    missing = Failed("MISSING_FILE", "Dockerfile", "no such file")
    first = ended(workshop, ada, RECIPE, now, recipe=missing).learner
    asked = decide(workshop, first, AskedForHint(), now).learner
    again = ended(workshop, asked, RECIPE, now, recipe=missing).learner
    assert helped_with(again, RECIPE) == 2
    solved = replace(again, hints={RECIPE: 3})
    assert helped_with(ended(workshop, solved, RECIPE, now, recipe=missing).learner, RECIPE) == 0


def test_in_a_quiz_the_hints_follow_the_open_question(workshop: Workshop, now: datetime) -> None:
    learner = Learner("U1", "Ada", at=IMAGE, answers={"01/image/inside": 1})
    assert "how many" in the(decide(workshop, learner, AskedForHint(), now), HintCard).about


# --- checks


def test_check_goes_to_the_desk_and_a_second_press_is_told_so(workshop: Workshop, ada: Learner, now: datetime) -> None:
    turn = decide(workshop, ada, AskedForCheck(RECIPE), now)
    assert did(turn, StartCheck).ref == RECIPE
    busy = decide(workshop, replace(ada, open_attempt=7), AskedForCheck(RECIPE), now)
    assert "already checking" in the(busy, Note).text
    assert not [a for a in busy.actions if isinstance(a, StartCheck)]


def test_a_pass_is_kept_and_forgets_the_failure(workshop: Workshop, ada: Learner, now: datetime) -> None:
    turn = ended(workshop, replace(ada, failing={RECIPE: ("recipe", "EMPTY_FILE")}), RECIPE, now)
    assert RECIPE in turn.learner.passed
    assert turn.learner.open_attempt is None
    assert turn.learner.failing == {}
    assert turn.learner.tries == {RECIPE: 1}
    assert turn.learner.at == RECIPE  # they read the verdict, then go on


def test_a_failure_moves_nobody_on_and_is_remembered(workshop: Workshop, ada: Learner, now: datetime) -> None:
    turn = ended(workshop, ada, RECIPE, now, recipe=Failed("NO_FROM", "FROM first", "RUN first"))
    assert RECIPE not in turn.learner.passed
    assert turn.learner.failing == {RECIPE: ("recipe", "NO_FROM")}
    assert turn.learner.tries == {RECIPE: 1}


@pytest.mark.parametrize("result", [Fault("the engine is away"), TimedOut("file")])
def test_our_fault_never_costs_a_try(workshop: Workshop, ada: Learner, now: datetime, result: Result) -> None:
    turn = ended(workshop, ada, RECIPE, now, recipe=result)
    assert turn.learner == replace(ada, open_attempt=None)


def test_a_verdict_of_a_withdrawn_attempt_changes_nothing(workshop: Workshop, ada: Learner, now: datetime) -> None:
    event = CheckEnded(7, RECIPE, verdict(workshop, RECIPE))
    assert decide(workshop, ada, event, now) == Turn(ada)
    newer = replace(ada, open_attempt=8)
    assert decide(workshop, newer, event, now) == Turn(newer)


def test_what_was_proved_stays_proved(workshop: Workshop, ada: Learner, now: datetime) -> None:
    done = replace(ada, passed={**ada.passed, RECIPE: now})
    turn = ended(workshop, done, RECIPE, now, recipe=Failed("EMPTY_FILE", "x", "0 bytes"))
    assert RECIPE in turn.learner.passed
    assert turn.learner.failing == {}


# --- pictures


def test_the_first_pass_of_a_step_that_is_about_the_app_is_followed_by_a_picture(
    workshop: Workshop, ada: Learner, now: datetime
) -> None:
    passed = ended(workshop, replace(ada, at=USE), USE, now)
    picture = did(passed, ShowApp)
    assert (picture.asked, picture.wanted, picture.ref) == (False, Wanted("", "getting-started", 3000), USE)
    again = ended(workshop, passed.learner, USE, now)
    other = ended(workshop, replace(ada, at=BUILD), BUILD, now)
    assert not [each for turn in (again, other) for each in turn.actions if isinstance(each, ShowApp)]


@pytest.mark.parametrize("name", ["", "web"])
def test_who_asks_for_a_picture_gets_it_of_what_the_step_is_about(
    workshop: Workshop, ada: Learner, now: datetime, name: str
) -> None:
    turn = decide(workshop, replace(ada, at=RUN), AskedToSeeApp(name), now)
    assert did(turn, ShowApp).asked
    assert did(turn, ShowApp).wanted == (Wanted("web") if name else Wanted("", "getting-started", 3000))
    assert did(decide(workshop, Learner("U2", "Bo"), AskedToSeeApp(), now), ShowApp).wanted == Wanted()


def test_who_published_a_port_is_offered_a_picture(workshop: Workshop, ada: Learner, now: datetime) -> None:
    here = replace(ada, at=RUN)
    run = read_commands("docker run -d -p 127.0.0.1:3000:3000 getting-started")
    assert Offer.SHOW_APP in did(decide(workshop, here, TypedCommands(run), now), RunCommands).after.offers  # type: ignore[union-attr]
    quiet = read_commands("docker run -d getting-started")
    assert Offer.SHOW_APP not in did(decide(workshop, here, TypedCommands(quiet), now), RunCommands).after.offers  # type: ignore[union-attr]


# --- skip, reset


def test_skip_asks_first_then_does_the_step_and_says_so(workshop: Workshop, ada: Learner, now: datetime) -> None:
    asked = decide(workshop, ada, AskedToSkip(RECIPE), now)
    assert Offer.SKIP_SURE in the(asked, Note).offers
    assert not asked.learner.skipped
    busy = replace(asked.learner, open_attempt=7)
    turn = decide(workshop, busy, AskedToSkip(RECIPE, sure=True), now)
    assert did(turn, CancelCheck).attempt == 7
    assert [act.file for act in did(turn, Apply).acts] == ["Dockerfile"]
    assert turn.learner.skipped == {RECIPE}
    assert RECIPE not in turn.learner.passed
    assert turn.learner.at == BUILD
    assert the(turn, StepCard).ref == BUILD


def test_a_skipped_step_can_still_be_passed(workshop: Workshop, ada: Learner, now: datetime) -> None:
    skipped = replace(ada, skipped=frozenset({RECIPE}))
    turn = ended(workshop, skipped, RECIPE, now)
    assert RECIPE in turn.learner.passed
    assert not turn.learner.skipped


def test_reset_says_first_what_goes_and_what_stays(workshop: Workshop, ada: Learner, now: datetime) -> None:
    for scope in ("step", "section", "all"):
        note = the(decide(workshop, ada, AskedToReset(scope), now), Note)
        assert "This goes" in note.text
        assert "This stays" in note.text
        assert (note.offers, note.scope) == ((Offer.RESET_SURE,), scope)


def test_reset_does_what_it_said(workshop: Workshop, ada: Learner, now: datetime) -> None:
    busy = replace(ada, answers={f"{RECIPE}/when": 0, f"{APP}/start": 1}, hints={RECIPE: 2}, open_attempt=7)
    step = decide(workshop, busy, AskedToReset("step", sure=True), now)
    assert step.learner.answers == {f"{APP}/start": 1}
    assert step.learner.passed == ada.passed
    assert did(step, CancelCheck)
    assert not [a for a in step.actions if isinstance(a, CleanSandbox)]

    section = decide(workshop, busy, AskedToReset("section", sure=True), now)
    assert {ref.section for ref in section.learner.passed} == {"01"}
    assert section.learner.at == APP
    assert did(section, CleanSandbox).files is False

    everything = decide(workshop, busy, AskedToReset("all", sure=True), now)
    assert everything.learner == Learner("U1", "Ada", met_at=ada.met_at, seen_at=now)
    assert did(everything, CleanSandbox).files is True
    assert Offer.START in the(everything, Note).offers


def test_reset_of_something_unknown_asks_what(workshop: Workshop, ada: Learner, now: datetime) -> None:
    turn = decide(workshop, ada, AskedToReset("universe", sure=True), now)
    assert "reset step" in the(turn, Note).text
    assert turn.learner.passed == ada.passed


# --- work


def test_files_are_kept_and_it_is_said_what_is_left_to_do(workshop: Workshop, ada: Learner, now: datetime) -> None:
    files = (("Dockerfile", b"FROM node:24-alpine\n"),)
    turn = decide(workshop, ada, WroteFiles(files, "form"), now)
    assert did(turn, KeepFiles).files == files
    assert "2 questions" in the(turn, Note).text
    answered = replace(ada, answers={f"{RECIPE}/when": 0, f"{RECIPE}/quotes": 1})
    assert not said(decide(workshop, answered, WroteFiles(files, "form"), now), Note)
    later = decide(workshop, replace(ada, at=BUILD), WroteFiles(files, "form"), now)
    assert "build again" in the(later, Note).text


@pytest.mark.parametrize("path", ["Dockerfile.txt", "dockerfile", "docker/DOCKERFILE.md"])
def test_a_recipe_under_another_name_is_said_to_have_one(
    workshop: Workshop, ada: Learner, now: datetime, path: str
) -> None:
    turn = decide(workshop, ada, WroteFiles(((path, b"FROM x\n"),), "upload"), now)
    assert did(turn, KeepFiles)
    assert "with a capital D and no ending" in the(turn, Note).text
    other = decide(workshop, ada, WroteFiles((("Dockerfile.dev", b"FROM x\n"),), "upload"), now)
    assert "capital D" not in "".join(note.text for note in said(other, Note))


def test_commands_are_run_and_after_a_build_the_check_is_offered(
    workshop: Workshop, ada: Learner, now: datetime
) -> None:
    build = Command("docker build -t getting-started .", BuildPlan(("getting-started:latest",)))
    turn = decide(workshop, replace(ada, at=BUILD), TypedCommands((build,)), now)
    run = did(turn, RunCommands)
    assert run.commands == (build,)
    assert run.after is not None
    assert Offer.CHECK in run.after.offers
    look = decide(workshop, ada, TypedCommands((Command("docker ps", ListContainers()),)), now)
    assert did(look, RunCommands).after is None
    network = Command("docker network create todo-app", CreateNetwork("todo-app"))
    made = decide(workshop, replace(ada, at=BUILD), TypedCommands((network,)), now)
    assert did(made, RunCommands).after is not None
    (talk,) = read_commands("docker run -it ubuntu bash")
    assert did(decide(workshop, replace(ada, at=BUILD), TypedCommands((talk,)), now), RunCommands).after is None
    whole = load_workshop(LESSONS)
    steps = [(ref, step) for ref in whole.order if (step := whole.step(ref))]
    asked = next(ref for ref, step in steps if step.handin.commands and step.checked and not step.needs_sandbox)
    quiz = decide(whole, replace(ada, at=asked), TypedCommands((build,)), now)
    assert did(quiz, RunCommands).after is None  # its questions are answered by buttons


def test_somebody_who_works_before_start_loses_nothing(workshop: Workshop, now: datetime) -> None:
    new = Learner("U1", "Ada")
    for event in (
        TypedCommands((Command("docker ps", ListContainers()),)),
        WroteFiles((("Dockerfile", b"x"),), "form"),
        OpenedEditor("Dockerfile"),
    ):
        assert isinstance(decide(workshop, new, event, now).actions[0], PrepareProject)


@pytest.mark.parametrize(
    ("said_path", "path"),
    [("", "Dockerfile"), ("`src/index.js`", "src/index.js"), ("./a", "a"), ("src\\a.js", "src/a.js")],
)
def test_the_editor_opens_the_file(workshop: Workshop, ada: Learner, now: datetime, said_path: str, path: str) -> None:
    assert did(decide(workshop, ada, OpenedEditor(said_path), now), OpenEditor).editor.path == path


def test_the_editor_knows_what_the_step_is_about(workshop: Workshop, ada: Learner, now: datetime) -> None:
    spec = FileSpec(path="Dockerfile", lacks="CMD old", contains="CMD new")
    section, step = workshop.sections[1], workshop.step(ada.at) if ada.at else None
    assert step
    condition = step.conditions[0].model_copy(update={"with_": spec})
    steps = (step.model_copy(update={"conditions": (condition,)}), *section.steps[1:])
    sections = (workshop.sections[0], section.model_copy(update={"steps": steps}))
    changed = workshop.model_copy(update={"sections": sections})
    action = did(decide(changed, ada, OpenedEditor("Dockerfile", Spot(3, 9)), now), OpenEditor)
    assert (action.spot, action.about) == (Spot(3, 9), ("CMD old", "CMD new"))
    assert did(decide(changed, ada, OpenedEditor("src/index.js"), now), OpenEditor).about == ()


def test_a_saved_form_is_a_hand_in_like_any_other(workshop: Workshop, ada: Learner, now: datetime) -> None:
    answered = replace(ada, answers={f"{RECIPE}/when": 0, f"{RECIPE}/quotes": 1})
    turn = decide(workshop, answered, FilledForm("Dockerfile", "FROM x", 3, 4, "f00d"), now)
    kept = did(turn, KeepForm)
    assert (kept.editor.first, kept.editor.last, kept.editor.mark, kept.ref) == (3, 4, "f00d", ada.at)
    misnamed = decide(workshop, ada, FilledForm("dockerfile", "FROM x"), now)
    (said_after,) = did(misnamed, KeepForm).after
    assert isinstance(said_after, Note)
    assert "capital D" in said_after.text


def test_an_uploaded_project_is_one_change(workshop: Workshop, ada: Learner, now: datetime) -> None:
    answered = replace(ada, answers={f"{RECIPE}/when": 0, f"{RECIPE}/quotes": 1})
    event = UploadedProject("a.zip", (("Dockerfile", b"FROM x"), ("b", b"")), ("left out",))
    take = did(decide(workshop, answered, event, now), TakeProject)
    assert (take.name, take.files, take.left_out, take.ref) == ("a.zip", event.files, ("left out",), ada.at)
    other = did(decide(workshop, answered, UploadedProject("a.zip", (("b", b""),)), now), TakeProject)
    assert other.ref is None
    early = decide(workshop, Learner("U1", "Ada"), event, now)
    assert [type(action).__name__ for action in early.actions] == ["PrepareProject", "TakeProject", "Say"]


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/passwd", "a//b", "x" * 300, "C:\\x", "C:x", "a\x00b"])
def test_the_editor_opens_nothing_outside_the_project(
    workshop: Workshop, ada: Learner, now: datetime, path: str
) -> None:
    turn = decide(workshop, ada, OpenedEditor(path), now)
    assert not [a for a in turn.actions if isinstance(a, OpenEditor)]
    assert "inside your project" in the(turn, Note).text


def test_what_cannot_be_kept_is_answered_with_its_reason(workshop: Workshop, ada: Learner, now: datetime) -> None:
    assert the(decide(workshop, ada, HandedInUnusable("Too big."), now), Note).text == "Too big."
    assert the(decide(workshop, ada, HandedInUnusable(""), now), Note).text
    assert the(decide(workshop, ada, WroteFiles((), "upload"), now), Note).text
    assert the(decide(workshop, ada, TypedCommands(()), now), Note).text


# --- the rest


def test_home_and_status_show_the_map(workshop: Workshop, ada: Learner, now: datetime) -> None:
    shown = did(decide(workshop, ada, OpenedHome(), now), ShowHome).home
    assert shown == the(decide(workshop, ada, AskedForStatus(), now), StatusCard) == home(workshop, ada)
    assert [(s.id, s.done, s.mark) for s in shown.sections] == [("01", 4, Mark.DONE), ("02", 1, Mark.HERE)]
    assert shown.here == "02 · Write the recipe"


def test_help_is_short_and_names_the_words(workshop: Workshop, ada: Learner, now: datetime) -> None:
    text = the(decide(workshop, ada, AskedForHelp(), now), Note).text
    assert len(text) < 1_000
    for word in ("next", "back", "check", "hint", "skip", "status", "reset", "notebook", "edit Dockerfile", "docker"):
        assert word in text


def test_a_mention_gets_a_short_answer_and_the_way_to_the_direct_message(
    workshop: Workshop, ada: Learner, now: datetime
) -> None:
    text = the(decide(workshop, ada, Mentioned("what is an image?"), now), Note).text
    assert "packed together" in text
    assert "direct message" in text


def test_a_foreign_card_is_answered_in_private(workshop: Workshop, ada: Learner, now: datetime) -> None:
    assert "somebody else" in did(decide(workshop, ada, PressedForeignCard("U2"), now), Whisper).text


def test_asking_for_a_step_that_is_not_there_is_a_bug(workshop: Workshop, ada: Learner) -> None:
    with pytest.raises(KeyError):
        step_card(workshop, ada, StepRef("99", "x"))


def test_section_02_from_its_beginning_to_its_end(workshop: Workshop, now: datetime) -> None:
    """The whole story: answers, a mistake, a hint, the mended file, the build, the run, the end."""
    behind = {ref: now for ref in workshop.order if ref.section == "01"}
    learner = Learner("U1", "Ada", at=StepRef("01", "ahead"), passed=behind, met_at=now, seen_at=now)

    def play(event: Event) -> Turn:
        nonlocal learner
        turn = decide(workshop, learner, event, now)
        learner = turn.learner
        return turn

    def check(ref: StepRef, **failing: Result) -> Turn:
        nonlocal learner
        assert did(play(AskedForCheck()), StartCheck).ref == ref
        learner = replace(learner, open_attempt=7)  # what the store does
        return play(CheckEnded(7, ref, verdict(workshop, ref, **failing)))

    assert the(play(SaidSomething("nxt")), StepCard).ref == APP
    assert "Remember this name" in workshop.sections[1].steps[0].questions[0].options[1].why
    assert Offer.NEXT in the(play(SaidSomething("b")), Note).offers
    assert the(play(AskedForNext(APP)), StepCard).ref == RECIPE

    play(AnsweredQuestion(RECIPE, "when", 0))
    play(AnsweredQuestion(RECIPE, "quotes", 1))
    check(RECIPE, recipe=Failed("WRONG_NAME", "Dockerfile", "Dockerfile.txt"))
    assert "letter by letter" in the(play(SaidSomething("hint please")), HintCard).text
    play(WroteFiles((("Dockerfile", b"FROM node:24-alpine\n"),), "form"))
    check(RECIPE)
    assert learner.tries[RECIPE] == 2

    assert the(play(SaidSomething("next")), StepCard).ref == BUILD
    check(BUILD)
    assert the(play(SaidSomething("next")), StepCard).ref == RUN
    assert said(play(SaidSomething("I am stuck")), Note)
    check(RUN)
    assert the(play(SaidSomething("next")), StepCard).ref == USE
    end = check(USE)
    told = [note.text for note in said(end, Note)]
    assert any("heart of Docker" in text for text in told)
    assert "last step" in the(end, SummaryCard).say
    assert home(workshop, learner).finished
    assert learner.skipped == frozenset()
    assert did(end, RefreshBoard)


def test_next_names_what_is_left_and_not_what_was_answered(workshop: Workshop, ada: Learner, now: datetime) -> None:
    fresh = the(decide(workshop, ada, AskedForNext(RECIPE), now), Note).text
    answered = replace(ada, answers={f"{RECIPE}/when": 0, f"{RECIPE}/quotes": 1})
    later = the(decide(workshop, answered, AskedForNext(RECIPE), now), Note).text
    assert fresh.count("\n- Question") == 2
    assert "\n- Question" not in later
    assert "\n- " in later
