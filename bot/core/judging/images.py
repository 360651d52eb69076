"""Judge an image: that it is there under its name, and how it is put together."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

from bot.core.evidence import ImageSeen
from bot.core.results import Failed, Passed, Result
from bot.core.specs import ImageSpec

PRESENT = frozenset({"NOT_BUILT", "CLOSE_NAME"})
CODES = PRESENT | {
    "WRONG_WORKDIR",
    "SHELL_FORM_CMD",
    "WRONG_CMD",
    "NO_CMD",
    "MISSING_IN_IMAGE",
    "NO_DEPENDENCIES",
    "DEV_DEPENDENCIES",
    "UNWANTED_IN_IMAGE",
}


def codes_for(spec: ImageSpec) -> frozenset[str]:
    """Return the codes that this spec can fail with."""
    codes = set(PRESENT)
    codes |= {"WRONG_WORKDIR"} if spec.workdir else set()
    codes |= {"SHELL_FORM_CMD", "WRONG_CMD", "NO_CMD"} if spec.cmd else set()
    codes |= {"NO_DEPENDENCIES" if _library(path) else "MISSING_IN_IMAGE" for path in spec.has}
    codes |= {"DEV_DEPENDENCIES" if _library(path) else "UNWANTED_IN_IMAGE" for path in spec.lacks}
    return frozenset(codes)


def judge(spec: ImageSpec, seen: ImageSeen) -> Result:
    """Return whether the learner's image is as asked; the first thing that is not, in the order of a Dockerfile."""
    if not seen.exists:
        near = close(spec.image, seen.others)
        if near:
            return Failed("CLOSE_NAME", expected=spec.image, observed=near)
        return Failed("NOT_BUILT", expected=spec.image, observed=listed(seen.others, "no image yet"))
    return _workdir(spec, seen) or _content(spec, seen) or _cmd(spec, seen) or Passed(_proof(spec))


def _proof(spec: ImageSpec) -> str:
    if spec.cmd:
        return f"starts with {' '.join(spec.cmd)}"
    if spec.workdir:
        return f"works in {spec.workdir}"
    if spec.has:
        return f"has {spec.has[-1]}"
    return f"image {spec.image} is there"


def _workdir(spec: ImageSpec, seen: ImageSeen) -> Failed | None:
    if spec.workdir and (seen.workdir.rstrip("/") or "/") != (spec.workdir.rstrip("/") or "/"):
        return Failed("WRONG_WORKDIR", expected=spec.workdir, observed=seen.workdir or "/")
    return None


def _content(spec: ImageSpec, seen: ImageSeen) -> Failed | None:
    for path in spec.has:
        if path not in seen.paths:
            code = "NO_DEPENDENCIES" if _library(path) else "MISSING_IN_IMAGE"
            return Failed(code, expected=path, observed=f"no {path}")
    for path in spec.lacks:
        if path in seen.paths:
            code = "DEV_DEPENDENCIES" if _library(path) else "UNWANTED_IN_IMAGE"
            return Failed(code, expected=f"no {path}", observed=path)
    return None


def _cmd(spec: ImageSpec, seen: ImageSeen) -> Failed | None:
    if not spec.cmd or seen.cmd == spec.cmd:
        return None
    expected = _json(spec.cmd)
    # a base image brings a bare `node`: the Dockerfile itself said nothing
    if seen.cmd in ((), spec.cmd[:1]):
        return Failed("NO_CMD", expected, observed="no CMD in the Dockerfile")
    if seen.cmd[:2] in (("/bin/sh", "-c"), ("/bin/bash", "-c")):
        return Failed("SHELL_FORM_CMD", expected, observed=f"CMD {' '.join(seen.cmd[2:])}")
    return Failed("WRONG_CMD", expected, observed=_json(seen.cmd))


def _json(words: Iterable[str]) -> str:
    return "CMD [" + ", ".join(f'"{word}"' for word in words) + "]"


def _library(path: str) -> bool:
    return "node_modules/" in path


def close(wanted: str, names: Iterable[str]) -> str:
    """Return the name that was probably meant to be `wanted`, or ''."""

    def likeness(name: str) -> float:
        plain = name.partition(":")[0].lower().replace("_", "-")
        return SequenceMatcher(None, wanted.partition(":")[0].lower(), plain).ratio()

    best = max(names, key=likeness, default="")
    return best.removesuffix(":latest") if best and likeness(best) >= 0.8 else ""


def close_line(wanted: str, text: str) -> str:
    """Return the line that is most like the wanted text, shortened; or that there is none."""
    lines = [" ".join(line.split())[:120] for line in text.splitlines() if line.strip()]

    def likeness(line: str) -> float:
        return SequenceMatcher(None, wanted.lower(), line.lower()).ratio()

    best = max(lines, key=likeness, default="")
    return best if best and likeness(best) >= 0.5 else "no line like it"


def listed(names: Iterable[str], none: str) -> str:
    """Return up to three names in a row, or what to say when there are none."""
    few = [name.removesuffix(":latest") for name in names][:3]
    return ", ".join(few) if few else none
