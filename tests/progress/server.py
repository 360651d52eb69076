"""A PostgreSQL server for the tests: Debian's, on a socket of its own, gone after them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

INSTALLED = Path("/usr/lib/postgresql")
NOBODY = 65534  #: PostgreSQL refuses to run as root
HEAD = "docent_head"  #: migrated once; every test has a copy of it


def binaries() -> Path | None:
    """Return the folder of the newest server's programs, None where there is no server."""
    there = sorted(INSTALLED.glob("*/bin"), key=lambda path: float(path.parent.name))
    if there:
        return there[-1]
    found = shutil.which("postgres")
    return Path(found).resolve().parent if found else None


@dataclass(slots=True)
class Server:
    """A server that runs."""

    folder: Path
    made: int = 0

    def url(self, name: str) -> str:
        """Return a database's address, as Docent takes it."""
        return f"postgresql://docent@/{name}?host={self.folder}"

    def fresh(self) -> str:
        """Return the address of a new database whose schema is up to date."""
        self.made += 1
        name = f"t{self.made}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as db:
            db.execute(f"CREATE DATABASE {name} TEMPLATE {HEAD}".encode())
        return self.url(name)

    def empty(self, name: str) -> str:
        """Return the address of a new database with nothing in it."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as db:
            db.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)


@contextmanager
def serving(programs: Path) -> Iterator[Server]:
    """Run a server while the block runs."""
    user = NOBODY if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="docent-postgresql-"))
    try:
        if user:
            os.chown(folder, user, user)
        data = folder / "data"
        made = ("initdb", "-D", data, "-U", "docent", "-A", "trust", "-E", "UTF8", "--no-sync")
        subprocess.run(
            [programs / made[0], *made[1:]], check=True, capture_output=True, cwd=folder, user=user, group=user
        )
        settings = ("listen_addresses=", f"unix_socket_directories={folder}", "fsync=off", "max_connections=50")
        words = [word for setting in settings for word in ("-c", setting)]
        with (folder / "log").open("wb") as log:
            running = subprocess.Popen(
                [programs / "postgres", "-D", data, *words], stdout=log, stderr=log, cwd=folder, user=user, group=user
            )
        try:
            ready = [programs / "pg_isready", "-q", "-h", folder, "-t", "1"]
            while subprocess.run(ready, check=False).returncode != 0:
                if running.poll() is not None:
                    raise RuntimeError((folder / "log").read_text())
            yield Server(folder)
        finally:
            running.terminate()
            running.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
