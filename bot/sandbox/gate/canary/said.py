"""What one attack came to, as one line of JSON."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from typing import Any

Said = dict[str, Any]


def stopped(why: str, at: float = 0, **more: object) -> Said:
    """Return that the attack was stopped; `why` is an errno's or a signal's name, `at` how far it came."""
    return {"got": "stopped", "why": why, "at": at, **more}


def succeeded(why: str = "", at: float = 0, **more: object) -> Said:
    """Return that nothing stopped it."""
    return {"got": "succeeded", "why": why, "at": at, **more}


def refused(error: OSError, at: float = 0, **more: object) -> Said:
    """Return that the kernel refused it."""
    return stopped(name_of(error.errno), at, **more)


def name_of(number: int | None) -> str:
    """Return `EPERM` for 1."""
    return errno.errorcode.get(number or 0, f"errno {number}")


def tell(nonce: str, attack: str, perform: Callable[[], Said]) -> None:
    """Perform an attack and print what came of it; one that breaks is told as broken, and the others go on."""
    try:
        said = perform()
    except OSError as error:
        said = refused(error)
    except Exception as error:  # noqa: BLE001 - a canary that breaks must say so, not fall silent
        said = {"got": "broken", "why": f"{type(error).__name__}: {error}", "at": 0}
    print(json.dumps({"nonce": nonce, "attack": attack, **said}), flush=True)  # noqa: T201 - how it tells
