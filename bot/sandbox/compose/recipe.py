"""What only a service of a compose file asks for, added to a container's request. Pure, and part of the policy.

Everything here was clamped when the file was read, and is clamped once more: nothing a file says makes a container
bigger than the learner's others.
"""

from __future__ import annotations

from typing import Any, cast

from bot.handin.compose.plan import HealthPlan, ServicePlan
from bot.handin.plan import BindMount, RunPlan
from bot.sandbox.recipe import MIB, TMPFS, Json, Limits, Request

MOST_RESTARTS = 3  #: whatever the file says: a program that falls over at once would keep the shared host busy
LONGEST_GRACE_S = 10
SECOND = 1_000_000_000
#: of a health check that does not say
USUAL_INTERVAL_S, USUAL_TIMEOUT_S, USUAL_RETRIES = 30.0, 10.0, 3


def run_plan(service: ServicePlan) -> RunPlan:
    """Return the container that a service becomes, as `docker run` would make it."""
    return RunPlan(
        image=service.image,
        command=service.command or (),
        name=service.container,
        detach=True,
        ports=service.ports,
        env=service.environment,
        workdir=service.working_dir,
        user=service.user,
        hostname=service.hostname,
        init=service.init,
        mounts=service.mounts,
        made_folders=tuple(mount.source for mount in service.mounts if isinstance(mount, BindMount)),
        networks=tuple(use.network for use in service.networks),
        aliases=tuple((use.network, alias) for use in service.networks for alias in use.aliases),
    )


def completed(request: Request, service: ServicePlan, limits: Limits) -> Request:
    """Return the request with what the service asks for beyond `docker run`."""
    host = dict(cast(dict[str, Any], request.body["HostConfig"]))
    own = {key: value for key, value in service.labels if not key.startswith("docent.")}
    body: Json = {**request.body, "Labels": own | cast(dict[str, str], request.body["Labels"])}
    if service.entrypoint is not None:
        body["Entrypoint"] = list(service.entrypoint) or [""]
        body["Cmd"] = list(service.command or ())
    if service.healthcheck is not None:
        body["Healthcheck"] = health(service.healthcheck)
    body["StopTimeout"] = min(int(service.stop_grace_s), LONGEST_GRACE_S)
    if service.tmpfs:
        host["Tmpfs"] = host["Tmpfs"] | dict.fromkeys(service.tmpfs, TMPFS)
    if service.read_only:
        host["ReadonlyRootfs"] = True
    if service.restart not in {"", "no"}:
        host["RestartPolicy"] = {"Name": "on-failure", "MaximumRetryCount": restarts(service.restart)}
    if service.mem_mb is not None:
        host["Memory"] = host["MemorySwap"] = min(service.mem_mb, limits.mem_mb) * MIB
    if service.cpus is not None:
        host["NanoCpus"] = int(min(service.cpus, limits.cpus) * SECOND)
    if service.pids is not None:
        host["PidsLimit"] = min(service.pids, limits.pids)
    return Request(request.name, {**body, "HostConfig": host})


def restarts(policy: str) -> int:
    """Return how often a container that failed is started again."""
    wanted = policy.partition(":")[2]
    return min(int(wanted), MOST_RESTARTS) if wanted else MOST_RESTARTS


def health(plan: HealthPlan) -> Json:
    """Return how the engine is to ask for a container's health; an empty test is the image's own."""
    if plan.test[:1] == ("NONE",):
        return {"Test": ["NONE"]}
    return {
        "Test": list(plan.test),
        "Interval": int((plan.interval_s or USUAL_INTERVAL_S) * SECOND),
        "Timeout": int((plan.timeout_s or USUAL_TIMEOUT_S) * SECOND),
        "Retries": plan.retries or USUAL_RETRIES,
        "StartPeriod": int(plan.start_period_s * SECOND),
    }
