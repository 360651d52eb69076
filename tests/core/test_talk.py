"""Free text: what people type, and what it is taken for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from bot.core.cohorts.cohort import Course
from bot.core.events import (
    AnsweredQuestion,
    Arrived,
    AskedForBack,
    AskedForCheck,
    AskedForHelp,
    AskedForHint,
    AskedForNext,
    AskedForStatus,
    AskedForToken,
    AskedToReplace,
    AskedToReset,
    AskedToSee,
    AskedToSeeApp,
    AskedToSkip,
    AskedToUndo,
    Event,
    HandedInImage,
    OpenedEditor,
    SaidSomething,
    Started,
    WentTo,
    WroteFiles,
)
from bot.core.learner import Learner
from bot.core.messages import Note, Offer
from bot.core.talk import EVENTS, answer, is_content, short_answer, understood
from bot.core.turn import Say
from bot.core.tutor import decide
from bot.core.workshop import StepRef, Workshop
from bot.handin.windows import Spot

MEANT: list[tuple[str, Event]] = [
    ("next", AskedForNext()),
    ("Next!", AskedForNext()),
    ("next please", AskedForNext()),
    ("nxt", AskedForNext()),
    ("netx", AskedForNext()),
    ("chekc", AskedForCheck()),
    ("check my work", AskedForCheck()),
    ("please check", AskedForCheck()),
    ("bakc", AskedForBack()),
    ("hnit", AskedForHint()),
    ("give me a hint", AskedForHint()),
    ("hlep", AskedForHelp()),
    ("What can I say?", AskedForHelp()),
    ("statsu", AskedForStatus()),
    ("Where am I?", AskedForStatus()),
    ("sikp", AskedToSkip()),
    ("skip sure", AskedToSkip(sure=True)),
    ("start", Started()),
    ("Let's go!", Started()),
    ("continue", Started()),
    ("what now?", Started()),
    ("show my app", AskedToSeeApp()),
    ("Please show me my app!", AskedToSeeApp()),
    ("screenshot", AskedToSeeApp()),
    ("What does my app look like?", AskedToSeeApp()),
    ("show my app green-web", AskedToSeeApp("green-web")),
    ("show my app in `web_2`", AskedToSeeApp("web_2")),
    ("registry token", AskedForToken()),
    ("New registry token, please", AskedForToken()),
    ("Use my pushed image!", HandedInImage()),
    ("I pushed my image", HandedInImage()),
    ("undo", AskedToUndo()),
    ("Undo that, please", AskedToUndo()),
    ("undo src/index.js", AskedToUndo("src/index.js")),
    ("undo the file `Dockerfile`", AskedToUndo("Dockerfile")),
    ("replace next with check in a.txt", AskedToReplace("a.txt", "next", "check")),
    ("replace `a` with `b` in ./src/x.js", AskedToReplace("src/x.js", "a", "b")),
    ("reset", AskedToReset("")),
    ("reset all", AskedToReset("all")),
    ("reset this step", AskedToReset("step")),
    ("go 02", WentTo("02")),
    ("go to section 2", WentTo("02")),
    ("section 1", WentTo("01")),
    ("go to overview", WentTo("01")),
    ("go 99", WentTo("99")),
    ("edit", OpenedEditor("")),
    ("edit dockerfile", OpenedEditor("Dockerfile")),
    ("edit `src/index.js`", OpenedEditor("src/index.js")),
    ("edit src/static/js/app.js 40-70", OpenedEditor("src/static/js/app.js", Spot(40, 70))),
    ("edit app.js near “Add Item”", OpenedEditor("app.js", Spot(near="Add Item"))),
    ("show src/static/js/app.js", AskedToSee("src/static/js/app.js")),
    ("show dockerfile", AskedToSee("Dockerfile")),
    ("hello", Arrived()),
    ("Hi there!", Arrived()),
    ("done", AskedForCheck()),
    ("b", AnsweredQuestion(StepRef("02", "dockerfile"), "when", 1)),
    ("answer C", AnsweredQuestion(StepRef("02", "dockerfile"), "when", 2)),
    (
        "FROM node:24-alpine\nWORKDIR /app",
        WroteFiles((("Dockerfile", b"FROM node:24-alpine\nWORKDIR /app\n"),), "message"),
    ),
]


@pytest.mark.parametrize(("text", "event"), MEANT, ids=lambda v: str(v)[:30])
def test_words_and_near_words_are_understood(workshop: Workshop, ada: Learner, text: str, event: Event) -> None:
    assert understood(workshop, ada, text) == event


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("Thanks!", True),
        ("Thank you, that helps: question 43", True),
        ("ok", True),
        ("got it 👍", True),
        ("ok great, thank you Barbara", True),
        ("It works now!", True),
        ("thanks, but it still fails", False),
        ("Thank you. What is a layer?", False),
        ("thanks how do I go on", False),
        ("it does not work", False),
        ("", False),
    ],
)
def test_who_only_thanks_asks_nothing_more(text: str, content: bool) -> None:
    assert is_content(text) is content


def test_no_phrase_means_two_things() -> None:
    phrases = [phrase for _, row in EVENTS for phrase in row.split("|")]
    assert len(phrases) == len(set(phrases))


SAID: list[tuple[str, str]] = [
    ("thanks a lot!", "You are welcome"),
    ("bye", "Your place is kept"),
    ("I'm stuck", "Shall I give you a hint for **Write the recipe**"),
    ("i have no idea", "Shall I give you a hint"),
    ("I don't understand this", "Shall I give you a hint"),
    ("I always get an error when I try this and have no clue what it could be", "paste what Docker printed"),
    ("this is stupid", "I am sorry"),
    ("argh nothing works", "I am sorry"),
    ("it doesn't work", "I am sorry"),
    ("who are you?", "I am Docent, a bot"),
    ("yes", "press its button"),
    ("ok", "Tell me when"),
    ("solution", "third hint is the whole solution"),
    ("dokcer ps", "`docker ps`"),
    ("what is an image?", "**image**: Everything a program needs"),
    ("whats a Dockerfile", "**Dockerfile**"),
    ("what are containers", "**container**"),
    ("explain dockerfiel please", "**Dockerfile**"),
    ("difference between image and container?", "**container**"),
    ("what does EXPOSE do?", "**EXPOSE**"),
    ("port", "**port**"),
    ("Error: Cannot find module 'express'", "library “express”"),
    ("Bind for 127.0.0.1:3000 failed: port is already allocated", "Another container of yours"),
    ("fatal: everything is lost\nerror: flux capacitor not found\nbye", "> error: flux capacitor not found"),
    ("qwertz uiop", "I did not understand “qwertz uiop”"),
    ("nest please do it", "Did you mean **next**"),
    ("🙂", "I did not understand"),
    ("<!channel> `look`", "I did not understand"),
]


@pytest.mark.parametrize(("text", "expected"), SAID, ids=[text[:30] for text, _ in SAID])
def test_everything_else_is_answered_in_words(
    workshop: Workshop, ada: Learner, now: datetime, text: str, expected: str
) -> None:
    turn = decide(workshop, ada, SaidSomething(text), now)
    notes = [a.message for a in turn.actions if isinstance(a, Say)]
    assert len(notes) == 1
    assert isinstance(notes[0], Note)
    assert expected in notes[0].text
    assert turn.learner == replace(ada, seen_at=now)


def test_done_where_nothing_is_checked_means_next(workshop: Workshop) -> None:
    learner = Learner("U1", "Ada", at=StepRef("01", "why"))
    assert understood(workshop, learner, "I'm done") == AskedForNext()


def test_a_letter_answers_the_first_open_question(workshop: Workshop, ada: Learner) -> None:
    one_right = replace(ada, answers={"02/dockerfile/when": 0})
    assert understood(workshop, one_right, "b") == AnsweredQuestion(StepRef("02", "dockerfile"), "quotes", 1)
    both = replace(ada, answers={"02/dockerfile/when": 0, "02/dockerfile/quotes": 1})
    assert understood(workshop, both, "b") is None


def test_of_a_pasted_log_the_line_that_decided_is_quoted(workshop: Workshop, ada: Learner) -> None:
    log = (
        "#8 [4/4] RUN npm install\n#8 1.402 npm ERR! enoent ENOENT: no such file or directory, open '/app/package.json'"
    )
    text = answer(workshop, ada, f"{log}\nERROR: failed to solve").text
    assert text.startswith("> #8 1.402 npm ERR! enoent ENOENT: no such file")
    assert "`package.json` was not in the image yet" in text
    assert "`WORKDIR /app`" in text


def test_a_pasted_failure_is_praised_where_it_belongs_to_the_lesson(workshop: Workshop, ada: Learner) -> None:
    taken = "Bind for 127.0.0.1:3000 failed: port is already allocated"
    assert "should happen here" in answer(workshop, replace(ada, at=StepRef("03", "run")), taken).text
    assert "should happen here" not in answer(workshop, ada, taken).text


def test_a_pasted_message_comes_before_a_kind_word(workshop: Workshop, ada: Learner) -> None:
    text = "it doesn't work: Error: Cannot find module 'express'"
    assert understood(workshop, ada, text) is None
    assert "express" in answer(workshop, ada, text).text


def test_what_a_learner_pasted_cannot_break_the_answer(workshop: Workshop, ada: Learner) -> None:
    text = answer(workshop, ada, "unknown instruction: ${learner}{found}```" + "x" * 9000).text
    assert len(text) < 1000
    assert "Ada" not in text


def test_the_offer_after_an_unknown_message_fits_the_step(workshop: Workshop, ada: Learner) -> None:
    text = "something strange\nerror: flux capacitor not found"
    assert Offer.CHECK in answer(workshop, ada, text).offers
    assert answer(workshop, Learner("U1", "Ada"), text).offers == (Offer.START,)


@pytest.mark.parametrize("text", ["", "hello", "next", "asdf"])
def test_in_a_channel_nobodys_progress_is_told(workshop: Workshop, text: str) -> None:
    assert short_answer(workshop, text)


def test_a_transcript_is_not_run_unasked_and_an_error_in_it_is_explained(workshop: Workshop, ada: Learner) -> None:
    printed = "$ docker run -d getting-started\n3f1c2a9d8e7b\n$ docker ps\nCONTAINER ID   IMAGE"
    offered = understood(workshop, ada, printed)
    assert isinstance(offered, Note)
    assert (offered.offers, offered.scope) == ((Offer.RUN,), "docker run -d getting-started\ndocker ps")
    taken = "$ docker run -dp 3000:3000 app\ndocker: Bind for 127.0.0.1:3000 failed: port is already allocated"
    assert "already has this port" in answer(workshop, ada, taken).text
    assert not isinstance(understood(workshop, ada, taken), Note)
    long = understood(workshop, ada, "".join(f"$ docker run --name {'x' * 300}{n} app\nok\n" for n in range(9)))
    assert isinstance(long, Note)
    assert long.offers == ()


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("docker: Error response from daemon: Bind for 127.0.0.1:3000 failed: port is already allocated.", "this port"),
        (
            'docker: Error response from daemon: Conflict. The container name "/todo" is already in use by "3f1c".',
            "name",
        ),
        ("it says no such file or directory", "Paste all of what you see"),
        ("exited with code 137", "Paste all of what you see"),
    ],
)
def test_an_error_alone_is_explained_or_asked_about(workshop: Workshop, ada: Learner, pasted: str, said: str) -> None:
    meant = understood(workshop, ada, pasted)
    note = meant if isinstance(meant, Note) else answer(workshop, ada, pasted)
    assert said in note.text


COURSE = Course(1, "March")


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("I need help", ""),
        ("help me please", ""),
        ("Can somebody help?", ""),
        ("I need help with the volume of my database", "I need help with the volume of my database"),
        ("can I talk to a human about my grade", "can I talk to a human about my grade"),
    ],
)
def test_who_wants_a_person_is_shown_the_way_to_one(workshop: Workshop, text: str, question: str) -> None:
    asked = understood(workshop, Learner("U1", "Ada", course=COURSE), text)
    assert isinstance(asked, Note)
    assert Offer.ASK in asked.offers
    assert asked.scope == question
    alone = understood(workshop, Learner("U1", "Ada"), text)
    assert not (isinstance(alone, Note) and Offer.ASK in alone.offers)


def test_an_error_with_please_help_me_is_still_explained(workshop: Workshop) -> None:
    text = "help me\ndocker: Error response from daemon: port is already allocated"
    asked = understood(workshop, Learner("U1", "Ada", course=COURSE), text)
    assert not (isinstance(asked, Note) and Offer.ASK in asked.offers)
