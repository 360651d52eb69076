"""What an engine says of itself is read as it says it, and judged with its stand-ins."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.sandbox.gate.judging import Verdict
from bot.sandbox.gate.posture import FACTS, RUNC_FLOOR, Posture, Room, numbers, posture_of

HELD, NOT_HELD, STAND_IN, UNKNOWN = Verdict.HELD, Verdict.NOT_HELD, Verdict.STAND_IN, Verdict.COULD_NOT_TELL
#: As an engine of Debian 12 answers.
VERSION: dict[str, Any] = {
    "Version": "20.10.24+dfsg1",
    "Components": [
        {"Name": "Engine", "Version": "20.10.24+dfsg1", "Details": {"GitCommit": "5d6db84"}},
        {"Name": "runc", "Version": "1.1.5+ds1", "Details": {"GitCommit": "1.1.5+ds1-1+deb12u1"}},
    ],
}
INFO: dict[str, Any] = {
    "KernelVersion": "6.1.0-30-amd64",
    "SecurityOptions": ["name=apparmor", "name=seccomp,profile=default"],
    "DefaultRuntime": "runc",
    "LiveRestoreEnabled": False,
    "LoggingDriver": "json-file",
    "Warnings": None,
    "RegistryConfig": {
        "InsecureRegistryCIDRs": ["127.0.0.0/8"],
        "IndexConfigs": {"docker.io": {"Secure": True}},
    },
}
BRIDGE: dict[str, Any] = {"Options": {"com.docker.network.bridge.enable_icc": "true"}}
USUAL = posture_of(VERSION, INFO, BRIDGE, Room(0.5, 0.9))
OPEN_TO_ALL = "WARNING: API is accessible on http://0.0.0.0:2375 without encryption"
#: As deploy/host sets it up.
HARDENED = replace(
    USUAL,
    security=("name=apparmor", "name=seccomp,profile=/etc/docker/seccomp.json", "name=userns"),
    live_restore=True,
    log_driver="local",
    icc=False,
    runc="1.3.6",
)


def verdicts(posture: Posture) -> dict[str, Verdict]:
    return {fact.name: fact.judge(posture).verdict for fact in FACTS}


def test_an_engine_as_it_is_installed_has_stand_ins_and_an_old_runc() -> None:
    assert verdicts(USUAL) == {
        "engine": HELD,
        "runc": NOT_HELD,
        "kernel": HELD,
        "filter of system calls": HELD,
        "AppArmor or SELinux": HELD,
        "user ids remapped": STAND_IN,
        "engine's own port": HELD,
        "plain HTTP registries": HELD,
        "talk on the engine's bridge": STAND_IN,
        "live-restore": STAND_IN,
        "log driver": STAND_IN,
        "room for data": HELD,
    }


def test_a_hardened_engine_holds_everything_by_itself() -> None:
    assert set(verdicts(HARDENED).values()) == {HELD}


@pytest.mark.parametrize(
    ("fact", "changed", "verdict"),
    [
        ("engine", {"engine": "19.03.15"}, NOT_HELD),
        ("engine", {"engine": "29.0.0"}, HELD),
        ("engine", {"engine": ""}, UNKNOWN),
        ("runc", {"runc": "1.3.5"}, NOT_HELD),
        ("runc", {"runc": "1.4.0"}, HELD),
        ("runc", {"runc": "1.1.5", "security": ("name=userns",)}, STAND_IN),
        ("runc", {"runc": "1.1.5", "runtime": "runsc"}, STAND_IN),
        ("kernel", {"kernel": "4.19.0-27-amd64"}, NOT_HELD),
        ("filter of system calls", {"security": ()}, NOT_HELD),
        ("filter of system calls", {"security": ("name=seccomp,profile=unconfined",)}, NOT_HELD),
        ("AppArmor or SELinux", {"security": ("name=seccomp,profile=default",)}, STAND_IN),
        ("AppArmor or SELinux", {"security": ()}, NOT_HELD),
        ("AppArmor or SELinux", {"security": ("name=selinux",)}, HELD),
        ("user ids remapped", {"security": ("name=rootless",)}, HELD),
        (
            "engine's own port",
            {"warnings": (OPEN_TO_ALL,)},
            NOT_HELD,
        ),
        ("engine's own port", {"warnings": ("WARNING: No swap limit support",)}, HELD),
        ("plain HTTP registries", {"insecure": ("127.0.0.0/8", "::1/128", "localhost:5000")}, HELD),
        ("plain HTTP registries", {"insecure": ("registry.example.org:5000",)}, NOT_HELD),
        ("plain HTTP registries", {"insecure": ("10.0.0.0/8",)}, NOT_HELD),
        ("room for data", {"room": Room(0.29, 0.9)}, STAND_IN),
        ("room for data", {"room": Room(0.14, 0.9)}, NOT_HELD),
        ("room for data", {"room": Room(0.9, 0.1)}, NOT_HELD),
        ("room for data", {"room": None}, UNKNOWN),
    ],
)
def test_a_fact_is_judged(fact: str, changed: dict[str, Any], verdict: Verdict) -> None:
    assert verdicts(replace(USUAL, **changed))[fact] is verdict


def test_a_distributions_own_version_of_runc_is_told_from_a_hash() -> None:
    parts = [{"Name": "runc", "Version": "1.1.12", "Details": {"GitCommit": "v1.1.12-0-g51d5e946"}}]
    assert posture_of({"Components": parts}, {}, None, None).runc == "1.1.12"
    assert USUAL.runc == "1.1.5+ds1-1+deb12u1"
    assert numbers(USUAL.runc) == (1, 1, 5) < RUNC_FLOOR


def test_an_engine_that_says_nothing_is_no_safe_one() -> None:
    silent = posture_of({}, {}, None, None)
    assert verdicts(silent)["engine"] is UNKNOWN
    assert verdicts(silent)["filter of system calls"] is NOT_HELD
