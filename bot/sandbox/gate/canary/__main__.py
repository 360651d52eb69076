"""Play a hostile learner: `canary QUESTION`, a JSON object.

`{"op": "attack", "nonce": …}` attacks everything and prints a line each; `status` reads its rights, `flood` prints
without end, `fill` takes disk and tells how far it comes, `linger` stays. It ends with code 3, so that a build that
ran it leaves no image.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any

from bot.sandbox.gate.canary import kernel, network, resources
from bot.sandbox.gate.canary.said import Said, tell

ENDED = 3
FLOOD_LINES = 1_000


def main(words: list[str]) -> int:
    """Do what is asked and return the exit code."""
    question = json.loads(words[-1])
    if question["op"] == "flood":
        network.flood(int(question.get("lines", FLOOD_LINES)))
    elif question["op"] == "status":
        tell(str(question["nonce"]), "status", kernel.status)
    elif question["op"] == "fill":
        fill(question)
    elif question["op"] == "linger":
        network.linger(float(question["seconds"]))
    else:
        attack(question)
    return ENDED


def fill(question: Mapping[str, Any]) -> None:
    """Take space or make files until refused, or ended by whoever watches; each line tells how far it came."""
    nonce, name, most = str(question["nonce"]), str(question["what"]), int(question["most"])

    def so_far(said: Said) -> None:
        tell(nonce, name, lambda: said)

    take = resources.space if name == "disk" else resources.inodes
    tell(nonce, name, lambda: take("/", most, float(question["hold_s"]), so_far))


def attack(question: Mapping[str, Any]) -> None:
    """Attack: what waits for answers all at once, the rest one after the other."""
    nonce = str(question["nonce"])
    outside = network.attacks(
        nonce, question.get("hosts", ()), question.get("near", ()), int(question["port"]), str(question["name"])
    )
    in_turn = kernel.attacks() | resources.attacks(
        pids=int(question["pids"]),
        mem_mb=int(question["mem_mb"]),
        files=int(question["files"]),
        scratch=str(question.get("scratch", "")),
    )
    wanted = question.get("only")
    at_once(nonce, {name: each for name, each in outside.items() if not wanted or name in wanted})
    tell(nonce, "route", network.way_out)
    for name, perform in in_turn.items():
        if not wanted or name in wanted:
            tell(nonce, name, perform)


def at_once(nonce: str, attacks: Mapping[str, Callable[[], Said]]) -> None:
    """Perform these side by side: each waits a second for an answer that should not come."""
    threads = [threading.Thread(target=tell, args=(nonce, name, perform)) for name, perform in attacks.items()]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
