"""The engine's stream of a push or a pull → what the CLI's screen shows at its end. Pure.

Source: Engine API v1.41 `ImagePush`, `ImageCreate`; docker/cli `jsonmessage` (one line a layer, rewritten in place).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

DIGEST = re.compile(r"digest: (sha256:[0-9a-f]{64})|^Digest: (sha256:[0-9a-f]{64})")
MOST_LAYERS = 200


@dataclass
class Screen:
    """What stands on the screen: a line for each layer, by its id, and the lines that have none below them."""

    layers: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    digest: str = ""
    error: str = ""

    def feed(self, event: Mapping[str, object]) -> str:
        """Take one event, and return a short line of progress, '' when there is nothing new to say."""
        if event.get("error"):
            self.error = str(event["error"])
            return ""
        status, layer = str(event.get("status") or ""), str(event.get("id") or "")
        if not status:
            return ""
        if found := DIGEST.search(status):
            self.digest = found[1] or found[2]
        if not layer or "Pulling from" in status:
            self.lines.append(f"{layer}: {status}" if layer else status)
            return status
        before = self.layers.get(layer)
        if before is not None or len(self.layers) < MOST_LAYERS:
            self.layers[layer] = status
        return f"{layer}: {status}" if status != before else ""

    def hide_sources(self, namespace: str) -> None:
        """Name no namespace but this one and the library as the place where a layer was taken from."""
        for layer, status in self.layers.items():
            source = status.partition("Mounted from ")[2]
            if source and source.partition("/")[0] not in (namespace, "library"):
                self.layers[layer] = "Pushed"

    def layer_lines(self) -> list[str]:
        """Return the layers' lines, as they came to stand below each other."""
        return [f"{layer}: {status}" for layer, status in self.layers.items()]
