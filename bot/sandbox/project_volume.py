"""The project as containers see it: volumes kept in step with the files that the store holds, both ways.

The engine can mount a volume but not a folder of one (before API 1.45), and no folder of the host is ever mounted, so
each folder that is bound has a volume of its own. Files go in through a container of ours that nobody else can reach,
and are looked at in another one; what comes back is decided by `bot.handin.returning`.
Source: Engine API v1.41, `PutContainerArchive`.
"""

from __future__ import annotations

import asyncio
import io
import json
import tarfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from contextlib import asynccontextmanager

from bot.errors import HostError
from bot.handin.plan import BindMount
from bot.handin.returning import Aside, digest, returned
from bot.sandbox import recipe
from bot.sandbox.belongings import containers
from bot.sandbox.engine import EngineSaid, Lane
from bot.sandbox.folders import Folder, Mounted, below, known_of, learn
from bot.sandbox.keeper import Keepers
from bot.sandbox.names import Owner
from bot.sandbox.setup import Setup

REMOVE_S = 20.0
#: The first user of most images and of most people's machines: whoever is not root can work there too.
USER = 1000
#: Gives the folder to that user, takes away files and the folders that are empty then; never through a link. Runs in
#: the writer only.
KEEPER = f"""
import os, stat, sys, json
os.chown("/project", {USER}, {USER})
for path in json.loads(sys.argv[1]):
    parts = path.split("/")
    above = ["/project/" + "/".join(parts[:depth]) for depth in range(1, len(parts))]
    try:
        if all(stat.S_ISDIR(os.lstat(each).st_mode) for each in above):
            os.unlink("/project/" + path)
            for each in reversed(above):
                os.rmdir(each)
    except OSError:
        continue
"""


class ProjectVolumes:
    """The learners' projects on this host."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._keepers = Keepers(setup)
        self._mounted: dict[str, Mounted] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @property
    def keepers(self) -> frozenset[str]:
        """Return the names of the containers that wait for the next look."""
        return self._keepers.names

    async def bring(self, owner: Owner, sources: Iterable[str], files: Mapping[str, bytes]) -> None:
        """Make the volumes of these folders hold what the files say. Raises `HostError`."""
        wanted = tuple(dict.fromkeys(sources))
        if not wanted:
            return
        async with self._turns[owner.key]:
            mounted = await self._known(owner)
            mounted.restless = True
            for source in wanted:
                await self._bring(owner, mounted, source, below(source, files))

    async def refresh(self, owner: Owner, files: Mapping[str, bytes]) -> None:
        """Bring the folders that containers of the learner's mount up to date. Raises `HostError`."""
        async with self._turns[owner.key]:
            try:
                mounted = await self._known(owner)
            except HostError:
                return  # most learners have none; whoever has one is brought up to date by the next start
            if not mounted.folders:
                return
            mounted.restless = True
            for source in sorted({m.source for m in await self._mounts(owner)}):
                await self._bring(owner, mounted, source, below(source, files))

    async def collect(self, owner: Owner, files: Mapping[str, bytes]) -> dict[str, bytes | None]:
        """Return what containers changed in their folders (None: gone), by its path in the project. Raises `HostError`.

        What both sides hold is set by the next `refresh`, so what is not kept is returned again.
        """
        async with self._turns[owner.key]:
            mounted = await self._known(owner)
            if not mounted.folders:
                return {}
            busy = [m for m in await self._mounts(owner, running=True) if not m.read_only]
            if not (busy or mounted.restless):
                return {}
            changes = await self._look(owner, mounted, files)
            mounted.restless = bool(busy)
            return changes

    async def _look(self, owner: Owner, mounted: Mounted, files: Mapping[str, bytes]) -> dict[str, bytes | None]:
        known = {volume: known_of(each, files) for volume, each in mounted.folders.items()}
        seen = await self._keepers.look(owner, known)
        project, changes = dict(files), dict[str, bytes | None]()
        for volume, folder in sorted(mounted.folders.items()):
            back = returned(seen[volume], folder.agreed, below(folder.source, project))
            learn(folder, known[volume], seen[volume], back, below(folder.source, project))
            for path, content in back.changes.items():
                place = path if folder.source == "." else f"{folder.source}/{path}"
                changes[place] = content
                if content is None:
                    project.pop(place, None)
                else:
                    project[place] = content
        return changes

    @asynccontextmanager
    async def changed(
        self, owner: Owner, source: str, path: str, change: Callable[[bytes], bytes], files: Mapping[str, bytes]
    ) -> AsyncIterator[bool]:
        """Have a file of a mounted folder changed during the block, and put back as it was; False: no such file.

        The learner's turn is held meanwhile, so nobody takes the change for theirs. Should we end in the middle, what
        both sides agreed on is not known any more: then what is kept stands, and the next `bring` writes it anew.
        """
        async with self._turns[owner.key]:
            mounted = await self._known(owner)
            volume = owner.project(source)
            content = await self._content(owner, mounted, volume, path, files) if volume in mounted.folders else None
            if content is None:
                yield False
                return
            folder, planted = mounted.folders[volume], change(content)
            agreed, holds = folder.agreed, folder.holds
            folder.agreed, folder.holds = None, {**holds, path: digest(planted)}
            try:
                await self._write(owner, volume, {path: planted}, (), first=False)
                yield True
            finally:
                await self._write(owner, volume, {path: content}, (), first=False)
                folder.agreed, folder.holds = agreed, holds

    async def _content(
        self, owner: Owner, mounted: Mounted, volume: str, path: str, files: Mapping[str, bytes]
    ) -> bytes | None:
        """Return what is in a file of a volume, None when it is not there or is no plain file of a fair size."""
        folder = mounted.folders[volume]
        if path not in (folder.agreed or {}):  # what is kept stands
            return below(folder.source, files).get(path)
        known = {each: known_of(folder, files) for each, folder in mounted.folders.items()}
        known[volume].pop(path, None)  # so that it is shown
        return (await self._keepers.look(owner, known))[volume].changed.get(path)

    def aside(self, owner: Owner) -> tuple[Aside, ...]:
        """Return what the last look left with the containers, by its path in the project."""
        found: dict[str, Aside] = {}
        for folder in self._mounted.get(owner.key, Mounted()).folders.values():
            for each in (*folder.aside, *(aside for _, aside in folder.refused.values())):
                path = each.path if folder.source == "." else f"{folder.source}/{each.path}"
                found.setdefault(path, Aside(path, each.why, each.size, each.say))
        return tuple(found[path] for path in sorted(found))

    async def forget(self, owner: Owner) -> None:
        """Know nothing of the learner's volumes: they were removed."""
        async with self._turns[owner.key]:
            self._mounted.pop(owner.key, None)
            await self._keepers.remove(owner)

    async def close(self) -> None:
        """Stop what waits."""
        await self._keepers.close()

    async def _known(self, owner: Owner) -> Mounted:
        """Return what is known of the learner's folders; after a start the engine is asked once which there are."""
        mounted = self._mounted.get(owner.key)
        if mounted is None:
            mounted = Mounted()
            for each in await self._setup.host.volumes(*owner.labels, "docent.kind=project"):
                mounted.folders[each.engine_name] = Folder(each.name)
            self._mounted[owner.key] = mounted
        return mounted

    async def _mounts(self, owner: Owner, *, running: bool = False) -> list[BindMount]:
        mine = await containers(self._setup, owner)
        return [m for each in mine if each.running or not running for m in each.mounts if isinstance(m, BindMount)]

    async def _bring(self, owner: Owner, mounted: Mounted, source: str, files: Mapping[str, bytes]) -> None:
        volume = owner.project(source)
        request = recipe.project_volume(owner, source)
        made = (await self._setup.host.must("POST", "/volumes/create", body=request)).json
        if (made.get("Labels") or {}).get("docent.learner") != owner.key:
            raise HostError(f"A volume of another owner is called {volume}.")
        folder = mounted.folders.setdefault(volume, Folder(source))
        now = {path: digest(content) for path, content in files.items()}
        before = folder.agreed or {}
        changed = {p: files[p] for p in now if before.get(p) != now[p] and folder.holds.get(p) != now[p]}
        doomed = sorted(path for path in before.keys() - now.keys() if path in folder.holds)
        first = folder.agreed is None
        folder.agreed = None  # should this fail half-way, what is kept is written anew
        if changed or doomed or first:
            await self._write(owner, volume, changed, doomed, first=first)
        folder.agreed = now
        folder.holds = {path: held for path, held in folder.holds.items() if path not in doomed} | {
            path: now[path] for path in changed
        }

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
