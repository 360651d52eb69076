"""Images that no Docker of ours has built, put into the real registry by its API with a learner's token."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import secrets
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from bot.sandbox.sharing import contents as contents_module
from bot.sandbox.sharing import judged
from bot.sandbox.sharing.contents import Contents
from bot.sandbox.sharing.house import House
from tests.sandbox.sharing.conftest import Class

pytestmark = [pytest.mark.engine, pytest.mark.asyncio(loop_scope="session")]

MANIFEST, INDEX = judged.MANIFESTS[0], judged.INDEXES[0]
CONFIG = "application/vnd.oci.image.config.v1+json"


def sha(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def layer(size: int = 100) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as tar:
        entry = tarfile.TarInfo(secrets.token_hex(4))
        entry.size = size
        tar.addfile(entry, io.BytesIO(bytes(size)))
    return gzip.compress(held.getvalue())


@dataclass
class Bench:
    house: House
    token: str
    repository: str

    async def send(self, method: str, path: str, data: bytes = b"", kind: str = "application/octet-stream") -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
        url = path if path.startswith("http") else f"http://{self.house.address}{path}"
        async with self.house.session.request(method, url, data=data, headers=headers) as answer:
            return answer.status, answer.headers.get("Location", ""), await answer.text()

    async def blob(self, data: bytes, kind: str) -> dict[str, object]:
        _, location, _ = await self.send("POST", f"/v2/{self.repository}/blobs/uploads/")
        sign = "&" if "?" in location else "?"
        status, _, said = await self.send("PUT", f"{location}{sign}digest={sha(data)}", data)
        assert status == 201, said
        return {"mediaType": kind, "digest": sha(data), "size": len(data)}

    async def manifest(self, raw: Mapping[str, object], reference: str, kind: str = MANIFEST) -> tuple[int, bytes]:
        data = json.dumps(raw).encode()
        path = f"/v2/{self.repository}/manifests/{reference or sha(data)}"
        return (await self.send("PUT", path, data, kind))[0], data

    async def image(self, architecture: str, packed: bytes, reference: str = "") -> dict[str, object]:
        config = json.dumps({"os": "linux", "architecture": architecture, "rootfs": {"type": "layers", "diff_ids": []}})
        raw = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": await self.blob(config.encode(), CONFIG),
            "layers": [await self.blob(packed, judged.LAYERS[0])],
        }
        status, data = await self.manifest(raw, reference)
        assert status == 201
        row = {"mediaType": MANIFEST, "digest": sha(data), "size": len(data)}
        return row | {"platform": {"os": "linux", "architecture": architecture}, "config": raw["config"]}


async def bench(share: Class, name: str) -> tuple[Bench, Contents]:
    _, token = await share.bearer("U1", f"repository:ada/{name}:pull,push")
    assert share.sandbox.sharing
    return Bench(share.house, token, f"ada/{name}"), share.sandbox.sharing.contents


async def test_an_image_for_another_kind_of_machine_is_told_apart(share: Class) -> None:
    desk, contents = await bench(share, "arm")
    await desk.image("arm64", layer(), "latest")
    stored = await contents.image(share.sandbox._setup.owner("U1"), "ada/arm", "latest")
    assert stored
    assert (stored.image_id, stored.platforms, stored.trouble) == ("", ("linux/arm64",), "")


async def test_of_several_kinds_the_one_for_this_host_is_taken(share: Class) -> None:
    desk, contents = await bench(share, "both")
    rows = [await desk.image("arm64", layer()), await desk.image("amd64", layer())]
    wanted = rows[1].pop("config")
    rows[0].pop("config")
    raw = {"schemaVersion": 2, "mediaType": INDEX, "manifests": rows}
    status, data = await desk.manifest(raw, "latest", INDEX)
    assert status == 201
    stored = await contents.image(share.sandbox._setup.owner("U1"), "ada/both", "latest")
    assert stored
    assert (stored.digest, stored.image_id) == (sha(data), wanted["digest"])  # type: ignore[index]
    assert await contents.unpacked_problem("ada/both", stored.digest) == ""


async def test_what_unpacks_to_too_much_is_stopped_before_the_engine_sees_it(
    share: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, contents = await bench(share, "bomb")
    packed = layer(8 * 1024 * 1024)
    assert len(packed) < 64 * 1024
    row = await desk.image("amd64", packed, "latest")
    assert await contents.unpacked_problem("ada/bomb", str(row["digest"])) == ""
    monkeypatch.setattr(contents_module.judged, "UNPACKED_MB", 4)
    assert "unpacks to more than 4 MB" in await contents.unpacked_problem("ada/bomb", str(row["digest"]))


async def test_a_layer_that_is_no_archive_is_noticed(share: Class) -> None:
    desk, contents = await bench(share, "junk")
    row = await desk.image("amd64", b"this is no gzip", "latest")
    assert "missing or broken" in await contents.unpacked_problem("ada/junk", str(row["digest"]))


async def test_nobody_makes_the_engine_fetch_from_other_addresses(share: Class) -> None:
    desk, contents = await bench(share, "urls")
    config = await desk.blob(b'{"os":"linux","architecture":"amd64"}', CONFIG)
    foreign = await desk.blob(layer(), judged.LAYERS[0]) | {"urls": ["http://169.254.169.254/latest"]}
    raw = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [foreign]}
    status, _ = await desk.manifest(raw, "latest")
    stored = await contents.image(share.sandbox._setup.owner("U1"), "ada/urls", "latest") if status == 201 else None
    assert stored is None or "other addresses" in stored.trouble
