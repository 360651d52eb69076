"""`docker cp`: out of a container into the project, and out of the project into a container.

The engine's own way through a container's files is not used on learners' containers (CVE-2026-41567, CVE-2026-42306).
Out: what the container holds is committed, and read in a container of ours that has these files, and its mounts, to
read. In: by a small shell script inside a running container, which needs `sh` and `base64` there.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from bot.errors import HostError
from bot.handin.paths import HOME
from bot.handin.plan import CopyIn, CopyOut, Output
from bot.sandbox import console, recipe
from bot.sandbox.belongings import containers, which_container
from bot.sandbox.copying.arriving import arrived, tar_bytes
from bot.sandbox.copying.writing import WRITE, batches, refused
from bot.sandbox.engine import EngineSaid
from bot.sandbox.folders import below
from bot.sandbox.host import Ran
from bot.sandbox.image_files import ImageFiles
from bot.sandbox.keeper import FILLED, KEPT, program
from bot.sandbox.names import Owner
from bot.sandbox.refusals import no_container
from bot.sandbox.setup import Setup
from bot.sandbox.things import Container, Raw
from bot.sandbox.verifier import MOUNTED, entrypoint

MIB = 1024 * 1024
MOST_OWN_MB = 256  #: what a container may have written itself, to be committed for a look
COMMIT_S = 40.0
LOOK_S = 20.0


class Copying:
    """Copies for the learners of one host."""

    def __init__(self, setup: Setup, image_files: ImageFiles) -> None:
        self._setup, self._image_files = setup, image_files

    async def out(self, owner: Owner, plan: CopyOut, files: Mapping[str, bytes]) -> Output:
        """Copy from a container; what comes into the project is in `brought`."""
        above = plan.target.rpartition("/")[0]
        if plan.target not in files and above and not below(above, files):
            return Output(f'invalid output path: directory "{HOME}/{above}" does not exist', 1)
        async with self._setup.turns[owner.key]:
            meant = which_container(plan.name, await containers(self._setup, owner))
            if not isinstance(meant, Container):
                return no_container(plan.name, meant)
            raw = await self._setup.host.inspect(meant.id, size=True)
            if raw is None:
                return no_container(plan.name, None)
            if (own := int(raw.get("SizeRw") or 0)) > MOST_OWN_MB * MIB:
                say = f"`{meant.name}` has written {own // MIB:,} MB itself; I can look through up to {MOST_OWN_MB} MB."
                return Output("", 1, note=f"{say} `docker exec {meant.name} cat FILE` shows one file.")
            seen = await self._look(owner, meant, raw, plan)
        return arrived(plan, seen, files)

    async def _look(self, owner: Owner, container: Container, raw: Raw, plan: CopyOut) -> Mapping[str, Any]:
        """Return what is at the source, as `bot.sandbox.walk` tells it. Raises `HostError`."""
        host, image = self._setup.host, f"{owner.copier}:latest"
        params = {"container": container.id, "repo": owner.copier, "tag": "latest", "pause": "0"}
        secret = secrets.token_hex(8)
        mounts = [(str(m["Name"]), str(m["Destination"])) for m in raw.get("Mounts") or () if m.get("Type") == "volume"]
        volume = await self._image_files.prepare()
        try:
            made = await host.ask("POST", "/commit", params=params, deadline_s=COMMIT_S)
            if isinstance(made, EngineSaid):
                raise HostError(f"The container's files could not be looked at: {made.message}")
            request = recipe.container_look(owner, str(made.json["Id"]), volume, secret, mounts)
            await host.remove(request.name)  # what a crash may have left
            look = await host.create(request)
            refused = look if isinstance(look, EngineSaid) else await host.start(look)
            if refused is not None:
                raise HostError(f"The container's files could not be looked at: {refused.message}")
            home = entrypoint(f"{MOUNTED}-{secret}")
            follow = "yes" if plan.follow or plan.source.endswith(("/", "/.")) else ""
            words = ["at", plan.source, follow, json.dumps(FILLED)]
            body = {"Cmd": [*home[:-1], "-c", program(), *words], "AttachStdout": True, "AttachStderr": True}
            return _told(await host.execute(request.name, body, deadline_s=LOOK_S, kept=KEPT))
        finally:
            await host.remove(owner.copier)
            with suppress(HostError):  # it is taken away by the next look, or with everything else
                await host.remove_image(image, force=True)

    async def into(self, owner: Owner, plan: CopyIn, files: Mapping[str, bytes]) -> Output:
        """Copy a file or a folder of the project into a running container."""
        meant = which_container(plan.name, await containers(self._setup, owner))
        if not isinstance(meant, Container):
            return no_container(plan.name, meant)
        single = plan.source in files
        sent = {"": files[plan.source]} if single else below(plan.source, files)
        if not sent:
            return Output(f"lstat {plan.written.removesuffix('/.')}: no such file or directory", 1)
        if not meant.running:
            say = f"`{meant.name}` does not run, and here files can only be copied into containers that do."
            return Output("", 1, note=f"{say} `docker start {meant.name}` starts it.")
        if single and plan.written.endswith("/"):
            return Output(f"lstat {plan.written}: not a directory", 1)
        kind = "file" if single else "contents" if plan.contents else "folder"
        base, to = plan.source.rpartition("/")[2], plan.target
        for batch in batches(sent):
            ran = await self._write(meant, [to, base, kind, *batch])
            failed = refused(plan, meant, ran)
            if failed is not None:
                return failed
            # the folder is there now, and what follows belongs into it
            to, kind = (ran.stdout if isinstance(ran, Ran) else to), "file" if single else "contents"
        if plan.quiet:
            return Output("")
        return Output(f"Successfully copied {console.size(tar_bytes(sent))} to {plan.name}:{plan.target}")

    async def _write(self, container: Container, words: list[str]) -> Ran | EngineSaid:
        body = {
            "Cmd": ["sh", "-c", WRITE, "sh", *words],
            "User": "0",
            "WorkingDir": "/",
            "AttachStdout": True,
            "AttachStderr": True,
        }
        return await self._setup.host.execute(container.id, body, deadline_s=self._setup.limits.foreground_s)


def _told(ran: Ran | EngineSaid) -> Mapping[str, Any]:
    if isinstance(ran, Ran) and ran.exit_code == 0:
        with suppress(ValueError):
            told = json.loads(ran.stdout)
            if isinstance(told, dict):
                return told
    what = ran.message if isinstance(ran, EngineSaid) else ran.output[-300:]
    raise HostError(f"The container's files could not be looked at; this is on our side. ({what.strip()})")
