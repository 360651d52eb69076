"""The project as containers see it: volumes kept in step with the files that the store holds.

The engine can mount a volume but not a folder of one (before API 1.45), and no folder of the host is ever mounted, so
each folder that is bound has a volume of its own. Files go in through a container of ours that nobody else can reach.
What containers write there stays there: it does not come back into the store yet.
Source: Engine API v1.41, `PutContainerArchive`.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import tarfile
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from bot.errors import HostError
from bot.handin.plan import BindMount
from bot.sandbox import recipe
from bot.sandbox.belongings import containers
from bot.sandbox.engine import EngineSaid, Lane
from bot.sandbox.names import Owner
from bot.sandbox.setup import Setup

REMOVE_S = 20.0
#: The first user of most images and of most people's machines: whoever is not root can work there too.
USER = 1000
#: Gives the folder to that user, takes away files and the folders that are empty then. Runs in the writer only.
KEEPER = f"""
import os, sys, json
os.chown("/project", {USER}, {USER})
for path in json.loads(sys.argv[1]):
    try:
        os.unlink("/project/" + path)
        while path := path.rpartition("/")[0]:
            os.rmdir("/project/" + path)
    except OSError:
        continue
"""


class ProjectVolumes:
    """The learners' projects on this host."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        #: volume → path → digest of what we put there; after a start everything is put there once more
        self._held: dict[str, dict[str, str]] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def bring(self, owner: Owner, sources: Iterable[str], files: Mapping[str, bytes]) -> None:
        """Make the volumes of these folders hold what the files say. Raises `HostError`."""
        async with self._turns[owner.key]:
            for source in dict.fromkeys(sources):
                await self._bring(owner, source, below(source, files))

    async def refresh(self, owner: Owner, files: Mapping[str, bytes]) -> None:
        """Bring the folders that containers of the learner's mount up to date. Raises `HostError`."""
        if not await self._used(owner):
            return
        mine = await containers(self._setup, owner)
        await self.bring(
            owner, sorted({m.source for each in mine for m in each.mounts if isinstance(m, BindMount)}), files
        )

    async def _used(self, owner: Owner) -> bool:
        """Tell whether a folder of the learner's project may be mounted somewhere."""
        if self._of(owner):
            return True
        try:
            return bool(await self._setup.host.volumes(*owner.labels, "docent.kind=project"))
        except HostError:
            return False  # most learners have none; whoever has one is brought up to date by the next start

    def _of(self, owner: Owner) -> list[str]:
        whole = owner.project(".")
        return [each for each in self._held if each == whole or each.startswith(f"{whole}-")]

    def forget(self, owner: Owner) -> None:
        """Know nothing of the learner's volumes: they were removed."""
        for volume in self._of(owner):
            del self._held[volume]

    async def _bring(self, owner: Owner, source: str, files: Mapping[str, bytes]) -> None:
        volume = owner.project(source)
        request = recipe.project_volume(owner, source)
        made = (await self._setup.host.must("POST", "/volumes/create", body=request)).json
        if (made.get("Labels") or {}).get("docent.learner") != owner.key:
            raise HostError(f"A volume of another owner is called {volume}.")
        now = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
        held = self._held.get(volume, {})
        changed = {path: files[path] for path in now if held.get(path) != now[path]}
        doomed = sorted(held.keys() - now.keys())
        first = self._held.pop(volume, None) is None  # should this fail half-way, everything is written anew
        if changed or doomed or first:
            await self._write(owner, volume, changed, doomed, first=first)
        self._held[volume] = now

    async def _write(
        self, owner: Owner, volume: str, changed: Mapping[str, bytes], doomed: Collection[str], *, first: bool
    ) -> None:
        host = self._setup.host
        request = recipe.project_writer(owner, self._setup.verifier, volume, KEEPER, json.dumps(sorted(doomed)))
        await host.remove(request.name)  # what a crash may have left
        made = await host.create(request)
        if isinstance(made, EngineSaid):
            raise HostError(f"The project could not be brought into its volume: {made.message}")
        try:
            if doomed or first:
                refused = await host.start(made, Lane.CONTROL)
                if refused or await host.wait(made, REMOVE_S) != 0:
                    raise HostError("The project's volume could not be tidied.")
            said = await host.put(made, recipe.PROJECT, packed(changed, time.time()))
            if said is not None:
                raise HostError(f"The project could not be written into its volume: {said.message}")
        finally:
            await host.remove(made)


def below(source: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files of a folder, by their paths inside it."""
    if source == ".":
        return dict(files)
    return {path[len(source) + 1 :]: content for path, content in files.items() if path.startswith(f"{source}/")}


def packed(files: Mapping[str, bytes], now: float) -> bytes:
    """Return a tar of the files and of their folders, the folder itself first."""
    folders = {""} | {"/".join(path.split("/")[:depth]) for path in files for depth in range(1, path.count("/") + 1)}
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for folder in sorted(folders):
            tar.addfile(_entry(f"./{folder}", now, folder=True))
        for path in sorted(files):
            entry = _entry(f"./{path}", now)
            entry.size = len(files[path])
            tar.addfile(entry, io.BytesIO(files[path]))
    return held.getvalue()


def _entry(path: str, now: float, *, folder: bool = False) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(path)
    entry.type = tarfile.DIRTYPE if folder else tarfile.REGTYPE
    entry.mode = 0o755 if folder else 0o644
    entry.uid = entry.gid = USER
    entry.mtime = now
    return entry
