"""The real side: Docker's own clients, and an engine of the host's binary that nobody else uses.

The engine has a mount and a network namespace and folders of its own: its networks, ports and volumes are those of a
fresh machine, a `prune` meets nobody else's things, and nothing of it is left when it ends.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.differ.clients import Clients, NotHere
from tests.differ.described import BUILD, PROGRESS
from tests.differ.session import PROJECT, Answer, Step

IMAGES = ("alpine:latest",)
HOME = "/home/you/getting-started-app"
ENGINE = """
ip link set lo up
exec dockerd --data-root "$1/data" --exec-root "$1/exec" --pidfile "$1/pid" -H "unix://$1/docker.sock" \
  --ip6tables=false >"$1/log" 2>&1
"""
STARTS_S = 30.0
ENDS_S = 20.0
LONGEST_S = 60.0


@dataclass(frozen=True, slots=True)
class Machine:
    """A fresh machine with Docker: a folder, its engine's socket and the clients."""

    folder: Path
    clients: Clients

    @property
    def project(self) -> Path:
        """Return the folder where the commands are given."""
        return self.folder / "getting-started-app"

    def answer(self, step: Step) -> Answer:
        """Return what the clients print, both streams as a person sees them."""
        began = time.monotonic()
        answer = self.ask(step.line)
        ends = began + LONGEST_S
        while step.until and not re.search(step.until, answer.text) and time.monotonic() < ends:
            time.sleep(0.05)
            answer = self.ask(step.line)
        return Answer(answer.text, answer.exit_code, time.monotonic() - began)

    def ask(self, line: str, *, screen: bool | None = None) -> Answer:
        """Return the answer to one line; what shows how far it is, is asked on a terminal."""
        command = re.sub(r"^docker-compose\b", "docker compose", line)
        if screen is None:
            screen = bool(BUILD.match(line) or PROGRESS.match(line))
        words = ["script", "-qec", f"stty cols 200; {command}", "/dev/null"] if screen else ["bash", "-c", command]
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.project,
            env=self.environment | ({"TERM": "xterm"} if screen else {}),
            check=False,
            timeout=LONGEST_S,
        )
        text = done.stdout.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
        for own, usual in self._places:
            text = text.replace(str(own), usual)
        return Answer(text.replace("\0", "").replace("^@", ""), done.returncode)

    @property
    def _places(self) -> Sequence[tuple[Path, str]]:
        return (
            (self.project, HOME),
            (self.folder / "data", "/var/lib/docker"),
            (self.folder / "exec", "/var/run/docker"),
            (self.folder / "config", "/home/you/.docker"),
        )

    @property
    def environment(self) -> dict[str, str]:
        """Return what the clients are told."""
        return {
            "PATH": f"{self.clients.docker.parent}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "DOCKER_CONFIG": str(self.folder / "config"),
            "DOCKER_HOST": f"unix://{self.folder / 'docker.sock'}",
            "LANG": "C.UTF-8",
        }


@contextmanager
def machine(folder: Path, found: Clients, engine_url: str = "") -> Iterator[Machine]:
    """Start an engine of its own in the folder, give it the images, and end it again. Raises: `NotHere`."""
    made = Machine(folder, found)
    (folder / "config").mkdir(parents=True)
    (folder / "config" / "cli-plugins").symlink_to(found.plugins.resolve())
    shutil.copytree(PROJECT, made.project)
    engine = subprocess.Popen(
        ["unshare", "--net", "--mount", "sh", "-ec", ENGINE, "engine", str(folder)],
        # readline sets COLUMNS for a whole process, and `docker top` would be cut at it
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
        start_new_session=True,
    )
    try:
        _wait_for(made, engine)
        _load(made, engine_url)
        yield made
    finally:
        _end(made, engine)


def _wait_for(made: Machine, engine: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + STARTS_S
    while made.ask("docker version").exit_code:
        if engine.poll() is not None or time.monotonic() > ends:
            log = (made.folder / "log").read_text(errors="replace")
            raise NotHere(f"an engine of its own does not start here:\n{log[-1500:]}")
        time.sleep(0.05)


def _load(made: Machine, engine_url: str) -> None:
    """Take the images over from the host's engine."""
    own = {**os.environ, **({"DOCKER_HOST": engine_url} if engine_url else {})}
    docker = str(made.clients.docker)
    saved = subprocess.run([docker, "save", *IMAGES], stdout=subprocess.PIPE, env=own, check=True, timeout=LONGEST_S)
    load = [docker, "load", "--quiet"]
    subprocess.run(
        load, input=saved.stdout, stdout=subprocess.DEVNULL, env=made.environment, check=True, timeout=LONGEST_S
    )


def _end(made: Machine, engine: subprocess.Popen[bytes]) -> None:
    left = made.ask("docker ps -aq").text.split()
    if left and engine.poll() is None:
        made.ask(f"docker rm -f {' '.join(left)}")
    engine.terminate()
    try:
        engine.wait(ENDS_S)
    except subprocess.TimeoutExpired:
        os.killpg(engine.pid, signal.SIGKILL)
        engine.wait()
