"""Probes that build a project more than once, each time with one file changed or planted."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from urllib.parse import quote

from bot.core.evidence import BuildSeen, CacheSeen, ContextSeen, Install
from bot.core.specs import CacheSpec, ContextSpec
from bot.handin.dockerfile import Dockerfile, parse_dockerfile
from bot.handin.plan import BuildPlan, Refusal
from bot.sandbox.builds import Builds, Built, log_tail
from bot.sandbox.image_files import ImageFiles
from bot.sandbox.names import Owner
from bot.sandbox.setup import Setup

#: (the instruction as the engine records it, which making of it this was)
Made = tuple[str, str]

FETCHES = re.compile(r"\b(?:npm|pnpm)\s+(?:ci|i|install|add)\b|\byarn(?:\s+(?:install|add))?\b(?![\w./-])")
#: what the engine puts in front of and behind the text of a RUN instruction
_AROUND = re.compile(r"^(?:RUN\s+)?(?:\|\d+ .*?)?/bin/sh -c\s+|\s+# buildkit$")


class Rebuilds:
    """Builds variants of a learner's project and looks at what became of them; they are removed again."""

    def __init__(self, setup: Setup, builds: Builds, files: ImageFiles) -> None:
        self._setup, self._builds, self._files = setup, builds, files

    async def cache(self, owner: Owner, spec: CacheSpec, files: Mapping[str, bytes]) -> CacheSeen:
        """Build the project as it is, with a changed source file, and with changed packages."""
        missing = next((path for path in (spec.source, spec.packages) if path not in files), "")
        if missing:
            return CacheSeen(BuildSeen(False), missing=missing)
        nonce = secrets.token_hex(4)
        source = {**files, spec.source: files[spec.source] + f"\n<!-- {nonce} -->\n".encode()}
        packages = {**files, spec.packages: with_field(files[spec.packages], nonce)}
        text = files.get(spec.dockerfile, b"").decode("utf-8", "replace")
        plan = BuildPlan((), dockerfile=spec.dockerfile, target=fetching_stage(text))
        made: list[str] = []
        try:
            for variant in (files, source, packages):
                seen = build_seen(await self._builds.build(owner, plan, variant, lambda _line: None))
                if not seen.ok:
                    return CacheSeen(seen)
                made.append(seen.image_id)
            histories = [await self._history(image) for image in made]
            base = await self._of_bases()
        finally:
            await self._drop(set(made))
        return CacheSeen(seen, installs(histories[0], histories[1], histories[2], base))

    async def context(self, owner: Owner, spec: ContextSpec, files: Mapping[str, bytes], attempt: int) -> ContextSeen:
        """Build the project with a file that should stay out, and look for it in the image."""
        planted = {**files, spec.plant: secrets.token_hex(8).encode()}
        plan = BuildPlan((), dockerfile=spec.dockerfile)
        seen = build_seen(await self._builds.build(owner, plan, planted, lambda _line: None))
        if not seen.ok:
            return ContextSeen(seen)
        try:
            detail = await self._setup.host.image(seen.image_id)
            path = f"{(detail.workdir if detail else '').rstrip('/')}/{spec.plant}"
            there = await self._files.there(owner, seen.image_id, (path,), attempt)
        finally:
            await self._drop({seen.image_id})
        return ContextSeen(seen, path, bool(there))

    async def _history(self, image_id: str) -> tuple[Made, ...]:
        answer = await self._setup.host.must("GET", f"/images/{quote(image_id)}/history")
        return tuple(made_of(entry) for entry in answer.json)

    async def _of_bases(self) -> frozenset[str]:
        """Return the instructions that made the base images: what they fetched is not the learner's."""
        found = [await self._history(image_id) for image_id in set(self._setup.bases.values())]
        return frozenset(text for history in found for text, _ in history)

    async def _drop(self, images: set[str]) -> None:
        """Remove what has no name; an image that the learner or an earlier check has named stays."""
        for image_id in images:
            detail = await self._setup.host.image(image_id)
            if detail is not None and not detail.tags:
                # refused while something stands on it, which is as it should be
                await self._setup.host.remove_image(image_id)


def build_seen(built: Built | Refusal) -> BuildSeen:
    """Return one build as a judge looks at it."""
    if isinstance(built, Refusal):
        return BuildSeen(False, refused=built.words or built.say)
    return BuildSeen(
        ok=bool(built.image_id),
        image_id=built.image_id,
        step=built.step,
        line=built.line,
        log=log_tail(built.text),
        took_s=built.took_s,
    )


def made_of(entry: Mapping[str, object]) -> Made:
    """Return one entry of `GET /images/{id}/history`.

    The classic builder names the image after each instruction; BuildKit only tells when it was made.
    """
    made = str(entry.get("Id") or "")
    return str(entry.get("CreatedBy") or ""), made if made.startswith("sha256:") else str(entry.get("Created") or "")


def installs(
    before: tuple[Made, ...], source: tuple[Made, ...], packages: tuple[Made, ...], base: frozenset[str]
) -> tuple[Install, ...]:
    """Return the instructions that fetch libraries, first to last, and after which change each was done again."""
    fetching = [each for each in reversed(before) if FETCHES.search(each[0]) and each[0] not in base]
    return tuple(
        Install(_AROUND.sub("", each[0]).strip()[:120], each not in source, each not in packages) for each in fetching
    )


def fetching_stage(text: str) -> str:
    """Return the stage that fetches libraries, as `--target` names it; '' when it is the last one, or none does."""
    read = parse_dockerfile(text)
    if not isinstance(read, Dockerfile) or len(read.stages) < 2:
        return ""
    found, stage = -1, -1
    for each in read.instructions:
        stage += each.keyword == "FROM"
        if each.keyword == "RUN" and FETCHES.search(each.text):
            found = stage
    if found in (-1, len(read.stages) - 1):
        return ""
    return read.stages[found].name or str(found)


def with_field(package: bytes, nonce: str) -> bytes:
    """Return a package.json with one more field that nothing reads; blanks at the end when it is no JSON object."""
    try:
        value = json.loads(package)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        return package + b" " * (1 + int(nonce, 16) % 997) + b"\n"
    return json.dumps({**value, "docentCheck": nonce}, indent=2).encode()
