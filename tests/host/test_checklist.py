"""The parts of Docker's own security checklist that are about what is ours: engine (2.x) and containers (5.x).

Source: CIS Docker Benchmark 1.6, as github.com/docker/docker-bench-security numbers it. What is not here is about the
machine (1, 3), images of others (4) or swarm (7); 2.11 and 2.12 stand in SECURITY.md, 5.1 needs AppArmor on the host.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import subprocess
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.handin.plan import RunPlan
from bot.sandbox.recipe import CAPABILITIES
from bot.sandbox.sandbox import DockerSandbox
from tests.host.conftest import HOST
from tests.second_engine import SecondEngine

pytestmark = pytest.mark.engine
Facts = Mapping[str, Any]


@pytest.fixture
async def learner(hardened: SecondEngine) -> AsyncIterator[DockerSandbox]:
    """Return a sandbox in which a learner's container and its verifier run."""
    with closing(hardened.client()) as own:
        ids = {name: own.inspect_image(name)["Id"] for name in ("alpine:latest", "docent-verifier:latest")}
    made = DockerSandbox(
        "checklist", {"alpine:latest": ids["alpine:latest"]}, ids["docent-verifier:latest"], url=hardened.url
    )
    await made.run("U1", RunPlan("alpine", ("sleep", "60"), "app", detach=True), {}, lambda _: None)
    await made._verifiers.warm(made._setup.owner("U1"))
    yield made
    await made.demolish()
    await made.close()


ENGINE: list[tuple[str, Callable[[Facts, Facts], bool]]] = [
    ("2.2 it logs at info", lambda config, _: "log-level" not in config),
    ("2.4 no registry without TLS but the loopback's", lambda _, info: _insecure(info) == ["127.0.0.0/8"]),
    ("2.5 no aufs", lambda _, info: info["Driver"] == "overlay2"),
    ("2.6 no TCP listener", lambda config, _: "hosts" not in config),
    ("2.7 ulimits by default", lambda config, _: {"nofile", "core"} <= config["default-ulimits"].keys()),
    ("2.9 a control group of its own", lambda _, info: info["CgroupDriver"] in {"cgroupfs", "systemd"}),
    ("2.13 logs that end", lambda config, info: info["LoggingDriver"] == "local" and "max-size" in config["log-opts"]),
    ("2.14 containers outlive it", lambda _, info: bool(info["LiveRestoreEnabled"])),
    ("2.16 a profile of its own", lambda _, info: any("seccomp.json" in each for each in info["SecurityOptions"])),
    ("2.17 nothing experimental", lambda _, info: not info["ExperimentalBuild"]),
    ("2.18 no new privileges", lambda config, _: config["no-new-privileges"] is True),
]


def _insecure(info: Facts) -> list[str]:
    found: list[str] = info["RegistryConfig"]["InsecureRegistryCIDRs"]
    return [each for each in found if each != "::1/128"]


@pytest.mark.parametrize(("what", "holds"), ENGINE, ids=[f"H04 {what}" for what, _ in ENGINE])
def test_the_engine_keeps_to_the_checklist(
    hardened: SecondEngine, what: str, holds: Callable[[Facts, Facts], bool]
) -> None:
    with closing(hardened.client()) as own:
        info = own.info()
    assert holds(json.loads((HOST / "daemon.json").read_text("utf-8")), info), what


def granted(host: Facts) -> set[str]:
    return {name.removeprefix("CAP_") for name in host["CapAdd"] or ()}


CONTAINER: list[tuple[str, Callable[[Facts, Facts], bool]]] = [
    ("5.3 few capabilities", lambda host, _: host["CapDrop"] == ["ALL"] and granted(host) <= set(CAPABILITIES)),
    ("5.4 not privileged", lambda host, _: not host["Privileged"]),
    ("5.5 no folder of the host", lambda host, all_: not host["Binds"] and _volumes_only(all_)),
    ("5.8 no port of the host", lambda host, _: not host["PortBindings"] and not host["PublishAllPorts"]),
    ("5.9 a network of its own", lambda host, _: host["NetworkMode"] not in {"host", "default", "bridge"}),
    ("5.10 memory", lambda host, _: 0 < host["Memory"] <= 256 * 2**20 and host["MemorySwap"] == host["Memory"]),
    ("5.11 processor", lambda host, _: 0 < host["NanoCpus"] <= 10**9 and host["CpuShares"] == 128),
    ("5.14 it is not started for ever", lambda host, _: host["RestartPolicy"]["Name"] in {"", "no"}),
    ("5.15 processes of its own", lambda host, _: host["PidMode"] == ""),
    ("5.16 memory of its own", lambda host, _: host["IpcMode"] == "private"),
    ("5.17 no device", lambda host, _: not host["Devices"] and not host["DeviceRequests"]),
    ("5.18 ulimits", lambda host, _: {"nofile", "core", "fsize"} <= {each["Name"] for each in host["Ulimits"]}),
    ("5.20 a name of its own", lambda host, _: host["UTSMode"] == ""),
    ("5.21 the engine's profile", lambda host, _: not any("seccomp" in each for each in host["SecurityOpt"])),
    ("5.24 a control group of ours", lambda host, all_: "docent" in _group(all_)),
    ("5.25 no new privileges", lambda host, _: "no-new-privileges:true" in host["SecurityOpt"]),
    ("5.26 no probe of the learner's", lambda _, all_: all_["Config"]["Healthcheck"] == {"Test": ["NONE"]}),
    ("5.28 processes are counted", lambda host, _: 0 < host["PidsLimit"] <= 128),
    ("5.30 ids as the engine maps them", lambda host, _: host["UsernsMode"] == ""),
    ("5.31 no socket of the engine", lambda _, all_: "docker.sock" not in json.dumps(all_["Mounts"])),
]


def _volumes_only(all_: Facts) -> bool:
    return all(mount["Type"] in {"volume", "tmpfs"} for mount in all_["Mounts"])


def _group(all_: Facts) -> str:
    return Path(f"/proc/{all_['State']['Pid']}/cgroup").read_text()


async def test_h04_our_containers_keep_to_the_checklist(
    learner: DockerSandbox, hardened: SecondEngine, seen: Callable[[object], None]
) -> None:
    owner = learner._setup.owner("U1")
    with closing(hardened.client()) as own:
        found = [own.inspect_container(name) for name in (owner.container("app"), owner.verifier)]
    for each in found:
        wrong = [what for what, holds in CONTAINER if not holds(each["HostConfig"], each)]
        assert not wrong, each["Name"]
    seen(f"{len(ENGINE)} points of the engine, {len(CONTAINER)} of {len(found)} containers")


# -- what listens ------------------------------------------------------------------------------------------------------


def listening(namespace: Path) -> set[str]:
    """Return the addresses at which something waits for callers in a network namespace."""
    table = [
        "nsenter",
        f"--net={namespace}",
        "cat",
        "/proc/net/tcp",
        "/proc/net/tcp6",
        "/proc/net/udp",
        "/proc/net/udp6",
    ]
    done = subprocess.run(table, capture_output=True, text=True, check=True, timeout=20)
    rows = [line.split() for line in done.stdout.splitlines() if ":" in line.split()[0]]
    return {_address(row[1].partition(":")[0]) for row in rows if row[3] in {"0A", "07"}}


def _address(digits: str) -> str:
    words = [struct.pack("=I", int(digits[at : at + 8], 16)) for at in range(0, len(digits), 8)]
    return socket.inet_ntop(socket.AF_INET if len(words) == 1 else socket.AF_INET6, b"".join(words))


def addressed(namespace: Path) -> set[str]:
    """Return the links of a network namespace that have an IPv4 address."""
    show = ["ip", "-j", "-n", namespace.name, "-4", "address"]
    links = json.loads(subprocess.run(show, capture_output=True, text=True, check=True, timeout=20).stdout)
    return {link["ifname"] for link in links if link.get("addr_info")}


async def test_h02_nothing_listens_on_the_bridges_and_they_have_no_address(
    learner: DockerSandbox, hardened: SecondEngine, seen: Callable[[object], None]
) -> None:
    with closing(hardened.client()) as own:
        # as our registry is published: on the loopback
        bindings = own.create_host_config(port_bindings={5000: ("127.0.0.1", 5998)})
        made = own.create_container("alpine:latest", ["sleep", "60"], ports=[5000], host_config=bindings)["Id"]
        own.start(made)
        try:
            async with asyncio.timeout(10):
                while not (addresses := listening(hardened.namespace)):
                    await asyncio.sleep(0.05)
        finally:
            own.remove_container(made, force=True)
    with_address = await asyncio.to_thread(addressed, hardened.namespace)
    assert addresses == {"127.0.0.1"}
    assert with_address == {"lo", "docker0"}, "a learner's network has no address of the host's"
    seen("the registry's port, on 127.0.0.1")
