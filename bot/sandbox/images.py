"""Getting the base images ready: pulled or made, tested, tagged and pinned by ID."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from bot.errors import HostError, OperatorError
from bot.sandbox.catalogue import CATALOGUE, Row, registry_of
from bot.sandbox.contexts import made_context, offline_context
from bot.sandbox.image_engine import BuildFailed, ImageEngine, LocalImage, NoRegistry, Pins

RECIPE_LABEL = "docent.recipe"
STANDIN_LABEL = "docent.standin"
BUILD_DEADLINE_S = 300.0
SMOKE_DEADLINE_S = 60.0


class Stage(Enum):
    """How far an image is."""

    PULLING = "pulling"  #: asking the registry
    GATHERING = "gathering"  #: fetching packages for the recipe
    BUILDING = "building"  #: the engine builds
    TESTING = "testing"  #: the smoke test runs
    READY = "ready"  #: it can be used
    FAILED = "failed"  #: it cannot; `say` tells why


@dataclass(frozen=True, slots=True)
class Step:
    """One line of progress about one image."""

    name: str
    stage: Stage
    say: str = ""
    share: float | None = None  #: of this stage, 0 to 1, where it is known


@dataclass(frozen=True, slots=True)
class PreparedImage:
    """An image that is ready. `fresh` tells that this run made or fetched it."""

    name: str
    served: str
    id: str
    standin: bool
    fresh: bool


Report = Callable[[Step], None]


@dataclass(frozen=True, slots=True)
class Listed:
    """An image of the catalogue as it is on the host; `id` is '' when it is not there."""

    name: str
    served: str
    id: str
    standin: bool
    current: bool  #: made by the recipe as it is now
    section: int
    optional: bool = False  #: whether the workshop goes on without it


def list_images(engine: ImageEngine, root: Path) -> list[Listed]:
    """Return every image of the catalogue as it is on the host now. Raises: EngineDown."""
    engine.ping()
    listed = []
    for row in CATALOGUE:
        found = engine.find(row.served)
        labels = found.labels if found else {}
        current = found is not None and is_current(row, found, row.recipe.digest(root))
        standin = labels.get(STANDIN_LABEL) == "true"
        listed.append(
            Listed(row.name, row.served, found.id if found else "", standin, current, row.section, row.optional)
        )
    return listed


def prepare(
    engine: ImageEngine,
    pins: Pins,
    report: Report,
    *,
    root: Path,
    cache: Path,
    only: Collection[str] | None = None,
    refresh: bool = False,
) -> list[PreparedImage]:
    """Return the images, all ready and pinned, in the catalogue's order; what is ready already is left alone.

    `root` is the folder that holds `deploy/` and `lessons/`, `cache` keeps downloads, `refresh` asks the registries
    again for what is a stand-in now. Two images are made at a time. Raises: EngineDown, OperatorError naming each
    image that failed and that the workshop cannot do without, after the others are ready.
    """
    engine.ping()
    work = _Work(engine, pins, report, root, cache, refresh)
    rows = [row for row in CATALOGUE if only is None or row.name in only]
    if unknown := set(only or ()) - {row.name for row in rows}:
        raise OperatorError(f"There is no image called {', '.join(sorted(unknown))} in the catalogue.")
    cache.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(max_workers=2, thread_name_prefix="images") as pool:
        done = list(pool.map(work.attempt, rows))
    if failed := [
        f"{row.name}: {outcome}"
        for row, outcome in zip(rows, done, strict=True)
        if isinstance(outcome, str) and not (row.optional and only is None)
    ]:
        raise OperatorError("Not every image could be prepared. " + " ".join(failed))
    return [outcome for outcome in done if isinstance(outcome, PreparedImage)]


def is_current(row: Row, found: LocalImage, digest: str) -> bool:
    """Return whether what carries our tag is what the recipe makes now, or the registry's own image."""
    if STANDIN_LABEL in found.labels:
        return found.labels.get(RECIPE_LABEL) == digest
    return not row.derived and row.pulled


def _judge_triggers(row: Row, image: LocalImage) -> None:
    """Raise about a base that acts in the builds on it: the policy reads only what learners write."""
    if image.triggers:
        raise OperatorError(f"{row.name} has ONBUILD instructions, so nobody may build on it here.")


@dataclass(slots=True)
class _Work:
    engine: ImageEngine
    pins: Pins
    report: Report
    root: Path
    cache: Path
    refresh: bool
    silent: set[str] = field(default_factory=set)  #: registries that do not answer

    def attempt(self, row: Row) -> PreparedImage | str:
        """Return the image ready, or one sentence why not."""
        try:
            prepared = self.prepared(row)
        except (OperatorError, BuildFailed) as error:
            self.report(Step(row.name, Stage.FAILED, str(error)))
            return str(error)
        words = "stand-in made from packages" if prepared.standin else "the real one" if row.pulled else "made here"
        self.report(Step(row.name, Stage.READY, words if prepared.fresh else f"{words}, ready before", 1.0))
        return prepared

    def prepared(self, row: Row) -> PreparedImage:
        """Return the image, made if need be, tested and pinned. Raises: OperatorError, BuildFailed, HostError."""
        digest = row.recipe.digest(self.root)
        found = self.engine.find(row.served)
        fresh = found is None or not is_current(row, found, digest)
        if not fresh and found and self.refresh and found.labels.get(STANDIN_LABEL) == "true" and row.pulled:
            fresh = self.pulled(row) is not None
        if fresh or found is None:
            found = self.made(row, digest)
        standin = found.labels.get(STANDIN_LABEL) == "true"
        if fresh or self.pins.get().get(row.name) != found.id:
            self.tested(row, found)
            self.pins.put(row.name, found.id, standin)
        return PreparedImage(row.name, row.served, found.id, standin, fresh)

    def made(self, row: Row, digest: str) -> LocalImage:
        """Return the image from its registry, with the recipe on top where it goes there, else from packages."""
        original = self.pulled(row) if row.pulled else None
        if original:
            _judge_triggers(row, original)
        if original and not row.derived:
            self.engine.tag(original.id, row.served)
            return original
        standin, former = row.pulled and original is None, self.engine.find(row.served)
        labels = {RECIPE_LABEL: digest, STANDIN_LABEL: "true" if standin else "false"}
        with tempfile.TemporaryDirectory(prefix="context-", dir=self.cache) as folder:
            self.report(Step(row.name, Stage.GATHERING))
            context = made_context(
                row.recipe, Path(folder), self.cache, self.root, original.id if original else "",
                lambda line: self.report(Step(row.name, Stage.GATHERING, line)),
            )  # fmt: skip
            self.report(Step(row.name, Stage.BUILDING))
            made = self.engine.build(
                context,
                row.served,
                labels,
                lambda line: self.report(Step(row.name, Stage.BUILDING, line)),
                BUILD_DEADLINE_S,
            )
        if standin:
            # so that whoever looks finds it under the usual name too; a real image keeps its name
            usual = self.engine.find(row.name)
            if usual is None or usual.labels.get(STANDIN_LABEL) == "true":
                self.engine.tag(made.id, row.name)
        if former and former.id != made.id and STANDIN_LABEL in former.labels:
            with suppress(HostError):  # it stays where somebody still uses it
                self.engine.remove(former.id)
        return made

    def pulled(self, row: Row) -> LocalImage | None:
        """Return the registry's own image, the one on the host if it is there; None when there is no way to it."""
        found = self.engine.find(row.name)
        if found and STANDIN_LABEL not in found.labels:
            return found
        registry = registry_of(row.name)
        if registry in self.silent:
            self.report(Step(row.name, Stage.PULLING, f"{registry} does not answer from here."))
            return None
        self.report(Step(row.name, Stage.PULLING))
        try:
            return self.engine.pull(
                row.name, lambda line, share: self.report(Step(row.name, Stage.PULLING, line, share))
            )
        except NoRegistry as why:
            self.silent.add(registry)
            self.report(Step(row.name, Stage.PULLING, str(why)))
            return None

    def tested(self, row: Row, image: LocalImage) -> None:
        """Return when the image works. Raises: OperatorError."""
        self.report(Step(row.name, Stage.TESTING, " ".join(row.smoke[:2])))
        _judge_triggers(row, image)
        program, *words = row.smoke
        ran = self.engine.run_once(image.id, words, entrypoint=program, deadline_s=SMOKE_DEADLINE_S)
        if not re.search(row.expect, ran.output, re.DOTALL | re.MULTILINE):
            raise OperatorError(f"{row.name} does not work: {' '.join(row.smoke[:2])} printed {ran.output[-200:]!r}.")
        if row.installs:
            self.installs_offline(row, image)

    def installs_offline(self, row: Row, image: LocalImage) -> None:
        """Return when the exercise app's packages install with no network. Raises: OperatorError."""
        self.report(Step(row.name, Stage.TESTING, "npm install with no network"))
        tag = "docent/smoke:" + hashlib.sha256(image.id.encode()).hexdigest()[:12]
        with tempfile.TemporaryDirectory(prefix="smoke-", dir=self.cache) as folder:
            context = offline_context(Path(folder), self.root, image.id)
            try:
                self.engine.build(context, tag, {STANDIN_LABEL: "smoke"}, lambda _: None, SMOKE_DEADLINE_S)
            except BuildFailed as why:
                raise OperatorError(f"{row.name} cannot install the exercise app without network: {why}") from why
            finally:
                self.engine.remove(tag)
