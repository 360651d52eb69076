"""`image:` and `build:` of a service."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.handin.compose.around import Around
from bot.handin.compose.events import Mapping, Node, Scalar
from bot.handin.compose.fault import broken
from bot.handin.compose.keys import BUILD, UNUSED_BUILD, judge_keys
from bot.handin.compose.plan import ServicePlan
from bot.handin.compose.values import Place, mapping, pairs, text
from bot.handin.dockerfile_rules import BUILDER_ARGUMENTS
from bot.handin.paths import inside
from bot.handin.plan import BuildPlan
from bot.handin.reference import Reference, normalise, parse_reference

MOST_ARGS = 16
_REMOTE = re.compile(r"[a-z][a-z0-9+.-]*://|git@|[\w.-]+@[\w.-]+:|github\.com/|oci:", re.IGNORECASE)


def read_image(node: Node, place: Place, around: Around, plan: ServicePlan) -> ServicePlan:
    """Return the plan with its image. Raises `Broken`."""
    name = text(node, place, strict=True)
    reference = parse_reference(name)
    if not isinstance(reference, Reference):
        say = f"`{name[:60]}` is no image's name. It is written like `node:24-alpine`, in small letters."
        words = f"unable to get image '{name[:200]}': Error response from daemon: {reference[:200]}"
        raise place.wrong(node, say, words, "BAD_IMAGE_NAME")
    build = replace(plan.build, tags=(reference.tagged,)) if plan.build else None
    return replace(plan, image=name, build=build)


def read_build(node: Node, place: Place, around: Around, plan: ServicePlan) -> ServicePlan:
    """Return the plan with what is built for it. Raises `Broken`."""
    if isinstance(node, Scalar):
        node = Mapping(node.line, ((Scalar(node.line, "context"), node),))
    body = mapping(node, place)
    judge_keys(body, place.path, BUILD, UNUSED_BUILD, place.file)
    parts = {key: text(value, place.at(key)) for key in ("context", "dockerfile", "target") if (value := body.get(key))}
    context = _within(parts.get("context", "."), body.get("context") or node, place.at("context"))
    recipe = parts.get("dockerfile", "Dockerfile")
    recipe = recipe if context == "." else f"{context}/{recipe}"
    dockerfile = _within(recipe, body.get("dockerfile") or node, place.at("dockerfile"))
    args = body.get("args")
    given = pairs(args, place.at("args")) if args else ()
    if len(given) > MOST_ARGS:
        say = f"`{place.path}.args` has {len(given)} members; up to {MOST_ARGS} are fine."
        raise place.wrong(node, say, code="TOO_MANY")
    for name, _, line in given:
        if name.lower() in BUILDER_ARGUMENTS or name.upper().startswith("BUILDKIT_"):
            raise broken(line, "BUILDER_ARGUMENT", f"`{name[:60]}` steers the builder itself. Leave it out.", seen=name)
    tag = normalise(plan.image or f"{around.project}-{plan.name}".lower())
    filled = tuple((name, around.values.get(name, "") if value is None else value) for name, value, _ in given)
    return replace(plan, build=BuildPlan((tag,), context, dockerfile, parts.get("target", ""), filled))


def _within(path: str, node: Node, place: Place) -> str:
    within = None if _REMOTE.match(path) else inside(path)
    if within is None:
        say = f"`{path[:60]}` is not in your project. Builds here use the files of your project, as in `build: .`"
        raise place.wrong(node, say, code="OUTSIDE_PROJECT")
    return within
