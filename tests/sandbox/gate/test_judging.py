"""What an attack came to is judged strictly: what was not tried does not hold, and what got past its rights did not."""

from __future__ import annotations

import pytest

from bot.sandbox.gate.judging import (
    Bounds,
    Finding,
    Place,
    Rule,
    Saw,
    Verdict,
    bounded,
    closed,
    every,
    filled,
    flag,
    no_hits,
    no_route,
    refused,
    remapped,
    rights,
    stood_in,
    throttled,
    unanswered,
    worst,
)
from bot.sandbox.gate.limits import LIMITS
from bot.sandbox.gate.telling import mask
from bot.sandbox.gate.truth import judge, truth_of
from bot.sandbox.recipe import CAPABILITIES

HELD, NOT_HELD, STAND_IN, UNKNOWN = Verdict.HELD, Verdict.NOT_HELD, Verdict.STAND_IN, Verdict.COULD_NOT_TELL
BOUNDS = Bounds(128, 256, 1.0, 1024, 16, 2.1, mask(CAPABILITIES))
NOWHERE, THROUGH = Saw("stopped", "no way out"), Saw("succeeded", "by eth0, 172.17.0.1")
PIDS = bounded("a", lambda b: b.pids, "processes", frozenset({"EAGAIN"}))


def status(**said: str) -> Saw:
    sets = dict.fromkeys(("CapEff", "CapPrm", "CapBnd", "CapInh", "CapAmb"), "0000000000000000")
    return Saw(
        "succeeded", "read", more={"status": sets | {"NoNewPrivs": "1", "Seccomp": "2"} | said, "remapped": False}
    )


def burnt(used: float, **more: object) -> Saw:
    return Saw("succeeded", "burnt", used, {"processors": 2, "throttled": 0, "quota": None, **more})


@pytest.mark.parametrize(
    ("rule", "seen", "verdict"),
    [
        (PIDS, {"a": Saw("stopped", "EAGAIN", 127)}, HELD),
        (PIDS, {"a": Saw("stopped", "EAGAIN", 129)}, NOT_HELD),
        (PIDS, {"a": Saw("succeeded", "", 168)}, NOT_HELD),
        (PIDS, {"a": Saw("stopped", "ENOMEM", 12)}, UNKNOWN),
        (PIDS, {"a": Saw("broken", "ImportError")}, UNKNOWN),
        (PIDS, {}, UNKNOWN),
        (filled("a", "MB"), {"a": Saw("stopped", "ENOSPC", 512)}, HELD),
        (filled("a", "MB"), {"a": Saw("stopped", "ended", 1152)}, STAND_IN),
        (filled("a", "MB"), {"a": Saw("stopped", "EIO", 12)}, NOT_HELD),
        (filled("a", "MB"), {"a": Saw("succeeded", "so far", 1280)}, NOT_HELD),
        (filled("a", "MB"), {"a": Saw("broken", "no room")}, UNKNOWN),
        (refused("a"), {"a": Saw("stopped", "EPERM")}, HELD),
        (refused("a"), {"a": Saw("stopped", "EINVAL")}, NOT_HELD),
        (refused("a"), {"a": Saw("succeeded")}, NOT_HELD),
        (refused("a", "b"), {"a": Saw("stopped", "EPERM"), "b": Saw("succeeded")}, NOT_HELD),
        (refused("a", "b"), {"a": Saw("stopped", "EPERM")}, UNKNOWN),
        (throttled, {"cpu": burnt(1.02, throttled=7)}, HELD),
        (throttled, {"cpu": burnt(1.9)}, NOT_HELD),
        (throttled, {"cpu": burnt(1.9, throttled=3)}, NOT_HELD),
        (throttled, {"cpu": burnt(0.4)}, UNKNOWN),
        (throttled, {"cpu": burnt(0.4, quota=1.0)}, STAND_IN),
        (throttled, {"cpu": burnt(0.4, quota=2.0)}, UNKNOWN),
        (throttled, {"cpu": burnt(0.99, processors=1)}, HELD),
        (no_route, {"route": NOWHERE}, HELD),
        (no_route, {"route": THROUGH}, NOT_HELD),
        (no_route, {}, UNKNOWN),
        (closed("out_"), {"out_1": Saw("stopped", "ENETUNREACH"), "route": NOWHERE}, HELD),
        (closed("out_"), {"out_1": Saw("silent", "1.1.1.1:443"), "route": NOWHERE}, HELD),
        (closed("out_"), {"out_1": Saw("silent", "1.1.1.1:443"), "route": THROUGH}, NOT_HELD),
        (closed("out_"), {"out_1": Saw("silent", "1.1.1.1:443")}, NOT_HELD),
        (closed("out_"), {"out_1": Saw("succeeded", "1.1.1.1:443 answered: refused"), "route": NOWHERE}, NOT_HELD),
        (closed("out_"), {"out_1": Saw("stopped", "EINVAL"), "route": NOWHERE}, NOT_HELD),
        (closed("out_"), {"route": NOWHERE}, UNKNOWN),
        (closed("near_", wire=True), {"near_1": Saw("silent", "10.0.0.1:22"), "route": THROUGH}, HELD),
        (closed("near_", wire=True), {"near_1": Saw("succeeded", "10.0.0.1:22 answered: refused")}, NOT_HELD),
        (no_hits, {"hits": Saw("stopped", "", 0)}, HELD),
        (no_hits, {"hits": Saw("succeeded", "TCP from 172.17.0.2", 1)}, NOT_HELD),
        (unanswered, {"dns": Saw("stopped", "answer 2", more={"came_home": True})}, HELD),
        (unanswered, {"dns": Saw("stopped", "answer 2", more={"came_home": False})}, NOT_HELD),
        (unanswered, {"dns": Saw("succeeded", "looked it up", more={"came_home": True})}, NOT_HELD),
        (unanswered, {"dns": Saw("silent", "127.0.0.11", more={"came_home": False})}, NOT_HELD),
        (unanswered, {"dns": Saw("stopped", "ENETUNREACH", more={"came_home": False})}, HELD),
        (rights, {"status": status(CapEff="00000000000004eb")}, HELD),
        (rights, {"status": status(CapBnd="00000000a80425fb")}, NOT_HELD),
        (rights, {"status": status(CapAmb="0000000000200000")}, NOT_HELD),
        (rights, {"status": Saw("succeeded", more={"status": {}})}, UNKNOWN),
        (flag("NoNewPrivs", "1", "off"), {"status": status()}, HELD),
        (flag("NoNewPrivs", "1", "off"), {"status": status(NoNewPrivs="0")}, NOT_HELD),
        (remapped, {"status": status()}, NOT_HELD),
        (remapped, {"status": Saw("succeeded", more={"remapped": True})}, HELD),
        (stood_in(PIDS, "a watchdog"), {"a": Saw("succeeded", "", 168)}, STAND_IN),
        (stood_in(PIDS, "a watchdog", lambda *_: False), {"a": Saw("succeeded", "", 168)}, NOT_HELD),
        (stood_in(PIDS, "a watchdog"), {}, UNKNOWN),
        (stood_in(PIDS, "a watchdog"), {"a": Saw("stopped", "EAGAIN", 12)}, HELD),
        (every(PIDS, refused("b")), {"a": Saw("stopped", "EAGAIN", 9), "b": Saw("stopped", "EPERM")}, HELD),
        (every(PIDS, refused("b")), {"a": Saw("stopped", "EAGAIN", 9), "b": Saw("succeeded")}, NOT_HELD),
    ],
)
def test_an_attack_is_judged(rule: Rule, seen: dict[str, Saw], verdict: Verdict) -> None:
    assert rule(seen, BOUNDS).verdict is verdict


def test_of_several_findings_the_worst_counts_and_of_none_nothing_is_known() -> None:
    findings = [Finding(HELD, "a"), Finding(NOT_HELD, "b"), Finding(UNKNOWN, "c"), Finding(STAND_IN, "d", "by")]
    assert worst(findings).seen == "b"
    assert worst(findings[:1] + findings[2:]).seen == "c"
    assert worst([]).verdict is UNKNOWN


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
def test_nothing_holds_that_was_not_tried(limit: object) -> None:
    for place in limit.rules:  # type: ignore[attr-defined]
        assert judge(limit, place, {}, BOUNDS).finding.verdict is UNKNOWN  # type: ignore[arg-type]


def test_a_host_that_was_not_looked_at_satisfies_no_profile() -> None:
    truth = truth_of({}, None)
    assert not any(row.content for row in truth.rows)
    assert len(truth.failed("class")) == len(truth.rows) > len(truth.failed("try")) > 20


def test_one_persons_machine_may_lack_what_a_class_needs() -> None:
    limit = next(each for each in LIMITS if each.name == "io_uring")
    row = judge(limit, Place.RUN, {"io_uring": Saw("succeeded", "it was done")}, BOUNDS)
    assert row.name == "io_uring (run)"
    assert not row.content
    assert (row.needed("try"), row.needed("class")) == (False, True)
