"""Rounds on the real engine: what nobody wants goes, and a stranger's things are the same afterwards."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from typing import Any

import pytest

from bot.errors import HostError
from bot.handin.plan import CreateVolume, ListContainers, RenameContainer, RunPlan
from bot.sandbox import recipe
from bot.sandbox.host import Host
from bot.sandbox.janitor.books import Books, Shelf
from bot.sandbox.janitor.seal import Seal, What
from bot.sandbox.sandbox import DockerSandbox
from tests.sandbox.conftest import Learner

pytestmark = pytest.mark.engine

Seen = Callable[[object], None]


@pytest.fixture
async def stranger(host: Host, images: Mapping[str, str]) -> AsyncIterator[Stranger]:
    made = Stranger(host, images["alpine:latest"])
    yield made
    await made.leave()


class Stranger:
    """Somebody else on the host, who may do with the engine what they like."""

    def __init__(self, host: Host, image: str) -> None:
        self._host, self._image = host, image
        self._made: list[tuple[str, str]] = []

    async def plant(self, name: str, labels: Mapping[str, str]) -> None:
        """Make a container, a network, a volume and a name for an image, all called so."""
        body = {"Image": self._image, "Cmd": ["sleep", "300"], "Labels": dict(labels)}
        await self._host.must("POST", "/containers/create", params={"name": name}, body=body)
        ipam = {"Config": [{"Subnet": f"10.213.{secrets.randbelow(250)}.0/28"}]}
        for path, more in (("/networks", {"IPAM": ipam}), ("/volumes", {})):
            await self._host.must("POST", f"{path}/create", body={"Name": name, "Labels": dict(labels), **more})
        for path in ("containers", "networks", "volumes"):
            self._made.append((path, name))

    async def tag(self, name: str) -> None:
        """Give an image a name."""
        await self._host.tag(self._image, name)
        self._made.append(("images", name))

    async def all(self) -> dict[tuple[str, str], Any]:
        """Return everything about what was planted."""
        found = {}
        for path, name in self._made:
            tail = "/json" if path in ("containers", "images") else ""
            found[path, name] = (await self._host.must("GET", f"/{path}/{name}{tail}")).json
        return found

    async def leave(self) -> None:
        for path, name in self._made:
            with suppress(HostError):
                await self._host.ask("DELETE", f"/{path}/{name}", params={"force": "1"})


async def test_f32_strangers_things_are_the_same_after_rounds_and_after_demolition(
    learner: Learner, stranger: Stranger, seen: Seen
) -> None:
    sandbox, instance = learner.sandbox, learner.sandbox._setup.instance
    await learner.image("FROM alpine\n")
    await learner.do(RunPlan("app", ("sleep", "300"), "web", detach=True))
    owner = sandbox._setup.owner("U1")
    ours = await sandbox._setup.host.inspect(owner.container("web"))
    assert ours is not None
    stolen = ours["Config"]["Labels"]
    await stranger.plant(f"their-{secrets.token_hex(3)}", {})
    await stranger.plant(f"stolen-{instance}", stolen)
    await stranger.plant(f"forged-{instance}", {**recipe.labels(owner, "writer"), "docent.sig": "0" * 32})
    await stranger.plant(f"docentwriter-{instance}-u9", {})
    await stranger.plant(f"docent-{instance}-u9-web", recipe.labels(owner, "learner"))
    await stranger.tag(f"docent-{instance}/u9/app:latest")
    await stranger.tag(f"docentcheck-{instance}/u9:latest")
    before = await stranger.all()

    first = await sandbox.reconcile(())
    assert first.removed == 0
    assert len(first.alarms) == 9, first.alarms  # three of each of: container, network, volume
    assert (await learner.do(ListContainers(all=True))).text.count("\n") == 1, "learners see their own only"
    await sandbox.sweep(())
    await sandbox.clean("U9")
    await sandbox.demolish()

    assert await stranger.all() == before
    assert await sandbox._setup.host.inspect(owner.container("web")) is None
    seen(f"{len(before)} planted things unchanged, {len(first.alarms)} alarms")


async def test_a_crash_between_create_and_its_note_leaves_nothing_half_made(
    make_sandbox: Callable[..., DockerSandbox], seen: Seen
) -> None:
    first = make_sandbox()
    ada = Learner(first, "U1")
    await ada.do(RunPlan("alpine", ("sleep", "300"), "web", detach=True))
    owner, books = first._setup.owner("U1"), first.books
    labels = books.seal.sealed(What.CONTAINER, owner.container("cut"), recipe.labels(owner, "learner"))
    await books.intend(What.CONTAINER, owner.container("cut"), labels)
    body = {"Image": first._setup.bases["alpine:latest"], "Labels": labels}
    engine = first._engine.engine
    name = owner.container("cut")
    await Host(engine).must("POST", "/containers/create", params={"name": name}, body=body)
    # here the bot is killed: the answer never came, and the next one knows only what was written
    second = Learner(make_sandbox(), "U1")
    assert "cut" not in (await second.do(ListContainers(all=True))).text
    assert await second.sandbox.sweep(()) == 1
    assert await Host(engine).inspect(owner.container("cut")) is None
    assert "web" in (await second.do(ListContainers())).text
    seen("the cut creation undone, the running container kept")


async def test_f08_a_create_whose_answer_was_lost_is_taken_over_when_it_is_asked_for_again(
    learner: Learner, seen: Seen
) -> None:
    sandbox = learner.sandbox
    owner, books, engine = sandbox._setup.owner("U1"), sandbox.books, sandbox._engine.engine
    await learner.do(RunPlan("alpine", ("true",), remove=True))  # the network is there
    facts = recipe.ImageFacts(sandbox._setup.bases["alpine:latest"], "alpine")
    request = recipe.container(RunPlan("alpine", ("sleep", "300")), "web", facts, (), recipe.Making(owner))
    for same in (True, False):
        sealed = books.seal.sealed(What.CONTAINER, request.name, request.body["Labels"])  # type: ignore[arg-type]
        await books.intend(What.CONTAINER, request.name, sealed)
        body = {**request.body, "Labels": sealed if same else {**sealed, "docent.command": "[]"}}
        lost = await Host(engine).must("POST", "/containers/create", params={"name": request.name}, body=body)
        made = await sandbox._setup.host.create(request)
        assert isinstance(made, str)
        assert (made == lost.json["Id"]) is same, "another request's is made anew"
        await sandbox._setup.host.remove(made)
    seen("adopted by its seal; one of another request replaced")


async def test_f08_a_strangers_container_of_the_same_name_is_not_taken_over(
    learner: Learner, stranger: Stranger, host: Host
) -> None:
    sandbox = learner.sandbox
    name = sandbox._setup.owner("U1").container("web")
    await sandbox.books.open()
    await sandbox.books.intend(What.CONTAINER, name, {})
    await stranger.plant(name, {"docent.instance": sandbox._setup.instance})
    before = await stranger.all()
    out = await learner.do(RunPlan("alpine", ("true",), "web"))
    assert (out.exit_code, "already in use" in out.text) == (125, True)
    assert await stranger.all() == before


async def test_a_renamed_container_is_kept_and_its_first_name_is_free(
    make_sandbox: Callable[..., DockerSandbox],
) -> None:
    ada = Learner(make_sandbox(), "U1")
    run = RunPlan("alpine", ("sleep", "300"), "web", detach=True)
    await ada.do(run)
    assert (await ada.do(RenameContainer("web", "old"))).exit_code == 0
    await ada.do(run)
    await ada.sandbox.books.flush()
    again = Learner(make_sandbox(), "U1")
    assert await again.sandbox.sweep(()) == 0
    listed = (await again.do(ListContainers())).text
    assert "web" in listed
    assert "old" in listed


async def test_f09_what_cannot_be_removed_is_said_and_holds_up_nothing(learner: Learner, host: Host) -> None:
    sandbox, owner = learner.sandbox, learner.sandbox._setup.owner("U1")
    await learner.do(RunPlan("alpine", ("sleep", "300"), "web", detach=True))
    ours = sandbox._setup.host
    for number in (3, 4):
        body = recipe.volume(owner, owner.volume(f"v{number}"), f"v{number}", {}, attempt=number)
        await ours.must("POST", "/volumes/create", body=body)
    busy = {"Image": sandbox._setup.bases["alpine:latest"], "HostConfig": {"Binds": [f"{owner.volume('v3')}:/x"]}}
    name = f"busy-{secrets.token_hex(4)}"
    held = await host.must("POST", "/containers/create", params={"name": name}, body=busy)
    try:
        came = await sandbox.reconcile(())
        assert came.removed == 1
        assert len(came.stuck) == 1
        assert "in use" in came.stuck[0]
    finally:
        await host.remove(held.json["Id"])
    assert (await sandbox.reconcile(())).removed == 1


async def test_f26_after_a_reboot_the_books_say_what_is_there(learner: Learner, host: Host) -> None:
    sandbox, owner = learner.sandbox, learner.sandbox._setup.owner("U1")
    await learner.do(RunPlan("alpine", ("sleep", "300"), "web", detach=True))
    await learner.do(CreateVolume("db"))
    await host.remove(owner.container("web"))  # past our door, as a reboot of a host that keeps nothing would
    assert (What.CONTAINER, owner.container("web")) in sandbox.books.all()
    await sandbox.reconcile(())
    left = sandbox.books.all()
    assert (What.CONTAINER, owner.container("web")) not in left
    assert (What.VOLUME, owner.volume("db")) in left
    assert (await learner.do(RunPlan("alpine", ("echo", "again"), "web"))).text == "again"


async def test_f23_two_docents_on_one_host_leave_each_other_alone(
    make_sandbox: Callable[..., DockerSandbox], images: Mapping[str, str], seen: Seen
) -> None:
    ada = Learner(make_sandbox(), "U1")
    await ada.do(RunPlan("alpine", ("sleep", "300"), "web", detach=True))
    name = f"t{secrets.token_hex(4)}"
    other = DockerSandbox(name, {}, images["docent-verifier:latest"], books=Books(name, Seal(b"another's"), Shelf()))
    try:
        assert await other.sweep(()) == 0
        assert (await other.reconcile(())).alarms == ()
        await other.clean("U1")
    finally:
        await other.demolish()
        await other.close()
    assert "web" in (await ada.do(ListContainers())).text
    seen("one cleaned and demolished, the other's container still runs")


async def test_what_was_cut_off_while_it_was_made_goes_with_everything_else(sandbox: DockerSandbox) -> None:
    owner, books = sandbox._setup.owner("U1"), sandbox.books
    name = owner.container("cut")
    await books.open()
    labels = books.seal.sealed(What.CONTAINER, name, recipe.labels(owner, "learner"))
    await books.intend(What.CONTAINER, name, labels)
    plain = Host(sandbox._engine.engine)
    body = {"Image": sandbox._setup.bases["alpine:latest"], "Labels": labels}
    await plain.must("POST", "/containers/create", params={"name": name}, body=body)
    await sandbox.demolish()
    assert await plain.inspect(name) is None


async def test_rounds_beside_commands_take_nothing_away(learner: Learner) -> None:
    ended = asyncio.Event()

    async def rounds() -> int:
        removed = 0
        while not ended.is_set():
            removed += (await learner.sandbox.reconcile(())).removed
        return removed

    task = asyncio.create_task(rounds())
    try:
        for number in range(4):
            out = await learner.do(RunPlan("alpine", ("echo", str(number)), f"c{number}"))
            assert (out.text, out.exit_code) == (str(number), 0)
    finally:
        ended.set()
    assert await task == 0
