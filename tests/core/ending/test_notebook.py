"""The notebook is Markdown that nothing in it can break, has no secrets, and has an end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.core.ending.markdown import code, fenced, plain, quoted
from bot.core.ending.notebook import FILES_MAX, NOTEBOOK_MAX, write_notebook
from bot.core.ending.pages import CAME_MAX, WROTE_MAX, Page, PageKind, page_of, shortened, talked
from bot.core.events import SaidSomething
from bot.core.learner import Learner
from bot.core.messages import (
    CheckCard,
    CheckState,
    CommandOutput,
    ConditionLine,
    FileSaved,
    HintCard,
    Note,
    QuestionCard,
)
from bot.core.results import Blocked, Failed, Passed
from bot.core.tutor import decide
from bot.core.workshop import StepRef, Workshop
from bot.handin.plan import Output
from tests.core.test_tutor_invariants import NOW, WORKSHOP, learners

RUN = StepRef("02", "run")
HOSTILE = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "```\n# A heading of mine",
            "~~~~\n```",
            "`````",
            "<script>alert(1)</script>",
            "![x](http://example.org/x.png)",
            "[a]: http://example.org",
            "<!-- ",
            "\r# x\x0b# y\u2028# z",
            "> quoted\n\n# out",
            "* list\n    code",
            "| a | b |\n|---|---|",
            "\\`\\`",
        ]
    ),
)
pages = st.builds(
    Page,
    kind=st.sampled_from(PageKind),
    wrote=HOSTILE,
    came=HOSTILE,
    ref=st.one_of(st.none(), st.sampled_from([*WORKSHOP.order, StepRef("02", "gone")])),
    at=st.one_of(st.none(), st.just(NOW)),
)


def parsed(markdown: str) -> list[Token]:
    return [each for token in MarkdownIt("commonmark").parse(markdown) for each in (token, *(token.children or ()))]


def headings(markdown: str) -> list[str]:
    """Return the headings that are the notebook's own: not inside a quotation."""
    tokens = MarkdownIt("commonmark").parse(markdown)
    return [tokens[n + 1].content for n, token in enumerate(tokens) if token.type == "heading_open" and not token.level]


@settings(max_examples=150, deadline=None)
@given(
    learner=learners,
    name=HOSTILE,
    written=st.lists(pages, max_size=6),
    files=st.dictionaries(HOSTILE, st.one_of(st.binary(max_size=40), HOSTILE.map(str.encode)), max_size=3),
)
def test_nothing_in_it_breaks_out(learner: Learner, name: str, written: list[Page], files: dict[str, bytes]) -> None:
    learner = replace(learner, name=name)
    text = write_notebook(WORKSHOP, learner, written, files, {}, NOW)
    kinds = {token.type for token in parsed(text)}
    assert not kinds & {"html_block", "html_inline", "image"}
    links = [token for token in parsed(text) if token.type == "link_open"]
    assert not [token for token in links if "example.org" in str(token.attrs.get("href"))]
    heads = headings(text)
    assert heads[0].startswith("Docker workshop: lab notebook of")
    titles = {section.id for section in WORKSHOP.sections}
    assert all(
        head.startswith("`") or head[:2] in titles or "— " in head or head in ("Besides", "Your files")
        for head in heads[1:]
    )
    # every fence that was opened is closed again: the last thing said stands outside of all of them
    assert (
        parsed(f"{text}\n\nthe very end")[-1].content == "the very end"
        or "the very end" in parsed(f"{text}\n\nthe very end")[-2].content
    )


@given(text=HOSTILE)
def test_each_way_in_keeps_the_text(text: str) -> None:
    (fence,) = [token for token in parsed(fenced(text)) if token.type == "fence"]
    assert fence.content.rstrip("\n").split() == text.replace("\0", "\ufffd").split()
    tokens = parsed(quoted(text, foreign=True))
    assert not {token.type for token in tokens} & {"html_block", "html_inline", "image", "link_open"}
    inline = [token for token in parsed(plain(text)) if token.type == "text"]
    assert "".join(token.content for token in inline).split() == text.replace("\0", "\ufffd").split()
    if text.split():
        shown = [token.content for token in parsed(code(text)) if token.type == "code_inline"]
        assert [part.split() for part in shown] == [text.replace("\0", "\ufffd").split()]


def test_a_learners_whole_way_is_in_it(workshop: Workshop, ada: Learner, now: datetime) -> None:
    build = StepRef("02", "build")
    step = workshop.step(build)
    assert step
    verdict = (
        ConditionLine("a", "The image builds", Passed("sha256:1234")),
        ConditionLine("b", "It is named", Failed("X", "getting-started", "gs"), say="Another name."),
        ConditionLine("c", "It runs", Blocked("b"), blocked_by="It is named"),
    )
    kept = [
        page_of(CommandOutput("docker build -t gs .", Output("[1/2] FROM x\n[2/2] RUN y", 1, note="Close!"))),
        page_of(FileSaved("Dockerfile", 20, 2, new=False, diff="-FROM a\n+FROM b", ref=build)),
        page_of(HintCard(build, 2, "Look at `-t`.", "It is named")),
        page_of(CheckCard(build, 7, "Build the image", CheckState.ENDED, verdict, hint="Mind the name.")),
        talked(SaidSomething("what is a tag?"), decide(workshop, ada, SaidSomething("what is a tag?"), now)),
    ]
    written = [replace(page, ref=page.ref or build, at=now) for page in kept if page]
    assert len(written) == 5
    learner = replace(
        ada,
        at=build,
        passed={**ada.passed, build: now},
        skipped=frozenset({RUN}),
        answers={"02/dockerfile/when": 0},
    )
    files = {"Dockerfile": b"FROM b\nENV DB_PASSWORD=secret\n", "same.js": b"1", "logo.png": b"\x89PNG\xff"}
    text = write_notebook(workshop, learner, written, files, {"same.js": b"1"}, now)
    for part in (
        "# Docker workshop: lab notebook of Ada",
        "$ docker build -t gs .\n[1/2] FROM x\n[2/2] RUN y\n(exit code 1)",
        "Close!",
        "`Dockerfile (changed, 2 lines now)`",
        "-FROM a\n+FROM b",
        "**Hint 2 of 3: It is named.**",
        "✅ The image builds — sha256:1234",
        "❌ It is named — Another name.\n   expected: getting-started\n   seen: gs",
        "▫ It runs — waits for: It is named",
        "Hint: Mind the name.",
        "what is a tag?",
        f"passed {now:%d %B, %H:%M} UTC",
        "— skipped",
        "Skipped; Docent did it:",
        "docker run",
        "**What was proved.**",
        "**Question.**",
        "### `Dockerfile`",
        "DB_PASSWORD=****",
        "(not a text, 5 bytes)",
    ):
        assert part in text, part
    assert "same.js" not in text, "what is as it was given is not theirs"
    assert text.index("docker build -t gs") < text.index("Hint 2 of 3") < text.index("what is a tag?")
    assert "[1/2] FROM x" in next(token.content for token in parsed(text) if token.info == "console")


@pytest.mark.parametrize(
    "message",
    [
        Note("Good."),
        QuestionCard(RUN, WORKSHOP.sections[0].steps[0].questions[0])
        if WORKSHOP.sections[0].steps[0].questions
        else Note(""),
        CheckCard(RUN, 1, "Run", CheckState.RUNNING, ()),
        CheckCard(RUN, 1, "Run", CheckState.QUEUED, ()),
    ],
)
def test_what_says_nothing_lasting_is_no_page(message: Note | CheckCard) -> None:
    assert page_of(message) is None


def test_a_page_is_bounded_and_has_no_secrets() -> None:
    long = "\n".join(f"line {n} MYSQL_PASSWORD=hunter{n}" for n in range(5_000))
    page = page_of(CommandOutput(f"docker run -e MYSQL_PASSWORD=hunter2 {'x' * 9_000}", Output(long)))
    assert page
    assert len(page.wrote) <= WROTE_MAX
    assert len(page.came) <= CAME_MAX
    assert "hunter" not in page.wrote + page.came
    assert "left out" in page.came
    assert page.came.startswith("line 0 ")
    assert page.came.endswith("line 4999 MYSQL_PASSWORD=****")


@given(text=st.text(max_size=400), limit=st.integers(60, 300))
def test_shortening_keeps_whole_lines_and_its_word(text: str, limit: int) -> None:
    short = shortened(text, limit)
    assert len(short) <= limit
    if len(text) <= limit:
        assert short == text


def test_a_huge_notebook_ends_and_says_so(workshop: Workshop, ada: Learner, now: datetime) -> None:
    one = Page(PageKind.COMMAND, "x" * WROTE_MAX, "`" * CAME_MAX, RUN, now)
    files = {f"{n}.txt": b"y" * 60_000 for n in range(FILES_MAX + 5)}
    text = write_notebook(workshop, ada, [one] * 600, files, {}, datetime.now(UTC))
    assert len(text) <= NOTEBOOK_MAX
    assert "greatest length" in text
    few = write_notebook(workshop, ada, [], files, {}, datetime.now(UTC))
    assert "And 5 more." in few
