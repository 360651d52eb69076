"""Volumes on the real engine: they outlive containers, and a learner reaches only their own."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from bot.handin.command import read_commands
from bot.handin.plan import Output, Refusal, RunPlan, VolumeMount
from bot.sandbox import recipe
from bot.sandbox.host import Host
from bot.sandbox.names import Owner
from bot.sandbox.sandbox import DockerSandbox
from tests.sandbox.conftest import Learner

pytestmark = pytest.mark.engine


async def said(learner: Learner, line: str) -> Output:
    (command,) = read_commands(line)
    assert not isinstance(command.plan, Refusal), command.plan
    return await learner.do(command.plan)


async def test_a_volume_outlives_its_containers(learner: Learner) -> None:
    assert (await said(learner, "docker volume create todo-db")).text == "todo-db"
    assert (await said(learner, "docker volume create todo-db")).text == "todo-db"
    await said(learner, "docker run --rm -v todo-db:/data alpine sh -c 'echo tea > /data/list'")
    again = await said(learner, "docker run --rm --mount type=volume,src=todo-db,target=/else alpine cat /else/list")
    assert (again.text, again.exit_code) == ("tea", 0)
    other = await said(learner, "docker run --rm -v other:/data alpine ls /data")
    assert (other.text, other.exit_code) == ("", 0)
    listed = await said(learner, "docker volume ls")
    assert listed.text == "DRIVER    VOLUME NAME\nlocal     other\nlocal     todo-db"
    assert (await said(learner, "docker volume ls -q")).text == "other\ntodo-db"


async def test_inspect_shows_a_volume_as_docker_does(learner: Learner) -> None:
    await said(learner, "docker volume create --label mine=yes todo-db")
    (seen,) = json.loads((await said(learner, "docker volume inspect todo-db")).text)
    assert seen.pop("CreatedAt").startswith("20")
    assert seen == {
        "Driver": "local",
        "Labels": {"mine": "yes"},
        "Mountpoint": "/var/lib/docker/volumes/todo-db/_data",
        "Name": "todo-db",
        "Options": None,
        "Scope": "local",
    }
    assert (await said(learner, "docker inspect -f '{{.Name}}' todo-db")).text == "todo-db"
    missing = await said(learner, "docker volume inspect nosuch")
    assert (missing.text, missing.exit_code) == ("[]\nError response from daemon: get nosuch: no such volume", 1)


async def test_a_volume_in_use_stays(learner: Learner) -> None:
    ran = await said(learner, "docker run -d --name web -v todo-db:/data -v /cache alpine sleep 300")
    kept = await said(learner, "docker volume rm todo-db nosuch")
    assert kept.exit_code == 1
    assert kept.text == (
        f"Error response from daemon: remove todo-db: volume is in use - [{ran.text}]\n"
        "Error response from daemon: get nosuch: no such volume"
    )
    data, cache = json.loads((await said(learner, "docker inspect -f '{{json .Mounts}}' web")).text)
    assert data["Source"] == "/var/lib/docker/volumes/todo-db/_data"
    assert (data["Type"], data["Destination"], data["RW"]) == ("volume", "/data", True)
    assert (len(cache["Name"]), cache["RW"]) == (64, True)
    await said(learner, "docker rm -f web")
    assert (await said(learner, "docker volume rm todo-db")).text == "todo-db"
    assert (await said(learner, "docker volume ls -q")).text == ""  # the nameless one went with its container


async def test_prune_takes_nameless_volumes_and_with_all_the_unused_ones(learner: Learner) -> None:
    nameless = (await said(learner, "docker volume create")).text
    await said(learner, "docker volume create kept")
    pruned = await said(learner, "docker volume prune -f")
    assert pruned.text == f"Deleted Volumes:\n{nameless}\n\nTotal reclaimed space: 0B"
    await said(learner, "docker run -d --name web -v used:/data alpine sleep 300")
    assert (await said(learner, "docker volume prune -af")).text.startswith("Deleted Volumes:\nkept\n")
    assert (await said(learner, "docker volume ls -q")).text == "used"


async def test_a_learner_has_room_for_ten_volumes(learner: Learner) -> None:
    for number in range(9):
        assert (await said(learner, f"docker volume create v{number}")).exit_code == 0
    two = await said(learner, "docker run --rm -v x1:/x -v x2:/y alpine true")
    assert (two.exit_code, "room for 10" in two.text) == (125, True)
    assert (await said(learner, "docker run --rm -v x1:/x alpine true")).exit_code == 0
    assert (await said(learner, "docker volume create v10")).exit_code == 1
    assert (await said(learner, "docker volume create v1")).exit_code == 0  # it is there


async def test_a_new_volume_starts_with_what_the_image_has_there(learner: Learner) -> None:
    await learner.image("FROM alpine\nRUN mkdir /data && echo ground > /data/list\nVOLUME /data\n")
    assert (await said(learner, "docker run --rm -v todo-db:/data app cat /data/list")).text == "ground"


async def test_a_read_only_volume_cannot_be_written(learner: Learner) -> None:
    out = await said(learner, "docker run --rm -v todo-db:/data:ro alpine touch /data/x")
    assert out.exit_code == 1
    assert "Read-only file system" in out.text


async def test_another_learners_volume_has_no_name_here(make_sandbox: Callable[..., DockerSandbox], host: Host) -> None:
    sandbox = make_sandbox()
    ada, ben = Learner(sandbox, "U1"), Learner(sandbox, "U2")
    await said(ada, "docker run --rm -v secrets:/data alpine sh -c 'echo ada > /data/secret'")
    (theirs,) = [v for v in await host.volumes("docent.kind=volume") if v.name == "secrets"]
    assert (await said(ben, "docker volume ls -q")).text == ""
    for name in ("secrets", theirs.engine_name):
        assert (await said(ben, f"docker volume inspect {name}")).exit_code == 1
        assert (await said(ben, f"docker volume rm {name}")).exit_code == 1
        out = await said(ben, f"docker run --rm -v {name}:/data alpine ls /data")
        assert (out.text, out.exit_code) == ("", 0)  # a new one of their own
    assert (await said(ada, "docker run --rm -v secrets:/data alpine cat /data/secret")).text == "ada"
    # a plan that no parser made cannot reach the host or the project's volume either
    mine = Owner(theirs.engine_name.split("-")[1], "U2")
    for source in ("/etc", "../x", mine.project(".") + "/x"):
        refused = await ben.do(RunPlan("alpine", ("true",), mounts=(VolumeMount(source, "/x"),)))
        assert refused.exit_code == 125


async def test_clean_removes_volumes_and_networks(learner: Learner, host: Host) -> None:
    await said(learner, "docker network create todo-app")
    await said(learner, "docker run -d --network todo-app -v todo-db:/data -v .:/app alpine sleep 300")
    await learner.sandbox.clean(learner.name)
    instance = learner.sandbox._setup.instance
    mine = (f"docent.instance={instance}", "docent.learner=u1")
    assert await host.volumes(*mine) == ()
    assert await host.networks(*mine) == []
    assert (await said(learner, "docker run --rm -v .:/app alpine ls /app/package.json")).exit_code == 0


async def test_what_a_check_keeps_goes_with_its_attempt(sandbox: DockerSandbox, learner: Learner, host: Host) -> None:
    owner = Owner(sandbox._setup.instance, learner.name)
    await said(learner, "docker volume create mine")
    for attempt in (7, 8):
        name = f"chk{attempt}"
        ours = sandbox._setup.host
        await ours.must("POST", "/volumes/create", body=recipe.volume(owner, owner.volume(name), name, {}, attempt))
        request = recipe.network(owner, f"10.201.0.{attempt * 16}/28", name, attempt=attempt)
        await ours.must("POST", "/networks/create", body=request.body)
    assert (await said(learner, "docker volume ls -q")).text == "mine"  # the rest is not theirs to see
    assert "chk" not in (await said(learner, "docker network ls")).text
    await sandbox.release(7)
    assert [each.name for each in await host.volumes(*owner.labels)] == ["chk8", "mine"]
    assert await sandbox.sweep({8}) == 0
    assert await sandbox.sweep(()) == 2
    assert [each.name for each in await host.volumes(*owner.labels)] == ["mine"]
    assert [each["Name"] for each in await host.networks(*owner.labels)] == [owner.network]
