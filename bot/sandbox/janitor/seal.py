"""Sign what we make, and tell what we made from what only carries our labels. Pure: the key is a value.

Anybody on a shared host may copy labels, and a container takes over those of its image. The seal holds for one kind of
object under one name, so that a copy on anything else is found out.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

#: The seal itself, and the name that the object was made under (a container may be renamed).
SIGNATURE, FIRST = "docent.sig", "docent.first"
INSTANCE = "docent.instance"
SIGNED = (INSTANCE, "docent.learner", "docent.kind", "docent.attempt")
NAMELESS = re.compile(r"[0-9a-f]{64}")

Labels = Mapping[str, str]


class What(StrEnum):
    """What an engine keeps."""

    #: in any state
    CONTAINER = "container"
    #: with its address range
    NETWORK = "network"
    #: named or nameless
    VOLUME = "volume"
    #: by a name of ours, or by the labels it was built with
    IMAGE = "image"


@dataclass(frozen=True, slots=True)
class Seal:
    """The secret of one Docent."""

    key: bytes = field(repr=False)

    def sealed(self, what: What, name: str, labels: Labels) -> dict[str, str]:
        """Return the labels with the seal; `name` is '' for what has none of its own: images, nameless volumes."""
        named = {**labels, FIRST: name} if name else {key: labels[key] for key in labels if key != FIRST}
        return {**named, SIGNATURE: self._signature(what, named)}

    def holds(self, what: What, name: str, labels: Labels) -> bool:
        """Tell whether this seal of ours is on an object of this name."""
        first = labels.get(FIRST, "")
        fits = first == name if first else what is What.IMAGE or bool(NAMELESS.fullmatch(name))
        return fits and self.genuine(what, labels)

    def genuine(self, what: What, labels: Labels) -> bool:
        """Tell whether the seal is ours, whatever the object is called now."""
        return hmac.compare_digest(labels.get(SIGNATURE, "").encode(), self._signature(what, labels).encode())

    def _signature(self, what: What, labels: Labels) -> str:
        first = "" if what is What.IMAGE else labels.get(FIRST, "")
        said = [what, first, *(labels.get(each, "") for each in SIGNED[: 2 if what is What.IMAGE else None])]
        return hmac.new(self.key, json.dumps(said).encode(), hashlib.sha256).hexdigest()[:32]
