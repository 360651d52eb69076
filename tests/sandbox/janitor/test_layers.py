"""Layers that a build made are told from those that were there."""

from __future__ import annotations

import json
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.janitor.layers import BuiltLayers, Nameless, nameless_of, orphans

SAID = [
    "Step 1/5 : FROM alpine",
    " ---> 11666a3390f4\n",
    "Step 2/5 : RUN echo one",
    " ---> Using cache\n",
    " ---> 222222222222\n",
    "Step 3/5 : RUN echo  ---> 999999999999",
    " ---> Running in 0123456789ab\n",
    " ---> looks like 888888888888\n",
    "Removing intermediate container 0123456789ab\n",
    " ---> 333333333333\n",
    "Step 4/5 : COPY . .",
    " ---> 444444444444\n",
    "Step 5/5 : LABEL docent.learner=u1",
    " ---> Running in 0123456789ac\n",
    " ---> 555555555555\n",
    "Successfully built 555555555555\n",
]
STREAM = b"".join(json.dumps({"stream": each}).encode() + b"\r\n" for each in SAID)
MADE = ["333333333333", "444444444444", "555555555555"]


def layers(reader: BuiltLayers, chunk: bytes) -> list[str]:
    return [each.layer for each in reader.feed(chunk) if each.layer]


def test_bases_and_cached_layers_may_be_anybodys() -> None:
    assert layers(BuiltLayers(), STREAM) == MADE


def test_the_container_of_a_step_is_known_before_its_layer() -> None:
    said = [each.layer or each.step for each in BuiltLayers().feed(STREAM)]
    assert said == ["0123456789ab", "333333333333", "444444444444", "0123456789ac", "555555555555"]


@given(st.lists(st.integers(0, len(STREAM)), max_size=20))
def test_the_stream_may_come_in_any_pieces(cuts: list[int]) -> None:
    reader, ends = BuiltLayers(), [0, *sorted(cuts), len(STREAM)]
    assert [each for at, end in pairwise(ends) for each in layers(reader, STREAM[at:end])] == MADE


@given(st.binary())
def test_any_bytes_are_read(junk: bytes) -> None:
    reader = BuiltLayers()
    assert reader.feed(junk) == []
    assert reader.feed(b'\n[]\n"x"\n{"stream":1}\n') == []


BASE, KNOWN, STEP = "b" * 12, "1" * 12, "c" * 12


def test_f01_what_a_build_made_after_its_bot_was_killed_is_told_by_its_step_and_by_what_it_stands_on() -> None:
    found = [
        Nameless("5" * 12, "4" * 12, "d" * 12, "main"),  # a label of ours, not the seal yet
        Nameless("4" * 12, "3" * 12, "d" * 12),
        Nameless("3" * 12, BASE, STEP),
        Nameless("2" * 12, KNOWN, ""),  # a COPY
    ]
    assert sorted(orphans(found, {KNOWN}, {STEP}, "main")) == ["2" * 12, "3" * 12, "4" * 12, "5" * 12]


def test_f32_a_strangers_layer_on_the_same_base_is_left_alone() -> None:
    found = [
        Nameless("3" * 12, BASE, "d" * 12),
        Nameless("4" * 12, "3" * 12, ""),
        Nameless("5" * 12, KNOWN, "", "other"),
    ]
    assert orphans(found, {KNOWN}, {STEP}, "main") == []


def test_an_image_is_read_as_the_engine_tells_it() -> None:
    raw = {
        "Id": "sha256:" + "3" * 64,
        "Parent": "sha256:" + "b" * 64,
        "Container": "c" * 64,
        "Config": {"Labels": None},
    }
    assert nameless_of(raw) == Nameless("3" * 12, BASE, STEP)
