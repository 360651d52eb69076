"""Learners' commands on the real engine: what they print, and that nobody else is touched."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from bot.handin.plan import (
    BuildPlan,
    Curl,
    ExecPlan,
    Inspect,
    ListContainers,
    ListImages,
    PublishedPort,
    ReadLogs,
    RemoveContainers,
    RemoveImages,
    RunPlan,
    ShowVersion,
    StartContainers,
    StopContainers,
)
from bot.sandbox.host import Host
from bot.sandbox.recipe import Limits
from bot.sandbox.sandbox import DockerSandbox
from tests.sandbox.conftest import Learner, until

pytestmark = pytest.mark.engine

LOOPBACK = (PublishedPort(3000, 3000, "127.0.0.1"),)
SLEEP = ("sleep", "300")
SERVE = """FROM node:24-alpine
CMD ["node", "-e", "require('http').createServer((q, s) => s.end('hello ' + q.url)).listen(3000)"]
"""
#: Docker's words about an image that is nowhere
PULL = (
    "Unable to find image 'nosuch:latest' locally\n"
    "docker: Error response from daemon: pull access denied for nosuch, repository does not exist or may require "
    "'docker login'"
)


async def answers(learner: Learner, path: str = "/") -> bool:
    return (await learner.do(Curl("localhost", 3000, path))).exit_code == 0


async def test_the_way_of_section_two(learner: Learner) -> None:
    built = await learner.do(BuildPlan(("getting-started:latest",)))
    assert built.exit_code == 0, built.text
    assert "[4/4] RUN npm install --omit=dev" in learner.told
    assert built.text.endswith("0.0s")
    assert "naming to docker.io/library/getting-started:latest" in built.text

    again = await learner.do(BuildPlan(("getting-started:latest",)))
    assert "CACHED [4/4] RUN npm install" in again.text

    ran = await learner.do(RunPlan("getting-started", detach=True, ports=LOOPBACK))
    assert re.fullmatch(r"[0-9a-f]{64}", ran.text)
    listed = await learner.do(ListContainers())
    row = re.sub(r" {2,}", "|", listed.text.splitlines()[1]).split("|")
    assert row[:3] == [ran.text[:12], "getting-started", '"docker-entrypoint.s…"']
    assert row[-2] == "127.0.0.1:3000->3000/tcp"
    assert re.fullmatch(r"[a-z]+_[a-z]+", row[-1])

    await until(lambda: answers(learner, "/items"))
    assert (await learner.do(Curl("localhost", 3000, "/items"))).text == "[]"
    post = Curl("localhost", 3000, "/items", "POST", (("Content-Type", "application/json"),), '{"name": "tea"}')
    assert json.loads((await learner.do(post)).text)["name"] == "tea"
    head = (await learner.do(Curl("127.0.0.1", 3000, "/", show_headers=True))).text
    assert head.startswith("HTTP/1.1 200 OK\n")
    assert "\nContent-Type: text/html" in head
    assert "Listening on port 3000" in (await learner.do(ReadLogs(row[-1]))).text


async def test_a_second_listener_gets_dockers_own_words_and_stays_created(learner: Learner) -> None:
    await learner.do(RunPlan("alpine", SLEEP, "first", detach=True, ports=LOOPBACK))
    second = await learner.do(RunPlan("alpine", SLEEP, "second", detach=True, ports=LOOPBACK))
    assert second.exit_code == 125
    assert re.search(
        r"docker: Error response from daemon: driver failed programming external connectivity on endpoint second "
        r"\([0-9a-f]{64}\): Bind for 127\.0\.0\.1:3000 failed: port is already allocated",
        second.text,
    )
    listed = (await learner.do(ListContainers(all=True))).text
    assert re.search(r"Created +second$", listed, re.MULTILINE)
    started = await learner.do(StartContainers(("second",)))
    assert started.exit_code == 1
    assert started.text.endswith("Error: failed to start containers: second")
    await learner.do(RemoveContainers(("first",), force=True))
    assert (await learner.do(StartContainers(("second",)))).text == "second"


@pytest.mark.parametrize(
    ("held", "wanted", "fits"),
    [
        (PublishedPort(80, 3000, "127.0.0.1"), PublishedPort(80, 3001, "127.0.0.1"), True),
        (PublishedPort(80, 3000), PublishedPort(80, 3000, "127.0.0.1"), False),
        (PublishedPort(80, 3000, "127.0.0.1"), PublishedPort(80, 3000, "127.0.0.2"), True),
        (PublishedPort(80, 3000), PublishedPort(80, 3000, protocol="udp"), True),
        (PublishedPort(80), PublishedPort(80), True),
    ],
)
async def test_a_port_is_taken_for_an_address_or_for_all(
    learner: Learner, held: PublishedPort, wanted: PublishedPort, fits: bool
) -> None:
    await learner.do(RunPlan("alpine", SLEEP, "a", detach=True, ports=(held,)))
    second = await learner.do(RunPlan("alpine", SLEEP, "b", detach=True, ports=(wanted,)))
    assert (second.exit_code == 0) is fits


async def test_an_exposed_port_is_shown_and_is_not_published(learner: Learner) -> None:
    await learner.image("FROM alpine\nEXPOSE 3000 53/udp\n")
    await learner.do(RunPlan("app", SLEEP, "web", detach=True))
    assert "   53/udp, 3000/tcp   web" in (await learner.do(ListContainers())).text
    assert (await learner.do(Curl("localhost", 3000))).exit_code == 7


async def test_two_learners_have_the_same_names_and_ports_and_never_meet(sandbox: DockerSandbox) -> None:
    one, two = Learner(sandbox, "U1"), Learner(sandbox, "U2")
    for learner, word in ((one, "one"), (two, "two")):
        serve = SERVE.replace("hello ", word)
        assert (await learner.image(serve)).exit_code == 0
        assert (await learner.do(RunPlan("app", name="web", detach=True, ports=LOOPBACK))).exit_code == 0
    for learner, word in ((one, "one"), (two, "two")):
        await until(lambda who=learner: answers(who))  # type: ignore[misc]
        assert (await learner.do(Curl("localhost", 3000))).text == f"{word}/"
        assert len((await learner.do(ListContainers(all=True))).text.splitlines()) == 2
        assert (await learner.do(ListImages(quiet=True))).text.count("\n") == 1  # app and its base
    theirs = (await two.do(ListContainers(quiet=True, no_trunc=True))).text
    for plan in (
        Inspect((theirs,)),
        RemoveContainers((theirs,), force=True),
        ReadLogs(theirs),
        ExecPlan(theirs, ("ls",)),
    ):
        assert "No such" in (await one.do(plan)).text
    address = (await two.do(Inspect((theirs,), format="{{.NetworkSettings.Networks.bridge.IPAddress}}"))).text
    script = f"fetch('http://{address}:3000').then(() => console.log('reached'), () => console.log('alone'))"
    reached = await one.do(ExecPlan("web", ("timeout", "3", "node", "-e", script)))
    assert "reached" not in reached.text


@pytest.mark.parametrize(
    ("plan", "code", "words"),
    [
        (RunPlan("nosuch"), 125, PULL),
        (RunPlan("alpine", ("nosuch",)), 127, 'exec: "nosuch": executable file not found in $PATH'),
        (RunPlan("alpine", ("/etc",)), 126, "permission denied"),
        (RunPlan("alpine", ("sh", "-c", "echo out; exit 3"), remove=True), 3, "out"),
        (RunPlan("alpine", ("sh", "-c", "sh -c 'kill -9 $$'; exit $?")), 137, ""),
        (StopContainers(("nosuch",)), 1, "Error response from daemon: No such container: nosuch"),
        (StartContainers(("nosuch",)), 1, "Error: failed to start containers: nosuch"),
        (RemoveContainers(("nosuch",)), 1, "Error response from daemon: No such container: nosuch"),
        (RemoveContainers(("nosuch",), force=True), 0, "No such container: nosuch"),
        (ReadLogs("nosuch"), 1, "Error response from daemon: No such container: nosuch"),
        (ExecPlan("nosuch", ("ls",)), 1, "Error response from daemon: No such container: nosuch"),
        (Inspect(("nosuch",)), 1, "[]\nError: No such object: nosuch"),
        (Inspect(("nosuch",), "image"), 1, "No such image: nosuch:latest"),
        (RemoveImages(("nosuch",)), 1, "Error response from daemon: No such image: nosuch:latest"),
        (RemoveImages(("node:24-alpine",)), 1, "No such image: node:24-alpine"),
        (Curl("localhost", 3000), 7, "curl: (7) Failed to connect to localhost port 3000 after 0 ms: Couldn't"),
        (Curl("localhost", 3000, silent=True), 7, ""),
        (ListContainers(), 0, "CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES"),
        (ListImages(), 0, "REPOSITORY   TAG       IMAGE ID   CREATED   SIZE"),
    ],
)  # fmt: skip
async def test_refusals_are_dockers(learner: Learner, plan: RunPlan, code: int, words: str) -> None:
    out = await learner.do(plan)
    assert out.exit_code == code
    assert words in out.text


async def test_one_container_cannot_take_one_port_twice(learner: Learner) -> None:
    ports = (*LOOPBACK, PublishedPort(80, 3000, "127.0.0.1"))
    out = await learner.do(RunPlan("alpine", SLEEP, "web", detach=True, ports=ports))
    assert "Bind for 127.0.0.1:3000 failed: port is already allocated" in out.text


async def test_a_name_is_taken_only_once(learner: Learner) -> None:
    first = await learner.do(RunPlan("alpine", SLEEP, "web", detach=True))
    second = await learner.do(RunPlan("alpine", SLEEP, "web", detach=True))
    assert second.exit_code == 125
    assert (
        f'Conflict. The container name "/web" is already in use by container "{first.text}". '
        "You have to remove (or rename) that container to be able to reuse that name."
    ) in second.text


async def test_start_stop_restart_and_remove(learner: Learner) -> None:
    trap = ("sh", "-c", "trap 'exit 7' TERM; while :; do sleep 0.05; done")
    ran = await learner.do(RunPlan("alpine", trap, "web", detach=True))
    assert "container is running" in (await learner.do(RemoveContainers(("web",)))).text
    assert (await learner.do(StopContainers((ran.text[:6],)))).text == ran.text[:6]
    assert "Exited (7)" in (await learner.do(ListContainers(all=True))).text
    assert (await learner.do(StartContainers(("web",)))).text == "web"
    assert (await learner.do(StartContainers(("web",), restart=True))).exit_code == 0
    assert (await learner.do(RemoveContainers(("web", "gone"), force=True))).text.startswith("web\n")
    assert (await learner.do(ListContainers(all=True, quiet=True))).text == ""


async def test_exec_shows_both_streams_and_the_exit_code(learner: Learner) -> None:
    await learner.do(RunPlan("alpine", SLEEP, "web", detach=True))
    out = await learner.do(ExecPlan("web", ("sh", "-c", "echo out; echo err >&2; echo $A; exit 4"), env=(("A", "b"),)))
    assert out.exit_code == 4
    assert sorted(out.text.split()) == ["b", "err", "out"]
    missing = await learner.do(ExecPlan("web", ("nosuch",)))
    assert missing.exit_code in (126, 127)
    assert 'exec: "nosuch": executable file not found in $PATH' in missing.text
    await learner.do(StopContainers(("web",), grace_s=0))
    assert "is not running" in (await learner.do(ExecPlan("web", ("ls",)))).text


async def test_a_flood_of_output_is_cut_and_cleaned(learner: Learner) -> None:
    flood = await learner.do(
        RunPlan("alpine", ("sh", "-c", "printf '\\033[31mstart\\n'; yes x | head -c 3000000; echo end"))
    )
    assert flood.text.endswith("end")
    assert "bytes omitted" in flood.text
    assert "\x1b" not in flood.text
    assert len(flood.text.encode()) <= 64 * 1024


async def test_what_does_not_end_goes_on_in_the_background(make_sandbox: Callable[..., DockerSandbox]) -> None:
    learner = Learner(make_sandbox(Limits(foreground_s=0.6)), "U1")
    out = await learner.do(RunPlan("alpine", ("sh", "-c", "echo begun; sleep 300"), "web"))
    assert out.text == "begun"
    assert "`docker logs web`" in out.note
    ran = await learner.do(ExecPlan("web", SLEEP))
    assert "still runs" in ran.note


async def test_images_are_listed_and_removed_as_docker_does(learner: Learner) -> None:
    assert (await learner.image("FROM alpine\nRUN echo one > /one\n", "app:latest")).exit_code == 0
    assert (await learner.image("FROM alpine\nRUN echo two > /two\n", "app:latest")).exit_code == 0
    listed = (await learner.do(ListImages())).text
    assert re.search(r"^app +latest +[0-9a-f]{12} ", listed, re.MULTILINE)
    assert re.search(r"^<none> +<none> ", listed, re.MULTILINE)
    assert re.search(r"^alpine +latest ", listed, re.MULTILINE)
    await learner.do(RunPlan("app", SLEEP, "web", detach=True))
    assert "conflict: unable to remove repository reference" in (await learner.do(RemoveImages(("app",)))).text
    await learner.do(RemoveContainers(("web",), force=True))
    removed = await learner.do(RemoveImages(("app",)))
    assert removed.text.startswith("Untagged: app:latest\nDeleted: sha256:")


async def test_a_container_of_an_older_image_shows_its_id_instead(learner: Learner) -> None:
    await learner.image("FROM alpine\nRUN echo one > /one\n")
    await learner.do(RunPlan("app", SLEEP, "web", detach=True))
    await learner.image("FROM alpine\nRUN echo two > /two\n")
    assert re.match(r"[0-9a-f]{12} +[0-9a-f]{12} ", (await learner.do(ListContainers())).text.splitlines()[1])


async def test_a_run_line_that_fails_reads_like_buildkit(learner: Learner) -> None:
    out = await learner.image("FROM alpine\nWORKDIR /app\nRUN echo before && nosuchtool --now\n")
    assert out.exit_code == 1
    assert " => ERROR [3/3] RUN echo before && nosuchtool --now" in out.text
    assert "nosuchtool: not found" in out.text
    assert out.text.endswith(
        'process "/bin/sh -c echo before && nosuchtool --now" did not complete successfully: exit code: 127'
    )
    missing = await learner.image("FROM alpine\nCOPY yarn.lock ./\n")
    assert re.search(r'failed to calculate checksum of ref .*"/yarn.lock": not found', missing.text)
    assert "/var/lib/docker" not in missing.text


async def test_inspect_shows_dockers_fields_and_nothing_of_the_host(learner: Learner) -> None:
    await learner.image(SERVE)
    await learner.do(RunPlan("app", name="web", detach=True, ports=LOOPBACK))
    view = (await learner.do(Inspect(("web",)))).text
    assert json.loads(view)[0]["NetworkSettings"]["Ports"] == {
        "3000/tcp": [{"HostIp": "127.0.0.1", "HostPort": "3000"}]
    }
    for hidden in ("docent", "/var/lib", "Seccomp", "GraphDriver"):
        assert hidden not in view
        assert hidden not in (await learner.do(Inspect(("app",)))).text
    assert (
        await learner.do(Inspect(("web",), format="{{.State.Status}} {{json .Config.Image}}"))
    ).text == 'running "app"'
    wrong = await learner.do(Inspect(("web",), format="{{.Nope}}"))
    assert 'map has no entry for key "Nope"' in wrong.text


async def test_curl_finds_a_container_that_listens_elsewhere_silent(learner: Learner) -> None:
    await learner.image(SERVE)
    await learner.do(RunPlan("app", name="web", detach=True, ports=(PublishedPort(80, 3000),)))
    assert (await learner.do(Curl("localhost", 3000))).text == "curl: (56) Recv failure: Connection reset by peer"


async def test_the_version_is_the_engines_own(learner: Learner, host: Host) -> None:
    engine = (await host.version())["Version"]
    assert f"  Version:          {engine}" in (await learner.do(ShowVersion())).text


async def test_there_is_room_for_only_so_many_containers(make_sandbox: Callable[..., DockerSandbox]) -> None:
    learner = Learner(make_sandbox(Limits(containers=1)), "U1")
    await learner.do(RunPlan("alpine", ("true",), "a"))
    out = await learner.do(RunPlan("alpine", ("true",), "b"))
    assert out.exit_code == 125
    assert "docker rm" in out.note


async def test_clean_leaves_nothing_of_the_learner(learner: Learner, host: Host) -> None:
    await learner.image(SERVE)
    await learner.do(RunPlan("app", name="web", detach=True, ports=LOOPBACK))
    await until(lambda: answers(learner))
    owner = learner.sandbox._setup.owner("U1")
    await learner.sandbox.clean("U1")
    assert await host.containers(*owner.labels) == ()
    assert await host.images(*owner.labels) == ()
    networks = (await host.must("GET", "/networks")).json
    assert owner.network not in [each["Name"] for each in networks]
