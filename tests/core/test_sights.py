"""What is said about a picture of an app, and about none."""

from __future__ import annotations

import string

import pytest

from bot.core.learner import Learner
from bot.core.sights import SAID, AppSeen, NotSeen, Wanted, Why, above, told, unseen, wanted
from bot.core.workshop import StepRef, Workshop

PAGE = AppSeen(b"png", "web", "http://localhost:3000/", 200, "Todo App", "To do\nBuy milk", 1)


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (PAGE, "“Todo App”. There is 1 item on it. It says: “To do Buy milk”"),
        (AppSeen(b"", "web", "http://localhost:3000/", 200, "", "", 0), "without a title. There is no text on it."),
        (AppSeen(b"", "web", "http://localhost:3000/", 200, "x", "y", 7), "There are 7 items on it."),
    ],
)
def test_those_who_do_not_see_it_are_told_what_it_shows(seen: AppSeen, words: str) -> None:
    assert words in told(seen)


def test_what_a_page_says_is_cut_and_on_one_line() -> None:
    long = AppSeen(b"", "web", "http://localhost:3000/", 200, "t`\n" * 200, "w`\n" * 2_000)
    assert len(told(long)) < 600
    assert "\n" not in told(long)
    assert "`" not in told(long)


def test_a_page_with_an_error_is_shown_as_one() -> None:
    broken = AppSeen(b"", "web", "http://localhost:3000/", 500, "", "It broke")
    assert above(broken, asked=True).startswith("Your app answered with an error (500).")
    assert "docker logs web" in above(broken, asked=True)
    assert above(PAGE, asked=True) == "This is what a browser shows at localhost:3000."
    assert above(PAGE, asked=False) == "And this is what a browser shows at localhost:3000 now."


@pytest.mark.parametrize("why", Why)
def test_every_reason_is_one_kind_sentence_or_two(why: Why) -> None:
    text = unseen(NotSeen(why, "web", "http://localhost:3000/", 3000, ("a", "b"), "http://example.com/{name}`"))
    assert not {name for _, name, _, _ in string.Formatter().parse(text) if name} - {"name"}
    assert len(text) < 240
    assert text[0].isupper() or text.startswith("`")
    assert set(SAID) == set(Why)


@pytest.mark.parametrize(
    ("sight", "words"),
    [
        (NotSeen(Why.NOTHING), "none of your containers runs"),
        (NotSeen(Why.ENDED, "web", more="1"), "`web` does not run (exit code 1). `docker logs web`"),
        (NotSeen(Why.ENDED, "web"), "`web` does not run. `docker logs web`"),
        (NotSeen(Why.UNPUBLISHED, "web"), "`-p 127.0.0.1:3000:3000`"),
        (NotSeen(Why.SEVERAL, among=("a", "b")), "- `show my app a`\n- `show my app b`"),
        (NotSeen(Why.CLOSED, "web", port=3000), "nobody answers at port 3000 inside it"),
        (NotSeen(Why.AWAY, "web", more="http://example.com/`x`\n"), "leads to `http://example.com/'x'`."),
        (NotSeen(Why.UNKNOWN, "w`eb"), "no container called `w'eb`"),
    ],
)
def test_what_was_seen_and_what_to_do_are_named(sight: NotSeen, words: str) -> None:
    assert words in unseen(sight)


def test_the_app_of_a_step_is_what_its_checks_look_at(workshop: Workshop, ada: Learner) -> None:
    step = workshop.step(StepRef("02", "run"))
    assert step is not None
    assert wanted(step) == Wanted("", "getting-started", 3000)
    assert wanted(step, "db") == Wanted("db")
    assert wanted(None) == Wanted()
