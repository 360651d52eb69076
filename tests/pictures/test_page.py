"""The sheet that drawings are on."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from bot.pictures.page import safe, sheet


class Read(HTMLParser):
    """What a browser would take a page to be."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.said += [value or "" for name, value in attrs if name == "title"]

    def handle_data(self, data: str) -> None:
        self.said.append(data)


@given(st.text(max_size=60))
def test_no_text_can_become_more_than_a_text(text: str) -> None:
    drawing = sheet(f'<p title="{safe(text)}">{safe(text)}</p>', "", 100, "")
    read = Read()
    read.feed(drawing.html)
    assert read.tags == ["html", "head", "meta", "meta", "style", "body", "p"]
    shown = "".join(sign if sign.isprintable() else " " for sign in text)
    assert shown in "".join(read.said)


def test_a_sheet_fetches_nothing_and_runs_nothing() -> None:
    assert "default-src 'none'; style-src 'unsafe-inline'" in sheet("", "", 1, "").html
