"""`docker login`, `push`, `pull`, `search` in chat, against the real engine and the real registry."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.handin.command import read_commands
from bot.handin.plan import Output, Refusal
from bot.sandbox.sharing import shop
from tests.sandbox.conftest import Learner
from tests.sandbox.sharing.conftest import Class

pytestmark = [pytest.mark.engine, pytest.mark.asyncio(loop_scope="session")]


class Person(Learner):
    """A learner who types."""

    async def say(self, line: str) -> Output:
        (command,) = read_commands(line)
        assert not isinstance(command.plan, Refusal), command.plan
        return await self.do(command.plan)


@pytest_asyncio.fixture(loop_scope="session")
async def ada(share: Class) -> AsyncIterator[Person]:
    ada = Person(share.sandbox, "U1")
    await share.passes.sign("U1", signed_in=False)
    yield ada
    await share.sandbox.clean("U1")


async def built(person: Person, text: str, tag: str) -> None:
    out = await person.image(f'FROM alpine\nLABEL text="{text}"\nRUN echo {text} > /text\nCMD ["cat", "/text"]', tag)
    assert out.exit_code == 0, out


async def test_push_fails_in_dockers_own_words_until_the_name_is_right_and_somebody_is_logged_in(ada: Person) -> None:
    await built(ada, "one", "app:latest")
    out = await ada.say("docker push docker/app")
    assert (out.exit_code, out.text.splitlines()) == (
        1,
        [
            "Using default tag: latest",
            "The push refers to repository [docker.io/docker/app]",
            "An image does not exist locally with the tag: docker/app",
        ],
    )
    assert "`docker tag app ada/app`" in out.note
    out = await ada.say("docker push app")
    assert out.text.splitlines()[1:] == [
        "The push refers to repository [docker.io/library/app]",
        "denied: requested access to the resource is denied",
    ]
    assert "`ada/`" in out.note
    await ada.say("docker tag app ada/app")
    out = await ada.say("docker push ada/app")
    assert out.text.endswith("denied: requested access to the resource is denied")
    assert out.note == "You are not logged in yet: `docker login -u ada`"


@pytest.mark.parametrize(
    ("line", "text", "note"),
    [
        ("docker login -u ada", "Login Succeeded", "Slack has told me who you are"),
        ("docker login", "Login Succeeded", "`ada`"),
        ("docker login docker.io -u ada", "Login Succeeded", ""),
        ("docker login ada", 'Get "https://ada/v2/": dial tcp: lookup ada', "`docker login -u ada`"),
        ("docker login -u grace", "unauthorized: incorrect username or password", "`docker login -u ada`"),
        ("docker login -u ada -p guess", "unauthorized: incorrect username or password", "`docker login -u ada`"),
        ("docker logout", "Removing login credentials for https://index.docker.io/v1/", ""),
    ],
)
async def test_login_knows_who_somebody_is(ada: Person, line: str, text: str, note: str) -> None:
    out = await ada.say(line)
    assert text in out.text
    assert note in out.note
    assert (out.exit_code == 0) == ("Error" not in out.text)
    assert await ada.sandbox.sharing.passes.signed_in("U1") == ("Succeeded" in out.text)  # type: ignore[union-attr]


async def test_a_pushed_image_is_in_the_registry_under_the_learners_own_name(share: Class, ada: Person) -> None:
    await built(ada, "two", "two:latest")
    await ada.say("docker login -u ada")
    await ada.say("docker tag two ada/two")
    out = await ada.say("docker push ada/two")
    lines = out.text.splitlines()
    assert out.exit_code == 0, out
    assert lines[:2] == ["Using default tag: latest", "The push refers to repository [docker.io/ada/two]"]
    layers = [line.partition(": ") for line in lines[2:-1]]
    assert all(re.fullmatch("[0-9a-f]{12}", number) for number, _, _ in layers)
    assert {state for _, _, state in layers} <= {"Pushed", "Mounted from library/alpine", "Layer already exists"} | {
        f"Mounted from {name}"
        for name in await share.sandbox.sharing.contents.repositories("ada")  # type: ignore[union-attr]
    }
    found = re.fullmatch(r"latest: digest: (sha256:[0-9a-f]{64}) size: \d+", lines[-1])
    assert found, out
    again = await ada.say("docker push ada/two")
    assert all(line.endswith("Layer already exists") for line in again.text.splitlines()[2:-1])
    assert share.sandbox.sharing
    stored = await share.sandbox.sharing.contents.image(share.sandbox._setup.owner("U1"), "ada/two", "latest")
    assert stored
    assert (stored.digest, stored.trouble) == (found[1], "")
    shown = (await ada.say("docker images")).text
    assert set(re.findall(r"^(\S+) +latest", shown, re.MULTILINE)) == {"ada/two", "two", "alpine"}
    assert "127.0.0.1" not in shown
    digests = json.loads((await ada.say("docker inspect --format '{{json .RepoDigests}}' ada/two")).text)
    assert digests == [f"ada/two@{found[1]}"]


async def test_another_machine_is_played_by_removing_the_local_copy(ada: Person) -> None:
    await built(ada, "three", "three:latest")
    await ada.say("docker login")
    await ada.say("docker tag three ada/three")
    pushed = await ada.say("docker push ada/three")
    digest = pushed.text.partition("digest: ")[2].partition(" ")[0]
    out = await ada.say("docker rmi ada/three three")
    assert f"Untagged: ada/three@{digest}" in out.text
    assert "Deleted: sha256:" in out.text
    assert "three" not in (await ada.say("docker images")).text
    out = await ada.say("docker run ada/three")
    lines = out.text.splitlines()
    assert lines[0] == "Unable to find image 'ada/three:latest' locally"
    assert lines[1] == "latest: Pulling from ada/three"
    assert lines[-3:] == [f"Digest: {digest}", "Status: Downloaded newer image for ada/three:latest", "three"]
    out = await ada.say("docker pull ada/three")
    assert out.text.splitlines()[-2:] == [
        "Status: Image is up to date for ada/three:latest",
        "docker.io/ada/three:latest",
    ]


async def test_what_is_not_there_is_told_as_docker_tells_it(ada: Person) -> None:
    out = await ada.say("docker pull grace/secret")
    assert "pull access denied for grace/secret, repository does not exist" in out.text
    assert "`ada/`" in out.note
    out = await ada.say("docker pull ada/nothing")
    assert "pull access denied for ada/nothing" in out.text
    assert "docker push ada/nothing" in out.note
    out = await ada.say("docker run ada/nothing")
    assert out.exit_code == 125
    assert "docker: Error response from daemon: pull access denied" in out.text
    out = await ada.say("docker pull ghcr.io/somebody/app")
    assert 'Get "https://ghcr.io/v2/"' in out.text


async def test_prepared_images_need_no_fetching(ada: Person) -> None:
    out = await ada.say("docker pull alpine")
    lines = out.text.splitlines()
    assert lines[:2] == ["Using default tag: latest", "latest: Pulling from library/alpine"]
    assert lines[-2:] == ["Status: Image is up to date for alpine:latest", "docker.io/library/alpine:latest"]
    assert "alpine" in (await ada.say("docker search alp")).text


async def test_an_image_of_the_learners_own_machine_comes_in_and_goes_again(share: Class, ada: Person) -> None:
    machine = share.machine()
    await machine.login("ada", await share.passes.token("U1"))
    code, said = await machine.push("docent/alpine:latest", "ada/own")
    assert code == 0, said
    await machine.clean()
    out = await ada.say("docker pull ada/own")
    assert out.exit_code == 0, out
    by_address = f"{share.house.address}/ada/own"
    out = await ada.say(f"docker pull {by_address}")
    assert out.text.splitlines()[-1] == f"{by_address}:latest", out
    digest = out.text.partition("Digest: ")[2].splitlines()[0]
    out = await ada.say(f"docker pull ada/own@{digest}")
    assert out.text.splitlines()[-1] == f"docker.io/ada/own@{digest}", out
    out = await ada.say("docker run ada/own echo hello")
    assert out.text.endswith("hello"), out
    assert "ada/own" in (await ada.say("docker images")).text
    await ada.say("docker tag ada/own own")
    assert (await ada.say("docker run own echo again")).text == "again"
    await share.sandbox.clean("U1")
    assert (await ada.say("docker images")).text.splitlines()[1:] == []
    left = await share.house._host.named_images(*share.sandbox._setup.owner("U1").images)
    assert left == ()


async def test_a_sandbox_takes_in_so_many_images_and_no_more(
    share: Class, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = share.machine()
    await machine.login("ada", await share.passes.token("U1"))
    await machine.push("docent/alpine:latest", "ada/one-more")
    await machine.clean()
    monkeypatch.setattr(shop, "MOST_IMAGES", 0)
    out = await ada.say("docker pull ada/one-more")
    assert (out.exit_code, "room for 0" in out.text) == (1, True)
    monkeypatch.setattr(shop, "MOST_IMAGES", 1)
    assert (await ada.say("docker pull ada/one-more")).exit_code == 0
    assert (await ada.say("docker pull ada/one-more")).exit_code == 0


@pytest.mark.parametrize(
    ("dockerfile", "why"),
    [
        ('LABEL docent.learner="u2"', "docent."),
        ("VOLUME /.docent", "declares a volume"),
        pytest.param("ONBUILD RUN echo", "ONBUILD", id="D14 of an own image from outside"),
        pytest.param("WORKDIR /proc/self/fd/7", "kernel", id="D22 of an image from outside"),
    ],
)
async def test_what_no_build_may_make_here_does_not_come_in_from_outside(
    share: Class, ada: Person, dockerfile: str, why: str
) -> None:
    machine = share.machine()
    await machine.login("ada", await share.passes.token("U1"))
    name = f"{share.house.address}/ada/hostile"
    machine.made.append(name)
    code, said = await machine.docker(
        "build", "-q", "-t", name, "-f", "-", str(machine.config), stdin=f"FROM docent/alpine:latest\n{dockerfile}\n"
    )
    assert code == 0, said
    code, said = await machine.docker("push", name)
    assert code == 0, said
    await machine.clean()
    out = await ada.say("docker pull ada/hostile")
    assert out.exit_code == 1
    assert why in out.text
    assert "ada/hostile" not in (await ada.say("docker images")).text


async def test_a_base_is_packed_once_and_taken_over_from_then_on(share: Class, ada: Person) -> None:
    await built(ada, "four", "four:latest")
    await ada.say("docker login")
    await ada.say("docker tag four ada/four")
    await ada.say("docker push ada/four")
    grace = Person(share.sandbox, "U2")
    await built(grace, "five", "five:latest")
    await grace.say("docker login")
    await grace.say("docker tag five grace/five")
    grace.told.clear()
    out = await grace.say("docker push grace/five")
    await share.sandbox.clean("U2")
    assert "ada/" not in out.text
    assert any("Mounted from" in line for line in grace.told), (out, grace.told)
    assert share.sandbox.sharing
    assert "library/alpine" in await share.sandbox.sharing.contents.repositories()
