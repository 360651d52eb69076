"""Which layers a build made, read from what the classic builder prints. Pure.

They have neither name nor label, so that the engine cannot tell ours from a stranger's: we write down what we saw being
made. What came from the cache, or is a base, may be anybody's.
"""

from __future__ import annotations

import json
import re

_STEP = re.compile(r"^Step \d+/\d+ : *(\w+)")
_MADE = re.compile(r"^ ---> ([0-9a-f]{12})\s*$")
CACHED = " ---> Using cache"
LONGEST = 64 * 1024


class BuiltLayers:
    """Reads one build's stream."""

    def __init__(self) -> None:
        self._rest = b""
        self._theirs = True  #: what comes next was there before

    def feed(self, chunk: bytes) -> list[str]:
        """Return the ids (12 digits) of the layers that were made, as far as they are known now."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        self._rest = self._rest[-LONGEST:]
        made = []
        for line in lines:
            if b'"stream"' not in line or len(line) > LONGEST:
                continue
            try:
                said = str(json.loads(line).get("stream", ""))
            except (ValueError, AttributeError):
                continue
            if step := _STEP.match(said):
                self._theirs = step[1].upper() == "FROM"
            elif said.startswith(CACHED):
                self._theirs = True
            elif (found := _MADE.match(said)) and not self._theirs:
                made.append(found[1])
        return made
