"""Evidence from the real engine, judged as a check judges it: what must pass passes, each mutant fails as itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.core.evidence import BuildSeen, ContainersSeen, FileSeen, HttpSeen, ImageSeen
from bot.core.specs import BuildSpec, ContainerSpec, FileSpec, HttpSpec, ImageSpec, ProbeSpec
from bot.handin.plan import BuildPlan, ListImages, PublishedPort, RemoveContainers, RunPlan, StopContainers
from bot.sandbox.host import Host
from bot.sandbox.probes import file_seen, made_from
from bot.sandbox.things import container_of
from tests.sandbox.conftest import Learner

APP = "getting-started"
LOOPBACK = (PublishedPort(3000, 3000, "127.0.0.1"),)
RUN = RunPlan(APP, detach=True, ports=LOOPBACK)
CONTENT = ImageSpec(
    image=APP,
    has=("/app/package.json", "/app/src/index.js", "/app/node_modules/express/package.json"),
    lacks=("/app/node_modules/nodemon", "/app/.docent-dockerfile", "/app/nosuch"),
)
ROUND_TRIP = HttpSpec.model_validate(
    {
        "image": APP,
        "port": 3000,
        "wait_s": 5,
        "asks": [
            {"post": "/items", "body": {"name": "chk-${nonce}"}, "expect": {"json": "object"}},
            {"get": "/items", "expect": {"lists": "chk-${nonce}"}},
            {"put": "/items/${1.id}", "body": {"name": "x", "completed": True}},
            {"delete": "/items/${1.id}"},
            {"get": "/items"},
        ],
    }
)
SERVE = (
    'FROM node:24-alpine\nCMD ["node", "-e", "require(\'http\').createServer((q, s) => {{ {body} }}).listen({port})"]\n'
)

Probe = Callable[[ProbeSpec], Awaitable[object]]


@pytest.fixture
def probe(learner: Learner) -> Probe:
    async def ask(spec: ProbeSpec) -> object:
        return await learner.sandbox.probe("U1", spec, learner.files, attempt=7, again=False)

    return ask


def spec(asks: list[dict[str, object]], **more: object) -> HttpSpec:
    return HttpSpec.model_validate({"image": "app", "port": 3000, "wait_s": 3, "asks": asks, **more})


@pytest.mark.parametrize(
    ("files", "near"),
    [
        ({"Dockerfile.txt": b"x"}, ("Dockerfile.txt",)),
        ({"dockerfile": b"x"}, ("dockerfile",)),
        ({"docker/Dockerfile": b"x", "src/index.js": b""}, ("docker/Dockerfile",)),
        ({"src/index.js": b"x"}, ()),
    ],
)
def test_a_file_that_is_not_there_names_those_that_nearly_are(files: dict[str, bytes], near: tuple[str, ...]) -> None:
    assert file_seen(FileSpec(path="Dockerfile"), files) == FileSeen(False, near=near)


def test_a_file_that_is_there_is_read() -> None:
    assert file_seen(FileSpec(path="Dockerfile"), {"Dockerfile": b"FROM x"}) == FileSeen(True, "FROM x", 6)


@pytest.mark.parametrize(
    ("image", "image_id", "found"),
    [
        ("getting-started", "sha256:1", True),
        ("getting-started:latest", "sha256:2", True),
        ("3914ef", "sha256:1", True),
        ("other", "sha256:2", False),
        ("getting-started:v2", "sha256:2", False),
    ],
)
def test_a_containers_image_is_known_by_its_name_or_by_what_the_name_means(
    image: str, image_id: str, found: bool
) -> None:
    raw = {"Id": "c", "ImageID": image_id, "Labels": {"docent.image": image}}
    assert bool(made_from([container_of(raw)], APP, "sha256:1")) is found


@pytest.mark.engine
async def test_a_build_probe_builds_what_the_learner_would_get_and_shows_them_no_image(
    learner: Learner, probe: Probe
) -> None:
    seen = await probe(BuildSpec())
    assert isinstance(seen, BuildSeen)
    assert seen.ok, seen.log
    assert "getting" not in (await learner.do(ListImages())).text
    await learner.do(BuildPlan((f"{APP}:latest",)))
    image = await probe(ImageSpec(image=APP))
    assert isinstance(image, ImageSeen)
    assert image.image_id == seen.image_id


@pytest.mark.engine
@pytest.mark.parametrize(
    ("dockerfile", "field", "says"),
    [
        ("FROM node:24-alpine\nRUN nosuchtool\n", "line", "nosuchtool: not found"),
        ("FROM node:24-alpine\nRUN nosuchtool\n", "step", "RUN nosuchtool"),
        ("FROM node:24-alpine\nCOPY nosuch /\n", "line", '"/nosuch": not found'),
        ("FROM evil.example/x\n", "refused", "evil.example/x"),
        ("", "refused", "empty"),
        ("FROMM node\n", "refused", "unknown instruction: FROMM"),
    ],
)
async def test_a_build_that_fails_says_where_and_why(
    learner: Learner, probe: Probe, dockerfile: str, field: str, says: str
) -> None:
    learner.files["Dockerfile"] = dockerfile.encode()
    seen = await probe(BuildSpec())
    assert isinstance(seen, BuildSeen)
    assert not seen.ok
    assert says in getattr(seen, field)


@pytest.mark.engine
async def test_an_images_files_are_read_without_running_anything_of_it(
    learner: Learner, probe: Probe, host: Host
) -> None:
    await learner.do(BuildPlan((f"{APP}:latest",)))
    seen = await probe(CONTENT)
    assert isinstance(seen, ImageSeen)
    assert set(seen.paths) == set(CONTENT.has)
    assert (seen.workdir, seen.cmd, seen.exposed) == ("/app", ("node", "src/index.js"), ("3000/tcp",))
    assert await host.containers(*learner.sandbox._setup.owner("U1").labels) == ()


@pytest.mark.engine
async def test_v12_an_image_that_lies_with_its_own_programs_is_seen_through(learner: Learner, probe: Probe) -> None:
    lies = 'FROM node:24-alpine\nENV LD_PRELOAD=/evil.so PATH=/nowhere\nENTRYPOINT ["/bin/false"]\nUSER node\n'
    assert (await learner.image(lies, f"{APP}:latest")).exit_code == 0
    seen = await probe(CONTENT)
    assert isinstance(seen, ImageSeen)
    assert seen.exists
    assert seen.paths == ()


@pytest.mark.engine
async def test_an_image_that_is_not_there_names_the_ones_that_are(learner: Learner, probe: Probe) -> None:
    await learner.image("FROM alpine\n", "getting-startet:latest")
    assert await probe(ImageSpec(image=APP)) == ImageSeen(False, others=("getting-startet:latest",))


@pytest.mark.engine
async def test_containers_are_seen_with_ports_state_and_log(learner: Learner, probe: Probe) -> None:
    await learner.do(BuildPlan((f"{APP}:latest",)))
    await learner.do(RunPlan("alpine", ("sleep", "300"), "other", detach=True))
    await learner.do(replace(RUN, name="first"))
    await learner.do(replace(RUN, name="second"))
    seen = await probe(ContainerSpec(image=APP))
    assert isinstance(seen, ContainersSeen)
    assert seen.others == ("other",)
    second, first = seen.containers
    assert (first.name, first.state, first.detached) == ("first", "running", True)
    assert first.ports == (("127.0.0.1", 3000, 3000, "tcp"),)
    assert first.image_id == seen.image_id
    assert (second.name, second.state) == ("second", "created")


@pytest.mark.engine
async def test_a_container_that_never_came_up_says_why(learner: Learner, probe: Probe) -> None:
    await learner.do(BuildPlan((f"{APP}:latest",)))
    await learner.do(RunPlan(APP, ("--name", "web"), detach=True))
    await learner.do(RunPlan(APP, ("nosuchtool",), entrypoint="nosuchtool", detach=True))
    seen = await probe(ContainerSpec(image=APP))
    assert isinstance(seen, ContainersSeen)
    broken, wrong = seen.containers
    assert broken.exit_code == 127
    assert 'exec: "nosuchtool": executable file not found' in broken.log
    assert wrong.image_id == seen.image_id


@pytest.mark.engine
async def test_the_app_is_asked_from_outside_right_after_its_start(learner: Learner, probe: Probe) -> None:
    await learner.do(BuildPlan((f"{APP}:latest",)))
    await learner.do(RUN)
    seen = await probe(ROUND_TRIP)
    assert isinstance(seen, HttpSeen)
    assert [(a.method, a.status, a.error) for a in seen.answers] == [
        ("POST", 200, ""), ("GET", 200, ""), ("PUT", 200, ""), ("DELETE", 200, ""), ("GET", 200, ""),
    ]  # fmt: skip
    assert f"chk-{seen.nonce}" in seen.answers[1].body
    assert seen.answers[4].body == "[]"


@pytest.mark.engine
async def test_a_fresh_container_is_made_for_the_check_and_released(learner: Learner, probe: Probe, host: Host) -> None:
    await learner.do(BuildPlan((f"{APP}:latest",)))
    seen = await probe(ROUND_TRIP.model_copy(update={"fresh": True}))
    assert isinstance(seen, HttpSeen)
    assert seen.answers[-1].body == "[]"
    labels = learner.sandbox._setup.owner("U1").labels
    assert len(await host.containers(*labels, "docent.kind=probe")) == 1
    await learner.sandbox.release(7)
    await learner.sandbox.release(7)
    assert await host.containers(*labels, "docent.kind=probe") == ()


@pytest.mark.engine
async def test_nothing_to_ask_is_told_apart(learner: Learner, probe: Probe) -> None:
    assert (await probe(ROUND_TRIP)).state == "no_image"  # type: ignore[attr-defined]
    await learner.do(BuildPlan((f"{APP}:latest",)))
    assert (await probe(ROUND_TRIP)).state == "no_container"  # type: ignore[attr-defined]
    await learner.do(RunPlan(APP, ("node", "-e", "console.log('bye'); process.exit(3)"), entrypoint="", detach=False))
    seen = await probe(ROUND_TRIP)
    assert isinstance(seen, HttpSeen)
    assert (seen.state, seen.exit_code, seen.log) == ("exited", 3, "bye")


@pytest.mark.engine
@pytest.mark.parametrize(
    ("body", "port", "error"),
    [
        ("s.end('hi')", 4000, "refused"),
        ("q.socket.destroy()", 3000, "reset"),
        ("0", 3000, "timeout"),
        ("for (let i = 0; i < 400; i++) s.write('x'.repeat(1024)); s.end()", 3000, "too_large"),
        ("q.socket.end('hello')", 3000, "reset"),
    ],
)
async def test_a_hostile_or_broken_app_is_named_and_holds_nobody_up(
    learner: Learner, probe: Probe, body: str, port: int, error: str
) -> None:
    assert (await learner.image(SERVE.format(body=body, port=port) + "EXPOSE 4000\n")).exit_code == 0
    await learner.do(RunPlan("app", detach=True, ports=LOOPBACK))
    seen = await probe(spec([{"get": "/"}, {"get": "/again"}]))
    assert isinstance(seen, HttpSeen)
    assert [answer.error for answer in seen.answers] == [error]
    assert seen.listening == ((4000,) if error == "refused" else ())


@pytest.mark.engine
async def test_an_app_that_ends_while_it_is_asked_is_exited(learner: Learner, probe: Probe) -> None:
    await learner.image(SERVE.format(body="process.exit(5)", port=3000))
    await learner.do(RunPlan("app", detach=True, ports=LOOPBACK))
    seen = await probe(spec([{"get": "/"}]))
    assert isinstance(seen, HttpSeen)
    assert (seen.state, seen.exit_code) == ("exited", 5)


@pytest.mark.engine
async def test_a_verifier_that_somebody_removed_is_made_anew(learner: Learner, probe: Probe, host: Host) -> None:
    await learner.do(BuildPlan((f"{APP}:latest",)))
    await learner.do(RUN)
    for turn in range(2):
        seen = await probe(ROUND_TRIP)
        assert isinstance(seen, HttpSeen)
        assert len(seen.answers) == 5, turn
        await host.remove(learner.sandbox._setup.owner("U1").verifier)


@pytest.mark.engine
async def test_what_a_crash_left_is_swept_and_everything_else_is_kept(
    learner: Learner, probe: Probe, host: Host
) -> None:
    await learner.do(BuildPlan((f"{APP}:latest",)))
    await learner.do(replace(RUN, name="mine"))
    await probe(ROUND_TRIP.model_copy(update={"fresh": True}))
    alpine = learner.sandbox._setup.bases["alpine:latest"]
    made = await host.must(
        "POST",
        "/containers/create",
        params={"name": "somebody-elses"},
        body={"Image": alpine, "Labels": {"docent.kind": "probe"}},
    )
    try:
        assert await learner.sandbox.sweep([7]) == 0
        assert await learner.sandbox.sweep([]) == 1
        kinds = sorted(each.kind for each in await host.containers(*learner.sandbox._setup.owner("U1").labels))
        assert kinds == ["learner", "verifier"]
        assert await host.ended(made.json["Id"]) is not None
    finally:
        await host.remove(made.json["Id"])


@pytest.mark.engine
async def test_a_stopped_container_is_still_the_learners_after_a_check(learner: Learner, probe: Probe) -> None:
    await learner.do(BuildPlan((f"{APP}:latest",)))
    await learner.do(replace(RUN, name="mine"))
    await probe(ROUND_TRIP)  # it is up, and so hears the signal
    await learner.do(StopContainers(("mine",)))
    seen = await probe(ROUND_TRIP)
    assert isinstance(seen, HttpSeen)
    assert seen.state == "exited"
    assert (await learner.do(RemoveContainers(("mine",)))).exit_code == 0
