"""Whatever others wrote is shown as it is and does nothing."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.messages import CommandOutput, Message, Note
from bot.handin.plan import Output
from bot.localslack.blockkit import message_characters, validate_blocks, validate_view
from bot.slack.blocks import render
from bot.slack.elements import MESSAGE_TEXT, cut_middle, mrkdwn
from bot.slack.forms import form_view
from bot.slack.legible import inert, legible, literal, whole
from bot.slack.overview import home_view
from bot.slack.panels import sheet_view
from tests.slack.every_message import forms, home, messages, panel, sheets

Seen = Callable[[object], None]
#: what an element carries back to us is shown to nobody
CARRIED = {"value", "action_id", "block_id", "private_metadata", "callback_id", "type", "initial_value"}
CALLS = (
    "<!channel>",
    "<!here>",
    "<!everyone>",
    "<@U123>",
    "<!subteam^S1>",
    "<#C1>",
    "<!date^1^{date}|x>",
    "&lt;!channel&gt;",
)
LINKS = (
    "<https://evil.example|Click to pass>",
    "<HTTPS://evil.example|Click>",
    "[Click to pass](https://evil.example)",
    "![ok](https://evil.example/x.png)",
    "[Click][1]\n\n[1]: https://evil.example",
    "<mailto:x@evil.example|Mail>",
    "<slack://app?id=1|Open>",
    "<javascript:alert(1)|x>",
)
TERMINAL = "\x1b[31mred\x1b[0m \x1b]8;;https://evil.example\x1b\\x \x1b]52;c;ZXZpbA==\x07 \x9b1m a\bb 10%\r99%"
#: besides tab and line feed: what we put in ourselves, what joins pictures, and signs of Arabic that do show
ALLOWED = "\t\n\u200b\u200d\u2068\u2069\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u08e2"
UNSEEN = "a\u202eb\u2066c\u200bd\ufeffe\u00adf\0g\ue000h\ud800i\U000e0041j\u3164k"
ZALGO = "Z" + "\u0300\u0489\u0336" * 40
TOKEN = "xoxb-1234567890-abcdefghij"
HOSTILE = " ".join((*CALLS, *LINKS, TERMINAL, UNSEEN, ZALGO, TOKEN, "@here @channel @everyone", '","type":"image"'))


def shown(tree: Any, key: str = "") -> Iterator[str]:
    """Yield every text that somebody reads."""
    if isinstance(tree, dict):
        for name, part in tree.items():
            if name not in CARRIED:
                yield from shown(part, name)
    elif isinstance(tree, list):
        for part in tree:
            yield from shown(part, key)
    elif isinstance(tree, str):
        yield tree


def alive(tree: Any) -> Iterator[str]:
    """Yield every text in which Slack looks for mentions, links and formats; what is rich or plain text is literal."""
    if isinstance(tree, dict):
        if tree.get("type") in ("mrkdwn", "markdown"):
            yield tree["text"]
        for part in tree.values():
            yield from alive(part)
    elif isinstance(tree, list):
        for part in tree:
            yield from alive(part)


def assert_harmless(text: str, blocks: list[Any]) -> None:
    for part in (text, *shown(blocks)):
        assert not [c for c in part if c not in ALLOWED and unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co"}], part
        assert "\u2069" not in re.sub("\u2068[^\u2068\u2069]*\u2069", "", part), "isolates begin and end"
        assert part.count("\u200b") == part.count("<\u200b") + part.count("@\u200b"), "none but ours"
        assert not re.search(r"xoxb-[\w-]{10}", part), part
        assert not re.search("[\u0300\u0489\u0336]{5}", part), "no towers"
    for part in (text, *alive(blocks)):
        for call in ("<!", "<@", "<#", "<http", "<HTTP", "<mailto", "<slack:", "<javascript"):
            assert call not in part, part
        assert not any(f"@{who}" in part for who in ("here", "channel", "everyone")), part
    for part in (block["text"] for block in blocks if block["type"] == "markdown"):
        assert "](" not in part
        assert "][" not in part


def test_every_kind_of_message_is_among_those_that_are_tried() -> None:
    assert {type(message) for message in messages("x")} == set(get_args(Message))


@pytest.mark.parametrize("message", messages(HOSTILE), ids=lambda m: type(m).__name__)
def test_l01_l02_l04_l05_l11_hostile_words_do_nothing_in_any_message(message: Message, seen: Seen) -> None:
    rendered = render(message, "U1")
    assert_harmless(rendered.text, rendered.blocks)
    assert validate_blocks(rendered.blocks, "message") == []
    seen("shown as they are, in every kind of message")


#: short pieces of what is hostile, and any characters at all, halves of pairs among them
PIECES = st.lists(
    st.sampled_from([*CALLS, *LINKS, TERMINAL, UNSEEN, ZALGO, TOKEN, "@here", "`", "```", "\n", "&", "<", ">"])
    | st.text(alphabet=st.characters(codec=None), max_size=40),
    max_size=30,
).map("".join)


@settings(max_examples=60, deadline=None)
@given(PIECES)
def test_l05_l07_whatever_is_said_every_message_is_harmless_and_one_that_slack_takes(text: str) -> None:
    for message in messages(text):
        rendered = render(message, "U1")
        assert_harmless(rendered.text, rendered.blocks)
        assert rendered.text.strip()
        assert len(rendered.text) <= 4_000, "chat.update refuses longer texts"
        assert validate_blocks(rendered.blocks, "message") == []
        assert message_characters(rendered.blocks) <= 13_200
        json.dumps(rendered.blocks).encode()


@settings(max_examples=60, deadline=None)
@given(PIECES)
def test_l07_views_stay_within_slacks_limits_too(text: str) -> None:
    view = home_view(home(text), "U1")
    assert validate_view(view) == []
    assert_harmless("", view["blocks"])
    for form in forms(text):
        assert validate_view(form_view(form, "U1", "D1")) == []
    for sheet in sheets(text):
        assert validate_view(sheet_view(sheet)) == []
        assert_harmless("", sheet_view(sheet)["blocks"])
    view = home_view(home(text), "U1", [panel(text)] * 5)
    assert validate_view(view) == []
    assert_harmless("", view["blocks"])


@pytest.mark.parametrize(
    ("case", "said", "read"),
    [
        ("L01 everybody", "<!channel> & <@U1>", "&lt;!channel&gt; &amp; &lt;@U1&gt;"),
        ("L01 escaped already", "&lt;!here&gt;", "&amp;lt;!here&amp;gt;"),
        ("L02 a link with another name", "<https://evil.example|Pass>", "&lt;https://evil.example|Pass&gt;"),
        ("L11 a name that older clients link", "ask @here, me@here.example", "ask @\u200bhere, me@\u200bhere.example"),
    ],
)
def test_text_is_literal_where_slack_reads_formats(case: str, said: str, read: str) -> None:
    assert literal(said) == read


@pytest.mark.parametrize(
    ("case", "said", "read"),
    [
        ("L01 in Markdown", "hi <!channel> <@U1>", "hi <\u200b!channel> <\u200b@U1>"),
        ("L02 Slack's own form", "<https://evil.example|Pass>", "<\u200bhttps://evil.example|Pass>"),
        ("L02 Markdown's form", "[Pass](https://evil.example)", "[Pass] (https://evil.example)"),
        ("L02 with a footnote", "[Pass][1]\n[1]: https://evil.example", "[Pass] [1]\n[1] : https://evil.example"),
        ("L02 a comparison is none", "a < b, x[1] and if (a<b)", "a < b, x[1] and if (a<b)"),
        ("L02 a placeholder is none", "docker stop `<the-container-id>`", "docker stop `<the-container-id>`"),
    ],
)
def test_links_show_where_they_lead_and_mentions_stay_words(case: str, said: str, read: str) -> None:
    assert inert(said) == read


@pytest.mark.parametrize(
    ("case", "said", "read"),
    [
        ("L05 turned round", "evil\u202etxt.exe", "evil�txt.exe"),
        ("L05 no width", "pass\u200bword", "pass�word"),
        ("L05 NUL", "a\0b", "a�b"),
        ("L05 half a pair", "a\ud83db", "a�b"),
        ("L05 a pair in halves is a picture", "\ud83d\ude00", "😀"),
        ("L05 private", "\ue000\uf8ff", "��"),
        ("L05 a tower of accents", "e" + "\u0301" * 99, "e" + "\u0301" * 4),
        ("L05 tags", "a\U000e0041b", "a�b"),
        ("L04 escape", "\x1b[31mred", "�[31mred"),
        ("L04 line ends", "a\r\nb\u2028c", "a\nb\nc"),
        ("other scripts stay", "नमस्ते 你好 שלום مرحبا Ünï", "नमस्ते 你好 שלום مرحبا Ünï"),
        ("pictures of several parts stay", "👩‍💻 ❤️ ⚠️ ✅", "👩‍💻 ❤️ ⚠️ ✅"),
        ("tabs and lines stay", "a\tb\nc", "a\tb\nc"),
    ],
)
def test_what_hides_or_reorders_text_becomes_visible(case: str, said: str, read: str) -> None:
    assert legible(said) == read


def test_l10_words_that_look_like_json_stay_words() -> None:
    said = '"},{"type":"image","image_url":"https://evil.example/x.png","alt_text":"x"},{"text":"'
    for message in (Note(said), CommandOutput(said, Output(said))):
        blocks = json.loads(json.dumps(render(message, "U1").blocks))
        assert {block["type"] for block in blocks} <= {"markdown", "rich_text"}
        assert any(said in text for text in shown(blocks))


def test_no_half_of_a_token_is_left_where_a_text_is_cut() -> None:
    text = "x" * 2_000 + TOKEN * 50 + "y" * 2_000
    for limit in range(300, 400):
        assert "xoxb-1" not in cut_middle(text, limit)
        assert "abcdefghij" not in cut_middle(text, limit)


@given(st.text(), st.integers(20, 200))
def test_l07_a_text_that_was_escaped_is_cut_between_its_signs(text: str, limit: int) -> None:
    got = mrkdwn(text + "&<>" * 99, limit)
    assert len(got) <= limit
    assert got.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "").count("&") == 0


def test_l07_the_text_of_a_message_that_is_edited_later_fits_after_it_was_escaped() -> None:
    assert len(render(Note("&" * 9_000), "U1").text) <= MESSAGE_TEXT


@given(st.text(alphabet=st.characters(codec=None)))
def test_l05_whatever_slack_sends_can_be_kept(text: str) -> None:
    assert "\0" not in whole(text)
    whole(text).encode()
    assert whole(whole(text)) == whole(text)
