"""What every command needs: settings, a loop, a way to be stopped."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console

from bot.settings import Settings, read_settings

console = Console(stderr=True, highlight=False)
T = TypeVar("T")
M_ARENA_MAX = -8

Data = Annotated[Path | None, typer.Option(help="Folder of the database, the queue and the log.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def with_data(data: Path | None) -> Settings:
    """Return the settings, with the data folder given on the command line."""
    return read_settings(**({"data": data} if data else {}))


def run(work: Coroutine[Any, Any, T], settings: Settings) -> T:
    """Run a coroutine to its end with logging set up."""
    from bot.logs import set_up

    set_up(settings.log_level, as_json=settings.log_json)
    share_one_heap()
    return asyncio.run(work)


def share_one_heap() -> None:
    """Let all threads share one heap where the C library is glibc: one each costs a bot about 3 MB for nothing.

    Source: mallopt(3), M_ARENA_MAX.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


async def until_stopped(stopped: asyncio.Event | None = None) -> None:
    """Return when the process is asked to end, or somebody else sets `stopped`."""
    asked, stopped = asyncio.Event(), stopped or asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, asked.set)
    waits = [asyncio.ensure_future(each.wait()) for each in (asked, stopped)]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
