"""Networks on the real engine: names are found on them, and nothing beyond them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from bot.handin.plan import Curl
from bot.sandbox.host import Host
from bot.sandbox.sandbox import DockerSandbox
from tests.sandbox.conftest import Learner, until
from tests.sandbox.test_volumes import said

pytestmark = pytest.mark.engine

SERVE = "\"require('http').createServer((q, s) => s.end('hello')).listen(3000)\""


async def test_containers_find_each_other_by_name_and_alias_on_their_network(learner: Learner) -> None:
    made = await said(learner, "docker network create todo-app")
    assert len(made.text) == 64
    await said(learner, "docker run -d --name db --network todo-app --network-alias mysql alpine sleep 300")
    for name in ("db", "mysql"):
        out = await said(learner, f"docker run --rm --network todo-app alpine nslookup {name} 127.0.0.11")
        assert out.exit_code == 0, out.text
        assert "10.200." in out.text
    # on another network the name means nothing
    out = await said(learner, "docker run --rm alpine nslookup mysql 127.0.0.11")
    assert out.exit_code != 0
    assert (await said(learner, "docker run --rm --network none alpine ip -o addr")).text.count("inet ") == 1


async def test_a_container_can_be_on_several_networks(learner: Learner) -> None:
    for name in ("front", "back"):
        await said(learner, f"docker network create {name}")
    await said(learner, "docker run -d --name web --network front --network name=back,alias=api alpine sleep 300")
    joined = json.loads((await said(learner, "docker inspect -f '{{json .NetworkSettings.Networks}}' web")).text)
    assert set(joined) == {"front", "back"}
    assert {"web", "api"} <= set(joined["back"]["Aliases"])
    await said(learner, "docker network create third")
    assert (await said(learner, "docker network connect --alias late third web")).text == ""
    twice = await said(learner, "docker network connect third web")
    assert twice.text == "Error response from daemon: endpoint with name web already exists in network third"
    assert (await said(learner, "docker run --rm --network third alpine nslookup late 127.0.0.11")).exit_code == 0
    assert (await said(learner, "docker network disconnect third web")).exit_code == 0
    again = await said(learner, "docker network disconnect third web")
    assert again.text.endswith("is not connected to network third")
    assert (await said(learner, "docker network connect bridge web")).exit_code == 0
    view = json.loads((await said(learner, "docker network inspect bridge")).text)[0]
    assert [each["Name"] for each in view["Containers"].values()] == ["web"]


async def test_networks_are_listed_and_shown_as_docker_does(learner: Learner) -> None:
    made = (await said(learner, "docker network create todo-app")).text
    lines = (await said(learner, "docker network ls")).text.splitlines()
    assert lines[0] == "NETWORK ID     NAME       DRIVER    SCOPE"
    assert [line.split()[1:] for line in lines[1:]] == [
        ["bridge", "bridge", "local"],
        ["host", "host", "local"],
        ["none", "null", "local"],
        ["todo-app", "bridge", "local"],
    ]
    assert lines[4].startswith(made[:12])
    ran = await said(
        learner, "docker run -d --name web --network todo-app -p 3000:3000 node:24-alpine node -e " + SERVE
    )
    await said(learner, "docker run -d --name idle alpine sleep 300")
    (seen,) = json.loads((await said(learner, "docker network inspect todo-app")).text)
    assert (seen["Name"], seen["Id"], seen["Driver"], seen["Labels"]) == ("todo-app", made, "bridge", {})
    assert list(seen["Containers"]) == [ran.text]
    assert seen["Containers"][ran.text]["Name"] == "web"
    assert seen["Options"] == {}
    assert seen["IPAM"]["Options"] == {}  # null on those that are always there
    # the app is asked through the learner's own port, though it is on a network of their own only
    await until(lambda: _answers(learner))
    (seen,) = json.loads((await said(learner, "docker network inspect todo-app")).text)
    assert list(seen["Containers"]) == [ran.text]  # our own verifier is not theirs to see
    missing = await said(learner, "docker network inspect nosuch")
    assert (missing.text, missing.exit_code) == ("[]\nError response from daemon: network nosuch not found", 1)


async def _answers(learner: Learner) -> bool:
    out = await learner.do(Curl("localhost", 3000))
    return (out.text, out.exit_code) == ("hello", 0)


async def test_a_network_in_use_stays_and_the_usual_ones_always(learner: Learner) -> None:
    made = (await said(learner, "docker network create todo-app")).text
    assert (await said(learner, "docker network create todo-app")).text == (
        "Error response from daemon: network with name todo-app already exists"
    )
    await said(learner, "docker run -d --name web --network todo-app -p 3000:3000 alpine sleep 300")
    await learner.do(Curl("localhost", 3000))  # brings our verifier onto it
    kept = await said(learner, "docker network rm todo-app bridge nosuch")
    assert kept.exit_code == 1
    assert kept.text == (
        f"Error response from daemon: error while removing network: network todo-app id {made} has active endpoints\n"
        "Error response from daemon: bridge is a pre-defined network and cannot be removed\n"
        "Error response from daemon: network nosuch not found\nexit status 1"
    )
    assert (await said(learner, "docker network prune -f")).text == ""
    await said(learner, "docker rm -f web")
    assert (await said(learner, "docker network prune -f")).text == "Deleted Networks:\ntodo-app"
    assert (await said(learner, "docker network rm -f nosuch")).exit_code == 0


async def test_a_learner_has_room_for_five_networks_and_reaches_only_their_own(
    make_sandbox: Callable[..., DockerSandbox], host: Host
) -> None:
    sandbox = make_sandbox()
    ada, ben = Learner(sandbox, "U1"), Learner(sandbox, "U2")
    for number in range(5):
        assert (await said(ada, f"docker network create n{number}")).exit_code == 0
    sixth = await said(ada, "docker network create n6")
    assert (sixth.exit_code, "room for 5" in sixth.text) == (1, True)
    await said(ben, "docker run -d --name web alpine sleep 300")
    instance = sandbox._setup.instance
    for name in ("n1", f"docent-{instance}-u1-n1", f"docent-{instance}-u1", "bridge2"):
        out = await said(ben, f"docker run --rm --network {name} alpine true")
        assert (out.exit_code, f"network {name} not found" in out.text) == (125, True)
        assert (await said(ben, f"docker network connect {name} web")).exit_code == 1
        assert (await said(ben, f"docker network rm {name}")).exit_code == 1
    raw = await host.network(f"docent-{instance}-u1-n1")
    assert raw is not None
    assert raw["Internal"] is True
    assert raw["Options"] == {"com.docker.network.bridge.inhibit_ipv4": "true"}
