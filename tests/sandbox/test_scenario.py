"""Where data is kept: mounts as a judge sees them, and an item that outlives its container on the real engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from bot.core.evidence import MountView, ScenarioSeen, VolumeSeen
from bot.core.specs import ScenarioSpec, VolumeSpec
from bot.handin.plan import BuildPlan, RunPlan
from bot.sandbox import recipe
from bot.sandbox.host import Host
from bot.sandbox.names import Owner
from bot.sandbox.recipe import Request
from bot.sandbox.scenario import like, mount_view
from tests.sandbox.conftest import Learner, until

APP = "getting-started"
ADA = Owner("main", "U1")
LASTS = ScenarioSpec(image=APP, port=3000, wait_s=5)
KEEPS = VolumeSpec(image=APP, volume="todo-db", target="/etc/todos")


def mount(name: str, target: str = "/etc/todos", *, kind: str = "volume", writable: bool = True) -> dict[str, object]:
    return {"Type": kind, "Name": name, "Destination": target, "RW": writable}


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        (mount("docent-main-u1-todo-db"), MountView("volume", "todo-db", "/etc/todos")),
        (mount("docent-main-u2-todo-db"), MountView("volume", "", "/etc/todos")),
        (mount("0" * 64, writable=False), MountView("volume", "", "/etc/todos", writable=False)),
        (mount("docentproject-main-u1", "/app"), MountView("bind", "", "/app")),
        (mount("", "/tmp", kind="tmpfs"), MountView("tmpfs", "", "/tmp")),  # noqa: S108 - a path in a container
    ],
)
def test_a_mount_is_shown_under_the_learners_own_name(raw: Mapping[str, object], seen: MountView) -> None:
    assert mount_view(ADA, raw) == seen


RAW = {
    "Config": {"Env": ["A=1"], "Cmd": ["node"], "Entrypoint": None, "WorkingDir": "/app", "User": "node"},
    "Mounts": [
        mount("docent-main-u1-db", "/db"),
        mount("0" * 64, "/cache", writable=False),
        mount("", "/t", kind="tmpfs"),
    ],
}
REQUEST = Request(
    "probe", {"Image": "sha", "Env": [], "HostConfig": {"Tmpfs": {"/db": "rw", "/x": "rw"}, "ReadonlyRootfs": True}}
)


def test_a_container_of_ours_is_made_like_the_learners_inside_our_own_limits() -> None:
    body = like(REQUEST, RAW, volumes=True).body
    assert (body["Image"], body["Env"], body["User"], body["WorkingDir"]) == ("sha", ["A=1"], "node", "/app")
    assert body["HostConfig"] == {
        "Tmpfs": {"/x": "rw"},
        "ReadonlyRootfs": True,
        "Mounts": [
            {"Type": "volume", "Target": "/db", "ReadOnly": False, "Source": "docent-main-u1-db"},
            {"Type": "volume", "Target": "/cache", "ReadOnly": True},
        ],
    }


def test_the_control_has_no_volume_and_else_the_same() -> None:
    body = like(REQUEST, RAW, volumes=False).body
    assert body["Env"] == ["A=1"]
    assert body["HostConfig"] == {"Tmpfs": {"/db": "rw", "/x": "rw"}, "ReadonlyRootfs": True, "Mounts": []}


async def started(learner: Learner, host: Host, mounts: Sequence[Mapping[str, object]], *env: str) -> Owner:
    """Build the app and start it with these volumes, as `docker run --mount` would."""
    setup = learner.sandbox._setup
    owner = setup.owner("U1")
    await learner.do(BuildPlan((f"{APP}:latest",)))
    detail = await host.image(owner.image(f"{APP}:latest"))
    assert detail is not None
    for each in mounts:
        if each.get("Source"):
            body = {"Name": each["Source"], "Labels": recipe.labels(owner, "volume")}
            await setup.host.must("POST", "/volumes/create", body=body)
    await learner.sandbox._networks.ensure(owner)
    facts = recipe.ImageFacts(detail.id, APP, detail.volumes, detail.exposed)
    pairs = tuple((key, value) for key, _, value in (each.partition("=") for each in env))
    request = recipe.container(RunPlan(APP, detach=True, env=pairs), "todo", facts, (), recipe.Making(owner))
    request.body["HostConfig"]["Mounts"] = list(mounts)  # type: ignore[index]
    made = await setup.host.create(request)
    assert isinstance(made, str), made
    assert await host.start(made) is None
    return owner


def volume(owner_prefix: str, target: str = "/etc/todos") -> dict[str, object]:
    return {"Type": "volume", "Source": f"{owner_prefix}todo-db", "Target": target}


async def played(learner: Learner) -> ScenarioSeen:
    seen = await learner.sandbox.probe("U1", LASTS, learner.files, attempt=7, again=False)
    assert isinstance(seen, ScenarioSeen)
    return seen


@pytest.mark.engine
async def test_an_item_outlives_its_container_with_the_volume_and_the_learner_sees_nothing_of_it(
    learner: Learner, host: Host
) -> None:
    prefix = learner.sandbox._setup.owner("U1").container("")
    owner = await started(learner, host, [volume(prefix)])
    seen = await played(learner)
    assert seen == ScenarioSeen("played", kept=True, kept_without=False)
    there = await learner.sandbox.probe("U1", KEEPS, learner.files, attempt=7, again=False)
    assert there == VolumeSeen(("todo-db",), "todo", (MountView("volume", "todo-db", "/etc/todos"),))
    left = [(each.name, each.kind, each.state) for each in await host.containers(*owner.labels)]
    assert ("todo", "learner", "running") in left
    assert "probe" not in {kind for _, kind, _ in left}
    todo = next(each for each in await host.containers(*owner.labels) if each.name == "todo")
    answer = await learner.sandbox._probes._scenarios._ask(owner, LASTS, todo, "GET", "/items")
    assert answer["body"] == "[]", "nothing of the play is left in the learner's list"


@pytest.mark.engine
@pytest.mark.parametrize(
    ("source", "target", "env"),
    [
        (None, "", ()),
        ("", "/etc/todos", ()),
        ("todo-db", "/etc/todo", ()),
        ("todo-db", "/etc/todos", ("SQLITE_DB_LOCATION=/tmp/todo.db",)),
    ],
    ids=["V10 no volume", "V10 a nameless one", "V10 misspelt target", "V10 data elsewhere"],
)
async def test_an_item_is_gone_where_the_volume_does_not_hold_it(
    learner: Learner, host: Host, source: str | None, target: str, env: tuple[str, ...]
) -> None:
    prefix = learner.sandbox._setup.owner("U1").container("")
    named = {"Source": prefix + source} if source else {}
    mounts = [] if source is None else [{"Type": "volume", "Target": target, **named}]
    await started(learner, host, mounts, *env)
    assert await played(learner) == ScenarioSeen("played", kept=False, kept_without=False)


@pytest.mark.engine
async def test_the_mounts_of_a_container_that_fell_over_are_still_seen(learner: Learner, host: Host) -> None:
    prefix = learner.sandbox._setup.owner("U1").container("")
    owner = await started(learner, host, [volume(prefix, "/etc/todos/todo.db")])
    labels = (*owner.labels, "docent.kind=learner")

    async def ended() -> bool:
        return not any(each.running for each in await host.containers(*labels))

    await until(ended)
    seen = await learner.sandbox.probe("U1", KEEPS, learner.files, attempt=7, again=False)
    mounts = (MountView("volume", "todo-db", "/etc/todos/todo.db"),)
    assert seen == VolumeSeen(("todo-db",), "todo", mounts, running=False)
    assert (await played(learner)).state == "no_container"


@pytest.mark.engine
async def test_there_is_nothing_to_play_without_a_running_container(learner: Learner) -> None:
    assert (await played(learner)).state == "no_container"
