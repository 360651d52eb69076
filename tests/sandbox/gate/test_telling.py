"""What the canary says is taken for its own only with the nonce, and its lines are found in whatever surrounds them."""

from __future__ import annotations

import json

from bot.sandbox.gate.judging import Saw
from bot.sandbox.gate.telling import events, gateways, mask, run_line, told
from bot.sandbox.names import Owner
from bot.sandbox.recipe import CAPABILITIES

LINE = '{"nonce": "n1", "attack": "pids", "got": "stopped", "why": "EAGAIN", "at": 127, "extra": 1}'


def test_lines_are_found_behind_the_frames_of_the_engines_stream() -> None:
    framed = "\x01\x00\x00\x00\x00\x00\x00\x60" + LINE
    assert told(framed, "n1") == {"pids": Saw("stopped", "EAGAIN", 127.0, {"extra": 1})}


def test_lines_of_others_and_broken_ones_are_left_out() -> None:
    assert told(f"{LINE}\nnoise\n" + '{"nonce": "n1", "attack": "cpu"}\n{"nonce": "n1", "att', "n2") == {}
    assert list(told(f"noise\n{LINE}\n" + '{"nonce": "n1", "attack": "cpu"}\n{"nonce": "n1", "att', "n1")) == ["pids"]


def test_a_run_line_carries_the_question_unharmed() -> None:
    question = {"op": "attack", "nonce": 'a"b\\c'}
    words = json.loads(run_line(question).removeprefix("RUN "))
    assert json.loads(words[-1]) == question


def test_events_are_read_until_the_one_that_was_cut() -> None:
    assert events(b'{"stream": "a"}\r\n{"stream": "b"}\n[1]\n{"str') == [{"stream": "a"}, {"stream": "b"}]


def test_capabilities_are_written_as_the_kernel_does() -> None:
    assert f"{mask(CAPABILITIES):016x}" == "00000000000004eb"


def test_where_the_host_may_be_is_told_from_the_networks() -> None:
    owner = Owner("main", "canary")
    networks = [
        {"Name": owner.network, "IPAM": {"Config": [{"Subnet": "10.200.0.16/28"}]}},
        {"Name": "docent-main-u1", "IPAM": {"Config": [{"Subnet": "10.200.0.0/28", "Gateway": "10.200.0.1"}]}},
        {"Name": "bridge", "IPAM": {"Config": [{"Subnet": "172.17.0.0/16", "Gateway": "172.17.0.1"}]}},
        {"Name": "none", "IPAM": {"Config": None}},
        {"Name": "odd", "IPAM": {"Config": [{"Subnet": "no subnet"}]}},
    ]
    assert gateways(networks, owner) == (["10.200.0.17"], ["172.17.0.1", "10.200.0.1"])
