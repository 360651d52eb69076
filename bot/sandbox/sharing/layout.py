"""How the registry is set up: where it is, its settings, the files that it is given. Pure."""

from __future__ import annotations

import io
import tarfile
from dataclasses import dataclass

from bot.sandbox import recipe
from bot.sandbox.sharing.issuer import SERVICE
from bot.sandbox.sharing.tokens import PATH

LOOPBACK = "127.0.0.1"
FOLDER = "docent"  #: in the volume, beside the registry's own `docker`


@dataclass(frozen=True, slots=True)
class Address:
    """Where the registry is to be had; '' is a free port of the loopback, chosen once and kept."""

    listen: str = ""  #: `host:port` of the registry
    tokens: str = ""  #: `host:port` of the token server
    public: str = ""  #: the name by which learners' own machines reach both over HTTPS, '' for the loopback
    room_mb: int = 10_000  #: nothing more is taken in when what is there is bigger


def config(address: Address, tokens_at: str) -> dict[str, object]:
    """Return the registry's settings, without its secret. Source: distribution `docs/configuration.md`."""
    realm = f"https://{address.public}{PATH}" if address.public else f"http://{tokens_at}{PATH}"
    purging = {"enabled": True, "age": "24h", "interval": "6h", "dryrun": False}
    return {
        "version": "0.1",
        "log": {"level": "warn", "accesslog": {"disabled": True}},
        "storage": {
            "filesystem": {"rootdirectory": recipe.REGISTRY_HOME},
            "delete": {"enabled": True},
            "cache": {"blobdescriptor": "inmemory"},
            "maintenance": {"uploadpurging": purging},
        },
        "auth": {
            "token": {
                "realm": realm,
                "service": SERVICE,
                "issuer": SERVICE,
                "rootcertbundle": f"{recipe.REGISTRY_HOME}/{FOLDER}/root.crt",
            }
        },
    }


def split(address: str) -> tuple[str, int]:
    """Return host and port of `host:port`."""
    host, _, port = address.rpartition(":")
    return host or LOOPBACK, int(port)


def packed(files: dict[str, bytes]) -> bytes:
    """Return a tar of these files that only their owner may read."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as tar:
        for path, content in files.items():
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(content), 0o600
            tar.addfile(entry, io.BytesIO(content))
    return held.getvalue()
