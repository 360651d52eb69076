"""The real registry: who may do what, from a learner's own machine and with the token server's tokens."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path

import pytest

from bot.core.evidence import RegistrySeen
from bot.core.specs import RegistrySpec
from bot.errors import RegistryDown
from bot.handin.plan import RunPlan
from bot.sandbox.sandbox import DockerSandbox
from bot.sandbox.sharing.house import House
from bot.sandbox.sharing.layout import Address
from bot.sandbox.sharing.opening import Opening
from tests.sandbox.sharing.conftest import REGISTRY, Class, asked, claims

pytestmark = [pytest.mark.engine, pytest.mark.asyncio(loop_scope="session")]

ALPINE = "docent/alpine:latest"


async def status(house: House, method: str, path: str, token: str = "") -> int:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with house.session.request(method, f"http://{house.address}{path}", headers=headers) as answer:
        return answer.status


async def test_without_a_token_nothing_is_open(share: Class) -> None:
    paths = ("/v2/", "/v2/_catalog", "/v2/ada/app/tags/list", "/v2/ada/app/manifests/latest")
    assert {await status(share.house, "GET", path) for path in paths} == {401}


async def test_it_listens_on_the_loopback_only(share: Class) -> None:
    assert share.house.address.startswith("127.0.0.1:")
    assert share.house._tokens_at.startswith("127.0.0.1:")


async def test_a_learner_gets_their_own_namespace_and_nothing_else(share: Class) -> None:
    scopes = (
        "repository:ada/app:pull,push,delete",
        "repository:grace/app:pull,push",
        "repository:adam/app:pull",
        "repository:ada:push",
        "registry:catalog:*",
        "repository:ada/../grace/app:push",
    )
    code, token = await share.bearer("U1", *scopes)
    assert code == 200
    assert claims(token)["access"] == [{"type": "repository", "name": "ada/app", "actions": ["pull", "push"]}]


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/v2/ada/mine/blobs/uploads/", 202),
        ("GET", "/v2/ada/mine/tags/list", 404),  # allowed, and not there yet
        ("DELETE", "/v2/ada/mine/manifests/sha256:" + 64 * "0", 401),
        ("POST", "/v2/grace/theirs/blobs/uploads/", 401),
        ("POST", "/v2/grace/theirs/blobs/uploads/?mount=sha256:" + 64 * "0" + "&from=ada/mine", 401),
        ("POST", "/v2/ada/mine/blobs/uploads/?mount=sha256:" + 64 * "0" + "&from=grace/theirs", 401),
        ("GET", "/v2/grace/theirs/tags/list", 401),
        ("PUT", "/v2/grace/theirs/manifests/latest", 401),
        ("DELETE", "/v2/grace/theirs/manifests/sha256:" + 64 * "0", 401),
        ("GET", "/v2/_catalog", 401),
    ],
)
async def test_the_registry_holds_a_token_to_its_namespace(share: Class, method: str, path: str, expected: int) -> None:
    _, token = await share.bearer("U1", "repository:ada/mine:pull,push,delete", "repository:grace/theirs:pull,push")
    assert await status(share.house, method, path, token) == expected


async def test_a_forged_or_foreign_signature_opens_nothing(share: Class) -> None:
    _, token = await share.bearer("U1", "repository:ada/mine:pull,push")
    head, body, signature = token.split(".")
    for forged in (f"{head}.{body}.{signature[::-1]}", f"{head}.{body}.", "x.y.z"):
        assert await status(share.house, "POST", "/v2/ada/mine/blobs/uploads/", forged) == 401


async def test_a_token_of_somebody_else_is_refused(share: Class) -> None:
    token = await share.passes.token("U2")
    assert await asked(share.house, "ada", token, "repository:ada/app:push") == (401, "")
    assert (await asked(share.house, "grace", token))[0] == 200


async def test_a_learner_pushes_from_their_own_machine_with_docker_login(share: Class) -> None:
    machine = share.machine()
    code, said = await machine.push(ALPINE, "ada/hello")
    assert code == 1
    assert "no basic auth credentials" in said or "denied" in said or "unauthorized" in said
    code, said = await machine.login("ada", await share.passes.token("U1"))
    assert (code, "Login Succeeded" in said) == (0, True), said
    code, said = await machine.push(ALPINE, "ada/hello")
    assert (code, "digest: sha256:" in said) == (0, True), said
    code, said = await machine.push(ALPINE, "grace/hello")
    assert (code, "denied" in said) == (1, True), said
    assert share.sandbox.sharing is not None
    assert await share.sandbox.sharing.contents.tags("ada/hello") == ("latest",)
    assert await share.sandbox.sharing.contents.tags("grace/hello") == ()


async def test_a_wrong_password_is_told_at_login(share: Class) -> None:
    code, said = await share.machine().login("ada", "docent-nonsense")
    assert (code, "incorrect username or password" in said or "unauthorized" in said) == (1, True), said


async def test_nothing_is_made_before_somebody_shares(share: Class, tmp_path: Path) -> None:
    async def image() -> str:
        return share.sandbox._setup.verifier

    setup = share.sandbox._setup
    opening = Opening(share.passes, tmp_path, image)
    other = DockerSandbox(f"t{secrets.token_hex(4)}", setup.bases, setup.verifier, opening=opening)
    assert other.sharing
    assert await share.house.known()
    assert not await other.sharing.house.known()
    await other.close()
    assert not (tmp_path / "registry.key").exists()


async def test_a_second_bot_takes_the_running_registry_over(share: Class) -> None:
    host = share.house._host
    before = await host.inspect(share.house.name)
    share.house.doubt()
    await share.house.open()
    after = await host.inspect(share.house.name)
    assert before is not None
    assert after is not None
    assert (before["Id"], before["State"]["StartedAt"]) == (after["Id"], after["State"]["StartedAt"])


async def test_what_was_deleted_is_cleared_away_when_it_starts(share: Class) -> None:
    machine, sharing = share.machine(), share.sandbox.sharing
    assert sharing
    await machine.login("ada", await share.passes.token("U1"))
    text = f"FROM {ALPINE}\nRUN echo {secrets.token_hex(8)} > /mine\n"
    code, said = await machine.docker("build", "--network", "none", "-q", "-t", "x/gone", "-", stdin=text)
    assert code == 0, said
    machine.made.append("x/gone")
    await machine.push("x/gone", "ada/gone")
    _, raw, _ = await sharing.contents._manifest("ada/gone", "latest") or ("", {}, 0)
    _, token = await share.bearer("U1", "repository:ada/gone:pull")
    blobs = [f"/v2/ada/gone/blobs/{layer['digest']}" for layer in raw["layers"]]
    await sharing.contents.clear("ada")
    assert await status(share.house, "HEAD", blobs[-1], token) == 200
    await share.house._host.stop(share.house.name, 1)
    share.house.doubt()
    await share.house.open()
    assert await status(share.house, "HEAD", blobs[-1], token) == 404


async def test_a_registry_that_was_removed_or_stopped_is_there_again(share: Class) -> None:
    address = share.house.address
    await share.house._host.stop(share.house.name, 1)
    share.house.doubt()
    await share.house.open()
    await share.house._host.remove(share.house.name)
    share.house.doubt()
    await asyncio.gather(share.house.open(), share.house.open())
    assert share.house.address != ""
    assert await status(share.house, "GET", "/v2/") == 401
    assert address


@pytest.mark.parametrize(
    ("taken", "image", "why"),
    [(True, REGISTRY, "another program holds 127.0.0.1:"), (False, "", "is not prepared on this host yet")],
)
async def test_a_registry_that_cannot_be_holds_up_nothing_but_sharing(
    share: Class, tmp_path: Path, taken: bool, image: str, why: str
) -> None:
    async def found() -> str:
        detail = await share.house._host.image(image) if image else None
        return detail.id if detail else ""

    address = Address(listen=share.house.address) if taken else Address()
    setup = share.sandbox._setup
    opening = Opening(share.passes, tmp_path, found, address)
    other = DockerSandbox(f"t{secrets.token_hex(4)}", setup.bases, setup.verifier, opening=opening)
    try:
        with pytest.raises(RegistryDown, match=why):
            await other.registry_pass("U1")
        seen = await other.probe("U1", RegistrySpec(image="app", like="app"), {}, attempt=1, again=False)
        assert isinstance(seen, RegistrySeen)
        assert why in seen.down
        out = await other.run("U1", RunPlan("alpine", command=("echo", "hello"), remove=True), {}, lambda _: None)
        assert out.text == "hello"
    finally:
        await other.demolish()
        await other.close()
