"""Build contexts for our own images, made by the recipes in `deploy/images/`."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.errors import OperatorError

RECIPES = Path("deploy", "images")
APP = Path("lessons", "docker-workshop", "app")
TOOLS = ("bash", "apt-get", "dpkg-deb", "tar", "flock")


@dataclass(frozen=True, slots=True)
class Recipe:
    """A folder of `deploy/images/`, and the patterns of other files that go into what it makes."""

    folder: str
    inputs: tuple[str, ...] = ()

    def digest(self, root: Path) -> str:
        """Return 16 hex digits that change when the recipe or one of its inputs changes."""
        own = [path for path in (root / RECIPES / self.folder).rglob("*") if path.is_file() and path.suffix != ".md"]
        others = [path for pattern in self.inputs for path in root.glob(pattern)]
        made = hashlib.sha256()
        for path in sorted({*own, *others, root / RECIPES / "lib.sh"}):
            if "__pycache__" not in path.parts:
                made.update(f"{path.relative_to(root)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
        return made.hexdigest()[:16]


def made_context(recipe: Recipe, folder: Path, cache: Path, root: Path, base: str, said: Callable[[str], None]) -> Path:
    """Return a tar file, a build context that the recipe filled; `base` is the ID to build on, '' for from scratch.

    `folder` is an empty folder to work in. Raises: OperatorError.
    """
    if missing := [tool for tool in TOOLS if shutil.which(tool) is None]:
        raise OperatorError(f"It is made from Debian packages, and this machine has no {', '.join(missing)}.")
    out = folder.resolve() / "out"
    out.mkdir()
    script = root / RECIPES / recipe.folder / "context.sh"
    last: deque[str] = deque(maxlen=6)
    with subprocess.Popen(  # noqa: S603 - a script of ours with arguments of ours
        ["bash", str(script), str(out), str(cache.resolve()), sys.executable, str(root.resolve())],  # noqa: S607
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive", "DOCENT_BASE": base},
    ) as process:
        for line in process.stdout or ():
            if line.startswith("#: "):
                said(line[3:].rstrip())
            elif line.strip():
                last.append(line.strip())
    if process.returncode != 0:
        raise OperatorError(f"Its recipe {recipe.folder}/context.sh stopped: {' | '.join(last)}")
    context = folder / "context.tar"
    with tarfile.open(context, "w") as tar:
        for path in sorted(out.iterdir()):
            if not path.name.startswith("."):
                tar.add(path, path.name)
    shutil.rmtree(out)
    return context


def offline_context(folder: Path, root: Path, base: str) -> Path:
    """Return a build context that installs the exercise app's packages as a learner's first Dockerfile does."""
    lines = f"FROM {base}\nWORKDIR /app\nCOPY . .\nRUN npm install --omit=dev && test -d node_modules/express\n"
    context = folder / "smoke.tar"
    with tarfile.open(context, "w") as tar:
        entry = tarfile.TarInfo("Dockerfile")
        entry.size = len(lines)
        tar.addfile(entry, io.BytesIO(lines.encode()))
        for path in sorted((root / APP).glob("package*.json")):
            tar.add(path, path.name)
    return context
