"""Both sides at once, or ours against what was recorded."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.differ.clients import VERSIONS, Clients, NotHere, clients
from tests.differ.judging import Judge, Row, read_meant
from tests.differ.masking import normal
from tests.differ.ours import desk
from tests.differ.real import machine
from tests.differ.session import LIST, Answer, Step, read_session

RECORDED = Path(__file__).with_name("recorded.json")
CLIENTS = Path(__file__).parents[2] / ".docent" / "clients"
Said = tuple[list[str], int]  #: an answer in its normal form, and its exit code


@dataclass(frozen=True, slots=True)
class Comparison:
    """The whole table."""

    rows: list[Row]
    unused: list[str]
    against: str
    took_s: float

    def as_json(self) -> dict[str, object]:
        """Return it as JSON values."""
        rows = [asdict(row) | {"like": row.like.value} for row in self.rows]
        return {"against": self.against, "took_s": round(self.took_s, 1), "unused": self.unused, "rows": rows}


async def compare(folder: Path, *, recorded: bool = False) -> Comparison:
    """Return how Docent's answers compare with the real ones; with what was recorded where those cannot be had."""
    began = time.monotonic()
    steps = read_session(LIST.read_text(encoding="utf-8"))
    mine = asyncio.create_task(_ours(steps, folder))
    try:
        real, against = await _said(steps, folder / "real", recorded=recorded)
        answers, engine = await mine
    finally:
        mine.cancel()
    judge = Judge(read_meant(engine=engine))
    rows = [judge.row(*each) for each in zip(steps, real, answers, strict=True) if not each[0].until]
    return Comparison(rows, judge.unused, against, time.monotonic() - began)


async def _said(steps: list[Step], folder: Path, *, recorded: bool) -> tuple[list[Said], str]:
    if recorded:
        return _kept(steps), f"{VERSIONS}, as recorded"
    try:
        found = await asyncio.to_thread(clients, CLIENTS)
        return await asyncio.to_thread(_real, steps, folder, found), VERSIONS
    except NotHere as why:
        return _kept(steps), f"{VERSIONS}, as recorded ({why})"


async def _ours(steps: list[Step], folder: Path) -> tuple[list[Answer], str]:
    async with desk(folder) as place:
        return [await place.answer(step) for step in steps], place.engine


def _real(steps: list[Step], folder: Path, found: Clients) -> list[Said]:
    with machine(folder, found) as made:
        answers = [made.answer(step) for step in steps]
    return [(normal(step.line, answer.text), answer.exit_code) for step, answer in zip(steps, answers, strict=True)]


def record(found: Comparison) -> None:
    """Keep the real answers."""
    rows = [{"line": row.line, "said": list(row.real), "exit_code": row.real_exit} for row in found.rows]
    RECORDED.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _kept(steps: list[Step]) -> list[Said]:
    rows = iter(json.loads(RECORDED.read_text(encoding="utf-8")))
    found: list[Said] = []
    for step in steps:
        if step.until:
            found.append(([], 0))
            continue
        row = next(rows, None)
        if row is None or row["line"] != step.line:
            raise RuntimeError(
                f"{step.line!r} is not recorded yet: run `deploy/differ --record` where the clients are."
            )
        found.append((row["said"], row["exit_code"]))
    return found
