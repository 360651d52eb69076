"""Slack's own markup: what is marked up, what stays as it was typed, and that nothing in it becomes HTML."""

# ruff: noqa: E501 - a table reads by the row

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.localslack.mrkdwn import parse, to_html, to_plain

NAMES = {"U1": "ada", "C1": "general"}

SHOWN = [
    ("plain words", "plain words", "plain words"),
    ("*bold* _italic_ ~gone~", "<strong>bold</strong> <em>italic</em> <s>gone</s>", "bold italic gone"),
    ("*bold with `code` in it*", "<strong>bold with <code>code</code> in it</strong>", "bold with `code` in it"),
    ("*bold _and italic_*", "<strong>bold <em>and italic</em></strong>", "bold and italic"),
    ("snake_case_names and 2*3*4", "snake_case_names and 2*3*4", "snake_case_names and 2*3*4"),
    ("* not bold * _ nor this _", "* not bold * _ nor this _", "* not bold * _ nor this _"),
    ("`*literal*`", "<code>*literal*</code>", "`*literal*`"),
    ("one\ntwo", "one<br>two", "one\ntwo"),
    ("```\nFROM alpine\n  RUN *x*\n```", "<pre><code>FROM alpine\n  RUN *x*</code></pre>", "FROM alpine\n  RUN *x*"),
    ("an unclosed ``` fence", "an unclosed ``` fence", "an unclosed ``` fence"),
    ("an unclosed ` tick", "an unclosed ` tick", "an unclosed ` tick"),
    ("> quoted\nnot", "<blockquote>quoted</blockquote>not", "> quoted\nnot"),
    ("&gt; quoted too", "<blockquote>quoted too</blockquote>", "> quoted too"),
    ("a &lt;b&gt; &amp; c", "a &lt;b&gt; &amp; c", "a <b> & c"),
    ("&amp;lt; stays", "&amp;lt; stays", "&lt; stays"),
    ("hi <@U1> in <#C1|old-name>", 'hi <span class="mention">@ada</span> in <span class="mention">#general</span>', "hi @ada in #general"),
    ("<!channel>", '<span class="mention">@channel</span>', "@channel"),
    ("<!date^1^{date}|long ago>", "long ago", "long ago"),
    (":whale: :nobody_knows: 10:30:00", "🐳 :nobody_knows: 10:30:00", "🐳 :nobody_knows: 10:30:00"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "html", "plain"), SHOWN)
def test_markup_is_shown_as_slack_shows_it(text: str, html: str, plain: str) -> None:
    assert to_html(text, NAMES) == html
    assert to_plain(text, NAMES) == plain


def test_a_link_keeps_its_label_and_opens_apart() -> None:
    link = '<a href="https://a.b/?x=1&amp;y=2" target="_blank" rel="noopener noreferrer">the docs</a>'
    assert to_html("<https://a.b/?x=1&amp;y=2|the docs>", {}) == link
    assert to_plain("<https://a.b|the docs>", {}) == "the docs (https://a.b)"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "//a.b"])
def test_an_address_that_could_run_code_is_no_link(url: str) -> None:
    assert "<a" not in to_html(f"<{url}|click>", {})


def test_a_bare_address_is_a_link_without_the_dot_after_it() -> None:
    assert 'href="https://a.b/c"' in to_html("see https://a.b/c.", {})


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><svg onload=x>'])
def test_html_is_shown_letter_for_letter(hostile: str) -> None:
    assert to_plain(hostile, {}) == hostile
    assert "<" not in to_html(hostile, {}).replace("<br>", "")


@pytest.mark.parametrize("unit", ["*", "_a", "`", "```", "<", "<!", "~*_", "> \n", ":a", "*a ", "<https://a|"])
def test_forty_thousand_characters_are_shown_whole(unit: str) -> None:
    text = unit * (40_000 // len(unit))
    letters = [c for c in text if c.isalpha()]
    assert [c for c in to_plain(text, {}) if c.isalpha()] == letters
    assert to_html(text, {})


MARKS = st.lists(st.sampled_from([*"*_~`<>|@#!&;: \nabU1/", "```", "&lt;", "https://a.b", ":whale:"]), max_size=60).map(
    "".join
)


@given(MARKS | st.text())
def test_no_text_is_too_odd_to_parse(text: str) -> None:
    parse(text)
    assert isinstance(to_plain(text, NAMES), str)


@given(st.text(st.characters(categories=["L", "N", "Zs"]), max_size=80))
def test_words_without_marks_come_out_as_they_went_in(text: str) -> None:
    assert to_plain(text, {}) == text
