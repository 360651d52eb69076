"""Judge what is in the registry: under the right name, and the image that was meant."""

from __future__ import annotations

from bot.core.evidence import RegistrySeen
from bot.core.judging.images import listed
from bot.core.results import Failed, Fault, Passed, Result
from bot.core.specs import RegistrySpec

CODES = frozenset(
    {
        "NOT_TAGGED",
        "OTHER_NAMESPACE",
        "OTHER_NAME",
        "NOT_PUSHED",
        "OTHER_TAG",
        "OTHER_IMAGE",
        "OLD_PUSHED",
        "WRONG_PLATFORM",
        "NOT_TAKEN_IN",
    }
)


def judge(spec: RegistrySpec, seen: RegistrySeen) -> Result:
    """Return whether the registry has the learner's image under their own name."""
    if seen.down:
        return Fault(seen.down)
    if not seen.digest:
        return _nothing_there(spec, seen)
    if seen.refused:
        return Failed("NOT_TAKEN_IN", f"an image as builds here make it for {seen.name}", seen.refused)
    if not seen.stored_id:
        return Failed("WRONG_PLATFORM", f"{seen.name} for linux/amd64", listed(seen.platforms, "another machine"))
    if seen.local_id and seen.stored_id != seen.local_id:
        return _another(spec, seen)
    return Passed(f"{seen.name} is in the registry, {seen.digest[:19]}")


def _nothing_there(spec: RegistrySpec, seen: RegistrySeen) -> Failed:
    if seen.tags:
        return Failed("OTHER_TAG", f"{seen.name}:latest", f"{seen.name}:{seen.tags[0]}")
    if seen.tagged_id:
        return Failed("NOT_PUSHED", f"{seen.name} in the registry", "nothing of that name there")
    namespace = seen.name.partition("/")[0]
    plain = [name.removesuffix(":latest") for name in seen.names]
    other = next((n for n in plain if n.partition("/")[2].partition(":")[0] == spec.image), "")
    if other.startswith(f"{namespace}/"):
        return Failed("OTHER_TAG", f"{seen.name}:latest", other)
    if other:
        return Failed("OTHER_NAMESPACE", seen.name, other)
    near = next((name for name in plain if name.startswith(f"{namespace}/")), "")
    if near:
        return Failed("OTHER_NAME", seen.name, near)
    return Failed("NOT_TAGGED", seen.name, listed(seen.names, "no image yet"))


def _another(spec: RegistrySpec, seen: RegistrySeen) -> Failed:
    there, here = _short(seen.stored_id), f"{spec.like}, image {_short(seen.local_id)}"
    if seen.tagged_id == seen.local_id:
        return Failed("OLD_PUSHED", here, f"image {there} in the registry")
    return Failed("OTHER_IMAGE", here, f"image {there} as {seen.name}")


def _short(image_id: str) -> str:
    return image_id.removeprefix("sha256:")[:12]
