"""The keys of a service that have a form of their own, and what is declared at the top of the file."""

# ruff: noqa: E501 - a table reads by the row

from __future__ import annotations

import pytest

from bot.handin.compose.plan import ComposePlan, ComposeProblem, Dependency, HealthPlan
from bot.handin.compose.read import read_compose
from bot.handin.plan import BuildPlan, PublishedPort

APP = "services:\n  app:\n    image: alpine\n"


def read(text: str, env_file: bytes | None = None) -> ComposePlan:
    found = read_compose(text, project="x", env_file=env_file)
    assert isinstance(found, ComposePlan), found
    return found


WRONG = [
    ("an image with a blank", "services:\n  app:\n    image: a b\n", 3, "BAD_IMAGE_NAME", "is no image's name"),
    ("so many arguments", f"{APP}    build: {{args: {{{', '.join(f'A{n}: 1' for n in range(17))}}}}}\n", 4, "TOO_MANY", "has 17 members"),
    ("a context that is above", f"{APP}    build:\n      target: x\n      context: ..\n", 6, "OUTSIDE_PROJECT", "is not in your project"),
    ("a recipe that is above", f"{APP}    build:\n      target: x\n      dockerfile: ../x\n", 6, "OUTSIDE_PROJECT", "is not in your project"),
    ("a context too long for its recipe", f"{APP}    build: {'a' * 195}\n", 4, "OUTSIDE_PROJECT", "is not in your project"),
    ("a context far away", f"{APP}    build: {{context: 'ssh://x/y'}}\n", 4, "OUTSIDE_PROJECT", "is not in your project"),
    ("so many volumes", f"{APP}volumes:\n" + "".join(f"  v{n}:\n" for n in range(11)), 5, "TOO_MANY", "I see 11 volumes"),
    ("so many networks", f"{APP}networks:\n" + "".join(f"  n{n}:\n" for n in range(11)), 5, "TOO_MANY", "I see 11 networks"),
    ("an odd key with a fine name", f"{APP}volumes:\n  a/b: {{name: fine}}\n", 5, "BAD_NAME", "letters, digits"),
    ("a fine key with an odd name", f"{APP}volumes:\n  v:\n    name: a/b\n", 6, "BAD_NAME", "Please choose another"),
    ("a name too long with its project", f"{APP}volumes:\n  {'a' * 63}:\n", 5, "BAD_NAME", "Please choose another"),
    ("a network of Docker's own", f"{APP}networks:\n  host: {{external: true}}\n", 5, "BAD_NAME", "Please choose another"),
    ("a reserved label of a volume", f"{APP}volumes:\n  v: {{labels: {{docent.x: y}}}}\n", 5, "RESERVED_LABEL", "is used by this host"),
    ("a driver of the host", f"{APP}volumes:\n  v: {{driver: nfs}}\n", 5, "DRIVER", "only the driver `local`"),
    ("a host's port in expose", f"{APP}    expose: ['80:80']\n", 4, "BAD_PORT", "ports of the container only"),
    ("a word in expose", f"{APP}    expose: [app]\n", 4, "BAD_PORT", "ports of the container only"),
    ("a port without a number", f"{APP}    ports: ['80:app']\n", 4, "BAD_PORT", "cannot be read as a port"),
    ("a long port without its target", f"{APP}    ports: [{{published: 80}}]\n", 4, "BAD_VALUE", "needs `target:`"),
    ("a long port with an odd key", f"{APP}    ports: [{{target: 80, x: y}}]\n", 4, "UNKNOWN_KEY", "is no key"),
    ("so many ports", f"{APP}    ports: [{', '.join(map(str, range(3000, 3021)))}]\n", 4, "TOO_MANY", "I see 21 ports"),
    ("a limit in a list", f"{APP}    mem_limit: [1]\n", 4, "WRONG_KIND", "here stands a list"),
    ("processors in a list", f"{APP}    cpus: [1]\n", 4, "BAD_VALUE", "should be a number"),
    ("a tmpfs without its slash", f"{APP}    tmpfs: tmp\n", 4, "BAD_TARGET", "cannot be such a folder"),
    ("a tmpfs with a sign of control", f'{APP}    tmpfs: "/a\\tb"\n', 4, "BAD_TARGET", "cannot be such a folder"),
    ("a tmpfs with a long name", f"{APP}    tmpfs: /{'a' * 200}\n", 4, "BAD_TARGET", "cannot be such a folder"),
    ("a tmpfs over everything", f"{APP}    tmpfs: /\n", 4, "BAD_TARGET", "cannot be such a folder"),
    ("a tmpfs of the kernel", f"{APP}    tmpfs: /proc/x\n", 4, "BAD_TARGET", "cannot be such a folder"),
    ("so many tmpfs", f"{APP}    tmpfs: [{', '.join(f'/a{n}' for n in range(11))}]\n", 4, "TOO_MANY", "I see 11 folders"),
    ("a folder to work in without its slash", f"{APP}    working_dir: app\n", 4, "BAD_WORKDIR", "from the root on"),
    ("a health check of one word in a list", f"{APP}    healthcheck: {{test: [curl]}}\n", 4, "BAD_VALUE", 'begins with "CMD"'),
    ("a health check of nothing", f"{APP}    healthcheck: {{test: []}}\n", 4, "BAD_VALUE", 'begins with "CMD"'),
    ("an unknown condition", f"{APP}    depends_on: {{b: {{condition: up}}}}\n", 4, "BAD_VALUE", "is no condition"),
    ("an odd key of a need", f"{APP}    depends_on: {{b: {{x: y}}}}\n", 4, "UNKNOWN_KEY", "is no key"),
    ("a need that is no boolean", f"{APP}    depends_on: {{b: {{required: x}}}}\n", 4, "WRONG_KIND", "`true` or `false`"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "line", "code", "say"), WRONG, ids=[row[0] for row in WRONG])
def test_what_cannot_be_is_named_with_its_line(name: str, text: str, line: int, code: str, say: str) -> None:
    found = read_compose(text, project="x")
    assert isinstance(found, ComposeProblem), name
    assert (found.line, found.code) == (line, code)
    assert say in found.say


TAG = ("x-app:latest",)
FORMS = [
    ("build: .", "build", BuildPlan(("alpine:latest",))),
    ("build: {context: web}", "build", BuildPlan(("alpine:latest",), "web", "web/Dockerfile")),
    ("build: {dockerfile: Dev}", "build", BuildPlan(("alpine:latest",), dockerfile="Dev")),
    ("build: {args: [A, B=1, C]}", "build", BuildPlan(("alpine:latest",), build_args=(("A", "1"), ("B", "1"), ("C", "")))),
    (f"build: {{args: {{{', '.join(f'A{n}: 1' for n in range(16))}}}}}", "build", BuildPlan(("alpine:latest",), build_args=tuple((f"A{n}", "1") for n in range(16)))),
    ("expose: ['3000', 80, 80]", "expose", (3000, 80)),
    ("ports: [{target: 80}]", "ports", (PublishedPort(80),)),
    ("ports: [{target: 80, published: 81, protocol: udp}]", "ports", (PublishedPort(80, 81, protocol="udp"),)),
    ("ports: [{target: 80, published: 81, host_ip: 127.0.0.1}]", "ports", (PublishedPort(80, 81, "127.0.0.1"),)),
    (f"ports: [{', '.join(map(str, range(3000, 3020)))}]", "ports", tuple(PublishedPort(port) for port in range(3000, 3020))),
    ("healthcheck: {disable: true, test: x}", "healthcheck", HealthPlan(("NONE",))),
    ("healthcheck: {disable: false, test: x}", "healthcheck", HealthPlan(("CMD-SHELL", "x"))),
    ("healthcheck: {interval: 6s}", "healthcheck", HealthPlan(interval_s=6)),
    ("healthcheck: {timeout: 99s}", "healthcheck", HealthPlan(timeout_s=10)),
    ("healthcheck: {start_period: 99s}", "healthcheck", HealthPlan(start_period_s=60)),
    ("healthcheck: {retries: 99}", "healthcheck", HealthPlan(retries=20)),
    ("healthcheck: {retries: 0}", "healthcheck", HealthPlan(retries=1)),
    ("healthcheck: {test: [NONE]}", "healthcheck", HealthPlan(("NONE",))),
    ("healthcheck: {test: [CMD-SHELL, x]}", "healthcheck", HealthPlan(("CMD-SHELL", "x"))),
    ("mem_limit: 0", "mem_mb", None),
    ("mem_limit: 1k", "mem_mb", 1),
    ("mem_limit: -1", "mem_mb", None),
    ("mem_limit: 257m", "mem_mb", 256),
    ("cpus: -1", "cpus", None),
    ("cpus: 0", "cpus", None),
    ("cpus: 1.5", "cpus", 1.0),
    ("pids_limit: 0", "pids", None),
    ("pids_limit: 129", "pids", 128),
    ("tmpfs: [/a, '/a:size=1g', /b]", "tmpfs", ("/a", "/b")),
    (f"tmpfs: [{', '.join(f'/a{n}' for n in range(10))}]", "tmpfs", tuple(f"/a{n}" for n in range(10))),
    ("depends_on: {b: {required: false}}", "depends_on", ()),
    ("depends_on: {c: {required: true}}", "depends_on", (Dependency("c"),)),
    ("working_dir: //app/../srv/", "working_dir", "/srv"),
    ("depends_on: {c: }", "depends_on", (Dependency("c"),)),
]  # fmt: skip


@pytest.mark.parametrize(("line", "field", "value"), FORMS)
def test_each_form_becomes_a_value_within_the_limits(line: str, field: str, value: object) -> None:
    services = read(f"{APP}    {line}\n  c:\n    image: alpine\n", env_file=b"A=1\n").services
    (app,) = (service for service in services if service.name == "app")
    assert getattr(app, field) == value


def test_a_build_without_an_image_is_named_after_its_project() -> None:
    assert read("services:\n  App: {build: .}\n").services[0].build == BuildPlan(("x-app:latest",))


@pytest.mark.parametrize(("ports", "notes"), [("[22:22]", 1), ("['22:22']", 0), ("[3000:3000]", 0), ("[22:80]", 0)])
def test_c61_only_bare_minutes_and_seconds_are_noted(ports: str, notes: int) -> None:
    assert len(read(f"{APP}    ports: {ports}\n").notes) == notes


@pytest.mark.parametrize(
    ("line", "notes"),
    [("healthcheck: {test: x, interval: 5s}", 0), ("healthcheck: {test: x, interval: 4s}", 1), ("tmpfs: /a", 0), ("tmpfs: '/a:size=1g'", 1)],
)  # fmt: skip
def test_what_is_given_otherwise_than_asked_for_is_noted(line: str, notes: int) -> None:
    assert len(read(f"{APP}    {line}\n").notes) == notes


def test_so_many_volumes_are_fine_and_have_composes_own_labels() -> None:
    names = "".join(f"  v{n}: {{labels: {{a: b}}, driver: local}}\n" for n in range(10))
    found = read(f"{APP}    volumes: [{', '.join(f'v{n}:/x{n}' for n in range(10))}]\nvolumes:\n{names}").volumes
    assert [volume.name for volume in found] == [f"x_v{n}" for n in range(10)]
    assert dict(found[0].labels) == {
        "a": "b",
        "com.docker.compose.project": "x",
        "com.docker.compose.version": "2.40.3",
        "com.docker.compose.volume": "v0",
    }
