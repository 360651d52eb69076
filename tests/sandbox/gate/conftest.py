"""The gate on the real engine: attacked once for all tests, because it takes some seconds."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Mapping

import pytest

from bot.sandbox.cgroup import Groups
from bot.sandbox.disk.meter import Weight
from bot.sandbox.disk.watch import Rules, Watch
from bot.sandbox.gate.canaries import Attacked, Canaries
from bot.sandbox.gate.judging import Place
from bot.sandbox.gate.sending import NAME
from bot.sandbox.host import Host
from bot.sandbox.janitor.leaving import demolish
from bot.sandbox.setup import Setup

#: Less than learners get, so that less is to be cleared away after.
SMALL = Rules(Weight(384 * 1024 * 1024, 8_000))
_attacked: dict[str, Mapping[Place, Attacked]] = {}


@pytest.fixture
async def canary(host: Host) -> str:
    """Return the id of the canary's image."""
    detail = await host.image(NAME)
    assert detail is not None, f"{NAME} is not prepared: run `docent images prepare`"
    return detail.id


@pytest.fixture
async def gate_setup(host: Host) -> AsyncIterator[Setup]:
    """Return a host with an instance of the test's own, which leaves nothing."""
    groups, instance = Groups(host), f"t{secrets.token_hex(4)}"
    watch = Watch(host, groups, instance, SMALL)
    setup = Setup(host, instance, {}, "", groups=groups, disk=watch)
    yield setup
    await watch.close()
    await demolish(setup)


@pytest.fixture
async def attacked(gate_setup: Setup, canary: str) -> Mapping[Place, Attacked]:
    """Return what attacking everything on this host came to."""
    if canary not in _attacked:
        _attacked[canary] = await Canaries(gate_setup, canary).attack()
    return _attacked[canary]
