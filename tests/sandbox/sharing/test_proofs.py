"""What a check learns about an image that was shared, from the real registry and the real engine."""

from __future__ import annotations

import pytest

from bot.core.evidence import ContainersSeen, HttpSeen, RegistrySeen
from bot.core.specs import ContainerSpec, HttpAsk, HttpSpec, RegistrySpec
from bot.sandbox.sandbox import DockerSandbox
from tests.sandbox.sharing.conftest import Class
from tests.sandbox.sharing.test_shop import Person, ada, built

pytestmark = [pytest.mark.engine, pytest.mark.asyncio(loop_scope="session")]
__all__ = ["ada"]

SERVER = 'mkdir /www && echo pushed > /www/index.html\nCMD ["busybox", "httpd", "-f", "-p", "3000", "-h", "/www"]'
SPEC = RegistrySpec(image="served", like="served")
PUSHED = HttpSpec(image="served", port=3000, pushed=True, wait_s=5, asks=(HttpAsk(get="/"),))


async def look(share: Class, attempt: int = 71) -> RegistrySeen:
    seen = await share.sandbox.probe("U1", SPEC, {}, attempt=attempt, again=False)
    assert isinstance(seen, RegistrySeen)
    return seen


async def test_what_was_pushed_in_chat_is_fetched_by_digest_and_answers(share: Class, ada: Person) -> None:
    out = await ada.image(f"FROM alpine\nRUN {SERVER}", "served:latest")
    assert out.exit_code == 0, out
    seen = await look(share)
    assert (seen.name, seen.digest, seen.tagged_id) == ("ada/served", "", "")
    await ada.say("docker login")
    await ada.say("docker tag served ada/served")
    await ada.say("docker push ada/served")
    seen = await look(share)
    assert seen.stored_id == seen.local_id == seen.tagged_id != ""
    assert seen.platforms == ("linux/amd64",)
    await ada.say("docker rmi ada/served served")
    asked = await share.sandbox.probe("U1", PUSHED, {}, attempt=71, again=False)
    assert isinstance(asked, HttpSeen)
    assert [answer.body for answer in asked.answers] == ["pushed\n"], asked
    assert await share.house._host.named_images("docentfetched-*/*") != ()
    await share.sandbox.release(71)
    left = await share.house._host.named_images("docentfetched-*/*", f"{share.house.address}/ada/*")
    assert left == ()
    assert await share.house._host.image(seen.stored_id) is None, "what a check fetched is gone with it"


async def test_what_came_from_another_machine_has_nothing_here_to_compare_with(share: Class, ada: Person) -> None:
    machine = share.machine()
    await machine.login("ada", await share.passes.token("U1"))
    await machine.push("docent/alpine:latest", "ada/served")
    await machine.clean()
    seen = await look(share)
    assert (seen.local_id, seen.tagged_id, seen.refused) == ("", "", "")
    assert seen.stored_id == (await share.house._host.image("docent/alpine:latest")).id  # type: ignore[union-attr]


async def test_a_tag_of_another_name_is_listed(share: Class, ada: Person) -> None:
    await built(ada, "v1", "served:latest")
    await ada.say("docker login")
    await ada.say("docker tag served ada/served:v1")
    await ada.say("docker push ada/served:v1")
    assert (await look(share)).tags == ("v1",)


async def test_a_container_counts_by_the_name_it_was_started_under(share: Class, ada: Person) -> None:
    await ada.image(f"FROM alpine\nRUN {SERVER}", "served:latest")
    await ada.say("docker tag served ada/served")
    await ada.say("docker run -d --name plain served")
    spec = ContainerSpec(image="served", pushed=True)
    seen = await share.sandbox.probe("U1", spec, {}, attempt=72, again=False)
    assert isinstance(seen, ContainersSeen)
    assert (seen.containers, seen.others, seen.name) == ((), ("plain",), "ada/served")
    await ada.say("docker run -d --name full ada/served")
    seen = await share.sandbox.probe("U1", spec, {}, attempt=72, again=False)
    assert isinstance(seen, ContainersSeen)
    assert [each.name for each in seen.containers] == ["full"]


async def test_a_registry_that_does_not_answer_is_said_to_be_down(share: Class) -> None:
    bare = DockerSandbox(share.sandbox._setup.instance, {}, share.sandbox._setup.verifier)
    try:
        seen = await bare.probe("U1", SPEC, {}, attempt=73, again=False)
    finally:
        await bare.close()
    assert isinstance(seen, RegistrySeen)
    assert seen.down


async def test_a_reset_takes_what_was_shared_along_and_nobody_elses(share: Class, ada: Person) -> None:
    for user, name in (("U1", "ada"), ("U2", "grace")):
        machine = share.machine()
        await machine.login(name, await share.passes.token(user))
        await machine.push("docent/alpine:latest", f"{name}/kept")
    assert share.sandbox.sharing
    await share.sandbox.clean("U1", shared=False)
    assert await share.sandbox.sharing.contents.tags("ada/kept") == ("latest",)
    await share.sandbox.clean("U1")
    contents = share.sandbox.sharing.contents
    assert (await contents.tags("ada/kept"), await contents.tags("grace/kept")) == ((), ("latest",))
    assert (await contents.clear("grace"), await contents.clear("grace")) == (1, 0)
