"""A Docker engine of a test's own, which may be killed, frozen and restarted: nobody else uses it.

It is started by `deploy/host/engine --apart`, in a network namespace and folders of its own, and gets the few small
images it needs from the first engine. What is asked of the first engine is one `GET` an image.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import docker
import pytest

SCRIPT = Path(__file__).parents[1] / "deploy" / "host" / "engine"
#: Small enough to be copied in a moment: 2 MB and 13 MB.
SMALL = ("alpine:latest", "docent-verifier:latest")
LONGEST_S = 120


@dataclass(frozen=True, slots=True)
class SecondEngine:
    """An engine in a folder of its own."""

    folder: Path

    @property
    def socket(self) -> Path:
        """Return the socket it listens on."""
        return self.folder / "run" / "docker.sock"

    @property
    def url(self) -> str:
        """Return what `DOCKER_HOST` would be."""
        return f"unix://{self.socket}"

    @property
    def namespace(self) -> Path:
        """Return its network namespace; `deploy/host/engine` names it after the folder."""
        return Path("/run/netns", "docent-" + hashlib.sha256(str(self.folder / "run").encode()).hexdigest()[:8])

    @property
    def data(self) -> Path:
        """Return its data-root."""
        return self.folder / "data" / "docker"

    @property
    def log(self) -> str:
        """Return what dockerd said."""
        return (self.folder / "run" / "dockerd.log").read_text(errors="replace")

    @property
    def pid(self) -> int:
        """Return dockerd's process id."""
        return int((self.folder / "run" / "dockerd.pid").read_text())

    def start(self) -> None:
        """Start it (again), with the same configuration; what it held is there."""
        self._do("start")

    def stop(self) -> None:
        """Stop it in good order: containers end, unless the configuration says live-restore."""
        self._do("stop")

    def restart(self) -> None:
        """Stop and start it."""
        self.stop()
        self.start()

    def kill(self) -> None:
        """Kill dockerd as a crash would; its containerd goes on, and `start` brings it back."""
        os.kill(self.pid, signal.SIGKILL)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Make it accept connections and answer nothing while the block runs."""
        pid = self.pid
        os.kill(pid, signal.SIGSTOP)
        try:
            # the kernel takes a moment to stop all threads
            ends = time.monotonic() + 5
            states = list(Path(f"/proc/{pid}/task").glob("*/stat"))
            while any(") T " not in state.read_text() for state in states) and time.monotonic() < ends:
                time.sleep(0.01)
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def load(self, images: Sequence[str]) -> None:
        """Copy images of the first engine, with their names."""
        with closing(docker.APIClient(version="auto", timeout=LONGEST_S)) as first, closing(self.client()) as own:
            for image in images:
                own.load_image(b"".join(first.get_image(image)))

    def client(self) -> docker.APIClient:
        """Return a client of it; close it after."""
        return docker.APIClient(self.url, version="auto", timeout=LONGEST_S)

    def clear(self) -> None:
        """End it, its containers and everything it made."""
        self._do("clear")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _do(self, verb: str) -> None:
        words = [SCRIPT, verb, "--apart", "--folder", self.folder / "data", "--run", self.folder / "run"]
        done = subprocess.run(
            [*words, "--config", self.folder / "daemon.json"],
            # not a pipe: what the script starts would keep it open
            stdout=subprocess.DEVNULL,
            stderr=(said := (self.folder / "said").open("w+")),
            env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
            check=False,
            timeout=LONGEST_S,
        )
        said.seek(0)
        text = said.read()
        said.close()
        assert done.returncode == 0, f"engine {verb}: {text}"


@contextmanager
def second_engine(config: Mapping[str, object] | None = None, images: Sequence[str] = SMALL) -> Iterator[SecondEngine]:
    """Run an engine with this `daemon.json` and these images while the block runs; skips where that cannot be."""
    missing = [program for program in ("dockerd", "containerd", "nsenter", "ip", "curl") if not shutil.which(program)]
    if missing or os.geteuid() != 0:
        pytest.skip(f"an engine of its own takes root and {', '.join(missing) or 'nothing else'}")
    # sockets below it must have short paths, so not pytest's own folder
    made = SecondEngine(Path(tempfile.mkdtemp(prefix="docent-engine-")))
    try:
        made.folder.chmod(0o711)  # with ids of their own, containers pass through as nobody in particular
        (made.folder / "daemon.json").write_text(json.dumps(config or {}))
        made.start()
        made.load(images)
        yield made
    finally:
        made.clear()
