"""Builds: judged, sent with limits and a wall clock, watched, looked at, and only then named."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.errors import EngineTimeout, HostError, ImageMissing
from bot.handin.plan import BuildPlan, Output, Refusal
from bot.sandbox import accepted, recipe
from bot.sandbox.belongings import pictures
from bot.sandbox.build_log import RUN_FAILED, BuildLog
from bot.sandbox.cgroup import Cgroups
from bot.sandbox.context import OURS, Context, packed
from bot.sandbox.decisions import keep
from bot.sandbox.disk.watch import Building
from bot.sandbox.engine import EngineSaid
from bot.sandbox.leftovers import step_ended
from bot.sandbox.names import Owner
from bot.sandbox.screen import cut, shown
from bot.sandbox.setup import Setup
from bot.sandbox.things import ImageDetail, host_fault

LOG_CHARS = 8_000
KEPT_UNNAMED = 2  #: images that lost their name to a newer build; older ones go
LONGEST_EVENT = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Built:
    """One build that ended. `text` is the CLI's display; `image_id` is '' when it failed."""

    text: str
    image_id: str = ""
    step: str = ""  #: the instruction at which it stopped, as written
    line: str = ""  #: the line that says why
    warnings: tuple[str, ...] = ()
    took_s: float = 0.0
    limited: bool = False  #: it was stopped at a limit of ours


class Events:
    """Cuts the builder's stream into JSON events; a line without an end is bounded."""

    def __init__(self, cap: int) -> None:
        self._rest = b""
        self._left = cap

    @property
    def flooded(self) -> bool:
        """Tell whether more came than a build may print."""
        return self._left < 0

    def feed(self, chunk: bytes) -> Sequence[dict[str, object]]:
        """Return the events that are complete now."""
        self._left -= len(chunk)
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        self._rest = self._rest[-LONGEST_EVENT:]
        events = []
        for line in lines:
            with contextlib.suppress(ValueError):
                event = json.loads(line)
                if isinstance(event, dict):
                    events.append(event)
        return events


class Builds:
    """Builds of learners' projects."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._at_work: Counter[str] = Counter()  #: learner → builds whose image may not be named yet

    @contextlib.contextmanager
    def at_work(self, owner: Owner) -> Iterator[None]:
        """Keep the learner's nameless images while the block runs: one of them may be about to get its name."""
        self._at_work[owner.key] += 1
        try:
            yield
        finally:
            self._at_work[owner.key] -= 1

    async def command(
        self, owner: Owner, plan: BuildPlan, files: Mapping[str, bytes], progress: Callable[[str], None]
    ) -> Output:
        """Return `docker build`."""
        with self.at_work(owner):
            built = await self.build(owner, plan, files, progress)
            if isinstance(built, Refusal):
                return Output(
                    built.words or built.say,
                    built.exit_code if built.docker else 1,
                    note=built.say if built.words else "",
                )
            note = next(iter(built.warnings), "")
            if not built.image_id:
                return Output(shown(built.text), 1, note=note, limited=built.limited)
            for tag in plan.tags:
                await self._setup.host.tag(built.image_id, owner.image(tag))
        await self._forget_unnamed(owner)
        text = built.image_id if plan.quiet else shown(built.text)
        return Output(text, note=note, built=((built.image_id, plan),))

    async def build(
        self, owner: Owner, plan: BuildPlan, files: Mapping[str, bytes], progress: Callable[[str], None]
    ) -> Built | Refusal:
        """Build the project and return what came of it; no name is given. Raises `HostError`."""
        setup = self._setup
        own = await self._own(owner) if accepted.foreign_bases(plan, files, setup.bases) else {}
        read = accepted.read(plan, files, setup.bases, own)
        keep(owner, accepted.decision(plan, files, read))
        if isinstance(read, Refusal):
            return read
        for name in read.bases:
            if name not in own and await setup.host.image(setup.bases[name]) is None:
                raise ImageMissing(f"The image {name} is not on this host any more. Run `docent images prepare`.")
        context = packed(files, read.text, plan.context)
        started = time.monotonic()
        source = files.get(read.path, b"").decode("utf-8", "replace")
        log = BuildLog(read.instructions, started, read.path, source)
        await self._send(owner, plan, read, context, log, progress)
        detail = await self._looked_at(log, [{**own, **setup.bases}[name] for name in read.bases])
        text = log.finished(
            time.monotonic(),
            dockerfile_bytes=read.written_bytes,
            context_bytes=context.sent_bytes,
            tags=plan.tags,
        )
        took_s = time.monotonic() - started
        if log.error or detail is None:
            return Built(text, "", log.step, log.reason(), read.warnings, took_s, log.limited)
        return Built(text, detail.id, warnings=read.warnings, took_s=took_s)

    async def _send(
        self,
        owner: Owner,
        plan: BuildPlan,
        read: accepted.Accepted,
        context: Context,
        log: BuildLog,
        progress: Callable[[str], None],
    ) -> None:
        setup, limits = self._setup, self._setup.limits
        events, loop = Events(limits.build_output_bytes), asyncio.get_running_loop()

        def take(chunk: bytes) -> bool:
            for event in events.feed(chunk):
                line = log.feed(event, time.monotonic())
                if line:
                    loop.call_soon_threadsafe(progress, line)
            return not events.flooded

        try:
            if setup.disk:
                await setup.disk.must_have_room()
            watched = setup.disk.building(owner) if setup.disk else contextlib.nullcontext(Building())
            groups = await self.cgroups()
            group = groups.for_build(f"{owner.instance}-{owner.key}")
            with watched as live, group as cgroup, self._charged(owner, groups, cgroup):
                params = recipe.build(
                    owner,
                    limits,
                    cgroup,
                    dockerfile=OURS,
                    target=plan.target,
                    bases=[name for name in read.bases if name in setup.bases],
                    build_args=dict(plan.build_args),
                    no_cache=plan.no_cache,
                )
                try:
                    said = await setup.host.build(
                        context.tar, params, deadline_s=limits.build_deadline_s, on_bytes=take
                    )
                finally:
                    # cut, it is over only when the engine has ended its step; else there is none any more
                    await step_ended(setup.host, log.container if log.unfinished else "")
        except EngineTimeout:
            if not log.step:
                raise  # it never began: that is the engine's silence, not a slow build
            log.error = f"the build took longer than {limits.build_deadline_s:.0f} s and was stopped"
            log.limited = True
        else:
            log.error = live.stopped or log.error or self._trouble(said, events)
            log.limited = bool(live.stopped) or events.flooded
            if not live.stopped and (fault := fault_of_build(log.error)):
                raise fault

    @contextlib.contextmanager
    def _charged(self, owner: Owner, groups: Cgroups, group: str) -> Iterator[None]:
        """Note the processor seconds of what runs in the block; as many as it may use where nobody knows better."""
        before, began = groups.cpu_s(group), time.monotonic()
        try:
            yield
        finally:
            after = groups.cpu_s(group)
            most = (time.monotonic() - began) * self._setup.limits.build_cpus
            self._setup.built_s[owner.key] += most if before is None or after is None else max(after - before, 0.0)

    async def cgroups(self) -> Cgroups:
        """Return the control groups that builds are put into."""
        return await self._setup.groups.found() if self._setup.groups else Cgroups()

    def _trouble(self, said: EngineSaid | None, events: Events) -> str:
        if events.flooded:
            return (
                f"the build printed more than {self._setup.limits.build_output_bytes // recipe.MIB} MB and was stopped"
            )
        return said.message if said else ""

    async def _looked_at(self, log: BuildLog, bases: Sequence[str]) -> ImageDetail | None:
        """Return the new image if it keeps to the limits; else it is removed, and the log says why."""
        if log.error:
            return None
        host, limits = self._setup.host, self._setup.limits
        detail = await host.image(log.image_id) if log.image_id else None
        if detail is None:
            log.error = "the engine did not say which image it made"
            return None
        growth_mb = (detail.size - await self._base_size(bases)) / recipe.MIB
        if growth_mb > limits.image_growth_mb:
            log.error = (
                f"the image is {growth_mb:.0f} MB bigger than its base; {limits.image_growth_mb} MB is the most here"
            )
        elif detail.layers > limits.image_layers:
            log.error = f"the image has {detail.layers} layers; {limits.image_layers} is the most here"
        if log.error:
            log.limited = True
            await host.remove_image(detail.id)
            return None
        return detail

    async def _base_size(self, bases: Sequence[str]) -> int:
        # which stage the image stands on is not looked up: the smallest base is on the safe side
        sizes = []
        for image_id in bases:
            base = await self._setup.host.image(image_id)
            if base is None:
                raise ImageMissing("A base image is not prepared on this host. Run `docent images prepare`.")
            sizes.append(base.size)
        return min(sizes, default=0)

    async def _own(self, owner: Owner) -> dict[str, str]:
        mine = await pictures(self._setup, owner)
        return {tag: picture.id for picture in mine if not picture.base for tag in picture.tags}

    async def _forget_unnamed(self, owner: Owner) -> None:
        if self._at_work[owner.key]:
            return  # whoever ends last does it
        mine = await self._setup.host.images(*owner.labels)
        for image in [each for each in mine if not each.tags][KEPT_UNNAMED:]:
            # refused while a container uses it, which is as it should be
            await self._setup.host.remove_image(image.id)


def fault_of_build(error: str) -> HostError | None:
    """Return what the host is to blame for when a build ended so; a step that failed has a code of its own."""
    return None if RUN_FAILED.search(error) else host_fault(error)


def log_tail(text: str) -> str:
    """Return the part of a build's display that evidence keeps."""
    return cut(shown(text), LOG_CHARS)
