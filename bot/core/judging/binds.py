"""Judge a project that is mounted: where a container sees it, what runs on it, and whether a change is served."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from bot.core.diagnosis import RUN_SIGNS, last_words
from bot.core.evidence import BindSeen, ContainerView, LiveSeen, MountView
from bot.core.judging.containers import ended
from bot.core.results import Failed, NotYet, Passed, Result
from bot.core.specs import BindSpec, LiveSpec

ENDED = frozenset({"NEVER_RAN", "EXITED", "STOPPED", "OUT_OF_MEMORY"}) | {sign.code for sign in RUN_SIGNS}
MOUNT_CODES = frozenset({"NO_MOUNT", "VOLUME_MOUNT", "NO_WORKDIR", "WRONG_TARGET", "OTHER_FOLDER", "READ_ONLY"})
BIND_CODES = ENDED | MOUNT_CODES | {"NOT_RUNNING", "OWN_IMAGE", "OTHER_IMAGE", "NO_WATCHER"}
LIVE_CODES = frozenset({"NOT_RUNNING", "MISSING_FILE", "NO_ANSWER", "NOT_LIVE", "RESTARTED"})
RUNNING = frozenset({"running", "restarting", "paused"})
WATCHER = "a program that watches your files, such as nodemon"
#: `nodemon: not found`, whichever shell says it
UNKNOWN_PROGRAM = re.compile(r"(\S+): (?:command )?not found")
#: on their way to the program that is waited for: a shell, the engine's own first process, npm
ON_THE_WAY = re.compile(r"\S*(?:/docker-init|tini|sh|npm|npx|yarn)\b|node \S*/(?:npm|npx|yarn)\b")


def judge_bind(spec: BindSpec, seen: BindSeen, *, last: bool = False) -> Result:
    """Return whether a running container of the base works in the project, and something there watches it."""
    c = seen.container
    if c is None:
        observed = f"only {', '.join(seen.others[:3])}" if seen.others else "no container"
        return Failed("NOT_RUNNING", f"a container of {spec.image} that sees your project", observed)
    if not (seen.base and fnmatchcase(seen.base, spec.image)):
        code = "OTHER_IMAGE" if seen.base else "OWN_IMAGE"
        return Failed(code, f"a container of {spec.image}", f"{c.name} from {c.image}", detail=c.log)
    misplaced = _misplaced(seen, c)
    if misplaced:
        return misplaced
    if c.state not in RUNNING:
        missing = UNKNOWN_PROGRAM.search(c.log)
        if missing and re.search(spec.runs, missing[1]):
            return Failed("NO_WATCHER", WATCHER, f"{missing[1]}: not found", detail=c.log)
        return ended(c)
    busy = [line for line in seen.programs if not ON_THE_WAY.match(line)]
    if any(re.search(spec.runs, line) for line in busy):
        return Passed(f"{c.name} works in your project, at {seen.workdir}")
    if not (busy or last):
        return NotYet(f"{c.name} is starting")
    return Failed("NO_WATCHER", WATCHER, busy[0][:80] if busy else last_words(c.log) or "nothing", detail=c.log)


def _misplaced(seen: BindSeen, c: ContainerView) -> Failed | None:
    """Return what is amiss with the mounts, None when the project is where the container works."""
    works = seen.workdir.rstrip("/") or "/"
    wanted = f"your project at {works}" if works != "/" else "your project where the container works"
    binds = [mount for mount in seen.mounts if mount.kind == "bind"]
    if not binds:
        volume = next((mount for mount in seen.mounts if mount.kind == "volume" and _at(mount) == works), None)
        if volume:
            return Failed("VOLUME_MOUNT", wanted, f"the volume {volume.name or 'without a name'} at {volume.target}")
        return Failed("NO_MOUNT", wanted, f"{c.name} without it", detail=c.log)
    there = next((mount for mount in binds if _at(mount) == works), None)
    if there is None:
        code, at = "NO_WORKDIR" if works == "/" else "WRONG_TARGET", _at(binds[0])
        return Failed(code, f"one place for both, such as {at}", f"it works in {works}, the project is at {at}")
    if there.folder != ".":
        return Failed("OTHER_FOLDER", f"all of {wanted}", f"only its folder {there.folder}")
    if not there.writable:
        return Failed("READ_ONLY", f"{wanted}, to read and write", "it can only be read", detail=c.log)
    return None


def _at(mount: MountView) -> str:
    return mount.target.rstrip("/") or "/"


def judge_live(spec: LiveSpec, seen: LiveSeen) -> Result:
    """Return whether the change was served, by the container that had been there before."""
    if seen.state == "no_container":
        return Failed("NOT_RUNNING", f"a running container of {spec.image} that sees your project", "none")
    if seen.state == "no_file":
        return Failed("MISSING_FILE", spec.file, "no such file")
    if seen.state in {"silent", "lost"}:
        observed = last_words(seen.log) or seen.observed or "no answer"
        return Failed("NO_ANSWER", f"an answer on port {spec.port}", observed, detail=seen.log)
    if not seen.same:
        return Failed("RESTARTED", f"{seen.container} as it was", f"{seen.container} was started anew meanwhile")
    if not seen.served:
        return Failed("NOT_LIVE", f"a change of {spec.file} in the answer", "the answer as before", detail=seen.log)
    return Passed(f"{seen.container} served a change of {spec.file} after {seen.took_s:.1f} s, and went on running")
