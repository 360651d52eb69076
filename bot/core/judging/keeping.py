"""Judge where data is kept: the mounts of a container, and whether an item outlives it."""

from __future__ import annotations

from bot.core.diagnosis import RUN_SIGNS, last_words, named
from bot.core.evidence import MountView, ScenarioSeen, VolumeSeen
from bot.core.judging.images import close, listed
from bot.core.results import Failed, Passed, Result
from bot.core.specs import ScenarioSpec, VolumeSpec

VOLUME_CODES = frozenset(
    {
        "NOT_RUNNING",
        "NO_VOLUME",
        "NOT_MOUNTED",
        "NO_NAME",
        "OTHER_VOLUME",
        "NO_VOLUME_MOUNT",
        "WRONG_TARGET",
        "READ_ONLY",
    }
)
SCENARIO_CODES = frozenset(
    {"NOT_RUNNING", "EXITED", "NO_ANSWER", "NOT_SAVED", "NOT_KEPT", "KEPT_ANYWAY"} | {sign.code for sign in RUN_SIGNS}
)


def judge_volume(spec: VolumeSpec, seen: VolumeSeen) -> Result:
    """Return whether the running container has the volume at the place where the app writes."""
    wanted = f"{spec.volume} at {spec.target}"
    if spec.volume not in seen.volumes and not seen.mounts:
        near = close(spec.volume, seen.volumes)
        observed = f"{near}, which is close" if near else listed(seen.volumes, "no volume yet")
        return Failed("NO_VOLUME", expected=spec.volume, observed=observed)
    if not seen.container:
        return Failed("NOT_RUNNING", expected=f"a running container of {spec.image}", observed="no running container")
    there = next((mount for mount in seen.mounts if _same(mount.target, spec.target)), None)
    elsewhere = next((mount for mount in seen.mounts if mount.name == spec.volume), None)
    # an image may ask for a volume of its own; where the named one went says more than that this one has no name
    if there and (there.name or not elsewhere):
        result = _there(spec, there, wanted)
        if isinstance(result, Passed) and not seen.running:
            expected = f"a running container of {spec.image}"
            return Failed("NOT_RUNNING", expected, observed=f"{seen.container}, which does not run")
        return result
    if elsewhere:
        return Failed("WRONG_TARGET", expected=wanted, observed=f"{spec.volume} at {elsewhere.target}")
    return Failed("NOT_MOUNTED", expected=wanted, observed=f"{seen.container} without a volume there")


def _there(spec: VolumeSpec, mount: MountView, wanted: str) -> Result:
    if mount.kind != "volume":
        return Failed("NO_VOLUME_MOUNT", expected=wanted, observed=f"a {mount.kind} mount at {mount.target}")
    if not mount.name:
        return Failed("NO_NAME", expected=wanted, observed=f"a volume without a name at {mount.target}")
    if mount.name != spec.volume:
        return Failed("OTHER_VOLUME", expected=wanted, observed=f"{mount.name} at {mount.target}")
    if not mount.writable:
        return Failed("READ_ONLY", expected=f"{wanted}, to read and write", observed=f"{mount.name}, to read only")
    return Passed(wanted)


def _same(one: str, other: str) -> bool:
    return (one.rstrip("/") or "/") == (other.rstrip("/") or "/")


def judge_scenario(spec: ScenarioSpec, seen: ScenarioSeen) -> Result:
    """Return whether the item was there after the replacement, and was not without the volume."""
    if seen.state == "no_container":
        return Failed("NOT_RUNNING", expected=f"a running container of {spec.image}", observed="no running container")
    if seen.state == "exited":
        found = named(RUN_SIGNS, seen.log)
        code, what = found or ("EXITED", last_words(seen.log) or f"exit code {seen.exit_code}")
        return Failed(code, "an app that keeps running", what, detail=seen.log)
    if seen.state == "silent":
        return Failed("NO_ANSWER", f"an answer on port {spec.port}", seen.observed or "no answer", detail=seen.log)
    if seen.state == "not_saved":
        return Failed("NOT_SAVED", "the item saved", seen.observed or "no answer", detail=seen.log)
    if not seen.kept:
        return Failed("NOT_KEPT", "the item in the new container", "a list without it", detail=seen.log)
    if seen.kept_without:
        return Failed("KEPT_ANYWAY", "nothing kept without a volume", "the item without any volume", detail=seen.log)
    return Passed("an item outlived its container, and only with the volume")
