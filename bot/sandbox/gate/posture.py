"""What the engine says of itself and of its host → limits of the place `host`, judged as the attacks are. Pure.

These cannot be attacked from inside a container; they say how far an attack would come that got out of one.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.sandbox.gate.judging import Finding, Verdict, held, not_held, unknown
from bot.sandbox.things import Raw

#: The oldest engine that the tests run on.
ENGINE_FLOOR = (20, 10, 24)
#: Mends the breakouts of 2025 (CVE-2025-31133, 52565, 52881) and CVE-2026-41579.
RUNC_FLOOR = (1, 3, 6)
#: Packages of older versions with the same mends, as `docker version` prints them; Debian 12 and 13 had none of
#: these when this was written. Source: the distributions' security trackers.
RUNC_PATCHED: frozenset[str] = frozenset()
#: The oldest kernel that is still mended.
KERNEL_FLOOR = (5, 10)
FREE = 0.30  #: of blocks and of inodes, where the engine keeps its data
LEAST_FREE = 0.15  #: `bot.sandbox.disk` lets nothing new begin below this
DAEMON = "deploy/host has a daemon.json with it"


@dataclass(frozen=True, slots=True)
class Room:
    """How much is free where the engine keeps its data, as shares of the whole."""

    blocks: float
    inodes: float


@dataclass(frozen=True, slots=True)
class Posture:
    """What is known of an engine without attacking it."""

    engine: str
    runc: str
    kernel: str
    security: tuple[str, ...]  #: `name=seccomp,profile=default`
    runtime: str
    live_restore: bool
    log_driver: str
    warnings: tuple[str, ...]
    insecure: tuple[str, ...]  #: registries that may speak plain HTTP
    icc: bool  #: containers on the engine's own bridge may talk to each other
    room: Room | None  #: None where the engine is elsewhere

    def has(self, name: str) -> bool:
        """Tell whether the engine names a security option."""
        return any(option.split(",")[0] == f"name={name}" for option in self.security)

    @property
    def remapped(self) -> bool:
        """Tell whether root inside is nobody outside, or the kernel inside is not the host's."""
        return self.has("userns") or self.has("rootless") or self.runtime.startswith("runsc")


def posture_of(version: Raw, info: Raw, bridge: Raw | None, room: Room | None) -> Posture:
    """Return what `GET /version`, `/info` and `/networks/bridge` say."""
    parts = {str(part.get("Name")): part for part in version.get("Components") or ()}
    runc = parts.get("runc") or {}
    commit = str((runc.get("Details") or {}).get("GitCommit", ""))
    registries = info.get("RegistryConfig") or {}
    insecure = [str(each) for each in registries.get("InsecureRegistryCIDRs") or ()]
    insecure += [name for name, each in (registries.get("IndexConfigs") or {}).items() if not each.get("Secure", True)]
    options = (bridge or {}).get("Options") or {}
    return Posture(
        engine=str(version.get("Version", "")),
        # Debian's own version, with what was mended, stands where others have a hash
        runc=commit if re.match(r"\d+\.\d+", commit) else str(runc.get("Version", "")),
        kernel=str(info.get("KernelVersion", "")),
        security=tuple(map(str, info.get("SecurityOptions") or ())),
        runtime=str(info.get("DefaultRuntime", "")),
        live_restore=bool(info.get("LiveRestoreEnabled")),
        log_driver=str(info.get("LoggingDriver", "")),
        warnings=tuple(map(str, info.get("Warnings") or ())),
        insecure=tuple(insecure),
        icc=bridge is not None and options.get("com.docker.network.bridge.enable_icc", "true") == "true",
        room=room,
    )


@dataclass(frozen=True, slots=True)
class Fact:
    """One row about the host. `essential` as in `limits.Limit`."""

    name: str
    expected: str
    judge: Callable[[Posture], Finding]
    mend: str
    essential: bool = False


def numbers(version: str) -> tuple[int, ...]:
    """Return (1, 1, 5) for `1.1.5+ds1`."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def _at_least(version: str, floor: Sequence[int]) -> Finding:
    if not numbers(version):
        return unknown("the engine does not say")
    return held(version) if numbers(version) >= tuple(floor) else not_held(version)


def _runc(seen: Posture) -> Finding:
    found = _at_least(seen.runc, RUNC_FLOOR)
    if found.verdict is not Verdict.NOT_HELD or seen.runc in RUNC_PATCHED:
        return held(found.seen) if seen.runc in RUNC_PATCHED else found
    if seen.remapped:
        return Finding(Verdict.STAND_IN, seen.runc, "who breaks out is nobody on the host")
    return found


def _seccomp(seen: Posture) -> Finding:
    option = next((each for each in seen.security if each.startswith("name=seccomp")), "")
    if not option:
        return not_held("no filter of system calls")
    profile = option.partition("profile=")[2] or "default"
    return not_held("no filter of system calls") if profile == "unconfined" else held(profile)


def _confined(seen: Posture) -> Finding:
    for name in ("apparmor", "selinux"):
        if seen.has(name):
            return held(name)
    by = "capabilities are dropped, and a filter of system calls is on"
    return Finding(Verdict.STAND_IN, "neither AppArmor nor SELinux", by) if seen.has("seccomp") else not_held("neither")


def _remapped(seen: Posture) -> Finding:
    if seen.remapped:
        return held("yes")
    return Finding(Verdict.STAND_IN, "root inside is root outside", "its capabilities are dropped")


def _listens(seen: Posture) -> Finding:
    open_to_all = [each for each in seen.warnings if "API is accessible" in each]
    return not_held(open_to_all[0].removeprefix("WARNING: ")) if open_to_all else held("socket only")


def _plain(seen: Posture) -> Finding:
    foreign = [each for each in seen.insecure if not _loopback(each)]
    return not_held(", ".join(foreign)) if foreign else held("none but this machine")


def _loopback(registry: str) -> bool:
    try:
        return ipaddress.ip_network(registry).is_loopback
    except ValueError:
        return registry.split(":", maxsplit=1)[0] == "localhost"


def _icc(seen: Posture) -> Finding:
    if not seen.icc:
        return held("off")
    return Finding(Verdict.STAND_IN, "on", "no learner is on the engine's own bridge: each has a network of their own")


def _restore(seen: Posture) -> Finding:
    if seen.live_restore:
        return held("on")
    return Finding(Verdict.STAND_IN, "off", "what an engine restart ends is found and made anew")


def _logs(seen: Posture) -> Finding:
    if seen.log_driver == "local":
        return held("local")
    return Finding(Verdict.STAND_IN, seen.log_driver, "each container of ours is made with a bounded log")


def _room(seen: Posture) -> Finding:
    if seen.room is None:
        return unknown("the engine is elsewhere")
    least = min(seen.room.blocks, seen.room.inodes)
    said = f"{int(seen.room.blocks * 100)} % of the space, {int(seen.room.inodes * 100)} % of the inodes"
    if FREE > least >= LEAST_FREE:
        return Finding(Verdict.STAND_IN, said, "nothing new begins when it is nearly full")
    return held(said) if least >= FREE else not_held(said)


FACTS = (
    Fact("engine", "20.10.24 or later", lambda seen: _at_least(seen.engine, ENGINE_FLOOR), "update the engine", True),
    Fact("runc", "1.3.6 or later, or mended", _runc, "update runc, or set userns-remap (deploy/host)"),
    Fact("kernel", "5.10 or later", lambda seen: _at_least(seen.kernel, KERNEL_FLOOR), "update the kernel"),
    Fact("filter of system calls", "a profile", _seccomp, DAEMON, True),
    Fact("AppArmor or SELinux", "on", _confined, "turn it on where the distribution has it"),
    Fact("user ids remapped", "userns-remap, rootless or gVisor", _remapped, DAEMON),
    Fact("engine's own port", "none without TLS", _listens, "take tcp:// out of the engine's hosts", True),
    Fact("plain HTTP registries", "none but this machine", _plain, "take insecure-registries out of daemon.json"),
    Fact("talk on the engine's bridge", "off", _icc, DAEMON),
    Fact("live-restore", "on", _restore, DAEMON),
    Fact("log driver", "local", _logs, DAEMON),
    Fact(
        "room for data",
        "30 % of space and inodes free",
        _room,
        "make room, or give the engine's data a disk of its own",
    ),
)
