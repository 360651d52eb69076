"""An image from outside, looked at before the engine is asked to take it in. Pure.

What a build may not make here may not come in by the registry either. A manifest could also name addresses from which
the engine would fetch layers, or claim to be small and unpack to anything; both are settled before it is pulled.
Source: distribution `docs/spec/manifest-v2-2.md`, opencontainers image-spec `manifest.md`, `config.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.handin.paths import of_the_kernel
from bot.sandbox.names import LAYER, Owner
from bot.sandbox.recipe import MIB, Limits
from bot.sandbox.things import Raw

INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
LAYERS = (
    "application/vnd.oci.image.layer.v1.tar+gzip",
    "application/vnd.docker.image.rootfs.diff.tar.gzip",
    "application/vnd.oci.image.layer.v1.tar",
    "application/vnd.docker.image.rootfs.diff.tar",
)
PACKED_MB = 512
UNPACKED_MB = 1_024
CONFIG_MAX = 256 * 1024
MOST_VOLUMES = 10
#: our base images and builds carry these on; nothing goes by them
HARMLESS = ("docent.standin", "docent.recipe", "docent.bases", "docent.sig", LAYER)


@dataclass(frozen=True, slots=True)
class Blob:
    """One part of an image in the registry."""

    digest: str
    size: int  #: bytes, packed
    kind: str  #: media type


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an image is made of."""

    config: Blob
    layers: tuple[Blob, ...]


def manifest_of(raw: Raw) -> Manifest | str:
    """Return a manifest in its parts, or one sentence why it cannot be taken."""
    if raw.get("mediaType", MANIFESTS[0]) not in MANIFESTS or raw.get("schemaVersion") != 2:
        return f"its manifest is of an unknown kind ({str(raw.get('mediaType'))[:80]})"
    try:
        config, layers = _blob(raw["config"]), tuple(_blob(each) for each in raw["layers"])
    except (KeyError, TypeError, ValueError):
        return "its manifest cannot be read"
    if any(each.get("urls") for each in raw["layers"]):
        return "it wants layers to be fetched from other addresses"
    if strange := next((each.kind for each in layers if each.kind not in LAYERS), ""):
        return f"it has a layer of an unknown kind ({strange[:80]})"
    return Manifest(config, layers)


def _blob(raw: Raw) -> Blob:
    blob = Blob(str(raw["digest"]), int(raw["size"]), str(raw["mediaType"]))
    if not blob.digest.startswith("sha256:") or blob.size < 0:
        raise ValueError(blob.digest)
    return blob


def size_problem(manifest: Manifest, limits: Limits) -> str:
    """Return one sentence when an image is too big to be looked at further, else ''."""
    packed = sum(each.size for each in manifest.layers)
    if packed > PACKED_MB * MIB:
        return f"it has {packed // MIB} MB; {PACKED_MB} MB is the most here"
    if len(manifest.layers) > limits.image_layers:
        return f"it has {len(manifest.layers)} layers; {limits.image_layers} is the most here"
    if manifest.config.size > CONFIG_MAX:
        return "its description is far too long"
    return ""


def config_problem(config: Raw, owner: Owner) -> str:
    """Return one sentence when an image says something about itself that it must not, else ''."""
    inner = config.get("config") or {}
    if not isinstance(inner, Mapping):
        return "its description cannot be read"
    if inner.get("OnBuild"):
        return "it has ONBUILD instructions"
    if of_the_kernel(str(inner.get("WorkingDir") or "/app")):
        return f"it works in {str(inner['WorkingDir'])[:60]!r}, which belongs to the kernel"
    if _foreign(inner.get("Labels") or {}, owner):
        return "it has labels that begin with `docent.`, which this host uses itself"
    return _volume_problem(inner.get("Volumes") or {})


def _foreign(labels: object, owner: Owner) -> bool:
    """Tell whether labels claim the image for anybody else; one built here carries its own learner's."""
    if not isinstance(labels, Mapping):
        return True
    own = dict(label.split("=", 1) for label in owner.labels)
    ours = {key: value for key, value in labels.items() if str(key).lower().startswith("docent.")}
    claims = {key: value for key, value in ours.items() if key not in HARMLESS}
    return bool(claims) and claims != own


def _volume_problem(volumes: object) -> str:
    if not isinstance(volumes, Mapping) or len(volumes) > MOST_VOLUMES:
        return f"it declares more than {MOST_VOLUMES} volumes"
    for path in map(str, volumes):
        if not path.startswith("/") or not path.strip("/") or ".." in path.split("/") or path.startswith("/.docent"):
            return f"it declares a volume at {path[:60]!r}"
    return ""


def platform(config: Raw) -> str:
    """Return `linux/amd64`, as an image says of itself."""
    variant = f"/{config['variant']}" if config.get("variant") else ""
    return f"{str(config.get('os', '?'))[:20]}/{str(config.get('architecture', '?'))[:20]}{variant[:20]}"


def chosen(index: Raw, wanted: str) -> tuple[str, tuple[str, ...]]:
    """Return the digest of an index's manifest for a platform ('' for none), and the platforms that it has."""
    found, there = "", []
    for each in index.get("manifests") or ():
        of = platform(each.get("platform") or {}) if isinstance(each, Mapping) else "?"
        if of.startswith(("unknown/", "?")):
            continue  # an attestation, not an image
        there.append(of)
        if of.split("/")[:2] == wanted.split("/")[:2] and not found:
            found = str(each.get("digest", ""))
    return found, tuple(there)
