"""What ought to be on the host: an entry for each object, durable before the engine is asked to make it.

All entries that are not gone are in memory too, so that asking costs nothing. "There" and "gone" are written a moment
later, together: after a crash in between, the janitor's next round finds out by looking.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import structlog

from bot.ports import Entry, Ledger, Stage
from bot.sandbox.janitor.seal import INSTANCE, Labels, Seal, What

log = structlog.get_logger(__name__)

TOGETHER_S = 0.05  #: what happens within this time is written in one transaction
#: Containers of ours that live for one task; one that is older than this was forgotten.
LEASES = {
    "writer": timedelta(minutes=3),
    "filler": timedelta(minutes=3),
    "browser": timedelta(minutes=3),
    "canary": timedelta(minutes=3),
}
#: A name that an image has for one task.
PASSING = ("docentcopier-", "docentfetched-")
PASSING_LEASE = timedelta(minutes=15)


def now() -> datetime:
    """Return the time, aware, in UTC."""
    return datetime.now(UTC)


@dataclass
class Shelf:
    """A ledger in memory, for whoever keeps no records: what it holds ends with the process."""

    kept: dict[tuple[str, str], Entry] = field(default_factory=dict)

    async def write(self, entries: Sequence[Entry]) -> None:
        """Keep the entries (`bot.ports.Ledger`)."""
        self.kept |= {(each.what, each.name): each for each in entries}

    async def entries(self) -> list[Entry]:
        """Return the entries that are not gone."""
        return [each for each in self.kept.values() if each.stage is not Stage.GONE]

    async def forget(self, before: datetime) -> None:
        """Forget what went before then."""
        old = [key for key, each in self.kept.items() if each.stage is Stage.GONE and each.at < before]
        for key in old:
            del self.kept[key]


class Books:
    """The books of one Docent on one host."""

    def __init__(self, instance: str, seal: Seal, ledger: Ledger, clock: Callable[[], datetime] = now) -> None:
        self.instance, self.seal = instance, seal
        self._ledger, self._clock = ledger, clock
        self._entries: dict[tuple[What, str], Entry] | None = None
        self._by_id: dict[str, Entry] = {}
        self._waiting: dict[tuple[str, str], Entry] = {}
        self._opening, self._writing = asyncio.Lock(), asyncio.Lock()
        self._soon: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Read what was kept, once."""
        async with self._opening:
            if self._entries is None:
                kept = {(What(each.what), each.name): each for each in await self._ledger.entries()}
                self._by_id = {each.engine_id: each for each in kept.values() if each.engine_id}
                self._entries = kept

    def all(self) -> Mapping[tuple[What, str], Entry]:
        """Return the entries that are not gone; `open` comes first."""
        return dict(self._entries or {})

    def entry(self, what: What, name: str) -> Entry | None:
        """Return the entry of this name, or of this engine's id, unless it is gone."""
        found = (self._entries or {}).get((what, name)) or self._by_id.get(name)
        return found if found is not None and found.what == what else None

    def claimed(self, labels: Labels) -> bool:
        """Tell whether something says that it is ours."""
        return labels.get(INSTANCE) == self.instance

    def ours(self, what: What, name: str, engine_id: str, labels: Labels) -> bool:
        """Tell whether something is ours: sealed under its name, or renamed by us."""
        if not self.claimed(labels):
            return False
        if self.seal.holds(what, name, labels):
            return True
        renamed = self._by_id.get(engine_id) if what is What.CONTAINER else None
        return renamed is not None and renamed.name == name and self.seal.genuine(what, labels)

    async def intend(self, what: What, name: str, labels: Labels) -> None:
        """Enter what is about to be made; durable when this returns, and what waited with it."""
        kind, at = labels.get("docent.kind", ""), self._clock()
        lease = PASSING_LEASE if name.startswith(PASSING) else LEASES.get(kind)
        attempt = labels.get("docent.attempt", "")
        entry = Entry(
            what,
            name,
            Stage.INTENDED,
            at,
            kind,
            labels.get("docent.learner", ""),
            int(attempt) if attempt.isdigit() else 0,
            until=at + lease if lease else None,
        )
        self._keep(entry)
        await self.flush()

    def there(self, what: What, name: str, engine_id: str) -> None:
        """Enter that something was made; written soon."""
        if (entry := self.entry(what, name)) is not None:
            self._keep(replace(entry, stage=Stage.THERE, at=self._clock(), engine_id=engine_id))
            self._flush_soon()

    def restore(self, entry: Entry) -> None:
        """Have the entry as it was before something was intended; written soon."""
        self._keep(entry)
        self._flush_soon()

    def gone(self, what: What, name: str) -> None:
        """Enter that something (by name or engine's id) is not there any more; written soon."""
        if (entry := self.entry(what, name)) is not None:
            self._keep(replace(entry, stage=Stage.GONE, at=self._clock()))
            self._flush_soon()

    async def rename(self, engine_id: str, name: str) -> Callable[[], None]:
        """Enter another name of a container, before it gets it; returns what takes that back."""
        before = self.entry(What.CONTAINER, engine_id)
        if before is None:
            return lambda: None
        after = replace(before, name=name)
        self._move(before, after)
        await self.flush()
        return lambda: self._move(after, before)

    async def flush(self) -> None:
        """Write what waits; durable when this returns."""
        async with self._writing:
            batch, self._waiting = self._waiting, {}
            if not batch:
                return
            try:
                await self._ledger.write(list(batch.values()))
            except BaseException:
                self._waiting = batch | self._waiting
                raise

    async def forget(self, before: datetime) -> None:
        """Forget what went before then."""
        await self._ledger.forget(before)

    async def close(self) -> None:
        """Write what waits."""
        if self._soon is not None:
            await asyncio.gather(self._soon, return_exceptions=True)
        await self.flush()

    def _move(self, before: Entry, after: Entry) -> None:
        self._keep(replace(before, stage=Stage.GONE, at=self._clock()))
        self._keep(after)
        self._flush_soon()

    def _keep(self, entry: Entry) -> None:
        key, entries = (What(entry.what), entry.name), self._entries
        if entries is None:
            raise RuntimeError("the books are not open")
        if (before := entries.get(key)) is not None:
            self._by_id.pop(before.engine_id, None)
        if entry.stage is Stage.GONE:
            entries.pop(key, None)
        else:
            entries[key] = entry
            if entry.engine_id:
                self._by_id[entry.engine_id] = entry
        self._waiting[(entry.what, entry.name)] = entry

    def _flush_soon(self) -> None:
        if self._soon is None or self._soon.done():
            self._soon = asyncio.create_task(self._flush_later())

    async def _flush_later(self) -> None:
        await asyncio.sleep(TOGETHER_S)
        try:
            await self.flush()
        except Exception:
            log.exception("books_not_written")  # it waits for the next one; nobody's command is to fail for it
