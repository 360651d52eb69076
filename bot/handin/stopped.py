"""How a maker of plans gives up early: inside this room only, the door always answers with a value."""

from __future__ import annotations

from bot.handin.plan import Refusal


class Stopped(Exception):
    """Carries the refusal from deep inside a maker to the door of the room; never leaves `bot.handin`."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def stop(code: str, say: str, seen: str = "", nearest: str = "") -> Stopped:
    """Return what to raise for something that only we refuse."""
    return Stopped(Refusal(code, say, seen[:200], nearest[:2000]))


def docker_stop(code: str, say: str, words: str, seen: str, path: str, nearest: str = "") -> Stopped:
    """Return what to raise where Docker's client would stop after reading its options."""
    words = f"docker: {words}\n\nRun '{path} --help' for more information"
    return Stopped(Refusal(code, say, seen[:200], nearest[:2000], docker=True, words=words))
