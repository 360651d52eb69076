"""Layers that a build made are told from those that were there."""

from __future__ import annotations

import json
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.janitor.layers import BuiltLayers

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


def test_bases_and_cached_layers_may_be_anybodys() -> None:
    assert BuiltLayers().feed(STREAM) == ["333333333333", "444444444444", "555555555555"]


@given(st.lists(st.integers(0, len(STREAM)), max_size=20))
def test_the_stream_may_come_in_any_pieces(cuts: list[int]) -> None:
    reader, ends = BuiltLayers(), [0, *sorted(cuts), len(STREAM)]
    found = [each for at, end in pairwise(ends) for each in reader.feed(STREAM[at:end])]
    assert found == ["333333333333", "444444444444", "555555555555"]


@given(st.binary())
def test_any_bytes_are_read(junk: bytes) -> None:
    reader = BuiltLayers()
    assert reader.feed(junk) == []
    assert reader.feed(b'\n[]\n"x"\n{"stream":1}\n') == []
