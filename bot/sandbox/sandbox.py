"""The sandbox of this host: what the classroom knows of containers (`bot.ports.Sandbox`)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

import structlog

from bot.core.evidence import Evidence
from bot.core.fairness.strain import strain
from bot.core.specs import ProbeSpec
from bot.core.standing import Standing
from bot.errors import HostError, RegistryDown
from bot.handin.plan import Output, Plan, Talkative
from bot.pictures.layers import Layer
from bot.ports import Progress, RegistryPass, Tidied
from bot.sandbox.builds import Builds
from bot.sandbox.camera import Camera
from bot.sandbox.cgroup import RUN, Groups
from bot.sandbox.commands import Commands
from bot.sandbox.compose.composed import Composed
from bot.sandbox.conversing import Conversation
from bot.sandbox.disk.watch import Rules, Watch
from bot.sandbox.engine import Engine
from bot.sandbox.gate.gate import Gate
from bot.sandbox.gate.keeper import Keeper
from bot.sandbox.gate.truth import Profile
from bot.sandbox.host import Host
from bot.sandbox.image_files import ImageFiles
from bot.sandbox.inventory import clear, standing
from bot.sandbox.janitor.booked import BookedEngine
from bot.sandbox.janitor.books import Books, Shelf
from bot.sandbox.janitor.claims import Claim
from bot.sandbox.janitor.leaving import demolish, remove_kept, remove_pulled
from bot.sandbox.janitor.rounds import Janitor
from bot.sandbox.janitor.seal import Seal
from bot.sandbox.metering import Meter
from bot.sandbox.names import Owner
from bot.sandbox.pool import Networks, Verifiers
from bot.sandbox.probes import Probes
from bot.sandbox.project_volume import ProjectVolumes
from bot.sandbox.recipe import Limits
from bot.sandbox.setup import Setup
from bot.sandbox.sharing.opening import Opening, opened

log = structlog.get_logger(__name__)

PULSE_S = 2.0


async def nowhere() -> str:
    """Return '': there is no such image."""
    return ""


class DockerSandbox:
    """Learners' sandboxes on one Docker engine.

    `instance` (lower-case letters and digits) tells this Docent's things from another's; `bases` maps public names
    to pinned image ids; `verifier` is an image id; `url` is the engine's, '' for `DOCKER_HOST` or the local socket;
    `run_cgroup` names the control group (or slice) whose ceiling holds for all learners' containers together, and
    `runtime` what the engine runs them with, '' for its default. Without an `opening` there is no registry, and what
    needs one is a `RegistryDown`. Without `books`, what was made is known to this process only. `rules` say how much
    learners may write. `browser` finds the id of the image that the `camera` takes pictures with, `canary`
    of the one that attacks this host's limits: with the profile `class` the `keeper` refuses learners' work on a host
    that does not hold them all.
    """

    def __init__(
        self,
        instance: str,
        bases: Mapping[str, str],
        verifier: str,
        limits: Limits | None = None,
        url: str = "",
        run_cgroup: str = RUN,
        runtime: str = "",
        opening: Opening | None = None,
        browser: Callable[[], Awaitable[str]] = nowhere,
        books: Books | None = None,
        rules: Rules | None = None,
        canary: Callable[[], Awaitable[str]] = nowhere,
        profile: Profile = "try",
    ) -> None:
        self.books = books or Books(instance, Seal(instance.encode()), Shelf())
        self._engine = BookedEngine(Engine(url), self.books)
        self._bases = dict(bases)
        host = Host(self._engine)
        groups = Groups(host, run_cgroup)
        self.disk = Watch(host, groups, instance, rules or Rules())
        self._setup = Setup(host, instance, self._bases, verifier, limits or Limits(), groups, self.disk, runtime)
        self.keeper = Keeper(Gate(self._setup, canary), profile)
        self._networks = Networks(self._setup)
        self._verifiers = Verifiers(self._setup, self._networks)
        self._builds = Builds(self._setup)
        self.meter = Meter(self._setup)
        self._projects = ProjectVolumes(self._setup)
        self.sharing = opened(self._setup, opening) if opening else None
        shop = self.sharing.shop if self.sharing else None
        files = ImageFiles(self._setup)
        self._commands = Commands(
            self._setup, self._networks, self._verifiers, self._builds, self._projects, files, shop
        )
        composed = Composed(self._setup, self._verifiers, self._commands.composing)
        self.janitor = Janitor(self._engine, verifier)
        self.camera = Camera(self._setup, browser)
        self._probes = Probes(
            self._setup, self._networks, self._verifiers, self._builds, composed, self._projects, files, self.sharing
        )

    async def run(self, learner: str, plan: Plan, files: Mapping[str, bytes], progress: Progress) -> Output:
        """Perform one plan and return what Docker's CLI would print."""
        await self.keeper.admit()
        return await self._commands.run(self._setup.owner(learner), plan, files, progress)

    async def converse(self, learner: str, plan: Talkative, files: Mapping[str, bytes]) -> Conversation | Output:
        """Start what the plan says with a keyboard; where that fails, return what Docker's CLI would print."""
        await self.keeper.admit()
        return await self._commands.converse(self._setup.owner(learner), plan, files)

    async def layers(self, learner: str, image: str) -> Sequence[Layer]:
        """Return an image's layers, newest first; none when the learner has no such image."""
        return await self._commands.looking.layers(self._setup.owner(learner), image)

    async def refresh(self, learner: str, files: Mapping[str, bytes]) -> None:
        """Show the project as it is now to the learner's containers that mount it."""
        await self._projects.refresh(self._setup.owner(learner), files)

    async def collect(self, learner: str, files: Mapping[str, bytes]) -> Mapping[str, bytes | None]:
        """Return what the learner's containers changed in the project that they mount."""
        return await self._projects.collect(self._setup.owner(learner), files)

    async def probe(
        self, learner: str, spec: ProbeSpec, files: Mapping[str, bytes], *, attempt: int, again: bool
    ) -> Evidence:
        """Gather evidence for one condition; waits quietly for an app that is still starting."""
        await self.keeper.admit()
        return await self._probes.probe(self._setup.owner(learner), spec, files, attempt=attempt, again=again)

    async def release(self, attempt: int) -> None:
        """Remove everything that probes of this attempt made (idempotent)."""
        await self._probes.release(attempt)

    async def sweep(self, open_attempts: Collection[int]) -> int:
        """Remove what a crash left behind, and return how many things that were; to be called once at start."""
        self.disk.wake()  # what learners left running may write
        came = await self.janitor.round(open_attempts)
        mine = f"docent.instance={self._setup.instance}"
        for each in await self._setup.host.containers(mine, "docent.kind=verifier"):
            self._verifiers.adopt(self._setup.owner(each.learner))
        await self._probes.prepare()
        return len(came.removed)

    async def reconcile(self, open_attempts: Collection[int]) -> Tidied:
        """Bring the host and the books together, and remove what nobody wants any more."""
        warm = self._verifiers.names | self._projects.keepers
        came = await self.janitor.round(open_attempts, warm, room=self.disk.room)
        stuck = tuple(f"{each.thing.what} {each.thing.name}: {said}" for each, said in came.stuck)
        return Tidied(len(came.removed), stuck, tuple(f"{a.thing.what} {a.thing.name}" for a in came.alarms))

    async def standing(self, learner: str) -> Standing:
        """Return what stands in the learner's sandbox now."""
        return await standing(self._setup, self._setup.owner(learner))

    async def clear(self, learner: str, keep: Mapping[str, Collection[str]]) -> None:
        """Remove the learner's own things but the images in `keep` (id → names to keep)."""
        owner = self._setup.owner(learner)
        async with self._setup.turns[owner.key]:
            await clear(self._setup, self._verifiers, owner, keep)

    async def clean(self, learner: str, *, shared: bool = True) -> None:
        """Remove the learner's containers, networks, volumes and images, with `shared` also what is in the registry."""
        owner, host = self._setup.owner(learner), self._setup.host
        async with self._setup.turns[owner.key]:
            await self._verifiers.remove(owner)
            for container in await host.containers(*owner.labels):
                await host.remove(container.id)
            for image in await host.images(*owner.labels):
                for tag in image.tags or (image.id,):
                    await host.remove_image(tag, force=True)
            await remove_pulled(host, *owner.images)
            if shared:
                await self._clear_registry(owner)
            await self._projects.forget(owner)
            await remove_kept(host, *owner.labels)
            self._networks.forget(owner)

    async def _clear_registry(self, owner: Owner) -> None:
        if self.sharing is None or not self.sharing.house.address:
            return
        try:
            await self.sharing.contents.clear(await self.sharing.passes.namespace(owner.learner))
        except RegistryDown as error:
            log.warning("not_cleared", learner=owner.learner, error=str(error))

    async def demolish(self) -> None:
        """Remove everything of this instance from the host; for rehearsals, tests and a farewell."""
        await self._verifiers.close()
        if self.sharing:
            await self.sharing.house.shut()
        await self._projects.close()
        await self.camera.close()
        await demolish(self._setup)
        await self.janitor.forget_builds()
        # what was cut off while it was made is in no list
        await self.janitor.bury(Claim(self.books.instance, self.books.seal.key.hex(), ""), by_name=False)

    @property
    def served(self) -> Collection[str]:
        """Return the public names of the base images."""
        return tuple(self._bases)

    def serve(self, bases: Mapping[str, str]) -> None:
        """Serve more base images from now on: public name → pinned image id."""
        self._bases.update(bases)

    async def registry_pass(self, learner: str) -> RegistryPass:
        """Return a new pass to the class's registry. Raises: `RegistryDown`."""
        if self.sharing is None:
            raise RegistryDown("This host has no registry.")
        house, passes = self.sharing.house, self.sharing.passes
        await house.open()
        namespace, token = await passes.namespace(learner), await passes.token(learner)
        return RegistryPass(house.public, namespace, token, house.published)

    async def pulse(self, changed: Callable[[], None], every_s: float = PULSE_S) -> None:
        """Ask the engine again and again how it is, until cancelled; `changed` is told when it falls sick or recovers.

        One that is sick is found out before a learner waits for it, and one that is back at once.
        """
        rested = False
        while True:
            with contextlib.suppress(HostError):
                await self._engine.ping()
            if self._engine.health.breaker.resting != rested:
                rested = not rested
                changed()
            await asyncio.sleep(every_s)

    def resting(self) -> bool:
        """Tell whether the engine is left in peace now because it does not answer."""
        return self._engine.health.breaker.resting

    def strain(self) -> float:
        """Return by how much slower this host is than it can be: 1.0 at ease, at most 3.0."""
        return strain(self._verifiers.times)

    async def ready(self) -> str:
        """Return '' when work can be done, else one sentence saying what is missing."""
        try:
            await self._setup.host.version()
            for name, image in [*self._setup.bases.items(), ("the verifier", self._setup.verifier)]:
                if await self._setup.host.image(image) is None:
                    return f"The image for {name} is not on this host. Run `docent images prepare`."
        except HostError as error:
            return str(error)
        if stuck := len(self._setup.host.quarantine):
            what = "1 container" if stuck == 1 else f"{stuck} containers"
            return f"{what} cannot be ended on this Docker host, which needs a look; everybody else goes on."
        return self.keeper.refusal

    async def close(self) -> None:
        """Let go of the engine; learners' containers go on."""
        await self.disk.close()
        await self._verifiers.close()
        if self.sharing:
            await self.sharing.house.close()
        await self._projects.close()
        await self.camera.close()
        await self.books.close()
        self._engine.close()
