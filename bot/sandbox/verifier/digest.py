"""Digests that never load OpenSSL: its configuration would be the learner's, and can name libraries.

`hashlib` would ask for it first, so the interpreter's own modules are named here.
"""

import sys
from importlib import import_module
from typing import Any

# the built-in module is called _sha256 in Python 3.11 and _sha2 since 3.12
sha256_hasher: Any = import_module("_sha256" if sys.version_info < (3, 12) else "_sha2").sha256
_sha1_hasher: Any = import_module("_sha1").sha1


def sha1(data: bytes) -> bytes:
    """Return the SHA-1 of the bytes; for protocols that ask for it."""
    made: bytes = _sha1_hasher(data, usedforsecurity=False).digest()
    return made


def sha256(data: bytes) -> bytes:
    """Return the SHA-256 of the bytes."""
    made: bytes = sha256_hasher(data).digest()
    return made
