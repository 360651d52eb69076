"""What of a compose plan may run on the shared host; the last word before anything is made of it."""

from __future__ import annotations

from collections.abc import Collection

from bot.handin.compose.plan import ComposePlan, ServicePlan
from bot.handin.dockerfile_rules import RESERVED_LABELS
from bot.handin.paths import inside
from bot.handin.plan import BindMount, Refusal, RunPlan
from bot.handin.policy import judge_run
from bot.handin.reference import normalise

_OURS = "com.docker.compose."


def judge_compose(plan: ComposePlan, allowed_images: Collection[str], own_images: Collection[str]) -> Refusal | None:
    """Return None when the plan may run, else the first lesson.

    Both collections are those of `policy.judge_run`; what the file builds itself counts as the learner's own.
    """
    built = [tag for service in plan.services if service.build for tag in service.build.tags]
    for service in plan.services:
        if refusal := _judge_service(service):
            return refusal
        if refusal := judge_run(RunPlan(service.image), allowed_images, (*own_images, *built)):
            return _in_compose_words(refusal, service)
    return None


def _judge_service(service: ServicePlan) -> Refusal | None:
    """Return a refusal for a plan that the reader of compose files would never have made."""
    for mount in service.mounts:
        if isinstance(mount, BindMount) and inside(mount.source) != mount.source:
            return Refusal("HOST_MOUNT", "Only folders of your own project can be mounted here.", mount.source[:200])
    if service.build and (
        inside(service.build.context) != service.build.context or inside(service.build.dockerfile) in {None, "."}
    ):
        return Refusal(
            "OUTSIDE_PROJECT", "Builds here use your own project and nothing beside it.", service.build.context[:200]
        )
    for name, _ in service.labels:
        if name.lower().startswith(RESERVED_LABELS) and not name.startswith(_OURS):
            return Refusal(
                "RESERVED_LABEL", f"The label `{name[:40]}` is used by this host. Choose another name.", name[:200]
            )
    return None


def _in_compose_words(refusal: Refusal, service: ServicePlan) -> Refusal:
    """Return the answer to an unknown image as `docker compose up` gives it."""
    reason = refusal.words.partition("docker: ")[2].partition("\n")[0]
    words = f" {service.name} Error {reason.removeprefix('Error response from daemon: ')}\n{reason}"
    say = f"Line {service.line}, service `{service.name}`: {refusal.say}"
    if not normalise(service.image):
        say = f"Line {service.line}: `{service.image[:60]}` is no image's name."
    return Refusal(refusal.code, say, refusal.seen, refusal.nearest, docker=True, exit_code=1, words=words)
