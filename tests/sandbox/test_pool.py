from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from bot.errors import HostError
from bot.handin.plan import CreateNetwork, RunPlan
from bot.sandbox import pool
from bot.sandbox.host import Host
from bot.sandbox.names import Owner
from bot.sandbox.sandbox import DockerSandbox
from tests.sandbox.conftest import Learner, until


@pytest.mark.parametrize("said", ['{"nonce": "other", "ok": true}', "not json", "[]", ""])
def test_an_answer_to_another_question_is_no_answer(said: str) -> None:
    with pytest.raises(HostError):
        pool._answer(said, "mine")


@pytest.mark.engine
async def test_n15_a_class_has_more_networks_than_the_engines_own_pools_hold(
    sandbox: DockerSandbox, host: Host
) -> None:
    owners = [Owner(sandbox._setup.instance, f"N{number}") for number in range(36)]
    networks = sandbox._networks
    try:
        await asyncio.gather(*(networks.ensure(owner) for owner in owners))
        found = (await host.must("GET", "/networks")).json
        ours = {
            each["Name"]: each["IPAM"]["Config"][0]["Subnet"] for each in found if each["Name"].startswith("docent-")
        }
        assert {owner.network for owner in owners} <= set(ours)
        assert len(set(ours.values())) == len(ours)
    finally:
        await asyncio.gather(*(networks.remove(owner) for owner in owners))


@pytest.mark.engine
async def test_a_network_is_made_once_however_many_ask_for_it(sandbox: DockerSandbox, host: Host) -> None:
    owner = Owner(sandbox._setup.instance, "U1")
    await asyncio.gather(*(sandbox._networks.ensure(owner) for _ in range(5)))
    names = [each["Name"] for each in (await host.must("GET", "/networks")).json]
    assert names.count(owner.network) == 1


@pytest.mark.engine
async def test_a_verifier_that_nobody_asks_goes(learner: Learner, host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "IDLE_S", 0.3)
    owner = learner.sandbox._setup.owner("U1")
    await learner.do(RunPlan("alpine", ("sleep", "300"), "web", detach=True))
    await learner.sandbox._verifiers.warm(owner)
    assert await host.ended(owner.verifier) is not None

    async def gone() -> bool:
        return await host.ended(owner.verifier) is None

    await until(gone)


@pytest.mark.engine
async def test_an_answer_belongs_to_its_question(learner: Learner) -> None:
    owner = learner.sandbox._setup.owner("U1")
    verifiers = learner.sandbox._verifiers
    said = await asyncio.gather(
        *(verifiers.ask(owner, {"op": "dns", "name": name}, deadline_s=5) for name in ("a", "b"))
    )
    assert [answer["ok"] for answer in said] == [False, False]
    assert (await verifiers.ask(owner, {"op": "nosuch"}, deadline_s=5))["error"] == "bad-request"


@pytest.mark.engine
async def test_a_warm_verifier_hears_the_names_of_a_network_made_later(learner: Learner) -> None:
    """Names are known on networks that learners make, as in Docker; the default one has none (`test_neighbours`)."""
    owner = learner.sandbox._setup.owner("U1")
    await learner.sandbox._networks.ensure(owner)
    await learner.sandbox._verifiers.warm(owner)
    await learner.do(CreateNetwork("todo-app"))
    await learner.do(RunPlan("alpine", ("sleep", "300"), "db", detach=True, networks=("todo-app",)))
    said = await learner.sandbox._verifiers.ask(owner, {"op": "dns", "name": "db"}, deadline_s=5)
    assert said["ok"], said
    assert said["addresses"][0].startswith("10.200.")


@pytest.mark.engine
async def test_f19_a_verifier_that_the_kernel_kills_is_replaced_and_the_check_goes_on(
    learner: Learner, seen: Callable[[object], None]
) -> None:
    """SIGKILL from outside is what the OOM killer does; whoever asks next, or asks right now, gets an answer."""
    sandbox, host = learner.sandbox, learner.sandbox._setup.host
    owner = sandbox._setup.owner(learner.name)
    await sandbox._verifiers.warm(owner)
    first = await host.inspect(owner.verifier)
    assert first
    slow = {"op": "http", "requests": [{"method": "GET", "url": "http://10.255.255.1/", "timeout_s": 3}]}
    asking = asyncio.create_task(sandbox._verifiers.ask(owner, slow, deadline_s=5))

    async def asked() -> bool:
        there = await host.inspect(owner.verifier)
        return bool(there and there.get("ExecIDs"))

    await until(asked)
    await host.ask("POST", f"/containers/{owner.verifier}/kill", params={"signal": "KILL"})
    answer = await asking
    assert answer["ok"]
    assert answer["results"][0]["error"]
    again = await host.inspect(owner.verifier)
    assert again
    assert again["State"]["Running"]
    assert again["State"]["StartedAt"] != first["State"]["StartedAt"]
    seen("asked once more of a new one")
