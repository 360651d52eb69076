"""What reaches the browser: every block is shown, and nothing a person or a container wrote becomes markup."""

# ruff: noqa: E501 - a table reads by the row

from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.localslack.blocktable import BLOCKS
from bot.localslack.controls import tag
from bot.localslack.render import blocks_html, markdown_html, message_html, size_words, view_html

Json = dict[str, Any]

TAGS = frozenset(
    [
        "a",
        "b",
        "blockquote",
        "br",
        "button",
        "caption",
        "code",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "em",
        "fieldset",
        "figcaption",
        "figure",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "img",
        "input",
        "label",
        "legend",
        "li",
        "ol",
        "optgroup",
        "option",
        "p",
        "pre",
        "s",
        "section",
        "select",
        "small",
        "span",
        "strong",
        "summary",
        "table",
        "tbody",
        "td",
        "textarea",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
    ]
)
ATTRIBUTES = frozenset(
    [
        "accept",
        "label",
        "alt",
        "aria-hidden",
        "aria-label",
        "autocomplete",
        "checked",
        "class",
        "disabled",
        "download",
        "hidden",
        "href",
        "max",
        "maxlength",
        "min",
        "minlength",
        "multiple",
        "name",
        "open",
        "placeholder",
        "rel",
        "role",
        "rows",
        "selected",
        "spellcheck",
        "start",
        "step",
        "tabindex",
        "target",
        "title",
        "type",
        "value",
    ]
)


class Reader(HTMLParser):
    """Reads HTML as a browser would, and keeps its tags and its text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment came through: {data!r}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration came through: {decl!r}")


def is_harmless(html: str) -> bool:
    for name, attributes in Reader(html).tags:
        assert name in TAGS, name
        for key, value in attributes.items():
            assert key in ATTRIBUTES or key.startswith("data-"), (name, key)
            if key == "href":
                assert (value or "").lower().startswith(("http://", "https://", "mailto:", "tel:", "#")), value
    return True


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def one_of_everything(words: str) -> list[Json]:
    """Every block there is, with `words` wherever words can stand."""
    rich: Json = {"type": "rich_text", "elements": [
        {"type": "rich_text_section", "elements": [
            {"type": "text", "text": words, "style": {"bold": True, "code": True}},
            {"type": "link", "url": words, "text": words}, {"type": "link", "url": "https://a.b", "text": words},
            {"type": "user", "user_id": words}, {"type": "channel", "channel_id": words}, {"type": "emoji", "name": words},
            {"type": "date", "timestamp": 1, "format": "x", "fallback": words}, {"type": "broadcast", "range": words}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": words}]},
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": words}]},
        {"type": "rich_text_list", "style": "ordered", "indent": 1, "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": words}]}]}]}  # fmt: skip
    option: Json = {"text": plain(words), "value": words, "description": plain(words)}
    options: list[Json] = [option, {"text": mrkdwn(words), "value": "other"}]
    confirm = {"title": plain(words), "text": mrkdwn(words), "confirm": plain(words), "deny": plain(words)}
    button: Json = {"type": "button", "text": plain(words), "action_id": words, "value": words, "confirm": confirm}
    image: Json = {"type": "image", "image_url": words, "alt_text": words}
    elements: list[Json] = [
        button, {**button, "url": words, "accessibility_label": words, "style": "danger"}, {**button, "url": "https://a.b"},
        {"type": "overflow", "action_id": words, "options": options},
        *({"type": kind, "action_id": words, "options": options, "placeholder": plain(words), "initial_option": option}
          for kind in ("static_select", "radio_buttons", "checkboxes", "multi_static_select")),
        {"type": "static_select", "action_id": words, "option_groups": [{"label": plain(words), "options": options}]},
        *({"type": kind, "action_id": words, "placeholder": plain(words)} for kind in (
            "external_select", "users_select", "multi_users_select", "channels_select", "conversations_select",
            "datepicker", "timepicker", "datetimepicker")),
        {"type": "icon_button", "icon": words, "text": plain(words)}, {"type": words},
        {"type": "feedback_buttons", "positive_button": {"text": plain(words), "value": words},
         "negative_button": {"text": plain(words), "value": words}}]  # fmt: skip
    task: Json = {"type": "task_card", "task_id": words, "title": words, "status": "complete", "details": rich, "output": rich,
            "sources": [{"type": "url", "url": words, "text": words}]}  # fmt: skip
    card: Json = {"type": "card", "hero_image": image, "title": mrkdwn(words), "subtitle": mrkdwn(words), "body": mrkdwn(words),
            "actions": [button]}  # fmt: skip
    inputs: list[Json] = [{"type": kind, "action_id": words, "initial_value": words, "placeholder": plain(words)} for kind in (
        "plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input")]  # fmt: skip
    inputs += [{"type": "plain_text_input", "action_id": words, "multiline": True, "initial_value": words},
               {"type": "file_input", "action_id": words, "filetypes": [words]}, *elements[4:8]]  # fmt: skip
    section: Json = {
        "type": "section",
        "text": mrkdwn(words),
        "fields": [mrkdwn(words), plain(words)],
        "accessory": button,
    }
    cells: list[Json] = [{"type": "raw_text", "text": words}, rich, {"type": "raw_number", "value": 7}]
    return [
        section, {**section, "accessory": image}, {"type": "header", "text": plain(words)}, {"type": "divider"},
        {"type": "context", "elements": [mrkdwn(words), image]}, {"type": "actions", "elements": elements},
        {"type": "context_actions", "elements": elements[-3:]}, {**image, "title": plain(words)}, rich, task, card,
        *({"type": "input", "block_id": words, "label": plain(words), "hint": plain(words), "element": e} for e in inputs),
        {"type": "markdown", "text": words}, {"type": "table", "rows": [cells, cells]},
        {"type": "data_table", "caption": words, "rows": [cells, cells]}, {"type": "data_visualization", "title": words},
        {"type": "video", "title": plain(words), "video_url": words, "alt_text": words, "thumbnail_url": words},
        {"type": "plan", "title": words, "tasks": [task]}, {"type": "alert", "text": mrkdwn(words), "level": words},
        {"type": "carousel", "elements": [card]},
        {"type": "container", "title": plain(words), "subtitle": plain(words), "is_collapsible": True, "child_blocks": [section]},
        {"type": "container", "rich_text_title": rich, "child_blocks": [section]}, {"type": words}]  # fmt: skip


def shown(words: str) -> str:
    blocks = one_of_everything(words)
    message = {"blocks": blocks, "files": [{"name": words, "url": words, "mimetype": "text/plain", "size": 5}],
               "reactions": [{"name": words, "users": ["U1"]}]}  # fmt: skip
    view = {"blocks": blocks, "errors": {words: words}, "values": {words: {words: words}}}
    return message_html(message, {"U1": words}) + message_html({"text": words}, {}) + view_html(view, {"U1": words})


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</textarea><script>alert(1)</script>",
    "</option></select><svg/onload=alert(1)>",
    "<!channel> <!-- -->",
    "javascript:alert(1)",
    "[x](javascript:alert(1)) ![x](https://a.b/c.png) <https://a.b|x>",
    "[a]: javascript:alert(1)\n\n[a] <javascript:alert(1)>",
    "`unbalanced ``` backticks `` ` ```",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\x00\ue000\ue001\u202e\ufeff",
    "<b>" * 1_000,
]


@pytest.mark.parametrize("words", HOSTILE, ids=[w[:24] for w in HOSTILE])
def test_hostile_words_stay_words_in_every_place_of_every_block(words: str) -> None:
    assert is_harmless(shown(words))


def test_forty_thousand_hostile_characters_are_shown_whole() -> None:
    words = "<b>" * 13_333
    html = message_html({"text": words, "blocks": [{"type": "section", "text": mrkdwn(words)}]}, {})
    assert is_harmless(html)
    assert Reader(html).text == words


@given(st.text(max_size=40) | st.text(st.sampled_from(list("<>\"'&/=`*_~|[]()!-#@:; \nabx")), max_size=60))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_words_ever_become_markup(words: str) -> None:
    assert is_harmless(shown(words))


def test_the_check_for_harm_would_find_some() -> None:
    with pytest.raises(AssertionError):
        is_harmless("<script>alert(1)</script>")
    with pytest.raises(AssertionError):
        is_harmless('<a href="javascript:x">')
    with pytest.raises(AssertionError):
        is_harmless("<b onclick=x>")


def test_every_block_of_the_table_is_drawn() -> None:
    drawn = {block["type"] for block in one_of_everything("x")}
    assert BLOCKS.keys() - drawn == set()
    html = blocks_html([block for block in one_of_everything("words") if block["type"] in BLOCKS], {})
    assert "[section]" not in html
    assert html.count('class="unknown"') == html.count("[words]")  # only the element of no known type


@pytest.mark.parametrize(
    "block",
    [{}, {"type": "section", "text": 3}, {"type": "actions", "elements": "x"}, {"type": "table", "rows": [None]}],
)
def test_a_broken_block_is_shown_as_far_as_it_goes(block: Json) -> None:
    assert is_harmless(blocks_html([block], {}))


def test_what_a_person_chose_is_chosen_when_it_is_drawn_again() -> None:
    options = [{"text": plain(t), "value": t} for t in ("a", "b")]
    radio = {"type": "radio_buttons", "action_id": "r", "options": options}
    block = {"type": "actions", "block_id": "q", "elements": [radio]}
    html = blocks_html([block], {}, {"q": {"r": "b"}})
    assert [a["value"] for name, a in Reader(html).tags if name == "input" and "checked" in a] == ["b"]


def test_a_form_keeps_what_was_typed_and_shows_what_is_wrong() -> None:
    element = {"type": "plain_text_input", "action_id": "t", "multiline": True}
    block = {"type": "input", "block_id": "f", "label": plain("File"), "element": element}
    html = view_html({"blocks": [block], "values": {"f": {"t": "\nFROM x"}}, "errors": {"f": "No such image"}}, {})
    assert "<textarea" in html
    assert "\n\nFROM x</textarea>" in html
    assert "No such image" in Reader(html).text


def test_an_element_for_somebody_else_says_for_whom_it_is() -> None:
    button = {"type": "button", "text": plain("Open"), "action_id": "o", "visible_to_user_ids": ["U1", "U2"]}
    assert 'data-only="U1 U2"' in blocks_html([{"type": "actions", "elements": [button]}], {})


def test_markdown_has_its_tables_and_code_and_loads_no_pictures() -> None:
    html = markdown_html("## Title\n\n|a|b|\n|-|:-:|\n|1|2|\n\n```sh\ndocker ps\n```\n\n![x](https://a.b/c.png) ~~no~~")
    assert '<th class="center">b</th>' in html
    assert "docker ps" in html
    assert "<img" not in html
    assert "<s>no</s>" in html
    assert "style=" not in html


def test_a_single_newline_in_markdown_is_a_space_as_in_slack() -> None:
    assert "<br" not in markdown_html("a line that was\nwrapped by its author")
    assert markdown_html("one  \ntwo").count("<br") == 1


def test_a_size_is_said_as_people_say_it() -> None:
    assert [size_words(n) for n in (0, 999, 1000, 65_536, 5_000_000)] == [
        "0 bytes",
        "999 bytes",
        "1.0 kB",
        "65.5 kB",
        "5.0 MB",
    ]


def test_attributes_are_escaped_and_empty_ones_left_out() -> None:
    assert (
        tag("input", class_="x", data_a='"<', hidden=False, checked=True, title=None)
        == '<input class="x" data-a="&quot;&lt;" checked>'
    )
