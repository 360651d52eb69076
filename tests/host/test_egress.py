"""The rules for learners' networks, tried in a network namespace on a network that is open on purpose.

Docent's own networks are internal and have no address of the host's; the rules are for the day on which one is not.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing

import docker
import pytest
from docker.types import IPAMConfig, IPAMPool

from tests.host.conftest import HOST
from tests.second_engine import SecondEngine

pytestmark = [pytest.mark.engine, pytest.mark.hostile]

PORT = 8099
METADATA = "169.254.169.254"
SERVES = f"""
import socket
with socket.create_server(("0.0.0.0", {PORT})) as door:
    while True:
        with door.accept()[0] as caller:
            caller.sendall(b"hello")
"""


@pytest.fixture(scope="module")
def inside(hardened: SecondEngine) -> Iterator[Callable[..., subprocess.CompletedProcess[str]]]:
    """Return a function that runs a program in the engine's namespace, where something listens on every address."""
    enter = ["nsenter", f"--net={hardened.namespace}"]

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*enter, *words], capture_output=True, text=True, check=False, timeout=60)

    run("ip", "address", "add", f"{METADATA}/32", "dev", "lo")
    server = subprocess.Popen([*enter, sys.executable, "-c", SERVES], stderr=subprocess.DEVNULL)
    try:
        yield run
    finally:
        server.kill()
        server.wait()


@pytest.fixture(scope="module")
def networks(hardened: SecondEngine) -> Iterator[dict[str, str]]:
    """Return container → its address: two on one network, one on another."""
    with closing(hardened.client()) as own:
        at: dict[str, str] = {}
        for name, subnet in (("open", "10.200.7.0/28"), ("other", "10.200.8.0/28")):
            own.create_network(name, ipam=IPAMConfig(pool_configs=[IPAMPool(subnet=subnet)]))
        for name, network in (("one", "open"), ("near", "open"), ("far", "other")):
            made = own.create_container(
                "alpine:latest",
                ["nc", "-ll", "-p", str(PORT), "-e", "echo", "hello"],
                name=name,
                host_config=own.create_host_config(network_mode=network),
            )
            own.start(made["Id"])
            at[name] = own.inspect_container(name)["NetworkSettings"]["Networks"][network]["IPAddress"]
        yield at
        for name in ("one", "near", "far"):
            own.remove_container(name, force=True)
        for name in ("open", "other"):
            own.remove_network(name)


def reached(own: docker.APIClient, *addresses: str) -> list[str]:
    """Return those of the addresses at which container `one` gets an answer."""
    came = []
    for address in addresses:
        made = own.exec_create("one", ["sh", "-c", f"nc -w 2 {address} {PORT} </dev/null"])
        if b"hello" in own.exec_start(made["Id"]):
            came.append(address)
    return came


def test_n01_n02_learners_networks_reach_nothing_but_themselves(
    hardened: SecondEngine,
    inside: Callable[..., subprocess.CompletedProcess[str]],
    networks: dict[str, str],
    seen: Callable[[object], None],
) -> None:
    gateway, egress = "10.200.7.1", str(HOST / "egress")
    everything = (gateway, METADATA, networks["near"], networks["far"])
    with closing(hardened.client()) as own:
        # else nothing would be there that could be kept from them
        assert reached(own, *everything) == [gateway, METADATA, networks["near"]]
        assert inside(egress, "apply").returncode == 0
        assert reached(own, *everything) == [networks["near"]]
        seen("gateway and metadata address reached without the rules, not with them; the neighbour always")
        assert inside(egress, "check").returncode == 0
        assert inside(egress, "remove").returncode == 0
        assert reached(own, *everything) == [gateway, METADATA, networks["near"]]


def test_what_is_missing_is_said_and_put_back_in_place(
    inside: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    egress = str(HOST / "egress")
    before = inside("iptables-save", "-t", "filter").stdout.splitlines()
    assert inside(egress, "check").returncode == 1
    for _ in range(2):
        assert inside(egress, "apply").returncode == 0
    applied = inside("iptables-save", "-t", "filter").stdout
    assert applied.count("-j DOCENT-IN") == applied.count("-j DOCENT-THROUGH") == 1
    inside("iptables", "-D", "DOCENT-IN", "-s", "10.200.0.0/16", "-j", "DROP")
    said = inside(egress, "check")
    assert (said.returncode, said.stdout) == (1, "missing: iptables -A DOCENT-IN -s 10.200.0.0/16 -j DROP\n")
    assert inside(egress, "apply").returncode == 0
    assert inside(egress, "check").returncode == 0
    assert inside(egress, "remove").returncode == 0
    after = inside("iptables-save", "-t", "filter").stdout.splitlines()
    assert [line.split(" [")[0] for line in after if line[0] != "#"] == [
        line.split(" [")[0] for line in before if line[0] != "#"
    ]
