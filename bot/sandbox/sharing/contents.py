"""What is in the registry, read over its own API with a token of ours."""

from __future__ import annotations

import asyncio
import hashlib
import json
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp

from bot.errors import RegistryDown
from bot.sandbox.names import Owner
from bot.sandbox.recipe import MIB, Limits
from bot.sandbox.sharing import judged
from bot.sandbox.sharing.house import House
from bot.sandbox.sharing.issuer import Access
from bot.sandbox.sharing.scopes import owns
from bot.sandbox.things import Raw

ANSWER_S = 30.0
TEXT_MAX = 4 * MIB  #: of a manifest or a list
CHUNK = 256 * 1024
REMEMBERED = 4_096
MOST_REPOSITORIES = 200
GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class Stored:
    """One image in the registry, for the platform of this host."""

    digest: str  #: of what the tag names: a manifest, or an index of several
    image_id: str = ""  #: `sha256:…`, '' when there is none for this platform
    platforms: tuple[str, ...] = ()
    size: int = 0  #: bytes of the manifest, as `docker push` prints it
    trouble: str = ""  #: why it is not taken in here, '' when it is


class Contents:
    """Reads the registry. Every call raises `RegistryDown` when it does not answer."""

    def __init__(self, house: House, limits: Limits, platform: str = "linux/amd64") -> None:
        self._house, self._limits, self._platform = house, limits, platform
        self._unpacked: dict[str, int] = {}  #: layer → bytes, of those that were looked at

    async def tags(self, repository: str) -> tuple[str, ...]:
        """Return the tags of a repository, () when there is none of that name."""
        answer = await self._get(repository, f"/v2/{repository}/tags/list", "application/json")
        found = json.loads(answer[1]).get("tags") if answer else None
        return tuple(sorted(map(str, found or ())))

    async def image(self, owner: Owner, repository: str, tag: str) -> Stored | None:
        """Return what a tag (or a digest) names, looked at; None when there is nothing of that name."""
        found = await self._manifest(repository, tag)
        if found is None:
            return None
        digest, raw, size = found
        if raw.get("mediaType") in judged.INDEXES or "manifests" in raw:
            inner, platforms = judged.chosen(raw, self._platform)
            within = await self._manifest(repository, inner) if inner else None
            if within is None:
                return Stored(digest, platforms=platforms, size=size)
            raw = within[1]
        manifest = judged.manifest_of(raw)
        if isinstance(manifest, str):
            return Stored(digest, size=size, trouble=manifest)
        if trouble := judged.size_problem(manifest, self._limits):
            return Stored(digest, manifest.config.digest, size=size, trouble=trouble)
        answer = await self._get(repository, f"/v2/{repository}/blobs/{manifest.config.digest}", "*/*")
        config = _parsed(answer[1]) if answer else None
        if config is None:
            return Stored(digest, size=size, trouble="its description is missing")
        platform = judged.platform(config)
        if platform.split("/")[:2] != self._platform.split("/")[:2]:
            return Stored(digest, platforms=(platform,), size=size)
        trouble = judged.config_problem(config, owner)
        return Stored(digest, manifest.config.digest, (platform,), size, trouble)

    async def unpacked_problem(self, repository: str, digest: str) -> str:
        """Return one sentence when an image's layers are missing or unpack to more than fits here, else ''."""
        found = await self._manifest(repository, digest)
        raw: Raw = found[1] if found else {}
        if "manifests" in raw:
            inner = await self._manifest(repository, judged.chosen(raw, self._platform)[0])
            raw = inner[1] if inner else {}
        manifest = judged.manifest_of(raw)
        if isinstance(manifest, str):
            return manifest
        total, most = 0, judged.UNPACKED_MB * MIB
        for layer in manifest.layers:
            size = await self._unpacked_size(repository, layer, most - total)
            if size is None:
                return "a layer of it is missing or broken"
            total += size
            if total > most:
                return f"it unpacks to more than {judged.UNPACKED_MB} MB"
        return ""

    async def _unpacked_size(self, repository: str, layer: judged.Blob, most: int) -> int | None:
        """Return the bytes that a layer unpacks to (more than `most` is not counted on), None for a broken one."""
        if layer.digest in self._unpacked:
            return self._unpacked[layer.digest]
        path = f"/v2/{repository}/blobs/{layer.digest}"
        packed, size = hashlib.sha256(), 0
        reader = Unpacking() if layer.kind.endswith("gzip") else None
        try:
            async with self._asked(repository, path, "*/*") as answer:
                if answer.status != 200:
                    return None
                async for chunk in answer.content.iter_chunked(CHUNK):
                    packed.update(chunk)
                    left = most - size
                    size += len(chunk) if reader is None else await asyncio.to_thread(reader.grown, chunk, left)
                    if size > most:
                        return size
        except zlib.error:
            return None
        if f"sha256:{packed.hexdigest()}" != layer.digest:
            return None
        if len(self._unpacked) >= REMEMBERED:
            self._unpacked.clear()
        self._unpacked[layer.digest] = size
        return size

    async def clear(self, namespace: str) -> int:
        """Remove every image of a namespace, and return how many tags that were."""
        removed = 0
        for repository in await self.repositories(namespace):
            for tag in await self.tags(repository):
                removed += await self._forget(repository, tag)
        return removed

    async def repositories(self, namespace: str = "") -> tuple[str, ...]:
        """Return the repositories of a namespace, or (at most so many) of all."""
        path = f"/v2/_catalog?n={MOST_REPOSITORIES}" + (f"&last={namespace}/" if namespace else "")
        answer = await self._get("catalog", path, "application/json", Access("catalog", ("*",), "registry"))
        listed = json.loads(answer[1]).get("repositories") if answer else None
        return tuple(name for name in map(str, listed or ()) if not namespace or owns(namespace, name))

    async def _forget(self, repository: str, tag: str) -> bool:
        found = await self._manifest(repository, tag)
        path = f"/v2/{repository}/manifests/{found[0]}" if found else ""
        if not path:
            return False
        may = Access(repository, ("pull", "delete"))
        async with self._asked(repository, path, "*/*", may, method="DELETE") as answer:
            return answer.status == 202

    async def _manifest(self, repository: str, reference: str) -> tuple[str, Raw, int] | None:
        kinds = ", ".join((*judged.INDEXES, *judged.MANIFESTS))
        answer = await self._get(repository, f"/v2/{repository}/manifests/{reference}", kinds)
        if answer is None:
            return None
        raw = _parsed(answer[1])
        # what it is called is what it is: the digest is worked out here, not believed
        return (f"sha256:{hashlib.sha256(answer[1]).hexdigest()}", raw or {}, len(answer[1]))

    async def _get(self, repository: str, path: str, kinds: str, may: Access | None = None) -> tuple[int, bytes] | None:
        async with self._asked(repository, path, kinds, may) as answer:
            if answer.status == 404:
                return None
            body = await answer.content.read(TEXT_MAX + 1) if answer.status == 200 else b""
            while 0 < len(body) <= TEXT_MAX and (more := await answer.content.read(TEXT_MAX)):
                body += more
            if answer.status != 200 or len(body) > TEXT_MAX:
                raise RegistryDown(f"The registry answered {answer.status} where it should not.")
            return answer.status, body

    @asynccontextmanager
    async def _asked(
        self, repository: str, path: str, kinds: str, may: Access | None = None, method: str = "GET"
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        await self._house.open()
        access = may or Access(repository, ("pull",))
        token = self._house.issuer().token("docent", [access], datetime.now(UTC))
        headers = {"Authorization": f"Bearer {token}", "Accept": kinds}
        url = f"http://{self._house.address}{path}"
        try:
            async with self._house.session.request(
                method, url, headers=headers, timeout=aiohttp.ClientTimeout(total=ANSWER_S)
            ) as answer:
                yield answer
        except (aiohttp.ClientError, TimeoutError) as error:
            self._house.doubt()
            raise RegistryDown(f"The registry does not answer: {error or 'no answer in time'}.") from error


def _parsed(body: bytes) -> Raw | None:
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


class Unpacking:
    """Counts what gzip unpacks to; no more than about 1 MB of it is ever held, and none is kept."""

    def __init__(self) -> None:
        self._reader = zlib.decompressobj(GZIP)

    def grown(self, chunk: bytes, most: int) -> int:
        """Return the bytes that a chunk adds, counted to about `most`. Raises: zlib.error."""
        size = 0
        while chunk and size <= most:
            if self._reader.eof:  # several members in a row are one stream
                self._reader = zlib.decompressobj(GZIP)
            size += len(self._reader.decompress(chunk, MIB))
            chunk = self._reader.unused_data if self._reader.eof else self._reader.unconsumed_tail
        return size
