"""Other people's things on the same engine are none of our business, whatever they are called."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import closing
from typing import Any

import docker
import pytest

from bot.handin.plan import BuildPlan, RunPlan, VolumeMount
from bot.sandbox.sandbox import DockerSandbox
from tests.second_engine import SecondEngine

pytestmark = [pytest.mark.engine, pytest.mark.hostile]
#: somebody's own; another Docent's; named like ours, and labelled with half of what we label
LABELS: list[dict[str, str]] = [
    {},
    {"docent.instance": "elsewhere", "docent.learner": "u1", "docent.kind": "probe", "docent.attempt": "7"},
    {"docent.learner": "u1", "com.docker.compose.project": "getting-started-app"},
]


def planted(own: docker.APIClient) -> None:
    for number, labels in enumerate(LABELS):
        name = f"docent-others-u1-{number}"
        own.create_volume(name, labels=labels)
        own.create_network(name, labels=labels)
        own.build(
            fileobj=io.BytesIO(f"FROM alpine\nLABEL turn={number}\n".encode()), tag=name, rm=True, labels=labels
        ).close()
        for state in ("created", "running", "exited"):
            host = own.create_host_config(binds={name: {"bind": "/data", "mode": "rw"}}, network_mode=name)
            command = ["true"] if state == "exited" else ["sleep", "600"]
            made = own.create_container(
                "alpine:latest", command, name=f"{name}-{state}", labels=labels, host_config=host, volumes=["/data"]
            )
            if state != "created":
                own.start(made["Id"])
            if state == "exited":
                own.wait(made["Id"], timeout=30)


def everything(own: docker.APIClient) -> dict[str, Any]:
    """Return what there is, with all that could have been changed."""
    containers = [own.inspect_container(row["Id"]) for row in own.containers(all=True)]
    return {
        "containers": sorted((c["Name"], c["Id"], str(c["State"]), str(c["Config"]["Labels"])) for c in containers),
        "networks": sorted((n["Name"], n["Id"], str(n["Labels"])) for n in own.networks()),
        "volumes": sorted((v["Name"], v["CreatedAt"], str(v["Labels"])) for v in own.volumes()["Volumes"] or ()),
        "images": sorted((i["Id"], str(i["RepoTags"])) for i in own.images()),
    }


async def test_h05_nothing_of_others_is_touched_by_work_sweep_round_and_farewell(
    hardened: SecondEngine, seen: Callable[[object], None]
) -> None:
    with closing(hardened.client()) as own:
        ids = {name: own.inspect_image(name)["Id"] for name in ("alpine:latest", "docent-verifier:latest")}
        planted(own)
        before = everything(own)
        made = DockerSandbox(
            "others", {"alpine:latest": ids["alpine:latest"]}, ids["docent-verifier:latest"], url=hardened.url
        )
        try:
            files = {"Dockerfile": b"FROM alpine\nRUN echo hi > /hi\n"}
            await made.run("U1", BuildPlan(("app:latest",)), files, lambda _: None)
            mounts = (VolumeMount("db", "/data"),)
            await made.run("U1", RunPlan("app", ("sleep", "60"), "web", detach=True, mounts=mounts), {}, lambda _: None)
            await made.sweep(set())
            await made.disk.look()
            await made.reconcile(set())
            await made.clear("U1", {})
            await made.clean("U1")
        finally:
            await made.demolish()
            await made.close()
        assert everything(own) == before
        seen(", ".join(f"{len(rows)} {what}" for what, rows in before.items()) + " as before")
