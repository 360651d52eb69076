"""Docker's own clients: `docker`, Buildx and Compose as Debian packs them, one version for everybody.

Each package is fetched once, proved by its digest, and only unpacked: nothing is installed.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

MIRROR = "http://deb.debian.org/debian/pool/main/d/"
#: path below the mirror → SHA-256. Source: Debian sid, `dists/sid/main/binary-amd64/Packages`, November 2026
PACKAGES = {
    "docker.io/docker-cli_28.5.2+dfsg4-5_amd64.deb": (
        "8ea2428acdda666f41263f5a0d3a85681a696491361574eb7bd721a1194939b9"
    ),
    "docker-buildx/docker-buildx_0.29.1+ds1-4_amd64.deb": (
        "6103bcc4eab8169ae679f806d3949ffc99a1545a61fddea6124da826f115f2bf"
    ),
    "docker-compose/docker-compose_2.40.3-3_amd64.deb": (
        "e7603d5e6df0f8404f7b03da478022b87d7b50644cffe68884b071e5cfc17fd3"
    ),
}
VERSIONS = "Docker 28.5.2, Buildx 0.29.1 and Compose 2.40.3"
FETCH_S = 120.0


class NotHere(Exception):
    """The real side cannot be played here; the message says why."""


@dataclass(frozen=True, slots=True)
class Clients:
    """Where the unpacked clients are."""

    folder: Path

    @property
    def docker(self) -> Path:
        """Return the client."""
        return self.folder / "usr/bin/docker"

    @property
    def plugins(self) -> Path:
        """Return the folder of Buildx and Compose."""
        return self.folder / "usr/libexec/docker/cli-plugins"


def clients(kept: Path) -> Clients:
    """Return the clients, fetched into `kept` where they are not yet. Raises: `NotHere`."""
    missing = [program for program in ("dockerd", "unshare", "dpkg-deb", "script") if not shutil.which(program)]
    if missing or os.geteuid() != 0 or platform.machine() != "x86_64":
        needs = f"{', '.join(missing)} missing" if missing else "it takes root, on x86-64"
        raise NotHere(f"an engine of its own cannot be started here: {needs}")
    folder = kept / hashlib.sha256("".join(PACKAGES.values()).encode()).hexdigest()[:12]
    if not folder.exists():
        fresh = folder.with_suffix(f".{os.getpid()}")
        for path, digest in PACKAGES.items():
            _unpack(_fetched(MIRROR + path, digest), fresh)
        fresh.rename(folder)
    return Clients(folder)


def _fetched(url: str, digest: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=FETCH_S) as answer:  # noqa: S310 - a fixed address
            content: bytes = answer.read()
    except (URLError, TimeoutError) as error:
        raise NotHere(f"{url} cannot be fetched: {error}") from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise NotHere(f"{url} is not the package that was pinned")
    return content


def _unpack(package: bytes, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["dpkg-deb", "-x", "/dev/stdin", str(folder)], input=package, check=True, timeout=FETCH_S)
