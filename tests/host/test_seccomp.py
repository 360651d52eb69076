"""The profile refuses what it says, in a container with the engine's usual rights and in a build, to whoever tries."""

from __future__ import annotations

import io
import json
import runpy
import tarfile
from collections.abc import Callable
from contextlib import closing
from typing import Any

import docker
import pytest

from tests.host.conftest import CANARY, HOST
from tests.second_engine import SecondEngine

#: Each of these has let somebody out or about, and no program of the workshop needs it.
REFUSED = (  # noqa: SIM905 - read as words
    """add_key bpf delete_module fanotify_init finit_module fsconfig fsmount fsopen init_module io_uring_enter
    io_uring_register io_uring_setup ioperm iopl kcmp kexec_load keyctl lookup_dcookie mount mount_setattr move_mount
    open_by_handle_at open_tree perf_event_open pivot_root process_vm_readv process_vm_writev ptrace quotactl reboot
    request_key setns settimeofday socketcall swapon syslog umount2 unshare userfaultfd vmsplice"""
).split()
TRIES = """
import ctypes, errno, json, platform, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
arm = platform.machine() == "aarch64"
CALLS = {
    "io_uring_setup": (425, 425, (2, (ctypes.c_uint32 * 30)())), "keyctl": (250, 219, (0, -3, 1)),
    "bpf": (321, 280, (0, 0, 0)), "userfaultfd": (323, 282, (1,)), "ptrace": (101, 117, (0, 0, 0, 0)),
    "unshare user": (272, 97, (0x10000000,)), "perf_event_open": (298, 241, (0, 0, -1, -1, 0)),
    "open_by_handle_at": (304, 265, (-1, 0, 0)), "mount": (165, 40, (0, 0, 0, 0, 0)),
    "add_key": (248, 217, (0, 0, 0, 0, 0)),
    "process_vm_readv": (310, 270, (1, 0, 0, 0, 0, 0)),
    "clone into namespaces": (56, 220, (0x10000000 | 17, 0, 0, 0, 0)),
    "personality": (135, 92, (0x0040000,)), "vmsplice": (278, 75, (0, 0, 0, 0)),
}
seen = {}
for name, (x86, aarch, words) in CALLS.items():
    ctypes.set_errno(0)
    came = libc.syscall(ctypes.c_long(aarch if arm else x86), *words)
    seen[name] = "done" if came >= 0 else errno.errorcode[ctypes.get_errno()]
    if name == "clone into namespaces" and came == 0:
        libc._exit(0)
for name, family, kind in [("AF_ALG", 38, 5), ("AF_VSOCK", 40, 1), ("AF_PACKET", 17, 3), ("AF_BLUETOOTH", 31, 3),
                           ("AF_INET", 2, 1), ("AF_INET6", 10, 1), ("AF_UNIX", 1, 1), ("AF_NETLINK", 16, 3)]:
    try:
        socket.socket(family, kind).close()
        seen[name] = "done"
    except OSError as error:
        seen[name] = errno.errorcode[error.errno]
print("SEEN " + json.dumps(seen))
"""
GRANTED = {"AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK"}


def written() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((HOST / "seccomp.json").read_text("utf-8"))
    return found


def test_the_profile_is_what_its_script_writes() -> None:
    assert written() == runpy.run_path(str(HOST / "seccomp.py"))["profile"]()


def test_nothing_is_allowed_that_has_let_somebody_out() -> None:
    profile = written()
    allowed = {name for rule in profile["syscalls"] if rule["action"] == "SCMP_ACT_ALLOW" for name in rule["names"]}
    assert profile["defaultAction"] == "SCMP_ACT_ERRNO"
    assert not allowed & set(REFUSED)
    families = [rule["args"][0]["value"] for rule in profile["syscalls"] if rule["names"] == ["socket"]]
    assert families == [1, 2, 10, 16]
    assert all(arch["subArchitectures"] == [] for arch in profile["archMap"])


def judged(text: str) -> dict[str, str]:
    line = next(line for line in text.splitlines() if line.startswith("SEEN "))
    found: dict[str, str] = json.loads(line.removeprefix("SEEN "))
    return found


def tried_in_a_container(client: docker.APIClient, *privileges: str) -> dict[str, str]:
    host = client.create_host_config(cap_add=list(privileges), network_mode="none")
    made = client.create_container(CANARY, ["-c", TRIES], entrypoint=["/usr/bin/python3"], host_config=host)["Id"]
    try:
        client.start(made)
        client.wait(made, timeout=60)
        return judged(client.logs(made).decode())
    finally:
        client.remove_container(made, force=True)


@pytest.fixture
def client(hardened: SecondEngine) -> Any:
    with closing(hardened.client()) as own:
        if not own.images(CANARY):
            pytest.skip("the canary's image is not prepared: run `docent doctor --host` once")
        yield own


@pytest.mark.engine
def test_b15_the_profile_refuses_it_even_to_whoever_has_capabilities(
    client: docker.APIClient, seen: Callable[[object], None]
) -> None:
    came = tried_in_a_container(client, "SYS_ADMIN", "SYS_PTRACE", "NET_ADMIN", "NET_RAW", "DAC_READ_SEARCH")
    assert {name for name, how in came.items() if how == "done"} == GRANTED
    assert {how for name, how in came.items() if name not in GRANTED} <= {"EPERM", "ENOSYS"}
    seen(f"{len(came) - len(GRANTED)} of {len(came) - len(GRANTED)} refused")


@pytest.mark.engine
def test_b15_the_profile_holds_in_builds_too(client: docker.APIClient) -> None:
    dockerfile = f"FROM {CANARY}\nRUN {json.dumps(['/usr/bin/python3', '-c', TRIES])}\n".encode()
    with io.BytesIO() as packed:
        with tarfile.open(fileobj=packed, mode="w") as tar:
            about = tarfile.TarInfo("Dockerfile")
            about.size = len(dockerfile)
            tar.addfile(about, io.BytesIO(dockerfile))
        packed.seek(0)
        lines = list(client.build(fileobj=packed, custom_context=True, decode=True, network_mode="none", timeout=120))
    came = judged("".join(str(line.get("stream", "")) for line in lines))
    assert {name for name, how in came.items() if how == "done"} == GRANTED


@pytest.mark.engine
def test_without_the_profile_some_of_it_is_done(seen: Callable[[object], None]) -> None:
    """Otherwise the tests above would show nothing: the first engine's own profile is a weaker one."""
    with closing(docker.APIClient(version="auto", timeout=60)) as first:
        if not first.images(CANARY):
            pytest.skip("the canary's image is not prepared")
        if first.version()["Version"].startswith(("28", "29")):
            pytest.skip("this engine's own profile refuses most of it")
        came = tried_in_a_container(first)
    done = {name for name, how in came.items() if how == "done"} - GRANTED
    assert done
    seen(f"done without it: {', '.join(sorted(done))}")
