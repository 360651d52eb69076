from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.stream import Frames, HeadTail


def framed(parts: list[tuple[int, bytes]]) -> bytes:
    return b"".join(struct.pack(">BxxxL", stream, len(data)) + data for stream, data in parts)


@given(st.lists(st.tuples(st.sampled_from([1, 2]), st.binary(max_size=40)), max_size=8), st.integers(1, 17))
def test_frames_come_out_whole_however_they_arrive(parts: list[tuple[int, bytes]], step: int) -> None:
    raw, frames = framed(parts), Frames()
    got: dict[int, bytes] = {1: b"", 2: b""}
    for at in range(0, len(raw), step):
        for stream, piece in frames.feed(raw[at : at + step]):
            got[stream] += piece
    assert got[1] == b"".join(data for stream, data in parts if stream == 1)
    assert got[2] == b"".join(data for stream, data in parts if stream == 2)


def test_l12_a_header_that_lies_about_its_length_costs_nothing() -> None:
    pieces = list(Frames().feed(struct.pack(">BxxxL", 2, 2**32 - 1) + b"abc"))
    assert pieces == [(2, b"abc")]


def test_l12_what_a_terminal_says_has_no_frames() -> None:
    frames = Frames()
    assert list(frames.feed(b"root@1:/# ")) == [(1, b"root@1:/# ")]
    assert list(frames.feed(b"\x01\x00\x00\x00\x00\x00\x00\x01x")) == [(1, b"\x01\x00\x00\x00\x00\x00\x00\x01x")]


def test_l12_a_truncated_header_waits_for_its_rest() -> None:
    assert list(Frames().feed(b"\x01\x00\x00")) == []


@pytest.mark.parametrize("kind", [3, 4, 127, 255])
def test_l12_a_frame_of_a_kind_that_there_is_not_is_text_like_any_other(kind: int) -> None:
    first = framed([(kind, b"abc")])
    assert list(Frames().feed(first)) == [(1, first)]  # taken for a terminal's
    later = b"".join(piece for _, piece in Frames().feed(framed([(1, b"a"), (kind, b"bc"), (2, b"d")])))
    assert later == b"abcd"


@given(st.binary(max_size=200), st.integers(1, 30))
def test_l12_no_bytes_whatever_make_it_crash_or_say_more_than_came(raw: bytes, step: int) -> None:
    frames = Frames()
    said = b"".join(p for at in range(0, len(raw), step) for _, p in frames.feed(raw[at : at + step]))
    assert len(said) <= len(raw)


@given(st.lists(st.binary(max_size=50), max_size=30), st.integers(1, 60), st.integers(1, 60))
def test_head_and_tail_are_kept_and_the_middle_is_counted(chunks: list[bytes], head: int, tail: int) -> None:
    whole, kept = b"".join(chunks), HeadTail(head, tail)
    for chunk in chunks:
        kept.add(chunk)
    assert kept.omitted == max(0, len(whole) - head - tail)
    if not kept.omitted:
        assert kept.text() == whole.decode("utf-8", "replace")
    else:
        assert f"{kept.omitted:,} bytes omitted" in kept.text()
