"""One round of the janitor: the engine against the books, in the order containers, networks, volumes, images.

Crash-only: a round may end anywhere, and the next one does what is left. What cannot be removed is tried again by the
next round and said; it never holds up the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import quote

import structlog

from bot.errors import HostError
from bot.sandbox.disk.meter import Room
from bot.sandbox.engine import EngineSaid, Lane
from bot.sandbox.janitor.booked import BookedEngine
from bot.sandbox.janitor.books import now
from bot.sandbox.janitor.census import Census
from bot.sandbox.janitor.claims import Claim
from bot.sandbox.janitor.clearing import HIGH_PCT, LEASE, LOW_PCT, Spare, beyond_quota, spares
from bot.sandbox.janitor.judging import BUILD_LEASE, Fate, Finding, Scene, Thing, absent, judge, of_dead
from bot.sandbox.janitor.layers import LEASE as LAYER_LEASE
from bot.sandbox.janitor.layers import Layers
from bot.sandbox.janitor.seal import Seal, What

log = structlog.get_logger(__name__)

#: Returns how full the engine's disk is; None where it cannot be seen.
Measure = Callable[[], Awaitable[Room | None]]
REMOVE_S = 40.0
REMEMBER_GONE = timedelta(days=1)
FOLDERS = {What.CONTAINER: "containers", What.NETWORK: "networks", What.VOLUME: "volumes", What.IMAGE: "images"}
ORDER = tuple(FOLDERS)


@dataclass
class Round:
    """What came of one round."""

    removed: list[Finding] = field(default_factory=list)
    stuck: list[tuple[Finding, str]] = field(default_factory=list)  #: and what the engine said
    alarms: list[Finding] = field(default_factory=list)
    kept: Counter[tuple[What, str]] = field(default_factory=Counter)  #: how many of what, and why
    cleared: int = 0  #: images that made room
    layers: int = 0  #: of builds, that nothing stood on any more
    gone: int = 0  #: entries of what was not there any more
    confirmed: int = 0


class Janitor:
    """Keeps one host clean for one Docent."""

    def __init__(
        self, engine: BookedEngine, verifier: str, since: datetime | None = None, clock: Callable[[], datetime] = now
    ) -> None:
        self._engine, self._books, self._verifier = engine, engine.books, verifier
        self._census = Census(engine.engine)
        self.layers = Layers(engine.engine, engine.books.instance)
        self._clock = clock
        self.since = since or clock()

    async def round(
        self,
        open_attempts: Collection[int],
        warm: Collection[str] | None = None,
        *,
        alive: bool = True,
        dry_run: bool = False,
        room: Measure | None = None,
    ) -> Round:
        """Look at everything and remove what nobody wants. Raises `HostError` when the engine does not answer."""
        seen_at = self._clock()
        things = await self._census.take()
        await self._books.open()  # after the engine was asked: what it listed was entered before it was made
        scene = Scene(
            self._books.instance,
            self._books.seal,
            self._books.all(),
            self._clock(),
            self.since,
            frozenset(open_attempts),
            self._verifier,
            alive=alive,
            warm=None if warm is None else frozenset(warm),
            making=self._engine.making,
        )
        came = Round()
        findings = [found for each in things if (found := judge(each, scene)) is not None]
        for each in sorted(findings, key=lambda found: ORDER.index(found.thing.what)):
            await self._act(each, came, dry_run=dry_run)
        gone = absent(scene, frozenset((t.what, t.name) for t in things), frozenset(t.id for t in things), seen_at)
        came.gone = len(gone)
        if not dry_run:
            for entry in gone:
                self._books.gone(What(entry.what), entry.name)
            came.layers = await self.layers.sweep(scene.now - LAYER_LEASE)
            if room is not None:
                came.cleared = await self.clear(things, scene, room)
            await self._books.forget(self._clock() - REMEMBER_GONE)
            await self._books.flush()
        return came

    async def clear(self, things: Sequence[Thing], scene: Scene, room: Measure) -> int:
        """Remove images that are too many, and, on a disk that fills up, what is longest unused; return how many."""
        gone = 0
        for spare in beyond_quota(things, scene):
            gone += await self._drop(spare)
        seen = await room()
        if seen is None or not seen.full(HIGH_PCT):
            return gone
        gone += await self.layers.sweep(scene.now - LEASE)
        for spare in spares(things, scene):
            now = await room()
            if now is None or not now.full(LOW_PCT):
                break
            gone += await self._drop(spare)
        log.warning("room_made", images=gone, was_pct=round(max(seen.bytes_pct, seen.files_pct)))
        return gone

    async def _drop(self, spare: Spare) -> int:
        said = await self._ask_away(f"/images/{quote(spare.ref, safe='/:@')}", {})
        if said:
            return 0  # something stands on it
        self._books.gone(What.IMAGE, spare.ref)
        return 1

    async def forget_builds(self) -> None:
        """Remove what builds left that no build of anybody's may still need."""
        await self.layers.sweep(self._clock() - BUILD_LEASE)

    async def bury(self, claim: Claim, *, dry_run: bool = False, by_name: bool = True) -> Round:
        """Remove what carries the seal of a Docent, and, without books to tell (`by_name`), its names of images."""
        came, seal = Round(), Seal(bytes.fromhex(claim.key))
        found = [each for each in await self._census.take() if of_dead(each, claim.instance, seal, by_name=by_name)]
        for each in sorted(found, key=lambda each: ORDER.index(each.what)):
            await self._act(Finding(each, Fate.REMOVE, "its Docent is dead"), came, dry_run=dry_run)
        return came

    async def _act(self, found: Finding, came: Round, *, dry_run: bool) -> None:
        match found.fate:
            case Fate.KEEP:
                came.kept[found.thing.what, found.why] += 1
            case Fate.ALARM:
                came.alarms.append(found)
            case Fate.CONFIRM:
                came.confirmed += 1
                if not dry_run:
                    self._books.there(found.thing.what, found.thing.name, found.thing.id)
            case Fate.REMOVE:
                said = "" if dry_run else await self._remove(found)
                if said:
                    came.stuck.append((found, said))
                    log.warning("not_removed", what=found.thing.what, name=found.thing.name, why=found.why, said=said)
                else:
                    came.removed.append(found)

    async def _remove(self, found: Finding) -> str:
        """Return '' once it is gone, else why not."""
        thing = found.thing
        ref = thing.name or thing.id if thing.what in (What.VOLUME, What.IMAGE) else thing.id
        path = f"/{FOLDERS[thing.what]}/{quote(ref, safe='/:@')}"
        params = {"force": "1", "v": "1"} if thing.what is What.CONTAINER else {}
        said = await self._ask_away(path, params)
        if not said:
            self._books.gone(thing.what, thing.name)
        return said

    async def _ask_away(self, path: str, params: Mapping[str, str]) -> str:
        """Return '' once the engine has removed it, or has no such thing; else why not."""
        try:
            said = await self._engine.engine.ask(Lane.CONTROL, "DELETE", path, params=params, deadline_s=REMOVE_S)
        except HostError as error:
            return str(error)
        return said.message if isinstance(said, EngineSaid) and said.status != 404 else ""
