"""What no compose file gets. Ids such as C16 are those of the catalogue of hostile inputs."""

# ruff: noqa: E501 - a table reads by the row

from collections.abc import Callable
from typing import Any

import pytest

from bot.handin.compose.keys import SERVICE, UNUSED_SERVICE
from bot.handin.compose.plan import ComposePlan, ComposeProblem, ServicePlan
from bot.handin.compose.policy import judge_compose
from bot.handin.compose.read import read_compose
from bot.handin.plan import BindMount, BuildPlan, VolumeMount

APP = "services:\n  app:\n    image: alpine\n"
SERVED = ("alpine", "node:24-alpine")


def verdict(text: str | bytes, env_file: bytes | None = None) -> str:
    """Return the code that a file is refused with, '' when it may run."""
    read = read_compose(text, project="x", env_file=env_file)
    if isinstance(read, ComposePlan):
        refusal = judge_compose(read, SERVED, ())
        return refusal.code if refusal else ""
    assert read.say
    assert "\n" not in read.say
    return read.code


#: all that a file may ask for
FINE = """name: todo
services:
  app:
    build: {context: ., dockerfile: Dockerfile, args: {A: "1"}}
    command: sh -c "npm install && npm run dev"
    ports: ["127.0.0.1:3000:3000", "9229"]
    working_dir: /app
    volumes: [/cache, ./:/app, "data:/etc/todos:ro", {type: bind, source: ./src, target: /src}]
    environment: {MYSQL_HOST: mysql, A: "${A:-b}"}
    depends_on: {mysql: {condition: service_healthy}}
    networks: {back: {aliases: [web]}}
    mem_limit: 64m
    cpus: 0.5
    pids_limit: 50
    restart: always
    read_only: true
    tmpfs: [/tmp]
    healthcheck: {test: [CMD, true], interval: 5s, retries: 3}
    stop_grace_period: 1s
    user: node
    init: true
  mysql:
    image: alpine
    profiles: [x]
    labels: {team: blue}
    entrypoint: [sleep]
    expose: [3306]
    hostname: db
    networks: [back]
volumes: {data: }
networks: {back: {driver: bridge}}
"""


def test_what_may_be_asked_for_is_given() -> None:
    assert verdict(FINE) == ""


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"mounts": (BindMount("/etc", "/x"),)}, "HOST_MOUNT"),
        ({"mounts": (BindMount("a/../../b", "/x"),)}, "HOST_MOUNT"),
        ({"mounts": (VolumeMount("", "/x"), BindMount(".", "/y"))}, ""),
        ({"build": BuildPlan((), context="..")}, "OUTSIDE_PROJECT"),
        ({"build": BuildPlan((), context="https://x/y.git")}, "OUTSIDE_PROJECT"),
        ({"build": BuildPlan((), dockerfile="../x")}, "OUTSIDE_PROJECT"),
        ({"build": BuildPlan((), dockerfile=".")}, "OUTSIDE_PROJECT"),
        ({"build": BuildPlan((), context="app", dockerfile="app/Dockerfile")}, ""),
        ({"labels": (("docent.kind", "verifier"),)}, "RESERVED_LABEL"),
        ({"labels": (("Docent.kind", "verifier"),)}, "RESERVED_LABEL"),
        ({"labels": (("com.docker.x", "y"),)}, "RESERVED_LABEL"),
        ({"labels": (("com.docker.compose.project", "x"), ("team", "blue"))}, ""),
        ({"image": "evil"}, "UNKNOWN_IMAGE"),
    ],
)
def test_a_plan_is_judged_whoever_made_it(changed: dict[str, Any], code: str) -> None:
    service = ServicePlan(**{"name": "a", "container": "x-a-1", "image": "alpine", **changed})
    refusal = judge_compose(ComposePlan("x", (service,)), SERVED, ())
    assert (refusal.code if refusal else "") == code


#: a line of a service → code
IN_A_SERVICE = [
    ("C01", "privileged: true", "COMPOSE_KEY"),
    ("C02", "use_api_socket: true", "COMPOSE_KEY"),
    ("C04 host", "pid: host", "COMPOSE_KEY"),
    ("C04 service", "pid: 'service:x'", "COMPOSE_KEY"),
    ("C04 container", "pid: 'container:bot'", "COMPOSE_KEY"),
    ("C05 host", "ipc: host", "COMPOSE_KEY"),
    ("C05 shareable", "ipc: shareable", "COMPOSE_KEY"),
    ("C05 container", "ipc: 'container:bot'", "COMPOSE_KEY"),
    ("C06 host", "network_mode: host", "COMPOSE_KEY"),
    ("C06 container", "network_mode: container:bot", "COMPOSE_KEY"),
    ("C06 bridge", "network_mode: bridge", "COMPOSE_KEY"),
    ("C07", "uts: host", "COMPOSE_KEY"),
    ("C08", "userns_mode: host", "COMPOSE_KEY"),
    ("C09 namespace", "cgroup: host", "COMPOSE_KEY"),
    ("C09 parent", "cgroup_parent: /", "COMPOSE_KEY"),
    ("C10 all", "cap_add: [ALL]", "COMPOSE_KEY"),
    ("C10 lower case", "cap_add: [cap_sys_admin]", "COMPOSE_KEY"),
    ("C10 security", "security_opt: ['seccomp:unconfined']", "COMPOSE_KEY"),
    ("C10 one", "cap_add: [SYS_ADMIN]", "COMPOSE_KEY"),
    ("C10 prefix", "cap_add: [CAP_SYS_ADMIN]", "COMPOSE_KEY"),
    ("C11 devices", "devices: ['/dev/sda']", "COMPOSE_KEY"),
    ("C11 rules", "device_cgroup_rules: ['a *:* rwm']", "COMPOSE_KEY"),
    ("C12 gpus", "gpus: all", "COMPOSE_KEY"),
    ("C12 reservations", "deploy: {resources: {reservations: {devices: [{capabilities: [gpu]}]}}}", "COMPOSE_KEY"),
    ("C14", "sysctls: {kernel.shmmax: 1}", "COMPOSE_KEY"),
    ("C15", "runtime: runc", "COMPOSE_KEY"),
    ("C15 handler", "runtime: io.containerd.runc.v2", "COMPOSE_KEY"),
    ("C15 variable", "runtime: ${R:-runc}", "COMPOSE_KEY"),
    ("C16 root", "volumes: ['/:/host']", "HOST_MOUNT"),
    ("C16 etc", "volumes: ['/etc/passwd:/x']", "HOST_MOUNT"),
    ("C16 home", "volumes: ['~:/x']", "HOST_MOUNT"),
    ("C16 home folder", "volumes: ['~/x:/x']", "HOST_MOUNT"),
    ("C16 above", "volumes: ['..:/x']", "HOST_MOUNT"),
    ("C16 out of inside", "volumes: ['./a/../../b:/x']", "HOST_MOUNT"),
    ("C16 drive", "volumes: ['C:\\Users:/x']", "HOST_MOUNT"),
    ("C16 drive with slash", "volumes: ['c:/Users:/x']", "HOST_MOUNT"),
    ("C16 socket", "volumes: ['//var/run/docker.sock:/var/run/docker.sock']", "HOST_MOUNT"),
    ("C16 pipe", "volumes: ['\\\\.\\pipe\\docker_engine:/x']", "HOST_MOUNT"),
    ("C16 variable", "volumes: ['${PWD}/../x:/x']", "HOST_MOUNT"),
    ("C16 into the kernel", "volumes: ['./:/proc/x']", "BAD_TARGET"),
    ("C16 over the system", "volumes: ['./:/etc/']", "BAD_TARGET"),
    ("C16 dots of the target", "volumes: ['./:/app/../proc/x']", "BAD_TARGET"),
    ("C17 bind", "volumes: [{type: bind, source: /, target: /x}]", "HOST_MOUNT"),
    ("C17 as a volume", "volumes: [{type: volume, source: /etc, target: /x}]", "MOUNT_TYPE"),
    ("C17 propagation", "volumes: [{type: bind, source: ., target: /x, bind: {propagation: shared}}]", "COMPOSE_KEY"),
    ("C17 path is made", "volumes: [{type: bind, source: /, target: /x, bind: {create_host_path: true}}]", "HOST_MOUNT"),
    ("C17 npipe", "volumes: [{type: npipe, source: '\\\\.\\pipe\\x', target: /x}]", "MOUNT_TYPE"),
    ("C17 cluster", "volumes: [{type: cluster, source: x, target: /x}]", "MOUNT_TYPE"),
    ("C17 image", "volumes: [{type: image, source: evil, target: /x}]", "MOUNT_TYPE"),
    ("C19 tmpfs of a mount", "volumes: [{type: tmpfs, target: /x, tmpfs: {size: 100g}}]", "COMPOSE_KEY"),
    ("C19 subpath of a volume", "volumes: [{type: volume, source: v, target: /x, volume: {subpath: ../y}}]", "COMPOSE_KEY"),
    ("C21 service", "volumes_from: [x]", "COMPOSE_KEY"),
    ("C21", "volumes_from: ['container:bot']", "COMPOSE_KEY"),
    ("C22 address", "networks: {default: {ipv4_address: 10.0.0.1}}", "COMPOSE_KEY"),
    ("C26 configs", "configs: [x]", "COMPOSE_KEY"),
    ("C26 secrets", "secrets: [x]", "COMPOSE_KEY"),
    ("C27 above", "env_file: ../../.env", "ENV_FILE"),
    ("C27 proc", "env_file: /proc/self/environ", "ENV_FILE"),
    ("C27 list", "env_file: [{path: /etc/shadow}]", "WRONG_KIND"),
    ("C27 labels", "label_file: /etc/shadow", "COMPOSE_KEY"),
    ("C29", "extends: {file: /etc/x, service: y}", "COMPOSE_KEY"),
    ("C27 parts", "env_file: ['.env', 'src/../../.env']", "ENV_FILE"),
    ("C31 url", "build: https://evil.example/x.git", "OUTSIDE_PROJECT"),
    ("C31 git", "build: git@evil.example:x", "OUTSIDE_PROJECT"),
    ("C31 github", "build: github.com/x/y", "OUTSIDE_PROJECT"),
    ("C31 above", "build: ..", "OUTSIDE_PROJECT"),
    ("C31 root", "build: {context: /}", "OUTSIDE_PROJECT"),
    ("C31 recipe", "build: {context: ., dockerfile: ../../etc/shadow}", "OUTSIDE_PROJECT"),
    ("C32 contexts", "build: {context: ., additional_contexts: {x: /}}", "COMPOSE_KEY"),
    ("C32 ssh", "build: {context: ., ssh: [default]}", "COMPOSE_KEY"),
    ("C32 secrets", "build: {context: ., secrets: [x]}", "COMPOSE_KEY"),
    ("C32 entitlements", "build: {context: ., entitlements: [security.insecure]}", "COMPOSE_KEY"),
    ("C32 privileged", "build: {context: ., privileged: true}", "COMPOSE_KEY"),
    ("C32 network", "build: {context: ., network: host}", "COMPOSE_KEY"),
    ("C32 cache from", "build: {context: ., cache_from: [evil.example/x]}", "COMPOSE_KEY"),
    ("C32 recipe in the file", "build: {context: ., dockerfile_inline: FROM evil}", "COMPOSE_KEY"),
    ("C32 syntax", "build: {context: ., args: {BUILDKIT_SYNTAX: x}}", "BUILDER_ARGUMENT"),
    ("C32 cache", "build: {context: ., cache_to: [x]}", "COMPOSE_KEY"),
    ("C32 hosts", "build: {context: ., extra_hosts: [x]}", "COMPOSE_KEY"),
    ("C32 isolation", "build: {context: ., isolation: x}", "COMPOSE_KEY"),
    ("C32 proxy", "build: {context: ., args: {HTTP_PROXY: x}}", "BUILDER_ARGUMENT"),
    ("C34", "pull_policy: always", "COMPOSE_KEY"),
    ("C36 range", "ports: ['1-65535']", "BAD_PORT"),
    ("C37 replicas", "deploy: {replicas: 1000}", "COMPOSE_KEY"),
    ("C36 many", f"ports: [{', '.join(str(n) for n in range(3000, 3030))}]", "TOO_MANY"),
    ("C37 global", "deploy: {mode: global}", "COMPOSE_KEY"),
    ("C37 scale", "scale: 1000", "COMPOSE_KEY"),
    ("C40 negative", "mem_limit: -5", "BAD_VALUE"),
    ("C40 exponent", "mem_limit: 1e400", "BAD_VALUE"),
    ("C40 cpus", "cpus: .nan", "BAD_VALUE"),
    ("C40 infinite", "cpus: 1e400", "BAD_VALUE"),
    ("C40 negative processes", "pids_limit: -7", "WRONG_KIND"),
    ("C40 negative processors", "cpus: -0.5", "BAD_VALUE"),
    ("C40 words", "mem_limit: lots", "BAD_VALUE"),
    ("C41 killer", "oom_kill_disable: true", "COMPOSE_KEY"),
    ("C41 score", "oom_score_adj: -1000", "COMPOSE_KEY"),
    ("C41 swap", "mem_swappiness: 100", "COMPOSE_KEY"),
    ("C42 shm", "shm_size: 100g", "COMPOSE_KEY"),
    ("C42 ulimits", "ulimits: {nproc: -1}", "COMPOSE_KEY"),
    ("C42 tmpfs over all", "tmpfs: /", "BAD_TARGET"),
    ("C42 tmpfs of the kernel", "tmpfs: [/a/../proc/x]", "BAD_TARGET"),
    *((f"C44 {driver}", f"logging: {{driver: {driver}}}", "COMPOSE_KEY") for driver in ("gelf", "fluentd", "awslogs")),
    ("C44 old key", "log_driver: syslog", "COMPOSE_KEY"),
    ("C44", "logging: {driver: syslog, options: {syslog-address: tcp://evil}}", "COMPOSE_KEY"),
    ("C45 dns", "dns: 8.8.8.8", "COMPOSE_KEY"),
    ("C45 search", "dns_search: evil.example", "COMPOSE_KEY"),
    ("C45 outer links", "external_links: [bot]", "COMPOSE_KEY"),
    ("C45 hosts", "extra_hosts: ['metadata:host-gateway']", "COMPOSE_KEY"),
    ("C45 links", "links: [x]", "COMPOSE_KEY"),
    ("C45 mac", "mac_address: 02:42:ac:11:00:02", "COMPOSE_KEY"),
    ("C45 groups", "group_add: [docker]", "COMPOSE_KEY"),
    ("C45 credentials", "credential_spec: {file: x}", "COMPOSE_KEY"),
    ("C45 annotations", "annotations: {a: b}", "COMPOSE_KEY"),
    ("C45 develop", "develop: {watch: []}", "COMPOSE_KEY"),
    ("C45 models", "models: [x]", "COMPOSE_KEY"),
    ("C46 hook", "post_start: [{command: x, user: root, privileged: true}]", "COMPOSE_KEY"),
    ("C46 last hook", "pre_stop: [{command: x, privileged: true}]", "COMPOSE_KEY"),
    ("C46 provider", "provider: {type: x}", "COMPOSE_KEY"),
    ("C47 start_interval", "healthcheck: {test: x, start_interval: 1ms}", "COMPOSE_KEY"),
    ("C47 retries", "healthcheck: {test: x, retries: 1e9}", "WRONG_KIND"),
    ("label of the host", "labels: {docent.kind: verifier}", "RESERVED_LABEL"),
    ("label of Compose", "labels: ['com.docker.compose.project=other']", "RESERVED_LABEL"),
    ("label of a tool", "labels: ['org.testcontainers.ryuk=true']", "RESERVED_LABEL"),
    ("C64", f"command: [{', '.join(['x'] * 4000)}]", "TOO_MANY"),
    ("long command", f"command: {'x' * 9000}", "TOO_LONG"),
    ("D22 working folder with dots", "working_dir: /app/../proc/self/fd/8", "BAD_WORKDIR"),
    ("workdir in the kernel", "working_dir: /proc/self/fd/8", "BAD_WORKDIR"),
    ("user", "user: ../x", "BAD_VALUE"),
    ("value that no variable holds", 'environment: {A: "a\\0b"}', "BAD_SETTING"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "line", "code"), IN_A_SERVICE, ids=[row[0] for row in IN_A_SERVICE])
def test_a_service_gets_nothing_of_the_host(name: str, line: str, code: str, seen: Callable[[object], None]) -> None:
    image = "" if line.startswith("build") else "    image: alpine\n"
    assert verdict(f"services:\n  app:\n{image}    {line}\n", env_file=b"A=1\n") == code
    seen(code)


WHOLE_FILES = [
    ("C17 driver of a volume", f"{APP}volumes: {{v: {{driver: rclone}}}}\n", "DRIVER"),
    ("C19 bind by options", f"{APP}volumes: {{v: {{driver_opts: {{type: none, o: bind, device: /}}}}}}\n", "COMPOSE_KEY"),
    ("C19 nfs", f"{APP}volumes: {{v: {{driver: local, driver_opts: {{type: nfs}}}}}}\n", "COMPOSE_KEY"),
    *((f"C19 {kind}", f"{APP}volumes: {{v: {{driver_opts: {{type: {kind}}}}}}}\n", "COMPOSE_KEY") for kind in ("cifs", "overlay", "tmpfs")),
    ("C20 ours", f"{APP}volumes: {{v: {{external: true, name: docent-x-u2-db}}}}\n", "BAD_NAME"),
    ("C20 path", f"{APP}volumes: {{v: {{external: true, name: ../x}}}}\n", "BAD_NAME"),
    ("C22 host", f"{APP}networks: {{n: {{external: true, name: host}}}}\n", "BAD_NAME"),
    ("C22 ours", f"{APP}networks: {{n: {{external: true, name: docent_ctl}}}}\n", "BAD_NAME"),
    ("C24", f"{APP}networks: {{n: {{ipam: {{config: [{{subnet: 10.0.0.0/8}}]}}}}}}\n", "COMPOSE_KEY"),
    *((f"C24 {net}", f"{APP}networks: {{n: {{ipam: {{config: [{{subnet: '{net}'}}]}}}}}}\n", "COMPOSE_KEY") for net in ("0.0.0.0/0", "192.168.0.0/16", "fd00::/8")),
    ("C24 sixth version", f"{APP}networks: {{n: {{enable_ipv6: true}}}}\n", "COMPOSE_KEY"),
    ("C25 internal", f"{APP}networks: {{n: {{internal: false}}}}\n", "COMPOSE_KEY"),
    ("C25 attachable", f"{APP}networks: {{n: {{attachable: true}}}}\n", "COMPOSE_KEY"),
    ("C25 driver", f"{APP}networks: {{n: {{driver: host}}}}\n", "DRIVER"),
    ("C26 file", f"{APP}secrets: {{s: {{file: /etc/shadow}}}}\n", "COMPOSE_KEY"),
    ("C26 environment", f"{APP}configs: {{s: {{environment: SLACK_BOT_TOKEN}}}}\n", "COMPOSE_KEY"),
    ("C26 outer", f"{APP}secrets: {{s: {{external: true}}}}\n", "COMPOSE_KEY"),
    ("C30 git", f"include: ['https://evil.example/x.git']\n{APP}", "COMPOSE_KEY"),
    ("C30 file", f"include: [/etc/x]\n{APP}", "COMPOSE_KEY"),
    ("C30 oci", f"include: ['oci://evil/x']\n{APP}", "COMPOSE_KEY"),
    ("C34 image", "services:\n  app:\n    image: evil.example/x\n", "UNKNOWN_IMAGE"),
    ("C34 image of another", "services:\n  app:\n    image: docent-x/u2/app\n", "UNKNOWN_IMAGE"),
    ("C34 digest", f"services:\n  app:\n    image: alpine@sha256:{'0' * 64}\n", "UNKNOWN_IMAGE"),
    ("C37 services", "services:\n" + "".join(f"  s{n}: {{image: alpine}}\n" for n in range(11)), "TOO_MANY"),
    ("C49 edges", "services:\n  a:\n    image: alpine\n    depends_on:\n" + "".join(f"      - s{n}\n" for n in range(3000)), "TOO_MANY"),
    ("C49 circle", "services:\n  a: {image: alpine, depends_on: [b]}\n  b: {image: alpine, depends_on: [a]}\n", "CYCLE"),
    ("C49 itself", "services:\n  a: {image: alpine, depends_on: [a]}\n", "CYCLE"),
    ("C49 missing", "services:\n  a: {image: alpine, depends_on: [b]}\n", "UNDEFINED_SERVICE"),
    ("C50 of the engine", f"name: bridge\n{APP}", "BAD_NAME"),
    ("C50", f"name: docent-x\n{APP}", "BAD_NAME"),
    ("C60 documents", f"{APP}---\n{APP}", "TWO_DOCUMENTS"),
    ("C60 UTF-16", APP.encode("utf-16"), "ENCODING"),
    ("C60 UTF-16 without a mark", APP.encode("utf-16-le"), "ENCODING"),
    ("C60 nul", f"{APP}    user: \x00\n", "ENCODING"),
    ("C60 surrogate", f"{APP}    user: \ud800\n", "ENCODING"),
    ("C60 comment", "#" + "x" * 1_000_000, "TOO_LARGE"),
    ("C62 date as a key", f"{APP}    environment: {{2026-01-01: x}}\n", ""),
    ("C59 below", f"{APP}    user: '1'\n    user: '2'\n", "DUPLICATE_KEY"),
    ("C59 hidden", f"{APP}  app:\n    image: alpine\n    privileged: true\n", "DUPLICATE_KEY"),
    ("C59 by case", f"{APP}    Privileged: true\n", "UNKNOWN_KEY"),
    ("C60 tab", "services:\n\tapp: {image: alpine}\n", "YAML_SYNTAX"),
    ("C62 on", f"{APP}    init: on\n", ""),
    ("C62 underscore", f"{APP}    pids_limit: 1_0\n", "WRONG_KIND"),
    ("C62 octal", f"{APP}    environment: {{MODE: 0o777}}\n", ""),
    ("C65 path", "services:\n  a/../b: {image: alpine}\n", "BAD_NAME"),
    ("C65 emoji", "services:\n  🐳: {image: alpine}\n", "BAD_NAME"),
    ("C65 long", f"services:\n  {'a' * 300}: {{image: alpine}}\n", "BAD_NAME"),
    ("C65 Norway", "services:\n  no: {image: alpine}\n", ""),
    ("C65 boolean", "services:\n  true: {image: alpine}\n", "YAML_KEY"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "code"), WHOLE_FILES, ids=[row[0] for row in WHOLE_FILES])
def test_a_file_reaches_nothing_outside_of_the_project(
    name: str, text: str | bytes, code: str, seen: Callable[[object], None]
) -> None:
    assert verdict(text) == code
    seen(code or "accepted as a text")


CANARY = "xoxb-canary"


@pytest.mark.parametrize(
    "value", ["${SLACK_BOT_TOKEN}", "${HOME}", "$PATH", "${X:-${SLACK_BOT_TOKEN}}", "a${SLACK_BOT_TOKEN-}b"]
)
def test_c51_the_environment_of_the_bot_cannot_be_seen(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SLACK_BOT_TOKEN", "HOME", "PATH"):
        monkeypatch.setenv(name, CANARY)
    for env_file in (None, b"SLACK_BOT_TOKEN\nY=${SLACK_BOT_TOKEN}\n"):
        read = read_compose(f"{APP}    environment: ['A={value}', SLACK_BOT_TOKEN]\n", project="x", env_file=env_file)
        assert isinstance(read, ComposePlan)
        assert CANARY not in repr(read)
        assert "SLACK_BOT_TOKEN" not in dict(read.services[0].environment)


def test_c51_a_missing_value_is_named_without_the_value_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_SIGNING_SECRET", CANARY)
    read = read_compose(f"{APP}    user: ${{X:?$SLACK_SIGNING_SECRET}}\n", project="x")
    assert isinstance(read, ComposeProblem)
    assert CANARY not in repr(read)


def test_c39_c36_what_is_recorded_is_not_given() -> None:
    read = read_compose(f"{APP}    restart: always\n    ports: ['22:22', '0.0.0.0:80:80']\n", project="x")
    assert isinstance(read, ComposePlan)
    (service,) = read.services
    assert service.restart == "always"
    assert [port.host for port in service.ports] == [22, 80]


@pytest.mark.parametrize(
    ("line", "field", "given"),
    [
        ("mem_limit: 1t", "mem_mb", 256),
        ("mem_limit: 64m", "mem_mb", 64),
        ("mem_limit: 0", "mem_mb", None),
        ("cpus: 0", "cpus", None),
        ("cpus: '99'", "cpus", 1.0),
        ("pids_limit: -1", "pids", None),
        ("pids_limit: 100000", "pids", 128),
        ("stop_grace_period: 10h", "stop_grace_s", 30.0),
    ],
)
def test_c40_limits_only_ever_get_tighter(line: str, field: str, given: float | None) -> None:
    read = read_compose(f"{APP}    {line}\n", project="x")
    assert isinstance(read, ComposePlan)
    assert getattr(read.services[0], field) == given


def test_c20_c22_names_that_are_there_already_stay_names_of_the_learner() -> None:
    text = "services:\n  app:\n    image: alpine\n    volumes: ['db:/x']\nvolumes:\n  db: {external: true, name: other-learner}\n"
    read = read_compose(text, project="x")
    assert isinstance(read, ComposePlan)
    assert read.services[0].mounts == (VolumeMount("other-learner", "/x"),)
    assert read.volumes[0].external


def test_every_key_of_a_service_is_either_used_or_has_a_reason() -> None:
    assert not SERVICE & UNUSED_SERVICE.keys()
    assert len(SERVICE | UNUSED_SERVICE.keys()) >= 90


LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
MERGES = "a: &a {x: y}\n" + "".join(
    f"{b}: &{b} {{<<: [{','.join([f'*{a}'] * 20)}]}}\n" for a, b in zip("abcdef", "bcdefg", strict=True)
)
BOMBS = [
    ("C52", f"{APP}    user: {'${A:-' * 50}x{'}' * 50}\n", "INTERPOLATION"),
    ("C52 wide", f"{APP}    user: {'${A:-x}' * 9000}\n", "BAD_VALUE"),
    ("C52 long", f"{APP}    user: {'${A:-xxxxxxxxxxxxxxxxxx}' * 2000}\n", "INTERPOLATION"),
    ("C52 open", f"{APP}    user: {'${A:-' * 10000}\n", "INTERPOLATION"),
    ("C54", LAUGHS, "TOO_MANY"),
    ("C54 few aliases", "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c]\ne: [*d,*d]\n" + APP, "UNKNOWN_KEY"),
    ("C54 large anchor", f"a: &a [{','.join(['x'] * 1000)}]\nb: [*a,*a,*a,*a,*a]\n", "TOO_MANY"),
    ("C55", MERGES, "TOO_MANY"),
    ("C55 short", "a: &a {x: y}\nb: &b {<<: [*a, *a]}\nc: {<<: [*b, *b]}\n", "YAML_MERGE"),
    ("C55 one by one", "a: &a {x: y}\nb: {<<: *a, <<: *a}\n" + APP, "UNKNOWN_KEY"),
    ("C56", "a: &x {self: *x}\n", "YAML_ALIAS"),
    ("C56 list", "a: &x [*x]\n", "YAML_ALIAS"),
    ("C57 brackets", "[" * 900, "TOO_DEEP"),
    ("C57 many brackets", "[" * 20000, "TOO_DEEP"),
    ("C57 keys", "".join(f"{' ' * n}a:\n" for n in range(300)), "TOO_DEEP"),
    ("C57 dashes", "- " * 10000, "TOO_DEEP"),
    ("C57 by alias", "a: &a [[[[[[[[[[x]]]]]]]]]]\nb: [[[[[[[[[[*a]]]]]]]]]]\n", "TOO_DEEP"),
    ("nodes", "[" + "x," * 30000 + "]", "TOO_MANY"),
    ("anchors", "".join(f"a{n}: &a{n} x\n" for n in range(3000)), "TOO_MANY"),
    ("one long word", f"{APP}    user: {'x' * 60000}\n", "BAD_VALUE"),
    ("one long name", f"{'x' * 60000}: 1\n", "YAML_SYNTAX"),
    ("quotes", f"{APP}    command: \"{'x ' * 30000}\"\n", "TOO_LONG"),
    ("quotes in a command", f"{APP}    command: {chr(39) * 3}{'x' * 30000}\n", "YAML_SYNTAX"),
    ("backslashes", f"{APP}    command: {'a' + chr(92) * 30001}\n", "TOO_LONG"),
    ("fewer backslashes", f"{APP}    command: {'a' + chr(92) * 7001}\n", "BAD_COMMAND"),
    ("comments", "#\n" * 32000, "EMPTY_FILE"),
    ("blank lines", "\n" * 64000, "EMPTY_FILE"),
    ("tags", "!!python/object:os.system {}\n", "YAML_TAG"),
    ("own tag", f"{APP}    user: !reset x\n", "YAML_TAG"),
    ("binary", f"{APP}    user: !!binary eA==\n", "YAML_TAG"),
    ("directive", "%TAG ! tag:evil,2000:\n---\na: !x 1\n", "YAML_TAG"),
    ("key that is a list", "? [a]\n: b\n", "YAML_KEY"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "code"), BOMBS, ids=[row[0] for row in BOMBS])
def test_the_work_for_a_hostile_file_is_bounded(
    name: str, text: str, code: str, loops: Callable[[Callable[[], object]], float]
) -> None:
    assert loops(lambda: verdict(text)) < 10
    assert verdict(text) == code
