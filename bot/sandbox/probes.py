"""Evidence for the conditions of a check, one function a probe. Nothing a learner's container prints is proof."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.core.evidence import (
    AnswerSeen,
    BuildSeen,
    ContainersSeen,
    ContainerView,
    Evidence,
    FileSeen,
    HttpSeen,
    ImageSeen,
)
from bot.core.specs import (
    AnswerSpec,
    BindSpec,
    BuildSpec,
    CacheSpec,
    ComposeSpec,
    ContainerSpec,
    ContextSpec,
    DnsSpec,
    FileSpec,
    HistorySpec,
    HttpSpec,
    ImageSpec,
    LiveSpec,
    LogsSpec,
    NetworkSpec,
    ProbeSpec,
    RegistrySpec,
    ScenarioSpec,
    ServicesSpec,
    SqlSpec,
    StaysSpec,
    VolumeSpec,
)
from bot.handin.plan import BuildPlan
from bot.handin.project import near_names
from bot.handin.reference import normalise
from bot.sandbox import evidence
from bot.sandbox.asking import Asking
from bot.sandbox.belongings import Picture, containers, pictures, which_picture
from bot.sandbox.binds import bind_seen
from bot.sandbox.builds import Builds
from bot.sandbox.compose.composed import Composed
from bot.sandbox.image_files import ImageFiles
from bot.sandbox.janitor.leaving import remove_kept
from bot.sandbox.layers import history_seen
from bot.sandbox.live import Live
from bot.sandbox.names import Owner
from bot.sandbox.neighbours import dns_seen, network_seen
from bot.sandbox.pool import Networks, Verifiers
from bot.sandbox.project_volume import ProjectVolumes
from bot.sandbox.rebuilds import Rebuilds, build_seen
from bot.sandbox.records import Records
from bot.sandbox.sayings import logs_seen
from bot.sandbox.scenario import Scenarios, volume_seen
from bot.sandbox.setup import Setup
from bot.sandbox.sharing.opening import Sharing
from bot.sandbox.sharing.proofs import Proofs
from bot.sandbox.things import Container


class Probes:
    """Looks at one learner's things for one condition."""

    def __init__(
        self,
        setup: Setup,
        networks: Networks,
        verifiers: Verifiers,
        builds: Builds,
        composed: Composed,
        projects: ProjectVolumes,
        files: ImageFiles,
        sharing: Sharing | None = None,
    ) -> None:
        self._setup, self._networks, self._verifiers, self._builds = setup, networks, verifiers, builds
        self._composed = composed
        self._files = files
        self._rebuilds = Rebuilds(setup, builds, self._files)
        self._live = Live(setup, projects, verifiers)
        self._scenarios = Scenarios(setup, networks, verifiers)
        self._records = Records(setup, verifiers)
        self._asking = Asking(setup, networks, verifiers)
        self._proofs = Proofs(setup, sharing)

    async def probe(
        self, owner: Owner, spec: ProbeSpec, files: Mapping[str, bytes], *, attempt: int, again: bool
    ) -> Evidence:
        """Return the evidence for one spec. Raises `HostError`, `TimeoutError`."""
        match spec:
            case AnswerSpec():
                return AnswerSeen(None)  # answers are kept by the classroom
            case FileSpec():
                return file_seen(spec, files)
            case BuildSpec() | ImageSpec() | CacheSpec() | ContextSpec() | HistorySpec():
                return await self._of_image(owner, spec, files, attempt)
            case ContainerSpec() | HttpSpec() | VolumeSpec() | ScenarioSpec():
                return await self._of_container(owner, spec, attempt, again=again)
            case BindSpec():
                return await bind_seen(self._setup, owner, await containers(self._setup, owner), spec.image)
            case LiveSpec():
                return await self._live.play(owner, spec, files, await containers(self._setup, owner))
            case NetworkSpec() | DnsSpec() | LogsSpec() | SqlSpec():
                return await self._among(owner, spec, again=again)
            case RegistrySpec():
                return await self._proofs.registry(owner, spec)
            case ComposeSpec() | ServicesSpec() | StaysSpec():
                return await self._composed.seen(owner, spec, files)

    async def _of_image(
        self,
        owner: Owner,
        spec: BuildSpec | ImageSpec | CacheSpec | ContextSpec | HistorySpec,
        files: Mapping[str, bytes],
        attempt: int,
    ) -> Evidence:
        match spec:
            case BuildSpec():
                seen = await self.build(owner, spec, files)
                if spec.image and not seen.ok:
                    return replace(seen, pushed=await self._proofs.handed_in(owner, spec.image))
                return seen
            case ImageSpec():
                return await self.image(owner, spec, attempt)
            case CacheSpec():
                return await self._rebuilds.cache(owner, spec, files)
            case ContextSpec():
                return await self._rebuilds.context(owner, spec, files, attempt)
            case HistorySpec():
                return await history_seen(self._setup, owner, spec.image)

    async def _of_container(
        self, owner: Owner, spec: ContainerSpec | HttpSpec | VolumeSpec | ScenarioSpec, attempt: int, *, again: bool
    ) -> Evidence:
        match spec:
            case ContainerSpec():
                return await self.container(owner, spec)
            case HttpSpec():
                return await self.http(owner, spec, attempt, patient=not again)
            case VolumeSpec():
                return await volume_seen(self._setup, owner, await self._newest(owner, spec.image))
            case ScenarioSpec():
                return await self._scenarios.play(owner, spec, await self._newest(owner, spec.image), attempt)

    async def _among(self, owner: Owner, spec: NetworkSpec | DnsSpec | LogsSpec | SqlSpec, *, again: bool) -> Evidence:
        """Look at containers that have to do with each other; each image means its newest that runs there."""
        match spec:
            case NetworkSpec():
                members = [await self._newest(owner, member.image, spec.network) for member in spec.members]
                return await network_seen(self._setup, owner, members)
            case DnsSpec():
                named = await self._newest(owner, spec.image, spec.network)
                return await dns_seen(self._setup, owner, self._verifiers, spec, named)
            case LogsSpec():
                others = [each.name for each in await containers(self._setup, owner)]
                return await logs_seen(self._setup, await self._newest(owner, spec.image), others)
            case SqlSpec():
                app = await self._newest(owner, spec.app, spec.network)
                database = await self._newest(owner, spec.database, spec.network)
                return await self._records.follow(owner, spec, app, database, patient=not again)

    async def build(self, owner: Owner, spec: BuildSpec, files: Mapping[str, bytes]) -> BuildSeen:
        """Build the project as it is now. What was built before is taken from the cache."""
        plan = BuildPlan((), dockerfile=spec.dockerfile)
        with self._builds.at_work(owner):
            seen = build_seen(await self._builds.build(owner, plan, files, lambda _line: None))
            if seen.image_id:
                await self._keep(owner, seen.image_id)
            return seen

    async def _keep(self, owner: Owner, image_id: str) -> None:
        """Give the build a name of ours, so that the next check finds its layers; the one before goes."""
        host = self._setup.host
        before = await host.image(owner.check_image)
        if before is not None and before.id == image_id:
            return
        await host.tag(image_id, owner.check_image)
        if before is not None and before.tags == (owner.check_image,):
            await host.remove_image(before.id)

    async def image(self, owner: Owner, spec: ImageSpec, attempt: int) -> ImageSeen:
        """Look at the learner's image; its files are read inside it, by our own interpreter."""
        mine = await pictures(self._setup, owner)
        found = which_picture(spec.image, mine)
        detail = await self._setup.host.image(found.id) if isinstance(found, Picture) else None
        paths = tuple(dict.fromkeys((*spec.has, *spec.lacks)))
        there = await self._files.there(owner, detail.id, paths, attempt) if detail is not None and paths else ()
        return evidence.image_seen(detail, there, mine)

    async def container(self, owner: Owner, spec: ContainerSpec) -> ContainersSeen:
        """Look at the learner's containers of the asked image."""
        mine = await containers(self._setup, owner)
        name = ""
        if spec.pushed:
            name = await self._proofs.name(owner, spec.image)
            image_id, chosen = await self._image_id(owner, name), made_from(mine, name, "")
        else:
            image_id = await self._image_id(owner, spec.image)
            chosen = made_from(mine, spec.image, image_id)
        views = await asyncio.gather(*(self._view(each) for each in chosen))
        others = tuple(each.name for each in mine if each not in chosen)
        return ContainersSeen(image_id, tuple(view for view in views if view is not None), others, name)

    async def _view(self, container: Container) -> ContainerView | None:
        ended, log = await asyncio.gather(
            self._setup.host.ended(container.id), self._setup.host.logs(container.id, tail=200)
        )
        return None if ended is None else evidence.container_view(container, ended, log)

    async def _image_id(self, owner: Owner, name: str) -> str:
        found = which_picture(name, await pictures(self._setup, owner))
        return found.id if isinstance(found, Picture) else self._setup.bases.get(normalise(name), "")

    async def http(self, owner: Owner, spec: HttpSpec, attempt: int, *, patient: bool) -> HttpSeen:
        """Ask the app from outside: in the learner's newest running container, or in a fresh one of the image."""
        nonce = secrets.token_hex(4)
        if spec.pushed:
            image_id = await self._proofs.fetched(owner, spec.image, attempt)
        else:
            image_id = await self._image_id(owner, spec.image)
        if (spec.fresh or spec.pushed) and not image_id:
            return HttpSeen(nonce, state="no_image")
        container = (
            await self._asking.fresh(owner, spec, image_id, attempt)
            if spec.fresh or spec.pushed
            else await self._running(owner, spec, image_id)
        )
        if container is None:
            return HttpSeen(nonce, state="no_container" if image_id else "no_image")
        return await self._asking.ask(owner, spec, container, nonce, patience_s=spec.wait_s if patient else 0)

    async def _newest(self, owner: Owner, image: str, network: str = "") -> Container | None:
        """Return the newest container of the image that runs, rather one on this network; else the newest."""
        mine = made_from(await containers(self._setup, owner), image, await self._image_id(owner, image))
        running = [each for each in mine if each.running]
        there = [each for each in running if network and owner.joined(network) in each.networks]
        return next(iter((*there, *running, *mine)), None)

    async def _running(self, owner: Owner, spec: HttpSpec, image_id: str) -> Container | None:
        chosen = made_from(await containers(self._setup, owner), spec.image, image_id)
        newest = next((each for each in chosen if each.running), None)
        return newest or next((each for each in chosen if each.state == "exited"), None)

    async def prepare(self) -> None:
        """Do now what the first check would otherwise wait for."""
        await self._files.prepare()
        await self._proofs.release()

    async def release(self, attempt: int) -> None:
        """Remove what probes of this attempt made (idempotent)."""
        host = self._setup.host
        mine = (f"docent.instance={self._setup.instance}", "docent.kind=probe", f"docent.attempt={attempt}")
        for each in await host.containers(*mine):
            await host.remove(each.id)
        await self._proofs.release(attempt)
        await remove_kept(host, f"docent.instance={self._setup.instance}", f"docent.attempt={attempt}")


def made_from(mine: Sequence[Container], image: str, image_id: str) -> list[Container]:
    """Return the containers made from an image: by the name that was written, or by what the name means now."""
    wanted = normalise(image)
    return [each for each in mine if normalise(each.image) == wanted or (image_id and each.image_id == image_id)]


def file_seen(spec: FileSpec, files: Mapping[str, bytes]) -> FileSeen:
    """Return the project file, and the files whose names are easily confused with it."""
    data = files.get(spec.path)
    near = near_names(spec.path, files)
    if data is None:
        return FileSeen(False, near=near)
    return FileSeen(True, data.decode("utf-8", "replace"), len(data), near)
