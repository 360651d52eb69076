"""Compose files: what they mean, and what is said about wrong ones. Ids such as E92 are those of learners' errors."""

# ruff: noqa: E501 - a table reads by the row

from collections.abc import Callable
from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.handin.compose.plan import (
    ComposePlan,
    ComposeProblem,
    Dependency,
    HealthPlan,
    NetworkUse,
    ServicePlan,
)
from bot.handin.compose.policy import judge_compose
from bot.handin.compose.read import FILE_NAMES, find_compose, project_name, read_compose
from bot.handin.paths import inside
from bot.handin.plan import BindMount, BuildPlan, PublishedPort, VolumeMount

WORKSHOP = """\
services:
  app:
    image: node:24-alpine
    command: sh -c "npm install && npm run dev"
    ports:
      - 127.0.0.1:3000:3000
    working_dir: /app
    volumes:
      - ./:/app
    environment:
      MYSQL_HOST: mysql
      MYSQL_USER: root
      MYSQL_PASSWORD: secret
      MYSQL_DB: todos

  mysql:
    image: mysql:8.0
    volumes:
      - todo-mysql-data:/var/lib/mysql
    environment:
      MYSQL_ROOT_PASSWORD: secret
      MYSQL_DATABASE: todos

volumes:
  todo-mysql-data:
"""
APP = "services:\n  app:\n    image: node:24-alpine\n"


def plan(text: str | bytes, env_file: bytes | None = None) -> ComposePlan:
    read = read_compose(text, project="getting-started-app", env_file=env_file)
    assert isinstance(read, ComposePlan), read
    return read


def only(text: str, env_file: bytes | None = None) -> ServicePlan:
    (service,) = plan(text, env_file).services
    return service


def problem(text: str | bytes, env_file: bytes | None = None) -> ComposeProblem:
    read = read_compose(text, project="getting-started-app", env_file=env_file)
    assert isinstance(read, ComposeProblem), read
    return read


def test_the_file_of_the_workshop_becomes_two_containers_a_network_and_a_volume() -> None:
    read = plan(WORKSHOP)
    app, mysql = read.services
    assert (app.name, app.container, app.image) == ("app", "getting-started-app-app-1", "node:24-alpine")
    assert app.command == ("sh", "-c", "npm install && npm run dev")
    assert app.ports == (PublishedPort(3000, 3000, "127.0.0.1"),)
    assert app.mounts == (BindMount(".", "/app"),)
    assert dict(app.environment)["MYSQL_HOST"] == "mysql"
    assert mysql.mounts == (VolumeMount("getting-started-app_todo-mysql-data", "/var/lib/mysql"),)
    assert mysql.networks == (NetworkUse("getting-started-app_default", ("mysql",)),)
    assert [network.name for network in read.networks] == ["getting-started-app_default"]
    assert [volume.name for volume in read.volumes] == ["getting-started-app_todo-mysql-data"]
    assert not read.warnings
    assert not read.notes
    labels = dict(app.labels)
    assert labels["com.docker.compose.project"] == "getting-started-app"
    assert labels["com.docker.compose.service"] == "app"
    assert labels["com.docker.compose.container-number"] == "1"
    assert labels["com.docker.compose.oneoff"] == "False"
    assert len(labels["com.docker.compose.config-hash"]) == 64


def test_the_mark_of_a_service_changes_with_what_it_runs_and_with_nothing_else() -> None:
    marks = [
        dict(plan(text).services[0].labels)["com.docker.compose.config-hash"]
        for text in (WORKSHOP, f"# hello\n{WORKSHOP}", WORKSHOP.replace("3000:3000", "3001:3000"))
    ]
    assert marks[0] == marks[1] != marks[2]


FORMS = [
    ("list of settings", "    environment:\n      - A=1\n      - B=x=y\n      - C\n", {"environment": (("A", "1"), ("B", "x=y"))}),
    ("settings keep what was typed", "    environment:\n      A: yes\n      B: 010\n      C: 1.10\n      D: 22:22\n      E: null\n      F: 2026-01-01\n", {"environment": (("A", "yes"), ("B", "010"), ("C", "1.10"), ("D", "22:22"), ("F", "2026-01-01"))}),
    ("list command", '    command: ["npm", "run", "dev"]\n', {"command": ("npm", "run", "dev")}),
    ("folded command", "    command: >\n      sh -c\n      'a b'\n", {"command": ("sh", "-c", "a b")}),
    ("no command", "    command: []\n", {"command": ()}),
    ("null command", "    command:\n", {"command": None}),
    ("entrypoint", "    entrypoint: /bin/sh -c\n", {"entrypoint": ("/bin/sh", "-c")}),
    ("one port", "    ports: ['3000']\n", {"ports": (PublishedPort(3000),)}),
    ("a number as port", "    ports: [3000]\n", {"ports": (PublishedPort(3000),)}),
    ("ports", "    ports:\n      - 3000:3000\n      - '8080-8081:80-81/udp'\n", {"ports": (PublishedPort(3000, 3000), PublishedPort(80, 8080, protocol="udp"), PublishedPort(81, 8081, protocol="udp"))}),
    ("long port", "    ports:\n      - target: 3000\n        published: '3001'\n        host_ip: 127.0.0.1\n        protocol: tcp\n        mode: host\n", {"ports": (PublishedPort(3000, 3001, "127.0.0.1"),)}),
    ("folder of the project", "    volumes: ['./src:/app/src:ro']\n", {"mounts": (BindMount("src", "/app/src", read_only=True),)}),
    ("the project by a dot", "    volumes: ['.:/app']\n", {"mounts": (BindMount(".", "/app"),)}),
    ("the project by its variable", "    volumes: ['${PWD}:/app']\n", {"mounts": (BindMount(".", "/app"),)}),
    ("anonymous", "    volumes: ['/app/node_modules']\n", {"mounts": (VolumeMount("", "/app/node_modules"),)}),
    ("long bind", "    volumes:\n      - type: bind\n        source: .\n        target: /app/\n        bind: {create_host_path: true}\n", {"mounts": (BindMount(".", "/app"),)}),
    ("list of needs", "    depends_on: []\n", {"depends_on": ()}),
    ("health line", "    healthcheck:\n      test: curl -f localhost\n      interval: 10s\n      timeout: 5s\n      retries: 10\n      start_period: 30s\n", {"healthcheck": HealthPlan(("CMD-SHELL", "curl -f localhost"), 10, 5, 10, 30)}),
    ("health list", "    healthcheck:\n      test: ['CMD', 'true']\n", {"healthcheck": HealthPlan(("CMD", "true"))}),
    ("health off", "    healthcheck: {disable: true}\n", {"healthcheck": HealthPlan(("NONE",))}),
    ("aliases", "    networks:\n      default:\n        aliases: [db, db]\n", {"networks": (NetworkUse("getting-started-app_default", ("app", "db")),)}),
    ("container_name", "    container_name: todo\n", {"networks": (NetworkUse("getting-started-app_default", ("app", "todo")),), "container_name": "todo", "container": "getting-started-app-app-1"}),
    ("small things", "    user: node\n    hostname: web\n    init: true\n    read_only: false\n    restart: on-failure:3\n    stop_grace_period: 1m\n    expose: ['3000']\n    tmpfs: /run/x\n", {"user": "node", "hostname": "web", "init": True, "restart": "on-failure:3", "stop_grace_s": 30.0, "expose": (3000,), "tmpfs": ("/run/x",)}),
    ("user by number", '    user: 1000:1000\n', {"user": "1000:1000"}),
    ("x- keys", "    x-note: {a: [b]}\n", {"image": "node:24-alpine"}),
    ("merge", "    <<: {user: node, image: evil}\n", {"user": "node", "image": "node:24-alpine"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "wanted"), FORMS, ids=[row[0] for row in FORMS])
def test_each_form_of_a_key_means_what_it_means_to_compose(name: str, text: str, wanted: dict[str, object]) -> None:
    service = only(APP + text)
    assert {key: getattr(service, key) for key in wanted} == wanted


def test_a_service_may_be_built_from_the_project() -> None:
    service = only("services:\n  app:\n    build: .\n")
    assert service.build == BuildPlan(("getting-started-app-app:latest",))
    assert service.image == "getting-started-app-app"
    text = "services:\n  app:\n    image: todo\n    build:\n      context: ./web\n      dockerfile: Dockerfile.dev\n      target: dev\n      args: {V: 24}\n"
    wanted = BuildPlan(("todo:latest",), "web", "web/Dockerfile.dev", "dev", (("V", "24"),))
    assert only(text).build == wanted
    swapped = text.replace("    image: todo\n", "") + "    image: todo\n"
    assert only(swapped).build == wanted


def test_services_start_behind_what_they_need() -> None:
    text = "services:\n  a:\n    image: alpine\n    depends_on: [b, c]\n  b:\n    image: alpine\n    depends_on:\n      c:\n        condition: service_healthy\n  c:\n    image: alpine\n  d:\n    image: alpine\n    depends_on:\n      gone: {condition: service_started, required: false}\n"
    services = plan(text).services
    assert [service.name for service in services] == ["c", "b", "a", "d"]
    assert services[1].depends_on == (Dependency("c", "service_healthy"),)
    assert services[3].depends_on == ()


def test_a_service_with_a_profile_starts_only_when_it_is_needed() -> None:
    text = "services:\n  a:\n    image: alpine\n    depends_on: [b]\n  b:\n    image: alpine\n    profiles: [x]\n  c:\n    image: alpine\n    profiles: x\n"
    assert [service.name for service in plan(text).enabled] == ["b", "a"]


def test_names_of_volumes_and_networks_may_be_given_or_be_there_already() -> None:
    text = (
        APP
        + "    volumes: ['one:/a', 'two:/b']\n    networks: [front]\nvolumes:\n  one: {name: mine}\n  two: {external: true, name: todo-mysql-data}\nnetworks:\n  front:\n    driver: bridge\n  back:\n"
    )
    read = plan(text)
    assert [(volume.name, volume.external) for volume in read.volumes] == [("mine", False), ("todo-mysql-data", True)]
    assert [network.name for network in read.networks] == ["getting-started-app_front"]
    assert [mount.source for mount in read.services[0].mounts] == ["mine", "todo-mysql-data"]
    assert not read.volumes[1].labels


def test_a_project_may_name_itself() -> None:
    read = plan(f"name: todo\n{APP}    volumes: ['db:/a']\nvolumes: {{db: }}\n")
    assert (read.project, read.services[0].container, read.volumes[0].name) == ("todo", "todo-app-1", "todo_db")


def test_the_env_file_names_a_project_before_the_file_does() -> None:
    text = f"name: ${{WHO:-todo}}\n{APP}"
    assert plan(text).project == "todo"
    assert plan(text, b"WHO=ada").project == "ada"
    assert plan(text, b"WHO=ada\nCOMPOSE_PROJECT_NAME=grace").project == "grace"
    assert problem(text, b"COMPOSE_PROJECT_NAME=docent-x").code == "BAD_NAME"


def test_only_what_is_used_is_made() -> None:
    read = plan(f"{APP}volumes: {{db: }}\nnetworks: {{front: }}\n")
    assert (read.volumes, [network.key for network in read.networks]) == ((), ["default"])


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("getting-started-app", "getting-started-app"),
        ("My App", "myapp"),
        ("_x.y", "xy"),
        ("ä", "project"),
        ("", "project"),
    ],
)
def test_a_project_is_called_as_compose_calls_its_folder(folder: str, name: str) -> None:
    assert project_name(folder) == name


def test_variables_come_from_the_env_file_of_the_project() -> None:
    text = "services:\n  app:\n    image: node:${TAG:-24}-alpine\n    environment:\n      PASS: $SECRET\n      PRICE: 5$$\n      GONE: ${GONE}\n      FROM_FILE:\n    env_file: .env\n"
    service = only(text, b"# mine\nexport SECRET='s3cret'\nFROM_FILE=yes # really\n")
    assert service.image == "node:24-alpine"
    wanted = {"SECRET": "s3cret", "FROM_FILE": "yes", "PASS": "s3cret", "PRICE": "5$", "GONE": ""}
    assert dict(service.environment) == wanted
    assert plan(text, b"").warnings[-1] == 'The "GONE" variable is not set. Defaulting to a blank string.'


NOTED = [
    ("E96 version", f"version: '3.8'\n{APP}", "warnings", "compose.yaml: the attribute `version` is obsolete, it will be ignored, please remove it to avoid potential confusion"),
    ("old boolean", f"{APP}    init: yes\n", "warnings", '"yes" for boolean is not supported by YAML 1.2, please use `true`'),
    ("unset", f"{APP}    user: ${{WHO}}x\n", "warnings", 'The "WHO" variable is not set. Defaulting to a blank string.'),
    ("C61 minutes and seconds", f"{APP}    ports: [22:22]\n", "notes", "Line 4: put quotes around ports"),
    ("command without a shell", f"{APP}    command: npm install && npm run dev\n", "notes", "Line 4: `services.app.command` stops at `&`"),
    ("C47 interval", f"{APP}    healthcheck: {{test: x, interval: 1ms}}\n", "notes", "is 5s instead of 0.001s"),
    ("C35 container_name", f"{APP}    container_name: docent\n", "notes", "here the container is called `getting-started-app-app-1`"),
    ("tty", f"{APP}    tty: true\n", "notes", "Line 4: `services.app.tty` changes nothing here."),
    ("E100 another name", WORKSHOP.replace("MYSQL_HOST: mysql", "MYSQL_HOST: mysqld"), "notes", "`MYSQL_HOST: mysqld` of `app` is no service here. There is: mysql."),
    ("E100 localhost", WORKSHOP.replace("MYSQL_HOST: mysql", "MYSQL_HOST: localhost"), "notes", "`MYSQL_HOST: localhost` of `app` means its own container"),
    ("E98 never healthy", f"{WORKSHOP.partition(chr(10) + chr(10))[0]}\n    depends_on: {{db: {{condition: service_healthy}}}}\n  db: {{image: mysql, networks: {{default: {{aliases: [mysql]}}}}}}\n", "notes", "`app` waits until `db` is healthy, and `db` has no `healthcheck:`."),
    ("one port twice", f"{APP}    ports: ['80:1']\n  b: {{image: alpine, ports: ['80:2']}}\n", "notes", "`app` and `b` both publish port 80"),
    ("C42 tmpfs", f"{APP}    tmpfs: /x:size=100g,exec\n", "notes", "a `tmpfs` has its own limits here"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "where", "words"), NOTED, ids=[row[0] for row in NOTED])
def test_what_works_but_may_surprise_is_said(name: str, text: str, where: str, words: str) -> None:
    assert words in "\n".join(getattr(plan(text), where))


#: name, file, line, code, Compose's words, and where these are from: `read` in Compose's sources or tests, `seen` in
#: what people quote of it, `memory` where neither could be had
WRONG = [
    ("E92 misspelt key", f"{APP}    enviroment:\n      A: 1\n", 4, "UNKNOWN_KEY", "validating /home/you/getting-started-app/compose.yaml: services.app additional properties 'enviroment' not allowed", "read"),
    ("E92 misspelt volumes", f"{APP}    volume:\n      - x:/y\n", 4, "UNKNOWN_KEY", "validating /home/you/getting-started-app/compose.yaml: services.app additional properties 'volume' not allowed", "read"),
    ("E92 dash", f"{APP}    working-dir: /app\n", 4, "UNKNOWN_KEY", "validating /home/you/getting-started-app/compose.yaml: services.app additional properties 'working-dir' not allowed", "read"),
    ("E92 service at the top", "app:\n  image: alpine\n", 1, "UNKNOWN_KEY", "validating /home/you/getting-started-app/compose.yaml:  additional properties 'app' not allowed", "seen"),
    ("E92 service key at the top", f"{APP}ports:\n  - '1'\n", 4, "UNKNOWN_KEY", "validating /home/you/getting-started-app/compose.yaml:  additional properties 'ports' not allowed", "seen"),
    ("E92 misspelt services", "service:\n  app:\n    image: alpine\n", 1, "UNKNOWN_KEY", "validating /home/you/getting-started-app/compose.yaml:  additional properties 'service' not allowed", "seen"),
    ("E92 volumes below services", f"{APP}  volumes:\n    todo-mysql-data:\n", 5, "UNKNOWN_KEY", "validating /home/you/getting-started-app/compose.yaml: services.volumes additional properties 'todo-mysql-data' not allowed", "seen"),
    ("E93 undeclared volume", WORKSHOP.partition("\nvolumes:\n")[0], 19, "UNDEFINED_VOLUME", 'service "mysql" refers to undefined volume todo-mysql-data: invalid compose project', "read"),
    ("E93 folder without ./", f"{APP}    volumes: ['src/x:/app']\n", 4, "UNDEFINED_VOLUME", 'service "app" refers to undefined volume src/x: invalid compose project', "read"),
    ("undeclared network", f"{APP}    networks: [todo-app]\n", 4, "UNDEFINED_NETWORK", 'service "app" refers to undefined network todo-app: invalid compose project', "read"),
    ("E94 no image", "services:\n  app:\n    ports: ['1']\n", 2, "NO_IMAGE", 'service "app" has neither an image nor a build context specified: invalid compose project', "read"),
    ("E94 image moved out", "services:\n  app:\n  image: alpine\n", 3, "WRONG_KIND", "services.image must be a mapping", "read"),
    ("unknown need", f"{APP}    depends_on: [db]\n", 2, "UNDEFINED_SERVICE", 'service "app" depends on undefined service "db": invalid compose project', "read"),
    ("C49 circle", "services:\n  a:\n    image: alpine\n    depends_on: [b]\n  b:\n    image: alpine\n    depends_on: [c]\n  c:\n    image: alpine\n    depends_on: [b]\n", 5, "CYCLE", "dependency cycle detected: b -> c -> b", "read"),
    ("C49 itself", f"{APP}    depends_on: [app]\n", 2, "CYCLE", "dependency cycle detected: app -> app", "read"),
    ("unknown condition", f"{APP}    depends_on:\n      app:\n        condition: healthy\n", 6, "BAD_VALUE", "validating /home/you/getting-started-app/compose.yaml: services.app.depends_on.app.condition value must be one of 'service_started', 'service_healthy', 'service_completed_successfully'", "seen"),
    ("list of services", "services:\n  - app:\n      image: alpine\n", 2, "WRONG_KIND", "services must be a mapping", "read"),
    ("no service below", "services:\nvolumes:\n", 1, "WRONG_KIND", "services must be a mapping", "read"),
    ("service without a body", "services:\n  app: alpine\n", 2, "WRONG_KIND", "services.app must be a mapping", "read"),
    ("list of volumes", f"{APP}volumes:\n  - data\n", 5, "WRONG_KIND", "validating /home/you/getting-started-app/compose.yaml: volumes must be a mapping", "read"),
    ("volume with a word", f"{APP}volumes:\n  data: local\n", 5, "WRONG_KIND", "validating /home/you/getting-started-app/compose.yaml: volumes.data must be a mapping", "read"),
    ("list of networks", f"{APP}networks:\n  - default\n", 5, "WRONG_KIND", "validating /home/you/getting-started-app/compose.yaml: networks must be a mapping", "read"),
    ("list as image", "services:\n  app:\n    image: [busybox, latest]\n", 3, "WRONG_KIND", "validating /home/you/getting-started-app/compose.yaml: services.app.image must be a string", "read"),
    ("ports without a dash", f"{APP}    ports: 3000:3000\n", 4, "WRONG_KIND", "validating /home/you/getting-started-app/compose.yaml: services.app.ports must be a array", "seen"),
    ("volumes without a dash", f"{APP}    volumes:\n      x: /y\n", 5, "WRONG_KIND", "validating /home/you/getting-started-app/compose.yaml: services.app.volumes must be a array", "seen"),
    ("setting with a list", f"{APP}    environment:\n      FOO: ['1']\n", 5, "WRONG_KIND", "validating /home/you/getting-started-app/compose.yaml: services.app.environment.FOO must be a boolean, null, number or string", "read"),
    ("settings as a text", f"{APP}    environment: FOO=1\n", 4, "WRONG_KIND", "validating /home/you/getting-started-app/compose.yaml: services.app.environment must be a mapping", "read"),
    ("dash and colon", f"{APP}    environment:\n      - FOO: 1\n", 5, "WRONG_KIND", "validating /home/you/getting-started-app/compose.yaml: services.app.environment.0 must be a string", "memory"),
    ("blank before =", f"{APP}    environment:\n      - DEBUG = true\n", 5, "BAD_SETTING", "'services[app].environment': environment variable DEBUG  is declared with a trailing space", "read"),
    ("number as service", "services:\n  123:\n    image: alpine\n", 2, "YAML_KEY", "non-string key in services: 123", "read"),
    ("number at the top", "123:\n  foo: 1\n", 1, "YAML_KEY", "non-string key at top level: 123", "read"),
    ("only a word", "hello\n", 1, "NOT_A_MAPPING", "yaml: unmarshal errors:\n  line 1: cannot unmarshal !!str `hello` into cli.named", "read"),
    ("a list", "- app\n", 1, "NOT_A_MAPPING", "yaml: unmarshal errors:\n  line 1: cannot unmarshal !!seq into cli.named", "read"),
    ("nothing", "", 0, "EMPTY_FILE", "empty compose file", "seen"),
    ("only comments", "# services:\n", 0, "EMPTY_FILE", "empty compose file", "seen"),
    ("no services", "volumes:\n  x:\n", 0, "NO_SERVICES", "no service selected", "memory"),
    ("C60 tab", "name: test\nservices:\n  web:\n    image: nginx\n\tbuild: .", 5, "YAML_SYNTAX", "yaml: line 4: found a tab character that violates indentation", "read"),
    ("two colons", "services:\n  app:\n    image: a: b\n", 3, "YAML_SYNTAX", "yaml: line 3: mapping values are not allowed in this context", "memory"),
    ("column", "services:\n  app:\n    image: x\n   ports: 1\n", 4, "YAML_SYNTAX", "yaml: line 1: did not find expected key", "memory"),
    ("open quote", "services:\n  app:\n    image: 'x\n", 3, "YAML_SYNTAX", "yaml: line 3: found unexpected end of stream", "memory"),
    ("@", "services:\n  app:\n    image: @x\n", 3, "YAML_SYNTAX", "yaml: line 3: found character that cannot start any token", "memory"),
    ("C59 image twice", f"{APP}    image: alpine\n", 4, "DUPLICATE_KEY", 'failed to parse /home/you/getting-started-app/compose.yaml: line 4: mapping key "image" already defined at line 3', "seen"),
    ("C56 itself", f"{APP}    x-a: &x {{self: *x}}\n", 4, "YAML_ALIAS", "yaml: anchor 'x' value contains itself", "memory"),
    ("unknown anchor", f"{APP}    user: *x\n", 4, "YAML_ALIAS", "yaml: unknown anchor 'x' referenced", "memory"),
    ("bad port", f"{APP}    ports: ['3000:app']\n", 4, "BAD_PORT", "invalid containerPort: app", "seen"),
    ("large port", f"{APP}    ports: ['99999:80']\n", 4, "BAD_PORT", "invalid hostPort: 99999", "seen"),
    ("long port without target", f"{APP}    ports:\n      - published: 80\n", 5, "BAD_VALUE", "validating /home/you/getting-started-app/compose.yaml: services.app.ports.0 missing property 'target'", "memory"),
    ("empty volume", f"{APP}    volumes: ['']\n", 4, "BAD_VALUE", "invalid empty volume spec", "read"),
    ("colons", f"{APP}    volumes: ['aa::b']\n", 4, "BAD_VALUE", "invalid spec: aa::b: empty section between colons", "read"),
    ("more colons", f"{APP}    volumes: ['aa:/b:ro:x']\n", 4, "BAD_VALUE", "invalid spec: aa:/b:ro:x: too many colons", "read"),
    ("bind without source", f"{APP}    volumes:\n      - type: bind\n        target: /app\n", 5, "BAD_VALUE", 'invalid mount config for type "bind": field Source must not be empty', "read"),
    ("relative target", f"{APP}    volumes: ['./:app']\n", 4, "BAD_TARGET", "Error response from daemon: invalid mount config for type \"volume\": invalid mount path: 'app' mount path must be absolute", "memory"),
    ("health word", f"{APP}    healthcheck: {{test: ['true']}}\n", 4, "BAD_VALUE", 'healthcheck.test must start either by "CMD", "CMD-SHELL" or "NONE"', "read"),
    ("no unit", f"{APP}    healthcheck: {{test: x, interval: 30}}\n", 4, "WRONG_KIND", "validating /home/you/getting-started-app/compose.yaml: services.app.healthcheck.interval must be a string", "read"),
    ("unit in words", f"{APP}    stop_grace_period: 30 seconds\n", 4, "BAD_VALUE", 'time: unknown unit " seconds" in duration "30 seconds"', "seen"),
    ("external and driver", f"{APP}volumes:\n  v: {{external: true, driver: foobar}}\n", 5, "BAD_VALUE", 'volumes.v: conflicting parameters "external" and "driver" specified', "read"),
    ("project of another", f"name: docent-x\n{APP}", 1, "BAD_NAME", 'invalid project name "docent-x": must consist only of lowercase alphanumeric characters, hyphens, and underscores as well as start with a letter or number', "seen"),
    ("name as a number", f"name: 123\n{APP}", 1, "WRONG_KIND", "validating /home/you/getting-started-app/compose.yaml: name must be a string", "read"),
    ("$( )", f"{APP}    volumes: ['$(pwd):/app']\n", 4, "INTERPOLATION", "invalid interpolation format for services.app.volumes.[].\nYou may need to escape any $ with another $.\n$(pwd):/app", "read"),
    ("open bracket", f"{APP}    user: ${{A\n", 4, "INTERPOLATION", "invalid interpolation format for services.app.user.\nYou may need to escape any $ with another $.\n${A", "read"),
    ("required", f"{APP}    environment:\n      P: ${{PASS:?set it}}\n", 5, "INTERPOLATION", "error while interpolating services.app.environment.P: required variable PASS is missing a value: set it", "seen"),
    ("empty service", "services:\n  app:\n", 2, "WRONG_KIND", "validating /home/you/getting-started-app/compose.yaml: services.app must be a mapping", "memory"),
    ("quote in a command", f"{APP}    command: sh -c 'x\n", 4, "BAD_COMMAND", "invalid command line string", "read"),
    ("no env file", f"{APP}    env_file: .env\n", 4, "ENV_FILE", "env file /home/you/getting-started-app/.env not found: stat /home/you/getting-started-app/.env: no such file or directory", "memory"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "line", "code", "words", "known_from"), WRONG, ids=[f"{row[0]} ({row[5]})" for row in WRONG]
)
def test_a_wrong_file_is_answered_in_the_words_of_compose(
    name: str, text: str, line: int, code: str, words: str, known_from: str
) -> None:
    found = problem(text)
    assert (found.line, found.code, found.words) == (line, code, words)
    assert_kind(found)


def assert_kind(found: ComposeProblem) -> None:
    assert found.say
    assert len(found.say) < 400
    assert "\n" not in found.say
    assert found.say.startswith(f"Line {found.line}: ") or not found.line
    answer = found.refusal()
    assert answer.docker == bool(found.words)
    assert answer.exit_code == 1


SAID = [
    (f"{APP}    enviroment: {{}}\n", "Did you mean `environment`?"),
    (f"{APP}    working-dir: /app\n", "Did you mean `working_dir`?"),
    ("servces:\n", "Did you mean `services`?"),
    ("app:\n  image: alpine\n", "A service stands below `services:`"),
    (f"{APP}ports: []\n", "`ports` belongs to a service."),
    (f"{APP}    services: {{}}\n", "begin its line without any blanks"),
    (f"{APP}    stop-grace-period: 1s\n", "Did you mean `stop_grace_period`?"),
    (f"{APP}    qwertz: 1\n", "`qwertz` is no key of `services.app`. Check its spelling"),
    (f"{APP}    build: {{context: ., ports: x}}\n", "`ports` is no key of `services.app.build`. Check its spelling"),
    (f"{APP}volumes: {{v: {{services: x}}}}\n", "`services` is no key of `volumes.v`. Check its spelling"),
    (f"{APP}    volumes: ['src/x:/app']\n", "begins with `./`: `./src/x`"),
    (f"{APP}  volumes:\n    db:\n", "Begin its line without any blanks"),
    (f"{APP}    volumes: ['$(pwd):/app']\n", "Write `./` for the folder of your project."),
    ("services:\n  app:\n", "`services.app` should be followed by keys and values"),
    (f"{APP}    ports: 3000\n", "lines that begin with `- `"),
    (f"{APP}    command: “npm”\n", "these are curly quotes"),
    (f"{APP}    ports:\n    – 3000:3000\n", "a list in YAML is written with `- `"),
    (f"{APP}\u00a0\u00a0\u00a0 user: x\n", "a blank of a special kind"),
    (f"{APP}    us\u200ber: x\n", "that one cannot see (U+200B)"),
    (f"{APP}\tuser: x\n", "moved in with a tab"),
    (APP.encode("utf-16"), "was saved as UTF-16"),
    (f"{APP}    user: Jürgen\n".encode("latin-1"), "Line 4: here is a letter that is not UTF-8"),
    (f"{APP}    privileged: true\n", "it would open the shared host"),
    (f"{APP}    image: alpine\n", "first in line 3"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), SAID, ids=[said for _, said in SAID])
def test_a_wrong_file_is_explained_kindly(text: str | bytes, said: str) -> None:
    found = problem(text)
    assert said in found.say
    assert_kind(found)


def test_a_bom_and_line_ends_of_windows_are_understood() -> None:
    read = plan(b"\xef\xbb\xbf" + WORKSHOP.replace("\n", "\r\n").encode())
    assert read == plan(WORKSHOP)
    assert problem(WORKSHOP.replace("mysql:8.0", "a: b").replace("\n", "\r\n")).line == 17


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (FILE_NAMES, "compose.yaml"),
        (("a", "docker-compose.yml"), "docker-compose.yml"),
        (("Compose.yaml",), "your project has `Compose.yaml`"),
        (("compose.yaml.txt",), "your project has `compose.yaml.txt`"),
        (("Dockerfile",), "There is no `compose.yaml` in your project"),
    ],
)
def test_e90_the_file_is_looked_for_under_the_names_that_compose_knows(files: tuple[str, ...], found: str) -> None:
    answer = find_compose(files)
    if isinstance(answer, ComposeProblem):
        assert found in answer.say
        assert answer.words == "no configuration file provided: not found"
    else:
        assert answer == found


KEYS = [
    "services:", "volumes:", "networks:", "app:", "image: node:24-alpine", "build: .", "command: sh -c 'x'", "ports:", "- 3000:3000",
    "- ./:/app", "- v:/x", "v:", "environment:", "A: ${B:-c}", "- A=1", "depends_on:", "- app", "<<: *x", "&x", "privileged: true",
    "- /:/host", "healthcheck:", "test: x", "interval: 1s", "name: x", "external: true", "- type: bind", "source: /etc", "target: /a",
    "user: root", "labels:", "docent.a: b", "[", "]", "{", "}", "\t", "'", "*x", "!!binary x", "---", "null", "context: ..", "aliases: [y]",
]  # fmt: skip
LINES = st.lists(st.tuples(st.integers(0, 4), st.sampled_from(KEYS)), max_size=25)
FILES = LINES.map(lambda rows: "".join(f"{'  ' * depth}{text}\n" for depth, text in rows))


def assert_inside_the_allow_list(read: ComposePlan) -> None:
    for service in read.services:
        assert service.container == f"{read.project}-{service.name}-1"
        for mount in service.mounts:
            assert mount.target.startswith("/")
            if isinstance(mount, BindMount):
                assert inside(mount.source) == mount.source
            else:
                assert mount.source == "" or mount.source in {volume.name for volume in read.volumes}
        if service.build:
            assert inside(service.build.context) == service.build.context
        assert {use.network for use in service.networks} <= {network.name for network in read.networks}
        if service.healthcheck:
            # 0: not said, and then the sandbox's own
            assert service.healthcheck.interval_s == 0 or 5 <= service.healthcheck.interval_s <= 60
        assert (service.mem_mb or 0) <= 256
        assert not any(name.startswith("docent") for name, _ in service.labels)
        assert {need.service for need in service.depends_on} <= {other.name for other in read.services}
    names = [volume.name for volume in read.volumes] + [network.name for network in read.networks]
    assert not any(name.lower().startswith("docent") for name in names)


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(FILES, st.text(max_size=200), FILES.map(lambda body: f"services:\n  app:\n    image: alpine\n{body}")),
    st.binary(max_size=80),
)
def test_any_text_is_a_plan_inside_the_allow_list_or_a_kind_problem(text: str, env_file: bytes) -> None:
    read = read_compose(text, project="x", env_file=env_file)
    if isinstance(read, ComposePlan):
        assert_inside_the_allow_list(read)
    else:
        assert_kind(read)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.text(max_size=20))
def test_any_bytes_under_any_project_are_answered(content: bytes, project: str) -> None:
    assert read_compose(content, project=project)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_changed_workshop_file_is_answered_inside_the_allow_list(data: st.DataObject) -> None:
    lines = WORKSHOP.splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        lines[at : at + data.draw(st.integers(0, 2))] = data.draw(
            st.lists(st.sampled_from([*KEYS, *WORKSHOP.splitlines()]), max_size=2)
        )
    read = read_compose("\n".join(lines), project="x")
    if isinstance(read, ComposePlan):
        assert_inside_the_allow_list(read)
    else:
        assert_kind(read)


SERVED = ("node:24-alpine", "mysql:8.0", "alpine")


def test_the_images_of_the_file_must_be_served_owned_or_built_by_it() -> None:
    assert judge_compose(plan(WORKSHOP), SERVED, ()) is None
    built = "services:\n  app:\n    build: .\n    image: todo\n  second:\n    image: todo\n"
    assert judge_compose(plan(built), SERVED, ()) is None
    unknown = plan(WORKSHOP.replace("mysql:8.0", "mysql:9.3"))
    refusal = judge_compose(unknown, SERVED, ())
    assert refusal
    assert refusal.code == "UNKNOWN_IMAGE"
    assert "`mysql:8.0`" in refusal.say
    assert refusal.words.startswith(" mysql Error pull access denied for mysql")
    assert judge_compose(unknown, SERVED, ("mysql:9.3",)) is None


def test_the_policy_does_not_trust_the_reader() -> None:
    (service,) = plan(APP).services
    for wrong in (
        replace(service, mounts=(BindMount("../x", "/x"),)),
        replace(service, build=BuildPlan((), "/etc")),
        replace(service, labels=(("docent.kind", "verifier"),)),
    ):
        assert judge_compose(ComposePlan("x", (wrong,)), SERVED, ()), wrong


def test_no_field_of_a_service_could_carry_a_right_on_the_host() -> None:
    """A new field is a decision: add it here when it is certain that it opens nothing."""
    assert {each.name for each in fields(ServicePlan)} == {
        "name", "container", "image", "build", "command", "entrypoint", "environment", "ports", "expose", "mounts", "tmpfs",
        "networks", "depends_on", "healthcheck", "working_dir", "user", "hostname", "container_name", "init", "read_only",
        "restart", "stop_grace_s", "mem_mb", "cpus", "pids", "profiles", "labels", "line",
    }  # fmt: skip


def test_reading_the_workshops_file_is_quick(loops: Callable[[Callable[[], object]], float]) -> None:
    assert loops(lambda: plan(WORKSHOP)) < 2
