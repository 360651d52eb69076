"""Reports made in a process of their own (`bot.ports.Reports`): nobody's answer waits for them, and their memory is
given back."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import structlog

from bot.errors import HostError
from bot.ports import Keepsake, Wish

log = structlog.get_logger(__name__)

LIMIT_S = 120.0
SLACKS = "SLACK_"  #: how the names of what the other process has no need of begin


class Printer:
    """Runs `docent export` on the same records; one at a time, so that many reports cost no more than one."""

    def __init__(self, data: Path, workshop: Path) -> None:
        self._places = {"DOCENT_DATA": str(data.resolve()), "DOCENT_WORKSHOP": str(workshop.resolve())}
        self._turn = asyncio.Lock()

    async def make(self, wish: Wish) -> Sequence[Keepsake]:
        """Return the files of a report, the summary first. Raises `HostError`."""
        async with self._turn:
            with tempfile.TemporaryDirectory(prefix="docent-report-") as folder:
                return await asyncio.to_thread(read, await self._export(wish, folder))

    async def _export(self, wish: Wish, folder: str) -> bytes:
        more = [word for part in sorted(wish.parts) for word in ("--format", part.value)]
        more += [] if wish.names else ["--no-names"]
        command = (
            sys.executable,
            "-m",
            "bot",
            "export",
            "--json",
            "--cohort",
            str(wish.cohort),
            "--out",
            folder,
            *more,
        )
        process = await asyncio.create_subprocess_exec(
            *command, env=self._environment(os.environ), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        try:
            async with asyncio.timeout(LIMIT_S):
                told, failed = await process.communicate()
        except TimeoutError as error:
            raise HostError("The report took too long to make, so I gave it up. Please try again later.") from error
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            log.warning("report_failed", code=process.returncode, error=failed.decode(errors="replace")[-2_000:])
            raise HostError("The report could not be made. Whoever runs Docent finds the reason in its log.")
        return told

    def _environment(self, ours: Mapping[str, str]) -> Mapping[str, str]:
        kept = {name: value for name, value in ours.items() if not name.upper().startswith(SLACKS)}
        # the package is found where this one was, also from a checkout that is installed nowhere
        path = os.pathsep.join(filter(None, (str(Path(__file__).parents[2]), kept.get("PYTHONPATH", ""))))
        return kept | self._places | {"PYTHONPATH": path}


def read(told: bytes) -> Sequence[Keepsake]:
    """Return the files that `docent export --json` told of."""
    found = []
    for each in json.loads(told):
        file = Path(each["file"])
        found.append(Keepsake(file.name, file.read_bytes(), each["shows"], each["says"]))
    return found
