"""Who is on which network and what names lead to, on the real engine."""

from __future__ import annotations

import json

import pytest

from bot.core.evidence import DnsSeen, NetworkSeen
from bot.core.specs import DnsSpec, NetworkSpec
from tests.sandbox.conftest import Learner
from tests.sandbox.test_volumes import said

pytestmark = pytest.mark.engine

NAMED = DnsSpec(network="todo-app", name="mysql", image="alpine", port=8000)
JOINED = NetworkSpec.model_validate({"network": "todo-app", "members": [{"image": "alpine", "alias": "mysql"}]})
SERVE = "alpine sh -c 'while true; do nc -l -p 8000; done'"


async def named(learner: Learner) -> DnsSeen:
    seen = await learner.sandbox.probe("U1", NAMED, {}, attempt=7, again=False)
    assert isinstance(seen, DnsSeen)
    return seen


async def joined(learner: Learner) -> NetworkSeen:
    seen = await learner.sandbox.probe("U1", JOINED, {}, attempt=7, again=False)
    assert isinstance(seen, NetworkSeen)
    return seen


async def test_a_name_is_asked_for_on_the_learners_own_network(learner: Learner) -> None:
    assert await named(learner) == DnsSeen()  # brings our verifier up before there is a network
    assert (await joined(learner)).networks == ()
    await said(learner, "docker network create todo-app")
    await said(learner, f"docker run -d --name db --network todo-app --network-alias mysql {SERVE}")
    seen = await named(learner)
    assert (seen.container, seen.joined, len(seen.found), seen.found) == ("db", True, 1, seen.addresses)
    assert dict((await joined(learner)).members[0].joined) == {"todo-app": ("db", "mysql")}

    # another container of that name, on the same network
    await said(learner, "docker run -d --name old --network todo-app --network-alias mysql node:24-alpine sleep 300")
    assert len((await named(learner)).found) == 2
    await said(learner, "docker rm -f old")

    # a newer one that is not on the network stands back
    await said(learner, "docker run -d --name newer alpine sleep 300")
    assert ((await named(learner)).container, (await joined(learner)).members[0].container) == ("db", "db")
    await said(learner, "docker rm -f newer")

    await said(learner, "docker network disconnect todo-app db")
    assert await named(learner) == DnsSeen("db", joined=False)
    assert dict((await joined(learner)).members[0].joined) == {}
    await said(learner, "docker network connect todo-app db")
    assert (await named(learner)).found == ()  # the alias went with the first time
    await said(learner, "docker stop -t 0 db")
    assert await named(learner) == DnsSeen()


async def test_an_open_port_is_told_from_a_closed_one(learner: Learner) -> None:
    await said(learner, "docker network create todo-app")
    await said(learner, "docker run -d --name db --network todo-app --network-alias mysql alpine sleep 300")
    assert (await named(learner)).open is False
    await said(learner, "docker rm -f db")
    await said(learner, f"docker run -d --name db --network todo-app --network-alias mysql {SERVE}")
    assert (await named(learner)).open is True


async def test_on_the_default_network_nobody_has_a_name(learner: Learner) -> None:
    await said(learner, "docker run -d --name db alpine sleep 300")
    await said(learner, "docker network create todo-app")
    await said(learner, "docker run -d --name late --network todo-app alpine sleep 300")
    await said(learner, "docker network connect bridge late")
    sandbox = learner.sandbox
    answer = await sandbox._verifiers.ask(sandbox._setup.owner("U1"), {"op": "dns", "name": "db"}, deadline_s=5)
    assert answer["error"] == "no-such-host"
    shown = await said(learner, "docker inspect -f '{{json .NetworkSettings.Networks}}' late")
    names = {network: each["Aliases"] or [] for network, each in json.loads(shown.text).items()}
    assert ("late" in names["todo-app"], "late" in names["bridge"]) == (True, False)


async def test_that_a_network_has_no_way_out_is_explained(learner: Learner) -> None:
    await said(learner, "docker network create todo-app")
    shown = await said(learner, "docker network inspect todo-app")
    assert '"Internal": true' in shown.text
    assert "no way out to the internet" in shown.note
