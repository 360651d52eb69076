"""The canaries on the real engine: each limit holds here, and each canary notices when its limit is taken away."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, cast

import pytest

from bot.handin.plan import RunPlan
from bot.sandbox import recipe
from bot.sandbox.gate.canaries import Attacked, Canaries
from bot.sandbox.gate.judging import Place, Verdict
from bot.sandbox.gate.limits import LIMITS
from bot.sandbox.gate.sending import Recipes
from bot.sandbox.gate.truth import CONTENT, Truth, judge, truth_of
from bot.sandbox.host import Host
from bot.sandbox.recipe import ImageFacts, Making, Request
from bot.sandbox.setup import Setup

pytestmark = pytest.mark.engine
Say = Callable[[object], None]
RUN, BUILD = Place.RUN, Place.BUILD
#: What the tests' own machine may lack: an ordinary engine on an ordinary file system.
MAY_LACK = {"AF_ALG", "AF_VSOCK", "io_uring"}


def truth(attacked: Mapping[Place, Attacked]) -> Truth:
    return truth_of({place: (each.seen, each.bounds) for place, each in attacked.items()}, None)


def verdicts(attacked: Attacked, place: Place) -> dict[str, Verdict]:
    rows = [judge(limit, place, attacked.seen, attacked.bounds) for limit in LIMITS if place in limit.rules]
    return {row.limit: row.finding.verdict for row in rows}


async def test_every_limit_of_one_persons_machine_holds_here(attacked: Mapping[Place, Attacked]) -> None:
    rows = [row for row in truth(attacked).rows if row.place is not Place.HOST]
    if os.geteuid() != 0:
        rows = [row for row in rows if row.name != "processes (build)"]
    assert [(row.name, row.finding) for row in rows if row.limit not in MAY_LACK and not row.content] == []
    assert [row.name for row in rows if row.finding.verdict is Verdict.COULD_NOT_TELL] == []


@pytest.mark.parametrize(
    "case",
    [
        "B01 processes",
        "B02 memory",
        "B04 disk",
        "B05 inodes",
        "B06 size of a file",
        "B07 output",
        "B11 way out",
        "B11 metadata",
        "B11 host's ports",
        "B12 foreign names",
        "B15 mount",
        "B15 user namespace",
        "B15 keyring",
        "B15 BPF",
        "B15 userfaultfd",
        "B15 AF_PACKET",
        "B15 ptrace",
        "B16 kernel's switches",
    ],
)
async def test_in_a_build(case: str, attacked: Mapping[Place, Attacked], seen: Say) -> None:
    expect(case, BUILD, attacked, seen)


@pytest.mark.parametrize(
    "case",
    [
        "N01 way out",
        "N01 metadata",
        "N02 gateway",
        "N02 host's ports",
        "N05 AF_PACKET",
        "N11 shared memory",
        "N12 host's secrets",
        "N14 disk",
        "N14 inodes",
        "N12 keyring",
    ],
)
async def test_in_a_container(case: str, attacked: Mapping[Place, Attacked], seen: Say) -> None:
    expect(case, RUN, attacked, seen)


def expect(case: str, place: Place, attacked: Mapping[Place, Attacked], seen: Say) -> None:
    name = case.partition(" ")[2]
    row = next(row for row in truth(attacked).rows if row.limit == name and row.place is place)
    if name == "processes" and os.geteuid() != 0:
        pytest.skip("needs root beside an engine that drives cgroupfs")
    seen(row.finding.seen + (f", but {row.finding.by}" if row.finding.by else ""))
    assert row.finding.verdict in CONTENT, row


async def test_nothing_is_left_of_the_canaries(
    gate_setup: Setup, host: Host, canary: str, attacked: Mapping[Place, Attacked]
) -> None:
    canaries = Canaries(gate_setup, canary)
    await canaries.output()
    await canaries._sending.clear()
    ours = f"docent.instance={gate_setup.instance}"
    assert (await host.containers(ours), await host.images(ours), list(await host.networks(ours))) == ((), (), [])


def without(request: Request, *names: str, **put: object) -> Request:
    """Return the request without some of its limits."""
    limited = cast(dict[str, object], request.body["HostConfig"])
    left = {name: value for name, value in limited.items() if name not in names}
    return replace(request, body=request.body | {"HostConfig": left | put})


def unlimited(plan: RunPlan, name: str, image: ImageFacts, ports: tuple[Any, ...], by: Making) -> Request:
    """Return a learner's container with every limit taken out that this machine can take out."""
    request = without(
        recipe.container(plan, name, image, ports, by),
        *("PidsLimit", "Memory", "MemorySwap", "NanoCpus", "Ulimits", "ShmSize", "CapDrop", "Dns", "CgroupParent"),
        SecurityOpt=["seccomp=unconfined", "apparmor=unconfined"],
        CapAdd=["SYS_ADMIN", "SYS_PTRACE", "SYSLOG", "SYS_TIME", "SYS_MODULE", "DAC_READ_SEARCH", "NET_RAW", "MKNOD"],
        DeviceCgroupRules=["b *:* rwm", "c *:* rwm"],
        MaskedPaths=[],
        ReadonlyPaths=[],
        NetworkMode="bridge",
        PidMode="host",
        Tmpfs=dict.fromkeys(image.volumes, "rw,mode=1777"),
        LogConfig={"Type": "json-file", "Config": {}},
    )
    return replace(request, body=request.body | {"NetworkingConfig": {}})


async def test_every_canary_notices_when_its_limit_is_taken_out_of_a_container(gate_setup: Setup, canary: str) -> None:
    attacked = await Canaries(replace(gate_setup, disk=None), canary, Recipes(container=unlimited)).run()
    missed = {name for name, verdict in verdicts(attacked, RUN).items() if verdict is Verdict.NOT_HELD}
    # a kernel may have no AF_ALG at all, and a busy machine no second processor to give
    assert {limit.name for limit in LIMITS if RUN in limit.rules} - missed - {"AF_ALG", "processor"} == set()
    assert verdicts(attacked, RUN)["processor"] in {Verdict.NOT_HELD, Verdict.COULD_NOT_TELL}


@pytest.mark.parametrize(
    ("taken", "put", "limit", "attack"),
    [
        (["PidsLimit"], {}, "processes", "pids"),
        ([], {"CapAdd": [*recipe.CAPABILITIES, "NET_RAW"]}, "capabilities", "status"),
        ([], {"Ulimits": [{"Name": "core", "Soft": 0, "Hard": 0}]}, "open files", "files"),
        (["CapDrop"], {}, "AF_PACKET", "af_packet"),
        ([], {"SecurityOpt": []}, "setuid", "setuid"),
    ],
)
async def test_one_limit_taken_out_is_missed_by_its_own_canary(
    gate_setup: Setup,
    canary: str,
    attacked: Mapping[Place, Attacked],
    taken: list[str],
    put: dict[str, Any],
    limit: str,
    attack: str,
) -> None:
    def changed(*words: Any) -> Request:
        return without(recipe.container(*words), *taken, **put)

    before = verdicts(attacked[RUN], RUN)
    after = verdicts(await Canaries(gate_setup, canary, Recipes(container=changed)).run(attack, "status"), RUN)
    assert before[limit] is Verdict.HELD
    assert after[limit] is Verdict.NOT_HELD


def unbounded(*words: Any, **named: Any) -> dict[str, str]:
    """Return a learner's build without its limits, and with a network."""
    taken = {"cgroupparent", "memory", "memswap", "cpuperiod", "cpuquota", "ulimits", "shmsize"}
    params = recipe.build(*words, **named)
    return {key: value for key, value in params.items() if key not in taken} | {"networkmode": "bridge"}


async def test_every_canary_notices_when_its_limit_is_taken_out_of_a_build(gate_setup: Setup, canary: str) -> None:
    loose = replace(gate_setup.limits, build_output_bytes=recipe.MIB * 64, build_deadline_s=900)
    canaries = Canaries(replace(gate_setup, limits=loose, disk=None), canary, Recipes(build=unbounded))
    attacked = await canaries.build()
    found = verdicts(attacked, BUILD)
    missed = {"processes", "memory", "open files", "size of a file", "shared memory", "way out", "metadata"}
    missed |= {"host's ports", "foreign names", "AF_PACKET", "output", "disk", "inodes"}
    assert {name for name in missed if found[name] is not Verdict.NOT_HELD} == set()
    assert found["processor"] in {Verdict.NOT_HELD, Verdict.COULD_NOT_TELL}  # the second on a busy machine


async def test_a_build_that_nobody_ends_is_noticed(gate_setup: Setup, canary: str, monkeypatch: Any) -> None:
    monkeypatch.setattr("bot.sandbox.gate.canaries.TIME_S", 90.0)
    monkeypatch.setattr("bot.sandbox.gate.canaries.LINGER_S", 1.0)
    assert (await Canaries(gate_setup, canary).time()).got == "succeeded"
