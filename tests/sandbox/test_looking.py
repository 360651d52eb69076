"""`history`, `diff`, `port`, `top`, `stats`, `system df`, `tag`, `prune` on the real engine, beside the real client."""

from __future__ import annotations

import asyncio
import re
import shutil

import pytest

from bot.handin.plan import BuildPlan
from tests.sandbox.conftest import Learner
from tests.sandbox.test_volumes import said

pytestmark = pytest.mark.engine


async def real(*words: str) -> str:
    """Return what Docker's own client prints."""
    if shutil.which("docker") is None:
        pytest.skip("no docker client")
    process = await asyncio.create_subprocess_exec("docker", *words, stdout=-1, stderr=-2)
    out, _ = await process.communicate()
    return out.decode().rstrip("\n")


async def test_history_shows_the_layers_of_an_image_and_nothing_of_ours(learner: Learner) -> None:
    await learner.image('FROM alpine\nWORKDIR /app\nRUN echo hello > /hello\nCMD ["sh"]\n')
    out = (await said(learner, "docker history app")).text.splitlines()
    assert re.fullmatch(r"IMAGE +CREATED +CREATED BY +SIZE +COMMENT", out[0])
    made_by = [re.split(r" {3,}", line)[2] for line in out[1:]]
    assert made_by[0].startswith('/bin/sh -c #(nop)  CMD ["sh"]')
    assert made_by[1] == "/bin/sh -c echo hello > /hello"
    assert "docent" not in "\n".join(out)
    assert [line.split()[0] for line in out[2:]] == ["<missing>"] * (len(out) - 2)
    images = (await said(learner, "docker images -q app")).text
    assert (await said(learner, "docker history -q app")).text.splitlines()[0] == images
    missing = await said(learner, "docker image history nosuch")
    assert (missing.text, missing.exit_code) == ("Error response from daemon: No such image: nosuch:latest", 1)


async def test_layers_know_whose_they_are(learner: Learner) -> None:
    await learner.image("FROM alpine\nRUN echo hello > /hello\nRUN head -c 5000000 /dev/zero > /zeros\n")
    found = await learner.sandbox.layers("U1", "app")
    own = [(each.made_by.removeprefix("/bin/sh -c "), each.size) for each in found if not each.base]
    assert own == [("head -c 5000000 /dev/zero > /zeros", 5_000_000), ("echo hello > /hello", 6)]
    base = await learner.sandbox.layers("U1", "alpine")
    assert [each.size for each in found if each.base] == [each.size for each in base]
    assert all(each.base for each in base)
    assert await learner.sandbox.layers("U1", "nosuch") == ()
    assert await learner.sandbox.layers("U2", "app") == ()  # somebody else's


async def test_columns_are_those_of_the_real_client(learner: Learner) -> None:
    container = (await said(learner, "docker run -d --name web -v db:/data alpine sleep 300")).text
    await said(learner, "docker exec web sh -c 'echo 1 > /new; echo 2 > /tmp/x; rm /etc/passwd; echo 3 > /data/y'")
    theirs, ours = await real("diff", container), (await said(learner, "docker diff web")).text
    assert sorted(ours.splitlines()) == sorted(theirs.splitlines())
    assert {"A /new", "D /etc/passwd"} <= set(ours.splitlines())

    theirs, ours = await real("top", container), (await said(learner, "docker top web")).text
    assert ours.splitlines()[0] == theirs.splitlines()[0]
    assert re.sub(r"[\d:]+", "#", ours) == re.sub(r"[\d:]+", "#", theirs)

    theirs, ours = (
        await real("stats", "--no-stream", container),
        (await said(learner, "docker stats --no-stream web")).text,
    )
    assert [re.split(r" {2,}", line.strip())[0] for line in ours.splitlines()] == [
        re.split(r" {2,}", line.strip())[0] for line in theirs.splitlines()
    ]
    assert re.split(r" {2,}", ours.splitlines()[0]) == re.split(r" {2,}", theirs.splitlines()[0])
    row = re.split(r" {2,}", ours.splitlines()[1])
    assert row[1] == "web"
    assert re.fullmatch(r"[\d.]+(B|KiB|MiB) / 256MiB", row[3])
    assert row[7] == "1"


async def test_a_stopped_container_uses_nothing(learner: Learner) -> None:
    await said(learner, "docker run -d --name web -p 3000:3000 alpine sleep 300")
    await said(learner, "docker stop -t 0 web")
    assert (await said(learner, "docker stats --no-stream")).text.count("\n") == 0
    row = (await said(learner, "docker stats --no-stream -a")).text.splitlines()[1]
    assert re.split(r" {2,}", row)[1:] == ["web", "0.00%", "0B / 0B", "0.00%", "0B / 0B", "0B / 0B", "0"]
    assert "cannot keep watching" in (await said(learner, "docker stats -a")).note
    stopped = await said(learner, "docker top web")
    assert (stopped.exit_code, stopped.text[-14:]) == (1, "is not running")
    assert (await said(learner, "docker port web")).text == ""


async def test_port_reads_the_learners_own_port_table(learner: Learner) -> None:
    await said(learner, "docker run -d --name web -p 127.0.0.1:3000:3000 -p 8080:80 alpine sleep 300")
    assert (await said(learner, "docker port web")).text == (
        "3000/tcp -> 127.0.0.1:3000\n80/tcp -> 0.0.0.0:8080\n80/tcp -> [::]:8080"
    )
    assert (await said(learner, "docker port web 3000")).text == "127.0.0.1:3000"
    assert (await said(learner, "docker port web 3000/tcp")).text == "127.0.0.1:3000"
    none = await said(learner, "docker port web 99")
    assert (none.text, none.exit_code) == ("Error: No public port '99' published for web", 1)


async def test_a_tag_is_a_second_name_for_one_image(learner: Learner) -> None:
    await learner.image("FROM alpine\n")
    assert (await said(learner, "docker tag app ada/app")).text == ""
    ids = {(await said(learner, f"docker images -q {name}")).text for name in ("app", "ada/app")}
    assert len(ids) == 1
    assert (await said(learner, "docker run --rm ada/app echo hi")).text == "hi"
    assert (await said(learner, "docker rmi app")).text == "Untagged: app:latest"
    assert (
        await said(learner, "docker tag nosuch x")
    ).text == "Error response from daemon: No such image: nosuch:latest"
    assert (await said(learner, "docker tag alpine mine")).exit_code == 1  # it is everybody's


async def test_disk_counts_the_learners_own_things_only(learner: Learner) -> None:
    await learner.image("FROM alpine\nRUN head -c 3000000 /dev/zero > /big\n")
    await said(
        learner, "docker run -d --name web -v db:/data app sh -c 'head -c 1000000 /dev/zero > /data/x; sleep 300'"
    )
    await said(learner, "docker run --name done alpine true")
    lines = [re.split(r" {2,}", line) for line in (await said(learner, "docker system df")).text.splitlines()]
    assert lines[0] == ["TYPE", "TOTAL", "ACTIVE", "SIZE", "RECLAIMABLE"]
    assert [line[:3] for line in lines[1:]] == [
        ["Images", "2", "2"],
        ["Containers", "2", "1"],
        ["Local Volumes", "1", "1"],
        ["Build Cache", "0", "0"],
    ]
    assert lines[3][3:] == ["1MB", "0B (0%)"]


async def test_prune_takes_only_what_is_not_in_use(learner: Learner) -> None:
    await said(learner, "docker run -d --name web alpine sleep 300")
    await said(learner, "docker run --name done alpine true")
    pruned = await said(learner, "docker container prune -f")
    assert re.fullmatch(r"Deleted Containers:\n[0-9a-f]{64}\n\nTotal reclaimed space: 0B", pruned.text)
    assert (await said(learner, "docker ps -aq")).text.count("\n") == 0
    await learner.image("FROM alpine\nRUN echo 1 > /x\n")
    await learner.image("FROM alpine\nRUN echo 2 > /x\n")  # the first has lost its name
    await learner.do(BuildPlan(("used:latest",)))
    pruned = await said(learner, "docker image prune -f")
    assert pruned.text.startswith("Deleted Images:\ndeleted: sha256:")
    assert "<none>" not in (await said(learner, "docker images")).text
    await said(learner, "docker run -d --name keeps used sleep 300")
    assert (await said(learner, "docker image prune -f")).text == "Total reclaimed space: 0B"
    await learner.image("FROM alpine\nRUN echo 3 > /x\n", "alone:latest")
    assert "untagged: alone:latest" in (await said(learner, "docker image prune -af")).text
    assert "used" in (await said(learner, "docker images")).text
