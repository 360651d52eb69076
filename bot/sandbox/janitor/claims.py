"""Which Docents work on this machine: a file each, locked while its process lives, so that a dead one can be told.

A rehearsal or a test that is killed cannot clean up after itself, and its database may be gone with its folder. Its
claim stays, with the key of its seal: whoever finds the claim unlocked can take away exactly what carries that seal.
A bot that has merely been stopped keeps its things: its database is still there, and it does not call itself passing.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

SETTLED_S = 60.0  #: a claim that is younger may be about to be locked


@dataclass(frozen=True, slots=True)
class Claim:
    """One Docent on this machine."""

    instance: str
    key: str = field(repr=False)  #: of its seal, in hexadecimal digits
    data: str  #: its database
    passing: bool = False  #: a rehearsal or a test: nobody comes back for what it made
    engine: str = ""  #: where its engine is


def engine_at(url: str) -> str:
    """Return where an engine is, the usual place written out."""
    return url or os.environ.get("DOCKER_HOST", "") or "unix:///var/run/docker.sock"


@contextmanager
def claimed(folder: Path, claim: Claim) -> Iterator[None]:
    """Hold a claim while the block runs; with a passing one, nothing is left when it ends well.

    Where no claim can be kept there is none: what is left by a kill is then nobody's but the next start's.
    """
    path = folder / f"{claim.instance}.json"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError as error:
        log.warning("no_claim", folder=str(folder), error=str(error))
        yield
        return
    with _locked(path) as held:
        if not held:
            log.warning("claimed_twice", instance=claim.instance)
        path.write_text(json.dumps(asdict(claim)), encoding="utf-8")
        yield
        if claim.passing:
            path.unlink(missing_ok=True)


def dead(folder: Path, engine: str, settled_s: float = SETTLED_S) -> list[Claim]:
    """Return the claims on this engine whose process is gone for good."""
    return [claim for path in sorted(folder.glob("*.json")) if (claim := _dead(path, engine, settled_s)) is not None]


def forget(folder: Path, claim: Claim) -> None:
    """Remove a claim whose things are gone."""
    (folder / f"{claim.instance}.json").unlink(missing_ok=True)


def _dead(path: Path, engine: str, settled_s: float) -> Claim | None:
    try:
        if time.time() - path.stat().st_mtime < settled_s:
            return None
        with _locked(path) as free:
            if not free:
                return None
            claim = Claim(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None  # being written, or no claim of ours
    gone = claim.passing or not Path(claim.data).exists()
    return claim if gone and claim.engine == engine else None


@contextmanager
def _locked(path: Path) -> Iterator[bool]:
    """Tell whether the lock of a file could be had, and hold it then; the kernel lets go when the process ends."""
    with path.open("a+", encoding="utf-8") as file:
        path.chmod(0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
