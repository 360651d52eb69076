"""What a service of a compose file adds to a container's request: part of the security policy."""

from __future__ import annotations

from typing import Any, cast

from bot.handin.compose.plan import ComposePlan, ServicePlan
from bot.handin.compose.read import read_compose
from bot.sandbox import recipe
from bot.sandbox.compose.recipe import completed, run_plan
from bot.sandbox.names import Owner

MIB = 1024 * 1024
FILE = """
services:
  app:
    image: node:24-alpine
    entrypoint: ["node"]
    command: ["src/index.js"]
    environment: {A: "1"}
    ports: ["127.0.0.1:3000:3000"]
    volumes: ["./:/app", "data:/data"]
    tmpfs: /scratch
    read_only: true
    restart: always
    mem_limit: 100t
    cpus: 9
    pids_limit: 64
    stop_grace_period: 10m
    labels: {team: blue}
    healthcheck: {test: ["CMD", "true"], interval: 1ms, timeout: 1h, retries: 4, start_period: 9h}
volumes: {data: }
"""
IMAGE = recipe.ImageFacts("sha256:" + "a" * 64, "node:24-alpine")


def service(text: str) -> ServicePlan:
    plan = read_compose(text, project="todo")
    assert isinstance(plan, ComposePlan), plan
    return plan.services[0]


def requested(plan: ServicePlan) -> tuple[recipe.Request, recipe.Request]:
    """Return the request of `docker run`, and what becomes of it."""
    by = recipe.Making(Owner("main", "U1"))
    plain = recipe.container(run_plan(plan), plan.container, IMAGE, plan.ports, by)
    return plain, completed(plain, plan, by.limits)


def test_a_service_adds_this_and_nothing_else() -> None:
    plain, full = requested(service(FILE))
    assert full.name == plain.name == "docent-main-u1-todo-app-1"
    added = {key: value for key, value in full.body.items() if plain.body.get(key) != value}
    labels = cast(dict[str, str], added.pop("Labels"))
    host = cast(dict[str, Any], added.pop("HostConfig"))
    before = cast(dict[str, Any], plain.body["HostConfig"])
    assert added == {
        "Entrypoint": ["node"],
        "Healthcheck": {
            "Test": ["CMD", "true"],
            "Interval": 5_000_000_000,
            "Timeout": 10_000_000_000,
            "Retries": 4,
            "StartPeriod": 60_000_000_000,
        },
    }
    assert {key: value for key, value in host.items() if before.get(key) != value} == {
        "Tmpfs": {"/scratch": "rw,nosuid,nodev,mode=1777,size=32m,nr_inodes=4096"},
        "ReadonlyRootfs": True,
        "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3},
        "PidsLimit": 64,
    }
    assert (host["Memory"], host["NanoCpus"]) == (256 * MIB, 1_000_000_000)
    assert full.body["StopTimeout"] == 10
    assert (labels["team"], labels["docent.learner"]) == ("blue", "u1")


def test_composes_own_labels_are_there_and_ours_cannot_be_written() -> None:
    _, full = requested(service(FILE))
    labels = cast(dict[str, str], full.body["Labels"])
    assert {key.removeprefix("com.docker.compose."): value for key, value in labels.items() if "compose" in key} == {
        "config-hash": labels["com.docker.compose.config-hash"],
        "container-number": "1",
        "depends_on": "",
        "oneoff": "False",
        "project": "todo",
        "project.config_files": "/home/you/getting-started-app/compose.yaml",
        "project.working_dir": "/home/you/getting-started-app",
        "service": "app",
        "version": "2.40.3",
    }


def test_a_service_is_found_by_its_name_on_the_projects_network() -> None:
    plain, _ = requested(service("services: {app: {image: node:24-alpine, container_name: web}}"))
    ends = cast(dict[str, Any], plain.body["NetworkingConfig"])["EndpointsConfig"]
    assert ends == {"docent-main-u1-todo_default": {"Aliases": ["todo-app-1", "app", "web"]}}


def test_a_plain_service_adds_labels_only() -> None:
    plain, full = requested(service("services: {app: {image: node:24-alpine}}"))
    assert {key for key in full.body if full.body[key] != plain.body[key]} == {"Labels"}


def test_no_file_makes_a_container_start_again_and_again() -> None:
    for written, most in (("on-failure:999999", 3), ("on-failure:1", 1), ("unless-stopped", 3), ("no", None)):
        _, full = requested(service(f'services: {{app: {{image: node:24-alpine, restart: "{written}"}}}}'))
        policy = cast(dict[str, Any], full.body["HostConfig"])["RestartPolicy"]
        assert policy == ({"Name": "on-failure", "MaximumRetryCount": most} if most else {"Name": ""})
