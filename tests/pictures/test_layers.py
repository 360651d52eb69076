"""The picture of an image's layers."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pictures.layers import ROWS, Layer, human, instruction, layers

BASE = Layer("/bin/sh -c #(nop) ADD file:ec2d113967506118b1 in / ", 169_000_000, base=True)
NPM = Layer("/bin/sh -c npm install --omit=dev", 8_030_000, base=False)
CMD = Layer('/bin/sh -c #(nop)  CMD ["node" "src/index.js"]', 0, base=False)


def test_it_says_in_words_what_the_bars_say() -> None:
    drawing = layers("getting-started", (CMD, NPM, BASE))
    assert drawing is not None
    assert drawing.alt == (
        "Bars of the layers of getting-started by size, newest first: 177MB in all, 8.03MB of it yours. "
        "8.03MB RUN npm install --omit=dev (yours). 169MB ADD … / (base image). "
        "Newest layer on top. 1 more step adds nothing to the size."
    )


def test_the_largest_bar_is_whole_and_the_smallest_can_be_seen() -> None:
    drawing = layers("a", (Layer("RUN touch x", 1, base=False), NPM, BASE))
    assert drawing is not None
    assert re.findall(r'width:([\d.]+)%;background:(#\w+)"></b>', drawing.html) == [
        ("0.4", "#0072b2"),
        ("4.8", "#0072b2"),
        ("100.0", "#e69f00"),
    ]


def test_an_image_without_any_size_has_no_picture() -> None:
    assert layers("scratch", ()) is None
    assert layers("scratch", (CMD,)) is None


@pytest.mark.parametrize(
    ("made_by", "text"),
    [
        ("/bin/sh -c npm install", "RUN npm install"),
        ("RUN /bin/sh -c npm install # buildkit", "RUN npm install"),
        ("RUN |1 A=b /bin/sh -c echo hi # buildkit", "RUN echo hi"),
        ("|2 A=b C= /bin/sh -c echo hi", "RUN echo hi"),
        ('/bin/sh -c #(nop)  CMD ["node"]', 'CMD ["node"]'),
        ("/bin/sh -c #(nop) COPY dir:087894b3995ef97bc in . ", "COPY … ."),
        ("/bin/sh -c #(nop) COPY multi:087894b3995ef97bc in ./ ", "COPY … ./"),
        ("COPY package.json . # buildkit", "COPY package.json ."),
        ("/bin/busybox --install -s", "/bin/busybox --install -s"),
        ("", "(nothing is known of it)"),
    ],
)
def test_instructions_read_as_they_were_written(made_by: str, text: str) -> None:
    assert instruction(made_by) == text


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0B"), (999, "999B"), (999_700, "1MB"), (8_030_000, "8.03MB"), (2 * 10**12, "2TB")]
)
def test_sizes_are_written_as_docker_does(size: int, text: str) -> None:
    assert human(size) == text


some_layers = st.lists(st.builds(Layer, st.text(max_size=200), st.integers(0, 10**10), st.booleans()), max_size=70)


@given(some_layers, st.text(max_size=80))
def test_any_image_gets_a_picture_of_bounded_size_with_nothing_lost(found: list[Layer], image: str) -> None:
    drawing = layers(image, found)
    if drawing is None:
        assert not any(each.size for each in found)
        return
    assert drawing.html.count("<tr>") == min(sum(1 for each in found if each.size), ROWS)
    assert drawing.height <= 900
    assert human(sum(each.size for each in found)) in drawing.html
    assert "<script" not in drawing.html.lower()
