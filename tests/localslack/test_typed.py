"""What Slack makes of typed text: no control character gets through, and nothing is lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.localslack.blockkit import validate_blocks
from bot.localslack.typed import rich_text, slack_text, unescape

USERS = {"grace": "U0GRACE", "docent": "U0DOCENT"}
CHANNELS = {"docker-workshop": "C0WORKSHOP"}


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("make && make <all>", "make &amp;&amp; make &lt;all&gt;"),
        ("curl http://localhost:3000/items", "curl <http://localhost:3000/items>"),
        ("see https://docs.docker.com.", "see <https://docs.docker.com>."),
        ("(http://a.example/b?c=d&e)", "(<http://a.example/b?c=d&amp;e>)"),
        ("write README.md and app.py", "write <http://README.md|README.md> and <http://app.py|app.py>"),
        ("COPY package.json .", "COPY package.json ."),
        ("FROM node:24-alpine", "FROM node:24-alpine"),
        ("docker run -p 127.0.0.1:3000:3000 x", "docker run -p 127.0.0.1:3000:3000 x"),
        ("FROM evil.example/x", "FROM evil.example/x"),
        ("FROM docker.io/library/node", "FROM <http://docker.io/library/node|docker.io/library/node>"),
        ("@docent hi @Grace, @nobody", "<@U0DOCENT> hi <@U0GRACE>, @nobody"),
        ("in #docker-workshop not #else", "in <#C0WORKSHOP> not #else"),
        ("<!channel> <@U0GRACE>", "&lt;!channel&gt; &lt;@U0GRACE&gt;"),
        ("mail a@b.com", "mail a@b.com"),
    ],
)
def test_text_arrives_as_slack_sends_it(typed: str, text: str) -> None:
    assert slack_text(typed, USERS, CHANNELS) == text


@given(st.text(alphabet=st.sampled_from("ab.&<>@#`/:- \n\"'md") | st.characters(), max_size=80))
def test_no_bracket_of_a_person_ever_becomes_slacks_own(typed: str) -> None:
    text = slack_text(typed, USERS, CHANNELS)
    bare = re.sub(r"<(?:https?://[^<>|]*(?:\|[^<>|]*)?|@U\w+|#C\w+)>", "", text)
    assert "<" not in bare
    assert ">" not in bare


@given(st.text(alphabet=st.sampled_from("ab.&<>` \n"), max_size=60))
def test_without_links_and_names_unescaping_gives_back_what_was_typed(typed: str) -> None:
    assert unescape(slack_text(typed, {}, {})) == typed


def test_code_blocks_become_preformatted_parts() -> None:
    block = rich_text("try\n```\nFROM alpine\nRUN x\n```\nwith `docker build .`", USERS, CHANNELS)
    kinds = [e["type"] for e in block["elements"]]
    assert kinds == ["rich_text_section", "rich_text_preformatted", "rich_text_section"]
    assert block["elements"][1]["elements"] == [{"type": "text", "text": "FROM alpine\nRUN x"}]
    assert block["elements"][2]["elements"][-1] == {
        "type": "text",
        "text": "docker build .",
        "style": {"code": True},
    }


@given(st.text(min_size=1, max_size=200).filter(str.strip))
def test_whatever_is_typed_gives_a_block_that_slack_would_take(typed: str) -> None:
    block: dict[str, Any] = rich_text(typed, USERS, CHANNELS)
    assert validate_blocks([block], "message") == []
