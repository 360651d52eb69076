"""What may be built and run on the shared host. An allow-list: what no rule knows is refused with a lesson.

Pure; it sees plans and parsed Dockerfiles only, and is the last word before `bot.sandbox.recipe`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from difflib import get_close_matches

from bot.handin.bases import Base, Ground, emit, resolve_bases
from bot.handin.dockerfile import Dockerfile
from bot.handin.dockerfile_rules import BUILDER_ARGUMENTS, RESERVED_LABELS, judge_instructions
from bot.handin.mounts import bad_volume_name, fits
from bot.handin.paths import inside
from bot.handin.places import NETWORK_NAME
from bot.handin.plan import BindMount, BuildPlan, Mount, Refusal, RunPlan
from bot.handin.reference import Reference, normalise, parse_reference

__all__ = ["RESERVED_LABELS", "emit", "judge_build", "judge_run"]

MOST_INSTRUCTIONS = 60
MOST_STAGES = 10
#: a learner's own, those in use and the nameless ones included
MOST_VOLUMES = 10
MOST_NETWORKS = 5
_FRONTEND = re.compile(r"(?:docker\.io/)?docker/dockerfile(?::1(?:\.\d{1,3}){0,2})?")


def judge_build(
    dockerfile: Dockerfile, plan: BuildPlan, allowed_bases: Collection[str], own_images: Collection[str] = ()
) -> Refusal | None:
    """Return None when the build may be sent to the engine, else the first lesson.

    `allowed_bases` and `own_images` hold `name:tag`s; a name without a tag means `latest`.
    """
    refusal = _judge_plan(plan) or _judge_frontend(dockerfile) or _judge_size(dockerfile)
    if refusal:
        return refusal
    grounds = resolve_bases(dockerfile, plan.build_args)
    served = {normalise(name) for name in allowed_bases}
    own = {normalise(name) for name in own_images}
    for base in grounds:
        if refusal := _judge_base(base, served, own):
            return refusal
    return judge_instructions(dockerfile)


def _judge_plan(plan: BuildPlan) -> Refusal | None:
    """Return a refusal for a plan that the parser of commands would never have made."""
    if inside(plan.context) != plan.context or inside(plan.dockerfile) in {None, "."}:
        return Refusal(
            "OUTSIDE_PROJECT", "Builds here use your own project and nothing beside it.", seen=plan.context[:200]
        )
    for name, _ in plan.build_args:
        if name.lower() in BUILDER_ARGUMENTS or name.upper().startswith("BUILDKIT_"):
            return Refusal(
                "BUILDER_ARGUMENT",
                f"`--build-arg {name[:60]}` steers the builder itself. Leave it out.",
                seen=name[:200],
            )
    return None


def _judge_frontend(dockerfile: Dockerfile) -> Refusal | None:
    if not dockerfile.frontend or _FRONTEND.fullmatch(dockerfile.frontend):
        return None
    say = f"`# syntax={dockerfile.frontend[:60]}` loads another builder. Leave out that line."
    return Refusal("FRONTEND", say, seen=dockerfile.frontend[:200], exit_code=1)


def _judge_size(dockerfile: Dockerfile) -> Refusal | None:
    count = len(dockerfile.instructions)
    if count > MOST_INSTRUCTIONS:
        say = f"This Dockerfile has {count} instructions; up to {MOST_INSTRUCTIONS} are fine here."
        return Refusal("TOO_MANY", say, exit_code=1)
    if len(dockerfile.stages) > MOST_STAGES:
        say = f"This Dockerfile has {len(dockerfile.stages)} stages; up to {MOST_STAGES} are fine here."
        return Refusal("TOO_MANY", say, exit_code=1)
    return None


def _judge_base(base: Base, served: Collection[str], own: Collection[str]) -> Refusal | None:
    if base.fault:
        say = f"Line {base.line}: I cannot read the image in `FROM {base.seen[:60]}`."
        words = f"ERROR: failed to build: failed to solve: {base.fault}"
        return Refusal("BAD_BASE", say, seen=base.seen[:200], docker=True, exit_code=1, words=words)
    if base.ground is not Ground.IMAGE or base.name in served or base.name in own:
        return None
    shown = sorted(name.removesuffix(":latest") for name in served)
    say = f"`FROM {base.seen[:60]}` (line {base.line}) is not an image I can offer: there is no internet here."
    if base.name != normalise(base.seen):
        say = say.replace("(line", f"means `{base.name[:60]}` (line", 1)
    near = _near_base(base.name, served)
    say += f" Did you mean `FROM {near}`?" if near else ""
    return Refusal(
        "UNKNOWN_BASE",
        f"{say} You can build on: {', '.join(shown)}, and your own images.",
        seen=base.seen[:200],
        exit_code=1,
    )


def _near_base(name: str, served: Collection[str]) -> str:
    reference = parse_reference(name)
    repository = reference.repository if isinstance(reference, Reference) else name
    same = [each for each in sorted(served) if each.partition(":")[0] == repository]
    return (same or get_close_matches(name, sorted(served), n=1, cutoff=0.75) or [""])[0]


def judge_run(plan: RunPlan, allowed_images: Collection[str], own_images: Collection[str]) -> Refusal | None:
    """Return None when the container may be made, else a lesson or Docker's words about an unknown image.

    Both collections hold `name:tag`s; `own_images` also the learner's image IDs (`sha256:…`), which may be
    named by the start of the ID.
    """
    for name, _ in plan.labels:
        if name.lower().startswith(RESERVED_LABELS):
            return Refusal(
                "RESERVED_LABEL", f"The label `{name[:40]}` is used by this host. Choose another name.", seen=name[:200]
            )
    if refusal := _judge_places(plan):
        return refusal
    wanted = normalise(plan.image)
    known = {normalise(name) or name for name in (*allowed_images, *own_images)}
    if wanted in known or _own_id(plan.image, own_images):
        return None
    return _unknown_image(plan.image, wanted, known)


def _judge_places(plan: RunPlan) -> Refusal | None:
    """Return a refusal for places that the parser of commands would never have made."""
    for mount in plan.mounts:
        if not _fits(mount):
            say = "Only your own project and your own volumes can be mounted here."
            return Refusal("HOST_MOUNT", say, seen=f"{mount.source}:{mount.target}"[:200])
    for name in plan.networks:
        if name == "host" or not NETWORK_NAME.fullmatch(name):
            say = f"`{name[:60]}` is no network of yours. `docker network ls` shows them."
            return Refusal("HOST_NETWORK", say, seen=name[:200])
    return None


def _fits(mount: Mount) -> bool:
    if isinstance(mount, BindMount):
        return inside(mount.source) == mount.source and fits(mount.target)
    return (mount.source == "" or not bad_volume_name(mount.source)) and fits(mount.target)


def _own_id(image: str, own_images: Collection[str]) -> bool:
    digits = image.removeprefix("sha256:")
    if not re.fullmatch(r"[0-9a-f]{4,64}", digits):
        return False
    return any(name.startswith(f"sha256:{digits}") for name in own_images)


def _unknown_image(image: str, wanted: str, known: Collection[str]) -> Refusal:
    reference = parse_reference(image)
    names = sorted(name for name in known if not name.startswith("sha256:"))
    near = get_close_matches(wanted or image, names, n=1, cutoff=0.6)
    words = f"Unable to find image '{wanted or image[:200]}' locally\ndocker: Error response from daemon: "
    if isinstance(reference, Reference) and reference.domain:
        words += f'Get "https://{reference.domain[:100]}/v2/": dial tcp: lookup {reference.domain[:100]}: no such host'
    else:
        repository = reference.repository if isinstance(reference, Reference) else image[:200]
        words += f"pull access denied for {repository}, repository does not exist or may require 'docker login': "
        words += "denied: requested access to the resource is denied"
    say = f"There is no image `{image[:60]}` here."
    say += f" Did you mean `{near[0].removesuffix(':latest')}`?" if near else " `docker images` shows what there is."
    return Refusal(
        "UNKNOWN_IMAGE",
        say,
        seen=image[:200],
        nearest="docker images",
        docker=True,
        exit_code=125,
        words=f"{words}\n\nRun 'docker run --help' for more information",
    )
